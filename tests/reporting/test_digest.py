"""The digest of a board: what it covers, what it does not depend on, and that its form is not changed unawares."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest

from tests.reporting.test_board import board, commitment, event, milestone, source
from tracker.domain.ledger import Head
from tracker.domain.lines import CommitmentLine, EventLine, FundingLine, MilestoneLine, ProgrammeLine, SourceLine
from tracker.domain.rules import Tolerances
from tracker.reporting.board import BoardView, Confidence, build_board
from tracker.reporting.digest import FORM, digest

AS_AT = dt.date(2024, 6, 30)


def shown(**other: Any) -> BoardView:
    parts: dict[str, Any] = {
        "commitments": [commitment("C1"), commitment("C2", owner_status=None)],
        "milestones": [milestone("C1-M1", baseline_on=AS_AT - dt.timedelta(days=9), status="Overdue", slip_days=9)],
        "events": [event("E1")],
        "sources": [source("news")],
    }
    return board(**{**parts, **other})


def test_the_form_of_the_digest_is_not_changed_unawares() -> None:
    """When this fails, an unaltered ledger no longer gives the digests of the snapshots taken of it: raise FORM."""
    assert (FORM, digest(shown())) == (1, "2ee5a302a1567ff156ed77dd0acef4003bd7ae903ba26d59c250b4e1843eea95")


def test_what_the_digest_covers_is_not_changed_unawares() -> None:
    """A field more, or less, of any line is another form of the digest: raise FORM, and say so here."""
    lines = (CommitmentLine, MilestoneLine, ProgrammeLine, FundingLine, EventLine, SourceLine, Confidence)
    names = [f"{line.__name__}.{field.name}" for line in lines for field in fields(line)]
    assert (FORM, len(names), sha256("\n".join(names).encode()).hexdigest()[:12]) == (1, 108, "6f9799dc755f")


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
    empty = build_board(
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
