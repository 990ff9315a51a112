"""How much of a file is read, whatever it says of itself."""

from __future__ import annotations

from tracker.domain.errors import ReturnRejected
from tracker.exchange.cells import letters
from tracker.exchange.returns.table import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS

ABOVE = 20
"""Rows that may stand above the table."""
_MOST_CHARACTERS = 10_000_000


class Bounds:
    """What was read so far, held against what may be read."""

    def __init__(self) -> None:
        self._characters = 0

    def row(self, number: int) -> None:
        """Count a row that is filled in. Raises ReturnRejected for one too far down."""
        if number > MOST_ROWS + ABOVE:
            raise ReturnRejected(
                f"Row {number:,} is filled in; a return has at most {MOST_ROWS:,} rows. Delete what is below them."
            )

    def cell(self, row: int, place: int, words: str) -> None:
        """Count a cell that is filled in. Raises ReturnRejected for one too far right, and for too much text."""
        if place > MOST_COLUMNS:
            raise ReturnRejected(
                f"Cell {letters(place)}{row} is filled in; a return has at most {MOST_COLUMNS} columns. "
                "Delete what is beside it."
            )
        if len(words) > LONGEST_CELL:
            raise ReturnRejected(
                f"Cell {letters(place)}{row} holds {len(words):,} characters and at most {LONGEST_CELL:,} are kept; "
                "shorten it."
            )
        self._characters += len(words)
        if self._characters > _MOST_CHARACTERS:
            raise ReturnRejected(f"The file holds more than {_MOST_CHARACTERS:,} characters; a return does not.")
