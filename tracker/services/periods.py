"""Reporting periods, which the secretariat opens, changes, closes and reopens; and who has still to confirm."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.dates import GREEN_PAPER, in_words
from tracker.domain.errors import Fault, InvalidPeriod, NothingToRecord, UnknownPeriod
from tracker.domain.ledger import Change, StaleEdit, Version
from tracker.domain.nouns import Period
from tracker.domain.policy import Action, require
from tracker.domain.rules import TOLERANCES
from tracker.domain.text import clean
from tracker.domain.words import ChangeAction, PeriodState
from tracker.exchange.chase_files import chase_json as as_json
from tracker.exchange.chase_files import chase_text as as_text
from tracker.exchange.chase_files import letter
from tracker.reporting.chase import ChaseView, build_chase
from tracker.services.users import may_still, who
from tracker.store import ledger, people, periods, ratings, reading, updates
from tracker.views.control import PeriodLine

__all__ = [
    "ChaseView",
    "PeriodLine",
    "Timetable",
    "as_json",
    "as_text",
    "change_period",
    "chase",
    "close_period",
    "find_period",
    "letter",
    "list_periods",
    "open_now",
    "open_period",
    "reopen_period",
]

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Cursor, Database

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 40


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """A reporting period as requested: its id, the board's name for it, its first and last day and its board's day."""

    period_id: str
    name: str
    opens_on: dt.date
    closes_on: dt.date
    board_on: dt.date


def list_periods(db: Database, as_at: dt.date | None = None, known_seq: int | None = None) -> list[PeriodLine]:
    """Return every reporting period, newest first; by default as at today, with everything known."""
    with db.read() as cursor:
        return periods.periods(cursor, as_at or dates.today(), known_seq)


def open_now(db: Database) -> PeriodLine | None:
    """Return the open period; None when there is none."""
    with db.read() as cursor:
        return periods.open_now(cursor, dates.today())


def find_period(db: Database, period_id: str | None = None) -> PeriodLine:
    """Return a period by its id, by default the open one. Raises UnknownPeriod."""
    with db.read() as cursor:
        return _find(cursor, period_id)


def open_period(db: Database, *, actor_id: str, period: Timetable, request_id: str | None = None) -> Change:
    """Open a reporting period: from now on every report and rating belongs to it.

    Raises UnknownUser, NotAllowed, InvalidPeriod with every fault by the fields of ``Timetable``,
    UnstorableText, StoreBusy, StoreUnusable.
    """
    noun = _period(period)
    today = dates.today()
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_PERIODS)
        _check(cursor, noun, _not_now(noun, today))
    try:
        return ledger.record(
            db,
            actor=actor_id,
            action=ChangeAction.OPEN_PERIOD,
            versions=[Version(noun=noun, version=1, effective_on=today)],
            request_id=request_id,
            check=may_still(actor_id, Action.KEEP_PERIODS, lambda cursor, _: _check(cursor, noun, ())),
        )
    except StaleEdit:
        taken = Fault("period_id", f"There is already a reporting period {noun.id}. Choose another id.")
        raise InvalidPeriod(taken) from None


def change_period(
    db: Database, *, actor_id: str, period: Timetable, base_version: int, request_id: str | None = None
) -> Change:
    """Change the name or dates of the open period, from the version that the person saw.

    Raises as ``open_period`` does, UnknownPeriod when that period is not open, NothingToRecord when nothing changes,
    and StaleEdit when it has changed since then.
    """
    noun = _period(period)
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_PERIODS)
        current = _require_open(cursor, noun.id)
        _check(cursor, noun, ())
    if base_version == current.version and _noun(current, PeriodState.OPEN) == noun:
        raise NothingToRecord(f"The reporting period {noun.id} already has that name and those dates.")
    return ledger.record(
        db,
        actor=actor_id,
        action=ChangeAction.CHANGE_PERIOD,
        versions=[Version(noun=noun, version=base_version + 1, effective_on=dates.today())],
        request_id=request_id,
        check=may_still(actor_id, Action.KEEP_PERIODS, lambda cursor, _: _check(cursor, noun, ())),
    )


def close_period(
    db: Database, *, actor_id: str, period_id: str, base_version: int | None = None, request_id: str | None = None
) -> Change:
    """Close the open reporting period, from the version that the person saw or by default the newest.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, UnknownPeriod when
    that period is not open, StaleEdit when it has changed since then, StoreBusy, StoreUnusable.
    """
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_PERIODS)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        current = _require_open(cursor, period_id)
    version = current.version if base_version is None else base_version
    return ledger.record(
        db,
        actor=actor_id,
        action=ChangeAction.CLOSE_PERIOD,
        versions=[
            Version(noun=_noun(current, PeriodState.CLOSED), version=version + 1, effective_on=dates.today()),
        ],
        request_id=request_id,
        check=may_still(actor_id, Action.KEEP_PERIODS),
    )


def reopen_period(
    db: Database,
    *,
    actor_id: str,
    period_id: str,
    reason: str,
    base_version: int | None = None,
    request_id: str | None = None,
) -> Change:
    """Reopen a reporting period that was closed by mistake; ``base_version`` is the version that the person saw.

    Its dates and reports stay; the history keeps the reason. A ``request_id`` that was recorded
    before records nothing again. Raises UnknownUser, NotAllowed, UnknownPeriod, InvalidPeriod when it is open, its
    board has met, another is open or the reason is empty, StaleEdit when it has changed since then, UnstorableText,
    StoreBusy, StoreUnusable.
    """
    why = clean(reason, where="the reason")
    today = dates.today()
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_PERIODS)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        current = _find(cursor, period_id)
        noun = _noun(current, PeriodState.OPEN)
        _check(cursor, noun, _against_reopening(current, why, today))
    version = current.version if base_version is None else base_version
    return ledger.record(
        db,
        actor=actor_id,
        action=ChangeAction.REOPEN_PERIOD,
        reason=why,
        versions=[Version(noun=noun, version=version + 1, effective_on=today)],
        request_id=request_id,
        check=may_still(actor_id, Action.KEEP_PERIODS, lambda cursor, _: _check(cursor, noun, ())),
    )


def _against_reopening(current: PeriodLine, reason: str, today: dt.date) -> Iterator[Fault]:
    if current.state == PeriodState.OPEN:
        yield Fault("", f"{current.name} ({current.period_id}) is already open.")
    elif current.board_on < today:
        met = f"The board of {current.name} ({current.period_id}) met on {in_words(current.board_on)}"
        yield Fault("", f"{met}, so you cannot reopen it. Open a new period.")
    if not reason:
        yield Fault("reason", "Enter the reason for reopening. The history shows it.")


def chase(db: Database, period_id: str | None = None) -> ChaseView:
    """Return who has confirmed what in a period (by default the open one), and what is not assigned to anyone.

    A closed period is shown as at the day it was closed. Raises UnknownPeriod.
    """
    today = dates.today()
    with db.read() as cursor:
        period = _find(cursor, period_id)
        day = today if period.state == PeriodState.OPEN else period.since
        everybody = people.users(cursor, day)
        return build_chase(
            period,
            day,
            demonstration=reading.is_demonstration(cursor),
            people=[(line, people.actor_of(line, everybody)) for line in everybody],
            lines=updates.update_lines(cursor, day, TOLERANCES, period_id=period.period_id),
            ratings=ratings.rating_lines(cursor, day, TOLERANCES, period_id=period.period_id),
        )


def _period(asked: Timetable) -> Period:
    """Return the requested period as a record. Raises InvalidPeriod, UnstorableText."""
    slug = asked.period_id.strip()
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_ID:
        raise InvalidPeriod(
            Fault(
                "period_id",
                f'"{slug}" cannot be a period id. Use small letters, digits and single hyphens, for example 2026-q4, '
                f"and at most {_LONGEST_ID} characters.",
            )
        )
    return Period(
        id=slug,
        name=asked.name,
        opens_on=asked.opens_on,
        closes_on=asked.closes_on,
        board_on=asked.board_on,
        state=PeriodState.OPEN,
    )


def _noun(line: PeriodLine, state: PeriodState) -> Period:
    return Period(
        id=line.period_id,
        name=line.name,
        opens_on=line.opens_on,
        closes_on=line.closes_on,
        board_on=line.board_on,
        state=state,
    )


def _check(cursor: Cursor, period: Period, also: Iterator[Fault] | tuple[()]) -> None:
    """Raise InvalidPeriod with every fault of a period, alone and next to the others."""
    others = [line for line in periods.periods(cursor, dates.today()) if line.period_id != period.id]
    if faults := [*_faults(period), *also, *_clashes(period, others)]:
        raise InvalidPeriod(*faults)


_LONGEST = dt.timedelta(days=366)
"""The longest time from the day a period opens to its board."""


def _faults(period: Period) -> Iterator[Fault]:
    opens, closes, meets = (in_words(day) for day in (period.opens_on, period.closes_on, period.board_on))
    if not period.name:
        yield Fault("name", "Enter a name, for example October to December 2026.")
    if period.closes_on < period.opens_on:
        yield Fault("closes_on", f"It closes on {closes}, before it opens on {opens}. Check both dates.")
    if period.opens_on < GREEN_PAPER:
        yield Fault("opens_on", f"It opens on {opens}, before the Green Paper. Check the year.")
    for field, does in (("closes_on", "closes"), ("board_on", "has a board")):
        day: dt.date = getattr(period, field)
        if day - period.opens_on > _LONGEST:
            yield Fault(field, f"It {does} on {in_words(day)}, more than a year after it opens. Check the year.")
    if period.board_on < period.closes_on:
        yield Fault("board_on", f"The board meets on {meets}, before the period closes on {closes}. Close it by then.")


def _not_now(period: Period, today: dt.date) -> Iterator[Fault]:
    opens, closes = in_words(period.opens_on), in_words(period.closes_on)
    if period.opens_on > today:
        yield Fault("opens_on", f"It opens on {opens}, which is in the future. Open it on that date.")
    if period.closes_on < today:
        yield Fault("closes_on", f"It closes on {closes}, which has passed. Check the date.")


def _clashes(period: Period, others: list[PeriodLine]) -> Iterator[Fault]:
    for other in others:
        if other.state == PeriodState.OPEN:
            yield Fault("", f"{other.name} ({other.period_id}) is open. Close it first.")
        elif period.opens_on <= other.closes_on and other.opens_on <= period.closes_on:
            days = f"{in_words(other.opens_on)} to {in_words(other.closes_on)}"
            yield Fault(
                "opens_on", f"Its dates overlap with {other.name} ({other.period_id}), {days}. Choose other dates."
            )


def _require_open(cursor: Cursor, period_id: str) -> PeriodLine:
    line = _find(cursor, period_id)
    if line.state != PeriodState.OPEN:
        raise UnknownPeriod(
            f"The reporting period {line.period_id} was closed on {in_words(line.since)}. Reopen it to change it."
        )
    return line


def _find(cursor: Cursor, period_id: str | None) -> PeriodLine:
    """Return a period by its id, by default the open one. Raises UnknownPeriod."""
    every = periods.periods(cursor, dates.today())
    for line in every:
        if line.period_id == period_id or (period_id is None and line.state == PeriodState.OPEN):
            return line
    if period_id is None:
        raise UnknownPeriod("No reporting period is open. Give the id of an earlier one, or open one.")
    known = ", ".join(line.period_id for line in every) or "there is none yet"
    raise UnknownPeriod(f'There is no reporting period "{period_id}". Choose one of: {known}.')
