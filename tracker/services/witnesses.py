"""Comparing a ledger with earlier copies of its seals: in packs, returns, journals, anchors and backups."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.errors import ReturnRejected, StoreUnusable, TrackerError
from tracker.domain.ledger import Head
from tracker.exchange.pack.manifest import check_zip
from tracker.exchange.returns.reader import read_file
from tracker.exchange.returns.table import Drawn
from tracker.services import backups
from tracker.store import migrations, witnesses
from tracker.store.anchor import Anchor
from tracker.store.database import Address, Database
from tracker.store.witnesses import Witness

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_LARGEST = 2**30
"""Bytes: a larger file is not read."""

_PIECE = "give a pack (.zip), a return (.xlsx or .csv), a journal, a .heads file, a backup, or a folder of backups."


@dataclass(frozen=True)
class Compared:
    """The result of comparing the ledger with a file: a sentence, and whether it is a fault."""

    file: Path
    sentence: str
    fault: bool


def compare(at: Address, files: Sequence[Path]) -> list[Compared]:
    """Say for each file, in order, whether the ledger still has the changes whose seals are in the file.

    Raises StoreMissing, StoreBusy, StoreUnusable or SchemaMismatch when the store cannot be read; what is wrong with a
    file is a fault in the result.
    """
    if not files:
        return []
    with Database.open(at, writable=False) as db:
        migrations.require_current(db)
        return [_compare(db, file) for file in files]


def _compare(db: Database, file: Path) -> Compared:
    try:
        if file.is_dir() or file.name == backups.MANIFEST:
            return _with_backups(db, file if file.is_dir() else file.parent)
        carried = list(_carried(file))
    except TrackerError as error:
        return Compared(file, str(error), fault=True)
    except OSError as error:
        return Compared(file, f"cannot be read: {error.strerror}.", fault=True)
    with db.read() as cursor:
        difference = witnesses.contradiction(cursor, carried)
    return Compared(file, difference, fault=True) if difference else _confirmed(file, carried)


def _with_backups(db: Database, folder: Path) -> Compared:
    noted = backups.noted(db, folder)
    if not noted:
        return Compared(folder, f"{backups.MANIFEST} lists no backup of this store.", fault=True)
    difference = backups.contradiction(db, folder)
    return Compared(folder, difference, fault=True) if difference else _confirmed(folder, noted)


def _confirmed(file: Path, carried: Sequence[Witness]) -> Compared:
    last = max((witness.head for witness in carried), key=lambda head: head.seq)
    many = f"all {len(carried):,} seals in it, up to" if carried[1:] else "the seal in it, for"
    return Compared(file, f"the ledger has {many} change {last.seq} ({last.seal[:12]}…).", fault=False)


def _carried(file: Path) -> Iterator[Witness]:
    """Yield the changes and seals in a file. Raises StoreUnusable when there are none, and OSError."""
    if not file.is_file():
        raise StoreUnusable(f"is not a file that can be read: {_PIECE}")
    if file.stat().st_size > _LARGEST:
        raise StoreUnusable(f"is too large to be a file of the tracker: {_PIECE}")
    match file.suffix.lower():
        case ".zip":
            heads, what = _in_pack(file), "the pack"
        case ".xlsx" | ".csv":
            heads, what = _in_return(file), "the return"
        case ".heads":
            heads, what = Anchor(file).heads(), "the head anchor"
        case ".duckdb":
            heads, what = Anchor(Address(file).anchor.path).heads(), "the anchor of the backup"
        case _:
            heads, what = _in_journal(file), "the journal"
    for head in heads:
        yield Witness(head, f"{what} {file}")


def _in_pack(file: Path) -> list[Head]:
    checked = check_zip(file.read_bytes())
    if checked.faults:
        raise StoreUnusable(f"is not a pack, or was altered: {checked.faults[0]}")
    head = checked.manifest["ledger_head"]
    return [Head(head["seq"], head["seal"])]


def _in_return(file: Path) -> list[Head]:
    try:
        grid = read_file(file.read_bytes(), file.name)
    except ReturnRejected as error:
        raise StoreUnusable(f"cannot be read as a return: {error}") from error
    found = {Drawn.parse(cell.text.strip()) for cells in grid.rows.values() for cell in cells.values()}
    heads = [Head(drawn.seq, drawn.seal) for drawn in found if drawn]
    if not heads:
        raise StoreUnusable("is not a return: it does not say which change it was downloaded at.")
    return heads


def _in_journal(file: Path) -> list[Head]:
    heads = []
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for line in lines:
                content = json.loads(line)
                noted = content.get("change") or content["end"]
                heads.append(Head(int(noted["seq"]), str(noted["seal"])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StoreUnusable(f"has no seal of the ledger: {_PIECE}") from None
    if not heads:
        raise StoreUnusable(f"is empty: {_PIECE}")
    return heads
