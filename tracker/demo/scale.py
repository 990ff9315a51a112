"""Invented commitments in addition to the real plan, as many as a demonstration's size needs, and their returns.

A thousand versions are one commitment with ten milestones and their returns: round after round, one report for each
milestone, each programme's round one change.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.demo.deeds import INVENTED, SOURCE, Deed, drawn, records
from tracker.domain import nouns
from tracker.domain.dates import PublishedDate
from tracker.domain.progress import Report, Statement
from tracker.domain.ratings import Rating
from tracker.domain.words import (
    DEMONSTRATION,
    ChangeAction,
    CommitmentKind,
    MilestoneKind,
    MoveReason,
    OwnerRating,
    Precision,
    ReportedStatus,
    Role,
)
from tracker.services import progress, ratings, users

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from tracker.domain.ledger import Version
    from tracker.domain.nouns import Noun

_VERSIONS_A_COMMITMENT = 1_000
_MILESTONES_A_COMMITMENT = 10
_KEY_MILESTONES = 4
_PROGRAMMES = 10
_LONGEST_CHANGE = 5_000
_MINUTE = dt.timedelta(minutes=1)

FEWEST = 2 + _MILESTONES_A_COMMITMENT + 5
"""Versions of the smallest: one commitment with its rating and milestones, and who they belong to."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An invented milestone: when it was due, and when it is completed in this history."""

    id: str
    programme: int
    baseline_on: dt.date
    happens_on: dt.date


def grown(versions: int, *, seed: int, periods: Sequence[nouns.Period], day: dt.date) -> Iterator[Deed]:
    """Yield deeds that make so many versions, at least ``FEWEST``, in order of time; the last is the day before."""
    chance = drawn(seed, "scale")
    count = max(versions // _VERSIONS_A_COMMITMENT, 1)
    programmes = min(_PROGRAMMES, count)
    begins = dt.datetime.combine(periods[0].opens_on - dt.timedelta(days=1), dt.time(10))
    plan, steps = _plan(count, programmes, begins.date(), chance)
    for start in range(0, len(plan), _LONGEST_CHANGE):
        made = [(noun, begins.date()) for noun in plan[start : start + _LONGEST_CHANGE]]
        yield Deed(begins, users.OPERATOR, "add commitments", made)
    yield from _rounds(versions - len(plan) - count, steps, periods, day, chance)
    last = dt.datetime.combine(day - dt.timedelta(days=1), dt.time(20))
    for programme in range(programmes):
        rated = [_rating(n, periods[-1], last.date(), chance) for n in range(programme, count, programmes)]
        yield Deed(last + programme * _MINUTE, _contributor(programme), ChangeAction.RATE, records(rated))


def _rounds(
    versions: int, steps: Sequence[Step], periods: Sequence[nouns.Period], day: dt.date, chance: random.Random
) -> Iterator[Deed]:
    """Reports on every milestone again and again, evenly over the quarters, until there are so many."""
    rounds = -(-versions // len(steps))
    first = periods[0].opens_on
    life = (day - first).days
    for number in range(rounds):
        on = first + dt.timedelta(days=number * life // rounds)
        period = next((one for one in periods if one.opens_on <= on <= one.closes_on), None)
        due = steps[: versions - number * len(steps)]
        at = dt.datetime.combine(on, dt.time(7))
        for programme in range(max(step.programme for step in due) + 1):
            mine = [step for step in due if step.programme == programme]
            for start in range(0, len(mine), _LONGEST_CHANGE):
                reported = [report(step, on, chance, period) for step in mine[start : start + _LONGEST_CHANGE]]
                yield Deed(at + programme * _MINUTE, _contributor(programme), ChangeAction.REPORT, records(reported))


def _contributor(programme: int) -> str:
    return f"programme-{programme + 1}@demonstration.invalid"


def _plan(count: int, programmes: int, on: dt.date, chance: random.Random) -> tuple[list[Noun], list[Step]]:
    """Everything that is there from the first day: an organisation, programmes, their people, commitments, steps."""
    plan: list[Noun] = [nouns.Organisation(id=SOURCE, name="Demonstration organisation")]
    for n in range(programmes):
        plan += _programme(n)
    steps = []
    for n in range(count):
        commitment = _commitment(n, n % programmes)
        plan.append(commitment)
        for m in range(_MILESTONES_A_COMMITMENT):
            baseline_on = on + dt.timedelta(days=chance.randrange(30, 1_500))
            happens_on = baseline_on + dt.timedelta(days=chance.randrange(-30, 200))
            step = Step(
                id=f"{commitment.id}-M{m + 1}",
                programme=n % programmes,
                baseline_on=baseline_on,
                happens_on=max(happens_on, on),
            )
            steps.append(step)
            plan.append(_milestone(commitment.id, m, step))
    return plan, steps


def _programme(number: int) -> list[Noun]:
    programme_id, email = f"demonstration-{number + 1}", _contributor(number)
    return [
        nouns.Owner(
            id=f"demonstration-owner-{number + 1}", role=f"Demonstration owner {number + 1}", organisation_id=SOURCE
        ),
        nouns.Programme(
            id=programme_id,
            name=f"Demonstration programme {number + 1}",
            summary=f"{INVENTED} there is no such programme.",
            lead_organisation_id=SOURCE,
            owner_id=f"demonstration-owner-{number + 1}",
            flagship=False,
        ),
        nouns.User(
            id=email, name=f"Demonstration contributor, programme {number + 1}", role=Role.CONTRIBUTOR, active=True
        ),
        users.assigned(email, programme_id, "programme_id"),
    ]


def _id(number: int) -> str:
    return f"D{number + 1:05}"


def _commitment(number: int, programme: int) -> nouns.Commitment:
    return nouns.Commitment(
        id=_id(number),
        chapter=2 + number % 5,
        kind=CommitmentKind.POLICY,
        title=f"Demonstration commitment {number + 1:,}",
        statement=f"{INVENTED} no one promised this. It is as long as a real promise.",
        lead_organisation_id=SOURCE,
        programme_id=f"demonstration-{programme + 1}",
        measure="What could be counted if it were real.",
        note=DEMONSTRATION,
    )


def _milestone(commitment_id: str, number: int, step: Step) -> nouns.Milestone:
    return nouns.Milestone(
        id=step.id,
        commitment_id=commitment_id,
        title=f"Demonstration step {number + 1} of {commitment_id}",
        kind=MilestoneKind.COMMITMENT,
        key=number < _KEY_MILESTONES,
        promised_in=SOURCE,
        baseline=PublishedDate(step.baseline_on, Precision.DAY),
    )


def _rating(number: int, period: nouns.Period, on: dt.date, chance: random.Random) -> Version:
    rating = Rating(
        commitment_id=_id(number),
        base_version=0,  # numbered with the deed
        rating=chance.choice(list(OwnerRating)),
        rationale=f"{INVENTED} chosen by chance.",
    )
    return ratings.version(rating, valid_until=period.board_on, period_id=period.id, today=on)


def report(step: Step, on: dt.date, chance: random.Random, period: nouns.Period | None) -> Version:
    """The report of a day: completed, or a forecast that varies around the baseline, with the reason."""
    done = step.happens_on <= on
    slip = dt.timedelta(days=chance.randrange(60))
    reported = Report(
        milestone_id=step.id,
        base_version=0,  # numbered with the deed
        statement=Statement(
            status=ReportedStatus.COMPLETE if done else ReportedStatus.IN_PROGRESS,
            forecast=None if done else PublishedDate(max(step.baseline_on, on) + slip, Precision.DAY),
            actual=PublishedDate(step.happens_on, Precision.DAY) if done else None,
            reason=None if done else chance.choice(list(MoveReason)),
            reason_note=None if done else f"{INVENTED} chosen by chance.",
            narrative=f"{INVENTED} work continues. No decision is needed from the board this month.",
            evidence_id=SOURCE if done else None,
        ),
    )
    # Every round reports on a milestone again, also on one that happened: so each holds from its own day.
    [version] = progress.versions(reported, newest_on=on, period_id=period.id if period else None, today=on)
    return version
