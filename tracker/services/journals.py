"""The journal: the ledger as lines of text, which any program can read and from which the same ledger is made again.

It carries a ledger across versions of the engine, whose files may change while text does not. A line is a change with
all its versions; the last line says where the ledger ends, so that a journal that was cut is not taken for a whole one.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.domain.errors import BrokenLedger, StoreMissing, StoreUnusable
from tracker.domain.ledger import Head, canonical
from tracker.services.stores import verify_store
from tracker.store import ledger, migrations
from tracker.store.database import Address, Database, discard
from tracker.store.files import put_new

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.ledger import Verification

_TAIL_BYTES = 4096
"""More than the length of the last line."""


@contextlib.contextmanager
def _proven(at: Address) -> Iterator[tuple[Database, Verification]]:
    """Open a store for reading, which keeps writers out, and prove all of it."""
    with Database.open(at, writable=False) as db:
        migrations.require_current(db)
        proof = ledger.verify(db)
        if proof.faults:
            raise BrokenLedger(f"{at.file} is not whole, so no journal of it is written. {' '.join(proof.faults)}")
        yield db, proof


def lines(at: Address, *, until: int | None = None) -> Iterator[str]:
    """Prove a store whole, then yield its journal, or that of its changes up to number ``until``.

    Raises StoreMissing, StoreBusy, StoreUnusable, SchemaMismatch or BrokenLedger, before the first line.
    """
    with _proven(at) as (db, _):
        yield from _lines(db, _end_of(db, until))


def _end_of(db: Database, until: int | None) -> Head:
    """Return where a journal ends. Raises StoreUnusable when the ledger has no change of that number."""
    with db.read() as cursor:
        end = ledger.head(cursor, until)
    if until not in {None, end.seq}:
        raise StoreUnusable(f"The ledger has no change {until}. Nothing was written.")
    return end


def _lines(db: Database, end: Head) -> Iterator[str]:
    yield from ledger.export(db, end.seq)
    yield f'{{"end":{canonical(vars(end))}}}\n'


@dataclass(frozen=True)
class Journal:
    """A journal that was written: where its ledger ends, and whether that is a demonstration."""

    head: Head
    demonstration: bool


def export(at: Address, file: Path, *, until: int | None = None) -> Journal:
    """Write the journal of a store, or of its changes up to number ``until``, to a new file.

    The file appears under its name only when it is whole and on the disk. Raises StoreUnusable when there is something
    of that name or the disk refuses, and as ``lines`` does.
    """
    file = file.absolute()
    unfinished = file.with_name(f".unfinished-{os.getpid()}.{file.name}")
    taken = StoreUnusable(f"There is a {file} already; give a new name. It was left as it is.")
    try:
        if file.exists():  # told before the work; what counts is that it is put under a new name
            raise taken
        with _proven(at) as (db, proof), unfinished.open("w", encoding="ascii", newline="\n") as journal:
            end = _end_of(db, until)
            journal.writelines(_lines(db, end))
        put_new(unfinished, file)
    except FileExistsError:
        raise taken from None
    except OSError as error:
        raise StoreUnusable(f"The journal {file} cannot be written: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):  # what could not be made is not there
            unfinished.unlink()
    return Journal(end, proof.demonstration)


def rebuild(at: Address, journal: Path) -> Verification:
    """Make the store at an address where there is none from a journal, and return its proof.

    Every change keeps its number, time and seal: the ledger, and its journal, are the same as before. The store appears
    under its name only when it is whole and proven. Raises StoreMissing when there is no journal, StoreUnusable when
    there is a store or the disk refuses, and BrokenLedger when the journal was cut, altered or put in another order, or
    does not end where the head anchor at the address does.
    """
    _refuse_what_is_there(at)
    end = _end(journal)
    noted = at.anchor.last()
    if noted and noted.seq and noted != end:
        raise BrokenLedger(
            f"The head anchor {at.anchor.path} tells of a ledger that ends at change {noted.seq} (seal "
            f"{noted.seal[:12]}…), and the journal {journal} ends at change {end.seq} (seal {end.seal[:12]}…). Use the "
            "journal that ends where the anchor does; or, when what is missing is given up, move the anchor away first."
        )
    unfinished = Address(at.file.with_name(f"{at.file.name}.new-{os.getpid()}"))
    discard(unfinished)  # what a killed process of the same number left
    try:
        at.file.parent.mkdir(parents=True, exist_ok=True)
        proof = _reload(unfinished, journal, end)
        _refuse_what_is_there(at)  # by now
        unfinished.anchor.path.replace(at.anchor.path)  # first: a store without its anchor would be refused
        put_new(unfinished.file, at.file)
    except OSError as error:
        raise StoreUnusable(f"The store {at.file} cannot be made: {error.strerror}.") from error
    finally:
        discard(unfinished)
    return proof


def _refuse_what_is_there(at: Address) -> None:
    """Raise StoreUnusable when there is a store at an address, or a log that the engine would add to a new one."""
    if at.exists():
        raise StoreUnusable(
            f"There is a store at {at.file} already, and it was left as it is. Set TRACKER_STORE to where none is."
        )
    if at.wal.exists():
        raise StoreUnusable(f"A log of a store that is gone lies at {at.wal}; move it away and try again.")


def _end(journal: Path) -> Head:
    """Read where a journal says that its ledger ends. Raises StoreMissing, StoreUnusable, and BrokenLedger when cut."""
    try:
        with journal.open("rb") as content:
            content.seek(max(0, content.seek(0, os.SEEK_END) - _TAIL_BYTES))
            tail = content.read()
    except FileNotFoundError:
        raise StoreMissing(f"There is no journal {journal}.") from None
    except OSError as error:
        raise StoreUnusable(f"The journal {journal} cannot be read: {error.strerror}.") from error
    last, whole, _ = tail.rpartition(b"\n")
    try:
        told = json.loads(last.rpartition(b"\n")[2])["end"]
        head = Head(int(told["seq"]), str(told["seal"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        whole = b""
    if not whole:
        raise BrokenLedger(
            f"The journal {journal} was cut: it does not end with the line that says where its ledger ends. No store "
            "was made; use another copy of it."
        )
    return head


def _reload(unfinished: Address, journal: Path, end: Head) -> Verification:
    """Make a store from a journal that should lead to ``end``, and prove it. Raises BrokenLedger, OSError."""
    try:
        with Database.create(unfinished) as db, journal.open(encoding="ascii", errors="replace") as content:
            migrations.apply_pending(db)
            reached = ledger.reload(db, (line for line, _ in pairwise(content)))  # all but the last
        if reached != end:
            raise BrokenLedger(
                f"Its changes end at change {reached.seq} (seal {reached.seal[:12]}…), and its last line says that "
                f"they end at change {end.seq} (seal {end.seal[:12]}…)."
            )
        proof = verify_store(unfinished)
        if proof.faults:
            raise BrokenLedger(" ".join(proof.faults))
    except BrokenLedger as error:
        raise BrokenLedger(
            f"The journal {journal} is not whole. {error} No store was made; use another copy of it."
        ) from error
    return proof
