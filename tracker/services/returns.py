"""Returns as files: downloaded, filled in elsewhere, uploaded, shown as a preview, and saved as one change.

We compare each row with the version it was downloaded from and with the current one, so that only what its writer
changed counts as reported, and we ask about anything that someone else has changed since.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain import dates
from tracker.domain.dates import beside_original
from tracker.domain.errors import Fault, InvalidReport, NothingToRecord, NothingToReturn, ReturnRejected, StalePreview
from tracker.domain.nouns import Progress
from tracker.domain.policy import Action, Actor, in_scope, require
from tracker.domain.progress import Evidence, Report, UpdateLine, confirmation, settled
from tracker.domain.rules import TOLERANCES
from tracker.domain.text import counted, visible
from tracker.exchange.returns.files import ReturnFile, return_csv, return_workbook
from tracker.exchange.returns.reader import MOST_BYTES, SUFFIXES, read_file, sha256
from tracker.exchange.returns.table import (
    STATED,
    DateCell,
    Drawn,
    Heading,
    Returned,
    ReturnRow,
    RowFault,
    as_drawn,
    read_grid,
    rewritten,
)
from tracker.reporting.history import FieldChange
from tracker.services.progress import foresee, report_progress
from tracker.services.users import who
from tracker.store import periods, reading, updates

__all__ = [
    "MOST_BYTES",
    "SUFFIXES",
    "Decisions",
    "Outcome",
    "Preview",
    "PreviewLine",
    "ReturnFile",
    "Upload",
    "check_return",
    "export_return",
    "return_csv",
    "return_workbook",
    "take_return",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tracker.domain.ledger import Change, Head
    from tracker.store.database import Cursor, Database

    Step: TypeAlias = Callable[[str, float], None]
    """Called with what is being done, and the share of the whole that is done (0 to 1)."""

_MOST_POSITIONS = 8
"""Rows from so many downloads may be combined in one file."""

_AT_A_TIME = 250
"""Rows to check between two progress messages."""

_COLUMN_OF = {**STATED, "publisher": Heading.PUBLISHER, "title": Heading.EVIDENCE, "url": Heading.LINK}
"""Field of a report → its column."""


@dataclass(frozen=True)
class Upload:
    """An uploaded file: its name and content."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Decisions about a preview: the milestones in conflict for which to keep the row, or the current version."""

    mine: Collection[str] = ()
    theirs: Collection[str] = ()
    leave_out_rejected: bool = False


class Outcome(StrEnum):
    """What saving does with a row of a return."""

    ADD = "First report"
    CHANGE = "Change"
    CONFIRM = "Confirmation"
    CONFLICT = "Conflict"
    LEFT = "Not changed"


@dataclass(frozen=True, kw_only=True)
class PreviewLine:
    """What saving a row would do: its changes to the current version (``line``), and the status and slippage after it.

    In a conflict, ``theirs`` is what someone else (``by``) has changed since the download, ``changes`` what the row's
    writer changed on top of that, and ``wrong`` its faults. ``remark`` says why a row is not changed.
    """

    outcome: Outcome
    row: int
    line: UpdateLine
    report: Report
    changes: tuple[FieldChange, ...]
    theirs: tuple[FieldChange, ...] = ()
    by: str | None = None
    wrong: tuple[RowFault, ...] = ()
    remark: str | None = None
    status_after: str | None = None
    slip_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What saving a file would do. ``token`` identifies the file, the person and the head of the ledger.

    ``taken`` is the change that saved the same file before; then there is nothing left to do. ``period`` says for which
    reporting period the file was downloaded, if its rows now count for another or for none.
    """

    token: str
    head: Head
    lines: tuple[PreviewLine, ...]
    faults: tuple[RowFault, ...]
    remarks: tuple[str, ...]
    taken: Change | None = None
    period: str | None = None

    def of(self, *outcomes: Outcome) -> list[PreviewLine]:
        """Return the rows with one of these outcomes."""
        return [line for line in self.lines if line.outcome in outcomes]

    @property
    def rejected_rows(self) -> int:
        """How many rows have a fault."""
        return len({fault.row for fault in self.faults})


def export_return(db: Database, *, actor_id: str, programme_id: str | None = None) -> ReturnFile:
    """Return the content of a person's return: all their milestones, or those of one programme.

    Raises UnknownUser, NotAllowed, NothingToReturn.
    """
    today = dates.today()
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.REPORT)
        head = reading.head(cursor)
        lines = [
            line
            for line in updates.update_lines(cursor, today, TOLERANCES)
            if _given(actor, line) and programme_id in {None, line.programme_id}
        ]
        if not lines:
            of_programme = f" of the programme {programme_id}" if programme_id else ""
            raise NothingToReturn(f"No milestones{of_programme} are assigned to {actor.name}. Ask an administrator.")
        evidence = updates.evidence(cursor, lines, today, head.seq)
        period = periods.open_now(cursor, today)
        return ReturnFile(
            name=actor.name,
            email=actor.user_id,
            drawn=Drawn(seq=head.seq, seal=head.seal),
            day=today,
            lines=[(line, _current(line, evidence)) for line in lines],
            period=f"{period.name}, closes on {dates.in_words(period.closes_on)}" if period else None,
            demonstration=reading.is_demonstration(cursor),
        )


def _given(actor: Actor, line: UpdateLine) -> bool:
    return in_scope(actor, Action.REPORT, commitment_id=line.commitment_id, programme_id=line.programme_id)


def _current(line: UpdateLine, evidence: dict[str, Evidence]) -> Report:
    """Return the current version of a milestone as a return has it, with the evidence in full."""
    report = confirmation(line)
    found = evidence.get(report.statement.evidence_id or "")
    return replace(report, statement=replace(report.statement, evidence_id=None), evidence=found)


def check_return(
    db: Database,
    *,
    actor_id: str,
    file: Upload,
    on_step: Step = lambda _words, _done: None,
) -> Preview:
    """Return what saving a file would do, without saving.

    Raises UnknownUser, NotAllowed, ReturnRejected for a file that is not a return, StoreBusy.
    """
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.REPORT)
    on_step("Reading the file", 0.0)
    returned = read_grid(read_file(file.content, file.name))
    on_step(f"Comparing {counted(len(returned.rows), 'row')} with the record", 0.3)
    with db.read() as cursor:
        head = reading.head(cursor)
        taken = reading.requested(cursor, _request_id(file, actor_id))
        if taken:
            return Preview(token="", head=head, lines=(), faults=(), remarks=returned.remarks, taken=taken)
        downloaded = _downloaded(cursor, returned)
        compared = list(_compared(cursor, who(cursor, actor_id), returned, downloaded))
        period = _other_period(cursor, [position.seq for position, there in downloaded.items() if there])
    lines = [one for one in compared if isinstance(one, PreviewLine)]
    faults = [*returned.faults, *(one for one in compared if isinstance(one, RowFault))]
    foreseen: list[PreviewLine] = []
    for start in range(0, len(lines), _AT_A_TIME):
        on_step(f"Working out the changes: row {start + 1:,} of {len(lines):,}", 0.4 + 0.6 * start / len(lines))
        for one in _foreseen(db, actor_id, returned, lines[start : start + _AT_A_TIME]):
            if isinstance(one, RowFault):
                faults.append(one)
            else:
                foreseen.append(one)
    on_step("Ready", 1.0)
    return Preview(
        token=_token(file, head, actor_id),
        head=head,
        lines=tuple(foreseen),
        faults=tuple(sorted(faults, key=lambda fault: fault.row)),
        remarks=(*returned.remarks, *_other_baselines(returned, downloaded)),
        period=period,
    )


def take_return(
    db: Database,
    *,
    actor_id: str,
    file: Upload,
    token: str,
    decisions: Decisions,
    on_step: Step = lambda _words, _done: None,
) -> Change:
    """Save a file as one change, as its preview showed it: all of it, or nothing.

    A file that the person has already saved records nothing again. Raises as ``check_return`` does; StalePreview when
    the file or the ledger has changed since ``token``; InvalidReport while a row is rejected (unless those are left
    out) or a conflict undecided; NothingToRecord when no row changes anything; StaleEdit, StoreUnusable.
    """
    request_id = _request_id(file, actor_id)
    preview = check_return(db, actor_id=actor_id, file=file, on_step=on_step)
    if preview.taken:
        return preview.taken
    if preview.token != token:
        raise StalePreview(
            "Nothing was saved, because the file or the record has changed since the preview. Check the new preview "
            "and save again."
        )
    if wrong := list(_undecided(preview, decisions)):
        raise InvalidReport(*wrong)
    wanted = [
        *preview.of(Outcome.ADD, Outcome.CHANGE, Outcome.CONFIRM),
        *(line for line in preview.of(Outcome.CONFLICT) if line.line.milestone_id in decisions.mine),
    ]
    if not wanted:
        raise NothingToRecord("The return changes nothing: every row agrees with the record or is not filled in.")
    on_step(f"Saving {counted(len(wanted), 'milestone')} as one change", 1.0)
    reports = [line.report for line in wanted]
    return report_progress(db, actor_id=actor_id, reports=reports, request_id=request_id)


def _request_id(file: Upload, actor_id: str) -> str:
    """Return the request id for saving a person's file: always the same for the same file."""
    return f"return/{sha256(file.content)}/{actor_id}"


def _token(file: Upload, head: Head, actor_id: str) -> str:
    seen = f"{sha256(file.content)}\n{head.seq}\n{head.seal}\n{actor_id}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def _undecided(preview: Preview, decisions: Decisions) -> Iterator[Fault]:
    """Give everything that must be decided before a return can be saved."""
    mine, theirs = set(decisions.mine), set(decisions.theirs)
    if preview.faults and not decisions.leave_out_rejected:
        rejected = counted(preview.rejected_rows, "row")
        yield Fault("leave_out_rejected", f"{rejected} rejected. Fix the rows or skip them.")
    conflicts = {line.line.milestone_id: line for line in preview.of(Outcome.CONFLICT)}
    if open_still := sorted(conflicts.keys() - mine - theirs):
        yield Fault("mine", f"Choose which version to keep, yours or the current one: {', '.join(open_still)}.")
    if both := sorted(mine & theirs):
        yield Fault("mine", f"Keep only one version, yours or the current one: {', '.join(both)}.")
    if strange := sorted((mine | theirs) - conflicts.keys()):
        yield Fault("mine", f"There is no conflict to decide for {', '.join(strange)}. Leave it out.")
    for milestone_id in sorted(mine & conflicts.keys()):
        yield from (Fault("mine", f"Your version cannot be saved. {fault}") for fault in conflicts[milestone_id].wrong)


# Comparing


_Milestones: TypeAlias = "dict[str, tuple[UpdateLine, Report]]"
"""Milestones as they were after some change, by id."""


def _milestones_at(cursor: Cursor, ids: set[str], known_seq: int) -> _Milestones:
    today = dates.today()
    lines = updates.update_lines(cursor, today, TOLERANCES, ids, known_seq=known_seq)
    evidence = updates.evidence(cursor, lines, today, known_seq)
    return {line.milestone_id: (line, _current(line, evidence)) for line in lines}


def _downloaded(cursor: Cursor, returned: Returned) -> dict[Drawn, _Milestones]:
    """Return the milestones as the rows were downloaded; none for a change of another ledger. Raises ReturnRejected."""
    ids: dict[Drawn, set[str]] = defaultdict(set)
    for row in returned.rows:
        ids[row.drawn].add(row.milestone_id)
    if len(ids) > _MOST_POSITIONS:
        raise ReturnRejected(
            f"The rows come from {len(ids):,} different downloads, and a file can combine {_MOST_POSITIONS} at most. "
            "Upload the returns one by one."
        )
    return {
        position: _milestones_at(cursor, some, position.seq) if _is_ours(cursor, position) else {}
        for position, some in ids.items()
    }


def _compared(
    cursor: Cursor, actor: Actor, returned: Returned, downloaded: dict[Drawn, _Milestones]
) -> Iterator[PreviewLine | RowFault]:
    """Give what saving each row would do, or its faults."""
    now = _milestones_at(cursor, {row.milestone_id for row in returned.rows}, reading.head(cursor).seq)
    for row in returned.rows:
        wrong = _misplaced(actor, row, now, downloaded[row.drawn])
        if wrong:
            heading, sentence = wrong
            yield returned.fault(row.row, heading, sentence, row.milestone_id)
            continue
        seen = downloaded[row.drawn][row.milestone_id]
        known, unclear = as_drawn(row, seen[1])
        if unclear:
            yield from (returned.fault(row.row, heading, sentence, row.milestone_id) for heading, sentence in unclear)
        else:
            yield _line(cursor, known, seen, now[row.milestone_id])


def _other_period(cursor: Cursor, positions: Sequence[int]) -> str | None:
    """Say for which closed periods rows were downloaded, and for which they count; None when there are none."""
    today = dates.today()
    open_ = periods.open_now(cursor, today)
    then = {line.period_id: line.name for seq in positions if (line := periods.open_now(cursor, today, seq))}
    names = [name for period_id, name in then.items() if open_ is None or period_id != open_.period_id]
    if not names:
        return None
    counts = f"What you save counts for {open_.name}." if open_ else "No period is open, so it counts for no period."
    return f"This return was made for the reporting period {' and '.join(names)}, which is closed. {counts}"


def _other_baselines(returned: Returned, downloaded: dict[Drawn, _Milestones]) -> Iterator[str]:
    """List the rows whose due date was overwritten, which no return can change."""
    rows = []
    for row in returned.rows:
        seen = downloaded[row.drawn].get(row.milestone_id)
        if seen and not _same_baseline(row.due, seen[0]):
            rows.append(str(row.row))
    if rows:
        yield (
            f'"{Heading.DUE}" was changed and we ignored it: row {", ".join(rows[:20])}. To change a baseline, make a '
            "baseline request."
        )


def _same_baseline(due: DateCell, line: UpdateLine) -> bool:
    """Say whether a cell has the baseline that was downloaded, however a spreadsheet has rewritten it."""
    written = {line.baseline_written, beside_original(line.baseline, line.original_baseline) if line.baseline else ""}
    return " ".join(visible(due.text).split()) in written or line.baseline in due.shows


def _is_ours(cursor: Cursor, position: Drawn) -> bool:
    """Say whether this ledger has the change, with that seal, that a row was downloaded at."""
    change = reading.newest_change(cursor, position.seq)
    return change is not None and change.seq == position.seq and change.seal.startswith(position.seal)


def _misplaced(actor: Actor, row: ReturnRow, now: _Milestones, downloaded: _Milestones) -> tuple[Heading, str] | None:
    """Say why a row is not one of the person's milestones: the column, and what is wrong; None when it is."""
    if row.milestone_id not in now:
        return (
            Heading.MILESTONE,
            f"there is no milestone {row.milestone_id} on the board. Correct the id, or delete the row.",
        )
    line, _ = now[row.milestone_id]
    if not _given(actor, line):
        return (
            Heading.MILESTONE,
            f"{line.milestone_id} is not assigned to {actor.name}, so you cannot update it. Ask an administrator.",
        )
    if row.milestone_id not in downloaded:
        return (
            Heading.DRAWN,
            f"this return comes from another tracker, or its row was altered ({row.drawn} is not known here). Download "
            "a new return and copy your answers into it.",
        )
    seen, _ = downloaded[row.milestone_id]
    for heading, written, known in (
        (Heading.COMMITMENT, row.commitment, f"{seen.commitment_id} {seen.commitment}"),
        (Heading.TITLE, row.title, seen.title),
    ):
        if visible(written).split() != visible(known).split() and not rewritten(known, written):
            return (
                heading,
                f"it does not belong to {row.milestone_id}. Perhaps some columns were sorted without the others. Undo "
                "the sort, or download a new return and copy your answers into it.",
            )
    return None


def _line(
    cursor: Cursor, row: ReturnRow, downloaded: tuple[UpdateLine, Report], now: tuple[UpdateLine, Report]
) -> PreviewLine:
    """Return what saving a row would do, from the downloaded and the current version."""
    (seen, then), (line, current) = downloaded, now
    report = settled(line, _merged(row.report, then, current))
    changed_here = not _same(row.report, then)
    moved_on = not _same(current, then)
    changed_there = line.base_version != seen.base_version or moved_on
    reported_there = line.base_version != seen.base_version and line.confirmed_on is not None
    outcome, remark, by = Outcome.CHANGE if line.base_version else Outcome.ADD, None, None
    if not (changed_here or row.confirmed):
        outcome = Outcome.LEFT
        remark = "Someone else has changed it. You did not." if moved_on else None
    elif changed_there and (_same(_unexplained(report), current) if changed_here else reported_there and not moved_on):
        outcome, remark = Outcome.LEFT, "Already in the record."
    elif changed_there and (changed_here or moved_on):
        outcome, by = Outcome.CONFLICT, _author(cursor, line)
    elif not changed_here:
        outcome = Outcome.CONFIRM
    return PreviewLine(
        outcome=outcome,
        row=row.row,
        line=line,
        report=_to_record(report, line, current),
        changes=tuple(_changes(current, report)),
        theirs=tuple(_changes(then, current)) if outcome is Outcome.CONFLICT else (),
        by=by,
        remark=remark,
    )


def _same(one: Report, other: Report) -> bool:
    """Say whether two reports of a milestone are the same."""
    return (one.statement, one.evidence) == (other.statement, other.evidence)


def _unexplained(report: Report) -> Report:
    """Return a report without the reason for its date, which the current version does not have."""
    return replace(report, statement=replace(report.statement, reason=None, reason_note=None))


def _merged(row: Report, then: Report, current: Report) -> Report:
    """Return the current version with the fields that the row's writer changed."""
    changed = {name: value for name, value in vars(row.statement).items() if value != getattr(then.statement, name)}
    evidence = row.evidence if row.evidence != then.evidence else current.evidence
    return replace(current, statement=replace(current.statement, **changed), evidence=evidence)


def _author(cursor: Cursor, line: UpdateLine) -> str | None:
    """Return who last reported on a milestone; None when no one has."""
    newest = reading.latest(cursor, Progress, line.milestone_id)
    change = reading.newest_change(cursor, newest.change_seq) if newest else None
    return change.actor if change else None


def _to_record(report: Report, line: UpdateLine, current: Report) -> Report:
    """Return a report as it is recorded: unchanged evidence is named by its source again."""
    if report.evidence != current.evidence:
        return report
    return replace(report, statement=replace(report.statement, evidence_id=line.evidence_id), evidence=None)


def _changes(before: Report, after: Report) -> Iterator[FieldChange]:
    """Give every field that differs, in words."""
    values = [
        (words, getattr(before.statement, name), getattr(after.statement, name)) for name, words in STATED.items()
    ]
    for words, old, new in (*values, ("Evidence", _cited(before.evidence), _cited(after.evidence))):
        if old != new:
            yield FieldChange(words=words, old=str(old) if old else None, new=str(new) if new else None)


def _cited(evidence: Evidence | None) -> str | None:
    if evidence is None:
        return None
    return f"{evidence.publisher}: {evidence.title}" + (f" ({evidence.url})" if evidence.url else "")


# Foreseeing


def _foreseen(
    db: Database, actor_id: str, returned: Returned, lines: Sequence[PreviewLine]
) -> Iterator[PreviewLine | RowFault]:
    """Give rows with the status and slippage after saving, or their faults, by the rules of every report."""
    saved = [line for line in lines if line.outcome is not Outcome.LEFT]
    reports = [line.report for line in saved]
    seen = {one.report.milestone_id: one for one in foresee(db, actor_id=actor_id, reports=reports)}
    for line in lines:
        after = seen.get(line.line.milestone_id)
        if after is None:
            yield line
            continue
        wrong = tuple(_ruled_out(returned, line, after.faults))
        if wrong and line.outcome is not Outcome.CONFLICT:
            yield from wrong
        else:
            yield replace(line, status_after=after.status_after, slip_after=after.slip_after, wrong=wrong)


def _ruled_out(returned: Returned, line: PreviewLine, faults: Sequence[Fault]) -> Iterator[RowFault]:
    """Give a row's faults by the rules, each at the column to correct."""
    for fault in faults:
        yield returned.fault(line.row, _COLUMN_OF.get(fault.field), fault.sentence, fault.about)
