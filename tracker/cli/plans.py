"""``plan``: check and load the plans; ``init`` makes the store for them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import print_notice_of
from tracker.domain.errors import PlanFaults, ReturnRejected
from tracker.services import backups, plans, stores

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``init`` and ``plan`` to the command line."""
    init = commands.add_parser("init", help="make the store if there is none, and load the plans")
    _plan_folders(init)
    init.set_defaults(run=_init)

    plan = commands.add_parser("plan", help="check or load the plans (plans/*.toml and data/*.csv)")
    plan_commands = plan.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = plan_commands.add_parser("check", help="list what is wrong with the plans: file, entry, field and remedy")
    _plan_folders(check)
    check.set_defaults(run=_plan_check)
    load = plan_commands.add_parser("load", help="record what is new or different in the plans as one change")
    _plan_folders(load)
    load.add_argument("--remove", action="store_true", help="remove from the board what is no longer in the plans")
    load.add_argument(
        "--correct-baselines",
        metavar="WHY",
        help="record the plans' baselines as corrections of earlier plans that were wrong from the start, with this "
        "reason",
    )
    load.set_defaults(run=_plan_load)
    draft = plan_commands.add_parser(
        "draft", help="write a plan to edit from a list, a GMPP table or a Microsoft Project schedule; loads nothing"
    )
    draft.add_argument("file", metavar="FILE", type=Path, help="a CSV, Excel (.xlsx) or Microsoft Project XML file")
    draft.add_argument("--to", metavar="PLAN", type=Path, help="the new file to write; default: print the plan")
    draft.set_defaults(run=_plan_draft)


def _plan_folders(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plans", metavar="DIR", type=Path, default=Path("plans"), help="default: plans")
    parser.add_argument("--data", metavar="DIR", type=Path, default=Path("data"), help="default: data")


def _actor() -> str:
    return f"command line ({os.environ.get('USER') or 'unknown user'})"


def _init(options: argparse.Namespace) -> int:
    at = stores.address()
    if not at.exists():
        plans.check_plans(options.plans, options.data)  # make no store for plans that cannot be loaded
    if folder := stores.backup_folder():
        backups.require_unrewritten(at, folder)
    if stores.init_store(at):
        print(f"Created the store {at.file}.")
        return _load(options, plans.NOTHING_CONFIRMED)
    print(f"The store is {at.file}.")
    try:
        return _load(options, plans.NOTHING_CONFIRMED)
    except PlanFaults as refused:  # the board still shows the store
        print(refused, file=sys.stderr)
        print("The board is as it was. Once you have fixed this, load the plans with `python -m tracker plan load`.")
        return 0


def _plan_check(options: argparse.Namespace) -> int:
    counts = plans.check_plans(options.plans, options.data)
    print("No faults in the plans: " + ", ".join(f"{count:,} {noun}" for noun, count in sorted(counts.items())) + ".")
    for sentence in plans.unread(options.plans):
        print(f"Note: {sentence}")
    return 0


def _plan_draft(options: argparse.Namespace) -> int:
    drafted = plans.draft_plan(options.file)
    if options.to is None:
        print(drafted, end="")
        return 0
    try:
        with options.to.open("xb") as out:  # someone may have edited a plan of that name
            out.write(drafted.encode())
    except FileExistsError:
        raise ReturnRejected(f"{options.to} already exists. Choose another name.") from None
    except OSError as error:
        raise ReturnRejected(f"{options.to} cannot be written: {error.strerror}.") from None
    print(f"Wrote {options.to}. Fill in what it marks, and check it with `python -m tracker plan check`.")
    return 0


def _plan_load(options: argparse.Namespace) -> int:
    return _load(options, plans.Consent(remove=options.remove, correct_baselines=options.correct_baselines))


def _load(options: argparse.Namespace, consent: plans.Consent) -> int:
    at = stores.address()
    loaded = plans.Loaded((), ())
    with stores.open_store(at) as db:  # reading only, which works while the app is open
        differs = bool(plans.compare_plans(db, options.plans, options.data, consent=consent))
        print_notice_of(db)
    if differs:
        with stores.open_store(at, writable=True) as db:
            loaded = plans.load_plans(db, options.plans, options.data, actor=_actor(), consent=consent)
    if not loaded.changes:
        print("There is nothing new in the plans. Nothing was recorded.")
        return 0
    first_load = loaded.changes[0].seq == 1  # about a thousand additions, which are the plans
    for difference in () if first_load else loaded.differences:
        print(f"  {difference}")
    for change in loaded.changes:
        print(f"Recorded change {change.seq}: {change.reason}. Seal {change.seal[:12]}.")
    return 0
