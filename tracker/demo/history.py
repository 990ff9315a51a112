"""An invented history of returns on the real plan: eight quarters of reports, slippage and decisions by invented roles.

Everything follows from a seed: the same plan, seed and day give the same changes. The plan keeps its own sources and is
loaded as its record was published. Every invented sentence and name says that it is invented.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker.demo.deeds import DEPUTY_SECRETARIAT, SECRETARIAT, SOURCE, Deed, drawn, instant
from tracker.demo.plan import Office, Plan, offices_of
from tracker.demo.returns import reported_by
from tracker.domain import dates, nouns
from tracker.domain.dates import in_words
from tracker.domain.words import DEMONSTRATION, ChangeAction, PeriodState, Role, SourceKind
from tracker.services import users

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain.nouns import Noun
    from tracker.exchange.plans import Planned


QUARTERS = 8
_QUARTER = dt.timedelta(days=91)
_BEFORE = dt.timedelta(days=30)
"""From the day on which the store begins to the first reporting period."""
EARLIEST_DAY = dates.GREEN_PAPER + QUARTERS * _QUARTER + 2 * _BEFORE
_ADMINISTRATOR = "administrator@demonstration.invalid"
_PEOPLE = (
    (_ADMINISTRATOR, "Demonstration administrator", Role.ADMINISTRATOR),
    (SECRETARIAT, "Demonstration secretariat", Role.APPROVER),
    (DEPUTY_SECRETARIAT, "Demonstration deputy secretariat", Role.APPROVER),
    ("board-member@demonstration.invalid", "Demonstration board member", Role.VIEWER),
)


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


def deeds(statements: Sequence[Planned], *, seed: int, periods: Sequence[nouns.Period], day: dt.date) -> list[Deed]:
    """Return all deeds of the invented history that ends the day before ``day``, in order of time."""
    begins = periods[0].opens_on - _BEFORE
    loads = [begins, *(period.opens_on for period in periods)]
    plan = Plan(statements, day)
    offices = offices_of(plan, drawn(seed, "offices"))
    every = [
        *_beginning(begins, seed, day),
        *_loads(statements, loads),
        *_registered(begins, offices),
        *_kept(periods),
    ]
    for office in offices:
        every += reported_by(plan, office, periods, drawn(seed, office.owner_id))
    return sorted((deed for deed in every if deed.at.date() < day), key=attrgetter("at"))


def _beginning(begins: dt.date, seed: int, day: dt.date) -> Iterator[Deed]:
    source = nouns.Source(
        id=SOURCE,
        kind=SourceKind.EVIDENCE,
        publisher=DEMONSTRATION,
        title="An invented history of returns, for training",
        note="No one wrote or published any of this.",
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


def _registered(begins: dt.date, offices: Sequence[Office]) -> Iterator[Deed]:
    at = instant(begins, 9)
    for email, name, role in _PEOPLE:
        actor = users.OPERATOR if email == _ADMINISTRATOR else _ADMINISTRATOR
        person = nouns.User(id=email, name=name, role=role, active=True)
        yield Deed(at, actor, ChangeAction.ADD_USER, [(person, begins)])
    for office in offices:
        for email, name in office.people:
            person = nouns.User(id=email, name=name, role=Role.CONTRIBUTOR, active=True)
            given: list[Noun] = [
                *(users.assigned(email, one, "programme_id") for one in office.programmes),
                *(users.assigned(email, one, "commitment_id") for one in office.commitments),
            ]
            yield Deed(at, _ADMINISTRATOR, ChangeAction.ADD_USER, [(noun, begins) for noun in (*given, person)])


def _kept(periods: Sequence[nouns.Period]) -> Iterator[Deed]:
    for period in periods:
        opened = instant(period.opens_on, 8) + dt.timedelta(minutes=30)
        yield Deed(opened, SECRETARIAT, ChangeAction.OPEN_PERIOD, [(period, opened.date())])
        closed = instant(period.closes_on + dt.timedelta(days=1), 16)
        yield Deed(
            closed, SECRETARIAT, ChangeAction.CLOSE_PERIOD, [(replace(period, state=PeriodState.CLOSED), closed.date())]
        )
