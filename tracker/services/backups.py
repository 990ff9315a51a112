"""Backups: proven copies of a store in a folder, putting one back, and trying whether that works.

A folder of backups has a list of them, ``backups.jsonl``, only ever added to: a line for each that was made, with its
hash and the end of its ledger, and a line for each that was removed. Every end that is noted is a witness: before the
next backup, before old ones are removed, in the drill and when the app starts, the ledger is asked whether it still
holds it. When somebody puts back an older backup on purpose, a line says from where the ledger goes another way.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.domain import dates
from tracker.domain.errors import BrokenLedger, SchemaMismatch, StoreBusy, StoreMissing, StoreUnusable, TrackerError
from tracker.domain.ledger import Head
from tracker.domain.policy import Action, require
from tracker.domain.retention import Retention, kept
from tracker.exchange import marking
from tracker.services import snapshots
from tracker.services.stores import migrate_store, open_store, verify_store
from tracker.services.users import who
from tracker.store import ledger, migrations
from tracker.store.anchor import Anchor
from tracker.store.database import Address, Database, discard, unused
from tracker.store.files import put_new, sync
from tracker.store.witnesses import Witness, contradicted
from tracker.store.witnesses import contradiction as contradiction_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.store.database import Cursor
    from tracker.store.ledger import Verification

MANIFEST = "backups.jsonl"

_NAMED = re.compile(r"(?P<series>[^/\\]+)_(?P<made_at>\d{4}-\d{2}-\d{2}T\d{6}Z)_seq\d+\.duckdb")
_STAMP = "%Y-%m-%dT%H%M%SZ"

_making = threading.Lock()
"""One backup at a time in a process."""


# Making


@dataclass(frozen=True)
class Backup:
    """A verified copy of a store, the end of the ledger it holds, and whether that is a demonstration."""

    file: Path
    head: Head
    demonstration: bool


def back_up(at: Address, folder: Path) -> Backup:
    """Write a consistent copy of a store and its anchor into ``folder``, prove it by reading it back, and note it.

    The copy appears under its name only when it is proven. That of a store that an older version of the tracker made is
    as the store is: proven is a copy of it that is brought up to this version. Raises StoreUnusable when the folder is
    not there or cannot hold it, BrokenLedger when the copy does not verify, and StoreBusy while another process writes.
    """
    folder = _folder(folder)
    with Database.open(at, writable=False, also_allow=[folder]) as db:
        behind = bool(migrations.pending(db))
        if not behind:
            migrations.require_current(db)
        return _back_up(db, folder, behind=behind)


def back_up_open(db: Database, *, actor_id: str, folder: Path) -> Backup:
    """Write a backup of a store that is open, and goes on being written to; saves wait while it is copied.

    ``folder`` is one that the store was opened with. Raises UnknownUser, NotAllowed, StoreBusy while another backup is
    being made, and as ``back_up`` does.
    """
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.BACK_UP)
    return _back_up(db, _folder(folder))


def _folder(folder: Path) -> Path:
    folder = folder.absolute()
    if not folder.is_dir():
        raise StoreUnusable(f"There is no folder {folder}; make it (on another disk than the store's) and try again.")
    return folder


def _back_up(db: Database, folder: Path, *, behind: bool = False) -> Backup:
    if not _making.acquire(blocking=False):
        raise StoreBusy("A backup is being made at this moment; wait until it is there.")
    unfinished = Address(folder / f".unfinished-{os.getpid()}.duckdb")
    try:
        discard(unfinished)  # what a killed process of the same number left
        with db.exclusive() if db.writable else contextlib.nullcontext():  # the ledger and its anchor, of one moment
            ledger.check_head(db)
            require_noted(db, folder)
            db.copy_to(unfinished.file)
            shutil.copyfile(db.address.anchor.path, unfinished.anchor.path)
        proof = _proven_on_trial(unfinished) if behind else _proven(unfinished)
        finished = Address(_new_name(folder, db.address.file.stem, proof))
        put_new(unfinished.anchor.path, finished.anchor.path)  # first: a backup without its anchor would be refused
        put_new(unfinished.file, finished.file)
        _note(folder, {"file": finished.file.name, "sha256": _sha256(finished.file), **vars(proof.head)})
    except OSError as error:
        raise StoreUnusable(f"The backup cannot be written to {folder}: {error.strerror}.") from error
    finally:
        discard(unfinished)
        _making.release()
    return Backup(finished.file, proof.head, proof.demonstration)


def _new_name(folder: Path, stem: str, proof: Verification) -> Path:
    """Return a name by the second and the change: of two backups of one change the later waits for the next second."""
    while True:
        name = f"{stem}_{dates.utc_now():{_STAMP}}_seq{proof.head.seq}.duckdb"
        file = folder / marking.file_name(name, demonstration=proof.demonstration)
        if not file.exists():
            return file
        time.sleep(0.1)


def _proven(copy: Address) -> Verification:
    """Verify a copy of a store with its own anchor. Raises BrokenLedger naming what is wrong with it."""
    proof = verify_store(copy)
    if proof.faults:
        raise BrokenLedger(f"{copy.file} is not whole: {' '.join(proof.faults)}")
    return proof


def _proven_on_trial(copy: Address) -> Verification:
    """Verify a copy of a store of an older version, whose tables this one cannot prove as they are."""
    trial = Address(copy.file.with_name(f"{copy.file.name}.trial"))
    try:
        shutil.copyfile(copy.file, trial.file)
        shutil.copyfile(copy.anchor.path, trial.anchor.path)
        migrate_store(trial)
        return _proven(trial)
    finally:
        discard(trial)


# The list of backups


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A backup as the list beside it notes it: the name of its store, when it was made (UTC), and what it holds."""

    file: Path
    series: str
    made_at: dt.datetime
    sha256: str
    head: Head


def list_backups(folder: Path) -> list[Noted]:
    """Return the backups that a folder's list notes and that were not removed by ``prune``, oldest first.

    What is noted need not be there any more. Raises StoreUnusable when the list cannot be read.
    """
    held: dict[str, Noted] = {}
    for note in _notes(folder):
        if "removed_at" in note:
            held.pop(str(note.get("file")), None)
        elif noted := _noted(folder, note):
            held[noted.file.name] = noted
    return sorted(held.values(), key=lambda noted: (noted.made_at, noted.head.seq))


@dataclass(frozen=True)
class LastBackup:
    """The newest backup of a store in a folder, and how many changes were recorded since."""

    noted: Noted
    changes_since: int


def last_backup(db: Database, folder: Path) -> LastBackup | None:
    """Return the newest backup of an open store that a folder's list notes. Raises StoreUnusable."""
    with db.read() as cursor:
        end = ledger.head(cursor)
    own = [noted for noted in list_backups(folder) if noted.series == _series(db)]
    return LastBackup(own[-1], end.seq - own[-1].head.seq) if own else None


def witnesses(folder: Path, series: str) -> list[Witness]:
    """Return every end of a store's ledger that a folder's list notes, also of backups that were removed since.

    Left out are those after the change from which, as a later line says, the ledger goes another way on purpose. Raises
    StoreUnusable when the list cannot be read.
    """
    found: list[Witness] = []
    for note in _notes(folder):
        backup = _noted(folder, note)
        if backup and backup.series == series:
            source = f"the backup {backup.file} of {backup.made_at:%Y-%m-%d %H:%M} UTC, as {MANIFEST} notes it"
            found.append(Witness(backup.head, source, Address(backup.file).anchor.path))
        elif note.get("series") == series and isinstance(since := note.get("goes_on_from"), int):
            found = [witness for witness in found if witness.head.seq <= since]
    return found


def noted(db: Database, folder: Path) -> list[Witness]:
    """Return every end of an open store's ledger that a folder's list notes. Raises StoreUnusable."""
    return witnesses(folder, _series(db))


def contradiction(db: Database, folder: Path, series: str | None = None) -> str | None:
    """Say how a ledger differs from what a folder's list notes of it, and what to do; None when it confirms all.

    ``series`` is what the backups of the store are called there, when it does not lie under its own name. Raises
    StoreUnusable when the list cannot be read.
    """
    seen = witnesses(folder, series or _series(db))
    with db.read() as cursor:
        told = contradiction_with(cursor, seen)
        first = _first_other(cursor, seen) if told else None
    if told is None:
        return None
    more = f" The first change that differs is change {first}." if first else ""
    return (
        f"{told}{more} Nothing was changed. Keep all files, and restore the newest true backup. If an older backup was "
        f"put back, or the ledger begun again, on purpose, say so: `python -m tracker backup accept {folder} --reason "
        '"…"`.'
    )


def _first_other(cursor: Cursor, seen: Sequence[Witness]) -> int | None:
    """Return the first change whose seal is another than in the anchors beside the backups, where those are there."""
    end = ledger.head(cursor)
    for witness in contradicted(cursor, seen):
        with contextlib.suppress(TrackerError):
            heads = Anchor(witness.anchor).heads() if witness.anchor else []
            if other := contradicted(cursor, (Witness(head, "") for head in heads if head.seq <= end.seq)):
                return other[0].head.seq
    return None


def require_noted(db: Database, folder: Path, series: str | None = None) -> None:
    """Raise BrokenLedger when a ledger does not hold every end that a folder's list notes of it."""
    if told := contradiction(db, folder, series):
        raise BrokenLedger(told)


def require_unrewritten(at: Address, folder: Path) -> None:
    """Ask a store, before it is used, for every end of its ledger that a folder's list notes.

    Raises BrokenLedger when it lacks one, also when there is no store at all; StoreBusy, StoreUnusable.
    """
    if at.exists():
        with Database.open(at, writable=False) as db:
            if not migrations.altered(db):  # or else its opening says so
                require_noted(db, folder)
    elif seen := witnesses(folder, at.file.stem):
        raise BrokenLedger(
            f"There is no store at {at.file}, but {folder / MANIFEST} notes {seen[-1].head.seq} changes of it. An "
            "empty store was not created. Restore the newest backup with `python -m tracker restore FILE`; or, to "
            "begin a new ledger, set TRACKER_BACKUPS to another folder."
        )


def accept(at: Address, folder: Path, *, reason: str, by: str) -> str:
    """Note in a folder's list that a ledger goes another way than noted, on purpose, and return in what it differs.

    Raises StoreUnusable when it does not differ, and BrokenLedger when it does not prove by itself.
    """
    with open_store(at) as db:
        told = _go_on(db, _folder(folder), {"accepted_at": f"{dates.utc_now():{_STAMP}}", "by": by, "reason": reason})
    if told is None:
        raise StoreUnusable(f"The ledger holds all that {folder / MANIFEST} notes of it; there is nothing to accept.")
    return told


def _go_on(db: Database, folder: Path, why: dict[str, str]) -> str | None:
    """Note from where a ledger goes another way than a folder's list says, and return how; None when it does not."""
    series = _series(db)
    seen = witnesses(folder, series)
    with db.read() as cursor:
        told, wrong = contradiction_with(cursor, seen), contradicted(cursor, seen)
    if told:
        confirmed = (witness.head.seq for witness in seen if witness.head.seq < wrong[0].head.seq)
        _note(folder, {"series": series, "goes_on_from": max(confirmed, default=0), **why})
    return told


def _series(db: Database) -> str:
    """Return what the backups of an open store are called."""
    with db.read() as cursor:
        return marking.file_name(db.address.file.stem, demonstration=ledger.is_demonstration(cursor))


def _notes(folder: Path) -> Iterator[dict[str, Any]]:
    """Read the lines of a folder's list; one that a crash tore notes nothing."""
    manifest = folder / MANIFEST
    try:
        lines = manifest.read_text(encoding="ascii", errors="replace").splitlines() if manifest.exists() else []
    except OSError as error:
        raise StoreUnusable(f"The list of backups {manifest} cannot be read: {error.strerror}.") from error
    for line in lines:
        with contextlib.suppress(ValueError):
            note = json.loads(line)
            if isinstance(note, dict):
                yield note


def _noted(folder: Path, note: dict[str, Any]) -> Noted | None:
    """Return the backup that a line notes; None for a line that we did not write, which names no backup of ours."""
    try:
        name, sha256, seq, seal = (note[key] for key in ("file", "sha256", "seq", "seal"))
        named = _NAMED.fullmatch(name)
        if not named:
            return None
        return Noted(
            file=folder / name,
            series=named["series"],
            made_at=dt.datetime.strptime(named["made_at"], _STAMP),  # noqa: DTZ007  UTC, as everywhere in the store
            sha256=str(sha256),
            head=Head(int(seq), str(seal)),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _note(folder: Path, content: dict[str, Any]) -> None:
    manifest = folder / MANIFEST
    torn = manifest.exists() and not manifest.read_bytes().endswith(b"\n")  # by a crash: the next line is its own
    with manifest.open("a", encoding="ascii") as file:
        file.write(("\n" if torn else "") + json.dumps(content) + "\n")
    sync(manifest)
    sync(folder)


def _refuse_other_than_noted(backup: Path) -> None:
    """Raise BrokenLedger when the list beside a backup notes another hash for it than it has."""
    noted = [noted.sha256 for noted in list_backups(backup.parent) if noted.file.name == backup.name]
    if noted and noted[-1] != _sha256(backup):
        raise BrokenLedger(
            f"{backup} is not the backup that was made: its hash differs from the one noted in "
            f"{backup.with_name(MANIFEST)}. Choose another backup; nothing was moved."
        )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


# Removing old ones


@dataclass(frozen=True)
class Pruned:
    """What was removed; and what might have been but was left, for it is not the backup that was noted."""

    removed: tuple[Path, ...]
    left: tuple[Path, ...]


def prune(folder: Path, rule: Retention, *, beside: Address | None = None) -> Pruned:
    """Remove the backups of a folder that a rule does not keep, once the newest of every store is proven.

    Only what the list notes is removed, and only as it was noted; of each store the newest always stays. The newest,
    and the store ``beside`` the folder when it can be opened, must hold every end that the list notes. Raises
    StoreUnusable for a folder that is not there or refuses, StoreMissing, StoreUnusable or BrokenLedger when the newest
    is not whole: then nothing is removed.
    """
    folder = _folder(folder)
    there = [noted for noted in list_backups(folder) if noted.file.exists()]
    newest = {noted.series: noted for noted in list_backups(folder)}
    keep = {series: kept((noted.made_at for noted in there if noted.series == series), rule) for series in newest}
    last = {(noted.series, noted.made_at): noted for noted in there}  # of two in one second, the one that holds more
    old = [
        noted
        for noted in there
        if noted.made_at not in keep[noted.series] or noted is not last[noted.series, noted.made_at]
    ]
    for series in {noted.series for noted in old}:
        _prove_noted(newest[series])
    if beside and (told := _contradiction_beside(beside, folder)):
        raise BrokenLedger(told)
    removed, left = [], []
    try:
        for noted in old:
            if _sha256(noted.file) != noted.sha256:
                left.append(noted.file)
                continue
            noted.file.unlink()  # first: an anchor alone is nothing that anybody would restore
            Address(noted.file).anchor.path.unlink(missing_ok=True)
            removed.append(noted.file)
            _note(folder, {"file": noted.file.name, "removed_at": f"{dates.utc_now():{_STAMP}}"})
    except OSError as error:
        raise StoreUnusable(f"Old backups cannot be removed from {folder}: {error.strerror}.") from error
    return Pruned(tuple(removed), tuple(left))


def _prove_noted(noted: Noted) -> None:
    """Raise StoreMissing, StoreUnusable or BrokenLedger unless a backup is there, whole, and the one that was noted."""
    if not noted.file.exists():
        raise StoreMissing(f"The newest backup {noted.file} is gone, so none was removed.")
    _refuse_other_than_noted(noted.file)
    try:
        _proven(Address(noted.file))
    except SchemaMismatch:
        raise StoreUnusable(
            f"The newest backup {noted.file} was made by another version of the tracker, so none was removed. Make one "
            "with this version first."
        ) from None
    with Database.open(Address(noted.file), writable=False) as db:
        require_noted(db, noted.file.parent, noted.series)


def _contradiction_beside(at: Address, folder: Path) -> str | None:
    """Say how the store that a folder's backups are of differs from its list; None when it cannot be asked now."""
    try:
        with Database.open(at, writable=False) as db:
            return None if migrations.altered(db) else contradiction(db, folder)
    except (StoreMissing, StoreBusy, StoreUnusable):
        return None


# Restoring


@dataclass(frozen=True)
class Restored:
    """A restored store's head, where the store that it replaced was put (None: there was none), and what it is.

    ``given_up`` says in what it differs from the lists of backups, which note now that this was on purpose; ``unnoted``
    are the folders whose list could not be written.
    """

    head: Head
    replaced: Path | None
    demonstration: bool
    given_up: tuple[str, ...] = ()
    unnoted: tuple[Path, ...] = ()


def restore(at: Address, backup: Path, *, lists: Sequence[Path] = ()) -> Restored:
    """Put a backup in the store's place on purpose, as ``put_back`` does, and note that in the lists of backups.

    The list beside the backup and those in the folders ``lists`` then no longer ask for the changes that were given up.
    """
    restored = put_back(at, backup)
    given_up: list[str] = []
    unnoted: list[Path] = []
    with Database.open(at, writable=False) as db:
        for folder in dict.fromkeys([backup.absolute().parent, *lists]):
            try:
                why = {"restored_at": f"{dates.utc_now():{_STAMP}}", "backup": backup.name}
                given_up += filter(None, [_go_on(db, folder, why)])
            except OSError:
                unnoted.append(folder)
    return replace(restored, given_up=tuple(given_up), unnoted=tuple(unnoted))


def put_back(at: Address, backup: Path) -> Restored:
    """Put a backup in the store's place, after proving it; the store that was there is moved aside, never deleted.

    A backup of an older version of the tracker stays as it is, and the copy of it is brought up to this version.
    Raises StoreMissing, StoreUnusable or BrokenLedger for a backup that is not whole or not the one that was noted when
    it was made, StoreBusy while the store is in use; then nothing has been moved.
    """
    source = Address(backup.absolute())
    if not source.exists():
        raise StoreMissing(f"There is no backup at {source.file}.")
    with Database.open(source, writable=False) as db:
        behind = migrations.pending(db)
    proof = None if behind else _proven(source)
    _refuse_other_than_noted(source.file)
    incoming = Address(at.file.with_name(f"{at.file.name}.restoring-{os.getpid()}"))
    replaced = at.file.with_name(f"{at.file.name}.replaced-{dates.utc_now():%Y-%m-%dT%H%M%S.%fZ}")
    try:
        at.file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.file, incoming.file)
        shutil.copyfile(source.anchor.path, incoming.anchor.path)
        if proof is None:
            migrate_store(incoming)
            proof = _proven(incoming)
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


# Trying


@dataclass(frozen=True, kw_only=True)
class Drill:
    """How restoring a backup went: each step with its seconds, and every fault in a sentence (none: it restores)."""

    backup: Noted
    steps: tuple[tuple[str, float], ...]
    snapshots: int
    demonstration: bool
    faults: tuple[str, ...]


def drill(folder: Path, *, beside: Address | None = None) -> Drill:
    """Restore the newest backup of a folder to a temporary place, prove all that it holds there, and clear it away.

    Proven are the copy against its hash in the list, the chain, the anchor, and the board of every snapshot. The copy,
    and the store ``beside`` the folder when it can be opened, must hold every end that the list notes. Raises
    StoreMissing when the list notes no backup, StoreUnusable when the folder is not there or the list cannot be read.
    """
    folder = _folder(folder)
    every = list_backups(folder)
    if not every:
        raise StoreMissing(f"The list {folder / MANIFEST} notes no backup; make one with `python -m tracker backup`.")
    newest = every[-1]
    steps: list[tuple[str, float]] = []
    faults: list[str] = []
    count, demonstration = 0, False

    def timed(step: str, act: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        done = act()
        steps.append((step, time.perf_counter() - start))
        return done

    with _temporary_place() as place:
        at = Address(place / "tracker.duckdb")
        try:
            timed("restored", lambda: put_back(at, newest.file))
            proof = timed("chain and anchor proven", lambda: verify_store(at))
            demonstration = proof.demonstration
            faults.extend(proof.faults)
            if proof.head != newest.head:
                faults.append(
                    f"{newest.file} ends at change {proof.head.seq} (seal {proof.head.seal[:12]}…), and {MANIFEST} "
                    f"notes change {newest.head.seq} (seal {newest.head.seal[:12]}…)."
                )
            with open_store(at, proven=False) as db:
                if not faults:
                    faults.extend(filter(None, [contradiction(db, folder, newest.series)]))
                count, differences = timed("snapshots proven", lambda: snapshots.check_snapshots(db))
            faults.extend(differences)
        except TrackerError as error:
            faults.append(str(error))
    if beside and (told := _contradiction_beside(beside, folder)):
        faults.append(f"The store {beside.file}: {told}")
    return Drill(backup=newest, steps=tuple(steps), snapshots=count, demonstration=demonstration, faults=tuple(faults))


@contextlib.contextmanager
def _temporary_place() -> Iterator[Path]:
    """Give a folder that is cleared away at the end, whatever happens. Raises StoreUnusable where there can be none."""
    try:
        place = tempfile.TemporaryDirectory(prefix="tracker-drill-")
    except OSError as error:
        raise StoreUnusable(
            f"There is no temporary place to restore to: {error.strerror}. Set TMPDIR to a folder with room."
        ) from error
    with place:
        yield Path(place.name)
