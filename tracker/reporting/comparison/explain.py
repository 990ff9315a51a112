"""Who recorded what a comparison shows, when and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.domain.columns import parts
from tracker.domain.nouns import Assessment, BaselineRequest, Milestone, Progress
from tracker.domain.words import ChangeAction, Movement, MoveReason
from tracker.reporting.comparison.compare import in_order
from tracker.reporting.history import reason_of, who_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.reporting.board import BoardView
    from tracker.reporting.comparison.rows import ChangeRow, Comparison
    from tracker.views.records import SaidLine


def origins(comparison: Comparison) -> dict[str, set[str]]:
    """Return, by table, the ids of the records needed to explain a comparison."""
    wanted: dict[str, set[str]] = {}
    for row in comparison.rows:
        for origin in row.origins:
            wanted.setdefault(origin.table, set()).add(origin.noun_id)
    return wanted


def explained(
    comparison: Comparison,
    said: Mapping[tuple[str, str], Sequence[SaidLine]],
    requests: Mapping[str, Sequence[BaselineRequest]],
) -> Comparison:
    """Return a comparison whose rows say who recorded the change, when and why.

    ``said`` has by table and id everything that the later board knows, in order of day and version; ``requests`` by
    milestone the approved requests to change its baseline, oldest first.
    """
    rows = [_explained(row, comparison.before, said, requests) for row in comparison.rows]
    return replace(comparison, rows=tuple(sorted(rows, key=in_order)))


def _explained(
    row: ChangeRow,
    before: BoardView,
    said: Mapping[tuple[str, str], Sequence[SaidLine]],
    requests: Mapping[str, Sequence[BaselineRequest]],
) -> ChangeRow:
    found = [
        made
        for origin in row.origins
        if (made := _made(said.get((origin.table, origin.noun_id), ()), origin.fields, before))
    ]
    made = max(found, key=lambda line: line.seq, default=None)
    if made is None:
        return row
    code, *words = _reasons(row, made, requests.get(row.milestone_id or "", ()))
    why = "; ".join(dict.fromkeys(part for part in (row.why, code, *words) if part))
    reason = reason_of(made) or ""
    counts = made.action == ChangeAction.PLAN_LOAD  # its reason says less than the plans do
    if reason not in why and not (why and counts):
        why = f"{why}; {reason}" if why else reason
    corrected = _CORRECTED.get(row.kind) if code == MoveReason.CORRECTION else None
    return row._replace(
        kind=corrected or row.kind,
        who=who_of(made),
        recorded_at=made.recorded_at,
        seq=made.seq,
        holds_from=made.version.effective_on,
        why=why or None,
    )


_CORRECTED = {
    Movement.FORECAST: Movement.FORECAST_CORRECTED,
    Movement.BASELINE: Movement.BASELINE_CORRECTED,
}
"""A corrected error is not slippage."""


def _made(lines: Sequence[SaidLine], fields: tuple[str, ...], before: BoardView) -> SaidLine | None:
    """Return the version that gave some fields their present values, if the earlier board did not have it; else None.

    That is the first of the newest versions that agree on them, or else the one that retracted a version since.
    """
    fresh = {id(line) for line in lines if _fresh(line, before)}
    retracted = {line.version.effective_on: line.version.version for line in lines if _retracts(line)}
    current = [
        line
        for line in lines
        if not _retracts(line) and line.version.version > retracted.get(line.version.effective_on, 0)
    ]
    made = None
    for line in reversed(current):
        if _fields(line, fields) != _fields(current[-1], fields):
            break
        made = line if id(line) in fresh else made
    return made or max((line for line in lines if _retracts(line) and id(line) in fresh), key=_seq, default=None)


def _fresh(line: SaidLine, before: BoardView) -> bool:
    return line.seq > before.head.seq or line.version.effective_on > before.as_at


def _retracts(line: SaidLine) -> bool:
    return line.version.retracted


def _seq(line: SaidLine) -> int:
    return line.seq


def _fields(line: SaidLine, names: tuple[str, ...]) -> list[object]:
    known = parts(type(line.version.noun))
    return [known[name].get(line.version.noun) for name in names]


def _reasons(row: ChangeRow, made: SaidLine, requests: Sequence[BaselineRequest]) -> list[str | None]:
    """The record's own code and words for why, the code (or None) first."""
    noun = made.version.noun
    if isinstance(noun, Progress) and row.kind is not Movement.EVIDENCE:
        said = noun.statement
        texts = said.texts.values() if row.kind is Movement.MET and not said.reason else ()
        return [said.reason, said.reason_note, *texts]
    if isinstance(noun, Assessment) and row.kind is Movement.RATING:
        return [noun.override_reason]
    if isinstance(noun, Milestone) and row.kind in _CORRECTED:
        request = next(
            (
                one
                for one in reversed(requests)
                if one.baseline and noun.baseline and one.baseline.day == noun.baseline.day
            ),
            None,
        )
        return [request.reason, request.note] if request else [None]
    return [None]
