"""Backups: proven copies of a store in a folder, and putting one back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import BrokenLedger, StoreMissing, StoreUnusable
from tracker.exchange import marking
from tracker.services.stores import verify_store
from tracker.store import ledger, migrations
from tracker.store.database import Address, Database, discard, unused
from tracker.store.files import sync

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.domain.ledger import Head
    from tracker.store.ledger import Verification

MANIFEST = "backups.jsonl"


@dataclass(frozen=True)
class Backup:
    """A verified copy of a store, the end of the ledger it holds, and whether that is a demonstration."""

    file: Path
    head: Head
    demonstration: bool


@dataclass(frozen=True)
class Restored:
    """A restored store's head, where the store that it replaced was put (None: there was none), and what it is."""

    head: Head
    replaced: Path | None
    demonstration: bool


def back_up(at: Address, folder: Path) -> Backup:
    """Write a consistent copy of the store and its anchor into ``folder``, prove it by reading it back, and note it.

    The copy appears under its name only when it is proven; ``backups.jsonl`` beside it gets its hash and head. Raises
    StoreUnusable when the folder is not there or cannot hold it, BrokenLedger when the copy does not verify.
    """
    folder = folder.absolute()
    if not folder.is_dir():
        raise StoreUnusable(f"There is no folder {folder}; make it (on another disk than the store's) and try again.")
    unfinished = Address(folder / f".unfinished-{os.getpid()}.duckdb")
    discard(unfinished)  # what a killed process of the same number left
    try:
        with Database.open(at, writable=False, also_allow=[folder]) as db:
            migrations.require_current(db)
            ledger.check_head(db)
            db.copy_to(unfinished.file)
        shutil.copyfile(at.anchor.path, unfinished.anchor.path)
        proof = _proven(unfinished)
        name = marking.file_name(
            f"{at.file.stem}_{dates.utc_now():%Y-%m-%dT%H%M%SZ}_seq{proof.head.seq}.duckdb",
            demonstration=proof.demonstration,
        )
        finished = Address(folder / name)
        for unnamed, named in ((unfinished.anchor.path, finished.anchor.path), (unfinished.file, finished.file)):
            sync(unnamed)
            unnamed.rename(named)
        with (folder / MANIFEST).open("a", encoding="ascii") as manifest:
            manifest.write(json.dumps({"file": name, "sha256": _sha256(finished.file), **vars(proof.head)}) + "\n")
        sync(folder)
    except OSError as error:
        raise StoreUnusable(f"The backup cannot be written to {folder}: {error.strerror}.") from error
    finally:
        discard(unfinished)
    return Backup(finished.file, proof.head, proof.demonstration)


def restore(at: Address, backup: Path) -> Restored:
    """Put a backup in the store's place, after proving it; the store that was there is moved aside, never deleted.

    Raises StoreMissing, StoreUnusable or BrokenLedger for a backup that is not whole or not the one that was noted when
    it was made, StoreBusy while the store is in use; then nothing has been moved.
    """
    source = Address(backup.absolute())
    if not source.exists():
        raise StoreMissing(f"There is no backup at {source.file}.")
    proof = _proven(source)
    _refuse_other_than_noted(source.file)
    incoming = Address(at.file.with_name(f"{at.file.name}.restoring-{os.getpid()}"))
    replaced = at.file.with_name(f"{at.file.name}.replaced-{dates.utc_now():%Y-%m-%dT%H%M%S.%fZ}")
    try:
        at.file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.file, incoming.file)
        shutil.copyfile(source.anchor.path, incoming.anchor.path)
        sync(incoming.file)
        sync(incoming.anchor.path)
        with unused(at):  # a log that a crash left is not folded into the file: the two move aside as they are
            moved = [
                path.rename(path.with_name(path.name.replace(at.file.name, replaced.name)))
                for path in (at.file, at.wal, at.anchor.path)  # the file first: a system that refuses refuses it
                if path.exists()
            ]
            incoming.anchor.path.rename(at.anchor.path)
            incoming.file.rename(at.file)
        sync(at.file.parent)
    except OSError as error:
        raise StoreUnusable(f"The backup cannot be put at {at.file}: {error.strerror}.") from error
    finally:
        discard(incoming)
    return Restored(proof.head, replaced if moved else None, proof.demonstration)


def _proven(copy: Address) -> Verification:
    """Verify a copy of a store with its own anchor. Raises BrokenLedger naming what is wrong with it."""
    proof = verify_store(copy)
    if proof.faults:
        raise BrokenLedger(f"{copy.file} is not whole: {' '.join(proof.faults)}")
    return proof


def _refuse_other_than_noted(backup: Path) -> None:
    """Raise BrokenLedger when the manifest beside a backup notes another hash for it than it has."""
    manifest = backup.with_name(MANIFEST)
    try:
        lines = manifest.read_text(encoding="ascii", errors="replace").splitlines() if manifest.exists() else []
    except OSError as error:
        raise StoreUnusable(f"The list of backups {manifest} cannot be read: {error.strerror}.") from error
    noted = [note["sha256"] for note in map(_note, lines) if note.get("file") == backup.name]
    if noted and noted[-1] != _sha256(backup):
        raise BrokenLedger(
            f"{backup} is not the backup that was made: its hash differs from the one noted in {manifest}. "
            "Choose another backup; nothing was moved."
        )


def _note(line: str) -> dict[str, str]:
    """Read a line of the manifest; one that a crash tore notes nothing."""
    try:
        note = json.loads(line)
    except ValueError:
        return {}
    return note if isinstance(note, dict) and "sha256" in note else {}


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
