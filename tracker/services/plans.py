"""Loading the plans: what is new or different in them becomes one change.

A load never changes a baseline that is in the ledger, and removes only what someone has confirmed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain.baselines import Disagreement, Promise, Worded, of_plan, with_baseline_of, worded
from tracker.domain.columns import parts
from tracker.domain.errors import PlanFaults, ReturnRejected
from tracker.domain.ledger import Change, Version
from tracker.domain.nouns import Assessment, Milestone, Noun, Progress
from tracker.domain.renames import Renames
from tracker.domain.words import ChangeAction
from tracker.exchange import plan_drafts
from tracker.exchange.plan_files import UnreadableFile, read_bytes
from tracker.exchange.plans import Planned, read_plan, unread_files
from tracker.services import plan_removals
from tracker.store import baselines, ledger, reading
from tracker.store.reading import Slot
from tracker.store.registry import NOUNS, table_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.store.database import Cursor, Database

Place: TypeAlias = tuple[str, dt.date]
"""An id, and the day from which a version applies."""

_KINDS = ("added", "edited", "removed", "agreed")
_WITH_HISTORY = (Assessment, Progress)
"""Nouns whose history is in the plans: removing one day's entry does not affect the other days."""


@dataclass(frozen=True)
class Consent:
    """What the person who loads the plans has confirmed.

    ``remove``: what is no longer in the plans may be removed. ``correct_baselines``: why baselines in the tracker were
    wrong from the start; None when they were not.
    """

    remove: bool = False
    correct_baselines: str | None = None


NOTHING_CONFIRMED = Consent()


@dataclass(frozen=True)
class Difference:
    """What one load changes in one noun on one day.

    ``kind`` is added, edited, removed, agreed, corrected or renamed; agreed means that someone had already recorded it
    in the tracker. ``fields`` has (field, old value, new value) for an edit, a correction or a rename.
    """

    noun: str
    id: str
    effective_on: dt.date
    kind: str
    fields: tuple[tuple[str, object, object], ...]

    def __str__(self) -> str:
        """The difference in one line."""
        parts = [f"{self.noun} {self.id} ({self.effective_on})"]
        if self.kind != "edited":
            parts.append(self.kind)
        if self.fields:
            parts.append("; ".join(f"{field} was {old!s}, is {new!s}" for field, old, new in self.fields))
        return ": ".join(parts)


@dataclass(frozen=True)
class Loaded:
    """A load: what it changed, and the changes that record it, oldest first; none when nothing was new.

    A rename and a correction of baselines are separate changes, before that of the load.
    """

    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]

    @property
    def change(self) -> Change | None:
        """The last of the changes; None when nothing was recorded."""
        return self.changes[-1] if self.changes else None


@dataclass
class _Compared:
    """What a load would record, and its faults."""

    current: Mapping[str, Mapping[Place, Slot]]
    renames: Renames
    renamed: list[Version] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    corrections: list[Version] = field(default_factory=list)
    removed: list[Version] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def check_plans(plans: Path, data: Path) -> Counter[str]:
    """Read all the plans and return how many statements they have for each noun. Raises PlanFaults."""
    return Counter(type(statement.noun).__name__.lower() for statement in read_plan(plans, data))


def unread(plans: Path) -> list[str]:
    """Return a sentence for every file in the plans' folder that is empty or not read as a plan, except hidden ones."""
    return unread_files(plans, hidden=False)


def draft_plan(file: Path) -> str:
    """Return a plan drafted from a file of another program, as TOML for a person to edit; nothing is loaded.

    Raises ReturnRejected with a sentence, StoreBusy when other files are being read.
    """
    try:
        content = read_bytes(file)
    except UnreadableFile as error:
        raise ReturnRejected(f"{file}: {error}") from None
    return plan_drafts.draft(content, file.name)


def compare_plans(
    db: Database, plans: Path, data: Path, *, consent: Consent = NOTHING_CONFIRMED
) -> tuple[Difference, ...]:
    """Return what ``load_plans`` would record, from a store that may be open for reading only.

    Raises PlanFaults as ``load_plans`` does.
    """
    return tuple(_compared(db, read_plan(plans, data), consent, unread_files(plans)).differences)


def load_plans(db: Database, plans: Path, data: Path, *, actor: str, consent: Consent = NOTHING_CONFIRMED) -> Loaded:
    """Record what is new or different in the plans: all of it, or nothing.

    With ``consent``, what is no longer in the plans is retracted, and stays in the history. What someone else has
    recorded since the last load stays, but it is a fault if the plans were edited in the same place and disagree. A
    baseline in the ledger, and the date of its promise, do not change: plans that disagree are a fault, unless
    ``consent`` gives a reason to correct them. A correction is a separate change before the load; so is a rename, which
    carries over everything recorded under the old id.
    Raises PlanFaults (nothing is recorded), StaleEdit, StoreBusy, StoreUnusable.
    """
    statements, unread = read_plan(plans, data), unread_files(plans)
    compared = _compared(db, statements, consent, unread)
    renamed = [d for d in compared.differences if d.kind == "renamed"]
    differences, changes = list(compared.differences), []
    if compared.renamed:
        reason = str(compared.renames)
        changes.append(
            ledger.record(db, actor=actor, action=ChangeAction.RENAME, reason=reason, versions=compared.renamed)
        )
        compared = _compared(db, statements, consent, unread)
        differences = renamed + [d for d in compared.differences if d.kind != "agreed"]
    if compared.corrections:
        reason = f"correction; {consent.correct_baselines}"
        changes.append(
            ledger.record(
                db, actor=actor, action=ChangeAction.CORRECT_BASELINE, reason=reason, versions=compared.corrections
            )
        )
        compared = _compared(db, statements, consent, unread)
        differences = [d for d in differences if d.kind in ("corrected", "renamed")] + compared.differences
    if compared.versions:
        kinds = Counter(difference.kind for difference in compared.differences)
        reason = ", ".join(f"{kinds[kind]:,} {kind}" for kind in _KINDS if kinds[kind])
        changes.append(
            ledger.record(db, actor=actor, action=ChangeAction.PLAN_LOAD, reason=reason, versions=compared.versions)
        )
    return Loaded(tuple(differences), tuple(changes))


def _compared(db: Database, statements: Sequence[Planned], consent: Consent, unread: Sequence[str]) -> _Compared:
    """Compare the plans with the ledger. Raises PlanFaults with everything that prevents a load."""
    with db.read() as cursor:
        compared = _compare(cursor, statements, consent)
    faults = list(compared.faults)
    if compared.removed and not consent.remove:
        faults.append(plan_removals.listed(compared.removed, compared.versions, compared.current, unread))
    if faults:
        raise PlanFaults(faults)
    return compared


def _compare(cursor: Cursor, statements: Sequence[Planned], consent: Consent) -> _Compared:
    current = {table: reading.slots(cursor, noun, ChangeAction.PLAN_LOAD) for table, noun in NOUNS.items()}
    renames = _renames(statements, current)
    compared = _Compared(_carried_slots(current, renames), renames)
    for table, noun in NOUNS.items():
        _rename(compared, table, current[table], reading.newest_numbers(cursor, noun))
    for table, noun in NOUNS.items():
        planned = {(s.noun.id, s.effective_on): s for s in statements if type(s.noun) is noun}
        numbers = reading.newest_numbers(cursor, noun)
        if noun is Milestone:
            ever = baselines.ever_held(cursor)
            for new in renames.milestones.values():  # its only versions are those carried over
                ever[new] = {
                    worded(slot.newest.noun) for place, slot in compared.current[table].items() if place[0] == new
                }
            planned = _with_current_baselines(compared, table, planned, ever, numbers, consent)
        _compare_table(compared, table, planned, numbers)
    return compared


def _renames(statements: Sequence[Planned], current: Mapping[str, Mapping[Place, Slot]]) -> Renames:
    """Return the renames in the plans that the ledger does not have yet."""
    found: dict[str, dict[str, str]] = {"commitment": {}, "milestone": {}}
    for statement in statements:
        if statement.formerly:
            table = table_of(type(statement.noun))
            standing = {identity for (identity, _), slot in current[table].items() if _noun_of(slot.newest)}
            if statement.formerly in standing and statement.noun.id not in standing:
                found[table][statement.formerly] = statement.noun.id
    return Renames(found["commitment"], found["milestone"])


def _carried_slots(current: Mapping[str, Mapping[Place, Slot]], renames: Renames) -> dict[str, dict[Place, Slot]]:
    """Return the slots after the renames; a retracted record stays under its old id."""
    carried: dict[str, dict[Place, Slot]] = {}
    for table, slots in current.items():
        by_place = carried[table] = {}
        for slot in sorted(slots.values(), key=lambda slot: not slot.newest.retracted):
            newest, by_plan = slot.newest, slot.by_action
            if not newest.retracted:
                newest = replace(newest, noun=renames.carried(newest.noun))
                if by_plan:
                    by_plan = replace(by_plan, noun=renames.carried(by_plan.noun))
                if slot.newest is slot.by_action:
                    by_plan = newest
            by_place[newest.noun.id, newest.effective_on] = Slot(newest, by_plan)
    return carried


def _rename(compared: _Compared, table: str, current: Mapping[Place, Slot], numbers: dict[str, int]) -> None:
    """Add the versions that move the records of one noun to the new ids."""
    for (identity, day), slot in sorted(current.items(), key=itemgetter(0)):
        old = slot.newest.noun
        new = compared.renames.carried(old)
        if slot.newest.retracted or new == old:
            continue
        if new.id != identity:
            numbers[identity] += 1
            compared.renamed.append(Version(noun=old, version=numbers[identity], effective_on=day, retracted=True))
        numbers[new.id] = numbers.get(new.id, 0) + 1
        compared.renamed.append(Version(noun=new, version=numbers[new.id], effective_on=day))
        compared.differences.append(Difference(table, identity, day, "renamed", (("id", identity, new.id),)))


def _compare_table(compared: _Compared, table: str, planned: Mapping[Place, Planned], numbers: dict[str, int]) -> None:
    """Compare the plans' statements of one noun with its current records."""
    current = compared.current[table]
    gone = _gone(table, planned, current)
    removed: dict[str, list[Version]] = defaultdict(list)
    added: Counter[str] = Counter()
    for place in sorted(planned.keys() | current.keys()):
        statement, slot = planned.get(place), current.get(place)
        new = statement.noun if statement else None
        last, old = (_noun_of(slot.by_action), _noun_of(slot.newest)) if slot else (None, None)
        if place[0] in gone and old is not None:  # later changes in the tracker are removed with it
            last = old
        elif isinstance(last, Milestone) and isinstance(
            old, Milestone
        ):  # whose baseline the tracker may have corrected
            last = with_baseline_of(last, old)
        kept = new or last
        if kept is None or new == last:
            continue
        if slot and slot.newest is not slot.by_action and old not in (new, last):
            compared.faults.append(_both_edited(table, place, slot, statement))
            continue
        numbers[place[0]] = numbers.get(place[0], 0) + 1
        version = Version(noun=kept, version=numbers[place[0]], effective_on=place[1], retracted=new is None)
        compared.versions.append(version)
        compared.differences.append(_difference(table, place, old, new))
        if old is not None and new is None:
            removed[place[0]].append(version)
        elif old is None and new is not None:
            added[place[0]] += 1
    for identity, versions in removed.items():  # a statement that now has another day has moved, and is not removed
        compared.removed.extend(versions[added[identity] :])


def _gone(table: str, planned: Mapping[Place, Planned], current: Mapping[Place, Slot]) -> set[str]:
    """Return the ids that were in the plans and no longer are."""
    if NOUNS[table] in _WITH_HISTORY:
        return set()
    ids = {place[0] for place in planned}
    return {identity for (identity, _), slot in current.items() if _noun_of(slot.by_action)} - ids


def _with_current_baselines(
    compared: _Compared,
    table: str,
    planned: Mapping[Place, Planned],
    ever: Mapping[str, set[Worded]],
    numbers: dict[str, int],
    consent: Consent,
) -> dict[Place, Planned]:
    """Return the plans' statements of milestones, each with the current baseline and date of its promise.

    A plan with another baseline is a fault, or with ``consent`` a correction.
    """
    promises = _promises(compared.current[table])
    kept: dict[Place, Planned] = {}
    for place, statement in planned.items():
        days = promises.get(place[0])
        noun = statement.noun
        assert isinstance(noun, Milestone)  # noqa: S101  a statement of a milestone
        if not days:
            kept[place] = statement
            continue
        outcome = of_plan(noun, place[1], days, ever[place[0]])
        if isinstance(outcome, Milestone):
            kept[place] = replace(statement, noun=outcome)
            continue
        if outcome.held_on:  # its other fields are compared as usual
            rest = with_baseline_of(noun, days[outcome.held_on].held)
            kept[place[0], outcome.held_on] = replace(statement, noun=rest, effective_on=outcome.held_on)
        if consent.correct_baselines and outcome.corrected:
            _correct(compared, table, place[0], outcome, days, numbers)
        else:
            compared.faults.append(f"{statement.where}, field {outcome.field}: {outcome.sentence}")
    return kept


def _promises(current: Mapping[Place, Slot]) -> dict[str, dict[dt.date, Promise]]:
    """Return each milestone's days with versions, oldest first."""
    found: dict[str, dict[dt.date, Promise]] = defaultdict(dict)
    for (identity, day), slot in sorted(current.items(), key=itemgetter(0)):
        newest = slot.newest.noun
        assert isinstance(newest, Milestone)  # noqa: S101  of the table of milestones
        stands, by_plan = not slot.newest.retracted, slot.by_action is not None
        found[identity][day] = Promise(held=newest, by_plan=by_plan, stands=stands)
    return found


def _correct(
    compared: _Compared,
    table: str,
    identity: str,
    outcome: Disagreement,
    days: Mapping[dt.date, Promise],
    numbers: dict[str, int],
) -> None:
    """Add the versions that correct a milestone's baseline, or the date of its promise."""
    for day, milestone in sorted(outcome.corrected.items()):
        numbers[identity] = numbers.get(identity, 0) + 1
        noun = milestone or days[day].held
        compared.corrections.append(
            Version(noun=noun, version=numbers[identity], effective_on=day, retracted=milestone is None)
        )
        old = days[day].held if day in days and days[day].stands else None
        moved = _moved(old, milestone) if old and milestone else ()
        compared.differences.append(Difference(table, identity, day, "corrected", moved))


def _noun_of(version: Version | None) -> Noun | None:
    """Return a version's noun; None when there is no version or it is retracted."""
    return version.noun if version and not version.retracted else None


def _both_edited(table: str, place: Place, slot: Slot, statement: Planned | None) -> str:
    where = statement.where if statement else "the plans (it is no longer there)"
    return (
        f"{where}: {table} {place[0]} ({place[1]}) was changed both here and in the tracker (change "
        f"{slot.newest.change_seq}) since the last load. Make the plan agree with the tracker, or undo your edit."
    )


def _difference(table: str, place: Place, old: Noun | None, new: Noun | None) -> Difference:
    if old == new:  # the plan now agrees with the tracker
        return Difference(table, *place, "agreed", ())
    if old is None or new is None:
        return Difference(table, *place, "added" if old is None else "removed", ())
    return Difference(table, *place, "edited", _moved(old, new))


def _moved(old: Noun, new: Noun) -> tuple[tuple[str, object, object], ...]:
    """Return the fields in which two records differ: field, old value, new value."""
    pairs = ((name, part.get(old), part.get(new)) for name, part in parts(type(new)).items())
    return tuple(pair for pair in pairs if pair[1] != pair[2])
