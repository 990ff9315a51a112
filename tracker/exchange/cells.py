"""Cells of a file for a spreadsheet: texts that are never taken for a formula, and the letters of columns."""

from __future__ import annotations

import re

_FORMULA = re.compile("'*[-=+@\t\r\uff1d\uff0b\uff0d\uff20]")
"""How a cell begins that a spreadsheet might take for a formula, guarded or not; the last four are wide forms."""


def guarded(text: str) -> str:
    """Return a text as a cell of a CSV file: what a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text that ``guarded`` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def is_formula_like(text: str) -> bool:
    """Say whether a spreadsheet might take a text for a formula."""
    return bool(_FORMULA.match(text))


def letters(column: int) -> str:
    """Return the letters of a column, counted from 1: A, Z, AA. There is no limit."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def column_of(letters: str) -> int:
    """Return the column that ``letters`` made letters of; 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
