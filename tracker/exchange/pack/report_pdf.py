"""The report as a PDF for reading and filing: tagged (PDF/UA-1), with title, language and bookmarks.

Typst sets it: one wheel without system libraries that writes tags, refuses what breaks PDF/UA, and accepts the time
that the file says it was made. The text goes to it as data and never as markup: ``report.typ`` is fixed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

import typst

from tracker.domain.words import BOARD
from tracker.exchange.pack.files import File, xml_text
from tracker.exchange.pack.reading import STATUSES, heading, read_out, widths
from tracker.reporting.looks import LOOKS
from tracker.views.table import NUMERIC, Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.exchange.pack.cover import Cover
    from tracker.reporting.report import Section

_PAGE, _LETTER, _MARGIN = 176.0, 1.7, 3.0
"""Millimetres: the width of the page's text, of a letter in a table, and of a cell's own margins."""

_TRIES = 4
"""Settings of the report, each with all the characters named that the one before could not show."""

_UNREADABLE = re.compile(r'the text `"(.*?)"` could not be displayed')
_NOT_LATIN = re.compile("[^\x00-\u024f\u2010-\u2026]")

_LONG = 500
"""Characters of a text whose row may go on over the page."""


def pdf_file(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> Iterator[File]:
    """Give the report; ``pictures`` has the SVG of the chart of a section by the section's key."""
    data = json.dumps(_data(cover, report, pictures), ensure_ascii=False)
    yield File(
        path=cover.file_name("report", "pdf"),
        purpose="the board's report, tagged for accessibility, for reading and filing",
        media_type="application/pdf",
        content=_set(data, cover.stamp.replace(tzinfo=dt.UTC)),
    )


def _set(data: str, stamp: dt.datetime) -> bytes:
    """Set the report. A character that no font here has is named instead: PDF/UA allows none that cannot be read."""
    for _ in range(_TRIES):
        try:
            return _compiled(data, stamp)
        except typst.TypstError as error:
            missing = {found for text in _UNREADABLE.findall(error.diagnostic) for found in _characters(text)}
            if not missing:
                raise
            data = data.translate({ord(found): _named(found) for found in missing})
    return _compiled(_NOT_LATIN.sub(lambda found: _named(found[0]), data), stamp)


def _compiled(data: str, stamp: dt.datetime) -> bytes:
    template = resources.files(__package__).joinpath("report.typ").read_bytes()
    content, _ = typst.compile_with_warnings(  # of fonts that are not here: the next in the list is taken
        template, format="pdf", sys_inputs={"report": data}, pdf_standards=["ua-1"], timestamp=stamp
    )
    return content


def _named(character: str) -> str:
    return f"[U+{ord(character):04X}]"


def _characters(text: str) -> set[str]:
    """The characters beyond ASCII of a text as Typst quotes it, some of them by their number."""
    plain = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)
    return {character for character in plain if not character.isascii()}


def _data(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": cover.title,
        "marked": xml_text(cover.marked),
        "publisher": BOARD,
        "keywords": ["SEND", "delivery board", cover.as_at.isoformat(), str(cover.marking)],
        "date": {"year": cover.stamp.year, "month": cover.stamp.month, "day": cover.stamp.day},
        "foot": f"As at {cover.day} · record: change {cover.head.seq}, fingerprint {cover.head.seal[:12]}",
        "statements": cover.statements,
        "particulars": [(term, xml_text(text)) for term, text in cover.particulars if term != "Marking"],
        "sections": [
            {
                "heading": section.heading,
                "paragraphs": section.paragraphs,
                "picture": pictures.get(section.key, "") if section.chart else "",
                "alternative": section.chart.alternative if section.chart else "",
                "tables": [_table(table) for table in section.tables],
            }
            for section in report
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "heads": [heading(column) for column in table.columns],
        "numbers": [column.kind in NUMERIC for column in table.columns],
        "widths": [round(width, 2) for width in widths(table, page=_PAGE, letter=_LETTER, margin=_MARGIN)],
        "rows": [
            {
                "cells": [_cell(value, column) for value, column in zip(row, table.columns, strict=True)],
                "long": any(isinstance(value, str) and len(value) > _LONG for value in row),
            }
            for row in table.rows
        ],
    }


def _cell(value: Cell, column: Column) -> dict[str, str]:
    text = read_out(value, column)
    colour, shape = LOOKS.get(text, ("", "")) if column.name in STATUSES else ("", "")
    return {"text": f"{shape} {text}" if shape else text, "look": colour}
