"""A return as a table, whichever file carries it: its columns, the cells that come back, and what is wrong with them.

What a cell means is never guessed: a cell that could mean two things is a fault that asks which. Shapes: rows and
columns are numbered from 1, as a spreadsheet numbers them.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from tracker.domain import text
from tracker.domain.dates import PublishedDate, parse_published_date
from tracker.domain.errors import ReturnRejected, UnreadableDate, UnstorableText
from tracker.domain.returns import Evidence
from tracker.domain.words import MoveReason, Precision, ReportedStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SHEET = "Milestones"
"""The sheet of a workbook that holds the table."""

YES = "yes"
"""What confirms a line that is unchanged."""

MARKED = "demonstration"
"""The heading of the column that marks every row of a demonstration's table; it says nothing of a line."""

MOST_ROWS = 5_000
MOST_COLUMNS = 60
LONGEST_CELL = text.LONGEST_TEXT
"""Characters; what the ledger keeps must come back whole."""


class Heading(StrEnum):
    """The columns, in order; the value is what stands above the column."""

    MILESTONE = "Milestone"
    COMMITMENT = "Commitment"
    TITLE = "Title"
    DUE = "Due"
    DATES_SAY = "Dates say"
    DRAWN = "Drawn from"
    STATUS = "Status"
    EXPECTED = "Expected"
    HAPPENED = "Happened"
    REASON = "Why it moved"
    NOTE = "More about why"
    NARRATIVE = "Narrative"
    PUBLISHER = "Evidence publisher"
    EVIDENCE = "Evidence title"
    LINK = "Evidence link"
    CONFIRM = "Confirm unchanged"


LOCKED = frozenset(list(Heading)[:6])
"""What says which line a row is; the rest is the owner's to fill in."""

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The end of the ledger that a return was drawn from: the change's number and the beginning of its seal."""

    seq: int
    seal: str

    def __str__(self) -> str:
        """Say it as the column of that name does."""
        return f"change {self.seq}, seal {self.seal[:12]}"

    @classmethod
    def parse(cls, words: str) -> Drawn | None:
        """Read what ``str`` wrote; None for anything else."""
        found = re.fullmatch(r"change ([0-9]{1,15}), seal ([0-9a-f]{12})", words)
        return cls(seq=int(found[1]), seal=found[2]) if found else None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of a milestone, by the ledger or by a row of a return."""

    status: ReportedStatus
    forecast: PublishedDate | None
    actual: PublishedDate | None
    narrative: str | None
    evidence: Evidence | None


@dataclass(frozen=True, kw_only=True)
class ReturnRow:
    """A row that could be read: which line it is, what it was drawn from, and what is said there.

    ``due`` is what stands in that column, which is drawn to be looked at and not taken in.
    """

    row: int
    milestone_id: str
    commitment: str
    title: str
    due: str
    drawn: Drawn
    said: Said
    reason: MoveReason | None
    reason_note: str | None
    confirmed: bool


class Kind(StrEnum):
    """What a cell of a file holds."""

    TEXT = "text"
    DAY = "day"
    """A date; ``text`` is its ISO form."""
    MONTH = "month"
    """A date of which the sheet shows no day."""
    MOMENT = "moment"
    """A time of day, with a date or without one."""
    NUMBER = "number"
    TRUTH = "truth"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True)
class Cell:
    """What a cell holds, in words."""

    kind: Kind
    text: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The cells of a file that are not empty, by row and column. ``sheet`` is None when it has no sheets (CSV).

    ``merged`` has the first row and column and the last row and column of each group of merged cells. ``remarks``
    tell what else there is in the file that was not read.
    """

    sheet: str | None
    rows: Mapping[int, Mapping[int, Cell]]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a row, or with one cell of it, and what to do; ``column`` is such as ``H (Expected)``."""

    sheet: str | None
    row: int
    column: str | None
    wrong: str
    milestone_id: str | None = None

    @property
    def where(self) -> str:
        """Say where it is: ``Milestones, row 7, column H (Expected)``."""
        return ", ".join(
            filter(None, [self.sheet, f"row {self.row}", f"column {self.column}" if self.column else None])
        )

    def __str__(self) -> str:
        """Say it as one sentence."""
        return f"{self.where}: {self.wrong}"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """The table of a file: the rows that could be read, the faults of the others, and what to know besides."""

    sheet: str | None
    columns: Mapping[Heading, int]
    rows: tuple[ReturnRow, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]

    def fault(self, row: int, heading: Heading | None, wrong: str, milestone_id: str | None = None) -> Fault:
        """Return a fault of a row of this table."""
        column = column_name(self.columns[heading], heading) if heading else None
        return Fault(sheet=self.sheet, row=row, column=column, wrong=wrong, milestone_id=milestone_id)


def letter(column: int) -> str:
    """Return the letters of a column: A, Z, AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_name(column: int, heading: Heading) -> str:
    """Return a column as a person finds it: its letters and its heading."""
    return f"{letter(column)} ({heading})"


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
        reading = _Row(grid.sheet, number, columns, cells)
        for area in merged.get(number, ()):
            reading.wrong(None, f"its cells are merged ({area}); unmerge them, so that each row has its own")
        row = reading.read()
        remarks += reading.remarks
        faults += reading.faults
        if row:
            rows.append(row)
        if reading.milestone_id:
            seen[reading.milestone_id].append(number)
    if hidden:
        remarks.append(f"Hidden in the file, and read all the same: row {', '.join(hidden[:20])}.")
    remarks += [
        f"Column {column_name(place, heading)} is hidden in the file, and was read all the same."
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
                    f"{milestone_id} is also in row {others}; leave one of them.",
                    milestone_id,
                )
            )
    return Returned(**{**vars(returned), "faults": tuple(sorted(faults, key=lambda fault: fault.row))})


# The head of the table


def _plain(cell: Cell | None) -> str:
    return " ".join(cell.text.split()) if cell and cell.kind is Kind.TEXT else ""


def _heading_row(grid: Grid) -> int:
    """Return the row with the headings: the first that names the milestone and the status."""
    for number in sorted(grid.rows)[:20]:
        words = {_plain(cell).casefold() for cell in grid.rows[number].values()}
        if {Heading.MILESTONE.casefold(), Heading.STATUS.casefold()} <= words:
            return number
    first = next((cell.text for number in sorted(grid.rows)[:1] for cell in grid.rows[number].values()), "")
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "upright strokes")):
        if grid.sheet is None and f"{Heading.MILESTONE}{mark}".casefold() in first.casefold():
            raise ReturnRejected(f"The columns of the file are set apart by {name}; save it with commas between them.")
    raise ReturnRejected(
        f'There is no row of headings with "{Heading.MILESTONE}" and "{Heading.STATUS}" in its first 20 rows; '
        "this is not a return. Draw one again, and fill that in."
    )


def _columns(grid: Grid, top: int) -> dict[Heading, int]:
    """Return where each column is. Raises ReturnRejected when one is missing, or there twice, or merged."""
    known = {heading.casefold(): heading for heading in Heading}
    found: dict[Heading, list[int]] = defaultdict(list)
    for place, cell in sorted(grid.rows[top].items()):
        heading = known.get(_plain(cell).casefold())
        if heading:
            found[heading].append(place)
    wrong = []
    for heading in Heading:
        places = found[heading]
        if not places:
            wrong.append(f'There is no column "{heading}"; put it back, or draw the return again.')
        elif len(places) > 1:
            letters = " and ".join(letter(place) for place in places)
            wrong.append(f'Columns {letters} are both headed "{heading}"; take away the one that does not count.')
    if any(first <= top <= last for first, _, last, _ in grid.merged):
        wrong.append(f"Headings in row {top} are merged; unmerge them, so that each column has its own.")
    if wrong:
        raise ReturnRejected(" ".join(wrong))
    return {heading: found[heading][0] for heading in Heading}


def _strange_columns(grid: Grid, top: int, columns: Mapping[Heading, int]) -> Iterator[str]:
    """Tell of columns that are no part of a return and yet hold something."""
    ours = set(columns.values())
    for place in sorted({place for number, cells in grid.rows.items() if number > top for place in cells} - ours):
        named = _plain(grid.rows[top].get(place))
        if named == MARKED:
            continue
        words = f' "{_shortened(named)}"' if named else ""
        yield f"Column {letter(place)}{words} is no part of a return; nothing in it was read."


def _merged_rows(grid: Grid, columns: Mapping[Heading, int], top: int) -> dict[int, list[str]]:
    """Return the merged areas that touch each row of the table."""
    areas: dict[int, list[str]] = defaultdict(list)
    places = set(columns.values())
    for first, left, last, right in grid.merged:
        if places.isdisjoint(range(left, right + 1)):
            continue
        for number in grid.rows:
            if number > top and first <= number <= last:
                areas[number].append(f"{letter(left)}{first}:{letter(right)}{last}")
    return areas


# A row of the table


@dataclass
class _Row:
    """A row while it is read: what is wrong with it gathers here."""

    sheet: str | None
    number: int
    columns: Mapping[Heading, int]
    cells: Mapping[Heading, Cell | None]
    milestone_id: str | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def read(self) -> ReturnRow | None:
        """Return the row; None when anything is wrong with it."""
        self.milestone_id = milestone_id = self._id()
        commitment, title = self._text(Heading.COMMITMENT), self._text(Heading.TITLE)
        due = self.cells[Heading.DUE]
        drawn = self._drawn()
        status = self._word(Heading.STATUS, ReportedStatus)
        if status is None and not self._wrong_at(Heading.STATUS):
            self.wrong(Heading.STATUS, f"is empty; choose one of: {', '.join(ReportedStatus)}")
        forecast, actual = self._date(Heading.EXPECTED), self._date(Heading.HAPPENED)
        reason, note = self._word(Heading.REASON, MoveReason), self._text(Heading.NOTE)
        narrative = self._text(Heading.NARRATIVE)
        publisher, title_of_evidence = self._text(Heading.PUBLISHER), self._text(Heading.EVIDENCE)
        link, confirmed = self._text(Heading.LINK), self._confirmed()
        self.faults = [Fault(**{**vars(fault), "milestone_id": milestone_id}) for fault in self.faults]
        if self.faults or milestone_id is None or drawn is None or status is None:
            return None
        given = publisher or title_of_evidence or link
        return ReturnRow(
            row=self.number,
            milestone_id=milestone_id,
            commitment=commitment or "",
            title=title or "",
            due=due.text if due else "",
            drawn=drawn,
            said=Said(
                status=status,
                forecast=forecast,
                actual=actual,
                narrative=narrative,
                evidence=Evidence(publisher=publisher or "", title=title_of_evidence or "", url=link)
                if given
                else None,
            ),
            reason=reason,
            reason_note=note,
            confirmed=confirmed,
        )

    def wrong(self, heading: Heading | None, sentence: str) -> None:
        """Note what is wrong with a cell, or with the row."""
        column = column_name(self.columns[heading], heading) if heading else None
        self.faults.append(
            Fault(sheet=self.sheet, row=self.number, column=column, wrong=sentence + "." * (sentence[-1] != "?"))
        )

    def _wrong_at(self, heading: Heading) -> bool:
        return any(fault.column == column_name(self.columns[heading], heading) for fault in self.faults)

    def _text(self, heading: Heading) -> str | None:
        cell = self.cells[heading]
        if cell is None:
            return None
        if cell.kind is not Kind.TEXT:
            self.wrong(heading, _not_text(cell))
            return None
        try:
            return text.clean(cell.text, where="cannot be kept") or None
        except UnstorableText as error:
            self.wrong(heading, str(error).rstrip("."))
            return None

    def _coded(self, heading: Heading) -> str | None:
        """Return the text of a cell that must be one of our own words; spaces around it are told of."""
        words = self._text(heading)
        cell = self.cells[heading]
        if words and cell and cell.text != words:
            self.remarks.append(
                f'Row {self.number}, column {column_name(self.columns[heading], heading)}: the spaces around "{words}" '
                "were left out."
            )
        return words

    def _id(self) -> str | None:
        words = self._coded(Heading.MILESTONE)
        if words is None and not self._wrong_at(Heading.MILESTONE):
            self.wrong(Heading.MILESTONE, "is empty, and says not which line the row is; draw the return again")
        if words and len(words) > _SHORT:
            self.wrong(Heading.MILESTONE, f'holds "{_shortened(words)}", which is no milestone; draw the return again')
            return None
        return words

    def _drawn(self) -> Drawn | None:
        words = self._coded(Heading.DRAWN)
        drawn = Drawn.parse(words or "")
        if drawn is None and not self._wrong_at(Heading.DRAWN):
            self.wrong(
                Heading.DRAWN,
                "says not from which change of the ledger the row was drawn, as the return did; draw it again",
            )
        return drawn

    def _word(self, heading: Heading, words: type[Word]) -> Word | None:
        written = self._coded(heading)
        if written is None:
            return None
        for word in words:
            if word.casefold() == written.casefold():
                return word
        near = difflib.get_close_matches(_straightened(written), list(words), n=1)
        choice = f'did you mean "{near[0]}"?' if near else f"choose one of: {', '.join(words)}"
        self.wrong(heading, f'holds "{_shortened(written)}"; {choice}')
        return None

    def _confirmed(self) -> bool:
        written = self._coded(Heading.CONFIRM)
        if written is not None and written.casefold() != YES:
            self.wrong(Heading.CONFIRM, f'holds "{_shortened(written)}"; write {YES}, or leave it empty')
        return written is not None

    def _date(self, heading: Heading) -> PublishedDate | None:
        cell = self.cells[heading]
        if cell is None:
            return None
        if cell.kind is Kind.DAY:
            return PublishedDate(dt.date.fromisoformat(cell.text), Precision.DAY)
        if cell.kind is not Kind.TEXT:
            self.wrong(heading, _not_date(cell))
            return None
        written = self._text(heading)
        if written is None:
            return None
        try:
            return parse_published_date(written, where="")
        except UnreadableDate as error:
            self.wrong(heading, _asked(written) or str(error).removeprefix(": ").rstrip("."))
            return None


def _not_text(cell: Cell) -> str:
    match cell.kind:
        case Kind.FORMULA:
            return f"holds a formula ({_shortened(cell.text)}); copy the cell and paste it as a value"
        case Kind.ERROR:
            return f"holds the error {_shortened(cell.text)}; write what is meant"
        case Kind.NUMBER:
            return f"holds the number {_shortened(cell.text)} where text is meant; write it as text"
        case Kind.TRUTH:
            return f"holds {cell.text} where text is meant; write it as text"
    return f"holds a date or a time ({cell.text}) where text is meant; write it as text"


def _not_date(cell: Cell) -> str:
    match cell.kind:
        case Kind.MONTH:
            day = dt.date.fromisoformat(cell.text)
            return (
                f"shows a month and holds the day {cell.text}; write {cell.text} if that day is meant, "
                f"or '{day:%Y-%m} (as text) if the month is"
            )
        case Kind.MOMENT:
            return f"holds a time of day ({cell.text}); write the date alone, as 2026-04-03"
        case Kind.NUMBER:
            return (
                f"holds the number {_shortened(cell.text)}, which could be a year or a count of days; "
                "write a day as 2026-04-03, a year as text"
            )
    return _not_text(cell)


_SHORT = 60
"""Characters of a cell that a fault repeats."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_DAY_AND_MONTH = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4}|\d{2})")


def _straightened(written: str) -> str:
    return written.translate(_DASHES)


def _asked(written: str) -> str | None:
    """Ask which date is meant by one that could be two, or is written with other marks; None when it is neither."""
    straight = _straightened(written)
    if straight != written:
        try:
            parse_published_date(straight, where="")
        except UnreadableDate:
            pass
        else:
            return f'"{_shortened(written)}" has a typographic dash; write {straight}'
    found = _DAY_AND_MONTH.fullmatch(straight)
    if not found:
        return None
    first, second, year = (int(part) for part in found.groups())
    century = 0 if len(found[3]) == len("2026") else 2000
    meant = list(_days(century + year, [(second, first), (first, second)]))
    if not meant:
        return None
    said = " or ".join(str(PublishedDate(day, Precision.DAY)) for day in meant)
    forms = " or ".join(day.isoformat() for day in meant)
    return f'"{written}": is it {said}? Write {forms}'


def _days(year: int, months_and_days: Iterable[tuple[int, int]]) -> Iterator[dt.date]:
    """Return the days that there are, each once."""
    seen: Counter[dt.date] = Counter()
    for month, day in months_and_days:
        try:
            seen[dt.date(year, month, day)] += 1
        except ValueError:
            continue
    yield from seen


def _shortened(words: str) -> str:
    return words if len(words) <= _SHORT else f"{words[:_SHORT]}…"
