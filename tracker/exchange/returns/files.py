"""A return as a file to fill in: a workbook with its explanation, or the same table as CSV.

The same position of the ledger gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.xml.functions import tostring

from tracker.domain.dates import PublishedDate, beside_original, in_words
from tracker.domain.text import counted
from tracker.domain.words import BOARD, DEMONSTRATION_NOTICE
from tracker.exchange import marking
from tracker.exchange.cells import guarded, is_formula_like, letters
from tracker.exchange.returns.table import LOCKED, SHEET, STATED, YES, Drawn, Heading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from tracker.domain.progress import Report, UpdateLine

_HEAD = 3
"""The row of the headings; above it the sheet says what it is."""

_COVER_WIDTH = 90
_LINE_POINTS = 16.0
_MOST_POINTS = 400.0
"""A spreadsheet shows no row of more."""

_FONT = "Arial"
_WRITTEN = Font(name=_FONT, size=12)
_STRONG = Font(name=_FONT, size=12, bold=True)
_TITLE = Font(name=_FONT, size=16, bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_GREY = PatternFill("solid", fgColor="F2F3EF")
_TO_FILL = PatternFill("solid", fgColor="FFF9E0")
_THIN = Side(style="thin", color="B9BEB8")
_EDGE = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_OPEN = Protection(locked=False)


@dataclass(frozen=True, kw_only=True)
class ReturnFile:
    """What a return is made from: the person, their milestones and reports, when (London), and the last change."""

    name: str
    email: str
    drawn: Drawn
    day: dt.date
    lines: Sequence[tuple[UpdateLine, Report]]
    period: str | None = None
    demonstration: bool = False

    def file_name(self, suffix: str) -> str:
        """Return the name of the file; nothing in it was written by a person."""
        name = f"return_{self.day}_seq{self.drawn.seq}.{suffix}"
        return marking.file_name(name, demonstration=self.demonstration)


def return_csv(drawn: ReturnFile) -> bytes:
    """Return the table as CSV (RFC 4180, UTF-8 with its mark, so that a spreadsheet recognises it)."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(marking.header(tuple(Heading), demonstration=drawn.demonstration))
    for line, report in drawn.lines:
        values = _values(drawn, line, report, line.baseline_written, lambda date: date.written)
        writer.writerow(marking.row([guarded(value or "") for value in values], demonstration=drawn.demonstration))
    return file.getvalue().encode("utf-8-sig")


def _values(
    drawn: ReturnFile, line: UpdateLine, report: Report, due: str | None, say: Callable[[PublishedDate], str]
) -> list[str | None]:
    """Return the cells of a row, in the order of the columns; ``say`` writes a date.

    We never fill in a reason or a confirmation.
    """
    evidence = report.evidence
    values = {
        Heading.MILESTONE: line.milestone_id,
        Heading.COMMITMENT: f"{line.commitment_id} {line.commitment}",
        Heading.TITLE: line.title,
        Heading.DUE: due,
        Heading.DATES_SAY: line.computed_status,
        Heading.DRAWN: str(drawn.drawn),
        Heading.PUBLISHER: evidence.publisher if evidence else None,
        Heading.EVIDENCE: evidence.title if evidence else None,
        Heading.LINK: evidence.url if evidence else None,
    }
    for field, heading in STATED.items():
        stated = getattr(report.statement, field)
        values[heading] = say(stated) if isinstance(stated, PublishedDate) else stated
    return [values.get(heading) for heading in Heading]


def return_workbook(drawn: ReturnFile) -> bytes:
    """Return the workbook: a cover that explains, the table, and the lists that its cells are chosen from."""
    book = Workbook()
    _write_cover(book.worksheets[0], drawn)
    _write_table(book.create_sheet(SHEET), drawn)
    _write_lists(book)
    book.active = book.sheetnames.index(SHEET)
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == SHEET
    book.properties = DocumentProperties(
        title=f"Return of milestones, {drawn.drawn}",
        creator=BOARD,
        lastModifiedBy=BOARD,
        language="en-GB",
        keywords="SEND, alternative provision, delivery board, return",
        created=dt.datetime.combine(drawn.day, dt.time()),
        modified=dt.datetime.combine(drawn.day, dt.time()),
    )
    return _same_bytes(book)


def _same_bytes(book: Workbook) -> bytes:
    """Save a workbook without the time of saving, which would make every file different."""
    properties = tostring(book.properties.to_tree())
    saved, rewritten = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            content = properties if name == "docProps/core.xml" else parts.read(name)
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return rewritten.getvalue()


def _write_cover(sheet: Worksheet, drawn: ReturnFile) -> None:
    sheet.title = "Cover"
    title = f"Return of milestones to the {BOARD}"
    lines = [
        *([DEMONSTRATION_NOTICE] if drawn.demonstration else []),
        f"For {drawn.name} ({drawn.email})",
        *([f"Reporting period: {drawn.period}"] if drawn.period else []),
        f"Downloaded on {in_words(drawn.day)} (change {drawn.drawn.seq}, fingerprint {drawn.drawn.seal[:12]})",
        f'{counted(len(drawn.lines), "milestone")}, on the sheet "{SHEET}"',
    ]
    steps = [
        f'1. On the sheet "{SHEET}", update the milestones that have changed. Rows that you do not fill in '
        "stay the same.",
        f'2. If nothing has changed, confirm it: choose "{YES}" under "{Heading.CONFIRM}".',
        f'3. If you change a date, choose a reason under "{Heading.REASON}" and explain it in the next column.',
        f'4. To complete a milestone, give the date under "{Heading.HAPPENED}"; its status and forecast date '
        'are updated for you. Give evidence too. Without it the board sees "Owner\'s statement, no evidence".',
        "5. Save the workbook. Upload it on the My updates page, or run python -m tracker return check with its name.",
        "6. Check the changes, row by row, before you save.",
    ]
    notes = [
        f"{Heading.EXPECTED} and {Heading.HAPPENED}: {Heading.EXPECTED.column.prompt} We read a day, a month or a year "
        "as the cell shows it.",
        "An empty cell means that there is nothing. If you empty a cell, what was there is removed.",
        f"The first {len(LOCKED)} columns are grey and locked. They show which milestone a row is and when you "
        "downloaded it. Fill in the yellow columns.",
        "You can delete or reorder rows. If your spreadsheet does not let you, choose Review, then Unprotect "
        "Sheet (there is no password). Do not change headings or columns, and do not merge cells.",
        "Formulas are not calculated. Paste them as values.",
        "If someone else has changed a milestone since then, you choose which version to keep.",
    ]
    _put(sheet, 1, 1, title, _TITLE)
    row = 1
    for heading, words in ((None, lines), ("What to do", steps), ("Notes", notes)):
        if heading:
            row += 1
            _put(sheet, row, 1, heading, _STRONG)
        for text in words:
            row += 1
            _put(sheet, row, 1, text)
            _fit(sheet, row, [(_COVER_WIDTH, text)])
    sheet.column_dimensions["A"].width = _COVER_WIDTH


def _write_table(sheet: Worksheet, drawn: ReturnFile) -> None:
    _put(sheet, 1, 1, "Milestones to report on", _TITLE, wrapped=False)
    about = "This worksheet contains one table. Fill in the yellow columns. The grey ones are locked."
    if drawn.demonstration:
        about = f"{DEMONSTRATION_NOTICE} {about}"
    _put(sheet, 2, 1, about, wrapped=False)
    for place, heading in enumerate(Heading, start=1):
        _put(sheet, _HEAD, place, heading, _STRONG).border = _EDGE
        sheet.column_dimensions[letters(place)].width = heading.column.width
    _fit(sheet, _HEAD, [(heading.column.width, heading) for heading in Heading])
    for row, (line, report) in enumerate(drawn.lines, start=_HEAD + 1):
        due = beside_original(line.baseline, line.original_baseline) if line.baseline else None
        values = _values(drawn, line, report, due, str)
        _fit(sheet, row, [(heading.column.width, value or "") for heading, value in zip(Heading, values, strict=True)])
        for place, (heading, value) in enumerate(zip(Heading, values, strict=True), start=1):
            cell = _put(sheet, row, place, value)
            cell.border = _EDGE
            cell.fill = _GREY if heading in LOCKED else _TO_FILL
            if heading not in LOCKED:
                cell.protection = _OPEN
    last = _HEAD + max(len(drawn.lines), 1)
    table: Any = Table(displayName="milestones", ref=f"A{_HEAD}:{letters(len(Heading))}{last}")
    table.tableColumns = [TableColumn(id=place, name=heading) for place, heading in enumerate(Heading, start=1)]
    table.tableStyleInfo = TableStyleInfo(name=None, showRowStripes=False)
    sheet.add_table(table)
    _write_rules(sheet, last)


def _write_rules(sheet: Worksheet, last: int) -> None:
    """Lock the columns that say which milestone a row is, and offer lists for the others."""
    sheet.protection.sheet = True
    for allowed in ("formatColumns", "formatRows", "deleteRows", "sort", "autoFilter", "insertHyperlinks"):
        setattr(sheet.protection, allowed, False)  # what is not locked away
    for place, heading in enumerate(Heading, start=1):
        column = heading.column
        if column.choices:
            rule = DataValidation(type="list", formula1=heading.name.lower(), allow_blank=True)
            rule.showErrorMessage = True
            rule.error = "Choose from the list."
        elif column.prompt:
            rule = DataValidation(allow_blank=True)
            rule.showInputMessage = True
            rule.promptTitle = heading
            rule.prompt = column.prompt
        else:
            continue
        rule.add(f"{letters(place)}{_HEAD + 1}:{letters(place)}{last}")
        sheet.add_data_validation(rule)
    sheet.freeze_panes = f"B{_HEAD + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"


def _write_lists(book: Workbook) -> None:
    """Write the words to choose from, and name each list."""
    sheet = book.create_sheet("Lists")
    _put(sheet, 1, 1, "Words you can choose in the table", _TITLE, wrapped=False)
    chosen = [heading for heading in Heading if heading.column.choices]
    for place, heading in enumerate(chosen, start=1):
        _put(sheet, 2, place, heading, _STRONG)
        words, name, column = heading.column.choices, heading.name.lower(), letters(place)
        for row, word in enumerate(words, start=3):
            _put(sheet, row, place, word)
        cells = f"{sheet.title}!${column}$3:${column}${2 + len(words)}"
        book.defined_names[name] = DefinedName(name, attr_text=cells)
        sheet.column_dimensions[column].width = 44
    sheet.protection.sheet = True


def _put(
    sheet: Worksheet, row: int, place: int, value: str | None, font: Font = _WRITTEN, *, wrapped: bool = True
) -> Any:
    """Write a cell: a text stays text, whether it looks like a formula, an error or an escape."""
    cell: Any = sheet.cell(row, place)
    if isinstance(value, str):
        cell.value = _escaped(value)
        cell.data_type = "s"
        cell.quotePrefix = is_formula_like(value)
    cell.font = font
    if wrapped:
        cell.alignment = _WRAPPED
    return cell


def _fit(sheet: Worksheet, row: int, cells: Iterable[tuple[int, str]]) -> None:
    """Make a row as high as its texts need (each with its column's width); not every spreadsheet does."""
    lines = (sum(1 + len(part) // (width - 2) for part in words.split("\n")) for width, words in cells)
    sheet.row_dimensions[row].height = min(_LINE_POINTS * max(lines), _MOST_POINTS)


def _escaped(words: str) -> str:
    """Return a text as a workbook keeps it: what looks like an escape escaped, and what XML cannot carry too."""
    words = re.sub(r"_x(?=[0-9A-Fa-f]{4}_)", "_x005F_x", words)
    return re.sub("[\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", words)
