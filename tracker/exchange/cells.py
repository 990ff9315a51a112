"""A text as a cell of a file that a spreadsheet may open: never taken for a formula."""

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
