"""The workbooks: the same tables, read back by other programs' readers, and the eleven rules on the written files."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from odfdo import Document

from tests.exchange.pack.conftest import CELLS
from tracker.domain.errors import InvalidPack
from tracker.exchange.pack import sheets
from tracker.exchange.pack.files import File, archive, xml_text
from tracker.exchange.pack.sheets import shown
from tracker.exchange.pack.spreadsheet_rules import RULES, check_spreadsheet
from tracker.exchange.pack.workbook_ods import ods_file
from tracker.exchange.pack.workbook_xlsx import xlsx_file

if TYPE_CHECKING:
    from tests.exchange.pack.conftest import Material
    from tracker.views.table import Table

MARKED = "OFFICIAL-SENSITIVE – For board members & staff only · Demonstration data · England only"


@pytest.fixture(scope="module")
def ods(material: Material) -> File:
    [file] = ods_file(material.cover, material.tables)
    return file


@pytest.fixture(scope="module")
def xlsx(material: Material) -> File:
    [file] = xlsx_file(material.cover, material.tables)
    return file


@pytest.fixture(scope="module")
def small(material: Material) -> list[Table]:
    """Two of the tables, for tests of the check itself."""
    return [material.table("headline"), material.table("programmes")]


@pytest.fixture(scope="module")
def small_ods(material: Material, small: list[Table]) -> File:
    [file] = ods_file(material.cover, small)
    return file


@pytest.fixture(scope="module")
def small_xlsx(material: Material, small: list[Table]) -> File:
    [file] = xlsx_file(material.cover, small)
    return file


def expected(table: Table) -> list[list[Any]]:
    rows = table.worded().rows
    return [[shown(value, column) for value, column in zip(row, table.columns, strict=True)] for row in rows]


def like(value: Any, other: Any) -> Any:
    """A value as the other one's reader gives it."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(other, Decimal) and isinstance(value, int | float):
        return Decimal(str(value)).quantize(other)
    return value


def test_the_ods_holds_every_table_as_it_is_read_by_odfdo(material: Material, ods: File) -> None:
    book = Document(io.BytesIO(ods.content))
    for table in material.tables:
        sheet = book.body.get_table(name=table.title)
        assert sheet is not None
        wanted = expected(table)
        rows = [list(row) for row in sheet.get_values()][-len(wanted) :]
        read = [[like(a, b) for a, b in zip(row, want, strict=True)] for row, want in zip(rows, wanted, strict=True)]
        assert read == wanted, table.name


def test_the_xlsx_holds_every_table_as_it_is_read_by_openpyxl(material: Material, xlsx: File) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.content))
    for table in material.tables:
        page = book[table.title]
        marked = page.tables[f"{table.name}_table"]
        rows = [[cell.value for cell in row] for row in page[marked.ref]][1:]
        wanted = expected(table)
        read = [[like(a, b) for a, b in zip(row, want, strict=True)] for row, want in zip(rows, wanted, strict=True)]
        assert read == wanted, table.name


def test_no_cell_of_a_workbook_is_a_formula_and_each_text_is_as_it_was_written(ods: File, xlsx: File) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.content))
    cells = [cell for page in book for row in page for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {cell.value: cell for cell in cells}
    assert {xml_text(text.strip()) for text in CELLS} <= texts.keys()
    assert texts["=1+1"].data_type == "s"
    assert texts["=1+1"].quotePrefix  # so that it stays a text when the cell is edited
    content = zipfile.ZipFile(io.BytesIO(ods.content)).read("content.xml").decode()
    assert "table:formula" not in content
    assert ">=1+1<" in content


def test_the_workbooks_keep_the_eleven_rules(ods: File, xlsx: File) -> None:
    assert len(RULES) == 11
    for file in (ods, xlsx):
        assert check_spreadsheet(file.content) == dict.fromkeys(RULES, ())


def altered(file: File, member: str, old: str, new: str) -> bytes:
    """The same file with one thing in it changed."""
    with zipfile.ZipFile(io.BytesIO(file.content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert old.encode() in parts[member], old
    parts[member] = parts[member].replace(old.encode(), new.encode(), 1)
    return archive(parts.items())


@pytest.mark.parametrize(
    ("rule", "member", "old", "new"),
    [
        (1, "meta.xml", "<meta:initial-creator>National SEND Delivery Board", "<meta:initial-creator>A. Person"),
        (1, "meta.xml", "en-GB", ""),
        (2, "content.xml", '"Contents"', '"Inside"'),
        (2, "content.xml", "Contact: the", "Ask the"),
        (3, "content.xml", 'table:name="notes_table"', 'table:nothing="x" table:target-range-address=""><x y="'),
        (4, "content.xml", "This worksheet contains one table.", "Here is a table."),
        (4, "content.xml", "Source: ", "From "),
        (5, "content.xml", "headline_table", "programmes_table"),
        (5, "content.xml", 'table:style-name="Head"', 'table:number-columns-spanned="2" table:style-name="Head"'),
        (6, "content.xml", "<table:table-column ", '<table:table-column table:visibility="collapse" '),
        (6, "content.xml", 'display-filter-buttons="false"', 'display-filter-buttons="true"'),
        (7, "content.xml", ">[z]<", "><"),
        (7, "content.xml", "Some cells have a code: ", "Some cells are short: ["),
        (8, "styles.xml", 'fo:font-size="12pt"', 'fo:font-size="9pt"'),
        (8, "styles.xml", 'fo:font-family="Arial"', 'fo:font-family="Times"'),
        (8, "styles.xml", 'style:vertical-align="top"', 'style:vertical-align="top" fo:background-color="#ff0000"'),
        (9, "content.xml", ">Headline figures</text:a>", ">https://example.org</text:a>"),
        (10, "content.xml", "<text:p>commitments</text:p>", "<text:p>Total</text:p>"),
        (11, "content.xml", "HTML report", "other files"),
    ],
)  # fmt: skip
def test_the_check_of_an_ods_finds_what_breaks_a_rule(
    small_ods: File, rule: int, member: str, old: str, new: str
) -> None:
    if rule == 3:
        content = zipfile.ZipFile(io.BytesIO(small_ods.content)).read("content.xml").decode()
        start = content.index('<table:database-range table:name="notes_table"')
        old, new = content[start : content.index("/>", start) + 2], ""
    elif old == "Some cells have a code: ":
        old, new = ": [z] not applicable.", "."
    assert check_spreadsheet(altered(small_ods, member, old, new))[rule]


@pytest.mark.parametrize(
    ("rule", "member", "old", "new"),
    [
        (1, "docProps/core.xml", "<dc:creator>National SEND Delivery Board", "<dc:creator>"),
        (2, "xl/workbook.xml", 'name="Cover"', 'name="Front"'),
        (5, "xl/worksheets/sheet4.xml", "</sheetData>", "</sheetData><mergeCells><mergeCell/></mergeCells>"),
        (5, "xl/tables/table3.xml", 'ref="A', 'ref="B'),
        (6, "xl/worksheets/sheet4.xml", "</sheetData>", '</sheetData><autoFilter ref="A1:B2"/>'),
        (6, "xl/worksheets/sheet4.xml", "<cols><col ", '<cols><col hidden="1" '),
        (6, "xl/workbook.xml", '<sheet name="Notes"', '<sheet state="hidden" name="Notes"'),
        (8, "xl/styles.xml", '<sz val="12"/>', '<sz val="8"/>'),
        (8, "xl/styles.xml", '<name val="Arial"/>', '<name val="Times New Roman"/>'),
    ],
)  # fmt: skip
def test_the_check_of_an_xlsx_finds_what_breaks_a_rule(
    small_xlsx: File, rule: int, member: str, old: str, new: str
) -> None:
    assert check_spreadsheet(altered(small_xlsx, member, old, new))[rule]


def test_the_marking_is_on_every_sheet_page_and_property(ods: File, xlsx: File) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.content))
    for page in book:
        assert page["A2"].value == MARKED
        for edge in (page.oddHeader, page.oddFooter):
            assert edge is not None
            assert edge.center.text == MARKED.replace("&", "&&")  # one of them would begin a code
    assert book.properties.category == MARKED
    with zipfile.ZipFile(io.BytesIO(ods.content)) as file:
        marked = MARKED.replace("&", "&amp;")
        assert file.read("styles.xml").decode().count(marked) == 2  # header and footer
        assert f'"Marking">{marked}<' in file.read("meta.xml").decode()
        content = file.read("content.xml").decode()
    assert content.count(f"<text:p>{marked}</text:p>") >= content.count("<table:table ")
    assert "OFFICIAL-SENSITIVE" in ods.path
    assert "demonstration-data" in xlsx.path


def test_the_same_tables_make_the_same_bytes(material: Material, ods: File, xlsx: File) -> None:
    assert next(ods_file(material.cover, material.tables)).content == ods.content
    assert next(xlsx_file(material.cover, material.tables)).content == xlsx.content


@pytest.mark.parametrize("write", [ods_file, xlsx_file])
def test_a_long_table_is_written_whole_with_progress(material: Material, large: Table, write: Any) -> None:
    told: list[tuple[int, int]] = []
    short = replace(large, rows=large.rows[:1_500])
    [file] = write(material.cover, [short], lambda done, of: told.append((done, of)))
    assert len(told) >= 2
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 1_500
    assert file.rows == 1_500
    content = zipfile.ZipFile(io.BytesIO(file.content))
    whole = "".join(content.read(name).decode() for name in content.namelist() if name.endswith("trings.xml"))
    whole += content.read("content.xml").decode() if "content.xml" in content.namelist() else ""
    assert f">{short.rows[-1][0]}<" in whole


def test_a_table_that_no_spreadsheet_can_hold_is_refused_and_never_cut(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 10)
    with pytest.raises(InvalidPack, match="Leave out ods and xlsx"):
        list(ods_file(material.cover, material.tables))
