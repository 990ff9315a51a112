"""As at a day, as known at a change: the one definition, case by case."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.samples import held, one_of_each, organisation, save
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from tracker.store.database import Database

JANUARY, MARCH, JUNE, SEPTEMBER = (dt.date(2023, month, 1) for month in (1, 3, 6, 9))
_EVE = dt.timedelta(days=1)


def name(db: Database, as_at: dt.date, known_seq: int | None = None) -> str | None:
    rows = held(db, "organisation", as_at, known_seq)
    assert len(rows) <= 1
    return rows[0]["name"] if rows else None


def test_a_version_holds_from_its_day_until_a_later_day_says_otherwise(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("June"), on=JUNE)
    days = (JANUARY - _EVE, JANUARY, JUNE - _EVE, JUNE, dt.date.max)
    assert [name(db, day) for day in days] == [None, "January", "January", "June", "June"]


def test_a_correction_of_the_same_day_takes_its_place(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("Corrected"), on=JANUARY)
    assert name(db, JANUARY) == "Corrected"
    assert name(db, JANUARY, known_seq=1) == "January"


def test_a_backdated_version_changes_the_past_but_not_what_later_days_say(db: Database) -> None:
    save(db, organisation("June"), on=JUNE)
    save(db, organisation("March, told later"), on=MARCH)
    assert [name(db, day) for day in (JANUARY, MARCH, JUNE, SEPTEMBER)] == [None, "March, told later", "June", "June"]


def test_what_was_known_then_is_still_the_answer_when_more_is_known(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("June"), on=JUNE)
    save(db, organisation("March, told later"), on=MARCH)
    assert [name(db, SEPTEMBER, known) for known in (0, 1, 2, 3)] == [None, "January", "June", "June"]
    assert [name(db, MARCH, known) for known in (0, 1, 2, 3)] == [None, "January", "January", "March, told later"]


def test_a_retraction_lets_the_day_before_hold_again(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("June"), on=JUNE)
    save(db, organisation("June"), on=JUNE, retracted=True)
    assert [name(db, JUNE, known) for known in (1, 2, 3)] == ["January", "June", "January"]


def test_a_retraction_takes_back_all_that_was_said_for_its_day_and_no_other(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("January, corrected"), on=JANUARY)
    save(db, organisation("June"), on=JUNE)
    save(db, organisation("x"), on=JANUARY, retracted=True)
    assert [name(db, day) for day in (JANUARY, MARCH, JUNE)] == [None, None, "June"]


def test_what_was_retracted_can_be_said_again(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("January"), on=JANUARY, retracted=True)
    save(db, organisation("January after all"), on=JANUARY)
    assert [name(db, JANUARY, known) for known in (1, 2, 3)] == ["January", None, "January after all"]


def test_a_retraction_of_everything_leaves_nothing(db: Database) -> None:
    save(db, organisation("January"), on=JANUARY)
    save(db, organisation("January"), on=JANUARY, retracted=True)
    assert name(db, SEPTEMBER) is None


@pytest.mark.parametrize("table", NOUNS)
def test_every_noun_has_the_same_as_at(table: str, db: Database) -> None:
    noun = one_of_each()[table]
    other = replace(noun, id="999")
    save(db, noun, on=MARCH)
    save(db, other, on=JUNE)
    save(db, noun, on=SEPTEMBER, retracted=True)
    assert [row["id"] for row in held(db, table, MARCH)] == [noun.id]
    assert [(row["id"], row["version"], row["change_seq"]) for row in held(db, table, SEPTEMBER)] == sorted(
        [(noun.id, 1, 1), ("999", 1, 2)]
    )
    assert held(db, table, SEPTEMBER, known_seq=1)[0]["id"] == noun.id
    assert held(db, table, MARCH - _EVE) == []
