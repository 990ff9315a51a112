"""A table for every file of a pack: columns that explain themselves, and rows of plain values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain.dates import PublishedDate
from tracker.domain.words import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Cell: TypeAlias = str | int | bool | Decimal | dt.date | dt.datetime | None


class Kind(StrEnum):
    """The type of a column."""

    TEXT = "text"
    NUMBER = "whole number"
    MONEY = "pounds"
    DATE = "date"
    INSTANT = "instant (UTC)"
    BOOLEAN = "true or false"


NUMERIC = (Kind.NUMBER, Kind.MONEY)
"""Kinds that are aligned to the right."""


class Blank(StrEnum):
    """Why a cell can be empty: the codes of the Government Analysis Function, and their meaning."""

    NEVER = ""
    NOT_KNOWN = "[x]"
    NOT_APPLICABLE = "[z]"


BLANK_MEANINGS = {
    Blank.NOT_KNOWN: "not available: nothing was published or reported",
    Blank.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: ``name`` for programs (snake case), ``title`` for people.

    ``words`` are the possible values of a scale. A public edition leaves out a ``restricted`` column. A column is
    restricted until it is named as public.
    """

    name: str
    title: str
    description: str
    kind: Kind = Kind.TEXT
    unit: str | None = None
    blank: Blank = Blank.NEVER
    words: tuple[str, ...] = ()
    restricted: bool = True


@dataclass(frozen=True, kw_only=True)
class Link:
    """A column whose values, if any, are the key of another table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a pack, one fact a row, in an order that does not depend on the machine."""

    name: str
    title: str
    summary: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    key: tuple[str, ...]
    links: tuple[Link, ...] = ()

    def place(self, name: str) -> int:
        """Return where a column is, counted from 0."""
        return next(place for place, column in enumerate(self.columns) if column.name == name)

    def values(self, name: str) -> list[Cell]:
        """Return the values of a column, from the first row to the last."""
        place = self.place(name)
        return [row[place] for row in self.rows]

    def picked(self, *names: str, keep: Callable[[dict[str, Cell]], bool] | None = None, title: str = "") -> Table:
        """Return the table with some of its columns, in the order named, and the rows that ``keep`` accepts."""
        whole = [column.name for column in self.columns]
        places = [self.place(name) for name in names]
        return replace(
            self,
            title=title or self.title,
            columns=tuple(self.columns[place] for place in places),
            rows=tuple(
                tuple(row[place] for place in places)
                for row in self.rows
                if keep is None or keep(dict(zip(whole, row, strict=True)))
            ),
            key=tuple(name for name in self.key if name in names),
            links=tuple(link for link in self.links if link.column in names),
        )

    def worded(self) -> Table:
        """Return the table with each date as precise as it is known: a month or a year in words, not its last day.

        A date column ``…_on`` has its precision in the column ``…_precision``.
        """
        places = {column.name: place for place, column in enumerate(self.columns)}
        pairs = {
            place: places[precision]
            for name, place in places.items()
            if name.endswith("_on") and (precision := f"{name.removesuffix('_on')}_precision") in places
        }
        return replace(
            self,
            rows=tuple(
                tuple(_as_known(cell, row[pairs[place]]) if place in pairs else cell for place, cell in enumerate(row))
                for row in self.rows
            ),
        )

    def published(self) -> Table:
        """Return the table without its restricted columns."""
        return self.picked(*(column.name for column in self.columns if not column.restricted))


def _as_known(day: Cell, precision: Cell) -> Cell:
    """Return a day as it is, and what is less precise than a day in words."""
    if not isinstance(day, dt.date) or precision in (None, Precision.DAY):
        return day
    return str(PublishedDate(day, Precision(str(precision))))


def restricted(tables: Sequence[Table]) -> list[str]:
    """Name what a public edition leaves out, as ``table.column``."""
    return [f"{table.name}.{column.name}" for table in tables for column in table.columns if column.restricted]
