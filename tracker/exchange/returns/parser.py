"""A return's bytes to a grid of cells: what runs in a process of its own (tracker.exchange.sandbox).

A workbook's archive is looked through before anything in it is parsed, and what is parsed is bounded: so many rows,
columns and characters, whatever the file says of itself.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import posixpath
import re
import sys
import warnings
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from defusedxml.ElementTree import iterparse
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.packaging.relationship import get_dependents
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from tracker.domain.errors import ReturnRejected
from tracker.exchange import foreign_files
from tracker.exchange.cells import letters, unguarded
from tracker.exchange.returns.reader import encoded
from tracker.exchange.returns.table import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    SHEET,
    Cell,
    Grid,
    Heading,
    Kind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PARTS = 200
_MOST_UNPACKED = 50 * 1024 * 1024
_TIGHTEST = 100
"""A part that unpacks to more than so many times its size is made to do harm, when it is large at all."""
_LARGE_PART = 1024 * 1024
_MOST_MERGED = 1_000
_ABOVE = 20
"""Rows that may stand above the table."""
_MOST_CHARACTERS = 10_000_000

_PICTURES = {b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture", b"%PDF": "a PDF"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_SAVE_AGAIN = "Open it in a spreadsheet, save it as an Excel workbook (.xlsx), and try again."


def main(suffix: str) -> None:
    """Read a file from standard input, and write its grid, or why it was rejected, to standard output."""
    try:
        answer = encoded(parse(sys.stdin.buffer.read(), suffix))
    except ReturnRejected as error:
        answer = json.dumps({"rejected": str(error)}).encode()
    sys.stdout.buffer.write(answer)


def parse(content: bytes, suffix: str) -> Grid:
    """Return the cells of a file named ``….xlsx`` or ``….csv``. Raises ReturnRejected with a sentence, nothing else."""
    if not content.strip():
        raise ReturnRejected("The file is empty.")
    for magic, what in _PICTURES.items():
        if content.startswith(magic):
            raise ReturnRejected(f"The file is named .{suffix} and is {what}; choose the return itself.")
    packed = content.startswith(b"PK")
    try:
        with warnings.catch_warnings(action="ignore"):  # openpyxl's, of what it leaves out
            return _workbook(content) if suffix == "xlsx" else _table(content, packed=packed)
    except ReturnRejected:
        raise
    except MemoryError:
        raise ReturnRejected("The file unpacks to more than can be read; a return does not.") from None
    except Exception as error:  # what a damaged file makes of a reader has no name in common
        raise ReturnRejected(f"The file is damaged, or no spreadsheet made it. {_SAVE_AGAIN}") from error


class _Bounds:
    """What was read so far, held against what may be read."""

    def __init__(self) -> None:
        self._characters = 0

    def row(self, number: int) -> None:
        if number > MOST_ROWS + _ABOVE:
            raise ReturnRejected(
                f"Row {number:,} is filled in; a return has at most {MOST_ROWS:,} rows. Delete what is below them."
            )

    def cell(self, row: int, place: int, words: str) -> None:
        if place > MOST_COLUMNS:
            raise ReturnRejected(
                f"Cell {letters(place)}{row} is filled in; a return has at most {MOST_COLUMNS} columns. "
                "Delete what is beside it."
            )
        if len(words) > LONGEST_CELL:
            raise ReturnRejected(
                f"Cell {letters(place)}{row} holds {len(words):,} characters and at most {LONGEST_CELL:,} are kept; "
                "shorten it."
            )
        self._characters += len(words)
        if self._characters > _MOST_CHARACTERS:
            raise ReturnRejected(f"The file holds more than {_MOST_CHARACTERS:,} characters; a return does not.")


# CSV


def _table(content: bytes, *, packed: bool) -> Grid:
    if packed or content.startswith(_OLE):
        raise ReturnRejected("The file is named .csv and is a workbook; name it .xlsx, or save it as CSV UTF-8.")
    words, remarks = _words(content)
    if "\x00" in words:
        raise ReturnRejected("The file holds null characters, as no text does; save it as CSV UTF-8.")
    words, mark = _apart(words)
    bounds = _Bounds()
    rows = {}
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=mark, strict=True)
    try:
        for number, values in enumerate(reader, start=1):
            cells = {}
            for place, value in enumerate(values, start=1):
                if value.strip():
                    bounds.cell(number, place, value)
                    cells[place] = Cell(Kind.TEXT, unguarded(value))
            if cells:
                bounds.row(number)
                rows[number] = cells
    except csv.Error as error:
        raise ReturnRejected(
            f"Line {reader.line_num:,} of the file is not CSV: {error}. Save it as CSV UTF-8."
        ) from None
    return Grid(sheet=None, rows=rows, remarks=remarks)


def _words(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file in one of the encodings that spreadsheets save, and what to know of that."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise ReturnRejected("The file is damaged Unicode text; save it as CSV UTF-8.") from None
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        try:
            words = content.decode("cp1252")
        except UnicodeDecodeError:
            raise ReturnRejected(
                f"The file is not in UTF-8 (its byte {error.start + 1:,} is not), so its accents and dashes cannot be "
                "told; save it as CSV UTF-8."
            ) from None
    return words, (
        "The file is not in UTF-8 and was read as Windows text. Check that pound signs, dashes and quotation marks are "
        "right below; if they are not, save it as CSV UTF-8.",
    )


def _apart(words: str) -> tuple[str, str]:
    """Return the lines of the table, and the mark between its columns: the one most used in the line of headings."""
    told = re.match(r"sep=([^\r\n])\r?\n", words, re.IGNORECASE)
    if told:
        return words[told.end() :], told[1]
    head = next((line for line in words.splitlines()[:_ABOVE] if Heading.STATUS.casefold() in line.casefold()), "")
    return words, max(_MARKS, key=head.count)


_MARKS = (",", ";", "\t", "|")
"""Between columns; of two that are used as often the first counts."""


# Workbooks


def _workbook(content: bytes) -> Grid:
    book = _opened(content)
    found = _table_of(book)
    remarks = [
        f'The sheet "{sheet.title[:60]}" is no part of a return; nothing in it was read.'
        for sheet in book.worksheets
        if sheet.title not in {found.title, *OTHER_SHEETS}
    ]
    if found.sheet_state != "visible":
        remarks.append(f"The sheet {found.title[:60]} is hidden in the file, and was read all the same.")
    if book.epoch == CALENDAR_MAC_1904:
        remarks.append("The workbook counts days from 1904; its dates were read as it shows them. Look at them below.")
    return _sheet(found, tuple(remarks))


def _table_of(book: Any) -> ReadOnlyWorksheet:
    """Return the sheet with the table: the one of that name, or the only one with headings. Raises ReturnRejected."""
    sheets = [sheet for sheet in book.worksheets if isinstance(sheet, ReadOnlyWorksheet)]
    found = [sheet for sheet in sheets if sheet.title.strip().casefold() == SHEET.casefold()]
    if not found:
        beginnings = _texts(book, most=foreign_files.ABOVE)
        found = [sheet for sheet, rows in zip(sheets, beginnings, strict=True) if foreign_files.is_return(rows)]
    if len(found) != 1:
        raise ReturnRejected(_no_return(book))
    return found[0]


def _opened(content: bytes) -> Any:
    """Open a workbook once its archive has been looked through. Raises ReturnRejected."""
    if content.startswith(_OLE):
        raise ReturnRejected(
            "The workbook is protected by a password, or in the old format (.xls). Take the password away, save it as "
            "an Excel workbook (.xlsx), and try again."
        )
    if not content.startswith(b"PK"):
        raise ReturnRejected(f"The file is named .xlsx and is no workbook. {_SAVE_AGAIN}")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _look_through(archive)
        if _is_strict(archive):
            content = _transitional(archive)
    reader = _Reader(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    reader.read()
    return reader.wb


def _no_return(book: Any) -> str:
    """Say what a workbook is that has no sheet of a return."""
    beginnings = _texts(book, most=foreign_files.ABOVE)
    layouts = [layout for rows in beginnings for row in rows if (layout := foreign_files.of_heading(row))]
    if layouts and not any(foreign_files.is_return(rows) for rows in beginnings):
        return foreign_files.sentence(layouts[0])
    return (
        f'The workbook has no sheet "{SHEET}"; download the return again, or give its sheet that name. New milestones '
        "come from a plan (see plans/README.md)."
    )


def sheets(content: bytes) -> list[list[list[str]]]:
    """Return the rows of every sheet of a workbook as text, within the bounds of a return. Raises ReturnRejected."""
    return _texts(_opened(content), most=MOST_ROWS)


def _texts(book: Any, *, most: int) -> list[list[list[str]]]:
    found = []
    for sheet in book.worksheets:
        if isinstance(sheet, ReadOnlyWorksheet):
            rows = _sheet(sheet, ()).rows
            found.append(
                [
                    [_as_text(cells[place]) if place in cells else "" for place in range(1, max(cells) + 1)]
                    for _, cells in sorted(rows.items())[:most]
                ]
            )
    return found


def _as_text(cell: Cell) -> str:
    return cell.text[:7] if cell.kind is Kind.MONTH else cell.text


OTHER_SHEETS = ("Cover", "Lists")
"""The sheets that explain a return and hold its words; nothing in them is read."""


def _look_through(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is not what a spreadsheet saves, or that unpacks to too much. Raises ReturnRejected."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    lower = [name.lower() for name in names]
    if len(parts) > _MOST_PARTS:
        raise ReturnRejected(f"The workbook has {len(parts):,} parts; a return has at most {_MOST_PARTS}.")
    if len(set(names)) < len(names) or any(
        name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names
    ):
        raise ReturnRejected(f"The workbook names its parts as no spreadsheet does. {_SAVE_AGAIN}")
    if any(part.flag_bits & 1 for part in parts):
        raise ReturnRejected("The workbook is protected by a password; take it away, save it, and try again.")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in lower):
        raise ReturnRejected(f"The workbook holds macros, which are not taken in. {_SAVE_AGAIN}")
    if any("externallinks/" in name for name in lower):
        raise ReturnRejected(
            "The workbook is linked to other workbooks; break the links in the spreadsheet, save it, and try again."
        )
    bomb = "The workbook unpacks to far more than it is, as no return does; nothing of it was read."
    if sum(part.file_size for part in parts) > _MOST_UNPACKED or any(
        part.file_size > _LARGE_PART and part.file_size > _TIGHTEST * part.compress_size for part in parts
    ):
        raise ReturnRejected(bomb)
    unpacked = 0
    for part in parts:
        end = b""
        with archive.open(part) as content:
            while chunk := content.read(1 << 16):
                unpacked += len(chunk)
                if unpacked > _MOST_UNPACKED:
                    raise ReturnRejected(bomb)
                if any(doctype in end + chunk for doctype in _DOCTYPES):
                    raise ReturnRejected("The workbook declares entities of its own, as no spreadsheet does.")
                end = chunk[-32:]


_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(spreadsheetml|officeDocument|drawingml)/")


def _is_strict(archive: zipfile.ZipFile) -> bool:
    """Say whether a workbook was saved as "Strict Open XML": the same parts, with other names of their kinds."""
    return "xl/workbook.xml" in archive.namelist() and _STRICT in archive.read("xl/workbook.xml")


def _transitional(archive: zipfile.ZipFile) -> bytes:
    """Return a strict workbook with the names that every spreadsheet writes by itself."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                content = _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", content)
            out.writestr(name, content)
    return plain.getvalue()


class _Reader(ExcelReader):
    """openpyxl's reader, with the shared texts as the file has them: its own drops what looks like an escape."""

    def read_strings(self) -> None:
        package: Any = self.package
        part = package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = list(_strings(source))


def _strings(source: Any) -> Iterator[str]:
    """Give each shared text: its runs together, without the readings of East Asian words."""
    item, run, phonetic = (f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("si", "t", "rPh"))
    for _, node in iterparse(source):
        if node.tag == phonetic:
            node.clear()
        elif node.tag == item:
            yield "".join(part.text or "" for part in node.iter(run))
            node.clear()


def _sheet(sheet: Any, remarks: tuple[str, ...]) -> Grid:
    book = sheet.parent
    bounds = _Bounds()
    rows: dict[int, dict[int, Cell]] = {}
    with sheet._get_source() as source:  # noqa: SLF001  the public rows hide what is merged, hidden or far away
        parser: Any = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        last = 0
        for number, found in parser.parse():
            if number <= last:
                raise ReturnRejected(f"The rows of the sheet {SHEET} are not in order. {_SAVE_AGAIN}")
            last = number
            cells: dict[int, Cell] = {}
            for one in found:
                cell = _cell(sheet, one)
                if cell:
                    bounds.cell(number, one["column"], cell.text)
                    if one["row"] != number or one["column"] in cells:
                        raise ReturnRejected(f"The cells of row {number:,} are not in their places. {_SAVE_AGAIN}")
                    cells[one["column"]] = cell
            if cells:
                bounds.row(number)
                rows[number] = cells
        links = _links(sheet, parser)
        merged = [area.bounds for area in parser.merged_cells.mergeCell] if parser.merged_cells else []
        if len(merged) > _MOST_MERGED:
            raise ReturnRejected(f"The sheet {SHEET} has more than {_MOST_MERGED:,} merged cells; unmerge them.")
    rows = {
        number: {
            place: replace(cell, link=links[(number, place)]) if (number, place) in links else cell
            for place, cell in cells.items()
        }
        for number, cells in rows.items()
    }
    return Grid(
        sheet=sheet.title[:60],
        rows=rows,
        first_day=book.epoch.date(),
        hidden_rows=frozenset(int(number) for number, seen in parser.row_dimensions.items() if _is_hidden(seen)),
        hidden_columns=frozenset(
            place
            for seen in parser.column_dimensions.values()
            if _is_hidden(seen)
            for place in range(int(seen["min"]), min(int(seen["max"]), MOST_COLUMNS) + 1)
        ),
        merged=tuple((top, left, bottom, right) for left, top, right, bottom in merged),
        remarks=remarks,
    )


def _links(sheet: Any, parser: Any) -> dict[tuple[int, int], str]:
    """Return the addresses that cells lead to, by row and column."""
    found = parser.hyperlinks.hyperlink if parser.hyperlinks else []
    path, name = posixpath.split(sheet._worksheet_path)  # noqa: SLF001
    rels = f"{path}/_rels/{name}.rels"
    archive = sheet.parent._archive  # noqa: SLF001
    if not found or rels not in archive.namelist():
        return {}
    targets = {one.Id: one.Target for one in get_dependents(archive, rels) if one.TargetMode == "External"}
    places = {}
    for link in found:
        left, top, _, _ = range_boundaries(link.ref)
        if top and left and link.id in targets:
            places[(top, left)] = targets[link.id][:LONGEST_CELL]
    return places


def _is_hidden(dimension: dict[str, str]) -> bool:
    return dimension.get("hidden") in {"1", "true"}


def _cell(sheet: ReadOnlyWorksheet, one: dict[str, Any]) -> Cell | None:
    """Return what a parsed cell holds; None for nothing, or for spaces alone."""
    value, kind = one["value"], one["data_type"]
    if kind == "f":
        return Cell(Kind.FORMULA, value if isinstance(value, str) else "=…")
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return Cell(Kind.ERROR, str(value)) if kind == "e" else _filled(sheet, one)


def _filled(sheet: ReadOnlyWorksheet, one: dict[str, Any]) -> Cell:
    value = one["value"]
    match value:
        case str():
            return Cell(Kind.TEXT, unescape(value))
        case bool():
            return Cell(Kind.TRUTH, str(value).upper())
        case int() | float():
            return Cell(Kind.NUMBER, str(value))
        case dt.datetime() if value.time() == dt.time():
            shown = ReadOnlyCell(sheet, **one).number_format
            return Cell(Kind.DAY if _shows_day(shown) else Kind.MONTH, value.date().isoformat())
    return Cell(Kind.MOMENT, str(value))


def _shows_day(number_format: str) -> bool:
    """Say whether a date in such a format is shown with its day; colours, locales and quotations are no part of it."""
    return "d" in re.sub(r'\[[^\]]*\]|"[^"]*"|\\.', "", number_format).lower()
