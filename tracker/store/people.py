"""Who uses the tracker, as recorded now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.domain.people import UserLine
from tracker.domain.policy import Actor
from tracker.domain.words import Role
from tracker.store import reading
from tracker.store.lines import lines_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from tracker.store.database import Cursor


_MOST_KEPT = 8
_kept: dict[tuple[str, dt.date], list[UserLine]] = {}
"""Everyone, by the seal at the end of the ledger and the day: a save looks up its actor several times."""


def users(cursor: Cursor, today: dt.date) -> list[UserLine]:
    """Return everyone who was ever registered, by name, with their assignments."""
    end = reading.head(cursor)
    found = _kept.get((end.seal, today))
    if found is None:
        found = _users(cursor, today, end.seq)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[end.seal, today] = found
    return list(found)


def _users(cursor: Cursor, today: dt.date, known_seq: int) -> list[UserLine]:
    return lines_of(
        cursor,
        UserLine,
        """
        SELECT
            person.id AS user_id,
            coalesce(person.address, person.id) AS address,
            person.name,
            person.role,
            person.active,
            person.same_as,
            coalesce(given.programmes, []) AS programmes,
            coalesce(given.commitments, []) AS commitments,
            newest.version
        FROM user_as_at($today, $known_seq) AS person
        JOIN (SELECT id, max(version) AS version FROM tracker.user GROUP BY id) AS newest USING (id)
        LEFT JOIN (
            SELECT
                user_id,
                list_sort(list(programme_id) FILTER (programme_id IS NOT NULL)) AS programmes,
                list_sort(list(commitment_id) FILTER (commitment_id IS NOT NULL)) AS commitments
            FROM assignment_as_at($today, $known_seq)
            WHERE active
            GROUP BY user_id
        ) AS given ON given.user_id = person.id
        ORDER BY lower(person.name), person.id
        """,
        {"today": today, "known_seq": known_seq},
    )


def actor(cursor: Cursor, user_id: str, today: dt.date) -> Actor | None:
    """Return a person with their rights now; None when no account has that id."""
    everyone = users(cursor, today)
    line = next((line for line in everyone if line.user_id == user_id), None)
    return actor_of(line, everyone) if line else None


def actor_of(line: UserLine, everyone: Sequence[UserLine]) -> Actor:
    """Return a user as an actor; ``everyone`` is needed to find their other accounts."""
    return Actor(
        user_id=line.user_id,
        name=line.name,
        role=Role(line.role),
        active=line.active,
        programmes=frozenset(line.programmes),
        commitments=frozenset(line.commitments),
        also=frozenset(accounts(line.user_id, everyone) - {line.user_id}),
    )


def accounts(user_id: str, everyone: Sequence[UserLine]) -> set[str]:
    """Return the ids of all accounts of the person who has one of them."""
    found = {user_id}
    while True:
        more = {one.user_id for one in everyone if one.same_as in found}
        more |= {one.same_as for one in everyone if one.user_id in found and one.same_as}
        if more <= found:
            return found
        found |= more
