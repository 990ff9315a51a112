"""The tables of a pack: every figure in any of its files is in one of these, once.

What people wrote for the board rather than for publication is restricted: an owner's rationale and reports, why a
date changed, and who recorded it. ``tracker.domain.fields`` says which fields are public. A public edition has only
these, and leaves out the text of sources that owners named in their reports.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tracker.domain.columns import PRECISION, Part, columns, parts, property_of
from tracker.domain.dates import PublishedDate
from tracker.domain.fields import FIELDS, PRECISION_WORDS, Field, is_public
from tracker.domain.progress import TEXTS, came_with_a_report
from tracker.domain.words import NOT_REPORTED, MoneyStage, Outcome, View
from tracker.reporting.board import BoardView, ExceptionLine, Header, build_board
from tracker.reporting.comparison import ChangeRow, Comparison
from tracker.views.board import LISTS, Details, ForecastLine, Lists, OutcomeLine, ReferenceLine, SourceLine
from tracker.views.table import BLANK_MEANINGS, Blank, Cell, Column, Kind, Link, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence


_LEDGER = "the board's record, and the published sources that each row names"


def board_tables(view: BoardView, details: Details, forecasts: Sequence[ForecastLine]) -> tuple[Table, ...]:
    """Return the tables of a board as at its day, headline figures first."""
    periods, names = _periods(view), {line.programme_id: line.name for line in view.programmes}
    return (
        _table(_HEADLINE, _figures(view)),
        _table(_COMMITMENTS, view.commitments),
        _table(_RATINGS, _ratings(view)),
        _table(_EXCEPTIONS, (Ranked(place, line) for place, line in enumerate(view.exceptions, start=1))),
        _table(_MILESTONES, view.milestones, period=lambda line: periods.get(line.milestone_id)),
        _table(_FORECASTS, forecasts),
        _table(_PROGRAMMES, view.programmes),
        _table(_MONEY, view.funding, programme=lambda line: names.get(line.programme_id)),
        _table(_EVENTS, view.events),
        _table(_OUTCOMES, details.outcomes),
        _table(_REFERENCES, details.references),
        _table(_SOURCES, view.sources),
    )


def owners_sources(view: BoardView) -> list[SourceLine]:
    """Return the sources that owners named in their reports; a public edition leaves out their text."""
    return [line for line in view.sources if came_with_a_report(line.source_id)]


def public_edition(view: BoardView, opened: Container[str] = ()) -> BoardView:
    """Return a board with only what is public, and nothing that quotes the rest; its figures are the same.

    A source from an owner's report keeps only its id, unless it is ``opened``.
    """
    header = Header(**{one.name: getattr(view, one.name) for one in fields_of(Header)})
    shown = {
        name: tuple(public_line(listed.noun, line) for line in getattr(view, name)) for name, listed in LISTS.items()
    }
    shown["sources"] = tuple(
        _kept_back(line) if came_with_a_report(line.source_id) and line.source_id not in opened else line
        for line in shown["sources"]
    )
    return build_board(header, Lists(**shown))


def public_line(noun: str, line: Any) -> Any:
    """Return a line without the fields that are not public, including those of a record within it."""
    kept_back: dict[str, Any] = {}
    for name, part in parts(type(line)).items():
        if not is_public(noun, name):
            outer, _, inner = part.path.partition(".")
            within = kept_back.get(outer, getattr(line, outer))
            kept_back[outer] = replace(within, **{inner: None}) if inner else None
    return replace(line, **kept_back)


def _kept_back(line: SourceLine) -> SourceLine:
    return replace(
        line,
        publisher="Not published",
        title="Evidence from the owner for the board",
        published=None,
        url=None,
        note=None,
    )


# From the fields of lines to the columns of a table

_KINDS: dict[type, Kind] = {
    bool: Kind.BOOLEAN,
    int: Kind.NUMBER,
    Decimal: Kind.MONEY,
    dt.date: Kind.DATE,
    dt.datetime: Kind.INSTANT,
}
"""Type of a value → kind of a column; any other is text."""

_IN_WORDS = frozenset({"due"})
"""Dates in one column, in words: each is one of the others, which have their own columns."""

_KEYS = {
    "commitments": "commitment_id",
    "milestones": "milestone_id",
    "programmes": "programme_id",
    "sources": "source_id",
    "money": "funding_id",
}


@dataclass(frozen=True, kw_only=True)
class Described:
    """A table of a pack: what it is called and says, and the shape of its lines.

    ``shown`` names the fields that it shows, in order; without it, all are shown. ``links`` are pairs of a column and
    the table whose key it has, such as ``evidence_id:sources``.
    """

    name: str
    title: str
    summary: str
    noun: str
    shape: type
    key: str
    shown: str = ""
    links: str = ""
    source: str = _LEDGER


def _table(of: Described, lines: Iterable[Any], **also: Callable[[Any], Cell]) -> Table:
    """Return a table of lines; ``also`` reads the fields that are not fields of a line."""
    names = of.shown.split() or list(parts(of.shape))
    described = [pair for name in names for pair in _columns(of.noun, of.shape, name, also.get(name))]
    return Table(
        name=of.name,
        title=of.title,
        summary=of.summary,
        source=of.source,
        columns=tuple(column for column, _ in described),
        rows=tuple(tuple(get(line) for _, get in described) for line in lines),
        key=tuple(of.key.split()),
        links=tuple(
            Link(column=column, table=table, key=_KEYS[table])
            for column, _, table in (link.partition(":") for link in of.links.split())
        ),
    )


def _columns(
    noun: str, shape: type, name: str, read: Callable[[Any], Cell] | None
) -> Iterator[tuple[Column, Callable[[Any], Cell]]]:
    """Give the column of a field, and how to read it from a line; two columns for a date that may be less precise."""
    field = FIELDS[noun][name]
    part = Part(name, str, True, name, read) if read else parts(shape).get(name) or property_of(shape, name)
    if part.kind is not PublishedDate or name in _IN_WORDS:
        yield _column(field, part), _cell(part, field.if_none)
        return
    for half in (one for one in columns(shape).values() if one.path == part.path):
        column = _column(field, half)
        if half.name.endswith(PRECISION):
            title = f"{field.title}: precision"
            described = replace(column, title=title, description="precision of the date")
            yield replace(described, words=PRECISION_WORDS), _cell(half)
        else:
            within = "for a month, season or year, its last day, which calculations use (workbooks name the period)"
            yield replace(column, description=f"{field.description}; {within}"), _cell(half)


def _column(field: Field, part: Part) -> Column:
    blank = Blank.NOT_KNOWN if field.gap else Blank.NOT_APPLICABLE
    return Column(
        name=part.name,
        title=field.title,
        description=field.description,
        kind=_KINDS.get(part.kind, Kind.TEXT),
        unit=field.unit,
        blank=blank if part.optional and field.if_none is None else Blank.NEVER,
        words=tuple(field.words),
        restricted=not field.public,
    )


def _cell(part: Part, if_none: str | None = None) -> Callable[[Any], Cell]:
    """Return how to read a cell from a line: texts as plain texts, several of them joined."""
    if part.kind in _KINDS or (part.kind is str and if_none is None):
        return part.get

    def get(line: Any) -> Cell:
        value = part.get(line)
        if value is None:
            return if_none
        return "; ".join(value) if isinstance(value, tuple) else str(value)

    return get


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of the board's first page: a count or an amount."""

    measure: str
    category: str
    count: int | None = None
    amount_gbp: Decimal | None = None


# Headline figures

BY_OWNER = "commitments by delivery confidence"
BY_DATES = "commitments by status from dates"
BY_EVIDENCE = "commitments by evidence view"
COMMITMENTS = "commitments"
MILESTONES = "milestones"
COMMITTED = "funding committed by the Green Paper"
SUMS = "published funding by stage"
CONFIDENCE = "how reliable this report is"


_HEADLINE = Described(
    name="headline",
    title="Headline figures",
    summary="The figures on the board's first page, one in each row. Funding is given for each programme and never "
    "added up, because amounts overlap.",
    noun="figure",
    shape=Figure,
    key="measure category",
)


def _figures(view: BoardView) -> Iterator[Figure]:
    days, sure = view.rules.period_days, view.confidence
    counts: list[tuple[str, dict[str, int]]] = [
        (COMMITMENTS, {"all": len(view.commitments), "delivered in some form": view.delivered}),
        (BY_OWNER, view.by_owner_status),
        (BY_DATES, view.by_computed_status),
        (BY_EVIDENCE, view.by_outcome),
        (
            MILESTONES,
            {
                "all": len(view.milestones),
                "met": len(view.met),
                "overdue": view.overdue,
                f"met in the last {days} days": len(view.met_in_period),
                f"missed in the last {days} days": len(view.missed_in_period),
                f"due in the next {days} days": len(view.due_soon),
            },
        ),
        (SUMS, {stage: sum(1 for line in view.funding if line.stage == stage) for stage in MoneyStage}),
        (
            CONFIDENCE,
            {
                "owners with an open commitment": sure.owners,
                "owners who reported on all their open commitments": sure.owners_confirmed,
                "commitments not reported by their owner": sure.not_reported,
                "commitments with no known outcome": sure.unknown,
                "stale milestones": sure.stale,
                "milestones with no date": sure.not_dated,
                "milestones met without evidence": sure.unevidenced,
                "events with an inferred date": sure.inferred_dates,
            },
        ),
    ]
    for measure, found in counts:
        for category, count in found.items():
            yield Figure(measure=measure, category=str(category), count=count)
    for programme in view.programmes:
        if programme.committed_gbp is not None:
            yield Figure(measure=COMMITTED, category=programme.name, amount_gbp=programme.committed_gbp)


# One row for each commitment, rating, exception, milestone


_COMMITMENTS = Described(
    name="commitments",
    title="Commitments",
    summary="Every commitment on that date, with its owner and its three separate statuses.",
    noun="commitment",
    shape=LISTS["commitments"].shape,
    shown="commitment_id title statement chapter chapter_title kind programme_id lead partners owner "
    "owner_organisation owner_note amount_gbp amount_wording target target_wording measure not_measurable "
    "owner_status owner_rationale owner_override_reason owner_valid_until computed_status outcome outcome_reason "
    "outcome_since outcome_evidence_id slip_days milestones milestones_met note",
    key="commitment_id",
    links="programme_id:programmes outcome_evidence_id:sources",
)


@dataclass(frozen=True)
class Rated:
    """One of the three statuses of a commitment, since when, and the source that shows it."""

    commitment_id: str
    view: str
    rating: str
    since: dt.date | None
    evidence_id: str | None


_RATINGS = Described(
    name="ratings",
    title="Ratings",
    summary="The three statuses of each commitment, one in each row: delivery confidence, status from dates and "
    "evidence view.",
    noun="assessment",
    shape=Rated,
    key="commitment_id view",
    links="commitment_id:commitments evidence_id:sources",
)


def _ratings(view: BoardView) -> list[Rated]:
    return [
        rating
        for line in view.commitments
        for rating in (
            Rated(line.commitment_id, View.OWNER, line.owner_status or NOT_REPORTED, line.owner_reported_on, None),
            Rated(line.commitment_id, "computed", line.computed_status, view.as_at, None),
            Rated(
                line.commitment_id,
                View.EVIDENCE,
                str(line.outcome or Outcome.UNKNOWN),
                line.outcome_since,
                line.outcome_evidence_id,
            ),
        )
    ]


@dataclass(frozen=True)
class Ranked:
    """An exception and its rank."""

    order: int
    line: ExceptionLine


_EXCEPTIONS = Described(
    name="exceptions",
    title="Exceptions",
    summary="What the board should look at: overdue, then late, then where statuses differ, then not reported. In "
    "each group, the latest against its baseline comes first.",
    noun="exception",
    shape=Ranked,
    shown="order commitment_id commitment milestone_id milestone reasons why owner due slip_days owner_status "
    "computed_status outcome",
    key="order",
    links="commitment_id:commitments milestone_id:milestones",
)

_MILESTONES = Described(
    name="milestones",
    title="Milestones",
    summary="Every milestone promised by that date, with its dates, status and slippage.",
    noun="milestone",
    shape=LISTS["milestones"].shape,
    shown="milestone_id commitment_id programme_id title kind key owner promised_in promised_on baseline "
    "baseline_wording original_baseline forecast actual due status slip_days period reporter reason "
    f"{' '.join(TEXTS)} evidence_id note",
    key="milestone_id",
    links="commitment_id:commitments programme_id:programmes promised_in:sources evidence_id:sources",
)


def _periods(view: BoardView) -> dict[str, str]:
    """Return, by id, which list of the board's period each milestone is on."""
    return {
        **dict.fromkeys((m.milestone_id for m in view.met_in_period), "met in the period"),
        **dict.fromkeys((m.milestone_id for m in view.missed_in_period), "missed in the period"),
        **dict.fromkeys((m.milestone_id for m in view.due_soon), "due soon"),
    }


_FORECASTS = Described(
    name="milestone_forecasts",
    title="Milestone dates over time",
    summary="Every report of each milestone's dates, with the date from which it was true.",
    noun="progress",
    shape=ForecastLine,
    key="milestone_id since",
    links="milestone_id:milestones evidence_id:sources",
)

# Money


_PROGRAMMES = Described(
    name="programmes",
    title="Programmes",
    summary="The programmes behind the commitments, flagships first, with the funding that the Green Paper "
    "committed to each.",
    noun="programme",
    shape=LISTS["programmes"].shape,
    key="programme_id",
)

_MONEY = Described(
    name="money",
    title="Funding",
    summary="Every published amount at its own stage. Amounts overlap, because some are part of others, so we "
    "never add them up.",
    noun="funding",
    shape=LISTS["funding"].shape,
    shown="funding_id programme_id programme commitment_id stage amount_gbp amount_wording period scope known_on "
    "part_of source_id note",
    key="funding_id",
    links="programme_id:programmes source_id:sources",
)

# Events and sources


_EVENTS = Described(
    name="events",
    title="Events",
    summary="Events that complete no milestone, newest first.",
    noun="event",
    shape=LISTS["events"].shape,
    key="event_id",
    links="evidence_id:sources",
)

_OUTCOMES = Described(
    name="outcomes",
    title="Evidence view over time",
    summary="Every reading of the published record on a commitment, with the date from which it applied.",
    noun="outcome",
    shape=OutcomeLine,
    key="commitment_id since",
    links="evidence_id:sources",
)

_REFERENCES = Described(
    name="references",
    title="References",
    summary="Where each document states each commitment.",
    noun="reference",
    shape=ReferenceLine,
    shown="commitment_id source_id document pinpoint stance differs",
    key="commitment_id source_id",
    links="source_id:sources",
)

_SOURCES = Described(
    name="sources",
    title="Sources",
    summary="Every source of a statement or figure here.",
    noun="source",
    shape=LISTS["sources"].shape,
    shown="source_id kind publisher title published url cited note",
    key="source_id",
)


@dataclass(frozen=True)
class RankedChange:
    """A row of a comparison and its rank."""

    order: int
    row: ChangeRow

    @property
    def change(self) -> int | None:
        """Its number in the ledger."""
        return self.row.seq


_CHANGES = Described(
    name="changes_since_last",
    title="Changes since last board",
    summary="",
    noun="change",
    shape=RankedChange,
    shown="order kind record record_id commitment_id milestone_id what of old new days direction evidence_id "
    "holds_from recorded_at change who why",
    key="order",
    source="the board's record, by comparing the two snapshots",
)


def changes_table(comparison: Comparison) -> Table:
    """Return what changed since an earlier board, one change in each row."""
    summary = f"What changed since {comparison.since or comparison.before.as_at}, most important first."
    ranked = (RankedChange(place, row) for place, row in enumerate(comparison.rows, start=1))
    return _table(replace(_CHANGES, summary=summary), ranked)


@dataclass(frozen=True, kw_only=True)
class Defined:
    """The definition of a column of a table."""

    table: str
    column: str
    title: str
    holds: str
    unit: str | None
    description: str
    one_of: str | None
    empty_means: str | None
    restricted: bool


_DICTIONARY = Described(
    name="data_dictionary",
    title="Data dictionary",
    summary="What each column of each table means.",
    noun="column",
    shape=Defined,
    key="table column",
    source="this pack",
)


def with_dictionary(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables and, last, the one that defines each of their columns."""
    definitions = (
        Defined(
            table=table.name,
            column=column.name,
            title=column.title,
            holds=column.kind,
            unit=column.unit,
            description=column.description,
            one_of="; ".join(column.words) or None,
            empty_means=BLANK_MEANINGS.get(column.blank),
            restricted=column.restricted,
        )
        for table in tables
        for column in table.columns
    )
    return (*tables, _table(_DICTIONARY, definitions))
