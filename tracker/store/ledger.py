"""Recording a change: whole or not at all, never over someone else's, and durable before it is returned."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import BrokenLedger, NothingToRecord, StoreUnusable, TrackerError
from tracker.domain.ledger import Change, Head, StaleEdit, Version
from tracker.store import anchoring, reading, sealing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.store.database import Cursor, Database

log = logging.getLogger(__name__)

CLOCK_STEP = dt.timedelta(minutes=5)
"""How far a clock may go back between two saves; after a longer step back nothing is saved."""


def record(
    db: Database,
    *,
    actor: str,
    action: str,
    versions: Sequence[Version],
    reason: str | None = None,
    request_id: str | None = None,
    check: Callable[[Cursor], None] | None = None,
) -> Change:
    """Record versions as one change, and return it once it is durable.

    Each version must follow the newest of its id: otherwise StaleEdit (with both), and nothing is recorded. A
    ``request_id`` that was recorded before returns that change again and records nothing. The change before must be in
    the head anchor first, so that the ledger is never more than one change ahead of it. ``check`` runs last, on the
    ledger at that moment, and stops the change by raising: it is for rules over several ids, which version numbers do
    not cover. Raises NothingToRecord for no versions, StoreBusy when another write does not end, StoreUnusable when the
    disk refuses, BrokenLedger when ledger and anchor do not agree.
    """
    if not versions:
        raise NothingToRecord("There is nothing to record.")
    request_id = request_id or str(uuid.uuid4())
    with db.exclusive():
        with db.transaction() as cursor:
            if earlier := reading.requested(cursor, request_id):
                return earlier
            anchoring.catch_up(db)
            _refuse_stale(cursor, versions)
            if check:
                check(cursor)
            newest = reading.newest_change(cursor)
            now = dates.utc_now()
            if newest:  # the clock may step back a little; the ledger does not
                _refuse_clock_behind(newest, now)
                now = max(now, newest.recorded_at + dt.timedelta(microseconds=1))
            unsealed = sealing.following(
                newest, recorded_at=now, actor=actor, action=action, reason=reason, request_id=request_id
            )
            change, rows = sealing.sealed(unsealed, versions)
            sealing.insert(cursor, change, rows)
        _settle(db, change)
    return change


def _refuse_clock_behind(newest: Change, now: dt.datetime) -> None:
    """Raise StoreUnusable when the newest change is later than the clock by more than a clock is usually corrected."""
    if newest.recorded_at - now > CLOCK_STEP:
        raise StoreUnusable(
            f"Nothing was saved. The clock of this computer says {dates.moment_in_words(now)}, but change {newest.seq} "
            f"was recorded on {dates.moment_in_words(newest.recorded_at)}. If the clock is wrong, correct it and save "
            f"again. If it is right now, it was ahead when change {newest.seq} was recorded: `python -m tracker "
            "verify` lists the changes to record again, and how to go on without them."
        )


def _refuse_stale(cursor: Cursor, versions: Sequence[Version]) -> None:
    """Raise StaleEdit unless every id's versions continue from its newest without a gap."""
    for noun, group in sealing.by_noun(versions):
        before_all = min(version.version for version in group) - 1  # older versions do not matter
        newest = reading.newest_numbers(cursor, noun, {version.noun.id for version in group}, at_least=before_all)
        for version in group:
            if version.version != newest.get(version.noun.id, 0) + 1:
                raise StaleEdit(version, reading.latest(cursor, noun, version.noun.id))
            newest[version.noun.id] = version.version


def _settle(db: Database, change: Change) -> None:
    """Check that the change is the end of the ledger, and add it to the anchor.

    The change is already durable, so no other failure here may say that it was not saved.
    """
    try:
        with db.read() as cursor:
            end = reading.head(cursor)
        if end != Head.of(change):
            raise BrokenLedger(
                f"Change {change.seq} was saved, but the ledger ends at change {end.seq}. Stop the app and run `python "
                "-m tracker verify`."
            )
        db.address.anchor.append(change)
        db.checkpoint_when_due()
    except BrokenLedger:
        raise
    except TrackerError as error:  # the next save or opening catches up, or says that it cannot
        log.warning("%s", error)
    except Exception:
        log.exception("Change %d is saved; what follows a save failed", change.seq)
