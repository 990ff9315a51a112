"""Comparing the ledger with its anchor, and keeping the anchor up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.domain.errors import BrokenLedger
from tracker.domain.ledger import GENESIS, Head
from tracker.store import reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.store.anchor import Anchor
    from tracker.store.database import Database


def check_head(db: Database) -> None:
    """Compare the end of the ledger with its anchor. Raises BrokenLedger."""
    if found := faults(db, whole=False):
        raise BrokenLedger(" ".join(found))


def catch_up(db: Database) -> None:
    """Add the last change to the anchor if it is missing there. Raises BrokenLedger, StoreUnusable."""
    with db.read() as cursor:
        newest, end = reading.newest_change(cursor), reading.head(cursor)
    if newest is None:
        check_head(db)
    elif db.address.anchor.last() != end:
        check_head(db)
        db.address.anchor.append(newest)


def renew(db: Database) -> None:
    """Write the missing anchor of a ledger that has just been verified: whole or not at all.

    Raises StoreUnusable.
    """
    with db.read() as cursor:
        recorded = reading.changes(cursor)
    db.address.anchor.prepare((Head.of(change), change.recorded_at) for change in recorded)
    db.address.anchor.put()


def faults(db: Database, *, whole: bool) -> list[str]:
    """Return the faults of a comparison of the chain with its anchor: every line (``whole``), or the last."""
    anchor = db.address.anchor
    last = anchor.last()
    if last is None:
        return [
            f"The head anchor {anchor.path} is missing, so we cannot tell whether the end of the ledger is whole. "
            "Restore the newest backup. Or, if the head that `python -m tracker verify` prints is the one on your last "
            "export, write the anchor again with `python -m tracker verify --renew-anchor`."
        ]
    wanted = anchor.heads() if whole else [last]
    with db.read() as cursor:
        end = reading.head(cursor)
        rows = cursor.execute(
            "SELECT seq, seal FROM tracker.change WHERE seq >= $first", {"first": wanted[0].seq}
        ).fetchall()
    seals = {0: GENESIS, **dict(rows)}
    faults = _gaps(anchor, wanted if whole else None, last)
    faults += [
        f"Change {noted.seq} is not the one that was recorded: its seal differs from the head anchor {anchor.path}."
        for noted in wanted
        if noted.seq <= end.seq and seals.get(noted.seq, noted.seal) != noted.seal
    ]
    if last.seq > end.seq:
        faults.append(
            f"{missing(end.seq + 1, last.seq)} from the end of the ledger: the head anchor {anchor.path} ends at "
            f"change {last.seq} (seal {last.seal[:12]}…). Restore the newest backup and keep this file to find out "
            "what happened."
        )
    now = anchor.last() or last  # others may have saved since then, first to the ledger, then to the anchor
    if now.seq + 1 < end.seq:
        faults.append(_cut_anchor(anchor.path, now.seq, end.seq))
    return faults


def missing(first: int, last: int) -> str:
    """Say which changes are missing."""
    return f"Change {first} is missing" if first == last else f"Changes {first} to {last} are missing"


def _gaps(anchor: Anchor, heads: Sequence[Head] | None, last: Head) -> list[str]:
    """Say where the numbers of an anchor have a gap or are out of order; for unread heads (None), only whether."""
    if heads is None:
        return [] if anchor.is_complete(last) else [f"The head anchor {anchor.path} {_WRONG_LINES}"]
    for wanted, noted in enumerate(heads):
        if noted.seq != wanted:
            return [
                f"The head anchor {anchor.path} names change {noted.seq} where change {wanted} belongs: "
                f"it {_WRONG_LINES}"
            ]
    return []


_WRONG_LINES = (
    "does not have one line for each change: lines were removed, added or moved. Restore the newest backup and keep "
    "this file to find out what happened."
)


def _cut_anchor(path: Path, anchored: int, end: int) -> str:
    return (
        f"The head anchor {path} ends at change {anchored} but the ledger goes on to change {end}: lines of it are "
        "missing. "
        + (
            "If you were reloading this store from an export, start again with a new one. If not, "
            if anchored == 0
            else "Keep this file to find out what happened, and "
        )
        + "restore the newest backup. Or, if the head that `python -m tracker verify` prints is the one on your last "
        "export, move the anchor away and write it again with `python -m tracker verify --renew-anchor`."
    )
