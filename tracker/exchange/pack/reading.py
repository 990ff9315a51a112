"""How reports show a cell: the same words in HTML, PDF and slides."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tracker.domain.dates import in_words, moment_in_words
from tracker.exchange.pack.files import xml_text
from tracker.views.table import Blank, Cell, Column, Kind, Table

STATUSES = frozenset({"owner_status", "computed_status", "outcome", "status", "category"})
"""Columns whose words have a look."""


def read_out(value: Cell, column: Column) -> str:
    """Return the text of a cell in a report: numbers with separators, dates in words, unknowns named."""
    if value is None:
        return "not known" if column.blank is Blank.NOT_KNOWN else "–"
    if isinstance(value, str):  # a text, or a date that is less precise than a day
        return xml_text(value)
    match column.kind:
        case Kind.BOOLEAN:
            text = "yes" if value else "no"
        case Kind.MONEY:
            text = f"£{value:,.2f}".removesuffix(".00")
        case Kind.NUMBER:
            text = f"{value:,}"
        case _:
            text = _day_or_moment(value)
    return text


def _day_or_moment(value: Any) -> str:
    return moment_in_words(value) if isinstance(value, dt.datetime) else in_words(value)


def heading(column: Column) -> str:
    """Return the heading of a column, with its unit where the cells do not show it."""
    return f"{column.title} ({column.unit})" if column.unit and column.kind is not Kind.MONEY else column.title


_LONGEST_WORD, _ENOUGH = 22, 250
"""Letters: of a word that a column makes room for, and of a text beyond which a column gets no wider."""


def widths(table: Table, *, page: float, letter: float, margin: float) -> list[float]:
    """Share the width of a page among columns: each gets its longest word, and a share of the rest by its texts.

    ``letter`` is the width of a letter and ``margin`` the space around a cell, in one unit. A narrow table stays
    narrow.
    """
    least, usual = [], []
    for place, column in enumerate(table.columns):
        texts = [heading(column), *(read_out(row[place], column) for row in table.rows)]
        words = [word for text in texts for word in text.replace("/", "/ ").split()]
        least.append(min(max(map(len, words), default=1), _LONGEST_WORD) * letter + margin)
        usual.append(min(max(map(len, texts)), _ENOUGH))
    spare = max(min(page - sum(least), sum(usual) * letter), 0)
    scale = min(page / sum(least), 1)
    return [width * scale + spare * share / sum(usual) for width, share in zip(least, usual, strict=True)]
