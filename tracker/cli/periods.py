"""``period``: reporting periods opened, changed, closed and reopened, and who has yet to confirm."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracker.cli.marking import print_notice_of
from tracker.domain import dates
from tracker.services import periods, stores, users

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands
    from tracker.domain.ledger import Change
    from tracker.store.database import Database


_BY_MISTAKE = "Closed by mistake"


def add_commands(commands: Commands) -> None:
    """Add ``period`` to the command line."""
    period = commands.add_parser(
        "period",
        help="open, change, close and reopen a reporting period; list them; say who has yet to confirm",
        description="A reporting period is when owners confirm their lines, for the board that meets after it. One is "
        "open at a time; while it is, every report and every rating belongs to it.",
    )
    period_commands = period.add_subparsers(title="commands", metavar="COMMAND", required=True)

    opened = period_commands.add_parser(
        "open",
        help="open a reporting period",
        epilog='python -m tracker period open 2026-q4 --name "October to December 2026" --opens 2026-12-01 '
        "--closes 2026-12-15 --board 2026-12-22 --as sec@dfe.example",
    )
    changed = period_commands.add_parser(
        "change", help="change the name or the days of the open period; what is not given stays as it is"
    )
    closed = period_commands.add_parser("close", help="close the period that is open")
    reopened = period_commands.add_parser("reopen", help="open a period again that was closed by mistake")
    reopened.add_argument(
        "--reason", metavar="TEXT", default=_BY_MISTAKE, help=f'why, for the history; "{_BY_MISTAKE}" when not given'
    )
    for command in (opened, changed, closed, reopened):
        command.add_argument("period", metavar="ID", help="the period's id, such as 2026-q4")
        command.add_argument(
            "--as", metavar="EMAIL", dest="actor", required=True, help="the registered approver who does so"
        )
    for command, required in ((opened, True), (changed, False)):
        command.add_argument("--name", metavar="NAME", required=required, help="the name that the board uses")
        command.add_argument("--opens", metavar="DAY", required=required, help="its first day, as 2026-12-01")
        command.add_argument("--closes", metavar="DAY", required=required, help="its last day")
        command.add_argument("--board", metavar="DAY", required=required, help="the day on which the board meets")
    opened.set_defaults(run=_open)
    changed.set_defaults(run=_change)
    closed.set_defaults(run=_close)
    reopened.set_defaults(run=_reopen)

    listed = period_commands.add_parser("list", help="every reporting period, newest first")
    listed.set_defaults(run=_list)

    chased = period_commands.add_parser("chase", help="who has confirmed and who has not, and what was given to nobody")
    chased.add_argument("period", metavar="ID", nargs="?", help="the period; the one that is open when not given")
    chased.add_argument(
        "--format", choices=("text", "json", "letters"), default="text", help="text (default), json, or letters to send"
    )
    chased.set_defaults(run=_chase)


def _open(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = periods.open_period(
            db,
            actor_id=users.account(db, options.actor),
            period_id=options.period,
            name=options.name,
            opens_on=dates.parse_day(options.opens, where="--opens"),
            closes_on=dates.parse_day(options.closes, where="--closes"),
            board_on=dates.parse_day(options.board, where="--board"),
        )
        return _say(db, f"{options.period} is open", change)


def _change(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        held = periods.find_period(db, options.period)
        change = periods.change_period(
            db,
            actor_id=users.account(db, options.actor),
            period_id=held.period_id,
            base_version=held.version,
            name=held.name if options.name is None else options.name,
            opens_on=held.opens_on if options.opens is None else dates.parse_day(options.opens, where="--opens"),
            closes_on=held.closes_on if options.closes is None else dates.parse_day(options.closes, where="--closes"),
            board_on=held.board_on if options.board is None else dates.parse_day(options.board, where="--board"),
        )
        return _say(db, f"{options.period} is changed", change)


def _close(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = periods.close_period(db, actor_id=users.account(db, options.actor), period_id=options.period)
        return _say(db, f"{options.period} is closed", change)


def _reopen(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = periods.reopen_period(
            db, actor_id=users.account(db, options.actor), period_id=options.period, reason=options.reason
        )
        return _say(db, f"{options.period} is open again", change)


def _list(_: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        every = periods.list_periods(db)
        print_notice_of(db)
    for line in every:
        name = " ".join(line.name.split())
        print(f"{line.period_id}  {line.state:<6}  {line.opens_on} to {line.closes_on}, board {line.board_on}  {name}")
    if not every:
        print("There is no reporting period; open one with `python -m tracker period open`.")
    return 0


def _chase(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        view = periods.chase(db, options.period)
    if options.format == "letters":
        letters = [periods.letter(view, line) for line in view.people if not line.done]
        sys.stdout.write("\n".join(letters) or "Everybody has confirmed; there is nobody to write to.\n")
    else:
        sys.stdout.write(periods.as_json(view) if options.format == "json" else periods.as_text(view))
    return 0


def _say(db: Database, done: str, change: Change) -> int:
    print_notice_of(db)
    print(f"The reporting period {done}.")
    print(f"Recorded change {change.seq}: {change.action}. Seal {change.seal[:12]}.")
    return 0
