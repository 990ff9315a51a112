"""How a query's rows become lines: the one bridge between columns and the shapes of tracker.domain.lines."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any, TypeVar

from tracker.domain.columns import columns, from_columns

if TYPE_CHECKING:
    from tracker.store.database import Cursor

Line = TypeVar("Line")


def lines_of(cursor: Cursor, line: type[Line], sql: str, parameters: dict[str, Any]) -> list[Line]:
    """Run a query and return its rows as lines; the columns that ``line`` does not have are left out."""
    rows = cursor.execute(sql, parameters).fetchall()
    names = [column[0] for column in cursor.description or ()]
    wanted = columns(line)
    if unclear := [name for name in wanted if names.count(name) != 1]:
        raise AssertionError(f"{line.__name__} needs each of its columns once; the query does not give {unclear} so")
    chosen = [name in wanted for name in names]
    kept = [name for name in names if name in wanted]
    return [from_columns(line, dict(zip(kept, compress(row, chosen), strict=True))) for row in rows]
