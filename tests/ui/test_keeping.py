"""What the page Administration says of the backups, and what the app says at its start, when the ledger differs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.keeping import folder as folder  # noqa: PLC0414  a fixture that is shared
from tests.keeping import store as store  # noqa: PLC0414
from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger
from tracker.services import backups, stores
from tracker.ui import keeping, state

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.database import Address


def told(store: Address, folder: Path) -> str:
    """What the page says of the newest backup."""
    with stores.open_store(store) as db, pytest.MonkeyPatch.context() as patch:
        patch.setattr(state, "store", lambda: db)
        return keeping._last(folder)


def test_a_ledger_that_lacks_what_was_backed_up_is_a_warning_and_the_app_does_not_start(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_STORE", str(store.file))
    monkeypatch.setenv("TRACKER_BACKUPS", str(folder))
    old = [shutil.copy(path, path.with_suffix(".old")) for path in (store.file, store.anchor.path)]
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("Later"))
    backups.back_up(store, folder)
    assert "Since then: no changes" in told(store, folder)
    state._open().close()
    for before, path in zip(old, (store.file, store.anchor.path), strict=True):
        shutil.copy(before, path)
    warning = told(store, folder)
    assert 'role="alert"' in warning
    assert "The ledger was rolled back: it ends at change 3 " in warning
    assert "Since then" not in warning
    with pytest.raises(BrokenLedger, match="The ledger was rolled back: it ends at change 3 "):
        state._open()
