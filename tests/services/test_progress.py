"""Reporting progress: what a report must be to become a change."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import save
from tracker.domain import dates
from tracker.domain.errors import InvalidReport, StaleEdit, StoreUnusable, TrackerError
from tracker.domain.nouns import Milestone, Progress, Source
from tracker.domain.words import MoveReason, Precision, Reporter
from tracker.services import boards, stores
from tracker.services.plans import load_plans
from tracker.services.progress import report_progress
from tracker.store import ledger

if TYPE_CHECKING:
    from tests.exchange.conftest import PlanFolder
    from tracker.domain.ledger import Change
    from tracker.store.database import Address, Database

PROMISED = dt.date(2022, 3, 29)
REPORTED = dt.date(2024, 3, 1)


@pytest.fixture
def loaded(db: Database, plan: PlanFolder) -> Database:
    """A store with the small sound plan: C6-06-M1 was promised on 2022-03-29 and completed on 2023-06-06."""
    load_plans(db, plan.plans, plan.data, actor="secretariat")
    return db


def said(**fields: Any) -> Progress:
    """What an owner says of the payment milestone; give only the fields that a test is about."""
    for kind in ("forecast", "actual"):
        if fields.get(f"{kind}_on"):
            fields[f"{kind}_precision"] = Precision.DAY
    return Progress(**{"id": "C6-01-M1", "reporter": Reporter.OWNER, **fields})


def report(db: Database, progress: Progress, *, on: dt.date = REPORTED, base: int = 1, **more: Any) -> Change:
    return report_progress(db, actor="owner", progress=progress, effective_on=on, base_version=base, **more)


def head(db: Database) -> int:
    with db.read() as cursor:
        return ledger.head(cursor).seq


def test_a_report_is_one_change_with_who_what_and_why(loaded: Database) -> None:
    progress = said(
        forecast_on=dt.date(2025, 9, 30),
        reason=MoveReason.SPENDING,
        narrative="The review ends in June.",
        status="On it",
    )
    change = report(loaded, progress, reason="Monthly return", request_id="form-1")
    assert (change.seq, change.actor, change.action, change.reason) == (2, "owner", "report progress", "Monthly return")
    with loaded.read() as cursor:
        version = ledger.latest(cursor, Progress, "C6-01-M1")
    assert version
    assert (version.noun, version.version, version.effective_on, version.change_seq) == (progress, 2, REPORTED, 2)
    assert ledger.verify(loaded).faults == ()


def test_a_report_shows_on_the_board_from_its_day_and_not_before(loaded: Database) -> None:
    report(loaded, said(forecast_on=dt.date(2025, 9, 30)))
    on_the_day = boards.view_board(loaded, REPORTED, 2)
    the_day_before = boards.view_board(loaded, REPORTED - dt.timedelta(days=1), 2)
    assert [m.forecast_on for m in on_the_day.milestones] == [dt.date(2025, 9, 30), None]
    assert [m.forecast_on for m in the_day_before.milestones] == [dt.date(2025, 12, 31), None]


def test_the_first_report_of_a_milestone_is_made_against_version_nought(loaded: Database) -> None:
    with loaded.read() as cursor:
        noun = ledger.versions(cursor, Milestone, "C6-01-M1")[0].noun
    assert isinstance(noun, Milestone)
    save(loaded, Milestone(**{**vars(noun), "id": "C6-01-M2"}), on=PROMISED)
    report(loaded, said(id="C6-01-M2", status="Begun"), base=0)
    with loaded.read() as cursor:
        assert [version.version for version in ledger.versions(cursor, Progress, "C6-01-M2")] == [1]


@pytest.mark.parametrize("base", [-1, 0, 2, 7])
def test_a_report_against_another_version_than_the_newest_is_stale(loaded: Database, base: int) -> None:
    with pytest.raises(StaleEdit) as caught:
        report(loaded, said(status="Begun"), base=base)
    assert caught.value.yours.noun == said(status="Begun")
    assert caught.value.theirs
    assert caught.value.theirs.version == 1
    assert head(loaded) == 1


def test_of_two_reports_against_one_version_the_second_sees_both_texts(loaded: Database) -> None:
    report(loaded, said(status="Mine"))
    with pytest.raises(StaleEdit) as caught:
        report(loaded, said(status="Yours"))
    theirs, yours = caught.value.theirs, caught.value.yours
    assert theirs
    assert (theirs.noun, yours.noun) == (said(status="Mine"), said(status="Yours"))


def test_of_twenty_reports_at_once_one_is_recorded_and_nineteen_are_told(loaded: Database) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(20)

    def run(number: int) -> None:
        ready.wait()
        try:
            report(loaded, said(status=f"Writer {number}"))
        except TrackerError as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("recorded")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["StaleEdit"] * 19 + ["recorded"]
    assert head(loaded) == 2


def test_a_form_sent_twice_records_once(loaded: Database) -> None:
    first = report(loaded, said(status="Begun"), request_id="form-1")
    second = report(loaded, said(status="Begun"), request_id="form-1")
    assert first == second
    assert head(loaded) == 2


def test_a_store_opened_for_reading_takes_no_report(loaded: Database, address: Address) -> None:
    loaded.close()
    with stores.open_store(address) as reading, pytest.raises(StoreUnusable, match="opened for reading only"):
        report(reading, said(status="Begun"))


TODAY = dates.today()
LATER = TODAY + dt.timedelta(days=9)


@pytest.mark.parametrize(
    ("progress", "on", "says"),
    [
        pytest.param(
            said(id="C9-99-M1", status="Begun"),
            REPORTED,
            "There is no milestone C9-99-M1 in the ledger; choose one that is on the board.",
            id="a milestone that is not there",
        ),
        pytest.param(
            said(status="Begun"),
            LATER,
            f"Progress of C6-01-M1 cannot hold from {LATER}: that day has not come yet; give {TODAY} or before.",
            id="a report from the future",
        ),
        pytest.param(
            said(status="Begun"),
            PROMISED - dt.timedelta(days=1),
            "Progress of C6-01-M1 cannot hold from 2022-03-28: it was promised on 2022-03-29; give that day or a later "
            "one.",
            id="a report from before the promise",
        ),
        pytest.param(
            said(actual_on=REPORTED),
            REPORTED - dt.timedelta(days=1),
            "C6-01-M1 cannot be complete from 2024-02-29: it was completed on 2024-03-01; "
            "give that day or a later one.",
            id="a completion that holds before it happened",
        ),
        pytest.param(
            said(actual_on=LATER),
            REPORTED,
            f"C6-01-M1 cannot have been completed on {LATER}: that day has not come yet; give it as the forecast.",
            id="a completion in the future",
        ),
        pytest.param(
            said(narrative="Much was done."),
            REPORTED,
            "The report on C6-01-M1 says nothing; give a status, a forecast or the day it was completed.",
            id="a narrative alone",
        ),
        pytest.param(
            said(status="  "),
            REPORTED,
            "The report on C6-01-M1 says nothing; give a status, a forecast or the day it was completed.",
            id="an empty status",
        ),
        pytest.param(
            said(status="Begun", evidence_id="gossip"),
            REPORTED,
            "There is no source gossip in the ledger to be evidence; choose one that is, or add it.",
            id="evidence that is not there",
        ),
        pytest.param(
            said(id="C9-99-M1", evidence_id="gossip"),
            LATER,
            "There is no milestone C9-99-M1 in the ledger; choose one that is on the board. "
            f"Progress of C9-99-M1 cannot hold from {LATER}: that day has not come yet; give {TODAY} or before. "
            "The report on C9-99-M1 says nothing; give a status, a forecast or the day it was completed. "
            "There is no source gossip in the ledger to be evidence; choose one that is, or add it.",
            id="several faults at once",
        ),
    ],
)
def test_a_report_that_cannot_be_so_says_why_and_records_nothing(
    loaded: Database, progress: Progress, on: dt.date, says: str
) -> None:
    with pytest.raises(InvalidReport) as caught:
        report(loaded, progress, on=on)
    assert str(caught.value) == says
    assert head(loaded) == 1


@pytest.mark.parametrize(
    ("progress", "on"),
    [
        pytest.param(said(status="Begun"), PROMISED, id="on the day it was promised"),
        pytest.param(said(status="Begun"), dates.today(), id="today"),
        pytest.param(said(actual_on=REPORTED, evidence_id="news"), REPORTED, id="completed on the day of the report"),
        pytest.param(said(forecast_on=LATER), REPORTED, id="a forecast alone"),
        pytest.param(said(forecast_on=dt.date(2023, 1, 1)), REPORTED, id="a forecast that has passed"),
    ],
)
def test_a_report_at_the_edge_of_what_can_be_is_recorded(loaded: Database, progress: Progress, on: dt.date) -> None:
    assert report(loaded, progress, on=on).seq == 2


def test_a_milestone_that_was_retracted_takes_no_report(loaded: Database) -> None:
    with loaded.read() as cursor:
        version = ledger.latest(cursor, Milestone, "C6-01-M1")
    assert version
    save(loaded, version.noun, on=PROMISED, retracted=True)
    with pytest.raises(InvalidReport, match="There is no milestone C6-01-M1"):
        report(loaded, said(status="Begun"))


def test_a_milestone_is_promised_from_the_first_day_that_still_stands(loaded: Database) -> None:
    with loaded.read() as cursor:
        version = ledger.latest(cursor, Milestone, "C6-01-M1")
    assert version
    save(loaded, version.noun, on=dt.date(2023, 1, 1))
    save(loaded, version.noun, on=PROMISED, retracted=True)
    with pytest.raises(InvalidReport, match="it was promised on 2023-01-01"):
        report(loaded, said(status="Begun"), on=dt.date(2022, 12, 31))
    assert report(loaded, said(status="Begun"), on=dt.date(2023, 1, 1)).seq == 4


def test_a_source_that_was_retracted_is_no_evidence(loaded: Database) -> None:
    with loaded.read() as cursor:
        version = ledger.latest(cursor, Source, "news")
    assert version
    save(loaded, version.noun, on=PROMISED, retracted=True)
    with pytest.raises(InvalidReport, match="There is no source news"):
        report(loaded, said(status="Begun", evidence_id="news"))


def test_a_report_by_an_owner_stands_when_the_plans_are_loaded_again(loaded: Database, plan: PlanFolder) -> None:
    report(loaded, said(status="Begun"))
    assert load_plans(loaded, plan.plans, plan.data, actor="secretariat").change is None
    assert head(loaded) == 2
