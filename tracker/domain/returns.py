"""What an owner says of their milestones, and the rules that a return must keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate
from tracker.domain.words import MoveReason, ReportedStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain.lines import UpdateLine


_EVIDENCE = "/evidence/"


def evidence_id(milestone_id: str, version: int) -> str:
    """Return the id of the source that the report which makes a version of a milestone's progress brings with it."""
    return f"{milestone_id}{_EVIDENCE}{version}"


def came_with_a_report(source_id: str) -> bool:
    """Say whether an owner named a source in a report: what it says of itself was written for the board."""
    return _EVIDENCE in source_id


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


def confirmation(line: UpdateLine) -> Report:
    """Return the report that says again what is held: a confirmation is never silent, it is a report of its own."""
    return Report(
        milestone_id=line.milestone_id,
        base_version=line.base_version,
        status=_status(line),
        forecast=None if line.actual else line.due,
        actual=line.actual,
        narrative=line.narrative,
        evidence_id=line.evidence_id,
    )


def _status(line: UpdateLine) -> ReportedStatus:
    if line.actual:
        return ReportedStatus.COMPLETE
    not_started = line.reported_status == ReportedStatus.NOT_STARTED
    return ReportedStatus.NOT_STARTED if not_started else ReportedStatus.IN_PROGRESS


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """One thing to be said of many milestones at once; what is None stays as each of them has it.

    ``actual`` says that each of them is complete. ``forecast`` comes with its reason and note.
    """

    status: ReportedStatus | None = None
    forecast: PublishedDate | None = None
    actual: PublishedDate | None = None
    reason: MoveReason | None = None
    reason_note: str | None = None
    narrative: str | None = None
    evidence: Evidence | None = None


def amended(line: UpdateLine, amendment: Amendment) -> Report:
    """Return the report that says of a milestone what is held, but for what the amendment says."""
    said = {field.name: getattr(amendment, field.name) for field in fields(amendment)}
    report = replace(confirmation(line), **{name: value for name, value in said.items() if value is not None})
    if amendment.actual:
        return replace(report, status=ReportedStatus.COMPLETE, forecast=None)
    if amendment.forecast and not moved(line, report):
        return replace(report, reason=None, reason_note=None)  # of several, one whose date stays has nothing to explain
    return report


def moved(line: UpdateLine, report: Report) -> bool:
    """Say whether a report moves the date that was expected: the forecast, or the baseline when there was none."""
    return bool(line.due and report.forecast and report.forecast.day != line.due.day)


def faults(line: UpdateLine, report: Report, today: dt.date) -> Iterator[str]:
    """Say everything that is wrong with a report on a milestone, a sentence each, beginning with its id."""
    for _, fault in faults_by_field(line, report, today):
        yield f"{report.milestone_id}: {fault}"


def faults_by_field(line: UpdateLine, report: Report, today: dt.date) -> Iterator[tuple[str, str]]:
    """Say everything that is wrong with a report, a sentence each, with the field of the report to put right."""
    note = (report.reason_note or "").strip()
    if (report.status is ReportedStatus.COMPLETE) != (report.actual is not None):
        yield "status", "a milestone is complete when it has the day it happened, and only then; give both or neither."
    if report.actual and report.actual.day > today:
        yield "actual", f"{report.actual} has not come yet; give it as the forecast."
    if report.actual and report.forecast:
        yield "forecast", "it has happened, so there is nothing to forecast; take the forecast away."
    if line.actual and not report.actual and not (report.reason is MoveReason.CORRECTION and note):
        yield (
            "actual",
            f"it is recorded as having happened on {line.actual}; to take that back, give the reason "
            f'"{MoveReason.CORRECTION}" and a note.',
        )
    if report.forecast and report.forecast.day < today:
        yield (
            "forecast",
            f"the forecast {report.forecast} has passed; say when it is expected now, or when it happened.",
        )
    if not report.forecast and not report.actual and line.due:
        yield "forecast", f"it was due {line.due}; say when it is expected now, or when it happened."
    if moved(line, report) and not (report.reason and note):
        yield "reason", f"the date moves from {line.due} to {report.forecast}; choose a reason and say more in a note."
    if report.evidence and not (report.evidence.publisher.strip() and report.evidence.title.strip()):
        yield "evidence", "evidence needs its publisher and its title."
    if report.evidence and report.evidence.url and not report.evidence.url.startswith("https://"):
        yield "url", "the link of the evidence must begin with https:// or be left out."
