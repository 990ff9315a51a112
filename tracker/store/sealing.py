"""Sealing a change together with the versions it makes, and keeping both as rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain import text
from tracker.domain.ledger import GENESIS, Change, Scalar, Seal, Version
from tracker.store import schema
from tracker.store.registry import column_types, columns, table_of, to_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.domain.nouns import Noun
    from tracker.store.database import Cursor

Row: TypeAlias = tuple[Scalar, ...]
"""The values of a version's columns."""


def following(
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


def header(change: Change) -> dict[str, Scalar]:
    """Return what a seal covers of the change itself: everything but the seals."""
    return {
        "seq": change.seq,
        "recorded_at": change.recorded_at,
        "actor": change.actor,
        "action": change.action,
        "reason": change.reason,
        "request_id": change.request_id,
    }


def sealed(change: Change, versions: Sequence[Version]) -> tuple[Change, dict[str, list[Row]]]:
    """Return the change sealed together with its versions, and their rows by table, in the order of the seal."""
    seal = Seal(change.previous_seal, header(change))
    rows: dict[str, list[Row]] = {}
    for noun, group in by_noun(versions):
        table = table_of(noun)
        rows[table] = sorted(
            (to_row(replace(version, change_seq=change.seq)) for version in group), key=itemgetter(0, 1)
        )
        for row in rows[table]:
            seal.add(table, _content(table, row))
    return replace(change, seal=seal.hexdigest()), rows


def by_noun(versions: Sequence[Version]) -> list[tuple[type[Noun], list[Version]]]:
    """Return versions by noun, in the order in which a seal covers the nouns."""
    groups: dict[type[Noun], list[Version]] = defaultdict(list)
    for version in versions:
        groups[type(version.noun)].append(version)
    return sorted(groups.items(), key=lambda group: table_of(group[0]))


def _content(table: str, row: Sequence[Scalar]) -> dict[str, Scalar]:
    return dict(zip(columns(table), row, strict=True))


def insert(cursor: Cursor, sealed: Change, rows: Mapping[str, Sequence[Row]]) -> None:
    """Insert a sealed change and the rows of its versions, in the caller's transaction."""
    for table, of_table in rows.items():
        _insert_rows(cursor, table, of_table)
    cursor.execute(
        f"""
        INSERT INTO tracker.change ({schema.CHANGE_COLUMNS})
        VALUES ($seq, $recorded_at, $actor, $action, $reason, $request_id, $previous_seal, $seal)
        """,
        {**header(sealed), "previous_seal": sealed.previous_seal, "seal": sealed.seal},
    )


def _insert_rows(cursor: Cursor, table: str, rows: Sequence[Row]) -> None:
    """Insert rows as columns: one statement and one parameter a column, however many rows."""
    names = ", ".join(columns(table))
    values = ", ".join(f"unnest(${place}::{kind}[])" for place, kind in enumerate(column_types(table), start=1))
    cursor.execute(
        f"INSERT INTO tracker.{table} ({names}) SELECT {values}", [list(column) for column in zip(*rows, strict=True)]
    )
