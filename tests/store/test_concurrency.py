"""Many people at once: nobody silently overwrites anybody, and readers see whole changes only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.conftest import LONG
from tests.samples import DAY, first, organisation, save
from tracker.domain.ledger import StaleEdit, Version
from tracker.domain.nouns import Organisation
from tracker.store import carrying, ledger, proving, reading

if TYPE_CHECKING:
    from tracker.store.database import Database

_PEOPLE = 8
_SAVES_EACH = 50 if LONG else 12
_READ_DURING = 120 if LONG else 40


def test_of_two_saves_against_the_same_version_one_wins_and_the_other_is_told_of_both(db: Database) -> None:
    save(db, organisation("First"))
    ready = threading.Barrier(2)

    def attempt(name: str) -> StaleEdit | None:
        version = Version(noun=organisation(name), version=2, effective_on=DAY)
        ready.wait()
        try:
            ledger.record(db, actor=name, action="edit", versions=[version])
        except StaleEdit as stale:
            return stale
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip(("Ann", "Ben"), pool.map(attempt, ("Ann", "Ben")), strict=True))
    [(loser, stale)] = [(name, outcome) for name, outcome in outcomes.items() if outcome]
    [winner] = [name for name, outcome in outcomes.items() if not outcome]
    assert stale.yours.noun == organisation(loser)
    assert stale.theirs
    assert stale.theirs.noun == organisation(winner)
    with db.read() as cursor:
        history = reading.versions(cursor, Organisation, "dfe")
    assert [version.noun for version in history] == [organisation("First"), organisation(winner)]


def test_eight_people_saving_one_thing_again_and_again_leave_every_save_and_no_gap(db: Database) -> None:
    def edit_until_all_are_in(person: int) -> None:
        for number in range(_SAVES_EACH):
            while True:
                with db.read() as cursor:
                    newest = reading.latest(cursor, Organisation, "dfe")
                version = Version(
                    noun=organisation(f"{person}.{number}"),
                    version=newest.version + 1 if newest else 1,
                    effective_on=DAY,
                )
                try:
                    ledger.record(db, actor=str(person), action="edit", versions=[version])
                except StaleEdit:
                    continue
                break

    with ThreadPoolExecutor(_PEOPLE) as pool:
        list(pool.map(edit_until_all_are_in, range(_PEOPLE)))
    with db.read() as cursor:
        history = reading.versions(cursor, Organisation, "dfe")
    assert [version.version for version in history] == list(range(1, _PEOPLE * _SAVES_EACH + 1))
    said = [version.noun for version in history]
    assert sorted(noun.name for noun in said if isinstance(noun, Organisation)) == sorted(
        f"{person}.{number}" for person in range(_PEOPLE) for number in range(_SAVES_EACH)
    )
    assert proving.verify(db).faults == ()


def test_readers_verification_and_export_see_whole_changes_while_others_save(db: Database) -> None:
    pair = ("left", "right")
    ledger.record(db, actor="A", action="edit", versions=[first(organisation("0", side)) for side in pair])
    done = threading.Event()

    def keep_saving() -> None:
        try:
            for number in range(1, _READ_DURING):
                save(db, *(organisation(str(number), side) for side in pair))
        finally:
            done.set()

    with ThreadPoolExecutor(1) as pool:
        saving = pool.submit(keep_saving)
        while not done.is_set():
            with db.read() as cursor:
                left, right = (reading.latest(cursor, Organisation, side) for side in pair)
            assert left
            assert right
            assert (left.version, left.change_seq) == (right.version, right.change_seq)
            proof = proving.verify(db)
            assert proof.faults == ()
            assert proof.versions == 2 * proof.changes
            assert len(list(carrying.export(db))) >= proof.changes
        saving.result()
    assert proving.verify(db).changes == _READ_DURING


def test_a_reader_keeps_its_state_of_the_ledger_and_does_not_hold_up_a_save_or_a_checkpoint(db: Database) -> None:
    save(db, organisation("First"))
    with db.read() as cursor:
        before = reading.head(cursor)
        save(db, organisation("Second"))
        db.checkpoint()
        assert reading.head(cursor) == before
    with db.read() as cursor:
        assert reading.head(cursor).seq == 2
