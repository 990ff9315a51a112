"""Snapshots of the board: one approver saves them, another approves them; they can be opened and checked for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.dates import in_words
from tracker.domain.errors import Fault, InvalidSnapshot, NotAllowed, TrackerError, UnknownSnapshot
from tracker.domain.ledger import Change, Head, StaleEdit, Version
from tracker.domain.nouns import Snapshot
from tracker.domain.policy import Action, Actor, require, require_other
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.snapshots import forward, require_name, written_rules
from tracker.domain.text import clean
from tracker.domain.words import ChangeAction, SnapshotState
from tracker.reporting.digest import FORMS, NEWEST_FORM, digest
from tracker.services import boards
from tracker.services.users import may_still, who
from tracker.store import ledger, periods, proving, reading
from tracker.store import snapshots as taken

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from tracker.reporting.board import BoardView
    from tracker.store.database import Database
    from tracker.views.control import PeriodLine, SnapshotLine


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
    """Record the board as at a day (by default today), with everything known now, under a name.

    It belongs to the open reporting period, if there is one. A ``request_id`` that was recorded before
    records nothing again. Raises UnknownUser, NotAllowed, InvalidSnapshot, UnreadableDate, UnstorableText, StoreBusy,
    StoreUnusable.
    """
    today = dates.today()
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_SNAPSHOTS)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        require_name(name)
        known = reading.head(cursor)
        period = periods.open_now(cursor, today)
    snapshot = snapshot_of(
        boards.view_board(db, as_at or today, known.seq, rules),
        name=name,
        state=SnapshotState.FOR_BOARD if for_board else SnapshotState.DRAFT,
        taken_by=actor_id,
        period_id=period.period_id if period else None,
        note=note,
    )
    try:
        return ledger.record(
            db,
            actor=actor_id,
            action=ChangeAction.TAKE_SNAPSHOT,
            versions=[Version(noun=snapshot, version=1, effective_on=today)],
            request_id=request_id,
            check=may_still(actor_id, Action.KEEP_SNAPSHOTS),
        )
    except StaleEdit:
        taken = Fault("name", f"There is already a snapshot called {name}. Choose another name.")
        raise InvalidSnapshot(taken) from None


def snapshot_of(
    view: BoardView, *, name: str, state: SnapshotState, taken_by: str, period_id: str | None, note: str | None
) -> Snapshot:
    """Return the record of a new snapshot of a board."""
    return Snapshot(
        id=name,
        as_at=view.as_at,
        known_seq=view.head.seq,
        known_seal=view.head.seal,
        digest=digest(view),
        rules=written_rules(view.rules, NEWEST_FORM),
        state=state,
        taken_by=taken_by,
        period_id=period_id,
        note=note,
    )


def submit_snapshot(
    db: Database, *, actor_id: str, name: str, note: str | None = None, request_id: str | None = None
) -> Change:
    """Send a draft to the board. Raises as ``approve_snapshot`` does."""
    return _move(db, actor_id, name, SnapshotState.FOR_BOARD, note, request_id)


def approve_snapshot(
    db: Database, *, actor_id: str, name: str, note: str | None = None, request_id: str | None = None
) -> Change:
    """Approve a snapshot that another approver saved.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, UnknownSnapshot,
    InvalidSnapshot for one that was approved before, StaleEdit when it has changed since, UnstorableText, StoreBusy,
    StoreUnusable.
    """
    return _move(db, actor_id, name, SnapshotState.APPROVED, note, request_id)


def publish_snapshot(
    db: Database, *, actor_id: str, name: str, note: str | None = None, request_id: str | None = None
) -> Change:
    """Mark an approved snapshot as published. Raises as ``approve_snapshot`` does."""
    return _move(db, actor_id, name, SnapshotState.PUBLISHED, note, request_id)


def withdraw_snapshot(db: Database, *, actor_id: str, name: str, reason: str, request_id: str | None = None) -> Change:
    """Withdraw a snapshot that was saved, approved or published by mistake; the reason is kept with it.

    It can still be read, but no later board is compared with it. The person who approved it may not withdraw it.
    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, UnknownSnapshot,
    InvalidSnapshot for one that was withdrawn before or an empty reason, StaleEdit when it has changed since,
    UnstorableText, StoreBusy, StoreUnusable.
    """
    return _move(db, actor_id, name, SnapshotState.WITHDRAWN, None, request_id, reason=reason)


_ACTIONS = {
    SnapshotState.FOR_BOARD: ChangeAction.SUBMIT_SNAPSHOT,
    SnapshotState.APPROVED: ChangeAction.APPROVE_SNAPSHOT,
    SnapshotState.PUBLISHED: ChangeAction.PUBLISH_SNAPSHOT,
    SnapshotState.WITHDRAWN: ChangeAction.WITHDRAW_SNAPSHOT,
}


def _move(
    db: Database,
    actor_id: str,
    name: str,
    state: SnapshotState,
    note: str | None,
    request_id: str | None,
    *,
    reason: str | None = None,
) -> Change:
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.KEEP_SNAPSHOTS)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        newest = reading.latest(cursor, Snapshot, name)
    if newest is None or not isinstance(newest.noun, Snapshot):
        raise _unknown(name)
    current = newest.noun
    approving, withdrawing = state is SnapshotState.APPROVED, state is SnapshotState.WITHDRAWN

    def require_four_eyes(actor: Actor) -> None:
        if approving:
            require_other(actor, current.taken_by)
        if withdrawing and current.approved_by in {actor.user_id, *actor.also}:
            raise NotAllowed(f"{actor.name} approved the snapshot {name}, so another approver must withdraw it.")

    require_four_eyes(actor)
    why = clean(reason or "", where="the reason") or None
    moved = forward(
        current,
        state,
        approved_by=actor_id if approving else None,
        withdrawn_by=actor_id if withdrawing else None,
        note=clean(note or "", where="the note"),
    )
    if withdrawing and not why:
        unsaid = f"Enter the reason for withdrawing {name}. Everyone who opens the snapshot will see it."
        raise InvalidSnapshot(Fault("reason", unsaid))
    return ledger.record(
        db,
        actor=actor_id,
        action=_ACTIONS[state],
        reason=why,
        versions=[Version(noun=moved, version=newest.version + 1, effective_on=dates.today())],
        request_id=request_id,
        check=may_still(actor_id, Action.KEEP_SNAPSHOTS, lambda _, actor: require_four_eyes(actor)),
    )


def _unknown(name: str) -> UnknownSnapshot:
    return UnknownSnapshot(f'There is no snapshot called "{name}". Choose one from the list.')


def list_snapshots(db: Database, known_seq: int | None = None) -> list[SnapshotLine]:
    """Return every snapshot, by default its current version, or as known at change ``known_seq``; newest first."""
    with db.read() as cursor:
        return taken.snapshots(cursor, reading.head(cursor).seq if known_seq is None else known_seq)


def show_snapshot(db: Database, name: str) -> SnapshotLine:
    """Return one snapshot. Raises UnknownSnapshot."""
    line = next((line for line in list_snapshots(db) if line.name == name), None)
    if line is None:
        raise _unknown(name)
    return line


def withdrawal(line: SnapshotLine, *, public: bool = False) -> str:
    """Say when a snapshot was withdrawn, and (unless ``public``) by whom and why; "" when it was not."""
    if line.withdrawn_at is None:
        return ""
    sentence = f"The snapshot {line.name} was withdrawn on {in_words(line.withdrawn_at.date())}"
    whole = sentence if public else f"{sentence} by {line.withdrawer or line.withdrawn_by}: {line.withdrawal}"
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."


def open_snapshot(db: Database, name: str) -> BoardView:
    """Return the board of a snapshot, always with the day, the known changes and the tolerances it was saved with.

    Raises UnknownSnapshot.
    """
    at = show_snapshot(db, name).position
    return boards.view_board(db, at.as_at, at.known_seq, at.rules)


@dataclass(frozen=True, kw_only=True)
class LastBoard:
    """The snapshot of the last board that met; ``met_on`` is None when no reporting period has the date."""

    snapshot: SnapshotLine
    met_on: dt.date | None

    @property
    def named(self) -> str:
        """Name the board, for a sentence that begins "since"."""
        line, day = self.snapshot, in_words(self.snapshot.as_at)
        if self.met_on is None:
            return f"the snapshot {line.name} of {day}"
        position = "" if line.as_at == self.met_on else f", the position on {day}"
        return f"the board of {in_words(self.met_on)} (snapshot {line.name}{position})"


def last_board(db: Database, as_at: dt.date, known_seq: int) -> LastBoard | None:
    """Return the approved snapshot of the last board that met before a day, as known at change ``known_seq``; or None.

    A snapshot's board is that of the reporting period that its day is in; else of the period that it belongs to, or
    that was running when it was saved. If it has no period, its own day counts as the day of the meeting.
    A board has met when its day is over: on that day, the board before it is still the last.
    """
    with db.read() as cursor:
        every = periods.periods(cursor, as_at, known_seq)
    found = []
    for line in list_snapshots(db, known_seq):
        period = _period_of(line, every)
        met_on = period.board_on if period else None
        if line.standing and (met_on or line.as_at) < as_at:
            found.append(LastBoard(snapshot=line, met_on=met_on))
    return max(
        found,
        key=lambda one: (one.met_on or one.snapshot.as_at, one.snapshot.as_at, one.snapshot.known_seq),
        default=None,
    )


def _period_of(line: SnapshotLine, every: Sequence[PeriodLine]) -> PeriodLine | None:
    """Return the period whose board a snapshot was saved for; of two, the one whose board meets first."""
    by_board = sorted(every, key=lambda period: period.board_on)
    return next(
        (
            period
            for day in (line.as_at, None, line.taken_on)
            for period in by_board
            if (period.period_id == line.period_id if day is None else period.opens_on <= day <= period.board_on)
        ),
        None,
    )


def differs(db: Database, line: SnapshotLine, known_seq: int) -> bool:
    """Say whether the board of a snapshot's day, as known at change ``known_seq``, differs from the snapshot."""
    at = line.position
    found = boards.view_board(db, at.as_at, known_seq, at.rules)
    return digest(found) != digest(boards.view_board(db, at.as_at, at.known_seq, at.rules))


@dataclass(frozen=True, kw_only=True)
class SnapshotProof:
    """What a verification of a snapshot found: every fault as a sentence (none: it is unchanged).

    ``computable`` says whether this version of the tracker knows the form of its digest.
    """

    snapshot: SnapshotLine
    changes: int
    head: Head
    computable: bool
    faults: tuple[str, ...]

    @property
    def conclusion(self) -> str:
        """What a verification without faults shows, and no more."""
        line = self.snapshot
        whole = (
            f"The record is unchanged up to change {self.head.seq}, and includes change {line.known_seq}, at which "
            f"{line.name} was saved"
        )
        if self.computable:
            return f"{whole}. The snapshot is unchanged."
        return (
            f"{whole}. This version of the tracker does not know form {line.form} of its fingerprint, so it could not "
            "compare the board."
        )


def verify_snapshot(db: Database, name: str) -> SnapshotProof:
    """Verify that a snapshot is unchanged: its digest, its place in the chain, and the whole chain.

    The store may have faults (``open_store(…, proven=False)``): they are in the result. Raises UnknownSnapshot.
    """
    line = show_snapshot(db, name)
    proof = proving.verify(db)
    computable, faults = _looked_into(db, line)
    return SnapshotProof(
        snapshot=line,
        changes=proof.changes,
        head=proof.head,
        computable=computable,
        faults=(*proof.faults, *faults),
    )


def check_snapshots(db: Database) -> tuple[int, list[str]]:
    """Compute the board of every snapshot again, and return how many there are and how any has changed.

    Unlike ``verify_snapshot``, this does not verify the chain.
    """
    lines = list_snapshots(db)
    return len(lines), [fault for line in lines for fault in _looked_into(db, line)[1]]


def _looked_into(db: Database, line: SnapshotLine) -> tuple[bool, list[str]]:
    """Compute the board of a snapshot again, and return whether its digest can be compared, and every fault."""
    computable = True
    try:
        at = line.position
        view = boards.view_board(db, at.as_at, at.known_seq, at.rules)
        computable = line.form in FORMS
        return computable, list(_differences(line, view, compare_digests=computable))
    except TrackerError as error:  # what was altered may be the day or the tolerances themselves
        return computable, [f"The board of the snapshot {line.name} cannot be shown. {error}"]


def _differences(line: SnapshotLine, view: BoardView, *, compare_digests: bool) -> Iterator[str]:
    """Say how the board computed for a snapshot differs from the one that was saved."""
    if view.head != Head(line.known_seq, line.known_seal):
        yield (
            f"The snapshot {line.name} was saved at change {line.known_seq} with the fingerprint "
            f"{line.known_seal[:12]}…, but the record has change {view.head.seq} with the fingerprint "
            f"{view.head.seal[:12]}… there."
        )
    if compare_digests and (found := digest(view, line.form)) != line.digest:
        yield (
            f"The board of the snapshot {line.name} (as at {line.as_at}, as known at change {line.known_seq}) has "
            f"changed: its fingerprint was {line.digest[:12]}… and is now {found[:12]}…."
        )
