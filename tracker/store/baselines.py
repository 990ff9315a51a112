"""Baseline requests, a milestone's versions for each day, and the effect of a new baseline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate
from tracker.domain.nouns import BaselineRequest, Milestone
from tracker.store import reading
from tracker.store.lines import lines_of
from tracker.views.control import RequestLine

if TYPE_CHECKING:
    from tracker.domain.ledger import Version
    from tracker.domain.rules import Tolerances
    from tracker.store.database import Cursor


def requests(
    cursor: Cursor, as_at: dt.date, known_seq: int | None = None, *, commitment_id: str | None = None
) -> list[RequestLine]:
    """Return the requests made by a day, for all or one commitment, newest first; by default with everything known.

    The baseline before is the one that was known when the request was made.
    """
    if not reading.newest_numbers(cursor, BaselineRequest):
        return []  # as in most ledgers: then we need not read a million milestones
    return lines_of(
        cursor,
        RequestLine,
        """
        WITH asked AS (
            SELECT id, milestone_id, change_seq, effective_on FROM tracker.baseline_request WHERE version = 1
        ),
        said AS (
            SELECT asked.id, asked.milestone_id, past.effective_on, max(past.version) AS version
            FROM asked
            JOIN tracker.milestone AS past
                ON past.id = asked.milestone_id
                AND past.change_seq < asked.change_seq
                AND past.effective_on <= asked.effective_on
            GROUP BY asked.id, asked.milestone_id, past.effective_on
        ),
        before AS (
            SELECT said.id, max((said.effective_on, said.version))[2] AS version
            FROM said
            JOIN tracker.milestone AS past ON past.id = said.milestone_id AND past.version = said.version
            WHERE NOT past.retracted
            GROUP BY said.id
        )
        SELECT
            request.id AS request_id,
            request.milestone_id,
            milestone.title AS milestone,
            milestone.commitment_id,
            commitment.programme_id,
            was.baseline_on AS before_on,
            was.baseline_precision AS before_precision,
            request.baseline_on AS after_on,
            request.baseline_precision AS after_precision,
            request.reason,
            request.note,
            request.author_id,
            coalesce(author.name, request.author_id) AS author,
            asked.effective_on AS asked_on,
            request.state,
            coalesce(decider.name, request.decided_by) AS decided_by,
            CASE WHEN request.decided_by IS NOT NULL THEN request.effective_on END AS decided_on,
            request.decision_note,
            request.version
        FROM baseline_request_as_at($as_at, $known_seq) AS request
        JOIN asked ON asked.id = request.id
        JOIN milestone_as_at($as_at, $known_seq) AS milestone ON milestone.id = request.milestone_id
        JOIN commitment_as_at($as_at, $known_seq) AS commitment ON commitment.id = milestone.commitment_id
        LEFT JOIN before ON before.id = request.id
        LEFT JOIN tracker.milestone AS was ON was.id = asked.milestone_id AND was.version = before.version
        LEFT JOIN user_as_at($as_at, $known_seq) AS author ON author.id = request.author_id
        LEFT JOIN user_as_at($as_at, $known_seq) AS decider ON decider.id = request.decided_by
        WHERE $commitment_id IS NULL OR milestone.commitment_id = $commitment_id
        ORDER BY asked.change_seq DESC, request.id
        """,
        {
            "as_at": as_at,
            "known_seq": reading.head(cursor).seq if known_seq is None else known_seq,
            "commitment_id": commitment_id,
        },
    )


def standing(cursor: Cursor, milestone_id: str, today: dt.date) -> list[Version]:
    """Return a milestone's current version for each of its days up to today, oldest first."""
    numbers = cursor.execute(
        "SELECT version FROM milestone_standing($today, $known_seq) WHERE id = $id ORDER BY effective_on",
        {"today": today, "known_seq": reading.head(cursor).seq, "id": milestone_id},
    ).fetchall()
    by_number = {version.version: version for version in reading.versions(cursor, Milestone, milestone_id)}
    return [by_number[number] for (number,) in numbers]


def foreseen(
    cursor: Cursor, milestone_id: str, baseline_on: dt.date, today: dt.date, rules: Tolerances
) -> tuple[str, int | None]:
    """Return the status and the slip (days) that another baseline would give, by the rules of the board."""
    [(status, slip_days)] = cursor.execute(
        """
        SELECT
            milestone_status(actual_on, $baseline_on::DATE, forecast_on, confirmed_on, $today, $rules),
            milestone_slip(actual_on, $baseline_on::DATE, forecast_on, $today)
        FROM milestone_position($today, $known_seq, $rules)
        WHERE id = $id
        """,
        {
            "baseline_on": baseline_on,
            "today": today,
            "rules": rules.as_parameter(),
            "known_seq": reading.head(cursor).seq,
            "id": milestone_id,
        },
    ).fetchall()
    return status, slip_days


def ever_held(cursor: Cursor) -> dict[str, set[tuple[object, ...]]]:
    """Return every baseline that was ever recorded of each milestone, by its id, as ``baselines.worded`` gives it."""
    found: dict[str, set[tuple[object, ...]]] = {}
    for said in lines_of(cursor, _Promised, "SELECT id AS milestone_id, * FROM tracker.milestone", {}):
        found.setdefault(said.milestone_id, set()).add((said.baseline, said.baseline_wording))
    return found


@dataclass(frozen=True)
class _Promised:
    milestone_id: str
    baseline: PublishedDate | None
    baseline_wording: str | None
