"""A return as it is drawn: what the workbook and the CSV hold, and that what comes back is what went out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.conftest import LONG
from tests.exchange.returns.lines import DRAWN, drawn, line, said
from tests.security.payloads import PAYLOADS
from tracker.domain import text
from tracker.domain.dates import LATEST, PublishedDate, parse_published_date
from tracker.domain.errors import UnstorableText
from tracker.domain.progress import Evidence
from tracker.domain.words import DEMONSTRATION, DEMONSTRATION_NOTICE, MoveReason, ReportedStatus
from tracker.exchange.cells import is_formula_like
from tracker.exchange.returns.files import return_csv, return_workbook
from tracker.exchange.returns.parser import parse
from tracker.exchange.returns.table import LOCKED, SHEET, Heading, read_grid

if TYPE_CHECKING:
    from openpyxl import Workbook

    from tracker.domain.progress import Report, UpdateLine
    from tracker.exchange.returns.files import ReturnFile

DATES = ("2027-04-03", "2027-03", "2027-Q1", "autumn 2027", "winter 2027", "2027", "FY2026-27")


def published(written: str) -> PublishedDate:
    return parse_published_date(written, where="test")


def opened(file: ReturnFile) -> Workbook:
    return load_workbook(io.BytesIO(return_workbook(file)))


def cells(file: ReturnFile) -> dict[Heading, object]:
    """The first row of the workbook's table."""
    row = next(opened(file)[SHEET].iter_rows(min_row=4))
    return {heading: cell.value for heading, cell in zip(Heading, row, strict=True)}


# The workbook


def test_the_cover_says_whose_it_is_from_which_position_and_what_to_do() -> None:
    sheet = opened(drawn(period="October to December 2026, closes on 15 December 2026"))["Cover"]
    words = [str(cell.value) for cell in sheet["A"]]
    assert words[:6] == [
        "Return of milestones to the National SEND Delivery Board",
        "For Ana (ana@dfe.example)",
        "Reporting period: October to December 2026, closes on 15 December 2026",
        "Downloaded on 24 November 2026 (change 812, fingerprint 3fa94c21d0b7)",
        '1 milestone, on the sheet "Milestones"',
        "What to do",
    ]
    assert sheet.max_column == 1
    assert "Notes" in words


def test_the_table_has_dates_in_words_in_cells_that_take_whatever_is_typed_over_them() -> None:
    for written in DATES:
        filled = cells(drawn((line(), said(forecast=published(written)))))
        assert filled[Heading.EXPECTED] == str(published(written))
    [row] = opened(drawn())[SHEET].iter_rows(min_row=4)
    assert {cell.number_format for cell in row} == {"General"}
    assert filled[Heading.MILESTONE] == "C6-01-M1"
    assert filled[Heading.COMMITMENT] == "C6-01 £300 million for Safety Valve"
    assert filled[Heading.DUE] == "2024-25"
    assert filled[Heading.DRAWN] == "change 812, seal 3fa94c21d0b7"
    assert filled[Heading.CONFIRM] is None


def test_what_says_which_line_a_row_is_is_locked_and_the_rest_is_open() -> None:
    sheet = opened(drawn())[SHEET]
    assert sheet.protection.sheet
    row = next(sheet.iter_rows(min_row=4))
    assert {heading for heading, cell in zip(Heading, row, strict=True) if cell.protection.locked} == LOCKED


def test_coded_cells_are_chosen_from_lists_of_the_words_that_are_read() -> None:
    book = opened(drawn((line(1), said()), (line(2), said())))
    rules = {str(rule.sqref): rule for rule in book[SHEET].data_validations.dataValidation}
    assert {place: rule.formula1 for place, rule in rules.items() if rule.type == "list"} == {
        "G4:G5": "status",
        "J4:J5": "reason",
        "P4:P5": "confirm",
    }
    for name, words in (("status", list(ReportedStatus)), ("reason", list(MoveReason)), ("confirm", ["yes"])):
        place = book.defined_names[name].attr_text.partition("!")[2].replace("$", "")
        assert [cell.value for (cell,) in book["Lists"][place]] == words


def test_the_workbook_keeps_the_rules_for_accessible_spreadsheets() -> None:
    book = opened(drawn())
    assert book.sheetnames == ["Cover", "Milestones", "Lists"]
    assert (book.properties.creator, book.properties.language) == ("National SEND Delivery Board", "en-GB")
    assert book.properties.title == "Return of milestones, change 812, seal 3fa94c21d0b7"
    for sheet in book:
        assert sheet["A1"].value
        assert sheet["A1"].font.size > sheet["A2"].font.size >= 12
        assert not sheet.merged_cells.ranges
        assert (sheet.auto_filter.ref, sheet.sheet_state) == (None, "visible")
    [table] = book[SHEET].tables.values()
    assert (table.displayName, table.ref, table.autoFilter) == ("milestones", "A3:P4", None)
    assert [column.name for column in table.tableColumns] == list(Heading)


def test_the_workbook_opens_on_its_table_with_headings_in_view_and_the_columns_to_fill_in_another_colour() -> None:
    book = opened(drawn())
    assert book.active == book[SHEET]
    assert book[SHEET].freeze_panes == "B4"
    row = next(book[SHEET].iter_rows(min_row=4))
    colours = [(heading in LOCKED, cell.fill.fgColor.rgb) for heading, cell in zip(Heading, row, strict=True)]
    assert set(colours) == {(True, "00F2F3EF"), (False, "00FFF9E0")}


def test_the_protection_of_the_sheet_allows_what_the_cover_says() -> None:
    book = opened(drawn())
    kept = book[SHEET].protection
    assert not any([kept.sort, kept.deleteRows, kept.autoFilter, kept.insertHyperlinks])
    words = " ".join(str(cell.value) for cell in book["Cover"]["A"])
    assert "You can delete or reorder rows." in words
    assert "Unprotect Sheet" in words


def test_the_same_position_gives_the_same_bytes() -> None:
    assert return_workbook(drawn()) == return_workbook(drawn())
    assert return_csv(drawn()) == return_csv(drawn())
    with zipfile.ZipFile(io.BytesIO(return_workbook(drawn()))) as archive:
        assert archive.testzip() is None
        assert {part.date_time[0] for part in archive.infolist()} == {1980}


@pytest.mark.parametrize("payload", [*PAYLOADS, "#REF!", "-1", "@SUM(A1)", "+44", "\tx", "＝1+1"])
def test_no_text_becomes_a_formula_an_error_or_a_number_in_the_workbook(payload: str) -> None:
    sheet = opened(
        drawn(
            (
                line(title=payload),
                said(narrative=payload, evidence=Evidence(publisher=payload, title=payload, url=payload)),
            )
        )
    )[SHEET]
    for row in sheet.iter_rows(min_row=4):
        for cell in row:
            if payload in str(cell.value):
                assert (cell.data_type, cell.value) == ("s", payload)
                assert cell.quotePrefix == is_formula_like(payload)


# The CSV


def test_the_csv_has_the_same_table_in_utf_8_with_its_mark() -> None:
    content = return_csv(drawn())
    assert content.startswith(b"\xef\xbb\xbfMilestone,Commitment,Title,Due,Status from dates,Downloaded at,Status,")
    assert content.count(b"\r\n") == 2
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert {heading: value or None for heading, value in row.items()} == {
        **cells(drawn()),
        Heading.DUE: "FY2024-25",
        Heading.EXPECTED: "2027-04-03",
    }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_the_csv_begins_like_a_formula(payload: str) -> None:
    content = return_csv(drawn((line(title=payload), said(narrative=payload)))).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline="")):
        assert not [cell for cell in row if cell.startswith(tuple("=+-@\t\r"))]


# Demonstration data


def test_a_demonstrations_return_says_so_in_its_name_on_its_sheets_and_in_its_rows() -> None:
    file = drawn(demonstration=True)
    assert file.file_name("csv") == "demonstration-data_return_2026-11-24_seq812.csv"
    assert drawn().file_name("xlsx") == "return_2026-11-24_seq812.xlsx"
    book = opened(file)
    assert book["Cover"]["A2"].value == DEMONSTRATION_NOTICE
    assert str(book[SHEET]["A2"].value).startswith(DEMONSTRATION_NOTICE)
    assert return_csv(file).decode("utf-8-sig").splitlines()[1].startswith(f"{DEMONSTRATION},C6-01-M1,")
    assert read_grid(parse(return_csv(file), "csv")).remarks == ()


# Out and back


def kept(words: str) -> str | None:
    """A text as the ledger would keep it."""
    try:
        return text.clean(words, where="test") or None
    except UnstorableText:
        return None


TEXTS = st.text(max_size=40).map(kept) | st.sampled_from(
    [
        *PAYLOADS,
        "'=1",
        "'tis",
        "_x000D_",
        "x005F_",
        "a\n\tb",
        "\uffff",
        "#N/A",
        "1",
        "2027-03",
        "TRUE",
        "a\u2028b",
        '"',
        ",",
    ]
)
SENTENCES = TEXTS.map(lambda words: words if words and text.visible(words).strip() else "x")
SAID = st.builds(
    said,
    status=st.sampled_from(ReportedStatus),
    forecast=st.none() | st.sampled_from(DATES).map(published),
    actual=st.none() | st.dates(dt.date(1990, 1, 1), LATEST).map(lambda day: published(day.isoformat())),
    narrative=TEXTS,
    evidence=st.none()
    | st.builds(
        Evidence, publisher=SENTENCES, title=SENTENCES, url=st.none() | SENTENCES.map(lambda words: f"x {words}")
    ),
)


@given(st.lists(st.tuples(SENTENCES, SAID), min_size=1, max_size=4))
@settings(max_examples=500 if LONG else 40)
def test_what_was_drawn_comes_back_unchanged(rows: list[tuple[str, Report]]) -> None:
    lines: list[tuple[UpdateLine, Report]] = [
        (line(number, title=title), one) for number, (title, one) in enumerate(rows, start=1)
    ]
    for content, suffix in ((return_workbook(drawn(*lines)), "xlsx"), (return_csv(drawn(*lines)), "csv")):
        returned = read_grid(parse(content, suffix))
        assert (returned.faults, returned.remarks) == ((), ())
        assert [(row.milestone_id, row.title, row.report, row.drawn.seq) for row in returned.rows] == [
            (one.milestone_id, one.title, replace(told, milestone_id=one.milestone_id), DRAWN.seq)
            for one, told in lines
        ]


def test_a_return_with_the_old_headings_comes_back_unchanged() -> None:
    file = drawn((line(), said(narrative="It goes well.", reason=MoveReason.SPENDING, reason_note="More.")))
    old = (
        "Milestone,Commitment,Title,Due,Dates say,Drawn from,Status,Expected,Happened,Why it moved,More about why,"
        "Narrative,Evidence publisher,Evidence title,Evidence link,Confirm unchanged"
    )
    book = opened(file)
    for cell, heading in zip(book[SHEET][3], old.split(","), strict=True):
        cell.value = heading
    workbook = io.BytesIO()
    book.save(workbook)
    table = return_csv(file).decode("utf-8-sig").partition("\r\n")[2]
    for content, suffix in ((workbook.getvalue(), "xlsx"), (f"{old}\r\n{table}".encode(), "csv")):
        returned = read_grid(parse(content, suffix))
        assert (returned.faults, returned.remarks) == ((), ())
        assert [row.report for row in returned.rows] == [report for _, report in file.lines]
