"""Verifying the chain: every seal is computed again from the content of the ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import BrokenLedger
from tracker.domain.ledger import GENESIS, Change, Head, Seal
from tracker.domain.words import DEMONSTRATION
from tracker.store import anchoring, reading, schema, sealing
from tracker.store.ledger import CLOCK_STEP
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.store.database import Cursor, Database


_PROVEN_AT_OPENING = 100_000
"""So many versions are verified in a second or two, before anyone sees them."""

_NEWEST_FIRST = 20_000
"""So many of the newest versions of a larger ledger are verified before anyone sees it, and the rest later."""

_CHANGES_BETWEEN_PAUSES = 20
_PAUSE_SECONDS = 0.002
"""A background verification pauses for people's pages, about a hundred times a second."""


@dataclass(frozen=True)
class Verification:
    """What a verification found: how much it covered, the head, and every fault as a sentence (none: it is whole).

    ``unanchored`` says that the anchor lacks the last change, which has no witness outside the store yet;
    ``demonstration`` that the first change marks the data as synthetic. ``warnings`` are sentences about what a person
    should look at although the ledger is whole.
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
        """What a verification without faults shows, and no more."""
        if self.unanchored:
            return (
                "The ledger is whole: every seal matches its content. The head anchor ends one change earlier, because "
                f"a save was interrupted. The next save or command that writes adds change {self.head.seq} to it."
            )
        return "The ledger is whole: every seal matches its content, and the end agrees with the head anchor."


def check_opening(db: Database) -> None:
    """Verify a ledger before anyone sees it: all of it, or the newest part of a large one. Raises BrokenLedger."""
    since = 0
    if _is_large(db):
        with db.read() as cursor:
            since = _start_of_newest(cursor)
    if fault := _first_fault(_prove(db, since=since)):
        raise BrokenLedger(fault)


def check_whole(db: Database) -> None:
    """Verify all of a ledger, however large. Raises BrokenLedger."""
    if fault := _first_fault(_prove(db)):
        raise BrokenLedger(fault)


def check_rest_aside(db: Database) -> None:
    """Verify all of a large ledger in the background; if it has a fault, nothing more can be saved."""
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
    """Return the first fault of a verification, and how many more there are; None when there is none."""
    if not proof.faults:
        return None
    more = f" `python -m tracker verify` lists {len(proof.faults) - 1} more." if proof.faults[1:] else ""
    return proof.faults[0] + more


def verify(db: Database) -> Verification:
    """Recompute every seal from the content of every version, and compare the chain with its anchor.

    If a table's columns were altered, that is the only fault, because nothing can be recomputed. Altered keys, checks,
    indexes and defaults come first. Anything else that someone added to the file is a warning.
    """
    with db.read() as cursor:
        if reshaped := schema.faults(cursor):
            return Verification(0, 0, Head(0, GENESIS), tuple(reshaped))
        altered, strangers = schema.altered_rules(cursor), schema.strangers(cursor)
    proof = _prove(db)
    return replace(proof, faults=(*altered, *proof.faults), warnings=(*strangers, *proof.warnings))


def _prove(db: Database, *, since: int = 0, between: Callable[[int], None] = lambda _seq: None) -> Verification:
    """Verify the changes after number ``since``, and the anchor: all of it, or only its end and length for a part.

    ``between`` is called before each change with its number.
    """
    with db.read() as cursor:
        recorded = reading.changes(cursor, since)
        previous = reading.head(cursor, since)
        orphans = _orphans(cursor)
    faults = [f"Some versions belong to change {seq}, which is not in the ledger." for seq in orphans]
    count = 0
    contents = reading.contents_by_change(db, recorded)
    pending = next(contents, None)
    for change in recorded:
        between(change.seq)
        if change.seq != previous.seq + 1:
            faults.append(f"{anchoring.missing(previous.seq + 1, change.seq - 1)} from the middle of the ledger.")
        seal = Seal(change.previous_seal, sealing.header(change))
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
                f"{dates.moment_in_words(change.recorded_at)}) was altered after it was recorded: its content does not "
                "match its seal."
            )
        previous = Head.of(change)
    faults.extend(anchoring.faults(db, whole=not since))
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
    """Say which changes at the end have a time in the future, and what to do about them."""
    latest_possible = dates.utc_now() + CLOCK_STEP
    ahead = [change for change in recorded if change.recorded_at > latest_possible]
    if ahead:
        first = ahead[0]
        yield (
            f"{len(ahead)} of the changes, from change {first.seq} on, have a time in the future: change {first.seq} "
            f"({first.action} by {first.actor}) on {dates.moment_in_words(first.recorded_at)}. If the clock is behind "
            "now, correct it. If it was ahead then, nothing can be saved until that time. To carry on now, stop the "
            f"app, write the ledger up to change {first.seq - 1} with `python -m tracker journal export FILE --until "
            f"{first.seq - 1}`, make a new store from it with `python -m tracker journal rebuild FILE`, and save the "
            "later changes again: `python -m tracker history` lists them."
        )


def _orphans(cursor: Cursor) -> list[int]:
    """Return the change numbers of versions that are not in the ledger."""
    claimed = " UNION ".join(f"SELECT change_seq FROM tracker.{table}" for table in NOUNS)
    rows = cursor.execute(
        f"SELECT change_seq FROM ({claimed}) WHERE change_seq NOT IN (SELECT seq FROM tracker.change) ORDER BY 1"
    ).fetchall()
    return [seq for (seq,) in rows]
