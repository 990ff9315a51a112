"""What changed between two boards: every difference that counts, once; and who recorded it, when and why.

``compare`` needs nothing but the two boards. Compared is all that people record and the statuses that follow from it;
left out is what is only counted from these, what passes with every day (slip), and the report that merely says again
what was held. ``explained`` adds who, when and why from what was recorded.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tracker.domain.dates import PublishedDate
from tracker.domain.nouns import Assessment, Milestone, Progress
from tracker.domain.words import (
    DELIVERED_OUTCOMES,
    NOT_REPORTED,
    STATUS_SEVERITY,
    ChangeAction,
    MilestoneStatus,
    Movement,
    MoveReason,
    Outcome,
    OwnerRating,
    Precision,
)
from tracker.reporting.history import FIELD_WORDS, reason_of, who_of, whole
from tracker.views.board import CommitmentLine, EventLine, FundingLine, MilestoneLine, ProgrammeLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.domain.nouns import BaselineRequest
    from tracker.reporting.board import BoardView
    from tracker.views.board import SourceLine
    from tracker.views.records import SaidLine

Line: TypeAlias = CommitmentLine | MilestoneLine | ProgrammeLine | FundingLine | EventLine


class Moved(NamedTuple):
    """One field of a line: what the earlier board holds in it and what the later one does."""

    field: str
    old: object
    new: object


class Origin(NamedTuple):
    """Where in the ledger it is recorded what a row tells: a record, and which of its fields."""

    table: str
    noun_id: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class _Cause:
    """Where it is recorded what a field of a line says: a noun's table, its id (an attribute, and what follows it)."""

    table: str
    attribute: str
    fields: tuple[str, ...] = ()
    suffix: str = ""

    def of(self, line: Line) -> Origin:
        """The place for one line."""
        return Origin(self.table, f"{getattr(line, self.attribute) or ''}{self.suffix}", self.fields)


class ChangeRow(NamedTuple):
    """One thing that changed; a named tuple, because two large boards differ in tens of thousands.

    ``what`` names what it is about, ``of`` the field in people's words.

    ``days`` is how far a date moved (positive: later). ``direction`` is better or worse, later or earlier, more or
    less; None where there is none. ``who``, ``recorded_at`` (UTC), ``seq`` and ``holds_from`` are of the act that made
    the later board say so, None where nobody did anything: the day alone made it so, or no change is known. ``fields``
    has every field that changed with it, ``line`` is the one that says so, the later if there is one.
    """

    kind: Movement
    record: str
    record_id: str
    commitment_id: str | None
    milestone_id: str | None
    what: str
    of: str
    old: str | None
    new: str | None
    days: int | None
    direction: str | None
    evidence_id: str | None
    fields: tuple[Moved, ...]
    line: Line
    causes: tuple[_Cause, ...]
    who: str | None = None
    recorded_at: dt.datetime | None = None
    seq: int | None = None
    holds_from: dt.date | None = None
    why: str | None = None

    @property
    def origins(self) -> Iterator[Origin]:
        """Where in the ledger it is recorded what the row tells."""
        return (cause.of(self.line) for cause in self.causes)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What changed from one board to another, in the order of ``Movement``; the names are of snapshots, if they are.

    ``since`` names the earlier one for people where it is the last board that met: ``the board of 8 September 2026``.
    """

    before: BoardView
    after: BoardView
    rows: tuple[ChangeRow, ...]
    before_name: str | None = None
    after_name: str | None = None
    since: str | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each kind."""
        return dict(Counter(row.kind for row in self.rows))

    def source(self, source_id: str | None) -> SourceLine | None:
        """Return the source of a row's evidence, as either board knows it."""
        return self.after.sources.get(source_id or "") or self.before.sources.get(source_id or "")


@dataclass(frozen=True)
class _Rule:
    """One kind of row: it is made when any of ``fields`` differs, and tells ``also`` with them.

    ``each`` makes a row of every field by itself.
    """

    kind: Movement
    fields: tuple[str, ...]
    causes: tuple[_Cause, ...]
    also: tuple[str, ...] = ()
    each: bool = False


@dataclass(frozen=True)
class _Shape:
    """How lines of one record are compared."""

    record: str
    key: str
    title: str
    added: Movement
    removed: Movement
    causes: tuple[_Cause, ...]
    rules: tuple[_Rule, ...]
    fields: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(dict.fromkeys(name for rule in self.rules for name in rule.fields)))


def _own(table: str, attribute: str, *fields: str, suffix: str = "") -> tuple[_Cause, ...]:
    return (_Cause(table, attribute, fields, suffix),)


_WORDS = {
    "amount_gbp": "amount",
    "computed_status": "computed status",
    "known_on": "day from which it is known",
    "lead": "lead organisation",
    "original_baseline_on": "original baseline",
    "original_baseline_precision": "original baseline",
    "outcome": "evidence view",
    "outcome_evidence_id": "evidence",
    "outcome_reason": "reason of the evidence view",
    "owner": "owner",
    "owner_note": "note on its owner",
    "owner_organisation": "owner's organisation",
    "owner_override_reason": "owner's reason to rate better than the dates",
    "owner_rationale": "owner's rationale",
    "owner_status": "owner's rating",
    "promised_on": "day of the promise",
    "status": "computed status",
}
"""What people call a field of a line, where it is not what they call that of its noun."""

_OWNER = (
    _Cause("commitment", "commitment_id", ("owner_id", "programme_id")),
    _Cause("programme", "programme_id", ("owner_id",)),
    _Cause("owner", "owner_id", ("role", "organisation_id", "note")),
)
_RATING = _own("assessment", "commitment_id", "rating", suffix="/owner")
_OUTCOME = _own("assessment", "commitment_id", "rating", suffix="/evidence")

_COMMITMENT = _Shape(
    "commitment",
    "commitment_id",
    "title",
    Movement.COMMITMENT_ADDED,
    Movement.COMMITMENT_REMOVED,
    _own("commitment", "commitment_id"),
    (
        _Rule(
            Movement.RATING,
            ("owner_status",),
            _RATING,
            ("owner_rationale", "owner_override_reason", "owner_valid_until"),
        ),
        _Rule(Movement.COMPUTED, ("computed_status",), ()),
        _Rule(Movement.OUTCOME, ("outcome",), _OUTCOME, ("outcome_reason", "outcome_evidence_id")),
        _Rule(
            Movement.TARGET,
            ("target_on", "target_precision"),
            _own("commitment", "commitment_id", "target_on", "target_precision"),
            ("target_wording",),
        ),
        _Rule(Movement.OWNER, ("owner_id", "owner", "owner_organisation"), _OWNER, ("owner_note",)),
        _Rule(
            Movement.MONEY_SUM,
            ("amount_gbp",),
            _own("commitment", "commitment_id", "amount_gbp"),
            ("amount_wording",),
        ),
        _Rule(
            Movement.EVIDENCE,
            ("outcome_evidence_id",),
            _own("assessment", "commitment_id", "evidence_id", suffix="/evidence"),
            ("outcome_reason",),
        ),
        _Rule(
            Movement.COMMITMENT_WORDS,
            ("owner_rationale", "owner_override_reason"),
            _own("assessment", "commitment_id", "rationale", "override_reason", suffix="/owner"),
            each=True,
        ),
        _Rule(
            Movement.COMMITMENT_WORDS,
            ("outcome_reason",),
            _own("assessment", "commitment_id", "rationale", suffix="/evidence"),
        ),
        _Rule(
            Movement.COMMITMENT_WORDS,
            (
                "title",
                "statement",
                "kind",
                "chapter",
                "lead",
                "partners",
                "programme_id",
                "amount_wording",
                "target_wording",
                "measure",
                "not_measurable",
                "note",
                "owner_note",
            ),
            (*_own("commitment", "commitment_id"), *_OWNER[2:]),
            each=True,
        ),
    ),
)

_BASELINE = _own("milestone", "milestone_id", "baseline_on", "baseline_precision")

_MILESTONE = _Shape(
    "milestone",
    "milestone_id",
    "title",
    Movement.MILESTONE_ADDED,
    Movement.MILESTONE_REMOVED,
    (*_own("milestone", "milestone_id"), *_own("commitment", "commitment_id")),
    (
        _Rule(
            Movement.MET,
            ("actual_on", "actual_precision"),
            _own("progress", "milestone_id", "actual_on", "actual_precision"),
            ("status", "evidence_id", "narrative"),
        ),
        _Rule(
            Movement.FORECAST,
            ("forecast_on", "forecast_precision"),
            _own("progress", "milestone_id", "forecast_on", "forecast_precision"),
            ("narrative",),
        ),
        _Rule(
            Movement.BASELINE,
            ("baseline_on", "baseline_precision"),
            _BASELINE,
            ("baseline_wording", "original_baseline_on", "original_baseline_precision"),
        ),
        _Rule(Movement.BASELINE_CORRECTED, ("original_baseline_on", "original_baseline_precision"), _BASELINE),
        _Rule(Movement.COMPUTED, ("status",), ()),
        _Rule(Movement.EVIDENCE, ("evidence_id",), _own("progress", "milestone_id", "evidence_id")),
        _Rule(Movement.MILESTONE_WORDS, ("narrative",), _own("progress", "milestone_id", "narrative")),
        _Rule(
            Movement.MILESTONE_WORDS,
            ("title", "commitment_id", "kind", "key", "promised_in", "promised_on", "baseline_wording", "note"),
            _own("milestone", "milestone_id"),
            each=True,
        ),
    ),
)

_PROGRAMME = _Shape(
    "programme",
    "programme_id",
    "name",
    Movement.PROGRAMME_ADDED,
    Movement.PROGRAMME_REMOVED,
    _own("programme", "programme_id"),
    (
        _Rule(Movement.OWNER, ("owner",), _own("programme", "programme_id", "owner_id")),
        _Rule(
            Movement.PROGRAMME_WORDS,
            ("name", "summary", "lead", "flagship", "note"),
            _own("programme", "programme_id"),
            each=True,
        ),
    ),
)

_FUNDING = _Shape(
    "funding",
    "funding_id",
    "funding_id",
    Movement.MONEY_ADDED,
    Movement.MONEY_REMOVED,
    _own("funding", "funding_id"),
    (
        _Rule(Movement.MONEY_STAGE, ("stage",), _own("funding", "funding_id", "stage")),
        _Rule(Movement.MONEY_SUM, ("amount_gbp",), _own("funding", "funding_id", "amount_gbp"), ("amount_wording",)),
        _Rule(
            Movement.MONEY_WORDS,
            (
                "programme_id",
                "commitment_id",
                "amount_wording",
                "period",
                "scope",
                "known_on",
                "source_id",
                "part_of",
                "note",
            ),
            _own("funding", "funding_id"),
            each=True,
        ),
    ),
)

_EVENT = _Shape(
    "event",
    "event_id",
    "summary",
    Movement.EVENT_ADDED,
    Movement.EVENT_REMOVED,
    _own("event", "event_id"),
    (
        _Rule(
            Movement.EVENT_WORDS,
            ("commitment_id", "happened_on", "happened_precision", "inferred", "summary", "evidence_id", "note"),
            _own("event", "event_id"),
            each=True,
        ),
    ),
)

_SHAPES: tuple[tuple[_Shape, Callable[[BoardView], Sequence[Any]]], ...] = (
    (_COMMITMENT, attrgetter("commitments")),
    (_MILESTONE, attrgetter("milestones")),
    (_PROGRAMME, attrgetter("programmes")),
    (_FUNDING, attrgetter("funding")),
    (_EVENT, attrgetter("events")),
)

_FIELDS = {rule: frozenset(shape.fields) for shape, _ in _SHAPES for rule in shape.rules}
"""Rule → all fields that are compared of its lines: what else comes along is told and not compared."""

COMPARED = {shape.record: shape.fields for shape, _ in _SHAPES}
"""Record → the fields of its lines that are compared; each is told in one row at most."""

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
"""Kind → word → how good it is. Of a word that is not there (not reported, stale, unknown) it is not known."""


def compare(before: BoardView, after: BoardView) -> Comparison:
    """Return every difference that counts between two boards, whichever of them is of the later day or knowledge."""
    rows = [row for shape, lines in _SHAPES for row in _compared(shape, lines(before), lines(after), before, after)]
    return Comparison(before=before, after=after, rows=tuple(sorted(rows, key=_place)))


def _place(row: ChangeRow) -> tuple[object, ...]:
    return _ORDER[row.kind], row.commitment_id or "", row.record_id, row.of


def _compared(
    shape: _Shape, earlier: Sequence[Line], later: Sequence[Line], before: BoardView, after: BoardView
) -> Iterator[ChangeRow]:
    key, held = attrgetter(shape.key), attrgetter(*shape.fields)
    old_lines = {key(line): line for line in earlier}
    new_lines = {key(line): line for line in later}
    for line_id, new in new_lines.items():
        old = old_lines.get(line_id)
        if old is None:
            moved = tuple(Moved(name, None, value) for name, value in zip(shape.fields, held(new), strict=True))
            yield _row(shape, shape.added, new, after, moved, shape.causes, new=_gist(new))
            continue
        said, says = held(old), held(new)
        if said != says:
            pairs = zip(shape.fields, said, says, strict=True)
            differing = {name: Moved(name, one, other) for name, one, other in pairs if one != other}
            yield from _differences(shape, old, new, differing, before, after)
    for line_id, old in old_lines.items():
        if line_id not in new_lines:
            moved = tuple(Moved(name, value, None) for name, value in zip(shape.fields, held(old), strict=True))
            yield _row(shape, shape.removed, old, before, moved, shape.causes, old=_gist(old))


def _differences(
    shape: _Shape, old: Line, new: Line, differing: dict[str, Moved], before: BoardView, after: BoardView
) -> Iterator[ChangeRow]:
    """Tell each field that differs in the first rule that is about it, with what comes along with it."""
    for rule in shape.rules:
        own = [differing.pop(name) for name in rule.fields if name in differing]
        if not own:
            continue
        for moved in [(one,) for one in own] if rule.each else [(*own, *_along(rule, old, new, differing))]:
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
                of=_words(shape.record, name),
                old=said,
                new=says,
                days=days or None,
                direction=_direction(rule.kind, moved[0], days),
            )


def _along(rule: _Rule, old: Line, new: Line, differing: dict[str, Moved]) -> Iterator[Moved]:
    """What is told with a rule's own fields: a milestone that is met needs no forecast, and that is no news."""
    met = rule.kind is Movement.MET and isinstance(new, MilestoneLine) and new.actual_on and not new.forecast_on
    for name in (*rule.also, "forecast_on", "forecast_precision") if met else rule.also:
        if name in differing:
            yield differing.pop(name)
        elif name not in _FIELDS[rule] and getattr(old, name) != getattr(new, name):
            yield Moved(name, getattr(old, name), getattr(new, name))


def _kind(kind: Movement, old: Line, new: Line) -> Movement:
    """Say more precisely what happened to a milestone."""
    if not (isinstance(old, MilestoneLine) and isinstance(new, MilestoneLine)):
        return kind
    if kind is Movement.MET and not new.actual_on:
        return Movement.UNMET
    if kind is Movement.MET and old.actual_on:
        return Movement.REDATED
    if kind is Movement.BASELINE and old.baseline_on and old.original_baseline_on != new.original_baseline_on:
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
    shape: _Shape,
    kind: Movement,
    line: Line,
    view: BoardView,
    moved: tuple[Moved, ...],
    causes: tuple[_Cause, ...],
    *,
    of: str = "",
    old: str | None = None,
    new: str | None = None,
    days: int | None = None,
    direction: str | None = None,
) -> ChangeRow:
    return ChangeRow(
        kind=kind,
        record=shape.record,
        record_id=getattr(line, shape.key),
        commitment_id=getattr(line, "commitment_id", None),
        milestone_id=getattr(line, "milestone_id", None),
        what=_title(shape, line, view),
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


def _title(shape: _Shape, line: Line, view: BoardView) -> str:
    """Name what a row is about; a sum of money by its programme and what it is for."""
    if isinstance(line, FundingLine):
        names = {programme.programme_id: programme.name for programme in view.programmes}
        parts = (names.get(line.programme_id, line.programme_id), line.period, line.scope)
        return ", ".join(part for part in parts if part)
    return str(getattr(line, shape.title))


def _gist(line: Line) -> str | None:
    """Say in a few words what a line that was added, or removed, holds."""
    if isinstance(line, FundingLine):
        return f"{whole(line.amount_gbp)} {line.stage}"
    if isinstance(line, EventLine):
        return str(line.happened)
    if isinstance(line, MilestoneLine):
        if line.actual:
            return f"happened {line.actual}"
        return f"due {line.due}" if line.due else "no date"
    return None


_PROMISED = frozenset({Movement.MILESTONE_ADDED, Movement.BASELINE, Movement.BASELINE_CORRECTED})
"""What is borne out by the source of the promise, until something happened."""


def _evidence(kind: Movement, line: Line) -> str | None:
    """The source that bears out what a row says."""
    if isinstance(line, MilestoneLine):
        return line.promised_in if kind in _PROMISED and not line.actual_on else line.evidence_id
    if isinstance(line, CommitmentLine):
        return line.outcome_evidence_id if kind in {Movement.OUTCOME, Movement.EVIDENCE} else None
    return getattr(line, "source_id", None) or getattr(line, "evidence_id", None)


def _plain_why(kind: Movement, line: Line) -> str | None:
    """Why, as far as the line itself says so."""
    if kind is Movement.MISSED and isinstance(line, MilestoneLine) and line.due:
        return f"Due by {line.due.deadline}; nothing recorded completes it."
    if isinstance(line, CommitmentLine):
        return {Movement.RATING: line.owner_rationale, Movement.OUTCOME: line.outcome_reason}.get(kind)
    return None


def _words(record: str, name: str) -> str:
    """A field in people's words."""
    return _WORDS.get(name) or FIELD_WORDS[record].get(name) or FIELD_WORDS["progress"][name]


def _value(line: Line, name: str, view: BoardView) -> tuple[str | None, dt.date | None]:
    """What a line says in a field, as people read it; and the day, when it is a date."""
    value = getattr(line, name)
    if name == "owner_status":
        return value or NOT_REPORTED, None
    if name in {"owner_id", "owner", "owner_organisation"} and isinstance(line, CommitmentLine):
        return f"{line.owner}, {line.owner_organisation}", None
    if name in {"evidence_id", "outcome_evidence_id", "source_id", "promised_in"}:
        source = view.sources.get(value or "")
        return (f"{source.publisher}: {source.title}" if source else value), None
    if name.endswith("_precision"):  # a date that is only known more or less precisely than before
        name = name.replace("_precision", "_on")
        value = getattr(line, name)
    if isinstance(value, dt.date):
        return _said_day(value, getattr(line, name.replace("_on", "_precision"), None)), value
    return (value if type(value) is str else whole(value)), None


@lru_cache(maxsize=10_000)  # there are far fewer days than rows, and to write one out takes as long as all the rest
def _said_day(day: dt.date, precision: str | None) -> str:
    return str(PublishedDate(day, Precision(precision or Precision.DAY)))


# Who, when and why


def origins(comparison: Comparison) -> dict[str, set[str]]:
    """Return of what all that was said is needed to explain a comparison: by table, the ids."""
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
    """Return a comparison whose rows say who recorded what they tell, when and why.

    ``said`` has by table and id all that the later board knows, in order of day and version; ``requests`` by milestone
    the approved requests to change its baseline, oldest first.
    """
    rows = [_explained(row, comparison.before, said, requests) for row in comparison.rows]
    return replace(comparison, rows=tuple(sorted(rows, key=_place)))


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
    counts = made.action == ChangeAction.PLAN_LOAD  # whose reason says less than what the plans say
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
"""An error that was put right is not a date that slipped."""


def _made(lines: Sequence[SaidLine], fields: tuple[str, ...], before: BoardView) -> SaidLine | None:
    """Return what made some fields say what they say now, of what the earlier board did not have; None: nothing did.

    That is the first of the newest versions that agree on them; or else what took back a version since.
    """
    fresh = {id(line) for line in lines if _fresh(line, before)}
    taken_back = {line.version.effective_on: line.version.version for line in lines if _retracts(line)}
    standing = [
        line
        for line in lines
        if not _retracts(line) and line.version.version > taken_back.get(line.version.effective_on, 0)
    ]
    made = None
    for line in reversed(standing):
        if _fields(line, fields) != _fields(standing[-1], fields):
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
    return [getattr(line.version.noun, name) for name in names]


def _reasons(row: ChangeRow, made: SaidLine, requests: Sequence[BaselineRequest]) -> list[str | None]:
    """The record's own code and words for why, the code (or None) first."""
    noun = made.version.noun
    if isinstance(noun, Progress) and row.kind is not Movement.EVIDENCE:
        told = noun.narrative if row.kind is Movement.MET and not noun.reason else None
        return [noun.reason, noun.reason_note, told]
    if isinstance(noun, Assessment) and row.kind is Movement.RATING:
        return [noun.override_reason]
    if isinstance(noun, Milestone) and row.kind in _CORRECTED:
        request = next((one for one in reversed(requests) if one.baseline_on == noun.baseline_on), None)
        return [request.reason, request.note] if request else [None]
    return [None]
