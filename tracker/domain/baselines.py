"""The rules of change control: what may be asked of a baseline, and which days of the past a decision touches."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate
from tracker.domain.words import MoveReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain.ledger import Version
    from tracker.domain.lines import UpdateLine
    from tracker.domain.nouns import Milestone


CORRECTED = "correct baseline"
"""The action of a change that puts a baseline right: it moves nothing, and the history says so."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asks of a milestone's baseline, and why."""

    milestone_id: str
    baseline: PublishedDate
    reason: str
    note: str

    @property
    def correction(self) -> bool:
        """Say whether the baseline that is held was wrong from the start, rather than overtaken."""
        return self.reason == MoveReason.CORRECTION


def faults(line: UpdateLine, asked: Asked, today: dt.date) -> Iterator[str]:
    """Say everything that is wrong with what is asked of a baseline, a sentence each, beginning with its id."""
    name = line.milestone_id
    if asked.reason not in list(MoveReason):
        yield f'{name}: "{asked.reason}" is not a reason to change a baseline; choose one of: {", ".join(MoveReason)}.'
    if not asked.note.strip():
        yield f"{name}: say more about why in a note; whoever decides reads it."
    if asked.baseline == line.baseline:
        yield f"{name}: its baseline is {line.baseline} already; ask for another."
    if asked.correction:
        if line.baseline is None:
            yield f"{name}: it has no baseline that could be wrong; choose another reason to give it one."
        return
    if line.actual:
        yield f"{name}: it is recorded as having happened on {line.actual}; its baseline can only be corrected."
    if asked.baseline.day < today:
        yield f"{name}: {asked.baseline} has passed and would be missed at once; only a correction may set it."


def rebaselined(held: Milestone, asked: Asked) -> Milestone:
    """Return a milestone with the baseline that was asked for.

    The published wording belongs to the date that was published: a correction reads it anew, a change leaves it behind.
    """
    return replace(
        held,
        baseline_on=asked.baseline.day,
        baseline_precision=asked.baseline.precision,
        baseline_wording=held.baseline_wording if asked.correction else None,
    )


def days_of_current_baseline(standing: Sequence[Version]) -> list[Version]:
    """Return, of what stood of a milestone day after day, the days at the end that hold the baseline held now."""
    run: list[Version] = []
    for version in reversed(standing):
        if run and _baseline(version) != _baseline(run[-1]):
            break
        run.append(version)
    return run[::-1]


def _baseline(version: Version) -> tuple[object, object]:
    return getattr(version.noun, "baseline_on", None), getattr(version.noun, "baseline_precision", None)
