"""The words are said once and agree with one another."""

from __future__ import annotations

from enum import StrEnum

import pytest

from tracker.domain import words
from tracker.domain.rules import TOLERANCES, Tolerances

_SCALES = [kind for kind in vars(words).values() if isinstance(kind, type) and issubclass(kind, StrEnum)]


@pytest.mark.parametrize("scale", [scale for scale in _SCALES if scale is not StrEnum])
def test_no_two_members_of_a_scale_share_a_word(scale: type[StrEnum]) -> None:
    values = [member.value for member in scale.__members__.values()]
    assert len(values) == len(set(values)) > 0


def test_every_status_has_one_place_in_the_order_of_severity() -> None:
    assert sorted(words.STATUS_SEVERITY) == sorted(words.MilestoneStatus)
    assert words.STATUS_SEVERITY[0] is words.MilestoneStatus.OVERDUE
    assert words.STATUS_SEVERITY[-1] is words.MilestoneStatus.COMPLETE


def test_not_reported_is_no_rating_and_closed_outcomes_are_outcomes() -> None:
    assert words.NOT_REPORTED not in set(words.OwnerRating)
    assert set(words.DELIVERED_OUTCOMES) < set(words.CLOSED_OUTCOMES) < set(words.Outcome)


def test_there_is_a_title_for_each_of_the_green_papers_six_chapters() -> None:
    assert list(words.CHAPTERS) == [1, 2, 3, 4, 5, 6]


def test_the_tolerances_go_to_sql_whole_with_the_severity_worst_first() -> None:
    assert Tolerances(green_days=1).as_parameter() == {
        "green_days": 1,
        "amber_days": TOLERANCES.amber_days,
        "stale_days": TOLERANCES.stale_days,
        "period_days": TOLERANCES.period_days,
        "severity": ["Overdue", "Red", "Amber", "Stale", "Not dated", "Green", "Complete, late", "Complete"],
    }
