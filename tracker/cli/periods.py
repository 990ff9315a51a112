"""``period``: open, change, close and reopen reporting periods, and list who has still to confirm."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracker.cli.phrasing import ask_as_whom, ask_format, print_notice_of, say_recorded
from tracker.domain import dates
from tracker.services import periods, stores, users
from tracker.services.periods import Timetable

if TYPE_CHECKING:
    import argparse
    import datetime as dt

    from tracker.cli import Commands

_BY_MISTAKE = "Closed by mistake"


def add_commands(commands: Commands) -> None:
    """Add ``period`` to the command line."""
    period = commands.add_parser(
        "period",
        help="open, change, close and reopen reporting periods; list them; list who has still to confirm",
        description="In a reporting period owners confirm their milestones for the next board. Only one is open at a "
        "time, and every report and rating made while it is open belongs to it.",
    )
    period_commands = period.add_subparsers(title="commands", metavar="COMMAND", required=True)

    opened = period_commands.add_parser(
        "open",
        help="open a reporting period",
        epilog='python -m tracker period open 2026-q4 --name "October to December 2026" --opens 2026-12-01 '
        "--closes 2026-12-15 --board 2026-12-22 --as sec@dfe.example",
    )
    changed = period_commands.add_parser(
        "change", help="change the name or dates of the open period; anything you leave out stays the same"
    )
    closed = period_commands.add_parser("close", help="close the open period")
    reopened = period_commands.add_parser("reopen", help="reopen a period that was closed by mistake")
    reopened.add_argument(
        "--reason", metavar="TEXT", default=_BY_MISTAKE, help=f'the reason, for the history; default: "{_BY_MISTAKE}"'
    )
    for command in (opened, changed, closed, reopened):
        command.add_argument("period", metavar="ID", help="the period's id, such as 2026-q4")
        ask_as_whom(command, "your registered e-mail address; you must be an approver")
    for command, required in ((opened, True), (changed, False)):
        command.add_argument("--name", metavar="NAME", required=required, help="its name, as the board uses it")
        command.add_argument("--opens", metavar="DAY", required=required, help="its first day, as 2026-12-01")
        command.add_argument("--closes", metavar="DAY", required=required, help="its last day")
        command.add_argument("--board", metavar="DAY", required=required, help="the day on which the board meets")
    opened.set_defaults(run=_open)
    changed.set_defaults(run=_change)
    closed.set_defaults(run=_close)
    reopened.set_defaults(run=_reopen)

    listed = period_commands.add_parser("list", help="every reporting period, newest first")
    listed.set_defaults(run=_list)

    chased = period_commands.add_parser(
        "chase", help="who has confirmed, who has not, and what is not assigned to anyone"
    )
    chased.add_argument("period", metavar="ID", nargs="?", help="the period; default: the open one")
    ask_format(chased, "text", "json", "letters", words="text (default), json, or reminder e-mails to send")
    chased.set_defaults(run=_chase)


def _open(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = periods.open_period(
            db,
            actor_id=users.account(db, options.actor),
            period=Timetable(
                period_id=options.period,
                name=options.name,
                opens_on=dates.parse_day(options.opens, where="--opens"),
                closes_on=dates.parse_day(options.closes, where="--closes"),
                board_on=dates.parse_day(options.board, where="--board"),
            ),
        )
        return say_recorded(db, f"Reporting period {options.period} opened.", change)


def _change(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        current = periods.find_period(db, options.period)
        change = periods.change_period(
            db,
            actor_id=users.account(db, options.actor),
            period=Timetable(
                period_id=current.period_id,
                name=current.name if options.name is None else options.name,
                opens_on=_day(options.opens, "--opens", current.opens_on),
                closes_on=_day(options.closes, "--closes", current.closes_on),
                board_on=_day(options.board, "--board", current.board_on),
            ),
            base_version=current.version,
        )
        return say_recorded(db, f"Reporting period {options.period} changed.", change)


def _day(given: str | None, option: str, current: dt.date) -> dt.date:
    return current if given is None else dates.parse_day(given, where=option)


def _close(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = periods.close_period(db, actor_id=users.account(db, options.actor), period_id=options.period)
        return say_recorded(db, f"Reporting period {options.period} closed.", change)


def _reopen(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = periods.reopen_period(
            db, actor_id=users.account(db, options.actor), period_id=options.period, reason=options.reason
        )
        return say_recorded(db, f"Reporting period {options.period} reopened.", change)


def _list(_: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        every = periods.list_periods(db)
        print_notice_of(db)
    for line in every:
        name = " ".join(line.name.split())
        print(f"{line.period_id}  {line.state:<6}  {line.opens_on} to {line.closes_on}, board {line.board_on}  {name}")
    if not every:
        print("There are no reporting periods. Open one with `python -m tracker period open`.")
    return 0


def _chase(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        view = periods.chase(db, options.period)
    if options.format == "letters":
        letters = [periods.letter(view, line) for line in view.people if not line.done]
        sys.stdout.write("\n".join(letters) or "Everyone has confirmed, so there are no reminders to send.\n")
    else:
        sys.stdout.write(periods.as_json(view) if options.format == "json" else periods.as_text(view))
    return 0
