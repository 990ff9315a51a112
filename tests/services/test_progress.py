"""Owners report on their milestones: who may, what is recorded, and what the board shows of it."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tests.samples import altered, built, milestone, report_of, save
from tests.samples import progress as recorded
from tests.services.conftest import OWNER, PEOPLE, add
from tracker.domain import dates
from tracker.domain.dates import GREEN_PAPER, PublishedDate, day_of
from tracker.domain.errors import (
    InvalidReport,
    NotAllowed,
    NothingToRecord,
    StoreUnusable,
    TrackerError,
    UnknownUser,
    UnstorableText,
)
from tracker.domain.ledger import StaleEdit, Version
from tracker.domain.nouns import Progress, Source
from tracker.domain.policy import ALLOWED, Action
from tracker.domain.progress import Evidence, Report, UpdateLine, confirmation, settled
from tracker.domain.rules import TOLERANCES
from tracker.domain.words import MoveReason, Precision, ReportedStatus, Reporter, Role, SourceKind
from tracker.services import boards, stores, users
from tracker.services.plans import load_plans
from tracker.services.progress import NEEDS, foresee, my_lines, need, report_progress
from tracker.store import ledger, proving, reading

if TYPE_CHECKING:
    from tests.exchange.conftest import PlanFolder
    from tracker.domain.ledger import Change
    from tracker.store.database import Address, Database
    from tracker.views.board import MilestoneLine

TODAY = dates.today()
SOON = TODAY + dt.timedelta(days=60)
PAID, MET = "C6-01-M1", "C6-06-M1"
"""Due by the end of 2025 and never forecast by its owner; and met on 6 June 2023."""

EVIDENCE = Evidence(publisher="HM Treasury", title="The money is paid", url="https://www.gov.uk/paid")


def days(count: int) -> dt.date:
    return TODAY + dt.timedelta(days=count)


def day(on: dt.date) -> PublishedDate:
    return PublishedDate(on, Precision.DAY)


def said(**fields: Any) -> Report:
    """What an owner says of the payment: it moves to ``SOON``; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "milestone_id": PAID,
        "base_version": 1,
        "status": ReportedStatus.IN_PROGRESS,
        "forecast": day(SOON),
        "reason": MoveReason.SPENDING,
        "reason_note": "The review ends in June",
    }
    return report_of(**{**values, **fields})


def done(on: dt.date = TODAY, **fields: Any) -> Report:
    return said(**{"status": ReportedStatus.COMPLETE, "forecast": None, "actual": day(on), **fields})


def report(db: Database, *reports: Report, actor_id: str = OWNER, **more: Any) -> Change:
    return report_progress(db, actor_id=actor_id, reports=reports, **more)


def promise(db: Database, milestone_id: str, baseline: dt.date | None = None, **fields: Any) -> UpdateLine:
    """Promise another milestone of the owner's, and return its line."""
    dated = {"baseline_on": baseline, "baseline_precision": baseline and Precision.DAY, "baseline_wording": None}
    noun = milestone(**{"id": milestone_id, "commitment_id": "C6-01", "promised_in": "dfe-summary", **dated, **fields})
    save(db, noun, on=GREEN_PAPER)
    return line(db, milestone_id)


def line(db: Database, milestone_id: str = PAID) -> UpdateLine:
    [found] = [line for line in my_lines(db, actor_id=OWNER) if line.milestone_id == milestone_id]
    return found


def shown(db: Database, as_at: dt.date = TODAY, milestone_id: str = PAID) -> MilestoneLine:
    """A milestone as the board shows it, with all that is known."""
    view = boards.view_board(db, as_at, boards.known_position(db))
    return next(found for found in view.milestones if found.milestone_id == milestone_id)


def newest(db: Database, milestone_id: str = PAID) -> Version:
    with db.read() as cursor:
        version = reading.latest(cursor, Progress, milestone_id)
    assert version
    return version


def head(db: Database) -> int:
    with db.read() as cursor:
        return reading.head(cursor).seq


# What is recorded


def test_a_report_is_one_change_with_who_what_and_why_and_holds_from_today(staffed: Database) -> None:
    before = head(staffed)
    change = report(staffed, said(narrative="The review goes on."), request_id="form-1")
    assert (change.seq, change.actor, change.action) == (before + 1, OWNER, "report progress")
    version = newest(staffed)
    assert (version.version, version.effective_on, version.change_seq) == (2, TODAY, change.seq)
    assert version.noun == built(
        Progress,
        id=PAID,
        reporter=Reporter.OWNER,
        status="In progress",
        forecast_on=SOON,
        forecast_precision=Precision.DAY,
        reason=MoveReason.SPENDING,
        reason_note="The review ends in June",
        narrative="The review goes on.",
    )
    assert proving.verify(staffed).faults == ()


def test_the_board_shows_a_report_from_its_day_and_not_before(staffed: Database) -> None:
    report(staffed, said())
    today, yesterday = shown(staffed), shown(staffed, days(-1))
    assert (day_of(today.forecast), today.reporter, today.statement.reason) == (
        SOON,
        "owner",
        "funding or spending review",
    )
    assert (day_of(yesterday.forecast), yesterday.reporter) == (dt.date(2025, 12, 31), "published record")


def test_the_first_report_of_a_milestone_is_made_against_version_nought(staffed: Database) -> None:
    assert promise(staffed, "C6-01-M2", SOON).base_version == 0
    report(staffed, said(milestone_id="C6-01-M2", base_version=0, evidence_id="news"))
    version = newest(staffed, "C6-01-M2")
    assert isinstance(version.noun, Progress)
    assert (version.version, version.noun.statement.evidence_id) == (1, "news")
    assert line(staffed, "C6-01-M2").base_version == 1


def test_text_that_nobody_could_read_is_not_recorded(staffed: Database) -> None:
    before = head(staffed)
    with pytest.raises(UnstorableText, match=f"Progress '{PAID}', narrative"):
        report(staffed, said(narrative="a\x00b"))
    assert head(staffed) == before


def test_a_report_of_nothing_is_not_recorded(staffed: Database) -> None:
    with pytest.raises(NothingToRecord):
        report(staffed)


def test_a_report_by_an_owner_stands_when_the_plans_are_loaded_again(staffed: Database, plan: PlanFolder) -> None:
    report(staffed, said())
    before = head(staffed)
    assert load_plans(staffed, plan.plans, plan.data, actor="secretariat").change is None
    assert head(staffed) == before


def test_a_store_opened_for_reading_takes_no_report(staffed: Database, address: Address) -> None:
    staffed.close()
    with stores.open_store(address) as opened:
        assert len(my_lines(opened, actor_id=OWNER)) == 2
        with pytest.raises(StoreUnusable, match="open for reading only"):
            report(opened, said())


# Who may


@pytest.mark.parametrize("role", Role)
def test_a_role_reports_only_when_the_policy_says_so(staffed: Database, role: Role) -> None:
    email = f"given-{role}@dfe.example"
    given_to = ["safety-valve"] if role is Role.CONTRIBUTOR else []
    add(staffed, email, role, programmes=given_to)
    before = head(staffed)
    if Action.REPORT in ALLOWED[role]:
        assert [line.milestone_id for line in my_lines(staffed, actor_id=email)] == [PAID]
        assert foresee(staffed, actor_id=email, reports=[said()])[0].faults == ()
        assert report(staffed, said(), actor_id=email).seq == before + 1
        return
    sentence = f"^As {role}, Given-{role.title()} cannot update a milestone\\. Ask a contributor\\.$"
    for act in (
        lambda: my_lines(staffed, actor_id=email),
        lambda: foresee(staffed, actor_id=email, reports=[said()]),
        lambda: report(staffed, said(), actor_id=email),
        lambda: report(staffed, actor_id=email),
    ):
        with pytest.raises(NotAllowed, match=sentence):
            act()
    assert head(staffed) == before


def test_only_a_contributor_reports() -> None:
    assert [role for role in Role if Action.REPORT in ALLOWED[role]] == [Role.CONTRIBUTOR]


@pytest.mark.parametrize(
    ("given_to", "mine"),
    [
        ({}, []),
        ({"programmes": ["safety-valve"]}, [PAID]),
        ({"commitments": ["C6-01"]}, [PAID]),
        ({"commitments": ["C6-06"]}, [MET]),
        ({"programmes": ["safety-valve"], "commitments": ["C6-01", "C6-06"]}, [PAID, MET]),
    ],
    ids=["nothing", "the programme", "the commitment", "another commitment", "both"],
)
def test_a_contributor_sees_and_reports_on_what_was_given_to_them_and_nothing_else(
    staffed: Database, given_to: dict[str, list[str]], mine: list[str]
) -> None:
    ana = "ana@dfe.example"
    add(staffed, ana, Role.CONTRIBUTOR, **given_to)
    assert [line.milestone_id for line in my_lines(staffed, actor_id=ana)] == mine
    before = head(staffed)
    if PAID in mine:
        report(staffed, said(), actor_id=ana)
        return
    for act in (foresee, report_progress):
        with pytest.raises(NotAllowed, match=r"^C6-01 is not assigned to Ana, who cannot update a milestone there"):
            act(staffed, actor_id=ana, reports=[said()])
    assert head(staffed) == before


def test_a_line_of_somebody_elses_refuses_the_whole_return(staffed: Database) -> None:
    ana = "ana@dfe.example"
    add(staffed, ana, Role.CONTRIBUTOR, commitments=["C6-06"])
    before = head(staffed)
    with pytest.raises(NotAllowed):
        report(staffed, done(dt.date(2023, 6, 6), milestone_id=MET), said(), actor_id=ana)
    assert head(staffed) == before


def test_somebody_unknown_gone_or_the_operator_reports_nothing(staffed: Database) -> None:
    before = head(staffed)
    owner = next(user for user in users.list_users(staffed) if user.user_id == OWNER)
    for stranger in ("nobody@dfe.example", OWNER.upper(), ""):
        with pytest.raises(UnknownUser):
            report(staffed, said(), actor_id=stranger)
    with pytest.raises(NotAllowed, match="As administrator, the operator cannot update"):
        report(staffed, said(), actor_id=users.OPERATOR)
    assert head(staffed) == before
    users.change_user(
        staffed,
        actor_id=PEOPLE[Role.ADMINISTRATOR],
        user_id=OWNER,
        base_version=owner.version,
        account=users.Account(
            address=OWNER,
            name=owner.name,
            role=owner.role,
            active=False,
            programmes=owner.programmes,
            commitments=owner.commitments,
        ),
    )
    with pytest.raises(NotAllowed, match="Owner can no longer use the tracker"):
        report(staffed, said())


# Confirming


def test_a_confirmation_says_again_what_is_held_as_a_report_of_its_own(staffed: Database) -> None:
    report(staffed, said(status=ReportedStatus.NOT_STARTED, narrative="Waiting.", evidence_id="news"))
    first = newest(staffed)
    again = confirmation(line(staffed))
    assert again == said(
        base_version=2,
        status=ReportedStatus.NOT_STARTED,
        reason=None,
        reason_note=None,
        narrative="Waiting.",
        evidence_id="news",
    )
    report(staffed, again)
    second = newest(staffed)
    assert second.version == first.version + 1
    assert isinstance(first.noun, Progress)
    assert second.noun == altered(first.noun, reason=None, reason_note=None)


def test_a_milestone_that_was_never_forecast_is_confirmed_for_its_due_date(staffed: Database) -> None:
    unreported = promise(staffed, "C6-01-M2", SOON)
    assert confirmation(unreported) == said(
        milestone_id="C6-01-M2", base_version=0, forecast=day(SOON), reason=None, reason_note=None
    )
    assert unreported.confirmed_on is None
    assert shown(staffed, TODAY, "C6-01-M2").status == "Stale"
    report(staffed, confirmation(unreported))
    assert line(staffed, "C6-01-M2").confirmed_on == TODAY
    assert shown(staffed, TODAY, "C6-01-M2").status == "Green"


def test_a_milestone_without_any_date_is_confirmed_without_one(staffed: Database) -> None:
    undated = promise(staffed, "C6-01-M2")
    report(staffed, confirmation(undated))
    assert line(staffed, "C6-01-M2").confirmed_on == TODAY
    assert line(staffed, "C6-01-M2").computed_status == "Not dated"


def test_a_completion_is_confirmed_as_one_and_keeps_its_day_and_evidence(staffed: Database) -> None:
    again = confirmation(line(staffed, MET))
    assert (again.statement.status, again.statement.actual, again.statement.forecast) == (
        ReportedStatus.COMPLETE,
        day(dt.date(2023, 6, 6)),
        None,
    )
    report(staffed, again)
    version = newest(staffed, MET)
    assert isinstance(version.noun, Progress)
    assert (day_of(version.noun.statement.actual), version.noun.statement.evidence_id) == (dt.date(2023, 6, 6), "news")


def test_a_line_whose_date_has_passed_cannot_be_confirmed(staffed: Database) -> None:
    with pytest.raises(InvalidReport, match=f"^{PAID}: the forecast date 2025 has passed. Enter a new one"):
        report(staffed, confirmation(line(staffed)))


def test_a_status_in_other_words_than_a_reports_is_confirmed_as_in_progress(staffed: Database) -> None:
    for words in ("Under way", "Complete", None):
        save(staffed, recorded(id=PAID, status=words, forecast_on=SOON), on=TODAY)
        assert confirmation(line(staffed)).statement.status is ReportedStatus.IN_PROGRESS


def test_only_what_an_owner_reported_counts_as_confirmed(staffed: Database) -> None:
    assert line(staffed).confirmed_on is None
    save(staffed, recorded(id=PAID, forecast_on=SOON, reporter=Reporter.OWNER), on=days(-20))
    assert line(staffed).confirmed_on == days(-20)
    save(staffed, recorded(id=PAID, forecast_on=SOON), on=days(-10))
    assert line(staffed).confirmed_on is None


# What cannot be so


@pytest.mark.parametrize(
    ("reports", "says"),
    [
        pytest.param(
            [said(milestone_id="C9-99-M1")],
            "There is no milestone C9-99-M1 on the board. Choose one from the list.",
            id="a milestone that is not there",
        ),
        pytest.param(
            [said(reason=None, reason_note=None)],
            f"{PAID}: you changed the date from 2025 to {day(SOON)}. Choose a reason and explain the change.",
            id="a date that moves without a reason",
        ),
        pytest.param(
            [said(reason_note=None)],
            f"{PAID}: you changed the date from 2025 to {day(SOON)}. Choose a reason and explain the change.",
            id="a date that moves without a note",
        ),
        pytest.param(
            [done(days(1))],
            f"{PAID}: {day(days(1))} is in the future. Enter it as the forecast date.",
            id="a completion in the future",
        ),
        pytest.param(
            [said(evidence_id="gossip")],
            f"{PAID}: there is no source gossip. Choose another, or give the publisher, title and link.",
            id="evidence that is not there",
        ),
        pytest.param(
            [said(), said(narrative="And again")],
            f"{PAID}: there are 2 reports. Keep one. {PAID}: there are 2 reports. Keep one.",
            id="two reports on one milestone",
        ),
        pytest.param(
            [said(reason=None), done(days(1), milestone_id=MET)],
            f"{PAID}: you changed the date from 2025 to {day(SOON)}. Choose a reason and explain the change. {MET}: "
            f"{day(days(1))} is in the future. Enter it as the forecast date.",
            id="two milestones, each with a fault",
        ),
    ],
)
def test_a_report_that_cannot_be_so_says_why_and_records_nothing(
    staffed: Database, reports: list[Report], says: str
) -> None:
    before = head(staffed)
    with pytest.raises(InvalidReport) as caught:
        report(staffed, *reports)
    assert str(caught.value) == says
    assert head(staffed) == before


def test_a_milestone_or_a_source_that_was_retracted_is_not_there(staffed: Database) -> None:
    with staffed.read() as cursor:
        news = reading.latest(cursor, Source, "news")
    assert news
    report(staffed, said(evidence_id="news"))
    save(staffed, news.noun, on=GREEN_PAPER, retracted=True)
    report(staffed, confirmation(line(staffed)))  # what it has already, it may keep
    promise(staffed, "C6-01-M2", SOON)
    with pytest.raises(InvalidReport, match="there is no source news"):
        report(staffed, said(milestone_id="C6-01-M2", base_version=0, evidence_id="news"))
    save(staffed, milestone(id="C6-01-M2", commitment_id="C6-01"), on=GREEN_PAPER, retracted=True)
    with pytest.raises(InvalidReport, match="There is no milestone C6-01-M2"):
        report(staffed, said(milestone_id="C6-01-M2", base_version=0))


# Completing


def test_a_completion_without_evidence_is_recorded_as_its_owners_word(staffed: Database) -> None:
    report(staffed, done())
    assert (day_of(shown(staffed).actual), shown(staffed).reporter, shown(staffed).evidence_id) == (
        TODAY,
        "owner",
        None,
    )
    assert shown(staffed).status == "Complete, late"


def test_new_evidence_becomes_a_source_that_the_board_can_be_followed_to(staffed: Database) -> None:
    change = report(staffed, done(evidence=EVIDENCE))
    evidence_id = f"{PAID}/evidence/2"
    with staffed.read() as cursor:
        source = reading.latest(cursor, Source, evidence_id)
    assert source
    assert (source.change_seq, newest(staffed).change_seq) == (change.seq, change.seq)
    assert source.noun == Source(
        id=evidence_id,
        kind=SourceKind.EVIDENCE,
        publisher="HM Treasury",
        title="The money is paid",
        url="https://www.gov.uk/paid",
        note="Given by the owner.",
    )
    assert shown(staffed).evidence_id == evidence_id
    view = boards.view_board(staffed, TODAY, change.seq)
    assert view.cited[evidence_id].title == "The money is paid"
    report(staffed, done(base_version=2, evidence=replace(EVIDENCE, title="The accounts", url=None)))
    assert shown(staffed).evidence_id == f"{PAID}/evidence/3"


def test_a_completion_holds_from_the_day_it_happened(staffed: Database) -> None:
    happened = days(-40)
    report(staffed, done(happened))
    assert newest(staffed).effective_on == happened
    assert day_of(shown(staffed, days(-41)).actual) is None
    assert [day_of(shown(staffed, on).actual) for on in (happened, days(-1), TODAY)] == [happened] * 3


@pytest.mark.parametrize("reported_on", [days(-40), days(-39), TODAY], ids=["that day", "the day after", "today"])
def test_a_completion_holds_from_the_newest_report_when_that_came_after_it_happened(
    staffed: Database, reported_on: dt.date
) -> None:
    save(staffed, recorded(id=PAID, forecast_on=SOON, reporter=Reporter.OWNER), on=reported_on)
    report(staffed, done(days(-40), base_version=2))
    assert newest(staffed).effective_on == reported_on
    assert day_of(shown(staffed, reported_on).actual) == days(-40)
    assert day_of(shown(staffed, reported_on - dt.timedelta(days=1)).actual) is None
    assert day_of(shown(staffed).actual) == days(-40)


def test_what_was_completed_in_error_is_open_again_from_today(staffed: Database) -> None:
    report(staffed, done(days(-3)))
    again = said(base_version=2, reason=MoveReason.CORRECTION, reason_note="Another sum was paid")
    report(staffed, again)
    assert (day_of(shown(staffed).actual), day_of(shown(staffed).forecast)) == (None, SOON)
    assert day_of(shown(staffed, days(-1)).actual) == days(-3)


# The board


@pytest.mark.parametrize(("ago", "status"), [(0, "Green"), (35, "Green"), (36, "Stale")])
def test_a_confirmed_forecast_is_good_for_thirty_five_days(staffed: Database, ago: int, status: str) -> None:
    promise(staffed, "C6-01-M2", SOON)
    confirmed = built(
        Progress,
        id="C6-01-M2",
        reporter=Reporter.OWNER,
        forecast_on=SOON,
        forecast_precision=Precision.DAY,
        status="In progress",
    )
    ledger.record(
        staffed,
        actor=OWNER,
        action="report progress",
        versions=[Version(noun=confirmed, version=1, effective_on=days(-ago))],
    )
    assert shown(staffed, TODAY, "C6-01-M2").status == status
    report(staffed, confirmation(line(staffed, "C6-01-M2")))
    assert shown(staffed, TODAY, "C6-01-M2").status == "Green"


def test_what_is_due_and_not_confirmed_is_never_green(staffed: Database) -> None:
    promise(staffed, "C6-01-M2", SOON)
    report(staffed, said())
    statuses = {m.milestone_id: m.status for m in boards.view_board(staffed, TODAY, head(staffed)).milestones}
    assert statuses["C6-01-M2"] == "Stale"


_DAYS = st.sampled_from([-400, -31, -30, -8, -7, -1, 0, 1, 7, 8, 30, 31, 89, 90, 400])


@settings(max_examples=500 if LONG else 8)
@given(
    baseline=st.none() | _DAYS,
    reported=st.none() | st.tuples(st.sampled_from([-500, -36, -35, -1, 0]), _DAYS),
    forecast=st.none() | _DAYS,
    actual=st.none() | _DAYS,
)
def test_what_is_foreseen_is_what_the_board_shows_after_saving(
    staffed: Database, baseline: int | None, reported: tuple[int, int] | None, forecast: int | None, actual: int | None
) -> None:
    milestone_id = f"C6-01-F{head(staffed)}"
    promise(staffed, milestone_id, None if baseline is None else days(baseline))
    if reported:
        save(staffed, recorded(id=milestone_id, forecast_on=days(reported[1])), on=days(reported[0]))
    wanted = said(
        milestone_id=milestone_id,
        base_version=1 if reported else 0,
        status=ReportedStatus.IN_PROGRESS if actual is None else ReportedStatus.COMPLETE,
        forecast=None if forecast is None else day(days(forecast)),
        actual=None if actual is None else day(days(actual)),
    )
    before = head(staffed)
    [seen] = foresee(staffed, actor_id=OWNER, reports=[wanted])
    assert head(staffed) == before
    asked_of = line(staffed, milestone_id)
    assert (seen.line, seen.report) == (asked_of, settled(asked_of, wanted))
    held = shown(staffed, TODAY, milestone_id)
    assert (seen.line.computed_status, seen.line.slip_days) == (held.status, held.slip_days)
    if seen.faults:
        with pytest.raises(InvalidReport) as caught:
            report(staffed, wanted)
        assert str(caught.value) == " ".join(map(str, seen.faults))
        assert head(staffed) == before
    else:
        report(staffed, wanted)
        held = shown(staffed, TODAY, milestone_id)
        assert (seen.status_after, seen.slip_after) == (held.status, held.slip_days)


# Many lines at once


def test_many_reports_are_one_change(staffed: Database) -> None:
    for number in (2, 3, 4):
        promise(staffed, f"C6-01-M{number}", SOON)
    lines = [line for line in my_lines(staffed, actor_id=OWNER) if line.milestone_id not in {PAID, MET}]
    before = head(staffed)
    change = report(staffed, *(confirmation(line) for line in lines), done(evidence=EVIDENCE))
    assert change.seq == head(staffed) == before + 1
    with staffed.read() as cursor:
        made = {
            version.noun.id
            for milestone_id in ("C6-01-M2", "C6-01-M3", "C6-01-M4", PAID)
            for version in reading.versions(cursor, Progress, milestone_id)
            if version.change_seq == change.seq
        }
    assert made == {"C6-01-M2", "C6-01-M3", "C6-01-M4", PAID}
    assert [seen.line.milestone_id for seen in foresee(staffed, actor_id=OWNER, reports=[])] == []


def test_of_many_reports_one_that_is_wrong_or_stale_keeps_all_from_being_recorded(staffed: Database) -> None:
    other = confirmation(promise(staffed, "C6-01-M2", SOON))
    before = head(staffed)
    with pytest.raises(InvalidReport, match=f"^{PAID}: you changed the date"):
        report(staffed, other, said(reason=None))
    with pytest.raises(StaleEdit):
        report(staffed, other, said(base_version=0))
    assert head(staffed) == before
    assert line(staffed, "C6-01-M2").base_version == 0


# Many people at once


@pytest.mark.parametrize("base", [-1, 0, 2, 7])
def test_a_report_against_another_version_than_the_newest_is_stale(staffed: Database, base: int) -> None:
    before = head(staffed)
    with pytest.raises(StaleEdit) as caught:
        report(staffed, said(base_version=base))
    assert caught.value.theirs
    assert caught.value.theirs.version == 1
    assert head(staffed) == before


@pytest.mark.parametrize(
    "mine",
    [
        pytest.param(said(narrative="Mine"), id="that is sound"),
        pytest.param(
            said(narrative="Mine", forecast=day(days(5)), reason=None), id="that moves the date they moved, unexplained"
        ),
        pytest.param(said(narrative="Mine", evidence=EVIDENCE), id="with evidence"),
    ],
)
def test_a_stale_save_carries_both_texts_whatever_the_rules_make_of_it_by_now(staffed: Database, mine: Report) -> None:
    theirs = said(narrative="Theirs", evidence=replace(EVIDENCE, title="Their evidence"))
    report(staffed, theirs)
    before = head(staffed)
    with pytest.raises(StaleEdit) as caught:
        report(staffed, mine)
    stale = caught.value
    assert stale.theirs
    assert isinstance(stale.theirs.noun, Progress)
    assert isinstance(stale.yours.noun, Progress)
    assert (stale.theirs.noun.statement.narrative, stale.yours.noun.statement.narrative) == ("Theirs", "Mine")
    assert day_of(stale.yours.noun.statement.forecast) == (mine.statement.forecast and mine.statement.forecast.day)
    assert head(staffed) == before


def test_a_form_sent_twice_records_once_and_answers_the_same(staffed: Database) -> None:
    for number, form in enumerate((said(), done(base_version=2, evidence=EVIDENCE))):
        first = report(staffed, form, request_id=f"form-{number}")
        assert report(staffed, form, request_id=f"form-{number}") == first
        assert head(staffed) == first.seq


def test_of_eight_who_report_on_one_version_at_once_one_is_recorded_and_seven_are_told(staffed: Database) -> None:
    outcomes: list[str] = []
    before = head(staffed)
    ready = threading.Barrier(8)

    def run(number: int) -> None:
        ready.wait()
        try:
            report(staffed, said(narrative=f"Writer {number}", evidence=EVIDENCE))
        except TrackerError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("recorded")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"StaleEdit": 7, "recorded": 1}
    assert head(staffed) == before + 1
    assert proving.verify(staffed).faults == ()


def test_eight_who_report_on_a_milestone_each_are_all_recorded_and_nothing_is_lost(staffed: Database) -> None:
    for number in range(8):
        promise(staffed, f"C6-01-T{number}", SOON)
    before = head(staffed)
    ready = threading.Barrier(8)
    told: list[TrackerError] = []

    def run(number: int) -> None:
        ready.wait()
        for version in range(5):
            try:
                report(
                    staffed,
                    said(milestone_id=f"C6-01-T{number}", base_version=version, narrative=f"{number}.{version}"),
                )
            except TrackerError as error:
                told.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == []
    assert head(staffed) == before + 40
    with staffed.read() as cursor:
        for number in range(8):
            nouns = [version.noun for version in reading.versions(cursor, Progress, f"C6-01-T{number}")]
            assert [noun.statement.narrative for noun in nouns if isinstance(noun, Progress)] == [
                f"{number}.{version}" for version in range(5)
            ]


# In order of need


@pytest.mark.parametrize(
    ("due", "confirmed", "group"),
    [
        (-1, True, "Overdue"),
        (0, False, "Due in the next 90 days"),
        (89, True, "Due in the next 90 days"),
        (90, False, "Not confirmed"),
        (90, True, "Confirmed"),
        (None, False, "Not confirmed"),
        (None, True, "Confirmed"),
    ],
)
def test_a_line_belongs_to_the_first_group_of_need_that_fits(
    staffed: Database,
    due: int | None,
    confirmed: bool,  # noqa: FBT001
    group: str,
) -> None:
    of = line(staffed)
    for field in ("forecast", "baseline"):  # the baseline counts where there is no forecast
        dated: dict[str, Any] = {f"{field}_on": None if due is None else days(due), f"{field}_precision": Precision.DAY}
        other: dict[str, Any] = {f"{name}_on": None for name in ("forecast", "baseline") if name != field}
        held = altered(of, confirmed=confirmed, **{**dated, **other})
        assert need(held) == group
        assert need(altered(held, actual_on=TODAY, actual_precision=Precision.DAY)) == "Complete"


def test_the_groups_of_need_follow_the_boards_own_tolerances(staffed: Database) -> None:
    held = altered(line(staffed), forecast_on=days(40), confirmed=True)
    assert need(held) == "Due in the next 90 days"
    assert need(held, replace(TOLERANCES, period_days=40)) == "Confirmed"


@pytest.mark.parametrize(("ago", "confirmed"), [(35, True), (36, False)])
def test_without_a_period_a_line_is_confirmed_for_as_long_as_a_forecast_stays_good(
    staffed: Database,
    ago: int,
    confirmed: bool,  # noqa: FBT001
) -> None:
    assert not line(staffed).confirmed
    save(staffed, recorded(id=PAID, reporter=Reporter.OWNER, forecast_on=SOON), on=days(-ago))
    assert line(staffed).confirmed is confirmed
    save(staffed, recorded(id=PAID, forecast_on=SOON), on=TODAY)  # the published record confirms nothing
    assert not line(staffed).confirmed


def test_what_my_updates_calls_overdue_or_due_soon_the_board_does_too(staffed: Database) -> None:
    for due in (-1, 0, 89, 90):
        promise(staffed, f"C6-01-D{due}", days(due))
    view = boards.view_board(staffed, TODAY, head(staffed))
    groups: dict[str, set[str]] = {name: set() for name in NEEDS}
    for held in my_lines(staffed, actor_id=OWNER):
        groups[need(held)].add(held.milestone_id)
    assert groups["Overdue"] == {m.milestone_id for m in view.milestones if m.status == "Overdue"}
    assert groups["Due in the next 90 days"] == {m.milestone_id for m in view.due_soon}
    assert groups["Complete"] == {m.milestone_id for m in view.met}
