"""What changed, with who recorded it, when and why, read from the ledger itself."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import samples
from tests.services.conftest import OWNER, PEOPLE, add
from tracker.domain import dates
from tracker.domain.baselines import Asked
from tracker.domain.dates import PublishedDate
from tracker.domain.errors import UnknownSnapshot, UnreadableDate
from tracker.domain.nouns import Assessment, Commitment, Milestone
from tracker.domain.words import Movement, MoveReason, Precision, Role, View
from tracker.services import baselines, boards, comparisons, snapshots
from tracker.services.plans import load_plans
from tracker.store import reading

if TYPE_CHECKING:
    from tracker.domain.nouns import Noun
    from tracker.services.comparisons import ChangeRow
    from tracker.store.database import Database

ROOT = Path(__file__).parents[2]
DAY = dt.date(2024, 1, 31)
SRO = "Owner (contributor)"


def held(db: Database, noun: type[Noun], noun_id: str, **fields: Any) -> Noun:
    """The newest version of an id, said otherwise."""
    with db.read() as cursor:
        newest = reading.latest(cursor, noun, noun_id)
    assert newest
    return replace(newest.noun, **fields)


def since(db: Database, known_seq: int, before: dt.date = DAY, after: dt.date = DAY) -> list[ChangeRow]:
    """What changed from a day as known at a change, to a day with all that is known."""
    earlier = boards.view_board(db, before, known_seq)
    return list(comparisons.compare_boards(db, earlier, boards.view_board(db, after, boards.known_position(db))).rows)


def only(rows: list[ChangeRow], kind: Movement) -> ChangeRow:
    [row] = [row for row in rows if row.kind is kind]
    return row


def report(db: Database, on: dt.date, forecast: dt.date, **fields: Any) -> None:
    said = samples.progress(id="C6-01-M1", reporter="owner", forecast_on=forecast, **fields)
    samples.save(db, said, on=on, actor=OWNER, action="report progress")


def test_a_move_is_told_by_whom_when_and_why_even_when_it_was_confirmed_since(staffed: Database) -> None:
    known = boards.known_position(staffed)
    report(staffed, dt.date(2024, 1, 5), dt.date(2025, 3, 31), reason=MoveReason.LA_CAPACITY, reason_note="No staff")
    moved = boards.known_position(staffed)
    report(staffed, dt.date(2024, 1, 5), dt.date(2025, 3, 31))
    report(staffed, dt.date(2024, 1, 20), dt.date(2025, 3, 31))
    row = only(since(staffed, known), Movement.FORECAST)
    assert (row.old, row.new, row.days, row.direction) == ("2025", "31 March 2025", -275, "earlier")
    assert (row.who, row.seq, row.holds_from) == (SRO, moved, dt.date(2024, 1, 5))
    assert row.why == "local authority capacity; No staff"
    assert row.recorded_at


def test_an_error_that_was_put_right_is_no_slip(staffed: Database) -> None:
    known = boards.known_position(staffed)
    report(staffed, DAY, dt.date(2026, 3, 31), reason=MoveReason.CORRECTION, reason_note="Typed wrongly")
    row = only(since(staffed, known), Movement.FORECAST_CORRECTED)
    assert (row.days, row.why) == (90, "correcting an error; Typed wrongly")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [(MoveReason.LEGISLATION, Movement.BASELINE), (MoveReason.CORRECTION, Movement.BASELINE_CORRECTED)],
)
def test_a_baseline_that_moved_tells_the_request_that_moved_it(
    staffed: Database, reason: MoveReason, kind: Movement
) -> None:
    known = boards.known_position(staffed)
    new = PublishedDate(dates.today() + dt.timedelta(days=365), Precision.DAY)
    baselines.request_baseline(
        staffed, actor_id=OWNER, asked=Asked(milestone_id="C6-01-M1", baseline=new, reason=reason, note="A year more")
    )
    [asked] = baselines.list_requests(staffed)
    baselines.decide_baseline(
        staffed, actor_id=PEOPLE[Role.APPROVER], baseline_request_id=asked.request_id, approve=True
    )
    row = only(since(staffed, known, dates.today(), dates.today()), kind)
    assert (row.old, row.new) == ("2024-25", str(new))
    assert row.days == (new.day - dt.date(2025, 3, 31)).days
    assert (row.who, row.why) == ("Approver (approver)", f"{reason}; A year more")


def test_what_was_taken_back_is_told_with_who_took_it_back(staffed: Database) -> None:
    known = boards.known_position(staffed)
    milestone = held(staffed, Milestone, "C6-06-M1")
    samples.save(staffed, milestone, on=dates.GREEN_PAPER, retracted=True, actor="Secretary", reason="Said twice")
    row = only(since(staffed, known), Movement.MILESTONE_REMOVED)
    assert (row.milestone_id, row.who, row.why) == ("C6-06-M1", "Secretary", "Said twice")
    samples.save(staffed, milestone, on=dates.GREEN_PAPER, actor="Secretary", reason="It was right")
    back = boards.view_board(staffed, DAY, boards.known_position(staffed))
    gone = boards.view_board(staffed, DAY, boards.known_position(staffed) - 1)
    row = only(list(comparisons.compare_boards(staffed, gone, back).rows), Movement.MILESTONE_ADDED)
    assert (row.who, row.why) == ("Secretary", "It was right")


def test_a_report_that_was_taken_back_brings_the_date_before_it_back(staffed: Database) -> None:
    report(staffed, dt.date(2024, 1, 5), dt.date(2025, 3, 31))
    known = boards.known_position(staffed)
    said = samples.progress(id="C6-01-M1", forecast_on=DAY)
    samples.save(staffed, said, on=dt.date(2024, 1, 5), retracted=True, actor=OWNER, reason="Not ours")
    row = only(since(staffed, known), Movement.FORECAST)
    assert (row.old, row.new, row.who, row.why) == ("31 March 2025", "2025", SRO, "Not ours")


def test_a_fact_recorded_late_for_an_earlier_day_is_news_of_that_day(staffed: Database) -> None:
    known = boards.known_position(staffed)
    rating = Assessment(
        id="C6-06/owner",
        commitment_id="C6-06",
        view=View.OWNER,
        rating="Red",
        scale="3-point",
        rationale="No chair",
        valid_until=DAY,
    )
    samples.save(staffed, rating, on=dt.date(2023, 12, 1), actor=OWNER)
    row = only(since(staffed, known), Movement.RATING)
    assert (row.old, row.new, row.who, row.why) == ("Not reported", "Red", SRO, "No chair")
    lapsed = only(since(staffed, boards.known_position(staffed), DAY, DAY + dt.timedelta(days=1)), Movement.RATING)
    assert (lapsed.old, lapsed.new, lapsed.who, lapsed.recorded_at) == ("Red", "Not reported", None, None)


def test_a_new_owner_is_told_by_whoever_gave_the_commitment_or_its_programme_to_them(staffed: Database) -> None:
    known = boards.known_position(staffed)
    samples.save(staffed, replace(samples.one_of_each()["owner"], id="director"), on=dates.GREEN_PAPER)
    samples.save(
        staffed,
        held(staffed, Commitment, "C6-06", owner_id="director"),
        on=DAY,
        actor="Secretary",
        reason="Handed over",
    )
    row = only(since(staffed, known), Movement.OWNER)
    assert (row.commitment_id, row.old, row.new) == (
        "C6-06",
        "Senior responsible owner, Department for Education",
        "Director, SEND, Department for Education",
    )
    assert (row.who, row.why) == ("Secretary", "Handed over")


def test_the_same_board_known_later_has_no_changes(staffed: Database) -> None:
    known = boards.known_position(staffed)
    add(staffed, "later@dfe.example", Role.VIEWER)
    assert since(staffed, known) == []


def test_snapshots_and_days_are_compared_by_what_they_are_called(staffed: Database) -> None:
    snapshots.take_snapshot(staffed, actor_id=PEOPLE[Role.APPROVER], name="winter", as_at=dt.date(2022, 12, 31))
    found = comparisons.compare_asked(staffed, "winter", "2023-12-31")
    assert (found.before_name, found.after_name) == ("winter", None)
    assert (found.before.as_at, found.after.as_at) == (dt.date(2022, 12, 31), dt.date(2023, 12, 31))
    assert found.rows == comparisons.compare_asked(staffed, "2022-12-31", "2023-12-31").rows
    assert comparisons.compare_asked(staffed, "winter", "winter").rows == ()
    with pytest.raises(UnknownSnapshot, match='no snapshot called "spring"'):
        comparisons.compare_asked(staffed, "spring", "winter")
    for day in ("2023-02-30", "31 February 2023", "01/02/2023", "2999-01-01"):
        with pytest.raises(UnreadableDate):
            comparisons.compare_asked(staffed, "winter", day)


def test_what_changed_since_the_last_board_is_what_changed_since_its_snapshot(staffed: Database) -> None:
    today = boards.view_board(staffed, dates.today(), boards.known_position(staffed))
    assert comparisons.since_approved(staffed, today) is None
    add(staffed, "second@dfe.example", Role.APPROVER)
    snapshots.take_snapshot(staffed, actor_id=PEOPLE[Role.APPROVER], name="winter", as_at=dt.date(2022, 12, 31))
    snapshots.approve_snapshot(staffed, actor_id="second@dfe.example", name="winter")
    assert comparisons.since_approved(staffed, today) is None  # it was not known of then
    now = boards.view_board(staffed, dates.today(), boards.known_position(staffed))
    found = comparisons.since_approved(staffed, now, after_name="now")
    assert found
    assert (found.before_name, found.after_name, found.after) == ("winter", "now", now)
    assert found.since == "the snapshot winter of 31 December 2022"
    assert only(list(found.rows), Movement.MET).milestone_id == "C6-06-M1"


def test_the_published_record_of_2023_is_told_with_its_evidence(db: Database) -> None:
    load_plans(db, ROOT / "plans", ROOT / "data", actor="secretariat")
    found = comparisons.compare_asked(db, "2022-12-31", "2023-12-31")
    met = {row.milestone_id: row for row in found.rows if row.kind is Movement.MET}
    for milestone_id, what, day in (
        ("C6-05-M1", "delivery plan is published", "2 March 2023"),
        ("C6-06-M1", "first meeting", "6 June 2023"),
        ("C6-04-M1", "change programme is running", "1 September 2023"),
    ):
        row = met[milestone_id]
        assert what in row.what
        assert (row.new, row.who) == (day, "secretariat")
        assert row.why
        evidence = found.source(row.evidence_id)
        assert evidence
        assert evidence.publisher
    assert any("Improvement Plan" in row.what for row in found.rows if row.kind is Movement.EVENT_ADDED)
    as_json = json.loads(comparisons.as_json(found))
    assert (as_json["total"], sum(as_json["counts"].values())) == (len(found.rows), len(found.rows))
    text = comparisons.as_text(found)
    assert text.count("\n  C6-0") >= len([row for row in met if row and row.startswith("C6")])
    assert f"Milestone met: {len(met)}" in text
