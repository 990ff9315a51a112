"""The history in sentences, and the check that it is unaltered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.domain.dates import in_words
from tracker.domain.errors import UnknownCommitment, UnknownMilestone, UnknownPeriod
from tracker.domain.nouns import Commitment, Milestone, Period
from tracker.exchange.history_files import history_csv as as_csv
from tracker.exchange.history_files import history_json as as_json
from tracker.exchange.history_files import history_text as as_text
from tracker.reporting.history import HistoryView, told
from tracker.store import history, proving, reading
from tracker.views.records import HistoryFilter

__all__ = [
    "HistoryFilter",
    "HistoryView",
    "as_csv",
    "as_json",
    "as_text",
    "export_csv",
    "list_actors",
    "verify_open",
    "view_history",
]

if TYPE_CHECKING:
    from tracker.store.database import Cursor, Database
    from tracker.store.proving import Verification


def view_history(db: Database, wanted: HistoryFilter, known_seq: int) -> HistoryView:
    """Return a page of the history as known at change ``known_seq``, and the trend of the chosen milestone.

    The trend needs a day: without ``as_at`` there is none. Raises UnknownMilestone, UnknownCommitment, UnknownPeriod.
    """
    with db.read() as cursor:
        _require_known(cursor, wanted, known_seq)
        found = history.recorded(cursor, wanted, known_seq)
        return HistoryView(
            head=reading.head(cursor, known_seq),
            demonstration=reading.is_demonstration(cursor),
            lines=tuple(told(line) for line in found.lines),
            total=found.total,
            offset=wanted.offset,
            trend=tuple(history.trend(cursor, wanted.milestone_id, wanted.as_at, known_seq))
            if wanted.milestone_id and wanted.as_at
            else (),
        )


def _require_known(cursor: Cursor, wanted: HistoryFilter, known_seq: int) -> None:
    day = f" as at {in_words(wanted.as_at)}" if wanted.as_at else ""
    milestone, commitment, period = wanted.milestone_id, wanted.commitment_id, wanted.period_id
    if milestone and not history.was_recorded(cursor, Milestone, milestone, known_seq, wanted.as_at):
        raise UnknownMilestone(f'There is no milestone "{milestone}"{day}. Choose one from the list.')
    if commitment and not history.was_recorded(cursor, Commitment, commitment, known_seq, wanted.as_at):
        raise UnknownCommitment(f'There is no commitment "{commitment}"{day}. Choose one from the list of commitments.')
    if period and not history.was_recorded(cursor, Period, period, known_seq, wanted.as_at):
        raise UnknownPeriod(f'There is no reporting period "{period}"{day}. See `period list`.')


def list_actors(db: Database, known_seq: int) -> list[str]:
    """Return everyone who recorded anything up to change ``known_seq``, as the ledger names them."""
    with db.read() as cursor:
        return history.actors(cursor, known_seq)


def export_csv(db: Database, wanted: HistoryFilter, known_seq: int) -> str:
    """Return every line that matches ``wanted``, of all pages, as CSV. Raises as ``view_history`` does."""
    return as_csv(view_history(db, replace(wanted, offset=0, limit=None), known_seq))


def verify_open(db: Database) -> Verification:
    """Recompute the whole chain of an open store, and compare it with its anchor."""
    return proving.verify(db)
