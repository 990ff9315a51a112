"""The engine: where a store may be, what it can reach, and what a person is told when it fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest

from tests.conftest import copy_store
from tests.samples import organisation, save
from tracker.domain.errors import StoreBusy, StoreMissing, StoreUnusable
from tracker.services import backups, stores
from tracker.store import database, proving
from tracker.store.database import Address, Database, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

A_VARIABLE = pd.DataFrame({"x": [1]})
"""DuckDB reads a Python variable by its name, unless it is told not to."""


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("duckdb:///srv/board/tracker.duckdb", "/srv/board/tracker.duckdb"),
        ("/srv/board/tracker.duckdb", "/srv/board/tracker.duckdb"),
        ("data/tracker.duckdb", str(Path.cwd() / "data/tracker.duckdb")),
        ("~/tracker.duckdb", str(Path.home() / "tracker.duckdb")),
        ("~nobody-of-that-name/x", str(Path.cwd() / "~nobody-of-that-name/x")),
        ("/srv/o'brien; DROP/x.duckdb", "/srv/o'brien; DROP/x.duckdb"),
    ],
)
def test_an_address_is_a_path_or_a_duckdb_url(url: str, file: str) -> None:
    assert str(Address.parse(url).file) == file


@pytest.mark.parametrize("url", ["", "duckdb://", "postgres://host/db", "https://example.org/x.duckdb", "a\nb", "a\0b"])
def test_any_other_address_is_refused_with_what_to_give(url: str) -> None:
    with pytest.raises(StoreUnusable, match=r"is not a store's address\. Give a file, such as "):
        Address.parse(url)


def test_the_log_and_the_anchor_lie_beside_the_store() -> None:
    address = Address.parse("/srv/tracker.duckdb")
    assert (address.wal.name, address.anchor.path.name) == ("tracker.duckdb.wal", "tracker.duckdb.heads")


def test_a_store_that_is_not_there_is_missing_and_is_not_made_by_opening_it(address: Address) -> None:
    for writable in (True, False):
        with pytest.raises(StoreMissing, match=r"There is no store at .*Create it with `python -m tracker init`"):
            Database.open(address, writable=writable)
    assert list(address.file.parent.iterdir()) == []


def test_a_name_that_the_system_cannot_look_up_is_a_sentence(tmp_path: Path) -> None:
    for use in (stores.open_store, stores.init_store):
        with pytest.raises(StoreUnusable, match=r"cannot be found: File name too long\."):
            use(Address(tmp_path / ("x" * 300)))


def test_a_folder_where_a_store_is_expected_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="cannot be read"):
        stores.open_store(Address(tmp_path))


def test_a_path_with_a_quote_in_it_is_a_path_and_not_sql(tmp_path: Path) -> None:
    address = Address(tmp_path / "o'brien" / "x'; DROP.duckdb")
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        save(db, organisation())
    folder = tmp_path / "b'ackups"
    folder.mkdir()
    assert backups.back_up(address, folder).head.seq == 1


def test_a_store_that_is_open_is_busy_for_everyone_else_in_the_process_too(db: Database) -> None:
    with pytest.raises(
        StoreBusy, match=r"Another program is using .* \(the app, or another command\)\. Close it or wait"
    ):
        stores.open_store(db.address)
    assert save(db, organisation()).seq == 1


# After opening, the engine reaches no other file and no setting can change


@pytest.fixture(scope="module", params=[True, False], ids=["for writing", "for reading"])
def opened(
    request: pytest.FixtureRequest, made: Address, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A store opened for writing, and one opened for reading, for tests to which it yields nothing."""
    store = copy_store(made, Address(tmp_path_factory.mktemp("opened") / "tracker.duckdb"))
    with stores.open_store(store, writable=request.param) as db:
        yield db


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_blob('{folder}/tracker.duckdb.heads')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "EXPORT DATABASE tracker TO '{folder}/out'",
        "ATTACH '{folder}/other.duckdb' AS other",
        "ATTACH '{folder}/other.duckdb' AS other (READ_ONLY)",
        "ATTACH '{folder}/tracker.duckdb.tmp/../other.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET GLOBAL enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '64GB'",
        "SET threads = 64",
        "SET TimeZone = 'Europe/London'",
        "SET lock_configuration = false",
        "RESET lock_configuration",
        "SELECT * FROM A_VARIABLE",
    ],
)
def test_the_engine_reaches_no_other_file_and_no_setting_can_change(statement: str, opened: Database) -> None:
    folder = opened.address.file.parent
    before = sorted(folder.iterdir())
    with pytest.raises(duckdb.Error), opened.read() as cursor:
        cursor.execute(statement.format(folder=folder)).fetchall()
    with pytest.raises(duckdb.Error):
        opened._root.cursor().execute(statement.format(folder=folder)).fetchall()
    assert sorted(folder.iterdir()) == before


def test_the_engine_works_in_utc_within_set_bounds(opened: Database) -> None:
    with opened.read() as cursor:
        settings = dict(
            cursor.execute(
                "SELECT name, value FROM duckdb_settings() WHERE name IN "
                "('TimeZone', 'threads', 'enable_external_access', 'lock_configuration', 'memory_limit', "
                "'autoload_known_extensions', 'autoinstall_known_extensions', 'max_temp_directory_size')"
            ).fetchall()
        )
    assert settings == {
        "TimeZone": "UTC",
        "threads": "1",
        "enable_external_access": "false",
        "lock_configuration": "true",
        "memory_limit": "1.8 GiB",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "max_temp_directory_size": "953.6 MiB",
    }


def test_the_file_holds_only_tables_and_anybodys_duckdb_reads_it(db: Database) -> None:
    save(db, organisation())
    db.close()
    with duckdb.connect(str(db.address.file), read_only=True) as raw:
        assert raw.execute("SELECT name, version FROM organisation").fetchall() == [("Department for Education", 1)]
        for others in ("duckdb_views() WHERE NOT internal", "duckdb_indexes()", "duckdb_sequences()"):
            assert raw.execute(f"SELECT count(*) FROM {others}").fetchall() == [(0,)]
        macros = raw.execute("SELECT count(*) FROM duckdb_functions() WHERE function_name LIKE '%_as_at'").fetchall()
        assert macros == [(0,)]


# What a person is told


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ('Could not set lock on file "x": Conflicting lock is held', StoreBusy, "Another program is using"),
        ('Could not write file "x": No space left on device', StoreUnusable, "is full. Nothing was saved"),
        ('Could not write file "x": File too large', StoreUnusable, "is full. Nothing was saved"),
        ('Cannot open file "x": Permission denied', StoreUnusable, "or its folder is"),
        ('Cannot open file "x": Read-only file system', StoreUnusable, "or its folder is"),
        ('Cannot open file "x": Too many open files', StoreUnusable, "ulimit -n 8192"),
        ("Corrupt database file: computed checksum", StoreUnusable, "cannot be read: Corrupt database file"),
        ('Cannot open file "x": Input/output error', StoreUnusable, "Check its disk and start again."),
        ("something that no pattern knows", StoreUnusable, "cannot be read: something that no pattern knows Keep"),
        (
            'Database "tracker" has been invalidated because checkpointing failed. Original error: File too large',
            StoreUnusable,
            "Saves that were acknowledged are kept. Nothing else was saved. Free some space, then start again.",
        ),
    ],
)
def test_an_engine_error_that_a_person_can_mend_is_a_sentence(text: str, kind: type[Exception], sentence: str) -> None:
    told = translated(duckdb.IOException(text), Path("/srv/tracker.duckdb"))
    assert type(told) is kind
    assert sentence in str(told)
    assert "/srv/tracker.duckdb" in str(told)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            duckdb.TransactionException("Failed to commit: Could not write file"),
            "could not write /srv/tracker.duckdb: Failed to commit",
        ),
        (duckdb.TransactionException("Failed to commit: Cannot open file"), "look on the History page before"),
        (duckdb.TransactionException("Failed to commit: Could not fsync file: Input/output error"), "may be lost"),
        (duckdb.FatalException("fsync failed!"), "could not write /srv/tracker.duckdb: fsync failed!"),
        (duckdb.TransactionException("Failed to commit: PRIMARY KEY constraint violated"), "refused the save: Failed"),
        (
            duckdb.BinderException("Failure while replaying WAL: Corrupt database file"),
            "any .wal beside it as they are",
        ),
        (duckdb.BinderException("Unique file handle conflict"), "Another program is using"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "not enough memory"),
        (duckdb.OutOfMemoryException("could not allocate block of size 256 KiB"), "not enough memory"),
        (MemoryError(), "not enough memory"),
        (duckdb.ConstraintException("Duplicate key"), "refused the save: Duplicate key Nothing was saved."),
    ],
    ids=str,
)
def test_an_engine_error_is_told_by_its_text_before_its_type(error: duckdb.Error | MemoryError, sentence: str) -> None:
    assert sentence in str(translated(error, Path("/srv/tracker.duckdb")))


def test_an_engine_error_that_is_a_defect_of_ours_surfaces_as_it_is(db: Database) -> None:
    with pytest.raises(duckdb.CatalogException), db.read() as cursor:
        cursor.execute("SELECT * FROM tracker.nothing")


def test_too_little_memory_is_a_sentence_wherever_the_engine_is_asked(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for block in (db.read, db.transaction):
        with pytest.raises(StoreUnusable, match="not enough memory"), block():
            raise MemoryError
    with monkeypatch.context() as patch:
        patch.setattr(db, "_root", FailingEngine(duckdb.OutOfMemoryException("failed to allocate")))
        with pytest.raises(StoreUnusable, match="not enough memory"):
            db.teach()

    def none_left(**_: str) -> None:
        raise duckdb.OutOfMemoryException("failed to allocate")

    monkeypatch.setattr(database, "_engine", none_left)
    with pytest.raises(StoreUnusable, match="not enough memory"):
        Database.open(db.address, writable=False)


def test_a_rule_that_somebody_added_to_the_file_while_it_is_open_refuses_a_save_in_a_sentence(db: Database) -> None:
    save(db, organisation())
    with db.transaction() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_each ON tracker.change (actor)")
    with pytest.raises(StoreUnusable, match=r"refused the save: .* Run `python -m tracker verify`"):
        save(db, organisation("Second"))
    assert proving.verify(db).versions == 1


def test_a_second_row_of_the_same_id_and_version_cannot_exist(db: Database) -> None:
    save(db, organisation())
    with pytest.raises(StoreUnusable, match=r"refused the save: .*Duplicate key"), db.transaction() as cursor:
        cursor.execute("INSERT INTO tracker.organisation SELECT * FROM tracker.organisation")
    assert proving.verify(db).versions == 1


def test_a_reading_block_cannot_write(db: Database) -> None:
    with pytest.raises((duckdb.Error, StoreUnusable)), db.read() as cursor:
        cursor.execute("INSERT INTO tracker.organisation VALUES ('x', 1, 1, DATE '2022-03-29', false, 'x')")
    assert proving.verify(db).versions == 0


# The log beside the file


def test_the_log_is_folded_into_the_file_after_every_so_many_saves(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WRITES_BETWEEN_CHECKPOINTS", 3)
    logged = []
    for number in range(6):
        save(db, organisation(str(number)))
        logged.append(db.address.wal.exists() and db.address.wal.stat().st_size > 0)
    assert logged == [True, True, False, True, True, False]


class FailingEngine:
    """Stands in for a connection whose CHECKPOINT fails."""

    def __init__(self, error: duckdb.Error) -> None:
        self._error = error

    def cursor(self) -> FailingEngine:
        return self

    def execute(self, _: str) -> None:
        raise self._error

    def close(self) -> None:
        raise self._error


def test_a_checkpoint_that_a_reader_holds_up_is_left_for_the_next_and_one_that_fails_is_a_sentence(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(db, "_root", FailingEngine(duckdb.TransactionException("Cannot CHECKPOINT")))
        db.checkpoint()
        patch.setattr(db, "_root", FailingEngine(duckdb.IOException("No space left on device")))
        with pytest.raises(StoreUnusable, match="is full"):
            db.checkpoint()
    assert save(db, organisation()).seq == 1


def test_the_store_is_closed_by_its_with_block(address: Address) -> None:
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        save(db, organisation())
    with pytest.raises(duckdb.ConnectionException), db.read():
        pass
    assert not address.wal.exists()
    assert "pandas" in sys.modules  # imported before any thread starts


def test_a_disk_that_refuses_the_log_as_a_store_is_closed_is_a_sentence_and_no_save_is_lost(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.init_store(address)
    db = stores.open_store(address, writable=True)
    save(db, organisation())
    root = db._root
    monkeypatch.setattr(db, "_root", FailingEngine(duckdb.IOException("No space left on device")))
    with pytest.raises(StoreUnusable, match=r"did not close properly: .*No space left on device Saves"):
        db.close()
    root.close()
    assert stores.verify_store(address).faults == ()
    assert stores.verify_store(address).changes == 1
