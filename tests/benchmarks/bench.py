"""Print how long things take on this machine, beside the budgets.

``make bench``, or ``python -m tests.benchmarks.bench --versions 10000 100000`` for a quick run.
Standard output is one table, plain and Markdown at once; what is going on is told on standard error.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import random
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error as BrowserError
from streamlit.testing.v1 import AppTest

from tests.benchmarks import crowd, machine, packs, starts, wide
from tests.benchmarks.timing import Figure, say, table, timed
from tests.browser.conftest import ROOT, served
from tests.samples import report_of
from tracker.demo import making, scale
from tracker.domain import dates
from tracker.domain.dates import PublishedDate
from tracker.domain.nouns import Progress
from tracker.domain.words import MoveReason, Precision, ReportedStatus, Role
from tracker.reporting.comparison import compare
from tracker.reporting.digest import digest
from tracker.services import boards, progress, stores, users
from tracker.services.comparisons import compare_boards
from tracker.store import ledger, reading
from tracker.store.database import Address
from tracker.store.files import sync

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.store.database import Database

SIZES = (10_000, 100_000, 1_000_000)
BULK_ROWS = 30_000
WIDE = 40_000
"""Milestones of the boards that are compared."""
SAVES = 60
"""Enough that one of them folds the log into the file."""
OWNER = "owner@bench.example"

BOARD_OF_THE_PLAN, BOARD_OF_A_MILLION, SAVE, PAGE, START = 0.150, 1.0, 0.050, 0.300, 10.0
COMPARISON, READERS = 0.500, 1.0
"""Budgets, in seconds."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything and print the table."""
    options = _parser().parse_args(arguments)
    logging.disable(logging.WARNING)  # Streamlit says of every run in a test that it is one
    began, load = time.perf_counter(), machine.load()
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tracker-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        figures = [*_plan(folder), *_crowd(folder, options.saves), *_bulk_load(folder), *_comparison(folder)]
        for versions in sorted(options.versions):
            figures += _of_size(folder, versions)
        lines = machine.described(folder)
    lines.append(
        f"took {time.perf_counter() - began:.0f} s; processes that wanted a core: {load} at the start, "
        f"{machine.load()} at the end"
    )
    print("\n".join([*(f"{line}  " for line in lines), "", table(figures)]))  # noqa: T201  the table is the output


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench", description="Print how long things take.")
    parser.add_argument(
        "--versions",
        metavar="N",
        type=int,
        nargs="*",
        default=SIZES,
        help="sizes of the demonstration stores; by default 10000 100000 1000000",
    )
    parser.add_argument(
        "--saves", metavar="N", type=int, default=10, help="how often each of twenty editors saves; by default 10"
    )
    parser.add_argument(
        "--keep", metavar="DIR", type=Path, help="keep the stores here, and use those that are here from a run before"
    )
    return parser


# The real plan


def _plan(folder: Path) -> Iterator[Figure]:
    say("The real plan")
    address = Address(folder / "plan.duckdb")
    yield timed("`init`: make the store and load the plans", lambda _: starts.command(address.file, "init"), range(1))
    yield timed("`board`: start, open, print", lambda _: starts.command(address.file, "board"), range(10))
    yield from _first_page(address)
    with stores.open_store(address, writable=True) as db:
        yield from _boards(db, "the plan", repeats=40, budget=BOARD_OF_THE_PLAN)
        yield timed("A bare write and fsync of 200 bytes, for comparison", _write_and_sync, [folder / "bare"] * SAVES)
        yield _saves(db, "the plan")
        yield from packs.of_packs(db)
    yield _verify(address, "the plan", repeats=5)
    yield from _page_runs(address)  # last: the app keeps the store open until this process ends


def _first_page(address: Address) -> Iterator[Figure]:
    name = "Server start to the first Board page in Chromium"
    try:
        with starts.browser() as chromium:
            figure = Figure(name, tuple(starts.first_page(address.file, chromium) for _ in range(3)), START)
    except BrowserError as error:
        say(f"  {name}: not measured, for the browser says: {str(error).splitlines()[0]}")
        return
    say(f"  {name}: {figure.median:.1f} s")
    yield figure


def _page_runs(address: Address) -> Iterator[Figure]:
    """The server's part of the Board page: drawn again, and drawn for a day that it has not been drawn for."""
    os.environ["TRACKER_STORE"] = str(address.file)
    page = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    if page.run().exception:
        raise AssertionError(f"the Board page failed: {page.exception}")
    yield timed("Board page, server run, board in the cache", lambda _: page.run(), range(40), PAGE)
    yield timed(
        "Board page, server run, another day each time",
        lambda day: page.date_input[0].set_value(day).run(),
        _days(40),
        PAGE,
    )


def _write_and_sync(file: Path) -> None:
    with file.open("ab") as opened:
        opened.write(b"x" * 200)
    sync(file)


# Many people at once


def _crowd(folder: Path, saves: int) -> Iterator[Figure]:
    """Fifty who read and twenty who edit, on a server of its own; what was acknowledged must be in the ledger."""
    say("Many people at once")
    address = Address(folder / f"crowd-{os.getpid()}.duckdb")
    starts.command(address.file, "init")
    editors = crowd.hire(address, 20)
    with served(address.file) as app:
        crowd.read(app, 1)  # what the first visitor pays for is the server's start, measured above
        for readers in (1, 50):
            name = f"Board page, whole, {readers} reader{'s' if readers > 1 else ''} at once"
            yield Figure(name, tuple(crowd.read(app, readers)), READERS)
        saved, seconds = crowd.edit(app, editors, saves)
    rate = len(saved) / seconds
    say(f"  {len(saved)} saves in {seconds:.0f} s")
    yield Figure(f"Save pressed to save told, 20 editors at once: {rate:.1f} a second", tuple(s.seconds for s in saved))
    with stores.open_store(address) as db:
        if wrong := crowd.missing_or_double(db, editors, saved):
            raise AssertionError(" ".join(wrong))


# Demonstrations of a size


def _of_size(folder: Path, versions: int) -> Iterator[Figure]:
    name = f"{versions:,} versions"
    address = Address(folder / f"demonstration-{versions}.duckdb")
    say(name)
    if not address.exists():
        yield timed(
            f"`demo`: making a store of {name}",
            lambda size: making.make_demonstration(address, ROOT / "plans", ROOT / "data", versions=size),
            [versions],
        )
    yield _verify(address, name, repeats=1 if versions >= max(SIZES) else 3)
    with stores.open_store(address, writable=True) as db:
        budget = BOARD_OF_A_MILLION if versions <= max(SIZES) else None
        yield from _boards(db, name, repeats=20, budget=budget)
        yield _saves(db, name)


def _bulk_load(folder: Path) -> Iterator[Figure]:
    address = Address(folder / "bulk.duckdb")
    step = scale.Step(id="", programme=0, baseline_on=dates.today(), happens_on=dt.date.max)
    chance = random.Random(3)
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        with db.read() as cursor:
            first = max(reading.newest_numbers(cursor, Progress).values(), default=0) + 1
        loads = (
            [
                replace(scale.report(replace(step, id=f"row-{row:05}"), dates.today(), chance, None), version=number)
                for row in range(BULK_ROWS)
            ]
            for number in range(first, first + 3)
        )
        yield timed(
            f"Bulk load: {BULK_ROWS:,} rows as one change",
            lambda rows: ledger.record(db, actor="benchmark", action="bulk load", versions=rows),
            loads,
        )


def _comparison(folder: Path) -> Iterator[Figure]:
    """Two boards of many milestones, a month apart, a tenth of which were reported on between them."""
    address = Address(folder / "wide.duckdb")
    say(f"{WIDE:,} milestones")
    if not address.exists():
        wide.build(address, WIDE)
    with stores.open_store(address) as db:
        known = boards.known_position(db)
        before, after = (boards.view_board(db, day, known) for day in (wide.FROM, wide.TO))
        of = f"two boards of {WIDE:,} milestones"
        rows = len(compare(before, after).rows)
        yield timed(f"Comparing {of}", lambda _: compare(before, after), range(20), COMPARISON)
        yield timed(
            f"… and who, when and why of its {rows:,} rows", lambda _: compare_boards(db, before, after), range(3)
        )
        yield timed("Digest of one of them", lambda _: digest(after), range(5))


# What is measured of any ledger


def _boards(db: Database, name: str, *, repeats: int, budget: float | None) -> Iterator[Figure]:
    """The board computed anew each time: nothing is cached below the pages."""
    known = boards.known_position(db)
    boards.view_board(db, dates.today(), known)
    for label, days in (
        ("Board view", [dates.today()] * repeats),
        ("As-at switch, another day each time", _days(repeats)),
    ):
        yield timed(f"{label}, {name}", lambda day: boards.view_board(db, day, known), days, budget)


def _saves(db: Database, name: str) -> Figure:
    """Reports of an owner's, checked, recorded and durable, each on a milestone chosen at random."""
    shown = boards.view_board(db, dates.today(), boards.known_position(db))
    chosen = random.Random(7).choices([milestone.milestone_id for milestone in shown.milestones], k=SAVES)
    with db.read() as cursor:
        newest = reading.newest_numbers(cursor, Progress)
    if all(line.user_id != OWNER for line in users.list_users(db)):  # a store that was kept has them
        users.add_user(
            db,
            actor_id=users.OPERATOR,
            account=users.Account(
                address=OWNER,
                name="Owner",
                role=Role.CONTRIBUTOR,
                commitments=[line.commitment_id for line in shown.commitments],
            ),
        )

    def save(milestone_id: str) -> None:
        progress.report_progress(
            db,
            actor_id=OWNER,
            reports=[
                report_of(
                    milestone_id=milestone_id,
                    base_version=newest.get(milestone_id, 0),
                    status=ReportedStatus.IN_PROGRESS,
                    forecast=PublishedDate(dates.today() + dt.timedelta(days=30), Precision.DAY),
                    reason=MoveReason.CORRECTION,
                    reason_note="Nothing is corrected: this measures.",
                    narrative="Saved to see how long a save takes.",
                )
            ],
        )
        newest[milestone_id] = newest.get(milestone_id, 0) + 1

    return timed(f"A save, durable, {name}", save, chosen, SAVE)


def _verify(address: Address, name: str, *, repeats: int) -> Figure:
    def prove(_: int) -> None:
        if faults := stores.verify_store(address).faults:
            raise AssertionError(f"{address.file} does not verify: {faults}")

    return timed(f"`verify`, {name}", prove, range(repeats))


def _days(count: int) -> list[dt.date]:
    """So many days of the board's life, no two the same, in no order."""
    life = (dates.today() - dates.GREEN_PAPER).days
    return [dates.GREEN_PAPER + dt.timedelta(days=day) for day in random.Random(5).sample(range(life), count)]


if __name__ == "__main__":
    main()
