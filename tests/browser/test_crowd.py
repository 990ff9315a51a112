"""Many people at once on the real server: everybody's saves are kept, each once, and readers see whole pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks import crowd
from tests.browser.conftest import ROOT, served
from tests.conftest import LONG, copy_store
from tracker.services import plans, stores

if TYPE_CHECKING:
    from tracker.store.database import Address

_EDITORS, _SAVES_EACH = 20, 50 if LONG else 1
_READERS = 50 if LONG else 5


@pytest.mark.browser
def test_twenty_who_edit_at_once_lose_no_save_that_was_acknowledged_and_make_none_twice(
    made: Address, address: Address
) -> None:
    store = copy_store(made, address)
    with stores.open_store(store, writable=True) as db:
        plans.load_plans(db, ROOT / "plans", ROOT / "data", actor="test")
    editors = crowd.hire(store, _EDITORS)
    with served(store.file) as app:
        saved, _ = crowd.edit(app, editors, _SAVES_EACH)
        crowd.read(app, _READERS)
    assert len(saved) == _EDITORS * _SAVES_EACH
    with stores.open_store(store) as db:
        assert crowd.missing_or_double(db, editors, saved) == []
    assert stores.verify_store(store).faults == ()
