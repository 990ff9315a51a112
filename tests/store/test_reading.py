"""Reading the ledger: its end, the last change known at an instant, and what each id and day has."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.samples import DAY, instant, organisation, save
from tracker.domain import dates
from tracker.domain.ledger import GENESIS, Head
from tracker.domain.nouns import Commitment, Organisation
from tracker.store import proving, reading

if TYPE_CHECKING:
    from tracker.store.database import Database


def test_an_empty_ledger_ends_at_change_0_with_the_genesis_seal(db: Database) -> None:
    with db.read() as cursor:
        assert reading.head(cursor) == Head(0, GENESIS)
        assert reading.newest_change(cursor) is None
        assert reading.changes(cursor) == []
        assert reading.latest(cursor, Commitment, "gp-01") is None
    assert proving.verify(db) == proving.Verification(0, 0, Head(0, GENESIS), ())


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
        assert [reading.known_seq(cursor, known_at) for known_at in instants] == [0, 1, 1, 2]
        newest = [reading.newest_change(cursor, known) for known in (0, 1, 2, 99)]
    assert [change.seq if change else None for change in newest] == [None, 1, 2, 2]


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
        slots = reading.slots(cursor, Organisation, "plan load")
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
