"""The head anchor as a file: only ever added to, and its faults told by name."""

from __future__ import annotations

import resource
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.samples import instant
from tracker.domain.errors import StoreUnusable
from tracker.domain.ledger import GENESIS, Change, Head
from tracker.store.anchor import Anchor

if TYPE_CHECKING:
    from pathlib import Path


_CHANGE = Change(
    seq=1,
    recorded_at=instant("2026-11-24T10:00:00"),
    actor="A. Tester",
    action="edit",
    reason=None,
    request_id="one",
    previous_seal=GENESIS,
    seal="a" * 64,
)


def test_a_change_is_added_to_an_anchor_only_after_the_change_before_it(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "store.heads")
    anchor.create()
    for other in (replace(_CHANGE, seq=2), replace(_CHANGE, previous_seal="b" * 64)):
        with pytest.raises(StoreUnusable, match=r"store\.heads ends at change 0, not at change .* was not added to it"):
            anchor.append(other)
    anchor.append(_CHANGE)
    with pytest.raises(StoreUnusable, match=r"ends at change 1, not at change 0 of this ledger"):
        anchor.append(_CHANGE)
    assert anchor.heads() == [Head(0, GENESIS), Head(1, "a" * 64)]


@pytest.mark.parametrize("last", [0, 8, 9, 10, 99, 100, 1_000])
def test_whether_an_anchor_lacks_a_line_shows_in_its_length(last: int, tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "store.heads")
    anchor.prepare((Head(seq, "a" * 64), instant("2026-11-24T10:00:00")) for seq in range(1, last + 1))
    anchor.put()
    assert anchor.is_complete(Head(last, "a" * 64))
    assert not anchor.is_complete(Head(last + 1, "a" * 64))
    lines = anchor.path.read_text(encoding="ascii").splitlines(keepends=True)
    anchor.path.write_text("".join([*lines[:-1], lines[-1], lines[-1][:20]]), encoding="ascii")
    assert anchor.is_complete(Head(last, "a" * 64))  # part of a line, as a crash leaves it
    anchor.path.write_text("".join([*lines[:1], *lines[2:]]) if last else "", encoding="ascii")
    assert not anchor.is_complete(Head(last, "a" * 64))
    anchor.path.unlink()
    with pytest.raises(StoreUnusable, match=r"store\.heads cannot be read: No such file or directory"):
        anchor.is_complete(Head(last, "a" * 64))


def test_a_full_disk_that_holds_the_anchor_is_told_by_name(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "full.heads")
    anchor.create()
    before = anchor.heads()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (anchor.path.stat().st_size, hard))
    try:
        with pytest.raises(StoreUnusable, match=r"The disk that holds the head anchor .*full\.heads is full"):
            anchor.append(_CHANGE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert anchor.heads() == before


def test_an_anchor_that_cannot_be_written_for_another_reason_is_told_with_it(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "no such folder" / "store.heads")
    with pytest.raises(StoreUnusable, match=r"store\.heads\S* cannot be written: No such file or directory"):
        anchor.prepare([(Head(1, "a" * 64), instant("2026-11-24T10:00:00"))])
