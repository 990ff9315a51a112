"""Owners report on their milestones: one form, or many milestones at once, become one change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import Fault, InvalidReport
from tracker.domain.ledger import Change, Version
from tracker.domain.nouns import Progress, Source
from tracker.domain.policy import Action, Actor, in_scope, require, require_scope
from tracker.domain.progress import Report, UpdateLine, faults, settled
from tracker.domain.progress import evidence_id as new_evidence_id
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.words import ChangeAction, Reporter, SourceKind
from tracker.services.users import may_still, who
from tracker.store import ledger, periods, reading, updates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.store.database import Cursor, Database


NEEDS = ("Overdue", "Due in the next 90 days", "Not confirmed", "Confirmed", "Complete")
"""The groups of My updates, in order of need."""


@dataclass(frozen=True)
class Foreseen:
    """What saving a report would do: the completed report, the status and slippage (days) after it, and its faults."""

    line: UpdateLine
    report: Report
    status_after: str
    slip_after: int | None
    faults: tuple[Fault, ...]


def my_lines(db: Database, *, actor_id: str) -> list[UpdateLine]:
    """Return the milestones assigned to a person, in order of id. Raises UnknownUser, NotAllowed."""
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.REPORT)
        return [
            line
            for line in updates.update_lines(cursor, dates.today(), TOLERANCES, period_id=_open_period(cursor))
            if in_scope(actor, Action.REPORT, commitment_id=line.commitment_id, programme_id=line.programme_id)
        ]


def need(line: UpdateLine, rules: Tolerances = TOLERANCES) -> str:
    """Return which of ``NEEDS`` a milestone belongs to; the open period decides whether it is confirmed."""
    today = dates.today()
    if line.actual:
        return NEEDS[4]
    if line.due and line.due.day < today:
        return NEEDS[0]
    if line.due and line.due.day < today + dt.timedelta(days=rules.period_days):
        return NEEDS[1]
    return NEEDS[3] if line.confirmed else NEEDS[2]


def foresee(db: Database, *, actor_id: str, reports: Sequence[Report]) -> list[Foreseen]:
    """Return what saving reports would do, without saving. Raises UnknownUser, NotAllowed, InvalidReport."""
    with db.read() as cursor:
        return _foresee(cursor, actor_id, reports, _open_period(cursor))


def report_progress(db: Database, *, actor_id: str, reports: Sequence[Report], request_id: str | None = None) -> Change:
    """Record reports as one change: all of them, or none.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, InvalidReport with
    every fault of every report, StaleEdit (with both versions) when one has a newer version, StoreBusy,
    StoreUnusable; then nothing is recorded.
    """
    with db.read() as cursor:
        period_id = _open_period(cursor)
        seen = _foresee(cursor, actor_id, reports, period_id)
    wrong = [fault for one in seen if one.report.base_version >= one.line.base_version for fault in one.faults]
    if wrong:  # a stale report raises StaleEdit below instead, whatever its faults
        raise InvalidReport(*wrong)
    return ledger.record(
        db,
        actor=actor_id,
        action=ChangeAction.REPORT,
        versions=[
            version
            for one in seen
            for version in versions(one.report, newest_on=one.line.newest_on, period_id=period_id, today=dates.today())
        ],
        request_id=request_id,
        check=may_still(actor_id, Action.REPORT, lambda _, actor: _require_all(actor, seen)),
    )


def _require_all(actor: Actor, seen: Sequence[Foreseen]) -> None:
    """Raise NotAllowed unless every reported milestone is assigned to the person."""
    for line in (one.line for one in seen):
        require_scope(actor, Action.REPORT, commitment_id=line.commitment_id, programme_id=line.programme_id)


def _open_period(cursor: Cursor) -> str | None:
    """Return the id of the open reporting period; None when there is none."""
    period = periods.open_now(cursor, dates.today())
    return period.period_id if period else None


def _foresee(cursor: Cursor, actor_id: str, reports: Sequence[Report], period_id: str | None) -> list[Foreseen]:
    actor = who(cursor, actor_id)
    require(actor, Action.REPORT)
    today = dates.today()
    times = Counter(report.milestone_id for report in reports)
    held = updates.update_lines(cursor, today, TOLERANCES, times, period_id=period_id)
    lines = {line.milestone_id: line for line in held}
    seen = []
    for given in reports:
        line = lines.get(given.milestone_id)
        if line is None:
            unknown = f"There is no milestone {given.milestone_id} on the board. Choose one from the list."
            raise InvalidReport(Fault("milestone_id", unknown))
        report = settled(line, given)
        require_scope(actor, Action.REPORT, commitment_id=line.commitment_id, programme_id=line.programme_id)
        status, slip_days = updates.foreseen(cursor, line, report, today, TOLERANCES)
        wrong = [*faults(line, report, today), *_unknown_evidence(cursor, line, report)]
        if times[line.milestone_id] > 1:
            again = f"there are {times[line.milestone_id]} reports. Keep one."
            wrong.append(Fault("milestone_id", again, about=line.milestone_id))
        seen.append(Foreseen(line, report, status, slip_days, tuple(wrong)))
    return seen


def _unknown_evidence(cursor: Cursor, line: UpdateLine, report: Report) -> Iterator[Fault]:
    """Give a fault if the evidence is not a known source, unless the milestone already has it."""
    evidence_id = report.statement.evidence_id
    if evidence_id and evidence_id != line.evidence_id:
        newest = {version.effective_on: version for version in reading.versions(cursor, Source, evidence_id)}
        if all(version.retracted for version in newest.values()):
            unknown = f"there is no source {evidence_id}. Choose another, or give the publisher, title and link."
            yield Fault("evidence_id", unknown, about=report.milestone_id)


def versions(report: Report, *, newest_on: dt.date | None, period_id: str | None, today: dt.date) -> list[Version]:
    """Return the versions that a report records: the progress, and any new evidence, in the open period.

    A report applies from today; a completion from the date completed, or from ``newest_on``, the last day with a
    version of the milestone's progress, if that is later.
    """
    actual, statement = report.statement.actual, report.statement
    applies_from = max(actual.day, newest_on or actual.day) if actual else today
    made = []
    if report.evidence:
        source = Source(
            id=new_evidence_id(report.milestone_id, report.base_version + 1),
            kind=SourceKind.EVIDENCE,
            publisher=report.evidence.publisher,
            title=report.evidence.title,
            url=report.evidence.url,
            note="Given by the owner.",
        )
        made.append(Version(noun=source, version=1, effective_on=dates.GREEN_PAPER))
        statement = replace(statement, evidence_id=source.id)
    progress = Progress(id=report.milestone_id, reporter=Reporter.OWNER, statement=statement, period_id=period_id)
    made.append(Version(noun=progress, version=report.base_version + 1, effective_on=applies_from))
    return made
