"""What tests of keeping a store share: one with something in it, a folder, a process in the way, a log left behind."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_store
from tracker.domain.errors import StoreUnusable
from tracker.domain.nouns import Organisation
from tracker.services import stores
from tracker.store import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Address, Database

ROOT = Path(__file__).parents[1]
CHILD = [sys.executable, "-m", "tests.crash.child"]


@pytest.fixture
def store(three: Address, address: Address) -> Address:
    """A closed store with three changes."""
    return copy_store(three, address)


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
        newest = reading.latest(cursor, Organisation, "dfe")
    assert newest
    assert isinstance(newest.noun, Organisation)
    return newest.noun.name


@contextmanager
def without_anchor(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be written to the anchor."""

    def refuse(*_: object) -> None:
        raise StoreUnusable("The head anchor cannot be written.")

    with monkeypatch.context() as patch:
        patch.setattr(type(db.address.anchor), "_write", refuse)
        yield
