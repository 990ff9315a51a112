"""A workbook's bytes to a grid of cells.

Its archive is looked through before anything in it is parsed. openpyxl finds the parts of a workbook; its sheets are
read here, because openpyxl shows neither what is hidden, merged or far away, nor texts as the file has them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from defusedxml.ElementTree import iterparse
from openpyxl.packaging.relationship import get_dependents
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, from_excel, from_ISO8601
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.xml.constants import ARC_STYLE, REL_NS, SHARED_STRINGS, SHEET_MAIN_NS

from tracker.domain.errors import ReturnRejected
from tracker.exchange import foreign_files
from tracker.exchange.returns.bounds import Bounds
from tracker.exchange.returns.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, SHEET, Cell, Grid, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_MOST_PARTS = 200
_MOST_UNPACKED = 50 * 1024 * 1024
_TIGHTEST = 100
"""A part that unpacks to more than so many times its size is made to do harm, when it is large at all."""
_LARGE_PART = 1024 * 1024
_MOST_MERGED = 1_000
_GENERAL = "General"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of the old format begins, and a workbook that a password protects."""
SAVE_AGAIN = "Open it in a spreadsheet, save it as an Excel workbook (.xlsx), and try again."
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


def read_workbook(content: bytes) -> Grid:
    """Return the cells of the sheet with the table. Raises ReturnRejected, and whatever a damaged file makes happen."""
    book = _opened(content)
    found = _table_of(book)
    remarks = [
        f'The sheet "{sheet.title[:60]}" is not part of a return. We ignored it.'
        for sheet in book.sheets
        if sheet.title not in {found.title, *OTHER_SHEETS}
    ]
    if found.state != "visible":
        remarks.append(f"The sheet {found.title[:60]} is hidden. We read it.")
    if book.epoch == CALENDAR_MAC_1904:
        remarks.append("The workbook counts days from 1904. We read its dates as it shows them. Check them below.")
    return _read(book, found, tuple(remarks))


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, and the part of the archive that has it."""

    title: str
    state: str
    path: str


@dataclass(frozen=True)
class Book:
    """A workbook that was opened: its sheets, the texts that they share, and the number format of each style."""

    archive: zipfile.ZipFile
    sheets: list[Sheet]
    epoch: dt.datetime
    strings: list[str]
    formats: list[str]

    def format_of(self, style: str | None) -> str:
        """Return the number format of a cell's style."""
        place = int(style or 0)
        return self.formats[place] if place < len(self.formats) else _GENERAL


def _table_of(book: Book) -> Sheet:
    """Return the sheet with the table: the one of that name, or the only one with headings. Raises ReturnRejected."""
    found = [sheet for sheet in book.sheets if sheet.title.strip().casefold() == SHEET.casefold()]
    if not found:
        beginnings = _texts(book, most=foreign_files.ABOVE)
        found = [sheet for sheet, rows in zip(book.sheets, beginnings, strict=True) if foreign_files.is_return(rows)]
    if len(found) != 1:
        raise ReturnRejected(_no_return(book))
    return found[0]


def _opened(content: bytes) -> Book:
    """Open a workbook once its archive has been looked through. Raises ReturnRejected."""
    if content.startswith(OLE):
        raise ReturnRejected(
            "The workbook has a password or is in the old format (.xls). Remove the password, save it as an "
            "Excel workbook (.xlsx) and try again."
        )
    if not content.startswith(b"PK"):
        raise ReturnRejected(f"The file is named .xlsx but is not a workbook. {SAVE_AGAIN}")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _look_through(archive)
        if _is_strict(archive):
            content = _transitional(archive)
    reader: Any = ExcelReader(io.BytesIO(content), read_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    strings = reader.package.find(SHARED_STRINGS)
    return Book(
        archive=reader.archive,
        sheets=[
            Sheet(sheet.name, sheet.state, relation.target)
            for sheet, relation in reader.parser.find_sheets()
            if relation.target in reader.valid_files and "chartsheet" not in relation.Type
        ],
        epoch=reader.wb.epoch,
        strings=_strings(reader.archive, strings.PartName[1:]) if strings else [],
        formats=_formats(reader.archive) if ARC_STYLE in reader.valid_files else [],
    )


def _no_return(book: Book) -> str:
    """Say what a workbook without the sheet of a return is."""
    beginnings = _texts(book, most=foreign_files.ABOVE)
    layouts = [layout for rows in beginnings for row in rows if (layout := foreign_files.of_heading(row))]
    if layouts and not any(foreign_files.is_return(rows) for rows in beginnings):
        return foreign_files.sentence(layouts[0])
    return (
        f'The workbook has no sheet "{SHEET}". Download the return again, or rename its sheet. New milestones '
        "come from a plan (see plans/README.md)."
    )


def sheets(content: bytes) -> list[list[list[str]]]:
    """Return the rows of every sheet of a workbook as text, within the bounds of a return. Raises ReturnRejected."""
    return _texts(_opened(content), most=MOST_ROWS)


def _texts(book: Book, *, most: int) -> list[list[list[str]]]:
    found = []
    for sheet in book.sheets:
        rows = _read(book, sheet, ()).rows
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
"""The sheets that explain a return and contain its lists; they are not read."""


def _look_through(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is not what a spreadsheet saves, or that unpacks to too much. Raises ReturnRejected."""
    parts = archive.infolist()
    names = [part.filename for part in parts]
    lower = [name.lower() for name in names]
    if len(parts) > _MOST_PARTS:
        raise ReturnRejected(f"The workbook has {len(parts):,} parts. A return can have {_MOST_PARTS} at most.")
    if len(set(names)) < len(names) or any(
        name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names
    ):
        raise ReturnRejected(f"The workbook has unsafe names inside it. {SAVE_AGAIN}")
    if any(part.flag_bits & 1 for part in parts):
        raise ReturnRejected("The workbook has a password. Remove it, save the workbook and try again.")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in lower):
        raise ReturnRejected(f"The workbook has macros, which we do not accept. {SAVE_AGAIN}")
    if any("externallinks/" in name for name in lower):
        raise ReturnRejected("The workbook has links to other workbooks. Break the links, save it and try again.")
    bomb = "The workbook unpacks to far more than its size, which no return does. We did not read it."
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
                    raise ReturnRejected(
                        "The workbook declares its own XML entities, which no spreadsheet does. We did not read it."
                    )
                end = chunk[-32:]


_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(spreadsheetml|officeDocument|drawingml)/")


def _is_strict(archive: zipfile.ZipFile) -> bool:
    """Say whether a workbook was saved as "Strict Open XML": the same parts, with other type names."""
    return "xl/workbook.xml" in archive.namelist() and _STRICT in archive.read("xl/workbook.xml")


def _transitional(archive: zipfile.ZipFile) -> bytes:
    """Return a strict workbook with the usual type names."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            content = archive.read(name)
            if name.endswith((".xml", ".rels")):
                content = _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", content)
            out.writestr(name, content)
    return plain.getvalue()


_ROW, _CELL, _COLUMN, _MERGED, _LINK, _VALUE, _FORMULA, _INLINE, _ITEM, _RUN, _PHONETIC, _FORMAT, _STYLES = (
    f"{{{SHEET_MAIN_NS}}}{tag}"
    for tag in ("row", "c", "col", "mergeCell", "hyperlink", "v", "f", "is", "si", "t", "rPh", "numFmt", "cellXfs")
)


def _strings(archive: zipfile.ZipFile, path: str) -> list[str]:
    """Return the texts that cells share."""
    found = []
    with archive.open(path) as source:
        for _, node in iterparse(source):
            if node.tag == _ITEM:
                found.append(_text(node))
                node.clear()
    return found


def _text(item: Element) -> str:
    """Return a text: its runs together, without the readings of East Asian words."""
    return "".join(run.text or "" for part in item if part.tag != _PHONETIC for run in part.iter(_RUN))


def _formats(archive: zipfile.ZipFile) -> list[str]:
    """Return the number format of each style of a cell."""
    own: dict[int, str] = {}
    with archive.open(ARC_STYLE) as source:
        for _, node in iterparse(source):
            if node.tag == _FORMAT:
                own[int(node.attrib["numFmtId"])] = node.attrib["formatCode"]
            elif node.tag == _STYLES:
                numbers = [int(style.get("numFmtId") or 0) for style in node]
                return [own.get(number) or builtin_format_code(number) or _GENERAL for number in numbers]
    return []


def _read(book: Book, sheet: Sheet, remarks: tuple[str, ...]) -> Grid:
    """Read the cells of a sheet, and what is hidden and merged in it. Raises ReturnRejected."""
    bounds = Bounds()
    rows: dict[int, dict[int, Cell]] = {}
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    links: list[Element] = []
    last = 0
    with book.archive.open(sheet.path) as source:
        for _, node in iterparse(source):
            if node.tag == _ROW:
                number = _whole(node.get("r"), default=last + 1)
                if number <= last:
                    raise ReturnRejected(f"The rows of the sheet {SHEET} are not in order. {SAVE_AGAIN}")
                last = number
                if cells := _cells(book, node, number, bounds):
                    bounds.row(number)
                    rows[number] = cells
                if _is_hidden(node):
                    hidden_rows.add(number)
                node.clear()
            elif node.tag == _COLUMN and _is_hidden(node):
                hidden_columns |= set(range(int(node.attrib["min"]), min(int(node.attrib["max"]), MOST_COLUMNS) + 1))
            elif node.tag == _MERGED:
                left, top, right, bottom = CellRange(node.attrib["ref"]).bounds
                merged.append((top, left, bottom, right))
                if len(merged) > _MOST_MERGED:
                    raise ReturnRejected(
                        f"The sheet {SHEET} has more than {_MOST_MERGED:,} merged cells. Unmerge them."
                    )
            elif node.tag == _LINK:
                links.append(node)
    for (row, place), address in _addresses(book, sheet, links):
        if place in rows.get(row, {}):
            rows[row][place] = replace(rows[row][place], link=address)
    return Grid(
        sheet=sheet.title[:60],
        rows=rows,
        first_day=book.epoch.date(),
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(hidden_columns),
        merged=tuple(merged),
        remarks=remarks,
    )


def _whole(number: str | None, *, default: int) -> int:
    """Return the number of a row, which some programs write as 1.0."""
    if number is None:
        return default
    if not float(number).is_integer():
        raise ValueError(f"{number} is not a row")
    return int(float(number))


def _is_hidden(node: Element) -> bool:
    return node.get("hidden") in {"1", "true"}


def _addresses(book: Book, sheet: Sheet, links: list[Element]) -> Iterator[tuple[tuple[int, int], str]]:
    """Give the addresses that cells lead to, with their rows and columns."""
    folder, _, name = sheet.path.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if not links or relations not in book.archive.namelist():
        return
    targets = {one.Id: one.Target for one in get_dependents(book.archive, relations) if one.TargetMode == "External"}
    for link in links:
        left, top, _, _ = range_boundaries(link.attrib["ref"])
        target = targets.get(link.get(f"{{{REL_NS}}}id"))
        if top and left and target:
            yield (top, left), target[:LONGEST_CELL]


def _cells(book: Book, row: Element, number: int, bounds: Bounds) -> dict[int, Cell]:
    """Read the cells of a row that are not empty, by column. Raises ReturnRejected."""
    found: dict[int, Cell] = {}
    place = 0
    for node in row.iter(_CELL):
        at, place = coordinate_to_tuple(node.attrib["r"]) if node.get("r") else (number, place + 1)
        cell = _cell(book, node)
        if cell:
            bounds.cell(number, place, cell.text)
            if at != number or place in found:
                raise ReturnRejected(f"The cells of row {number:,} are out of order. {SAVE_AGAIN}")
            found[place] = cell
    return found


def _cell(book: Book, node: Element) -> Cell | None:
    """Return what a cell holds; None for nothing, or for spaces alone."""
    formula = node.find(_FORMULA)
    if formula is not None:
        written = formula.text if formula.get("t") in {None, "normal", "shared"} else None
        return Cell(Kind.FORMULA, f"={written or '…'}")
    kind, value = node.get("t", "n"), node.findtext(_VALUE)
    if kind == "inlineStr":
        value = "".join(_text(inline) for inline in node.iter(_INLINE))
    elif kind == "s" and value:
        value = book.strings[int(value)]
    return _filled(kind, value, book.format_of(node.get("s")), book.epoch) if value and value.strip() else None


def _filled(kind: str, value: str, shown: str, epoch: dt.datetime) -> Cell:
    match kind:
        case "n":
            return _number(value, shown, epoch)
        case "e":
            return Cell(Kind.ERROR, value)
        case "b":
            return Cell(Kind.TRUTH, str(bool(int(value))).upper())
        case "d":
            return _date(from_ISO8601(value), shown)  # type: ignore[no-untyped-call]
    return Cell(Kind.TEXT, unescape(value))


def _number(value: str, shown: str, epoch: dt.datetime) -> Cell:
    """Return what a number stands for: itself, or the date or time that its format makes of it."""
    number = float(value) if {".", "E", "e"} & set(value) else int(value)
    if not is_date_format(shown):
        return Cell(Kind.NUMBER, str(number))
    try:
        return _date(from_excel(number, epoch, timedelta=is_timedelta_format(shown)), shown)
    except (OverflowError, ValueError):  # a day that no calendar has
        return Cell(Kind.ERROR, "#VALUE!")


def _date(value: Any, shown: str) -> Cell:
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return Cell(Kind.DAY if _shows_day(shown) else Kind.MONTH, value.date().isoformat())
    return Cell(Kind.MOMENT, str(value))


def _shows_day(number_format: str) -> bool:
    """Say whether a date format shows the day; colours, locales and quotations do not count."""
    return "d" in re.sub(r'\[[^\]]*\]|"[^"]*"|\\.', "", number_format).lower()
