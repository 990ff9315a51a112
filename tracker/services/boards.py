"""The board, and one of its commitments, as at a day and as known at an instant."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import UnknownCommitment, UnreadableDate
from tracker.domain.ledger import Head
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.snapshots import Position
from tracker.exchange.board_files import board_json as as_json
from tracker.exchange.board_files import board_text as as_text
from tracker.reporting.board import BoardView, Header, build_board
from tracker.reporting.commitment import CommitmentView, build_commitment
from tracker.store import baselines, board, reading

__all__ = [
    "BoardView",
    "CommitmentView",
    "as_json",
    "as_text",
    "board_of",
    "head_at",
    "known_position",
    "parse_as_at",
    "require_shown",
    "view_board",
    "view_commitment",
]

if TYPE_CHECKING:
    from tracker.store.database import Cursor, Database


def parse_as_at(text: str) -> dt.date:
    """Read the day to show the board as at. Raises UnreadableDate for a day that has no board."""
    return require_shown(dates.parse_day(text, where="as at"))


def require_shown(as_at: dt.date) -> dt.date:
    """Return ``as_at`` if there is a board for it. Raises UnreadableDate otherwise."""
    if not dates.GREEN_PAPER <= as_at <= dates.today():
        raise UnreadableDate(
            f"As at: choose a date from {dates.in_words(dates.GREEN_PAPER)} (the Green Paper) to "
            f"{dates.in_words(dates.today())} (today), not {dates.in_words(as_at)}."
        )
    return as_at


def known_position(db: Database, known_at: dt.datetime | None = None) -> int:
    """Return the number of the last change known at an instant (UTC); by default the last of all."""
    with db.read() as cursor:
        return reading.head(cursor).seq if known_at is None else reading.known_seq(cursor, known_at)


def head_at(db: Database, known_seq: int) -> Head:
    """Return the end of the ledger at change ``known_seq``; before the first, change 0 with the genesis seal."""
    with db.read() as cursor:
        return reading.head(cursor, known_seq)


def view_board(db: Database, as_at: dt.date, known_seq: int, rules: Tolerances = TOLERANCES) -> BoardView:
    """Return the board as at ``as_at``, as known at change ``known_seq``. Raises UnreadableDate."""
    require_shown(as_at)
    with db.read() as cursor:
        return board_of(cursor, as_at, known_seq, rules)


def board_of(cursor: Cursor, as_at: dt.date, known_seq: int, rules: Tolerances = TOLERANCES) -> BoardView:
    """Return the board of a day, as known at a change, as a cursor sees the ledger."""
    newest = reading.newest_change(cursor, known_seq)
    header = Header(
        as_at=as_at,
        known_at=newest.recorded_at if newest else None,
        head=Head.of(newest),
        rules=rules,
        demonstration=reading.is_demonstration(cursor),
    )
    return build_board(header, board.lists(cursor, Position(as_at=as_at, known_seq=known_seq, rules=rules)))


def view_commitment(db: Database, view: BoardView, commitment_id: str) -> CommitmentView:
    """Return one commitment of a board, as at the board's day and knowledge. Raises UnknownCommitment."""
    line = next((line for line in view.commitments if line.commitment_id == commitment_id), None)
    if line is None:
        raise UnknownCommitment(
            f'There was no commitment "{commitment_id}" on {dates.in_words(view.as_at)}. Choose one from the list of '
            "commitments."
        )
    with db.read() as cursor:
        return build_commitment(
            view,
            line,
            board.details(cursor, Position(as_at=view.as_at, known_seq=view.head.seq, rules=view.rules)),
            requests=baselines.requests(cursor, view.as_at, view.head.seq, commitment_id=commitment_id),
            history=board.history(cursor, commitment_id, view.head.seq),
        )
