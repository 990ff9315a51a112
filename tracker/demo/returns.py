"""Invented returns: what one owner's people report, rate and request in each period, and the decisions on it."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.demo.deeds import INVENTED, SECRETARIAT, Deed, instant, likely, records
from tracker.domain import dates, nouns
from tracker.domain.baselines import Asked, rebaselined
from tracker.domain.dates import PublishedDate
from tracker.domain.progress import Evidence, Report, Statement
from tracker.domain.ratings import Rating
from tracker.domain.rules import TOLERANCES
from tracker.domain.words import (
    CLOSED_OUTCOMES,
    DEMONSTRATION,
    ChangeAction,
    MoveReason,
    OverrideReason,
    OwnerRating,
    Precision,
    ReportedStatus,
    View,
)
from tracker.services import baselines, progress, ratings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.demo.plan import Office, Plan
    from tracker.domain.nouns import Noun


_LATE = 0.15
"""How many more have yet to report in the period that is open."""
_REQUESTS = 2
"""How many requests an owner makes for one milestone at most."""
_CONFIRMED = (
    "the team has confirmed the date. Nothing has changed since the last return.",
    "work is on plan. No decision is needed from the board.",
    "the next step is agreed with partners and the date has not changed.",
)
_LOOKED_AGAIN = "the team has looked at the date again."
_MOVED = {
    MoveReason.LEGISLATION: "the change needs parliamentary time that is not available this session.",
    MoveReason.MINISTERIAL: "we decided to do this after another piece of work.",
    MoveReason.CONSULTATION: "the consultation showed that a second draft is needed.",
    MoveReason.SPENDING: "the funding depends on a settlement that is not yet known.",
    MoveReason.LA_CAPACITY: "local teams have asked for another term to get ready.",
    MoveReason.PROCUREMENT: "the first procurement found no supplier and is being repeated.",
    MoveReason.DATA_IT: "the data collection it depends on starts later than planned.",
    MoveReason.OTHER_DEPARTMENT: "we depend on another department's work, which is late.",
    MoveReason.WORKFORCE: "posts were vacant for a quarter.",
    MoveReason.EVALUATION: "the team waits for the findings of an evaluation.",
    MoveReason.AHEAD: "a step took less time than planned.",
}
_SLIPS = tuple(reason for reason in _MOVED if reason is not MoveReason.AHEAD)
_RATIONALES = {
    OwnerRating.GREEN: "the dates are on track. Nothing is needed from the board.",
    OwnerRating.AMBER: "a date is at risk. The team has a plan.",
    OwnerRating.RED: "a date will be missed. We ask the board to look at it.",
}
_OVERRIDES = {
    OverrideReason.RECOVERY: "late, but recovery work is agreed and under way.",
    OverrideReason.REBASELINE: "late against a baseline that the team has asked to change.",
    OverrideReason.NOT_CRITICAL: "the late step does not affect whether the promise is kept.",
}


@dataclass
class _Step:
    """A milestone as its owner sees it while the history runs."""

    milestone: nouns.Milestone
    happens_on: dt.date
    hope: float
    """How much too early the first forecast is, as a share of the time until completion; negative is too late."""
    baseline: PublishedDate | None
    forecast: PublishedDate | None = None
    done: bool = False
    reported_on: dt.date = dt.date.min
    narrative: str | None = None
    requests: int = 0

    @property
    def due(self) -> PublishedDate | None:
        """The forecast."""
        return self.forecast or self.baseline


def _step(milestone: nouns.Milestone, completed: dt.date | None, on: dt.date, chance: random.Random) -> _Step:
    """Begin a milestone: completed as published, else when due, or some time later."""
    baseline = milestone.baseline
    if completed:
        happens_on, hope = completed, 0.0
    elif baseline and baseline.day > on and likely(chance, 0.5):
        happens_on, hope = baseline.day, 0.0
    else:
        happens_on, hope = (
            on + dt.timedelta(days=chance.randrange(150, 1_800)),
            chance.choice((-0.3, 0.0, 0.3, 0.5, 0.7)),
        )
    return _Step(milestone, happens_on, hope, baseline)


def reported_by(plan: Plan, office: Office, periods: Sequence[nouns.Period], chance: random.Random) -> Iterator[Deed]:
    """Everything that one owner's people do in all periods, and what is decided on their requests."""
    steps: dict[str, _Step] = {}
    for period in periods:
        open_ = [
            one
            for one in plan.true_on(nouns.Commitment, period.opens_on).values()
            if one.id in office.all_commitments and _open(plan, one.id, period.opens_on)
        ]
        for milestone in plan.true_on(nouns.Milestone, period.opens_on).values():
            if milestone.id not in steps and milestone.commitment_id in office.all_commitments:
                steps[milestone.id] = _step(milestone, plan.completed(milestone.id), period.opens_on, chance)
        for step in steps.values():  # what the record that was loaded today completes is not theirs to report
            completed = plan.completed(step.milestone.id)
            step.done = step.done or (completed is not None and completed <= period.opens_on)
        unfinished = _LATE if period is periods[-1] else 0.0
        if not likely(chance, office.skips + unfinished) and open_:
            yield from _returned(plan, office, period, open_, steps, chance)


def _open(plan: Plan, commitment_id: str, on: dt.date) -> bool:
    view = plan.true_on(nouns.Assessment, on).get(f"{commitment_id}/{View.EVIDENCE}")
    return view is None or view.rating not in CLOSED_OUTCOMES


def _returned(
    plan: Plan,
    office: Office,
    period: nouns.Period,
    commitments: Sequence[nouns.Commitment],
    steps: dict[str, _Step],
    chance: random.Random,
) -> Iterator[Deed]:
    """One owner's return of one period: reports, ratings, requests and confirmations."""
    by = office.people[0][0]
    at = instant(period.opens_on + dt.timedelta(days=chance.randrange(4, 23)), chance.randrange(9, 15), chance)
    on = at.date()
    ids = {one.id for one in commitments}
    mine = [step for step in steps.values() if step.milestone.commitment_id in ids]
    reported = [step for step in mine if not step.done and not _awaits_record(plan, step, on)]
    if reported:
        made = [record for step in reported for record in _records(step, _report(step, on, chance), period, on)]
        yield Deed(at, by, ChangeAction.REPORT, made)
    made = [
        record
        for one in commitments
        for record in _rating(one, [s for s in mine if s.milestone.commitment_id == one.id], period, on, chance)
    ]
    yield Deed(at + dt.timedelta(minutes=20), by, ChangeAction.RATE, made)
    moving = [step for step in reported if not step.done and plan.keeps(step.milestone.id)]
    for step in moving:
        if _wants_baseline(step, chance):
            yield from _requested(step, at + dt.timedelta(hours=1), by, chance)
    if moving and len(office.people) > 1 and likely(chance, 0.6):
        yield _again(chance.choice(moving), period, at, office.people[1][0], chance.choice(_SLIPS), chance)
    elif moving and likely(chance, 0.1):
        yield _again(chance.choice(moving), period, at, by, MoveReason.CORRECTION, chance)


def _awaits_record(plan: Plan, step: _Step, on: dt.date) -> bool:
    """Say whether the published record completes a step before its owner would report it."""
    completed = plan.completed(step.milestone.id)
    return completed is not None and completed <= on


def _records(step: _Step, report: Report, period: nouns.Period, on: dt.date) -> list[tuple[Noun, dt.date]]:
    return records(progress.versions(report, newest_on=step.reported_on, period_id=period.id, today=on))


def _report(step: _Step, on: dt.date, chance: random.Random) -> Report:
    """An owner's report of a milestone: completed; or the forecast, and why it changed."""
    if step.happens_on <= on:
        return _completion(step, chance)
    before, now = step.due, _forecast(step, on, chance)
    reason = None
    if before and before.day != now.day:
        reason = MoveReason.AHEAD if now.day < before.day else chance.choice(_SLIPS)
    step.forecast, step.reported_on = now, on
    step.narrative = f"{INVENTED} {_LOOKED_AGAIN if reason else chance.choice(_CONFIRMED)}"
    return _reported(step, reason, f"{INVENTED} {_MOVED[reason]}" if reason else None)


def _forecast(step: _Step, on: dt.date, chance: random.Random) -> PublishedDate:
    """When an owner expects a milestone now: never before next month, and closer to the truth as time goes by."""
    soonest = on + dt.timedelta(days=30)
    if step.forecast is None:
        if step.baseline and step.baseline.day >= soonest and (step.hope or step.baseline.day >= step.happens_on):
            return step.baseline
        ahead = (step.happens_on - on) * (1 - step.hope)
        return _dated(max(on + ahead, soonest), month=likely(chance, 0.5))
    if step.forecast.day > step.happens_on + dt.timedelta(days=60) and likely(chance, 0.4):
        return _dated(max(step.happens_on, soonest), month=step.forecast.precision is not Precision.DAY)
    if step.forecast.day >= soonest and (step.forecast.day >= step.happens_on or likely(chance, 0.6)):
        return step.forecast
    days = chance.randrange(10, 40) if likely(chance, 0.6) else chance.randrange(40, 150)
    later = max(step.forecast.day, soonest) + dt.timedelta(days=days)
    return _dated(max(min(later, step.happens_on), soonest), month=step.forecast.precision is not Precision.DAY)


def _dated(day: dt.date, *, month: bool) -> PublishedDate:
    return dates.parse_published_date(f"{day:%Y-%m}" if month else day.isoformat(), where="a forecast")


def _completion(step: _Step, chance: random.Random) -> Report:
    """A milestone completed since the last return, with or without evidence."""
    step.done, step.forecast = True, None
    step.narrative = f"{INVENTED} the step is complete."
    evidence = Evidence(publisher=DEMONSTRATION, title="An invented note that the step was completed")
    return replace(_reported(step), evidence=evidence if likely(chance, 0.7) else None)


def _reported(step: _Step, reason: MoveReason | None = None, note: str | None = None) -> Report:
    return Report(
        milestone_id=step.milestone.id,
        base_version=0,  # numbered with the deed
        statement=Statement(
            status=ReportedStatus.COMPLETE if step.done else ReportedStatus.IN_PROGRESS,
            forecast=step.forecast,
            actual=PublishedDate(step.happens_on, Precision.DAY) if step.done else None,
            reason=reason,
            reason_note=note,
            narrative=step.narrative,
        ),
    )


_CORRECTED = "the date was entered wrongly in the return."
_OTHERWISE = "the deputy gives a different date from the last return."


def _again(
    step: _Step, period: nouns.Period, at: dt.datetime, by: str, reason: MoveReason, chance: random.Random
) -> Deed:
    """Report another date within days of a return: to correct it, or because a deputy disagrees."""
    assert step.forecast  # noqa: S101  it was just reported as not complete
    again = instant(at.date() + dt.timedelta(days=chance.randrange(1, 3)), at.hour + 1, chance)
    other = step.forecast.day + dt.timedelta(days=chance.randrange(31, 90))
    step.forecast = _dated(other, month=step.forecast.precision is not Precision.DAY)
    step.reported_on = again.date()
    note = _CORRECTED if reason is MoveReason.CORRECTION else _OTHERWISE
    made = _records(step, _reported(step, reason, f"{INVENTED} {note}"), period, again.date())
    return Deed(again, by, ChangeAction.REPORT, made)


def _wants_baseline(step: _Step, chance: random.Random) -> bool:
    """Say whether an owner requests a baseline: a first one, or another when the date has slipped far behind it."""
    if step.requests >= _REQUESTS:
        return False
    if step.baseline is None:
        return likely(chance, 0.4)
    slip = step.forecast.day - step.baseline.day if step.forecast else dt.timedelta()
    return slip.days > 2 * TOLERANCES.amber_days and likely(chance, 0.3)


def _requested(step: _Step, at: dt.datetime, by: str, chance: random.Random) -> Iterator[Deed]:
    """A request for the forecast to become the baseline, and what the secretariat decides a week or so later."""
    assert step.forecast  # noqa: S101  only a date can be asked for
    first = step.baseline is None
    step.requests += 1
    asked = Asked(
        milestone_id=step.milestone.id,
        baseline=step.forecast,
        reason=MoveReason.SCOPE if first else chance.choice(_SLIPS),
        note=f"{INVENTED} "
        + ("no date was published. The team proposes this one." if first else "the current date cannot be met."),
    )
    request = baselines.requested(asked, request_id=f"{step.milestone.id}/{step.requests}", author_id=by)
    yield Deed(at, by, ChangeAction.REQUEST_BASELINE, [(request, at.date())])
    on = instant(at.date() + dt.timedelta(days=chance.randrange(5, 12)), 14, chance)
    approve = likely(chance, 0.7)
    note = f"{INVENTED} " + ("agreed" if approve else "the board keeps the original date")
    decision, action, reason = baselines.decided(request, approve=approve, by=SECRETARIAT, note=note)
    made: list[Noun] = [decision]
    if approve:
        step.baseline = step.forecast
        step.milestone = rebaselined(step.milestone, asked)
        made.append(step.milestone)
    yield Deed(on, SECRETARIAT, action, [(noun, on.date()) for noun in made], reason)


_RATINGS = (OwnerRating.GREEN, OwnerRating.AMBER, OwnerRating.RED)
"""From what worries least to what worries most."""


def _rating(
    commitment: nouns.Commitment, steps: Sequence[_Step], period: nouns.Period, on: dt.date, chance: random.Random
) -> list[tuple[Noun, dt.date]]:
    """An owner's rating of a commitment: usually the status from dates; sometimes better, with the reason for it."""
    from_dates = max((_worry(step, on) for step in steps), default=0)
    worry = from_dates
    if likely(chance, 0.2):
        worry = max(worry - 1, 0)
    elif likely(chance, 0.1):
        worry = min(worry + 1, 2)
    override = chance.choice(list(_OVERRIDES)) if worry < from_dates else None
    rating = Rating(
        commitment_id=commitment.id,
        base_version=0,  # numbered with the deed
        rating=_RATINGS[worry],
        rationale=f"{INVENTED} {_OVERRIDES[override] if override else _RATIONALES[_RATINGS[worry]]}",
        override_reason=override,
    )
    return records([ratings.version(rating, valid_until=period.board_on, period_id=period.id, today=on)])


def _worry(step: _Step, on: dt.date) -> int:
    """How worrying a milestone's dates are: 0 not, 1 as Amber, 2 as Red or overdue."""
    if step.done or step.due is None:
        return 0
    slip = (step.forecast.day - step.baseline.day).days if step.forecast and step.baseline else 0
    late = step.due.day < on or slip > TOLERANCES.amber_days
    if not step.milestone.key:
        return 1 if late else 0
    return 2 if late else 1 if slip > TOLERANCES.green_days else 0
