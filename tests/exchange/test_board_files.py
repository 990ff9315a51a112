"""The board as JSON and as text: what a machine and a terminal may count on."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import built, save
from tracker.domain.nouns import Assessment, Milestone, Progress
from tracker.domain.words import THREE_POINT_SCALE, MilestoneKind, Precision, Reporter, View
from tracker.services import boards
from tracker.services.plans import load_plans

if TYPE_CHECKING:
    from tests.exchange.conftest import PlanFolder
    from tracker.reporting.board import BoardView
    from tracker.store.database import Database

AS_AT = dt.date(2026, 1, 2)


@pytest.fixture
def view(db: Database, plan: PlanFolder) -> BoardView:
    """The small sound plan as at 2 January 2026: one milestone overdue, one due, one met, and an owner who says Red."""
    load_plans(db, plan.plans, plan.data, actor="secretariat")
    save(
        db,
        Assessment(
            id="C6-01/owner",
            commitment_id="C6-01",
            view=View.OWNER,
            rating="Red",
            scale=THREE_POINT_SCALE,
            rationale="The money is late.",
        ),
        on=dt.date(2025, 12, 20),
    )
    save(
        db,
        built(
            Milestone,
            id="C6-01-M2",
            commitment_id="C6-01",
            title="The second sum is paid",
            kind=MilestoneKind.PAYMENT,
            key=False,
            promised_in="dfe-summary",
            baseline_on=dt.date(2026, 1, 31),
            baseline_precision=Precision.MONTH,
        ),
        Milestone(
            id="C6-01-M3",
            commitment_id="C6-01",
            title="The third sum is paid",
            kind=MilestoneKind.PAYMENT,
            key=False,
            promised_in="dfe-summary",
        ),
        on=dt.date(2025, 1, 1),
    )
    save(
        db,
        built(
            Progress,
            id="C6-01-M3",
            reporter=Reporter.OWNER,
            actual_on=dt.date(2025, 12, 1),
            actual_precision=Precision.DAY,
        ),
        on=dt.date(2025, 12, 1),
    )
    return boards.view_board(db, AS_AT, boards.known_position(db))


@pytest.fixture
def content(view: BoardView) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(boards.as_json(view))
    return loaded


def test_the_json_says_which_day_and_which_knowledge_it_is_of(content: dict[str, Any], view: BoardView) -> None:
    assert content["board"] == "National SEND Delivery Board"
    assert content["as_at"] == "2026-01-02"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z", content["known_at"])
    assert dt.datetime.fromisoformat(content["known_at"].removesuffix("Z")) == view.known_at
    assert content["head"] == {"seq": 4, "hash": view.head.seal}
    assert content["data_cut_off"] == "2025-12-01"
    assert content["period_days"] == 90


def test_the_json_counts_commitments_in_each_view(content: dict[str, Any]) -> None:
    commitments = content["commitments"]
    assert (commitments["total"], commitments["delivered"]) == (2, 1)
    assert commitments["by_owner_status"] == {"Red": 1, "Not reported": 1}
    assert commitments["by_computed_status"] == {"Overdue": 1, "Complete": 1}
    assert commitments["by_outcome"] == {"Not started": 1, "Delivered": 1}
    assert content["owners"] == {"total": 1, "confirmed": 1}


def test_the_json_lists_every_commitment_with_its_three_statuses(content: dict[str, Any]) -> None:
    first, second = content["commitments"]["list"]
    assert first == {
        "commitment_id": "C6-01",
        "chapter": 6,
        "kind": "funding",
        "title": "£300 million for Safety Valve",
        "programme_id": "safety-valve",
        "lead": "Department for Education",
        "owner": "Senior responsible owner",
        "amount_gbp": 300_000_000,
        "target": "2024-25",
        "owner_status": "Red",
        "owner_rationale": "The money is late.",
        "owner_override_reason": None,
        "owner_valid_until": None,
        "computed_status": "Overdue",
        "outcome": "Not started",
        "outcome_since": "2022-03-29",
        "slip_days": 277,
        "milestones": 3,
        "milestones_met": 1,
    }
    assert (second["commitment_id"], second["owner_status"], second["outcome"]) == (
        "C6-06",
        "Not reported",
        "Delivered",
    )
    assert (second["amount_gbp"], second["target"], second["programme_id"]) == (None, None, None)


def test_the_json_gives_each_programmes_committed_money_in_pounds_and_every_sum_at_its_stage(
    content: dict[str, Any],
) -> None:
    [programme] = content["programmes"]
    assert (programme["programme_id"], programme["name"]) == ("safety-valve", "Safety Valve")
    assert programme["committed_gbp"] == 300_000_000
    assert [(m["stage"], m["amount_gbp"], m["known_on"], m["part_of"]) for m in programme["money"]] == [
        ("committed", 300_000_000, "2022-03-29", None),
        ("paid", 100_000_000.5, "2023-03-16", "sv/all"),
    ]


def test_the_json_lists_each_exception_with_reasons_owner_and_slip(content: dict[str, Any]) -> None:
    [line] = content["exceptions"]
    assert line == {
        "commitment_id": "C6-01",
        "milestone_id": "C6-01-M1",
        "reasons": ["overdue"],
        "owner": "Senior responsible owner",
        "slip_days": 277,
        "due": {"day": "2025-12-31", "precision": "year", "text": "2025"},
        "owner_status": "Red",
        "computed_status": "Overdue",
        "milestone_status": "Overdue",
        "outcome": "Not started",
        "why": "Due by the end of 2025: 2 days overdue, 277 days behind its baseline.",
    }


def test_the_json_lists_milestones_met_due_and_missed_with_their_dates(content: dict[str, Any]) -> None:
    met = {m["milestone_id"]: (m["commitment_id"], m["actual"]["day"]) for m in content["milestones_met"]}
    assert met == {"C6-06-M1": ("C6-06", "2023-06-06"), "C6-01-M3": ("C6-01", "2025-12-01")}
    assert content["milestones_met_in_period"] == ["C6-01-M3"]
    [due] = content["milestones_due"]
    assert (due["milestone_id"], due["commitment_id"], due["actual"], due["forecast"]) == (
        "C6-01-M2",
        "C6-01",
        None,
        None,
    )
    assert due["baseline"] == {"day": "2026-01-31", "precision": "month", "text": "January 2026"}
    assert [m["milestone_id"] for m in content["milestones_missed_in_period"]] == ["C6-01-M1"]


def test_the_json_says_how_far_it_can_be_trusted(content: dict[str, Any]) -> None:
    assert content["confidence"] == {
        "commitments_not_reported": 0,
        "commitments_with_unknown_outcome": 0,
        "milestones_stale": 1,
        "milestones_not_dated": 0,
        "milestones_met_without_evidence": 1,
        "events_with_inferred_date": 0,
    }
    assert [event["summary"] for event in content["outside_world"]] == ["A general election is held."]


def test_the_same_view_gives_the_same_bytes(db: Database, view: BoardView) -> None:
    again = boards.view_board(db, AS_AT, boards.known_position(db))
    assert boards.as_json(again) == boards.as_json(view)
    assert boards.as_text(again) == boards.as_text(view)


def test_the_json_of_an_earlier_knowledge_is_not_changed_by_what_came_later(db: Database, view: BoardView) -> None:
    then = boards.as_json(boards.view_board(db, AS_AT, 1))
    assert json.loads(then)["head"]["seq"] == 1
    assert json.loads(then)["commitments"]["by_owner_status"] == {"Not reported": 2}


def test_the_text_holds_the_headline_figures_and_agrees_with_the_json(view: BoardView, content: dict[str, Any]) -> None:
    lines = boards.as_text(view).splitlines()
    assert lines[0] == "National SEND Delivery Board: as at 2 January 2026"
    assert f"As known at change {content['head']['seq']} (" in lines[1]
    assert lines[1].endswith(f"seal {content['head']['hash'][:12]}")
    assert lines[2] == "1 of 1 owner has reported on all their open commitments"
    assert (content["owners"]["confirmed"], content["owners"]["total"]) == (1, 1)
    assert content["headline"] == " ".join(lines[4 : lines.index("", 4)])
    assert f"{content['commitments']['total']} commitments" in lines
    for title, counts in (
        ("delivery confidence  ", "by_owner_status"),
        ("status from dates    ", "by_computed_status"),
        ("evidence view        ", "by_outcome"),
    ):
        tally = " · ".join(f"{count} {word}" for word, count in content["commitments"][counts].items())
        assert f"  {title}{tally}" in lines


def test_the_text_lists_exceptions_milestones_and_money(view: BoardView) -> None:
    text = boards.as_text(view)
    assert "Overdue: 1 milestone\n  C6-01-M1      +277 days  overdue\n" in text
    assert "The money is paid. Due by the end of 2025: 2 days overdue, 277 days behind its" in text
    assert "Owner: Senior responsible owner." in " ".join(text.split())
    assert "Milestones met in the last 90 days: 1\n  C6-01-M3      1 December 2025  The third sum is paid\n" in text
    assert "Milestones due in the next 90 days: 1\n  C6-01-M2         January 2026  The second sum is paid\n" in text
    assert "        £300,000,000  Safety Valve\n" in text
    assert "  1 milestone stale; 0 not dated; 1 met without evidence\n" in text


def test_the_text_fits_a_hundred_columns_and_has_no_white_space_at_line_ends(view: BoardView, db: Database) -> None:
    for shown in (view, boards.view_board(db, AS_AT, 0)):
        for line in boards.as_text(shown).splitlines():
            assert line == line.rstrip()
            assert len(line) <= 100


def test_the_text_of_a_board_with_nothing_recorded_says_so(db: Database) -> None:
    text = boards.as_text(boards.view_board(db, AS_AT, 0))
    assert "As known at change 0 (nothing recorded)" in text
    assert "Nothing was recorded by this date." in text
    assert "0 commitments\n" in text
    assert "  delivery confidence  none\n" in text
    assert "\nNo exceptions.\n\n" in text
    assert "Milestones met in the last 90 days: none\n" in text
    assert "Funding committed by the Green Paper: none\n" in text


def test_the_json_of_a_board_with_nothing_recorded_has_every_key_and_no_figure(
    db: Database, content: dict[str, Any]
) -> None:
    empty = json.loads(boards.as_json(boards.view_board(db, AS_AT, 0)))
    assert empty.keys() == content.keys()
    assert (empty["known_at"], empty["data_cut_off"], empty["commitments"]["total"]) == (None, None, 0)
    assert (empty["programmes"], empty["exceptions"], empty["milestones_due"]) == ([], [], [])
    assert empty["head"] == {"seq": 0, "hash": "0" * 64}
