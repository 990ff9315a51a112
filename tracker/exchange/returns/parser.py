"""A return's bytes to a grid of cells, in a process of its own (tracker.exchange.sandbox).

A workbook is read by ``tracker.exchange.returns.workbook``, CSV here.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import warnings

from tracker.domain.errors import ReturnRejected
from tracker.exchange.cells import unguarded
from tracker.exchange.returns.bounds import ABOVE, Bounds
from tracker.exchange.returns.reader import encoded
from tracker.exchange.returns.table import Cell, Grid, Heading, Kind
from tracker.exchange.returns.workbook import OLE, SAVE_AGAIN, read_workbook

_PICTURES = {b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture", b"%PDF": "a PDF"}


def main(suffix: str) -> None:
    """Read a file from standard input, and write its grid, or why it was rejected, to standard output."""
    try:
        answer = encoded(parse(sys.stdin.buffer.read(), suffix))
    except ReturnRejected as error:
        answer = json.dumps({"rejected": str(error)}).encode()
    sys.stdout.buffer.write(answer)


def parse(content: bytes, suffix: str) -> Grid:
    """Return the cells of a file named ``….xlsx`` or ``….csv``. Raises ReturnRejected with a sentence, nothing else."""
    if not content.strip():
        raise ReturnRejected("The file is empty.")
    for magic, what in _PICTURES.items():
        if content.startswith(magic):
            raise ReturnRejected(f"The file is named .{suffix} but is {what}. Choose your return.")
    packed = content.startswith(b"PK")
    try:
        with warnings.catch_warnings(action="ignore"):  # openpyxl's, of what it leaves out
            return read_workbook(content) if suffix == "xlsx" else _table(content, packed=packed)
    except ReturnRejected:
        raise
    except MemoryError:
        raise ReturnRejected("The file is too large to be a return once it is unpacked.") from None
    except Exception as error:  # what a damaged file makes of a reader has no name in common
        raise ReturnRejected(f"The file is damaged, or a spreadsheet did not make it. {SAVE_AGAIN}") from error


# CSV


def _table(content: bytes, *, packed: bool) -> Grid:
    if packed or content.startswith(OLE):
        raise ReturnRejected("The file is named .csv but is a workbook. Name it .xlsx, or save it as CSV UTF-8.")
    words, remarks = _words(content)
    if "\x00" in words:
        raise ReturnRejected("The file has null characters, so it is not text. Save it as CSV UTF-8.")
    words, mark = _apart(words)
    bounds = Bounds()
    rows = {}
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=mark, strict=True)
    try:
        for number, values in enumerate(reader, start=1):
            cells = {}
            for place, value in enumerate(values, start=1):
                if value.strip():
                    bounds.cell(number, place, value)
                    cells[place] = Cell(Kind.TEXT, unguarded(value))
            if cells:
                bounds.row(number)
                rows[number] = cells
    except csv.Error as error:
        raise ReturnRejected(
            f"Line {reader.line_num:,} of the file is not CSV: {error}. Save it as CSV UTF-8."
        ) from None
    return Grid(sheet=None, rows=rows, remarks=remarks)


def _words(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file in one of the encodings that spreadsheets save, and what to know of that."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise ReturnRejected("The file is damaged Unicode text. Save it as CSV UTF-8.") from None
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        try:
            words = content.decode("cp1252")
        except UnicodeDecodeError:
            raise ReturnRejected(
                f"The file is not UTF-8 (see byte {error.start + 1:,}), so we cannot read its accents and "
                "dashes. Save it as CSV UTF-8."
            ) from None
    return words, (
        "The file is not UTF-8, so we read it as Windows text. Check pound signs, dashes and quotation marks "
        "below. If they are wrong, save the file as CSV UTF-8.",
    )


def _apart(words: str) -> tuple[str, str]:
    """Return the lines of the table, and its separator: the most frequent in the line of headings."""
    named = re.match(r"sep=([^\r\n])\r?\n", words, re.IGNORECASE)
    if named:
        return words[named.end() :], named[1]
    head = next((line for line in words.splitlines()[:ABOVE] if Heading.STATUS.casefold() in line.casefold()), "")
    return words, max(_MARKS, key=head.count)


_MARKS = (",", ";", "\t", "|")
"""Between columns; of two that are used as often the first counts."""
