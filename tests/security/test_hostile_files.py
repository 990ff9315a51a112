"""Files made to do harm: each gives a sentence, the store stays as it was, and the next return is read."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from tests.exchange.returns.lines import drawn
from tests.security import greedy
from tests.services.conftest import OWNER
from tests.services.returned import furnished as furnished  # noqa: PLC0414  fixtures that are shared on
from tests.services.returned import office as office  # noqa: PLC0414
from tests.services.returned import table, workbook
from tracker.domain.errors import ReturnRejected, StoreBusy
from tracker.exchange import sandbox
from tracker.exchange.returns import reader
from tracker.exchange.returns.files import return_workbook
from tracker.exchange.returns.table import Heading
from tracker.services import boards, returns
from tracker.services.returns import Decisions, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.store.database import Database

GREEDY = "tests.security.greedy"
TABLE_PART = "xl/worksheets/sheet2.xml"
PLAIN = return_workbook(drawn())
SHARED_TYPE = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/>' % SHARED_STRINGS.encode()
SHARED_CELL = '<c r="{}{}" t="s"><v>0</v></c>'


def repacked(changed: dict[str, bytes], content: bytes = PLAIN) -> bytes:
    """A sound workbook with parts changed or added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as sound, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*sound.namelist(), *(name for name in changed if name not in sound.namelist())]:
            archive.writestr(name, changed.get(name) or sound.read(name))
    return packed.getvalue()


def part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as sound:
        return sound.read(name)


def with_rows(*rows: str) -> bytes:
    """The workbook with rows written into its table as they are."""
    return repacked({TABLE_PART: part(TABLE_PART).replace(b"</sheetData>", "".join(rows).encode() + b"</sheetData>")})


def inline(cell: str, words: str) -> str:
    return f'<c r="{cell}" t="inlineStr"><is><t>{words}</t></is></c>'


def with_doctype(name: str, encoding: str = "utf-8") -> bytes:
    """A part that would be a billion laughs."""
    laughs = "".join(f'<!ENTITY l{depth} "{f"&l{depth - 1};" * 10}">' for depth in range(1, 10))
    words = re.sub(r"^<\?xml[^>]*>", "", part(name).decode())
    declared = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    return repacked({name: (declared + words.replace("<sheetData>", "<sheetData>&l9;", 1)).encode(encoding)})


def many_rows() -> bytes:
    return with_rows(
        *(f'<row r="{row}">{inline(f"A{row}", f"M{row}")}{inline(f"B{row}", "x")}</row>' for row in range(9, 100_009))
    )


def locked() -> bytes:
    """A workbook whose archive says that its parts are encrypted."""
    content = bytearray(PLAIN)
    for found in re.finditer(b"PK\x01\x02", PLAIN):
        content[found.start() + 8] |= 1
    return bytes(content)


def lying() -> bytes:
    """A workbook whose table says that it is small, and is not."""
    content = bytearray(repacked({TABLE_PART: part(TABLE_PART) + b" " * 900_000}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(TABLE_PART).file_size
    return bytes(content).replace(struct.pack("<L", size), struct.pack("<L", 1_000))


UNPACKS = "The workbook unpacks to far more than its size"
DAMAGED = "The file is damaged, or a spreadsheet did not make it."
ENTITIES = "The workbook declares its own XML entities"
ODD_NAMES = "The workbook has unsafe names inside it"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a small workbook that unpacks without end": (lambda: repacked({TABLE_PART: b" " * 5_000_000}), UNPACKS),
    "one that unpacks to 60 MB in parts": (
        lambda: repacked({f"xl/media/{number}": bytes(range(256)) * 3_900 for number in range(60)}),
        UNPACKS,
    ),
    "one that lies about its size": (lying, DAMAGED),
    "a cell at the far end": (
        lambda: with_rows(f'<row r="1048576">{inline("XFD1048576", "x")}</row>'),
        "Cell XFD1048576 is filled in, but a return can have 60 columns at most.",
    ),
    "a row at the far end": (
        lambda: with_rows(f'<row r="1048576">{inline("A1048576", "x")}</row>'),
        "Row 1,048,576 is filled in, but a return can have 5,000 rows at most.",
    ),
    "a hundred thousand rows": (many_rows, "Row 5,021 is filled in, but a return can have 5,000 rows at most."),
    "a cell of a million characters": (
        lambda: with_rows(f'<row r="9">{inline("A9", "0123456789" * 90_000)}</row>'),
        "Cell A9 has 900,000 characters, but the limit is 20,000",
    ),
    "rows in disorder": (
        lambda: with_rows('<row r="2"><c r="A2"><v>1</v></c></row>'),
        "The rows of the sheet Milestones are not",
    ),
    "cells in disorder": (
        lambda: with_rows('<row r="9"><c r="A8"><v>1</v></c></row>'),
        "The cells of row 9 are out of order",
    ),
    "a number of a million digits": (
        lambda: with_rows(f'<row r="9"><c r="A9"><v>{"7" * 900_000}</v></c></row>'),
        DAMAGED,
    ),
    "entities in the table": (lambda: with_doctype(TABLE_PART), ENTITIES),
    "entities in the book": (lambda: with_doctype("xl/workbook.xml"), ENTITIES),
    "entities in UTF-16": (lambda: with_doctype(TABLE_PART, "utf-16"), ENTITIES),
    "a workbook with a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
        "The workbook has a password or is in the old format",
    ),
    "an archive with a password": (locked, "The workbook has a password"),
    "macros": (lambda: repacked({"xl/vbaProject.bin": b"x"}), "The workbook has macros, which we do not accept."),
    "old macros": (lambda: repacked({"xl/macrosheets/sheet1.xml": b"<x/>"}), "The workbook has macros"),
    "links to other workbooks": (
        lambda: repacked({"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "The workbook has links to other workbooks",
    ),
    "a part outside its folder": (lambda: repacked({"../../etc/cron.d/x": b"x"}), ODD_NAMES),
    "a part at the root": (lambda: repacked({"/etc/cron.d/x": b"x"}), ODD_NAMES),
    "a thousand parts": (
        lambda: repacked({f"xl/media/{number}": b"x" for number in range(1_000)}),
        "The workbook has 1,0",
    ),
    "half a workbook": (lambda: PLAIN[: len(PLAIN) // 2], DAMAGED),
    "an archive that is no workbook": (lambda: repacked({"[Content_Types].xml": b"<x/>"}), DAMAGED),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "The file is named .xlsx but is a PNG picture"),
    "a page": (lambda: b"<html>", "The file is named .xlsx but is not a workbook."),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_gives_a_sentence(name: str) -> None:
    make, sentence = HOSTILE[name]
    with pytest.raises(ReturnRejected) as caught:
        reader.read_file(make(), "return.xlsx")
    assert str(caught.value).startswith(sentence)


def test_hostile_files_leave_the_store_as_it_was_and_the_next_return_is_read(office: Database) -> None:
    before = boards.known_position(office), hashlib.sha256(office.address.file.read_bytes()).hexdigest()
    utf_16 = table(office).decode("utf-8").encode("utf-16")
    for content, name in (
        (HOSTILE["a small workbook that unpacks without end"][0](), "r.xlsx"),
        (HOSTILE["entities in the table"][0](), "r.xlsx"),
        (utf_16[:-1], "r.csv"),
    ):
        with pytest.raises(ReturnRejected):
            returns.check_return(office, actor_id=OWNER, file=Upload(name, content))
        with pytest.raises(ReturnRejected):
            returns.take_return(
                office, actor_id=OWNER, file=Upload(name, content), token="0" * 16, decisions=Decisions()
            )
    formulas = dict.fromkeys((Heading.NARRATIVE, Heading.LINK), '=HYPERLINK("https://example.org","click")')
    preview = returns.check_return(
        office, actor_id=OWNER, file=Upload("r.xlsx", workbook(office, {"C6-01-M1": formulas}))
    )
    assert [fault.column for fault in preview.faults] == ["L (Narrative)", "O (Evidence link)"]
    assert len(preview.lines) == 2
    assert (boards.known_position(office), hashlib.sha256(office.address.file.read_bytes()).hexdigest()) == before


def test_many_cells_that_share_one_long_text_are_no_return() -> None:
    """They are small as a file, and would be large as cells."""
    types = part("[Content_Types].xml").replace(b"</Types>", SHARED_TYPE + b"</Types>")
    texts = f'<sst xmlns="{SHEET_MAIN_NS}"><si><t>{"abcdefgh" * 2_000}</t></si></sst>'.encode()
    rows = "".join(
        f'<row r="{row}">{"".join(SHARED_CELL.format(column, row) for column in "ABCDEFGH")}</row>'
        for row in range(9, 200)
    )
    table_part = part(TABLE_PART).replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    content = repacked({"[Content_Types].xml": types, "xl/sharedStrings.xml": texts, TABLE_PART: table_part})
    with pytest.raises(ReturnRejected, match="The file has more than 10,000,000 characters"):
        reader.read_file(content, "return.xlsx")


# The process that reads


@pytest.mark.skipif(sys.platform != "linux", reason="only there can memory be limited")
def test_a_reader_that_takes_more_memory_than_it_may_ends() -> None:
    with pytest.raises(sandbox.Overrun):
        sandbox.run(GREEDY, "memory", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only there can processes be looked at")
def test_a_reader_that_takes_too_long_ends_with_whatever_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 2)
    with pytest.raises(sandbox.Overrun):
        sandbox.run(GREEDY, "time", b"")
    running = [file.read_bytes() for file in Path("/proc").glob("[0-9]*/cmdline") if file.exists()]
    assert not [command for command in running if greedy.SLEEP.encode() in command and b"sleep" in command]


def test_a_reader_writes_no_file(tmp_path: Path) -> None:
    with pytest.raises(sandbox.Overrun):
        sandbox.run(GREEDY, "disk", str(tmp_path / "file").encode())
    written = tmp_path / "file"
    assert not written.exists() or written.read_bytes() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="only there can open files be looked at")
def test_a_reader_holds_nothing_of_ours(office: Database) -> None:
    seen = json.loads(sandbox.run(GREEDY, "look", b""))
    assert not [name for name in seen["environment"] if not name.startswith(("LC_", "PWD"))]
    assert all(file.startswith(("pipe:", "/dev/null")) for file in seen["files"]), seen["files"]
    assert seen["folder"] == "/"
    assert not seen["numpy"]


def test_a_file_that_overruns_is_told_of_in_a_sentence_and_tried_again_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)
    for _ in range(2):
        with pytest.raises(ReturnRejected, match="could not be read within"):
            reader.read_file(b"Milestone,Status,x", "r.csv")
    monkeypatch.undo()
    assert reader.read_file(b"Milestone,Status,x", "r.csv").rows[1]


def test_files_are_read_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_WAIT_SECONDS", 0.01)
    with sandbox._one_at_a_time, pytest.raises(StoreBusy, match="Other files are being read"):
        reader.read_file(b"Milestone,Status,y", "r.csv")
