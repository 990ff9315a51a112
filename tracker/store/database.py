"""The one place that opens DuckDB, and the only rules for using it.

An in-memory DuckDB has the code (macros); the store's file is attached to it as ``tracker`` and has only tables, so
that any DuckDB can read it. One process has the file open for writing; in it one write runs at a time, each in its own
transaction and cursor. After opening, the engine can reach no other file and no setting can change.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import threading
import weakref
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias

import duckdb
import pandas as pd  # noqa: F401  imported before any thread starts: DuckDB's lazy import of it is not thread-safe

from tracker.domain.errors import BrokenLedger, StoreBusy, StoreMissing, StoreUnusable
from tracker.store import files
from tracker.store.anchor import Anchor
from tracker.store.files import fcntl as _fcntl
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

log = logging.getLogger(__name__)

Cursor: TypeAlias = duckdb.DuckDBPyConnection

UNKEPT = (duckdb.IntegrityError, duckdb.DataError)
"""What the engine raises for a value that a table does not allow."""

_WRITE_WAIT_SECONDS = 30
"""A save has the lock for some 20 ms, but nearly a second (measured) while twenty people's pages run on a busy machine.
The last of twenty then waits more than ten seconds, which is better than being refused."""
_WRITES_BETWEEN_CHECKPOINTS = 50


@dataclass(frozen=True)
class Address:
    """Where a store is: now a file; the scheme allows for a catalogue that many machines share."""

    file: Path

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read ``duckdb:///path/to/file`` or a plain path. Raises StoreUnusable for any other scheme."""
        scheme, separator, path = url.partition("://")
        if not separator:
            scheme, path = "duckdb", url
        if scheme != "duckdb" or not path or not path.isprintable():
            raise StoreUnusable(
                f'"{url}" is not a store\'s address. Give a file, such as data/tracker.duckdb, or '
                "duckdb:///full/path/tracker.duckdb."
            )
        return cls(Path(os.path.expanduser(path)).absolute())  # noqa: PTH111  Path's own raises for an unknown user

    def exists(self) -> bool:
        """Say whether there is a file at the address. Raises StoreUnusable when the system will not say."""
        try:
            return self.file.exists()
        except OSError as error:
            raise StoreUnusable(f"The store {self.file} cannot be found: {error.strerror}.") from error

    @property
    def anchor(self) -> Anchor:
        """The head anchor that belongs to the store."""
        return Anchor(self.file.with_name(self.file.name + ".heads"))

    @property
    def wal(self) -> Path:
        """The engine's write-ahead log beside the file, while there is one."""
        return self.file.with_name(self.file.name + ".wal")


def _busy(file: Path) -> StoreBusy:
    return StoreBusy(
        f"Another program is using the store {file} (the app, or another command). Close it or wait, then try again."
    )


_DAMAGED = (
    "The store {file} cannot be read: {said} Keep the file and any .wal beside it as they are, and restore the newest "
    "backup."
)
_REFUSED = (
    "The store {file} refused the save: {said} Nothing was saved. Run `python -m tracker verify`. If it finds an "
    "altered table, restore the newest backup. If not, tell the person who looks after the tracker."
)
_SENTENCES: tuple[tuple[str, str], ...] = (
    (
        r"has been invalidated",
        "A write to the store {file} failed, probably because its disk is full. Saves that were acknowledged are kept. "
        "Nothing else was saved. Free some space, then start again.",
    ),
    (
        r"No space left|[Dd]isk.*full|File too large|max_temp_directory_size|quota exceeded",
        "The disk that holds {file} is full. Nothing was saved. Free some space and try again.",
    ),
    (
        r"Permission denied|Read-only file system|Operation not permitted|read-only mode",
        "The store {file} is read-only, or its folder is. Nothing was saved. Make it writable, or set TRACKER_STORE to "
        "a file that is.",
    ),
    (
        r"Too many open files",
        "Too many files are open, so the store {file} cannot be opened. Close programs or browser tabs, or raise the "
        "limit (`ulimit -n 8192`), and start again.",
    ),
    (
        r"[Oo]ut of [Mm]emory|[Cc]annot allocate|[Cc]ould not allocate|[Ff]ailed to allocate|bad_alloc",
        "There is not enough memory for the store {file}. Nothing was saved. Close other programs or give this one "
        "more memory, and try again.",
    ),
    (
        r"replaying WAL|[Cc]orrupt|[Cc]hecksum|not a valid DuckDB|[Ss]erialization",
        _DAMAGED,
    ),
    (r"[Ff]ailed to commit.*([Cc]onstraint|[Dd]uplicate key)", _REFUSED),
    (
        r"[Ff]ailed to commit|([Cc]ould not|[Cc]annot) (write|sync|fsync|truncate)|write (to )?file|fsync failed",
        "The disk could not write {file}: {said} Your last save may be lost. Check the disk, start again and look on "
        "the History page before you save again.",
    ),
    (
        r"([Cc]ould not|[Cc]annot) (open|read|seek|stat|move|remove|create|close)|(open|read) file|"
        r"[Ii]nput/output error",
        "The store {file} cannot be read: {said} Check its disk and start again. If that does not help, keep the file "
        "and any .wal beside it as they are, and restore the newest backup.",
    ),
)
"""Sentences for people by the engine's text; the first match counts. Otherwise the error's type decides."""

_BY_TYPE: tuple[tuple[tuple[type[duckdb.Error], ...], str], ...] = (
    ((duckdb.IntegrityError,), _REFUSED),
    (
        (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException),
        _DAMAGED,
    ),
)


def translated(error: duckdb.Error | MemoryError, file: Path) -> Exception:
    """Return an engine error as a sentence for people; an error that is our defect comes back unchanged."""
    text = str(error) or "Out of memory"
    if "Could not set lock" in text or "Unique file handle conflict" in text:
        return _busy(file)
    said = text.splitlines()[0]
    by_text = (sentence for pattern, sentence in _SENTENCES if re.search(pattern, text))
    by_type = (sentence for kinds, sentence in _BY_TYPE if isinstance(error, kinds))
    for sentence in (*by_text, *by_type):
        return StoreUnusable(sentence.format(file=file, said=said))
    return error


_open_here: weakref.WeakSet[Database] = weakref.WeakSet()
"""The stores that this process has open: its own file locks never block it, so they are listed here."""


class _ClosingError(Exception):
    """The store is being closed, so the background check ends."""


class Database:
    """An open store. Get one with ``Database.open``; close it, or use it as a context manager."""

    def __init__(self, root: Cursor, address: Address, *, writable: bool, allowed: Sequence[Path] = ()) -> None:
        self._root = root
        self._allowed = tuple(allowed)
        self._write_lock = threading.Lock()
        self._writes = 0
        self.commits = 0
        """How many transactions were committed: no one else writes, so while this is the same, so is the ledger."""
        self.checking = False
        """Whether a background check of the store is running."""
        self.doubt: str | None = None
        """What that check found, as a sentence; if there is one, nothing can be saved."""
        self._closing = threading.Event()
        self._check: threading.Thread | None = None
        self.address = address
        self.writable = writable
        self._identity = _identity(address.file)
        _open_here.add(self)

    @classmethod
    def open(cls, address: Address, *, writable: bool, also_allow: Sequence[Path] = ()) -> Self:
        """Open an existing store.

        ``also_allow`` names folders that a backup may be written to or read from; the engine can reach nothing else.
        Raises StoreMissing, StoreBusy or StoreUnusable.
        """
        before = _settled(address) or _settled(address)  # while it is being put in place it does not exist
        if before is None:
            raise StoreMissing(
                f"There is no store at {address.file}. Create it with `python -m tracker init`, "
                "or set TRACKER_STORE to where it is."
            )
        db = cls._attach(address, writable=writable, also_allow=also_allow)
        if files.moving(address.file.parent) or _identity(address.file) != before:
            db.close()  # the file that was opened is being moved aside
            return cls.open(address, writable=writable, also_allow=also_allow)
        return db

    @classmethod
    def create(cls, address: Address) -> Self:
        """Create the file of a new, empty store and open it for writing. Raises StoreUnusable, StoreBusy."""
        return cls._attach(address, writable=True, also_allow=())

    @classmethod
    def _attach(cls, address: Address, *, writable: bool, also_allow: Sequence[Path]) -> Self:
        scratch = address.file.with_name(address.file.name + ".tmp")
        try:
            root = _engine(temp_directory=str(scratch))
        except (duckdb.Error, MemoryError) as error:
            raise translated(error, address.file) from error
        try:
            mode = "" if writable else " (READ_ONLY)"
            root.execute(f"ATTACH {_quoted(address.file)} AS tracker{mode}")
            allowed = ", ".join(_quoted(folder) for folder in also_allow)
            root.execute(f"SET GLOBAL allowed_directories = [{allowed}]")
            root.execute("SET GLOBAL enable_external_access = false")
            root.execute("SET GLOBAL TimeZone = 'UTC'")
            root.execute("SET GLOBAL lock_configuration = true")
        except (duckdb.Error, MemoryError) as error:
            root.close()
            raise translated(error, address.file) from error
        return cls(root, address, writable=writable, allowed=also_allow)

    def teach(self) -> None:
        """Create the as-at macros and the rules in memory, for tables with this version's schema."""
        as_at, rules = (resources.files(__package__).joinpath(name).read_text() for name in ("as_at.sql", "rules.sql"))
        try:
            for table in NOUNS:
                self._root.execute(as_at.replace("{noun}", table))
            self._root.execute(rules)
        except (duckdb.Error, MemoryError) as error:
            raise translated(error, self.address.file) from error

    def check_aside(self, check: Callable[[Callable[[], None]], str | None]) -> None:
        """Run a check of the store in a thread; its result goes to ``doubt``.

        The check must often call the function it is given, which ends it when the store is closed.
        """
        self.checking = True
        self._check = threading.Thread(target=self._run_check, args=(check,), name="proof", daemon=True)
        self._check.start()

    def _run_check(self, check: Callable[[Callable[[], None]], str | None]) -> None:
        try:
            self.doubt = check(self._go_on)
        except _ClosingError:
            pass
        except Exception as error:
            log.exception("The store %s could not be checked", self.address.file)
            self.doubt = f"The store {self.address.file} could not be checked: {error}"
        finally:
            self.checking = False

    def _go_on(self) -> None:
        if self._closing.is_set():
            raise _ClosingError

    def close(self) -> None:
        """Close the store; a writer's log is folded into the file first.

        Raises StoreUnusable when the disk refuses: the log then stays beside the file and is read the next time.
        """
        self._closing.set()
        if self._check:
            self._check.join()
        try:
            self._root.close()
        except duckdb.Error as error:
            raise StoreUnusable(
                f"The store {self.address.file} did not close properly: {str(error).splitlines()[0]} Saves that were "
                "acknowledged are kept. Check the disk and start again."
            ) from error
        finally:
            _open_here.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[Cursor]:
        """Give a cursor that sees one state of the ledger until the block ends."""
        cursor = self._root.cursor()
        try:
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            yield cursor
        except (duckdb.Error, MemoryError) as error:
            raise translated(error, self.address.file) from error
        finally:
            cursor.close()

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Take the right to write: one at a time in the process.

        Raises StoreBusy, StoreUnusable; BrokenLedger when a check found that the ledger was altered.
        """
        if not self.writable:
            raise StoreUnusable(f"The store {self.address.file} is open for reading only. Nothing was saved.")
        if not self._write_lock.acquire(timeout=_WRITE_WAIT_SECONDS):
            raise StoreBusy(
                f"Other people's saves are taking more than {_WRITE_WAIT_SECONDS} seconds. Nothing was saved. Try "
                "again in a moment."
            )
        try:
            if self.doubt:
                raise BrokenLedger(f"Nothing was saved. {self.doubt}")
            self._require_in_place()
            yield
        finally:
            self._write_lock.release()

    def _require_in_place(self) -> None:
        """Raise StoreUnusable when the store's name is now that of another file."""
        if _identity(self.address.file) != self._identity:
            raise StoreUnusable(
                f"The file {self.address.file} was moved or replaced while it was open here. Nothing was saved. Stop "
                "the app, put back the right file and its .heads, and start again."
            )

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Give a cursor whose writes are committed if the block ends well, and otherwise rolled back.

        Use it inside ``exclusive``. It rolls back on anything, including a stopped page script. Raises
        StoreUnusable when the disk is full or read-only; an engine error that is our defect is raised unchanged.
        """
        cursor = self._root.cursor()
        try:
            cursor.execute("BEGIN TRANSACTION")
            yield cursor
            cursor.execute("COMMIT")
            self.commits += 1
        except BaseException as error:
            with contextlib.suppress(duckdb.Error):
                cursor.execute("ROLLBACK")
            if isinstance(error, duckdb.Error | MemoryError):
                raise translated(error, self.address.file) from error
            raise
        finally:
            cursor.close()

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file, so that it stays short. Raises StoreUnusable."""
        try:
            self._root.cursor().execute("CHECKPOINT tracker")
        except (duckdb.Error, MemoryError) as error:
            translation = translated(error, self.address.file)
            if translation is not error or not isinstance(error, duckdb.TransactionException):
                raise translation from error
            # a reader is still looking at an older state: the next one will do
        self._writes = 0

    def checkpoint_when_due(self) -> None:
        """Count a write, and fold the log into the file after every so many."""
        self._writes += 1
        if self._writes >= _WRITES_BETWEEN_CHECKPOINTS:
            self.checkpoint()

    def copy_to(self, file: Path) -> None:
        """Write a consistent copy of the store to a new ``file`` inside an allowed folder. Raises StoreUnusable."""
        if not any(file.is_relative_to(folder) for folder in self._allowed):
            raise StoreUnusable(
                f"The app cannot write to {file.parent}. Set TRACKER_BACKUPS to this folder and restart the app."
            )
        try:
            cursor = self._root.cursor()
            cursor.execute(f"ATTACH {_quoted(file)} AS copy")
            try:
                cursor.execute("COPY FROM DATABASE tracker TO copy")
            finally:
                cursor.execute("DETACH copy")
        except (duckdb.Error, MemoryError) as error:
            raise translated(error, file) from error


def _engine(**settings: str) -> Cursor:
    """Start a separate engine in memory, which fetches and runs nothing from elsewhere."""
    return duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": "2GB",
            "threads": "1",
            "max_temp_directory_size": "1GB",
            **settings,
        },
    )


def _identity(file: Path) -> tuple[int, int] | None:
    """Return what identifies a file whatever its name; None when there is none, or the system will not say."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def in_memory() -> Iterator[Cursor]:
    """Give an empty store in memory only, to find out what SQL does to it."""
    with _engine() as root:
        root.execute("ATTACH ':memory:' AS tracker")
        yield root


def _settled(address: Address) -> tuple[int, int] | None:
    """Finish a move that a killed process began, and return which file is there (None: no file).

    Raises StoreUnusable when the disk refuses, or for a pipe or a device, which is not a store and may never end.
    """
    try:
        files.settle(address.file.parent)
    except OSError as error:
        raise StoreUnusable(
            f"The store {address.file} cannot be put in place: {error.strerror}. Nothing is lost. Free some space or "
            "make the folder writable, and try again."
        ) from error
    if address.exists() and not (address.file.is_file() or address.file.is_dir()):
        raise StoreUnusable(f"The store {address.file} cannot be read: it is a pipe or a device, not a file.")
    return _identity(address.file)


@contextlib.contextmanager
def unused(address: Address) -> Iterator[BinaryIO | None]:
    """Keep everyone from opening a store's file, even a damaged one, until the block ends; give it for reading.

    Raises StoreBusy when someone has it open, reading or writing, and OSError when the system will not say.
    """
    if any(db.address.file.resolve() == address.file.resolve() for db in list(_open_here)):
        raise _busy(address.file)  # do not open it: closing it again would release the engine's lock
    if _fcntl is None or not address.exists():
        yield None
        return
    with address.file.open("r+b") as file:
        try:
            _fcntl.lockf(file, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EAGAIN}:
                raise _busy(address.file) from error
            raise
        yield file


def _quoted(path: Path) -> str:
    """Return a path as an SQL string; ATTACH and SET take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
