"""What the tracker made once is proven for ever: a store, a journal and two packs of commit 8000359.

The files in ``tests/kept`` hold the small plan of ``tests/exchange/conftest.py``, a report, a rating, a new baseline
and an approved snapshot. They were made by that commit and are never made anew.
"""

from __future__ import annotations

import json
import lzma
import shutil
import zipfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tracker.exchange import board_files
from tracker.exchange.board_files import same_board
from tracker.services import journals, snapshots, stores
from tracker.services.packs import check_pack_file
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.reporting.board import BoardView

KEPT = Path(__file__).parents[1] / "kept"
SEAL = "8476e804c686fa6992508e790e677e97f37c1c3325d2cceaa7a4ced18222eb60"
DIGEST = "c53de9cf8a86"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The store, brought up to today's schema."""
    at = Address(tmp_path_factory.mktemp("kept") / "tracker.duckdb")
    at.file.write_bytes(lzma.decompress((KEPT / "tracker.duckdb.xz").read_bytes()))
    shutil.copyfile(KEPT / "tracker.duckdb.heads", at.anchor.path)
    assert stores.migrate_store(at)
    with stores.open_store(at) as db:
        yield db


@pytest.fixture(scope="module")
def view(kept: Database) -> BoardView:
    """The board that its snapshot shows."""
    return snapshots.open_snapshot(kept, "first")


def boards_in(pack: str) -> list[bytes]:
    with zipfile.ZipFile(KEPT / pack) as file:
        return [file.read(name) for name in file.namelist() if name.startswith("json/send-delivery-board_board_")]


def test_the_store_and_its_snapshot_are_proven(kept: Database) -> None:
    proof = snapshots.verify_snapshot(kept, "first")
    assert (proof.faults, proof.computable, proof.head.seal) == ((), True, SEAL)
    assert (proof.snapshot.form, proof.snapshot.digest[:12]) == (1, DIGEST)


def test_the_journal_gives_the_same_seals(tmp_path: Path) -> None:
    proof = journals.rebuild(Address(tmp_path / "tracker.duckdb"), KEPT / "journal.jsonl")
    assert (proof.changes, proof.head.seal, proof.faults) == (13, SEAL, ())
    with stores.open_store(Address(tmp_path / "tracker.duckdb")) as db:
        assert snapshots.verify_snapshot(db, "first").faults == ()


@pytest.mark.parametrize("pack", ["board.zip", "public.zip"])
def test_a_pack_is_of_the_board_that_the_ledger_shows(kept: Database, pack: str) -> None:
    assert check_pack_file(KEPT / pack, kept).faults == ()


def changed(content: Any) -> Iterator[Any]:
    """Give content with one number or text in it altered, for each that is a figure."""
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        if isinstance(value, dict | list):
            for other in changed(value):
                yield (
                    {**content, key: other}
                    if isinstance(content, dict)
                    else [*content[:key], other, *content[key + 1 :]]
                )
        elif key not in {"why", "headline"}:
            other = value + 1 if isinstance(value, int) and not isinstance(value, bool) else f"{value}~"
            yield {**content, key: other} if isinstance(content, dict) else [*content[:key], other, *content[key + 1 :]]


def test_a_board_of_an_older_wording_with_one_figure_altered_is_another(view: BoardView) -> None:
    [held] = boards_in("board.zip")
    assert same_board(held, view, 1)
    altered = list(changed(json.loads(held)))
    assert len(altered) > 50
    assert not [one for one in altered if same_board(json.dumps(one).encode(), view, 1)]
    assert not same_board(b"[]", view, 1)


def test_a_board_need_not_hold_a_field_that_came_later(view: BoardView, monkeypatch: pytest.MonkeyPatch) -> None:
    [held] = boards_in("board.zip")
    content = json.loads(held)
    lines = [content["exceptions"], content["commitments"]["list"]]
    lines += [content[f"milestones_{which}"] for which in ("due", "met", "missed_in_period")]
    for line in chain(*lines):
        del line["slip_days"]
    older = json.dumps(content).encode()
    assert not same_board(older, view, 1)
    monkeypatch.setitem(board_files._CAME_WITH, "slip_days", 2)
    assert same_board(older, view, 1)
