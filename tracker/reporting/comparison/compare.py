"""What changed between two boards: every difference that counts, once.

``compare`` needs only the two boards. It compares everything that people record and the statuses that follow. It leaves
out what is only counted from these, what changes every day (slippage), and reports that only confirm.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from tracker.domain.columns import parts
from tracker.domain.dates import PublishedDate, day_of, in_words
from tracker.domain.fields import FIELDS
from tracker.domain.words import (
    DELIVERED_OUTCOMES,
    NOT_REPORTED,
    STATUS_SEVERITY,
    MilestoneStatus,
    Movement,
    Outcome,
    OwnerRating,
)
from tracker.reporting.comparison.rows import Cause, ChangeRow, Comparison, Line, Moved
from tracker.reporting.comparison.rules import SHAPES, Rule, Shape
from tracker.reporting.history import whole
from tracker.views.board import CommitmentLine, EventLine, FundingLine, Listed, MilestoneLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.reporting.board import BoardView

_ORDER = {kind: place for place, kind in enumerate(Movement)}
_RANKS: dict[Movement, dict[str, int]] = {
    Movement.RATING: {rating: place for place, rating in enumerate(reversed(OwnerRating))},
    Movement.COMPUTED: {
        status: place
        for place, status in enumerate(STATUS_SEVERITY)
        if status not in (MilestoneStatus.STALE, MilestoneStatus.NOT_DATED)
    },
    Movement.OUTCOME: {
        **dict.fromkeys((Outcome.NOT_PURSUED, Outcome.SUPERSEDED), 0),
        **dict.fromkeys((Outcome.NOT_STARTED, Outcome.NOT_MEASURABLE), 1),
        **dict.fromkeys((Outcome.IN_PROGRESS, Outcome.ONGOING_DUTY), 2),
        **dict.fromkeys(DELIVERED_OUTCOMES, 3),
    },
}
"""Kind → word → how good it is. A word that is not listed (not reported, stale, unknown) cannot be ranked."""


def compare(before: BoardView, after: BoardView) -> Comparison:
    """Return every difference that counts between two boards, whichever is later."""
    rows = [row for shape in SHAPES for row in _compared(shape, before, after)]
    return Comparison(before=before, after=after, rows=tuple(sorted(rows, key=in_order)))


def in_order(row: ChangeRow) -> tuple[object, ...]:
    """Return the sort key of a row: its kind, then what it is about."""
    return _ORDER[row.kind], row.commitment_id or "", row.record_id, row.of


def _compared(shape: Shape, before: BoardView, after: BoardView) -> Iterator[ChangeRow]:
    listed, names = shape.listed, shape.fields
    key, values = attrgetter(listed.key), attrgetter(*(parts(listed.shape)[name].path for name in names))
    old_lines, new_lines = ({key(line): line for line in getattr(view, listed.name)} for view in (before, after))
    for line_id, new in new_lines.items():
        old = old_lines.get(line_id)
        if old is None:
            moved = tuple(Moved(name, None, value) for name, value in zip(names, values(new), strict=True))
            yield _row(shape, shape.added, new, after, moved, shape.causes, new=_gist(new))
            continue
        said, says = values(old), values(new)
        if said != says:
            pairs = zip(names, said, says, strict=True)
            differing = {name: Moved(name, one, other) for name, one, other in pairs if one != other}
            yield from _differences(shape, old, new, differing, before, after)
    for line_id, old in old_lines.items():
        if line_id not in new_lines:
            moved = tuple(Moved(name, value, None) for name, value in zip(names, values(old), strict=True))
            yield _row(shape, shape.removed, old, before, moved, shape.causes, old=_gist(old))


def _differences(
    shape: Shape, old: Line, new: Line, differing: dict[str, Moved], before: BoardView, after: BoardView
) -> Iterator[ChangeRow]:
    """Report each field that differs by the first rule about it, with the fields that go with it."""
    for rule in shape.rules:
        own = [differing.pop(name) for name in rule.fields if name in differing]
        if not own:
            continue
        for moved in [(one,) for one in own] if rule.each else [(*own, *_along(shape, rule, old, new, differing))]:
            kind = _kind(rule.kind, old, new)
            name = moved[0].field
            (said, day), (says, other) = _value(old, name, before), _value(new, name, after)
            days = (other - day).days if day and other else None
            yield _row(
                shape,
                kind,
                new,
                after,
                moved,
                rule.causes,
                of=FIELDS[shape.listed.noun][name].label,
                old=said,
                new=says,
                days=days or None,
                direction=_direction(rule.kind, moved[0], days),
            )


def _along(shape: Shape, rule: Rule, old: Line, new: Line, differing: dict[str, Moved]) -> Iterator[Moved]:
    """The fields reported with a rule's own: a completed milestone needs no forecast, so losing it is not a change."""
    met = rule.kind is Movement.MET and isinstance(new, MilestoneLine) and new.actual and not new.forecast
    for name in (*rule.also, "forecast") if met else rule.also:
        if name in differing:
            yield differing.pop(name)
        elif name not in shape.fields and getattr(old, name) != getattr(new, name):
            yield Moved(name, getattr(old, name), getattr(new, name))


def _kind(kind: Movement, old: Line, new: Line) -> Movement:
    """Return the more precise kind of a milestone's change."""
    if not (isinstance(old, MilestoneLine) and isinstance(new, MilestoneLine)):
        return kind
    if kind is Movement.MET and not new.actual:
        return Movement.UNMET
    if kind is Movement.MET and old.actual:
        return Movement.REDATED
    if kind is Movement.BASELINE and old.baseline and day_of(old.original_baseline) != day_of(new.original_baseline):
        return Movement.BASELINE_CORRECTED
    if kind is Movement.COMPUTED and new.status == MilestoneStatus.OVERDUE:
        return Movement.MISSED
    return kind


def _direction(kind: Movement, moved: Moved, days: int | None) -> str | None:
    if days:
        return "later" if days > 0 else "earlier"
    if isinstance(moved.old, Decimal) and isinstance(moved.new, Decimal):
        return "more" if moved.new > moved.old else "less"
    ranks = _RANKS.get(kind, {})
    old, new = ranks.get(str(moved.old)), ranks.get(str(moved.new))
    if old is None or new is None or old == new:
        return None
    return "better" if new > old else "worse"


def _row(
    shape: Shape,
    kind: Movement,
    line: Line,
    view: BoardView,
    moved: tuple[Moved, ...],
    causes: tuple[Cause, ...],
    *,
    of: str = "",
    old: str | None = None,
    new: str | None = None,
    days: int | None = None,
    direction: str | None = None,
) -> ChangeRow:
    return ChangeRow(
        kind=kind,
        record=shape.listed.noun,
        record_id=getattr(line, shape.listed.key),
        commitment_id=getattr(line, "commitment_id", None),
        milestone_id=getattr(line, "milestone_id", None),
        what=_title(shape.listed, line, view),
        of=of,
        old=old,
        new=new,
        days=days,
        direction=direction,
        evidence_id=_evidence(kind, line),
        fields=moved,
        line=line,
        causes=causes,
        why=_plain_why(kind, line),
    )


def _title(listed: Listed, line: Line, view: BoardView) -> str:
    """Name what a row is about; a funding amount by its programme and purpose."""
    if isinstance(line, FundingLine):
        names = {programme.programme_id: programme.name for programme in view.programmes}
        parts = (names.get(line.programme_id, line.programme_id), line.period, line.scope)
        return ", ".join(part for part in parts if part)
    return str(getattr(line, listed.title))


def _gist(line: Line) -> str | None:
    """Describe a line that was added or removed in a few words."""
    if isinstance(line, FundingLine):
        return f"{whole(line.amount_gbp)} {line.stage}"
    if isinstance(line, EventLine):
        return str(line.happened)
    if isinstance(line, MilestoneLine):
        if line.actual:
            return f"completed {line.actual}"
        return f"due {line.due}" if line.due else "no date"
    return None


_PROMISED = frozenset({Movement.MILESTONE_ADDED, Movement.BASELINE, Movement.BASELINE_CORRECTED})
"""Kinds that the source of the promise shows, until the milestone is completed."""


def _evidence(kind: Movement, line: Line) -> str | None:
    """The source that shows what a row says."""
    if isinstance(line, MilestoneLine):
        return line.promised_in if kind in _PROMISED and not line.actual else line.evidence_id
    if isinstance(line, CommitmentLine):
        return line.outcome_evidence_id if kind in {Movement.OUTCOME, Movement.EVIDENCE} else None
    return getattr(line, "source_id", None) or getattr(line, "evidence_id", None)


def _plain_why(kind: Movement, line: Line) -> str | None:
    """Why, if the line itself says so."""
    if kind is Movement.MISSED and isinstance(line, MilestoneLine) and line.due:
        return f"Due by {line.due.deadline} and not completed."
    if isinstance(line, CommitmentLine):
        return {Movement.RATING: line.owner_rationale, Movement.OUTCOME: line.outcome_reason}.get(kind)
    return None


def _value(line: Line, name: str, view: BoardView) -> tuple[str | None, dt.date | None]:
    """The value of a field as people read it; and the day, if it is a date."""
    value = parts(type(line))[name].get(line)
    if name == "owner_status":
        return value or NOT_REPORTED, None
    if name in {"owner_id", "owner", "owner_organisation"} and isinstance(line, CommitmentLine):
        return f"{line.owner}, {line.owner_organisation}", None
    if name in {"evidence_id", "outcome_evidence_id", "source_id", "promised_in"}:
        source = view.source(value)
        return (f"{source.publisher}: {source.title}" if source else value), None
    if isinstance(value, PublishedDate):
        return _date_in_words(value), value.day
    if isinstance(value, dt.date):
        return _day_in_words(value), value
    return (value if type(value) is str else whole(value)), None


# There are far fewer days than rows, and to write one out takes as long as all the rest.
_date_in_words = lru_cache(maxsize=10_000)(str)
_day_in_words = lru_cache(maxsize=10_000)(in_words)
