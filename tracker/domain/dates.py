"""Dates as precise as they were published, and what day it is for the board."""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from tracker.domain.errors import UnreadableDate
from tracker.domain.words import Precision

GREEN_PAPER = dt.date(2022, 3, 29)
"""The day the Green Paper (CP 624) was published: nothing was promised before it."""

_LONDON = ZoneInfo("Europe/London")
_SEASONS = {"spring": 5, "summer": 8, "autumn": 11, "winter": 2}
"""Meteorological seasons by the month they end in; winter is named by the year it begins in."""

_FORMS = (
    'a day "2023-06-06", a month "2023-06", a quarter "2025-Q4", a season "autumn 2023", a year "2025" '
    'or a financial year "FY2024-25"'
)


def today() -> dt.date:
    """The day it is in London, which is the board's day wherever the server stands."""
    return dt.datetime.now(_LONDON).date()


def utc_now() -> dt.datetime:
    """The present instant in UTC, without an offset, as the ledger keeps it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def in_words(day: dt.date) -> str:
    """Say a day: ``6 June 2023``."""
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True)
class PublishedDate:
    """A date and how precisely it was published; ``day`` is the last day of its period and is the day used in sums.

    The last day, because only then is a promise *by* that period broken, or an event *in* it certain to have happened.
    """

    day: dt.date
    precision: Precision

    @property
    def deadline(self) -> str:
        """Say the date as a deadline: ``6 June 2023``, ``the end of 2023``."""
        return str(self) if self.precision is Precision.DAY else f"the end of {self}"

    @property
    def written(self) -> str:
        """Write the date as ``parse_published_date`` reads it."""
        year, month = self.day.year, self.day.month
        match self.precision:
            case Precision.DAY:
                return self.day.isoformat()
            case Precision.MONTH:
                return f"{year:04}-{month:02}"
            case Precision.QUARTER:
                return f"{year:04}-Q{month // 3}"
            case Precision.FINANCIAL_YEAR:
                return f"FY{year - 1:04}-{year % 100:02}"
            case Precision.YEAR:
                return f"{year:04}"
        season = next(name for name, last in _SEASONS.items() if last == month)  # the precision that is left
        return f"{season} {year - (season == 'winter'):04}"

    def __str__(self) -> str:
        """Say the date as precisely as it is known: ``6 June 2023``, ``autumn 2023``, ``2024-25``."""
        year = self.day.year
        match self.precision:
            case Precision.DAY:
                return in_words(self.day)
            case Precision.MONTH:
                return f"{self.day:%B %Y}"
            case Precision.QUARTER:
                return f"quarter {self.day.month // 3} of {year}"
            case Precision.SEASON:
                season = next(name for name, month in _SEASONS.items() if month == self.day.month)
                return f"winter {year - 1}-{year % 100:02}" if season == "winter" else f"{season} {year}"
            case Precision.YEAR:
                return str(year)
        return f"{year - 1}-{year % 100:02}"  # a financial year, the one that is left


def beside_original(baseline: PublishedDate | None, original: PublishedDate | None) -> str:
    """Say a baseline, with the one that it was at first where that was another: ``2027 (originally 2025)``."""
    return str(baseline or "none") if original in (None, baseline) else f"{baseline} (originally {original})"


def day_of(published: PublishedDate | None) -> dt.date | None:
    """Return the day used in sums of a date that may be unknown."""
    return published.day if published else None


def precision_of(published: PublishedDate | None) -> Precision | None:
    """Return the precision of a date that may be unknown."""
    return published.precision if published else None


def _end_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def parse_day(text: str, *, where: str) -> dt.date:
    """Read an ISO day such as ``2023-06-06``. Raises UnreadableDate naming ``where``."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UnreadableDate(
            f'{where}: "{text}" is not a day in the calendar; write it as year-month-day, for example "2023-06-06".'
        ) from None


def parse_instant(text: str, *, where: str) -> dt.datetime:
    """Read an ISO instant, or a day (its last microsecond), as UTC. Raises UnreadableDate naming ``where``."""
    with contextlib.suppress(ValueError):
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max)
    try:
        instant = dt.datetime.fromisoformat(text)
        return instant.astimezone(dt.UTC).replace(tzinfo=None) if instant.tzinfo else instant
    except (ValueError, OverflowError):
        raise UnreadableDate(
            f'{where}: "{text}" is not an instant; write it as "2023-06-06" or "2023-06-06T09:30:00Z".'
        ) from None


def parse_published_date(text: str, *, where: str) -> PublishedDate:
    """Read a date in one of the forms of plans/README.md. Raises UnreadableDate naming ``where``."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return PublishedDate(dt.date.fromisoformat(text), Precision.DAY)
        if found := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return PublishedDate(_end_of_month(int(found[1]), int(found[2])), Precision.MONTH)
        if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
            return PublishedDate(_end_of_month(int(found[1]), 3 * int(found[2])), Precision.QUARTER)
        if found := re.fullmatch(r"(spring|summer|autumn|winter) (\d{4})", text):
            year = int(found[2]) + (found[1] == "winter")
            return PublishedDate(_end_of_month(year, _SEASONS[found[1]]), Precision.SEASON)
        if re.fullmatch(r"\d{4}", text):
            return PublishedDate(dt.date(int(text), 12, 31), Precision.YEAR)
        found = re.fullmatch(r"FY(\d{4})-(\d{2})", text)
        if found and (int(found[1]) + 1) % 100 == int(found[2]):
            return PublishedDate(dt.date(int(found[1]) + 1, 3, 31), Precision.FINANCIAL_YEAR)
    except (ValueError, calendar.IllegalMonthError):
        pass  # no such day, month or year: the sentence below says so
    raise UnreadableDate(f'{where}: "{text}" is not a date in the calendar; write {_FORMS}.')
