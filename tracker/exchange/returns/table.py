"""A return as a table, in any kind of file: its columns, its cells when it comes back, and what is wrong with them.

The meaning of a cell is never guessed: a cell that could mean two things is a fault that asks which. Rows and columns
are numbered from 1, as in a spreadsheet.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from tracker.domain import text
from tracker.domain.columns import parts
from tracker.domain.dates import EARLIEST, FAR, GREEN_PAPER, LATEST, PublishedDate, parse_published_date
from tracker.domain.errors import ReturnRejected, UnreadableDate, UnstorableText
from tracker.domain.fields import FIELDS
from tracker.domain.links import read_link
from tracker.domain.progress import Evidence, Report, Statement
from tracker.domain.words import MoveReason, Precision, ReportedStatus
from tracker.exchange.cells import letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHEET = "Milestones"
"""The sheet of a workbook that has the table."""

YES = "yes"
"""The word that confirms that nothing has changed."""

MARKED = "demonstration"
"""The heading of the column that marks every row of a demonstration's table; it is not about the milestone."""

MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_CELL = text.LONGEST_TEXT
"""Characters, as in the ledger, so that every text comes back whole."""


FIRST_DAY = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet: from March 1900 on, a number is the days since then."""


_DATES = "As exact as you know it, for example 31 March 2027, March 2027, spring 2027, 2027 or 2026-27."


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a return: its heading, and its width in characters.

    ``formerly`` is the heading in returns that were downloaded before it was renamed. ``field`` is the field of a
    statement that the column contains, ``choices`` the words to choose from, ``prompt`` what to type.
    """

    title: str
    width: int
    formerly: str = ""
    field: str = ""
    choices: tuple[str, ...] = ()
    prompt: str = ""


def _stated(name: str, width: int, title: str = "", **more: Any) -> Column:
    return Column(field=name, width=width, title=title or FIELDS["progress"][name].title, **more)


class Heading(StrEnum):
    """The columns, in order; the value is the heading."""

    column: Column

    def __new__(cls, column: Column) -> Self:
        """Make the heading of a column."""
        heading = str.__new__(cls, column.title)
        heading._value_ = column.title
        heading.column = column
        return heading

    MILESTONE = Column(title="Milestone", width=13)
    COMMITMENT = Column(title="Commitment", width=26)
    TITLE = Column(title="Title", width=34)
    DUE = Column(title="Due", width=13)
    DATES_SAY = Column(title="Status from dates", width=12, formerly="Dates say")
    DRAWN = Column(title="Downloaded at", width=18, formerly="Drawn from")
    STATUS = _stated("status", 14, title="Status", choices=tuple(ReportedStatus))
    EXPECTED = _stated("forecast", 14, formerly="Expected", prompt=_DATES)
    HAPPENED = _stated("actual", 14, formerly="Happened", prompt=_DATES)
    REASON = _stated("reason", 24, formerly="Why it moved", choices=tuple(MoveReason))
    NOTE = _stated(
        "reason_note",
        30,
        formerly="More about why",
        prompt="Required, with the reason, if you change the forecast date.",
    )
    NARRATIVE = _stated("narrative", 50)
    PUBLISHER = Column(title="Evidence publisher", width=22)
    EVIDENCE = Column(title="Evidence title", width=28)
    LINK = Column(
        title="Evidence link",
        width=28,
        prompt="An address on the publisher's own site, for example https://www.gov.uk/…",
    )
    CONFIRM = Column(title="Confirm no change", width=12, formerly="Confirm unchanged", choices=(YES,))


HEADINGS: dict[str, Heading] = {
    title.casefold(): heading for heading in Heading for title in (heading, heading.column.formerly) if title
}
"""Every heading that is read, in small letters: those of today, and those of returns downloaded before."""

STATED: dict[str, Heading] = {heading.column.field: heading for heading in Heading if heading.column.field}
"""Field of a statement → the column that it is written in. Its evidence is written out, in three columns."""

LOCKED = frozenset(list(Heading)[:6])
"""The columns that say which milestone a row is; the owner fills in the others."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Where a return was downloaded from: the number of the ledger's last change and the beginning of its seal."""

    seq: int
    seal: str

    def __str__(self) -> str:
        """Write it as in the column of that name."""
        return f"change {self.seq}, seal {self.seal[:12]}"

    @classmethod
    def parse(cls, words: str) -> Drawn | None:
        """Read what ``str`` wrote; None for anything else."""
        found = re.fullmatch(r"change ([0-9]{1,15}), seal ([0-9a-f]{12})", words)
        return cls(seq=int(found[1]), seal=found[2]) if found else None


@dataclass(frozen=True, kw_only=True)
class DateCell:
    """The content of a date cell: ``date``, or None and what is ``wrong`` with it.

    ``shows`` has every date that a spreadsheet shows like this. If the downloaded date is among them, nobody changed
    it.
    """

    text: str
    date: PublishedDate | None = None
    wrong: str | None = None
    shows: tuple[PublishedDate, ...] = ()

    def since(self, drawn: PublishedDate | None) -> PublishedDate | None:
        """Return the date: the downloaded one if the cell may still show it."""
        return drawn if drawn in self.shows else self.date


@dataclass(frozen=True, kw_only=True)
class ReturnRow:
    """A row that could be read: its milestone, where it was downloaded from, and what it reports.

    ``due`` is only for looking at and is not saved. ``dates`` has, by field of the statement, the cells whose meaning,
    or whether they were changed, depends on what was downloaded.
    """

    row: int
    commitment: str
    title: str
    due: DateCell
    drawn: Drawn
    report: Report
    dates: Mapping[str, DateCell]
    confirmed: bool

    @property
    def milestone_id(self) -> str:
        """Its milestone."""
        return self.report.milestone_id


class Kind(StrEnum):
    """What a cell of a file contains."""

    TEXT = "text"
    DAY = "day"
    """A date; ``text`` is its ISO form."""
    MONTH = "month"
    """A date that the sheet shows without its day."""
    MOMENT = "moment"
    """A time of day, with a date or without one."""
    NUMBER = "number"
    TRUTH = "truth"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True)
class Cell:
    """The content of a cell, in words; ``link`` is the address that it links to, if any."""

    kind: Kind
    text: str
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The cells of a file that are not empty, by row and column. ``sheet`` is None if it has no sheets (CSV).

    ``merged`` has the first row and column and the last row and column of each group of merged cells. ``remarks`` list
    other content that was not read. ``first_day`` is day 0 of the numbers that mean days.
    """

    sheet: str | None
    rows: Mapping[int, Mapping[int, Cell]]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    remarks: tuple[str, ...] = ()
    first_day: dt.date = FIRST_DAY


@dataclass(frozen=True, kw_only=True)
class RowFault:
    """What is wrong with a row or a cell, and what to do; ``column`` is for example ``H (Forecast date)``."""

    sheet: str | None
    row: int
    column: str | None
    wrong: str
    milestone_id: str | None = None

    @property
    def where(self) -> str:
        """Say where it is: ``Milestones, row 7, column H (Forecast date)``."""
        return ", ".join(
            filter(None, [self.sheet, f"row {self.row}", f"column {self.column}" if self.column else None])
        )

    def __str__(self) -> str:
        """Return it as one sentence."""
        return f"{self.where}: {self.wrong}"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """The table of a file: the rows that could be read, the faults of the others, and other points."""

    sheet: str | None
    columns: Mapping[Heading, int]
    rows: tuple[ReturnRow, ...]
    faults: tuple[RowFault, ...]
    remarks: tuple[str, ...]

    def fault(self, row: int, heading: Heading | None, wrong: str, milestone_id: str | None = None) -> RowFault:
        """Return a fault of a row of this table."""
        column = column_name(self.columns[heading], heading) if heading else None
        return RowFault(sheet=self.sheet, row=row, column=column, wrong=wrong, milestone_id=milestone_id)


def column_name(column: int, heading: Heading) -> str:
    """Return a column as a person finds it: its letters and its heading."""
    return f"{letters(column)} ({heading})"


def read_grid(grid: Grid) -> Returned:
    """Read a file's cells as a return. Raises ReturnRejected when its columns are not those of a return."""
    top = _heading_row(grid)
    columns = _columns(grid, top)
    merged = _merged_rows(grid, columns, top)
    rows, faults, remarks = [], [], [*grid.remarks, *_strange_columns(grid, top, columns)]
    seen: dict[str, list[int]] = defaultdict(list)
    hidden = []
    for number in sorted(grid.rows):
        cells = {heading: grid.rows[number].get(place) for heading, place in columns.items()}
        if number <= top or not any(cells.values()):
            continue
        if number in grid.hidden_rows:
            hidden.append(str(number))
        reading = _Row(grid.sheet, number, columns, cells, grid.first_day)
        for area in merged.get(number, ()):
            reading.wrong(None, f"its cells are merged ({area}). Unmerge them")
        row = reading.read()
        remarks += reading.remarks
        faults += reading.faults
        if row:
            rows.append(row)
        if reading.milestone_id:
            seen[reading.milestone_id].append(number)
    if hidden:
        remarks.append(f"These rows are hidden, and we read them: {', '.join(hidden[:20])}.")
    remarks += [
        f"Column {column_name(place, heading)} is hidden. We read it."
        for heading, place in columns.items()
        if place in grid.hidden_columns
    ]
    twice = {milestone_id: numbers for milestone_id, numbers in seen.items() if len(numbers) > 1}
    returned = Returned(
        sheet=grid.sheet,
        columns=columns,
        rows=tuple(row for row in rows if row.milestone_id not in twice),
        faults=(),
        remarks=tuple(remarks),
    )
    for milestone_id, numbers in twice.items():
        for number in numbers:
            others = ", ".join(str(other) for other in numbers if other != number)
            faults.append(
                returned.fault(
                    number,
                    Heading.MILESTONE,
                    f"{milestone_id} is also in row {others}. Keep one of them.",
                    milestone_id,
                )
            )
    return Returned(**{**vars(returned), "faults": tuple(sorted(faults, key=lambda fault: fault.row))})


# The head of the table


def _plain(cell: Cell | None) -> str:
    return " ".join(text.visible(cell.text).split()) if cell and cell.kind is Kind.TEXT else ""


def _heading_row(grid: Grid) -> int:
    """Return the row with the headings: the first that names the milestone and the status."""
    for number in sorted(grid.rows)[:20]:
        words = {_plain(cell).casefold() for cell in grid.rows[number].values()}
        if {Heading.MILESTONE.casefold(), Heading.STATUS.casefold()} <= words:
            return number
    raise ReturnRejected(
        f'There is no row of headings with "{Heading.MILESTONE}" and "{Heading.STATUS}" in the first 20 '
        "rows, so this is not a return. If the headings were deleted, copy them from a new return."
    )


def _columns(grid: Grid, top: int) -> dict[Heading, int]:
    """Return where each column is. Raises ReturnRejected when one is missing, or there twice, or merged."""
    found: dict[Heading, list[int]] = defaultdict(list)
    for place, cell in sorted(grid.rows[top].items()):
        heading = HEADINGS.get(_plain(cell).casefold())
        if heading:
            found[heading].append(place)
    wrong = []
    for heading in Heading:
        places = found[heading]
        if not places:
            wrong.append(f'There is no column "{heading}". Put it back, as in a new return.')
        elif len(places) > 1:
            both = " and ".join(letters(place) for place in places)
            wrong.append(f'Columns {both} are both headed "{heading}". Delete the one you do not need.')
    if any(first <= top <= last for first, _, last, _ in grid.merged):
        wrong.append(f"Headings in row {top} are merged. Unmerge them.")
    if wrong:
        raise ReturnRejected(" ".join(wrong))
    return {heading: found[heading][0] for heading in Heading}


def _strange_columns(grid: Grid, top: int, columns: Mapping[Heading, int]) -> Iterator[str]:
    """List columns that are not part of a return and are not empty."""
    ours = set(columns.values())
    for place in sorted({place for number, cells in grid.rows.items() if number > top for place in cells} - ours):
        named = _plain(grid.rows[top].get(place))
        if named == MARKED:
            continue
        words = f' "{_shortened(named)}"' if named else ""
        yield f"Column {letters(place)}{words} is not part of a return. We ignored it."


def _merged_rows(grid: Grid, columns: Mapping[Heading, int], top: int) -> dict[int, list[str]]:
    """Return the merged areas that touch each row of the table."""
    areas: dict[int, list[str]] = defaultdict(list)
    places = set(columns.values())
    for first, left, last, right in grid.merged:
        if places.isdisjoint(range(left, right + 1)):
            continue
        for number in grid.rows:
            if number > top and first <= number <= last:
                areas[number].append(f"{letters(left)}{first}:{letters(right)}{last}")
    return areas


# A row of the table


@dataclass
class _Row:
    """A row while it is read: what is wrong with it gathers here."""

    sheet: str | None
    number: int
    columns: Mapping[Heading, int]
    cells: Mapping[Heading, Cell | None]
    first_day: dt.date
    milestone_id: str | None = None
    faults: list[RowFault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self) -> ReturnRow | None:
        """Return the row; None when anything is wrong with it."""
        self.milestone_id = milestone_id = self._id()
        commitment, title = self._text(Heading.COMMITMENT), self._text(Heading.TITLE)
        drawn = self._drawn()
        dates: dict[str, DateCell] = {
            name: date_cell(cell, self.first_day)
            for name, heading in STATED.items()
            if parts(Statement)[name].kind is PublishedDate and (cell := self.cells[heading])
        }
        stated: dict[str, Any] = {
            name: self._stated(name, heading) for name, heading in STATED.items() if name not in dates
        }
        publisher, title_of_evidence = self._text(Heading.PUBLISHER), self._text(Heading.EVIDENCE)
        link, confirmed = self._link(), self._confirmed()
        if self.faults:  # the row will not be compared with the download, so list what is wrong whatever was downloaded
            for name, date in dates.items():
                if date.wrong and not date.shows:
                    self.wrong(STATED[name], date.wrong)
        self.faults = [RowFault(**{**vars(fault), "milestone_id": milestone_id}) for fault in self.faults]
        if self.faults or milestone_id is None or drawn is None:
            return None
        given = publisher or title_of_evidence or link
        return ReturnRow(
            row=self.number,
            commitment=commitment or "",
            title=title or "",
            due=date_cell(self.cells[Heading.DUE] or Cell(Kind.TEXT, ""), self.first_day),
            drawn=drawn,
            dates=dates,
            report=Report(
                milestone_id=milestone_id,
                base_version=0,
                statement=Statement(**stated | {name: cell.date for name, cell in dates.items()}),
                evidence=Evidence(publisher=publisher or "", title=title_of_evidence or "", url=link)
                if given
                else None,
            ),
            confirmed=confirmed,
        )

    def _stated(self, name: str, heading: Heading) -> Any:
        """Return the content of a cell for a field of the statement: a word to choose, or a text."""
        if parts(Statement)[name].kind is PublishedDate:
            return None
        stated = self._word(heading) if heading.column.choices else self._text(heading)
        if stated is None and heading is Heading.STATUS and not self._wrong_at(heading):
            self.wrong(heading, f"is empty. Choose one of: {', '.join(ReportedStatus)}")
        return stated

    def wrong(self, heading: Heading | None, sentence: str) -> None:
        """Note a fault of a cell, or of the row."""
        column = column_name(self.columns[heading], heading) if heading else None
        self.faults.append(
            RowFault(sheet=self.sheet, row=self.number, column=column, wrong=sentence + "." * (sentence[-1] != "?"))
        )

    def _wrong_at(self, heading: Heading) -> bool:
        return any(fault.column == column_name(self.columns[heading], heading) for fault in self.faults)

    def _text(self, heading: Heading) -> str | None:
        cell = self.cells[heading]
        if cell is None:
            return None
        if cell.kind is not Kind.TEXT and not (cell.kind is Kind.NUMBER and cell.text.isdigit()):
            self.wrong(heading, _not_text(cell))
            return None
        try:
            words = text.clean(cell.text, where="cannot be kept")
        except UnstorableText as error:
            self.wrong(heading, str(error).rstrip("."))
            return None
        if text.visible(words).strip() or (words and heading is Heading.NARRATIVE):
            return words  # a narrative of nothing that can be seen is asked about once it is known what was there
        return None

    def _coded(self, heading: Heading) -> str | None:
        """Return the text of a cell that must be one of our own words, without invisible characters."""
        return " ".join(text.visible(self._text(heading) or "").split()) or None

    def _link(self) -> str | None:
        """Return the address of the evidence: the one in the cell, or the one that the cell links to."""
        cell = self.cells[Heading.LINK]
        if cell and cell.link and read_link(cell.text) is None:
            self.remarks.append(
                f"Row {self.number}, column {column_name(self.columns[Heading.LINK], Heading.LINK)}: the cell "
                f'shows "{_shortened(cell.text)}" and links to {_shortened(cell.link)}. We read the address.'
            )
            return cell.link
        link = self._text(Heading.LINK)
        return (read_link(link) or link) if link else None

    def _id(self) -> str | None:
        words = self._coded(Heading.MILESTONE)
        if words is None and not self._wrong_at(Heading.MILESTONE):
            self.wrong(Heading.MILESTONE, "is empty. Write the milestone's id again, or delete the row")
        if words and len(words) > _SHORT:
            self.wrong(Heading.MILESTONE, f'is "{_shortened(words)}", which is not a milestone\'s id. Write the id')
            return None
        return words

    def _drawn(self) -> Drawn | None:
        words = self._coded(Heading.DRAWN)
        drawn = Drawn.parse(words or "")
        if drawn is None and not self._wrong_at(Heading.DRAWN):
            self.wrong(
                Heading.DRAWN,
                "is empty or was changed. Copy it from another row of the file, or download a new return and "
                "copy your answers into it",
            )
        return drawn

    def _word(self, heading: Heading) -> str | None:
        written = self._coded(heading)
        if written is None:
            return None
        straight = written.translate(text.DASHES)
        words = heading.column.choices
        for word in words:
            if word.casefold() == straight.casefold():
                return word
        near = difflib.get_close_matches(straight, words, n=1)
        choice = f'did you mean "{near[0]}"?' if near else f"choose one of: {', '.join(words)}"
        self.wrong(heading, f'is "{_shortened(written)}"; {choice}')
        return None

    def _confirmed(self) -> bool:
        cell = self.cells[Heading.CONFIRM]
        if cell and cell.kind in {Kind.TRUTH, Kind.NUMBER}:
            cell = Cell(Kind.TEXT, cell.text)
        written = " ".join(text.visible(cell.text).split()) if cell else ""
        if not written or written.casefold() in _NOT_CONFIRMED:
            return False
        if written.casefold() not in _CONFIRMED:
            self.wrong(Heading.CONFIRM, f'is "{_shortened(written)}". Write {YES}, or leave it empty')
        return True


_CONFIRMED = frozenset(
    {YES, "y", "x", "true", "1", "1.0", "ok", "\u2713", "\u2714", "\u2714\ufe0f", "\u2611", "\u2705"}
)
_NOT_CONFIRMED = frozenset({"no", "n", "false", "0", "0.0", "-"})


def date_cell(cell: Cell, first_day: dt.date = FIRST_DAY) -> DateCell:
    """Return the content of a date cell, and every date that it may show."""
    match cell.kind:
        case Kind.TEXT:
            return _written_date(cell.text, first_day)
        case Kind.DAY:
            return _shown_day(dt.date.fromisoformat(cell.text), first_day)
        case Kind.MONTH:
            return _shown_month(dt.date.fromisoformat(cell.text))
        case Kind.MOMENT if found := re.match(r"\d{4}-\d{2}-\d{2}(?= )", cell.text):
            day = PublishedDate(dt.date.fromisoformat(found[0]), Precision.DAY)
            return DateCell(text=cell.text, wrong=f"includes a time ({cell.text}). Write {day}", shows=(day,))
        case Kind.NUMBER if number := _whole(cell.text):
            return _numbered(number, first_day)
    return DateCell(text=cell.text, wrong=_not_date(cell))


def _written_date(written: str, first_day: dt.date) -> DateCell:
    if not text.visible(written).strip():
        return DateCell(text="")
    try:
        date = parse_published_date(written, where="")
    except UnreadableDate as error:
        number = _whole(text.visible(written).strip())
        shows = error.readings or (_numbered(number, first_day).shows if number else ())
        return DateCell(text=written, wrong=str(error).removeprefix(": ").rstrip("."), shows=shows)
    return DateCell(text=written, date=date, shows=(date,))


def _shown_day(day: dt.date, first_day: dt.date) -> DateCell:
    """Read a cell formatted for dates, in which a typed year becomes a day in 1905."""
    date, number = PublishedDate(day, Precision.DAY), (day - first_day).days
    if not EARLIEST.year <= number <= LATEST.year:
        return DateCell(text=day.isoformat(), date=date, shows=(date,))
    return DateCell(
        text=day.isoformat(),
        wrong=f"is {date}, which is how a spreadsheet shows the number {number} as a date. If you mean the year, "
        f"write '{number} with the apostrophe. If not, write the date in words",
        shows=(PublishedDate(dt.date(number, 12, 31), Precision.YEAR), date),
    )


def _shown_month(day: dt.date) -> DateCell:
    """Read a date that the sheet shows without its day: the first day of a month means the month."""
    date = PublishedDate(day, Precision.DAY)
    month = parse_published_date(f"{day:%Y-%m}", where="")
    if day.day == 1:
        return DateCell(text=f"{day:%Y-%m}", date=month, shows=(month, date))
    wrong = f'shows a month but contains the day {date}. Write "{date}" for the day or "{month}" for the month'
    return DateCell(text=day.isoformat(), wrong=wrong, shows=(month, date))


def _numbered(number: int, first_day: dt.date) -> DateCell:
    """Read a number: a year, or a day as a cell that is not for dates shows it."""
    if EARLIEST.year <= number <= LATEST.year:
        date = PublishedDate(dt.date(number, 12, 31), Precision.YEAR)
    elif GREEN_PAPER <= (day := first_day + dt.timedelta(days=min(number, _MOST_DAYS))) <= FAR:
        date = PublishedDate(day, Precision.DAY)
    else:
        return DateCell(
            text=str(number), wrong=f"is the number {number}. Write the date in words, for example 31 March 2027"
        )
    return DateCell(text=str(number), date=date, shows=(date,))


_MOST_DAYS = 100_000


def _whole(written: str) -> int | None:
    """Return a whole number as a spreadsheet writes it; None for anything else."""
    return int(written.partition(".")[0]) if re.fullmatch(r"[1-9]\d{3,5}(\.0+)?", written) else None


def as_drawn(row: ReturnRow, drawn: Report) -> tuple[ReturnRow, list[tuple[Heading, str]]]:
    """Return a row whose unchanged cells have their downloaded values, and what is wrong with the others.

    A spreadsheet rewrites dates, numbers and letters by itself when it opens and saves a file.
    """
    wrong = []
    stated: dict[str, Any] = {}
    for name, heading in STATED.items():
        was, came_back = getattr(drawn.statement, name), getattr(row.report.statement, name)
        if cell := row.dates.get(name):
            stated[name] = cell.since(was)
            if stated[name] is None and cell.wrong:
                wrong.append((heading, cell.wrong + "." * (cell.wrong[-1] not in ".?")))
        elif parts(Statement)[name].kind is str:
            stated[name] = _kept(was, came_back)
    evidence, was_evidence = row.report.evidence, drawn.evidence
    if evidence and was_evidence:
        evidence = Evidence(
            publisher=_kept(was_evidence.publisher, evidence.publisher) or "",
            title=_kept(was_evidence.title, evidence.title) or "",
            url=_kept(was_evidence.url, evidence.url),
        )
    narrative = stated["narrative"]
    if narrative and not text.visible(narrative).strip():
        if drawn.statement.narrative:
            wrong.append((Heading.NARRATIVE, "has only invisible characters. Write the text or empty the cell."))
        stated["narrative"] = None
    statement = replace(row.report.statement, **stated)
    return replace(row, report=replace(row.report, statement=statement, evidence=evidence)), wrong


def _kept(drawn: str | None, came_back: str | None) -> str | None:
    return drawn if rewritten(drawn, came_back) else came_back


def rewritten(drawn: str | None, came_back: str | None) -> bool:
    """Say whether a text that came back is the downloaded one, allowing for what programs rewrite by themselves.

    In a CSV file, a spreadsheet turns texts into dates and numbers, and writes ``?`` for a letter that its code page
    lacks.
    """
    if drawn is None or came_back is None or drawn == came_back:
        return drawn == came_back
    if drawn.encode("cp1252", "replace").decode("cp1252") == came_back:
        return True
    if max(len(drawn), len(came_back)) > _SHORT:
        return False
    if number := _whole(drawn):
        return number == _whole(came_back)
    before, after = date_cell(Cell(Kind.TEXT, drawn)), date_cell(Cell(Kind.TEXT, came_back))
    return before.date is not None and before.date in after.shows


def _not_text(cell: Cell) -> str:
    match cell.kind:
        case Kind.FORMULA:
            return f"is a formula ({_shortened(cell.text)}). Copy the cell and paste it as a value"
        case Kind.ERROR:
            return f"shows the error {_shortened(cell.text)}. Write the value"
        case Kind.NUMBER:
            return f"is the number {_shortened(cell.text)} but should be text. Write it as text"
        case Kind.TRUTH:
            return f"is {cell.text} but should be text. Write it as text"
    return f"is a date or a time ({cell.text}) but should be text. Write it as text"


def _not_date(cell: Cell) -> str:
    match cell.kind:
        case Kind.MOMENT:
            return f"is a time ({cell.text}). Write only the date, for example 31 March 2027"
        case Kind.NUMBER:
            return f"is the number {_shortened(cell.text)}. Write the date in words, for example 31 March 2027"
    return _not_text(cell)


_SHORT = 60
"""Characters of a cell that a fault repeats."""


def _shortened(words: str) -> str:
    return words if len(words) <= _SHORT else f"{words[:_SHORT]}…"
