"""The shape of a table: columns by name, picks of it, and what a public edition leaves out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tracker.views.table import Column, Kind, Link, Table, restricted

TABLE = Table(
    name="things",
    title="Things",
    summary="Every thing.",
    source="here",
    columns=(
        Column(name="thing_id", title="Thing", description="its id", restricted=False),
        Column(name="owner_id", title="Owner", description="whose it is", restricted=False),
        Column(name="said", title="Said", description="nobody said that it is public"),
    ),
    rows=(("a", "x", "psst"), ("b", "y", None)),
    key=("thing_id",),
    links=(Link(column="owner_id", table="owners", key="owner_id"),),
)


def test_a_column_is_found_by_its_name() -> None:
    assert TABLE.place("owner_id") == 1
    assert TABLE.values("owner_id") == ["x", "y"]


def test_a_pick_has_the_columns_in_the_order_named_and_the_rows_that_are_wanted() -> None:
    picked = TABLE.picked("owner_id", "thing_id", keep=lambda row: row["said"] is None, title="Silent things")
    assert [column.name for column in picked.columns] == ["owner_id", "thing_id"]
    assert picked.rows == (("y", "b"),)
    assert (picked.title, picked.key, picked.links) == ("Silent things", ("thing_id",), TABLE.links)
    assert TABLE.picked("said").key == ()
    assert TABLE.picked("said").links == ()


def test_a_column_is_restricted_until_somebody_says_that_it_is_not() -> None:
    assert [column.name for column in TABLE.published().columns] == ["thing_id", "owner_id"]
    assert TABLE.published().rows == (("a", "x"), ("b", "y"))
    assert restricted([TABLE]) == ["things.said"]


def test_a_date_is_given_as_precisely_as_it_is_known() -> None:
    day = dt.date(2026, 12, 31)
    table = replace(
        TABLE,
        columns=tuple(
            Column(name=name, title=name, description=name, kind=kind)
            for name, kind in (
                ("published_on", Kind.DATE),
                ("published_precision", Kind.TEXT),
                ("seen_on", Kind.DATE),
            )
        ),
        rows=((day, "year", day), (day, "day", day), (day, "month", None), (None, None, None)),
        key=(),
        links=(),
    )
    assert table.worded().rows == (
        ("2026", "year", day),
        (day, "day", day),
        ("December 2026", "month", None),
        (None, None, None),
    )
    assert TABLE.worded() == TABLE
