"""The board view: what is counted, what is an exception and why, and in which order."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import altered, board_view, built
from tracker.domain.ledger import GENESIS, Head
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.words import CLOSED_OUTCOMES, STATUS_SEVERITY, MilestoneStatus, Outcome
from tracker.reporting.board import REASONS
from tracker.reporting.digest import digest
from tracker.views.board import CommitmentLine, EventLine, MilestoneLine, SourceLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.reporting.board import BoardView, ExceptionLine

AS_AT = dt.date(2024, 6, 30)
DAY = dt.timedelta(days=1)


def commitment(commitment_id: str = "C1", **fields: Any) -> CommitmentLine:
    """A commitment that is on no list; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "commitment_id": commitment_id,
        "chapter": 2,
        "kind": "policy",
        "title": f"The commitment {commitment_id}",
        "statement": "It is promised.",
        "lead": "Department for Education",
        "owner_id": "sro",
        "owner": "Senior responsible owner",
        "owner_organisation": "Department for Education",
        "owner_status": "Green",
        "computed_status": MilestoneStatus.GREEN,
        "outcome": "In progress",
        "milestones": 1,
        "milestones_met": 0,
    }
    return built(CommitmentLine, **{**values, **fields})


def milestone(milestone_id: str = "C1-M1", **fields: Any) -> MilestoneLine:
    """A milestone that is on no list; give only the fields that a test is about."""
    values: dict[str, Any] = dict.fromkeys(MilestoneLine.__dataclass_fields__)
    for kind in ("baseline", "forecast", "actual"):
        if fields.get(f"{kind}_on"):
            values[f"{kind}_precision"] = "day"
    values |= {
        "milestone_id": milestone_id,
        "commitment_id": milestone_id.partition("-")[0],
        "commitment": "The commitment",
        "title": f"The milestone {milestone_id}",
        "kind": "commitment",
        "key": True,
        "promised_in": "green-paper",
        "promised_on": dt.date(2022, 3, 29),
        "status": MilestoneStatus.GREEN,
        "owner_id": "sro",
        "owner": "Senior responsible owner",
    }
    return built(MilestoneLine, **{**values, **fields})


def event(event_id: str, commitment_id: str | None = None, *, on: dt.date = AS_AT, inferred: bool = False) -> EventLine:
    return built(
        EventLine,
        event_id=event_id,
        commitment_id=commitment_id,
        happened_on=on,
        happened_precision="day",
        inferred=inferred,
        summary="It happened.",
        evidence_id="news",
        note=None,
    )


def source(source_id: str) -> SourceLine:
    return built(
        SourceLine,
        source_id=source_id,
        kind="evidence",
        publisher="P",
        title="T",
        published_on=None,
        published_precision=None,
        url=None,
        note=None,
        cited=0,
    )


def board(
    commitments: Sequence[CommitmentLine] = (),
    milestones: Sequence[MilestoneLine] = (),
    events: Sequence[EventLine] = (),
    *,
    sources: Sequence[SourceLine] = (),
    rules: Tolerances = TOLERANCES,
) -> BoardView:
    return board_view(
        as_at=AS_AT,
        known_at=None,
        head=Head(0, GENESIS),
        rules=rules,
        demonstration=False,
        commitments=commitments,
        milestones=milestones,
        programmes=(),
        funding=(),
        events=events,
        sources=sources,
    )


def overdue(milestone_id: str, days: int, **fields: Any) -> MilestoneLine:
    due = AS_AT - days * DAY
    return milestone(milestone_id, status=MilestoneStatus.OVERDUE, baseline_on=due, slip_days=days, **fields)


def only(lines: Sequence[ExceptionLine]) -> ExceptionLine:
    [line] = lines
    return line


# Counts


def test_commitments_are_counted_in_the_order_of_each_scale_and_words_that_do_not_occur_are_left_out() -> None:
    shown = board(
        [
            commitment("C1", owner_status=None, computed_status="Complete", outcome=None),
            commitment("C2", owner_status="Green", computed_status="Overdue", outcome="Delivered late"),
            commitment("C3", owner_status="Red", computed_status="Overdue", outcome="Not started"),
            commitment("C4", owner_status="Amber", computed_status="Not dated", outcome="Unknown"),
        ]
    )
    assert list(shown.by_owner_status.items()) == [("Red", 1), ("Amber", 1), ("Green", 1), ("Not reported", 1)]
    assert list(shown.by_computed_status.items()) == [("Overdue", 2), ("Not dated", 1), ("Complete", 1)]
    assert list(shown.by_outcome.items()) == [("Not started", 1), ("Delivered late", 1), ("Unknown", 2)]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_delivered_late_or_in_another_form_is_delivered_and_nothing_else_is(outcome: Outcome) -> None:
    counts = outcome in ("Delivered", "Delivered late", "Delivered in a different form")
    assert board([commitment(outcome=outcome)]).delivered == counts


def test_the_data_cut_off_is_the_day_of_the_newest_fact() -> None:
    met, happened, read = milestone(actual_on=AS_AT - 9 * DAY), event("E", on=AS_AT - 8 * DAY), AS_AT - 7 * DAY
    assert board([commitment()]).data_cut_off is None
    assert board([commitment()], [met]).data_cut_off == AS_AT - 9 * DAY
    assert board([commitment()], [met], [happened]).data_cut_off == AS_AT - 8 * DAY
    assert board([commitment(outcome_since=read)], [met], [happened]).data_cut_off == AS_AT - 7 * DAY


def test_overdue_milestones_are_counted() -> None:
    shown = board([commitment()], [overdue("C1-M1", 1), overdue("C1-M2", 9), milestone("C1-M3")])
    assert shown.overdue == 2


def test_sources_are_found_by_id_and_events_of_no_commitment_are_the_outside_world() -> None:
    shown = board([commitment()], events=[event("E1"), event("E2", "C1")], sources=[source("news"), source("hansard")])
    assert list(shown.cited) == ["news", "hansard"]
    assert [e.event_id for e in shown.outside_world] == ["E1"]
    assert [e.event_id for e in shown.events] == ["E1", "E2"]


def test_a_due_date_is_told_with_the_words_it_was_published_in() -> None:
    line = only(board([commitment()], [overdue("C1-M1", 2, baseline_wording="by the summer")]).exceptions)
    assert "(published as “by the summer”): 2 days overdue." in line.why


def test_an_owner_who_reports_on_a_milestone_is_not_silent_until_the_report_is_stale() -> None:
    for days, silent in ((0, False), (35, False), (36, True)):
        view = board([commitment(owner_status=None, owner_reported_on=AS_AT - days * DAY)], [])
        assert (view.confidence.not_reported == 1) is silent
        assert view.headline.endswith("No owner has reported on any commitment.") is silent
        assert (view.confidence.owners_confirmed == 0) is silent


# The period


@pytest.mark.parametrize(("days", "shown"), [(0, True), (1, True), (89, True), (90, False), (91, False)])
def test_a_milestone_met_counts_in_the_period_of_ninety_days_that_ends_today(days: int, shown: bool) -> None:  # noqa: FBT001
    view = board([commitment()], [milestone(actual_on=AS_AT - days * DAY)])
    assert bool(view.met_in_period) is shown
    assert len(view.met) == 1


@pytest.mark.parametrize(("days", "shown"), [(0, False), (1, True), (90, True), (91, False)])
def test_a_milestone_missed_counts_in_the_ninety_days_before_today(days: int, shown: bool) -> None:  # noqa: FBT001
    assert bool(board([commitment()], [overdue("C1-M1", days)]).missed_in_period) is shown


@pytest.mark.parametrize(("days", "shown"), [(-1, False), (0, True), (89, True), (90, False)])
def test_a_milestone_due_in_the_ninety_days_that_begin_today_is_due_soon(days: int, shown: bool) -> None:  # noqa: FBT001
    assert bool(board([commitment()], [milestone(baseline_on=AS_AT + days * DAY)]).due_soon) is shown


def test_a_milestone_is_due_when_it_is_forecast_and_else_when_it_was_promised() -> None:
    moved = milestone("C1-M1", baseline_on=AS_AT - 9 * DAY, forecast_on=AS_AT + 9 * DAY)
    view = board([commitment()], [moved, milestone("C1-M2")])
    assert [m.milestone_id for m in view.due_soon] == ["C1-M1"]
    assert view.missed_in_period == ()


def test_a_milestone_that_is_met_is_neither_due_nor_missed() -> None:
    met = [
        milestone("C1-M1", baseline_on=AS_AT - DAY, actual_on=AS_AT),
        milestone("C1-M2", baseline_on=AS_AT + DAY, actual_on=AS_AT),
    ]
    view = board([commitment()], met)
    assert (view.missed_in_period, view.due_soon) == ((), ())


def test_a_board_may_have_a_period_of_its_own() -> None:
    view = board([commitment()], [milestone(actual_on=AS_AT - 8 * DAY)], rules=Tolerances(period_days=8))
    assert view.met_in_period == ()


def test_milestones_of_a_list_are_in_order_of_their_days() -> None:
    lines = [
        milestone("C1-M1", actual_on=AS_AT),
        milestone("C1-M2", actual_on=AS_AT - DAY),
        milestone("C1-M4", baseline_on=AS_AT + 2 * DAY),
        milestone("C1-M3", baseline_on=AS_AT + 2 * DAY),
        milestone("C1-M5", baseline_on=AS_AT + DAY),
    ]
    view = board([commitment()], lines)
    assert [m.milestone_id for m in view.met] == ["C1-M2", "C1-M1"]
    assert [m.milestone_id for m in view.due_soon] == ["C1-M5", "C1-M3", "C1-M4"]


# Why a line is an exception


def test_a_commitment_on_track_is_no_exception() -> None:
    assert board([commitment()], [milestone(baseline_on=AS_AT + DAY)]).exceptions == ()


@pytest.mark.parametrize(("days", "ago"), [(1, "1 day"), (2, "2 days"), (1_057, "1,057 days")])
def test_an_overdue_milestone_is_an_exception_that_says_since_when(days: int, ago: str) -> None:
    due = AS_AT - days * DAY
    line = only(board([commitment(computed_status="Red", owner_status="Red")], [overdue("C1-M1", days)]).exceptions)
    assert line.reasons == ("overdue",)
    assert line.why == f"Due by {due.day} {due:%B %Y}: {ago} overdue."
    assert (line.milestone_id, line.milestone, line.owner, line.slip_days, line.key) == (
        "C1-M1",
        "The milestone C1-M1",
        "Senior responsible owner",
        days,
        True,
    )
    assert (line.owner_status, line.computed_status, line.outcome) == ("Red", "Red", "In progress")
    assert line.milestone_status == "Overdue"


@pytest.mark.parametrize(("slip", "reasons"), [(30, ()), (31, (("slipped beyond tolerance",),)), (-40, ()), (None, ())])
def test_a_forecast_beyond_the_amber_tolerance_is_an_exception(
    slip: int | None, reasons: tuple[tuple[str, ...], ...]
) -> None:
    late = milestone(slip_days=slip, baseline_on=AS_AT + DAY, forecast_on=AS_AT + 32 * DAY, status="Red")
    assert tuple(line.reasons for line in board([commitment()], [late]).exceptions) == reasons


def test_a_slipped_milestone_says_its_forecast_and_its_baseline() -> None:
    late = milestone(
        slip_days=366,
        baseline_on=dt.date(2024, 12, 31),
        baseline_precision="year",
        forecast_on=dt.date(2025, 12, 31),
        forecast_precision="quarter",
    )
    line = only(board([commitment()], [late]).exceptions)
    assert line.why == "Forecast quarter 4 of 2025 against a baseline of 2024."
    assert str(line.due) == "quarter 4 of 2025"


def test_a_milestone_met_late_is_no_exception() -> None:
    late = milestone(slip_days=400, actual_on=AS_AT, baseline_on=AS_AT - 400 * DAY, status="Complete, late")
    assert board([commitment()], [late]).exceptions == ()


@pytest.mark.parametrize(
    ("owner", "dates", "disagree"),
    [
        ("Green", "Overdue", True),
        ("Green", "Red", True),
        ("Green", "Amber", True),
        ("Green", "Stale", False),
        ("Green", "Not dated", False),
        ("Green", "Green", False),
        ("Green", "Complete, late", False),
        ("Green", "Complete", False),
        ("Amber", "Overdue", True),
        ("Amber", "Red", True),
        ("Amber", "Amber", False),
        ("Amber", "Stale", False),
        ("Amber", "Green", False),
        ("Red", "Overdue", False),
        ("Red", "Red", False),
        ("Red", "Green", False),
        ("Red", "Complete", False),
    ],
)
def test_an_owner_who_is_more_confident_than_the_dates_is_an_exception(owner: str, dates: str, disagree: bool) -> None:  # noqa: FBT001
    lines = board([commitment(owner_status=owner, computed_status=dates)]).exceptions
    assert [line.reasons for line in lines] == ([("owner and dates disagree",)] if disagree else [])
    assert [line.why for line in lines] == (
        [f"The owner rates it {owner}. The dates suggest {dates}."] if disagree else []
    )


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_plan_that_goes_on_against_the_published_record_is_an_exception(outcome: Outcome) -> None:
    against = outcome in ("Superseded", "Not being pursued")
    lines = board([commitment(outcome=outcome)]).exceptions
    assert [line.reasons for line in lines] == ([("evidence against the plan",)] if against else [])
    assert [line.why for line in lines] == ([f"Published evidence: {outcome}."] if against else [])
    assert board([commitment(outcome=outcome, milestones_met=1)]).exceptions == ()


@pytest.mark.parametrize("outcome", [*Outcome, None])
def test_silence_is_an_exception_until_the_commitment_is_closed(outcome: Outcome | None) -> None:
    lines = board([commitment(outcome=outcome, owner_status=None, milestones=0)]).exceptions
    closed = outcome in CLOSED_OUTCOMES
    assert [line.reasons for line in lines] == ([] if closed else [("not reported",)])
    assert [line.why for line in lines] == ([] if closed else ["The owner has not reported."])
    assert {line.owner_status for line in lines} <= {"Not reported"}
    assert {line.outcome for line in lines} <= {outcome or "Unknown"}


def test_a_commitments_own_exception_shows_its_target_and_slip() -> None:
    line = only(
        board(
            [commitment(owner_status=None, target_on=dt.date(2030, 12, 31), target_precision="year", slip_days=3)]
        ).exceptions
    )
    assert (line.milestone_id, line.milestone, str(line.due), line.slip_days, line.key) == (None, None, "2030", 3, True)


def test_a_milestone_carries_its_commitments_reasons_and_all_sentences_worst_first() -> None:
    owner = commitment(owner_status="Green", computed_status="Overdue", outcome="Superseded")
    line = only(board([owner], [overdue("C1-M1", 3)]).exceptions)
    assert line.reasons == ("overdue", "owner and dates disagree", "evidence against the plan")
    assert line.why == (
        "Due by 27 June 2024: 3 days overdue. The owner rates it Green. The dates suggest Overdue. Published "
        "evidence: Superseded."
    )


def test_a_commitment_whose_milestone_is_an_exception_is_not_listed_again() -> None:
    silent = commitment(owner_status=None, computed_status="Overdue")
    assert [line.milestone_id for line in board([silent], [overdue("C1-M1", 1)]).exceptions] == ["C1-M1"]


# The order of exceptions


def mixed() -> BoardView:
    """A board with exceptions of every kind, of key milestones and of a supporting one."""
    commitments = [
        commitment("C1", owner_status=None),
        commitment("C2", outcome="Superseded"),
        commitment("C3", computed_status="Red"),
        *(commitment(f"C{number}", computed_status="Complete") for number in range(4, 10)),
    ]
    lines = [
        milestone("C4-M1", slip_days=99, status="Red"),
        overdue("C5-M1", 1),
        overdue("C6-M1", 50),
        overdue("C7-M1", 900, key=False),
        milestone("C8-M1", slip_days=100, status="Red"),
        overdue("C9-M2", 50),
        overdue("C9-M1", 50),
    ]
    return board(commitments, lines)


def test_exceptions_are_overdue_first_then_slipped_and_of_each_the_furthest_behind_first() -> None:
    assert [line.milestone_id or line.commitment_id for line in mixed().exceptions] == [
        "C7-M1",
        "C6-M1",
        "C9-M1",
        "C9-M2",
        "C5-M1",
        "C8-M1",
        "C4-M1",
        "C3",
        "C2",
        "C1",
    ]


# Confidence


def test_confidence_counts_what_this_report_does_not_know() -> None:
    shown = board(
        [
            commitment("C1", owner_id="a", owner_status=None),
            commitment("C2", owner_id="a", owner_status="Green", outcome=None),
            commitment("C3", owner_id="b", owner_status="Red", outcome="Unknown"),
            commitment("C4", owner_id="c", owner_status=None, outcome="Delivered"),
            commitment("C5", owner_id="d", owner_status=None, outcome="Unknown"),
        ],
        [
            milestone("C1-M1", status="Stale"),
            milestone("C1-M2", status="Stale"),
            milestone("C1-M3", status="Not dated"),
            milestone("C1-M4", status="Complete", actual_on=AS_AT),
            milestone("C1-M5", status="Complete", actual_on=AS_AT, evidence_id="news"),
            milestone("C1-M6", status="Green"),
        ],
        [event("E1", inferred=True), event("E2", inferred=True, commitment_id="C1"), event("E3")],
    )
    confidence = shown.confidence
    assert (confidence.owners, confidence.owners_confirmed, confidence.not_reported) == (3, 1, 2)
    assert (confidence.stale, confidence.not_dated, confidence.unknown) == (2, 1, 3)
    assert (confidence.unevidenced, confidence.inferred_dates) == (1, 2)


def test_exceptions_are_headed_by_their_reason_with_their_number_their_unit_and_their_order() -> None:
    groups = mixed().exception_groups
    assert [group.title for group in groups] == [
        "Overdue: 5 milestones, latest against the baseline first",
        "Late beyond tolerance: 2 milestones, latest against the baseline first",
        "Owner's rating better than the dates: 1 commitment",
        "Superseded or not pursued, but with open milestones: 1 commitment",
        "Not reported by the owner: 1 commitment",
    ]
    assert [line for group in groups for line in group.lines] == list(mixed().exceptions)


def test_the_order_that_exceptions_are_shown_in_is_not_part_of_the_digest() -> None:
    """The digest that snapshots had when key milestones were shown before supporting ones."""
    assert digest(mixed()) == "fc78a74f4d50ff2b76815dbbfdb0964958ad70ff72e80abb05054540f0045f52"


def test_the_newest_fact_is_dated_as_precisely_as_it_was_published() -> None:
    year = altered(event("E1", on=dt.date(2023, 12, 31)), happened_precision="year")
    assert str(board(events=[year]).newest_fact) == "2023"
    day = event("E2", on=dt.date(2023, 12, 31))
    assert str(board(events=[year, day]).newest_fact) == "31 December 2023"
    assert board().newest_fact is None


# The headline


def test_the_headline_says_the_position_and_the_unit_of_each_count() -> None:
    commitments = [
        commitment("C1", outcome="Delivered", owner_status="Green"),
        commitment("C2", outcome="Superseded", owner_status=None),
        commitment("C3", outcome="Not being pursued", owner_status=None),
        commitment("C4", outcome=None, owner_status=None),
    ]
    assert board(commitments, [overdue("C1-M1", 1), overdue("C1-M2", 1)]).headline == (
        "Published evidence shows 1 of 4 commitments delivered in some form and 2 superseded or not pursued. 1 "
        "has no known outcome. 2 milestones are overdue. Owners have reported on 1 of the 4 commitments."
    )
    assert board(commitments[1:], [overdue("C2-M1", 1)]).headline.endswith(
        " 1 milestone is overdue. No owner has reported on any commitment."
    )
    assert board(commitments[1:]).headline.endswith(
        " No milestone is overdue. No owner has reported on any commitment."
    )
    assert board(commitments[:1]).headline == (
        "Published evidence shows 1 of 1 commitment delivered in some form and 0 superseded or not pursued. 0 "
        "have no known outcome. No milestone is overdue. Owners have reported on the commitment."
    )
    assert board().headline == "Nothing was recorded by this date."


# Properties


@st.composite
def registers(draw: st.DrawFn) -> tuple[list[CommitmentLine], list[MilestoneLine]]:
    """Any register: commitments in any state, with milestones in any state."""
    commitments, milestones = [], []
    for number in range(draw(st.integers(0, 6))):
        commitments.append(
            commitment(
                f"C{number}",
                owner_id=draw(st.sampled_from("abc")),
                owner_status=draw(st.sampled_from(["Red", "Amber", "Green", None])),
                computed_status=draw(st.sampled_from(STATUS_SEVERITY)),
                outcome=draw(st.sampled_from([*Outcome, None])),
                slip_days=draw(st.none() | st.integers(-400, 400)),
                milestones_met=draw(st.integers(0, 1)),
            )
        )
        for step in range(draw(st.integers(0, 4))):
            days = st.none() | st.integers(-400, 400).map(lambda days: AS_AT + days * DAY)
            baseline, forecast = draw(days), draw(days)
            due = forecast or baseline
            met = draw(st.none() | st.integers(0, 400).map(lambda days: AS_AT - days * DAY))
            late = bool(due and due < AS_AT and not met)
            milestones.append(
                milestone(
                    f"C{number}-M{step}",
                    key=draw(st.booleans()),
                    baseline_on=baseline,
                    forecast_on=forecast,
                    actual_on=met,
                    evidence_id=draw(st.sampled_from(["news", None])),
                    status="Overdue" if late else draw(st.sampled_from(["Red", "Stale", "Green", "Not dated"])),
                    slip_days=(forecast - baseline).days if forecast and baseline else None,
                )
            )
    return commitments, milestones


@given(registers())
def test_counts_add_up_to_the_number_of_commitments(register: tuple[list[CommitmentLine], list[MilestoneLine]]) -> None:
    view = board(*register)
    for counts in (view.by_owner_status, view.by_computed_status, view.by_outcome):
        assert sum(counts.values()) == len(view.commitments)
        assert all(counts.values())
    assert view.delivered <= len(view.commitments)
    assert view.confidence.owners_confirmed <= view.confidence.owners <= len(view.commitments)


@given(registers())
def test_every_overdue_milestone_is_an_exception_exactly_once(
    register: tuple[list[CommitmentLine], list[MilestoneLine]],
) -> None:
    view = board(*register)
    late = sorted(m.milestone_id for m in register[1] if m.status == "Overdue")
    assert (
        sorted(line.milestone_id for line in view.exceptions if "overdue" in line.reasons if line.milestone_id) == late
    )
    assert view.overdue == len(late)
    places = [(line.commitment_id, line.milestone_id) for line in view.exceptions]
    assert len(places) == len(set(places))
    assert not [m for m in view.due_soon if m.milestone_id in late]


@given(registers())
def test_every_exception_has_reasons_in_order_and_a_sentence(
    register: tuple[list[CommitmentLine], list[MilestoneLine]],
) -> None:
    for line in board(*register).exceptions:
        assert line.reasons
        assert list(line.reasons) == sorted(set(line.reasons), key=REASONS.index)
        assert line.why.endswith(".")
        assert "None" not in line.why


@given(registers(), st.randoms(use_true_random=False))
def test_the_order_of_exceptions_is_by_worst_reason_and_does_not_depend_on_the_order_of_the_register(
    register: tuple[list[CommitmentLine], list[MilestoneLine]], random: Any
) -> None:
    commitments, milestones = register
    view = board(commitments, milestones)
    for one, other in itertools.pairwise(view.exceptions):
        assert REASONS.index(one.reasons[0]) <= REASONS.index(other.reasons[0])
    random.shuffle(commitments)
    random.shuffle(milestones)
    shuffled = board(commitments, milestones)
    assert shuffled.exceptions == view.exceptions
    assert (shuffled.met, shuffled.due_soon, shuffled.missed_in_period) == (
        view.met,
        view.due_soon,
        view.missed_in_period,
    )


@given(registers())
def test_a_milestone_is_on_one_list_at_most(register: tuple[list[CommitmentLine], list[MilestoneLine]]) -> None:
    view = board(*register)
    lists = (view.met_in_period, view.missed_in_period, view.due_soon)
    ids = [m.milestone_id for lines in lists for m in lines]
    assert len(ids) == len(set(ids))
    assert set(view.met_in_period) <= set(view.met)
