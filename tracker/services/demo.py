"""A demonstration store: the real plan with an invented history, made whole and marked as what it is."""

from __future__ import annotations

import datetime as dt
import heapq
import os
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.dates import in_words
from tracker.domain.errors import NoDemonstration, StoreUnusable
from tracker.domain.ledger import GENESIS, Head
from tracker.exchange.plans import read_plan
from tracker.reporting.digest import digest
from tracker.services import boards, demo_history, demo_scale, stores
from tracker.store import ledger, migrations
from tracker.store.database import Address, Database, discard, unused
from tracker.store.files import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.domain.nouns import Period
    from tracker.services.demo_history import Deed

DEFAULT_ADDRESS = "data/demonstration.duckdb"


@dataclass(frozen=True)
class Made:
    """A demonstration store that was made: the end of its ledger, and how many versions it holds."""

    head: Head
    versions: int


def make_demonstration(
    at: Address,
    plans: Path,
    data: Path,
    *,
    seed: int = 1,
    day: dt.date | None = None,
    versions: int | None = None,
) -> Made:
    """Make a demonstration store, in place of one that was there; the same plan, seed and day give the same seals.

    The invented history ends the day before ``day``, which is today unless told, and has a snapshot for every board
    that met. Invented commitments are added until there are so many ``versions``; then there are no snapshots. Raises
    NoDemonstration for a day or a number that leaves no room, PlanFaults, StoreUnusable when what is at the address is
    not a demonstration, StoreBusy while it is in use; then nothing is changed.
    """
    day = day or dates.today()
    if not demo_history.EARLIEST_DAY <= day <= dates.today():
        raise NoDemonstration(
            f"The day {day} leaves no room for {demo_history.QUARTERS} quarters since the Green Paper, or has "
            f"not come; choose one from {in_words(demo_history.EARLIEST_DAY)} to {in_words(dates.today())}."
        )
    _require_replaceable(at)
    periods = demo_history.reporting_periods(day)
    deeds = demo_history.returns(read_plan(plans, data), seed=seed, periods=periods, day=day)
    count = sum(len(deed.said) for deed in deeds if not callable(deed.said))
    more: Iterable[Deed] = ()
    if versions is None:
        more = demo_history.snapshots(periods, _digests(at, deeds, periods, day), day)
        count += len(more)
    else:
        fewest = count + demo_scale.FEWEST
        if versions < fewest:
            raise NoDemonstration(
                f"The plan and its invented history have {count:,} versions; ask for {fewest:,} or more, or for no "
                "number at all."
            )
        more = demo_scale.grown(versions - count, seed=seed, periods=periods, day=day)
    with _unfinished(at) as unfinished:
        with _composed(unfinished, heapq.merge(deeds, more, key=attrgetter("at"))) as (_, head):
            made = Made(head, versions or count)
        _put(unfinished, at)
    return made


def _digests(at: Address, deeds: Sequence[Deed], periods: Sequence[Period], day: dt.date) -> dict[dt.date, str]:
    """Return the digest of every board that met before ``day``, as it stood when its snapshot is taken.

    Snapshots change no board, so a ledger without them tells what each of them is of.
    """
    with _unfinished(at) as unfinished, _composed(unfinished, deeds) as (db, _):
        known = {p.board_on: boards.known_position(db, demo_history.taken_at(p)) for p in periods if p.board_on < day}
        return {on: digest(boards.view_board(db, on, seq)) for on, seq in known.items()}


@contextmanager
def _unfinished(at: Address) -> Iterator[Address]:
    """Give the address of a store in the making, which is gone afterwards unless it was put in its place."""
    unfinished = Address(at.file.with_name(f"{at.file.name}.new-{os.getpid()}"))
    discard(unfinished)  # what a killed process of the same number left
    try:
        yield unfinished
    finally:
        discard(unfinished)


@contextmanager
def _composed(at: Address, deeds: Iterable[Deed]) -> Iterator[tuple[Database, Head]]:
    """Make a store that holds deeds which come in order of time, and give it open, with the end of its ledger."""
    stores.init_store(at)
    ends = [Head(0, GENESIS)]

    def note(end: Head) -> None:
        ends[0] = end

    with stores.open_store(at, writable=True) as db:
        yield db, ledger.compose(db, demo_history.acts(deeds, lambda: ends[0]), on_sealed=note)


def _require_replaceable(at: Address) -> None:
    """Raise StoreUnusable when there is anything at the address but a demonstration."""
    if not at.exists():
        last = at.anchor.last()
        if last and last.seq:
            raise StoreUnusable(
                f"There is no store at {at.file}, but its head anchor {at.anchor.path} tells of one that is gone. "
                "Nothing was made in its place; choose another file with --to."
            )
        return
    with Database.open(at, writable=False) as db:
        begun = all(migration.number > 1 for migration in migrations.pending(db))
        if not begun or not stores.is_demonstration(db):
            raise StoreUnusable(
                f"{at.file} is no demonstration store, so it was left as it is; choose another file with --to."
            )


def _put(made: Address, at: Address) -> None:
    """Put a demonstration store in its place. Raises StoreBusy, StoreUnusable."""
    try:
        with unused(at):
            discard(at)
            for unnamed, named in ((made.file, at.file), (made.anchor.path, at.anchor.path)):
                sync(unnamed)
                unnamed.rename(named)
        sync(at.file.parent)
    except OSError as error:
        raise StoreUnusable(f"The demonstration store cannot be put at {at.file}: {error.strerror}.") from error
