"""The head anchor: the end of the ledger, written down outside the database file.

A hash chain shows an alteration inside it, but not a missing end: that leaves a shorter, perfect chain.
So we also append each change's number and seal to a small text file beside the store (``tracker.duckdb.heads``), after
the change is durable and before the next one is recorded. A ledger behind its anchor has lost changes. A ledger one
change ahead was interrupted between the two writes, and the anchor catches up. An anchor further behind has lost lines.
This shows alteration by anyone who does not control both files, and the seal printed on every export is a third
witness. It does not help against someone who controls all of them.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import StoreUnusable
from tracker.domain.ledger import GENESIS, Change, Head

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


_TAIL_BYTES = 4096
"""More than the length of a line, so the last whole line is within the last so many bytes."""


_SHORTEST_LINE = len(f"0 {GENESIS} 2026-11-24T10:00:00.000000Z\n")
"""The length of a line whose number has one digit."""


def _line(head: Head, recorded_at: dt.datetime) -> str:
    return f"{head.seq} {head.seal} {recorded_at.isoformat(timespec='microseconds')}Z\n"


def _digits_beyond_first(last: int) -> int:
    """Return how many digits the numbers 0 to ``last`` have in all, not counting the first digit of each."""
    return sum(last + 1 - 10**place for place in range(1, len(str(last))))


class Anchor:
    """The file of heads: one line for each change, ``seq seal recorded_at``; only ever appended to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Create the anchor of a new store. Raises StoreUnusable."""
        self._write(_line(Head(0, GENESIS), dates.utc_now()), "w")

    def append(self, change: Change) -> None:
        """Add a change's number and seal, and wait until they are on disk.

        Raises StoreUnusable when that fails, when the anchor is missing (a new one would hide the loss), or when it
        does not end at the change before: then it belongs to another store, or someone else wrote to it.
        """
        last, after = self.last(), Head(change.seq - 1, change.previous_seal)
        if last is None:
            raise StoreUnusable(f"The head anchor {self.path} is missing. `python -m tracker verify` says what to do.")
        if last != after:
            raise StoreUnusable(
                f"The head anchor {self.path} ends at change {last.seq}, not at change {after.seq} of this ledger, so "
                f"change {change.seq} was not added to it. Stop the app and run `python -m tracker verify`."
            )
        self._write(_line(Head.of(change), change.recorded_at), "a")

    def prepare(self, heads: Iterable[tuple[Head, dt.datetime]]) -> None:
        """Write a whole anchor beside this one, for ``put`` to move into place. Raises StoreUnusable."""
        text = "".join(_line(head, recorded_at) for head, recorded_at in heads)
        self._prepared._write(_line(Head(0, GENESIS), dates.utc_now()) + text, "w")  # noqa: SLF001  our own class

    def put(self) -> None:
        """Replace this anchor with the prepared one: after a crash there is one or the other, whole."""
        try:
            self._prepared.path.replace(self.path)
        except OSError as error:
            raise StoreUnusable(f"The head anchor {self.path} cannot be written: {error.strerror}.") from error

    @property
    def _prepared(self) -> Anchor:
        return Anchor(self.path.with_name(self.path.name + ".new"))

    def last(self) -> Head | None:
        """Return the newest head, or None when there is no anchor or no line in it. A half-written line does not count.

        Raises StoreUnusable when the last line is not a head, or the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL_BYTES))
                tail = file.read().decode("ascii", errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreUnusable(f"The head anchor {self.path} cannot be read: {error.strerror}.") from error
        whole, end, _ = tail.rpartition("\n")
        return self._parse(whole.rpartition("\n")[2]) if end else None

    def heads(self) -> list[Head]:
        """Return every head, oldest first. Raises StoreUnusable for a line that is not one, or a missing file."""
        try:
            whole = self.path.read_text(encoding="ascii", errors="replace").rpartition("\n")[0]
        except OSError as error:
            raise StoreUnusable(f"The head anchor {self.path} cannot be read: {error.strerror}.") from error
        return [self._parse(line) for line in whole.split("\n")]

    def is_complete(self, last: Head) -> bool:
        """Say, from its length only, whether the anchor can have every head up to ``last``.

        Each line's length follows from its number, so a missing line shows without reading the others.
        Raises StoreUnusable when the file cannot be read.
        """
        try:
            length = self.path.stat().st_size
        except OSError as error:
            raise StoreUnusable(f"The head anchor {self.path} cannot be read: {error.strerror}.") from error
        wanted = (last.seq + 1) * _SHORTEST_LINE + _digits_beyond_first(last.seq)
        return wanted <= length < wanted + _TAIL_BYTES  # a crash may leave part of a line at the end

    def _parse(self, line: str) -> Head:
        try:
            seq, seal, _ = line.split(" ")
            return Head(int(seq), seal)
        except ValueError:
            raise StoreUnusable(
                f'The head anchor {self.path} holds the line "{line[:80]}", which is not a change\'s number and seal. '
                "The file was altered. Restore the store from a backup."
            ) from None

    def _write(self, text: str, mode: str) -> None:
        try:
            if mode == "a":
                self._cut_torn_line()
            with self.path.open(mode, encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
                raise StoreUnusable(
                    f"The disk that holds the head anchor {self.path} is full. Nothing more can be saved until there "
                    "is space. Free some space and try again."
                ) from error
            raise StoreUnusable(f"The head anchor {self.path} cannot be written: {error.strerror}.") from error

    def _cut_torn_line(self) -> None:
        """Remove part of a line that a crash left, so that the next one starts on a new line."""
        with self.path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - _TAIL_BYTES)
            file.seek(start)
            whole = file.read().rfind(b"\n") + 1
            file.truncate(start + whole)
