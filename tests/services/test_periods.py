"""Reporting periods: opened, changed and closed by approvers, one at a time; and who has yet to confirm in one."""

from __future__ import annotations

import datetime as dt
import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import report_of, save
from tests.security.payloads import PAYLOADS
from tests.services.conftest import OWNER, PEOPLE, add, with_value
from tracker.domain import dates, nouns
from tracker.domain.dates import PublishedDate, in_words
from tracker.domain.errors import (
    InvalidPeriod,
    NotAllowed,
    NothingToRecord,
    TrackerError,
    UnknownPeriod,
    UnstorableText,
)
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import Period, Progress
from tracker.domain.policy import ALLOWED, Action
from tracker.domain.words import MoveReason, PeriodState, Precision, ReportedStatus, Role, View
from tracker.services import periods, progress, users
from tracker.store import ledger, reading

if TYPE_CHECKING:
    from tracker.domain.ledger import Change
    from tracker.store.database import Database
    from tracker.views.control import PeriodLine

TODAY = dates.today()
APPROVER = PEOPLE[Role.APPROVER]


def days(count: int) -> dt.date:
    return TODAY + dt.timedelta(days=count)


def opening(db: Database, **fields: Any) -> Change:
    """Open a period of three weeks around today; give only the fields that a test is about."""
    usual = periods.Timetable(
        period_id="2026-q4",
        name="October to December 2026",
        opens_on=days(-7),
        closes_on=days(7),
        board_on=days(14),
    )
    return periods.open_period(db, **with_value("period", usual, {"actor_id": APPROVER, **fields}))


def changing(db: Database, **fields: Any) -> Change:
    """Change the open period from what is held of it; give only the fields that a test is about."""
    held = periods.find_period(db)
    as_held = periods.Timetable(
        period_id=held.period_id,
        name=held.name,
        opens_on=held.opens_on,
        closes_on=held.closes_on,
        board_on=held.board_on,
    )
    given = {"actor_id": APPROVER, "base_version": held.version, **fields}
    return periods.change_period(db, **with_value("period", as_held, given))


def closing(db: Database, period_id: str = "2026-q4", **more: Any) -> Change:
    return periods.close_period(db, actor_id=APPROVER, period_id=period_id, **more)


def confirming(db: Database, milestone_id: str = "C6-01-M1") -> Change:
    """The owner says when the payment is expected now."""
    [line] = [line for line in progress.my_lines(db, actor_id=OWNER) if line.milestone_id == milestone_id]
    report = report_of(
        milestone_id=milestone_id,
        base_version=line.base_version,
        status=ReportedStatus.IN_PROGRESS,
        forecast=PublishedDate(days(60), Precision.DAY),
        reason=MoveReason.SPENDING,
        reason_note="The review ends in June",
    )
    return progress.report_progress(db, actor_id=OWNER, reports=[report])


def held(db: Database, period_id: str = "2026-q4") -> PeriodLine:
    return periods.find_period(db, period_id)


def head(db: Database) -> int:
    with db.read() as cursor:
        return reading.head(cursor).seq


# Opening, changing and closing


def test_a_period_is_opened_changed_and_closed_each_as_one_change(staffed: Database) -> None:
    assert periods.open_now(staffed) is None
    change = opening(staffed)
    assert (change.actor, change.action) == (APPROVER, "open period")
    assert held(staffed) == periods.open_now(staffed)
    assert held(staffed) == periods.PeriodLine(
        period_id="2026-q4",
        name="October to December 2026",
        opens_on=days(-7),
        closes_on=days(7),
        board_on=days(14),
        state="open",
        since=TODAY,
        version=1,
    )
    assert changing(staffed, name="Autumn 2026", closes_on=days(9)).action == "change period"
    assert (held(staffed).name, held(staffed).closes_on, held(staffed).version) == ("Autumn 2026", days(9), 2)
    assert closing(staffed).action == "close period"
    assert (held(staffed).state, held(staffed).since) == ("closed", TODAY)
    assert periods.open_now(staffed) is None
    assert [line.period_id for line in periods.list_periods(staffed)] == ["2026-q4"]


def test_one_period_is_open_at_a_time(staffed: Database) -> None:
    opening(staffed, opens_on=days(-2), closes_on=days(2))
    with pytest.raises(InvalidPeriod) as caught:
        opening(staffed, period_id="2027-q1")
    assert str(caught.value) == "October to December 2026 (2026-q4) is open. Close it first."
    closing(staffed)
    with pytest.raises(
        InvalidPeriod, match=r"^Its dates overlap with October to December 2026 \(2026-q4\), .+\. Choose other dates"
    ):
        opening(staffed, period_id="2027-q1", opens_on=TODAY)
    assert [line.state for line in periods.list_periods(staffed)] == ["closed"]


def test_periods_that_follow_each_other_are_listed_newest_first(staffed: Database) -> None:
    past = {"opens_on": days(-9), "closes_on": days(-1), "board_on": days(-1)}
    save(staffed, Period(id="z", name="Before", state=PeriodState.CLOSED, **past), on=days(-1))
    opening(staffed, period_id="b", opens_on=TODAY)
    assert [line.period_id for line in periods.list_periods(staffed)] == ["b", "z"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "  "}, "Enter a name, for example October to December 2026."),
        ({"opens_on": days(1), "closes_on": days(2)}, "It opens on .+, which is in the future. Open it on that date."),
        ({"opens_on": dt.date(2022, 3, 28)}, "It opens on 28 March 2022, before the Green Paper. Check the year."),
        (
            {"closes_on": days(400), "board_on": days(401)},
            r"It closes on .+, more than a year after it opens\. Check the year",
        ),
        ({"board_on": days(36_500)}, "It has a board on .+, more than a year after it opens"),
        (
            {"opens_on": days(-3), "closes_on": days(-1)},
            "It closes on .+, which has passed. Check the date.",
        ),
        ({"closes_on": days(-8), "board_on": TODAY}, "It closes on .+, before it opens on .+. Check both dates."),
        (
            {"board_on": days(6)},
            "The board meets on .+, before the period closes on .+. Close it by then",
        ),
        ({"period_id": "Q4 2026"}, '"Q4 2026" cannot be a period id. Use small letters'),
        ({"period_id": ""}, '"" cannot be a period id'),
        ({"period_id": "a" * 41}, "at most 40 characters"),
    ],
)
def test_a_period_that_cannot_be_so_is_refused_with_a_sentence(
    staffed: Database, fields: dict[str, Any], says: str
) -> None:
    before = head(staffed)
    with pytest.raises(InvalidPeriod, match=says):
        opening(staffed, **fields)
    assert head(staffed) == before


def test_every_fault_of_a_period_is_told_at_once(staffed: Database) -> None:
    with pytest.raises(InvalidPeriod) as caught:
        opening(staffed, name="", opens_on=days(3), closes_on=days(-3), board_on=days(-4))
    assert len(caught.value.faults) == 5


def test_a_name_that_cannot_be_stored_is_refused(staffed: Database) -> None:
    with pytest.raises(UnstorableText):
        opening(staffed, name="Quarter \x07")


def test_an_id_is_used_once(staffed: Database) -> None:
    opening(staffed)
    with pytest.raises(InvalidPeriod, match=r"There is already a reporting period 2026-q4\. Choose another id"):
        opening(staffed)
    closing(staffed)
    with pytest.raises(InvalidPeriod, match="There is already a reporting period 2026-q4"):
        opening(staffed)


def test_a_change_that_changes_nothing_or_was_overtaken_is_refused(staffed: Database) -> None:
    opening(staffed)
    with pytest.raises(NothingToRecord):
        changing(staffed)
    changing(staffed, name="Autumn")
    with pytest.raises(StaleEdit) as caught:
        changing(staffed, base_version=1, name="Winter")
    assert isinstance(caught.value.yours.noun, Period)
    assert caught.value.theirs
    assert isinstance(caught.value.theirs.noun, Period)
    assert (caught.value.yours.noun.name, caught.value.theirs.noun.name) == ("Winter", "Autumn")
    with pytest.raises(StaleEdit):
        closing(staffed, base_version=1)


def test_what_is_closed_or_was_never_opened_is_neither_changed_nor_closed(staffed: Database) -> None:
    for act in (closing, changing):
        with pytest.raises(UnknownPeriod):
            act(staffed)
    with pytest.raises(UnknownPeriod, match="No reporting period is open"):
        periods.chase(staffed)
    opening(staffed)
    with pytest.raises(UnknownPeriod, match=r'There is no reporting period "2026-q3"\. Choose one of: 2026-q4'):
        periods.chase(staffed, "2026-q3")
    line = held(staffed)
    closing(staffed)
    with pytest.raises(UnknownPeriod, match=r"2026-q4 was closed on .+. Reopen it to change it"):
        closing(staffed)
    with pytest.raises(UnknownPeriod, match="was closed on"):
        periods.change_period(
            staffed,
            actor_id=APPROVER,
            base_version=2,
            period=periods.Timetable(
                period_id=line.period_id,
                name="Later",
                opens_on=line.opens_on,
                closes_on=line.closes_on,
                board_on=line.board_on,
            ),
        )


def test_a_double_click_opens_and_closes_once(staffed: Database) -> None:
    assert opening(staffed, request_id="open").seq == opening(staffed, request_id="open").seq
    assert closing(staffed, request_id="close").seq == closing(staffed, request_id="close").seq


def reopening(db: Database, **fields: Any) -> Change:
    return periods.reopen_period(
        db, **{"actor_id": APPROVER, "period_id": "2026-q4", "reason": "Closed by mistake", **fields}
    )


def test_a_period_that_was_closed_by_mistake_opens_again_and_keeps_what_was_reported_in_it(staffed: Database) -> None:
    opening(staffed)
    confirming(staffed)
    with pytest.raises(InvalidPeriod, match=r"October to December 2026 \(2026-q4\) is already open"):
        reopening(staffed)
    closing(staffed)
    with pytest.raises(InvalidPeriod, match="Enter the reason for reopening"):
        reopening(staffed, reason=" ")
    with pytest.raises(StaleEdit):
        reopening(staffed, base_version=1)
    change = reopening(staffed, request_id="once")
    assert (change.action, change.reason) == ("reopen period", "Closed by mistake")
    assert reopening(staffed, request_id="once") == change
    line = held(staffed)
    assert (line.state, line.opens_on, line.closes_on, line.board_on) == (PeriodState.OPEN, days(-7), days(7), days(14))
    assert [len(one.confirmed) for one in periods.chase(staffed).people if one.user_id == OWNER] == [1]


def test_only_one_period_is_open_also_when_one_is_opened_again(staffed: Database) -> None:
    opening(staffed)
    closing(staffed)
    after = {"opens_on": days(8), "closes_on": days(9), "board_on": days(14)}
    save(staffed, Period(id="next", name="Next", state=PeriodState.OPEN, **after))
    with pytest.raises(InvalidPeriod, match=r"Next \(next\) is open\. Close it first"):
        reopening(staffed)


def test_a_period_whose_board_has_met_stays_closed(staffed: Database) -> None:
    save(
        staffed,
        Period(
            id="past",
            name="Last spring",
            opens_on=days(-90),
            closes_on=days(-70),
            board_on=days(-1),
            state=PeriodState.CLOSED,
        ),
    )
    with pytest.raises(
        InvalidPeriod, match=r"The board of Last spring \(past\) met on .+, so you cannot reopen it\. Open a new period"
    ):
        reopening(staffed, period_id="past")
    with pytest.raises(UnknownPeriod):
        reopening(staffed, period_id="never")


@pytest.mark.parametrize("role", Role)
def test_only_who_keeps_periods_keeps_them(staffed: Database, role: Role) -> None:
    who = PEOPLE[role]
    if Action.KEEP_PERIODS in ALLOWED[role]:
        opening(staffed, actor_id=who)
        changing(staffed, actor_id=who, name="Autumn")
        periods.close_period(staffed, actor_id=who, period_id="2026-q4")
        return
    opening(staffed)
    before = head(staffed)
    refusal = "cannot manage reporting periods"
    with pytest.raises(NotAllowed, match=refusal):
        opening(staffed, actor_id=who, period_id="other")
    with pytest.raises(NotAllowed, match=refusal):
        changing(staffed, actor_id=who, name="Autumn")
    with pytest.raises(NotAllowed, match=refusal):
        periods.close_period(staffed, actor_id=who, period_id="2026-q4")
    assert head(staffed) == before


def test_two_approvers_who_open_two_periods_at_once_open_one(staffed: Database) -> None:
    refused: list[TrackerError] = []
    start = threading.Barrier(2)

    def run(period_id: str) -> None:
        start.wait()
        try:
            opening(staffed, period_id=period_id)
        except TrackerError as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("mine", "yours")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line.state for line in periods.list_periods(staffed)] == ["open"]
    assert [type(error) for error in refused] == [InvalidPeriod]


def test_the_rule_of_one_open_period_is_asked_again_when_it_is_recorded(
    staffed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ledger.record

    def record_late(db: Database, **arguments: Any) -> Change:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ledger, "record", record)
            opening(db, period_id="theirs")
        return record(db, **arguments)

    monkeypatch.setattr(ledger, "record", record_late)
    with pytest.raises(InvalidPeriod, match=r"\(theirs\) is open\. Close it first"):
        opening(staffed, period_id="mine")
    assert [line.period_id for line in periods.list_periods(staffed)] == ["theirs"]


# What a period is for


def test_a_report_belongs_to_the_period_that_is_open(staffed: Database) -> None:
    confirming(staffed)
    opening(staffed)
    confirming(staffed)
    closing(staffed)
    confirming(staffed)
    with staffed.read() as cursor:
        said = [version.noun for version in reading.versions(cursor, Progress, "C6-01-M1")][1:]
    assert [noun.period_id for noun in said if isinstance(noun, Progress)] == [None, "2026-q4", None]


def test_a_line_is_confirmed_in_a_period_by_a_report_of_that_period_alone(staffed: Database) -> None:
    def confirmed() -> bool:
        [line] = [line for line in progress.my_lines(staffed, actor_id=OWNER) if line.milestone_id == "C6-01-M1"]
        return line.confirmed

    confirming(staffed)
    assert confirmed()  # in the last 35 days
    opening(staffed)
    assert not confirmed()
    confirming(staffed)
    assert confirmed()
    closing(staffed)
    assert confirmed()


# The chase list


def rated(commitment_id: str, period_id: str | None = None) -> nouns.Assessment:
    return nouns.Assessment(
        id=f"{commitment_id}/owner",
        commitment_id=commitment_id,
        view=View.OWNER,
        rating="Amber",
        scale="delivery confidence, 3-point (2021)",
        rationale="Watched",
        valid_until=days(14),
        period_id=period_id,
    )


def test_the_chase_list_says_who_has_confirmed_and_who_has_not(staffed: Database) -> None:
    add(staffed, "gone@dfe.example", Role.CONTRIBUTOR, programmes=["safety-valve"])
    users.change_user(
        staffed,
        actor_id=users.OPERATOR,
        user_id="gone@dfe.example",
        base_version=1,
        account=users.Account(
            address="gone@dfe.example", name="Gone", role=Role.CONTRIBUTOR, active=False, programmes=["safety-valve"]
        ),
    )
    opening(staffed)
    view = periods.chase(staffed)
    assert [line.user_id for line in view.people] == [OWNER, PEOPLE[Role.CONTRIBUTOR]]  # most to do first
    owner, idle = view.people
    assert [line.milestone_id for line in owner.waiting] == ["C6-01-M1"]  # C6-06-M1 has happened
    assert [line.commitment_id for line in owner.unrated] == ["C6-01"]  # C6-06 is delivered
    assert (owner.confirmed, owner.rated, owner.done) == ((), (), False)
    assert (idle.waiting, idle.unrated, idle.done) == ((), (), True)
    assert (view.orphans, view.unrated_orphans, view.done) == ((), (), 1)

    confirming(staffed)
    save(staffed, rated("C6-01", "2026-q4"), on=TODAY)
    view = periods.chase(staffed)
    owner = next(line for line in view.people if line.user_id == OWNER)
    assert [line.milestone_id for line in owner.confirmed] == ["C6-01-M1"]
    assert [line.commitment_id for line in owner.rated] == ["C6-01"]
    assert owner.done
    assert view.done == 2


def test_a_rating_of_another_period_does_not_count_in_this_one(staffed: Database) -> None:
    save(staffed, rated("C6-01"), on=TODAY)
    opening(staffed)
    assert [line.commitment_id for line in periods.chase(staffed).people[0].unrated] == ["C6-01"]


def test_what_is_given_to_nobody_is_listed_too(loaded: Database) -> None:
    add(loaded, APPROVER, Role.APPROVER)
    opening(loaded)
    view = periods.chase(loaded)
    assert [line.milestone_id for line in view.orphans] == ["C6-01-M1"]
    assert [line.commitment_id for line in view.unrated_orphans] == ["C6-01"]
    assert "Not assigned to anyone\n  not confirmed: C6-01-M1 The money is paid (due 2025)\n" in periods.as_text(view)


def test_a_closed_period_is_shown_as_it_stood_when_it_was_closed(staffed: Database) -> None:
    opening(staffed)
    closing(staffed)
    before = periods.chase(staffed, "2026-q4")
    confirming(staffed)  # too late
    assert [line.waiting[0].milestone_id for line in before.people if line.waiting] == ["C6-01-M1"]
    after = periods.chase(staffed, "2026-q4")
    assert [len(line.waiting) for line in after.people] == [len(line.waiting) for line in before.people]


def test_the_chase_list_as_text_as_json_and_as_a_letter(staffed: Database) -> None:
    opening(staffed)
    view = periods.chase(staffed)
    text = periods.as_text(view)
    assert text.startswith("October to December 2026 (2026-q4, open): as at ")
    assert "1 of 2 contributors has confirmed and rated everything\n" in text
    assert "Owner <owner@dfe.example>: 0 of 1 milestone confirmed, 1 commitment not rated\n" in text
    assert "  not confirmed: C6-01-M1 The money is paid (due 2025)\n" in text
    found = json.loads(periods.as_json(view))
    assert found["period"]["closes_on"] == days(7).isoformat()
    assert found["people"][0]["not_confirmed"] == [
        {"milestone_id": "C6-01-M1", "title": "The money is paid", "due": "2025-12-31"}
    ]
    letter = periods.letter(view, view.people[0])
    assert letter.splitlines()[0] == "To: owner@dfe.example"
    assert letter.splitlines()[1].startswith(
        "Subject: October to December 2026: 1 milestone to confirm and 1 commitment to rate by "
    )
    assert "  - C6-01-M1 The money is paid (due 2025)\n" in letter
    assert "  - C6-01 £300 million for Safety Valve\n" in letter


def test_after_its_last_day_a_letter_says_since_when_it_is_asked(staffed: Database) -> None:
    past = {"opens_on": days(-9), "closes_on": days(-2), "board_on": days(3)}
    save(staffed, Period(id="late", name="Late", state=PeriodState.OPEN, **past), on=days(-9))
    view = periods.chase(staffed)
    letter = periods.letter(view, view.people[0])
    assert f" to rate since {in_words(days(-2))}\n" in letter
    assert (
        f"The reporting period Late was due to close on {in_words(days(-2))}, for the board on {in_words(days(3))}."
        in letter
    )


def test_a_letter_asks_only_for_what_is_left(staffed: Database) -> None:
    opening(staffed)
    confirming(staffed)
    view = periods.chase(staffed)
    letter = periods.letter(view, view.people[0])
    assert ": 1 commitment to rate by " in letter
    assert "Please confirm" not in letter
    save(staffed, rated("C6-01", "2026-q4"), on=TODAY)
    assert all(line.done for line in periods.chase(staffed).people)


@pytest.mark.parametrize("payload", [payload for payload in PAYLOADS if payload.isprintable()])
def test_a_persons_text_is_text_in_a_letter_and_makes_no_line_of_its_own(staffed: Database, payload: str) -> None:
    opening(staffed, name=f"{payload}\nBcc: everybody@dfe.example")
    view = periods.chase(staffed)
    letter = periods.letter(view, view.people[0])
    assert not [line for line in letter.splitlines() if line.startswith("Bcc:")]
    assert " ".join(payload.split()) in letter
