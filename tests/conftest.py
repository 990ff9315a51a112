"""What tests share: a store of their own on a real disk, and how hard Hypothesis tries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tracker.services import stores
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.database import Database

LONG = bool(os.environ.get("TRACKER_LONG_TESTS"))

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("short", derandomize=True, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.register_profile("long", max_examples=5_000, deadline=None, suppress_health_check=_SLOW_IS_FINE)
settings.load_profile("long" if LONG else "short")


@pytest.fixture
def address(tmp_path: Path) -> Address:
    """Where a test's store will be; nothing is there yet."""
    return Address(tmp_path / "tracker.duckdb")


@pytest.fixture
def db(address: Address) -> Iterator[Database]:
    """A fresh store, open for writing."""
    stores.init_store(address)
    with stores.open_store(address, writable=True) as database:
        yield database
