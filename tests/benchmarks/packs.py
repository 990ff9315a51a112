"""How long a pack takes: the whole one of the real plan, and 40,000 milestones in each format of tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.benchmarks.timing import Figure, timed
from tracker.domain import dates
from tracker.domain.words import Marking, Role, SnapshotState
from tracker.exchange.pack.cover import Cover
from tracker.exchange.pack.csv_files import table_csv
from tracker.exchange.pack.parquet_files import parquet_files
from tracker.exchange.pack.workbook_ods import ods_file
from tracker.exchange.pack.workbook_xlsx import xlsx_file
from tracker.reporting.tables import board_tables
from tracker.services import boards, packs, snapshots, users
from tracker.views.board import Details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database
    from tracker.views.table import Table

MANY = 40_000
SECRETARY, NAME = "secretary@bench.example", "bench"
WHOLE, CSV = 5.0, 1.0
"""Budgets, in seconds."""


def of_packs(db: Database) -> Iterator[Figure]:
    """Measure packs of a store that holds the real plan."""
    if all(user.user_id != SECRETARY for user in users.list_users(db)):  # a store that was kept has them
        users.add_user(
            db, actor_id=users.OPERATOR, account=users.Account(address=SECRETARY, name="Secretary", role=Role.APPROVER)
        )
        snapshots.take_snapshot(db, actor_id=SECRETARY, name=NAME)
    yield timed(
        "Whole pack, the plan",
        lambda _: packs.export_pack(db, actor_id=SECRETARY, name=NAME, marking=Marking.OFFICIAL),
        range(5),
        WHOLE,
    )
    yield from _many(db)


def _many(db: Database) -> Iterator[Figure]:
    view = boards.view_board(db, dates.today(), boards.known_position(db))
    cover = Cover(
        snapshot=NAME,
        version=1,
        state=SnapshotState.DRAFT,
        as_at=view.as_at,
        known_at=view.known_at,
        head=view.head,
        digest="",
        headline=view.headline,
        marking=Marking.OFFICIAL,
    )
    table = _long(next(table for table in board_tables(view, Details(), ()) if table.name == "milestones"))
    yield timed(f"{MANY:,} milestones to CSV", table_csv, [table] * 5, CSV)
    for kind, write in (("Parquet", parquet_files), ("ODS", ods_file), ("XLSX", xlsx_file)):
        yield timed(f"{MANY:,} milestones to {kind}", lambda one, write=write: list(write(cover, [one])), [table])  # type: ignore[misc]


def _long(table: Table) -> Table:
    """Return the table with its rows over and over, each with an id of its own."""
    times = MANY // len(table.rows) + 1
    rows = [(f"{row[0]}-{number}", *row[1:]) for number in range(times) for row in table.rows]
    return replace(table, rows=tuple(rows[:MANY]))
