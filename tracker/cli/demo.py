"""``demo``: a demonstration store for training, separate from the real one and marked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import print_notice
from tracker.demo import making
from tracker.domain import dates
from tracker.store.database import Address

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``demo`` to the command line."""
    made = commands.add_parser(
        "demo",
        help="make a demonstration store: the plans with an invented history of returns",
        description="Make a store for training: the real plans with eight quarters of invented returns by invented "
        "roles. Every page and export says so. This replaces an earlier demonstration store, and no other store.",
        epilog="TRACKER_STORE=data/demonstration.duckdb python -m tracker board",
    )
    made.add_argument("--to", metavar="FILE", default=making.DEFAULT_ADDRESS, help=f"default: {making.DEFAULT_ADDRESS}")
    made.add_argument(
        "--seed", metavar="N", type=int, default=1, help="a number; each gives a different history; default: 1"
    )
    made.add_argument(
        "--day", metavar="DAY", help="the history ends the day before this, for example 2026-11-24; default: today"
    )
    made.add_argument(
        "--versions", metavar="N", type=int, help="add invented commitments and returns until there are N versions"
    )
    made.add_argument("--plans", metavar="DIR", type=Path, default=Path("plans"), help="default: plans")
    made.add_argument("--data", metavar="DIR", type=Path, default=Path("data"), help="default: data")
    made.add_argument(
        "--keep", action="store_true", help="do nothing if there is already a demonstration store that opens"
    )
    made.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    at = Address.parse(options.to)
    if options.keep and making.is_kept(at):
        return 0
    day = None if options.day is None else dates.parse_day(options.day, where="--day")
    made = making.make_demonstration(
        at, options.plans, options.data, seed=options.seed, day=day, versions=options.versions
    )
    print_notice(demonstration=True)
    print(f"Made {at.file}: {made.versions:,} versions in {made.head.seq:,} changes. Seal {made.head.seal[:12]}.")
    print(f"Serve it with `TRACKER_STORE={options.to} .venv/bin/streamlit run streamlit_app.py`, or `make demo`.")
    return 0
