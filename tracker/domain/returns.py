"""What an owner says of their milestones, and the rules that a return must keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate
from tracker.domain.words import MoveReason, ReportedStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain.lines import UpdateLine


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where it can be read that something happened: publisher and title, and a link on the publisher's own site."""

    publisher: str
    title: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an owner says of one milestone; ``base_version`` is the version of its progress that they saw (0: none)."""

    milestone_id: str
    base_version: int
    status: ReportedStatus
    forecast: PublishedDate | None = None
    actual: PublishedDate | None = None
    reason: MoveReason | None = None
    reason_note: str | None = None
    narrative: str | None = None
    evidence_id: str | None = None
    evidence: Evidence | None = None


def moved(line: UpdateLine, report: Report) -> bool:
    """Say whether a report moves the date that was expected: the forecast, or the baseline when there was none."""
    return bool(line.due and report.forecast and report.forecast.day != line.due.day)


def faults(line: UpdateLine, report: Report, today: dt.date) -> Iterator[str]:
    """Say everything that is wrong with a report on a milestone, a sentence each, beginning with its id."""
    name = report.milestone_id
    note = (report.reason_note or "").strip()
    if (report.status is ReportedStatus.COMPLETE) != (report.actual is not None):
        yield f"{name}: a milestone is complete when it has the day it happened, and only then; give both or neither."
    if report.actual and report.actual.day > today:
        yield f"{name}: {report.actual} has not come yet; give it as the forecast."
    if report.actual and report.forecast:
        yield f"{name}: it has happened, so there is nothing to forecast; take the forecast away."
    if line.actual and not report.actual and not (report.reason is MoveReason.CORRECTION and note):
        yield (
            f"{name}: it is recorded as having happened on {line.actual}; to take that back, give the reason "
            f'"{MoveReason.CORRECTION}" and a note.'
        )
    if report.forecast and report.forecast.day < today:
        yield f"{name}: the forecast {report.forecast} has passed; say when it is expected now, or when it happened."
    if not report.forecast and not report.actual and line.due:
        yield f"{name}: it was due {line.due}; say when it is expected now, or when it happened."
    if moved(line, report) and not (report.reason and note):
        yield f"{name}: the date moves from {line.due} to {report.forecast}; choose a reason and say more in a note."
    if report.evidence and not (report.evidence.publisher.strip() and report.evidence.title.strip()):
        yield f"{name}: evidence needs its publisher and its title."
    if report.evidence and report.evidence.url and not report.evidence.url.startswith("https://"):
        yield f"{name}: the link of the evidence must begin with https:// or be left out."
