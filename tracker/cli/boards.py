"""``board``: the same figures as the Board page, for a terminal or another program."""

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
    day.add_argument("--as-at", metavar="DAY", help="the day to show, for example 2023-07-01; default: today in London")
    day.add_argument("--snapshot", metavar="NAME", help="the board of a snapshot, by its name in `snapshot list`")
    board.add_argument(
        "--known-at",
        metavar="INSTANT",
        help="use only what was recorded up to this time (UTC), for example 2026-11-30 or 2026-11-30T09:30:00Z; "
        "default: everything",
    )
    ask_format(board)
    board.set_defaults(run=_board, refuse=board.error)


def _board(options: argparse.Namespace) -> int:
    as_at = dates.today() if options.as_at is None else boards.parse_as_at(options.as_at)
    known_at = None if options.known_at is None else dates.parse_instant(options.known_at, where="as known at")
    if options.snapshot is not None and known_at is not None:
        options.refuse("argument --known-at: not possible with --snapshot, which has its own time")
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
