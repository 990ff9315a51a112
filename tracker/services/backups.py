"""Backups: checked copies of a store in a folder, restoring one, and testing that it restores.

A folder of backups has a list, ``backups.jsonl``, that is only ever added to: a line for each backup made, with its
hash and the end of its ledger, and a line for each backup deleted. Every end in the list is a witness: before the next
backup, before old ones are deleted, in the drill and when the app starts, we check that the ledger still contains it.
When someone restores an older backup on purpose, a line says where the ledger starts to differ.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
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
from tracker.services import snapshots, stores
from tracker.services.stores import open_store, verify_store
from tracker.services.users import who
from tracker.store import anchoring, files, migrations, placing, reading
from tracker.store.anchor import Anchor
from tracker.store.database import Address, Cursor, Database, unused
from tracker.store.witnesses import Witness, contradicted
from tracker.store.witnesses import contradiction as contradiction_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.store.proving import Verification

MANIFEST = "backups.jsonl"

_NAMED = re.compile(r"(?P<series>[^/\\]+)_(?P<made_at>\d{4}-\d{2}-\d{2}T\d{6}Z)_seq\d+\.duckdb")
_STAMP = "%Y-%m-%dT%H%M%SZ"

_OLDER = r"\.unfinished-\d+\.duckdb(\..+)?"
"""Files that a killed backup of an older version left in a folder."""

_LONGEST_LIST = 2**26
"""Bytes of a folder's list that we read: about 300,000 lines."""

_making = threading.Lock()
"""One backup at a time in a process."""


# Making


@dataclass(frozen=True)
class Backup:
    """A verified copy of a store, the end of its ledger, and whether it is a demonstration."""

    file: Path
    head: Head
    demonstration: bool


def back_up(at: Address, folder: Path) -> Backup:
    """Write a consistent copy of a store and its anchor into ``folder``, check it by reading it back, and list it.

    The copy gets its name only after the check. If an older version of the tracker made the store, its copy is kept as
    it is, and we check a second copy that is migrated to this version. Raises StoreUnusable when the folder is missing
    or cannot hold it, BrokenLedger when the copy does not verify, and StoreBusy while another process writes.
    """
    folder = _folder(folder)
    with Database.open(at, writable=False, also_allow=[folder]) as db:
        behind = bool(migrations.pending(db))
        if not behind:
            migrations.require_current(db)
        return _back_up(db, folder, behind=behind)


def back_up_open(db: Database, *, actor_id: str, folder: Path) -> Backup:
    """Write a backup of an open store; saves wait while it is copied.

    The store must have been opened with ``folder``. Raises UnknownUser, NotAllowed, StoreBusy while another backup is
    being made, and as ``back_up`` does.
    """
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.BACK_UP)
    return _back_up(db, _folder(folder))


def _folder(folder: Path) -> Path:
    """Return a folder of backups after finishing whatever was half done in it. Raises StoreUnusable."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise StoreUnusable(f"There is no folder {folder}. Create it, on another disk than the store's, and try again.")
    try:
        files.settle(folder)
    except OSError as error:
        raise StoreUnusable(f"The backup folder {folder} cannot be tidied: {error.strerror}.") from error
    return folder


def _back_up(db: Database, folder: Path, *, behind: bool = False) -> Backup:
    if not _making.acquire(blocking=False):
        raise StoreBusy("Another backup is being made. Wait until it is finished.")
    try:
        with files.workshop(folder, older=_OLDER) as place:
            made = Address(place / "backup.duckdb")
            with db.exclusive() if db.writable else contextlib.nullcontext():  # so that the ledger and its anchor agree
                anchoring.check_head(db)
                require_noted(db, folder)
                db.copy_to(made.file)
                shutil.copyfile(db.address.anchor.path, made.anchor.path)
            if made.wal.exists():  # the engine says nothing when the disk refuses what it does last
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            proof = _proven_on_trial(made, db.address) if behind else stores.prove(made, of=db.address)
            file = _put(made, folder, db.address.file.stem, proof)
    except OSError as error:
        raise StoreUnusable(f"The backup cannot be written to {folder}: {error.strerror}.") from error
    finally:
        _making.release()
    return Backup(file, proof.head, proof.demonstration)


def _put(made: Address, folder: Path, stem: str, proof: Verification) -> Path:
    """Put a checked copy, its anchor and its line in the list in place: all three or nothing.

    The name has the second and the change, so a second backup of one change waits for the next second.
    """
    place, sha256 = made.file.parent, _sha256(made.file)
    while True:
        name = f"{stem}_{dates.utc_now():{_STAMP}}_seq{proof.head.seq}.duckdb"
        named = Address(place / marking.file_name(name, demonstration=proof.demonstration))
        file = folder / named.file.name
        if not file.exists():
            made.anchor.path.rename(named.anchor.path)
            made = Address(made.file.rename(named.file))
            note = {"file": file.name, "sha256": sha256, **vars(proof.head)}
            with contextlib.suppress(FileExistsError):  # another process was first
                files.put_together(
                    place, [named.anchor.path.name, file.name], aside={}, line=(MANIFEST, json.dumps(note))
                )
                return file
        time.sleep(0.1)


def _proven_on_trial(copy: Address, of: Address) -> Verification:
    """Verify a migrated copy of a store that an older version made; this version cannot verify its tables directly."""
    trial = Address(copy.file.with_name("trial.duckdb"))
    placing.copy(copy, trial)
    stores.bring_up(trial)
    return stores.prove(trial, of=of)


# The list of backups


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A backup as its folder's list has it: the name of its store, when it was made (UTC), its hash and its head."""

    file: Path
    series: str
    made_at: dt.datetime
    sha256: str
    head: Head


def list_backups(folder: Path) -> list[Noted]:
    """Return the backups in a folder's list that ``prune`` did not delete, oldest first.

    Their files may no longer exist. Raises StoreUnusable when the list cannot be read.
    """
    listed: dict[str, Noted] = {}
    for note in _notes(folder):
        if "removed_at" in note:
            listed.pop(str(note.get("file")), None)
        elif noted := _noted(folder, note):
            listed[noted.file.name] = noted
    return sorted(listed.values(), key=lambda noted: (noted.made_at, noted.head.seq))


@dataclass(frozen=True)
class LastBackup:
    """The newest backup of a store in a folder, and how many changes were recorded since."""

    noted: Noted
    changes_since: int


def last_backup(db: Database, folder: Path) -> LastBackup | None:
    """Return the newest backup of an open store in a folder's list. Raises StoreUnusable."""
    with db.read() as cursor:
        end = reading.head(cursor)
    own = [noted for noted in list_backups(folder) if noted.series == _series(db)]
    return LastBackup(own[-1], end.seq - own[-1].head.seq) if own else None


def witnesses(folder: Path, series: str) -> list[Witness]:
    """Return every end of a store's ledger in a folder's list, including those of backups deleted since.

    If a later line accepts that the ledger differs after some change, ends after that change are left out. Raises
    StoreUnusable when the list cannot be read.
    """
    found: list[Witness] = []
    for note in _notes(folder):
        backup = _noted(folder, note)
        if backup and backup.series == series:
            source = f"the backup {backup.file} of {dates.moment_in_words(backup.made_at)}, as {MANIFEST} lists it"
            found.append(Witness(backup.head, source, Address(backup.file).anchor.path))
        elif note.get("series") == series and isinstance(since := note.get("goes_on_from"), int):
            found = [witness for witness in found if witness.head.seq <= since]
    return found


def noted(db: Database, folder: Path) -> list[Witness]:
    """Return every end of an open store's ledger in a folder's list. Raises StoreUnusable."""
    return witnesses(folder, _series(db))


def contradiction(db: Database, folder: Path, series: str | None = None) -> str | None:
    """Say how a ledger differs from a folder's list, and what to do; None when they agree.

    ``series`` is the name of the store's backups there, if it is not the store's own. Raises StoreUnusable when the
    list cannot be read.
    """
    seen = witnesses(folder, series or _series(db))
    with db.read() as cursor:
        difference = contradiction_with(cursor, seen)
        first = _first_other(cursor, seen) if difference else None
    if difference is None:
        return None
    more = f" The first change that differs is change {first}." if first else ""
    return (
        f"{difference}{more} Nothing was changed. Keep all files, and restore the newest true backup. If you restored "
        f"an older backup or started a new ledger on purpose, accept it: `python -m tracker backup accept {folder} "
        '--reason "…"`.'
    )


def _first_other(cursor: Cursor, seen: Sequence[Witness]) -> int | None:
    """Return the first change whose seal differs from the anchors beside the backups, as far as they exist."""
    end = reading.head(cursor)
    for witness in contradicted(cursor, seen):
        with contextlib.suppress(TrackerError):
            heads = Anchor(witness.anchor).heads() if witness.anchor else []
            if other := contradicted(cursor, (Witness(head, "") for head in heads if head.seq <= end.seq)):
                return other[0].head.seq
    return None


def require_noted(db: Database, folder: Path, series: str | None = None) -> None:
    """Raise BrokenLedger when a ledger lacks an end in a folder's list."""
    if difference := contradiction(db, folder, series):
        raise BrokenLedger(difference)


def require_unrewritten(at: Address, folder: Path) -> None:
    """Check, before a store is used, that its ledger contains every end in a folder's list.

    Raises BrokenLedger when one is missing, or the store is; StoreBusy, StoreUnusable.
    """
    if at.exists():
        with Database.open(at, writable=False) as db:
            if not migrations.altered(db):  # otherwise opening it says so
                require_noted(db, folder)
    elif seen := witnesses(folder, at.file.stem):
        raise BrokenLedger(
            f"There is no store at {at.file}, but {folder / MANIFEST} lists {seen[-1].head.seq} changes of it. No "
            "empty store was created. Restore the newest backup with `python -m tracker restore FILE`. To start a new "
            "ledger, set TRACKER_BACKUPS to another folder."
        )


def accept(at: Address, folder: Path, *, reason: str, by: str) -> str:
    """Note in a folder's list that a ledger differs from it on purpose, and return how it differs.

    Raises StoreUnusable when it does not differ, and BrokenLedger when the ledger itself does not verify.
    """
    folder = _folder(folder)
    with open_store(at) as db:
        gone_on = _going_on(db, folder, {"accepted_at": f"{dates.utc_now():{_STAMP}}", "by": by, "reason": reason})
    if gone_on is None:
        raise StoreUnusable(f"The ledger agrees with {folder / MANIFEST}, so there is nothing to accept.")
    _note(folder, gone_on.note)
    return gone_on.difference


@dataclass(frozen=True)
class _GoingOn:
    """How a ledger differs from a folder's list, and the line that accepts this."""

    difference: str
    note: dict[str, Any]


def _going_on(db: Database, folder: Path, why: dict[str, str]) -> _GoingOn | None:
    """Return how a ledger differs from a folder's list; None when it does not."""
    series = _series(db)
    seen = witnesses(folder, series)
    with db.read() as cursor:
        difference, wrong = contradiction_with(cursor, seen), contradicted(cursor, seen)
    if difference is None:
        return None
    confirmed = (witness.head.seq for witness in seen if witness.head.seq < wrong[0].head.seq)
    return _GoingOn(difference, {"series": series, "goes_on_from": max(confirmed, default=0), **why})


def _series(db: Database) -> str:
    """Return the name of an open store's backups."""
    with db.read() as cursor:
        return marking.file_name(db.address.file.stem, demonstration=reading.is_demonstration(cursor))


def _notes(folder: Path) -> Iterator[dict[str, Any]]:
    """Read the lines of a folder's list; a line that a crash cut short is skipped."""
    manifest = folder / MANIFEST
    try:
        with files.open_regular(manifest) as content:
            lines = content.read(_LONGEST_LIST).decode("ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreUnusable(f"The list of backups {manifest} cannot be read: {error.strerror}.") from error
    for line in lines:
        with contextlib.suppress(ValueError):
            note = json.loads(line)
            if isinstance(note, dict):
                yield note


def _noted(folder: Path, note: dict[str, Any]) -> Noted | None:
    """Return the backup that a line lists; None for a line that we did not write."""
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
    files.add_line(folder / MANIFEST, json.dumps(content))
    files.sync(folder)


def _refuse_other_than_noted(backup: Path, copy: Path) -> None:
    """Raise BrokenLedger when a copy of a backup has a different hash from the one in the folder's list."""
    noted = [noted.sha256 for noted in list_backups(backup.parent) if noted.file.name == backup.name]
    if noted and noted[-1] != _sha256(copy):
        raise BrokenLedger(
            f"{backup} has changed since it was made: its hash differs from the one in {backup.with_name(MANIFEST)}. "
            "Nothing was restored. Choose another backup."
        )


def _sha256(file: Path) -> str:
    with files.open_regular(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


# Deleting old ones


@dataclass(frozen=True)
class Pruned:
    """The backups that were deleted; and those that were kept because they have changed since they were listed."""

    removed: tuple[Path, ...]
    left: tuple[Path, ...]


def prune(folder: Path, rule: Retention, *, beside: Address | None = None) -> Pruned:
    """Delete the backups of a folder that a rule does not keep, after checking the newest of each store concerned.

    Only backups in the list are deleted, and only if unchanged; each store's newest always stays. The newest, and the
    store ``beside`` the folder if it can be opened, must contain every end in the list. Raises StoreUnusable for a
    folder that is missing or refuses, and StoreMissing, StoreUnusable or BrokenLedger when the newest is damaged: then
    nothing is deleted.
    """
    folder = _folder(folder)
    there = [noted for noted in list_backups(folder) if noted.file.exists()]
    newest = {noted.series: noted for noted in list_backups(folder)}
    keep = {series: kept((noted.made_at for noted in there if noted.series == series), rule) for series in newest}
    last = {(noted.series, noted.made_at): noted for noted in there}  # of two in one second, the one with more changes
    old = [
        noted
        for noted in there
        if noted.made_at not in keep[noted.series] or noted is not last[noted.series, noted.made_at]
    ]
    for series in {noted.series for noted in old}:
        _prove_noted(newest[series])
    if beside and (difference := _contradiction_beside(beside, folder)):
        raise BrokenLedger(difference)
    removed, left = [], []
    try:
        for noted in old:
            if _sha256(noted.file) != noted.sha256:
                left.append(noted.file)
                continue
            _remove(noted.file)
            removed.append(noted.file)
    except OSError as error:
        raise StoreUnusable(f"Old backups cannot be deleted from {folder}: {error.strerror}.") from error
    return Pruned(tuple(removed), tuple(left))


def _remove(file: Path) -> None:
    """Delete a backup with its anchor, and note that in the list: all of it or nothing."""
    note = {"file": file.name, "removed_at": f"{dates.utc_now():{_STAMP}}"}
    with files.workshop(file.parent, older=_OLDER) as place:
        files.put_together(
            place,
            [],
            aside={file.name: None, Address(file).anchor.path.name: None},
            line=(MANIFEST, json.dumps(note)),
        )


def _prove_noted(noted: Noted) -> None:
    """Raise StoreMissing, StoreUnusable or BrokenLedger unless a backup exists, verifies and has its listed hash."""
    if not noted.file.exists():
        raise StoreMissing(f"The newest backup {noted.file} is missing, so none was deleted.")
    _refuse_other_than_noted(noted.file, noted.file)
    try:
        stores.prove(Address(noted.file))
    except SchemaMismatch:
        raise StoreUnusable(
            f"Another version of the tracker made the newest backup {noted.file}, so none was deleted. First make a "
            "backup with this version."
        ) from None
    with Database.open(Address(noted.file), writable=False) as db:
        require_noted(db, noted.file.parent, noted.series)


def _contradiction_beside(at: Address, folder: Path) -> str | None:
    """Say how the store beside a folder differs from its list; None when it does not, or cannot be opened now."""
    try:
        with Database.open(at, writable=False) as db:
            return None if migrations.altered(db) else contradiction(db, folder)
    except (StoreMissing, StoreBusy, StoreUnusable):
        return None


# Restoring


@dataclass(frozen=True)
class Restored:
    """A restored store's head, where the old store is now (None: there was none), and whether it is a demonstration.

    ``given_up`` says how it differs from the lists of backups, which now accept this; ``unnoted`` are the folders whose
    list could not be written.
    """

    head: Head
    replaced: Path | None
    demonstration: bool
    given_up: tuple[str, ...] = ()
    unnoted: tuple[Path, ...] = ()


def restore(at: Address, backup: Path, *, lists: Sequence[Path] = ()) -> Restored:
    """Put a backup in the store's place, as ``put_back`` does, and accept that in the lists of backups.

    The list beside the backup and those in the folders ``lists`` then no longer require the changes that were given up.
    """
    why = {"restored_at": f"{dates.utc_now():{_STAMP}}", "backup": backup.name}
    gone_on: dict[Path, _GoingOn] = {}

    def notes(db: Database) -> list[tuple[Path, str]]:
        for folder in dict.fromkeys([backup.absolute().parent, *lists]):
            if found := _going_on(db, folder, why):
                gone_on[folder] = found
        return [(folder / MANIFEST, json.dumps(found.note)) for folder, found in gone_on.items()]

    restored = put_back(at, backup, elsewhere=notes)
    unnoted = [folder for folder, found in gone_on.items() if found.note not in list(_notes(folder))]
    given_up = (found.difference for folder, found in gone_on.items() if folder not in unnoted)
    return replace(restored, given_up=tuple(given_up), unnoted=tuple(unnoted))


def put_back(
    at: Address, backup: Path, *, elsewhere: Callable[[Database], Sequence[tuple[Path, str]]] = lambda _: ()
) -> Restored:
    """Put a backup in the store's place, after checking it; the old store is moved aside, never deleted.

    A backup by an older version of the tracker is not changed; its copy is migrated to this version. ``elsewhere``
    gets the copy and returns lines to add to other files in the same step. Raises StoreMissing, StoreUnusable or
    BrokenLedger for a backup that is damaged or differs from the list, StoreBusy while the store is in use; then
    nothing has been moved.
    """
    source = Address(backup.absolute())
    if not source.exists():
        raise StoreMissing(f"There is no backup at {source.file}.")
    stores.there(at)
    Database.open(source, writable=False).close()  # refuse one in use, or unreadable, first
    aside = at.file.with_name(f"{at.file.name}.replaced-{dates.utc_now():%Y-%m-%dT%H%M%S.%fZ}")
    try:
        with placing.beside(at) as made:
            placing.copy(source, made)
            _refuse_other_than_noted(source.file, made.file)
            stores.bring_up(made)
            proof = stores.prove(made, of=source)
            with Database.open(made, writable=False) as db:
                lines = elsewhere(db)
            with unused(at):  # a crash's log moves aside with the file, and is not folded into it
                moved = placing.put_over(made, at, keep=aside, elsewhere=lines)
    except OSError as error:
        raise StoreUnusable(f"The backup cannot be put at {at.file}: {stores.refusal(error, at)}") from error
    return Restored(proof.head, aside if moved else None, proof.demonstration)


# Testing


@dataclass(frozen=True, kw_only=True)
class Drill:
    """How a test restore went: each step with its seconds, and every fault as a sentence (none: it restores)."""

    backup: Noted
    steps: tuple[tuple[str, float], ...]
    snapshots: int
    demonstration: bool
    faults: tuple[str, ...]


def drill(folder: Path, *, beside: Address | None = None) -> Drill:
    """Restore the newest backup of a folder to a temporary place, check everything in it, and delete that copy.

    This checks the copy against its hash in the list, the chain, the anchor, and the board of every snapshot. The copy,
    and the store ``beside`` the folder if it can be opened, must contain every end in the list. Raises StoreMissing
    when the list has no backup, StoreUnusable when the folder is missing or the list cannot be read.
    """
    folder = _folder(folder)
    every = list_backups(folder)
    if not every:
        raise StoreMissing(f"{folder / MANIFEST} lists no backup. Make one with `python -m tracker backup`.")
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
        at = Address(place / "restored" / "tracker.duckdb")
        try:
            timed("restored", lambda: put_back(at, newest.file))
            proof = timed("chain and anchor checked", lambda: verify_store(at))
            demonstration = proof.demonstration
            faults.extend(proof.faults)
            if proof.head != newest.head:
                faults.append(
                    f"{newest.file} ends at change {proof.head.seq} (seal {proof.head.seal[:12]}…), but {MANIFEST} "
                    f"lists change {newest.head.seq} (seal {newest.head.seal[:12]}…)."
                )
            with open_store(at, proven=False) as db:
                if not faults:
                    faults.extend(filter(None, [contradiction(db, folder, newest.series)]))
                count, differences = timed("snapshots checked", lambda: snapshots.check_snapshots(db))
            faults.extend(differences)
        except TrackerError as error:
            faults.append(str(error))
    if beside and (difference := _contradiction_beside(beside, folder)):
        faults.append(f"The store {beside.file}: {difference}")
    return Drill(backup=newest, steps=tuple(steps), snapshots=count, demonstration=demonstration, faults=tuple(faults))


@contextlib.contextmanager
def _temporary_place() -> Iterator[Path]:
    """Give a folder that is deleted at the end in any case. Raises StoreUnusable when there can be none."""
    with contextlib.ExitStack() as stack:
        try:
            place = stack.enter_context(files.workshop(Path(tempfile.gettempdir())))
        except OSError as error:
            raise StoreUnusable(
                f"There is no temporary folder to restore to: {error.strerror}. Set TMPDIR to a folder with space."
            ) from error
        yield place
