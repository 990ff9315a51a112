"""An owner's delivery confidence beside the status from dates, and the rules for ratings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.errors import Fault
from tracker.domain.words import MilestoneStatus, OverrideReason, OwnerRating

if TYPE_CHECKING:
    from collections.abc import Iterator


_CONCERN: dict[str, int] = {
    MilestoneStatus.OVERDUE: 2,
    MilestoneStatus.RED: 2,
    OwnerRating.RED: 2,
    MilestoneStatus.AMBER: 1,
    OwnerRating.AMBER: 1,
}
"""How bad a status from dates, or a rating, is. Stale or missing dates count for nothing."""


@dataclass(frozen=True, kw_only=True)
class RatingLine:
    """A commitment as its owner rates it: the last rating, and the version to rate against (0: none yet).

    ``stands`` says that the rating has not expired; ``confirmed`` that it was given for the given reporting period, or
    without one that it has not expired.
    """

    commitment_id: str
    title: str
    programme_id: str | None
    computed_status: str
    outcome: str | None
    rating: str | None
    rationale: str | None
    override_reason: str | None
    rated_on: dt.date | None
    valid_until: dt.date | None
    stands: bool
    confirmed: bool
    base_version: int


@dataclass(frozen=True, kw_only=True)
class Rating:
    """An owner's rating of a commitment; ``base_version`` is the version that they saw (0: none)."""

    commitment_id: str
    base_version: int
    rating: str
    rationale: str
    override_reason: str | None = None


def better_than_dates(rating: str | None, computed_status: str) -> bool:
    """Say whether a rating is better than the status from dates: a difference that the board must see."""
    return bool(rating) and _CONCERN.get(computed_status, 0) > _CONCERN.get(rating or "", 0)


def faults(line: RatingLine, rating: Rating) -> Iterator[Fault]:
    """Give every fault of a rating, by the fields of ``Rating``."""
    for field, sentence in _faults(line, rating):
        yield Fault(field, sentence, about=line.commitment_id)


def _faults(line: RatingLine, rating: Rating) -> Iterator[tuple[str, str]]:
    if not rating.rationale.strip():
        yield "rationale", "enter a rationale."
    if rating.rating not in list(OwnerRating):
        yield "rating", f'"{rating.rating}" is not a rating. Choose one of: {", ".join(OwnerRating)}.'
        return
    better = better_than_dates(rating.rating, line.computed_status)
    if rating.override_reason and rating.override_reason not in list(OverrideReason):
        yield (
            "override_reason",
            f'"{rating.override_reason}" is not a reason to rate better than the dates. Choose one of: '
            f"{', '.join(OverrideReason)}.",
        )
    elif better and not rating.override_reason:
        yield (
            "override_reason",
            f"{rating.rating} is better than the dates suggest ({line.computed_status}). Choose the reason.",
        )
    elif rating.override_reason and not better:
        yield (
            "override_reason",
            f"{rating.rating} is not better than the dates suggest ({line.computed_status}). Remove the reason for "
            "rating better.",
        )
