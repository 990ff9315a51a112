"""Who has confirmed and who has not in a reporting period: each contributor, and what is not assigned to anyone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.people import UserLine
from tracker.domain.progress import UpdateLine
from tracker.domain.ratings import RatingLine
from tracker.domain.text import counted
from tracker.domain.words import CLOSED_OUTCOMES, Role
from tracker.views.control import PeriodLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.policy import Actor


@dataclass(frozen=True, kw_only=True)
class ChaseLine:
    """What one contributor has done and has yet to do in a period: their milestones, and commitments not rated."""

    user_id: str
    address: str
    name: str
    confirmed: tuple[UpdateLine, ...]
    waiting: tuple[UpdateLine, ...]
    rated: tuple[RatingLine, ...]
    unrated: tuple[RatingLine, ...]

    @property
    def done(self) -> bool:
        """Say whether they have done everything."""
        return not self.waiting and not self.unrated


@dataclass(frozen=True, kw_only=True)
class ChaseView:
    """The chase list of a period as at a day; ``orphans`` and ``unrated_orphans`` are not assigned to anyone."""

    period: PeriodLine
    day: dt.date
    demonstration: bool
    people: tuple[ChaseLine, ...]
    orphans: tuple[UpdateLine, ...]
    unrated_orphans: tuple[RatingLine, ...]

    @property
    def done(self) -> int:
        """How many contributors have done everything."""
        return sum(1 for line in self.people if line.done)

    @property
    def summary(self) -> str:
        """Say how many have done everything: ``1 of 2 contributors has confirmed and rated everything``."""
        verb = "has" if self.done == 1 else "have"
        return f"{self.done} of {counted(len(self.people), 'contributor')} {verb} confirmed and rated everything"


def build_chase(
    period: PeriodLine,
    day: dt.date,
    *,
    demonstration: bool,
    people: Sequence[tuple[UserLine, Actor]],
    lines: Sequence[UpdateLine],
    ratings: Sequence[RatingLine],
) -> ChaseView:
    """Put the chase list together, those with most to do first.

    A milestone is to be confirmed until it is completed, and a commitment to be rated until it is closed.
    """
    asked_of = [both for both in people if both[1].active and both[1].role is Role.CONTRIBUTOR]
    active = [person for _, person in asked_of]
    asked = [line for line in lines if line.confirmed or not line.actual]
    rated = [line for line in ratings if line.confirmed or line.outcome not in CLOSED_OUTCOMES]
    chased = [_line(user.address, person, asked, rated) for user, person in asked_of]
    return ChaseView(
        period=period,
        day=day,
        demonstration=demonstration,
        people=tuple(sorted(chased, key=lambda one: (-len(one.waiting) - len(one.unrated), one.name.lower()))),
        orphans=tuple(line for line in asked if not line.confirmed and not _anybody(active, line)),
        unrated_orphans=tuple(line for line in rated if not line.confirmed and not _anybody(active, line)),
    )


def _line(address: str, person: Actor, asked: Sequence[UpdateLine], rated: Sequence[RatingLine]) -> ChaseLine:
    mine = [line for line in asked if person.holds(line.commitment_id, line.programme_id)]
    judged = [line for line in rated if person.holds(line.commitment_id, line.programme_id)]
    return ChaseLine(
        user_id=person.user_id,
        address=address,
        name=person.name,
        confirmed=tuple(line for line in mine if line.confirmed),
        waiting=tuple(line for line in mine if not line.confirmed),
        rated=tuple(line for line in judged if line.confirmed),
        unrated=tuple(line for line in judged if not line.confirmed),
    )


def _anybody(active: Sequence[Actor], line: UpdateLine | RatingLine) -> bool:
    return any(person.holds(line.commitment_id, line.programme_id) for person in active)
