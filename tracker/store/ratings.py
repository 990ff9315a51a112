"""What owners rate: each commitment with its last rating."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.domain.ratings import RatingLine
from tracker.store import reading
from tracker.store.lines import lines_of

if TYPE_CHECKING:
    from tracker.domain.rules import Tolerances
    from tracker.store.database import Cursor


def rating_lines(
    cursor: Cursor, today: dt.date, rules: Tolerances, *, period_id: str | None = None
) -> list[RatingLine]:
    """Return every commitment with its last rating, in order of id."""
    return lines_of(
        cursor,
        RatingLine,
        """
        WITH rated AS (
            SELECT
                commitment_id,
                max(version) AS version,
                bool_or(NOT retracted AND period_id = $period_id) AS in_period
            FROM tracker.assessment
            WHERE view = 'owner'
            GROUP BY commitment_id
        ),
        owner_view AS (
            SELECT *, coalesce(valid_until, effective_on + $rules['stale_days']::INTEGER) AS holds_until
            FROM assessment_as_at($today, $known_seq)
            WHERE view = 'owner'
        )
        SELECT
            commitment.id AS commitment_id,
            commitment.title,
            commitment.programme_id,
            coalesce(position.status, 'Not dated') AS computed_status,
            evidence_view.rating AS outcome,
            owner_view.rating,
            owner_view.rationale,
            owner_view.override_reason,
            owner_view.effective_on AS rated_on,
            owner_view.holds_until AS valid_until,
            coalesce($today <= owner_view.holds_until, false) AS stands,
            CASE WHEN $period_id::VARCHAR IS NULL THEN stands ELSE coalesce(rated.in_period, false) END AS confirmed,
            coalesce(rated.version, 0) AS base_version
        FROM commitment_as_at($today, $known_seq) AS commitment
        LEFT JOIN commitment_position($today, $known_seq, $rules) AS position ON position.commitment_id = commitment.id
        LEFT JOIN owner_view ON owner_view.commitment_id = commitment.id
        LEFT JOIN assessment_as_at($today, $known_seq) AS evidence_view
            ON evidence_view.commitment_id = commitment.id AND evidence_view.view = 'evidence'
        LEFT JOIN rated ON rated.commitment_id = commitment.id
        ORDER BY commitment.id
        """,
        {
            "today": today,
            "known_seq": reading.head(cursor).seq,
            "rules": rules.as_parameter(),
            "period_id": period_id,
        },
    )
