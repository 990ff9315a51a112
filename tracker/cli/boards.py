"""``board``: the same figures as the Board page, for a terminal or a machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracker.cli.phrasing import ask_format
from tracker.domain import dates
from tracker.services import boards, snapshots, stores

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``board`` to the command line."""
    board = commands.add_parser(
        "board",
        help="the board as at a day",
        description="The board as at a day: the same figures as the Board page.",
    )
    day = board.add_mutually_exclusive_group()
    day.add_argument("--as-at", metavar="DAY", help="the day to show, as 2023-07-01; today in London when not given")
    day.add_argument("--snapshot", metavar="NAME", help="the board of a snapshot, as `snapshot list` names it")
    board.add_argument(
        "--known-at",
        metavar="INSTANT",
        help="leave out what was recorded after this (UTC), as 2026-11-30 or 2026-11-30T09:30:00Z; everything known "
        "when not given",
    )
    ask_format(board)
    board.set_defaults(run=_board, refuse=board.error)


def _board(options: argparse.Namespace) -> int:
    as_at = dates.today() if options.as_at is None else boards.parse_as_at(options.as_at)
    known_at = None if options.known_at is None else dates.parse_instant(options.known_at, where="known at")
    if options.snapshot is not None and known_at is not None:
        options.refuse("argument --known-at: a snapshot has a knowledge of its own")
    with stores.open_store(stores.address()) as db:
        if options.snapshot is not None:
            if withdrawn := snapshots.withdrawal(snapshots.show_snapshot(db, options.snapshot)):
                print(withdrawn, file=sys.stderr)
            view = snapshots.open_snapshot(db, options.snapshot)
        else:
            view = boards.view_board(db, as_at, boards.known_position(db, known_at))
    write = boards.as_json if options.format == "json" else boards.as_text
    sys.stdout.write(write(view))
    return 0
