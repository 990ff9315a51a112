"""Comparing the ledger with its seals elsewhere: in a list of backups, a pack, a return, a journal.

A ledger that was rewritten with new seals and a new anchor has no fault by itself. But it lacks the seals that were
noted elsewhere before, and a ledger that was rolled back does not reach them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.ledger import GENESIS, Head
from tracker.store import anchoring, reading

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.store.database import Cursor


@dataclass(frozen=True)
class Witness:
    """A change's number and seal (or the start of the seal), where it was noted, and the anchor beside it."""

    head: Head
    source: str
    anchor: Path | None = None


def contradicted(cursor: Cursor, witnesses: Iterable[Witness]) -> list[Witness]:
    """Return the witnesses that the ledger contradicts, in order of change."""
    asked = sorted(witnesses, key=lambda witness: witness.head.seq)
    rows = cursor.execute(
        "SELECT seq, seal FROM tracker.change WHERE seq IN (SELECT unnest($seqs::BIGINT[]))",
        {"seqs": [witness.head.seq for witness in asked]},
    ).fetchall()
    seals = {0: GENESIS, **dict(rows)}
    return [witness for witness in asked if not seals.get(witness.head.seq, "none").startswith(witness.head.seal)]


def contradiction(cursor: Cursor, witnesses: Iterable[Witness]) -> str | None:
    """Say how the ledger differs from its witnesses; None when it agrees with all of them."""
    wrong = contradicted(cursor, witnesses)
    if not wrong:
        return None
    end = reading.head(cursor)
    first, last = wrong[0], wrong[-1]
    if first.head.seq <= end.seq:
        here = reading.head(cursor, first.head.seq)
        return (
            f"The ledger was rewritten: change {first.head.seq} has the seal {here.seal[:12]}… here, and "
            f"{first.head.seal[:12]}… in {first.source}. That change, or an earlier one, was altered after it was "
            "noted there."
        )
    return (
        f"The ledger was rolled back: it ends at change {end.seq} (seal {end.seal[:12]}…) here, and at change "
        f"{last.head.seq} (seal {last.head.seal[:12]}…) in {last.source}. "
        f"{anchoring.missing(end.seq + 1, last.head.seq)}."
    )
