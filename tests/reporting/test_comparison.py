"""What changed between two boards: each difference once, with how far and in which direction."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.reporting.test_board import board, commitment, event, milestone, source
from tests.samples import board_view
from tracker.domain.columns import parts
from tracker.domain.words import Movement
from tracker.reporting.board import BoardView
from tracker.reporting.comparison import COMPARED, ChangeRow, compare, origins
from tracker.views.board import CommitmentLine, EventLine, FundingLine, MilestoneLine, ProgrammeLine

DAY = dt.date(2024, 3, 31)
LATER = dt.date(2024, 4, 10)


def changes(before: BoardView, after: BoardView) -> list[ChangeRow]:
    return list(compare(before, after).rows)


def only(rows: list[ChangeRow]) -> ChangeRow:
    [row] = rows
    return row


def of_commitment(old: dict[str, Any], new: dict[str, Any]) -> list[ChangeRow]:
    return changes(board([commitment(**old)]), board([commitment(**new)]))


def of_milestone(old: dict[str, Any], new: dict[str, Any]) -> list[ChangeRow]:
    shown = [commitment("C1")]
    return changes(board(shown, [milestone(**old)]), board(shown, [milestone(**new)]))


def test_the_same_board_has_no_changes_whatever_is_only_counted_or_passes_with_the_days() -> None:
    before = board([commitment(milestones=1, slip_days=3)], [milestone("C1-M1", slip_days=3, reporter="owner")])
    after = board([commitment(milestones=2, slip_days=9)], [milestone("C1-M1", slip_days=9, reason="scope changed")])
    assert compare(before, after).rows == ()
    assert compare(before, before).counts == {}


@pytest.mark.parametrize(
    ("field", "old", "new", "kind", "said", "direction"),
    [
        ("owner_status", "Green", "Red", Movement.RATING, ("Green", "Red"), "worse"),
        ("owner_status", "Red", "Amber", Movement.RATING, ("Red", "Amber"), "better"),
        ("owner_status", "Red", None, Movement.RATING, ("Red", "Not reported"), None),
        ("computed_status", "Amber", "Overdue", Movement.COMPUTED, ("Amber", "Overdue"), "worse"),
        ("computed_status", "Amber", "Complete", Movement.COMPUTED, ("Amber", "Complete"), "better"),
        ("computed_status", "Green", "Stale", Movement.COMPUTED, ("Green", "Stale"), None),
        ("outcome", "In progress", "Delivered late", Movement.OUTCOME, ("In progress", "Delivered late"), "better"),
        ("outcome", "In progress", "Superseded", Movement.OUTCOME, ("In progress", "Superseded"), "worse"),
        ("outcome", None, "Unknown", Movement.OUTCOME, (None, "Unknown"), None),
        ("amount_gbp", Decimal(70), Decimal("85.50"), Movement.MONEY_SUM, ("£70", "£85.50"), "more"),
        ("title", "A", "B", Movement.COMMITMENT_WORDS, ("A", "B"), None),
        ("lead", "DfE", "DHSC", Movement.COMMITMENT_WORDS, ("DfE", "DHSC"), None),
        ("measure", "A", None, Movement.COMMITMENT_WORDS, ("A", None), None),
        ("owner_rationale", "A", "B", Movement.COMMITMENT_WORDS, ("A", "B"), None),
        ("outcome_reason", "A", "B", Movement.COMMITMENT_WORDS, ("A", "B"), None),
        ("outcome_evidence_id", None, "news", Movement.EVIDENCE, (None, "news"), None),
    ],
)
def test_what_is_said_of_a_commitment(
    field: str, old: Any, new: Any, kind: Movement, said: tuple[str | None, str | None], direction: str | None
) -> None:
    row = only(of_commitment({field: old}, {field: new}))
    assert (row.kind, (row.old, row.new), row.direction, row.days) == (kind, said, direction, None)
    assert (row.commitment_id, row.milestone_id, row.what) == ("C1", None, "B" if field == "title" else row.what)
    assert [moved.field for moved in row.fields] == [field]


def test_a_rating_brings_its_rationale_and_an_outcome_its_reason_and_evidence() -> None:
    new = {"owner_status": "Red", "owner_rationale": "No money", "outcome": "Superseded", "outcome_reason": "A law"}
    rating, outcome = of_commitment({}, {**new, "outcome_evidence_id": "news"})
    assert (rating.kind, rating.why) == (Movement.RATING, "No money")
    assert (outcome.kind, outcome.why, outcome.evidence_id) == (Movement.OUTCOME, "A law", "news")


def test_a_change_of_owner_is_one_row_whatever_of_it_changed() -> None:
    row = only(of_commitment({}, {"owner_id": "new", "owner": "Director", "owner_organisation": "DHSC"}))
    assert (row.kind, row.old, row.new) == (
        Movement.OWNER,
        "Senior responsible owner, Department for Education",
        "Director, DHSC",
    )


def test_a_target_moves_in_days_and_one_said_more_precisely_is_told_too() -> None:
    dated = {"target_on": DAY, "target_precision": "day"}
    moved = only(of_commitment(dated, {**dated, "target_on": LATER, "target_wording": "soon"}))
    assert (moved.kind, moved.old, moved.new) == (Movement.TARGET, "31 March 2024", "10 April 2024")
    assert (moved.days, moved.direction) == (10, "later")
    assert [one.field for one in moved.fields] == ["target", "target_wording"]
    precise = only(of_commitment({**dated, "target_precision": "month"}, dated))
    assert (precise.old, precise.new, precise.days, precise.direction) == ("March 2024", "31 March 2024", None, None)


PRECISE = dict.fromkeys(("baseline_precision", "original_baseline_precision"), "day")
DUE = {"baseline_on": DAY, "original_baseline_on": DAY, **PRECISE}


@pytest.mark.parametrize(
    ("old", "new", "kind", "days"),
    [
        ({"forecast_on": DAY}, {"forecast_on": LATER}, Movement.FORECAST, 10),
        ({"forecast_on": LATER}, {"forecast_on": DAY}, Movement.FORECAST, -10),
        ({}, {"forecast_on": DAY}, Movement.FORECAST, None),
        ({"forecast_on": DAY}, {}, Movement.FORECAST, None),
        (DUE, {**DUE, "baseline_on": LATER}, Movement.BASELINE, 10),
        (DUE, {"baseline_on": LATER, "original_baseline_on": LATER, **PRECISE}, Movement.BASELINE_CORRECTED, 10),
        (DUE, {**DUE, "original_baseline_on": LATER}, Movement.BASELINE_CORRECTED, 10),
        ({}, DUE, Movement.BASELINE, None),
        ({"forecast_on": DAY}, {"actual_on": DAY}, Movement.MET, None),
        ({"actual_on": DAY}, {}, Movement.UNMET, None),
        ({"actual_on": DAY}, {"actual_on": LATER}, Movement.REDATED, 10),
        ({"status": "Stale"}, {"status": "Overdue"}, Movement.MISSED, None),
        ({"status": "Green"}, {"status": "Stale"}, Movement.COMPUTED, None),
        ({}, {"evidence_id": "news"}, Movement.EVIDENCE, None),
        ({}, {"narrative": "Late"}, Movement.MILESTONE_WORDS, None),
        ({}, {"title": "Otherwise"}, Movement.MILESTONE_WORDS, None),
        ({"key": True}, {"key": False}, Movement.MILESTONE_WORDS, None),
    ],
)
def test_what_is_said_of_a_milestone(
    old: dict[str, Any], new: dict[str, Any], kind: Movement, days: int | None
) -> None:
    row = only(of_milestone(old, new))
    assert (row.kind, row.days, row.commitment_id, row.milestone_id) == (kind, days, "C1", "C1-M1")
    assert row.direction == (None if days is None else "later" if days > 0 else "earlier")


def test_a_milestone_that_is_met_takes_its_status_evidence_and_forecast_with_it() -> None:
    before = {"forecast_on": LATER, "status": "Green"}
    after = {"actual_on": DAY, "status": "Complete", "evidence_id": "news", "narrative": "Done"}
    row = only(of_milestone(before, after))
    assert (row.kind, row.new, row.evidence_id) == (Movement.MET, "31 March 2024", "news")
    assert {moved.field for moved in row.fields} == {
        "actual",
        "forecast",
        "status",
        "evidence_id",
        "narrative",
    }


def test_one_that_is_missed_says_when_it_was_due() -> None:
    row = only(of_milestone({**DUE, "status": "Stale"}, {**DUE, "status": "Overdue"}))
    assert row.why == "Due by 31 March 2024 and not completed."


def test_what_is_new_and_what_is_gone_is_told_with_all_that_it_said() -> None:
    full = board([commitment("C1")], [milestone("C1-M1", baseline_on=DAY)], [event("E1")], sources=[source("news")])
    empty = board([], [], [])
    rows = changes(empty, full)
    assert [(row.kind, row.new, row.old) for row in rows] == [
        (Movement.COMMITMENT_ADDED, None, None),
        (Movement.MILESTONE_ADDED, "due 31 March 2024", None),
        (Movement.EVENT_ADDED, "30 June 2024", None),
    ]
    assert [row.evidence_id for row in rows] == [None, "green-paper", "news"]
    gone = changes(full, empty)
    assert [(row.kind, row.old) for row in gone] == [
        (Movement.COMMITMENT_REMOVED, None),
        (Movement.MILESTONE_REMOVED, "due 31 March 2024"),
        (Movement.EVENT_REMOVED, "30 June 2024"),
    ]
    assert compare(full, empty).source("news") == full.cited["news"]
    dateless = [milestone("C1-M1")]
    assert changes(board([commitment()], []), board([commitment()], dateless))[0].new == "no date"
    done = [milestone("C1-M1", actual_on=DAY)]
    assert changes(board([commitment()], []), board([commitment()], done))[0].new == "completed 31 March 2024"


def money(**fields: Any) -> BoardView:
    held: dict[str, Any] = {
        "funding_id": "sv/1",
        "programme_id": "sv",
        "commitment_id": None,
        "stage": "announced",
        "amount_gbp": Decimal(100),
        "amount_wording": None,
        "period": "2022-23",
        "scope": None,
        "known_on": DAY,
        "source_id": "news",
        "part_of": None,
        "note": None,
    }
    programme = ProgrammeLine(
        programme_id="sv",
        name="Safety Valve",
        summary="Agreements",
        lead="DfE",
        owner=fields.pop("owner", "SRO"),
        flagship=True,
        committed_gbp=None,
        note=None,
    )
    return board_view(
        as_at=DAY,
        known_at=None,
        head=board().head,
        rules=board().rules,
        demonstration=False,
        commitments=[],
        milestones=[],
        programmes=[programme],
        funding=[FundingLine(**{**held, **fields})],
        events=[],
        sources=[],
    )


@pytest.mark.parametrize(
    ("new", "kind", "said", "direction"),
    [
        ({"stage": "paid"}, Movement.MONEY_STAGE, ("announced", "paid"), None),
        ({"amount_gbp": Decimal(40)}, Movement.MONEY_SUM, ("£100", "£40"), "less"),
        ({"scope": "England"}, Movement.MONEY_WORDS, (None, "England"), None),
        ({"owner": "Director"}, Movement.OWNER, ("SRO", "Director"), None),
    ],
)
def test_what_is_said_of_money(
    new: dict[str, Any], kind: Movement, said: tuple[str | None, str], direction: str | None
) -> None:
    row = only(changes(money(), money(**new)))
    assert (row.kind, (row.old, row.new), row.direction) == (kind, said, direction)
    if row.record == "funding":
        assert row.what.startswith("Safety Valve, 2022-23")


def test_money_is_added_by_stage_and_sum() -> None:
    rows = changes(board(), money())
    assert [(row.kind, row.new) for row in rows] == [
        (Movement.MONEY_ADDED, "£100 announced"),
        (Movement.PROGRAMME_ADDED, None),
    ]


def test_rows_come_in_the_order_in_which_a_board_wants_to_know() -> None:
    before = board([commitment("C1"), commitment("C2")], [milestone("C1-M1")])
    after = board(
        [commitment("C1", title="Other"), commitment("C2", owner_status="Red")], [milestone("C1-M1", actual_on=DAY)]
    )
    found = compare(before, after)
    assert list(found.counts) == [Movement.RATING, Movement.MET, Movement.COMMITMENT_WORDS]
    assert origins(found) == {
        "assessment": {"C2/owner"},
        "progress": {"C1-M1"},
        "commitment": {"C1"},
        "owner": {"sro"},
    }


LEFT_OUT = {
    # what identifies a line, what is counted, what passes with every day, what is said elsewhere, and what only says
    # again who reported and when
    "commitment": {
        "commitment_id",
        "milestones",
        "milestones_met",
        "outcome_since",
        "owner_reported_on",
        "owner_valid_until",
        "programme",
        "slip_days",
    },
    "milestone": {
        "milestone_id",
        "commitment",
        "outcome",
        "owner",
        "owner_id",
        "programme_id",
        "reason",
        "reason_note",
        "reported_status",
        "reporter",
        "slip_days",
    },
    "programme": {"programme_id", "committed_gbp"},
    "funding": {"funding_id"},
    "event": {"event_id"},
}


@pytest.mark.parametrize(
    ("record", "line"),
    [
        ("commitment", CommitmentLine),
        ("milestone", MilestoneLine),
        ("programme", ProgrammeLine),
        ("funding", FundingLine),
        ("event", EventLine),
    ],
)
def test_every_field_of_a_line_is_compared_or_left_out_knowingly(record: str, line: type) -> None:
    assert set(parts(line)) == set(COMPARED[record]) | LEFT_OUT[record]
    assert not set(COMPARED[record]) & LEFT_OUT[record]
