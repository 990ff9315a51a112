"""Making, opening, proving and keeping a store; and what a person is told when the disk will not."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger, StoreBusy, StoreMissing, StoreUnusable, TrackerError
from tracker.domain.ledger import GENESIS, Head
from tracker.domain.nouns import Organisation
from tracker.services import stores
from tracker.store import database, ledger
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CHILD = [sys.executable, "-m", "tests.crash.child"]


@pytest.fixture
def store(address: Address) -> Address:
    """A closed store with three changes."""
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        for name in ("First", "Second", "Third"):
            save(db, organisation(name))
    return address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for backups."""
    made = tmp_path / "backups"
    made.mkdir()
    return made


@contextmanager
def held_by_another_process(store: Address, how: str = "writable") -> Iterator[None]:
    with subprocess.Popen([*CHILD, "hold", str(store.file), how], stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        try:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
            yield
        finally:
            child.kill()


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[None]:
    """Mount a small disk of its own on a folder."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a disk; the file size limit and /proc prove the same elsewhere")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def leave_a_log(store: Address, saves: int = 3) -> list[str]:
    """Have a child save and be killed, so that what it saved is in the log alone; return what it acknowledged."""
    with subprocess.Popen([*CHILD, "saves", str(store.file)], stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(saves + 1)]
        child.kill()
    assert store.wal.stat().st_size > 0
    return lines[1:]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def name_in(store: Address) -> str:
    with stores.open_store(store) as db, db.read() as cursor:
        newest = ledger.latest(cursor, Organisation, "dfe")
    assert newest
    assert isinstance(newest.noun, Organisation)
    return newest.noun.name


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


def test_a_store_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    address = Address(tmp_path / "a" / "b" / "tracker.duckdb")
    assert stores.init_store(address)
    assert stores.verify_store(address) == ledger.Verification(0, 0, Head(0, GENESIS), ())


def test_no_empty_store_is_made_where_an_anchor_tells_of_a_ledger_that_is_gone(store: Address) -> None:
    store.file.unlink()
    with pytest.raises(BrokenLedger, match=r"tells of 3 changes\. Restore the newest backup"):
        stores.init_store(store)
    assert not store.file.exists()


@pytest.mark.parametrize("left", [b"", b"0 000"])
def test_what_a_crash_left_of_making_a_store_does_not_stand_in_the_way(left: bytes, address: Address) -> None:
    address.anchor.path.write_bytes(left)
    address.file.with_name(f"tracker.duckdb.new-{os.getpid()}").write_bytes(b"half a database")
    assert stores.init_store(address)
    stores.open_store(address).close()
    assert names(address.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


def test_the_anchor_of_an_empty_ledger_is_kept_when_the_store_is_made_anew(address: Address) -> None:
    stores.init_store(address)
    before = address.anchor.path.read_bytes()
    address.file.unlink()
    assert stores.init_store(address)
    assert address.anchor.path.read_bytes() == before


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

    monkeypatch.setattr(stores, "sync", refuse)
    with pytest.raises(StoreUnusable, match=r"cannot be created: Input/output error\."):
        stores.init_store(address)
    assert names(address.file.parent) == ["tracker.duckdb.heads"]
    monkeypatch.undo()
    assert stores.init_store(address)


# Opening


def test_a_store_in_use_by_another_process_is_busy_and_says_so(store: Address, folder: Path) -> None:
    use: list[Any] = [
        stores.open_store,
        lambda at: stores.open_store(at, writable=True),
        stores.verify_store,
        stores.migrate_store,
        lambda at: stores.back_up(at, folder),
    ]
    with held_by_another_process(store):
        for attempt in use:
            with pytest.raises(StoreBusy, match=r"is open elsewhere .* Close that one, or wait for it, and try again"):
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
            assert ledger.head(cursor).seq >= int(seq)
            assert seal in {change.seal for change in ledger.changes(cursor)}
    assert not store.wal.exists()


def test_a_log_that_lost_changes_is_kept_as_it_is_for_the_enquiry(store: Address) -> None:
    leave_a_log(store)
    with store.wal.open("r+b") as log:
        log.truncate(store.wal.stat().st_size // 2)
    before = store.wal.read_bytes(), store.file.read_bytes()
    with pytest.raises(BrokenLedger, match="missing from the end of the ledger"):
        stores.open_store(store, writable=True)
    assert (store.wal.read_bytes(), store.file.read_bytes()) == before


# Backups


def test_a_backup_is_proven_named_by_its_time_and_change_and_noted_with_its_hash(store: Address, folder: Path) -> None:
    before = store.file.read_bytes(), store.anchor.path.read_bytes()
    made = stores.back_up(store, folder)
    assert (store.file.read_bytes(), store.anchor.path.read_bytes()) == before
    assert made.file.name.startswith("tracker_20")
    assert made.file.name.endswith("Z_seq3.duckdb")
    assert names(folder) == sorted(["backups.jsonl", made.file.name, f"{made.file.name}.heads"])
    [note] = [json.loads(line) for line in (folder / "backups.jsonl").read_text(encoding="ascii").splitlines()]
    assert note == {
        "file": made.file.name,
        "sha256": hashlib.sha256(made.file.read_bytes()).hexdigest(),
        "seq": 3,
        "seal": made.head.seal,
    }
    assert stores.verify_store(Address(made.file)) == stores.verify_store(store)


def test_a_backup_holds_what_is_still_in_the_log_of_a_killed_process(store: Address, folder: Path) -> None:
    *_, last = leave_a_log(store)
    assert stores.back_up(store, folder).head.seq >= int(last.split()[0])


def test_a_backup_keeps_the_primary_keys_and_checks_of_the_store(store: Address, folder: Path) -> None:
    made = stores.back_up(store, folder)

    def constraints(file: Path) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(file), read_only=True) as raw:
            return raw.execute(
                "SELECT table_name, constraint_type, constraint_text FROM duckdb_constraints() ORDER BY ALL"
            ).fetchall()

    assert constraints(made.file) == constraints(store.file)
    assert len(constraints(store.file)) > 100


def test_a_backup_into_a_folder_that_is_not_there_is_refused_and_the_folder_is_not_made(
    store: Address, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnusable, match=r"There is no folder .*/nowhere; make it \(on another disk"):
        stores.back_up(store, tmp_path / "nowhere")
    with pytest.raises(StoreUnusable, match="There is no folder"):
        stores.back_up(store, store.file)
    assert not (tmp_path / "nowhere").exists()


def test_a_backup_of_a_store_that_lost_changes_is_refused_and_leaves_nothing(store: Address, folder: Path) -> None:
    with duckdb.connect(str(store.file)) as raw:
        raw.execute("DELETE FROM change WHERE seq = 3")
    with pytest.raises(BrokenLedger, match="Change 3 is missing from the end"):
        stores.back_up(store, folder)
    assert names(folder) == []


def test_a_backup_that_does_not_verify_is_refused_and_leaves_nothing(store: Address, folder: Path) -> None:
    with duckdb.connect(str(store.file)) as raw:
        raw.execute("UPDATE organisation SET name = 'x' WHERE version = 2")
    with pytest.raises(BrokenLedger, match=r"is not whole: Change 2 .* was altered"):
        stores.back_up(store, folder)
    assert names(folder) == []


def test_what_a_killed_backup_left_does_not_stand_in_the_way(store: Address, folder: Path) -> None:
    unfinished = folder / f".unfinished-{os.getpid()}.duckdb"
    shutil.copyfile(store.file, unfinished)
    assert stores.back_up(store, folder).head.seq == 3
    assert not unfinished.exists()


def test_a_backup_folder_that_refuses_is_a_sentence(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "backups.jsonl").mkdir()
    with pytest.raises(StoreUnusable, match=r"The backup cannot be written to .*: Is a directory\."):
        stores.back_up(store, folder)
    with pytest.raises(StoreUnusable, match="/proc"):
        stores.back_up(store, Path("/proc"))


# Restoring


def test_a_restored_store_is_the_backup_and_the_old_store_is_kept_aside(store: Address, folder: Path) -> None:
    made = stores.back_up(store, folder)
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("After the backup"))
    restored = stores.restore(store, made.file)
    assert restored.head == made.head
    assert stores.verify_store(store).head == made.head
    assert name_in(store) == "Third"
    assert restored.replaced
    assert name_in(Address(restored.replaced)) == "After the backup"
    aside = restored.replaced.name
    assert names(store.file.parent) == sorted(
        ["backups", "tracker.duckdb", "tracker.duckdb.heads", aside, f"{aside}.heads"]
    )
    with stores.open_store(store, writable=True) as db:
        assert save(db, organisation("Goes on")).seq == 4


def test_a_backup_is_restored_where_there_is_no_store_and_no_folder(store: Address, folder: Path) -> None:
    made = stores.back_up(store, folder)
    elsewhere = Address(store.file.parent / "new" / "tracker.duckdb")
    assert stores.restore(elsewhere, made.file) == stores.Restored(made.head, None, demonstration=False)
    assert stores.verify_store(elsewhere).faults == ()


def test_a_backup_that_is_not_there_or_has_no_anchor_or_is_damaged_is_refused_and_nothing_is_moved(
    store: Address, folder: Path
) -> None:
    made = stores.back_up(store, folder)
    before = {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()}

    def refused(kind: type[TrackerError], backup: Path) -> None:
        with pytest.raises(kind):
            stores.restore(store, backup)
        assert {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()} == before

    refused(StoreMissing, folder / "nothing.duckdb")
    whole = made.file.read_bytes()
    made.file.write_bytes(whole[: len(whole) // 2])
    refused(StoreUnusable, made.file)
    made.file.write_bytes(whole)
    with duckdb.connect(str(made.file)) as raw:
        raw.execute("UPDATE change SET actor = 'x' WHERE seq = 1")
    refused(BrokenLedger, made.file)
    made.file.write_bytes(whole)
    Address(made.file).anchor.path.unlink()
    refused(BrokenLedger, made.file)


def test_a_log_left_by_a_killed_process_moves_aside_with_the_store_it_belongs_to(store: Address, folder: Path) -> None:
    made = stores.back_up(store, folder)
    *_, last = leave_a_log(store)
    log = store.wal.read_bytes()
    restored = stores.restore(store, made.file)
    assert not store.wal.exists()
    assert stores.verify_store(store).head == made.head
    assert restored.replaced
    old = Address(restored.replaced)
    assert old.wal.read_bytes() == log
    assert stores.verify_store(old).head.seq >= int(last.split()[0])


@pytest.mark.parametrize("damage", ["the file", "the log", "the file is gone"])
def test_a_damaged_store_can_be_replaced_and_what_is_left_of_it_is_kept(
    damage: str, store: Address, folder: Path
) -> None:
    made = stores.back_up(store, folder)
    leave_a_log(store)
    target = store.wal if damage == "the log" else store.file
    if damage == "the file is gone":
        target.unlink()
    else:
        target.write_bytes(b"x" * 5000)
    log = store.wal.read_bytes()
    restored = stores.restore(store, made.file)
    assert restored.replaced
    assert Address(restored.replaced).wal.read_bytes() == log
    assert stores.verify_store(store).faults == ()


def test_a_store_in_use_is_not_replaced_and_nothing_is_moved(store: Address, folder: Path) -> None:
    made = stores.back_up(store, folder)
    before = names(store.file.parent)
    with held_by_another_process(store), pytest.raises(StoreBusy):
        stores.restore(store, made.file)
    assert names(store.file.parent) == before
    assert stores.verify_store(store).changes == 3


def test_a_store_that_another_process_reads_beside_the_log_of_a_killed_one_is_not_replaced(
    store: Address, folder: Path
) -> None:
    made = stores.back_up(store, folder)
    leave_a_log(store)
    before = {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()}
    with held_by_another_process(store, "reading"), pytest.raises(StoreBusy, match="is open elsewhere"):
        stores.restore(store, made.file)
    assert {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()} == before
    assert stores.restore(store, made.file).head == made.head


@pytest.mark.parametrize("writable", [True, False])
def test_a_store_that_this_process_has_open_is_not_replaced_and_stays_locked(
    writable: bool,  # noqa: FBT001
    store: Address,
    folder: Path,
) -> None:
    made = stores.back_up(store, folder)
    link = Address(store.file.with_name("link.duckdb"))
    link.file.symlink_to(store.file)
    with stores.open_store(store, writable=writable):
        for at in (store, link):
            with pytest.raises(StoreBusy):
                stores.restore(at, made.file)
        other = (
            "import sys; from tests.crash.child import *; stores.open_store(Address(Path(sys.argv[1])), writable=True)"
        )
        child = subprocess.run(
            [sys.executable, "-c", other, store.file], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert "StoreBusy" in child.stderr
    link.file.unlink()
    assert stores.restore(store, made.file).head == made.head


def test_nobody_opens_a_store_while_it_is_being_replaced(store: Address) -> None:
    with database.unused(store):
        child = subprocess.run(
            [*CHILD, "hold", str(store.file), "reading"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert "StoreBusy" in child.stderr
    stores.open_store(store, writable=True).close()


def test_where_the_system_has_no_locks_to_ask_a_store_is_replaced_as_the_system_allows(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stores.back_up(store, folder)
    monkeypatch.setattr(database, "_fcntl", None)
    assert stores.restore(store, made.file).head == made.head


def test_a_lock_that_the_system_will_not_tell_of_is_a_sentence_and_nothing_is_moved(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stores.back_up(store, folder)
    before = names(store.file.parent)

    class NoLocks:
        LOCK_EX = LOCK_NB = 0

        def lockf(self, *_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(database, "_fcntl", NoLocks())
    with pytest.raises(StoreUnusable, match=r"cannot be put at .*: No locks available\."):
        stores.restore(store, made.file)
    assert names(store.file.parent) == before


def test_a_backup_that_is_whole_but_not_the_one_that_was_noted_is_refused_and_nothing_is_moved(
    store: Address, folder: Path
) -> None:
    made = stores.back_up(store, folder)
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("Another"))
    other = stores.back_up(store, folder)
    for there, here in ((other.file, made.file), (Address(other.file).anchor.path, Address(made.file).anchor.path)):
        shutil.copyfile(there, here)
    before = names(store.file.parent)
    with pytest.raises(BrokenLedger, match=r"is not the backup that was made: its hash differs .* nothing was moved"):
        stores.restore(store, made.file)
    assert names(store.file.parent) == before
    assert stores.restore(store, other.file).head == other.head


def test_a_backup_is_restored_though_its_list_is_gone_torn_or_does_not_name_it(store: Address, folder: Path) -> None:
    made = stores.back_up(store, folder)
    manifest = folder / stores.MANIFEST
    manifest.write_text(f'[]\n{{"file": "{made.file.name}"}}\n{{"file": "{made.file.name}", "sha', encoding="ascii")
    assert stores.restore(store, made.file).head == made.head
    manifest.unlink()
    assert stores.restore(store, made.file).head == made.head
    manifest.mkdir()
    with pytest.raises(StoreUnusable, match=r"The list of backups .* cannot be read: Is a directory\."):
        stores.restore(store, made.file)


def test_a_backup_that_cannot_be_put_in_place_is_a_sentence(store: Address, folder: Path, tmp_path: Path) -> None:
    made = stores.back_up(store, folder)
    (tmp_path / "letter.txt").write_text("Dear board", encoding="utf-8")
    with pytest.raises(StoreUnusable, match=r"The backup cannot be put at .*: File exists\."):
        stores.restore(Address(tmp_path / "letter.txt" / "tracker.duckdb"), made.file)


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
            lambda: stores.migrate_store(there),
            lambda: stores.back_up(store, disk),
        ):
            with pytest.raises(StoreUnusable, match=r"is read-only\. Nothing was saved"):
                attempt()
        with pytest.raises(StoreUnusable, match=r"cannot be put at .*: Read-only file system\."):
            stores.restore(there, store.file)
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
            stores.back_up(there, disk)
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
