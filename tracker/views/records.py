"""Records as queries of the ledger return them. Shapes, no rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tracker.domain.dates import PublishedDate
from tracker.domain.ledger import Version


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version of a record in the ledger: who recorded it, when (UTC) and in which change."""

    noun: str
    noun_id: str
    version: int
    effective_on: dt.date
    retracted: bool
    change_seq: int
    recorded_at: dt.datetime
    actor: str
    action: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class HistoryFilter:
    """Which records to read, newest first; an empty field keeps everything.

    A milestone takes precedence over its commitment. ``as_at`` leaves out what is true only from a later day.
    ``recorded_from`` and ``recorded_to`` are days in UTC, both included. ``period_id`` keeps what was recorded from the
    opening to the closing date of a reporting period, and what belongs to it whenever it was recorded: late reports and
    ratings, and the period itself. ``limit`` None reads to the end.
    """

    milestone_id: str | None = None
    commitment_id: str | None = None
    actor: str | None = None
    recorded_from: dt.date | None = None
    recorded_to: dt.date | None = None
    period_id: str | None = None
    as_at: dt.date | None = None
    offset: int = 0
    limit: int | None = 50


@dataclass(frozen=True, kw_only=True)
class RecordedLine:
    """One change: one version and the one before it; or (None) many versions as one line.

    ``name`` and ``role`` are the actor's at the time, None for one who was not registered. ``counts`` has the number of
    versions by noun (the name of its table) if they are one line, else nothing.
    """

    seq: int
    recorded_at: dt.datetime
    actor: str
    name: str | None
    role: str | None
    action: str
    reason: str | None
    seal: str
    noun: str | None
    version: Version | None
    before: Version | None
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class SaidLine:
    """One version with the change that recorded it; ``name`` and ``role`` as in ``RecordedLine``."""

    seq: int
    recorded_at: dt.datetime
    actor: str
    name: str | None
    role: str | None
    action: str
    reason: str | None
    version: Version


@dataclass(frozen=True, kw_only=True)
class TrendLine:
    """A milestone's dates as known from the day of a report or of a baseline."""

    reported_on: dt.date
    baseline: PublishedDate | None
    forecast: PublishedDate | None
    actual: PublishedDate | None
    reason: str | None
