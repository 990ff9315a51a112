"""The tables of a pack: every figure that any file of it shows stands in one of these, once.

What people wrote for the board rather than for publication is restricted: an owner's rationale and narrative, why a
date moved, and who recorded it. A public edition holds only the columns that ``PUBLIC`` names, and keeps back what the
sources say that owners named in their reports.
"""

from __future__ import annotations

from dataclasses import fields as fields_of
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from tracker.domain.progress import came_with_a_report
from tracker.domain.words import (
    CHAPTERS,
    NOT_REPORTED,
    CommitmentKind,
    MilestoneKind,
    MilestoneStatus,
    MoneyStage,
    Movement,
    MoveReason,
    Outcome,
    OverrideReason,
    Precision,
    Reporter,
    SourceKind,
    Stance,
    View,
)
from tracker.reporting.board import build_board
from tracker.views.table import BLANK_MEANINGS, Blank, Column, Kind, Link, Table

_Line = TypeVar("_Line")

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from tracker.reporting.board import BoardView
    from tracker.reporting.comparison import Comparison
    from tracker.views.board import ForecastLine, OutcomeLine, ReferenceLine, SourceLine
    from tracker.views.table import Cell

    Field: TypeAlias = tuple[Column, Callable[[Any], Cell] | None]

PUBLIC = {
    "headline": "measure category count amount_gbp",
    "commitments": (
        "commitment_id title statement chapter chapter_title kind programme_id lead partners owner owner_organisation "
        "owner_note amount_gbp amount_wording target_on target_precision target_wording measure not_measurable "
        "owner_status owner_valid_until computed_status outcome outcome_reason outcome_since outcome_evidence_id "
        "slip_days milestones milestones_met note"
    ),
    "ratings": "commitment_id view rating since evidence_id",
    "exceptions": (
        "order commitment_id commitment milestone_id milestone reasons why owner due slip_days owner_status "
        "computed_status outcome"
    ),
    "milestones": (
        "milestone_id commitment_id programme_id title kind key owner promised_in promised_on baseline_on "
        "baseline_precision baseline_wording original_baseline_on forecast_on forecast_precision actual_on "
        "actual_precision due status slip_days period reporter reason evidence_id note"
    ),
    "milestone_forecasts": (
        "milestone_id since reporter status forecast_on forecast_precision actual_on actual_precision reason "
        "evidence_id"
    ),
    "programmes": "programme_id name summary lead owner flagship committed_gbp note",
    "money": (
        "funding_id programme_id programme commitment_id stage amount_gbp amount_wording period scope known_on part_of "
        "source_id note"
    ),
    "events": "event_id commitment_id happened_on happened_precision inferred summary evidence_id note",
    "outcomes": "commitment_id since outcome reason evidence_id",
    "references": "commitment_id source_id document pinpoint stance differs",
    "sources": "source_id kind publisher title published_on published_precision url cited note",
    "changes_since_last": (
        "order kind record record_id commitment_id milestone_id what of old new days direction evidence_id holds_from "
        "recorded_at change"
    ),
    "data_dictionary": "table column title holds unit description one_of empty_means restricted",
}
"""Table → the columns that a public edition shows. A column that nobody named here is in no file of one."""

_PUBLIC_BESIDE = {
    "commitments": "owner_id programme owner_reported_on",
    "milestones": "original_baseline_precision commitment owner_id outcome",
}
"""Table → what the board's lines hold besides its columns and a public edition may use, to count and to name."""

_LEDGER = "the board's ledger, from the published sources that each row names"
_UNKNOWN, _NONE = Blank.NOT_KNOWN, Blank.NOT_APPLICABLE


def board_tables(
    view: BoardView,
    *,
    references: Sequence[ReferenceLine],
    outcomes: Sequence[OutcomeLine],
    forecasts: Sequence[ForecastLine],
) -> tuple[Table, ...]:
    """Return the tables of a board as at its day, headline figures first and the dictionary of all columns last."""
    return (
        _headline(view),
        _commitments(view),
        _ratings(view),
        _exceptions(view),
        _milestones(view),
        _forecasts(forecasts),
        _programmes(view),
        _money(view),
        _events(view),
        _outcomes(outcomes),
        _references(references),
        _sources(view),
    )


def owners_sources(view: BoardView) -> list[SourceLine]:
    """Return the sources that owners named in their reports; a public edition keeps back what they say."""
    return [line for line in view.sources.values() if came_with_a_report(line.source_id)]


def public_edition(view: BoardView, opened: Container[str] = ()) -> BoardView:
    """Return a board with nothing but what is public, nor anything that quotes the rest; its figures are the same.

    A source that came with an owner's report keeps its id and says nothing, unless it is ``opened``.
    """
    return build_board(
        as_at=view.as_at,
        known_at=view.known_at,
        head=view.head,
        rules=view.rules,
        demonstration=view.demonstration,
        commitments=_public("commitments", view.commitments),
        milestones=_public("milestones", view.milestones),
        programmes=_public("programmes", view.programmes),
        funding=_public("money", view.funding),
        events=_public("events", view.events),
        sources=[
            _kept_back(line) if came_with_a_report(line.source_id) and line.source_id not in opened else line
            for line in _public("sources", view.sources.values())
        ],
    )


def _public(table: str, lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines of a table without the fields that are not public."""
    shown = {*PUBLIC[table].split(), *_PUBLIC_BESIDE.get(table, "").split()}
    return [
        replace(line, **{field.name: None for field in fields_of(line) if field.name not in shown})  # type: ignore[type-var,arg-type]
        for line in lines
    ]


def _kept_back(line: SourceLine) -> SourceLine:
    return replace(
        line,
        publisher="Not published",
        title="Evidence that the owner gave to the board",
        published_on=None,
        published_precision=None,
        url=None,
        note=None,
    )


def with_dictionary(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables and, last, the one that says what each of their columns holds."""
    return (*tables, _dictionary(tables))


def _field(
    name: str, title: str, description: str, get: Callable[[Any], Cell] | None = None, **more: Any
) -> tuple[Column, Callable[[Any], Cell] | None]:
    """A column, and how to read it off a line when it is not the line's field of the same name."""
    return Column(name=name, title=title, description=description, **more), get


def _published(kind: str, title: str, what: str, *, blank: Blank = _UNKNOWN, wording: bool = False) -> Iterator[Field]:
    """The columns of a date that may be less precise than a day."""
    yield _field(
        f"{kind}_on",
        title,
        f"{what}; of a month, season or year, its last day, which sums use (a workbook names the period instead)",
        kind=Kind.DATE,
        blank=blank,
    )
    yield _field(
        f"{kind}_precision",
        f"{title}: precision",
        "how precisely the date was given",
        blank=blank,
        words=tuple(Precision),
    )
    if wording:
        yield _field(f"{kind}_wording", f"{title}: wording", "the date as published", blank=blank)


def _table(
    name: str,
    title: str,
    summary: str,
    fields: Iterable[Field],
    lines: Iterable[Any],
    *,
    key: Sequence[str],
    links: Sequence[tuple[str, str]] = (),
    source: str = _LEDGER,
) -> Table:
    described, public = tuple(fields), PUBLIC[name].split()
    getters = [get or attrgetter(column.name) for column, get in described]
    return Table(
        name=name,
        title=title,
        summary=summary,
        source=source,
        columns=tuple(replace(column, restricted=column.name not in public) for column, _ in described),
        rows=tuple(tuple(get(line) for get in getters) for line in lines),
        key=tuple(key),
        links=tuple(Link(column=column, table=table, key=_KEYS[table]) for column, table in links),
    )


_KEYS = {
    "commitments": "commitment_id",
    "milestones": "milestone_id",
    "programmes": "programme_id",
    "sources": "source_id",
    "money": "funding_id",
}

_COMMITMENT = _field("commitment_id", "Commitment", "the commitment's id: chapter of the Green Paper and number")
_MILESTONE = _field("milestone_id", "Milestone", "the milestone's id: its commitment's and a number")
_PROGRAMME = _field("programme_id", "Programme", "the programme's id", blank=_NONE)
_EVIDENCE = _field("evidence_id", "Evidence", "the source that shows it", blank=_UNKNOWN)
_SLIP = _field(
    "slip_days",
    "Slip",
    "how late, measured from the baseline; below nothing is early",
    kind=Kind.NUMBER,
    unit="days",
    blank=_UNKNOWN,
)

# Headline figures

BY_OWNER = "commitments by what owners say"
BY_DATES = "commitments by what the dates say"
BY_EVIDENCE = "commitments by what the evidence shows"
COMMITMENTS = "commitments"
MILESTONES = "milestones"
COMMITTED = "money committed by the Green Paper"
SUMS = "published sums by stage of money"
CONFIDENCE = "confidence in this report"


def _headline(view: BoardView) -> Table:
    return _table(
        "headline",
        "Headline figures",
        "The figures of the board's first page, one a row. Sums of money are given for each programme and never added "
        "up: they overlap.",
        [
            _field("measure", "Measure", "what is counted", lambda line: line[0]),
            _field("category", "Category", "of which sort", lambda line: line[1]),
            _field("count", "Count", "how many", lambda line: line[2], kind=Kind.NUMBER, blank=_NONE),
            _field(
                "amount_gbp",
                "Amount",
                "the sum, each pound counted once within the programme",
                lambda line: line[3],
                kind=Kind.MONEY,
                unit="£",
                blank=_NONE,
            ),
        ],
        _figures(view),
        key=("measure", "category"),
    )


def _figures(view: BoardView) -> Iterator[tuple[str, str, int | None, Cell]]:
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
                "commitments of unknown outcome": sure.unknown,
                "milestones stale": sure.stale,
                "milestones not dated": sure.not_dated,
                "milestones met without evidence": sure.unevidenced,
                "events whose date is inferred": sure.inferred_dates,
            },
        ),
    ]
    for measure, found in counts:
        for category, count in found.items():
            yield measure, str(category), count, None
    for programme in view.programmes:
        if programme.committed_gbp is not None:
            yield COMMITTED, programme.name, None, programme.committed_gbp


# One row a commitment, a rating, an exception, a milestone


def _commitments(view: BoardView) -> Table:
    return _table(
        "commitments",
        "Commitments",
        "Every commitment that stood on the day, with who answers for it and its three statuses, which never merge.",
        [
            _COMMITMENT,
            _field("title", "Title", "what it is called here"),
            _field("statement", "Statement", "what was promised, in our own words"),
            _field("chapter", "Chapter", "chapter of the Green Paper", kind=Kind.NUMBER),
            _field("chapter_title", "Chapter title", "what the chapter is about", lambda line: CHAPTERS[line.chapter]),
            _field("kind", "Kind", "what sort of promise it is", words=tuple(CommitmentKind)),
            _PROGRAMME,
            _field("lead", "Lead", "the body that leads"),
            _field("partners", "Partners", "bodies that share in it", blank=_NONE),
            _field("owner", "Owner", "the role that answers for it; never a person"),
            _field("owner_organisation", "Owner's organisation", "where the owner is"),
            _field("owner_note", "On the owner", "how the owner was found", blank=_NONE),
            _field("amount_gbp", "Amount", "money promised", kind=Kind.MONEY, unit="£", blank=_NONE),
            _field("amount_wording", "Amount: wording", "the money as published", blank=_NONE),
            *_published("target", "Target", "when it was promised for", wording=True),
            _field("measure", "Measure", "how one would know that it is kept", blank=_NONE),
            _field("not_measurable", "Not measurable", "why there can be no measure", blank=_NONE),
            _field(
                "owner_status",
                "Owner's view",
                "delivery confidence that the owner gives",
                lambda line: line.owner_status or NOT_REPORTED,
            ),
            _field(
                "owner_rationale",
                "Owner's rationale",
                "the owner's reason, as written",
                blank=_UNKNOWN,
            ),
            _field(
                "owner_override_reason",
                "Owner's override",
                "why the owner rates it better than its dates do",
                blank=_NONE,
                words=tuple(OverrideReason),
            ),
            _field("owner_valid_until", "Owner's view until", "its last day", kind=Kind.DATE, blank=_NONE),
            _field(
                "computed_status",
                "Dates",
                "computed from the dates of its milestones",
                words=tuple(MilestoneStatus),
            ),
            _field(
                "outcome",
                "Evidence",
                "what the published record shows",
                lambda line: line.outcome or Outcome.UNKNOWN,
            ),
            _field("outcome_reason", "Evidence: reason", "why the record is read so", blank=_UNKNOWN),
            _field("outcome_since", "Evidence: since", "from when", kind=Kind.DATE, blank=_UNKNOWN),
            _field("outcome_evidence_id", "Evidence: source", "the source that shows it", blank=_UNKNOWN),
            _SLIP,
            _field("milestones", "Milestones", "how many it has", kind=Kind.NUMBER, unit="milestones"),
            _field("milestones_met", "Milestones met", "how many have happened", kind=Kind.NUMBER, unit="milestones"),
            _field("note", "Note", "a remark on the promise", blank=_NONE),
        ],
        view.commitments,
        key=("commitment_id",),
        links=(("programme_id", "programmes"), ("outcome_evidence_id", "sources")),
    )


def _ratings(view: BoardView) -> Table:
    ratings = [
        rating
        for line in view.commitments
        for rating in (
            (line.commitment_id, View.OWNER, line.owner_status or NOT_REPORTED, line.owner_reported_on, None),
            (line.commitment_id, "computed", line.computed_status, view.as_at, None),
            (
                line.commitment_id,
                View.EVIDENCE,
                line.outcome or Outcome.UNKNOWN,
                line.outcome_since,
                line.outcome_evidence_id,
            ),
        )
    ]
    return _table(
        "ratings",
        "Ratings",
        "The three statuses of each commitment, one a row: the owner's, the computed, and the evidence view.",
        [
            _field("commitment_id", "Commitment", "the commitment's id", lambda line: line[0]),
            _field("view", "View", "whose it is", lambda line: line[1], words=(View.OWNER, "computed", View.EVIDENCE)),
            _field("rating", "Rating", "the word of that view's scale", lambda line: str(line[2])),
            _field(
                "since",
                "Since",
                "from when; of the computed one, the day of the board; of an owner's, the newest report",
                lambda line: line[3],
                kind=Kind.DATE,
                blank=_UNKNOWN,
            ),
            _field("evidence_id", "Evidence", "the source that shows it", lambda line: line[4], blank=_NONE),
        ],
        ratings,
        key=("commitment_id", "view"),
        links=(("commitment_id", "commitments"), ("evidence_id", "sources")),
    )


def _exceptions(view: BoardView) -> Table:
    return _table(
        "exceptions",
        "Exceptions",
        "What the board should look at: overdue first, then slipped, then what does not agree, then what nobody "
        "reported; of each, the furthest behind its baseline first.",
        [
            _field("order", "Order", "1 is the worst", lambda line: line[0], kind=Kind.NUMBER),
            _field("commitment_id", "Commitment", "the commitment's id", lambda line: line[1].commitment_id),
            _field("commitment", "Commitment: title", "what it is called", lambda line: line[1].commitment),
            _field(
                "milestone_id",
                "Milestone",
                "the milestone's id, where it is one that is late",
                lambda line: line[1].milestone_id,
                blank=_NONE,
            ),
            _field("milestone", "Milestone: title", "what it is called", lambda line: line[1].milestone, blank=_NONE),
            _field("reasons", "Reasons", "why it is listed, worst first", lambda line: "; ".join(line[1].reasons)),
            _field("why", "Why", "the same in a sentence", lambda line: line[1].why),
            _field("owner", "Owner", "the role that answers for it", lambda line: line[1].owner),
            _field(
                "due",
                "Due",
                "when it is expected, as precisely as it was said",
                lambda line: str(line[1].due) if line[1].due else None,
                blank=_UNKNOWN,
            ),
            _field(
                "slip_days",
                "Slip",
                "how late, measured from the baseline",
                lambda line: line[1].slip_days,
                kind=Kind.NUMBER,
                unit="days",
                blank=_UNKNOWN,
            ),
            _field("owner_status", "Owner's view", "of the commitment", lambda line: line[1].owner_status),
            _field("computed_status", "Dates", "of the commitment", lambda line: line[1].computed_status),
            _field("outcome", "Evidence", "of the commitment", lambda line: line[1].outcome),
        ],
        enumerate(view.exceptions, start=1),
        key=("order",),
        links=(("commitment_id", "commitments"), ("milestone_id", "milestones")),
    )


def _milestones(view: BoardView) -> Table:
    groups = {
        **dict.fromkeys((m.milestone_id for m in view.met_in_period), "met in the period"),
        **dict.fromkeys((m.milestone_id for m in view.missed_in_period), "missed in the period"),
        **dict.fromkeys((m.milestone_id for m in view.due_soon), "due soon"),
    }
    return _table(
        "milestones",
        "Milestones",
        "Every milestone that was promised by the day, with its dates, its computed status and its slip.",
        [
            _MILESTONE,
            _COMMITMENT,
            _PROGRAMME,
            _field("title", "Title", "what has to happen"),
            _field("kind", "Kind", "what passing it means", words=tuple(MilestoneKind)),
            _field("key", "Key", "whether it counts towards the commitment's status", kind=Kind.BOOLEAN),
            _field("owner", "Owner", "the role that answers for it"),
            _field("promised_in", "Promised in", "the source that promises it"),
            _field("promised_on", "Promised on", "when it was promised", kind=Kind.DATE),
            *_published("baseline", "Baseline", "when it was promised for", wording=True),
            _field(
                "original_baseline_on",
                "Original baseline",
                "the first baseline it had",
                kind=Kind.DATE,
                blank=_UNKNOWN,
            ),
            *_published("forecast", "Forecast", "when it was last expected", blank=_NONE),
            *_published("actual", "Actual", "when it happened", blank=_NONE),
            _field(
                "due",
                "Due",
                "the forecast, else the baseline, as precisely as it was said",
                lambda line: str(line.due) if line.due else None,
                blank=_UNKNOWN,
            ),
            _field("status", "Status", "computed from the dates", words=tuple(MilestoneStatus)),
            _SLIP,
            _field(
                "period",
                "This period",
                f"whether it falls within {view.rules.period_days} days of the board's day",
                lambda line: groups.get(line.milestone_id),
                blank=_NONE,
                words=("met in the period", "missed in the period", "due soon"),
            ),
            _field("reporter", "Said by", "who gave the newest dates", blank=_NONE, words=tuple(Reporter)),
            _field(
                "reason", "Why it moved", "the coded reason for the newest move", blank=_NONE, words=tuple(MoveReason)
            ),
            _field("narrative", "Narrative", "what the owner says, as written", blank=_NONE),
            _EVIDENCE,
            _field("note", "Note", "a remark on the promise", blank=_NONE),
        ],
        view.milestones,
        key=("milestone_id",),
        links=(
            ("commitment_id", "commitments"),
            ("programme_id", "programmes"),
            ("promised_in", "sources"),
            ("evidence_id", "sources"),
        ),
    )


def _forecasts(forecasts: Sequence[ForecastLine]) -> Table:
    return _table(
        "milestone_forecasts",
        "Milestone dates, day by day",
        "Everything that was said of each milestone's dates, from the day that it held.",
        [
            _MILESTONE,
            _field("since", "Since", "from when", kind=Kind.DATE),
            _field("reporter", "Said by", "who gave the dates", words=tuple(Reporter)),
            _field("status", "Own status", "the reporter's own word; the dates are what counts", blank=_NONE),
            *_published("forecast", "Forecast", "when it was expected", blank=_NONE),
            *_published("actual", "Actual", "when it happened", blank=_NONE),
            _field("reason", "Why it moved", "the coded reason", blank=_NONE, words=tuple(MoveReason)),
            _field("reason_note", "Why, in words", "the reason, as written", blank=_NONE),
            _field("narrative", "Narrative", "what the reporter says, as written", blank=_NONE),
            _EVIDENCE,
        ],
        forecasts,
        key=("milestone_id", "since"),
        links=(("milestone_id", "milestones"), ("evidence_id", "sources")),
    )


# Money


def _programmes(view: BoardView) -> Table:
    return _table(
        "programmes",
        "Programmes",
        "The programmes behind the commitments, flagships first, with what the Green Paper committed to each.",
        [
            _field("programme_id", "Programme", "the programme's id"),
            _field("name", "Name", "what it is called"),
            _field("summary", "Summary", "what it does"),
            _field("lead", "Lead", "the body that leads"),
            _field("owner", "Owner", "the role that answers for it"),
            _field("flagship", "Flagship", "one of the four that the board follows most closely", kind=Kind.BOOLEAN),
            _field(
                "committed_gbp",
                "Committed",
                "committed by the Green Paper, each pound counted once",
                kind=Kind.MONEY,
                unit="£",
                blank=_UNKNOWN,
            ),
            _field("note", "Note", "a remark on the programme", blank=_NONE),
        ],
        view.programmes,
        key=("programme_id",),
    )


def _money(view: BoardView) -> Table:
    names = {line.programme_id: line.name for line in view.programmes}
    return _table(
        "money",
        "Money",
        "Every published sum at its own stage. Sums overlap, as part of one another: they are listed, never added up.",
        [
            _field("funding_id", "Sum", "the sum's id"),
            _field("programme_id", "Programme", "the programme's id"),
            _field(
                "programme",
                "Programme: name",
                "what it is called",
                lambda line: names.get(line.programme_id),
                blank=_UNKNOWN,
            ),
            _field("commitment_id", "Commitment", "the commitment that it is money of", blank=_NONE),
            _field("stage", "Stage", "the stage of public money; one is never another", words=tuple(MoneyStage)),
            _field("amount_gbp", "Amount", "the sum", kind=Kind.MONEY, unit="£"),
            _field("amount_wording", "Amount: wording", "the sum as published", blank=_NONE),
            _field("period", "Period", "the years that it covers", blank=_UNKNOWN),
            _field("scope", "Scope", "the places or bodies that it covers", blank=_UNKNOWN),
            _field("known_on", "Known on", "from when the sum was known", kind=Kind.DATE),
            _field("part_of", "Part of", "the sum that already contains it", blank=_NONE),
            _field("source_id", "Source", "where it is published"),
            _field("note", "Note", "conditions, conflicts and inferences", blank=_NONE),
        ],
        view.funding,
        key=("funding_id",),
        links=(("programme_id", "programmes"), ("source_id", "sources")),
    )


# What happened, and where it can be read


def _events(view: BoardView) -> Table:
    return _table(
        "events",
        "Events",
        "What happened and completed nothing, newest first.",
        [
            _field("event_id", "Event", "the event's id"),
            _field("commitment_id", "Commitment", "the one it concerns; none when it concerns all", blank=_NONE),
            *_published("happened", "Happened", "when it happened", blank=Blank.NEVER),
            _field("inferred", "Date inferred", "whether no source gives the date", kind=Kind.BOOLEAN),
            _field("summary", "Summary", "what happened"),
            _field("evidence_id", "Evidence", "the source that shows it"),
            _field("note", "Note", "a remark", blank=_NONE),
        ],
        view.events,
        key=("event_id",),
        links=(("evidence_id", "sources"),),
    )


def _outcomes(outcomes: Sequence[OutcomeLine]) -> Table:
    return _table(
        "outcomes",
        "Evidence view, day by day",
        "Every reading of the published record on a commitment, from the day that it held.",
        [
            _COMMITMENT,
            _field("since", "Since", "from when", kind=Kind.DATE),
            _field("outcome", "Outcome", "what the published record shows"),
            _field("reason", "Reason", "why the record is read so"),
            _EVIDENCE,
        ],
        outcomes,
        key=("commitment_id", "since"),
        links=(("evidence_id", "sources"),),
    )


def _references(references: Sequence[ReferenceLine]) -> Table:
    return _table(
        "references",
        "References",
        "Where each document makes each commitment.",
        [
            _COMMITMENT,
            _field("source_id", "Source", "the document's id"),
            _field("document", "Document", "its title"),
            _field("pinpoint", "Pinpoint", "where in it"),
            _field("stance", "Stance", "how plainly it says so", words=tuple(Stance)),
            _field("differs", "Differs", "how it differs from the other documents", blank=_NONE),
        ],
        references,
        key=("commitment_id", "source_id"),
        links=(("source_id", "sources"),),
    )


def _sources(view: BoardView) -> Table:
    return _table(
        "sources",
        "Sources",
        "Everything that a statement or figure here can be followed to.",
        [
            _field("source_id", "Source", "the source's id"),
            _field("kind", "Kind", "what it is to the board", words=tuple(SourceKind)),
            _field("publisher", "Publisher", "who published it"),
            _field("title", "Title", "what it is called"),
            *_published("published", "Published", "when it was published"),
            _field("url", "Address", "on the publisher's own site", blank=_UNKNOWN),
            _field("cited", "Cited", "how many statements stand on it", kind=Kind.NUMBER, unit="statements"),
            _field("note", "Note", "a remark", blank=_NONE),
        ],
        view.sources.values(),
        key=("source_id",),
    )


def changes_table(comparison: Comparison) -> Table:
    """Return what changed since an earlier board, one thing a row."""
    return _table(
        "changes_since_last",
        "Changes since last board",
        f"What changed since {comparison.since or comparison.before.as_at}, in the order that a board asks in.",
        [
            _field("order", "Order", "as a board asks", lambda line: line[0], kind=Kind.NUMBER),
            _field("kind", "Change", "what kind of change", lambda line: str(line[1].kind), words=tuple(Movement)),
            _field("record", "Record", "what was changed", lambda line: line[1].record),
            _field("record_id", "Record: id", "the record's id", lambda line: line[1].record_id),
            _field(
                "commitment_id", "Commitment", "the one it belongs to", lambda line: line[1].commitment_id, blank=_NONE
            ),
            _field(
                "milestone_id", "Milestone", "the one it belongs to", lambda line: line[1].milestone_id, blank=_NONE
            ),
            _field("what", "What", "what it is about", lambda line: line[1].what),
            _field("of", "Of it", "the field that changed", lambda line: line[1].of),
            _field("old", "Was", "what was held before", lambda line: line[1].old, blank=_NONE),
            _field("new", "Is", "what is held now", lambda line: line[1].new, blank=_NONE),
            _field(
                "days",
                "Moved",
                "how far a date moved; below nothing is earlier",
                lambda line: line[1].days,
                kind=Kind.NUMBER,
                unit="days",
                blank=_NONE,
            ),
            _field("direction", "Direction", "whether for the better", lambda line: line[1].direction, blank=_NONE),
            _field(
                "evidence_id", "Evidence", "the source that shows it", lambda line: line[1].evidence_id, blank=_NONE
            ),
            _field(
                "holds_from",
                "Holds from",
                "from which day",
                lambda line: line[1].holds_from,
                kind=Kind.DATE,
                blank=_NONE,
            ),
            _field(
                "recorded_at",
                "Recorded",
                "when it was recorded; not when the day alone made it so",
                lambda line: line[1].recorded_at,
                kind=Kind.INSTANT,
                blank=_NONE,
            ),
            _field(
                "change", "Ledger", "its number in the ledger", lambda line: line[1].seq, kind=Kind.NUMBER, blank=_NONE
            ),
            _field("who", "Who", "who recorded it", lambda line: line[1].who, blank=_NONE),
            _field("why", "Why", "the reason, as written", lambda line: line[1].why, blank=_NONE),
        ],
        enumerate(comparison.rows, start=1),
        key=("order",),
        source="the board's ledger, by comparing the two snapshots",
    )


def _dictionary(tables: Sequence[Table]) -> Table:
    return _table(
        "data_dictionary",
        "Data dictionary",
        "What each column of each table holds.",
        [
            _field("table", "Table", "the table's name", lambda line: line[0].name),
            _field("column", "Column", "the column's name", lambda line: line[1].name),
            _field("title", "Title", "the column's name for people", lambda line: line[1].title),
            _field("holds", "Holds", "the kind of value", lambda line: line[1].kind, words=tuple(Kind)),
            _field("unit", "Unit", "what the number counts", lambda line: line[1].unit, blank=_NONE),
            _field("description", "Description", "what it says", lambda line: line[1].description),
            _field("one_of", "One of", "all it may say", lambda line: "; ".join(line[1].words) or None, blank=_NONE),
            _field(
                "empty_means",
                "Empty means",
                "why a cell may be empty",
                lambda line: BLANK_MEANINGS.get(line[1].blank),
                blank=_NONE,
            ),
            _field(
                "restricted",
                "Restricted",
                "whether a public edition leaves it out",
                lambda line: line[1].restricted,
                kind=Kind.BOOLEAN,
            ),
        ],
        [(table, column) for table in tables for column in table.columns],
        key=("table", "column"),
        source="this pack",
    )
