"""Periods, baseline requests and snapshots in their current state. Shapes, no rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tracker.domain.dates import PublishedDate
from tracker.domain.snapshots import STANDING, Position, read_rules
from tracker.domain.words import SnapshotState


@dataclass(frozen=True, kw_only=True)
class PeriodLine:
    """A reporting period; ``since`` is the day of its current state, ``version`` the one to edit from."""

    period_id: str
    name: str
    opens_on: dt.date
    closes_on: dt.date
    board_on: dt.date
    state: str
    since: dt.date
    version: int


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """A request to change a milestone's baseline: old and new baseline, reason, and decision.

    ``before`` is the baseline when it was made. ``author`` and ``decided_by`` are people's names; ``version`` is the
    one to decide on.
    """

    request_id: str
    milestone_id: str
    milestone: str
    commitment_id: str
    programme_id: str | None
    before: PublishedDate | None
    after: PublishedDate
    reason: str
    note: str
    author_id: str
    author: str
    asked_on: dt.date
    state: str
    decided_by: str | None
    decided_on: dt.date | None
    decision_note: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class SnapshotLine:
    """A snapshot in its current state: what it shows, who saved, approved or withdrew it, and when (UTC).

    ``known_at`` is when its last change was recorded, ``taken_on`` the day in London on which it was saved.
    ``withdrawal`` is the reason why it was withdrawn. ``version`` is the one to edit from.
    """

    name: str
    as_at: dt.date
    known_seq: int
    known_seal: str
    known_at: dt.datetime | None
    digest: str
    rules: str
    state: str
    taken_by: str
    taker: str | None
    taken_at: dt.datetime
    taken_on: dt.date
    period_id: str | None
    approved_by: str | None
    approver: str | None
    approved_at: dt.datetime | None
    published_at: dt.datetime | None
    withdrawn_by: str | None
    withdrawer: str | None
    withdrawn_at: dt.datetime | None
    withdrawal: str | None
    note: str | None
    version: int

    @property
    def position(self) -> Position:
        """The position that its board shows."""
        return Position(as_at=self.as_at, known_seq=self.known_seq, rules=read_rules(self.rules)[0])

    @property
    def form(self) -> int:
        """The number of the form of its digest."""
        return read_rules(self.rules)[1]

    @property
    def standing(self) -> bool:
        """Say whether it counts: it was approved, and not withdrawn since."""
        return self.state in STANDING

    @property
    def withdrawn(self) -> bool:
        """Say whether it was withdrawn."""
        return self.state == SnapshotState.WITHDRAWN
