"""The board as at a day and as known at an instant, from the plans to its figures."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import save
from tracker.domain import dates
from tracker.domain.dates import day_of
from tracker.domain.errors import UnknownCommitment, UnreadableDate
from tracker.domain.ledger import GENESIS, Head
from tracker.domain.nouns import Assessment, Funding, Programme
from tracker.domain.rules import Tolerances
from tracker.domain.words import THREE_POINT_SCALE, MoneyStage, View
from tracker.services import boards, stores
from tracker.services.plans import load_plans
from tracker.store import reading
from tracker.store.database import Address
from tracker.store.lines import lines_of
from tracker.views.board import EventLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.exchange.conftest import PlanFolder
    from tracker.reporting.board import BoardView
    from tracker.store.database import Database

ROOT = Path(__file__).parents[2]
GREEN_PAPER = dt.date(2022, 3, 29)
DAY = dt.timedelta(days=1)


def view(db: Database, as_at: dt.date, known_seq: int | None = None) -> BoardView:
    return boards.view_board(db, as_at, boards.known_position(db) if known_seq is None else known_seq)


# Which day, and known when


@pytest.mark.parametrize("text", [" 2023-07-01 ", "1 July 2023", "Saturday 1 July 2023", "2023-07-01T00:00"])
def test_a_day_is_read_as_an_office_writes_it(text: str) -> None:
    assert boards.parse_as_at(text) == dt.date(2023, 7, 1)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("yesterday", "is not a date we can read"),
        ("2023-02-31", "does not exist"),
        ("July 2023", "is not one day"),
        ("0001-01-01", "is not between 1900 and 2100"),
        ("9999-12-31", "is not between 1900 and 2100"),
    ],
)
def test_what_is_no_day_is_refused_with_an_example(text: str, wrong: str) -> None:
    with pytest.raises(UnreadableDate) as caught:
        boards.parse_as_at(text)
    assert str(caught.value) == f'as at: "{text}" {wrong}. Enter a day like 31 March 2027.'


@pytest.mark.parametrize("text", ["28 March 2022", "31 December 2099"])
def test_a_day_before_the_green_paper_or_to_come_is_refused_with_the_days_that_can_be_shown(text: str) -> None:
    with pytest.raises(UnreadableDate) as caught:
        boards.parse_as_at(text)
    assert str(caught.value) == (
        f"As at: choose a date from 29 March 2022 (the Green Paper) to {dates.in_words(dates.today())} (today), not "
        f"{text}."
    )


def test_the_first_day_is_the_green_papers_and_the_last_is_today(loaded: Database) -> None:
    assert view(loaded, GREEN_PAPER).as_at == GREEN_PAPER
    assert view(loaded, dates.today()).as_at <= dates.today()
    for outside in (GREEN_PAPER - DAY, dates.today() + 2 * DAY):
        with pytest.raises(UnreadableDate):
            view(loaded, outside)


def test_what_is_known_now_is_up_to_the_last_change(loaded: Database) -> None:
    assert boards.known_position(loaded) == 1
    save(loaded, programme("sv2"))
    assert boards.known_position(loaded) == 2


def test_what_was_known_at_an_instant_is_up_to_the_last_change_before_it(loaded: Database) -> None:
    time.sleep(0.002)
    second = save(loaded, programme("sv2"))
    with loaded.read() as cursor:
        first = reading.changes(cursor)[0]
    instant = dt.timedelta(microseconds=1)
    assert boards.known_position(loaded, first.recorded_at - instant) == 0
    assert boards.known_position(loaded, first.recorded_at) == 1
    assert boards.known_position(loaded, second.recorded_at - instant) == 1
    assert boards.known_position(loaded, second.recorded_at) == 2


def test_an_empty_store_knows_nothing_and_shows_an_empty_board(db: Database) -> None:
    assert boards.known_position(db) == 0
    empty = view(db, dates.today())
    assert (empty.known_at, empty.head, empty.data_cut_off) == (None, Head(0, GENESIS), None)
    assert (empty.commitments, empty.exceptions, empty.milestones, empty.programmes) == ((), (), (), ())
    assert empty.by_outcome == {}


def test_a_board_says_which_change_it_knows_up_to(loaded: Database) -> None:
    save(loaded, programme("sv2"))
    with loaded.read() as cursor:
        first, second = reading.changes(cursor)
    for change in (first, second):
        shown = view(loaded, dates.today(), change.seq)
        assert (shown.head, shown.known_at) == (Head(change.seq, change.seal), change.recorded_at)
    assert {p.programme_id for p in view(loaded, dates.today(), 1).programmes} == {"safety-valve"}


def test_a_board_as_known_then_never_changes(loaded: Database) -> None:
    before = view(loaded, dates.today(), 1)
    save(loaded, owner_view("C6-01", "Red"), on=dt.date(2024, 1, 1))
    assert view(loaded, before.as_at, 1) == before
    assert view(loaded, before.as_at) != before


# Commitments


def owner_view(commitment: str, rating: str, **fields: Any) -> Assessment:
    return Assessment(
        id=f"{commitment}/owner",
        commitment_id=commitment,
        view=View.OWNER,
        rating=rating,
        scale=THREE_POINT_SCALE,
        rationale="Because.",
        **fields,
    )


def test_a_commitment_inherits_its_programmes_owner_and_shows_its_three_statuses(loaded: Database) -> None:
    line, _ = view(loaded, dt.date(2024, 1, 1)).commitments
    assert (line.owner_id, line.owner, line.owner_organisation) == (
        "sro",
        "Senior responsible owner",
        "Department for Education",
    )
    assert (line.programme, line.lead) == ("Safety Valve", "Department for Education")
    assert (line.owner_status, line.computed_status, line.outcome) == (None, "Stale", "Not started")
    assert (str(line.target), line.amount_gbp) == ("2024-25", Decimal("300000000.00"))
    assert (line.milestones, line.milestones_met, line.slip_days) == (1, 0, 275)


def test_a_commitment_without_milestones_is_not_dated(db: Database, plan: PlanFolder) -> None:
    text = plan.files["promises"].read_text(encoding="utf-8")
    plan.files["promises"].write_text(text[: text.index('  [[commitment.milestone]]\n  id          = "C6-06-M1"')])
    load_plans(db, plan.plans, plan.data, actor="secretariat")
    line = view(db, dates.today()).commitments[1]
    assert (line.computed_status, line.milestones, line.milestones_met, line.slip_days) == ("Not dated", 0, 0, None)


def test_an_owners_rating_counts_until_the_day_it_is_valid_until_and_is_then_not_reported(loaded: Database) -> None:
    save(loaded, owner_view("C6-01", "Amber", valid_until=dt.date(2024, 2, 10)), on=dt.date(2024, 1, 1))
    statuses = [
        view(loaded, day).commitments[0].owner_status
        for day in (dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 2, 10), dt.date(2024, 2, 11))
    ]
    assert statuses == [None, "Amber", "Amber", None]


def test_an_owners_rating_without_an_end_counts_as_long_as_a_forecast_stays_good(loaded: Database) -> None:
    said_on = dt.date(2024, 1, 1)
    save(loaded, owner_view("C6-01", "Green"), on=said_on)
    assert view(loaded, said_on + 35 * DAY).commitments[0].owner_status == "Green"
    assert view(loaded, said_on + 36 * DAY).commitments[0].owner_status is None
    longer = boards.view_board(loaded, said_on + 36 * DAY, 2, Tolerances(stale_days=36))
    assert longer.commitments[0].owner_status == "Green"


def test_the_board_counts_each_commitment_once_in_each_view(loaded: Database) -> None:
    save(loaded, owner_view("C6-06", "Green", valid_until=dt.date(2024, 12, 31)), on=dt.date(2023, 7, 1))
    shown = view(loaded, dt.date(2024, 1, 1))
    assert shown.by_owner_status == {"Green": 1, "Not reported": 1}
    assert shown.by_computed_status == {"Stale": 1, "Complete": 1}
    assert shown.by_outcome == {"Not started": 1, "Delivered": 1}
    assert shown.delivered == 1
    assert shown.data_cut_off == dt.date(2023, 6, 6)


def test_an_outcome_that_is_not_there_yet_is_unknown(loaded: Database) -> None:
    before, on_the_day = view(loaded, dt.date(2023, 6, 5)), view(loaded, dt.date(2023, 6, 6))
    assert (before.commitments[1].outcome, on_the_day.commitments[1].outcome) == (None, "Delivered")
    assert (before.delivered, on_the_day.delivered) == (0, 1)
    assert before.by_outcome == {"Not started": 1, "Unknown": 1}


# Milestones


def test_a_milestone_is_met_from_the_day_it_happened_and_overdue_from_the_day_after_it_was_due(
    loaded: Database,
) -> None:
    days = [dt.date(2023, 6, 5), dt.date(2023, 6, 6), dt.date(2025, 12, 31), dt.date(2026, 1, 1)]
    statuses = [{m.milestone_id: m.status for m in view(loaded, day).milestones} for day in days]
    assert [status["C6-06-M1"] for status in statuses] == ["Not dated", "Complete", "Complete", "Complete"]
    assert [status["C6-01-M1"] for status in statuses] == ["Stale", "Stale", "Stale", "Overdue"]


def test_an_overdue_milestone_is_an_exception_with_its_owner_and_slip(loaded: Database) -> None:
    shown = view(loaded, dt.date(2026, 1, 2))
    [line] = [line for line in shown.exceptions if line.milestone_id == "C6-01-M1"]
    assert line.reasons == ("overdue", "not reported")
    assert (line.owner, line.slip_days) == ("Senior responsible owner", (shown.as_at - dt.date(2025, 3, 31)).days)
    assert str(line.due) == "2025"


# Programmes and money


def programme(noun_id: str, *, flagship: bool = False) -> Programme:
    return Programme(
        id=noun_id, name=noun_id, summary="A programme.", lead_organisation_id="dfe", owner_id="sro", flagship=flagship
    )


def sum_of(noun_id: str, pounds: int, stage: MoneyStage = MoneyStage.COMMITTED, **fields: Any) -> Funding:
    return Funding(
        **{
            "id": noun_id,
            "programme_id": "safety-valve",
            "stage": stage,
            "amount_gbp": Decimal(pounds),
            "source_id": "news",
            **fields,
        }
    )


def committed(db: Database, as_at: dt.date = dt.date(2024, 1, 1)) -> dict[str, Decimal | None]:
    return {line.programme_id: line.committed_gbp for line in view(db, as_at).programmes}


def test_money_inside_another_sum_of_the_same_stage_and_programme_counts_once(loaded: Database) -> None:
    assert committed(loaded) == {"safety-valve": Decimal("300000000.00")}
    save(loaded, sum_of("inside", 5, part_of="sv/all"), sum_of("beside", 7))
    assert committed(loaded) == {"safety-valve": Decimal("300000007.00")}


def test_money_of_another_stage_is_never_committed_money(loaded: Database) -> None:
    save(loaded, *(sum_of(stage, 1, stage) for stage in MoneyStage if stage is not MoneyStage.COMMITTED))
    assert committed(loaded) == {"safety-valve": Decimal("300000000.00")}


def test_committed_money_inside_a_sum_of_another_stage_or_programme_counts(loaded: Database) -> None:
    save(
        loaded,
        programme("hubs"),
        sum_of("hubs/own", 82, programme_id="hubs", part_of="sv/all"),
        sum_of("wider", 500, MoneyStage.ANNOUNCED),
        sum_of("of-the-wider", 9, part_of="wider"),
    )
    assert committed(loaded) == {"safety-valve": Decimal("300000009.00"), "hubs": Decimal("82.00")}


def test_flagships_come_first_then_the_most_money_and_no_sum_is_not_nought(loaded: Database) -> None:
    save(
        loaded,
        programme("none"),
        programme("small"),
        programme("large"),
        programme("flag", flagship=True),
        sum_of("small/own", 1, programme_id="small"),
        sum_of("large/own", 2, programme_id="large"),
    )
    assert committed(loaded) == {
        "safety-valve": Decimal("300000000.00"),
        "flag": None,
        "large": Decimal("2.00"),
        "small": Decimal("1.00"),
        "none": None,
    }
    assert list(committed(loaded)) == ["safety-valve", "flag", "large", "small", "none"]


def test_money_is_listed_from_the_day_it_was_known(loaded: Database) -> None:
    before, after = view(loaded, dt.date(2023, 3, 15)), view(loaded, dt.date(2023, 3, 16))
    assert [line.funding_id for line in before.funding] == ["sv/all"]
    assert [line.funding_id for line in after.funding] == ["sv/all", "sv/first"]
    assert [line.known_on for line in after.funding] == [GREEN_PAPER, dt.date(2023, 3, 16)]


# Events and sources


def test_events_are_newest_first_and_those_of_no_commitment_are_the_outside_world(loaded: Database) -> None:
    shown = view(loaded, dates.today())
    assert [str(event.happened) for event in shown.events] == ["July 2024", "16 March 2023"]
    assert [event.summary for event in shown.outside_world] == ["A general election is held."]
    assert view(loaded, dt.date(2024, 7, 30)).outside_world == ()


def test_a_source_counts_what_stands_on_it(loaded: Database) -> None:
    cited = {source.source_id: source.cited for source in view(loaded, dates.today()).sources}
    # two references, two milestones, one sum; two reports, one outcome, two events, one sum, two authorities
    assert cited == {"dfe-summary": 5, "news": 8}
    assert list(cited) == ["dfe-summary", "news"]
    assert str(view(loaded, dates.today()).cited["news"].published) == "June 2023"
    cited_at_first = {s.source_id: s.cited for s in view(loaded, GREEN_PAPER).sources}
    assert cited_at_first == {"dfe-summary": 5, "news": 2}


def test_the_end_of_the_ledger_is_told_as_the_board_tells_it_at_any_change(loaded: Database) -> None:
    assert boards.head_at(loaded, 0) == Head(0, GENESIS)
    known = boards.known_position(loaded)
    assert boards.head_at(loaded, known) == view(loaded, dates.today()).head


def test_a_query_whose_columns_are_not_the_lines_fields_is_a_defect(loaded: Database) -> None:
    with loaded.read() as cursor, pytest.raises(AssertionError, match="EventLine needs each of its columns once"):
        lines_of(cursor, EventLine, "SELECT $as_at AS event_id", {"as_at": GREEN_PAPER})


# One commitment


def test_one_commitment_is_shown_with_all_that_belongs_to_it(loaded: Database) -> None:
    shown = boards.view_commitment(loaded, view(loaded, dates.today()), "C6-01")
    assert shown.line.commitment_id == "C6-01"
    assert [(r.source_id, r.publisher, r.stance) for r in shown.references] == [
        ("dfe-summary", "Department for Education", "states")
    ]
    assert [m.milestone_id for m in shown.milestones] == ["C6-01-M1"]
    assert [(o.since, o.outcome) for o in shown.outcomes] == [(GREEN_PAPER, "Not started")]
    assert [e.summary for e in shown.events] == ["Agreements are published."]
    assert [f.funding_id for f in shown.funding] == ["sv/all", "sv/first"]
    assert [(v.noun, v.noun_id, v.version, v.actor, v.action) for v in shown.history] == [
        ("progress", "C6-01-M1", 1, "secretariat", "plan load"),
        ("commitment", "C6-01", 1, "secretariat", "plan load"),
        ("evidence view", "C6-01/evidence", 1, "secretariat", "plan load"),
        ("milestone", "C6-01-M1", 1, "secretariat", "plan load"),
    ]


def test_a_commitment_without_a_programme_has_no_money_of_one(loaded: Database) -> None:
    assert boards.view_commitment(loaded, view(loaded, dates.today()), "C6-06").funding == ()


def test_documents_that_state_a_commitment_come_before_those_that_imply_it(db: Database, plan: PlanFolder) -> None:
    plan.edit(
        "promises",
        '  stance   = "implies"\n',
        '  stance = "implies"\n\n'
        '  [[commitment.reference]]\n  source = "news"\n  pinpoint = "p"\n  stance = "states"\n',
    )
    load_plans(db, plan.plans, plan.data, actor="secretariat")
    shown = boards.view_commitment(db, view(db, dates.today()), "C6-06")
    assert [(r.source_id, r.stance) for r in shown.references] == [("news", "states"), ("dfe-summary", "implies")]


def test_one_commitments_history_ends_at_what_the_board_knows(loaded: Database) -> None:
    save(loaded, owner_view("C6-01", "Red"), on=dt.date(2024, 1, 1), reason="Asked at the board")
    newest = boards.view_commitment(loaded, view(loaded, dates.today()), "C6-01").history[0]
    assert (newest.noun, newest.change_seq, newest.reason) == ("owner view", 2, "Asked at the board")
    before = boards.view_commitment(loaded, view(loaded, dates.today(), 1), "C6-01")
    assert {line.change_seq for line in before.history} == {1}


def test_outcomes_are_told_up_to_the_boards_day(db: Database, plan: PlanFolder) -> None:
    plan.edit(
        "promises",
        "  [[commitment.milestone]]",
        '  [[commitment.outcome]]\n  from = 2024-01-01\n  word = "Superseded"\n  reason = "B."\n\n'
        "  [[commitment.milestone]]",
    )
    load_plans(db, plan.plans, plan.data, actor="secretariat")
    told = [
        [o.outcome for o in boards.view_commitment(db, view(db, day), "C6-01").outcomes]
        for day in (dt.date(2023, 12, 31), dt.date(2024, 1, 1))
    ]
    assert told == [["Not started"], ["Not started", "Superseded"]]


def test_a_commitment_that_is_not_on_the_board_is_refused(loaded: Database) -> None:
    with pytest.raises(UnknownCommitment) as caught:
        boards.view_commitment(loaded, view(loaded, dt.date(2024, 1, 1)), "C9-99")
    assert str(caught.value) == (
        'There was no commitment "C9-99" on 1 January 2024. Choose one from the list of commitments.'
    )


# The plan that ships, as at the days that matter


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    at = Address(tmp_path_factory.mktemp("shipped") / "tracker.duckdb")
    stores.init_store(at)
    with stores.open_store(at, writable=True) as database:
        load_plans(database, ROOT / "plans", ROOT / "data", actor="secretariat")
        yield database


@pytest.mark.parametrize("as_at", ["2022-03-29", "2022-04-01", "2023-03-31", "2023-07-01", "2025-12-01", None])
def test_all_55_commitments_are_on_the_board_on_every_day(shipped: Database, as_at: str | None) -> None:
    shown = view(shipped, dt.date.fromisoformat(as_at) if as_at else dates.today())
    assert len(shown.commitments) == 55
    for counts in (shown.by_owner_status, shown.by_computed_status, shown.by_outcome):
        assert sum(counts.values()) == 55


@pytest.mark.parametrize("as_at", ["2022-03-29", "2022-04-01", "2023-03-31", "2023-07-01", "2025-12-01"])
def test_a_board_of_the_past_shows_nothing_that_came_later(shipped: Database, as_at: str) -> None:
    day = dt.date.fromisoformat(as_at)
    shown = view(shipped, day)
    seen = [
        *(e.happened.day for e in shown.events),
        *(m.actual.day for m in shown.met if m.actual),
        *(m.promised_on for m in shown.milestones),
        *(c.outcome_since for c in shown.commitments if c.outcome_since),
        *(f.known_on for f in shown.funding),
    ]
    assert seen
    assert max(seen) <= day
    assert shown.data_cut_off is None or shown.data_cut_off <= day


def test_three_days_after_the_green_paper_nothing_was_delivered(shipped: Database) -> None:
    assert view(shipped, dt.date(2022, 4, 1)).delivered == 0


def delivered(db: Database, as_at: dt.date) -> set[str]:
    words = {"Delivered", "Delivered late", "Delivered in a different form"}
    return {line.commitment_id for line in view(db, as_at).commitments if line.outcome in words}


def test_after_the_improvement_plan_c6_05_was_delivered_and_c6_06_was_not(shipped: Database) -> None:
    assert delivered(shipped, dt.date(2023, 3, 31)) & {"C6-05", "C6-06"} == {"C6-05"}


def test_after_the_boards_first_meeting_both_were_delivered(shipped: Database) -> None:
    assert delivered(shipped, dt.date(2023, 7, 1)) & {"C6-05", "C6-06"} == {"C6-05", "C6-06"}


def test_the_standards_due_by_the_end_of_2025_are_overdue_today_by_the_days_since(shipped: Database) -> None:
    shown = view(shipped, dates.today())
    due = dt.date(2025, 12, 31)
    awaited = {
        m.milestone_id
        for m in shown.milestones
        if m.commitment_id == "C2-01" and day_of(m.baseline) == due and not day_of(m.actual)
    }
    assert awaited
    slips = {line.milestone_id: line.slip_days for line in shown.exceptions if line.milestone_id in awaited}
    assert slips == dict.fromkeys(awaited, (shown.as_at - due).days)
    earlier = view(shipped, dt.date(2025, 12, 1))
    assert not [line for line in earlier.exceptions if line.milestone_id in awaited]


def test_the_money_of_each_programme_is_what_the_green_paper_committed(shipped: Database) -> None:
    amounts = {line.programme_id: line.committed_gbp for line in view(shipped, dates.today()).programmes}
    assert {programme_id: int(amount) for programme_id, amount in amounts.items() if amount is not None} == {
        "safety-valve": 300_000_000,
        "delivering-better-value": 85_000_000,
        "change-programme": 70_000_000,
        "schools-budget": 7_000_000_000,
        "high-needs-revenue": 1_000_000_000,
        "high-needs-capital": 2_600_000_000,
        "family-hubs": 82_000_000,
        "short-breaks": 30_000_000,
        "supported-internships": 18_000_000,
    }
