"""``history``: every change in sentences."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracker.cli.phrasing import ask_format
from tracker.domain import dates
from tracker.services import boards, history, stores

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``history`` to the command line."""
    shown = commands.add_parser(
        "history",
        help="every change in sentences: who, when, what and why",
        description="Every change, newest first: who made it, when, what it changed and why. A change of many records "
        "at once is one line, unless you choose a milestone or a commitment. Days are in UTC.",
        epilog="python -m tracker history --commitment C2-01 --from 2026-01-01 --format csv > history.csv",
    )
    of = shown.add_mutually_exclusive_group()
    of.add_argument("--milestone", metavar="ID", help="only a milestone, such as C2-01-M4")
    of.add_argument("--commitment", metavar="ID", help="only a commitment and everything that belongs to it")
    shown.add_argument("--actor", metavar="WHO", help="only one person's changes: their e-mail address or name")
    shown.add_argument("--from", metavar="DAY", dest="from_", help="recorded on this day or later, as 2026-03-01")
    shown.add_argument("--to", metavar="DAY", help="recorded on this day or before, as 2026-03-31")
    shown.add_argument("--period", metavar="ID", help="only what was recorded in a reporting period or belongs to it")
    ask_format(shown, "text", "csv", "json", words="text (default), csv or json")
    shown.set_defaults(run=_history)


def _history(options: argparse.Namespace) -> int:
    wanted = history.HistoryFilter(
        milestone_id=options.milestone,
        commitment_id=options.commitment,
        actor=options.actor,
        recorded_from=None if options.from_ is None else dates.parse_day(options.from_, where="from"),
        recorded_to=None if options.to is None else dates.parse_day(options.to, where="to"),
        period_id=options.period,
        limit=None,
    )
    with stores.open_store(stores.address()) as db:
        view = history.view_history(db, wanted, boards.known_position(db))
    if options.format == "csv":
        sys.stdout.buffer.write(history.as_csv(view).encode())  # its line ends are its own on every system
    else:
        sys.stdout.write(history.as_json(view) if options.format == "json" else history.as_text(view))
    return 0
