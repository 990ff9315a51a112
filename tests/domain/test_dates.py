"""Dates: every form that can be read, every sentence when one cannot, and how a date is said."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import instant
from tracker.domain import dates
from tracker.domain.dates import (
    EARLIEST,
    LATEST,
    PublishedDate,
    parse_day,
    parse_instant,
    parse_published_date,
)
from tracker.domain.errors import UnreadableDate
from tracker.domain.words import Precision

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_day_and_a_moment_are_said_in_words_with_no_nought_before_the_day() -> None:
    assert dates.in_words(dt.date(2023, 6, 6)) == "6 June 2023"
    assert dates.moment_in_words(instant("2023-06-06T09:05:59")) == "6 June 2023 at 09:05 UTC"


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
        ("FY2011-12", dt.date(2012, 3, 31), Precision.FINANCIAL_YEAR, "financial year 2011-12"),
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


_SHOWN = st.one_of(
    st.dates(EARLIEST, LATEST).map(lambda day: PublishedDate(day, Precision.DAY)),
    st.builds(
        lambda year, form: parse_published_date(form.format(year, (year + 1) % 100), where="x"),
        st.integers(EARLIEST.year, LATEST.year - 1),
        st.sampled_from(
            [
                *(f"{{}}-{month:02}" for month in range(1, 13)),
                *(f"{{}}-Q{number}" for number in range(1, 5)),
                *(f"{season} {{}}" for season in ("spring", "summer", "autumn", "winter")),
                "{}",
                "FY{}-{:02}",
            ]
        ),
    ),
)
"""Every date that the tracker can hold, of every precision."""


@given(_SHOWN, st.sampled_from([str.upper, str.lower, str.title, lambda words: words.replace(" ", "\u00a0")]))
def test_every_date_is_read_in_every_form_in_which_the_tracker_prints_it(
    date: PublishedDate, typed: Callable[[str], str]
) -> None:
    for printed in (str(date), date.written, date.deadline, date.in_full):
        assert parse_published_date(printed, where="x") == date
        assert parse_published_date(typed(f"  by {printed}."), where="x") == date
    if date.precision is not Precision.DAY:  # a span is asked about, and is an answer
        months = parse_published_date(date.span, where="x")
        assert (months.day, months.span) == (date.day, date.span)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_a_day_is_read_as_offices_and_spreadsheets_write_it(day: dt.date) -> None:
    for form in (
        "%-d %B %Y",
        "%-d %b %y",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%A, %-d %B %Y",
        "%a %-dth %b. %Y",
        "%B %-d, %Y",
        "%Y/%m/%d",
        "%Y%m%d",
        "%Y-%m-%d 00:00:00",
        "%Y-%m-%dT00:00",
        "%-d\u00a0%B\u202f%Y",
        "%-d\u200b %B %Y",
    ):
        assert parse_day(day.strftime(form), where="x") == day, form
    for form in ("%d/%m/%Y", "%-d.%-m.%y", "%d-%m-%Y", "%-d / %-m / %Y", "%d/%m/%Y 00:00"):
        if day.day > 12 or day.day == day.month:
            assert parse_day(day.strftime(form), where="x") == day, form
        else:
            with pytest.raises(UnreadableDate, match="Write the one you mean") as asked:
                parse_day(day.strftime(form), where="x")
            assert {one.day for one in asked.value.readings} == {day, day.replace(month=day.day, day=day.month)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mar 2027", "2027-03"),
        ("sept. 2027", "2027-09"),
        ("Dec-27", "2027-12"),
        ("03/2027", "2027-03"),
        ("2027 March", "2027-03"),
        ("'2027-03", "2027-03"),
        ("2027/3", "2027-03"),
        ("end of March 2027", "2027-03"),
        ("by the end of March 2027", "2027-03"),
        ("end-March 2027", "2027-03"),
        ("Spring 2027", "spring 2027"),
        ("autumn '27", "autumn 2027"),
        ("March to May 2027", "spring 2027"),
        ("Winter 2027/28", "winter 2027"),
        ("by end 2027", "2027"),
        ("calendar year 2027", "2027"),
        ("2026-27", "FY2026-27"),
        ("2026/27", "FY2026-27"),
        ("2026\u201327", "FY2026-27"),
        ("2026 - 2027", "FY2026-27"),
        ("FY 26/27", "FY2026-27"),
        ("the end of the financial year 2026-27", "FY2026-27"),
        ("2026-27 financial year", "FY2026-27"),
        ("FY2011-12", "FY2011-12"),
        ("quarter 3 of 2027", "2027-Q3"),
        ("Jan\u2013Mar 2027", "2027-Q1"),
        ("Q1 2027-28", "2027-Q2"),
        ("Q4 2027/28", "2028-Q1"),
        ("2027-28 Q2", "2027-Q3"),
        ("quarter 3 of 2027-28", "2027-Q4"),
        ("first quarter of FY 27-28", "2027-Q2"),
        ("31st of March 2027", "2027-03-31"),
        ("Weds 31 March 2027", "2027-03-31"),
    ],
)
def test_what_an_office_writes_is_read(written: str, meant: str) -> None:
    assert parse_published_date(written, where="x").written == meant


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("03/04/2027", "is it 3 April 2027 or 4 March 2027"),
        ("3.4.27", "is it 3 April 2027 or 4 March 2027"),
        ("Q1 2027", "is it January to March 2027 or April to June 2027"),
        ("2027 Q4", "is it October to December 2027 or January to March 2028"),
        ("2nd quarter of 2027", "is it April to June 2027 or July to September 2027"),
        ("2011/12", "is it December 2011 or April 2011 to March 2012"),
    ],
)
def test_a_date_that_could_be_two_is_asked_about(written: str, asked: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_published_date(written, where="Expected")
    assert str(refused.value) == f'Expected: "{written}": {asked}? Write the one you mean.'
    for one in refused.value.readings:
        assert one.span in asked
        assert parse_published_date(one.span, where="the answer") == one


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("soon", "is not a date we can read"),
        ("3 weeks", "is not a date we can read"),
        ("", "is not a date. Leave it empty if there is none"),
        ("TBC", "is not a date. Leave it empty if there is none"),
        ("30 February 2027", "does not exist"),
        ("31/31/2027", "does not exist"),
        ("2023-02-29", "does not exist"),
        ("2025-00-01", "does not exist"),
        ("winter 2027-29", "does not exist"),
        ("Tuesday 31 March 2027", "is a Wednesday"),
        ("0001", "is not between 1900 and 2100"),
        ("0000-01", "is not between 1900 and 2100"),
        ("9999-12-31", "is not between 1900 and 2100"),
        ("winter 9999", "is not between 1900 and 2100"),
        ("FY9999-00", "is not between 1900 and 2100"),
        ("winter 2100", "is not between 1900 and 2100"),
        ("20277", "has a number that is too long for a year"),
        ("31 March 20277", "has a number that is too long for a year"),
        ("31 March", "has no year"),
        ("March", "has no year"),
        ("27-Dec", "has no year"),
        ("31/3", "has no year"),
        ("FY2024-26", "is not two consecutive years"),
        ("2024-2026", "is not two consecutive years"),
        ("2023-13", "is not two consecutive years"),
        ("Q1 2024-26", "does not exist"),
        ("Q1 FY27", "names only one year, and a financial year needs two"),
        ("January to April 2027", "is not the months of a quarter, a season or a year"),
        ("spring term 2027", "is a school term or year. Give the month in which it ends"),
        ("mid March 2027", "is not exact enough. Give the month, season or year in which it ends"),
    ],
)
def test_a_date_that_cannot_be_read_is_refused_with_its_place_what_is_wrong_and_an_example(
    written: str, wrong: str
) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_published_date(written, where="a.toml, milestone 3, due")
    assert str(refused.value) == (
        f'a.toml, milestone 3, due: "{written}" {wrong}. '
        "Enter a date like 31 March 2027, March 2027, spring 2027 or 2026-27."
    )


def test_a_refusal_repeats_no_more_than_the_beginning_of_a_long_text_and_nothing_that_cannot_be_seen() -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_published_date("so\u200bon \u00a0 " + "x" * 20_000, where="Expected")
    assert str(refused.value).startswith(f'Expected: "soon {"x" * 55}…" is not')


_PIECES = st.sampled_from(
    [
        *(
            "2027",
            "27",
            "20277",
            "0001",
            "9999",
            "31",
            "3",
            "12",
            "00",
            "2027-28",
            "1st",
            "first",
            "q1",
            "Q4",
            "quarter",
        ),
        *("March", "Mar", "Dec", "spring", "winter", "FY", "financial", "year", "term", "Monday", "tue", "st"),
        *("of", "the", "end", "by", "to", "-", "/", ".", ",", "'", "(", ")", "\u2013", "\u00a0", "\u200b"),
    ]
)


@given(st.one_of(st.text(max_size=30), st.lists(_PIECES, max_size=7).map(" ".join), st.lists(_PIECES).map("".join)))
def test_any_text_is_read_within_bounds_or_refused_with_a_sentence(written: str) -> None:
    try:
        date = parse_published_date(written, where="x")
    except UnreadableDate as refused:
        assert str(refused).endswith((".", "?"))  # noqa: PT017  a refusal is one of two outcomes
        assert len(refused.readings) != 1  # noqa: PT017
    else:
        assert EARLIEST <= date.day <= LATEST
        assert parse_published_date(str(date), where="x") == date


def test_a_day_is_one_day_in_any_form() -> None:
    for written in ("2023-06-06", "6 June 2023", "Tuesday 6/6/23", "20230606"):
        assert parse_day(written, where="as at") == dt.date(2023, 6, 6)
    for written, wrong in (
        ("2023-02-30", '"2023-02-30" does not exist'),
        ("2023-W23-2", '"2023-W23-2" is not a date we can read'),
        ("", '"" is not a date. Leave it empty if there is none'),
        ("June 2023", '"June 2023" is not one day'),
    ):
        with pytest.raises(UnreadableDate) as refused:
            parse_day(written, where="as at")
        assert str(refused.value) == f"as at: {wrong}. Enter a day like 31 March 2027."


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
        ("6 June 2023", instant("2023-06-06T23:59:59.999999")),
    ],
)
def test_an_instant_is_read_as_utc_and_a_day_however_written_means_its_end(written: str, meant: dt.datetime) -> None:
    assert parse_instant(written, where="known at") == meant


@pytest.mark.parametrize(
    "written", ["", "yesterday", "2023-02-30", "2023-06-06T25:00", "0001-01-01T00:00:00+23:59", "0001-01-01T09:00"]
)
def test_an_instant_that_cannot_be_read_is_refused_with_its_place_and_an_example(written: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_instant(written, where="known at")
    assert str(refused.value) == (
        f'known at: "{written}" is not a time we can read. Enter a day like 6 June 2023, or a time in UTC like '
        "2023-06-06T09:30:00Z."
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
