"""The store's schema: numbered SQL files, each run once and listed with its hash. Nothing migrates by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import SchemaMismatch
from tracker.store import schema
from tracker.store.schema import Migration, known

__all__ = ["Migration", "apply_pending", "known", "pending", "require_current", "require_migrated"]

if TYPE_CHECKING:
    from tracker.store.database import Cursor, Database


def pending(db: Database) -> list[Migration]:
    """Return the migrations that the store still needs.

    Raises SchemaMismatch when the store was written by a newer tracker, a migration was edited after it ran, or we
    cannot tell which have run.
    """
    with db.read() as cursor:
        _refuse(db, schema.migration_faults(cursor))
        applied = _applied(cursor)
    ours = {migration.number: migration for migration in known()}
    for number, (name, sha256) in sorted(applied.items()):
        if number not in ours:
            raise SchemaMismatch(
                f"The store {db.address.file} was written by a newer version: it has migration {name}, which this "
                "version does not know. Nothing was changed. Update the tracker."
            )
        if ours[number].sha256 != sha256:
            raise SchemaMismatch(
                f"Migration {name} is not the one that was run on the store {db.address.file}: its text has been "
                "edited since. Put the original file back and add a new migration."
            )
    return [migration for number, migration in sorted(ours.items()) if number not in applied]


def require_migrated(db: Database) -> None:
    """Raise SchemaMismatch unless every migration of this version has run, and no other."""
    if behind := pending(db):
        raise SchemaMismatch(
            f"The store {db.address.file} needs {len(behind)} migration(s), beginning with {behind[0].name}. "
            "Back it up, then run `python -m tracker migrate`."
        )


def require_current(db: Database) -> None:
    """Raise SchemaMismatch unless the store has exactly this version's schema, and its tables agree with it."""
    require_migrated(db)
    with db.read() as cursor:
        _refuse(db, schema.faults(cursor) or schema.altered_rules(cursor))


def altered(db: Database) -> bool:
    """Say whether a store's schema differs from this version's, also if it is older or newer."""
    try:
        require_current(db)
    except SchemaMismatch:
        return True
    return False


def _refuse(db: Database, faults: list[str]) -> None:
    if faults:
        raise SchemaMismatch(f"The store {db.address.file} is damaged: {' '.join(faults)}")


def apply_pending(db: Database) -> list[Migration]:
    """Run the migrations that the store still needs, each whole or not at all, and return them."""
    steps = pending(db)
    with db.exclusive():
        for migration in steps:
            with db.transaction() as cursor:
                cursor.execute(
                    """
                    CREATE TABLE IF NOT EXISTS tracker.migration (
                        number     INTEGER PRIMARY KEY,
                        name       VARCHAR NOT NULL,
                        sha256     VARCHAR NOT NULL,
                        applied_at TIMESTAMP NOT NULL
                    )
                    """
                )
                cursor.execute(migration.sql)
                cursor.execute(
                    "INSERT INTO tracker.migration (number, name, sha256, applied_at) VALUES ($1, $2, $3, $4)",
                    [migration.number, migration.name, migration.sha256, dates.utc_now()],
                )
            db.checkpoint()  # a log of schema changes is the one that may not replay
    return steps


def _applied(cursor: Cursor) -> dict[int, tuple[str, str]]:
    present = cursor.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'tracker' AND table_name = 'migration'"
    ).fetchone()
    if not present:
        return {}
    rows = cursor.execute("SELECT number, name, sha256 FROM tracker.migration").fetchall()
    return {number: (name, sha256) for number, name, sha256 in rows}
