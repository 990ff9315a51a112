"""The digest of a board: what it covers, what it does not depend on, and that a form never changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest

from tests.reporting.test_board import board, commitment, event, milestone, source
from tests.samples import board_view
from tracker.domain.ledger import Head
from tracker.domain.rules import Tolerances
from tracker.reporting.board import BoardView
from tracker.reporting.digest import FORMS, NEWEST_FORM, digest
from tracker.views.board import CommitmentLine

AS_AT = dt.date(2024, 6, 30)


def shown(**other: Any) -> BoardView:
    parts: dict[str, Any] = {
        "commitments": [commitment("C1"), commitment("C2", owner_status=None)],
        "milestones": [milestone("C1-M1", baseline_on=AS_AT - dt.timedelta(days=9), status="Overdue", slip_days=9)],
        "events": [event("E1")],
        "sources": [source("news")],
    }
    return board(**{**parts, **other})


def test_a_form_is_never_changed() -> None:
    """When this fails, the snapshots that were taken in a form cannot be proven any more: add the next form instead."""
    assert NEWEST_FORM == 1
    assert sha256(repr(FORMS[1]).encode()).hexdigest()[:12] == "d0e16a8d5a3d"
    assert digest(shown(), 1) == "2ee5a302a1567ff156ed77dd0acef4003bd7ae903ba26d59c250b4e1843eea95"


def test_a_field_that_is_only_shown_changes_no_digest() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wider(CommitmentLine):
        cost_code: str

    view = shown()
    wider = [Wider(**vars(line), cost_code="X1") for line in view.commitments]
    assert digest(replace(view, commitments=tuple(wider))) == digest(view)


@pytest.mark.parametrize(
    "other",
    [
        {"commitments": [commitment("C1")]},
        {"commitments": [commitment("C1"), commitment("C2", owner_status=None, title="Said otherwise")]},
        {"milestones": []},
        {"events": [event("E1", inferred=True)]},
        {"sources": []},
        {"rules": Tolerances(period_days=3)},
    ],
)
def test_boards_that_show_anything_else_have_another_digest(other: dict[str, Any]) -> None:
    assert digest(shown(**other)) != digest(shown())


def test_the_same_board_has_the_same_digest_wherever_the_ledger_ends() -> None:
    later = replace(shown(), head=Head(9, "f" * 64), known_at=dt.datetime.fromisoformat("2026-11-01T10:00"))
    assert digest(later) == digest(shown())


def test_a_board_of_another_day_or_of_demonstration_data_is_another_board() -> None:
    view = shown()
    for other in (replace(view, as_at=AS_AT + dt.timedelta(days=1)), replace(view, demonstration=True)):
        assert digest(other) != digest(view)


def test_a_board_with_nothing_on_it_has_a_digest() -> None:
    empty = board_view(
        as_at=AS_AT,
        known_at=None,
        head=Head(0, "0" * 64),
        rules=Tolerances(),
        demonstration=False,
        commitments=(),
        milestones=(),
        programmes=(),
        funding=(),
        events=(),
        sources=(),
    )
    assert len(digest(empty)) == 64
