"""A log beside the store that a disk damaged is refused in a sentence, or nothing that was saved is missing."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

from tests.conftest import LONG, copy_store
from tests.keeping import leave_a_log
from tests.keeping import store as store  # noqa: PLC0414  a fixture that is shared
from tracker.domain.errors import TrackerError
from tracker.services import stores
from tracker.store import carrying
from tracker.store.database import Address

if TYPE_CHECKING:
    from pathlib import Path


def exported(store: Address) -> list[str] | None:
    """All that can be read of a store; None when it is refused in a sentence. Anything else fails the test."""
    try:
        with stores.open_store(store) as db:
            return list(carrying.export(db))
    except TrackerError:
        return None


def test_one_bit_flipped_anywhere_in_the_log_is_refused_in_a_sentence_or_loses_nothing(
    store: Address, tmp_path: Path
) -> None:
    leave_a_log(store)
    log = store.wal.read_bytes()
    (tmp_path / "copy").mkdir()
    copy = Address(tmp_path / "copy" / "tracker.duckdb")
    copy_store(store, copy)
    shutil.copyfile(store.wal, copy.wal)
    truth = exported(copy)
    assert truth
    chance = random.Random(812)
    refused = 0
    for place in [*range(24), *chance.sample(range(len(log)), 400 if LONG else 24)]:
        copy_store(store, copy)
        flipped = bytearray(log)
        flipped[place] ^= 1 << chance.randrange(8)
        copy.wal.write_bytes(flipped)
        found = exported(copy)
        assert found in (truth, None), place
        refused += found is None
    assert refused > 20
