"""How a record becomes columns, and back: for the ledger's tables, its seals, the digests and the files.

A value is one column. A ``PublishedDate`` is two, ``…_on`` (the day used in sums) and ``…_precision``. A record within
a record has no column of its own: its values are columns of the outer record.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache
from operator import attrgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from tracker.domain.dates import PublishedDate
from tracker.domain.words import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Record = TypeVar("Record")

ON, PRECISION = "_on", "_precision"


@dataclass(frozen=True)
class Part:
    """One value of a record: its name, its plain type (without ``| None``), and how to read it off the record.

    ``path`` leads to the value, or to the date that it is a half of.
    """

    name: str
    kind: type
    optional: bool
    path: str
    get: Callable[[Any], Any]


def parts(shape: type) -> dict[str, Part]:
    """Return the values of a record by name, in the order of its fields; a date is one value."""
    return _all_parts(shape)


@cache
def _all_parts(shape: type) -> dict[str, Part]:
    return {part.name: part for part in _parts(shape, "")}


def _parts(shape: type, path: str) -> list[Part]:
    found: list[Part] = []
    for name, (kind, optional) in _kinds(shape).items():
        if _is_record(kind):
            other = _other_names(shape, name)
            within = _parts(kind, f"{path}{name}.")
            found += [replace(part, name=other.get(part.name, part.name)) for part in within]
        else:
            found.append(Part(name, kind, optional, path + name, attrgetter(path + name)))
    return found


def _is_record(kind: type) -> bool:
    return kind is not PublishedDate and (is_dataclass(kind) or hasattr(kind, "_fields"))


@cache
def _kinds(shape: type) -> dict[str, tuple[type, bool]]:
    """Field → its plain type, and whether it may be unknown."""
    names = [field.name for field in fields(shape)] if is_dataclass(shape) else shape._fields  # type: ignore[attr-defined]
    hints = get_type_hints(shape)
    return {name: _kind(hints[name]) for name in names}


def _kind(hint: Any) -> tuple[type, bool]:
    choices = get_args(hint) if NoneType in get_args(hint) else (hint,)
    kind = next(choice for choice in choices if choice is not NoneType)
    return getattr(kind, "__origin__", kind), NoneType in choices


def _other_names(shape: type, field: str) -> Mapping[str, str]:
    """The columns of a record within a record that have another name there, because the name is taken."""
    if not is_dataclass(shape):
        return {}
    found: Mapping[str, str] = next(one.metadata for one in fields(shape) if one.name == field).get("columns", {})
    return found


def columns(shape: type) -> dict[str, Part]:
    """Return the columns of a record by name, in order."""
    return _all_columns(shape)


@cache
def _all_columns(shape: type) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for part in parts(shape).values():
        if part.kind is PublishedDate:
            for ending, kind, half in ((ON, dt.date, "day"), (PRECISION, Precision, "precision")):
                name = part.name + ending
                found[name] = replace(part, name=name, kind=kind, get=_half(part.get, half))
        else:
            found[part.name] = part
    return found


def property_of(shape: type, name: str) -> Part:
    """Return a property of a shape, as if it were one of its values."""
    computed: property = getattr(shape, name)
    hint = get_type_hints(computed.fget)["return"]
    kind, optional = _kind(hint)
    return Part(name, kind, optional, name, attrgetter(name))


def _half(date: Callable[[Any], PublishedDate | None], half: str) -> Callable[[Any], Any]:
    """Read the day, or the precision, of a date that may be unknown."""
    read = attrgetter(half)

    def get(record: Any) -> Any:
        published = date(record)
        return None if published is None else read(published)

    return get


def halves(name: str, old: object, new: object) -> Iterator[tuple[str, object, object]]:
    """Give a changed value by its columns; for a date, whichever of its two changed."""
    dates = [value if isinstance(value, PublishedDate) else None for value in (old, new)]
    if not any(dates):
        yield name, old, new
        return
    for ending, half in ((ON, "day"), (PRECISION, "precision")):
        before, after = (getattr(date, half, None) for date in dates)
        if before != after:
            yield name + ending, before, after


def from_columns(shape: type[Record], values: dict[str, Any]) -> Record:
    """Return the record that has ``values`` in its columns: the inverse of ``columns``. The dictionary is used up."""
    plan = _plan(shape)
    for name, day, precision in plan.dates:
        values[name] = _published(values.pop(day), values.pop(precision))
    for name, word in plan.words:
        if values[name] is not None:
            values[name] = word(values[name])
    for name, within, names in plan.within:
        values[name] = from_columns(within, {own: values.pop(column) for own, column in names})
    return shape(**values)


@dataclass(frozen=True)
class _Plan:
    """The columns that must be converted to values: dates, words of a scale, records within the record."""

    dates: tuple[tuple[str, str, str], ...]
    words: tuple[tuple[str, type], ...]
    within: tuple[tuple[str, type, tuple[tuple[str, str], ...]], ...]


def _plan(shape: type) -> _Plan:
    return _all_plans(shape)


@cache
def _all_plans(shape: type) -> _Plan:
    kinds = [(name, kind) for name, (kind, _) in _kinds(shape).items()]
    return _Plan(
        dates=tuple((name, name + ON, name + PRECISION) for name, kind in kinds if kind is PublishedDate),
        words=tuple((name, kind) for name, kind in kinds if issubclass(kind, StrEnum)),
        within=tuple(
            (name, kind, tuple((own, _other_names(shape, name).get(own, own)) for own in columns(kind)))
            for name, kind in kinds
            if _is_record(kind)
        ),
    )


@lru_cache(maxsize=4_096)
def _published(day: dt.date | None, precision: str | None) -> PublishedDate | None:
    """One value for a day and how precisely it is known; None when there is no day."""
    return PublishedDate(day, Precision(precision)) if day and precision else None
