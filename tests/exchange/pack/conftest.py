"""One board with everything in it, made once: the shipped plans, an owner's secrets, and texts that would do harm."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.samples import built, save
from tests.security.payloads import PAYLOADS
from tracker.domain.nouns import Assessment, Event, Progress, User
from tracker.domain.snapshots import Position
from tracker.domain.words import (
    THREE_POINT_SCALE,
    Marking,
    MoveReason,
    OverrideReason,
    Precision,
    Reporter,
    Role,
    SnapshotState,
    View,
)
from tracker.exchange.pack.cover import Cover
from tracker.reporting.tables import board_tables, with_dictionary
from tracker.services import boards, comparisons, packs, snapshots, stores
from tracker.services.packs import check_pack
from tracker.services.plans import load_plans
from tracker.store import board
from tracker.store.database import Address

if TYPE_CHECKING:
    from tracker.services.boards import BoardView
    from tracker.store.database import Database
    from tracker.views.table import Table

ROOT = Path(__file__).parents[3]
FIRST = dt.date(2022, 3, 29)
PEOPLE = ("ana@dfe.example", "bo@dfe.example")
NAME = "Ana Onlyinside"
HANDLING = "For board members & staff only"
AS_AT = dt.date(2026, 9, 30)
SECRETS = ("The owner's own doubt, kept from the public", "What the team says among itself")
CELLS = (*PAYLOADS, "=1+1", "+1", "-1+1", "@SUM(1)", "\uff1d1+1", "'=1+1", "''-x", " two  spaces ", "odd \ufffe")
"""Texts for cells: what a spreadsheet might run, what an apostrophe hides, and what XML cannot say."""


def furnish(db: Database) -> None:
    """Record what every export must treat with care."""
    save(
        db,
        Assessment(
            id="C6-01/owner",
            commitment_id="C6-01",
            view=View.OWNER,
            rating="Green",
            scale=THREE_POINT_SCALE,
            rationale=SECRETS[0],
            override_reason=OverrideReason.RECOVERY,
        ),
        built(
            Progress,
            id="C2-01-M4",
            reporter=Reporter.OWNER,
            forecast_on=dt.date(2027, 3, 15),
            forecast_precision=Precision.DAY,
            reason=MoveReason.LEGISLATION,
            narrative=SECRETS[1],
        ),
        *(
            built(
                Event,
                id=f"harm-{number}",
                happened_on=dt.date(2026, 9, 1),
                happened_precision=Precision.DAY,
                inferred=False,
                summary=text,
                evidence_id="dfe-summary",
            )
            for number, text in enumerate(CELLS)
        ),
        on=dt.date(2026, 9, 2),
    )


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a pack is made of."""

    view: BoardView
    tables: tuple[Table, ...]
    cover: Cover

    def table(self, name: str) -> Table:
        return next(table for table in self.tables if table.name == name)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A store with that board, two approvers, and two snapshots: one of 2023 that was approved, one of this quarter."""
    address = Address(tmp_path_factory.mktemp("packed") / "tracker.duckdb")
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        load_plans(db, ROOT / "plans", ROOT / "data", actor="secretariat")
        for user_id in PEOPLE:
            save(
                db, User(id=user_id, name=user_id.partition("@")[0].title(), role=Role.APPROVER, active=True), on=FIRST
            )
        snapshots.take_snapshot(db, actor_id=PEOPLE[0], name="board-2023-q4", as_at=dt.date(2023, 12, 31))
        snapshots.approve_snapshot(db, actor_id=PEOPLE[1], name="board-2023-q4")
        furnish(db)
        snapshots.take_snapshot(db, actor_id=PEOPLE[0], name="board-2026-q3", as_at=AS_AT, note="Kept inside.")
    return address


def members(pack: bytes) -> dict[str, bytes]:
    """The files of a pack by the end of their path, without what all their names have in common."""
    with zipfile.ZipFile(io.BytesIO(pack)) as file:
        return {
            re.sub(r"send-delivery-board_|_2026-09-30_v\d+_OFFICIAL(-SENSITIVE)?(_public)?", "", name): file.read(name)
            for name in file.namelist()
        }


@pytest.fixture(scope="session")
def whole(furnished: Address) -> dict[str, bytes]:
    """The files of the whole pack of this quarter's snapshot."""
    with stores.open_store(furnished) as db:
        pack = packs.export_pack(
            db, actor_id=PEOPLE[0], name="board-2026-q3", marking=Marking.OFFICIAL_SENSITIVE, handling=HANDLING
        )
    assert check_pack(pack.content).faults == ()
    return members(pack.content)


@pytest.fixture(scope="session")
def public(furnished: Address) -> dict[str, bytes]:
    """The files of its public edition."""
    with stores.open_store(furnished) as db:
        pack = packs.export_pack(db, actor_id=PEOPLE[0], name="board-2026-q3", marking=Marking.OFFICIAL, public=True)
    return members(pack.content)


@pytest.fixture(scope="session")
def material(furnished: Address) -> Material:
    with stores.open_store(furnished) as db:
        known = boards.known_position(db)
        view = boards.view_board(db, AS_AT, known)
        with db.read() as cursor:
            at = Position(as_at=AS_AT, known_seq=known)
            tables = board_tables(view, board.details(cursor, at), board.forecasts(cursor, at))
        since = comparisons.since_approved(db, view)
        assert since
    cover = Cover(
        snapshot="board-2026-q3",
        version=2,
        state=SnapshotState.APPROVED,
        as_at=view.as_at,
        known_at=view.known_at,
        head=view.head,
        digest="d" * 64,
        headline=view.headline,
        marking=Marking.OFFICIAL_SENSITIVE,
        handling=HANDLING,
        demonstration=True,
        approved_by="chair@dfe.example",
    )
    return Material(view=view, tables=with_dictionary(tables), cover=cover)


@pytest.fixture(scope="session")
def large(material: Material) -> Table:
    """The milestones, so many times over that there are 40,000."""
    table = material.table("milestones")
    times = 40_000 // len(table.rows) + 1
    rows = [(f"{row[0]}-{number}", *row[1:]) for number in range(times) for row in table.rows][:40_000]
    return replace(table, rows=tuple(rows))
