"""The register of nouns, the tables of the database and the words of the domain say the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.samples import NEVER_BOTH, altered, built, first, one_of_each, save
from tracker.domain import nouns
from tracker.domain.columns import columns as columns_of
from tracker.domain.columns import parts
from tracker.domain.dates import PublishedDate, day_of
from tracker.domain.ledger import Version
from tracker.domain.rules import TOLERANCES
from tracker.domain.words import STATUS_SEVERITY, MilestoneStatus, Precision, RequestState, SnapshotState
from tracker.store import proving, reading
from tracker.store.registry import BOOKKEEPING, NOUNS, column_types, columns, table_of, to_row, to_version

if TYPE_CHECKING:
    from tracker.store.database import Database

_ENUM_FIELDS = [
    (table, name, member)
    for table, noun in NOUNS.items()
    for name, column in columns_of(noun).items()
    if issubclass(column.kind, StrEnum)
    for member in column.kind
]


def columns_in_the_database(db: Database, table: str) -> list[tuple[str, str]]:
    with db.read() as cursor:
        return cursor.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'tracker' AND table_name = $table ORDER BY column_index",
            {"table": table},
        ).fetchall()


def test_every_noun_of_the_domain_has_one_table_and_every_table_one_noun(shared: Database) -> None:
    domain = {kind for kind in vars(nouns).values() if isinstance(kind, type) and issubclass(kind, nouns.Noun)}
    assert set(NOUNS.values()) == domain - {nouns.Noun}
    assert list(NOUNS) == sorted(NOUNS)
    assert {table_of(noun): noun for noun in NOUNS.values()} == NOUNS
    with shared.read() as cursor:
        tables = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'tracker'").fetchall()
    assert {name for (name,) in tables} == {*NOUNS, "change", "migration"}


@pytest.mark.parametrize("table", NOUNS)
def test_a_tables_columns_are_the_bookkeeping_and_the_nouns_fields(table: str, shared: Database) -> None:
    assert columns(table)[: len(BOOKKEEPING)] == BOOKKEEPING
    expected = {name: kind.replace(" ", "") for name, kind in zip(columns(table), column_types(table), strict=True)}
    assert dict(columns_in_the_database(shared, table)) == expected


@pytest.mark.parametrize("table", NOUNS)
def test_a_field_that_may_be_unknown_is_a_column_that_may_be_null_and_no_other_is(table: str, shared: Database) -> None:
    with shared.read() as cursor:
        nullable = cursor.execute(
            "SELECT column_name FROM duckdb_columns() "
            "WHERE database_name = 'tracker' AND table_name = $table AND is_nullable",
            {"table": table},
        ).fetchall()
    optional = {name for name, column in columns_of(NOUNS[table]).items() if column.optional}
    assert {name for (name,) in nullable} == optional


def test_a_sample_of_every_noun_fills_every_field() -> None:
    samples = one_of_each()
    assert samples.keys() == NOUNS.keys()
    for table, noun in samples.items():
        empty = {(table, name) for name, part in parts(type(noun)).items() if part.get(noun) is None}
        assert empty <= NEVER_BOTH


@pytest.mark.parametrize(("table", "field", "member"), _ENUM_FIELDS, ids=str)
def test_the_database_accepts_every_word_of_a_scale(table: str, field: str, member: StrEnum, shared: Database) -> None:
    noun = altered(one_of_each()[table], **{field: member})
    if isinstance(noun, nouns.BaselineRequest) and noun.state in {RequestState.REQUESTED, RequestState.WITHDRAWN}:
        noun = replace(noun, decided_by=None)
    if isinstance(noun, nouns.Snapshot) and noun.state is not SnapshotState.WITHDRAWN:
        noun = replace(noun, withdrawn_by=None)
    save(shared, noun)
    with shared.read() as cursor:
        newest = reading.latest(cursor, type(noun), noun.id)
    assert newest
    assert newest.noun == noun


def test_a_word_that_the_database_checks_is_a_word_of_its_scale(shared: Database) -> None:
    with shared.read() as cursor:
        checks = cursor.execute(
            """
            SELECT table_name, constraint_column_names[1], regexp_extract_all(constraint_text, '''([^'']+)''', 1)
            FROM duckdb_constraints()
            WHERE database_name = 'tracker' AND constraint_type = 'CHECK' AND constraint_text LIKE '% IN (%'
            """
        ).fetchall()
    scales = {
        (table, name): column.kind
        for table, noun in NOUNS.items()
        for name, column in columns_of(noun).items()
        if issubclass(column.kind, StrEnum)
    }
    assert len(checks) >= 10
    for table, field, allowed in checks:
        assert set(allowed) == {str(member) for member in scales[table, field]}, (table, field)


def test_the_statuses_that_the_rules_give_are_the_domains_and_severity_names_each(shared: Database) -> None:
    day = dt.date(2023, 6, 1)
    dates = [None, day - dt.timedelta(60), day, day + dt.timedelta(20), day + dt.timedelta(100)]
    with shared.read() as cursor:
        given_by_the_rules = {
            status
            for actual in dates
            for baseline in dates
            for forecast in dates
            for confirmed in (None, day)
            for (status,) in cursor.execute(
                "SELECT milestone_status($actual::DATE, $baseline::DATE, $forecast::DATE, $confirmed::DATE, $day, $r)",
                {
                    "actual": actual,
                    "baseline": baseline,
                    "forecast": forecast,
                    "confirmed": confirmed,
                    "day": day,
                    "r": TOLERANCES.as_parameter(),
                },
            ).fetchall()
        }
    assert given_by_the_rules == {status.value for status in MilestoneStatus} == {s.value for s in STATUS_SEVERITY}


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


_VALUES: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    str: _TEXTS,
    int: st.integers(-(2**31), 2**31 - 1),
    dt.date: st.dates(),
    Decimal: st.decimals(-(10**15), 10**15, places=2),
    PublishedDate: st.builds(PublishedDate, st.dates(), st.sampled_from(Precision)),
}


@st.composite
def versions_of_any_noun(draw: st.DrawFn) -> tuple[str, Version]:
    table = draw(st.sampled_from(list(NOUNS)))
    values: dict[str, Any] = {}
    for name, part in parts(NOUNS[table]).items():
        drawn = st.sampled_from(part.kind) if issubclass(part.kind, StrEnum) else _VALUES[part.kind]
        value = draw(st.none() | drawn if part.optional else drawn)
        if part.kind is PublishedDate:
            values |= {f"{name}_on": day_of(value), f"{name}_precision": value and value.precision}
        else:
            values[name] = value
    assume(values["id"].strip())
    noun = built(NOUNS[table], **values)
    return table, Version(
        noun=noun,
        version=draw(st.integers(1, 2**31 - 1)),
        change_seq=draw(st.integers(0, 2**63 - 1)),
        effective_on=draw(st.dates()),
        retracted=draw(st.booleans()),
    )


@given(versions_of_any_noun())
def test_a_row_and_a_version_are_each_others_inverse(drawn: tuple[str, Version]) -> None:
    table, version = drawn
    row = to_row(version)
    assert len(row) == len(columns(table))
    assert to_version(table, row) == version
    assert to_row(to_version(table, row)) == row
    assert not any(isinstance(value, StrEnum) for value in row)


_ONE_MUST_BE_THERE = {
    "assignment": {"programme_id"},
    "baseline_request": {"decided_by"},
    "commitment": {"measure", "owner_id", "programme_id"},
    "snapshot": {"approved_by", "withdrawn_by"},
}
"""Fields that may be empty, but not in the sample: another field says that they are filled."""


@pytest.mark.parametrize("table", NOUNS)
def test_a_noun_with_every_field_and_with_the_fewest_comes_back_from_the_database_as_it_was(
    table: str, db: Database
) -> None:
    whole = one_of_each()[table]
    kept = _ONE_MUST_BE_THERE.get(table, set())
    optional = [name for name, column in columns_of(type(whole)).items() if column.optional and name not in kept]
    fewest = altered(whole, **dict.fromkeys(optional))
    save(db, whole)
    save(db, fewest)
    with db.read() as cursor:
        assert [version.noun for version in reading.versions(cursor, type(whole), whole.id)] == [whole, fewest]
    assert proving.verify(db).faults == ()
    assert first(whole).noun == whole
