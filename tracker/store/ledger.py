"""Recording changes, reading versions, and proving the chain."""

from __future__ import annotations

import datetime as dt
import heapq
import json
import logging
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from tracker.domain import dates, text
from tracker.domain.errors import BrokenLedger, NothingToRecord, StoreUnusable, TrackerError, UnstorableText
from tracker.domain.ledger import GENESIS, Act, Change, Head, Scalar, Seal, StaleEdit, Version, canonical
from tracker.domain.words import DEMONSTRATION
from tracker.store import schema
from tracker.store.database import UNKEPT
from tracker.store.registry import NOUNS, column_types, columns, table_of, to_row, to_version

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.domain.nouns import Noun
    from tracker.store.anchor import Anchor
    from tracker.store.database import Cursor, Database

log = logging.getLogger(__name__)

_CHANGE_COLUMNS = ", ".join(schema.CHANGE)
_ROWS_AT_A_TIME = 20_000

_PROVEN_AT_OPENING = 100_000
"""So many versions are proven in a second or two, before anybody is shown them."""

_NEWEST_FIRST = 20_000
"""So many of the newest versions of a larger ledger are proven before anybody is shown it, and the rest after that."""

_CHANGES_BETWEEN_PAUSES = 20
_PAUSE_SECONDS = 0.002
"""A proof beside people's pages lets them go first, some hundred times a second."""

CLOCK_STEP = dt.timedelta(minutes=5)
"""So far may a clock be put back between two saves; after a longer step back nothing is saved."""

Row: TypeAlias = tuple[Scalar, ...]
"""The values of a version's columns."""


# Recording


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

    Each version must follow the newest of its id: StaleEdit (with both) otherwise, and nothing is recorded. A
    ``request_id`` that was recorded before returns that change again and records nothing. The change before must be in
    the head anchor first, so that the ledger is never more than one change ahead of it. ``check`` is asked last,
    of what the ledger holds at that moment, and stops the change by what it raises: for a rule over several ids, which
    the numbers of their versions cannot keep. Raises NothingToRecord for no
    versions, StoreBusy when another write does not end, StoreUnusable when the disk refuses, BrokenLedger when ledger
    and anchor do not agree.
    """
    if not versions:
        raise NothingToRecord("There is nothing to record: no version was given.")
    request_id = request_id or str(uuid.uuid4())
    with db.exclusive():
        with db.transaction() as cursor:
            if earlier := requested(cursor, request_id):
                return earlier
            catch_up_anchor(db)
            _refuse_stale(cursor, versions)
            if check:
                check(cursor)
            newest = newest_change(cursor)
            now = dates.utc_now()
            if newest:  # the clock may step back a little; the ledger does not
                _refuse_clock_behind(newest, now)
                now = max(now, newest.recorded_at + dt.timedelta(microseconds=1))
            unsealed = _unsealed(
                newest, recorded_at=now, actor=actor, action=action, reason=reason, request_id=request_id
            )
            change, rows = _sealed(unsealed, versions)
            _insert(cursor, change, rows)
        _settle(db, change)
    return change


def _refuse_clock_behind(newest: Change, now: dt.datetime) -> None:
    """Raise StoreUnusable when the newest change is later than the clock by more than a clock is usually corrected."""
    if newest.recorded_at - now > CLOCK_STEP:
        raise StoreUnusable(
            f"Nothing was saved. The clock of this computer says {now:%Y-%m-%d %H:%M} UTC, but change {newest.seq} was "
            f"recorded at {newest.recorded_at:%Y-%m-%d %H:%M} UTC. If the clock is wrong, put it right and save again. "
            f"If it is right now, it was ahead when change {newest.seq} was recorded: `python -m tracker verify` lists "
            "the changes to record again, and how to go on without them."
        )


def _unsealed(
    newest: Change | None, *, recorded_at: dt.datetime, actor: str, action: str, reason: str | None, request_id: str
) -> Change:
    """Return the change that follows the newest (None: the first), its texts cleaned, to be sealed."""
    return Change(
        seq=newest.seq + 1 if newest else 1,
        recorded_at=recorded_at,
        actor=text.clean(actor, where="the actor of a change"),
        action=text.clean(action, where="the action of a change"),
        reason=text.clean(reason or "", where="the reason of a change") or None,
        request_id=request_id,
        previous_seal=newest.seal if newest else GENESIS,
        seal="",
    )


def requested(cursor: Cursor, request_id: str | None) -> Change | None:
    """Return the change that a request was recorded as; None when it is new."""
    row = cursor.execute(
        f"SELECT {_CHANGE_COLUMNS} FROM tracker.change WHERE request_id = $request_id", {"request_id": request_id}
    ).fetchone()
    return _change(row) if row else None


def _refuse_stale(cursor: Cursor, versions: Sequence[Version]) -> None:
    """Raise StaleEdit unless every id's versions continue from its newest without a gap."""
    for noun, group in _by_noun(versions):
        before_all = min(version.version for version in group) - 1  # what is older decides nothing
        newest = newest_numbers(cursor, noun, {version.noun.id for version in group}, at_least=before_all)
        for version in group:
            if version.version != newest.get(version.noun.id, 0) + 1:
                raise StaleEdit(version, latest(cursor, noun, version.noun.id))
            newest[version.noun.id] = version.version


def _by_noun(versions: Sequence[Version]) -> list[tuple[type[Noun], list[Version]]]:
    groups: dict[type[Noun], list[Version]] = defaultdict(list)
    for version in versions:
        groups[type(version.noun)].append(version)
    return sorted(groups.items(), key=lambda group: table_of(group[0]))


def _sealed(change: Change, versions: Sequence[Version]) -> tuple[Change, dict[str, list[Row]]]:
    """Return the change sealed together with its versions, and their rows by table, in the order of the seal."""
    seal = Seal(change.previous_seal, _header(change))
    rows: dict[str, list[Row]] = {}
    for noun, group in _by_noun(versions):
        table = table_of(noun)
        rows[table] = sorted(
            (to_row(replace(version, change_seq=change.seq)) for version in group), key=itemgetter(0, 1)
        )
        for row in rows[table]:
            seal.add(table, _content(table, row))
    return replace(change, seal=seal.hexdigest()), rows


def _insert(cursor: Cursor, sealed: Change, rows: Mapping[str, Sequence[Row]]) -> None:
    """Insert a sealed change and the rows of its versions, in the caller's transaction."""
    for table, of_table in rows.items():
        _insert_rows(cursor, table, of_table)
    cursor.execute(
        f"""
        INSERT INTO tracker.change ({_CHANGE_COLUMNS})
        VALUES ($seq, $recorded_at, $actor, $action, $reason, $request_id, $previous_seal, $seal)
        """,
        {**_header(sealed), "previous_seal": sealed.previous_seal, "seal": sealed.seal},
    )


def _insert_rows(cursor: Cursor, table: str, rows: Sequence[Row]) -> None:
    """Insert rows as columns: one statement and one parameter a column, however many rows."""
    names = ", ".join(columns(table))
    values = ", ".join(f"unnest(${place}::{kind}[])" for place, kind in enumerate(column_types(table), start=1))
    cursor.execute(
        f"INSERT INTO tracker.{table} ({names}) SELECT {values}", [list(column) for column in zip(*rows, strict=True)]
    )


def _settle(db: Database, change: Change) -> None:
    """Check that the change is the end of the ledger, and write that down outside it.

    The change is durable: whatever else fails here, to say that it was not saved would be untrue.
    """
    try:
        with db.read() as cursor:
            end = head(cursor)
        if end != Head(change.seq, change.seal):
            raise BrokenLedger(
                f"Change {change.seq} was accepted but the ledger ends at change {end.seq}; stop and verify."
            )
        db.address.anchor.append(change)
        db.checkpoint_when_due()
    except BrokenLedger:
        raise
    except TrackerError as error:  # the next save or opening catches up, or says that it cannot
        log.warning("%s", error)
    except Exception:
        log.exception("Change %d is saved; what follows a save failed", change.seq)


def _header(change: Change) -> dict[str, Scalar]:
    return {
        "seq": change.seq,
        "recorded_at": change.recorded_at,
        "actor": change.actor,
        "action": change.action,
        "reason": change.reason,
        "request_id": change.request_id,
    }


def _content(table: str, row: Sequence[Scalar]) -> dict[str, Scalar]:
    return dict(zip(columns(table), row, strict=True))


# Reading


def _change(row: Sequence[Any]) -> Change:
    seq, recorded_at, actor, action, reason, request_id, previous_seal, seal = row
    return Change(
        seq=seq,
        recorded_at=recorded_at,
        actor=actor,
        action=action,
        reason=reason,
        request_id=request_id,
        previous_seal=previous_seal,
        seal=seal,
    )


def newest_change(cursor: Cursor, known_seq: int | None = None) -> Change | None:
    """Return the last change of the ledger, or the last up to ``known_seq``; None when there is none."""
    row = cursor.execute(
        f"""
        SELECT {_CHANGE_COLUMNS} FROM tracker.change
        WHERE seq <= coalesce($known_seq, 9223372036854775807)
        ORDER BY seq DESC LIMIT 1
        """,
        {"known_seq": known_seq},
    ).fetchone()
    return _change(row) if row else None


def head(cursor: Cursor, known_seq: int | None = None) -> Head:
    """Return the end of the ledger, or of its changes up to ``known_seq``; before the first, change 0 and genesis."""
    newest = newest_change(cursor, known_seq)
    return Head(newest.seq, newest.seal) if newest else Head(0, GENESIS)


def known_seq(cursor: Cursor, known_at: dt.datetime) -> int:
    """Return the number of the last change recorded up to an instant (UTC); 0 when nothing had been recorded."""
    [(seq,)] = cursor.execute(
        "SELECT coalesce(max(seq), 0) FROM tracker.change WHERE recorded_at <= $known_at", {"known_at": known_at}
    ).fetchall()
    return int(seq)


def is_demonstration(cursor: Cursor) -> bool:
    """Say whether a ledger was made for demonstration: its first change says so, under seal like every other."""
    row = cursor.execute(
        "SELECT 1 FROM tracker.change WHERE seq = 1 AND action = $action", {"action": DEMONSTRATION}
    ).fetchone()
    return row is not None


def changes(cursor: Cursor, since: int = 0) -> list[Change]:
    """Return every change after number ``since``, oldest first."""
    rows = cursor.execute(
        f"SELECT {_CHANGE_COLUMNS} FROM tracker.change WHERE seq > $since OR $since = 0 ORDER BY seq", {"since": since}
    ).fetchall()
    return [_change(row) for row in rows]


def latest(cursor: Cursor, noun: type[Noun], noun_id: str) -> Version | None:
    """Return the newest version of an id, which is the one to edit from; None when it was never recorded."""
    newest = versions(cursor, noun, noun_id, newest=1)
    return newest[0] if newest else None


def versions(cursor: Cursor, noun: type[Noun], noun_id: str, *, newest: int | None = None) -> list[Version]:
    """Return every version of an id, or its ``newest`` so many, in order of version."""
    table = table_of(noun)
    rows = cursor.execute(
        f"SELECT {', '.join(columns(table))} FROM tracker.{table} WHERE id = $id ORDER BY version DESC LIMIT $newest",
        {"id": noun_id, "newest": newest},
    ).fetchall()
    return [to_version(table, row) for row in reversed(rows)]


@dataclass(frozen=True)
class Slot:
    """What the ledger holds for one id and day: the newest version, and the newest that a given action made."""

    newest: Version
    by_action: Version | None


def slots(cursor: Cursor, noun: type[Noun], action: str) -> dict[tuple[str, dt.date], Slot]:
    """Return the slots of a noun by id and day, with what changes of ``action`` last said of each."""
    table = table_of(noun)
    rows = cursor.execute(
        f"""
        SELECT {", ".join(f"held.{column}" for column in columns(table))}, change.action = $action AS by_action
        FROM tracker.{table} AS held
        JOIN tracker.change AS change ON change.seq = held.change_seq
        QUALIFY row_number() OVER (
            PARTITION BY held.id, held.effective_on, change.action = $action ORDER BY held.version DESC
        ) = 1
        ORDER BY held.id, held.version
        """,
        {"action": action},
    ).fetchall()
    found: dict[tuple[str, dt.date], Slot] = {}
    for *row, by_action in rows:
        version = to_version(table, row)
        place = (version.noun.id, version.effective_on)
        earlier = found.get(place)
        found[place] = Slot(version, version if by_action else earlier.by_action if earlier else None)
    return found


def newest_numbers(
    cursor: Cursor, noun: type[Noun], among: Collection[str] | None = None, *, at_least: int = 0
) -> dict[str, int]:
    """Return the newest version number of every id of a noun, or of those ``among`` some ids that were recorded.

    Ids whose newest is less than ``at_least`` are left out: old rows are then passed over without a look at their ids.
    """
    rows = cursor.execute(
        f"""
        SELECT id, max(version) FROM tracker.{table_of(noun)}
        WHERE version >= $at_least AND ($ids::VARCHAR[] IS NULL OR id IN (SELECT unnest($ids::VARCHAR[])))
        GROUP BY id
        """,
        {"ids": None if among is None else sorted(among), "at_least": at_least},
    ).fetchall()
    return dict(rows)


# Proving


@dataclass(frozen=True)
class Verification:
    """What a verification found: how much it covered, the head, and every fault in a sentence (none: it is sound).

    ``unanchored`` says that the anchor lacks the last change, which no witness outside the store vouches for yet;
    ``demonstration`` that the first change says the data are synthetic. ``warnings`` are what a person should see to
    although the ledger is sound, a sentence each.
    """

    changes: int
    versions: int
    head: Head
    faults: tuple[str, ...]
    unanchored: bool = False
    demonstration: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def conclusion(self) -> str:
        """What a proof without faults says, and no more."""
        if self.unanchored:
            return (
                "The ledger is whole: every seal matches its content. The head anchor ends one change before it, as "
                f"when a save is interrupted: change {self.head.seq} has no other witness yet, until the next opening "
                "for writing adds it to the anchor."
            )
        return "The ledger is whole: every seal matches its content, and the end agrees with the head anchor."


def check_head(db: Database) -> None:
    """Compare the end of the ledger with its anchor. Raises BrokenLedger."""
    if faults := _anchor_faults(db, whole=False):
        raise BrokenLedger(" ".join(faults))


def check_opening(db: Database) -> None:
    """Prove a ledger before anybody is shown it: all of it, or of a large one the newest part. Raises BrokenLedger."""
    since = 0
    if _is_large(db):
        with db.read() as cursor:
            since = _start_of_newest(cursor)
    if told := _first_fault(_prove(db, since=since)):
        raise BrokenLedger(told)


def check_whole(db: Database) -> None:
    """Prove all of a ledger, however large. Raises BrokenLedger."""
    if told := _first_fault(_prove(db)):
        raise BrokenLedger(told)


def check_rest_aside(db: Database) -> None:
    """Prove all of a large ledger beside the work that is done with it; should it fail, nothing more is saved."""
    if _is_large(db):
        db.check_aside(lambda go_on: _first_fault(_prove(db, between=_yielding(go_on))))


def _is_large(db: Database) -> bool:
    with db.read() as cursor:
        counts = " + ".join(f"(SELECT count(*) FROM tracker.{table})" for table in NOUNS)
        [(count,)] = cursor.execute(f"SELECT {counts}").fetchall()
    return bool(count > _PROVEN_AT_OPENING)


def _start_of_newest(cursor: Cursor) -> int:
    """Return the change after which the newest part of a large ledger begins."""
    every = " UNION ALL ".join(f"SELECT change_seq FROM tracker.{table}" for table in NOUNS)
    [(since,)] = cursor.execute(
        f"SELECT change_seq FROM ({every}) ORDER BY change_seq DESC LIMIT 1 OFFSET $newest", {"newest": _NEWEST_FIRST}
    ).fetchall()
    return int(since)


def _yielding(go_on: Callable[[], None]) -> Callable[[int], None]:
    def between(seq: int) -> None:
        go_on()
        if seq % _CHANGES_BETWEEN_PAUSES == 0:
            time.sleep(_PAUSE_SECONDS)

    return between


def _first_fault(proof: Verification) -> str | None:
    """Return the first fault of a proof, and how many more there are; None when there is none."""
    if not proof.faults:
        return None
    more = f" `python -m tracker verify` tells of {len(proof.faults) - 1} more." if proof.faults[1:] else ""
    return proof.faults[0] + more


def catch_up_anchor(db: Database) -> None:
    """Write down outside the store the one change that its anchor may lack. Raises BrokenLedger, StoreUnusable."""
    with db.read() as cursor:
        newest, end = newest_change(cursor), head(cursor)
    if newest is None:
        check_head(db)
    elif db.address.anchor.last() != end:
        check_head(db)
        db.address.anchor.append(newest)


def renew_anchor(db: Database) -> None:
    """Write the anchor of a ledger that was just proven, where there is none: whole or not at all.

    Raises StoreUnusable.
    """
    with db.read() as cursor:
        recorded = changes(cursor)
    db.address.anchor.prepare((Head(change.seq, change.seal), change.recorded_at) for change in recorded)
    db.address.anchor.put()


def verify(db: Database) -> Verification:
    """Recompute every seal from the content of every version, and compare the chain with its anchor.

    When a table was reshaped, that is the only fault: nothing in it can be recomputed. Tables whose keys, checks,
    indexes or defaults were altered come first. Whatever else somebody put into the file is a warning.
    """
    with db.read() as cursor:
        if reshaped := schema.faults(cursor):
            return Verification(0, 0, Head(0, GENESIS), tuple(reshaped))
        altered, strangers = schema.altered_rules(cursor), schema.strangers(cursor)
    proof = _prove(db)
    return replace(proof, faults=(*altered, *proof.faults), warnings=(*strangers, *proof.warnings))


def _prove(db: Database, *, since: int = 0, between: Callable[[int], None] = lambda _seq: None) -> Verification:
    """Prove the changes after number ``since``, and the anchor: all of it, or of a part only its end and its length.

    ``between`` is called before each change with its number.
    """
    with db.read() as cursor:
        recorded = changes(cursor, since)
        previous = head(cursor, since)
        orphans = _orphans(cursor)
    faults = [f"Versions claim to belong to change {seq}, which the ledger does not hold." for seq in orphans]
    count = 0
    contents = _contents_by_change(db, recorded)
    pending = next(contents, None)
    for change in recorded:
        between(change.seq)
        if change.seq != previous.seq + 1:
            faults.append(f"{missing(previous.seq + 1, change.seq - 1)} from the middle of the ledger.")
        seal = Seal(change.previous_seal, _header(change))
        if pending and pending[0] == change.seq:
            for table, content in pending[1]:
                count += 1
                seal.add(table, content)
            pending = next(contents, None)
        if change.previous_seal != previous.seal and change.seq == previous.seq + 1:
            faults.append(f"Change {change.seq} does not follow change {previous.seq}: its link to it was altered.")
        if seal.hexdigest() != change.seal:
            faults.append(
                f"Change {change.seq} ({change.action} by {change.actor}, recorded "
                f"{change.recorded_at:%Y-%m-%d %H:%M} UTC) was altered after it was recorded: its content does not "
                "match its seal."
            )
        previous = Head(change.seq, change.seal)
    faults.extend(_anchor_faults(db, whole=not since))
    anchored = db.address.anchor.last()
    unanchored = anchored is not None and anchored.seq < previous.seq
    return Verification(
        changes=len(recorded),
        versions=count,
        head=previous,
        faults=tuple(faults),
        unanchored=unanchored,
        demonstration=any(change.seq == 1 and change.action == DEMONSTRATION for change in recorded[:1]),
        warnings=tuple(_from_the_future(recorded)),
    )


def _from_the_future(recorded: Sequence[Change]) -> Iterator[str]:
    """Say which changes at the end were recorded later than the clock says it is now, and what to do about them."""
    latest_possible = dates.utc_now() + CLOCK_STEP
    ahead = [change for change in recorded if change.recorded_at > latest_possible]
    if ahead:
        first = ahead[0]
        yield (
            f"{len(ahead)} of the changes, from change {first.seq} on, were recorded in the future: change {first.seq} "
            f"({first.action} by {first.actor}) at {first.recorded_at:%Y-%m-%d %H:%M} UTC. Either the clock is behind "
            "now, and you put it right; or it was ahead then. Until that time nothing can be saved here. To go on at "
            f"once, stop the app, write the ledger up to change {first.seq - 1} with `python -m tracker journal "
            f"export FILE --until {first.seq - 1}`, make a new store from it with `python -m tracker journal rebuild "
            f"FILE`, and record what came after it again: `python -m tracker history` lists it."
        )


def _orphans(cursor: Cursor) -> list[int]:
    """Return the numbers of changes that versions claim to belong to and the ledger does not hold."""
    claimed = " UNION ".join(f"SELECT change_seq FROM tracker.{table}" for table in NOUNS)
    rows = cursor.execute(
        f"SELECT change_seq FROM ({claimed}) WHERE change_seq NOT IN (SELECT seq FROM tracker.change) ORDER BY 1"
    ).fetchall()
    return [seq for (seq,) in rows]


def _contents_by_change(
    db: Database, recorded: Sequence[Change]
) -> Iterator[tuple[int, Iterator[tuple[str, dict[str, Scalar]]]]]:
    """The content of every version of ``recorded`` in the order in which seals cover it, not all in memory at once.

    What others record meanwhile is left out: each table is read at an instant of its own.
    """
    held = {change.seq for change in recorded}
    first, last = min(held, default=0), max(held, default=0)
    streams = [_contents(db, table, first, last) for table in sorted(NOUNS)]
    merged = heapq.merge(*streams, key=itemgetter(0, 1))
    for seq, group in groupby(merged, key=itemgetter(0)):
        if seq in held:
            yield seq, ((table, content) for _, table, content in group)


def _contents(db: Database, table: str, first_seq: int, last_seq: int) -> Iterator[tuple[int, str, dict[str, Scalar]]]:
    names = columns(table)
    with db.read() as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM tracker.{table} WHERE change_seq BETWEEN $first_seq AND $last_seq "
            "ORDER BY change_seq, id, version",
            {"first_seq": first_seq, "last_seq": last_seq},
        )
        while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
            for row in rows:
                content = dict(zip(names, row, strict=True))
                yield content["change_seq"], table, content


def missing(first: int, last: int) -> str:
    """Say in words which changes are missing."""
    return f"Change {first} is missing" if first == last else f"Changes {first} to {last} are missing"


def _anchor_faults(db: Database, *, whole: bool) -> list[str]:
    """Compare the chain with its anchor: every line of it (``whole``), or the last."""
    anchor = db.address.anchor
    last = anchor.last()
    if last is None:
        return [
            f"The head anchor {anchor.path} is missing, so nobody can tell whether the end of the ledger is whole. "
            "Restore the newest backup; or, when `python -m tracker verify` tells the head that is printed on your "
            "last export, write the anchor anew with `python -m tracker verify --renew-anchor`."
        ]
    wanted = anchor.heads() if whole else [last]
    with db.read() as cursor:
        end = head(cursor)
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
            f"change {last.seq} (seal {last.seal[:12]}…). Restore the newest backup; keep this file for the enquiry."
        )
    now = anchor.last() or last  # others may have saved since it was read: the ledger, and after it the anchor
    if now.seq + 1 < end.seq:
        faults.append(_cut_anchor(anchor.path, now.seq, end.seq))
    return faults


def _gaps(anchor: Anchor, heads: Sequence[Head] | None, last: Head) -> list[str]:
    """Say where the numbers of an anchor have a gap or are out of order; of unread heads (None) only whether."""
    if heads is None:
        return [] if anchor.is_complete(last) else [f"The head anchor {anchor.path} {_NOT_ITS_LINES}"]
    for wanted, noted in enumerate(heads):
        if noted.seq != wanted:
            return [
                f"The head anchor {anchor.path} names change {noted.seq} where change {wanted} belongs: "
                f"it {_NOT_ITS_LINES}"
            ]
    return []


_NOT_ITS_LINES = (
    "does not hold one line for each change: lines were cut out, added or moved. Restore the newest backup; keep this "
    "file for the enquiry."
)


def _cut_anchor(path: Path, anchored: int, end: int) -> str:
    return (
        f"The head anchor {path} ends at change {anchored} but the ledger goes on to change {end}: lines of it are "
        "missing. "
        + (
            "If this store was being reloaded from an export, begin again with a new one; if not, "
            if anchored == 0
            else "Keep this file for the enquiry, and "
        )
        + "restore the newest backup; or, when `python -m tracker verify` tells the head that is printed on your last "
        "export, move the anchor away and write it anew with `python -m tracker verify --renew-anchor`."
    )


# Carrying a ledger elsewhere


def export(db: Database, until: int | None = None) -> Iterator[str]:
    """Yield the ledger, or its changes up to ``until``, as JSON Lines, in order; ``reload`` takes it back.

    A line is a change with all its versions.
    """
    with db.read() as cursor:
        by_seq = {change.seq: change for change in changes(cursor) if until is None or change.seq <= until}
    for seq, group in _contents_by_change(db, list(by_seq.values())):
        change = by_seq[seq]
        header = canonical({**_header(change), "previous_seal": change.previous_seal, "seal": change.seal})
        lines = ",".join(f"[{json.dumps(table)},{canonical(content)}]" for table, content in group)
        yield f'{{"change":{header},"versions":[{lines}]}}\n'


def reload(db: Database, lines: Iterable[str]) -> Head:
    """Record an exported ledger into an empty store, every change with its own time and seal, and return its head.

    Raises BrokenLedger, and records nothing of the change, when a line's content does not give its seal or does not
    follow the one before; StoreUnusable when the store already holds changes. The anchor is made ready before the
    changes are kept and put in place after: one that a crash kept from its place still tells of change 0, so that the
    store is not taken for a whole one, and a new store can be made where it was.
    """
    return _fill(db, lambda _: _read_back(lines))


def _read_back(lines: Iterable[str]) -> Iterator[tuple[Change, dict[str, list[Row]]]]:
    end = Head(0, GENESIS)
    for number, line in enumerate(lines, start=1):
        change, rows = _parse(line, number)
        if change.seq != end.seq + 1 or change.previous_seal != end.seal:
            raise BrokenLedger(f"Line {number}: change {change.seq} does not follow change {end.seq}.")
        yield change, rows
        end = Head(change.seq, change.seal)


def compose(db: Database, acts: Callable[[Cursor], Iterable[Act]]) -> Head:
    """Record a whole demonstration ledger, with times of its own, into an empty store, and return its head.

    When a change was recorded is for the store to say; only a ledger whose first change says under seal that it is a
    demonstration may bring its own times, which increase and have passed. ``acts`` is given a cursor to read with and
    asked for one act after the other is recorded, so that an act can tell of what there is by then. Raises ValueError
    for acts that do not keep to that or do not follow each other, StoreUnusable when the store already holds changes;
    then nothing is recorded.
    """
    return _fill(db, lambda cursor: _sealed_acts(acts(cursor)))


def _sealed_acts(acts: Iterable[Act]) -> Iterator[tuple[Change, dict[str, list[Row]]]]:
    newest: Change | None = None
    numbers: dict[tuple[type[Noun], str], int] = {}
    now = dates.utc_now()
    for seq, act in enumerate(acts, start=1):
        if newest is None and act.action != DEMONSTRATION:
            raise ValueError(f'a ledger with times of its own begins with the action "{DEMONSTRATION}"')
        if act.recorded_at > now or (newest and act.recorded_at <= newest.recorded_at):
            raise ValueError(f"act {seq}: {act.recorded_at} has not passed, or is not after the act before it")
        for version in act.versions:
            place = (type(version.noun), version.noun.id)
            if version.version != numbers.get(place, 0) + 1:
                raise ValueError(f"act {seq}: version {version.version} of {version.noun.id} does not follow the last")
            numbers[place] = version.version
        unsealed = _unsealed(
            newest,
            recorded_at=act.recorded_at,
            actor=act.actor,
            action=act.action,
            reason=act.reason,
            request_id=f"demonstration-{seq}",
        )
        newest, rows = _sealed(unsealed, act.versions)
        yield newest, rows


def _fill(db: Database, sealed: Callable[[Cursor], Iterable[tuple[Change, dict[str, list[Row]]]]]) -> Head:
    """Record changes that are sealed already into an empty store, and after them its anchor, whole."""
    anchor = db.address.anchor
    written: list[tuple[Head, dt.datetime]] = []
    with db.exclusive():
        with db.read() as cursor:
            end = head(cursor)
        if end.seq:
            raise StoreUnusable(
                f"The store {db.address.file} already holds {end.seq} changes; reload into an empty one."
            )
        with db.transaction() as cursor:
            for change, rows in sealed(cursor):
                try:
                    _insert(cursor, change, rows)
                except UNKEPT as error:  # sealed by somebody, and still not what a store may hold
                    raise BrokenLedger(f"Change {change.seq} cannot be kept: {str(error).splitlines()[0]}") from error
                end = Head(change.seq, change.seal)
                written.append((end, change.recorded_at))
            anchor.prepare(written)
        anchor.put()
        db.checkpoint()
    return end


_READERS: dict[str, Callable[[str], Scalar]] = {"DATE": dt.date.fromisoformat, "DECIMAL(18, 2)": Decimal}


def _parse(line: str, number: int) -> tuple[Change, dict[str, list[Row]]]:
    """Read a line, and prove it by its seal before any of it reaches the store."""
    try:
        content = json.loads(line)
        header = content["change"]
        change = Change(
            seq=header["seq"],
            recorded_at=dt.datetime.fromisoformat(header["recorded_at"].removesuffix("Z")),
            actor=header["actor"],
            action=header["action"],
            reason=header.get("reason"),
            request_id=header["request_id"],
            previous_seal=header["previous_seal"],
            seal=header["seal"],
        )
        sealed, rows = _sealed(change, [_parse_version(table, values) for table, values in content["versions"]])
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError, UnstorableText) as error:
        raise BrokenLedger(f"Line {number} is not a change of an exported ledger: {error}.") from error
    if sealed.seal != change.seal:
        raise BrokenLedger(f"Line {number}: change {change.seq} does not match its seal; it was altered.")
    return sealed, rows


def _parse_version(table: str, values: dict[str, Any]) -> Version:
    if table not in NOUNS or values.keys() - set(columns(table)):
        raise ValueError(f"this version of the tracker does not know all that it says of a {table}")
    row = [
        _READERS[kind](values[name]) if kind in _READERS and name in values else values.get(name)
        for name, kind in zip(columns(table), column_types(table), strict=True)
    ]
    return to_version(table, row)
