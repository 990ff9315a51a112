"""What the store's tables must be, and a check of them before any use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeAlias

from tracker.store.database import Cursor, in_memory
from tracker.store.registry import NOUNS, column_types, columns

if TYPE_CHECKING:
    from collections.abc import Mapping


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
CHANGE_COLUMNS = ", ".join(CHANGE)

MIGRATION = {"number": "INTEGER", "name": "VARCHAR", "sha256": "VARCHAR", "applied_at": "TIMESTAMP"}
"""The columns of the table that lists which migrations have run."""


@dataclass(frozen=True)
class Migration:
    """One step of the schema: ``0001_ledger.sql`` is number 1."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The hash of its text, recorded when it runs, so that we notice an edited migration."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known() -> list[Migration]:
    """Return every migration of this version of the tracker, in order."""
    folder = resources.files(__package__).joinpath("migrations")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [Migration(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text()) for file in files]


def faults(cursor: Cursor) -> list[str]:
    """Compare the tables of changes and of every noun with this version's columns; one sentence for each table."""
    return _differences(
        _actual_columns(cursor),
        {
            "change": CHANGE,
            **{table: dict(zip(columns(table), column_types(table), strict=True)) for table in NOUNS},
        },
    )


def migration_faults(cursor: Cursor) -> list[str]:
    """Compare the table of migrations, which decides what the others must be; no faults in a new file."""
    actual = _actual_columns(cursor)
    return _differences(actual, {"migration": MIGRATION}) if actual.keys() & {"migration", "change", *NOUNS} else []


def _differences(actual: Mapping[str, Mapping[str, str]], wanted: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        f"The table {table} was altered: {_difference(actual.get(table, {}), of_table)}. Restore the newest backup."
        for table, of_table in sorted(wanted.items())
        if actual.get(table, {}) != dict(of_table)
    ]


def _difference(actual: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    if not actual:
        return "it is missing"
    parts = [f"its column {name} is missing" for name in wanted if name not in actual]
    parts += [f"a column {name} was added" for name in actual if name not in wanted]
    parts += [
        f"its column {name} holds {actual[name]}, not {kind}"
        for name, kind in wanted.items()
        if actual.get(name, kind) != kind
    ]
    return ", ".join(parts)


def _actual_columns(cursor: Cursor) -> dict[str, dict[str, str]]:
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


_Rule: TypeAlias = tuple[str, tuple[str, ...], str]
"""The kind, the columns it is about, and its text."""

_Thing: TypeAlias = tuple[str, str]
"""The kind (table, view, macro …), and the name, with its schema unless that is main."""


@dataclass(frozen=True)
class _Made:
    """What the migrations make: the rules of every table, and everything with a name."""

    rules: dict[str, frozenset[_Rule]]
    things: frozenset[_Thing]


def altered_rules(cursor: Cursor) -> list[str]:
    """Compare the rules of every table with those that the migrations made; one sentence for each table.

    Rules are keys, checks, indexes and defaults: without one of them a wrong row could be saved, and with one more a
    correct row could be refused or changed.
    """
    actual, wanted = _rules(cursor), _made_by_migrations().rules
    return [
        f"The table {table} was altered: {', '.join(parts)}. Restore the newest backup."
        for table in sorted(wanted)
        if (
            parts := [
                *(f"{_in_words(lost)} is missing" for lost in sorted(wanted[table] - actual.get(table, frozenset()))),
                *(f"{_in_words(added)} was added" for added in sorted(actual.get(table, frozenset()) - wanted[table])),
            ]
        )
    ]


def strangers(cursor: Cursor) -> list[str]:
    """List what is in the file that the migrations did not make: tables, views, macros, schemas; a sentence each.

    The tracker does not use it, so no board depends on it, but someone wrote to the file.
    """
    return [
        f"The store holds the {kind} {name}, which the tracker did not make. It does not affect the board, but someone "
        "wrote to the file. Find out who, and remove it with the program that made it."
        for kind, name in sorted(_things(cursor) - _made_by_migrations().things)
    ]


def _in_words(rule: _Rule) -> str:
    kind, about, text = rule
    match kind:
        case "PRIMARY KEY" | "UNIQUE":
            return f"its {kind.lower()} ({', '.join(about)})"
        case "NOT NULL":
            return f"its rule that {about[0]} is never empty"
        case "DEFAULT":
            return f"its default {text} of the column {about[0]}"
        case "INDEX":
            return f"its index {text}"
        case _:
            return f"its {text}"


def _rules(cursor: Cursor) -> dict[str, frozenset[_Rule]]:
    rows = cursor.execute(
        """
        SELECT table_name, constraint_type, constraint_column_names, constraint_text
        FROM duckdb_constraints()
        WHERE database_name = 'tracker' AND schema_name = 'main'
        UNION ALL
        SELECT table_name, 'INDEX', [], rtrim(sql, ';')
        FROM duckdb_indexes()
        WHERE database_name = 'tracker' AND schema_name = 'main'
        UNION ALL
        SELECT table_name, 'DEFAULT', [column_name], column_default
        FROM duckdb_columns()
        WHERE database_name = 'tracker' AND schema_name = 'main' AND column_default IS NOT NULL
        """
    ).fetchall()
    tables: dict[str, set[_Rule]] = {}
    for table, kind, about, text in rows:
        tables.setdefault(table, set()).add((kind, tuple(about), text))
    return {table: frozenset(of_table) for table, of_table in tables.items()}


def _things(cursor: Cursor) -> frozenset[_Thing]:
    rows = cursor.execute(
        """
        WITH thing (kind, schema_name, name, internal) AS (
            SELECT 'table', schema_name, table_name, internal FROM duckdb_tables() WHERE database_name = 'tracker'
            UNION ALL
            SELECT 'view', schema_name, view_name, internal FROM duckdb_views() WHERE database_name = 'tracker'
            UNION ALL
            SELECT 'macro', schema_name, function_name, internal
            FROM duckdb_functions() WHERE database_name = 'tracker'
            UNION ALL
            SELECT 'sequence', schema_name, sequence_name, false
            FROM duckdb_sequences() WHERE database_name = 'tracker'
            UNION ALL
            SELECT 'type', schema_name, type_name, internal FROM duckdb_types() WHERE database_name = 'tracker'
            UNION ALL
            SELECT 'schema', 'main', schema_name, internal FROM duckdb_schemas() WHERE database_name = 'tracker'
        )
        SELECT DISTINCT kind, CASE schema_name WHEN 'main' THEN name ELSE schema_name || '.' || name END
        FROM thing WHERE NOT internal
        """
    ).fetchall()
    return frozenset((kind, name) for kind, name in rows)


@cache
def _made_by_migrations() -> _Made:
    with in_memory() as cursor:
        for migration in known():
            cursor.execute(migration.sql)
        return _Made(_rules(cursor), _things(cursor) | {("table", "migration")})
