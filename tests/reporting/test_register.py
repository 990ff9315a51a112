"""The register of commitments: what is on the page is found however it is typed."""

from __future__ import annotations

import pytest

from tests.reporting.test_board import commitment, milestone
from tracker.reporting.register import Filter, matching

LINES = [
    commitment("C2-01", title="Schools' budgets", statement="£300 million more, and a co-ordinated café."),
    commitment("C5-05", title="Targets by 2030", statement="£2.6bn of capital.", amount_wording="£2.6bn"),
]
MILESTONES = [milestone("C5-05-M2", commitment_id="C5-05", title="The white paper is published")]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("schools' budgets", ["C2-01"]),
        ("schools\u2019 budgets", ["C2-01"]),
        ("SCHOOLS BUDGETS", ["C2-01"]),
        ("school\u00ads\u00a0budgets", ["C2-01"]),
        ("cafe", ["C2-01"]),
        ("co\u2011ordinated", ["C2-01"]),
        ("C2\u201101", ["C2-01"]),
        ("c2\u201301", ["C2-01"]),
        ("C5-05-M2", ["C5-05"]),
        ("white paper", ["C5-05"]),
        ("£300m", ["C2-01"]),
        ("£300 million", ["C2-01"]),
        ("300m", ["C2-01"]),
        ("£300mn", ["C2-01"]),
        ("million", ["C2-01"]),
        ("£2.6 billion", ["C5-05"]),
        ("2.6bn", ["C5-05"]),
        ("  ", ["C2-01", "C5-05"]),
        ("\u200b", ["C2-01", "C5-05"]),
        ("£400m", []),
        ("white budgets", []),
    ],
)
def test_what_is_on_the_page_is_found_however_it_is_typed(typed: str, found: list[str]) -> None:
    assert [line.commitment_id for line in matching(LINES, Filter(text=typed), MILESTONES)] == found
