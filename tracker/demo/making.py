"""A demonstration store: the real plan with an invented history, saved as a whole and marked as a demonstration."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker.demo import history, scale
from tracker.demo.deeds import DEPUTY_SECRETARIAT, INVENTED, SECRETARIAT, Deed, acts, instant
from tracker.domain import dates
from tracker.domain.dates import in_words
from tracker.domain.errors import BrokenLedger, NoDemonstration, SchemaMismatch, StoreMissing, StoreUnusable
from tracker.domain.nouns import Noun, Period, Snapshot
from tracker.domain.snapshots import forward
from tracker.domain.words import ChangeAction, SnapshotState
from tracker.exchange.plans import read_plan
from tracker.services import boards, snapshots, stores
from tracker.store import carrying, migrations, placing, reading
from tracker.store.database import Address, Cursor, Database, unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.domain.ledger import Head

DEFAULT_ADDRESS = "data/demonstration.duckdb"

_SNAPSHOT_RECORDS = 2
"""For each board that has met: its snapshot saved, and approved."""


@dataclass(frozen=True)
class Made:
    """A demonstration store that was made: the end of its ledger, and its number of versions."""

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
    """Make a demonstration store, replacing one that is there; the same plan, seed and day give the same seals.

    The invented history ends the day before ``day`` (default: today). Invented commitments are added until there are
    this many ``versions``. Raises NoDemonstration for an impossible day or number, PlanFaults, StoreUnusable if another
    store is at the address, StoreBusy while it is in use; then nothing is changed.
    """
    day = day or dates.today()
    if not history.EARLIEST_DAY <= day <= dates.today():
        raise NoDemonstration(
            f"The day must be {history.QUARTERS} quarters after the Green Paper, and not in the future. Choose one "
            f"from {in_words(history.EARLIEST_DAY)} to {in_words(dates.today())}."
        )
    _require_replaceable(at)
    periods = history.reporting_periods(day)
    deeds = history.deeds(read_plan(plans, data), seed=seed, periods=periods, day=day)
    count = sum(deed.records for deed in deeds) + _SNAPSHOT_RECORDS * len(periods[:-1])
    more: Iterable[Deed] = ()
    if versions is not None:
        fewest = count + scale.FEWEST
        if versions < fewest:
            raise NoDemonstration(
                f"The plan and its invented history have {count:,} versions. Ask for {fewest:,} or more, or "
                "leave out --versions."
            )
        more = scale.grown(versions - count, seed=seed, periods=periods, day=day)
    try:
        with placing.beside(at) as made:
            stores.create_store(made)
            with stores.open_store(made, writable=True) as db:
                head = carrying.compose(db, lambda cursor: acts(_merged(deeds, more, _kept(cursor, periods))))
            with unused(at):
                placing.put_over(made, at, keep=None)
    except OSError as error:
        raise StoreUnusable(
            f"The demonstration store cannot be put at {at.file}: {stores.refusal(error, at)}"
        ) from error
    return Made(head, versions or count)


def is_kept(at: Address) -> bool:
    """Say whether there is a demonstration store that opens; one of an older version is migrated.

    Raises StoreBusy while it is being written to, and SchemaMismatch for one of a newer version.
    """
    try:
        try:
            db = stores.open_store(at)
        except SchemaMismatch:
            stores.migrate_store(at)
            db = stores.open_store(at)
    except (StoreMissing, StoreUnusable, BrokenLedger):
        return False
    with db:
        kept = stores.is_demonstration(db)
    placing.clear(at)
    return kept


def _merged(*deeds: Iterable[Deed]) -> Iterator[Deed]:
    return heapq.merge(*deeds, key=attrgetter("at"))


def _kept(cursor: Cursor, periods: Sequence[Period]) -> Iterator[Deed]:
    """Save the board of each period whose board has met: saved by one secretary, approved by the other."""
    for period in periods[:-1]:
        taken, approved = (instant(period.board_on, hour) for hour in (10, 12))
        yield Deed(taken, DEPUTY_SECRETARIAT, ChangeAction.TAKE_SNAPSHOT, partial(_taken, cursor, period))
        yield Deed(approved, SECRETARIAT, ChangeAction.APPROVE_SNAPSHOT, partial(_approved, cursor, period))


def _taken(cursor: Cursor, period: Period) -> Sequence[tuple[Noun, dt.date]]:
    snapshot = snapshots.snapshot_of(
        boards.board_of(cursor, period.board_on, reading.head(cursor).seq),
        name=period.id,
        state=SnapshotState.FOR_BOARD,
        taken_by=DEPUTY_SECRETARIAT,
        period_id=period.id,
        note=f"{INVENTED} the position that the board saw.",
    )
    return [(snapshot, period.board_on)]


def _approved(cursor: Cursor, period: Period) -> Sequence[tuple[Noun, dt.date]]:
    taken = reading.latest(cursor, Snapshot, period.id)
    assert taken  # noqa: S101  two hours before
    assert isinstance(taken.noun, Snapshot)  # noqa: S101  it was asked for
    approved = forward(taken.noun, SnapshotState.APPROVED, approved_by=SECRETARIAT, note=f"{INVENTED} approved.")
    return [(approved, period.board_on)]


def _require_replaceable(at: Address) -> None:
    """Raise StoreUnusable if there is anything at the address but a demonstration, or the remains of one."""
    if not stores.there(at):
        last = at.anchor.last()
        if last and last.seq and at != Address.parse(DEFAULT_ADDRESS):
            raise StoreUnusable(
                f"There is no store at {at.file}, but {at.anchor.path} shows that there was one. Nothing was "
                "made. Choose another file with --to."
            )
        return
    with Database.open(at, writable=False) as db:
        begun = all(migration.number > 1 for migration in migrations.pending(db))
        if not begun or not stores.is_demonstration(db):
            raise StoreUnusable(
                f"{at.file} is not a demonstration store, so it was not changed. Choose another file with --to."
            )
