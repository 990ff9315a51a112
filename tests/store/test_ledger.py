"""Recording changes: one act, all or nothing, never over somebody else's."""

from __future__ import annotations

import datetime as dt
import json
import logging
import resource
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_store
from tests.samples import DAY, commitment, first, instant, milestone, one_of_each, organisation, save
from tracker.domain import dates
from tracker.domain.errors import BrokenLedger, NothingToRecord, StoreBusy, StoreUnusable, UnstorableText
from tracker.domain.ledger import GENESIS, Act, Change, Head, StaleEdit, Version
from tracker.domain.nouns import Commitment, Organisation
from tracker.domain.words import DEMONSTRATION
from tracker.services import stores
from tracker.store import database, ledger
from tracker.store.anchor import Anchor
from tracker.store.database import Address
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.database import Database


def contents(db: Database) -> tuple[Head, list[str]]:
    """Everything a ledger holds, for comparing before and after."""
    with db.read() as cursor:
        return ledger.head(cursor), list(ledger.export(db))


def test_a_save_is_one_change_with_who_when_what_and_why_and_the_versions_it_made(db: Database) -> None:
    before = dates.utc_now()
    change = ledger.record(
        db,
        actor=" A. Tester ",
        action="edit",
        reason="cafe\N{COMBINING ACUTE ACCENT}",
        versions=[first(commitment()), first(organisation())],
        request_id="click-1",
    )
    assert (change.seq, change.actor, change.action, change.reason) == (1, "A. Tester", "edit", "café")
    assert (change.request_id, change.previous_seal) == ("click-1", GENESIS)
    assert before <= change.recorded_at <= dates.utc_now()
    with db.read() as cursor:
        assert ledger.changes(cursor) == [change]
        assert ledger.newest_change(cursor) == change
        assert ledger.head(cursor) == Head(1, change.seal)
        assert ledger.latest(cursor, Commitment, "gp-01") == replace(first(commitment()), change_seq=1)
        assert ledger.versions(cursor, Organisation, "dfe") == [replace(first(organisation()), change_seq=1)]
    assert db.address.anchor.last() == Head(1, change.seal)


def test_an_empty_ledger_ends_at_change_0_with_the_genesis_seal(db: Database) -> None:
    with db.read() as cursor:
        assert ledger.head(cursor) == Head(0, GENESIS)
        assert ledger.newest_change(cursor) is None
        assert ledger.changes(cursor) == []
        assert ledger.latest(cursor, Commitment, "gp-01") is None
    assert ledger.verify(db) == ledger.Verification(0, 0, Head(0, GENESIS), ())


def test_a_change_without_a_reason_keeps_none_and_not_an_empty_text(db: Database) -> None:
    assert save(db, organisation(), reason="  ").reason is None
    assert ledger.verify(db).faults == ()


def test_a_save_against_an_old_version_is_refused_and_carries_both_texts(db: Database) -> None:
    save(db, organisation("First"))
    save(db, organisation("Theirs"))
    before = contents(db)
    yours = Version(noun=organisation("Mine"), version=2, effective_on=DAY)
    with pytest.raises(StaleEdit) as refused:
        ledger.record(db, actor="B", action="edit", versions=[first(commitment()), yours])
    assert refused.value.yours == yours
    assert refused.value.theirs == Version(noun=organisation("Theirs"), version=2, effective_on=DAY, change_seq=2)
    assert "you worked from version 1, and the ledger now holds version 2, recorded in change 2" in str(refused.value)
    assert contents(db) == before


def test_a_save_of_a_version_that_nobody_could_have_seen_is_refused(db: Database) -> None:
    with pytest.raises(StaleEdit) as refused:
        ledger.record(
            db,
            actor="B",
            action="edit",
            versions=[Version(noun=organisation(), version=2, effective_on=DAY)],
        )
    assert refused.value.theirs is None


def test_a_stale_save_among_others_that_are_not_is_refused_whatever_their_numbers(db: Database) -> None:
    for number in range(4):
        save(db, organisation(f"Name {number}", "old"))
    save(db, organisation("Name", "new"))
    before = contents(db)
    for stale in (("old", 4), ("old", 6), ("new", 1), ("new", 3), ("old", 0)):
        right = ("new", 2) if stale[0] == "old" else ("old", 5)
        both = [
            Version(noun=organisation("Mine", noun_id), version=number, effective_on=DAY)
            for noun_id, number in (right, stale)
        ]
        with pytest.raises(StaleEdit) as refused:
            ledger.record(db, actor="B", action="edit", versions=both)
        assert (refused.value.yours.noun.id, refused.value.yours.version) == stale
    assert contents(db) == before
    with db.read() as cursor:
        assert ledger.newest_numbers(cursor, Organisation, at_least=4) == {"old": 4}


def test_one_change_may_hold_several_versions_of_one_thing_but_no_gap_between_them(db: Database) -> None:
    one, two, three = (
        Version(noun=organisation(f"Name {number}"), version=number, effective_on=DAY) for number in (1, 2, 3)
    )
    with pytest.raises(StaleEdit):
        ledger.record(db, actor="B", action="edit", versions=[one, three])
    ledger.record(db, actor="B", action="edit", versions=[one, two])
    with db.read() as cursor:
        assert [version.version for version in ledger.versions(cursor, Organisation, "dfe")] == [1, 2]
    assert ledger.verify(db).faults == ()


def test_a_change_that_changes_nothing_is_refused(db: Database) -> None:
    with pytest.raises(NothingToRecord, match=r"^There is nothing to record: no version was given\.$"):
        ledger.record(db, actor="B", action="edit", versions=[])
    assert contents(db) == (Head(0, GENESIS), [])


def test_a_second_click_with_the_same_request_id_records_once_and_gets_the_first_change(db: Database) -> None:
    once = save(db, organisation("First"), request_id="click")
    again = ledger.record(db, actor="A", action="edit", versions=[first(organisation("Second"))], request_id="click")
    assert again == once
    assert contents(db)[0] == Head(1, once.seal)


def test_a_load_of_30_000_rows_is_one_change(db: Database) -> None:
    places = [organisation(f"Place {number}", f"p{number}") for number in range(30_000)]
    change = ledger.record(db, actor="A", action="plan load", versions=[first(place) for place in places])
    proof = ledger.verify(db)
    assert (proof.changes, proof.versions, proof.faults) == (1, 30_000, ())
    with db.read() as cursor:
        assert ledger.newest_numbers(cursor, Organisation) == dict.fromkeys((place.id for place in places), 1)
        assert ledger.newest_numbers(cursor, Organisation, {"p7", "p8", "nobody"}) == {"p7": 1, "p8": 1}
        assert ledger.newest_numbers(cursor, Organisation, set()) == {}
        assert ledger.latest(cursor, Organisation, "p29999") == replace(first(places[-1]), change_seq=change.seq)


def test_the_ledgers_time_never_steps_back_when_the_clock_is_corrected(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = [
        instant("2024-01-02T00:00:00"),
        instant("2024-01-01T23:55:00"),
        instant("2024-01-02T00:00:00"),
        instant("2024-01-03T00:00:00"),
    ]
    recorded = []
    for number, now in enumerate(ticks):
        monkeypatch.setattr(dates, "utc_now", lambda now=now: now)
        recorded.append(save(db, organisation(f"Name {number}")).recorded_at)
    assert recorded == [
        instant("2024-01-02T00:00:00"),
        instant("2024-01-02T00:00:00.000001"),
        instant("2024-01-02T00:00:00.000002"),
        instant("2024-01-03T00:00:00"),
    ]
    assert all(earlier < later for earlier, later in pairwise(recorded))
    assert ledger.verify(db).faults == ()


def test_nothing_is_saved_under_a_clock_that_is_far_behind_the_newest_change_and_verify_says_what_to_do(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = instant("2026-11-25T10:00:00")
    for name, now in (
        ("Before", right),
        ("Ahead", instant("2030-01-01")),
        ("Again", instant("2030-01-02")),
    ):
        monkeypatch.setattr(dates, "utc_now", lambda now=now: now)
        save(db, organisation(name))
    monkeypatch.setattr(dates, "utc_now", lambda: right)
    before = contents(db)
    with pytest.raises(StoreUnusable) as refused:
        save(db, organisation("Not kept"))
    assert str(refused.value).startswith(
        "Nothing was saved. The clock of this computer says 2026-11-25 10:00 UTC, but change 3 was recorded at "
        "2030-01-02 00:00 UTC."
    )
    assert contents(db) == before
    proof = ledger.verify(db)
    assert proof.faults == ()
    [warning] = proof.warnings
    assert warning.startswith(
        "2 of the changes, from change 2 on, were recorded in the future: change 2 (edit by A. Tester) at "
        "2030-01-01 00:00 UTC."
    )
    assert "--until 1`" in warning


def test_the_last_change_known_at_an_instant_counts_that_instant_in(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in (1, 2):
        monkeypatch.setattr(dates, "utc_now", lambda day=day: instant(f"2024-01-0{day}"))
        save(db, organisation(f"Name {day}"))
    with db.read() as cursor:
        instants = [
            instant("2023-12-31T00:00:00"),
            instant("2024-01-01T00:00:00"),
            instant("2024-01-01T23:00:00"),
            instant("9999-12-31"),
        ]
        assert [ledger.known_seq(cursor, known_at) for known_at in instants] == [0, 1, 1, 2]
        newest = [ledger.newest_change(cursor, known) for known in (0, 1, 2, 99)]
    assert [change.seq if change else None for change in newest] == [None, 1, 2, 2]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit, ValueError])
def test_a_save_that_is_interrupted_leaves_nothing_and_the_next_one_is_kept(
    stop: type[BaseException], db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(db, organisation("First"))
    before = contents(db)
    insert_rows = ledger._insert_rows

    def interrupted(*arguments: object) -> None:
        insert_rows(*arguments)  # type: ignore[arg-type]
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_insert_rows", interrupted)
        with pytest.raises(stop):
            save(db, organisation("Second"))
    assert contents(db) == before
    assert save(db, organisation("Third")).seq == 2
    assert ledger.verify(db).faults == ()


def test_a_text_that_cannot_be_kept_stops_the_change_and_nothing_is_recorded(db: Database) -> None:
    with pytest.raises(UnstorableText, match=r"^the reason of a change: character 1"):
        save(db, organisation(), reason="\x00")
    assert contents(db)[0].seq == 0


def test_a_save_waits_for_another_only_so_long(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_WRITE_WAIT_SECONDS", 0.01)
    with db.exclusive(), pytest.raises(StoreBusy, match="Another save is taking more than"):
        save(db, organisation())
    assert save(db, organisation()).seq == 1


def test_a_store_opened_for_reading_refuses_a_save(address: Address) -> None:
    stores.init_store(address)
    with stores.open_store(address) as db:
        with pytest.raises(StoreUnusable, match="was opened for reading only; nothing was saved"):
            save(db, organisation())
        with pytest.raises(StoreUnusable, match="cannot be written here"), db.transaction() as cursor:
            cursor.execute("CREATE TABLE tracker.x (x INTEGER)")
    assert stores.verify_store(address).changes == 0


def test_a_change_that_is_not_the_end_of_the_ledger_after_its_commit_raises_the_alarm(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "head", lambda cursor: Head(0, GENESIS))
    with pytest.raises(BrokenLedger, match="Change 1 was accepted but the ledger ends at change 0"):
        save(db, organisation())


@contextmanager
def without_anchor(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be written to the anchor."""

    def refuse(*_: object) -> None:
        raise StoreUnusable("The head anchor cannot be written.")

    with monkeypatch.context() as patch:
        patch.setattr(type(db.address.anchor), "_write", refuse)
        yield


def test_a_save_that_is_durable_is_acknowledged_though_the_anchor_cannot_be_written(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with without_anchor(db, monkeypatch), caplog.at_level(logging.WARNING):
        assert save(db, organisation("First")).seq == 1
    assert "The head anchor cannot be written." in caplog.text
    change = save(db, organisation("Second"))
    anchor = db.address.anchor
    assert [head.seq for head in anchor.heads()] == [0, 1, 2]
    assert anchor.last() == Head(2, change.seal)


def test_nothing_is_recorded_while_the_change_before_cannot_be_written_to_the_anchor(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_anchor(db, monkeypatch):
        once = save(db, organisation("First"), request_id="click")
        before = contents(db)
        with pytest.raises(StoreUnusable, match="cannot be written"):
            save(db, organisation("Second"))
        assert contents(db) == before
        again = ledger.record(db, actor="A", action="edit", versions=[first(organisation())], request_id="click")
        assert again == once  # what was recorded is still told
    assert db.address.anchor.last() == Head(0, GENESIS)
    assert save(db, organisation("Second")).seq == 2


_CHANGE = Change(
    seq=1,
    recorded_at=instant("2026-11-24T10:00:00"),
    actor="A. Tester",
    action="edit",
    reason=None,
    request_id="one",
    previous_seal=GENESIS,
    seal="a" * 64,
)


def test_a_change_is_added_to_an_anchor_only_after_the_change_before_it(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "store.heads")
    anchor.create()
    for other in (replace(_CHANGE, seq=2), replace(_CHANGE, previous_seal="b" * 64)):
        with pytest.raises(StoreUnusable, match=r"store\.heads ends at change 0, not at change .* was not added to it"):
            anchor.append(other)
    anchor.append(_CHANGE)
    with pytest.raises(StoreUnusable, match=r"ends at change 1, not at change 0 of this ledger"):
        anchor.append(_CHANGE)
    assert anchor.heads() == [Head(0, GENESIS), Head(1, "a" * 64)]


@pytest.mark.parametrize("last", [0, 8, 9, 10, 99, 100, 1_000])
def test_whether_an_anchor_lacks_a_line_shows_in_its_length(last: int, tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "store.heads")
    anchor.prepare((Head(seq, "a" * 64), instant("2026-11-24T10:00:00")) for seq in range(1, last + 1))
    anchor.put()
    assert anchor.is_complete(Head(last, "a" * 64))
    assert not anchor.is_complete(Head(last + 1, "a" * 64))
    lines = anchor.path.read_text(encoding="ascii").splitlines(keepends=True)
    anchor.path.write_text("".join([*lines[:-1], lines[-1], lines[-1][:20]]), encoding="ascii")
    assert anchor.is_complete(Head(last, "a" * 64))  # part of a line, as a crash leaves it
    anchor.path.write_text("".join([*lines[:1], *lines[2:]]) if last else "", encoding="ascii")
    assert not anchor.is_complete(Head(last, "a" * 64))
    anchor.path.unlink()
    with pytest.raises(StoreUnusable, match=r"store\.heads cannot be read: No such file or directory"):
        anchor.is_complete(Head(last, "a" * 64))


def test_a_full_disk_that_holds_the_anchor_is_told_by_name(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "full.heads")
    anchor.create()
    before = anchor.heads()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (anchor.path.stat().st_size, hard))
    try:
        with pytest.raises(StoreUnusable, match=r"The disk that holds the head anchor .*full\.heads is full"):
            anchor.append(_CHANGE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert anchor.heads() == before


def test_an_anchor_that_cannot_be_written_for_another_reason_is_told_with_it(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "no such folder" / "store.heads")
    with pytest.raises(StoreUnusable, match=r"store\.heads\S* cannot be written: No such file or directory"):
        anchor.prepare([(Head(1, "a" * 64), instant("2026-11-24T10:00:00"))])


def test_nothing_is_recorded_while_the_anchor_is_missing_and_none_is_begun(db: Database) -> None:
    aside = db.address.anchor.path.rename(db.address.anchor.path.with_suffix(".aside"))
    with pytest.raises(BrokenLedger, match="is missing, so nobody can tell"):
        save(db, organisation())
    assert contents(db) == (Head(0, GENESIS), [])
    assert not db.address.anchor.path.exists()  # one begun again by itself would hide what was lost
    aside.rename(db.address.anchor.path)
    assert save(db, organisation()).seq == 1


@pytest.mark.parametrize("failing", ["read", "checkpoint_when_due"])
def test_a_save_that_is_durable_is_acknowledged_whatever_fails_after_it(
    failing: str, db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    insert = ledger._insert

    def insert_then_break(*arguments: object) -> None:
        insert(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(db, failing, broken)

    def broken() -> None:
        raise RuntimeError("The engine is gone")

    monkeypatch.setattr(ledger, "_insert", insert_then_break)
    assert save(db, organisation()).seq == 1
    assert "Change 1 is saved; what follows a save failed" in caplog.text
    assert "The engine is gone" in caplog.text
    monkeypatch.undo()
    assert save(db, organisation("Second")).seq == 2
    assert [head.seq for head in db.address.anchor.heads()] == [0, 1, 2]


def test_a_save_that_is_durable_is_acknowledged_though_the_log_cannot_be_folded(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full() -> None:
        raise StoreUnusable("The disk is full.")

    monkeypatch.setattr(db, "checkpoint", full)
    monkeypatch.setattr(database, "_WRITES_BETWEEN_CHECKPOINTS", 1)
    assert save(db, organisation()).seq == 1
    assert "The disk is full." in caplog.text


def test_slots_hold_the_newest_version_of_an_id_and_day_and_the_newest_of_an_action(db: Database) -> None:
    later = DAY + dt.timedelta(days=1)
    save(db, organisation("Planned"), action="plan load")
    save(db, organisation("Edited"))
    save(db, organisation("Edited again"))
    save(db, organisation("Planned later"), on=later, action="plan load")
    save(db, organisation("Edited only", "nhs"))
    save(db, organisation("Edited first", "la"))
    save(db, organisation("Planned after", "la"), action="plan load")
    with db.read() as cursor:
        slots = ledger.slots(cursor, Organisation, "plan load")
    told = {
        place: (slot.newest.noun.name, slot.by_action.noun.name if slot.by_action else None)  # type: ignore[attr-defined]
        for place, slot in slots.items()
    }
    assert told == {
        ("dfe", DAY): ("Edited again", "Planned"),
        ("dfe", later): ("Planned later", "Planned later"),
        ("nhs", DAY): ("Edited only", None),
        ("la", DAY): ("Planned after", "Planned after"),
    }


# Carrying a ledger elsewhere

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
    lines = list(ledger.export(filled))
    end = ledger.reload(empty, lines)
    assert contents(empty) == contents(filled) == (end, lines)
    assert ledger.verify(empty) == ledger.verify(filled)
    assert empty.address.anchor.heads() == filled.address.anchor.heads()
    with filled.read() as here, empty.read() as there:
        assert ledger.changes(here) == ledger.changes(there)
    assert save(empty, organisation("Goes on")).seq == end.seq + 1


def test_a_reload_whose_anchor_cannot_be_written_records_nothing_and_can_be_begun_again(
    filled: Database, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = list(ledger.export(filled))
    with without_anchor(empty, monkeypatch), pytest.raises(StoreUnusable, match="cannot be written"):
        ledger.reload(empty, lines)
    assert contents(empty) == (Head(0, GENESIS), [])
    assert ledger.reload(empty, lines).seq == len(lines)
    assert ledger.verify(empty).faults == ()


def test_a_reload_that_is_killed_before_its_anchor_is_in_place_is_refused_and_begun_again_in_a_new_store(
    filled: Database, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = list(ledger.export(filled))
    at = empty.address

    def killed(_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(type(at.anchor), "put", killed)
        with pytest.raises(SystemExit):
            ledger.reload(empty, lines)
    empty.close()
    with pytest.raises(BrokenLedger, match="If this store was being reloaded from an export, begin again with a new"):
        stores.open_store(at, writable=True)
    at.file.unlink()
    assert stores.init_store(at)
    with stores.open_store(at, writable=True) as again:
        assert ledger.reload(again, lines).seq == len(lines)
    assert stores.verify_store(at).faults == ()


def test_an_export_of_nothing_reloads_as_nothing(empty: Database) -> None:
    assert ledger.reload(empty, []) == Head(0, GENESIS)


def act(seconds: int, *versions: Version, action: str = DEMONSTRATION) -> Act:
    """An act so many seconds after nine on a day in 2024."""
    at = instant("2024-01-02T09:00:00") + dt.timedelta(seconds=seconds)
    return Act(recorded_at=at, actor="A. Trainer", action=action, versions=versions)


def test_a_demonstration_ledger_brings_its_own_times_and_is_as_whole_as_any_other(empty: Database) -> None:
    second = Version(noun=organisation("Renamed"), version=2, effective_on=DAY)
    end = ledger.compose(empty, lambda _: [act(0, first(organisation())), act(60, second, action="edit")])
    assert ledger.verify(empty) == ledger.Verification(2, 2, end, (), demonstration=True)
    with empty.read() as cursor:
        assert [change.recorded_at.minute for change in ledger.changes(cursor)] == [0, 1]
        assert ledger.is_demonstration(cursor)
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
        ledger.compose(empty, lambda _: acts)
    assert contents(empty) == (Head(0, GENESIS), [])


def test_a_demonstration_is_recorded_only_into_an_empty_store(filled: Database) -> None:
    before = contents(filled)
    with pytest.raises(StoreUnusable, match="already holds"):
        ledger.compose(filled, lambda _: [act(0, first(organisation(noun_id="nhs")))])
    with filled.read() as cursor:
        assert not ledger.is_demonstration(cursor)
    assert contents(filled) == before


def test_a_ledger_is_reloaded_only_into_an_empty_store(filled: Database) -> None:
    before = contents(filled)
    with pytest.raises(StoreUnusable, match=f"already holds {len(NOUNS) + 3} changes; reload into an empty one"):
        ledger.reload(filled, list(ledger.export(filled)))
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
    lines = list(ledger.export(filled))
    lines[_PLACE] = altered(lines[_PLACE], what)
    line = _PLACE + 1
    with pytest.raises(BrokenLedger, match=rf"^Line {line}: change {line} does not match its seal; it was altered\.$"):
        ledger.reload(empty, lines)
    assert contents(empty) == (Head(0, GENESIS), [])


def test_an_export_with_a_line_left_out_moved_or_doubled_is_refused(filled: Database, empty: Database) -> None:
    lines = list(ledger.export(filled))
    for wrong in ([*lines[:3], *lines[4:]], [lines[1], lines[0], *lines[2:]], [lines[0], *lines]):
        with pytest.raises(BrokenLedger, match="does not follow change"):
            ledger.reload(empty, wrong)
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
    lines = list(ledger.export(filled))
    assert old in lines[_PLACE]
    lines[_PLACE] = lines[_PLACE].replace(old, new)
    with pytest.raises(BrokenLedger, match=rf"^Line {_PLACE + 1} is not a change of an exported ledger: "):
        ledger.reload(empty, lines)
    assert contents(empty) == (Head(0, GENESIS), [])
