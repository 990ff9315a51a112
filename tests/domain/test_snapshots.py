from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from tests.samples import one_of_each
from tracker.domain.errors import InvalidSnapshot
from tracker.domain.nouns import Snapshot
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.snapshots import STANDING, forward, read_rules, require_forward, require_name, written_rules
from tracker.domain.words import SnapshotState

FORWARD = {
    (SnapshotState.DRAFT, SnapshotState.FOR_BOARD),
    (SnapshotState.DRAFT, SnapshotState.APPROVED),
    (SnapshotState.FOR_BOARD, SnapshotState.APPROVED),
    (SnapshotState.APPROVED, SnapshotState.PUBLISHED),
    (SnapshotState.DRAFT, SnapshotState.WITHDRAWN),
    (SnapshotState.FOR_BOARD, SnapshotState.WITHDRAWN),
    (SnapshotState.APPROVED, SnapshotState.WITHDRAWN),
    (SnapshotState.PUBLISHED, SnapshotState.WITHDRAWN),
}


def snapshot(state: SnapshotState = SnapshotState.DRAFT) -> Snapshot:
    taken = one_of_each()["snapshot"]
    assert isinstance(taken, Snapshot)
    withdrawn = state is SnapshotState.WITHDRAWN
    return replace(
        taken,
        state=state,
        approved_by=taken.approved_by if state in STANDING or withdrawn else None,
        withdrawn_by=taken.withdrawn_by if withdrawn else None,
    )


@pytest.mark.parametrize("name", ["board", "2026-q3", "board-2026-09-30", "a" * 60])
def test_a_name_is_small_letters_digits_and_hyphens(name: str) -> None:
    assert require_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Board",
        "q3 2026",
        "2026-09-30",
        "20260930",
        "2026-W39-3",
        "-q3",
        "q3-",
        "a--b",
        "é",
        "../x",
        "a" * 61,
        "a\n",
    ],
)
def test_a_name_that_a_file_an_address_or_a_reader_might_take_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(InvalidSnapshot, match="cannot be a snapshot's name"):
        require_name(name)


@pytest.mark.parametrize(("held", "new"), list(product(SnapshotState, SnapshotState)))
def test_a_snapshot_goes_forward_and_never_back(held: SnapshotState, new: SnapshotState) -> None:
    if (held, new) in FORWARD:
        withdrawer = "chair@dfe.example" if new is SnapshotState.WITHDRAWN else None
        approver = "sec@dfe.example" if new in STANDING else None
        moved = forward(snapshot(held), new, approved_by=approver, withdrawn_by=withdrawer)
        assert (moved.state, moved.approved_by is not None) == (new, new in STANDING or held in STANDING)
        assert moved.withdrawn_by == withdrawer
    else:
        with pytest.raises(InvalidSnapshot, match=f"is {held} and cannot become {new}"):
            forward(snapshot(held), new, approved_by="sec@dfe.example")


@pytest.mark.parametrize(
    "field", ["id", "as_at", "known_seq", "known_seal", "digest", "rules", "taken_by", "period_id"]
)
def test_what_a_snapshot_shows_never_changes(field: str) -> None:
    held = snapshot()
    others: dict[str, Any] = {"as_at": dt.date(2024, 4, 1), "known_seq": 13}
    other: dict[str, Any] = {field: others.get(field, "other")}
    with pytest.raises(InvalidSnapshot, match=f"You cannot change the {field} of"):
        require_forward(held, replace(held, state=SnapshotState.FOR_BOARD, **other))


def test_an_approver_is_there_from_the_approval_and_stays() -> None:
    draft, approved = snapshot(), snapshot(SnapshotState.APPROVED)
    for held, new in (
        (draft, replace(draft, state=SnapshotState.FOR_BOARD, approved_by="sec@dfe.example")),
        (draft, replace(draft, state=SnapshotState.APPROVED)),
        (approved, replace(approved, state=SnapshotState.PUBLISHED, approved_by="other@dfe.example")),
    ):
        with pytest.raises(InvalidSnapshot, match="who approved the snapshot"):
            require_forward(held, new)
    for held, new in (
        (draft, replace(draft, state=SnapshotState.WITHDRAWN)),
        (draft, replace(draft, state=SnapshotState.FOR_BOARD, withdrawn_by="sec@dfe.example")),
    ):
        with pytest.raises(InvalidSnapshot, match="Only a withdrawn snapshot has a person who withdrew it"):
            require_forward(held, new)


def test_a_note_is_added_to_and_not_changed() -> None:
    held = replace(snapshot(), note="Before the election.")
    assert forward(held, SnapshotState.FOR_BOARD, note="Put off.").note == "Before the election.\nPut off."
    assert forward(replace(held, note=None), SnapshotState.FOR_BOARD).note is None
    with pytest.raises(InvalidSnapshot, match="add to it"):
        require_forward(held, replace(held, state=SnapshotState.FOR_BOARD, note="After it."))


def test_tolerances_are_read_as_they_were_written_with_the_form_of_the_digest() -> None:
    rules = Tolerances(green_days=3, amber_days=14)
    assert read_rules(written_rules(rules, 7)) == (rules, 7)
    assert read_rules('{"amber_days":14,"board_form":1}') == (Tolerances(amber_days=14), 1)
    assert written_rules(TOLERANCES, 1) == (
        '{"amber_days":30,"board_form":1,"green_days":7,"period_days":90,"stale_days":35}'
    )


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"board_form":"x"}', '{"amber_days":null,"board_form":1}'])
def test_tolerances_that_no_snapshot_was_taken_with_are_told(text: str) -> None:
    with pytest.raises(InvalidSnapshot, match="cannot be read"):
        read_rules(text)
