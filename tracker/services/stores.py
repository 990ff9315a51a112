"""Making, opening and verifying a store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain.errors import BrokenLedger, StoreUnusable
from tracker.store import anchoring, files, migrations, placing, proving, reading
from tracker.store.database import Address, Database, unused
from tracker.store.files import keep_private

__all__ = [
    "DEFAULT_ADDRESS",
    "address",
    "backup_folder",
    "bring_up",
    "create_store",
    "init_store",
    "is_demonstration",
    "keep_private",
    "migrate_store",
    "open_for",
    "open_store",
    "prove",
    "refusal",
    "refuse_lone_log",
    "there",
    "verify_store",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.store.proving import Verification

DEFAULT_ADDRESS = "data/tracker.duckdb"


def address() -> Address:
    """Return where the store is: TRACKER_STORE when that is set, else ``data/tracker.duckdb``. Raises StoreUnusable."""
    return Address.parse(os.environ.get("TRACKER_STORE") or DEFAULT_ADDRESS)


def backup_folder() -> Path | None:
    """Return the folder in TRACKER_BACKUPS, where the app may write backups; None when it is not set."""
    named = os.environ.get("TRACKER_BACKUPS")
    return Path(named).absolute() if named else None


def open_store(
    at: Address, *, writable: bool = False, proven: bool = True, also_allow: Sequence[Path] = ()
) -> Database:
    """Open a store after verifying it: this version's schema, the whole chain, and an end that agrees with its anchor.

    For reading, only the newest part of a ledger of more than 100,000 versions is verified. With ``proven=False`` a
    store can be opened for reading to find out what is wrong with it. ``also_allow`` are folders that backups may be
    written to while it is open. Raises StoreMissing, StoreBusy, StoreUnusable, SchemaMismatch or BrokenLedger.
    """
    if writable and at.exists() and at.wal.exists():  # from a crash: verify before it is folded into the file
        open_store(at).close()
    proves = proving.check_whole if writable else proving.check_opening if proven else None
    return _open(at, writable=writable, also_allow=also_allow, proves=proves)


def open_for(at: Address, writes: Callable[[Database], bool], *, also_allow: Sequence[Path] = ()) -> Database:
    """Open a store after verifying it once, for writing if ``writes`` returns true for it.

    It is first opened and verified for reading. Opened again for writing, it is verified again only if it has changed.
    The rest of a ledger of more than 100,000 versions is verified in the background: see ``Database.checking`` and
    ``Database.doubt``. Raises as ``open_store`` does.
    """
    db = open_store(at, also_allow=also_allow)
    try:
        wanted = writes(db)
        with db.read() as cursor:
            proven = reading.head(cursor)
    except BaseException:
        db.close()
        raise
    if not wanted:
        proving.check_rest_aside(db)
        return db
    db.close()

    def proves(again: Database) -> None:
        with again.read() as cursor:
            same = reading.head(cursor) == proven
        (anchoring.check_head if same else proving.check_opening)(again)

    db = _open(at, writable=True, also_allow=also_allow, proves=proves)
    proving.check_rest_aside(db)
    return db


def _open(
    at: Address, *, writable: bool, also_allow: Sequence[Path], proves: Callable[[Database], None] | None
) -> Database:
    if writable:
        placing.clear(at)
    db = Database.open(at, writable=writable, also_allow=also_allow)
    try:
        migrations.require_current(db)
        if proves:
            proves(db)
        if writable:
            anchoring.catch_up(db)
        db.teach()
    except BaseException:
        db.close()
        raise
    return db


def init_store(at: Address) -> bool:
    """Create an empty store unless there is one, and say whether it was created.

    The store appears under its name only when it is complete. If several processes make it at once, one succeeds.
    Raises StoreUnusable when its folder cannot be written or has a log, BrokenLedger when there is an anchor of a
    missing ledger, or a store that was moved aside.
    """
    if there(at):
        placing.clear(at)
        return False
    _refuse_beside_older(at)
    last = at.anchor.last()
    if last and last.seq and not at.exists():  # unless another process has just made it and written to it
        raise BrokenLedger(
            f"There is no store at {at.file}, but its head anchor {at.anchor.path} lists {last.seq} changes. No empty "
            "store was created. Restore the newest backup with `python -m tracker restore FILE`."
        )
    refuse_lone_log(at)
    try:
        at.file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(f"The folder {at.file.parent} cannot be made: {error.strerror}.") from error
    try:
        with placing.beside(at) as made:
            create_store(made)
            placing.put_new(made, at)
    except FileExistsError:  # another process was first
        return False
    except OSError as error:
        raise StoreUnusable(f"The store {at.file} cannot be created: {refusal(error, at)}") from error
    return True


def there(at: Address) -> bool:
    """Say whether there is a store, after finishing a move that a killed process began. Raises StoreUnusable."""
    try:
        files.settle(at.file.parent)
    except OSError as error:
        raise StoreUnusable(f"The store {at.file} cannot be put in its place: {refusal(error, at)}") from error
    return at.exists()


def refusal(error: OSError, at: Address) -> str:
    """Return why a disk refused, and that a move is half done when it is."""
    return f"{error.strerror}." + (placing.HALF_DONE if files.moving(at.file.parent) else "")


def create_store(at: Address) -> None:
    """Make an empty store in a place that no one else uses. Raises StoreUnusable."""
    with Database.create(at) as db:
        migrations.apply_pending(db)
    at.anchor.create()


def _refuse_beside_older(at: Address) -> None:
    if aside := placing.moved_aside(at):
        raise BrokenLedger(
            f"There is no store at {at.file}, but there is an older one beside it: {', '.join(map(str, aside))}. No "
            "store was created. Restore one of these or a backup with `python -m tracker restore FILE`. To start with "
            "an empty store, first move these files to another folder."
        )


def refuse_lone_log(at: Address) -> None:
    """Raise StoreUnusable when there is a log without a store: the engine would add it to a new one."""
    if at.wal.exists() and not at.exists():
        raise StoreUnusable(f"{at.wal} is the log of a store that no longer exists. Move it away and try again.")


def is_demonstration(db: Database) -> bool:
    """Say whether a store is a demonstration: everything that shows or prints its data says so."""
    with db.read() as cursor:
        return reading.is_demonstration(cursor)


def migrate_store(at: Address) -> list[str]:
    """Migrate a store's schema to this version and return the names of the migrations that ran.

    A copy, with any log of a killed process, is migrated and verified, and then replaces the store: there is always the
    old store or the new one, and a store that does not verify is not changed. Raises StoreMissing, StoreBusy,
    StoreUnusable, SchemaMismatch or BrokenLedger.
    """
    with Database.open(at, writable=False) as db:
        behind = migrations.pending(db)
    if not behind:
        if at.wal.exists():
            open_store(at).close()
        placing.clear(at)
        return []
    try:
        with unused(at) as opened, placing.beside(at) as made:
            placing.copy(at, made, opened=opened)
            ran = bring_up(made)
            prove(made, of=at, anchored=made.anchor.last() is not None)
            placing.put_over(made, at, keep=None, anchor=False)
    except OSError as error:
        raise StoreUnusable(f"The store {at.file} cannot be migrated: {refusal(error, at)}") from error
    return ran


def bring_up(made: Address) -> list[str]:
    """Fold the log of a copy into its file, migrate its schema to this version, and return which migrations ran."""
    with Database.open(made, writable=True) as db:
        return [migration.name for migration in migrations.apply_pending(db)]


def prove(copy: Address, *, of: Address | None = None, anchored: bool = True) -> Verification:
    """Verify a copy of a store with its own anchor. Raises BrokenLedger with its faults.

    ``of`` is the store to name in the error, by default the copy. With ``anchored=False`` a missing anchor is no fault.
    """
    proof = verify_store(copy)
    if proof.faults and (anchored or len(proof.faults) > 1):
        faults = " ".join(proof.faults).replace(str(copy.file), str((of or copy).file))
        raise BrokenLedger(f"{(of or copy).file} is damaged: {faults} Nothing was changed.")
    return proof


def verify_store(at: Address, *, renew_anchor: bool = False) -> Verification:
    """Recompute the whole chain and compare it with its anchor.

    ``renew_anchor`` writes a missing anchor again, if nothing else is wrong, and verifies once more.
    """
    with Database.open(at, writable=False) as db:  # which keeps writers out too
        migrations.require_migrated(db)
        proof = proving.verify(db)
        if renew_anchor and len(proof.faults) == 1 and at.anchor.last() is None:
            anchoring.renew(db)
            proof = proving.verify(db)
        return proof
