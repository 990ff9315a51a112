"""A return's file as it comes back: what is read, what is asked about, and what is refused with a sentence."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink

from tests.conftest import LONG
from tests.exchange.returns.lines import drawn, line, said
from tests.samples import restated
from tests.security.payloads import PAYLOADS
from tracker.domain.dates import parse_published_date
from tracker.domain.errors import ReturnRejected
from tracker.domain.progress import Evidence
from tracker.domain.words import MoveReason
from tracker.exchange.cells import letters
from tracker.exchange.returns import reader
from tracker.exchange.returns.files import return_csv, return_workbook
from tracker.exchange.returns.parser import parse
from tracker.exchange.returns.table import SHEET, Heading, as_drawn, read_grid, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tracker.exchange.returns.table import Returned

LINES = tuple((line(number), said()) for number in (1, 2, 3))
WORKBOOK, TABLE = return_workbook(drawn(*LINES)), return_csv(drawn(*LINES))


def place(heading: Heading) -> int:
    return list(Heading).index(heading) + 1


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def edited(edit: Callable[[Worksheet], Any], book_too: Callable[[Workbook], Any] = lambda _: None) -> bytes:
    """The workbook as somebody changed its table, or the whole of it."""
    book = load_workbook(io.BytesIO(WORKBOOK))
    edit(book[SHEET])
    book_too(book)
    return saved(book)


def with_cell(heading: Heading, value: Any, number_format: str | None = None) -> bytes:
    """The workbook with one cell of its first row changed."""

    def fill(sheet: Worksheet) -> None:
        cell = sheet.cell(4, place(heading))
        cell.value = value
        if number_format:
            cell.number_format = number_format

    return edited(fill)


def read(content: bytes, suffix: str = "xlsx") -> Returned:
    return read_grid(parse(content, suffix))


def rows_of_table() -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(TABLE.decode("utf-8-sig"), newline="")))


def csv_with(heading: Heading, value: str) -> bytes:
    rows = rows_of_table()
    rows[0][heading] = value
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [str(heading) for heading in Heading])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def told(content: bytes, suffix: str = "xlsx") -> str:
    """The one fault of a file whose other rows are read."""
    returned = read(content, suffix)
    [fault] = returned.faults
    assert [row.milestone_id for row in returned.rows] == ["C6-01-M2", "C6-01-M3"]
    return str(fault)


def refused(content: bytes, suffix: str = "xlsx") -> str:
    """Why a whole file is refused."""
    with pytest.raises(ReturnRejected) as caught:
        read(content, suffix)
    return str(caught.value)


# What a cell means


@pytest.mark.parametrize(
    ("heading", "value", "wrong"),
    [
        (Heading.STATUS, "In progres", 'is "In progres"; did you mean "In progress"?'),
        (Heading.STATUS, "late", 'is "late"; choose one of: Not started, In progress, Complete.'),
        (Heading.STATUS, "", "is empty. Choose one of: Not started, In progress, Complete."),
        (Heading.REASON, "work–force", 'is "work–force"; did you mean "workforce"?'),
        (Heading.CONFIRM, "perhaps", 'is "perhaps". Write yes, or leave it empty.'),
        (Heading.MILESTONE, "", "is empty. Write the milestone's id again, or delete the row."),
        (Heading.MILESTONE, "M" * 61, 'is "' + "M" * 60 + "…\", which is not a milestone's id. Write the id."),
        (Heading.DRAWN, "change 7", "is empty or was changed. Copy it from another row of the file, or"),
        (Heading.NARRATIVE, "bell \a", "cannot be kept: character 6 (U+0007) is a control character or part of one"),
    ],
)
def test_a_text_that_means_nothing_or_two_things_is_asked_about(heading: Heading, value: str, wrong: str) -> None:
    fault = told(csv_with(heading, value), "csv")
    assert fault.startswith(f"row 2, column {letters(place(heading))} ({heading}): {wrong}")
    assert fault.endswith((".", "?"))
    if "\a" not in value:
        assert told(with_cell(heading, value or None)) == fault.replace("row 2", "Milestones, row 4")


@pytest.mark.parametrize(
    ("heading", "value", "number_format", "wrong"),
    [
        (Heading.NARRATIVE, 4.5, None, "is the number 4.5 but should be text. Write it as text."),
        (
            Heading.NARRATIVE,
            dt.date(2027, 3, 1),
            "yyyy-mm-dd",
            "is a date or a time (2027-03-01) but should be text",
        ),
        (Heading.NARRATIVE, '=HYPERLINK("https://example.org","click")', None, 'is a formula (=HYPERLINK("https://'),
        (Heading.NARRATIVE, ArrayFormula("L4:L4", "=1+1"), None, "is a formula (=…). Copy the cell"),
        (Heading.TITLE, "#REF!", None, "shows the error #REF!. Write the value."),
        (Heading.STATUS, "=A1", None, "is a formula (=A1)"),
        (Heading.CONFIRM, 7, None, 'is "7". Write yes, or leave it empty.'),
    ],
)
def test_a_cell_that_is_not_what_it_seems_is_asked_about(
    heading: Heading, value: Any, number_format: str | None, wrong: str
) -> None:
    fault = told(with_cell(heading, value, number_format))
    assert fault.startswith(f"Milestones, row 4, column {letters(place(heading))} ({heading}): {wrong}")


def test_a_row_tells_everything_that_is_wrong_with_it() -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet.cell(4, place(Heading.STATUS)).value = "late"
        sheet.cell(4, place(Heading.EXPECTED)).value = "soon"
        sheet.cell(4, place(Heading.HAPPENED)).value = dt.date(2026, 3, 1)

    faults = read(edited(spoil)).faults
    assert [(fault.row, fault.column, fault.milestone_id) for fault in faults] == [
        (4, "G (Status)", "C6-01-M1"),
        (4, "H (Forecast date)", "C6-01-M1"),
    ]


@pytest.mark.parametrize("written", ["  scope changed ", "SCOPE CHANGED", "scope\u00a0changed", "scope\u200b changed"])
def test_words_of_a_list_are_read_whatever_their_letters_and_spaces(written: str) -> None:
    for content, suffix in ((with_cell(Heading.REASON, written), "xlsx"), (csv_with(Heading.REASON, written), "csv")):
        returned = read(content, suffix)
        assert returned.rows[0].report.statement.reason is MoveReason.SCOPE
        assert returned.remarks == ()


@pytest.mark.parametrize(
    ("written", "confirmed"),
    [
        *((yes, True) for yes in ("yes", "YES", "y", "Y", " x", "✓", "✔️", "TRUE", "1", "yes\u200b")),
        *((no, False) for no in ("no", "N", "FALSE", "0", "\u200b")),
    ],
)
def test_a_line_is_confirmed_by_whatever_a_person_ticks_it_with(written: str, confirmed: bool) -> None:  # noqa: FBT001
    assert read(csv_with(Heading.CONFIRM, written), "csv").rows[0].confirmed is confirmed
    assert read(with_cell(Heading.CONFIRM, written)).rows[0].confirmed is confirmed
    typed = {"TRUE": True, "FALSE": False, "1": 1, "0": 0}.get(written)
    assert typed is None or read(with_cell(Heading.CONFIRM, typed)).rows[0].confirmed is confirmed


def test_a_text_of_nothing_that_can_be_seen_is_no_text() -> None:
    [row, *_] = read(with_cell(Heading.NARRATIVE, "\u200b\ufeff \u00a0")).rows
    known, wrong = as_drawn(row, said())
    assert (known.report.statement.narrative, wrong) == (None, [])
    _, wrong = as_drawn(row, said(narrative="Signed."))
    assert wrong == [(Heading.NARRATIVE, "has only invisible characters. Write the text or empty the cell.")]
    assert read(with_cell(Heading.NOTE, "\u200b")).rows[0].report.statement.reason_note is None
    assert read(with_cell(Heading.EXPECTED, "\u200b")).rows[0].report.statement.forecast is None


def test_a_whole_number_is_a_text_where_a_text_is_meant() -> None:
    assert read(with_cell(Heading.NARRATIVE, 2027)).rows[0].report.statement.narrative == "2027"


# What a cell says where a date is meant


@pytest.mark.parametrize(
    ("value", "number_format", "means"),
    [
        ("31 March 2027", None, "2027-03-31"),
        ("31/03/2027", None, "2027-03-31"),
        ("autumn\u00a02027", None, "autumn 2027"),
        (dt.date(2027, 3, 31), "dd/mm/yyyy", "2027-03-31"),
        (dt.date(2027, 3, 1), "mmm-yy", "2027-03"),
        (dt.date(2027, 3, 1), '[$-809]"d"yyyy\\d', "2027-03"),
        (dt.date(2027, 3, 1), "dd/mm/yyyy", "2027-03-01"),
        (46477, "General", "2027-03-31"),
        (46477.0, "0.00", "2027-03-31"),
        (2027, "General", "2027"),
        ("2027", "@", "2027"),
    ],
)
def test_a_cell_for_a_date_means_what_it_shows(value: Any, number_format: str | None, means: str) -> None:
    [row, *_] = read(with_cell(Heading.EXPECTED, value, number_format)).rows
    assert row.report.statement.forecast == parse_published_date(means, where="test")


@pytest.mark.parametrize(
    ("value", "number_format", "wrong"),
    [
        ("03/04/2027", None, '"03/04/2027": is it 3 April 2027 or 4 March 2027? Write the one you mean.'),
        ("soon", None, '"soon" is not a date we can read. Enter a date like 31 March 2027, March 2027'),
        (
            2024,
            "yyyy-mm-dd",
            "is 16 July 1905, which is how a spreadsheet shows the number 2024 as a date. If you mean the year",
        ),
        (
            dt.date(2027, 3, 15),
            "mmm-yy",
            'shows a month but contains the day 15 March 2027. Write "15 March 2027" for the day',
        ),
        (dt.datetime(2027, 3, 1, 9, 30), None, "includes a time (2027-03-01 09:30:00). Write 1 March 2027."),  # noqa: DTZ001
        (dt.time(9, 30), None, "is a time (09:30:00). Write only the date, for example 31 March 2027."),
        (4.5, "General", "is the number 4.5. Write the date in words, for example 31 March 2027."),
        (30, "General", "is the number 30. Write the date in words, for example 31 March 2027."),
        (999_999, "General", "is the number 999999. Write the date in words, for example 31 March 2027."),
        (-(10**9), "yyyy-mm-dd", "shows the error #VALUE!. Write the value."),
        ("=TODAY()", None, "is a formula (=TODAY()). Copy the cell and paste it as a value."),
        (True, None, "is TRUE but should be text. Write it as text."),
    ],
)
def test_a_cell_for_a_date_that_could_mean_two_things_is_asked_about(
    value: Any, number_format: str | None, wrong: str
) -> None:
    [row, *_] = read(with_cell(Heading.EXPECTED, value, number_format)).rows
    _, [(heading, sentence)] = as_drawn(row, said(forecast=None))
    assert (heading, sentence[: len(wrong)]) == (Heading.EXPECTED, wrong)
    assert sentence.endswith((".", "?"))


@pytest.mark.parametrize(
    ("drawn_there", "value", "number_format"),
    [
        ("2027-04-03", "03/04/2027", None),
        ("2027-04-03", "4/3/2027", None),
        ("2027-11-13", "13/11/2027", None),
        ("2027-11-13", "11/13/27", None),
        ("2027-03-31", "46477", "@"),
        ("2027-03-31", 46477, "General"),
        ("2027-03-31", dt.date(2027, 3, 31), "mmm-yy"),
        ("2027-03-01", dt.date(2027, 3, 1), "mmm-yy"),
        ("2027-03-31", dt.datetime(2027, 3, 31, 12), None),  # noqa: DTZ001
        ("2027-12", "Dec-27", None),
        ("2027-12", dt.date(2027, 12, 1), "mmm-yy"),
        ("2027", 2027, "yyyy-mm-dd"),
        ("2027", 2027, "General"),
        ("FY2026-27", "2026-27", None),
    ],
)
def test_a_cell_that_a_spreadsheet_rewrote_and_nobody_changed_is_unchanged(
    drawn_there: str, value: Any, number_format: str | None
) -> None:
    held = said(forecast=parse_published_date(drawn_there, where="test"))
    [row, *_] = read(with_cell(Heading.EXPECTED, value, number_format)).rows
    known, wrong = as_drawn(row, held)
    assert (known.report, wrong) == (held, [])


@pytest.mark.parametrize(
    ("drawn_there", "came_back", "same"),
    [
        ("March 2027", "Mar-27", True),
        ("2027-03-31", "31/03/2027", True),
        ("2027-04-03", "03/04/2027", True),
        ("46477", "46477.00", True),
        ("Signed → sent", "Signed ? sent", True),
        ("Signed", "Signed?", False),
        ("March 2027", "April 2027", False),
        ("soon", "later", False),
        ("x" * 61, "y" * 61, False),
        (None, "x", False),
        (None, None, True),
    ],
)
def test_a_text_is_the_one_that_was_drawn_however_a_spreadsheet_rewrote_it(
    drawn_there: str | None,
    came_back: str | None,
    same: bool,  # noqa: FBT001
) -> None:
    assert rewritten(drawn_there, came_back) is same
    evidence = Evidence(publisher=drawn_there or "", title="Minutes", url=None)
    held = said(narrative=drawn_there, evidence=evidence)
    back = replace(restated(held, narrative=came_back), evidence=replace(evidence, publisher=came_back or ""))
    [row, *_] = read(TABLE, "csv").rows
    known, _ = as_drawn(replace(row, dates={}, report=back), held)
    assert (known.report == held) is same


# Links


@pytest.mark.parametrize("text", ["Closing note - GOV.UK", "www.gov.uk/x", "https://www.gov.uk/x"])
def test_the_address_behind_a_cell_is_read_when_the_cell_shows_none(text: str) -> None:
    def paste(sheet: Worksheet) -> None:
        sheet.cell(4, place(Heading.LINK)).value = text
        sheet.cell(4, place(Heading.LINK)).hyperlink = "https://www.gov.uk/behind"
        sheet.cell(5, place(Heading.LINK)).hyperlink = Hyperlink(ref="O5", location="Cover!A1", display="Cover")

    returned = read(edited(paste))
    assert returned.rows[0].report.evidence
    if text.startswith("Closing"):
        assert returned.rows[0].report.evidence.url == "https://www.gov.uk/behind"
        assert returned.remarks == (
            f'Row 4, column O (Evidence link): the cell shows "{text}" and links to '
            "https://www.gov.uk/behind. We read the address.",
        )
    else:
        assert (returned.rows[0].report.evidence.url, returned.remarks) == ("https://www.gov.uk/x", ())


# Hidden, merged, moved


def test_what_is_hidden_is_read_and_told_of() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[5].hidden = True
        sheet.row_dimensions[400].hidden = True
        sheet.column_dimensions["L"].hidden = True
        sheet.sheet_state = "hidden"

    returned = read(edited(hide))
    assert len(returned.rows) == 3
    assert returned.remarks == (
        "The sheet Milestones is hidden. We read it.",
        "These rows are hidden, and we read them: 5.",
        "Column L (Narrative) is hidden. We read it.",
    )


def test_merged_cells_are_refused_where_they_touch_the_table() -> None:
    assert told(edited(lambda sheet: sheet.merge_cells("L4:M4"))) == (
        "Milestones, row 4: its cells are merged (L4:M4). Unmerge them."
    )
    assert read(edited(lambda sheet: sheet.merge_cells("A1:C1"))).faults == ()
    assert read(edited(lambda sheet: sheet.merge_cells("Z4:Z6"))).faults == ()
    assert refused(edited(lambda sheet: sheet.merge_cells("B3:C3"))).endswith(
        "Headings in row 3 are merged. Unmerge them."
    )


def test_columns_may_be_moved_and_rows_sorted() -> None:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [str(heading) for heading in reversed(Heading)])
    writer.writeheader()
    writer.writerows(reversed(rows_of_table()))
    returned = read(file.getvalue().encode(), "csv")
    assert [(row.row, row.milestone_id) for row in returned.rows] == [(2, "C6-01-M3"), (3, "C6-01-M2"), (4, "C6-01-M1")]
    assert [row.report for row in returned.rows] == [
        replace(report, milestone_id=line.milestone_id) for line, report in reversed(LINES)
    ]


def test_sheets_and_columns_that_are_no_part_of_a_return_are_told_of() -> None:
    def add(sheet: Worksheet) -> None:
        sheet["Q3"], sheet["Q5"], sheet["S4"] = "My notes", "Ask Ben", "!"

    assert read(edited(add, lambda book: book.create_sheet("Scratch"))).remarks == (
        'The sheet "Scratch" is not part of a return. We ignored it.',
        'Column Q "My notes" is not part of a return. We ignored it.',
        "Column S is not part of a return. We ignored it.",
    )


def test_a_workbook_with_a_chart_on_a_sheet_of_its_own_is_read_without_it() -> None:
    assert read(edited(lambda _: None, lambda book: book.create_chartsheet("Chart"))) == read(WORKBOOK)


def test_a_line_that_is_there_twice_is_refused_twice_though_one_of_them_cannot_be_read() -> None:
    def twice(sheet: Worksheet) -> None:
        sheet.cell(4, place(Heading.STATUS)).value = "soon"
        sheet.cell(6, place(Heading.MILESTONE)).value = "C6-01-M1"

    returned = read(edited(twice))
    assert [(fault.row, fault.column) for fault in returned.faults] == [
        (4, "G (Status)"),
        (4, "A (Milestone)"),
        (6, "A (Milestone)"),
    ]
    assert [row.milestone_id for row in returned.rows] == ["C6-01-M2"]


def test_rows_that_are_empty_are_no_rows() -> None:
    def clear(sheet: Worksheet) -> None:
        for column in range(1, 17):
            sheet.cell(5, column).value = None if column > 1 else "  "

    assert [row.row for row in read(edited(clear)).rows] == [4, 6]


# Files that are no return


@pytest.fixture(autouse=True)
def in_a_process_of_its_own() -> None:
    """Bound the fields of CSV as Python does: another test's library may have lifted that for its whole process."""
    csv.field_size_limit(131_072)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n", "The file is empty."),
        (b"Dear all,\r\n", "There is no row of headings"),
        (TABLE.replace(b",Status,", b",,"), "There is no row of headings"),
        (TABLE.replace(b",Narrative,", b",,"), 'There is no column "Narrative". Put it back'),
        (TABLE.replace(b",Narrative,", b",Status,"), 'Columns G and L are both headed "Status". Delete the one'),
        (b"\xff\xfe\x00", "The file is damaged Unicode text. Save it as CSV UTF-8."),
        (TABLE.decode("utf-8-sig").encode("cp1252") + b"\x81", "The file is not UTF-8 (see byte 236)"),
        (b"Milestone,\x00Status\r\n", "The file has null characters"),
        (b'Milestone,Status\r\n"open', "Line 2 of the file is not CSV: unexpected end of data."),
        (b"Milestone,Status\r\n" + b"x" * 20_001, "Cell A2 has 20,001 characters, but the limit is 20,000"),
        (b"Milestone,Status\r\n" + b"x" * 200_000, "Line 2 of the file is not CSV: field larger than field limit"),
        (b"x," * 60 + b"y", "Cell BI1 is filled in, but a return can have 60 columns at most."),
        (WORKBOOK, "The file is named .csv but is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "The file is named .csv but is a workbook"),
        (b"\xff\xd8\xff", "The file is named .csv but is a JPEG picture. Choose your return."),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_csv_file_that_cannot_be_read_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    assert refused(content, "csv").startswith(sentence)


def test_a_csv_file_is_read_with_and_without_the_mark_of_utf_8() -> None:
    assert read(TABLE, "csv") == read(TABLE.removeprefix(b"\xef\xbb\xbf"), "csv")


def resaved(mark: str = ",", encoding: str = "utf-8", first: str = "") -> bytes:
    """The table as another program saves it."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=mark).writerows(csv.reader(io.StringIO(TABLE.decode("utf-8-sig"), newline="")))
    return (first + file.getvalue()).encode(encoding)


@pytest.mark.parametrize(
    "content",
    [
        resaved(";"),
        resaved(";", first="sep=;\r\n"),
        resaved("|", first="SEP=|\n"),
        resaved("\t", "utf-16"),
        resaved("\t", "utf-8-sig"),
        resaved(",", "utf-16-be", first="\ufeff"),
        resaved(";", first="Milestones to report on, as at today\r\n"),
    ],
    ids=lambda content: str(content[:12]),
)
def test_a_csv_file_is_read_with_the_marks_and_in_the_alphabet_that_a_spreadsheet_saves(content: bytes) -> None:
    returned = read(content, "csv")
    assert [row.report for row in returned.rows] == [row.report for row in read(TABLE, "csv").rows]
    assert (returned.faults, returned.remarks) == ((), ())


def test_a_csv_file_in_the_windows_alphabet_is_read_and_told_of() -> None:
    returned = read(resaved(";", "cp1252"), "csv")
    assert returned.rows[0].commitment == "C6-01 £300 million for Safety Valve"
    assert [remark.partition(".")[0] for remark in returned.remarks] == [
        "The file is not UTF-8, so we read it as Windows text"
    ]


def test_a_workbook_that_counts_from_1904_is_read_as_it_shows_its_dates() -> None:
    def from_1904(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904
        book[SHEET].cell(4, place(Heading.EXPECTED)).value = dt.date(2027, 3, 31)
        book[SHEET].cell(5, place(Heading.EXPECTED)).value = 46477 - 1462

    returned = read(edited(lambda _: None, from_1904))
    assert [str(row.report.statement.forecast) for row in returned.rows[:2]] == ["31 March 2027", "31 March 2027"]
    assert returned.remarks == (
        "The workbook counts days from 1904. We read its dates as it shows them. Check them below.",
    )


def test_a_strict_open_xml_workbook_is_read_as_any_other() -> None:
    swaps = [
        (f"http://schemas.openxmlformats.org/{kind}/2006/{name}", f"http://purl.oclc.org/ooxml/{kind}/{name}")
        for kind, name in (("spreadsheetml", "main"), ("officeDocument", "relationships"), ("drawingml", "main"))
    ]
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as parts, zipfile.ZipFile(strict, "w") as out:
        for name in parts.namelist():
            content = parts.read(name)
            for plain, other in swaps:
                content = content.replace(plain.encode(), other.encode())
            out.writestr(name, content)
    assert read(strict.getvalue()) == read(WORKBOOK)


def test_the_table_is_found_on_the_only_sheet_it_can_be_on() -> None:
    def rename(sheet: Worksheet) -> None:
        sheet.title = "Sheet1"

    assert [row.milestone_id for row in read(edited(rename)).rows] == ["C6-01-M1", "C6-01-M2", "C6-01-M3"]
    twice = edited(rename, lambda book: book.copy_worksheet(book["Sheet1"]))
    assert refused(twice).startswith('The workbook has no sheet "Milestones". Download the return again, or rename its')
    assert refused(edited(lambda sheet: sheet.delete_rows(1, 20))).startswith("There is no row of headings")


@pytest.mark.parametrize("name", ["return", "return.xlsm", "return.xls", "xlsx", "csv", ".csv.exe"])
def test_a_file_of_another_kind_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ReturnRejected, match=r"^A return is an Excel workbook \(\.xlsx\) or a CSV file \(\.csv\)"):
        reader.read_file(TABLE, name)


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(ReturnRejected, match="The file is larger than 5 MB"):
        reader.read_file(b"," * (reader.MOST_BYTES + 1), "return.csv")


# The process of its own


def test_a_file_is_read_in_a_process_of_its_own_as_it_would_be_here() -> None:
    hidden = edited(lambda sheet: setattr(sheet.row_dimensions[5], "hidden", True))
    for content, name in ((TABLE, "return.csv"), (hidden, "Return.XLSX")):
        assert reader.read_file(content, name) == parse(content, name[-4:].lower().strip("."))


def test_a_grid_survives_its_way_between_processes() -> None:
    grid = parse(csv_with(Heading.NARRATIVE, "a\u2028\ufffe€"), "csv")
    assert reader.decoded(reader.encoded(grid)) == grid


# Anything at all


def answers(content: bytes, suffix: str) -> None:
    """Read a file, which gives a return or a sentence, and nothing else."""
    try:
        sentences = [str(fault) for fault in read(content, suffix).faults]
    except ReturnRejected as error:
        sentences = [str(error)]
    for sentence in sentences:
        assert re.fullmatch(r"[^\x00]+[.?]", sentence, re.DOTALL)


CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates(dt.date(1900, 3, 1))
    | st.datetimes(dt.datetime(1900, 3, 1))  # noqa: DTZ001
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)
    | st.sampled_from(
        [*PAYLOADS, *Heading, "=1/0", "#N/A", "03/04/2026", "yes", "C6-01-M2", "change 1, seal " + "0" * 12]
    )
)
PLACES = st.tuples(st.integers(1, 9), st.integers(1, 18))


@given(st.dictionaries(PLACES, CELLS, max_size=12), st.lists(st.tuples(PLACES, PLACES), max_size=2))
@settings(max_examples=2_000 if LONG else 40)
def test_a_workbook_with_any_cells_gives_a_return_or_a_sentence(
    cells: dict[tuple[int, int], Any], areas: list[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    def fill(sheet: Worksheet) -> None:
        for (row, column), value in cells.items():
            sheet.cell(row, column).value = value
        for (top, left), (bottom, right) in areas:
            sheet.merge_cells(
                start_row=min(top, bottom),
                start_column=min(left, right),
                end_row=max(top, bottom),
                end_column=max(left, right),
            )

    answers(edited(fill), "xlsx")


def spoilt(data: st.DataObject, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        start = data.draw(st.integers(0, len(changed)))
        changed[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    return bytes(changed)


@given(st.data())
@settings(max_examples=5_000 if LONG else 60)
def test_a_file_with_any_bytes_changed_gives_a_return_or_a_sentence(data: st.DataObject) -> None:
    suffix, content = data.draw(st.sampled_from([("xlsx", WORKBOOK), ("csv", TABLE)]))
    answers(spoilt(data, content), suffix)


@given(st.data())
@settings(max_examples=5_000 if LONG else 80)
def test_a_workbook_with_any_bytes_of_its_parts_changed_gives_a_return_or_a_sentence(data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for other, content in parts.items():
            archive.writestr(other, spoilt(data, content) if other == name else content)
    answers(changed.getvalue(), "xlsx")


@given(st.binary(max_size=200), st.sampled_from(["xlsx", "csv"]))
@settings(max_examples=2_000 if LONG else 60)
def test_any_bytes_give_a_sentence(content: bytes, suffix: str) -> None:
    answers(content, suffix)
    answers(b"PK\x03\x04" + content, suffix)


def test_half_a_workbook_is_told_of_as_damaged() -> None:
    assert refused(WORKBOOK[: len(WORKBOOK) // 2]).startswith("The file is damaged, or a spreadsheet did not make it.")
