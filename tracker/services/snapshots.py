"""Snapshots of the board: taken by one approver, approved by another, opened and proved for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import InvalidSnapshot, TrackerError, UnknownSnapshot
from tracker.domain.ledger import Head, StaleEdit, Version
from tracker.domain.nouns import Snapshot
from tracker.domain.policy import Action, require, require_other
from tracker.domain.rules import TOLERANCES
from tracker.domain.snapshots import forward, require_name, written_rules
from tracker.domain.text import clean
from tracker.domain.words import SnapshotState
from tracker.reporting.digest import FORM, digest
from tracker.services import boards
from tracker.services.users import who
from tracker.store import ledger, periods
from tracker.store import snapshots as taken

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from tracker.domain.ledger import Change
    from tracker.domain.lines import SnapshotLine
    from tracker.domain.rules import Tolerances
    from tracker.reporting.board import BoardView
    from tracker.store.database import Database


def take_snapshot(
    db: Database,
    *,
    actor_id: str,
    name: str,
    as_at: dt.date | None = None,
    for_board: bool = False,
    note: str | None = None,
    rules: Tolerances = TOLERANCES,
    request_id: str | None = None,
) -> Change:
    """Record where the board stands as at a day (today when none is given), with all that is known now, under a name.

    It belongs to the reporting period that is open, if one is. A ``request_id`` that was recorded before
    records nothing again. Raises UnknownUser, NotAllowed, InvalidSnapshot, UnreadableDate, UnstorableText, StoreBusy,
    StoreUnusable.
    """
    today = dates.today()
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_SNAPSHOTS)
        if earlier := ledger.requested(cursor, request_id):
            return earlier
        require_name(name)
        known = ledger.head(cursor)
        period = periods.open_now(cursor, today)
    view = boards.view_board(db, as_at or today, known.seq, rules)
    snapshot = Snapshot(
        id=name,
        as_at=view.as_at,
        known_seq=known.seq,
        known_seal=known.seal,
        digest=digest(view),
        rules=written_rules(rules, FORM),
        state=SnapshotState.FOR_BOARD if for_board else SnapshotState.DRAFT,
        taken_by=actor_id,
        period_id=period.period_id if period else None,
        note=note,
    )
    try:
        return ledger.record(
            db,
            actor=actor_id,
            action="take snapshot",
            versions=[Version(noun=snapshot, version=1, effective_on=today)],
            request_id=request_id,
        )
    except StaleEdit:
        raise InvalidSnapshot(f"There is a snapshot {name} already; choose another name.") from None


def submit_snapshot(
    db: Database, *, actor_id: str, name: str, note: str | None = None, request_id: str | None = None
) -> Change:
    """Put a draft to the board. Raises as ``approve_snapshot`` does."""
    return _move(db, actor_id, name, SnapshotState.FOR_BOARD, note, request_id)


def approve_snapshot(
    db: Database, *, actor_id: str, name: str, note: str | None = None, request_id: str | None = None
) -> Change:
    """Approve a snapshot that somebody else took.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, UnknownSnapshot,
    InvalidSnapshot for one that was approved before, StaleEdit when it moved on meanwhile, UnstorableText, StoreBusy,
    StoreUnusable.
    """
    return _move(db, actor_id, name, SnapshotState.APPROVED, note, request_id)


def publish_snapshot(
    db: Database, *, actor_id: str, name: str, note: str | None = None, request_id: str | None = None
) -> Change:
    """Say that an approved snapshot is published. Raises as ``approve_snapshot`` does."""
    return _move(db, actor_id, name, SnapshotState.PUBLISHED, note, request_id)


_ACTIONS = {
    SnapshotState.FOR_BOARD: "submit snapshot",
    SnapshotState.APPROVED: "approve snapshot",
    SnapshotState.PUBLISHED: "publish snapshot",
}


def _move(
    db: Database, actor_id: str, name: str, state: SnapshotState, note: str | None, request_id: str | None
) -> Change:
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.KEEP_SNAPSHOTS)
        if earlier := ledger.requested(cursor, request_id):
            return earlier
        newest = ledger.latest(cursor, Snapshot, name)
    if newest is None or not isinstance(newest.noun, Snapshot):
        raise _unknown(name)
    held = newest.noun
    approving = state is SnapshotState.APPROVED
    if approving:
        require_other(actor, held.taken_by)
    moved = forward(held, state, approved_by=actor_id if approving else None, note=clean(note or "", where="the note"))
    return ledger.record(
        db,
        actor=actor_id,
        action=_ACTIONS[state],
        versions=[Version(noun=moved, version=newest.version + 1, effective_on=dates.today())],
        request_id=request_id,
    )


def _unknown(name: str) -> UnknownSnapshot:
    return UnknownSnapshot(f'There is no snapshot "{name}"; choose one from the list of snapshots.')


def list_snapshots(db: Database, known_seq: int | None = None) -> list[SnapshotLine]:
    """Return every snapshot as it stands, or stood at change ``known_seq``; the newest day and knowledge first."""
    with db.read() as cursor:
        return taken.snapshots(cursor, ledger.head(cursor).seq if known_seq is None else known_seq)


def show_snapshot(db: Database, name: str) -> SnapshotLine:
    """Return one snapshot. Raises UnknownSnapshot."""
    line = next((line for line in list_snapshots(db) if line.name == name), None)
    if line is None:
        raise _unknown(name)
    return line


def open_snapshot(db: Database, name: str) -> BoardView:
    """Return the board of a snapshot: the day, the knowledge and the tolerances it was taken with, and never others.

    Raises UnknownSnapshot.
    """
    at = show_snapshot(db, name).position
    return boards.view_board(db, at.as_at, at.known_seq, at.rules)


def last_approved(db: Database, as_at: dt.date, known_seq: int) -> SnapshotLine | None:
    """Return the newest snapshot of a day up to ``as_at`` that had been approved by change ``known_seq``; or None."""
    lines = list_snapshots(db, known_seq)
    return next((line for line in lines if line.standing and line.as_at <= as_at), None)


def differs(db: Database, line: SnapshotLine, known_seq: int) -> bool:
    """Say whether the board of a snapshot's day, as known at change ``known_seq``, is another one than it shows."""
    at = line.position
    found = boards.view_board(db, at.as_at, known_seq, at.rules)
    return digest(found) != digest(boards.view_board(db, at.as_at, at.known_seq, at.rules))


@dataclass(frozen=True, kw_only=True)
class SnapshotProof:
    """What a verification of a snapshot found: every fault in a sentence (none: it shows what it showed).

    ``computable`` says whether this version of the tracker computes the form of digest that it was taken with.
    """

    snapshot: SnapshotLine
    changes: int
    head: Head
    computable: bool
    faults: tuple[str, ...]

    @property
    def conclusion(self) -> str:
        """What a proof without faults says, and no more."""
        line = self.snapshot
        whole = (
            f"The ledger is whole to its end, change {self.head.seq}, and change {line.known_seq} in it is the one "
            f"that the snapshot {line.name} was taken at"
        )
        if self.computable:
            return f"{whole}. Its board, computed again, is the one that was taken."
        return (
            f"{whole}. Its digest is of form {line.form} and this version of the tracker computes form {FORM}, so the "
            "board itself could not be compared."
        )


def verify_snapshot(db: Database, name: str) -> SnapshotProof:
    """Prove that a snapshot shows what it showed: its digest, its place in the chain, and the whole chain.

    The store may be one that does not prove (``open_store(…, proven=False)``): what is wrong is told. Raises
    UnknownSnapshot.
    """
    line = show_snapshot(db, name)
    proof = ledger.verify(db)
    computable, faults = _looked_into(db, line)
    return SnapshotProof(
        snapshot=line,
        changes=proof.changes,
        head=proof.head,
        computable=computable,
        faults=(*proof.faults, *faults),
    )


def check_snapshots(db: Database) -> tuple[int, list[str]]:
    """Compute the board of every snapshot again: how many there are, and in what any is not the one that was taken.

    The chain is not proven anew for each of them, as ``verify_snapshot`` does.
    """
    lines = list_snapshots(db)
    return len(lines), [fault for line in lines for fault in _looked_into(db, line)[1]]


def _looked_into(db: Database, line: SnapshotLine) -> tuple[bool, list[str]]:
    """Compute the board of a snapshot again: whether its digest can be compared, and every fault."""
    computable = True
    try:
        at = line.position
        view = boards.view_board(db, at.as_at, at.known_seq, at.rules)
        computable = line.form == FORM
        return computable, list(_differences(line, view, compare_digests=computable))
    except TrackerError as error:  # what was altered may be the day or the tolerances themselves
        return computable, [f"The board of the snapshot {line.name} cannot be shown. {error}"]


def _differences(line: SnapshotLine, view: BoardView, *, compare_digests: bool) -> Iterator[str]:
    """Say in what the board that is found where a snapshot was taken is not the one that was."""
    if view.head != Head(line.known_seq, line.known_seal):
        yield (
            f"The snapshot {line.name} was taken at change {line.known_seq} with the seal {line.known_seal[:12]}…; the "
            f"ledger holds change {view.head.seq} with the seal {view.head.seal[:12]}… there."
        )
    if compare_digests and (found := digest(view)) != line.digest:
        yield (
            f"The board of the snapshot {line.name} (as at {line.as_at}, as known at change {line.known_seq}) is not "
            f"the one that was taken: its digest was {line.digest[:12]}… and is {found[:12]}… now."
        )
