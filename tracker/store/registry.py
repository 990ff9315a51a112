"""The one register of nouns: the table of each noun, and how a record becomes a row and back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from tracker.domain import nouns
from tracker.domain.columns import columns as columns_of
from tracker.domain.columns import from_columns
from tracker.domain.ledger import Scalar, Version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.nouns import Noun

NOUNS: dict[str, type[Noun]] = {
    "assessment": nouns.Assessment,
    "assignment": nouns.Assignment,
    "baseline_request": nouns.BaselineRequest,
    "commitment": nouns.Commitment,
    "event": nouns.Event,
    "funding": nouns.Funding,
    "local_authority": nouns.LocalAuthority,
    "milestone": nouns.Milestone,
    "organisation": nouns.Organisation,
    "owner": nouns.Owner,
    "period": nouns.Period,
    "programme": nouns.Programme,
    "progress": nouns.Progress,
    "reference": nouns.Reference,
    "snapshot": nouns.Snapshot,
    "source": nouns.Source,
    "user": nouns.User,
}
"""Table name → record type, in the order in which a seal covers them (alphabetical)."""

BOOKKEEPING = ("id", "version", "change_seq", "effective_on", "retracted")
"""The first columns of every version table; the noun's own fields follow."""

_SQL_TYPES: dict[type, str] = {
    str: "VARCHAR",
    bool: "BOOLEAN",
    int: "INTEGER",
    dt.date: "DATE",
    Decimal: "DECIMAL(18, 2)",
}


def table_of(noun: type[Noun]) -> str:
    """Return the name of the table of ``noun``."""
    return _tables()[noun]


@cache
def _tables() -> dict[type[Noun], str]:
    return {noun: table for table, noun in NOUNS.items()}


@cache
def columns(table: str) -> tuple[str, ...]:
    """Return the columns of a version table: the bookkeeping first, then the noun's own fields."""
    return (*BOOKKEEPING, *(name for name in columns_of(NOUNS[table]) if name != "id"))


@cache
def column_types(table: str) -> tuple[str, ...]:
    """Return the SQL type of each of ``columns(table)``."""
    own = [
        _SQL_TYPES[str if issubclass(column.kind, StrEnum) else column.kind]
        for name, column in columns_of(NOUNS[table]).items()
        if name != "id"
    ]
    return ("VARCHAR", "INTEGER", "BIGINT", "DATE", "BOOLEAN", *own)


def to_row(version: Version) -> tuple[Scalar, ...]:
    """Return the values of ``columns`` for a version, as the ledger stores and seals them."""
    noun = version.noun
    own = (column.get(noun) for name, column in columns_of(type(noun)).items() if name != "id")
    return (
        noun.id,
        version.version,
        version.change_seq,
        version.effective_on,
        version.retracted,
        *(str(value) if isinstance(value, StrEnum) else value for value in own),
    )


def to_version(table: str, row: Sequence[Any]) -> Version:
    """Return the version that a row of ``columns(table)`` records: the inverse of ``to_row``."""
    values = dict(zip(columns(table), row, strict=True))
    bookkeeping = {name: values.pop(name) for name in BOOKKEEPING if name != "id"}
    return Version(noun=from_columns(NOUNS[table], values), **bookkeeping)
