"""What the page Administration says of the backups, and what the app says at its start, when the ledger differs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import streamlit as st

from tests.keeping import folder as folder  # noqa: PLC0414  a fixture that is shared
from tests.keeping import store as store  # noqa: PLC0414
from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger
from tracker.services import backups, stores
from tracker.ui import keeping, state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.store.database import Address


@pytest.fixture(autouse=True)
def app(store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The app's surroundings: its store, and the folder that its backups go to."""
    monkeypatch.setenv("TRACKER_STORE", str(store.file))
    monkeypatch.setenv("TRACKER_BACKUPS", str(folder))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def test_a_ledger_that_lacks_what_was_backed_up_is_a_warning_and_not_a_number_of_changes(
    store: Address, folder: Path
) -> None:
    old = [shutil.copy(path, path.with_suffix(".old")) for path in (store.file, store.anchor.path)]
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("Later"))
    backups.back_up(store, folder)
    with state.store():
        assert "since then nothing was recorded" in keeping._last(folder)
    for before, path in zip(old, (store.file, store.anchor.path), strict=True):
        shutil.copy(before, path)
    st.cache_resource.clear()
    with stores.open_store(store) as db, pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "store", lambda: db)
        told = keeping._last(folder)
    assert 'role="alert"' in told
    assert "The ledger was rolled back: it ends at change 3 " in told
    assert "since then" not in told
    with pytest.raises(BrokenLedger, match="The ledger was rolled back: it ends at change 3 "):
        state.store()
