"""A snapshot: a place in the ledger under a name, and the only ways in which it may go on.

It copies no data. The pair of a day and an end of the ledger, read by the tolerances it was taken with, shows the same
board for ever; so those never change, and a later version only moves its state forward, says who approved or withdrew
it, or adds to its note.
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
"""Characters: a name goes into the names of files."""

STANDING = frozenset({SnapshotState.APPROVED, SnapshotState.PUBLISHED})
"""The states of a snapshot that a board stands behind."""

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
    """Where a board is looked at from: as at a day, as known at a change of the ledger, by which tolerances."""

    as_at: dt.date
    known_seq: int
    rules: Tolerances = TOLERANCES


def is_day(text: str) -> bool:
    """Say whether a text means a day, even one that does not exist or that could be one of two."""
    try:
        parse_day(text, where="")
    except UnreadableDate as error:
        two_days = any(one.precision is Precision.DAY for one in error.readings)
        return two_days or re.fullmatch(r"\d{4}-?\d{2}-?\d{2}|\d{1,2} [A-Za-z]+ \d{4}", text) is not None
    return True


def require_name(name: str) -> str:
    """Return a name that a snapshot can have: never a day, because both can be asked for. Raises InvalidSnapshot."""
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
    """Read what ``written_rules`` wrote; a tolerance that was not known then has its default.

    Raises InvalidSnapshot for anything else: the ledger was altered.
    """
    try:
        held = json.loads(text)
        days = {field.name: int(held[field.name]) for field in fields(Tolerances) if field.name in held}
        return Tolerances(**days), int(held[_FORM])
    except (ValueError, TypeError, KeyError):
        unread = Fault("rules", f'A snapshot\'s tolerances "{text}" cannot be read.')
        raise InvalidSnapshot(unread) from None


def forward(
    held: Snapshot,
    state: SnapshotState,
    *,
    approved_by: str | None = None,
    withdrawn_by: str | None = None,
    note: str | None = None,
) -> Snapshot:
    """Return a snapshot in a later state, with what is added to its note. Raises InvalidSnapshot."""
    added = "\n".join(part for part in (held.note, note) if part) or None
    new = replace(held, state=state, approved_by=approved_by or held.approved_by, withdrawn_by=withdrawn_by, note=added)
    require_forward(held, new)
    return new


def require_forward(held: Snapshot, new: Snapshot) -> None:
    """Raise InvalidSnapshot, with what comes first, unless ``new`` may follow ``held``."""
    if fault := next(_faults_of_move(held, new), None):
        raise InvalidSnapshot(fault)


def _faults_of_move(held: Snapshot, new: Snapshot) -> Iterator[Fault]:
    for field in fields(held):
        if field.name not in _MAY_CHANGE and getattr(held, field.name) != getattr(new, field.name):
            yield Fault(
                field.name,
                f"You cannot change the {field.name} of the snapshot {held.id}. Save another snapshot.",
            )
    if new.state not in NEXT[held.state]:
        later = " or ".join(NEXT[held.state])
        yield Fault(
            "state",
            f"The snapshot {held.id} is {held.state} and cannot become {new.state}; "
            + (f"it can become {later}." if later else "that is its last state."),
        )
    if (new.approved_by != held.approved_by) != (new.state is SnapshotState.APPROVED):
        yield Fault("approved_by", f"You cannot change who approved the snapshot {held.id}.")
    if (new.withdrawn_by is not None) != (new.state is SnapshotState.WITHDRAWN):
        yield Fault("withdrawn_by", f"Only a withdrawn snapshot has a person who withdrew it: {held.id}.")
    if held.note and not (new.note or "").startswith(held.note):
        yield Fault("note", f"You cannot change the note of the snapshot {held.id}. You can add to it.")
