"""What owners report on their milestones, and the rules for reports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tracker.domain.dates import PublishedDate, far_away, in_words
from tracker.domain.errors import Fault
from tracker.domain.links import read_link, wrong_link
from tracker.domain.text import visible
from tracker.domain.words import MoveReason, ReportedStatus

if TYPE_CHECKING:
    from collections.abc import Iterator


TEXTS = ("narrative",)
"""The fields of a statement that an owner writes for the board, in the order of the form."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What was reported on a milestone. ``status`` is the reporter's own word; the dates decide."""

    status: str | None = None
    forecast: PublishedDate | None = None
    actual: PublishedDate | None = None
    reason: MoveReason | None = None
    narrative: str | None = None
    evidence_id: str | None = None
    reason_note: str | None = None

    @property
    def texts(self) -> dict[str, str | None]:
        """What the owner wrote for the board, by field."""
        return {name: getattr(self, name) for name in TEXTS}


@dataclass(frozen=True, kw_only=True)
class Dated:
    """The dates of a milestone: its current and original baseline, and the last report."""

    baseline: PublishedDate | None
    original_baseline: PublishedDate | None
    statement: Statement = field(metadata={"columns": {"status": "reported_status"}})

    @property
    def forecast(self) -> PublishedDate | None:
        """The latest published or reported expectation."""
        return self.statement.forecast

    @property
    def actual(self) -> PublishedDate | None:
        """The date completed, as precisely as it is known."""
        return self.statement.actual

    @property
    def evidence_id(self) -> str | None:
        """The source that shows it."""
        return self.statement.evidence_id

    @property
    def due(self) -> PublishedDate | None:
        """The forecast date if there is one, else the baseline."""
        return self.forecast or self.baseline

    @property
    def rebaselined(self) -> bool:
        """Say whether the baseline differs from the original one."""
        return self.original_baseline not in (None, self.baseline)

    @property
    def baseline_written(self) -> str:
        """The baseline as ``parse_published_date`` reads it, with the original one if it differs."""
        if self.baseline is None:
            return ""
        first = self.original_baseline
        return self.baseline.written + (f" (originally {first.written})" if first and self.rebaselined else "")


@dataclass(frozen=True, kw_only=True)
class UpdateLine(Dated):
    """A milestone as its owner updates it: its current version, and the version to report against (0: none yet).

    ``confirmed_on`` is when an owner last reported on it; None when none has. ``confirmed`` says whether that report
    counts: for the given reporting period or, without one, for as long as a forecast counts.
    """

    milestone_id: str
    commitment_id: str
    commitment: str
    programme_id: str | None
    title: str
    key: bool
    computed_status: str
    slip_days: int | None
    promised_on: dt.date
    confirmed_on: dt.date | None
    confirmed: bool
    base_version: int
    newest_on: dt.date | None


_EVIDENCE = "/evidence/"


def evidence_id(milestone_id: str, version: int) -> str:
    """Return the id of the source that comes with the report of a version of a milestone's progress."""
    return f"{milestone_id}{_EVIDENCE}{version}"


def came_with_a_report(source_id: str) -> bool:
    """Say whether an owner gave a source in a report: its text was then written for the board."""
    return _EVIDENCE in source_id


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A published source: its publisher and title, and a link on the publisher's own site."""

    publisher: str
    title: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an owner reports on one milestone, against the version of its progress that they saw (0: none).

    ``evidence`` is new, and replaces the evidence that the statement names.
    """

    milestone_id: str
    base_version: int
    statement: Statement
    evidence: Evidence | None = None


def confirmed(line: UpdateLine) -> Statement:
    """Return the last statement on a milestone, to be reported again."""
    was = line.statement
    return Statement(
        status=_status(line),
        forecast=None if was.actual else line.due,
        actual=was.actual,
        narrative=was.narrative,
        evidence_id=was.evidence_id,
    )


def confirmation(line: UpdateLine) -> Report:
    """Return the report that confirms a milestone: a confirmation is a report of its own."""
    return Report(milestone_id=line.milestone_id, base_version=line.base_version, statement=confirmed(line))


def _status(line: UpdateLine) -> ReportedStatus:
    if line.actual:
        return ReportedStatus.COMPLETE
    not_started = line.statement.status == ReportedStatus.NOT_STARTED
    return ReportedStatus.NOT_STARTED if not_started else ReportedStatus.IN_PROGRESS


def amended(line: UpdateLine, change: Statement, evidence: Evidence | None = None) -> Report:
    """Return the report that makes a ``change``; fields that are None there stay the same.

    A date completed also completes the milestone.
    """
    changed = {name: value for name, value in vars(change).items() if value is not None}
    report = replace(confirmation(line), statement=replace(confirmed(line), **changed), evidence=evidence)
    if change.actual:
        return _with(report, status=ReportedStatus.COMPLETE, forecast=None)
    if change.forecast and not moved(line, report):
        return _with(report, reason=None, reason_note=None)  # its date does not change: nothing to explain
    return report


def _with(report: Report, **values: Any) -> Report:
    return replace(report, statement=replace(report.statement, **values))


def settled(line: UpdateLine, report: Report) -> Report:
    """Return a report with what follows from it: the same on pages, in returns and in commands.

    A date completed sets the status to Complete and removes the forecast, unless the owner changed them. A link gets
    its ``https://``. A narrative of invisible characters is removed.
    """
    was = confirmed(line)
    if not visible(report.statement.narrative or "").strip():
        report = _with(report, narrative=None)
    if report.statement.actual and report.statement.status == was.status:
        report = _with(report, status=ReportedStatus.COMPLETE)
    if report.statement.actual and report.statement.forecast == was.forecast:
        report = _with(report, forecast=None)
    if report.evidence and report.evidence.url:
        link = read_link(report.evidence.url) or report.evidence.url
        report = replace(report, evidence=replace(report.evidence, url=link))
    return report


def moved(line: UpdateLine, report: Report) -> bool:
    """Say whether a report changes the due date: the forecast, or the baseline when there was none."""
    forecast = report.statement.forecast
    return bool(line.due and forecast and forecast.day != line.due.day)


def faults(line: UpdateLine, report: Report, today: dt.date) -> Iterator[Fault]:
    """Give every fault of a report on a milestone, by the fields of its statement and its evidence."""
    for field_, sentence in _faults(line, report, today):
        yield Fault(field_, sentence, about=report.milestone_id)


def _faults(line: UpdateLine, report: Report, today: dt.date) -> Iterator[tuple[str, str]]:
    statement = report.statement
    note = (statement.reason_note or "").strip()
    undone = line.actual and not statement.actual
    if statement.actual:
        yield from _faults_of_completion(line, report, statement.actual, today)
    elif statement.status == ReportedStatus.COMPLETE:
        yield "actual", "its status is Complete. Enter the date it was completed, or choose another status."
        return  # until that is answered, it needs no forecast
    if undone and not (statement.reason is MoveReason.CORRECTION and note):
        yield (
            "actual",
            f'it was completed on {line.actual}. To undo that, give the reason "{MoveReason.CORRECTION}" and a note.',
        )
    if statement.forecast:
        yield from _faults_of_forecast(line, report, statement.forecast, today)
    elif not statement.actual and line.due:
        yield "forecast", f"it was due {line.due}. Enter a new forecast date, or the date it was completed."
    if moved(line, report) and not (statement.reason and note):
        missing = "reason_note" if statement.reason else "reason"
        yield (
            missing,
            f"you changed the date from {line.due} to {statement.forecast}. Choose a reason and explain the change.",
        )
    if report.evidence and not (report.evidence.publisher.strip() and report.evidence.title.strip()):
        missing = "title" if report.evidence.publisher.strip() else "publisher"
        yield missing, "evidence needs a publisher and a title."
    if report.evidence and report.evidence.url and read_link(report.evidence.url) is None:
        yield "url", f"the link of the evidence: {wrong_link(report.evidence.url)}"


def _faults_of_completion(
    line: UpdateLine, report: Report, actual: PublishedDate, today: dt.date
) -> Iterator[tuple[str, str]]:
    if report.statement.status != ReportedStatus.COMPLETE:
        yield (
            "status",
            f'it was completed on {actual}, so its status must be "Complete". Choose that, or remove the date.',
        )
    if actual.day > today:
        yield "actual", f"{actual} is in the future. Enter it as the forecast date."
    if actual.day < line.promised_on:
        yield (
            "actual",
            f"{actual} is before the milestone was promised, on {in_words(line.promised_on)}. Correct the date.",
        )
    if report.statement.forecast:
        yield "forecast", "it is complete. Remove the forecast date."


def _faults_of_forecast(
    line: UpdateLine, report: Report, forecast: PublishedDate, today: dt.date
) -> Iterator[tuple[str, str]]:
    if forecast.day < today:
        yield "forecast", f"the forecast date {forecast} has passed. Enter a new one, or the date it was completed."
    if forecast != line.due and (asked := far_away(forecast, report.statement.reason_note)):
        yield "forecast", asked
