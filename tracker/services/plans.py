"""Loading the plans: what they say that the ledger does not hold yet becomes one change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from tracker.domain.errors import PlanFaults
from tracker.domain.ledger import Version
from tracker.exchange.plans import read_plan
from tracker.store import ledger
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.domain.ledger import Change
    from tracker.domain.nouns import Noun
    from tracker.exchange.plans import Statement
    from tracker.store.database import Cursor, Database
    from tracker.store.ledger import Slot

ACTION = "plan load"
_KINDS = ("added", "edited", "removed", "agreed")


@dataclass(frozen=True)
class Difference:
    """What one load changes of one noun and day; ``kind`` is added, edited, removed or agreed (said elsewhere before).

    ``fields`` holds (field, old value, new value) of an edit.
    """

    noun: str
    id: str
    effective_on: dt.date
    kind: str
    fields: tuple[tuple[str, object, object], ...]

    def __str__(self) -> str:
        """One line a person can read."""
        name = f"{self.noun} {self.id} ({self.effective_on})"
        if self.kind == "edited":
            return f"{name}: " + "; ".join(f"{field} was {old!s}, is {new!s}" for field, old, new in self.fields)
        return f"{name}: {self.kind}"


@dataclass(frozen=True)
class Loaded:
    """A load: what it changed, and the change that records it (None when the ledger held it all already)."""

    differences: tuple[Difference, ...]
    change: Change | None


def check_plans(plans: Path, data: Path) -> Counter[str]:
    """Read the plans as one whole and return how many statements they make of each noun. Raises PlanFaults."""
    return Counter(type(statement.noun).__name__.lower() for statement in read_plan(plans, data))


def compare_plans(db: Database, plans: Path, data: Path) -> tuple[Difference, ...]:
    """Return what ``load_plans`` would record, from a store that may be open for reading only. Raises PlanFaults."""
    statements = read_plan(plans, data)
    with db.read() as cursor:
        return tuple(_compare(cursor, statements)[1])


def load_plans(db: Database, plans: Path, data: Path, *, actor: str) -> Loaded:
    """Record what the plans say and the ledger does not hold: one change, or none.

    What the plans no longer say is retracted, and stays in the history. What somebody else has recorded since the
    last load stands, unless the plans were edited in the same place and say something else: that is a fault to be
    decided by a person.
    Raises PlanFaults (nothing is recorded), StaleEdit, StoreBusy, StoreUnusable.
    """
    statements = read_plan(plans, data)
    with db.read() as cursor:
        versions, differences = _compare(cursor, statements)
    if not versions:
        return Loaded((), None)
    kinds = Counter(difference.kind for difference in differences)
    change = ledger.record(
        db,
        actor=actor,
        action=ACTION,
        reason=", ".join(f"{kinds[kind]:,} {kind}" for kind in _KINDS if kinds[kind]),
        versions=versions,
    )
    return Loaded(tuple(differences), change)


def _compare(cursor: Cursor, statements: Sequence[Statement]) -> tuple[list[Version], list[Difference]]:
    versions: list[Version] = []
    differences: list[Difference] = []
    faults: list[str] = []
    for table, noun in NOUNS.items():
        said = {(s.noun.id, s.effective_on): s for s in statements if type(s.noun) is noun}
        held = ledger.slots(cursor, noun, ACTION)
        numbers = ledger.newest_numbers(cursor, noun)
        for place in sorted(said.keys() | held.keys()):
            statement, slot = said.get(place), held.get(place)
            new = statement.noun if statement else None
            last, old = (_says(slot.by_action), _says(slot.newest)) if slot else (None, None)
            kept = new or last
            if kept is None or new == last:
                continue
            if slot and slot.newest is not slot.by_action and new != old:
                faults.append(_both_edited(table, place, slot, statement))
                continue
            numbers[place[0]] = numbers.get(place[0], 0) + 1
            versions.append(Version(noun=kept, version=numbers[place[0]], effective_on=place[1], retracted=new is None))
            differences.append(_difference(table, place, old, new))
    if faults:
        raise PlanFaults(faults)
    return versions, differences


def _says(version: Version | None) -> Noun | None:
    """Return what a version says; None when there is none or it is retracted."""
    return version.noun if version and not version.retracted else None


def _both_edited(table: str, place: tuple[str, dt.date], slot: Slot, statement: Statement | None) -> str:
    where = statement.where if statement else "the plans, which no longer hold it"
    return (
        f"{where}: {table} {place[0]} ({place[1]}) was edited here, and in the tracker by change "
        f"{slot.newest.change_seq} since the last load; bring the plan to what the tracker holds, "
        "or take the edit back."
    )


def _difference(table: str, place: tuple[str, dt.date], old: Noun | None, new: Noun | None) -> Difference:
    if old == new:  # the plan has come to say what was recorded in the tracker
        return Difference(table, *place, "agreed", ())
    if old is None or new is None:
        return Difference(table, *place, "added" if old is None else "removed", ())
    moved = tuple(
        (field.name, getattr(old, field.name), getattr(new, field.name))
        for field in fields(new)
        if getattr(old, field.name) != getattr(new, field.name)
    )
    return Difference(table, *place, "edited", moved)
