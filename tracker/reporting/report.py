"""The board's report for people: the pack's own tables, picked and put in the order a delivery board expects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.rules import OF_A_COMMITMENT
from tracker.domain.text import counted
from tracker.reporting import charts, tables
from tracker.reporting.board import SILENT, BoardView
from tracker.views.table import Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.reporting.charts import Finding

CHANGES = "changes_since_last"
"""The table of what changed since the last board, where one had met."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report: a heading, paragraphs, a chart with the sentence it shows, and tables."""

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    chart: Finding | None = None
    tables: tuple[Table, ...] = ()


def build_report(view: BoardView, packed: Sequence[Table], *, since: str | None) -> tuple[Section, ...]:
    """Return the report of a board from its packed tables; ``since`` names the last board that met."""
    by_name = {table.name: table.worded() for table in packed}
    return (
        _position(view, by_name),
        _changes(by_name, since),
        _exceptions(view, by_name),
        _milestones(view, by_name),
        _evidence(view),
        _money(by_name),
        _outside(by_name),
        _confidence(by_name),
        *_words_of_owners(by_name),
        _register(by_name),
        _method(view, by_name),
    )


def _counts(by_name: dict[str, Table], measure: str, title: str) -> Table:
    return by_name["headline"].picked("category", "count", keep=lambda row: row["measure"] == measure, title=title)


def _position(view: BoardView, by_name: dict[str, Table]) -> Section:
    return Section(
        key="position",
        heading="The position",
        paragraphs=(
            view.headline,
            f"{view.confidence.of_owners}. Delivery confidence, status from dates and the evidence view are "
            "three separate statuses of the same commitments.",
        ),
        tables=(
            _counts(by_name, tables.BY_OWNER, "Commitments by delivery confidence"),
            _counts(by_name, tables.BY_DATES, "Commitments by status from dates"),
            _counts(by_name, tables.BY_EVIDENCE, "Commitments by evidence view"),
            _counts(by_name, tables.MILESTONES, "Milestones: all, and in this period"),
        ),
    )


def _changes(by_name: dict[str, Table], since: str | None) -> Section:
    if since is None or CHANGES not in by_name:
        return Section(
            key="changes",
            heading="What changed",
            paragraphs=("No earlier board met with an approved snapshot, so there is nothing to compare.",),
        )
    changes = by_name[CHANGES]
    packed = {column.name for column in changes.columns}
    shown = [name for name in ("kind", "what", "old", "new", "why", "who") if name in packed]
    kinds = Table(
        name="changes_by_kind",
        title="Changes by kind",
        summary="Number of changes of each kind.",
        source=changes.source,
        columns=(
            changes.columns[changes.place("kind")],
            Column(name="count", title="Count", description="number", kind=Kind.NUMBER),
        ),
        rows=tuple(Counter(changes.values("kind")).items()),
        key=("kind",),
    )
    return Section(
        key="changes",
        heading=f"What changed since {since.partition(' (')[0]}",
        paragraphs=(f"{counted(len(changes.rows), 'change')} since {since}. The report lists them all.",),
        tables=(kinds, changes.picked(*shown, title="All changes")) if changes.rows else (),
    )


_SHOWN = {
    True: ("commitment", "milestone_id", "milestone", "why", "owner", "slip_days"),
    False: ("commitment_id", "commitment", "why", "owner", "slip_days"),
}
"""The columns of an exception: for a milestone, and for a commitment as a whole."""


def _exceptions(view: BoardView, by_name: dict[str, Table]) -> Section:
    whole = by_name["exceptions"]
    listed = [
        whole.picked(
            *_SHOWN[group.lines[0].milestone_id is not None],
            keep=lambda row, reason=group.reason: str(row["reasons"]).split("; ")[0] == reason,  # type: ignore[misc]
            title=group.title,
        )
        for group in view.exception_groups
        if not group.silent
    ]
    silent = whole.picked("commitment_id", keep=lambda row: row["reasons"] == SILENT).values("commitment_id")
    only_silent = (
        f"Also {counted(len(silent), 'commitment')} that the owner has not reported on: {', '.join(map(str, silent))}."
        if silent
        else "No commitment is listed only because its owner has not reported."
    )
    return Section(
        key="exceptions",
        heading="Exceptions",
        paragraphs=(only_silent,),
        chart=charts.overdue_milestones(view),
        tables=tuple(listed),
    )


def _milestones(view: BoardView, by_name: dict[str, Table]) -> Section:
    days = view.rules.period_days
    lists = [
        by_name["milestones"].picked(
            "milestone_id",
            "title",
            "owner",
            "actual_on" if period == "met in the period" else "due",
            "status",
            "slip_days",
            keep=lambda row, period=period: row["period"] == period,  # type: ignore[misc]
            title=title,
        )
        for period, title in (
            ("missed in the period", f"Missed in the last {days} days"),
            ("met in the period", f"Met in the last {days} days"),
            ("due soon", f"Due in the next {days} days"),
        )
    ]
    return Section(
        key="milestones",
        heading="Milestones",
        paragraphs=tuple(f"{table.title}: none." for table in lists if not table.rows),
        tables=tuple(table for table in lists if table.rows),
    )


def _evidence(view: BoardView) -> Section:
    finding = charts.outcomes_by_chapter(view)
    (_, *heads), *rows = finding.table
    table = Table(
        name="outcomes_by_chapter",
        title="Evidence view, by chapter of the Green Paper",
        summary="Counts of commitments.",
        source="the commitments of this report",
        columns=(
            Column(name="chapter", title="Chapter", description="of the Green Paper"),
            *(
                Column(name=f"group_{number}", title=head, description="number of commitments", kind=Kind.NUMBER)
                for number, head in enumerate(heads)
            ),
        ),
        rows=tuple((chapter, *(int(count) for count in counts)) for chapter, *counts in rows),
        key=("chapter",),
    )
    return Section(key="evidence", heading="Evidence view", chart=finding, tables=(table,))


def _money(by_name: dict[str, Table]) -> Section:
    committed = by_name["programmes"].picked(
        "name",
        "committed_gbp",
        "owner",
        keep=lambda row: row["committed_gbp"] is not None,
        title="Committed by the Green Paper, by programme",
    )
    sums = by_name["money"].picked(
        "programme", "stage", "amount_gbp", "period", "scope", "known_on", "part_of", title="All published funding"
    )
    return Section(
        key="money",
        heading="Funding",
        paragraphs=(
            "Each amount is at its own stage, and a figure at one stage is not evidence of the next. Amounts "
            "overlap, because some are part of others, so we never add them up.",
        ),
        tables=tuple(table for table in (committed, sums) if table.rows),
    )


def _outside(by_name: dict[str, Table]) -> Section:
    events = by_name["events"].picked(
        "happened_on",
        "summary",
        "evidence_id",
        keep=lambda row: row["commitment_id"] is None,
        title="Events that concern every commitment, newest first",
    )
    return Section(
        key="outside",
        heading="Wider context",
        paragraphs=() if events.rows else ("Nothing was recorded.",),
        tables=(events,) if events.rows else (),
    )


def _confidence(by_name: dict[str, Table]) -> Section:
    return Section(
        key="confidence",
        heading="How reliable this report is",
        tables=(_counts(by_name, tables.CONFIDENCE, "What is not reported, stale, unknown or without evidence"),),
    )


def _words_of_owners(by_name: dict[str, Table]) -> tuple[Section, ...]:
    """What owners wrote, in full; left out of a public edition."""
    found: list[Table] = []
    for name, field, shown, title in (
        (
            "commitments",
            "owner_rationale",
            ("commitment_id", "title", "owner_status"),
            "Owners' rationale for their ratings",
        ),
        ("milestones", "narrative", ("milestone_id", "title", "status"), "Owners' narratives on their milestones"),
    ):
        table = by_name[name]
        if any(column.name == field for column in table.columns):
            picked = table.picked(*shown, field, keep=lambda row, field=field: row[field] is not None, title=title)  # type: ignore[misc]
            found += [picked] if picked.rows else []
    return (Section(key="owners", heading="In owners' words", tables=tuple(found)),) if found else ()


def _register(by_name: dict[str, Table]) -> Section:
    return Section(
        key="register",
        heading="Every commitment",
        tables=(
            by_name["commitments"].picked(
                "commitment_id", "title", "owner", "owner_status", "computed_status", "outcome", "slip_days"
            ),
        ),
    )


def _method(view: BoardView, by_name: dict[str, Table]) -> Section:
    return Section(
        key="method",
        heading="How to read this report, and its sources",
        paragraphs=(
            "The status from dates of a milestone. "
            + " ".join(f"{status}: {when}" for status, when in view.rules.in_words().items()),
            OF_A_COMMITMENT,
            "If a date was published less precisely than a day, calculations use the last day of its period. "
            "Slippage is in days from the baseline. A negative number is early.",
            "The evidence view is this project's reading of published sources, not any department's. Every table is "
            "also in the pack as ODS, CSV and JSON, with the source of each row.",
        ),
        tables=(by_name["sources"].picked("source_id", "publisher", "title", "published_on"),),
    )
