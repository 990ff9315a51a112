"""What owners update: the current version of their milestones, and the effect of a report before it is saved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.domain.dates import day_of
from tracker.domain.progress import Evidence, Report, UpdateLine
from tracker.store import reading
from tracker.store.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.domain.rules import Tolerances
    from tracker.store.database import Cursor


_LAST = chr(0x10FFFF)
"""No id comes after it."""


def update_lines(
    cursor: Cursor,
    today: dt.date,
    rules: Tolerances,
    among: Collection[str] | None = None,
    *,
    period_id: str | None = None,
    known_seq: int | None = None,
) -> list[UpdateLine]:
    """Return the current version of every milestone, in order of id; or only those ``among`` some ids.

    A milestone is confirmed when an owner reported on it in the period, or without one in the last ``stale_days``. With
    ``known_seq`` it is the version as known at that change.
    """
    lines = lines_of(
        cursor,
        UpdateLine,
        """
        SELECT
            milestone.id AS milestone_id,
            milestone.* EXCLUDE (confirmed_on),
            milestone.status AS computed_status,
            commitment.title AS commitment,
            commitment.programme_id,
            CASE WHEN milestone.reporter = 'owner' THEN milestone.reported_on END AS confirmed_on,
            CASE
                WHEN $period_id::VARCHAR IS NOT NULL THEN coalesce(newest.in_period, false)
                ELSE milestone.reporter IS NOT DISTINCT FROM 'owner'
                    AND milestone.reported_on >= $today - $rules['stale_days']::INTEGER
            END AS confirmed,
            coalesce(newest.version, 0) AS base_version,
            newest.effective_on AS newest_on
        FROM milestone_position($today, $known_seq, $rules) AS milestone
        JOIN commitment_as_at($today, $known_seq) AS commitment ON commitment.id = milestone.commitment_id
        LEFT JOIN (
            SELECT
                id,
                max(version) AS version,
                max(effective_on) AS effective_on,
                bool_or(reporter = 'owner' AND NOT retracted AND period_id = $period_id) AS in_period
            FROM tracker.progress
            WHERE id BETWEEN $first AND $last AND change_seq <= $known_seq
            GROUP BY id
        ) AS newest ON newest.id = milestone.id
        WHERE milestone.id BETWEEN $first AND $last  -- a range goes down to the scans, a list does not
        ORDER BY milestone.id
        """,
        {
            "today": today,
            "known_seq": reading.head(cursor).seq if known_seq is None else known_seq,
            "rules": rules.as_parameter(),
            "period_id": period_id,
            "first": min(among or [""]),
            "last": max(among or [_LAST]),
        },
    )
    return lines if among is None else [line for line in lines if line.milestone_id in among]


def evidence(cursor: Cursor, lines: Sequence[UpdateLine], today: dt.date, known_seq: int) -> dict[str, Evidence]:
    """Return the evidence of milestones, by the id of its source, as known at a change."""
    rows = cursor.execute(
        """
        SELECT id, publisher, title, url FROM source_as_at($today, $known_seq)
        WHERE id IN (SELECT unnest($ids::VARCHAR[]))
        """,
        {
            "today": today,
            "known_seq": known_seq,
            "ids": sorted({line.evidence_id for line in lines if line.evidence_id}),
        },
    ).fetchall()
    return {source_id: Evidence(publisher=publisher, title=title, url=url) for source_id, publisher, title, url in rows}


def foreseen(
    cursor: Cursor, line: UpdateLine, report: Report, today: dt.date, rules: Tolerances
) -> tuple[str, int | None]:
    """Return the status and slippage (days) after a report, by the same rules as the board."""
    [(status, slip_days)] = cursor.execute(
        """
        SELECT
            milestone_status($actual_on::DATE, $baseline_on::DATE, $forecast_on::DATE, $today, $today, $rules),
            milestone_slip($actual_on::DATE, $baseline_on::DATE, $forecast_on::DATE, $today)
        """,
        {
            "actual_on": day_of(report.statement.actual),
            "baseline_on": day_of(line.baseline),
            "forecast_on": day_of(report.statement.forecast),
            "today": today,
            "rules": rules.as_parameter(),
        },
    ).fetchall()
    return status, slip_days
