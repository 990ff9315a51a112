"""The one register of nouns: which table keeps which noun, and how a record becomes a row and back."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from tracker.domain import nouns
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
    """Return the name of the table that keeps ``noun``."""
    return _tables()[noun]


@cache
def _tables() -> dict[type[Noun], str]:
    return {noun: table for table, noun in NOUNS.items()}


@cache
def _field_types(table: str) -> dict[str, type]:
    """Field name → its plain type, without the ``| None`` of a field that may be unknown."""
    noun = NOUNS[table]
    hints = get_type_hints(noun)
    return {
        field.name: next(part for part in (*get_args(hints[field.name]), hints[field.name]) if part is not NoneType)
        for field in fields(noun)
    }


@cache
def columns(table: str) -> tuple[str, ...]:
    """Return the columns of a version table: the bookkeeping first, then the noun's own fields."""
    return (*BOOKKEEPING, *(name for name in _field_types(table) if name != "id"))


@cache
def column_types(table: str) -> tuple[str, ...]:
    """Return the SQL type of each of ``columns(table)``."""
    own = [
        _SQL_TYPES[str if issubclass(kind, StrEnum) else kind]
        for name, kind in _field_types(table).items()
        if name != "id"
    ]
    return ("VARCHAR", "INTEGER", "BIGINT", "DATE", "BOOLEAN", *own)


def to_row(version: Version) -> tuple[Scalar, ...]:
    """Return the values of ``columns`` for a version, as the ledger keeps and seals them."""
    noun = version.noun
    own = (getattr(noun, field.name) for field in fields(noun) if field.name != "id")
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
    noun_type = NOUNS[table]
    own = {
        name: kind(values[name]) if issubclass(kind, StrEnum) and values[name] is not None else values[name]
        for name, kind in _field_types(table).items()
    }
    return Version(
        noun=noun_type(**own),
        version=values["version"],
        change_seq=values["change_seq"],
        effective_on=values["effective_on"],
        retracted=values["retracted"],
    )
