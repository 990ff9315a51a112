"""Dates: every form that can be read, every sentence when one cannot, and how a date is said."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from tests.samples import instant
from tracker.domain import dates
from tracker.domain.dates import PublishedDate, parse_day, parse_instant, parse_published_date
from tracker.domain.errors import UnreadableDate
from tracker.domain.words import Precision


@pytest.mark.parametrize(
    ("written", "day", "precision", "said"),
    [
        ("2023-06-06", dt.date(2023, 6, 6), Precision.DAY, "6 June 2023"),
        ("2024-02-29", dt.date(2024, 2, 29), Precision.DAY, "29 February 2024"),
        ("2023-06", dt.date(2023, 6, 30), Precision.MONTH, "June 2023"),
        ("2024-02", dt.date(2024, 2, 29), Precision.MONTH, "February 2024"),
        ("2025-Q1", dt.date(2025, 3, 31), Precision.QUARTER, "quarter 1 of 2025"),
        ("2025-Q2", dt.date(2025, 6, 30), Precision.QUARTER, "quarter 2 of 2025"),
        ("2025-Q3", dt.date(2025, 9, 30), Precision.QUARTER, "quarter 3 of 2025"),
        ("2025-Q4", dt.date(2025, 12, 31), Precision.QUARTER, "quarter 4 of 2025"),
        ("spring 2023", dt.date(2023, 5, 31), Precision.SEASON, "spring 2023"),
        ("summer 2023", dt.date(2023, 8, 31), Precision.SEASON, "summer 2023"),
        ("autumn 2023", dt.date(2023, 11, 30), Precision.SEASON, "autumn 2023"),
        ("winter 2023", dt.date(2024, 2, 29), Precision.SEASON, "winter 2023-24"),
        ("winter 1999", dt.date(2000, 2, 29), Precision.SEASON, "winter 1999-00"),
        ("2025", dt.date(2025, 12, 31), Precision.YEAR, "2025"),
        ("FY2024-25", dt.date(2025, 3, 31), Precision.FINANCIAL_YEAR, "2024-25"),
        ("FY1999-00", dt.date(2000, 3, 31), Precision.FINANCIAL_YEAR, "1999-00"),
    ],
)
def test_a_published_date_means_the_last_day_of_its_period_and_is_said_as_precisely_as_it_was_published(
    written: str, day: dt.date, precision: Precision, said: str
) -> None:
    date = parse_published_date(written, where="x")
    assert date.written == written
    assert date == PublishedDate(day, precision)
    assert str(date) == said


def test_a_deadline_is_a_day_or_the_end_of_a_period() -> None:
    deadlines = [parse_published_date(written, where="x").deadline for written in ("2023-06-06", "2023", "FY2024-25")]
    assert deadlines == ["6 June 2023", "the end of 2023", "the end of 2024-25"]


def test_every_precision_has_a_form_that_is_read_and_said() -> None:
    forms = ("2023-06-06", "2023-06", "2025-Q4", "autumn 2023", "2025", "FY2024-25")
    assert {parse_published_date(form, where="x").precision for form in forms} == set(Precision)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2023-02-29",
        "2023-13",
        "2023-00",
        "2023-6-6",
        "2025-Q0",
        "2025-Q5",
        "Autumn 2023",
        "autumn  2023",
        "autumn 23",
        "0000",
        "0000-01",
        "winter 9999",
        "FY2024-26",
        "FY2024-2025",
        "FY9999-00",
        "06/06/2023",
        "2023-06-06\n",
        "2023-06-06T00:00",
    ],
)
def test_a_published_date_that_cannot_be_read_is_refused_with_its_place_and_every_form(written: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_published_date(written, where="a.toml, milestone 3, due")
    assert str(refused.value) == (
        f'a.toml, milestone 3, due: "{written}" is not a date in the calendar; write a day "2023-06-06", '
        'a month "2023-06", a quarter "2025-Q4", a season "autumn 2023", a year "2025" or a financial year "FY2024-25".'
    )


def test_a_day_is_read_only_as_year_month_day() -> None:
    assert parse_day("2023-06-06", where="as at") == dt.date(2023, 6, 6)
    for written in ("2023-02-30", "6 June 2023", "20230606", "2023-W23-2", "", "2023-06"):
        with pytest.raises(UnreadableDate) as refused:
            parse_day(written, where="as at")
        assert str(refused.value) == (
            f'as at: "{written}" is not a day in the calendar; write it as year-month-day, for example "2023-06-06".'
        )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2023-06-06T09:30:00Z", instant("2023-06-06T09:30:00")),
        ("2023-06-06T09:30:00", instant("2023-06-06T09:30:00")),
        ("2023-06-06 09:30", instant("2023-06-06T09:30:00")),
        ("2023-06-06T09:30:00+01:00", instant("2023-06-06T08:30:00")),
        ("2023-06-06T09:30:00.000001Z", instant("2023-06-06T09:30:00.000001")),
        ("2023-06-06", instant("2023-06-06T23:59:59.999999")),
        ("20230606", instant("2023-06-06T23:59:59.999999")),
    ],
)
def test_an_instant_is_read_as_utc_and_a_day_however_written_means_its_end(written: str, meant: dt.datetime) -> None:
    assert parse_instant(written, where="known at") == meant


@pytest.mark.parametrize("written", ["", "yesterday", "2023-02-30", "2023-06-06T25:00", "0001-01-01T00:00:00+23:59"])
def test_an_instant_that_cannot_be_read_is_refused_with_its_place_and_an_example(written: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_instant(written, where="known at")
    assert str(refused.value) == (
        f'known at: "{written}" is not an instant; write it as "2023-06-06" or "2023-06-06T09:30:00Z".'
    )


@pytest.mark.parametrize(
    ("utc", "london"),
    [
        (instant("2023-06-06T22:59:00"), dt.date(2023, 6, 6)),
        (instant("2023-06-06T23:01:00"), dt.date(2023, 6, 7)),  # summer time is an hour ahead
        (instant("2023-12-06T23:01:00"), dt.date(2023, 12, 6)),
    ],
)
def test_today_is_the_day_in_london_and_now_is_utc_without_an_offset(
    utc: dt.datetime, london: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return utc.replace(tzinfo=dt.UTC).astimezone(tz)

    monkeypatch.setattr(dates, "dt", SimpleNamespace(datetime=Stopped, UTC=dt.UTC))
    assert dates.today() == london
    assert dates.utc_now() == utc
    assert dates.utc_now().tzinfo is None
