"""How every file says that its data is demonstration data."""

from __future__ import annotations

from typing import Any

from tracker.domain.words import DEMONSTRATION, DEMONSTRATION_NOTICE

COLUMN = "demonstration"
"""The leading column of a table, and the leading field of an object."""


def file_name(name: str, *, demonstration: bool) -> str:
    """Return the name of a file, with a prefix for demonstration data."""
    return f"demonstration-data_{name}" if demonstration else name


def notice(*, demonstration: bool) -> list[str]:
    """Return the first lines of a text: a notice and a blank line for demonstration data, or none."""
    return [DEMONSTRATION_NOTICE, ""] if demonstration else []


def header(names: tuple[str, ...], *, demonstration: bool) -> tuple[str, ...]:
    """Return the header of a table; that of a demonstration has a leading column more."""
    return (COLUMN, *names) if demonstration else names


def row(values: list[Any], *, demonstration: bool) -> list[Any]:
    """Return a row of the table with that header."""
    return [DEMONSTRATION, *values] if demonstration else values


def content(fields: dict[str, Any], *, demonstration: bool) -> dict[str, Any]:
    """Return an object with its leading field: the words for a demonstration, null for real data."""
    return {COLUMN: DEMONSTRATION if demonstration else None, **fields}
