"""The command line: every use case without a browser.

Exit status: 0 when the command did its job; 1 when it found a fault in what it was given (one clear sentence on
standard error); 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import TrackerError
from tracker.services import boards, plans, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

_GUIDE = """\
The store is data/tracker.duckdb, or the file that TRACKER_STORE names. Only one process can write to it at a time:
close the app before a command that writes.

  python -m tracker init                          make the store and load the plans
  python -m tracker plan check                    say what is wrong with the plans, and where
  python -m tracker plan load                     record what the plans say that the store does not hold
  python -m tracker board                         the board today
  python -m tracker board --as-at 2023-07-01      the board as it stood on a day
  python -m tracker board --format json > b.json  the same figures for a machine
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
    with stores.open_store(stores.address(), writable=True) as db:
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


def _verify(options: argparse.Namespace) -> int:
    proof = stores.verify_store(stores.address(), renew_anchor=options.renew_anchor)
    print(
        f"{proof.changes:,} changes, {proof.versions:,} versions; head: change {proof.head.seq}, seal {proof.head.seal}"
    )
    for fault in proof.faults:
        print(fault, file=sys.stderr)
    if not proof.faults:
        print("The ledger is whole: every seal matches its content, and the end agrees with the head anchor.")
    return 1 if proof.faults else 0


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
