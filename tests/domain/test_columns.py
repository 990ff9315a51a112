"""How a record is laid out in columns, and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.domain.columns import columns, from_columns, halves, parts, property_of
from tracker.domain.dates import PublishedDate
from tracker.domain.words import MoveReason, Precision

MARCH = PublishedDate(dt.date(2026, 3, 31), Precision.MONTH)


@dataclass(frozen=True, kw_only=True)
class Within:
    status: str | None = None
    due: PublishedDate | None = None
    reason: MoveReason | None = None


@dataclass(frozen=True, kw_only=True)
class Whole:
    id: str
    status: str
    within: Within = field(metadata={"columns": {"status": "reported_status"}})

    @property
    def late(self) -> int | None:
        return None


class Pair(NamedTuple):
    first: int
    whole: Whole


WHOLE = Whole(id="a", status="Green", within=Within(status="Done", due=MARCH, reason=MoveReason.SCOPE))


def test_a_record_within_a_record_has_its_values_among_those_of_the_whole() -> None:
    assert {name: part.get(WHOLE) for name, part in parts(Whole).items()} == {
        "id": "a",
        "status": "Green",
        "reported_status": "Done",
        "due": MARCH,
        "reason": MoveReason.SCOPE,
    }
    assert parts(Whole)["due"].path == "within.due"
    assert [name for name, part in parts(Whole).items() if part.optional] == ["reported_status", "due", "reason"]


def test_a_date_is_two_columns_and_comes_back_as_one_value() -> None:
    row = {name: column.get(WHOLE) for name, column in columns(Whole).items()}
    assert row["due_on"] == MARCH.day
    assert row["due_precision"] is Precision.MONTH
    assert from_columns(Whole, {**row, "due_precision": "month", "reason": "scope changed"}) == WHOLE
    nothing = Whole(id="a", status="Green", within=Within())
    empty = {name: column.get(nothing) for name, column in columns(Whole).items()}
    assert (empty["due_on"], empty["due_precision"], empty["reason"]) == (None, None, None)
    assert from_columns(Whole, empty) == nothing


def test_a_named_tuple_is_laid_out_as_a_record_is() -> None:
    assert {name: part.get(Pair(1, WHOLE)) for name, part in parts(Pair).items()}["due"] == MARCH


def test_what_a_record_works_out_is_read_by_name_with_its_type() -> None:
    late = property_of(Whole, "late")
    assert (late.kind, late.optional, late.get(WHOLE)) == (int, True, None)


def test_a_value_that_changed_is_told_by_the_columns_that_did() -> None:
    exact = PublishedDate(MARCH.day, Precision.DAY)
    assert list(halves("title", "a", "b")) == [("title", "a", "b")]
    assert list(halves("due", MARCH, exact)) == [("due_precision", Precision.MONTH, Precision.DAY)]
    assert list(halves("due", None, MARCH)) == [("due_on", None, MARCH.day), ("due_precision", None, Precision.MONTH)]
