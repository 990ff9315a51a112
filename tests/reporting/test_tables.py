"""The tables of a pack: every figure of the board once, keys that are keys, and columns that say what they hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import make_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest

from tests.reporting.test_board import board, commitment, event, milestone, source
from tests.samples import built
from tracker.domain.columns import Part, columns, parts
from tracker.domain.fields import FIELDS, is_public
from tracker.reporting.tables import board_tables, public_edition, public_line, with_dictionary
from tracker.store.registry import NOUNS
from tracker.views.board import DETAILS, LISTS, Details, Listed
from tracker.views.table import Blank, Table

if TYPE_CHECKING:
    from tracker.reporting.board import BoardView


@pytest.fixture(scope="module")
def view() -> BoardView:
    return board(
        [
            commitment("C1", owner_status="Red", outcome="Delivered", owner_rationale="It is late."),
            commitment("C2", owner_status=None, outcome=None, programme_id=None),
        ],
        [
            milestone("C1-M1", status="Overdue", baseline_on=dt.date(2024, 6, 1), slip_days=29),
            milestone("C1-M2", status="Complete", actual_on=dt.date(2024, 6, 2), narrative="It went well."),
            milestone("C2-M1", baseline_on=dt.date(2024, 7, 1)),
        ],
        [event("happened")],
        sources=[source("news"), source("green-paper")],
    )


@pytest.fixture(scope="module")
def tables(view: BoardView) -> dict[str, Table]:
    return {table.name: table for table in with_dictionary(board_tables(view, Details(), ()))}


def figures(table: Table, measure: str) -> dict[object, object]:
    return {row[1]: row[2] if row[2] is not None else row[3] for row in table.rows if row[0] == measure}


def test_the_headline_has_the_figures_of_the_board(view: BoardView, tables: dict[str, Table]) -> None:
    headline = tables["headline"]
    assert figures(headline, "commitments") == {"all": 2, "delivered in some form": 1}
    assert figures(headline, "commitments by delivery confidence") == view.by_owner_status
    assert figures(headline, "commitments by status from dates") == view.by_computed_status
    assert figures(headline, "commitments by evidence view") == view.by_outcome
    assert figures(headline, "milestones") == {
        "all": 3,
        "met": 1,
        "overdue": 1,
        "met in the last 90 days": 1,
        "missed in the last 90 days": 1,
        "due in the next 90 days": 1,
    }
    assert figures(headline, "how reliable this report is")["milestones met without evidence"] == 1


def test_the_three_statuses_of_a_commitment_are_three_rows(tables: dict[str, Table]) -> None:
    rows = [row[:3] for row in tables["ratings"].rows if row[0] == "C2"]
    assert rows == [("C2", "owner", "Not reported"), ("C2", "computed", "Green"), ("C2", "evidence", "Unknown")]


def test_a_milestone_says_which_list_of_the_board_it_is_on(tables: dict[str, Table]) -> None:
    table = tables["milestones"]
    listed = dict(zip(table.values("milestone_id"), table.values("period"), strict=True))
    assert listed == {"C1-M1": "missed in the period", "C1-M2": "met in the period", "C2-M1": "due soon"}


def test_every_row_fits_its_columns_and_every_key_is_one(tables: dict[str, Table]) -> None:
    for table in tables.values():
        headings = [column.title for column in table.columns]
        assert len(set(headings)) == len(headings), table.name
        assert len(table.title) <= 31  # as the name of a sheet
        keys = [tuple(row[table.place(name)] for name in table.key) for row in table.rows]
        assert len(set(keys)) == len(keys), table.name
        for place, column in enumerate(table.columns):
            assert column.description
            values = [row[place] for row in table.rows]
            assert column.blank is not Blank.NEVER or None not in values, (table.name, column.name)
            assert not column.words or set(values) <= {*column.words, None}, (table.name, column.name)


def test_every_link_leads_to_a_table_that_is_there(tables: dict[str, Table]) -> None:
    for table in tables.values():
        for link in table.links:
            assert table.place(link.column) >= 0
            assert tables[link.table].key == (link.key,)


def test_the_dictionary_has_every_column_of_every_other_table(tables: dict[str, Table]) -> None:
    listed = {row[:2] for row in tables["data_dictionary"].rows}
    assert listed == {
        (table.name, column.name)
        for table in tables.values()
        if table.name != "data_dictionary"
        for column in table.columns
    }


def test_what_an_owner_wrote_is_restricted_and_nothing_published_is(tables: dict[str, Table]) -> None:
    kept_back = {(t.name, c.name) for t in tables.values() for c in t.columns if c.restricted}
    assert kept_back == {
        ("commitments", "owner_rationale"),
        ("commitments", "owner_override_reason"),
        ("milestones", "narrative"),
        ("milestone_forecasts", "reason_note"),
        ("milestone_forecasts", "narrative"),
    }
    for table in tables.values():
        assert not {"It is late.", "It went well."} & {cell for row in table.published().rows for cell in row}


def test_every_column_says_what_it_holds(tables: dict[str, Table]) -> None:
    assert not [(t.name, c.name) for t in tables.values() for c in t.columns if not c.description or not c.title]


def test_the_figures_of_a_public_edition_are_those_of_the_board(view: BoardView) -> None:
    assert public_edition(view).by_outcome == view.by_outcome


@pytest.mark.parametrize("listed", [*LISTS.values(), *DETAILS.values()], ids=lambda listed: listed.name)
def test_no_line_of_a_public_edition_has_a_field_that_nobody_opened(listed: Listed) -> None:
    """Every field of every list, and one that is new and has no entry in the table of fields."""
    shape = make_dataclass(
        "WithANewField", [("cost_code", str | None)], bases=(listed.shape,), frozen=True, kw_only=True
    )
    line: Any = built(shape, **{name: _some(column) for name, column in columns(shape).items()})
    shown = public_line(listed.noun, line)
    for name, part in parts(shape).items():
        assert part.get(line) is not None, name
        assert part.get(shown) == (part.get(line) if is_public(listed.noun, name) else None), name
    assert shown.cost_code is None


def _some(column: Part) -> object:
    """A value for a column, whatever it holds."""
    if issubclass(column.kind, StrEnum):
        return next(iter(column.kind))
    values = {bool: True, int: 7, Decimal: Decimal(7), dt.date: dt.date(2024, 6, 1)}
    return values.get(column.kind, f"the {column.name}")


def test_every_field_of_every_noun_and_line_has_its_entry() -> None:
    shapes = [*NOUNS.items(), *((one.noun, one.shape) for one in (*LISTS.values(), *DETAILS.values()))]
    missing = [(noun, name) for noun, shape in shapes for name in parts(shape) if name not in FIELDS[noun]]
    assert [one for one in missing if one[1] != "id"] == []
