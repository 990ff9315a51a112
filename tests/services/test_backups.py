"""Backups restore, and nothing is put in a store's place that is not one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.conftest import copy_store
from tests.keeping import CHILD, ROOT, held_by_another_process, leave_a_log, name_in, names
from tests.keeping import folder as folder  # noqa: PLC0414  a fixture that is shared
from tests.keeping import store as store  # noqa: PLC0414
from tests.samples import DAY, instant, organisation, save
from tests.samples import held as held_rows
from tracker.domain import dates
from tracker.domain.errors import (
    BrokenLedger,
    NotAllowed,
    StoreBusy,
    StoreMissing,
    StoreUnusable,
    TrackerError,
    UnknownUser,
)
from tracker.domain.ledger import GENESIS, Head
from tracker.domain.retention import Retention
from tracker.domain.words import Role
from tracker.services import backups, snapshots, stores, users
from tracker.store import database, files, migrations, proving
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain.ledger import Change

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


def test_two_backups_of_one_change_in_one_second_are_two(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [instant("2026-04-10T02:00:00")]
    monkeypatch.setattr(dates, "utc_now", lambda: now[-1])
    monkeypatch.setattr(time, "sleep", lambda _: now.append(instant("2026-04-10T02:00:01")))
    first, second = backups.back_up(store, folder), backups.back_up(store, folder)
    assert [made.file.name[18:25] for made in (first, second)] == ["T020000", "T020001"]
    assert [noted.file for noted in backups.list_backups(folder)] == [first.file, second.file]


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
    with pytest.raises(StoreUnusable, match=r"There is no folder .*/nowhere\. Create it, on another disk"):
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
    with pytest.raises(BrokenLedger, match=r"is damaged: Change 2 .* was altered"):
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
    with pytest.raises(StoreUnusable, match=r"The list of backups .* cannot be read: Is a directory\."):
        backups.back_up(store, folder)
    with pytest.raises(StoreUnusable, match="/proc"):
        backups.back_up(store, Path("/proc"))


def test_a_backup_that_another_process_made_under_the_same_name_stays_and_ours_gets_the_next_second(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [instant("2026-04-10T02:00:00")]
    monkeypatch.setattr(dates, "utc_now", lambda: now[-1])
    monkeypatch.setattr(time, "sleep", lambda _: now.append(instant("2026-04-10T02:00:01")))
    put = files.put_together

    def put_after_another(place: Path, names: list[str], **more: Any) -> None:
        (folder / "tracker_2026-04-10T020000Z_seq3.duckdb").write_bytes(b"theirs")
        put(place, names, **more)

    monkeypatch.setattr(files, "put_together", put_after_another)
    assert backups.back_up(store, folder).file.name == "tracker_2026-04-10T020001Z_seq3.duckdb"
    assert (folder / "tracker_2026-04-10T020000Z_seq3.duckdb").read_bytes() == b"theirs"


def test_a_copy_that_the_engine_left_in_its_log_is_no_backup(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine says nothing when the disk refuses the last thing that it does with a file."""

    def copy_with_a_log(_: Database, file: Path) -> None:
        Address(file).wal.write_bytes(b"x")

    monkeypatch.setattr(Database, "copy_to", copy_with_a_log)
    with pytest.raises(StoreUnusable, match=r"The backup cannot be written to .*: Input/output error\."):
        backups.back_up(store, folder)
    assert names(folder) == []


def test_a_folder_in_which_something_is_half_done_and_the_disk_refuses_is_a_sentence(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(files, "settle", refuse)
    with pytest.raises(StoreUnusable, match=r"The backup folder .* cannot be tidied: Input/output error\."):
        backups.back_up(store, folder)


# Making, while the app goes on


@pytest.fixture
def app(store: Address, folder: Path) -> Iterator[Database]:
    """The store as the app holds it: open for writing, with a folder for backups."""
    with stores.open_store(store, writable=True, also_allow=[folder]) as db:
        yield db


def test_a_backup_of_a_store_that_is_open_holds_all_that_was_saved_and_saving_goes_on(
    app: Database, folder: Path
) -> None:
    save(app, organisation("Fourth"))
    made = backups.back_up_open(app, actor_id=users.OPERATOR, folder=folder)
    assert made.head == Head(4, app.address.anchor.last().seal)  # type: ignore[union-attr]
    assert stores.verify_store(Address(made.file)).faults == ()
    assert name_in(Address(made.file)) == "Fourth"
    assert save(app, organisation("Fifth")).seq == 5
    assert names(folder) == sorted(["backups.jsonl", made.file.name, f"{made.file.name}.heads"])


def test_a_backup_made_among_saves_is_one_state_of_the_ledger_and_no_save_is_lost(app: Database, folder: Path) -> None:
    stop = threading.Event()
    saved: list[Change] = []

    def go_on() -> None:
        while not stop.is_set():
            number = len(saved)
            saved.append(save(app, organisation(f"Name {number}", "a"), organisation(f"Name {number}", "b")))

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        made: list[tuple[int, backups.Backup]] = []
        while len(made) < 4:
            held = len(saved)
            if held > len(made) * 3:
                made.append((held, backups.back_up_open(app, actor_id=users.OPERATOR, folder=folder)))
    finally:
        stop.set()
        writer.join()
    seals = {change.seq: change.seal for change in saved}
    for held, backup in made:
        assert backup.head.seq >= 3 + held
        assert seals[backup.head.seq] == backup.head.seal
        with stores.open_store(Address(backup.file)) as db:
            assert len({row["name"] for row in held_rows(db, "organisation", DAY) if row["id"] in "ab"}) == 1
    proof = proving.verify(app)
    assert (proof.faults, proof.changes) == ((), 3 + len(saved))


def test_only_an_administrator_backs_up_the_store_that_is_open(app: Database, folder: Path) -> None:
    for role in Role:
        users.add_user(
            app, actor_id=users.OPERATOR, account=users.Account(address=f"{role}@dfe.example", name=role, role=role)
        )
    for role in Role:
        if role is not Role.ADMINISTRATOR:
            with pytest.raises(NotAllowed, match=r"cannot make a backup\. Ask an administrator"):
                backups.back_up_open(app, actor_id=f"{role}@dfe.example", folder=folder)
    assert names(folder) == []
    backups.back_up_open(app, actor_id="administrator@dfe.example", folder=folder)
    with pytest.raises(UnknownUser):
        backups.back_up_open(app, actor_id="nobody@dfe.example", folder=folder)


def test_a_store_that_is_open_for_reading_is_backed_up_too(store: Address, folder: Path) -> None:
    with stores.open_store(store, also_allow=[folder]) as db:
        assert backups.back_up_open(db, actor_id=users.OPERATOR, folder=folder).head.seq == 3


def test_a_folder_that_the_store_was_not_opened_with_is_refused_with_what_to_do(
    app: Database, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(StoreUnusable, match=r"The app cannot write to .*\. Set TRACKER_BACKUPS to this folder"):
        backups.back_up_open(app, actor_id=users.OPERATOR, folder=tmp_path / "other")
    with pytest.raises(StoreUnusable, match="There is no folder"):
        backups.back_up_open(app, actor_id=users.OPERATOR, folder=tmp_path / "nowhere")
    assert names(tmp_path / "other") == []


def test_a_folder_that_is_made_after_the_store_was_opened_takes_a_backup(store: Address, tmp_path: Path) -> None:
    later = tmp_path / "later"
    with stores.open_store(store, writable=True, also_allow=[later]) as db:
        later.mkdir()
        assert backups.back_up_open(db, actor_id=users.OPERATOR, folder=later).head.seq == 3


def test_a_second_backup_at_the_same_time_waits_its_turn_with_a_sentence(
    app: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Database.copy_to

    def copy_and_press_again(db: Database, file: Path) -> None:
        with pytest.raises(StoreBusy, match="Another backup is being made"):
            backups.back_up_open(app, actor_id=users.OPERATOR, folder=folder)
        copy(db, file)

    monkeypatch.setattr(Database, "copy_to", copy_and_press_again)
    assert backups.back_up_open(app, actor_id=users.OPERATOR, folder=folder).head.seq == 3


def test_the_last_backup_of_a_store_is_told_with_what_was_recorded_since(app: Database, folder: Path) -> None:
    assert backups.last_backup(app, folder) is None
    made = backups.back_up_open(app, actor_id=users.OPERATOR, folder=folder)
    other = Address(app.address.file.with_name("other.duckdb"))
    stores.init_store(other)
    backups.back_up(other, folder)
    save(app, organisation("Fourth"))
    last = backups.last_backup(app, folder)
    assert last
    assert (last.noted.file, last.noted.head, last.changes_since) == (made.file, made.head, 1)


# The list, and removing old ones


def at_times(store: Address, folder: Path, *times: str) -> list[Path]:
    """Backups made at these times, oldest first: one is made, and copied under the names of the others."""
    made = backups.back_up(store, folder)
    files = []
    manifest = folder / backups.MANIFEST
    [line] = manifest.read_text(encoding="ascii").splitlines()
    manifest.unlink()
    for time_of in times:
        file = folder / f"tracker_{time_of}Z_seq3.duckdb"
        copy_store(Address(made.file), Address(file))
        with manifest.open("a", encoding="ascii") as noted:
            noted.write(line.replace(made.file.name, file.name) + "\n")
        files.append(file)
    made.file.unlink()
    Address(made.file).anchor.path.unlink()
    return files


DAYS = ("2026-04-08T020000", "2026-04-09T020000", "2026-04-10T020000", "2026-04-11T020000")


def test_what_a_rule_does_not_keep_is_removed_with_its_anchor_and_said_and_noted(store: Address, folder: Path) -> None:
    files = at_times(store, folder, *DAYS)
    pruned = backups.prune(folder, Retention(daily=2))
    assert pruned == backups.Pruned(removed=tuple(files[:2]), left=())
    assert [noted.file for noted in backups.list_backups(folder)] == files[2:]
    assert backups.prune(folder, Retention(daily=2)) == backups.Pruned((), ())
    assert backups.prune(folder, Retention()).removed == (files[2],)  # the newest stays, whatever the rule says
    assert backups.prune(folder, Retention()).removed == ()


def test_what_is_not_noted_or_is_not_what_was_noted_is_never_removed(store: Address, folder: Path) -> None:
    first, second, third, _ = at_times(store, folder, *DAYS)
    manifest = folder / backups.MANIFEST
    manifest.write_text(
        "".join(line for line in manifest.read_text().splitlines(keepends=True) if first.name not in line)
        + '{"file": "letter.duckdb", "sha256": "x", "seq": 1, "seal": "y"}\n',
        encoding="ascii",
    )
    (folder / "letter.duckdb").write_text("Dear board", encoding="utf-8")
    second.write_bytes(second.read_bytes() + b"x")
    assert backups.prune(folder, Retention()) == backups.Pruned(removed=(third,), left=(second,))
    assert first.exists()
    assert (folder / "letter.duckdb").exists()


@pytest.mark.parametrize("wrong", ["gone", "altered", "not the one", "of another version"])
def test_nothing_is_removed_unless_the_newest_is_whole(
    wrong: str, store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, newest = files = at_times(store, folder, *DAYS)
    match wrong:
        case "gone":
            newest.unlink()
        case "altered":
            with duckdb.connect(str(newest)) as raw:
                raw.execute("UPDATE organisation SET name = 'x' WHERE version = 2")
            manifest = folder / backups.MANIFEST
            *lines, last = manifest.read_text().splitlines()
            note = {**json.loads(last), "sha256": hashlib.sha256(newest.read_bytes()).hexdigest()}
            manifest.write_text("\n".join([*lines, json.dumps(note)]) + "\n")
        case "not the one":
            newest.write_bytes(newest.read_bytes() + b"x")
        case "of another version":
            known = migrations.known()
            monkeypatch.setattr(migrations, "known", lambda: [*known, migrations.Migration(999, "0999_x", "SELECT 1")])
    with pytest.raises((StoreMissing, BrokenLedger, StoreUnusable)) as told:
        backups.prune(folder, Retention(daily=1))
    assert newest.name in str(told.value)
    assert all(file.exists() for file in files[:-1])
    assert backups.prune(folder, Retention(daily=9)) == backups.Pruned((), ())  # with nothing to remove, no proof


def test_each_store_in_a_folder_has_its_own_newest_backup(store: Address, folder: Path) -> None:
    files = at_times(store, folder, *DAYS[:2])
    other = Address(store.file.with_name("other.duckdb"))
    stores.init_store(other)
    newer = backups.back_up(other, folder).file
    assert backups.prune(folder, Retention()).removed == (files[0],)
    assert files[1].exists()
    assert newer.exists()


def test_a_folder_that_is_not_there_or_refuses_is_a_sentence(
    store: Address, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for use in (lambda: backups.prune(tmp_path / "no", Retention()), lambda: backups.drill(tmp_path / "no")):
        with pytest.raises(StoreUnusable, match="There is no folder"):
            use()
    at_times(store, folder, *DAYS[:2])

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StoreUnusable, match=r"Old backups cannot be deleted from .*: Operation not permitted\."):
        backups.prune(folder, Retention())


def test_a_list_that_somebody_wrote_in_names_no_backup_outside_the_folder_and_none_that_is_not_named_as_ours(
    store: Address, folder: Path, tmp_path: Path
) -> None:
    [newest] = at_times(store, folder, DAYS[3])
    outside = tmp_path / "tracker_2026-04-01T020000Z_seq3.duckdb"
    outside.write_bytes(b"x")
    whole = {"sha256": hashlib.sha256(b"x").hexdigest(), "seq": 3, "seal": "s"}
    for file in (f"../{outside.name}", str(outside), "x.duckdb", "tracker_2026-99-01T020000Z_seq3.duckdb", 7, None):
        backups._note(folder, {"file": file, **whole})
    backups._note(folder, {"file": "tracker_2026-04-01T020000Z_seq3.duckdb", **whole, "seq": "three"})
    backups._note(folder, {"file": "tracker_2026-04-01T020000Z_seq3.duckdb"})
    assert [noted.file for noted in backups.list_backups(folder)] == [newest]
    assert backups.prune(folder, Retention()) == backups.Pruned((), ())
    assert outside.exists()


def test_a_line_of_the_list_that_a_crash_tore_spoils_no_other(store: Address, folder: Path) -> None:
    first = backups.back_up(store, folder)
    manifest = folder / backups.MANIFEST
    manifest.write_text(manifest.read_text(encoding="ascii") + '{"file": "tracker_2026-04', encoding="ascii")
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("Fourth"))
    second = backups.back_up(store, folder)
    assert [noted.head for noted in backups.list_backups(folder)] == [first.head, second.head]


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
    with held_by_another_process(store, "reading"), pytest.raises(StoreBusy, match="Another program is using"):
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
    with pytest.raises(BrokenLedger, match=r"has changed since it was made: its hash differs .* Nothing was restored"):
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
    with pytest.raises(StoreUnusable, match=r"The backup cannot be put at .*: (File exists|Not a directory)\."):
        backups.restore(Address(tmp_path / "letter.txt" / "tracker.duckdb"), made.file)


def test_a_store_of_an_older_version_is_backed_up_as_it_is_and_restored_brought_up_to_this_one(
    address: Address, folder: Path
) -> None:
    known = migrations.known()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "known", lambda: known[:1])
        with Database.create(address) as db:
            migrations.apply_pending(db)
    address.anchor.create()
    made = backups.back_up(address, folder)
    assert made.head == Head(0, GENESIS)
    assert names(folder) == sorted(["backups.jsonl", made.file.name, f"{made.file.name}.heads"])
    with Database.open(Address(made.file), writable=False) as db:
        assert migrations.pending(db) == known[1:]

    before = made.file.read_bytes()
    at = Address(folder.parent / "new" / "tracker.duckdb")
    assert backups.restore(at, made.file).head == made.head
    assert stores.verify_store(at).faults == ()
    assert made.file.read_bytes() == before
    assert backups.drill(folder).faults == ()


# Trying


def left_behind() -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{files.WORKSHOP}*"))


def test_a_drill_restores_the_newest_backup_proves_it_and_leaves_nothing_behind(
    tmp_path: Path, loaded: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    users.add_user(
        loaded,
        actor_id=users.OPERATOR,
        account=users.Account(address="sec@dfe.example", name="Sec", role=Role.APPROVER),
    )
    snapshots.take_snapshot(loaded, actor_id="sec@dfe.example", name="first", as_at=dates.GREEN_PAPER)
    at = loaded.address
    loaded.close()
    made = backups.back_up(at, folder)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    drill = backups.drill(folder)
    assert (drill.faults, drill.snapshots, drill.demonstration) == ((), 1, False)
    assert (drill.backup.file, drill.backup.head) == (made.file, made.head)
    assert [step for step, seconds in drill.steps if seconds >= 0] == [
        "restored",
        "chain and anchor checked",
        "snapshots checked",
    ]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert left_behind() == []

    with duckdb.connect(str(made.file)) as raw:  # somebody who can also seal and note what they altered
        raw.execute("UPDATE snapshot SET digest = repeat('0', 64)")
    monkeypatch.setattr(stores, "prove", lambda *_, **__: stores.verify_store(at))
    monkeypatch.setattr(backups, "_refuse_other_than_noted", lambda *_: None)
    faults = backups.drill(folder).faults
    assert any("does not match its seal" in fault for fault in faults)
    assert any("The board of the snapshot first" in fault for fault in faults)
    assert left_behind() == []


@pytest.mark.parametrize("wrong", ["gone", "cut", "no anchor", "noted otherwise"])
def test_a_drill_of_a_backup_that_does_not_restore_says_why_and_leaves_nothing_behind(
    wrong: str, store: Address, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = backups.back_up(store, folder)
    match wrong:
        case "gone":
            made.file.unlink()
        case "cut":
            made.file.write_bytes(made.file.read_bytes()[:100_000])
        case "no anchor":
            Address(made.file).anchor.path.unlink()
        case "noted otherwise":
            manifest = folder / backups.MANIFEST
            manifest.write_text(manifest.read_text().replace('"seq": 3', '"seq": 4'))
    says = {
        "gone": "There is no backup at",
        "cut": "cannot be read",
        "no anchor": "is missing, so we cannot tell",
        "noted otherwise": "ends at change 3 .* but backups.jsonl lists change 4",
    }[wrong]
    [fault] = backups.drill(folder).faults
    assert re.search(says, fault)
    assert left_behind() == []


def test_a_drill_without_a_temporary_place_says_so(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.back_up(store, folder)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(StoreUnusable, match=r"There is no temporary folder to restore to: No such file .* Set TMPDIR"):
        backups.drill(folder)


def test_a_drill_where_no_backup_is_noted_says_so(folder: Path) -> None:
    with pytest.raises(StoreMissing, match=r"lists no backup\. Make one"):
        backups.drill(folder)
