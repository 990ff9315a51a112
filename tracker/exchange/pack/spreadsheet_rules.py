"""The eleven rules of accessible spreadsheets, checked on the written file: a zip of XML, ODS or XLSX, and no library.

The rules are those of the Government Analysis Function and of departments that build on it, in a form that a machine
can check. People check the rest (for example, whether a title is a good one).
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tracker.domain.words import BOARD
from tracker.exchange.cells import column_of
from tracker.exchange.pack.sheets import CONTENTS, COVER, NOTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RULES = {
    1: "properties: title, an organisation as author, keywords, language",
    2: "a cover: all text in column A, title, contents with links, publisher, day, notes on shorthand",
    3: "contents and notes are marked tables; notes are written [note 1] and are in no data cell",
    4: "one table a sheet from column A, its title in A1, what it is and its source above it",
    5: "each table is marked up with its own name: one header row, no merged cells, nothing empty around it",
    6: "nothing hidden; no filters, frozen panes, macros, pictures or charts",
    7: "no empty cell in a table; shorthand explained on the sheet",
    8: "a sans-serif font of 12 points or more; no coloured cells",
    9: "links have words, not addresses",
    10: "one fact in each row; no row of totals",
    11: "long texts: the cover names the report that has them",
}

_SHORTHAND = re.compile(r"\[[xz]\]")
_SMALLEST = 12.0


@dataclass(kw_only=True)
class _Sheet:
    """A sheet as read back: rows of texts (None: an empty cell), tables as (name, first row, last row, width).

    Links are pairs of their words and their target.
    """

    name: str
    rows: list[list[str | None]]
    tables: list[tuple[str, int, int, int]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class _Book:
    sheets: list[_Sheet]
    properties: dict[str, str]
    faults: list[tuple[int, str]] = field(default_factory=list)


def check_spreadsheet(content: bytes) -> dict[int, tuple[str, ...]]:
    """Return what a workbook does against each rule, by its number: nothing where it keeps it."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        book = _read_ods(file) if "content.xml" in file.namelist() else _read_xlsx(file)
    found: dict[int, list[str]] = {rule: [] for rule in RULES}
    for rule, fault in [*book.faults, *_properties(book), *_structure(book), *_contents(book)]:
        found[rule].append(fault)
    for sheet in book.sheets:
        for rule, fault in [*sheet.faults, *_sheet(sheet)]:
            found[rule].append(f"{sheet.name}: {fault}")
    return {rule: tuple(faults) for rule, faults in found.items()}


def _parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314  a file that we have just written


def _read_through(
    file: zipfile.ZipFile, path: str, row: str, take: Callable[[ET.Element], None], begin: Callable[[ET.Element], None]
) -> ET.Element:
    """Give each row of a long document to ``take`` and forget it, so that only the rest stays in memory; return that.

    ``begin`` is given every element as it begins, with its attributes and nothing in it.
    """
    root: ET.Element | None = None
    with file.open(path) as content:
        for event, element in ET.iterparse(content, ("start", "end")):  # noqa: S314  a file that we have just written
            root = element if root is None else root
            if event == "start":
                begin(element)
            elif element.tag == row:
                take(element)
                element.clear()
    if root is None:  # pragma: no cover  a document has a root, or cannot be parsed
        raise ValueError(path)
    return root


# The rules


def _properties(book: _Book) -> Iterator[tuple[int, str]]:
    for name in ("title", "author", "keywords", "language"):
        if not book.properties.get(name):
            yield 1, f"the property {name} is not set"
    if book.properties.get("author") not in (None, "", BOARD):
        yield 1, f"the author is {book.properties['author']}, and should be the organisation"


def _structure(book: _Book) -> Iterator[tuple[int, str]]:
    names = [sheet.name for sheet in book.sheets]
    if names[:3] != [COVER, CONTENTS, NOTES]:
        yield 2, f"the first sheets are {', '.join(names[:3])}"
    tables = [table[0] for sheet in book.sheets for table in sheet.tables]
    if len(set(tables)) < len(tables):
        yield 5, "two tables have one name"


def _contents(book: _Book) -> Iterator[tuple[int, str]]:
    cover, *others = book.sheets
    texts = [row[0] or "" for row in cover.rows if row]
    if any(cell for row in cover.rows for cell in row[1:]):
        yield 2, "the cover has text beside column A"
    for word in ("As at:", "Publisher:", "Contact:", "Contents"):
        if not any(text.startswith(word) for text in texts):
            yield 2, f'the cover has no line "{word}"'
    missing = {sheet.name for sheet in others} - {target for _, target in cover.links} - {CONTENTS}
    yield from ((2, f"the cover has no link to {name}") for name in sorted(missing))
    if not any("HTML report" in text for text in texts):
        yield 11, "the cover does not say where long texts are"


def _sheet(sheet: _Sheet) -> Iterator[tuple[int, str]]:
    if not sheet.rows or not sheet.rows[0] or not sheet.rows[0][0]:
        yield 4, "A1 has no title"
        return
    yield from ((9, f'a link reads "{words}"') for words, _ in sheet.links if not words or "://" in words)
    if sheet.name == COVER:
        return
    if len(sheet.tables) != 1:
        yield (3 if sheet.name in (CONTENTS, NOTES) else 5), f"has {len(sheet.tables)} marked tables"
        return
    [(_, top, last, width)] = sheet.tables
    intro = [row[0] or "" for row in sheet.rows[: top - 1] if row]
    yield from _around(sheet, intro, top, last)
    yield from _within(sheet, intro, sheet.rows[top - 1 : last], width)


def _around(sheet: _Sheet, intro: list[str], top: int, last: int) -> Iterator[tuple[int, str]]:
    if "This worksheet contains one table." not in intro:
        yield 4, "does not say that it contains one table"
    if sheet.name not in (CONTENTS, NOTES) and not any(text.startswith("Source:") for text in intro):
        yield 4, "names no source"
    if len(intro) != top - 1 or not all(intro):
        yield 5, "has an empty row above its table"
    if any(cell for row in sheet.rows[: top - 1] for cell in row[1:]):
        yield 4, "has text beside column A above its table"
    if any(cell for row in sheet.rows[last:] for cell in row):
        yield 5, "has text beneath its table"


def _within(sheet: _Sheet, intro: list[str], rows: list[list[str | None]], width: int) -> Iterator[tuple[int, str]]:
    head, *data = [(row + [None] * width)[:width] for row in rows]
    if not all(head) or len(set(head)) < len(head):
        yield 5, "has a heading that is empty or repeated"
    if any(len(row) > width and any(row[width:]) for row in rows):
        yield 5, "has text beside its table"
    if any(not cell for row in data for cell in row):
        yield 7, "has an empty cell in its table"
    used = {cell for row in data for cell in row if cell and _SHORTHAND.fullmatch(cell)}
    if sheet.name != NOTES and any(not any(f"{mark} " in text for text in intro) for mark in used):
        yield 7, "uses a code that it does not explain"
    if sheet.name != NOTES and any(cell and re.match(r"\[note \d+\]", cell) for row in data for cell in row):
        yield 3, "has a note in a data cell"
    if any(str(row[0]).lower() in ("total", "totals", "sum", "all together") for row in data):
        yield 10, "has a row of totals"


# Reading ODS

_ODF = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_T, _O, _X, _S, _F = (_ODF % name for name in ("table", "office", "text", "style", "xsl-fo-compatible"))
_DC, _META = "{http://purl.org/dc/elements/1.1/}", _ODF % "meta"
_LINK = "{http://www.w3.org/1999/xlink}href"


def _read_ods(file: zipfile.ZipFile) -> _Book:
    sheets: list[_Sheet] = []

    def begin(element: ET.Element) -> None:
        if element.tag == f"{_T}table":
            sheets.append(_Sheet(name=element.get(f"{_T}name") or "", rows=[]))
        elif element.get(f"{_T}visibility", "visible") != "visible":
            sheets[-1].faults.append((6, "has hidden rows or columns"))
        elif element.tag.startswith(_ODF % "drawing"):
            sheets[-1].faults.append((6, "has a picture or a text box"))

    content = _read_through(file, "content.xml", f"{_T}table-row", lambda row: _ods_row(sheets[-1], row), begin)
    styles = _parsed(file.read("styles.xml"))
    meta = _parsed(file.read("meta.xml"))

    def said(tag: str) -> str:
        return " ".join(element.text or "" for element in meta.iter(tag))

    book = _Book(
        sheets=sheets,
        properties={
            "title": said(f"{_DC}title"),
            "author": said(f"{_META}initial-creator"),
            "keywords": said(f"{_META}keyword"),
            "language": said(f"{_DC}language"),
        },
    )
    by_name = {sheet.name: sheet for sheet in book.sheets}
    for area in content.iter(f"{_T}database-range"):
        found = re.fullmatch(r"'(.+)'\.A(\d+):'.+'\.([A-Z]+)(\d+)", area.get(f"{_T}target-range-address") or "")
        if not found or found[1] not in by_name:
            book.faults.append((5, f"the table {area.get(f'{_T}name')} does not start in column A of a sheet"))
            continue
        marked = (area.get(f"{_T}name") or "", int(found[2]), int(found[4]), column_of(found[3]))
        by_name[found[1]].tables.append(marked)
        if area.get(f"{_T}display-filter-buttons") != "false":
            by_name[found[1]].faults.append((6, "has filter buttons"))
    members = set(file.namelist())
    if any(name.startswith(("Pictures/", "Object", "Basic/", "Scripts/")) for name in members):
        book.faults.append((6, "there is a picture, a chart or a macro"))
    if "settings.xml" in members and b"SplitMode" in file.read("settings.xml"):
        book.faults.append((6, "there is a frozen pane"))
    book.faults += _ods_looks([content, styles])
    return book


def _ods_row(sheet: _Sheet, row: ET.Element) -> None:
    cells: list[str | None] = []
    for cell in row:
        if cell.tag == f"{_T}covered-table-cell" or cell.get(f"{_T}number-columns-spanned", "1") != "1":
            sheet.faults.append((5, "has merged cells"))
        text = "\n".join("".join(paragraph.itertext()) for paragraph in cell.iter(f"{_X}p"))
        cells += [text or None] * int(cell.get(f"{_T}number-columns-repeated", "1"))
        sheet.links += [
            ("".join(link.itertext()), link.get(_LINK, "").removeprefix("#").removesuffix(".A1").strip("'"))
            for link in cell.iter(f"{_X}a")
        ]
    sheet.rows.append(cells)


def _ods_looks(parts: list[ET.Element]) -> Iterator[tuple[int, str]]:
    for element in (element for part in parts for element in part.iter()):
        size, font = element.get(f"{_F}font-size", ""), element.get(f"{_F}font-family")
        if size.endswith("pt") and float(size.removesuffix("pt")) < _SMALLEST:
            yield 8, f"there is text of {size}"
        if font and font.strip("'") not in _SANS:
            yield 8, f"there is text in {font}"
        if element.get(f"{_F}background-color", "transparent") != "transparent":
            yield 8, "there is a coloured cell"


_SANS = ("Arial", "Liberation Sans")
_FILLS = 2
"""In every XLSX file: none, and a pattern that the format requires."""


# Reading XLSX

_M = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"


def _read_xlsx(file: zipfile.ZipFile) -> _Book:
    members = set(file.namelist())
    strings = [
        "".join(part.text or "" for part in item.iter(f"{_M}t")) for item in _parsed(file.read("xl/sharedStrings.xml"))
    ]
    targets = _relations(file, "xl/_rels/workbook.xml.rels")
    sheets = [
        _xlsx_sheet(file, element.get("name") or "", f"xl/{targets[element.get(_R) or '']}", strings)
        for element in _parsed(file.read("xl/workbook.xml")).iter(f"{_M}sheet")
    ]
    hidden = b'state="hidden"' in file.read("xl/workbook.xml")
    core = _parsed(file.read("docProps/core.xml"))
    custom = file.read("docProps/custom.xml").decode() if "docProps/custom.xml" in members else ""
    book = _Book(
        sheets=sheets,
        properties={
            "title": core.findtext(f"{_DC}title") or "",
            "author": core.findtext(f"{_DC}creator") or "",
            "keywords": core.findtext(f"{_CORE}keywords") or "",
            "language": "en-GB" if 'name="Language"' in custom and "en-GB" in custom else "",
        },
    )
    if hidden:
        book.faults.append((6, "there is a hidden sheet"))
    if any(name.startswith(("xl/media/", "xl/charts/", "xl/drawings/", "xl/vba")) for name in members):
        book.faults.append((6, "there is a picture, a chart or a macro"))
    book.faults += _xlsx_looks(_parsed(file.read("xl/styles.xml")))
    return book


def _relations(file: zipfile.ZipFile, path: str) -> dict[str, str]:
    if path not in file.namelist():
        return {}
    return {one.get("Id") or "": one.get("Target") or "" for one in _parsed(file.read(path))}


def _xlsx_sheet(file: zipfile.ZipFile, name: str, path: str, strings: list[str]) -> _Sheet:
    sheet = _Sheet(name=name, rows=[])

    def begin(element: ET.Element) -> None:
        if element.get("hidden") == "1":
            sheet.faults.append((6, "has hidden rows or columns"))

    page = _read_through(file, path, f"{_M}row", lambda row: _xlsx_row(sheet, row, strings), begin)
    for tag, rule, fault in (
        ("mergeCell", 5, "has merged cells"),
        ("autoFilter", 6, "has a filter"),
        ("pane", 6, "has a frozen pane"),
        ("drawing", 6, "has a picture or a chart"),
        ("legacyDrawing", 6, "has a text box"),
    ):
        if page.find(f".//{_M}{tag}") is not None:
            sheet.faults.append((rule, fault))
    for link in page.iter(f"{_M}hyperlink"):
        at = link.get("ref") or ""
        target = (link.get("location") or "").removesuffix("!A1").strip("'")
        words = sheet.rows[int(re.sub(r"\D", "", at)) - 1][column_of(re.sub(r"\d", "", at)) - 1]
        sheet.links.append((words or "", target))
    relations = _relations(file, path.replace("worksheets/", "worksheets/_rels/") + ".rels")
    for part in page.iter(f"{_M}tablePart"):
        sheet.tables.append(_xlsx_table(file, sheet, relations[part.get(_R) or ""]))
    return sheet


def _xlsx_row(sheet: _Sheet, row: ET.Element, strings: list[str]) -> None:
    sheet.rows += [[]] * (int(row.get("r") or "0") - 1 - len(sheet.rows))
    cells: list[str | None] = []
    for cell in row:
        place = column_of(re.sub(r"\d", "", cell.get("r") or ""))
        cells += [None] * (place - 1 - len(cells))
        value = cell.findtext(f"{_M}v")
        cells.append(strings[int(value)] if cell.get("t") == "s" and value else value)
    sheet.rows.append(cells)


def _xlsx_table(file: zipfile.ZipFile, sheet: _Sheet, target: str) -> tuple[str, int, int, int]:
    table = _parsed(file.read("xl" + target.removeprefix("..")))
    if table.find(f"{_M}autoFilter") is not None:
        sheet.faults.append((6, "has a filter"))
    found = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", table.get("ref") or "")
    if not found or found[1] != "A":
        sheet.faults.append((5, "has a table that does not start in column A"))
        return (table.get("name") or "", 1, 1, 1)
    return (table.get("name") or "", int(found[2]), int(found[4]), column_of(found[3]))


def _xlsx_looks(styles: ET.Element) -> Iterator[tuple[int, str]]:
    used = {int(one.get("fontId") or "0") for one in styles.findall(f"{_M}cellXfs/{_M}xf")[1:]}
    for number, font in enumerate(styles.findall(f"{_M}fonts/{_M}font")):
        name, size = (font.find(f"{_M}{tag}") for tag in ("name", "sz"))
        if number in used and (size is None or float(size.get("val") or "0") < _SMALLEST):
            yield 8, "there is text of less than 12 points"
        if number in used and (name is None or name.get("val") not in _SANS):
            yield 8, "there is text that is not in a sans-serif font"
    if len(styles.findall(f"{_M}fills/{_M}fill")) > _FILLS:
        yield 8, "there is a coloured cell"
