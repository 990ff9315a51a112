"""The snapshots, each with its current state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.store.lines import lines_of
from tracker.views.control import SnapshotLine

if TYPE_CHECKING:
    from tracker.store.database import Cursor


def snapshots(cursor: Cursor, known_seq: int) -> list[SnapshotLine]:
    """Return every snapshot in the state known at change ``known_seq``, the newest day and knowledge first."""
    return lines_of(
        cursor,
        SnapshotLine,
        """
        WITH known AS (SELECT * FROM tracker.snapshot WHERE change_seq <= $known_seq),
        lives AS (
            SELECT
                id,
                max(version) AS version,
                min(change_seq) AS taken_seq,
                min_by(effective_on, version) AS taken_on,
                min(change_seq) FILTER (state IN ('approved', 'published')) AS approved_seq,
                min(change_seq) FILTER (state = 'published') AS published_seq,
                min(change_seq) FILTER (state = 'withdrawn') AS withdrawn_seq
            FROM known
            GROUP BY id
        )
        SELECT
            held.id AS name,
            held.as_at,
            held.known_seq,
            held.known_seal,
            newest.recorded_at AS known_at,
            held.digest,
            held.rules,
            held.state,
            held.taken_by,
            (
                SELECT arg_max(person.name, person.version) FROM tracker.user AS person
                WHERE person.id = held.taken_by AND person.change_seq <= lives.taken_seq
            ) AS taker,
            taken.recorded_at AS taken_at,
            lives.taken_on,
            held.period_id,
            held.approved_by,
            (
                SELECT arg_max(person.name, person.version) FROM tracker.user AS person
                WHERE person.id = held.approved_by AND person.change_seq <= lives.approved_seq
            ) AS approver,
            approved.recorded_at AS approved_at,
            published.recorded_at AS published_at,
            held.withdrawn_by,
            (
                SELECT arg_max(person.name, person.version) FROM tracker.user AS person
                WHERE person.id = held.withdrawn_by AND person.change_seq <= lives.withdrawn_seq
            ) AS withdrawer,
            withdrawn.recorded_at AS withdrawn_at,
            withdrawn.reason AS withdrawal,
            held.note,
            held.version
        FROM known AS held
        JOIN lives USING (id, version)
        JOIN tracker.change AS taken ON taken.seq = lives.taken_seq
        LEFT JOIN tracker.change AS newest ON newest.seq = held.known_seq
        LEFT JOIN tracker.change AS approved ON approved.seq = lives.approved_seq
        LEFT JOIN tracker.change AS published ON published.seq = lives.published_seq
        LEFT JOIN tracker.change AS withdrawn ON withdrawn.seq = lives.withdrawn_seq
        ORDER BY held.as_at DESC, held.known_seq DESC, held.id
        """,
        {"known_seq": known_seq},
    )
