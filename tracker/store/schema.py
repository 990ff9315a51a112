"""What the store's tables must be, and whether they are: a table that somebody reshaped is told of before any use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.store.registry import NOUNS, column_types, columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.store.database import Cursor

CHANGE = {
    "seq": "BIGINT",
    "recorded_at": "TIMESTAMP",
    "actor": "VARCHAR",
    "action": "VARCHAR",
    "reason": "VARCHAR",
    "request_id": "VARCHAR",
    "previous_seal": "VARCHAR",
    "seal": "VARCHAR",
}
"""The columns of the table of changes, in order, with their SQL types."""

MIGRATION = {"number": "INTEGER", "name": "VARCHAR", "sha256": "VARCHAR", "applied_at": "TIMESTAMP"}
"""The columns of the table that notes which migrations have run."""


def faults(cursor: Cursor) -> list[str]:
    """Compare the tables of changes and of every noun with what this version keeps in them; a sentence a table."""
    return _differences(
        cursor,
        {
            "change": CHANGE,
            **{table: dict(zip(columns(table), column_types(table), strict=True)) for table in NOUNS},
        },
    )


def migration_faults(cursor: Cursor) -> list[str]:
    """Compare the table of migrations, without which nobody can tell what the others must be; none in a new file."""
    held = _held(cursor)
    return _differences(cursor, {"migration": MIGRATION}) if held.keys() & {"migration", "change", *NOUNS} else []


def _differences(cursor: Cursor, wanted: Mapping[str, Mapping[str, str]]) -> list[str]:
    held = _held(cursor)
    return [
        f"The table {table} was altered: {_difference(held.get(table, {}), of_table)}. Restore the newest backup."
        for table, of_table in sorted(wanted.items())
        if list(held.get(table, {}).items()) != list(of_table.items())
    ]


def _difference(held: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    if not held:
        return "it is gone"
    parts = [f"its column {name} is gone" for name in wanted if name not in held]
    parts += [f"a column {name} was added" for name in held if name not in wanted]
    parts += [
        f"its column {name} holds {held[name]}, not {kind}"
        for name, kind in wanted.items()
        if held.get(name, kind) != kind
    ]
    return ", ".join(parts) or "its columns are in another order"


def _held(cursor: Cursor) -> dict[str, dict[str, str]]:
    """Return the columns of every table of the store in their order, with their types as the registry writes them."""
    rows = cursor.execute(
        """
        SELECT table_name, column_name, replace(data_type, ',', ', ')
        FROM duckdb_columns()
        WHERE database_name = 'tracker' AND schema_name = 'main'
        ORDER BY table_name, column_index
        """
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables
