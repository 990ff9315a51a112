"""Backups on the command line: made, pruned, tried and restored."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker.store import files

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine
    from tests.exchange.conftest import PlanFolder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for backups."""
    made = tmp_path / "backups"
    made.mkdir()
    return made


def test_a_backup_is_restored_and_the_store_it_replaces_is_kept(
    tracker: CommandLine, plan: PlanFolder, folder: Path
) -> None:
    tracker.begin()
    then = tracker.run("board", "--as-at", "2024-01-01", "--format", "json").out
    backup = tracker.run("backup", str(folder))
    assert (backup.status, backup.err) == (0, "")
    [copy] = folder.glob("*.duckdb")
    assert re.fullmatch(rf"Wrote and checked {re.escape(str(copy))} \(change 1, seal [0-9a-f]{{12}}\)\.\n", backup.out)

    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    restored = tracker.run("restore", str(copy))
    assert (restored.status, restored.err) == (0, "")
    first, second = restored.out.splitlines()
    assert re.fullmatch(rf"Restored {re.escape(str(tracker.store))} to change 1 \(seal [0-9a-f]{{12}}\)\.", first)
    kept = Path(second.removeprefix("The old store is kept as ").removesuffix("."))
    assert kept.exists()
    assert tracker.run("board", "--as-at", "2024-01-01", "--format", "json").out == then
    assert tracker.run("verify").status == 0
    assert tracker.run("plan", "load", *tracker.folders).out.splitlines()[-1].startswith("Recorded change 2: 1 edited.")


def test_a_backup_is_restored_where_there_is_no_store(tracker: CommandLine, tmp_path: Path) -> None:
    tracker.begin()
    tracker.run("backup", str(tmp_path))
    [copy] = tmp_path.glob("tracker_*.duckdb")
    tracker.store.unlink()
    tracker.store.with_name("tracker.duckdb.heads").unlink()
    restored = tracker.run("restore", str(copy))
    assert len(restored.out.splitlines()) == 1
    assert tracker.run("verify").status == 0


def test_a_backup_into_no_folder_and_a_restore_of_no_file_are_one_sentence(
    tracker: CommandLine, tmp_path: Path
) -> None:
    tracker.begin()
    ran = tracker.run("backup", str(tmp_path / "nowhere"))
    assert (ran.status, len(ran.err.splitlines())) == (1, 1)
    assert f"There is no folder {tmp_path / 'nowhere'}" in ran.err
    ran = tracker.run("restore", str(tmp_path / "nothing.duckdb"))
    assert (ran.status, ran.err) == (1, f"There is no backup at {tmp_path / 'nothing.duckdb'}.\n")
    assert tracker.run("verify").status == 0


def test_old_backups_are_removed_when_that_is_asked_for_and_told_one_a_line(
    tracker: CommandLine, plan: PlanFolder, folder: Path
) -> None:
    tracker.begin()
    tracker.run("backup", str(folder))
    [first] = folder.glob("*.duckdb")
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    ran = tracker.run("backup", str(folder), "--keep-daily", "1")
    assert (ran.status, ran.err) == (0, "")
    [second] = folder.glob("*.duckdb")
    assert ran.out.splitlines()[0].startswith(f"Wrote and checked {second} (change 2, ")
    assert ran.out.splitlines()[1:] == [f"Deleted {first}."]
    ran = tracker.run("backup", "prune", str(folder), "--keep-daily", "0")
    assert (ran.status, ran.out, ran.err) == (0, "No backup was deleted.\n", "")
    assert second.exists()


def test_a_drill_prints_its_timings_and_ends_with_1_and_a_sentence_when_the_backup_does_not_restore(
    tracker: CommandLine, folder: Path
) -> None:
    tracker.begin()
    tracker.run("backup", str(folder))
    [copy] = folder.glob("*.duckdb")
    ran = tracker.run("backup", "drill", str(folder))
    assert (ran.status, ran.err) == (0, "")
    first, *steps, last = ran.out.splitlines()
    assert re.fullmatch(rf"{re.escape(str(copy))}, made \d+ [A-Z][a-z]+ \d{{4}} at \d\d:\d\d UTC, change 1:", first)
    assert [re.sub(r" +\d+\.\d\d s", "", step).strip() for step in steps] == [
        "restored",
        "chain and anchor checked",
        "snapshots checked",
    ]
    assert last == (
        "The backup restores. Its chain, its anchor and 0 snapshots are whole. The temporary copy was deleted."
    )
    copy.write_bytes(copy.read_bytes() + b"x")
    ran = tracker.run("backup", "drill", str(folder))
    assert ran.status == 1
    assert ran.err.startswith(f"{copy} has changed since it was made")
    assert "restores" not in ran.out


def test_what_a_prune_leaves_because_it_is_not_what_was_noted_is_said(
    tracker: CommandLine, plan: PlanFolder, folder: Path
) -> None:
    tracker.begin()
    tracker.run("backup", str(folder))
    [first] = folder.glob("*.duckdb")
    first.write_bytes(first.read_bytes() + b"x")
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    ran = tracker.run("backup", str(folder), "--keep-monthly", "1")
    assert ran.out.splitlines()[1:] == [
        f"Kept {first}: it has changed since it was listed.",
        "No backup was deleted.",
    ]


def test_a_ledger_that_was_rolled_back_is_refused_until_somebody_says_that_it_is_on_purpose(
    tracker: CommandLine, plan: PlanFolder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.begin()
    tracker.run("backup", str(folder))
    [old] = folder.glob("*.duckdb")
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    tracker.run("backup", str(folder))
    monkeypatch.setenv("TRACKER_BACKUPS", str(folder))
    assert f"{folder}: the ledger has all 2 seals in it, up to change 2 (" in tracker.run("verify").out

    shutil.copyfile(old, tracker.store)
    shutil.copyfile(f"{old}.heads", f"{tracker.store}.heads")
    for command in (
        ("backup", str(folder)),
        ("backup", "prune", str(folder), "--keep-daily", "1"),
        ("backup", "drill", str(folder)),
        ("init", *tracker.folders),
        ("verify",),
        ("verify", "--against", str(folder)),
    ):
        ran = tracker.run(*command)
        assert ran.status == 1, command
        assert "The ledger was rolled back: it ends at change 1 " in ran.err, command
        assert "Change 2 is missing." in ran.err, command
        assert "is whole" not in ran.out, command
    assert len(list(folder.glob("*.duckdb"))) == 2

    for wrong in ((), ("--reason", " "), ("--reason", "x", "--keep-daily", "1")):
        assert tracker.run("backup", "accept", str(folder), *wrong).status == 2
    accepted = tracker.run("backup", "accept", str(folder), "--reason", "Change 2 was a mistake.")
    assert accepted.status == 0
    assert accepted.out.startswith("The ledger was rolled back: it ends at change 1 ")
    assert accepted.out.splitlines()[1] == (
        f"Noted in {folder / 'backups.jsonl'} that this is on purpose: Change 2 was a mistake."
    )
    assert tracker.run("backup", str(folder)).status == 0
    assert tracker.run("verify").status == 0


def test_a_restore_says_what_it_gives_up_and_which_list_could_not_be_told(
    tracker: CommandLine, plan: PlanFolder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.begin()
    tracker.run("backup", str(folder))
    [old] = folder.glob("*.duckdb")
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    tracker.run("backup", str(folder))
    add_line = files.add_line

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "add_line", refuse)
    ran = tracker.run("restore", str(old))
    assert ran.status == 0
    assert ran.err.startswith(
        f"The list in {folder} cannot be written. When it can be, run `python -m tracker backup accept {folder}"
    )
    monkeypatch.setattr(files, "add_line", add_line)
    ran = tracker.run("restore", str(old))
    assert ran.out.splitlines()[-1].startswith("The ledger was rolled back: it ends at change 1 ")
    assert ran.out.endswith("The list of backups now notes that this is on purpose.\n")
