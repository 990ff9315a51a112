"""The sheets of a workbook, for ODS and XLSX alike: a cover, contents, notes and one table on each sheet.

They follow the Government Analysis Function's guidance on accessible spreadsheets. ``spreadsheet_rules`` checks the
files.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain.dates import in_words
from tracker.domain.errors import Fault, InvalidPack
from tracker.domain.text import counted
from tracker.exchange.pack.files import xml_text
from tracker.views.table import BLANK_MEANINGS, Blank, Cell, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.exchange.pack.cover import Cover

Step: TypeAlias = "Callable[[int, int], None]"
"""Called with the rows done, and the rows in all."""

MOST_ROWS = 1_048_000
"""Rows of a table that any spreadsheet program can open, with room for its heading."""

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of text in column A; ``heading`` 1 is the sheet's title, and ``leads_to`` names a sheet."""

    text: str
    heading: int = 0
    leads_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet: lines of text and then, without a gap, one table (none on the cover).

    If ``index`` is true, the first column of the table links to the sheet that it names.
    """

    name: str
    lines: tuple[Line, ...]
    table: Table | None = None
    index: bool = False


def workbook_sheets(cover: Cover, tables: Sequence[Table]) -> list[Sheet]:
    """Return the sheets of a workbook in order. Raises InvalidPack for a table too long for a spreadsheet."""
    for table in tables:
        if len(table.rows) > MOST_ROWS:
            raise InvalidPack(
                Fault(
                    "formats",
                    f"{table.title} has {len(table.rows):,} rows, and a spreadsheet can have {MOST_ROWS:,}. "
                    "Leave out ods and xlsx, and use csv or parquet. No pack was made.",
                )
            )
    data = [_data_sheet(cover, table.worded()) for table in tables]
    return [_cover_sheet(cover, data), _contents_sheet(cover, tables), _notes_sheet(cover), *data]


def heading(column: Column) -> str:
    """The heading of a column, with its unit."""
    return f"{column.title} ({column.unit})" if column.unit else column.title


def shown(value: Cell, column: Column) -> Cell:
    """Return the value of a cell of a workbook: numbers, money and whole days as they are, all else as text."""
    if value is None:
        return column.blank.value or Blank.NOT_KNOWN.value
    if column.kind is Kind.BOOLEAN:
        return "Yes" if value else "No"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return xml_text(str(value)) if column.kind is Kind.TEXT or isinstance(value, str) else value


def _cover_sheet(cover: Cover, data: Sequence[Sheet]) -> Sheet:
    lines = [
        Line(text=cover.title, heading=1),
        Line(text=cover.marked),
        Line(text=cover.headline),
        *(Line(text=statement) for statement in cover.statements),
        Line(text="About this workbook", heading=2),
        *(Line(text=f"{term}: {words}") for term, words in cover.particulars if term != "Marking"),
        Line(
            text="Accessibility: each sheet has one table under its title. There are no merged cells, filters, "
            "frozen panes, pictures or macros. Statuses are words. Long texts are easier to read in the HTML "
            "report of this pack."
        ),
        Line(text="Contact: the secretariat of the board."),
        Line(text="Contents", heading=2),
        *(Line(text=sheet.name, leads_to=sheet.name) for sheet in data),
        Line(text=NOTES, leads_to=NOTES),
    ]
    return Sheet(name=COVER, lines=tuple(lines))


def _front(cover: Cover, title: str, *more: str) -> tuple[Line, ...]:
    below = (cover.marked, "This worksheet contains one table.", *more)
    return (Line(text=f"{title}: as at {cover.day}", heading=1), *(Line(text=text) for text in below))


def _contents_sheet(cover: Cover, tables: Sequence[Table]) -> Sheet:
    columns = (
        Column(name="sheet", title="Sheet", description="a sheet of this workbook"),
        Column(name="holds", title="Contents", description="what its table contains"),
        Column(name="rows", title="Rows", description="number of rows", kind=Kind.NUMBER),
    )
    rows = tuple((table.title, table.summary, len(table.rows)) for table in tables)
    return Sheet(
        name=CONTENTS,
        lines=_front(cover, CONTENTS),
        table=_own("contents", CONTENTS, columns, rows),
        index=True,
    )


def _notes_sheet(cover: Cover) -> Sheet:
    columns = (
        Column(name="note", title="Note", description="topic"),
        Column(name="explanation", title="Explanation", description="explanation"),
    )
    notes = [*((blank.value, f"In a cell this means: {meaning}.") for blank, meaning in BLANK_MEANINGS.items())]
    explanations = (
        "A commitment has three separate statuses: delivery confidence (from its owner), status from dates, "
        "and the evidence view.",
        "A date that was published less precisely than a day is given as the month, season or year that was "
        "published. Calculations use the last day of that period.",
        "Slippage is in days from the baseline. A negative number is early.",
        "Amounts overlap, because some are part of others. We never add them up.",
        *cover.statements,
    )
    rows = (*notes, *((f"[note {number}]", text) for number, text in enumerate(explanations, start=1)))
    return Sheet(name=NOTES, lines=_front(cover, NOTES), table=_own("notes", NOTES, columns, rows))


def _data_sheet(cover: Cover, table: Table) -> Sheet:
    """A table on its sheet. If it has no rows, it has one that says that nothing applies: no table may be empty."""
    about = [f"{table.summary} {counted(len(table.rows), 'row')}.", f"Source: {table.source}."]
    if not table.rows:
        columns = tuple(replace(column, blank=Blank.NOT_APPLICABLE) for column in table.columns)
        table = replace(table, columns=columns, rows=((None,) * len(columns),))
    blanks = {
        (column.blank or Blank.NOT_KNOWN)
        for place, column in enumerate(table.columns)
        if any(row[place] is None for row in table.rows)
    }
    about += [
        "Some cells have a code: "
        + "; ".join(f"{blank} {meaning}" for blank, meaning in BLANK_MEANINGS.items() if blank in blanks)
        + "."
    ] * bool(blanks)
    return Sheet(name=table.title, lines=_front(cover, table.title, *about), table=table)


def _own(name: str, title: str, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...]) -> Table:
    return Table(
        name=name,
        title=title,
        summary=title,
        source="this workbook",
        columns=columns,
        rows=rows,
        key=(columns[0].name,),
    )


def said(value: Cell, column: Column) -> str:
    """Return how a cell of a workbook looks: numbers with separators, dates in words."""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return in_words(value)
    return f"{value:,.2f}" if column.kind is Kind.MONEY else f"{value:,}"


_NARROWEST, _WIDEST = 10, 50


def widths(table: Table) -> list[int]:
    """Return a width for each column, in characters: what its widest cell needs, and 50 at the most."""
    sample = table.rows[:2_000]
    return [
        max(
            _NARROWEST,
            *(min(len(word) + 2, _WIDEST) for word in heading(column).split()),
            *(min(len(said(shown(row[place], column), column)) + 2, _WIDEST) for row in sample),
        )
        for place, column in enumerate(table.columns)
    ]
