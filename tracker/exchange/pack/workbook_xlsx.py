"""The workbook as XLSX, for colleagues who can use nothing else; publish the ODS.

Written by XlsxWriter, which writes only what we ask for (a text never becomes a formula or a link) and uses the times
we give it. Texts that look like formulas are marked, so that they stay texts when their cell is edited.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter

from tracker.domain.words import BOARD
from tracker.exchange.cells import is_formula_like
from tracker.exchange.pack.files import File
from tracker.exchange.pack.sheets import Sheet, Step, heading, shown, widths, workbook_sheets
from tracker.views.table import NUMERIC, Cell, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.exchange.pack.cover import Cover

_LINE, _TALLEST = 16, 409
"""Points: a line of text, and the tallest row there can be."""

_FONT: dict[str, Any] = {"font_name": "Arial", "font_size": 12, "valign": "top"}


def xlsx_file(cover: Cover, tables: Sequence[Table], step: Step | None = None) -> Iterator[File]:
    """Give the workbook; ``step`` is called with its rows. Raises InvalidPack for more rows than a sheet can have."""
    yield File(
        path=cover.file_name("workbook", "xlsx"),
        purpose="all tables, for Excel",
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content=_workbook(cover, tables, step),
        rows=sum(len(table.rows) for table in tables),
    )


def _workbook(cover: Cover, tables: Sequence[Table], step: Step | None) -> bytes:
    sheets = workbook_sheets(cover, tables)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_format_properties": {**_FONT}})
    book.set_properties(
        {
            "title": cover.title,
            "subject": cover.marked,
            "author": BOARD,
            "company": BOARD,
            "category": cover.marked,
            "keywords": f"SEND, delivery board, {cover.as_at}, {cover.marking}",
            "comments": " ".join([cover.headline, *cover.statements]),
            "status": str(cover.state),
            "created": cover.stamp,
        }
    )
    book.set_custom_property("Language", "en-GB")
    book.set_custom_property("Marking", cover.marked)
    formats = _formats(book)
    done, total = 0, sum(len(sheet.table.rows) for sheet in sheets if sheet.table)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _set_up(page, cover)
        _write_lines(page, sheet, formats)
        if sheet.table:
            for row in _write_table(page, sheet, formats):
                if step and row % 1_000 == 0:
                    step(done + row, total)
            done += len(sheet.table.rows)
    if step:
        step(done, total)
    book.close()
    return file.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    plain = {**_FONT, "text_wrap": True, "align": "left"}
    quoted = book.add_format(plain)
    quoted.set_quote_prefix()
    return {
        "line": book.add_format(_FONT),
        "title": book.add_format({**_FONT, "bold": True, "font_size": 16}),
        "part": book.add_format({**_FONT, "bold": True, "font_size": 14}),
        "link": book.add_format({**_FONT, "font_color": "#1d4f7c", "underline": True}),
        "head": book.add_format({**plain, "bold": True, "bottom": 1}),
        "number head": book.add_format({**plain, "bold": True, "bottom": 1, "align": "right"}),
        "text": book.add_format(plain),
        "quoted": quoted,
        Kind.NUMBER: book.add_format({**_FONT, "align": "right", "num_format": "#,##0"}),
        Kind.MONEY: book.add_format({**_FONT, "align": "right", "num_format": "#,##0.00"}),
        Kind.DATE: book.add_format({**_FONT, "align": "left", "num_format": "d mmmm yyyy"}),
        "shorthand": book.add_format({**_FONT, "align": "right"}),
    }


def _set_up(page: Any, cover: Cover) -> None:
    """Mark every printed page, above and below."""
    marked = cover.marked.replace("&", "&&")
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_header(f"&C{marked}")
    page.set_footer(f"&C{marked}&RPage &P of &N")


def _write_lines(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    style = {0: "line", 1: "title", 2: "part"}
    for row, line in enumerate(sheet.lines):
        if line.leads_to:
            page.write_url(row, 0, f"internal:'{line.leads_to}'!A1", formats["link"], line.text)
        else:
            page.write_string(
                row, 0, line.text, formats[style[line.heading] if sheet.table or line.heading else "text"]
            )
            page.set_row(row, 20 if line.heading else _LINE if sheet.table else _height([line.text], [100]))
    if not sheet.table:
        page.set_column(0, 0, 100)


def _write_table(page: Any, sheet: Sheet, formats: dict[str, Any]) -> Iterator[int]:
    """Write a sheet's table and mark it up as one; give each row's number as it is done."""
    table = sheet.table
    assert table is not None  # noqa: S101  asked by the caller
    top = len(sheet.lines)
    wide = widths(table)
    for place, (column, width) in enumerate(zip(table.columns, wide, strict=True)):
        page.set_column(place, place, width)
        style = "number head" if column.kind in NUMERIC else "head"
        page.write_string(top, place, heading(column), formats[style])
    for row, values in enumerate(table.rows, start=1):
        cells = [shown(value, column) for value, column in zip(values, table.columns, strict=True)]
        page.set_row(top + row, _height(cells, wide))
        for place, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
            _write_cell(page, top + row, place, cell, column, formats)
        yield row
    if sheet.index:
        for row, values in enumerate(table.rows, start=1):
            page.write_url(top + row, 0, f"internal:'{values[0]}'!A1", formats["link"], str(values[0]))
    page.add_table(
        top,
        0,
        top + max(len(table.rows), 1),
        len(table.columns) - 1,
        {
            "name": f"{table.name}_table",
            "autofilter": False,
            "style": None,
            "columns": [
                {
                    "header": heading(column),
                    "header_format": formats["number head" if column.kind in NUMERIC else "head"],
                }
                for column in table.columns
            ],
            "title": table.title,
            "description": table.summary,
        },
    )


def _height(cells: Sequence[Cell], wide: Sequence[int]) -> int:
    """Return the height of a row in points, for its longest text: not every program works it out for itself."""
    lines = max(
        sum(len(line) // width + 1 for line in cell.split("\n")) if isinstance(cell, str) else 1
        for cell, width in zip(cells, wide, strict=True)
    )
    return min(lines * _LINE, _TALLEST)


def _write_cell(page: Any, row: int, place: int, value: Cell, column: Column, formats: dict[str, Any]) -> None:
    if isinstance(value, str):
        right = column.kind in NUMERIC
        style = "shorthand" if right else "quoted" if is_formula_like(value) else "text"
        page.write_string(row, place, value, formats[style])
    elif isinstance(value, dt.date):
        page.write_datetime(row, place, value, formats[Kind.DATE])
    else:
        page.write_number(row, place, value, formats[column.kind])
