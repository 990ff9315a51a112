"""Reporting a milestone's progress: one form or one line of a return becomes one change."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import InvalidReport
from tracker.domain.ledger import Version
from tracker.domain.nouns import Milestone, Source
from tracker.store import ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain.ledger import Change
    from tracker.domain.nouns import Noun, Progress
    from tracker.store.database import Cursor, Database

ACTION = "report progress"


def report_progress(
    db: Database,
    *,
    actor: str,
    progress: Progress,
    effective_on: dt.date,
    base_version: int,
    reason: str | None = None,
    request_id: str | None = None,
) -> Change:
    """Record what is known of a milestone from ``effective_on`` as one change.

    ``base_version`` is the version that the writer saw; 0 when there was none. A ``request_id`` that was recorded
    before records nothing again. Raises InvalidReport with every fault of the report, StaleEdit (with both texts) when
    a newer version has been recorded, UnstorableText, StoreBusy, StoreUnusable; then nothing is recorded.
    """
    with db.read() as cursor:
        faults = list(_faults(cursor, progress, effective_on))
    if faults:
        raise InvalidReport(" ".join(faults))
    return ledger.record(
        db,
        actor=actor,
        action=ACTION,
        reason=reason,
        versions=[Version(noun=progress, version=base_version + 1, effective_on=effective_on)],
        request_id=request_id,
    )


def _faults(cursor: Cursor, progress: Progress, effective_on: dt.date) -> Iterator[str]:
    """Say everything that is wrong with a report, a sentence each."""
    today = dates.today()
    promised_on = _held_from(cursor, Milestone, progress.id)
    if promised_on is None:
        yield f"There is no milestone {progress.id} in the ledger; choose one that is on the board."
    elif effective_on < promised_on:
        yield (
            f"Progress of {progress.id} cannot hold from {effective_on}: it was promised on {promised_on}; "
            "give that day or a later one."
        )
    if effective_on > today:
        yield (
            f"Progress of {progress.id} cannot hold from {effective_on}: that day has not come yet; "
            f"give {today} or before."
        )
    if progress.actual_on and progress.actual_on > today:
        yield (
            f"{progress.id} cannot have been completed on {progress.actual_on}: that day has not come yet; "
            "give it as the forecast."
        )
    elif progress.actual_on and progress.actual_on > effective_on:
        yield (
            f"{progress.id} cannot be complete from {effective_on}: it was completed on {progress.actual_on}; "
            "give that day or a later one."
        )
    if not (progress.status or progress.forecast_on or progress.actual_on):
        yield f"The report on {progress.id} says nothing; give a status, a forecast or the day it was completed."
    if progress.evidence_id and _held_from(cursor, Source, progress.evidence_id) is None:
        yield f"There is no source {progress.evidence_id} in the ledger to be evidence; choose one that is, or add it."


def _held_from(cursor: Cursor, noun: type[Noun], noun_id: str) -> dt.date | None:
    """Return the first day that something stands for an id; None when nothing does."""
    newest = {version.effective_on: version for version in ledger.versions(cursor, noun, noun_id)}
    return min((day for day, version in newest.items() if not version.retracted), default=None)
