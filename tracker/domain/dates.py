"""Dates as precise as they were published, and what day it is for the board."""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

from tracker.domain.errors import UnreadableDate
from tracker.domain.text import DASHES, visible
from tracker.domain.words import Precision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GREEN_PAPER = dt.date(2022, 3, 29)
"""The day the Green Paper (CP 624) was published: nothing was promised before it."""

_LONDON = ZoneInfo("Europe/London")
_SEASONS = {"spring": 5, "summer": 8, "autumn": 11, "winter": 2}
"""Meteorological seasons by the month they end in; winter is named by the year it begins in."""

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
"""The first and the last day that the tracker accepts."""

_LIKE = "Enter a date like 31 March 2027, March 2027, spring 2027 or 2026-27."
_LIKE_DAY = "Enter a day like 31 March 2027."
_DECEMBER = 12


def today() -> dt.date:
    """Today in London, which is the board's day wherever the server is."""
    return dt.datetime.now(_LONDON).date()


def utc_now() -> dt.datetime:
    """The current instant in UTC, without an offset, as in the ledger."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def in_words(day: dt.date) -> str:
    """Return a day in words: ``6 June 2023``."""
    return f"{day.day} {day:%B %Y}"


def moment_in_words(instant: dt.datetime) -> str:
    """Return an instant (UTC) in words: ``6 June 2023 at 09:30 UTC``."""
    return f"{in_words(instant)} at {instant:%H:%M} UTC"


@dataclass(frozen=True)
class PublishedDate:
    """A date and how precisely it was published; ``day`` is the last day of its period, and the one to compute with.

    The last day, because only then is a promise *by* that period broken, or an event *in* it certain to have happened.
    """

    day: dt.date
    precision: Precision

    @property
    def deadline(self) -> str:
        """The date as a deadline: ``6 June 2023``, ``the end of 2023``."""
        return str(self) if self.precision is Precision.DAY else f"the end of {self}"

    @property
    def span(self) -> str:
        """The days it covers: ``6 June 2023``, ``April to June 2027``, ``April 2026 to March 2027``."""
        if self.precision in {Precision.DAY, Precision.MONTH}:
            return str(self)
        year, month = _first_month(self)
        since = calendar.month_name[month] + (f" {year}" if year < self.day.year else "")
        return f"{since} to {self.day:%B %Y}"

    @property
    def in_full(self) -> str:
        """The date and the months it covers: ``6 June 2023``, ``quarter 2 of 2027 (April to June 2027)``."""
        date, span = str(self), self.span
        return date if date == span else f"{date} ({span})"

    @property
    def written(self) -> str:
        """The date for a program, in a form that ``parse_published_date`` reads: ``2023-06``, ``FY2024-25``."""
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
        """The date as precisely as it is known: ``6 June 2023``, ``autumn 2023``, ``2024-25``."""
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
        years = f"{year - 1}-{year % 100:02}"  # a financial year, the precision that is left
        return f"financial year {years}" if 1 <= year % 100 <= _DECEMBER else years  # 2011-12 alone is a month


def _first_month(period: PublishedDate) -> tuple[int, int]:
    """Return the year and the month that a quarter, a season or a year begins in."""
    months = 3 if period.precision in {Precision.QUARTER, Precision.SEASON} else 12
    year, month = divmod(period.day.year * 12 + period.day.month - months, 12)
    return year, month + 1


FAR = dt.date(2050, 12, 31)
"""A later day is usually a typing error; we ask about it, and accept it if the note has its year."""


def far_away(date: PublishedDate, note: str | None) -> str | None:
    """Return a question about a date after ``FAR``; None when it is earlier, or the note has its year."""
    year = str(date.day.year)
    if date.day <= FAR or year in (note or ""):
        return None
    return f"{date} is after {FAR.year}. Correct it or, if it is right, write {year} in the note."


def beside_original(baseline: PublishedDate | None, original: PublishedDate | None) -> str:
    """Return a baseline in words, with the original one if it differs: ``2027 (originally 2025)``."""
    return str(baseline or "none") if original in (None, baseline) else f"{baseline} (originally {original})"


def day_of(published: PublishedDate | None) -> dt.date | None:
    """Return the day of a date that may be unknown."""
    return published.day if published else None


def parse_instant(text: str, *, where: str) -> dt.datetime:
    """Read an ISO instant as UTC, or a day as its last microsecond. Raises UnreadableDate naming ``where``."""
    with contextlib.suppress(UnreadableDate):
        return dt.datetime.combine(parse_day(text, where=where), dt.time.max)
    with contextlib.suppress(ValueError, OverflowError):
        instant = dt.datetime.fromisoformat(text.strip())
        instant = instant.astimezone(dt.UTC).replace(tzinfo=None) if instant.tzinfo else instant
        if EARLIEST <= instant.date() <= LATEST:
            return instant
    raise UnreadableDate(
        f'{where}: "{_shown(text)}" is not a time we can read. Enter a day like 6 June 2023, or a time in UTC like '
        "2023-06-06T09:30:00Z."
    )


def parse_day(text: str, *, where: str) -> dt.date:
    """Read one day, in any form of ``parse_published_date``. Raises UnreadableDate naming ``where``."""
    published = _parse(text, where, _LIKE_DAY)
    if published.precision is not Precision.DAY:
        raise UnreadableDate(f'{where}: "{_shown(text)}" is not one day. {_LIKE_DAY}')
    return published.day


def parse_published_date(text: str, *, where: str) -> PublishedDate:
    """Read a date as a British office writes it, or in any form that the tracker prints.

    Raises UnreadableDate naming ``where``: for a text that could mean two dates (``readings`` has both), for a day that
    does not exist or is out of bounds, and for a text that is not a date.
    """
    return _parse(text, where, _LIKE)


# The one reader of dates: it makes a text plain, finds its form, and lists every date that this form can mean.


def _parse(text: str, where: str, like: str) -> PublishedDate:
    meant = _meanings(_plain(text))
    if isinstance(meant, str):
        raise UnreadableDate(f'{where}: "{_shown(text)}" {meant}. {like}')
    if len(meant) > 1:
        choice = " or ".join(date.span for date in meant)
        raise UnreadableDate(f'{where}: "{_shown(text)}": is it {choice}? Write the one you mean.', readings=meant)
    return meant[0]


def _meanings(plain: str) -> tuple[PublishedDate, ...] | str:
    """Return every date that a plain text can mean, at least one; or what is wrong with it, to follow the text."""
    written = _LEAD.sub("", _SPAN.sub("", plain), count=1)
    weekday = _WEEKDAY.match(written)
    written = written[weekday.end() :] if weekday else written
    for form, read in _FORMS:
        if found := form.fullmatch(written):
            meant = tuple(dict.fromkeys(date for date in read(*found.groups()) if date))
            return _wrong(written, meant, weekday[1] if weekday else None) or meant
    return _reason(written, "is not a date we can read")


def _wrong(written: str, meant: tuple[PublishedDate, ...], weekday: str | None) -> str | None:
    """Return what is wrong with a text in the form of a date; None when nothing is."""
    years = [date.day.year for date in meant] or [int(year) for year in re.findall(r"\d{4}", written)]
    if not all(EARLIEST.year <= year <= LATEST.year for year in years):
        return f"is not between {EARLIEST.year} and {LATEST.year}"
    if not meant:
        return _reason(written, "does not exist")
    if weekday and not any(f"{date.day:%a}".casefold() == weekday for date in meant):
        return f"is a {meant[0].day:%A}"
    return None


def _reason(written: str, otherwise: str) -> str:
    """Return what is wrong with a text, from the signs in it."""
    return next((wrong for sign, wrong in _SIGNS if sign.search(written)), otherwise)


def _plain(text: str) -> str:
    """Return a text in small letters, with plain spaces, dashes and digits, and without invisible characters."""
    plain = unicodedata.normalize("NFKC", visible(text)).casefold().translate(DASHES)
    plain = re.sub(r",|(?<=[a-z])\.", " ", plain)
    plain = re.sub(r"\s*([-/.])\s*", r"\1", " ".join(plain.split())).strip(" .;'\"‘’“”")
    return re.sub(r"(?<=\d)[ t]00:00(:00)?(\.0+)?z?$", "", plain)


def _shown(text: str) -> str:
    words = " ".join(visible(text).split())
    return words if len(words) <= _MOST_SHOWN else f"{words[:_MOST_SHOWN]}…"


_MOST_SHOWN = 60
"""Characters of a text that a refusal repeats."""

_LEAD = re.compile(r"(by |on |in )?(the )?(end[ -](of[ -])?)?(the )?")
"""Words before a date that do not change its last day."""

_SPAN = re.compile(r" \([a-z]+ (\d{4} )?to [a-z]+ \d{4}\)$")
"""The months that ``in_full`` adds after a date."""

_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(day|s|sday|nesday|rs|r|rsday|urday)?[ -]")

_Reading: TypeAlias = "tuple[PublishedDate | None, ...]"
"""Every date that a form can mean; None for one that does not exist."""


def _day(year: str, month: str, day: str) -> PublishedDate | None:
    try:
        return PublishedDate(dt.date(_year_of(year), _number(month), int(day)), Precision.DAY)
    except ValueError:
        return None


def _period(year: int, month: int, precision: Precision) -> PublishedDate | None:
    """Return the period that ends with a month."""
    try:
        return PublishedDate(dt.date(year, month, calendar.monthrange(year, month)[1]), precision)
    except ValueError:
        return None


def _year_of(written: str) -> int:
    """Return a year; two digits mean this century."""
    return int(written) + (2000 if len(written) == len("27") else 0)


def _number(written: str) -> int:
    """Return the number of a month or a quarter, in digits or by its name."""
    if written.isdigit():
        return int(written)
    names = ("first", "second", "third", "fourth", *(name.casefold() for name in calendar.month_name[1:]))
    place = next(place for place, name in enumerate(names) if name.startswith(written[:3]))
    return place + 1 if place < _QUARTERS else place + 1 - _QUARTERS


_QUARTERS = 4


def _month(year: str, month: str) -> PublishedDate | None:
    return _period(_year_of(year), _number(month), Precision.MONTH)


def _quarter(year: int, number: int) -> PublishedDate | None:
    return _period(year, 3 * number, Precision.QUARTER)


def _financial_quarter(year: int, number: int) -> PublishedDate | None:
    """Return a quarter of the financial year that begins in ``year``: the first is April to June."""
    return _quarter(year, number + 1) if number < _QUARTERS else _quarter(year + 1, 1)


def _quarter_of(number: str, first: str, second: str | None) -> _Reading:
    """Read a quarter of a financial year; with one year only, it can be of either kind of year."""
    year, quarter = _year_of(first), _number(number)
    if second is None:
        return _quarter(year, quarter), _financial_quarter(year, quarter)
    return (_financial_quarter(year, quarter) if _follows(first, second) else None,)


def _follows(first: str, second: str) -> bool:
    """Say whether two years, the second of them perhaps in two digits, follow each other."""
    return str(_year_of(first) + 1).endswith(second) and len(second) <= len(first)


def _financial_year(first: str, second: str) -> PublishedDate | None:
    return _period(_year_of(first) + 1, 3, Precision.FINANCIAL_YEAR) if _follows(first, second) else None


def _season(name: str, year: str, second: str | None = None) -> PublishedDate | None:
    if second and not (name == "winter" and _follows(year, second)):
        return None
    return _period(_year_of(year) + (name == "winter"), _SEASONS[name], Precision.SEASON)


def _months(first: str, since: str | None, last: str, until: str) -> _Reading:
    """Read a run of months that is a quarter, a season or a year."""
    year, month = _year_of(until), _number(last)
    begins = (_year_of(since) if since else year, _number(first))
    ends = {Precision.QUARTER: _QUARTER_ENDS, Precision.SEASON: _SEASONS.values(), Precision.YEAR: (12,)}
    meant = [
        _period(year, month, precision)
        for precision, months in {**ends, Precision.FINANCIAL_YEAR: (3,)}.items()
        if month in months
    ]
    return tuple(date for date in meant if date and _first_month(date) == begins)


_QUARTER_ENDS = (3, 6, 9, 12)


_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)


def _forms() -> Iterator[tuple[re.Pattern[str], Callable[..., _Reading]]]:
    """Give every form of a date with how to read it; the first that matches counts."""
    day = r"(\d{1,2})(?:st|nd|rd|th)?"
    month = f"({_MONTH})"
    year, short = r"(\d{4})", r"'?(\d{4}|\d{2})"
    quarter = r"(?:q ?|quarter )([1-4])"
    nth = r"(?:(?:the )?(first|second|third|fourth|[1-4](?=st|nd|rd|th))(?:st|nd|rd|th)? quarter)"
    financial = r"(?:fy ?|financial year |year )"
    two = r"(\d{4}|\d{2})[-/](\d{4}|\d{2})"
    of, mark = r"[ -]*(?:of )?(?:the )?", r"[-./]"
    for form, read in (
        (rf"{year}{mark}(\d{{1,2}}){mark}(\d{{1,2}})", lambda y, m, d: (_day(y, m, d),)),
        (r"(\d{4})(\d\d)(\d\d)", lambda y, m, d: (_day(y, m, d),)),
        (rf"{day}[ ./-]*(?:day )?(?:of )?{month}[ ./-]*{short}", lambda d, m, y: (_day(y, m, d),)),
        (rf"{month} {day} {year}", lambda m, d, y: (_day(y, m, d),)),
        (r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2})", lambda d, m, y: (_day(y, m, d), _day(y, d, m))),
        (rf"{month}[ ./-]*(?:of )?{short}", lambda m, y: (_month(y, m),)),
        (rf"{year}[ ./-]*{month}", lambda y, m: (_month(y, m),)),
        (rf"{month} ?{year}?[ -]*(?:to )?{month}[ -]*{short}", _months),
        (rf"{financial}{two}", lambda y, z: (_financial_year(y, z),)),
        (rf"{two} financial year", lambda y, z: (_financial_year(y, z),)),
        (rf"{year}-(0?[1-9]|1[0-2])", lambda y, m: (_month(y, m),)),
        (rf"{year}[./](0?[1-9]|1[0-2])", lambda y, m: (_month(y, m), _financial_year(y, m))),
        (rf"(0?[1-9]|1[0-2])[-./ ]{year}", lambda m, y: (_month(y, m),)),
        (rf"{year}[-/](\d{{4}}|\d{{2}})", lambda y, z: (_financial_year(y, z),)),
        (rf"{year}-q([1-4])", lambda y, n: (_quarter(int(y), int(n)),)),
        (rf"quarter ([1-4]) of {year}", lambda n, y: (_quarter(int(y), int(n)),)),
        (rf"(?:{quarter}|{nth}){of}{financial}?{two}", lambda n, m, y, z: _quarter_of(n or m, y, z)),
        (rf"(?:{quarter}|{nth}){of}{short}", lambda n, m, y: _quarter_of(n or m, y, None)),
        (rf"{financial}?{two}[ ,-]*(?:{quarter}|{nth})", lambda y, z, n, m: _quarter_of(n or m, y, z)),
        (rf"{year} ?{quarter}", lambda y, n: _quarter_of(n, y, None)),
        (rf"(spring|summer|autumn|winter){of}{short}", lambda name, y: (_season(name, y),)),
        (rf"(winter){of}{two}", lambda name, y, z: (_season(name, y, z),)),
        (rf"(?:(?:calendar )?year )?{year}", lambda y: (_period(int(y), 12, Precision.YEAR),)),
    ):
        yield re.compile(form), read


_FORMS = tuple(_forms())

_SIGNS = tuple(
    (re.compile(sign), wrong)
    for sign, wrong in (
        (r"\b(terms?|school|academic)\b", "is a school term or year. Give the month in which it ends"),
        (
            r"\b(early|mid|late|start|beginning)\b",
            "is not exact enough. Give the month, season or year in which it ends",
        ),
        (r"\bfy ?\d\d$", "names only one year, and a financial year needs two"),
        (r"^(tb[acd]|n/?a|none|unknown|nil|)$", "is not a date. Leave it empty if there is none"),
        (r"\d{5}", "has a number that is too long for a year"),
        (rf"^\d{{1,2}}(st|nd|rd|th)?[ -]?(of )?({_MONTH})$|^\d{{1,2}}/\d{{1,2}}$|^({_MONTH})$", "has no year"),
        (r"^(fy ?|financial year )?\d{2,4}[-/]\d{2,4}$", "is not two consecutive years"),
        (r"^[a-z]+ ?(\d{4})?[ -](to )?[a-z]+[ -]\d+$", "is not the months of a quarter, a season or a year"),
    )
)
"""Signs of what is wrong with a text, and what to say."""
