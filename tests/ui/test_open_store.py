"""The store that the server has open is its own: Streamlit's caches may be cleared, and it stays open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st

from tracker.domain.errors import StoreBusy
from tracker.store.database import Address
from tracker.ui import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator


class Opened:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def _nothing_open() -> Iterator[None]:
    open_store.close()
    yield
    open_store.close()


def test_a_store_is_opened_once_and_outlives_every_cache() -> None:
    at = Address(Path("one.duckdb"))
    first = open_store.get(at, Opened)  # type: ignore[arg-type]
    st.cache_resource.clear()
    st.cache_data.clear()
    assert open_store.get(at, lambda: pytest.fail("opened again")) is first
    assert not first.closed  # type: ignore[attr-defined]


def test_the_store_of_another_address_takes_its_place() -> None:
    one = open_store.get(Address(Path("one.duckdb")), Opened)  # type: ignore[arg-type]
    two = open_store.get(Address(Path("two.duckdb")), Opened)  # type: ignore[arg-type]
    assert (one.closed, two.closed) == (True, False)  # type: ignore[attr-defined]


def test_who_could_not_open_it_says_so_and_the_next_tries_again() -> None:
    at = Address(Path("one.duckdb"))

    def busy() -> Opened:
        raise StoreBusy("busy")

    with pytest.raises(StoreBusy):
        open_store.get(at, busy)  # type: ignore[arg-type]
    assert open_store.get(at, Opened)  # type: ignore[arg-type]
