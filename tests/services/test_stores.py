"""Making, opening and proving a store; and what a person is told when the disk will not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.keeping import CHILD, ROOT, held_by_another_process, leave_a_log, name_in, names, small_disk
from tests.keeping import folder as folder  # noqa: PLC0414  a fixture that is shared
from tests.keeping import store as store  # noqa: PLC0414
from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger, StoreBusy, StoreUnusable
from tracker.domain.ledger import GENESIS, Head
from tracker.services import backups, stores
from tracker.store import anchoring, database, files, migrations, placing, proving, reading
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from collections.abc import Callable

# The address


def test_the_store_is_where_tracker_store_says_or_in_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_STORE", "/srv/board.duckdb")
    assert stores.address().file == Path("/srv/board.duckdb")
    for unset in ("", None):
        if unset is None:
            monkeypatch.delenv("TRACKER_STORE")
        else:
            monkeypatch.setenv("TRACKER_STORE", unset)
        assert stores.address().file == Path("data/tracker.duckdb").absolute()


# Making


def test_a_store_is_made_once_and_making_it_again_does_nothing(address: Address) -> None:
    assert stores.init_store(address) is True
    with stores.open_store(address, writable=True) as db:
        save(db, organisation())
    before = address.file.read_bytes(), address.anchor.path.read_bytes()
    assert stores.init_store(address) is False
    assert (address.file.read_bytes(), address.anchor.path.read_bytes()) == before
    assert names(address.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


def test_of_two_processes_that_make_a_store_at_the_same_instant_one_does_and_nothing_is_lost(tmp_path: Path) -> None:
    def start() -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen([*CHILD, "inits", "none"], stdin=pipe, stdout=pipe, text=True, cwd=ROOT)

    with start() as one, start() as other:
        pipes = [(child.stdin, child.stdout) for child in (one, other)]
        assert [out and out.readline() for _, out in pipes] == ["ready\n"] * 2
        for number in range(8):
            at = Address(tmp_path / str(number) / "tracker.duckdb")
            for into, _ in pipes:
                assert into
                into.write(f"{at.file}\n")
                into.flush()
            assert sorted(out.readline() for _, out in pipes if out) == ["False\n", "True\n"]
            assert (stores.verify_store(at).changes, stores.verify_store(at).faults) == (1, ())
            assert names(at.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


def test_a_store_that_another_process_made_since_it_was_looked_for_is_left_as_it_is(
    store: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.file.read_bytes(), store.anchor.path.read_bytes()
    looks = iter([False])
    monkeypatch.setattr(Address, "exists", lambda _: next(looks, True))
    monkeypatch.setattr(files, "fcntl", None)  # where the system has no locks either
    assert stores.init_store(store) is False
    assert (store.file.read_bytes(), store.anchor.path.read_bytes()) == before
    assert names(store.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


def test_a_store_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    address = Address(tmp_path / "a" / "b" / "tracker.duckdb")
    assert stores.init_store(address)
    assert stores.verify_store(address) == proving.Verification(0, 0, Head(0, GENESIS), ())


def test_no_empty_store_is_made_where_an_anchor_tells_of_a_ledger_that_is_gone(store: Address) -> None:
    store.file.unlink()
    with pytest.raises(BrokenLedger, match=r"lists 3 changes\. No empty store was created\. Restore the newest backup"):
        stores.init_store(store)
    assert not store.file.exists()


@pytest.mark.parametrize("left", [b"", b"0 000"])
def test_what_a_crash_left_of_making_a_store_does_not_stand_in_the_way(left: bytes, address: Address) -> None:
    address.anchor.path.write_bytes(left)
    address.file.with_name(f"tracker.duckdb.new-{os.getpid()}").write_bytes(b"half a database")
    assert stores.init_store(address)
    stores.open_store(address).close()
    assert names(address.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


def test_the_anchor_of_an_empty_ledger_does_not_stand_in_the_way(address: Address) -> None:
    stores.init_store(address)
    address.file.unlink()
    assert stores.init_store(address)
    assert stores.verify_store(address).faults == ()


def test_a_store_under_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear board", encoding="utf-8")
    with pytest.raises(StoreUnusable, match=r"The folder .*letter\.txt/x cannot be made: Not a directory\."):
        stores.init_store(Address(tmp_path / "letter.txt" / "x" / "tracker.duckdb"))


def test_a_store_where_nothing_can_be_written_is_refused_with_a_sentence() -> None:
    with pytest.raises(StoreUnusable, match=r"^The folder /proc/no-such-process cannot be made"):
        stores.init_store(Address(Path("/proc/no-such-process/tracker.duckdb")))
    with pytest.raises(StoreUnusable, match=r"/proc/tracker\.duckdb"):
        stores.init_store(Address(Path("/proc/tracker.duckdb")))


def test_a_store_that_cannot_be_put_in_its_place_is_a_sentence_and_leaves_nothing(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files, "sync", refuse)
    with pytest.raises(StoreUnusable, match=r"cannot be created: Input/output error\."):
        stores.init_store(address)
    assert names(address.file.parent) == []
    monkeypatch.undo()
    assert stores.init_store(address)


@pytest.mark.parametrize("aside", ["tracker.duckdb.replaced-2026-11-25T120000.000001Z", "tracker.duckdb.restoring-17"])
def test_no_empty_store_is_made_beside_one_that_was_moved_aside(aside: str, store: Address) -> None:
    store.anchor.path.rename(store.file.with_name(f"{aside}.heads"))
    moved = store.file.rename(store.file.with_name(aside))
    with pytest.raises(
        BrokenLedger, match=rf"there is an older one beside it: {moved}\. No store .* `python -m tracker restore FILE`"
    ):
        stores.init_store(store)
    assert not store.file.exists()
    assert backups.restore(store, moved).head.seq == 3
    assert name_in(store) == "Third"


def test_no_store_is_made_beside_a_log_that_the_engine_would_add_to_it(store: Address) -> None:
    leave_a_log(store)
    store.file.unlink()
    store.anchor.path.unlink()
    with pytest.raises(StoreUnusable, match=r"is the log of a store that no longer exists\. Move it away"):
        stores.init_store(store)


@pytest.mark.parametrize(
    "named", ["tracker.duckdb.new-17", "tracker.duckdb.heads.new", "tracker.duckdb.restoring-9.wal"]
)
def test_what_a_killed_process_left_beside_a_store_is_cleared_by_the_next_and_not_while_it_is_open(
    named: str, store: Address
) -> None:
    for open_for_writing in (False, True):
        for left in (named, f"{files.WORKSHOP}dead"):
            store.file.with_name(left).mkdir()
        with stores.open_store(store):
            assert stores.init_store(store) is False
            assert named in names(store.file.parent)
        if open_for_writing:
            stores.open_store(store, writable=True).close()
        else:
            assert stores.init_store(store) is False
        assert names(store.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


# Bringing up to this version


@pytest.fixture
def behind(store: Address, monkeypatch: pytest.MonkeyPatch) -> Address:
    """A store that needs one migration more."""
    known = migrations.known()
    step = migrations.Migration(len(known) + 1, "0999_more", "CREATE TABLE tracker.more (id VARCHAR PRIMARY KEY);")
    monkeypatch.setattr(migrations, "known", lambda: [*known, step])
    return store


def contents(store: Address) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.file.parent.iterdir()}


def test_a_store_is_brought_up_with_the_log_that_a_killed_process_left(store: Address, behind: Address) -> None:
    *_, last = leave_a_log(store)  # by a process of its own, which knows of no further migration
    assert stores.migrate_store(behind) == ["0999_more"]
    proof = stores.verify_store(behind)
    assert proof.head.seq >= int(last.split()[0])
    assert proof.faults == ()
    assert names(store.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


@pytest.mark.parametrize("pending", [False, True])
def test_a_log_that_is_not_this_stores_is_refused_and_nothing_of_it_is_folded_in(
    pending: bool,  # noqa: FBT001
    store: Address,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    other = Address(tmp_path / "other" / "tracker.duckdb")
    other.file.parent.mkdir()
    stores.init_store(other)
    leave_a_log(other)
    shutil.copyfile(other.wal, store.wal)
    if pending:
        request.getfixturevalue("behind")
    shutil.rmtree(other.file.parent)
    before = contents(store)
    with pytest.raises((BrokenLedger, StoreUnusable)):
        stores.migrate_store(store)
    assert contents(store) == before


def test_a_store_that_does_not_prove_is_not_migrated_and_left_as_it_is(store: Address, behind: Address) -> None:
    with duckdb.connect(str(store.file)) as raw:
        raw.execute("UPDATE organisation SET name = 'x' WHERE version = 2")
    before = contents(store)
    with pytest.raises(BrokenLedger, match=rf"{store.file} is damaged: Change 2 .* Nothing was changed\."):
        stores.migrate_store(behind)
    assert contents(store) == before


def test_a_disk_that_refuses_a_migration_is_a_sentence_and_the_next_finishes_what_was_decided(
    store: Address, behind: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(_: Path, __: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(
        StoreUnusable, match=r"cannot be migrated: No space left on device\. Some files have been moved"
    ):
        stores.migrate_store(behind)
    with pytest.raises(StoreUnusable, match=r"cannot be put in place: No space left on device\. Nothing is lost"):
        stores.open_store(behind)
    with pytest.raises(StoreUnusable, match=r"cannot be put in its place: No space left on device"):
        stores.init_store(behind)
    monkeypatch.setattr(Path, "replace", replace)
    assert stores.migrate_store(behind) == []
    assert stores.verify_store(store).changes == 3


# Opening


def test_a_store_that_is_replaced_while_it_is_opened_is_opened_again(
    store: Address, made: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that has the lock may have died half way, and a third one carried it through."""
    attach = Database._attach
    replaced = iter([True])

    def attach_and_replace(address: Address, **more: Any) -> Database:
        db = attach(address, **more)
        if next(replaced, False):
            with placing.beside(store) as new:
                placing.copy(made, new)
                placing.put_over(new, store, keep=None)
        return db

    monkeypatch.setattr(Database, "_attach", attach_and_replace)
    assert stores.verify_store(store).changes == 0


def test_a_pipe_where_a_store_is_expected_is_a_sentence(address: Address) -> None:
    os.mkfifo(address.file)
    with pytest.raises(StoreUnusable, match="cannot be read: it is a pipe or a device, not a file"):
        stores.open_store(address)


def test_a_store_in_use_by_another_process_is_busy_and_says_so(store: Address, folder: Path) -> None:
    use: list[Any] = [
        stores.open_store,
        lambda at: stores.open_store(at, writable=True),
        stores.verify_store,
        stores.migrate_store,
        lambda at: backups.back_up(at, folder),
    ]
    with held_by_another_process(store):
        for attempt in use:
            with pytest.raises(StoreBusy, match=r"Another program is using .* Close it or wait, then try again"):
                attempt(store)
    assert names(folder) == []
    assert stores.verify_store(store).changes == 3


def test_two_processes_may_read_a_store_at_once_and_neither_lets_a_writer_in(store: Address) -> None:
    with held_by_another_process(store, "reading"):
        stores.open_store(store).close()
        with pytest.raises(StoreBusy):
            stores.open_store(store, writable=True)


def test_opening_a_store_that_is_refused_lets_go_of_it(store: Address) -> None:
    aside = store.anchor.path.rename(store.anchor.path.with_suffix(".aside"))
    with pytest.raises(BrokenLedger):
        stores.open_store(store, writable=True)
    aside.rename(store.anchor.path)
    stores.open_store(store, writable=True).close()


def test_what_a_killed_process_acknowledged_is_there_for_readers_and_writers(store: Address) -> None:
    *_, last = leave_a_log(store)
    seq, seal, _ = last.split()
    for writable in (False, True):
        with stores.open_store(store, writable=writable) as db, db.read() as cursor:
            assert reading.head(cursor).seq >= int(seq)
            assert seal in {change.seal for change in reading.changes(cursor)}
    assert not store.wal.exists()


def test_a_log_that_lost_changes_is_kept_as_it_is_for_the_enquiry(store: Address) -> None:
    leave_a_log(store)
    with store.wal.open("r+b") as log:
        log.truncate(store.wal.stat().st_size // 2)
    before = store.wal.read_bytes(), store.file.read_bytes()
    with pytest.raises(BrokenLedger, match="missing from the end of the ledger"):
        stores.open_store(store, writable=True)
    assert (store.wal.read_bytes(), store.file.read_bytes()) == before


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The proofs of an opening that are made, whole or of the end alone, as they come."""
    made: list[str] = []

    def noted(name: str, check: Callable[[Database], None]) -> Callable[[Database], None]:
        def check_and_note(db: Database) -> None:
            made.append(name)
            check(db)

        return check_and_note

    for module, name in ((proving, "check_opening"), (anchoring, "check_head")):
        monkeypatch.setattr(module, name, noted(name, getattr(module, name)))
    return made


def test_a_store_that_is_opened_for_writing_because_of_what_it_holds_is_proven_once(
    store: Address, proofs: list[str]
) -> None:
    with stores.open_for(store, lambda db: not db.writable) as db:
        assert save(db, organisation("Fourth")).seq == 4
    assert proofs == ["check_opening", "check_head"]
    with stores.open_for(store, lambda _: False) as db:
        assert not db.writable
    assert proofs == ["check_opening", "check_head", "check_opening"]


def test_a_store_that_somebody_wrote_to_between_the_two_openings_is_proven_again(
    store: Address, proofs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    close = Database.close

    def close_and_let_another_in(db: Database) -> None:
        close(db)
        monkeypatch.undo()
        with stores.open_store(store, writable=True) as other:
            save(other, organisation("Theirs"))

    monkeypatch.setattr(Database, "close", close_and_let_another_in)
    with stores.open_for(store, lambda _: True) as db:
        assert save(db, organisation("Ours")).seq == 5


def test_a_store_that_cannot_be_looked_into_is_let_go_of(store: Address) -> None:
    with pytest.raises(ZeroDivisionError):
        stores.open_for(store, lambda _: bool(1 / 0))
    stores.open_store(store, writable=True).close()


def test_the_folder_for_backups_is_where_tracker_backups_says_or_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, meant in (("/mnt/backups", Path("/mnt/backups")), ("here", Path("here").absolute()), ("", None)):
        monkeypatch.setenv("TRACKER_BACKUPS", said)
        assert stores.backup_folder() == meant


# A disk that is full or read-only


def test_a_read_only_disk_is_a_sentence_and_reading_goes_on(store: Address, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "size=8m"):
        there = Address(disk / "tracker.duckdb")
        shutil.copyfile(store.file, there.file)
        shutil.copyfile(store.anchor.path, there.anchor.path)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        for attempt in (
            lambda: stores.open_store(there, writable=True),
            lambda: stores.init_store(Address(disk / "new.duckdb")),
            lambda: backups.back_up(store, disk),
        ):
            with pytest.raises(
                StoreUnusable, match=r"is read-only, or its folder is\. Nothing was saved|: Read-only file system\."
            ):
                attempt()
        assert stores.migrate_store(there) == []
        with pytest.raises(StoreUnusable, match=r"cannot be put at .*: Read-only file system\."):
            backups.restore(there, store.file)
        assert name_in(there) == "Third"
        assert stores.verify_store(there).faults == ()


def told(output: str) -> tuple[int, list[str]]:
    """The last change that a child was told is saved, and every sentence that it was refused with."""
    lines = output.splitlines()
    saved = [line.split() for line in lines if line.startswith("saved")]
    return (int(saved[-1][1]) if saved else 3), [line for line in lines if line.startswith("refused")]


@pytest.mark.parametrize("room", ["4096", "20000k", "200000", "1060864", "1200000"])
def test_on_a_full_disk_a_save_is_refused_with_a_sentence_and_all_that_was_acknowledged_is_there(
    room: str, store: Address
) -> None:
    child = subprocess.run(
        [*CHILD, "fill", str(store.file), room], capture_output=True, text=True, cwd=ROOT, check=False, timeout=300
    )
    assert child.returncode == 0, child.stderr
    saved, refused = told(child.stdout)
    assert refused
    assert all("is full" in line for line in refused)
    assert "saved all" not in child.stdout
    proof = stores.verify_store(store)
    assert (proof.faults, proof.head.seq) == ((), saved)
    with stores.open_store(store, writable=True) as db:
        assert save(db, organisation("There is room again")).seq == saved + 1


def test_on_a_small_disk_that_fills_up_nothing_acknowledged_is_lost(store: Address, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, f"size={store.file.stat().st_size + 1_500_000}"):
        there = Address(disk / "tracker.duckdb")
        shutil.copyfile(store.file, there.file)
        shutil.copyfile(store.anchor.path, there.anchor.path)
        child = subprocess.run(
            [*CHILD, "fill", str(there.file), "1000000000"], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert child.returncode == 0, child.stderr
        saved, refused = told(child.stdout)
        assert refused
        proof = stores.verify_store(there)
        assert (proof.faults, proof.head.seq) == ((), saved)
        with pytest.raises(StoreUnusable, match="is full"):
            backups.back_up(there, disk)
        assert [name for name in names(disk) if "unfinished" in name] == []
        assert stores.verify_store(there) == proof


def test_a_failed_checkpoint_after_a_save_does_not_deny_the_save(
    store: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Database) -> None:
        raise StoreUnusable("The disk is full.")

    monkeypatch.setattr(database, "_WRITES_BETWEEN_CHECKPOINTS", 1)
    monkeypatch.setattr(Database, "checkpoint", full)
    with stores.open_store(store, writable=True) as db:
        assert save(db, organisation("Saved")).seq == 4
    assert name_in(store) == "Saved"
