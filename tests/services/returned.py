"""Returns drawn, filled in as a person with a spreadsheet would, and handed back: for tests of every door."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.exchange.conftest import PlanFolder
from tests.samples import milestone, save
from tests.services.conftest import OWNER, PEOPLE, add
from tracker.domain import dates
from tracker.domain.dates import GREEN_PAPER
from tracker.domain.words import Precision, Role
from tracker.exchange.returns.table import SHEET, Heading
from tracker.services import returns, stores
from tracker.services.plans import load_plans
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from tracker.store.database import Database

SOON = dates.today() + dt.timedelta(days=60)

BEN = "ben@dfe.example"
"""A contributor to whom the same was given as to the owner."""

PAID, MET, SECOND = "C6-01-M1", "C6-06-M1", "C6-01-M2"
"""Due by the end of 2025 and overdue; met on 6 June 2023; and one that nobody has reported on, due soon."""

Filled = dict[str, dict[Heading, Any]]
"""Milestone → the cells that are filled in."""

FIRST_ROW = 4
"""Of the table, below the sheet's title, what it is about, and the headings."""


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A store with the small sound plan and a second milestone, two contributors to whom all is given, an approver."""
    folder = tmp_path_factory.mktemp("furnished")
    plan = PlanFolder(folder)
    at = Address(folder / "tracker.duckdb")
    stores.init_store(at)
    with stores.open_store(at, writable=True) as db:
        load_plans(db, plan.plans, plan.data, actor="secretariat")
        second = milestone(
            id=SECOND,
            commitment_id="C6-01",
            title="The second sum is paid",
            promised_in="dfe-summary",
            baseline_on=SOON,
            baseline_precision=Precision.DAY,
            baseline_wording=None,
        )
        save(db, second, on=GREEN_PAPER)
        for email in (OWNER, BEN):
            add(db, email, Role.CONTRIBUTOR, programmes=["safety-valve"], commitments=["C6-06"])
        add(db, PEOPLE[Role.APPROVER], Role.APPROVER)
    return at


@pytest.fixture
def office(furnished: Address, tmp_path: Path) -> Iterator[Database]:
    """A copy of that store, open for writing."""
    at = Address(tmp_path / "office.duckdb")
    shutil.copyfile(furnished.file, at.file)
    shutil.copyfile(furnished.anchor.path, at.anchor.path)
    with stores.open_store(at, writable=True) as db:
        yield db


def workbook(db: Database, filled: Mapping[str, Mapping[Heading, Any]] | None = None, actor_id: str = OWNER) -> bytes:
    """A person's workbook with some cells filled in."""
    return edited(returns.return_workbook(returns.export_return(db, actor_id=actor_id)), filled or {})


def table(db: Database, filled: Mapping[str, Mapping[Heading, Any]] | None = None, actor_id: str = OWNER) -> bytes:
    """A person's CSV file with some cells filled in."""
    drawn = returns.return_csv(returns.export_return(db, actor_id=actor_id))
    rows = list(csv.DictReader(io.StringIO(drawn.decode("utf-8-sig"), newline="")))
    for row in rows:
        row.update({str(heading): value for heading, value in (filled or {}).get(row["Milestone"], {}).items()})
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def edited(content: bytes, filled: Mapping[str, Mapping[Heading, Any]]) -> bytes:
    """A workbook with some cells filled in, saved by openpyxl."""

    def fill(sheet: Worksheet) -> None:
        for row in range(FIRST_ROW, sheet.max_row + 1):
            for heading, value in filled.get(str(sheet.cell(row, 1).value), {}).items():
                sheet.cell(row, place(heading)).value = value

    return reworked(content, fill)


def reworked(content: bytes, rework: Callable[[Worksheet], None]) -> bytes:
    """A workbook whose table a person worked on, saved by openpyxl."""
    book: Workbook = load_workbook(io.BytesIO(content))
    rework(book[SHEET])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def place(heading: Heading) -> int:
    """Where a column is in a return as it was drawn."""
    return list(Heading).index(heading) + 1
