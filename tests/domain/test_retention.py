"""Which backups are kept."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tracker.domain.retention import Retention, kept

A_DAY = dt.timedelta(days=1)
_INSTANTS = st.lists(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 12, 31)), max_size=40)  # noqa: DTZ001
_COUNTS = st.integers(0, 30)
_RULES = st.builds(Retention, daily=_COUNTS, weekly=_COUNTS, monthly=_COUNTS)


def nights(first: str, count: int) -> list[dt.datetime]:
    """A backup a night."""
    start = dt.datetime.fromisoformat(f"{first}T02:00:00")
    return [start + number * A_DAY for number in range(count)]


def days(instants: set[dt.datetime]) -> list[str]:
    return [instant.date().isoformat() for instant in sorted(instants)]


def test_the_newest_of_each_of_the_last_days_weeks_and_months_is_kept() -> None:
    made = nights("2026-01-01", 100)  # until Friday 10 April
    assert days(kept(made, Retention(daily=3))) == ["2026-04-08", "2026-04-09", "2026-04-10"]
    assert days(kept(made, Retention(weekly=3))) == ["2026-03-29", "2026-04-05", "2026-04-10"]
    assert days(kept(made, Retention(monthly=3))) == ["2026-02-28", "2026-03-31", "2026-04-10"]
    usual = days(kept(made, Retention(daily=14, weekly=8, monthly=24)))
    assert usual[:7] == [
        "2026-01-31",
        "2026-02-22",
        "2026-02-28",
        "2026-03-01",
        "2026-03-08",
        "2026-03-15",
        "2026-03-22",
    ]
    assert usual[7:] == [f"2026-03-{day}" for day in (28, 29, 30, 31)] + [f"2026-04-{day:02}" for day in range(1, 11)]


def test_of_two_backups_of_one_day_the_later_is_kept() -> None:
    morning, evening = (dt.datetime.fromisoformat(f"2026-04-10T{hour}:00:00") for hour in ("02", "19"))
    assert kept([evening, morning], Retention(daily=14)) == {evening}


def test_a_pause_in_making_backups_loses_none_of_the_old_ones() -> None:
    before = nights("2025-01-01", 10)
    after = nights("2026-01-01", 4)
    assert kept([*before, *after], Retention(daily=14)) == {*before, *after}


def test_a_week_belongs_to_its_own_year_at_the_turn_of_the_year() -> None:
    made = nights("2025-12-29", 7)  # one week, Monday to Sunday, over two years
    assert days(kept(made, Retention(weekly=2))) == ["2026-01-04"]


@settings(max_examples=2_000 if LONG else 60)
@given(made=_INSTANTS, rule=_RULES)
def test_whatever_the_rule_the_newest_is_kept_nothing_is_made_up_and_no_more_than_it_says(
    made: list[dt.datetime], rule: Retention
) -> None:
    keep = kept(made, rule)
    assert keep <= set(made)
    assert not made or max(made) in keep
    assert len(keep) <= rule.daily + rule.weekly + rule.monthly + 1
    assert kept(keep, rule) == keep  # what a rule has kept, it keeps
    for day in {instant.date() for instant in sorted(made, reverse=True)[: rule.daily]}:
        assert max(instant for instant in made if instant.date() == day) in keep


@settings(max_examples=2_000 if LONG else 40)
@given(made=_INSTANTS, rule=_RULES, more=_RULES)
def test_a_rule_that_asks_for_more_keeps_all_that_a_rule_that_asks_for_less_does(
    made: list[dt.datetime], rule: Retention, more: Retention
) -> None:
    wider = Retention(
        daily=rule.daily + more.daily, weekly=rule.weekly + more.weekly, monthly=rule.monthly + more.monthly
    )
    assert kept(made, rule) <= kept(made, wider)


def test_backups_made_and_pruned_every_night_end_up_where_pruning_once_would() -> None:
    made = nights("2024-01-01", 800)
    rule = Retention(daily=14, weekly=8, monthly=24)
    held: set[dt.datetime] = set()
    for instant in made:
        held = kept({*held, instant}, rule)
    assert held == kept(made, rule)
