"""Backups restore, and nothing is put in a store's place that is not one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.keeping import CHILD, ROOT, held_by_another_process, leave_a_log, name_in, names
from tests.keeping import folder as folder  # noqa: PLC0414  a fixture that is shared
from tests.keeping import store as store  # noqa: PLC0414
from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger, StoreBusy, StoreMissing, StoreUnusable, TrackerError
from tracker.services import backups, stores
from tracker.store import database
from tracker.store.database import Address

# Making


def test_a_backup_is_proven_named_by_its_time_and_change_and_noted_with_its_hash(store: Address, folder: Path) -> None:
    before = store.file.read_bytes(), store.anchor.path.read_bytes()
    made = backups.back_up(store, folder)
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
    assert backups.back_up(store, folder).head.seq >= int(last.split()[0])


def test_a_backup_keeps_the_primary_keys_and_checks_of_the_store(store: Address, folder: Path) -> None:
    made = backups.back_up(store, folder)

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
        backups.back_up(store, tmp_path / "nowhere")
    with pytest.raises(StoreUnusable, match="There is no folder"):
        backups.back_up(store, store.file)
    assert not (tmp_path / "nowhere").exists()


def test_a_backup_of_a_store_that_lost_changes_is_refused_and_leaves_nothing(store: Address, folder: Path) -> None:
    with duckdb.connect(str(store.file)) as raw:
        raw.execute("DELETE FROM change WHERE seq = 3")
    with pytest.raises(BrokenLedger, match="Change 3 is missing from the end"):
        backups.back_up(store, folder)
    assert names(folder) == []


def test_a_backup_that_does_not_verify_is_refused_and_leaves_nothing(store: Address, folder: Path) -> None:
    with duckdb.connect(str(store.file)) as raw:
        raw.execute("UPDATE organisation SET name = 'x' WHERE version = 2")
    with pytest.raises(BrokenLedger, match=r"is not whole: Change 2 .* was altered"):
        backups.back_up(store, folder)
    assert names(folder) == []


def test_what_a_killed_backup_left_does_not_stand_in_the_way(store: Address, folder: Path) -> None:
    unfinished = folder / f".unfinished-{os.getpid()}.duckdb"
    shutil.copyfile(store.file, unfinished)
    assert backups.back_up(store, folder).head.seq == 3
    assert not unfinished.exists()


def test_a_backup_folder_that_refuses_is_a_sentence(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "backups.jsonl").mkdir()
    with pytest.raises(StoreUnusable, match=r"The backup cannot be written to .*: Is a directory\."):
        backups.back_up(store, folder)
    with pytest.raises(StoreUnusable, match="/proc"):
        backups.back_up(store, Path("/proc"))


# Restoring


def test_a_restored_store_is_the_backup_and_the_old_store_is_kept_aside(store: Address, folder: Path) -> None:
    made = backups.back_up(store, folder)
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("After the backup"))
    restored = backups.restore(store, made.file)
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
    made = backups.back_up(store, folder)
    elsewhere = Address(store.file.parent / "new" / "tracker.duckdb")
    assert backups.restore(elsewhere, made.file) == backups.Restored(made.head, None, demonstration=False)
    assert stores.verify_store(elsewhere).faults == ()


def test_a_backup_that_is_not_there_or_has_no_anchor_or_is_damaged_is_refused_and_nothing_is_moved(
    store: Address, folder: Path
) -> None:
    made = backups.back_up(store, folder)
    before = {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()}

    def refused(kind: type[TrackerError], backup: Path) -> None:
        with pytest.raises(kind):
            backups.restore(store, backup)
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
    made = backups.back_up(store, folder)
    *_, last = leave_a_log(store)
    log = store.wal.read_bytes()
    restored = backups.restore(store, made.file)
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
    made = backups.back_up(store, folder)
    leave_a_log(store)
    target = store.wal if damage == "the log" else store.file
    if damage == "the file is gone":
        target.unlink()
    else:
        target.write_bytes(b"x" * 5000)
    log = store.wal.read_bytes()
    restored = backups.restore(store, made.file)
    assert restored.replaced
    assert Address(restored.replaced).wal.read_bytes() == log
    assert stores.verify_store(store).faults == ()


def test_a_store_in_use_is_not_replaced_and_nothing_is_moved(store: Address, folder: Path) -> None:
    made = backups.back_up(store, folder)
    before = names(store.file.parent)
    with held_by_another_process(store), pytest.raises(StoreBusy):
        backups.restore(store, made.file)
    assert names(store.file.parent) == before
    assert stores.verify_store(store).changes == 3


def test_a_store_that_another_process_reads_beside_the_log_of_a_killed_one_is_not_replaced(
    store: Address, folder: Path
) -> None:
    made = backups.back_up(store, folder)
    leave_a_log(store)
    before = {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()}
    with held_by_another_process(store, "reading"), pytest.raises(StoreBusy, match="is open elsewhere"):
        backups.restore(store, made.file)
    assert {path: path.read_bytes() for path in store.file.parent.iterdir() if path.is_file()} == before
    assert backups.restore(store, made.file).head == made.head


@pytest.mark.parametrize("writable", [True, False])
def test_a_store_that_this_process_has_open_is_not_replaced_and_stays_locked(
    writable: bool,  # noqa: FBT001
    store: Address,
    folder: Path,
) -> None:
    made = backups.back_up(store, folder)
    link = Address(store.file.with_name("link.duckdb"))
    link.file.symlink_to(store.file)
    with stores.open_store(store, writable=writable):
        for at in (store, link):
            with pytest.raises(StoreBusy):
                backups.restore(at, made.file)
        other = (
            "import sys; from tests.crash.child import *; stores.open_store(Address(Path(sys.argv[1])), writable=True)"
        )
        child = subprocess.run(
            [sys.executable, "-c", other, store.file], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert "StoreBusy" in child.stderr
    link.file.unlink()
    assert backups.restore(store, made.file).head == made.head


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
    made = backups.back_up(store, folder)
    monkeypatch.setattr(database, "_fcntl", None)
    assert backups.restore(store, made.file).head == made.head


def test_a_lock_that_the_system_will_not_tell_of_is_a_sentence_and_nothing_is_moved(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backups.back_up(store, folder)
    before = names(store.file.parent)

    class NoLocks:
        LOCK_EX = LOCK_NB = 0

        def lockf(self, *_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(database, "_fcntl", NoLocks())
    with pytest.raises(StoreUnusable, match=r"cannot be put at .*: No locks available\."):
        backups.restore(store, made.file)
    assert names(store.file.parent) == before


def test_a_backup_that_is_whole_but_not_the_one_that_was_noted_is_refused_and_nothing_is_moved(
    store: Address, folder: Path
) -> None:
    made = backups.back_up(store, folder)
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("Another"))
    other = backups.back_up(store, folder)
    for there, here in ((other.file, made.file), (Address(other.file).anchor.path, Address(made.file).anchor.path)):
        shutil.copyfile(there, here)
    before = names(store.file.parent)
    with pytest.raises(BrokenLedger, match=r"is not the backup that was made: its hash differs .* nothing was moved"):
        backups.restore(store, made.file)
    assert names(store.file.parent) == before
    assert backups.restore(store, other.file).head == other.head


def test_a_backup_is_restored_though_its_list_is_gone_torn_or_does_not_name_it(store: Address, folder: Path) -> None:
    made = backups.back_up(store, folder)
    manifest = folder / backups.MANIFEST
    manifest.write_text(f'[]\n{{"file": "{made.file.name}"}}\n{{"file": "{made.file.name}", "sha', encoding="ascii")
    assert backups.restore(store, made.file).head == made.head
    manifest.unlink()
    assert backups.restore(store, made.file).head == made.head
    manifest.mkdir()
    with pytest.raises(StoreUnusable, match=r"The list of backups .* cannot be read: Is a directory\."):
        backups.restore(store, made.file)


def test_a_backup_that_cannot_be_put_in_place_is_a_sentence(store: Address, folder: Path, tmp_path: Path) -> None:
    made = backups.back_up(store, folder)
    (tmp_path / "letter.txt").write_text("Dear board", encoding="utf-8")
    with pytest.raises(StoreUnusable, match=r"The backup cannot be put at .*: File exists\."):
        backups.restore(Address(tmp_path / "letter.txt" / "tracker.duckdb"), made.file)
