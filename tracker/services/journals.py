"""The journal: the ledger as lines of text, which any program can read and from which we can rebuild the same ledger.

It carries a ledger across versions of the engine, whose file format may change while text does not. A line is a change
with all its versions. The last line says where the ledger ends, so that we notice when a journal was cut.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from tracker.domain.errors import BrokenLedger, StoreMissing, StoreUnusable
from tracker.domain.ledger import Head, canonical
from tracker.services.stores import refusal, refuse_lone_log, there, verify_store
from tracker.store import carrying, files, migrations, placing, proving, reading
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.proving import Verification

_TAIL_BYTES = 4096
"""More than the length of the last line."""

_LONGEST_LINE = 2**28
"""Characters: more than any change of ours has, and less than fills a machine."""


@contextlib.contextmanager
def _proven(at: Address) -> Iterator[tuple[Database, Verification]]:
    """Open a store for reading, which keeps writers out, and verify all of it."""
    with Database.open(at, writable=False) as db:
        migrations.require_current(db)
        proof = proving.verify(db)
        if proof.faults:
            raise BrokenLedger(f"{at.file} is damaged, so no journal was written. {' '.join(proof.faults)}")
        yield db, proof


def lines(at: Address, *, until: int | None = None) -> Iterator[str]:
    """Verify a whole store, then yield its journal, or that of its changes up to number ``until``.

    Raises StoreMissing, StoreBusy, StoreUnusable, SchemaMismatch or BrokenLedger, before the first line.
    """
    with _proven(at) as (db, _):
        yield from _lines(db, _end_of(db, until))


def _end_of(db: Database, until: int | None) -> Head:
    """Return where a journal ends. Raises StoreUnusable when the ledger has no change of that number."""
    with db.read() as cursor:
        end = reading.head(cursor, until)
    if until not in {None, end.seq}:
        raise StoreUnusable(f"The ledger has no change {until}. Nothing was written.")
    return end


def _lines(db: Database, end: Head) -> Iterator[str]:
    yield from carrying.export(db, end.seq)
    yield f'{{"end":{canonical(vars(end))}}}\n'


@dataclass(frozen=True)
class Journal:
    """A journal that was written: where its ledger ends, and whether that is a demonstration."""

    head: Head
    demonstration: bool


def export(at: Address, file: Path, *, until: int | None = None) -> Journal:
    """Write the journal of a store, or of its changes up to number ``until``, to a new file.

    The file appears under its name only when it is whole and on the disk. Raises StoreUnusable when the name is taken
    or the disk refuses, and as ``lines`` does.
    """
    file = file.absolute()
    taken = StoreUnusable(f"{file} already exists and was not changed. Give a new name.")
    try:
        with files.workshop(file.parent, older=rf"\.unfinished-\d+\.{re.escape(file.name)}") as place:
            if file.exists():  # an early refusal; ``put_new`` below is what makes sure
                raise taken
            unfinished = place / "journal"
            with _proven(at) as (db, proof), unfinished.open("w", encoding="ascii", newline="\n") as journal:
                end = _end_of(db, until)
                journal.writelines(_lines(db, end))
            files.put_new(unfinished, file)
    except FileExistsError:
        raise taken from None
    except OSError as error:
        raise StoreUnusable(f"The journal {file} cannot be written: {error.strerror}.") from error
    return Journal(end, proof.demonstration)


def rebuild(at: Address, journal: Path) -> Verification:
    """Make a store from a journal, at an address without one, and return its verification.

    Every change keeps its number, time and seal: the ledger, and its journal, are the same as before. The store appears
    under its name only after it is verified. Raises StoreMissing when there is no journal, StoreUnusable when there is
    already a store or the disk refuses, and BrokenLedger when the journal was cut, altered or reordered, or does not
    end where the head anchor at the address does.
    """
    if there(at):
        raise _taken(at)
    refuse_lone_log(at)
    end = _end(journal)
    noted = at.anchor.last()
    if noted and noted.seq and noted != end:
        raise BrokenLedger(
            f"The head anchor {at.anchor.path} belongs to a ledger that ends at change {noted.seq} (seal "
            f"{noted.seal[:12]}…), and the journal {journal} ends at change {end.seq} (seal {end.seal[:12]}…). Use the "
            "journal that ends where the anchor does. If you accept losing the missing changes, move the anchor away "
            "first."
        )
    try:
        with placing.beside(at) as made:
            proof = _reload(made, journal, end)
            placing.put_new(made, at)
    except FileExistsError:  # another process was first
        raise _taken(at) from None
    except OSError as error:
        raise StoreUnusable(f"The store {at.file} cannot be made: {refusal(error, at)}") from error
    return proof


def _taken(at: Address) -> StoreUnusable:
    return StoreUnusable(
        f"There is already a store at {at.file}. It was not changed. Set TRACKER_STORE to a place with no store."
    )


def _end(journal: Path) -> Head:
    """Read where a journal says that its ledger ends. Raises StoreMissing, StoreUnusable, and BrokenLedger when cut."""
    try:
        with files.open_regular(journal) as content:
            encoding = _encoding(content)
            end = content.seek(0, os.SEEK_END)
            content.seek(max(0, end - end % 2 - _TAIL_BYTES))
            tail = content.read().decode(encoding, errors="replace").lstrip("\ufeff").replace("\r\n", "\n")
    except FileNotFoundError:
        raise StoreMissing(f"There is no journal {journal}.") from None
    except OSError as error:
        raise StoreUnusable(f"The journal {journal} cannot be read: {error.strerror}.") from error
    last, whole, _ = tail.rpartition("\n")
    try:
        end_line = json.loads(last.rpartition("\n")[2])["end"]
        head = Head(int(end_line["seq"]), str(end_line["seal"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        whole = ""
    if not whole:
        raise BrokenLedger(
            f"The journal {journal} is incomplete: its last line is missing. No store was made. Use another copy."
        )
    return head


def _encoding(journal: BinaryIO) -> str:
    """Return the encoding of a journal: ours, or the one that another program saved it in."""
    journal.seek(0)
    begins = journal.read(len(codecs.BOM_UTF8))
    if begins.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    return "utf-8"


def _read(journal: BinaryIO) -> Iterator[str]:
    """Read the lines of a journal, with or without a byte order mark. Raises BrokenLedger for an endless line."""
    encoding = _encoding(journal)
    journal.seek(0)
    with io.TextIOWrapper(journal, encoding=encoding, errors="replace") as content:
        while line := content.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise BrokenLedger("A line is longer than a journal's lines can be.")
            yield line.removeprefix("\ufeff")


def _reload(unfinished: Address, journal: Path, end: Head) -> Verification:
    """Make a store from a journal that should lead to ``end``, and verify it. Raises BrokenLedger, OSError."""
    try:
        with Database.create(unfinished) as db, files.open_regular(journal) as content:
            migrations.apply_pending(db)
            reached = carrying.reload(db, (line for line, _ in pairwise(_read(content))))  # all but the last
        if reached != end:
            raise BrokenLedger(
                f"Its last change is {reached.seq} (seal {reached.seal[:12]}…), but its last line says that it is "
                f"{end.seq} (seal {end.seal[:12]}…)."
            )
        proof = verify_store(unfinished)
        if proof.faults:
            raise BrokenLedger(" ".join(proof.faults))
    except BrokenLedger as error:
        raise BrokenLedger(f"The journal {journal} is damaged. {error} No store was made. Use another copy.") from error
    return proof
