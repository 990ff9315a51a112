"""Independent readers of a pack's files: none of them is what wrote the file."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import openpyxl
import pypdf
from odfdo import Document

Rows = list[list[str]]

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


class _Tables(HTMLParser):
    """Collects the tables of a page by caption; what is hidden from readers is not read."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, Rows] = {}
        self._caption = ""
        self._rows: Rows = []
        self._in = ""
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            self._rows[-1].append("")
            self._in = "cell"
        elif tag == "caption":
            self._in = "caption"
        self._hidden = ("aria-hidden", "true") in attrs

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False
        if tag in ("th", "td", "caption"):
            self._in = ""
        elif tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if self._in == "cell" and not self._hidden:
            self._rows[-1][-1] += data
        elif self._in == "caption":
            self._caption += data


def html_tables(page: bytes) -> dict[str, Rows]:
    """The tables of an HTML page by caption, headings first."""
    reader = _Tables()
    reader.feed(page.decode())
    return reader.tables


def pptx_slides(deck: bytes) -> list[ET.Element]:
    """The XML of the slides, first to last."""
    with zipfile.ZipFile(io.BytesIO(deck)) as file:
        names = [name for name in file.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
        ordered = sorted(names, key=lambda name: int(re.sub(r"\D", "", name)))
        return [ET.fromstring(file.read(name)) for name in ordered]  # noqa: S314  our own file


def pptx_tables(deck: bytes) -> dict[str, Rows]:
    """The tables of the slides by name, headings first."""
    return {
        frame.find(f".//{_P}cNvPr").get("name", ""): [  # type: ignore[union-attr]
            ["".join(text.text or "" for text in cell.iter(f"{_A}t")) for cell in row.iter(f"{_A}tc")]
            for row in frame.iter(f"{_A}tr")
        ]
        for slide in pptx_slides(deck)
        for frame in slide.iter(f"{_P}graphicFrame")
    }


@cache
def pdf_pages(report: bytes) -> list[str]:
    """The text of each page of a PDF, in single spaces; long ids may be broken after a stroke."""
    return [
        " ".join(page.extract_text().replace("\u200b", "").split())
        for page in pypdf.PdfReader(io.BytesIO(report)).pages
    ]


def ods_table(book: bytes, sheet: str, width: int) -> list[list[Any]]:
    """The rows of a sheet of an ODS, all of them, cut to a width."""
    table = Document(io.BytesIO(book)).body.get_table(name=sheet)
    assert table is not None
    return [list(row)[:width] for row in table.get_values()]


def xlsx_table(book: bytes, sheet: str, width: int) -> list[list[Any]]:
    """The rows of a sheet of an XLSX, all of them, cut to a width."""
    page = openpyxl.load_workbook(io.BytesIO(book), read_only=True)[sheet]
    return [[cell.value for cell in row][:width] for row in page.iter_rows()]


def csv_rows(table: bytes) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(table.decode(), newline="")))


def json_rows(tables: bytes, name: str) -> list[dict[str, Any]]:
    """The rows of a table of the JSON of all tables."""
    rows: list[dict[str, Any]] = json.loads(tables)["tables"][name]["rows"]
    return rows


def parquet_rows(path: str) -> list[tuple[Any, ...]]:
    """The rows of a Parquet file, as DuckDB reads it."""
    return duckdb.connect().execute("SELECT * FROM read_parquet($path)", {"path": path}).fetchall()
