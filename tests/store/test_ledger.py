"""Recording changes: one act, all or nothing, never over somebody else's."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.keeping import without_anchor
from tests.samples import DAY, commitment, contents, first, instant, organisation, save
from tracker.domain import dates
from tracker.domain.errors import BrokenLedger, NothingToRecord, StoreBusy, StoreUnusable, UnstorableText
from tracker.domain.ledger import GENESIS, Head, StaleEdit, Version
from tracker.domain.nouns import Commitment, Organisation
from tracker.services import stores
from tracker.store import database, ledger, proving, reading, sealing
from tracker.store.database import Address

if TYPE_CHECKING:
    from tracker.store.database import Database


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
        assert reading.changes(cursor) == [change]
        assert reading.newest_change(cursor) == change
        assert reading.head(cursor) == Head(1, change.seal)
        assert reading.latest(cursor, Commitment, "gp-01") == replace(first(commitment()), change_seq=1)
        assert reading.versions(cursor, Organisation, "dfe") == [replace(first(organisation()), change_seq=1)]
    assert db.address.anchor.last() == Head(1, change.seal)


def test_a_change_without_a_reason_keeps_none_and_not_an_empty_text(db: Database) -> None:
    assert save(db, organisation(), reason="  ").reason is None
    assert proving.verify(db).faults == ()


def test_a_save_against_an_old_version_is_refused_and_carries_both_texts(db: Database) -> None:
    save(db, organisation("First"))
    save(db, organisation("Theirs"))
    before = contents(db)
    yours = Version(noun=organisation("Mine"), version=2, effective_on=DAY)
    with pytest.raises(StaleEdit) as refused:
        ledger.record(db, actor="B", action="edit", versions=[first(commitment()), yours])
    assert refused.value.yours == yours
    assert refused.value.theirs == Version(noun=organisation("Theirs"), version=2, effective_on=DAY, change_seq=2)
    assert "You worked from version 1, and the current version is 2, saved in change 2" in str(refused.value)
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
        assert reading.newest_numbers(cursor, Organisation, at_least=4) == {"old": 4}


def test_one_change_may_hold_several_versions_of_one_thing_but_no_gap_between_them(db: Database) -> None:
    one, two, three = (
        Version(noun=organisation(f"Name {number}"), version=number, effective_on=DAY) for number in (1, 2, 3)
    )
    with pytest.raises(StaleEdit):
        ledger.record(db, actor="B", action="edit", versions=[one, three])
    ledger.record(db, actor="B", action="edit", versions=[one, two])
    with db.read() as cursor:
        assert [version.version for version in reading.versions(cursor, Organisation, "dfe")] == [1, 2]
    assert proving.verify(db).faults == ()


def test_a_change_that_changes_nothing_is_refused(db: Database) -> None:
    with pytest.raises(NothingToRecord, match=r"^There is nothing to record\.$"):
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
    proof = proving.verify(db)
    assert (proof.changes, proof.versions, proof.faults) == (1, 30_000, ())
    with db.read() as cursor:
        assert reading.newest_numbers(cursor, Organisation) == dict.fromkeys((place.id for place in places), 1)
        assert reading.newest_numbers(cursor, Organisation, {"p7", "p8", "nobody"}) == {"p7": 1, "p8": 1}
        assert reading.newest_numbers(cursor, Organisation, set()) == {}
        assert reading.latest(cursor, Organisation, "p29999") == replace(first(places[-1]), change_seq=change.seq)


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
    assert proving.verify(db).faults == ()


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
        "Nothing was saved. The clock of this computer says 25 November 2026 at 10:00 UTC, but change 3 was recorded "
        "on 2 January 2030 at 00:00 UTC."
    )
    assert contents(db) == before
    proof = proving.verify(db)
    assert proof.faults == ()
    [warning] = proof.warnings
    assert warning.startswith(
        "2 of the changes, from change 2 on, have a time in the future: change 2 (edit by A. Tester) on 1 January 2030 "
        "at 00:00 UTC."
    )
    assert "--until 1`" in warning


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit, ValueError])
def test_a_save_that_is_interrupted_leaves_nothing_and_the_next_one_is_kept(
    stop: type[BaseException], db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(db, organisation("First"))
    before = contents(db)
    insert_rows = sealing._insert_rows

    def interrupted(*arguments: object) -> None:
        insert_rows(*arguments)  # type: ignore[arg-type]
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "_insert_rows", interrupted)
        with pytest.raises(stop):
            save(db, organisation("Second"))
    assert contents(db) == before
    assert save(db, organisation("Third")).seq == 2
    assert proving.verify(db).faults == ()


def test_a_text_that_cannot_be_kept_stops_the_change_and_nothing_is_recorded(db: Database) -> None:
    with pytest.raises(UnstorableText, match=r"^the reason of a change: character 1"):
        save(db, organisation(), reason="\x00")
    assert contents(db)[0].seq == 0


def test_a_save_waits_for_another_only_so_long(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_WRITE_WAIT_SECONDS", 0.01)
    with db.exclusive(), pytest.raises(StoreBusy, match="saves are taking more than"):
        save(db, organisation())
    assert save(db, organisation()).seq == 1


def test_a_store_opened_for_reading_refuses_a_save(address: Address) -> None:
    stores.init_store(address)
    with stores.open_store(address) as db:
        with pytest.raises(StoreUnusable, match=r"is open for reading only\. Nothing was saved"):
            save(db, organisation())
        with pytest.raises(StoreUnusable, match="is read-only, or its folder is"), db.transaction() as cursor:
            cursor.execute("CREATE TABLE tracker.x (x INTEGER)")
    assert stores.verify_store(address).changes == 0


def test_a_change_that_is_not_the_end_of_the_ledger_after_its_commit_raises_the_alarm(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "head", lambda cursor: Head(0, GENESIS))
    with pytest.raises(BrokenLedger, match="Change 1 was saved, but the ledger ends at change 0"):
        save(db, organisation())


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


def test_nothing_is_recorded_while_the_anchor_is_missing_and_none_is_begun(db: Database) -> None:
    aside = db.address.anchor.path.rename(db.address.anchor.path.with_suffix(".aside"))
    with pytest.raises(BrokenLedger, match="is missing, so we cannot tell"):
        save(db, organisation())
    assert contents(db) == (Head(0, GENESIS), [])
    assert not db.address.anchor.path.exists()  # one begun again by itself would hide what was lost
    aside.rename(db.address.anchor.path)
    assert save(db, organisation()).seq == 1


@pytest.mark.parametrize("failing", ["read", "checkpoint_when_due"])
def test_a_save_that_is_durable_is_acknowledged_whatever_fails_after_it(
    failing: str, db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    insert = sealing.insert

    def insert_then_break(*arguments: object) -> None:
        insert(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(db, failing, broken)

    def broken() -> None:
        raise RuntimeError("The engine is gone")

    monkeypatch.setattr(sealing, "insert", insert_then_break)
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
