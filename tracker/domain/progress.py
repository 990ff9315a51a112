"""What an owner says of their milestones, and the rules that a return must keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate, far_away, in_words
from tracker.domain.links import read_link, wrong_link
from tracker.domain.text import visible
from tracker.domain.words import MoveReason, Precision, ReportedStatus

if TYPE_CHECKING:
    from collections.abc import Iterator


def published(day: dt.date | None, precision: str | None) -> PublishedDate | None:
    """Return a date and how precisely it is known as one value; None when there is no date."""
    return PublishedDate(day, Precision(precision)) if day and precision else None


@dataclass(frozen=True, kw_only=True)
class Dated:
    """The dates of a milestone as a row holds them: the day used in sums, and how precisely it is known."""

    baseline_on: dt.date | None
    baseline_precision: str | None
    forecast_on: dt.date | None
    forecast_precision: str | None
    actual_on: dt.date | None
    actual_precision: str | None

    @property
    def baseline(self) -> PublishedDate | None:
        """The due date: as published, or as last approved."""
        return published(self.baseline_on, self.baseline_precision)

    @property
    def forecast(self) -> PublishedDate | None:
        """The latest published or reported expectation."""
        return published(self.forecast_on, self.forecast_precision)

    @property
    def actual(self) -> PublishedDate | None:
        """When it happened, as precisely as it is known."""
        return published(self.actual_on, self.actual_precision)


@dataclass(frozen=True, kw_only=True)
class Due(Dated):
    """The same of a milestone that falls due, beside the first baseline it had."""

    original_baseline_on: dt.date | None
    original_baseline_precision: str | None

    @property
    def original_baseline(self) -> PublishedDate | None:
        """The first baseline that held, whatever was approved since."""
        return published(self.original_baseline_on, self.original_baseline_precision)

    @property
    def rebaselined(self) -> bool:
        """Say whether the baseline is another than it was at first."""
        return self.original_baseline not in (None, self.baseline)

    @property
    def baseline_written(self) -> str:
        """The baseline as ``parse_published_date`` reads it, and beside it the first one where that was another."""
        if self.baseline is None:
            return ""
        first = self.original_baseline
        return self.baseline.written + (f" (originally {first.written})" if first and self.rebaselined else "")

    @property
    def due_on(self) -> dt.date | None:
        """The day it is expected: the forecast if there is one, else the baseline."""
        return self.forecast_on or self.baseline_on

    @property
    def due(self) -> PublishedDate | None:
        """``due_on`` with its precision."""
        return self.forecast or self.baseline


@dataclass(frozen=True, kw_only=True)
class UpdateLine(Due):
    """A milestone as its owner updates it: what is held now, and the version to report against (0: nothing yet).

    ``confirmed_on`` is when an owner last reported on it; None when none has. ``confirmed`` says whether that counts:
    for the reporting period that is asked about, or, without one, for as long as a forecast stays good.
    """

    milestone_id: str
    commitment_id: str
    commitment: str
    programme_id: str | None
    title: str
    key: bool
    reported_status: str | None
    narrative: str | None
    evidence_id: str | None
    computed_status: str
    slip_days: int | None
    promised_on: dt.date
    confirmed_on: dt.date | None
    confirmed: bool
    base_version: int
    newest_on: dt.date | None


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


def settled(line: UpdateLine, report: Report) -> Report:
    """Return a report with what follows from it: the same at every door.

    A date it happened completes a milestone, and takes away the expected date and the status that were left as they
    were. A link is completed with ``https://``. A narrative of nothing that can be seen is none.
    """
    held = confirmation(line)
    if not visible(report.narrative or "").strip():
        report = replace(report, narrative=None)
    if report.actual and report.status is held.status:
        report = replace(report, status=ReportedStatus.COMPLETE)
    if report.actual and report.forecast == held.forecast:
        report = replace(report, forecast=None)
    if report.evidence and report.evidence.url:
        link = read_link(report.evidence.url) or report.evidence.url
        report = replace(report, evidence=replace(report.evidence, url=link))
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
    taken_back = line.actual and not report.actual
    if report.actual:
        yield from _faults_of_completion(line, report, report.actual, today)
    elif report.status is ReportedStatus.COMPLETE:
        yield "actual", "its status is Complete; enter the date it happened, or choose another status."
        return  # until that is answered, no date is expected of it
    if taken_back and not (report.reason is MoveReason.CORRECTION and note):
        yield (
            "actual",
            f"it is recorded as having happened on {line.actual}; to take that back, give the reason "
            f'"{MoveReason.CORRECTION}" and a note.',
        )
    if report.forecast:
        yield from _faults_of_forecast(line, report, report.forecast, today)
    elif not report.actual and line.due:
        yield "forecast", f"it was due {line.due}; say when it is expected now, or when it happened."
    if moved(line, report) and not (report.reason and note):
        yield "reason", f"the date moves from {line.due} to {report.forecast}; choose a reason and say more in a note."
    if report.evidence and not (report.evidence.publisher.strip() and report.evidence.title.strip()):
        yield "evidence", "evidence needs its publisher and its title."
    if report.evidence and report.evidence.url and read_link(report.evidence.url) is None:
        yield "url", f"the link of the evidence: {wrong_link(report.evidence.url)}"


def _faults_of_completion(
    line: UpdateLine, report: Report, actual: PublishedDate, today: dt.date
) -> Iterator[tuple[str, str]]:
    if report.status is not ReportedStatus.COMPLETE:
        yield "status", f'it happened on {actual}, so its status is "Complete"; choose that, or take the date away.'
    if actual.day > today:
        yield "actual", f"{actual} has not come yet; give it as the forecast."
    if actual.day < line.promised_on:
        yield "actual", f"{actual} is before it was promised, on {in_words(line.promised_on)}; correct the date."
    if report.forecast:
        yield "forecast", "it has happened, so there is nothing to expect; take the expected date away."


def _faults_of_forecast(
    line: UpdateLine, report: Report, forecast: PublishedDate, today: dt.date
) -> Iterator[tuple[str, str]]:
    if forecast.day < today:
        yield "forecast", f"the forecast {forecast} has passed; say when it is expected now, or when it happened."
    if forecast != line.due and (asked := far_away(forecast, report.reason_note)):
        yield "forecast", asked
