"""``plan``: check the plans, and load them; ``init`` makes the store that they are loaded into."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.marking import print_notice_of
from tracker.services import plans, stores

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
    check = plan_commands.add_parser("check", help="say what is wrong with the plans: file, entry, field and remedy")
    _plan_folders(check)
    check.set_defaults(run=_plan_check)
    load = plan_commands.add_parser("load", help="record as one change what the plans say and the store does not hold")
    _plan_folders(load)
    load.set_defaults(run=_plan_load)


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


def _plan_check(options: argparse.Namespace) -> int:
    counts = plans.check_plans(options.plans, options.data)
    print("The plans are sound: " + ", ".join(f"{count:,} {noun}" for noun, count in sorted(counts.items())) + ".")
    return 0


def _plan_load(options: argparse.Namespace) -> int:
    at = stores.address()
    loaded = plans.Loaded((), None)
    with stores.open_store(at) as db:  # reading only, so that it may be done while the app shows the store
        differs = bool(plans.compare_plans(db, options.plans, options.data))
        print_notice_of(db)
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
