"""The command line: every use case without a browser.

Exit status: 0 when the command did its job; 1 when it found a fault in what it was given (one clear sentence on
standard error); 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import TrackerError, UnknownUser
from tracker.domain.words import Role
from tracker.services import boards, history, plans, stores, users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.ledger import Change
    from tracker.domain.lines import UserLine
    from tracker.store.database import Database

_GUIDE = """\
The store is data/tracker.duckdb, or the file that TRACKER_STORE names. Only one process can write to it at a time:
close the app before a command that writes.

  python -m tracker init                          make the store and load the plans
  python -m tracker plan check                    say what is wrong with the plans, and where
  python -m tracker plan load                     record what the plans say that the store does not hold
  python -m tracker board                         the board today
  python -m tracker board --as-at 2023-07-01      the board as it stood on a day
  python -m tracker board --format json > b.json  the same figures for a machine
  python -m tracker history --milestone C2-01-M4  who changed what, when and why, in sentences
  python -m tracker user add ana@dfe.example --name "Ana Example" --role contributor --programme safety-valve
  python -m tracker verify                        prove that nothing was altered or lost
  python -m tracker backup /mnt/backups           a proven copy; restore FILE puts one back
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a machine reads is UTF-8, whatever the terminal speaks
            stream.reconfigure(encoding="utf-8")
    options = _parser().parse_args(arguments)
    try:
        run = options.run
        status: int = run(options)
        sys.stdout.flush()
    except TrackerError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        if error.filename is not None:
            raise  # a file's, which the store tells of itself: here it is a defect
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader of our output (head, less) has gone: not worth a word
            return 0
        print(f"The output cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tracker",
        description="The delivery-board tracker for the SEND and AP Green Paper.",
        epilog=_GUIDE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    init = commands.add_parser("init", help="make the store if there is none, and load the plans")
    _plan_folders(init)
    init.set_defaults(run=_init)

    migrate = commands.add_parser("migrate", help="bring the store's tables up to this version of the tracker")
    migrate.set_defaults(run=_migrate)

    plan = commands.add_parser("plan", help="check or load the plans (plans/*.toml and data/*.csv)")
    plan_commands = plan.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = plan_commands.add_parser("check", help="say what is wrong with the plans: file, entry, field and remedy")
    _plan_folders(check)
    check.set_defaults(run=_plan_check)
    load = plan_commands.add_parser("load", help="record as one change what the plans say and the store does not hold")
    _plan_folders(load)
    load.set_defaults(run=_plan_load)

    board = commands.add_parser(
        "board",
        help="the board as at a day",
        description="The board as at a day: the same figures as the Board page.",
    )
    board.add_argument("--as-at", metavar="DAY", help="the day to show, as 2023-07-01; today in London when not given")
    board.add_argument(
        "--known-at",
        metavar="INSTANT",
        help="leave out what was recorded after this (UTC), as 2026-11-30 or 2026-11-30T09:30:00Z; everything known "
        "when not given",
    )
    board.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    board.set_defaults(run=_board)

    _history_parser(commands)
    _user_parser(commands)

    verify = commands.add_parser("verify", help="recompute the whole chain and compare it with its anchor")
    verify.add_argument(
        "--renew-anchor",
        action="store_true",
        help="write a missing head anchor anew; do so only when the head is the one printed on your last export",
    )
    verify.set_defaults(run=_verify)

    backup = commands.add_parser("backup", help="write a proven copy of the store into a folder")
    backup.add_argument("folder", metavar="DIR", type=Path, help="an existing folder, best on another disk")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="put a backup in the store's place; the old store is moved aside")
    restore.add_argument("file", metavar="FILE", type=Path, help="a backup's .duckdb file; its .heads lies beside it")
    restore.set_defaults(run=_restore)
    return parser


def _history_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    told = commands.add_parser(
        "history",
        help="what was recorded, in sentences: who, when, what from and to, and why",
        description="Every change that was recorded, newest first: who, when, what from and to, and why. A change of "
        "many records at once is one line, unless a milestone or a commitment is chosen. Days are in UTC.",
        epilog="python -m tracker history --commitment C2-01 --from 2026-01-01 --format csv > history.csv",
    )
    of = told.add_mutually_exclusive_group()
    of.add_argument("--milestone", metavar="ID", help="only what concerns a milestone, such as C2-01-M4")
    of.add_argument("--commitment", metavar="ID", help="only what concerns a commitment and all that belongs to it")
    told.add_argument("--actor", metavar="WHO", help="only what one person recorded: an e-mail address, or the name")
    told.add_argument("--from", metavar="DAY", dest="from_", help="recorded on this day or later, as 2026-03-01")
    told.add_argument("--to", metavar="DAY", help="recorded on this day or before, as 2026-03-31")
    told.add_argument("--format", choices=("text", "csv", "json"), default="text", help="text (default), csv or json")
    told.set_defaults(run=_history)


def _user_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    user = commands.add_parser(
        "user",
        help="say who may use the tracker: add, change or list",
        description="Who may use the tracker, in which role and for what. A viewer sees everything; a contributor "
        "updates what is given to them; an approver decides baselines and keeps periods; an administrator says who "
        "may use the tracker. Nobody is deleted: make them inactive.",
    )
    user_commands = user.add_subparsers(title="commands", metavar="COMMAND", required=True)

    add = user_commands.add_parser(
        "add",
        help="register a person",
        epilog='python -m tracker user add ana@dfe.example --name "Ana Example" --role contributor '
        "--programme safety-valve --commitment C2-01 C2-02",
    )
    change = user_commands.add_parser(
        "change",
        help="change a person's name, role or assignments, or whether they are active",
        description="What is not given stays as it is; but only a contributor keeps programmes and commitments.",
        epilog="python -m tracker user change ana@dfe.example --inactive",
    )
    for command, required in ((add, True), (change, False)):
        command.add_argument("email", metavar="EMAIL", help="the address that they are registered under")
        command.add_argument("--name", metavar="NAME", required=required, help="the name that colleagues know")
        command.add_argument("--role", required=required, choices=list(Role), help="what they are to the board")
        none = "" if required else ", in place of those given before; none to take all away"
        for what, example in (("programme", "safety-valve"), ("commitment", "C2-01")):
            command.add_argument(
                f"--{what}",
                metavar="ID",
                nargs="+" if required else "*",
                default=[] if required else None,
                help=f"a contributor's {what}s to update, such as {example}{none}",
            )
    add.set_defaults(run=_user_add)
    active = change.add_mutually_exclusive_group()
    active.add_argument("--inactive", dest="active", action="store_false", default=None, help="they may do nothing")
    active.add_argument("--active", dest="active", action="store_true", help="they may use the tracker again")
    change.set_defaults(run=_user_change)

    listed = user_commands.add_parser("list", help="everybody who was ever registered, by name")
    listed.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    listed.set_defaults(run=_user_list)


def _plan_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plans", metavar="DIR", type=Path, default=Path("plans"), help="default: plans")
    parser.add_argument("--data", metavar="DIR", type=Path, default=Path("data"), help="default: data")


def _actor() -> str:
    return f"command line ({os.environ.get('USER') or 'unknown user'})"


def _init(options: argparse.Namespace) -> int:
    at = stores.address()
    plans.check_plans(options.plans, options.data)  # a store is not made for plans that cannot be loaded
    created = stores.init_store(at)
    print(f"Created the store {at.file}." if created else f"The store {at.file} is there.")
    return _plan_load(options)


def _migrate(_: argparse.Namespace) -> int:
    ran = stores.migrate_store(stores.address())
    print("\n".join(f"Ran {name}." for name in ran) or "The store is up to date; nothing to run.")
    return 0


def _plan_check(options: argparse.Namespace) -> int:
    counts = plans.check_plans(options.plans, options.data)
    print("The plans are sound: " + ", ".join(f"{count:,} {noun}" for noun, count in sorted(counts.items())) + ".")
    return 0


def _plan_load(options: argparse.Namespace) -> int:
    at = stores.address()
    loaded = plans.Loaded((), None)
    with stores.open_store(at) as db:  # reading only, so that it may be done while the app shows the store
        differs = bool(plans.compare_plans(db, options.plans, options.data))
    if differs:
        with stores.open_store(at, writable=True) as db:
            loaded = plans.load_plans(db, options.plans, options.data, actor=_actor())
    if loaded.change is None:
        print("The store holds all that the plans say; nothing was recorded.")
        return 0
    first_load = loaded.change.seq == 1  # a thousand additions, which the plans themselves list better
    for difference in () if first_load else loaded.differences:
        print(f"  {difference}")
    print(f"Recorded change {loaded.change.seq}: {loaded.change.reason}. Seal {loaded.change.seal[:12]}.")
    return 0


def _board(options: argparse.Namespace) -> int:
    as_at = dates.today() if options.as_at is None else boards.parse_as_at(options.as_at)
    known_at = None if options.known_at is None else dates.parse_instant(options.known_at, where="known at")
    with stores.open_store(stores.address()) as db:
        view = boards.view_board(db, as_at, boards.known_position(db, known_at))
    write = boards.as_json if options.format == "json" else boards.as_text
    sys.stdout.write(write(view))
    return 0


def _history(options: argparse.Namespace) -> int:
    wanted = history.HistoryFilter(
        milestone_id=options.milestone,
        commitment_id=options.commitment,
        actor=options.actor,
        recorded_from=None if options.from_ is None else dates.parse_day(options.from_, where="from"),
        recorded_to=None if options.to is None else dates.parse_day(options.to, where="to"),
        limit=None,
    )
    with stores.open_store(stores.address()) as db:
        view = history.view_history(db, wanted, boards.known_position(db))
    if options.format == "csv":
        sys.stdout.buffer.write(history.as_csv(view.lines).encode())  # its line ends are its own on every system
    else:
        sys.stdout.write(history.as_json(view) if options.format == "json" else history.as_text(view))
    return 0


def _user_add(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = users.add_user(
            db,
            actor_id=users.OPERATOR,
            email=options.email,
            name=options.name,
            role=options.role,
            programmes=options.programme,
            commitments=options.commitment,
        )
        _say_user(db, options.email, change)
    return 0


def _user_change(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        held = _user(db, options.email)
        role = options.role or held.role
        keeps = role == Role.CONTRIBUTOR
        change = users.change_user(
            db,
            actor_id=users.OPERATOR,
            email=held.user_id,
            base_version=held.version,
            name=held.name if options.name is None else options.name,
            role=role,
            active=held.active if options.active is None else options.active,
            programmes=options.programme if options.programme is not None else held.programmes if keeps else [],
            commitments=options.commitment if options.commitment is not None else held.commitments if keeps else [],
        )
        _say_user(db, held.user_id, change)
    return 0


def _user_list(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        everybody = users.list_users(db)
    if options.format == "json":
        print(json.dumps([asdict(line) for line in everybody], ensure_ascii=False, indent=2))
        return 0
    if not everybody:
        print("Nobody is registered; add somebody with `python -m tracker user add`.")
        return 0
    rows = [("E-mail", "Name", "Role", "Updates"), *(_cells(line) for line in everybody)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _user(db: Database, email: str) -> UserLine:
    address = email.strip().lower()
    found = next((line for line in users.list_users(db) if line.user_id == address), None)
    if found is None:
        raise UnknownUser(f'Nobody is registered as "{address}"; `python -m tracker user list` tells who is.')
    return found


def _cells(line: UserLine) -> tuple[str, ...]:
    role = line.role if line.active else f"{line.role} (inactive)"
    return line.user_id, " ".join(line.name.split()), role, ", ".join([*line.programmes, *line.commitments])


def _say_user(db: Database, email: str, change: Change) -> None:
    print("  ".join(filter(None, _cells(_user(db, email)))))
    print(f"Recorded change {change.seq}: {change.action}. Seal {change.seal[:12]}.")


def _verify(options: argparse.Namespace) -> int:
    proof = stores.verify_store(stores.address(), renew_anchor=options.renew_anchor)
    head = f"head: change {proof.head.seq}, seal {proof.head.seal}"
    if proof.changes or not proof.faults:  # of tables that were reshaped nothing can be counted
        print(f"{proof.changes:,} changes, {proof.versions:,} versions; {head}")
    for fault in proof.faults:
        print(fault, file=sys.stderr)
    if proof.faults:
        return 1
    print(proof.conclusion)
    return 0


def _backup(options: argparse.Namespace) -> int:
    made = stores.back_up(stores.address(), options.folder)
    print(f"Wrote and proved {made.file} (change {made.head.seq}, seal {made.head.seal[:12]}).")
    return 0


def _restore(options: argparse.Namespace) -> int:
    at = stores.address()
    restored = stores.restore(at, options.file)
    print(f"Restored {at.file} to change {restored.head.seq} (seal {restored.head.seal[:12]}).")
    if restored.replaced:
        print(f"The store that was there is kept as {restored.replaced}.")
    return 0
