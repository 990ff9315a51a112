"""Files are whole or not there, and what was left is cleared by whoever comes next."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.keeping import names
from tracker.store import files


def made(place: Path, *named: str) -> list[str]:
    for name in named:
        (place / name).write_text(f"new {name}", encoding="utf-8")
    return list(named)


def put(folder: Path, *named: str, **more: Any) -> None:
    with files.workshop(folder) as place:
        files.put_together(place, made(place, *named), **{"aside": {}, **more})


class NoLocks:
    """A system whose locks answer with an error."""

    LOCK_EX = LOCK_NB = 0

    def __init__(self, number: int) -> None:
        self.number = number

    def flock(self, *_: object) -> None:
        raise OSError(self.number, os.strerror(self.number))


# Workshops


def test_a_workshop_is_gone_when_the_work_ends_well_or_badly(tmp_path: Path) -> None:
    with files.workshop(tmp_path) as place:
        made(place, "a")
    with pytest.raises(ZeroDivisionError), files.workshop(tmp_path):
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_what_a_killed_process_left_is_cleared_by_the_next_and_what_a_living_one_makes_is_not(tmp_path: Path) -> None:
    dead = tmp_path / f"{files.WORKSHOP}dead"
    dead.mkdir()
    made(dead, "half")
    (tmp_path / "store.new-17").write_text("of an older version", encoding="utf-8")
    (tmp_path / "store.new-17.link").symlink_to(tmp_path / "store.new-17")
    emptied = tmp_path / files.MOVING
    emptied.mkdir()
    made(emptied, "what is left of one that was put in its place")
    with files.workshop(tmp_path) as living:
        assert names(tmp_path) == sorted([living.name, "store.new-17", "store.new-17.link"])
        with files.workshop(tmp_path, older=r"store\.new-\d+(\..+)?"):
            assert living.is_dir()
    assert names(tmp_path) == ["store.new-17.link"]


def test_where_the_system_has_no_locks_nothing_is_cleared_and_files_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = tmp_path / f"{files.WORKSHOP}dead"
    dead.mkdir()
    for locks in (None, NoLocks(errno.ENOLCK)):
        monkeypatch.setattr(files, "fcntl", locks)
        file = tmp_path / f"letter {locks is None}"
        files.write_new(file, b"Dear board")
        assert file.read_bytes() == b"Dear board"
    assert dead.is_dir()


def test_a_lock_that_fails_otherwise_is_an_error_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "fcntl", NoLocks(errno.EIO))
    with pytest.raises(OSError, match="Input/output error"):
        files.write_new(tmp_path / "letter", b"Dear board")


def test_a_folder_that_another_keeps_locked_is_waited_for_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_WAIT_SECONDS", 0.05)
    with files._alone(tmp_path), pytest.raises(BlockingIOError):
        files.write_new(tmp_path / "letter", b"Dear board")
    files.write_new(tmp_path / "letter", b"Dear board")


def test_a_folder_that_cannot_be_listed_is_left_as_it_is(tmp_path: Path) -> None:
    files.clear(tmp_path / "nowhere")


# One file


def test_a_new_file_takes_nobodys_place(tmp_path: Path) -> None:
    files.write_new(tmp_path / "letter", b"first")
    with pytest.raises(FileExistsError):
        files.write_new(tmp_path / "letter", b"second")
    assert ((tmp_path / "letter").read_bytes(), names(tmp_path)) == (b"first", ["letter"])


@pytest.mark.parametrize("what", ["pipe", "device", "folder", "nothing", "link to nothing"])
def test_only_a_file_is_read(what: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    match what:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "link to nothing":
            path.symlink_to(tmp_path / "nothing")
    says = {"folder": "Is a directory", "pipe": "is a pipe or a device", "device": "is a pipe or a device"}
    with pytest.raises(OSError, match=says.get(what, "No such file")):
        files.open_regular(path)


# Several files at one stroke


def test_files_that_replace_others_move_them_aside_or_remove_them_and_add_their_line_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old a", encoding="utf-8")
    (tmp_path / "b").write_text("old b", encoding="utf-8")
    put(tmp_path, "a", "b", aside={"a": "a.old", "b": None, "c": "c.old"}, line=("list", "a and b"))
    assert names(tmp_path) == ["a", "a.old", "b", "list"]
    assert (tmp_path / "a").read_text(encoding="utf-8") == "new a"
    assert (tmp_path / "a.old").read_text(encoding="utf-8") == "old a"
    assert (tmp_path / "b").read_text(encoding="utf-8") == "new b"
    (tmp_path / "list").write_text("a and b\ntorn", encoding="utf-8")
    put(tmp_path, line=("list", "c"))
    put(tmp_path, line=("list", "a and b"))
    assert (tmp_path / "list").read_text(encoding="utf-8") == "a and b\ntorn\nc\n"


def test_nothing_is_put_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("old", encoding="utf-8")
    with pytest.raises(FileExistsError):
        put(tmp_path, "a", "b")
    assert names(tmp_path) == ["b"]
    with pytest.raises(FileExistsError):
        put(tmp_path, "c", aside={"b": "b", "c": None})
    assert files.moving(tmp_path)


@pytest.mark.parametrize("step", range(1, 12))
def test_whatever_call_the_disk_refuses_the_next_to_come_carries_it_through_or_finds_all_as_it_was(
    step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each sync of a folder or a file in turn: before the move is decided nothing has changed, after it all is."""
    (tmp_path / "a").write_text("old", encoding="utf-8")
    syncs = iter(range(1, 100))
    sync = files.sync

    def refuse_once(path: Path) -> None:
        if next(syncs) == step:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(path)

    monkeypatch.setattr(files, "sync", refuse_once)
    try:
        put(tmp_path, "a", "b", aside={"a": "a.old"}, line=("list", "a and b"))
    except OSError as error:
        assert error.errno == errno.EIO  # noqa: PT017  the last steps are not refused
    decided = files.moving(tmp_path) or (tmp_path / "a.old").exists()
    files.settle(tmp_path)
    files.settle(tmp_path)
    assert names(tmp_path) == (["a", "a.old", "b", "list"] if decided else ["a"])
    assert (tmp_path / "a").read_text(encoding="utf-8") == ("new a" if decided else "old")
    if decided:
        assert (tmp_path / "list").read_text(encoding="utf-8") == "a and b\n"


def test_what_a_plan_says_is_all_in_a_file_that_a_person_can_read(tmp_path: Path) -> None:
    with files.workshop(tmp_path) as place:
        (tmp_path / files.MOVING).mkdir()
        files.put_together(place, made(place, "a"), aside={"a": None})
    assert not (tmp_path / files.MOVING).exists()
    moving = tmp_path / files.MOVING
    moving.mkdir()
    plan = {"put": ["a"], "aside": {"a": "a.old"}, "line": None, "told": []}
    (moving / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    made(moving, "a")
    files.settle(tmp_path)
    assert names(tmp_path) == ["a", "a.old"]
    assert not re.search("plan", " ".join(names(tmp_path)))


def test_what_is_left_of_a_move_that_was_carried_through_is_cleared_by_the_next_to_come(tmp_path: Path) -> None:
    (tmp_path / files.MOVING).mkdir()
    files.settle(tmp_path)
    assert names(tmp_path) == []


def test_a_move_is_carried_through_to_a_list_elsewhere_though_both_folders_were_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, lists = tmp_path / "before" / "deep" / "store", tmp_path / "before" / "lists"
    for folder in (store, lists):
        folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(store)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(OSError, match="Input/output error"):
            put(tmp_path / "link", "a", elsewhere=[(lists / "list", "a was put")])
    (tmp_path / "before").rename(tmp_path / "after")
    files.settle(tmp_path / "after" / "deep" / "store")
    assert names(tmp_path / "after" / "deep" / "store") == ["a"]
    assert (tmp_path / "after" / "lists" / "list").read_text(encoding="utf-8") == "a was put\n"
