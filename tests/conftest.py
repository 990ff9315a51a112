"""What tests share: a store of their own on a real disk, and how hard Hypothesis tries."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.samples import organisation, save
from tracker.services import stores
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database

LONG = bool(os.environ.get("TRACKER_LONG_TESTS"))

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("short", derandomize=True, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile("long" if LONG else "short")


UNMEASURED = {"browser", "crash", "exchange", "security", "ui"}
"""Rooms whose tests ask of nothing that coverage is measured of: to measure them would only make them slower."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests of some rooms out of what coverage measures."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] in UNMEASURED:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture
def address(tmp_path: Path) -> Address:
    """Where a test's store will be; nothing is there yet."""
    return Address(tmp_path / "tracker.duckdb")


def copy_store(store: Address, to: Address) -> Address:
    """Copy a closed store and its anchor, which is quicker than making it again, and return where it is."""
    shutil.copyfile(store.file, to.file)
    shutil.copyfile(store.anchor.path, to.anchor.path)
    return to


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """An empty store, closed, for copying."""
    empty = Address(tmp_path_factory.mktemp("made") / "tracker.duckdb")
    stores.init_store(empty)
    return empty


@pytest.fixture
def db(made: Address, address: Address) -> Iterator[Database]:
    """A fresh store, open for writing."""
    with stores.open_store(copy_store(made, address), writable=True) as database:
        yield database


@pytest.fixture(scope="module")
def shared(made: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A store that the tests of a module share: they ask only, or do not mind what the others recorded."""
    folder = tmp_path_factory.mktemp("shared")
    with stores.open_store(copy_store(made, Address(folder / "tracker.duckdb")), writable=True) as database:
        yield database


@pytest.fixture(scope="session")
def three(made: Address, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A store with three changes, closed, for copying."""
    filled = copy_store(made, Address(tmp_path_factory.mktemp("three") / "tracker.duckdb"))
    with stores.open_store(filled, writable=True) as database:
        for name in ("First", "Second", "Third"):
            save(database, organisation(name))
    return filled
