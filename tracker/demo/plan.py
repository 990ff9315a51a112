"""The plan for an invented history: its statements up to a day, and its owners."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from tracker.domain import nouns
from tracker.domain.dates import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.nouns import Noun
    from tracker.exchange.plans import Planned


_SILENT = 2
"""Owners who never report."""
_IRREGULAR = 4
"""Owners who leave periods out."""
_DEPUTIES = 3
"""Owners with a deputy who sometimes reports other dates in the same period."""


class Plan:
    """The statements of the plan, up to a day."""

    def __init__(self, statements: Sequence[Planned], day: dt.date) -> None:
        by_id: dict[type[Noun], dict[str, list[tuple[dt.date, Noun]]]] = defaultdict(lambda: defaultdict(list))
        for one in sorted(statements, key=attrgetter("effective_on")):
            if one.effective_on < day:
                by_id[type(one.noun)][one.noun.id].append((one.effective_on, one.noun))
        self._statements = by_id

    def true_on(self, kind: type[Noun], on: dt.date) -> dict[str, Any]:
        """Return what was true on a day, by id."""
        return {
            noun_id: versions[-1][1]
            for noun_id, every in self._statements[kind].items()
            if (versions := [version for version in every if version[0] <= on])
        }

    def completed(self, milestone_id: str) -> dt.date | None:
        """Return the day on which the published record completes a milestone, if it does."""
        newest = self.true_on(nouns.Progress, dt.date.max).get(milestone_id)
        return day_of(newest.statement.actual) if newest else None

    def keeps(self, milestone_id: str) -> bool:
        """Say whether the plan states a milestone once, so that only requests change its baseline."""
        return len(self._statements[nouns.Milestone][milestone_id]) == 1


@dataclass(frozen=True, kw_only=True)
class Office:
    """An owner of the plan: who reports for them, what they own, and how regularly they report."""

    owner_id: str
    people: tuple[tuple[str, str], ...]
    programmes: tuple[str, ...]
    commitments: tuple[str, ...]
    all_commitments: tuple[str, ...]
    skips: float
    """How likely it is that a period passes without their report; 1: they never do."""


def offices_of(plan: Plan, chance: random.Random) -> list[Office]:
    """Return every owner of a commitment: some never report, some skip periods, some have a deputy."""
    everything = plan.true_on(nouns.Commitment, dt.date.max)
    programmes = plan.true_on(nouns.Programme, dt.date.max)
    owned: dict[str, list[str]] = defaultdict(list)
    for commitment in everything.values():
        owned[commitment.owner_id or programmes[commitment.programme_id].owner_id].append(commitment.id)
    order = sorted(owned)
    chance.shuffle(order)
    order.sort(key=lambda owner_id: any(one.owner_id == owner_id for one in programmes.values()))  # they come last
    offices = []
    for place, owner_id in enumerate(order):
        role = plan.true_on(nouns.Owner, dt.date.max)[owner_id].role
        what = role.rpartition(", ")[2]
        name = re.sub("[^a-z0-9]+", "-", what.lower())
        people = [(f"{name}@demonstration.invalid", f"Demonstration contributor, {what}")]
        if place >= len(order) - _DEPUTIES:
            people.append((f"deputy-{name}@demonstration.invalid", f"Demonstration deputy, {what}"))
        offices.append(
            Office(
                owner_id=owner_id,
                people=tuple(people),
                programmes=tuple(sorted(one.id for one in programmes.values() if one.owner_id == owner_id)),
                commitments=tuple(sorted(one for one in owned[owner_id] if everything[one].owner_id == owner_id)),
                all_commitments=tuple(sorted(owned[owner_id])),
                skips=1.0 if place < _SILENT else 0.4 if place < _SILENT + _IRREGULAR else 0.05,
            )
        )
    return sorted(offices, key=attrgetter("owner_id"))
