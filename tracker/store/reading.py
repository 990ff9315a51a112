"""Reading the ledger: its changes, the versions of an id, and their content in the order of the seals."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tracker.domain.ledger import Change, Head, Scalar, Version
from tracker.domain.words import DEMONSTRATION
from tracker.store import schema
from tracker.store.registry import NOUNS, columns, table_of, to_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.domain.nouns import Noun
    from tracker.store.database import Cursor, Database


_ROWS_AT_A_TIME = 20_000


def newest_change(cursor: Cursor, known_seq: int | None = None) -> Change | None:
    """Return the last change of the ledger, or the last up to ``known_seq``; None when there is none."""
    row = cursor.execute(
        f"""
        SELECT {schema.CHANGE_COLUMNS} FROM tracker.change
        WHERE seq <= coalesce($known_seq, 9223372036854775807)
        ORDER BY seq DESC LIMIT 1
        """,
        {"known_seq": known_seq},
    ).fetchone()
    return _change(row) if row else None


def head(cursor: Cursor, known_seq: int | None = None) -> Head:
    """Return the end of the ledger, or of its changes up to ``known_seq``; before the first, change 0 and genesis."""
    return Head.of(newest_change(cursor, known_seq))


def known_seq(cursor: Cursor, known_at: dt.datetime) -> int:
    """Return the number of the last change recorded up to an instant (UTC); 0 when nothing had been recorded."""
    [(seq,)] = cursor.execute(
        "SELECT coalesce(max(seq), 0) FROM tracker.change WHERE recorded_at <= $known_at", {"known_at": known_at}
    ).fetchall()
    return int(seq)


def is_demonstration(cursor: Cursor) -> bool:
    """Say whether a ledger is a demonstration: its first change says so, sealed like every other."""
    row = cursor.execute(
        "SELECT 1 FROM tracker.change WHERE seq = 1 AND action = $action", {"action": DEMONSTRATION}
    ).fetchone()
    return row is not None


def requested(cursor: Cursor, request_id: str | None) -> Change | None:
    """Return the change that recorded a request; None when it is new."""
    row = cursor.execute(
        f"SELECT {schema.CHANGE_COLUMNS} FROM tracker.change WHERE request_id = $request_id", {"request_id": request_id}
    ).fetchone()
    return _change(row) if row else None


def changes(cursor: Cursor, since: int = 0) -> list[Change]:
    """Return every change after number ``since``, oldest first."""
    rows = cursor.execute(
        f"SELECT {schema.CHANGE_COLUMNS} FROM tracker.change WHERE seq > $since OR $since = 0 ORDER BY seq",
        {"since": since},
    ).fetchall()
    return [_change(row) for row in rows]


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
    """The newest version for one id and day, and the newest made by a given action."""

    newest: Version
    by_action: Version | None


def slots(cursor: Cursor, noun: type[Noun], action: str) -> dict[tuple[str, dt.date], Slot]:
    """Return the slots of a noun by id and day, each with its newest version made by ``action``."""
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

    Ids whose newest is less than ``at_least`` are left out: old rows are then skipped without reading their ids.
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


def contents_by_change(
    db: Database, recorded: Sequence[Change]
) -> Iterator[tuple[int, Iterator[tuple[str, dict[str, Scalar]]]]]:
    """The content of every version of ``recorded`` in the order in which seals cover it, not all in memory at once.

    What others record during this is left out, because each table is read at its own instant.
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
