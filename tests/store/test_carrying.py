"""Carrying a ledger elsewhere: out as text and back in the same, or made whole with times of its own."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_store
from tests.keeping import without_anchor
from tests.samples import DAY, commitment, contents, first, instant, milestone, one_of_each, organisation, save
from tracker.domain.errors import BrokenLedger, StoreUnusable
from tracker.domain.ledger import GENESIS, Act, Head, Version
from tracker.domain.words import DEMONSTRATION
from tracker.services import stores
from tracker.store import carrying, proving, reading
from tracker.store.database import Address
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.database import Database


_PLACE = list(NOUNS).index("commitment")
"""Which line of an exported ledger has the commitment."""


@pytest.fixture(scope="module")
def filled_once(made: Address, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A closed store with every noun, an edit, a retraction and a change of two nouns, for copying."""
    store = copy_store(made, Address(tmp_path_factory.mktemp("filled") / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        for noun in one_of_each().values():
            save(db, noun, reason="Nouns of every kind")
        save(db, commitment(note=None))
        save(db, milestone(), on=DAY, retracted=True)
        save(db, organisation("DfE"), organisation("NHS", "nhs"))
    return store


@pytest.fixture
def filled(filled_once: Address, address: Address) -> Iterator[Database]:
    """A store with every noun, an edit, a retraction and a change of two nouns."""
    with stores.open_store(copy_store(filled_once, address), writable=True) as db:
        yield db


@pytest.fixture
def empty(made: Address, tmp_path: Path) -> Iterator[Database]:
    """Another store, to carry a ledger to."""
    with stores.open_store(copy_store(made, Address(tmp_path / "elsewhere.duckdb")), writable=True) as db:
        yield db


def test_an_exported_ledger_reloads_as_the_same_ledger_with_the_same_seals(filled: Database, empty: Database) -> None:
    lines = list(carrying.export(filled))
    end = carrying.reload(empty, lines)
    assert contents(empty) == contents(filled) == (end, lines)
    assert proving.verify(empty) == proving.verify(filled)
    assert empty.address.anchor.heads() == filled.address.anchor.heads()
    with filled.read() as here, empty.read() as there:
        assert reading.changes(here) == reading.changes(there)
    assert save(empty, organisation("Goes on")).seq == end.seq + 1


def test_a_reload_whose_anchor_cannot_be_written_records_nothing_and_can_be_begun_again(
    filled: Database, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = list(carrying.export(filled))
    with without_anchor(empty, monkeypatch), pytest.raises(StoreUnusable, match="cannot be written"):
        carrying.reload(empty, lines)
    assert contents(empty) == (Head(0, GENESIS), [])
    assert carrying.reload(empty, lines).seq == len(lines)
    assert proving.verify(empty).faults == ()


def test_a_reload_that_is_killed_before_its_anchor_is_in_place_is_refused_and_begun_again_in_a_new_store(
    filled: Database, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = list(carrying.export(filled))
    at = empty.address

    def killed(_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(type(at.anchor), "put", killed)
        with pytest.raises(SystemExit):
            carrying.reload(empty, lines)
    empty.close()
    with pytest.raises(BrokenLedger, match="If you were reloading this store from an export, start again with a new"):
        stores.open_store(at, writable=True)
    at.file.unlink()
    assert stores.init_store(at)
    with stores.open_store(at, writable=True) as again:
        assert carrying.reload(again, lines).seq == len(lines)
    assert stores.verify_store(at).faults == ()


def test_an_export_of_nothing_reloads_as_nothing(empty: Database) -> None:
    assert carrying.reload(empty, []) == Head(0, GENESIS)


def act(seconds: int, *versions: Version, action: str = DEMONSTRATION) -> Act:
    """An act so many seconds after nine on a day in 2024."""
    at = instant("2024-01-02T09:00:00") + dt.timedelta(seconds=seconds)
    return Act(recorded_at=at, actor="A. Trainer", action=action, versions=versions)


def test_a_demonstration_ledger_brings_its_own_times_and_is_as_whole_as_any_other(empty: Database) -> None:
    second = Version(noun=organisation("Renamed"), version=2, effective_on=DAY)
    end = carrying.compose(empty, lambda _: [act(0, first(organisation())), act(60, second, action="edit")])
    assert proving.verify(empty) == proving.Verification(2, 2, end, (), demonstration=True)
    with empty.read() as cursor:
        assert [change.recorded_at.minute for change in reading.changes(cursor)] == [0, 1]
        assert reading.is_demonstration(cursor)
    assert save(empty, organisation("Goes on")).seq == 3


@pytest.mark.parametrize(
    ("acts", "why"),
    [
        ([act(0, first(organisation()), action="edit")], "begins with the action"),
        ([act(0, first(organisation())), act(0, first(organisation(noun_id="nhs")))], "act 2: .* is not after"),
        ([act(100 * 365 * 86_400, first(organisation()))], "act 1: 2123-.* has not passed"),
        ([act(0, first(organisation())), act(1, first(organisation()))], "act 2: version 1 of dfe does not follow"),
    ],
)
def test_a_ledger_brings_its_own_times_only_as_a_demonstration_and_in_order(
    empty: Database, acts: list[Act], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        carrying.compose(empty, lambda _: acts)
    assert contents(empty) == (Head(0, GENESIS), [])


def test_a_demonstration_is_recorded_only_into_an_empty_store(filled: Database) -> None:
    before = contents(filled)
    with pytest.raises(StoreUnusable, match="already has"):
        carrying.compose(filled, lambda _: [act(0, first(organisation(noun_id="nhs")))])
    with filled.read() as cursor:
        assert not reading.is_demonstration(cursor)
    assert contents(filled) == before


def test_a_ledger_is_reloaded_only_into_an_empty_store(filled: Database) -> None:
    before = contents(filled)
    with pytest.raises(StoreUnusable, match=f"already has {len(NOUNS) + 3} changes. Reload into an empty one"):
        carrying.reload(filled, list(carrying.export(filled)))
    assert contents(filled) == before


def altered(line: str, what: str) -> str:
    content = json.loads(line)
    header, (_, version) = content["change"], content["versions"][0]
    match what:
        case "the actor":
            header["actor"] = "Somebody else"
        case "the time":
            header["recorded_at"] = "2020-01-01T00:00:00.000000Z"
        case "a chapter out of range":
            version["chapter"] = 9
        case "a number that is a text":
            version["chapter"] = "two"
        case "a version number":
            version["version"] = 0
        case "an amount":
            version["amount_gbp"] = "71000000.00"
        case "a version left out":
            content["versions"] = []
    return json.dumps(content) + "\n"


@pytest.mark.parametrize(
    "what",
    [
        "the actor",
        "the time",
        "a chapter out of range",
        "a number that is a text",
        "a version number",
        "an amount",
        "a version left out",
    ],
)
def test_an_altered_export_is_refused_and_nothing_of_it_is_recorded(
    what: str, filled: Database, empty: Database
) -> None:
    lines = list(carrying.export(filled))
    lines[_PLACE] = altered(lines[_PLACE], what)
    line = _PLACE + 1
    with pytest.raises(BrokenLedger, match=rf"^Line {line}: change {line} does not match its seal; it was altered\.$"):
        carrying.reload(empty, lines)
    assert contents(empty) == (Head(0, GENESIS), [])


def test_an_export_with_a_line_left_out_moved_or_doubled_is_refused(filled: Database, empty: Database) -> None:
    lines = list(carrying.export(filled))
    for wrong in ([*lines[:3], *lines[4:]], [lines[1], lines[0], *lines[2:]], [lines[0], *lines]):
        with pytest.raises(BrokenLedger, match="does not follow change"):
            carrying.reload(empty, wrong)
    assert contents(empty) == (Head(0, GENESIS), [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"change"', '{"chnge"'),
        ('"recorded_at":"2', '"recorded_at":"x'),
        ('"request_id":', '"request":'),
        ('["commitment",', '["nothing",'),
        ('"amount_gbp":"70000000.00"', '"amount_gbp":"lots"'),
        ('"amount_gbp":"70000000.00"', '"amount_gbp":"70000000.001"'),
        ('"target_on":"2025', '"target_on":"soon'),
        ('"title":"', '"title":"\\ud800'),
        ('"kind":"policy"', '"kind":"wish"'),
        ('"id":"gp-01"', '"id":""'),
        ('"versions":[', '"versions":[5,'),
        ("}", ""),
    ],
)
def test_a_line_that_is_no_change_of_a_ledger_is_refused_by_its_number(
    old: str, new: str, filled: Database, empty: Database
) -> None:
    lines = list(carrying.export(filled))
    assert old in lines[_PLACE]
    lines[_PLACE] = lines[_PLACE].replace(old, new)
    with pytest.raises(BrokenLedger, match=rf"^Line {_PLACE + 1} is not a change of an exported ledger: "):
        carrying.reload(empty, lines)
    assert contents(empty) == (Head(0, GENESIS), [])
