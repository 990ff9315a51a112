"""The board's rules over dates, branch by branch, at their edges."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import commitment, milestone, progress, save
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.words import Precision
from tracker.store import reading

if TYPE_CHECKING:
    from tracker.store.database import Database

TODAY = dt.date(2023, 7, 1)
BASE = dt.date(2023, 9, 1)


def days(number: int | None, start: dt.date = BASE) -> dt.date | None:
    return None if number is None else start + dt.timedelta(days=number)


def ask(db: Database, macro: str, **dates: object) -> Any:
    names = ", ".join(f"${name}::DATE" if name != "rules" else "$rules" for name in dates)
    with db.read() as cursor:
        [(answer,)] = cursor.execute(f"SELECT {macro}({names})", dates).fetchall()
    return answer


@pytest.mark.parametrize(
    ("actual", "baseline", "forecast", "slip"),
    [
        (days(0), BASE, None, 0),
        (days(12), BASE, days(40), 12),
        (days(-5), BASE, None, -5),
        (days(0), None, days(9), None),
        (None, days(-3, TODAY), None, 3),
        (None, days(-90, TODAY), days(-30, TODAY), 90),
        (None, None, days(-4, TODAY), 4),
        (None, BASE, days(20), 20),
        (None, BASE, days(-20), -20),
        (None, days(-30, TODAY), days(10, TODAY), 40),
        (None, TODAY, None, None),
        (None, BASE, None, None),
        (None, None, BASE, None),
        (None, None, None, None),
    ],
)
def test_slip_is_the_days_behind_the_baseline_and_an_overdue_milestone_is_late_by_the_days_since(
    actual: dt.date | None, baseline: dt.date | None, forecast: dt.date | None, slip: int | None, shared: Database
) -> None:
    assert ask(shared, "milestone_slip", actual=actual, baseline=baseline, forecast=forecast, as_at=TODAY) == slip


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        ((days(1), BASE, None, None), "Complete, late"),
        ((days(0), BASE, None, None), "Complete"),
        ((days(-1), BASE, days(50), None), "Complete"),
        ((days(0), None, None, None), "Complete"),
        ((None, None, None, None), "Not dated"),
        ((None, None, None, TODAY), "Not dated"),
        ((None, days(-1, TODAY), None, None), "Overdue"),
        ((None, BASE, days(-1, TODAY), TODAY), "Overdue"),
        ((None, None, days(-1, TODAY), TODAY), "Overdue"),
        ((None, TODAY, None, None), "Stale"),
        ((None, BASE, None, None), "Stale"),
        ((None, BASE, days(0), days(-36, TODAY)), "Stale"),
        ((None, BASE, days(0), days(-35, TODAY)), "Green"),
        ((None, None, BASE, TODAY), "Green"),
        ((None, BASE, days(-20), TODAY), "Green"),
        ((None, BASE, days(7), TODAY), "Green"),
        ((None, BASE, days(8), TODAY), "Amber"),
        ((None, BASE, days(30), TODAY), "Amber"),
        ((None, BASE, days(31), TODAY), "Red"),
        ((None, days(-10, TODAY), days(0, TODAY), TODAY), "Amber"),
        ((None, days(-90, TODAY), days(1, TODAY), TODAY), "Red"),
    ],
)
def test_the_status_that_dates_alone_give(dates: tuple[dt.date | None, ...], status: str, shared: Database) -> None:
    known = dict(zip(("actual", "baseline", "forecast", "confirmed"), dates, strict=True))
    assert ask(shared, "milestone_status", **known, as_at=TODAY, rules=TOLERANCES.as_parameter()) == status


def test_a_board_may_set_its_own_tolerances(shared: Database) -> None:
    strict = Tolerances(green_days=0, amber_days=1, stale_days=2).as_parameter()
    for forecast, confirmed, status in (
        (0, 0, "Green"),
        (1, 0, "Amber"),
        (2, 0, "Red"),
        (0, -2, "Green"),
        (0, -3, "Stale"),
    ):
        dates = {"forecast": days(forecast), "confirmed": days(confirmed, TODAY)}
        answer = ask(shared, "milestone_status", actual=None, baseline=BASE, **dates, as_at=TODAY, rules=strict)
        assert answer == status


def position(db: Database, of: str, as_at: dt.date = TODAY, known_seq: int | None = None) -> dict[str, dict[str, Any]]:
    with db.read() as cursor:
        known = reading.head(cursor).seq if known_seq is None else known_seq
        cursor.execute(
            f"SELECT * FROM {of}_position($as_at, $known, $rules)",
            {"as_at": as_at, "known": known, "rules": TOLERANCES.as_parameter()},
        )
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["commitment_id" if of == "commitment" else "id"]: row for row in rows}


def promise(db: Database, status: str, *, key: bool = True, commitment_id: str = "gp-01") -> None:
    """Record a milestone, and what is known of it, that has a status as at TODAY."""
    baseline, forecast, actual = {
        "Complete": (TODAY, None, TODAY),
        "Complete, late": (days(-9, TODAY), None, TODAY),
        "Overdue": (days(-3, TODAY), None, None),
        "Red": (BASE, days(60), None),
        "Amber": (BASE, days(20), None),
        "Green": (BASE, days(2), None),
        "Stale": (BASE, None, None),
        "Not dated": (None, None, None),
    }[status]
    noun = milestone(
        id=f"{commitment_id}-{status}-{key}",
        commitment_id=commitment_id,
        key=key,
        baseline_on=baseline,
        baseline_precision=Precision.DAY if baseline else None,
    )
    save(db, noun, on=days(-99, TODAY) or TODAY)
    if forecast or actual:
        save(db, progress(id=noun.id, forecast_on=forecast, actual_on=actual), on=TODAY)


@pytest.mark.parametrize(
    ("key", "supporting", "status"),
    [
        (["Green"], [], "Green"),
        (["Green", "Amber"], [], "Amber"),
        (["Amber", "Red", "Green"], [], "Red"),
        (["Red", "Overdue"], [], "Overdue"),
        (["Stale", "Amber"], [], "Amber"),
        (["Not dated", "Green"], [], "Not dated"),
        (["Stale", "Not dated"], [], "Stale"),
        (["Complete", "Complete, late", "Green"], [], "Green"),
        (["Complete"], [], "Complete"),
        (["Complete", "Complete, late"], [], "Complete, late"),
        (["Green"], ["Red"], "Amber"),
        (["Green"], ["Overdue"], "Amber"),
        (["Green"], ["Amber", "Stale", "Not dated", "Complete, late"], "Green"),
        (["Stale"], ["Red"], "Amber"),
        (["Red"], ["Overdue"], "Red"),
        (["Complete"], ["Overdue"], "Amber"),
        (["Complete"], ["Amber"], "Complete"),
        ([], ["Overdue"], "Not dated"),
        ([], ["Complete"], "Not dated"),
    ],
)
def test_a_commitment_takes_the_worst_of_its_open_key_milestones_and_supporting_ones_make_it_amber_at_most(
    key: list[str], supporting: list[str], status: str, db: Database
) -> None:
    save(db, commitment())
    for word in key:
        promise(db, word)
    for word in supporting:
        promise(db, word, key=False)
    promise(db, "Overdue", commitment_id="another")
    milestones = position(db, "milestone")
    assert {row["status"] for row in milestones.values() if row["commitment_id"] == "gp-01"} == {*key, *supporting}
    row = position(db, "commitment")["gp-01"]
    assert row["status"] == status
    assert row["milestones"] == len(key) + len(supporting)
    assert row["milestones_met"] == sum(word.startswith("Complete") for word in (*key, *supporting))


def test_a_commitments_slip_is_the_greatest_of_its_open_key_milestones(db: Database) -> None:
    for word in ("Green", "Amber", "Complete, late"):
        promise(db, word)
    promise(db, "Red", key=False)
    assert position(db, "commitment")["gp-01"]["slip_days"] == 20


def test_a_commitment_without_milestones_has_no_position_of_its_own(db: Database) -> None:
    save(db, commitment())
    assert position(db, "commitment") == {}


def test_a_milestone_keeps_its_first_baseline_and_the_day_it_was_promised_when_it_is_promised_anew(
    db: Database,
) -> None:
    first, later = dt.date(2023, 1, 1), dt.date(2023, 5, 1)
    save(db, milestone(), on=first)
    save(db, milestone(baseline_on=dt.date(2024, 12, 31)), on=later)
    row = position(db, "milestone")["gp-01-m1"]
    assert (row["promised_on"], row["original_baseline_on"], row["baseline_on"]) == (
        first,
        dt.date(2023, 12, 31),
        dt.date(2024, 12, 31),
    )
    assert position(db, "milestone", as_at=first)["gp-01-m1"]["baseline_on"] == dt.date(2023, 12, 31)
    save(db, milestone(), on=first, retracted=True)
    row = position(db, "milestone")["gp-01-m1"]
    assert (row["promised_on"], row["original_baseline_on"]) == (later, dt.date(2024, 12, 31))


def test_a_forecast_is_confirmed_on_the_day_it_held_from_and_progress_without_one_confirms_nothing(
    db: Database,
) -> None:
    save(db, milestone(baseline_on=BASE), on=dt.date(2023, 1, 1))
    save(db, progress(forecast_on=BASE), on=TODAY)
    save(db, progress(narrative="No date yet"), on=days(1, TODAY) or TODAY)
    assert position(db, "milestone")["gp-01-m1"]["confirmed_on"] == TODAY
    assert position(db, "milestone")["gp-01-m1"]["status"] == "Green"
    tomorrow = position(db, "milestone", as_at=dt.date(2023, 7, 2))["gp-01-m1"]
    assert (tomorrow["confirmed_on"], tomorrow["reported_on"], tomorrow["status"]) == (
        None,
        dt.date(2023, 7, 2),
        "Stale",
    )
    assert position(db, "milestone", known_seq=1)["gp-01-m1"]["status"] == "Stale"
