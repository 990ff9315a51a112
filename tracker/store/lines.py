"""How a query's rows become lines: the one bridge between columns and the shapes of tracker.domain.lines."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tracker.store.database import Cursor

Line = TypeVar("Line")


def lines_of(cursor: Cursor, line: type[Line], sql: str, parameters: dict[str, Any]) -> list[Line]:
    """Run a query whose columns are the fields of ``line``, in any order, and return its rows as lines."""
    rows = cursor.execute(sql, parameters).fetchall()
    names = [field.name for field in fields(line)]  # type: ignore[arg-type]  # every line is a dataclass
    columns = [column[0] for column in cursor.description or ()]
    if sorted(columns) != sorted(names):
        raise AssertionError(f"{line.__name__} has the fields {names}, the query gives {columns}")
    return [line(**dict(zip(columns, row, strict=True))) for row in rows]
