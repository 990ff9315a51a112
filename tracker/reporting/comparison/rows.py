"""What a comparison comes to: one row for each difference that counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tracker.domain.words import Movement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.reporting.board import BoardView
    from tracker.views.board import SourceLine

ASKED_FIRST = frozenset(
    {
        Movement.RATING,
        Movement.OUTCOME,
        Movement.MET,
        Movement.MISSED,
        Movement.UNMET,
        Movement.FORECAST,
        Movement.BASELINE,
        Movement.TARGET,
        Movement.OWNER,
        Movement.MONEY_STAGE,
        Movement.MONEY_SUM,
    }
)
"""Kinds of change that a board asks about first."""

Line: TypeAlias = Any
"""A line of any list of the board."""


class Moved(NamedTuple):
    """One field of a line: its value on the earlier board and on the later one."""

    field: str
    old: object
    new: object


class Origin(NamedTuple):
    """Where in the ledger a change is recorded: a record, and which of its fields."""

    table: str
    noun_id: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Cause:
    """Where a field of a line is recorded: a noun's table, its id (an attribute, and what follows it)."""

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
    less; None if there is none. ``who``, ``recorded_at`` (UTC), ``seq`` and ``holds_from`` are those of the change that
    caused it; None if only time passed, or no change is known. ``fields`` has every field that changed with it,
    ``line`` is the line on the later board, or the earlier if it is gone.
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
    causes: tuple[Cause, ...]
    who: str | None = None
    recorded_at: dt.datetime | None = None
    seq: int | None = None
    holds_from: dt.date | None = None
    why: str | None = None

    @property
    def bad_news(self) -> bool:
        """Say whether it is for the worse: a date missed or moved later, a completion taken back, a worse rating."""
        return self.kind in {Movement.MISSED, Movement.UNMET} or self.direction in {"worse", "later"}

    @property
    def origins(self) -> Iterator[Origin]:
        """Where in the ledger the change is recorded."""
        return (cause.of(self.line) for cause in self.causes)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What changed from one board to another, in the order of ``Movement``; the names are those of snapshots, if any.

    ``since`` names the earlier one for people if it is the last board that met: ``the board of 8 September 2026``.
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

    @property
    def asked_first(self) -> list[ChangeRow]:
        """What a board asks about first: ratings, dates, funding and owners that changed; bad news before good."""
        return sorted((row for row in self.rows if row.kind in ASKED_FIRST), key=lambda row: not row.bad_news)

    def source(self, source_id: str | None) -> SourceLine | None:
        """Return the source of a row's evidence, as either board knows it."""
        return self.after.source(source_id) or self.before.source(source_id)
