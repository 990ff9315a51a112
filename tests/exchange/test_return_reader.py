"""A return's file as it comes back: what is read, what is asked about, and what is refused with a sentence."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

from tests.conftest import LONG
from tests.exchange.returned_lines import drawn, line, said
from tests.security.payloads import PAYLOADS
from tracker.domain.errors import ReturnRejected
from tracker.domain.return_table import SHEET, Heading, letter, read_grid
from tracker.domain.words import MoveReason, ReportedStatus
from tracker.exchange import return_reader
from tracker.exchange.return_files import return_csv, return_workbook
from tracker.exchange.return_parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tracker.domain.return_table import Returned

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
        (
            Heading.EXPECTED,
            "03/04/2026",
            '"03/04/2026": is it 3 April 2026 or 4 March 2026? Write 2026-04-03 or 2026-03-04.',
        ),
        (Heading.EXPECTED, "3.4.26", '"3.4.26": is it 3 April 2026 or 4 March 2026? Write 2026-04-03 or 2026-03-04.'),
        (Heading.EXPECTED, "31/03/2027", '"31/03/2027": is it 31 March 2027? Write 2027-03-31.'),
        (Heading.EXPECTED, "4/4/2026", '"4/4/2026": is it 4 April 2026? Write 2026-04-04.'),
        (Heading.EXPECTED, "2027–04–03", '"2027–04–03" has a typographic dash; write 2027-04-03.'),
        (Heading.EXPECTED, "31–31–2027", '"31–31–2027" is not a date in the calendar; write a day'),
        (Heading.EXPECTED, "soon", '"soon" is not a date in the calendar; write a day "2023-06-06", a month "2023-06"'),
        (Heading.STATUS, "In progres", 'holds "In progres"; did you mean "In progress"?'),
        (Heading.STATUS, "late", 'holds "late"; choose one of: Not started, In progress, Complete.'),
        (Heading.STATUS, "", "is empty; choose one of: Not started, In progress, Complete."),
        (Heading.REASON, "work–force", 'holds "work–force"; did you mean "workforce"?'),
        (Heading.CONFIRM, "no", 'holds "no"; write yes, or leave it empty.'),
        (Heading.MILESTONE, "", "is empty, and says not which line the row is; draw the return again."),
        (Heading.MILESTONE, "M" * 61, 'holds "' + "M" * 60 + '…", which is no milestone; draw the return again.'),
        (Heading.DRAWN, "change 7", "says not from which change of the ledger the row was drawn"),
        (Heading.NARRATIVE, "bell \a", "cannot be kept: character 6 (U+0007) is a control character or half of one"),
        (Heading.EXPECTED, "20\a27", "cannot be kept: character 3 (U+0007)"),
    ],
)
def test_a_text_that_means_nothing_or_two_things_is_asked_about(heading: Heading, value: str, wrong: str) -> None:
    fault = told(csv_with(heading, value), "csv")
    assert fault.startswith(f"row 2, column {letter(place(heading))} ({heading}): {wrong}")
    assert fault.endswith((".", "?"))
    if "\a" not in value:
        assert told(with_cell(heading, value or None)) == fault.replace("row 2", "Milestones, row 4")


@pytest.mark.parametrize(
    ("heading", "value", "number_format", "wrong"),
    [
        (
            Heading.EXPECTED,
            dt.date(2027, 3, 1),
            "mmm-yy",
            "shows a month and holds the day 2027-03-01; write 2027-03-01 if",
        ),
        (Heading.EXPECTED, dt.date(2027, 3, 1), '[$-809]"d"yyyy\\d', "shows a month and holds the day 2027-03-01"),
        (Heading.EXPECTED, dt.datetime(2027, 3, 1, 9, 30), None, "holds a time of day (2027-03-01 09:30:00)"),  # noqa: DTZ001
        (Heading.EXPECTED, dt.time(9, 30), None, "holds a time of day (09:30:00); write the date alone"),
        (Heading.EXPECTED, 46115, "General", "holds the number 46115, which could be a year or a count of days"),
        (Heading.EXPECTED, -(10**9), "yyyy-mm-dd", "holds the error #VALUE!; write what is meant."),
        (Heading.EXPECTED, "=TODAY()", None, "holds a formula (=TODAY()); copy the cell and paste it as a value."),
        (Heading.HAPPENED, True, None, "holds TRUE where text is meant; write it as text."),
        (Heading.NARRATIVE, 42, None, "holds the number 42 where text is meant; write it as text."),
        (
            Heading.NARRATIVE,
            dt.date(2027, 3, 1),
            "yyyy-mm-dd",
            "holds a date or a time (2027-03-01) where text is meant",
        ),
        (Heading.NARRATIVE, '=HYPERLINK("https://example.org","click")', None, 'holds a formula (=HYPERLINK("https://'),
        (Heading.NARRATIVE, ArrayFormula("L4:L4", "=1+1"), None, "holds a formula (=…); copy the cell"),
        (Heading.TITLE, "#REF!", None, "holds the error #REF!; write what is meant."),
        (Heading.MILESTONE, 7, None, "holds the number 7 where text is meant"),
        (Heading.STATUS, "=A1", None, "holds a formula (=A1)"),
        (Heading.CONFIRM, True, None, "holds TRUE where text is meant"),
    ],
)
def test_a_cell_that_is_not_what_it_seems_is_asked_about(
    heading: Heading, value: Any, number_format: str | None, wrong: str
) -> None:
    fault = told(with_cell(heading, value, number_format))
    assert fault.startswith(f"Milestones, row 4, column {letter(place(heading))} ({heading}): {wrong}")


def test_a_row_tells_everything_that_is_wrong_with_it() -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet.cell(4, place(Heading.STATUS)).value = "late"
        sheet.cell(4, place(Heading.EXPECTED)).value = "soon"

    faults = read(edited(spoil)).faults
    assert [(fault.row, fault.column, fault.milestone_id) for fault in faults] == [
        (4, "G (Status)", "C6-01-M1"),
        (4, "H (Expected)", "C6-01-M1"),
    ]


def test_spaces_around_coded_words_are_left_out_and_told_of() -> None:
    returned = read(with_cell(Heading.STATUS, "  complete "))
    assert returned.rows[0].said.status is ReportedStatus.COMPLETE
    assert returned.remarks == ('Row 4, column G (Status): the spaces around "complete" were left out.',)


def test_words_of_a_list_are_read_in_capitals_too() -> None:
    returned = read(csv_with(Heading.REASON, "WORKFORCE"), "csv")
    assert returned.rows[0].reason is MoveReason.WORKFORCE
    assert read(csv_with(Heading.CONFIRM, "YES"), "csv").rows[0].confirmed


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
        "The sheet Milestones is hidden in the file, and was read all the same.",
        "Hidden in the file, and read all the same: row 5.",
        "Column L (Narrative) is hidden in the file, and was read all the same.",
    )


def test_merged_cells_are_refused_where_they_touch_the_table() -> None:
    assert told(edited(lambda sheet: sheet.merge_cells("L4:M4"))) == (
        "Milestones, row 4: its cells are merged (L4:M4); unmerge them, so that each row has its own."
    )
    assert read(edited(lambda sheet: sheet.merge_cells("A1:C1"))).faults == ()
    assert read(edited(lambda sheet: sheet.merge_cells("Z4:Z6"))).faults == ()
    assert refused(edited(lambda sheet: sheet.merge_cells("B3:C3"))).endswith(
        "Headings in row 3 are merged; unmerge them, so that each column has its own."
    )


def test_columns_may_be_moved_and_rows_sorted() -> None:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [str(heading) for heading in reversed(Heading)])
    writer.writeheader()
    writer.writerows(reversed(rows_of_table()))
    returned = read(file.getvalue().encode(), "csv")
    assert [(row.row, row.milestone_id) for row in returned.rows] == [(2, "C6-01-M3"), (3, "C6-01-M2"), (4, "C6-01-M1")]
    assert returned.rows[0].said == LINES[0][1]


def test_sheets_and_columns_that_are_no_part_of_a_return_are_told_of() -> None:
    def add(sheet: Worksheet) -> None:
        sheet["Q3"], sheet["Q5"], sheet["S4"] = "My notes", "Ask Ben", "!"

    assert read(edited(add, lambda book: book.create_sheet("Scratch"))).remarks == (
        'The sheet "Scratch" is no part of a return; nothing in it was read.',
        'Column Q "My notes" is no part of a return; nothing in it was read.',
        "Column S is no part of a return; nothing in it was read.",
    )


def test_a_line_that_is_there_twice_is_refused_twice_though_one_of_them_cannot_be_read() -> None:
    def twice(sheet: Worksheet) -> None:
        sheet.cell(4, place(Heading.EXPECTED)).value = "soon"
        sheet.cell(6, place(Heading.MILESTONE)).value = "C6-01-M1"

    returned = read(edited(twice))
    assert [(fault.row, fault.column) for fault in returned.faults] == [
        (4, "H (Expected)"),
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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n", "The file is empty."),
        (b"Dear all,\r\n", "There is no row of headings"),
        (TABLE.replace(b",", b";"), "The columns of the file are set apart by semicolons"),
        (TABLE.decode("utf-8-sig").replace(",", "\t").encode(), "The columns of the file are set apart by tabs"),
        (TABLE.replace(b",Status,", b",,"), "There is no row of headings"),
        (TABLE.replace(b",Narrative,", b",,"), 'There is no column "Narrative"; put it back'),
        (TABLE.replace(b",Narrative,", b",Status,"), 'Columns G and L are both headed "Status"; take away the one'),
        (TABLE.decode("utf-8-sig").encode("utf-16"), "The file is in UTF-16; save it as CSV UTF-8."),
        (TABLE.decode("utf-8-sig").encode("cp1252"), "The file is not in UTF-8 (its byte 198 is not)"),
        (b"Milestone,\x00Status\r\n", "The file holds null characters"),
        (b'Milestone,Status\r\n"open', "Line 2 of the file is not CSV: unexpected end of data."),
        (b"Milestone,Status\r\n" + b"x" * 20_001, "Cell A2 holds 20,001 characters and at most 20,000 are kept"),
        (b"Milestone,Status\r\n" + b"x" * 200_000, "Line 2 of the file is not CSV: field larger than field limit"),
        (b"x," * 60 + b"y", "Cell BI1 is filled in; a return has at most 60 columns."),
        (WORKBOOK, "The file is named .csv and is a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "The file is named .csv and is a workbook"),
        (b"\xff\xd8\xff", "The file is named .csv and is a JPEG picture; choose the return itself."),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_csv_file_that_cannot_be_read_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    assert refused(content, "csv").startswith(sentence)


def test_a_csv_file_is_read_with_and_without_the_mark_of_utf_8() -> None:
    assert read(TABLE, "csv") == read(TABLE.removeprefix(b"\xef\xbb\xbf"), "csv")


def test_a_workbook_that_counts_from_1904_is_refused() -> None:
    def from_1904(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    assert refused(edited(lambda _: None, from_1904)).startswith("The workbook counts days from 1904")


def test_a_workbook_without_the_table_is_refused() -> None:
    def rename(sheet: Worksheet) -> None:
        sheet.title = "Sheet1"

    assert refused(edited(rename)).startswith('The workbook has no sheet "Milestones"; download the return again')
    assert refused(edited(lambda sheet: sheet.delete_rows(1, 20))).startswith("There is no row of headings")


@pytest.mark.parametrize("name", ["return", "return.xlsm", "return.xls", "xlsx", "csv", ".csv.exe"])
def test_a_file_of_another_kind_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ReturnRejected, match=r"^A return is an Excel workbook \(\.xlsx\) or a CSV file \(\.csv\)"):
        return_reader.read_file(TABLE, name)


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(ReturnRejected, match="The file has more than 5 MB"):
        return_reader.read_file(b"," * (return_reader.MOST_BYTES + 1), "return.csv")


# The process of its own


def test_a_file_is_read_in_a_process_of_its_own_as_it_would_be_here() -> None:
    hidden = edited(lambda sheet: setattr(sheet.row_dimensions[5], "hidden", True))
    for content, name in ((TABLE, "return.csv"), (hidden, "Return.XLSX")):
        assert return_reader.read_file(content, name) == parse(content, name[-4:].lower().strip("."))


def test_a_grid_survives_its_way_between_processes() -> None:
    grid = parse(csv_with(Heading.NARRATIVE, "a\u2028\ufffe€"), "csv")
    assert return_reader.decoded(return_reader.encoded(grid)) == grid


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
@settings(max_examples=2_000 if LONG else 60)
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
@settings(max_examples=5_000 if LONG else 100)
def test_a_file_with_any_bytes_changed_gives_a_return_or_a_sentence(data: st.DataObject) -> None:
    suffix, content = data.draw(st.sampled_from([("xlsx", WORKBOOK), ("csv", TABLE)]))
    answers(spoilt(data, content), suffix)


@given(st.data())
@settings(max_examples=5_000 if LONG else 150)
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
@settings(max_examples=2_000 if LONG else 100)
def test_any_bytes_give_a_sentence(content: bytes, suffix: str) -> None:
    answers(content, suffix)
    answers(b"PK\x03\x04" + content, suffix)


def test_half_a_workbook_is_told_of_as_damaged() -> None:
    assert refused(WORKBOOK[: len(WORKBOOK) // 2]).startswith("The file is damaged, or no spreadsheet made it.")
