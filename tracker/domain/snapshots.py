"""A snapshot: a named position in the ledger, and what it may become.

It copies no data. A day, an end of the ledger and the tolerances always give the same board, so these never change. A
later version only moves the state forward, says who approved or withdrew the snapshot, or adds to its note.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING

from tracker.domain.dates import parse_day
from tracker.domain.errors import Fault, InvalidSnapshot, UnreadableDate
from tracker.domain.ledger import canonical
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.words import Precision, SnapshotState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain.nouns import Snapshot

LONGEST_NAME = 60
"""Characters: file names contain it."""

STANDING = frozenset({SnapshotState.APPROVED, SnapshotState.PUBLISHED})
"""The states of a snapshot that count for the board."""

NEXT: dict[SnapshotState, tuple[SnapshotState, ...]] = {
    SnapshotState.DRAFT: (SnapshotState.FOR_BOARD, SnapshotState.APPROVED, SnapshotState.WITHDRAWN),
    SnapshotState.FOR_BOARD: (SnapshotState.APPROVED, SnapshotState.WITHDRAWN),
    SnapshotState.APPROVED: (SnapshotState.PUBLISHED, SnapshotState.WITHDRAWN),
    SnapshotState.PUBLISHED: (SnapshotState.WITHDRAWN,),
    SnapshotState.WITHDRAWN: (),
}
"""What a snapshot may become."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FORM = "board_form"
_MAY_CHANGE = {"state", "approved_by", "note", "withdrawn_by"}


@dataclass(frozen=True, kw_only=True)
class Position:
    """The position of a board: as at a day, as known at a change of the ledger, with these tolerances."""

    as_at: dt.date
    known_seq: int
    rules: Tolerances = TOLERANCES


def is_day(text: str) -> bool:
    """Say whether a text is a day, even one that does not exist or could be one of two."""
    try:
        parse_day(text, where="")
    except UnreadableDate as error:
        two_days = any(one.precision is Precision.DAY for one in error.readings)
        return two_days or re.fullmatch(r"\d{4}-?\d{2}-?\d{2}|\d{1,2} [A-Za-z]+ \d{4}", text) is not None
    return True


def require_name(name: str) -> str:
    """Return a valid name for a snapshot: never a day, because commands take either. Raises InvalidSnapshot."""
    if is_day(name) or len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise InvalidSnapshot(
            Fault(
                "name",
                f'"{name}" cannot be a snapshot\'s name. Use small letters, digits and single hyphens, for example '
                f'"board-2026-q3", at most {LONGEST_NAME} characters and more than a date.',
            )
        )
    return name


def written_rules(rules: Tolerances, form: int) -> str:
    """Write the tolerances (days) and the form of the digest as a snapshot keeps them."""
    return canonical({**asdict(rules), _FORM: form})


def read_rules(text: str) -> tuple[Tolerances, int]:
    """Read what ``written_rules`` wrote; a tolerance added since then has its default.

    Raises InvalidSnapshot for anything else: the ledger was altered.
    """
    try:
        rules = json.loads(text)
        days = {field.name: int(rules[field.name]) for field in fields(Tolerances) if field.name in rules}
        return Tolerances(**days), int(rules[_FORM])
    except (ValueError, TypeError, KeyError):
        unread = Fault("rules", f'A snapshot\'s tolerances "{text}" cannot be read.')
        raise InvalidSnapshot(unread) from None


def forward(
    current: Snapshot,
    state: SnapshotState,
    *,
    approved_by: str | None = None,
    withdrawn_by: str | None = None,
    note: str | None = None,
) -> Snapshot:
    """Return a snapshot in a later state, with ``note`` added to its note. Raises InvalidSnapshot."""
    added = "\n".join(part for part in (current.note, note) if part) or None
    approver = approved_by or current.approved_by
    new = replace(current, state=state, approved_by=approver, withdrawn_by=withdrawn_by, note=added)
    require_forward(current, new)
    return new


def require_forward(current: Snapshot, new: Snapshot) -> None:
    """Raise InvalidSnapshot, with the first fault, unless ``new`` may follow ``current``."""
    if fault := next(_faults_of_move(current, new), None):
        raise InvalidSnapshot(fault)


def _faults_of_move(current: Snapshot, new: Snapshot) -> Iterator[Fault]:
    for field in fields(current):
        if field.name not in _MAY_CHANGE and getattr(current, field.name) != getattr(new, field.name):
            yield Fault(
                field.name,
                f"You cannot change the {field.name} of the snapshot {current.id}. Save another snapshot.",
            )
    if new.state not in NEXT[current.state]:
        later = " or ".join(NEXT[current.state])
        yield Fault(
            "state",
            f"The snapshot {current.id} is {current.state} and cannot become {new.state}; "
            + (f"it can become {later}." if later else "that is its last state."),
        )
    if (new.approved_by != current.approved_by) != (new.state is SnapshotState.APPROVED):
        yield Fault("approved_by", f"You cannot change who approved the snapshot {current.id}.")
    if (new.withdrawn_by is not None) != (new.state is SnapshotState.WITHDRAWN):
        yield Fault("withdrawn_by", f"Only a withdrawn snapshot has a person who withdrew it: {current.id}.")
    if current.note and not (new.note or "").startswith(current.note):
        yield Fault("note", f"You cannot change the note of the snapshot {current.id}. You can add to it.")
