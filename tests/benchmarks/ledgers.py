"""Generated ledgers of any size: the same versions for the same seed, in the shape of a board that has run for years.

A thousand versions are one commitment with two assessments, ten milestones, and the returns on them: round after
round, one version a milestone, each round one change. Everything goes through ``ledger.record``, so the chain is true.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tracker.domain import nouns
from tracker.domain.dates import GREEN_PAPER
from tracker.domain.ledger import Version
from tracker.domain.words import (
    OUTCOME_SCALE,
    THREE_POINT_SCALE,
    CommitmentKind,
    MilestoneKind,
    MoneyStage,
    MoveReason,
    Outcome,
    OwnerRating,
    Precision,
    Reporter,
    SourceKind,
    View,
)
from tracker.services import stores
from tracker.store import ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.domain.nouns import Noun
    from tracker.store.database import Address

ACTOR = "benchmark"
DAYS = 1_500
"""How many days since the Green Paper the returns are spread over: to May 2026."""

_FEWEST_COMMITMENTS = 55
_VERSIONS_A_COMMITMENT = 1_000
_MILESTONES_A_COMMITMENT = 10
_KEY_MILESTONES = 4
_PROGRAMMES = 10
_OWNERS = 20
_LONGEST_CHANGE = 5_000
_NARRATIVES = (
    "Recruitment to the partnership is complete and the first returns are in.",
    "The local authority has asked for more time to agree its inclusion plan with schools.",
    "Guidance is drafted; the consultation response decides when it can be published.",
    "Work follows the plan; no decision is asked of the board this month.",
)


def build(address: Address, versions: int, *, seed: int = 2022, say: Callable[[str], None]) -> None:
    """Make a store at ``address`` with a ledger of ``versions`` versions."""
    stores.init_store(address)
    said = every = max(versions // 5, 1)
    done = 0
    with stores.open_store(address, writable=True) as db:
        for action, batch in _changes(versions, random.Random(seed)):
            ledger.record(db, actor=ACTOR, action=action, versions=batch)
            done += len(batch)
            if done >= said and done < versions:
                say(f"  {done:,} of {versions:,} versions recorded")
                said += every


def returns(ids: list[str], number: int, on: dt.date) -> list[Version]:
    """Return one report on each of ``ids``, version ``number`` of each."""
    chance = random.Random(number)
    return [_return(_Step(milestone_id, GREEN_PAPER, on), number, on, chance) for milestone_id in ids]


@dataclass(frozen=True)
class _Step:
    """A milestone as its returns need it: when it was due, and when it is met in this history."""

    id: str
    baseline_on: dt.date
    met_on: dt.date


def _changes(total: int, chance: random.Random) -> Iterator[tuple[str, list[Version]]]:
    count = max(total // _VERSIONS_A_COMMITMENT, _FEWEST_COMMITMENTS)
    plan, steps = _plan(count, chance)
    if len(plan) > total:
        raise ValueError(f"a generated ledger has at least {len(plan)} versions, not {total}")
    yield "plan load", [Version(noun=noun, version=1, effective_on=GREEN_PAPER) for noun in plan]
    left = total - len(plan)
    rounds = -(-left // len(steps))
    for number in range(1, rounds + 1):
        opens = GREEN_PAPER + dt.timedelta(days=(number - 1) * DAYS // rounds)
        length = max(DAYS // rounds, 1)
        due = steps[: left - (number - 1) * len(steps)]
        for start in range(0, len(due), _LONGEST_CHANGE):
            yield (
                "returns",
                [
                    _return(step, number, opens + dt.timedelta(days=chance.randrange(length)), chance)
                    for step in due[start : start + _LONGEST_CHANGE]
                ],
            )


def _plan(count: int, chance: random.Random) -> tuple[list[Noun], list[_Step]]:
    """What stood from the first day: organisations, owners, programmes, commitments and their milestones."""
    document = nouns.Source(
        id="plan",
        kind=SourceKind.DOCUMENT,
        publisher="Demonstration",
        title="A generated plan",
        published_on=GREEN_PAPER,
        published_precision=Precision.DAY,
    )
    plan: list[Noun] = [document, nouns.Organisation(id="department", name="The department")]
    plan += [
        nouns.Owner(id=f"owner-{n:02}", role=f"Director {n}", organisation_id="department") for n in range(_OWNERS)
    ]
    for n in range(_PROGRAMMES):
        plan += _programme(f"programme-{n}", n)
    steps: list[_Step] = []
    for n in range(count):
        plan += _commitment(f"gen-{n:05}", n, chance)
        for m in range(_MILESTONES_A_COMMITMENT):
            baseline_on = GREEN_PAPER + dt.timedelta(days=chance.randrange(100, 3_000))
            steps.append(
                _Step(f"gen-{n:05}-m{m}", baseline_on, baseline_on + dt.timedelta(days=chance.randrange(-30, 200)))
            )
            plan.append(_milestone(f"gen-{n:05}", m, steps[-1]))
    return plan, steps


def _programme(programme_id: str, number: int) -> list[Noun]:
    return [
        nouns.Programme(
            id=programme_id,
            name=f"Programme {number}",
            summary="Generated for measuring.",
            lead_organisation_id="department",
            owner_id=f"owner-{number:02}",
            flagship=number < 4,  # as many as the real plan has
        ),
        nouns.Funding(
            id=f"{programme_id}-committed",
            programme_id=programme_id,
            stage=MoneyStage.COMMITTED,
            amount_gbp=Decimal(1_000_000 * (number + 1)),
            source_id="plan",
        ),
    ]


def _commitment(commitment_id: str, number: int, chance: random.Random) -> list[Noun]:
    def view(whose: View, rating: str, scale: str) -> nouns.Assessment:
        return nouns.Assessment(
            id=f"{commitment_id}/{whose}",
            commitment_id=commitment_id,
            view=whose,
            rating=rating,
            scale=scale,
            rationale="Generated for measuring.",
            evidence_id="plan",
            valid_until=GREEN_PAPER + dt.timedelta(days=2 * DAYS) if whose is View.OWNER else None,
        )

    return [
        nouns.Commitment(
            id=commitment_id,
            chapter=1 + number % 6,
            kind=CommitmentKind.POLICY,
            title=f"Commitment {number} of a generated plan",
            statement="A promise of about the length that one is stated in, so that a row weighs what a row weighs.",
            lead_organisation_id="department",
            owner_id=f"owner-{number % _OWNERS:02}" if number % 2 else None,
            programme_id=f"programme-{number % _PROGRAMMES}",
            measure="What can be counted when it is kept.",
        ),
        view(View.OWNER, chance.choice(list(OwnerRating)), THREE_POINT_SCALE),
        view(View.EVIDENCE, chance.choice(list(Outcome)), OUTCOME_SCALE),
    ]


def _milestone(commitment_id: str, number: int, step: _Step) -> nouns.Milestone:
    return nouns.Milestone(
        id=step.id,
        commitment_id=commitment_id,
        title=f"Step {number} of a generated commitment",
        kind=MilestoneKind.COMMITMENT,
        key=number < _KEY_MILESTONES,
        promised_in="plan",
        baseline_on=step.baseline_on,
        baseline_precision=Precision.DAY,
    )


def _return(step: _Step, number: int, on: dt.date, chance: random.Random) -> Version:
    """What was reported on a day: met, or a forecast that wanders about the baseline and says why when it moved."""
    met = step.met_on <= on
    slip = dt.timedelta(days=chance.randrange(-10, 60))
    progress = nouns.Progress(
        id=step.id,
        reporter=Reporter.OWNER,
        forecast_on=None if met else max(step.baseline_on, on) + slip,
        forecast_precision=None if met else Precision.DAY,
        actual_on=step.met_on if met else None,
        actual_precision=Precision.DAY if met else None,
        reason=chance.choice(list(MoveReason)) if slip.days > 0 and not met else None,
        narrative=chance.choice(_NARRATIVES),
        evidence_id="plan" if met else None,
    )
    return Version(noun=progress, version=number, effective_on=on)
