"""Change control: who may ask and who may decide, what an approval records, what it does to slip and to the past."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tests.samples import milestone, progress, save
from tests.services.conftest import OWNER, PEOPLE, add, with_value
from tests.services.test_periods import days, head
from tracker.domain import dates
from tracker.domain.baselines import Asked
from tracker.domain.dates import GREEN_PAPER, PublishedDate, day_of
from tracker.domain.errors import (
    InvalidRequest,
    NotAllowed,
    PlanFaults,
    TrackerError,
    UnknownMilestone,
    UnknownRequest,
    UnstorableText,
)
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import BaselineRequest, Milestone
from tracker.domain.policy import ALLOWED, Action
from tracker.domain.words import MoveReason, Precision, Reporter, Role
from tracker.services import baselines, boards, history, users
from tracker.services.plans import compare_plans, load_plans
from tracker.store import ledger, proving, reading

if TYPE_CHECKING:
    from tests.exchange.conftest import PlanFolder
    from tracker.domain.ledger import Change
    from tracker.store.database import Database
    from tracker.views.board import MilestoneLine
    from tracker.views.control import RequestLine

TODAY = dates.today()
APPROVER, SECOND = PEOPLE[Role.APPROVER], "second@dfe.example"
PAID, MET = "C6-01-M1", "C6-06-M1"
"""Due by 31 March 2025 as published (a financial year) and expected in 2025; and met on 6 June 2023."""

PUBLISHED = PublishedDate(dt.date(2025, 3, 31), Precision.FINANCIAL_YEAR)
NEW = PublishedDate(dt.date(2027, 12, 31), Precision.YEAR)
NOTE = "The review moved"


def asking(db: Database, **fields: Any) -> Change:
    """The owner asks for the payment's baseline to be moved; give only the fields that a test is about."""
    usual = Asked(milestone_id=PAID, baseline=NEW, reason=MoveReason.SPENDING, note=NOTE)
    return baselines.request_baseline(db, **with_value("asked", usual, {"actor_id": OWNER, **fields}))


def correcting(db: Database, **fields: Any) -> Change:
    """The owner asks for the payment's baseline to be put right: it was misread by a year."""
    right = PublishedDate(dt.date(2026, 3, 31), Precision.FINANCIAL_YEAR)
    return asking(db, **{"baseline": right, "reason": MoveReason.CORRECTION, "note": "It was misread", **fields})


def deciding(db: Database, approve: bool = True, **fields: Any) -> Change:  # noqa: FBT001, FBT002
    values: dict[str, Any] = {"actor_id": APPROVER, "baseline_request_id": f"{PAID}/1", "approve": approve}
    return baselines.decide_baseline(db, **{**values, **fields})


def withdrawing(db: Database, **fields: Any) -> Change:
    return baselines.withdraw_request(db, **{"actor_id": OWNER, "baseline_request_id": f"{PAID}/1", **fields})


def request(db: Database, request_id: str = f"{PAID}/1") -> RequestLine:
    return next(line for line in baselines.list_requests(db) if line.request_id == request_id)


def shown(db: Database, as_at: dt.date = TODAY, known_seq: int | None = None, of: str = PAID) -> MilestoneLine:
    view = boards.view_board(db, as_at, boards.known_position(db) if known_seq is None else known_seq)
    return next(line for line in view.milestones if line.milestone_id == of)


def versions(db: Database, milestone_id: str = PAID) -> list[tuple[int, dt.date, PublishedDate | None, str | None]]:
    """A milestone's versions: number, day, baseline and its published wording."""
    with db.read() as cursor:
        found = reading.versions(cursor, Milestone, milestone_id)
    return [
        (
            version.version,
            version.effective_on,
            noun.baseline,
            noun.baseline_wording,
        )
        for version in found
        if isinstance(noun := version.noun, Milestone)
    ]


# Asking and deciding


def test_a_baseline_is_changed_by_a_request_and_an_approval_by_somebody_else(staffed: Database) -> None:
    assert asking(staffed).action == "request baseline"
    line = request(staffed)
    assert (line.before, line.after, line.state) == (PUBLISHED, NEW, "requested")
    assert (line.author, line.asked_on, line.decided_by, line.decided_on) == ("Owner", TODAY, None, None)
    assert shown(staffed).baseline == PUBLISHED  # nothing changes until it is approved

    change = deciding(staffed, note="Agreed by the board")
    assert (change.actor, change.action, change.reason) == (
        APPROVER,
        "change baseline",
        "funding or spending review; The review moved",
    )
    line = request(staffed)
    assert (line.before, line.after, line.state) == (PUBLISHED, NEW, "approved")
    assert (line.decided_by, line.decided_on, line.decision_note) == ("Approver", TODAY, "Agreed by the board")
    with staffed.read() as cursor:
        newest = [
            reading.latest(cursor, noun, of) for noun, of in ((BaselineRequest, line.request_id), (Milestone, PAID))
        ]
    assert [version.change_seq for version in newest if version] == [change.seq, change.seq]  # one change, or none


def test_an_approved_baseline_holds_from_today_and_the_original_stays_beside_it(staffed: Database) -> None:
    asking(staffed)
    deciding(staffed)
    line = shown(staffed)
    assert (line.baseline, line.original_baseline) == (NEW, PUBLISHED)
    assert shown(staffed, days(-1)).baseline == PUBLISHED
    assert [(number, day) for number, day, *_ in versions(staffed)] == [(1, GREEN_PAPER), (2, TODAY)]


def test_the_published_wording_goes_with_the_published_date(staffed: Database) -> None:
    worded = milestone(id="C6-01-M2", commitment_id="C6-01", promised_in="dfe-summary")
    save(staffed, worded, on=GREEN_PAPER)
    asking(staffed, milestone_id="C6-01-M2")
    deciding(staffed, baseline_request_id="C6-01-M2/1")
    assert [wording for *_, wording in versions(staffed, "C6-01-M2")] == ["by the end of 2023", None]
    correcting(staffed, milestone_id="C6-01-M2", baseline=PublishedDate(days(40), Precision.DAY))
    deciding(staffed, baseline_request_id="C6-01-M2/2")
    assert [number for number, day, *_ in versions(staffed, "C6-01-M2") if day == TODAY] == [2, 3]


def test_a_refusal_changes_nothing_and_says_why(staffed: Database) -> None:
    asking(staffed)
    with pytest.raises(InvalidRequest, match="C6-01-M1/1: enter a note that says why you refuse"):
        deciding(staffed, approve=False)
    assert deciding(staffed, approve=False, note="Too soon").action == "refuse baseline"
    line = request(staffed)
    assert (line.state, line.decision_note) == ("refused", "Too soon")
    assert shown(staffed).baseline == PUBLISHED
    asking(staffed)  # and may be asked again
    assert [line.request_id for line in baselines.list_requests(staffed)] == ["C6-01-M1/2", "C6-01-M1/1"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"note": " "}, "C6-01-M1: explain the reason in a note, for the person who decides."),
        (
            {"baseline": PUBLISHED, "reason": MoveReason.CORRECTION},
            "C6-01-M1: its baseline is already 2024-25. Enter a different one.",
        ),
        (
            {"baseline": PublishedDate(dt.date(2061, 3, 31), Precision.DAY)},
            r"C6-01-M1: 31 March 2061 is after \d{4}\. Correct it or, if it is right, write 2061 in the note",
        ),
        ({"reason": "because"}, 'C6-01-M1: "because" is not a reason to change a baseline. Choose one of: legislation'),
        (
            {"baseline": PublishedDate(days(-1), Precision.DAY)},
            r"C6-01-M1: .+ has passed, so only a correction can use it\. Enter a later date\.",
        ),
        (
            {"milestone_id": MET},
            "C6-06-M1: it was completed on 6 June 2023, so its baseline can only be corrected.",
        ),
        (
            {"milestone_id": MET, "reason": MoveReason.CORRECTION},
            "C6-06-M1: it has no baseline to correct. Choose another reason.",
        ),
    ],
)
def test_a_request_that_cannot_be_so_is_refused_with_a_sentence(
    staffed: Database, fields: dict[str, Any], says: str
) -> None:
    before = head(staffed)
    with pytest.raises(InvalidRequest, match=says):
        asking(staffed, **fields)
    assert head(staffed) == before


def test_what_is_not_there_is_neither_asked_for_nor_decided(staffed: Database) -> None:
    with pytest.raises(UnknownMilestone, match="There is no milestone C9-99-M1 on the board"):
        asking(staffed, milestone_id="C9-99-M1")
    with pytest.raises(UnknownRequest, match=r'There is no request "x"\. Waiting for a decision: none'):
        deciding(staffed, baseline_request_id="x")
    with pytest.raises(UnstorableText):
        asking(staffed, note="A bell \x07")


def test_one_request_waits_for_a_milestone_at_a_time(staffed: Database) -> None:
    asking(staffed)
    with pytest.raises(InvalidRequest, match=r"Owner requested 2027 on .+\. Wait for that decision"):
        asking(staffed, actor_id=APPROVER, baseline=PublishedDate(days(90), Precision.DAY))
    deciding(staffed)
    with pytest.raises(InvalidRequest, match=r"C6-01-M1/1 was approved by Approver on .+\. You cannot change that"):
        deciding(staffed, approve=False, note="No")


def test_a_request_that_no_longer_fits_can_only_be_refused(staffed: Database) -> None:
    asking(staffed)
    moved = {"baseline_on": dt.date(2028, 12, 31), "baseline_precision": Precision.YEAR}
    save(staffed, milestone(id=PAID, commitment_id="C6-01", promised_in="dfe-summary", **moved), on=TODAY)
    with pytest.raises(InvalidRequest) as caught:
        deciding(staffed)
    assert str(caught.value) == (
        "C6-01-M1: the baseline was 2024-25 when this was requested and is now 2028. Refuse this request and ask for a "
        "new one."
    )
    assert request(staffed).before == PUBLISHED
    deciding(staffed, approve=False, note="Overtaken")


def test_a_milestone_that_happened_meanwhile_keeps_its_baseline(staffed: Database) -> None:
    asking(staffed)
    save(staffed, progress(id=PAID, reporter=Reporter.OWNER, actual_on=TODAY), on=TODAY)
    with pytest.raises(InvalidRequest, match=r"it was completed on .+ Refuse this request"):
        deciding(staffed)


def test_a_double_click_asks_and_decides_once(staffed: Database) -> None:
    assert asking(staffed, request_id="ask").seq == asking(staffed, request_id="ask").seq
    assert deciding(staffed, request_id="decide").seq == deciding(staffed, request_id="decide").seq
    assert len(versions(staffed)) == 2


def test_what_approving_does_is_told_before_it_is_asked(staffed: Database) -> None:
    before = head(staffed)
    asked = Asked(milestone_id=PAID, baseline=NEW, reason=MoveReason.SPENDING, note=NOTE)
    seen = baselines.foresee_baseline(staffed, actor_id=OWNER, asked=asked)
    assert (seen.line.computed_status, seen.status_after, seen.faults) == ("Overdue", "Overdue", ())
    assert head(staffed) == before
    asking(staffed)
    deciding(staffed)
    assert (shown(staffed).status, shown(staffed).slip_days) == (seen.status_after, seen.slip_after)


def test_what_approving_does_is_told_to_whoever_decides(staffed: Database) -> None:
    asking(staffed)
    seen = baselines.foresee_approval(staffed, actor_id=APPROVER, baseline_request_id=f"{PAID}/1")
    assert (seen.line.baseline, seen.asked.baseline, seen.status_after, seen.faults) == (PUBLISHED, NEW, "Overdue", ())
    save(staffed, progress(id=PAID, reporter=Reporter.OWNER, actual_on=TODAY), on=TODAY)
    seen = baselines.foresee_approval(staffed, actor_id=APPROVER, baseline_request_id=f"{PAID}/1")
    assert len(seen.faults) == 1
    with pytest.raises(NotAllowed):
        baselines.foresee_approval(staffed, actor_id=OWNER, baseline_request_id=f"{PAID}/1")


# Who may


@pytest.mark.parametrize("role", Role)
def test_only_who_may_ask_asks_and_only_what_was_given_to_them(staffed: Database, role: Role) -> None:
    who = PEOPLE[role]  # to whom nothing was given
    if role is Role.APPROVER:
        assert asking(staffed, actor_id=who).actor == who
        assert [line.milestone_id for line in baselines.my_milestones(staffed, actor_id=who)] == [PAID, MET]
        return
    with pytest.raises(NotAllowed):
        asking(staffed, actor_id=who)
    if role is Role.CONTRIBUTOR:
        assert baselines.my_milestones(staffed, actor_id=who) == []
        assert [line.milestone_id for line in baselines.my_milestones(staffed, actor_id=OWNER)] == [PAID, MET]
    else:
        with pytest.raises(NotAllowed):
            baselines.my_milestones(staffed, actor_id=who)


@pytest.mark.parametrize("role", Role)
def test_only_who_may_decide_decides(staffed: Database, role: Role) -> None:
    asking(staffed)
    if Action.DECIDE_BASELINE in ALLOWED[role]:
        deciding(staffed, actor_id=PEOPLE[role])
        return
    before = head(staffed)
    with pytest.raises(NotAllowed, match="cannot decide on a baseline request"):
        deciding(staffed, actor_id=PEOPLE[role])
    assert head(staffed) == before


def test_nobody_decides_on_their_own_request_even_as_an_approver(staffed: Database) -> None:
    add(staffed, SECOND, Role.APPROVER)
    asking(staffed, actor_id=APPROVER)
    for approve in (True, False):
        with pytest.raises(
            NotAllowed, match=r"Approver made this request and cannot decide on it\. Another approver must"
        ):
            deciding(staffed, approve=approve, note="Mine")
    deciding(staffed, actor_id=SECOND)
    assert request(staffed).decided_by == "Second"


# At the same moment


def at_once(*acts: Any) -> tuple[list[Change], list[TrackerError]]:
    """Do things at the same moment, each by somebody of their own."""
    done: list[Change] = []
    refused: list[TrackerError] = []
    start = threading.Barrier(len(acts))

    def run(act: Any) -> None:
        start.wait()
        try:
            done.append(act())
        except TrackerError as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, refused


def test_of_two_approvers_who_decide_at_once_one_wins_and_the_other_is_told(staffed: Database) -> None:
    add(staffed, SECOND, Role.APPROVER)
    for number in range(1, 4):
        asking(staffed, baseline=PublishedDate(days(100 + number), Precision.DAY))
        of = f"{PAID}/{number}"
        done, refused = at_once(
            lambda of=of: deciding(staffed, baseline_request_id=of),
            lambda of=of: deciding(staffed, False, baseline_request_id=of, actor_id=SECOND, note="No"),
        )
        assert len(done) == 1
        assert [type(error) in (StaleEdit, InvalidRequest) for error in refused] == [True]
        line = request(staffed, of)
        assert line.state == ("approved" if done[0].action == "change baseline" else "refused")
        assert (shown(staffed).baseline == line.after) == (line.state == "approved")
    assert proving.verify(staffed).faults == ()


def test_of_two_who_ask_at_once_one_is_told_to_look_at_the_others(staffed: Database) -> None:
    done, refused = at_once(lambda: asking(staffed), lambda: asking(staffed, actor_id=APPROVER))
    assert (len(done), [type(error) for error in refused]) == (1, [InvalidRequest])
    assert len(baselines.list_requests(staffed)) == 1


def test_a_request_made_between_the_look_and_the_save_is_not_overwritten(
    staffed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ledger.record

    def record_late(db: Database, **arguments: Any) -> Change:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ledger, "record", record)
            asking(db, actor_id=APPROVER)
        return record(db, **arguments)

    monkeypatch.setattr(ledger, "record", record_late)
    with pytest.raises(InvalidRequest, match="someone else has just requested a baseline change"):
        asking(staffed)
    assert [line.author for line in baselines.list_requests(staffed)] == ["Approver"]


# Corrections


def test_a_correction_holds_on_every_day_on_which_the_wrong_baseline_did(staffed: Database) -> None:
    save(
        staffed,
        milestone(
            id=PAID,
            commitment_id="C6-01",
            promised_in="dfe-summary",
            title="The money is paid in full",
            baseline_on=PUBLISHED.day,
            baseline_precision=PUBLISHED.precision,
            baseline_wording=None,
        ),
        on=dt.date(2024, 5, 1),
    )
    known = head(staffed)
    correcting(staffed)
    assert deciding(staffed).action == "correct baseline"
    right = request(staffed).after
    assert versions(staffed)[2:] == [(3, GREEN_PAPER, right, None), (4, dt.date(2024, 5, 1), right, None)]
    for day in (GREEN_PAPER, dt.date(2024, 5, 1), TODAY):
        line = shown(staffed, day)
        assert (line.baseline, line.original_baseline) == (right, right)
        assert shown(staffed, day, known).baseline == PUBLISHED  # what was known then stays what was known
    assert shown(staffed).title == "The money is paid in full"


def test_a_correction_of_a_baseline_that_was_moved_leaves_the_original_alone(staffed: Database) -> None:
    asking(staffed)
    deciding(staffed)
    correcting(staffed, baseline=PublishedDate(dt.date(2027, 12, 31), Precision.DAY))
    deciding(staffed, baseline_request_id=f"{PAID}/2")
    line = shown(staffed)
    assert (str(line.baseline), line.original_baseline) == ("31 December 2027", PUBLISHED)
    assert shown(staffed, days(-1)).baseline == PUBLISHED


def test_history_tells_who_asked_who_decided_and_why(staffed: Database) -> None:
    asking(staffed)
    deciding(staffed, note="Agreed by the board")
    view = history.view_history(staffed, history.HistoryFilter(milestone_id=PAID), head(staffed))
    told = [line.sentence for line in view.lines]
    assert any(
        "Approver (approver) moved the baseline of C6-01-M1 from 2024-25 to 2027 (+1,005 days): "
        "funding or spending review; The review moved." in sentence
        for sentence in told
    )
    assert any(
        "Owner (contributor) added the baseline request C6-01-M1/1 with requested baseline 2027" in s for s in told
    )
    correcting(staffed)
    deciding(staffed, baseline_request_id=f"{PAID}/2")
    view = history.view_history(staffed, history.HistoryFilter(milestone_id=PAID), head(staffed))
    [line] = [line for line in view.lines if line.action == "correct baseline" and line.noun == "milestone"]
    assert line.what == "corrected the baseline of C6-01-M1 from 2027 to 2025-26 (-640 days)"
    assert line.why == "correcting an error; It was misread"


@given(
    baselines_on=st.lists(st.sampled_from([dt.date(2024, 6, 30), dt.date(2025, 6, 30)]), min_size=1, max_size=4),
    right=st.sampled_from([dt.date(2023, 6, 30), dt.date(2026, 1, 31)]),
    forecast=st.none() | st.sampled_from([dt.date(2024, 9, 30), dt.date(2026, 6, 30)]),
)
@settings(max_examples=40 if LONG else 3)
def test_a_correction_never_changes_slip_as_known_then_nor_on_days_before_the_error(
    staffed: Database, baselines_on: list[dt.date], right: dt.date, forecast: dt.date | None
) -> None:
    """Whatever was held day after day: only the run of days that ends with the wrong baseline is put right."""
    with staffed.read() as cursor:
        of = f"C6-01-X{reading.head(cursor).seq}"
    on = [dt.date(2023, 1, 1) + dt.timedelta(days=200 * place) for place in range(len(baselines_on))]
    for day, baseline_on in zip(on, baselines_on, strict=True):
        promised = milestone(id=of, commitment_id="C6-01", promised_in="dfe-summary", baseline_on=baseline_on)
        save(staffed, promised, on=day)
    if forecast:
        save(staffed, progress(id=of, forecast_on=forecast), on=dt.date(2023, 3, 1))
    asked_on = [*on, *(day + dt.timedelta(days=100) for day in on), TODAY]
    known = head(staffed)
    before = {day: shown(staffed, day, known, of) for day in asked_on}
    correcting(staffed, milestone_id=of, baseline=PublishedDate(right, Precision.DAY))
    deciding(staffed, baseline_request_id=f"{of}/1")
    wrong_from = next(
        day for place, day in enumerate(on) if all(later == baselines_on[-1] for later in baselines_on[place:])
    )
    for day in asked_on:
        assert shown(staffed, day, known, of) == before[day]
        after = shown(staffed, day, of=of)
        if day < wrong_from:
            assert after == before[day]
        else:
            assert day_of(after.baseline) == right


# The plans


def test_the_plans_change_nothing_of_what_was_decided_whatever_they_say_there(
    staffed: Database, plan: PlanFolder
) -> None:
    correcting(staffed)
    deciding(staffed)
    asking(staffed)
    deciding(staffed, baseline_request_id=f"{PAID}/2")
    before = head(staffed)
    assert compare_plans(staffed, plan.plans, plan.data) == ()
    assert load_plans(staffed, plan.plans, plan.data, actor="secretariat").change is None
    assert head(staffed) == before
    assert shown(staffed).baseline == NEW

    plan.edit("promises", 'baseline    = "FY2024-25"', 'baseline    = "FY2025-26"')  # what the correction says
    assert compare_plans(staffed, plan.plans, plan.data) == ()
    assert load_plans(staffed, plan.plans, plan.data, actor="secretariat").change is None
    plan.edit("promises", 'baseline    = "FY2025-26"', 'baseline    = "FY2028-29"')
    with pytest.raises(PlanFaults, match="C6-01-M1, field baseline"):
        load_plans(staffed, plan.plans, plan.data, actor="secretariat")
    assert (head(staffed), shown(staffed).baseline) == (before, NEW)


def test_the_operator_decides_nothing(staffed: Database) -> None:
    asking(staffed)
    with pytest.raises(NotAllowed):
        deciding(staffed, actor_id=users.OPERATOR)


# Withdrawing


def test_an_author_withdraws_a_request_and_nothing_else_changes(staffed: Database) -> None:
    asking(staffed)
    before = shown(staffed)
    change = withdrawing(staffed, note="I took the wrong milestone", request_id="once")
    assert (change.actor, change.action) == (OWNER, "withdraw baseline request")
    assert withdrawing(staffed, request_id="once") == change
    line = request(staffed)
    assert (line.state, line.decided_by, line.decided_on) == ("withdrawn", None, None)
    assert line.decision_note == "I took the wrong milestone"
    assert (line.after, line.note, shown(staffed)) == (NEW, NOTE, before)
    for act in (deciding, withdrawing):
        with pytest.raises(
            InvalidRequest, match=rf"Owner withdrew {PAID}/1\. If the change is still needed, make a new request"
        ):
            act(staffed)
    asking(staffed)
    assert request(staffed, f"{PAID}/2").state == "requested"


def test_only_its_author_withdraws_a_request_and_only_before_it_is_decided(staffed: Database) -> None:
    asking(staffed)
    for who in (APPROVER, PEOPLE[Role.CONTRIBUTOR]):
        with pytest.raises(NotAllowed, match=f"Owner made {PAID}/1, so only Owner may withdraw it"):
            withdrawing(staffed, actor_id=who)
    with pytest.raises(NotAllowed):
        withdrawing(staffed, actor_id=PEOPLE[Role.VIEWER])
    with pytest.raises(UnknownRequest):
        withdrawing(staffed, baseline_request_id=f"{PAID}/9")
    deciding(staffed, approve=False, note="Not now")
    with pytest.raises(InvalidRequest, match="was refused by Approver"):
        withdrawing(staffed)
