"""Making, opening and proving a store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain.errors import BrokenLedger, StoreUnusable
from tracker.store import ledger, migrations
from tracker.store.database import Address, Database, discard
from tracker.store.files import keep_private, put_new

__all__ = [
    "DEFAULT_ADDRESS",
    "address",
    "backup_folder",
    "init_store",
    "is_demonstration",
    "keep_private",
    "migrate_store",
    "open_for",
    "open_store",
    "verify_store",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.store.ledger import Verification

DEFAULT_ADDRESS = "data/tracker.duckdb"


def address() -> Address:
    """Return where the store is: TRACKER_STORE when that is set, else ``data/tracker.duckdb``. Raises StoreUnusable."""
    return Address.parse(os.environ.get("TRACKER_STORE") or DEFAULT_ADDRESS)


def backup_folder() -> Path | None:
    """Return the folder that TRACKER_BACKUPS names, into which the app may put backups; None when it names none."""
    named = os.environ.get("TRACKER_BACKUPS")
    return Path(named).absolute() if named else None


def open_store(
    at: Address, *, writable: bool = False, proven: bool = True, also_allow: Sequence[Path] = ()
) -> Database:
    """Open a store that is whole: this version's schema, a chain that proves, and an end that agrees with its anchor.

    Of a ledger of more than 100,000 versions that is opened for reading, only the newest part is proven. One that is
    opened to find out what is wrong with it need not be ``proven``; it can only be read. ``also_allow`` names folders
    that backups may be put into while it is open. Raises StoreMissing, StoreBusy, StoreUnusable, SchemaMismatch or
    BrokenLedger.
    """
    if writable and at.exists() and at.wal.exists():  # a crash left it: prove it before it is folded into the file
        open_store(at).close()
    proves = ledger.check_whole if writable else ledger.check_opening if proven else None
    return _open(at, writable=writable, also_allow=also_allow, proves=proves)


def open_for(at: Address, writes: Callable[[Database], bool], *, also_allow: Sequence[Path] = ()) -> Database:
    """Open a store that is whole, for writing when ``writes`` says so of what it holds, and prove it once.

    What was proven for reading is opened again for writing, and proven again only when somebody changed it meanwhile.
    A ledger of more than 100,000 versions is proven whole beside the work that is done with it: ``Database.checking``
    and ``Database.doubt`` tell of it. Raises as ``open_store`` does.
    """
    db = open_store(at, also_allow=also_allow)
    try:
        wanted = writes(db)
        with db.read() as cursor:
            proven = ledger.head(cursor)
    except BaseException:
        db.close()
        raise
    if not wanted:
        ledger.check_rest_aside(db)
        return db
    db.close()

    def proves(again: Database) -> None:
        with again.read() as cursor:
            same = ledger.head(cursor) == proven
        (ledger.check_head if same else ledger.check_opening)(again)

    db = _open(at, writable=True, also_allow=also_allow, proves=proves)
    ledger.check_rest_aside(db)
    return db


def _open(
    at: Address, *, writable: bool, also_allow: Sequence[Path], proves: Callable[[Database], None] | None
) -> Database:
    db = Database.open(at, writable=writable, also_allow=also_allow)
    try:
        migrations.require_current(db)
        if proves:
            proves(db)
        if writable:
            ledger.catch_up_anchor(db)
        db.teach()
    except BaseException:
        db.close()
        raise
    return db


def init_store(at: Address) -> bool:
    """Create an empty store unless there is one, and say whether it was created.

    The file appears under its name only when it is complete, and of several that are made at one instant one stays.
    Raises StoreUnusable when its folder cannot be written, BrokenLedger when an anchor tells of a ledger that is gone.
    """
    if at.exists():
        return False
    last = at.anchor.last()
    if last and last.seq and not at.exists():  # one that was made, and written to, since it was looked for
        raise BrokenLedger(
            f"There is no store at {at.file}, but its head anchor {at.anchor.path} tells of {last.seq} changes. "
            "Restore the newest backup with `python -m tracker restore FILE`; an empty store was not created."
        )
    try:
        at.file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusable(f"The folder {at.file.parent} cannot be made: {error.strerror}.") from error
    unfinished = Address(at.file.with_name(f"{at.file.name}.new-{os.getpid()}"))
    discard(unfinished)  # what a killed process of the same number left
    try:
        with Database.create(unfinished) as db:
            migrations.apply_pending(db)
        at.anchor.create()
        put_new(unfinished.file, at.file)
    except FileExistsError:  # another process was first
        return False
    except OSError as error:
        raise StoreUnusable(f"The store {at.file} cannot be created: {error.strerror}.") from error
    finally:
        discard(unfinished)
    return True


def is_demonstration(db: Database) -> bool:
    """Say whether the data of a store are a demonstration's: whatever shows or prints them says so."""
    with db.read() as cursor:
        return ledger.is_demonstration(cursor)


def migrate_store(at: Address) -> list[str]:
    """Bring a store's schema up to this version and return the names of the migrations that ran."""
    with Database.open(at, writable=True) as db:
        return [migration.name for migration in migrations.apply_pending(db)]


def verify_store(at: Address, *, renew_anchor: bool = False) -> Verification:
    """Recompute the whole chain and compare it with its anchor.

    ``renew_anchor`` writes a missing anchor anew, when nothing else is wrong, and verifies again.
    """
    with Database.open(at, writable=False) as db:  # which keeps writers out too
        migrations.require_migrated(db)
        proof = ledger.verify(db)
        if renew_anchor and len(proof.faults) == 1 and at.anchor.last() is None:
            ledger.renew_anchor(db)
            proof = ledger.verify(db)
        return proof
