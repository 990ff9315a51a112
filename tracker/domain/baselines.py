"""The rules of change control: what may be requested of a baseline, and which past days a decision changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain.dates import PublishedDate, far_away, in_words
from tracker.domain.errors import Fault
from tracker.domain.words import MoveReason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.domain.ledger import Version
    from tracker.domain.nouns import Milestone, Noun
    from tracker.domain.progress import UpdateLine


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A requested baseline for a milestone, and why."""

    milestone_id: str
    baseline: PublishedDate
    reason: str
    note: str

    @property
    def correction(self) -> bool:
        """Say whether the current baseline was wrong from the start, rather than overtaken by events."""
        return self.reason == MoveReason.CORRECTION


def faults(line: UpdateLine, asked: Asked, today: dt.date) -> Iterator[Fault]:
    """Give every fault of a requested baseline, by the fields of ``Asked``."""
    for field, sentence in _faults(line, asked, today):
        yield Fault(field, sentence, about=line.milestone_id)


def _faults(line: UpdateLine, asked: Asked, today: dt.date) -> Iterator[tuple[str, str]]:
    if asked.reason not in list(MoveReason):
        yield (
            "reason",
            f'"{asked.reason}" is not a reason to change a baseline. Choose one of: {", ".join(MoveReason)}.',
        )
    if not asked.note.strip():
        yield "note", "explain the reason in a note, for the person who decides."
    if question := far_away(asked.baseline, asked.note):
        yield "baseline", question
    if asked.baseline == line.baseline:
        yield "baseline", f"its baseline is already {line.baseline}. Enter a different one."
    if asked.correction:
        if line.baseline is None:
            yield "reason", "it has no baseline to correct. Choose another reason."
        return
    if line.actual:
        yield "reason", f"it was completed on {line.actual}, so its baseline can only be corrected."
    if asked.baseline.day < today:
        yield "baseline", f"{asked.baseline} has passed, so only a correction can use it. Enter a later date."


def rebaselined(milestone: Milestone, asked: Asked) -> Milestone:
    """Return a milestone with the requested baseline.

    The published wording belongs to the published date: a correction keeps it, a change drops it.
    """
    return replace(
        milestone,
        baseline=asked.baseline,
        baseline_wording=milestone.baseline_wording if asked.correction else None,
    )


def days_of_current_baseline(versions: Sequence[Version]) -> list[Version]:
    """Return the latest run of a milestone's versions (one for each day) that share its current baseline."""
    run: list[Version] = []
    for version in reversed(versions):
        if run and _baseline(version) != _baseline(run[-1]):
            break
        run.append(version)
    return run[::-1]


def _baseline(version: Version) -> object:
    return getattr(version.noun, "baseline", None)


# Baselines in plans


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One day of a milestone in the ledger: its version from that day, and whether it came from a plan.

    ``stands`` is False when it was retracted; ``held`` is then the version before.
    """

    held: Milestone
    by_plan: bool
    stands: bool


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """A plan whose baseline, or date of the promise, differs from the ledger: the field, and a sentence.

    ``corrected`` is what a correction would record, by day; ``None`` removes a day. It is empty when no correction is
    possible. ``held_on`` is the day in the ledger that the plan refers to; None when there is none.
    """

    field: str
    sentence: str
    held_on: dt.date | None
    corrected: Mapping[dt.date, Milestone | None]


def with_baseline_of(said: Milestone, held: Milestone) -> Milestone:
    """Return a plan's milestone with the baseline from the ledger."""
    return replace(
        said,
        baseline=held.baseline,
        baseline_wording=held.baseline_wording,
    )


Worded: TypeAlias = tuple[object, ...]
"""A baseline and its published wording."""


def of_plan(
    said: Milestone, promised_on: dt.date, days: Mapping[dt.date, Promise], ever: Collection[Worded]
) -> Milestone | Disagreement:
    """Return what a load may record of a milestone that is in the ledger, or why it may not.

    ``days`` are its days in the ledger, oldest first; ``ever`` every baseline that it has had there. A plan may keep
    its first baseline, or change to one that was approved since; either way the baseline in the ledger stays.
    """
    standing = {day: promise.held for day, promise in days.items() if promise.stands}
    if not standing:
        return _back_again(said, promised_on, days, ever)
    if promised_on not in standing:
        return _other_promise(said, promised_on, days, standing)
    held = standing[promised_on]
    approved = said.baseline != held.baseline and (said.baseline, None) in ever  # and published nowhere yet
    if worded(said) in ever or approved:
        return with_baseline_of(said, held)
    return _other_baseline(said, promised_on, held, standing)


def worded(milestone: Noun) -> Worded:
    """Return the baseline of a milestone."""
    return getattr(milestone, "baseline", None), getattr(milestone, "baseline_wording", None)


def _back_again(
    said: Milestone, promised_on: dt.date, days: Mapping[dt.date, Promise], ever: Collection[Worded]
) -> Milestone | Disagreement:
    """Check a milestone that was removed and is in the plans again: it must be as it was."""
    promise = days.get(promised_on)
    if promise and worded(said) in ever:
        return with_baseline_of(said, promise.held)
    day, last = list(days.items())[-1]
    was = last.held.baseline or "none"
    return Disagreement(
        field="id",
        held_on=None,
        sentence=(
            f"{said.id} was on the board before, promised on {day} with the baseline {was}. Give it the same date and "
            "baseline, or give the new promise another id."
        ),
        corrected={},
    )


_IF_WRONG = 'If the plan was wrong from the start, load it with --correct-baselines "why".'


def _other_promise(
    said: Milestone, promised_on: dt.date, days: Mapping[dt.date, Promise], standing: Mapping[dt.date, Milestone]
) -> Disagreement:
    first = next(iter(standing))
    only_one = len(standing) == 1 and days[first].by_plan
    return Disagreement(
        field="promised_on",
        held_on=first,
        sentence=(
            f"is {in_words(promised_on)}, but the tracker has {in_words(first)}. A plan cannot change the date of a "
            f"promise, because that would change past boards. Put {first} back. "
            + (_IF_WRONG if only_one else "Its baseline was changed in the tracker, so it cannot be corrected here.")
        ),
        corrected={first: None, promised_on: said} if only_one else {},
    )


def _other_baseline(
    said: Milestone, promised_on: dt.date, held: Milestone, standing: Mapping[dt.date, Milestone]
) -> Disagreement:
    was, new = held.baseline, said.baseline
    if was == new:
        field, has, says = "baseline_wording", held.baseline_wording or "none", said.baseline_wording or "none"
        has, says, ask = f'"{has}"', f'"{says}"', ""
    else:
        field, has, says = "baseline", str(was or "none"), str(new or "none")
        written = new.written if new else "DATE"
        ask = (
            "To change it, make a request on the Change control page or with `python -m tracker baseline request "
            f'{said.id} "{written}" --reason … --note …`. Another person decides. '
        )
    corrected: dict[dt.date, Milestone | None] = {}
    for day, milestone in standing.items():
        if day >= promised_on:
            if milestone.baseline != held.baseline:
                break
            corrected[day] = with_baseline_of(milestone, said)
    return Disagreement(
        field=field,
        held_on=promised_on,
        sentence=(
            f"is {says}, but the tracker has {has}. A plan cannot change a baseline that is in the tracker. Put {has} "
            f"back. {ask}{_IF_WRONG}"
        ),
        corrected=corrected,
    )
