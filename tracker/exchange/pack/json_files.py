"""The board as one JSON document, and every table of the pack with its texts just as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.exchange.json_text import json_text
from tracker.exchange.pack.files import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.exchange.pack.cover import Cover
    from tracker.views.table import Table


def json_files(cover: Cover, tables: Sequence[Table], board: str) -> Iterator[File]:
    """Give the board as ``board_files.board_json`` writes it, and the tables."""
    yield File(
        path=f"json/{cover.file_name('board', 'json')}",
        purpose="the board's figures, for other programs",
        media_type="application/json",
        content=board.encode(),
    )
    yield File(
        path=f"json/{cover.file_name('tables', 'json')}",
        purpose="every table, for other programs, with each text as written",
        media_type="application/json",
        content=tables_json(cover, tables).encode(),
        rows=sum(len(table.rows) for table in tables),
    )


def tables_json(cover: Cover, tables: Sequence[Table]) -> str:
    """Return the tables as one JSON object: dates as ISO days, instants in UTC, money in pounds, unknowns null."""
    content = {
        "title": cover.title,
        "marking": cover.marked,
        "statements": cover.statements,
        "as_at": cover.as_at,
        "tables": {
            table.name: {
                "title": table.title,
                "summary": table.summary,
                "source": table.source,
                "key": table.key,
                "columns": [
                    {"name": column.name, "title": column.title, "holds": column.kind, "unit": column.unit}
                    for column in table.columns
                ],
                "rows": [dict(zip((column.name for column in table.columns), row, strict=True)) for row in table.rows],
            }
            for table in tables
        },
    }
    return json_text(content, indent=1)
