"""What changed between two boards: two snapshots, two days, or since the last board that met."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.domain.snapshots import Position, is_day
from tracker.exchange.comparison_files import comparison_json as as_json
from tracker.exchange.comparison_files import comparison_text as as_text
from tracker.exchange.comparison_files import moved
from tracker.reporting.comparison import ChangeRow, Comparison, compare, explained, origins
from tracker.services import boards, snapshots
from tracker.store import history

__all__ = [
    "ChangeRow",
    "Comparison",
    "as_json",
    "as_text",
    "compare_asked",
    "compare_boards",
    "find_position",
    "moved",
    "since_approved",
]

if TYPE_CHECKING:
    from tracker.domain.nouns import BaselineRequest
    from tracker.reporting.board import BoardView
    from tracker.store.database import Database


def find_position(db: Database, asked: str) -> Position:
    """Return the position of a snapshot, by its name, or of a day (``2023-06-30``) with everything known.

    Raises UnknownSnapshot, UnreadableDate.
    """
    if is_day(asked):
        return Position(as_at=boards.parse_as_at(asked), known_seq=boards.known_position(db))
    return snapshots.show_snapshot(db, asked).position


def compare_boards(
    db: Database,
    before: BoardView,
    after: BoardView,
    *,
    before_name: str | None = None,
    after_name: str | None = None,
    since: str | None = None,
) -> Comparison:
    """Return what changed from one board of a store to another, with who recorded it, when and why.

    Give the name of each board that is a snapshot's; ``since`` names the earlier board for people.
    """
    found = replace(compare(before, after), before_name=before_name, after_name=after_name, since=since)
    wanted = origins(found)
    with db.read() as cursor:
        versions = {
            (table, noun_id): lines
            for table, ids in wanted.items()
            for noun_id, lines in history.said(cursor, table, ids, after.as_at, after.head.seq).items()
        }
        requests: dict[str, list[BaselineRequest]] = {}
        moved = wanted.get("milestone", set())
        for request in history.approved_requests(cursor, moved, after.as_at, after.head.seq):
            requests.setdefault(request.milestone_id, []).append(request)
    return explained(found, versions, requests)


def compare_asked(db: Database, before: str, after: str) -> Comparison:
    """Compare two snapshots or days, each given as text. Raises UnknownSnapshot, UnreadableDate."""
    return compare_boards(
        db,
        _board(db, find_position(db, before)),
        _board(db, find_position(db, after)),
        before_name=None if is_day(before) else before,
        after_name=None if is_day(after) else after,
    )


def since_approved(db: Database, after: BoardView, *, after_name: str | None = None) -> Comparison | None:
    """Return what changed since the last board that met before this board's day; None when none had."""
    last = snapshots.last_board(db, after.as_at, after.head.seq)
    if last is None:
        return None
    line = last.snapshot
    before = _board(db, line.position)
    return compare_boards(db, before, after, before_name=line.name, after_name=after_name, since=last.named)


def _board(db: Database, at: Position) -> BoardView:
    return boards.view_board(db, at.as_at, at.known_seq, at.rules)
