"""An invented history of returns on the real plan: eight quarters of reports, slips and decisions by invented roles.

Everything is drawn from a seed: the same plan, seed and day give the same acts. The plan keeps its own sources and is
loaded as its record was published; every sentence and every name that is made up here says that it is.
"""

from __future__ import annotations

import calendar
import datetime as dt
import random
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from tracker.domain import dates, nouns
from tracker.domain.baselines import Asked, rebaselined
from tracker.domain.dates import PublishedDate, day_of, in_words
from tracker.domain.ledger import Act, Version
from tracker.domain.progress import Statement
from tracker.domain.rules import TOLERANCES
from tracker.domain.words import (
    CLOSED_OUTCOMES,
    DEMONSTRATION,
    THREE_POINT_SCALE,
    ChangeAction,
    MoveReason,
    OverrideReason,
    OwnerRating,
    PeriodState,
    Precision,
    ReportedStatus,
    Reporter,
    RequestState,
    Role,
    SourceKind,
    View,
)
from tracker.services import users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.domain.nouns import Noun
    from tracker.exchange.plans import Planned


QUARTERS = 8
_QUARTER = dt.timedelta(days=91)
_BEFORE = dt.timedelta(days=30)
"""From the day on which the store begins to the first reporting period."""

EARLIEST_DAY = dates.GREEN_PAPER + QUARTERS * _QUARTER + 2 * _BEFORE

SOURCE = "demonstration"
_ADMINISTRATOR = "administrator@demonstration.invalid"
SECRETARIAT = "secretariat@demonstration.invalid"
DEPUTY_SECRETARIAT = "deputy-secretariat@demonstration.invalid"
_PEOPLE = (
    (_ADMINISTRATOR, "Demonstration administrator", Role.ADMINISTRATOR),
    (SECRETARIAT, "Demonstration secretariat", Role.APPROVER),
    (DEPUTY_SECRETARIAT, "Demonstration deputy secretariat", Role.APPROVER),
    ("board-member@demonstration.invalid", "Demonstration board member", Role.VIEWER),
)

_SILENT = 2
"""Owners who never report."""
_IRREGULAR = 4
"""Owners who leave periods out."""
_LATE = 0.15
"""How many more have yet to report in the period that is open."""
_DEPUTIES = 3
"""Owners with a deputy who sometimes reports something else in the same period."""

_REQUESTS = 2
"""How often an owner asks for a baseline of one milestone at most."""

INVENTED = "Invented for training:"

_CONFIRMED = (
    "the team confirms the date; nothing has changed since the last return.",
    "work follows the plan, and no decision is asked of the board.",
    "the next step is agreed with partners and the date stands.",
)
_LOOKED_AGAIN = "the team has looked at the date again."
_MOVED = {
    MoveReason.LEGISLATION: "the change needs time in Parliament that is not to be had this session.",
    MoveReason.MINISTERIAL: "a decision was taken to do this after another piece of work.",
    MoveReason.CONSULTATION: "what people said in the consultation asks for a second draft.",
    MoveReason.SPENDING: "the money depends on a settlement that is not known yet.",
    MoveReason.LA_CAPACITY: "local teams have asked for another term to get ready.",
    MoveReason.PROCUREMENT: "the first round found no supplier and is run again.",
    MoveReason.DATA_IT: "the data collection it depends on starts later than planned.",
    MoveReason.OTHER_DEPARTMENT: "another department's part of the work comes first and is late.",
    MoveReason.WORKFORCE: "posts stayed empty for a quarter.",
    MoveReason.EVALUATION: "the team waits for the findings of an evaluation.",
    MoveReason.AHEAD: "a step took less time than was allowed for it.",
}
_SLIPS = tuple(reason for reason in _MOVED if reason is not MoveReason.AHEAD)
_RATIONALES = {
    OwnerRating.GREEN: "the dates hold and nothing is asked of the board.",
    OwnerRating.AMBER: "a date is at risk; the team knows what to do about it.",
    OwnerRating.RED: "a date is lost and the board is asked to look at it.",
}
_OVERRIDES = {
    OverrideReason.RECOVERY: "late, but the team has agreed how to catch up and has begun.",
    OverrideReason.REBASELINE: "late against a date that the team has asked to be changed.",
    OverrideReason.NOT_CRITICAL: "the step that is late does not decide whether the promise is kept.",
}


@dataclass(frozen=True)
class Deed:
    """What somebody does at an instant: records to be numbered once every deed is in its place.

    What is ``said`` may be a question to be asked when all deeds before it are recorded.
    """

    at: dt.datetime
    actor: str
    action: str
    said: Sequence[tuple[Noun, dt.date]] | Callable[[], Sequence[tuple[Noun, dt.date]]]
    reason: str | None = None

    @property
    def records(self) -> int:
        """How many records it makes; a question is answered by one."""
        return 1 if callable(self.said) else len(self.said)


def acts(deeds: Iterable[Deed]) -> Iterator[Act]:
    """Number the records of deeds that come in order of time, and keep any two of them apart by a second at least."""
    numbers: dict[tuple[type[Noun], str], int] = defaultdict(int)
    at = None
    for deed in deeds:
        at = max(deed.at, at + dt.timedelta(seconds=1)) if at else deed.at
        versions = []
        for noun, on in deed.said() if callable(deed.said) else deed.said:
            numbers[type(noun), noun.id] += 1
            versions.append(Version(noun=noun, version=numbers[type(noun), noun.id], effective_on=on))
        yield Act(recorded_at=at, actor=deed.actor, action=deed.action, reason=deed.reason, versions=versions)


def returns(statements: Sequence[Planned], *, seed: int, periods: Sequence[nouns.Period], day: dt.date) -> list[Deed]:
    """Return all deeds of the invented history that ends the day before ``day``, in order of time."""
    begins = periods[0].opens_on - _BEFORE
    loads = [begins, *(period.opens_on for period in periods)]
    plan = _Plan(statements, day)
    offices = _offices(plan, drawn(seed, "offices"))
    deeds = [
        *_beginning(begins, seed, day),
        *_loads(statements, loads),
        *_registered(begins, offices),
        *_kept(periods),
    ]
    for office in offices:
        deeds += _reported(plan, office, periods, drawn(seed, office.owner_id))
    return sorted((deed for deed in deeds if deed.at.date() < day), key=attrgetter("at"))


def drawn(seed: int, what: str) -> random.Random:
    """Return the chances of one part of the history, which do not depend on any other part."""
    return random.Random(f"{seed}/{what}")  # noqa: S311  nothing here is a secret


def _likely(chance: random.Random, share: float) -> bool:
    return chance.random() < share


# The calendar


def reporting_periods(day: dt.date) -> list[nouns.Period]:
    """Return the quarters' reporting periods, the last of them open on ``day``; boards meet on Tuesdays."""
    last = day + dt.timedelta(days=7 + (1 - day.weekday()) % 7)
    boards = [last - back * _QUARTER for back in reversed(range(QUARTERS))]
    return [
        nouns.Period(
            id=f"board-{board}",
            name=f"Returns for the board of {in_words(board)}",
            opens_on=board - dt.timedelta(days=33),
            closes_on=board - dt.timedelta(days=5),
            board_on=board,
            state=PeriodState.OPEN,
        )
        for board in boards
    ]


def instant(day: dt.date, hour: int, chance: random.Random | None = None) -> dt.datetime:
    """An instant in an hour (UTC) of a day, or of the Monday after it when that is at a weekend."""
    if day.weekday() > calendar.FRIDAY:
        day += dt.timedelta(days=7 - day.weekday())
    seconds = chance.randrange(3600) if chance else 0
    return dt.datetime.combine(day, dt.time(hour)) + dt.timedelta(seconds=seconds)


# The store, its people and its periods


def _beginning(begins: dt.date, seed: int, day: dt.date) -> Iterator[Deed]:
    source = nouns.Source(
        id=SOURCE,
        kind=SourceKind.EVIDENCE,
        publisher=DEMONSTRATION,
        title="An invented history of returns, for training",
        note="Nobody said or published any of it.",
    )
    reason = f"Made for training: seed {seed}, ending on {in_words(day)}"
    yield Deed(instant(begins, 8), users.OPERATOR, DEMONSTRATION, [(source, dates.GREEN_PAPER)], reason)


def _loads(statements: Sequence[Planned], days: Sequence[dt.date]) -> Iterator[Deed]:
    """Load the plan as its record was published: at the beginning, and what came since when each period opens."""
    since = dt.date.min
    for day in days:
        new = sorted(
            ((one.noun, one.effective_on) for one in statements if since < one.effective_on <= day),
            key=lambda said: (type(said[0]).__name__, said[0].id, said[1]),
        )
        if new:
            yield Deed(instant(day, 8) + dt.timedelta(minutes=10), users.OPERATOR, ChangeAction.PLAN_LOAD, new)
        since = day


def _registered(begins: dt.date, offices: Sequence[_Office]) -> Iterator[Deed]:
    at = instant(begins, 9)
    for email, name, role in _PEOPLE:
        actor = users.OPERATOR if email == _ADMINISTRATOR else _ADMINISTRATOR
        person = nouns.User(id=email, name=name, role=role, active=True)
        yield Deed(at, actor, ChangeAction.ADD_USER, [(person, begins)])
    for office in offices:
        for email, name in office.people:
            person = nouns.User(id=email, name=name, role=Role.CONTRIBUTOR, active=True)
            given: list[Noun] = [
                *(_assignment(email, one, programme_id=one) for one in office.programmes),
                *(_assignment(email, one, commitment_id=one) for one in office.commitments),
            ]
            yield Deed(at, _ADMINISTRATOR, ChangeAction.ADD_USER, [(noun, begins) for noun in (*given, person)])


def _assignment(email: str, what: str, **given: str) -> nouns.Assignment:
    return nouns.Assignment(id=f"{email}/{what}", user_id=email, active=True, **given)


def _kept(periods: Sequence[nouns.Period]) -> Iterator[Deed]:
    for period in periods:
        opened = instant(period.opens_on, 8) + dt.timedelta(minutes=30)
        yield Deed(opened, SECRETARIAT, ChangeAction.OPEN_PERIOD, [(period, opened.date())])
        closed = instant(period.closes_on + dt.timedelta(days=1), 16)
        yield Deed(
            closed, SECRETARIAT, ChangeAction.CLOSE_PERIOD, [(replace(period, state=PeriodState.CLOSED), closed.date())]
        )


# The plan, and who answers for what


class _Plan:
    """What the plan says, as far as its record goes up to a day."""

    def __init__(self, statements: Sequence[Planned], day: dt.date) -> None:
        said: dict[type[Noun], dict[str, list[tuple[dt.date, Noun]]]] = defaultdict(lambda: defaultdict(list))
        for one in sorted(statements, key=attrgetter("effective_on")):
            if one.effective_on < day:
                said[type(one.noun)][one.noun.id].append((one.effective_on, one.noun))
        self._said = said

    def held(self, kind: type[Noun], on: dt.date) -> dict[str, Any]:
        """Return what held on a day, by id."""
        return {
            noun_id: versions[-1][1]
            for noun_id, every in self._said[kind].items()
            if (versions := [version for version in every if version[0] <= on])
        }

    def completed(self, milestone_id: str) -> dt.date | None:
        """Return the day on which the published record completes a milestone, if it does."""
        newest = self.held(nouns.Progress, dt.date.max).get(milestone_id)
        return day_of(newest.statement.actual) if newest else None

    def keeps(self, milestone_id: str) -> bool:
        """Say whether the plan states a milestone once, so that a change of its baseline is nobody else's."""
        return len(self._said[nouns.Milestone][milestone_id]) == 1


@dataclass(frozen=True, kw_only=True)
class _Office:
    """An owner of the plan: who reports for them, what is theirs, and how they keep their periods."""

    owner_id: str
    people: tuple[tuple[str, str], ...]
    programmes: tuple[str, ...]
    commitments: tuple[str, ...]
    all_commitments: tuple[str, ...]
    skips: float
    """How likely it is that a period passes without their report; 1: they never do."""


def _offices(plan: _Plan, chance: random.Random) -> list[_Office]:
    """Return every owner of a commitment: some are silent, some irregular, some owners of a programme have a deputy."""
    everything = plan.held(nouns.Commitment, dt.date.max)
    programmes = plan.held(nouns.Programme, dt.date.max)
    owned: dict[str, list[str]] = defaultdict(list)
    for commitment in everything.values():
        owned[commitment.owner_id or programmes[commitment.programme_id].owner_id].append(commitment.id)
    order = sorted(owned)
    chance.shuffle(order)
    order.sort(key=lambda owner_id: any(one.owner_id == owner_id for one in programmes.values()))  # they come last
    offices = []
    for place, owner_id in enumerate(order):
        role = plan.held(nouns.Owner, dt.date.max)[owner_id].role
        what = role.rpartition(", ")[2]
        name = re.sub("[^a-z0-9]+", "-", what.lower())
        people = [(f"{name}@demonstration.invalid", f"Demonstration contributor, {what}")]
        if place >= len(order) - _DEPUTIES:
            people.append((f"deputy-{name}@demonstration.invalid", f"Demonstration deputy, {what}"))
        offices.append(
            _Office(
                owner_id=owner_id,
                people=tuple(people),
                programmes=tuple(sorted(one.id for one in programmes.values() if one.owner_id == owner_id)),
                commitments=tuple(sorted(one for one in owned[owner_id] if everything[one].owner_id == owner_id)),
                all_commitments=tuple(sorted(owned[owner_id])),
                skips=1.0 if place < _SILENT else 0.4 if place < _SILENT + _IRREGULAR else 0.05,
            )
        )
    return sorted(offices, key=attrgetter("owner_id"))


# One owner's returns


@dataclass
class _Step:
    """A milestone as its owner sees it while the history runs."""

    milestone: nouns.Milestone
    happens_on: dt.date
    hope: float
    """How far the first forecast falls short of the day on which it happens, as a share of the time until then; below
    nothing, how far it goes beyond."""
    baseline: PublishedDate | None
    forecast: PublishedDate | None = None
    done: bool = False
    reported_on: dt.date = dt.date.min
    narrative: str | None = None
    requests: int = 0

    @property
    def due(self) -> PublishedDate | None:
        """When it is expected."""
        return self.forecast or self.baseline


def _step(milestone: nouns.Milestone, completed: dt.date | None, on: dt.date, chance: random.Random) -> _Step:
    """Begin a milestone: what was published completes it then; else it happens when it is due, or some time later."""
    baseline = milestone.baseline
    if completed:
        happens_on, hope = completed, 0.0
    elif baseline and baseline.day > on and _likely(chance, 0.5):
        happens_on, hope = baseline.day, 0.0
    else:
        happens_on, hope = (
            on + dt.timedelta(days=chance.randrange(150, 1_800)),
            chance.choice((-0.3, 0.0, 0.3, 0.5, 0.7)),
        )
    return _Step(milestone, happens_on, hope, baseline)


def _reported(plan: _Plan, office: _Office, periods: Sequence[nouns.Period], chance: random.Random) -> Iterator[Deed]:
    """Everything that one owner's people do in all periods, and what is decided on their requests."""
    steps: dict[str, _Step] = {}
    for period in periods:
        open_ = [
            one
            for one in plan.held(nouns.Commitment, period.opens_on).values()
            if one.id in office.all_commitments and _open(plan, one.id, period.opens_on)
        ]
        for milestone in plan.held(nouns.Milestone, period.opens_on).values():
            if milestone.id not in steps and milestone.commitment_id in office.all_commitments:
                steps[milestone.id] = _step(milestone, plan.completed(milestone.id), period.opens_on, chance)
        for step in steps.values():  # what the record that was loaded today completes is not theirs to report
            completed = plan.completed(step.milestone.id)
            step.done = step.done or (completed is not None and completed <= period.opens_on)
        unfinished = _LATE if period is periods[-1] else 0.0
        if not _likely(chance, office.skips + unfinished) and open_:
            yield from _returned(plan, office, period, open_, steps, chance)


def _open(plan: _Plan, commitment_id: str, on: dt.date) -> bool:
    view = plan.held(nouns.Assessment, on).get(f"{commitment_id}/{View.EVIDENCE}")
    return view is None or view.rating not in CLOSED_OUTCOMES


def _returned(
    plan: _Plan,
    office: _Office,
    period: nouns.Period,
    commitments: Sequence[nouns.Commitment],
    steps: dict[str, _Step],
    chance: random.Random,
) -> Iterator[Deed]:
    """One owner's return of one period: reports, ratings, requests, and what is said over again."""
    by = office.people[0][0]
    at = instant(period.opens_on + dt.timedelta(days=chance.randrange(4, 23)), chance.randrange(9, 15), chance)
    on = at.date()
    ids = {one.id for one in commitments}
    mine = [step for step in steps.values() if step.milestone.commitment_id in ids]
    reported = [step for step in mine if not step.done and not _awaits_record(plan, step, on)]
    if reported:
        said = [record for step in reported for record in _report(step, period, on, chance)]
        yield Deed(at, by, ChangeAction.REPORT, said)
    said_of = [
        _rating(one, [s for s in mine if s.milestone.commitment_id == one.id], period, on, chance)
        for one in commitments
    ]
    yield Deed(at + dt.timedelta(minutes=20), by, ChangeAction.RATE, [(rating, on) for rating in said_of])
    moving = [step for step in reported if not step.done and plan.keeps(step.milestone.id)]
    for step in moving:
        if _wants_baseline(step, chance):
            yield from _asked(step, at + dt.timedelta(hours=1), by, chance)
    if moving and len(office.people) > 1 and _likely(chance, 0.6):
        yield _again(chance.choice(moving), period, at, office.people[1][0], chance.choice(_SLIPS), chance)
    elif moving and _likely(chance, 0.1):
        yield _again(chance.choice(moving), period, at, by, MoveReason.CORRECTION, chance)


def _awaits_record(plan: _Plan, step: _Step, on: dt.date) -> bool:
    """Say whether the published record completes a step before its owner would report on it."""
    completed = plan.completed(step.milestone.id)
    return completed is not None and completed <= on


def _report(step: _Step, period: nouns.Period, on: dt.date, chance: random.Random) -> Iterator[tuple[Noun, dt.date]]:
    """What an owner says of a milestone: it happened; or when it is expected now, and why that moved."""
    if step.happens_on <= on:
        yield from _completion(step, period, chance)
        return
    before, now = step.due, _expected(step, on, chance)
    reason = None
    if before and before.day != now.day:
        reason = MoveReason.AHEAD if now.day < before.day else chance.choice(_SLIPS)
    step.forecast, step.reported_on = now, on
    step.narrative = f"{INVENTED} {_LOOKED_AGAIN if reason else chance.choice(_CONFIRMED)}"
    yield _progress(step, period, reason, f"{INVENTED} {_MOVED[reason]}" if reason else None), on


def _expected(step: _Step, on: dt.date, chance: random.Random) -> PublishedDate:
    """When an owner expects a milestone now: never before next month, and closer to the truth as time goes by."""
    soonest = on + dt.timedelta(days=30)
    if step.forecast is None:
        if step.baseline and step.baseline.day >= soonest and (step.hope or step.baseline.day >= step.happens_on):
            return step.baseline
        ahead = (step.happens_on - on) * (1 - step.hope)
        return _dated(max(on + ahead, soonest), month=_likely(chance, 0.5))
    if step.forecast.day > step.happens_on + dt.timedelta(days=60) and _likely(chance, 0.4):
        return _dated(max(step.happens_on, soonest), month=step.forecast.precision is not Precision.DAY)
    if step.forecast.day >= soonest and (step.forecast.day >= step.happens_on or _likely(chance, 0.6)):
        return step.forecast
    days = chance.randrange(10, 40) if _likely(chance, 0.6) else chance.randrange(40, 150)
    later = max(step.forecast.day, soonest) + dt.timedelta(days=days)
    return _dated(max(min(later, step.happens_on), soonest), month=step.forecast.precision is not Precision.DAY)


def _dated(day: dt.date, *, month: bool) -> PublishedDate:
    return dates.parse_published_date(f"{day:%Y-%m}" if month else day.isoformat(), where="a forecast")


def _completion(step: _Step, period: nouns.Period, chance: random.Random) -> Iterator[tuple[Noun, dt.date]]:
    """A milestone that happened since the last return, with evidence or asserted without."""
    step.done, step.forecast = True, None
    evidence = None
    if _likely(chance, 0.7):
        evidence = nouns.Source(
            id=f"{step.milestone.id}/evidence/1",
            kind=SourceKind.EVIDENCE,
            publisher=DEMONSTRATION,
            title="An invented note that the step was completed",
            note="Given by the owner.",
        )
        yield evidence, dates.GREEN_PAPER
    step.narrative = f"{INVENTED} the step is complete."
    yield _progress(step, period, None, None, evidence.id if evidence else None), max(step.happens_on, step.reported_on)


def _progress(
    step: _Step, period: nouns.Period, reason: MoveReason | None, note: str | None, evidence_id: str | None = None
) -> nouns.Progress:
    return nouns.Progress(
        id=step.milestone.id,
        reporter=Reporter.OWNER,
        statement=Statement(
            status=ReportedStatus.COMPLETE if step.done else ReportedStatus.IN_PROGRESS,
            forecast=step.forecast,
            actual=PublishedDate(step.happens_on, Precision.DAY) if step.done else None,
            reason=reason,
            reason_note=note,
            narrative=step.narrative,
            evidence_id=evidence_id,
        ),
        period_id=period.id,
    )


_CORRECTED = "the day was typed wrongly in the return."
_OTHERWISE = "the deputy sees this date otherwise than the return before."


def _again(
    step: _Step, period: nouns.Period, at: dt.datetime, by: str, reason: MoveReason, chance: random.Random
) -> Deed:
    """Say another date of a milestone within days of its return: to correct it, or because a deputy disagrees."""
    assert step.forecast  # noqa: S101  it was just reported as not complete
    again = instant(at.date() + dt.timedelta(days=chance.randrange(1, 3)), at.hour + 1, chance)
    other = step.forecast.day + dt.timedelta(days=chance.randrange(31, 90))
    step.forecast = _dated(other, month=step.forecast.precision is not Precision.DAY)
    step.reported_on = again.date()
    note = _CORRECTED if reason is MoveReason.CORRECTION else _OTHERWISE
    record = _progress(step, period, reason, f"{INVENTED} {note}")
    return Deed(again, by, ChangeAction.REPORT, [(record, again.date())])


# Baselines


def _wants_baseline(step: _Step, chance: random.Random) -> bool:
    """Say whether an owner asks for a baseline: a first one, or another when the date has slipped far behind it."""
    if step.requests >= _REQUESTS:
        return False
    if step.baseline is None:
        return _likely(chance, 0.4)
    slip = step.forecast.day - step.baseline.day if step.forecast else dt.timedelta()
    return slip.days > 2 * TOLERANCES.amber_days and _likely(chance, 0.3)


def _asked(step: _Step, at: dt.datetime, by: str, chance: random.Random) -> Iterator[Deed]:
    """A request for the forecast to become the baseline, and what the secretariat decides a week or so later."""
    assert step.forecast  # noqa: S101  only a date can be asked for
    first = step.baseline is None
    step.requests += 1
    request = nouns.BaselineRequest(
        id=f"{step.milestone.id}/{step.requests}",
        milestone_id=step.milestone.id,
        baseline=step.forecast,
        reason=MoveReason.SCOPE if first else chance.choice(_SLIPS),
        note=f"{INVENTED} "
        + ("no date was published; the team asks to be held to this one." if first else "the old date cannot be met."),
        author_id=by,
        state=RequestState.REQUESTED,
    )
    yield Deed(at, by, ChangeAction.REQUEST_BASELINE, [(request, at.date())])
    decided = instant(at.date() + dt.timedelta(days=chance.randrange(5, 12)), 14, chance)
    approved = _likely(chance, 0.7)
    decision = replace(
        request,
        state=RequestState.APPROVED if approved else RequestState.REFUSED,
        decided_by=SECRETARIAT,
        decision_note=f"{INVENTED} " + ("agreed" if approved else "the board holds the team to the date it gave"),
    )
    said: list[tuple[Noun, dt.date]] = [(decision, decided.date())]
    if approved:
        step.baseline = step.forecast
        asked = Asked(
            milestone_id=request.milestone_id, baseline=step.forecast, reason=request.reason, note=request.note
        )
        step.milestone = rebaselined(step.milestone, asked)
        said.append((step.milestone, decided.date()))
    action, reason = (
        (ChangeAction.CHANGE_BASELINE, f"{request.reason}; {request.note}")
        if approved
        else (ChangeAction.REFUSE_BASELINE, None)
    )
    yield Deed(decided, SECRETARIAT, action, said, reason)


# Ratings

_RATINGS = (OwnerRating.GREEN, OwnerRating.AMBER, OwnerRating.RED)
"""From what worries least to what worries most."""


def _rating(
    commitment: nouns.Commitment, steps: Sequence[_Step], period: nouns.Period, on: dt.date, chance: random.Random
) -> nouns.Assessment:
    """What an owner says of a commitment: mostly what its dates say; at times better, with the reason that needs."""
    said_by_dates = max((_worry(step, on) for step in steps), default=0)
    worry = said_by_dates
    if _likely(chance, 0.2):
        worry = max(worry - 1, 0)
    elif _likely(chance, 0.1):
        worry = min(worry + 1, 2)
    override = chance.choice(list(_OVERRIDES)) if worry < said_by_dates else None
    return nouns.Assessment(
        id=f"{commitment.id}/{View.OWNER}",
        commitment_id=commitment.id,
        view=View.OWNER,
        rating=_RATINGS[worry],
        scale=THREE_POINT_SCALE,
        rationale=f"{INVENTED} {_OVERRIDES[override] if override else _RATIONALES[_RATINGS[worry]]}",
        valid_until=period.board_on,
        period_id=period.id,
        override_reason=override,
    )


def _worry(step: _Step, on: dt.date) -> int:
    """How much a milestone's dates worry whoever reads them: 0 not, 1 as Amber does, 2 as Red or overdue."""
    if step.done or step.due is None:
        return 0
    slip = (step.forecast.day - step.baseline.day).days if step.forecast and step.baseline else 0
    late = step.due.day < on or slip > TOLERANCES.amber_days
    if not step.milestone.key:
        return 1 if late else 0
    return 2 if late else 1 if slip > TOLERANCES.green_days else 0
