"""Writing a ledger as text, reading it back, and making a demonstration ledger with its own times."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tracker.domain import dates
from tracker.domain.errors import BrokenLedger, StoreUnusable, UnstorableText
from tracker.domain.ledger import GENESIS, Act, Change, Head, Scalar, Version, canonical
from tracker.domain.words import DEMONSTRATION
from tracker.store import reading, sealing
from tracker.store.database import UNKEPT, Cursor, Database
from tracker.store.registry import NOUNS, column_types, columns, to_version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.domain.nouns import Noun
    from tracker.store.sealing import Row


def export(db: Database, until: int | None = None) -> Iterator[str]:
    """Yield the ledger, or its changes up to ``until``, as JSON Lines, in order; ``reload`` reads it back.

    A line is a change with all its versions.
    """
    with db.read() as cursor:
        by_seq = {change.seq: change for change in reading.changes(cursor) if until is None or change.seq <= until}
    for seq, group in reading.contents_by_change(db, list(by_seq.values())):
        change = by_seq[seq]
        header = canonical({**sealing.header(change), "previous_seal": change.previous_seal, "seal": change.seal})
        lines = ",".join(f"[{json.dumps(table)},{canonical(content)}]" for table, content in group)
        yield f'{{"change":{header},"versions":[{lines}]}}\n'


def reload(db: Database, lines: Iterable[str]) -> Head:
    """Record an exported ledger into an empty store, every change with its own time and seal, and return its head.

    Raises BrokenLedger, and does not record the change, when a line does not match its seal or does not follow the one
    before; StoreUnusable when the store already has changes. The anchor is prepared before the changes are committed
    and moved into place after: if a crash prevents that, the anchor is still at change 0, so that no one takes the
    store for a whole one, and a new store can replace it.
    """
    return _fill(db, lambda _: _read_back(lines))


def _read_back(lines: Iterable[str]) -> Iterator[tuple[Change, dict[str, list[Row]]]]:
    end = Head(0, GENESIS)
    for number, line in enumerate(lines, start=1):
        change, rows = _parse(line, number)
        if change.seq != end.seq + 1 or change.previous_seal != end.seal:
            raise BrokenLedger(f"Line {number}: change {change.seq} does not follow change {end.seq}.")
        yield change, rows
        end = Head.of(change)


_READERS: dict[str, Callable[[str], Scalar]] = {"DATE": dt.date.fromisoformat, "DECIMAL(18, 2)": Decimal}


def _parse(line: str, number: int) -> tuple[Change, dict[str, list[Row]]]:
    """Read a line, and check its seal before anything reaches the store."""
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
        sealed, rows = sealing.sealed(change, [_parse_version(table, values) for table, values in content["versions"]])
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError, UnstorableText) as error:
        raise BrokenLedger(f"Line {number} is not a change of an exported ledger: {error}.") from error
    if sealed.seal != change.seal:
        raise BrokenLedger(f"Line {number}: change {change.seq} does not match its seal; it was altered.")
    return sealed, rows


def _parse_version(table: str, values: dict[str, Any]) -> Version:
    if table not in NOUNS or values.keys() - set(columns(table)):
        raise ValueError(f"this version of the tracker does not know some of the fields of {table}")
    row = [
        _READERS[kind](values[name]) if kind in _READERS and name in values else values.get(name)
        for name, kind in zip(columns(table), column_types(table), strict=True)
    ]
    return to_version(table, row)


def compose(db: Database, acts: Callable[[Cursor], Iterable[Act]]) -> Head:
    """Record a whole demonstration ledger, with its own times, into an empty store, and return its head.

    Normally the store sets the time of a change. Only a ledger whose first change is sealed as a demonstration may have
    its own times, which increase and are in the past. ``acts`` gets a cursor, and each act is recorded before the next
    is taken, so that an act can depend on what is already there. Raises ValueError for acts that break these rules or
    do not follow each other, StoreUnusable when the store already has changes; then nothing is recorded.
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
        unsealed = sealing.following(
            newest,
            recorded_at=act.recorded_at,
            actor=act.actor,
            action=act.action,
            reason=act.reason,
            request_id=f"demonstration-{seq}",
        )
        newest, rows = sealing.sealed(unsealed, act.versions)
        yield newest, rows


def _fill(db: Database, sealed: Callable[[Cursor], Iterable[tuple[Change, dict[str, list[Row]]]]]) -> Head:
    """Record sealed changes into an empty store, and then its whole anchor."""
    anchor = db.address.anchor
    written: list[tuple[Head, dt.datetime]] = []
    with db.exclusive():
        with db.read() as cursor:
            end = reading.head(cursor)
        if end.seq:
            raise StoreUnusable(f"The store {db.address.file} already has {end.seq} changes. Reload into an empty one.")
        with db.transaction() as cursor:
            for change, rows in sealed(cursor):
                try:
                    sealing.insert(cursor, change, rows)
                except UNKEPT as error:  # sealed by someone, but not allowed in a store
                    raise BrokenLedger(f"Change {change.seq} cannot be kept: {str(error).splitlines()[0]}") from error
                end = Head.of(change)
                written.append((end, change.recorded_at))
            anchor.prepare(written)
        anchor.put()
        db.checkpoint()
    return end
