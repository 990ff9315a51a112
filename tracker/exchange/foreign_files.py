"""Files that are not returns: what they are, and what to do with them, in one sentence.

People who have milestones in another program try that program's file first. A plan can be drafted from some of them.
"""

from __future__ import annotations

import csv
import io
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from tracker.exchange.returns.table import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Layout(StrEnum):
    """What a file is, in words."""

    MAJOR_PROJECTS = "a table of the Government Major Projects Portfolio (GMPP, from NISTA)"
    MS_PROJECT = "a schedule from Microsoft Project"
    OPENPROJECT = "a list of work packages from OpenProject"
    PLANNER = "a list of tasks from Microsoft Planner"
    LIST = "a list of tasks or milestones"
    PROJECT_RETURN = "another programme's reporting template"
    STATISTICS = "a table of published statistics"
    AUTHORITIES = "a list of local authorities"
    CALENDAR = "a calendar (.ics)"
    PDF = "a PDF"
    PICTURE = "a picture"
    WORD = "a Word document"
    SLIDES = "a PowerPoint presentation"
    OPEN_DOCUMENT = "an OpenDocument file"
    XML = "an XML file"
    TABLE = "a table with other headings"


DRAFTED = frozenset(
    {Layout.MAJOR_PROJECTS, Layout.MS_PROJECT, Layout.OPENPROJECT, Layout.PLANNER, Layout.LIST, Layout.PROJECT_RETURN}
)
"""Layouts that contain milestones, so that a plan can be drafted from them."""

ABOVE = 20
"""Rows that may be above the headings."""
_BEGINNING = 64 * 1024
_SMALLEST_TABLE = 2
_MAGIC = {
    b"%PDF": Layout.PDF,
    b"BEGIN:VCALENDAR": Layout.CALENDAR,
    b"\x89PNG": Layout.PICTURE,
    b"\xff\xd8\xff": Layout.PICTURE,
    b"GIF8": Layout.PICTURE,
}
_SUFFIXES = {
    "pdf": Layout.PDF,
    "ics": Layout.CALENDAR,
    "doc": Layout.WORD,
    "docx": Layout.WORD,
    "rtf": Layout.WORD,
    "ppt": Layout.SLIDES,
    "pptx": Layout.SLIDES,
    "ods": Layout.OPEN_DOCUMENT,
    "odt": Layout.OPEN_DOCUMENT,
    "mpp": Layout.MS_PROJECT,
    "xml": Layout.XML,
}
_MS_PROJECT_XML = b"schemas.microsoft.com/project"

TITLE = re.compile(
    r"(task|project|milestone|deliverable|action|activity|work package|item)?\s*(name|title|description|summary)|task|"
    r"subject|milestone|deliverable|action|activity|summary",
    re.IGNORECASE,
)
BASELINE = re.compile(r".*\b(baseline|original)\b.*(finish|end|date|due|completion).*", re.IGNORECASE)
FINISH = (
    re.compile(r".*\b(finish|end date|due date|completion date|target date|deadline)\b.*", re.IGNORECASE),
    re.compile(r".*\b(end|due|target|completion|expected|forecast|planned)\b.*|date|when", re.IGNORECASE),
)
"""Headings of the due date, the unmistakable ones first."""
_NO_FINISH = re.compile(
    r".*(start|baseline|original|created|%|variance|narrative|commentary|cost|£|actions|\brag\b|status).*",
    re.IGNORECASE,
)


def sentence(layout: Layout) -> str:
    """Say what a file is and what to do with it."""
    what = f"This file is {layout}, not a return from the tracker. Nothing was read."
    if layout in DRAFTED:
        return (
            f"{what} New milestones come from a plan: `python -m tracker plan draft FILE` writes one from a CSV, Excel "
            "(.xlsx) or Microsoft Project XML file, for you to edit (see plans/README.md)."
        )
    return (
        f"{what} To update milestones, download your return and fill it in. New milestones come from a plan "
        "(see plans/README.md)."
    )


def of_bytes(content: bytes, suffix: str) -> Layout | None:
    """Return what a file is by its first bytes, its ending and its headings; None for a return, or for what is unknown.

    ``suffix`` is in small letters and without its dot. Only the beginning of the file is looked at.
    """
    beginning = content[:_BEGINNING]
    plain = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, layout in _MAGIC.items():
        if plain.startswith(magic) and suffix not in {"xlsx", "csv"} | ({"csv"} if layout is Layout.PICTURE else set()):
            return layout
    if is_ms_project_xml(content):
        return Layout.MS_PROJECT
    if suffix == "csv":
        return of_rows(_rows(beginning))
    return _SUFFIXES.get(suffix)


def is_ms_project_xml(content: bytes) -> bool:
    """Say whether a file is a schedule that Microsoft Project saved as XML, by its beginning."""
    beginning = content[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip()
    return beginning.startswith(b"<") and _MS_PROJECT_XML in beginning


def _rows(beginning: bytes) -> list[list[str]]:
    encoding = "utf-16" if beginning.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    words = beginning.decode(encoding, "replace").replace("\x00", "")
    return table_rows(words, most=ABOVE)


def table_rows(words: str, *, most: int) -> list[list[str]]:
    """Return the first ``most`` rows of a table as text, whatever its separator. Raises csv.Error."""
    lines = words.splitlines()[:ABOVE]
    if lines and re.fullmatch(r'"?sep=."?', lines[0].strip(), re.IGNORECASE):
        words = words.partition("\n")[2]
    separator = max(",;\t", key=lambda mark: max((line.count(mark) for line in lines), default=0))
    rows = []
    for row in csv.reader(io.StringIO(words, newline=""), delimiter=separator):
        rows.append(row)
        if len(rows) == most:
            break
    return rows


def of_rows(rows: Iterable[Sequence[str]]) -> Layout | None:
    """Return what a table is, by the first row that shows it; None for a return, or if no row does."""
    headings = [[cell.strip() for cell in row] for row in rows]
    if is_return(headings):
        return None
    if layout := next((found for row in headings if (found := of_heading(row))), None):
        return layout
    widest = max(headings, key=len, default=[])
    known = HEADINGS.keys() & {cell.casefold() for row in headings for cell in row}
    return Layout.TABLE if len(widest) > _SMALLEST_TABLE and not known else None


def is_return(rows: Iterable[Sequence[str]]) -> bool:
    """Say whether a row has the headings of a return."""
    return any({cell.strip().casefold() for cell in row} >= {"milestone", "status"} for row in rows)


def of_heading(row: Sequence[str]) -> Layout | None:
    """Return what a table is by its row of headings; None if they are not known."""
    named = {cell.strip().casefold() for cell in row if cell.strip()}
    for layout, words in _TELLING:
        if all(any(re.search(word, name) for name in named) for word in words):
            return layout
    return Layout.LIST if columns(row) else None


_TELLING: tuple[tuple[Layout, tuple[str, ...]], ...] = (
    (Layout.MAJOR_PROJECTS, (r"^gmpp id|nista|ipa delivery confidence", r"project name")),
    (Layout.MS_PROJECT, (r"^(task )?name$", r"^finish", r"^(outline level|task mode|predecessors|duration)")),
    (Layout.OPENPROJECT, (r"^subject$", r"^finish date$")),
    (Layout.PLANNER, (r"^task name$", r"^bucket name$")),
    (Layout.PROJECT_RETURN, (r"^project name$", r"completion date", r"\(rag\)")),
    (Layout.STATISTICS, (r"^time_period$", r"^(measure|value|indicator|.*percent.*)$")),
    (Layout.AUTHORITIES, (r"^(la_name|local authority( name)?|authority|la name)$", r"code")),
    (Layout.STATISTICS, (r"^time_period$", r"^geographic_level$")),
)
"""A layout, and what must be found among its headings."""


def columns(row: Sequence[str]) -> dict[str, int] | None:
    """Return the places (from 0) of title, finish and baseline among headings; None without a title and a finish."""
    title = _first(row, TITLE)
    finish = next((place for wanted in FINISH if (place := _first(row, wanted, _NO_FINISH)) is not None), None)
    baseline = _first(row, BASELINE)
    if title is None or (finish is None and baseline is None):
        return None
    found = {"title": title, "finish": finish, "baseline": baseline}
    return {name: place for name, place in found.items() if place is not None}


def _first(row: Sequence[str], wanted: re.Pattern[str], unwanted: re.Pattern[str] | None = None) -> int | None:
    fits = (
        place
        for place, cell in enumerate(row)
        if wanted.fullmatch(cell.strip()) and not (unwanted and unwanted.fullmatch(cell.strip()))
    )
    return next(fits, None)
