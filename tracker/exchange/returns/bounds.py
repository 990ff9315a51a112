"""How much of a file is read, whatever it says of itself."""

from __future__ import annotations

from tracker.domain.errors import ReturnRejected
from tracker.exchange.cells import letters
from tracker.exchange.returns.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS

ABOVE = 20
"""Rows that may be above the table."""
_MOST_CHARACTERS = 10_000_000


class Bounds:
    """What was read so far, checked against the limits."""

    def __init__(self) -> None:
        self._characters = 0

    def row(self, number: int) -> None:
        """Count a row that is filled in. Raises ReturnRejected for one too far down."""
        if number > MOST_ROWS + ABOVE:
            raise ReturnRejected(
                f"Row {number:,} is filled in, but a return can have {MOST_ROWS:,} rows at most. Delete the rows below."
            )

    def cell(self, row: int, place: int, words: str) -> None:
        """Count a cell that is filled in. Raises ReturnRejected for one too far right, and for too much text."""
        if place > MOST_COLUMNS:
            raise ReturnRejected(
                f"Cell {letters(place)}{row} is filled in, but a return can have {MOST_COLUMNS} columns at "
                "most. Delete the columns beside them."
            )
        if len(words) > LONGEST_CELL:
            raise ReturnRejected(
                f"Cell {letters(place)}{row} has {len(words):,} characters, but the limit is {LONGEST_CELL:,}. "
                "Shorten it."
            )
        self._characters += len(words)
        if self._characters > _MOST_CHARACTERS:
            raise ReturnRejected(
                f"The file has more than {_MOST_CHARACTERS:,} characters, which is too many for a return."
            )
