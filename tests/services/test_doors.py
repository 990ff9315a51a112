"""Every way to save, tried by everybody in every state: the policy table decides, and no door stands beside it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import milestone, report_of, save
from tests.services.conftest import OWNER, PEOPLE, add
from tests.services.test_periods import days
from tracker.domain.baselines import Asked
from tracker.domain.dates import GREEN_PAPER, PublishedDate
from tracker.domain.errors import NotAllowed, TrackerError, UnknownUser
from tracker.domain.ledger import Version
from tracker.domain.nouns import Assessment, Assignment, Period, Progress, User
from tracker.domain.policy import ALLOWED, Action
from tracker.domain.ratings import Rating
from tracker.domain.words import MoveReason, OwnerRating, Precision, ReportedStatus, Role
from tracker.services import baselines, periods, progress, ratings, snapshots, users
from tracker.store import ledger, proving, reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tracker.domain.ledger import Change
    from tracker.domain.nouns import Noun
    from tracker.store.database import Database

    Door: TypeAlias = Callable[["Office", str], Change]

SECOND = "second@dfe.example"
"""An approver who decides what the first one may not."""


@dataclass
class Office:
    """A store in one state: which period there is, and on which milestone a request stands how."""

    db: Database
    period: str = "none"
    request: str = "none"
    milestone_id: str = "C6-01-M9"
    turn: int = 0

    @property
    def head(self) -> int:
        with self.db.read() as cursor:
            return reading.head(cursor).seq

    def newest(self, noun: type[Noun], noun_id: str) -> int:
        """The version that somebody would work from who has just looked."""
        with self.db.read() as cursor:
            return reading.newest_numbers(cursor, noun, [noun_id]).get(noun_id, 0)


def report(office: Office, who: str) -> Change:
    said = report_of(
        milestone_id=office.milestone_id,
        base_version=office.newest(Progress, office.milestone_id),
        status=ReportedStatus.IN_PROGRESS,
        forecast=PublishedDate(days(30 + office.turn), Precision.DAY),
        reason=MoveReason.WORKFORCE,
        reason_note="Nobody was there",
    )
    return progress.report_progress(office.db, actor_id=who, reports=[said])


def rate(office: Office, who: str) -> Change:
    return ratings.rate_commitment(
        office.db,
        actor_id=who,
        rating=Rating(
            commitment_id="C6-01",
            base_version=office.newest(Assessment, "C6-01/owner"),
            rating=OwnerRating.RED,
            rationale="It is late",
        ),
    )


def ask(office: Office, who: str) -> Change:
    return baselines.request_baseline(
        office.db,
        actor_id=who,
        asked=Asked(
            milestone_id=office.milestone_id,
            baseline=PublishedDate(days(400 + office.turn), Precision.DAY),
            reason=MoveReason.WORKFORCE,
            note="Nobody was there",
        ),
    )


def decide(office: Office, who: str, *, approve: bool = True) -> Change:
    return baselines.decide_baseline(
        office.db, actor_id=who, baseline_request_id=f"{office.milestone_id}/1", approve=approve, note="Seen"
    )


def refuse(office: Office, who: str) -> Change:
    return decide(office, who, approve=False)


def open_period(office: Office, who: str) -> Change:
    return periods.open_period(
        office.db,
        actor_id=who,
        period=periods.Timetable(period_id="q", name="Quarter", opens_on=days(-1), closes_on=days(1), board_on=days(2)),
    )


def change_period(office: Office, who: str) -> Change:
    return periods.change_period(
        office.db,
        actor_id=who,
        base_version=office.newest(Period, "q"),
        period=periods.Timetable(
            period_id="q", name=f"Quarter {office.turn}", opens_on=days(-1), closes_on=days(1), board_on=days(2)
        ),
    )


def close_period(office: Office, who: str) -> Change:
    return periods.close_period(office.db, actor_id=who, period_id="q")


def reopen_period(office: Office, who: str) -> Change:
    return periods.reopen_period(office.db, actor_id=who, period_id="q", reason="Closed too early")


def take_snapshot(office: Office, who: str) -> Change:
    return snapshots.take_snapshot(office.db, actor_id=who, name=f"board-{office.turn}")


def add_user(office: Office, who: str) -> Change:
    new = f"New {office.turn}"
    return users.add_user(
        office.db,
        actor_id=who,
        account=users.Account(address=f"new{office.turn}@dfe.example", name=new, role=Role.VIEWER, another_person=True),
    )


def change_user(office: Office, who: str) -> Change:
    return users.change_user(
        office.db,
        actor_id=who,
        user_id=SECOND,
        base_version=office.newest(User, SECOND),
        account=users.Account(address=SECOND, name=f"Second {office.turn}", role=Role.APPROVER, active=True),
    )


DOORS: dict[Door, tuple[Action, Callable[[Office], bool]]] = {
    report: (Action.REPORT, lambda _: True),
    rate: (Action.RATE, lambda _: True),
    take_snapshot: (Action.KEEP_SNAPSHOTS, lambda _: True),
    add_user: (Action.MANAGE_USERS, lambda _: True),
    change_user: (Action.MANAGE_USERS, lambda _: True),
    ask: (Action.REQUEST_BASELINE, lambda office: office.request != "requested"),
    decide: (Action.DECIDE_BASELINE, lambda office: office.request == "requested"),
    refuse: (Action.DECIDE_BASELINE, lambda office: office.request == "requested"),
    open_period: (Action.KEEP_PERIODS, lambda office: office.period == "none"),
    change_period: (Action.KEEP_PERIODS, lambda office: office.period == "open"),
    close_period: (Action.KEEP_PERIODS, lambda office: office.period == "open"),
    reopen_period: (Action.KEEP_PERIODS, lambda office: office.period == "closed"),
}
"""Every way to save → what it needs, and in which state of the office it can be done."""

MOVES = {ask, decide, refuse, open_period, close_period, reopen_period}
"""What moves the office on to another state: done by those who may only as the step to that."""

STATES: tuple[Any, ...] = (
    ("none", "none"),
    ("open", "requested", (open_period, PEOPLE[Role.APPROVER]), (ask, OWNER)),
    ("closed", "decided", (decide, SECOND), (close_period, SECOND)),
)
"""The period and the request → the steps that lead there from the state before, and who takes them."""


def test_the_walk_knows_a_door_for_every_action_that_saves() -> None:
    assert {action for action, _ in DOORS.values()} == set(Action) - {Action.VIEW, Action.BACK_UP}


def test_everybody_tries_every_door_in_every_state_of_a_period_and_of_a_request(staffed: Database) -> None:
    gone = {role: f"gone-{role}@dfe.example" for role in Role}
    for role, email in gone.items():
        scope: dict[str, Any] = {"programmes": ["safety-valve"]} if role is Role.CONTRIBUTOR else {}
        add(staffed, email, role, **scope)
        users.change_user(
            staffed,
            actor_id=users.OPERATOR,
            user_id=email,
            base_version=1,
            account=users.Account(address=email, name=f"Gone {role}", role=role, active=False, **scope),
        )
    add(staffed, SECOND, Role.APPROVER)
    office = Office(staffed)
    promise(office)
    for office.period, office.request, *steps in STATES:
        for step, who in steps:
            office.turn += 1
            step(office, who)
        for door, (action, _) in DOORS.items():
            able = [role for role in Role if action in ALLOWED[role]]
            refused(
                office, door, [gone[able[0]], "nobody@dfe.example", *(PEOPLE[role] for role in set(Role) - set(able))]
            )
            if Role.CONTRIBUTOR in able:
                refused(office, door, [PEOPLE[Role.CONTRIBUTOR]])  # to whom nothing was given
                allowed(office, door, OWNER)
            for role in set(able) - {Role.CONTRIBUTOR}:
                allowed(office, door, PEOPLE[role])
    assert proving.verify(staffed).faults == ()


def promise(office: Office) -> None:
    """Promise a milestone of the owner's that nothing was asked of yet."""
    save(
        office.db,
        milestone(id=office.milestone_id, commitment_id="C6-01", promised_in="dfe-summary", baseline_on=days(20)),
        on=GREEN_PAPER,
    )


def refused(office: Office, door: Door, everybody: list[str]) -> None:
    """Try a door that the policy closes: it says so, and nothing is recorded."""
    before = office.head
    for who in everybody:
        office.turn += 1
        with pytest.raises(TrackerError) as caught:
            door(office, who)
        said = f"{who} {door.__name__} {office.period} {office.request}: {caught.value}"
        assert isinstance(caught.value, NotAllowed | UnknownUser), said
    assert office.head == before


def allowed(office: Office, door: Door, who: str) -> None:
    """Try a door that the policy opens: it saves, or says that the state forbids it."""
    office.turn += 1
    before = office.head
    said = f"{who} {door.__name__} {office.period} {office.request}"
    if not DOORS[door][1](office):
        with pytest.raises(TrackerError) as caught:
            door(office, who)
        assert not isinstance(caught.value, NotAllowed), said
        assert office.head == before, said
    elif door not in MOVES:
        assert door(office, who).actor == who, said
        assert office.head == before + 1, said


# A right that is taken away between the look and the save


def take_away(db: Database, who: str) -> None:
    """Make somebody inactive, as another administrator does at the same moment: written past the services."""
    with db.read() as cursor:
        newest = reading.latest(cursor, User, who)
    assert newest
    gone = replace(newest.noun, active=False)  # type: ignore[call-arg]
    RECORD(db, actor="x", action="x", versions=[replace(newest, noun=gone, version=newest.version + 1)])


RECORD = ledger.record
APPROVER = PEOPLE[Role.APPROVER]
ADMINISTRATOR = PEOPLE[Role.ADMINISTRATOR]
STEPS: tuple[tuple[Door, str, tuple[tuple[Door, str], ...]], ...] = (
    (report, OWNER, ()),
    (rate, OWNER, ()),
    (ask, OWNER, ()),
    (decide, APPROVER, ((ask, OWNER),)),
    (refuse, APPROVER, ((ask, OWNER),)),
    (open_period, APPROVER, ()),
    (change_period, APPROVER, ((open_period, APPROVER),)),
    (close_period, APPROVER, ((open_period, APPROVER),)),
    (reopen_period, APPROVER, ((open_period, APPROVER), (close_period, APPROVER))),
    (take_snapshot, APPROVER, ()),
    (add_user, ADMINISTRATOR, ()),
    (change_user, ADMINISTRATOR, ()),
)
"""Each door, who goes through it, and what has to be done first."""


def test_the_steps_know_every_door() -> None:
    assert {door for door, *_ in STEPS} == set(DOORS)


@pytest.mark.parametrize(("door", "who", "before"), STEPS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_right_that_is_taken_away_between_the_look_and_the_save_saves_nothing(
    staffed: Database, monkeypatch: pytest.MonkeyPatch, door: Door, who: str, before: tuple[tuple[Door, str], ...]
) -> None:
    add(staffed, SECOND, Role.APPROVER)
    office = Office(staffed, turn=1)
    promise(office)
    for step, by in before:
        step(office, by)

    def meanwhile(db: Database, **said: Any) -> Change:
        take_away(db, who)
        return RECORD(db, **said)

    monkeypatch.setattr(ledger, "record", meanwhile)
    head = office.head
    with pytest.raises(NotAllowed, match="can no longer use the tracker"):
        door(office, who)
    assert office.head == head + 1  # the right that was taken away, and nothing else


@pytest.mark.parametrize("door", [report, rate, ask], ids=lambda door: door.__name__)
def test_what_was_given_and_is_taken_away_between_the_look_and_the_save_is_not_saved(
    staffed: Database, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    office = Office(staffed, turn=1)
    promise(office)

    def meanwhile(db: Database, **said: Any) -> Change:
        given = Assignment(id=f"{OWNER}/safety-valve", user_id=OWNER, active=False, programme_id="safety-valve")
        taken = Version(noun=given, version=2, effective_on=days(0))
        RECORD(db, actor="x", action="x", versions=[taken])
        return RECORD(db, **said)

    monkeypatch.setattr(ledger, "record", meanwhile)
    with pytest.raises(NotAllowed, match="is not assigned to Owner"):
        door(office, OWNER)


# No door stands beside the table


SERVICES = sorted((Path(__file__).parents[2] / "tracker" / "services").glob("*.py"))

THE_OPERATORS = {"plans.load_plans"}
"""What is recorded by whoever runs commands on the store's own machine, who holds the file: no person is asked for."""


def mentions(path: Path) -> dict[str, set[str]]:
    """Function of a module → what it names: functions and, with their module, functions of others."""
    return {
        node.name: {ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute)}
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


def reaching(named: dict[str, set[str]], targets: set[str]) -> set[str]:
    """The functions that name a target, or a function that does."""
    found: set[str] = set()
    while True:
        more = {name for name, names in named.items() if names & (targets | found)} - found
        if not more:
            return found
        found |= more


def everything_named() -> dict[str, set[str]]:
    """The same for every service, each function by its module and name."""
    named: dict[str, set[str]] = {}
    for path in SERVICES:
        own = mentions(path)
        named |= {
            f"{path.stem}.{name}": {f"{path.stem}.{one}" if one in own else one for one in names}
            for name, names in own.items()
        }
    return named


def test_every_service_that_records_checks_first_who_asks() -> None:
    named = everything_named()
    public = {name for name in reaching(named, {"ledger.record"}) if "._" not in name}
    assert {"progress.report_progress", "baselines.decide_baseline", "users.add_user"} <= public  # the scan sees them
    assert public - reaching(named, {"require", "require_scope"}) == THE_OPERATORS


def test_every_service_that_records_asks_the_policy_again_as_it_writes() -> None:
    unasked = {
        f"{path.stem}:{node.lineno}"
        for path in SERVICES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ledger.record"
        if not any(word.arg == "check" and "may_still(" in ast.unparse(word.value) for word in node.keywords)
    }
    assert {where.partition(":")[0] for where in unasked} == {name.partition(".")[0] for name in THE_OPERATORS}


def test_every_service_that_is_told_who_acts_asks_what_they_may() -> None:
    checks = reaching(everything_named(), {"require", "require_scope"})
    told = {
        f"{path.stem}.{node.name}"
        for path in SERVICES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and "actor_id" in {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    }
    assert len(told) > 15
    assert {name for name in told - checks if "._" not in name} == {"users.actor", "users.who"}  # who tell who it is
