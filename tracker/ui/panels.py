"""The Board page's panels, in the order that a board expects. Each shows what the view has, and computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.dates import moment_in_words
from tracker.domain.fields import FIELDS
from tracker.domain.text import counted
from tracker.domain.words import BOARD, RequestState
from tracker.reporting import charts
from tracker.reporting.board import SILENT, BoardView, ExceptionLine, ReasonGroup
from tracker.ui import html, state
from tracker.ui.html import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from markupsafe import Markup

    from tracker.domain.progress import UpdateLine
    from tracker.reporting.charts import Finding
    from tracker.views.board import FundingLine, MilestoneLine, SourceLine
    from tracker.views.control import RequestLine

NO_EVIDENCE = "Owner's statement, no evidence"


def header(view: BoardView) -> None:
    """Show the board's name, the date, how recent the data are and how many owners have reported."""
    confidence = view.confidence
    html.show(
        html.put("<h1>{}</h1>", BOARD),
        html.facts(
            [
                ("As at", view.as_at),
                ("Latest event", view.newest_fact),
                ("Last updated", known(view)),
                (
                    "Owners who have reported on all their open commitments",
                    f"{confidence.owners_confirmed} of {counted(confidence.owners, 'owner')}",
                ),
            ],
            style="facts",
        ),
    )


def known(view: BoardView) -> str:
    """When the last change that the board includes was recorded."""
    return moment_in_words(view.known_at) if view.known_at else "nothing recorded"


def headline(view: BoardView) -> None:
    """Give the position in a sentence, then count commitments by each of the three statuses."""
    html.show(
        html.put('<p class="lead">{}</p>', view.headline),
        html.put(
            '<div class="three">{}{}{}</div>',
            _tally("owner_status", "commitments, by their owner's rating", view.by_owner_status),
            _tally("computed_status", "commitments, by the dates of their milestones", view.by_computed_status),
            _tally("outcome", "commitments, by our reading of published sources", view.by_outcome),
        ),
        html.put(
            '<p class="quiet">Three separate views of the {} commitments. Where they differ, look closer. {}</p>',
            len(view.commitments),
            html.link(state.address("about"), "How we work out each status"),
        ),
    )


def _tally(field: str, basis: str, counts: dict[str, int]) -> Markup:
    return html.put(
        '<section><h2>{}</h2><p class="over">{}</p><ul class="tally">{}</ul></section>',
        FIELDS["commitment"][field].title,
        basis,
        html.joined(
            html.put('<li>{}<span class="count">{}</span></li>', html.status(word), count)
            for word, count in counts.items()
        ),
    )


def finding(found: Finding | None) -> None:
    """Show a chart; its title states the finding, and screen readers get the same in words."""
    if found:
        st.altair_chart(found.chart, theme=None, alt=found.alternative, width="stretch")
        if found.table:
            heading, *rows = found.table
            columns: list[Column | str] = [heading[0], *(Column(name, number=True) for name in heading[1:])]
            html.show(html.details("Show the figures", html.table(found.title, columns, rows, empty="None.")))


def exceptions(view: BoardView) -> None:
    """List what the board should look at, by reason; commitments that are only not reported are in a fold."""
    serious = [group for group in view.exception_groups if not group.silent]
    silent = [line for line in view.exceptions if line.reasons[0] == SILENT]
    html.show(html.put("<h2>Exceptions</h2>"))
    finding(charts.overdue_milestones(view))
    html.show(
        *map(_exceptions, serious),
        html.put("")
        if serious
        else html.put("<p>On this date nothing is overdue, late beyond tolerance or disputed.</p>"),
        html.details(
            f"{counted(len(silent), 'further commitment')} with no report from the owner",
            html.table(
                "Not reported",
                html.columns("commitment", "commitment_id", "owner", "computed_status", "outcome"),
                (
                    (
                        html.put(
                            '{} <span class="id">{}</span>',
                            html.link(state.address("commitment", id=line.commitment_id), line.commitment),
                            line.commitment_id,
                        ),
                        line.owner,
                        html.status(line.computed_status),
                        html.status(line.outcome),
                    )
                    for line in silent
                ),
                empty="None.",
            ),
        )
        if silent
        else html.put(""),
    )


def _exceptions(group: ReasonGroup) -> Markup:
    return html.table(
        group.title,
        ["Commitment and milestone", *html.columns("exception", "why", "slip_days", "owner"), "Statuses"],
        (
            (
                html.put(
                    '{} <span class="id">{}</span>',
                    html.link(state.address("commitment", id=line.commitment_id), line.milestone or line.commitment),
                    line.milestone_id or line.commitment_id,
                ),
                _why(line),
                html.slippage(line.slip_days),
                line.owner,
                _statuses(line),
            )
            for line in group.lines
        ),
        empty="",
    )


def _why(line: ExceptionLine) -> Markup:
    return html.put("{}{}", line.why, "" if line.key else " Supporting milestone.")


def _statuses(line: ExceptionLine) -> Markup:
    return html.put(
        '<dl class="statuses"><dt>Confidence</dt><dd>{}</dd><dt>Dates</dt><dd>{}</dd><dt>Evidence</dt><dd>{}</dd></dl>',
        html.status(line.owner_status),
        html.status(line.milestone_status or line.computed_status),
        html.status(line.outcome),
    )


def milestones(view: BoardView) -> None:
    """Show what was met and missed in the last period, and what is due in the next."""
    days = view.rules.period_days
    html.show(
        html.put("<h2>Milestones</h2>"),
        _milestones(f"Met in the last {days} days", view.met_in_period, "No milestones were met.", view),
        _milestones(f"Missed in the last {days} days", view.missed_in_period, "No milestones were missed.", view),
        _milestones(f"Due in the next {days} days", view.due_soon, "No milestones are due.", view),
    )


def _milestones(caption: str, lines: Iterable[MilestoneLine], empty: str, view: BoardView) -> Markup:
    return html.table(
        caption,
        html.columns("milestone", "milestone_id", "due", "actual", "slip_days", "owner", "evidence_id"),
        (
            (
                html.put(
                    '{} <span class="id">{}</span>',
                    html.link(state.address("commitment", id=line.commitment_id), line.title),
                    line.milestone_id,
                ),
                due(line) or html.put('<span class="quiet">none recorded</span>'),
                line.actual,
                html.slippage(line.slip_days),
                line.owner,
                evidence(line, view.cited),
            )
            for line in lines
        ),
        empty=empty,
    )


def due(line: MilestoneLine | UpdateLine) -> Markup:
    """When a milestone is due; if its baseline was changed, also the current and the original baseline."""
    if line.forecast is None:
        return html.baseline(line.baseline, line.original_baseline)
    if not line.rebaselined:
        return html.day(line.forecast)
    beside = html.baseline(line.baseline, line.original_baseline)
    return html.put('{}<span class="why">baseline {}</span>', html.day(line.forecast), beside)


def baseline_requests(caption: str, lines: Iterable[RequestLine], *, empty: str) -> Markup:
    """Baseline requests: the old and new dates, why, and by whom; and who decided what, when and why."""
    return html.table(
        caption,
        ["Milestone", "Requested", "From", "To", "Why", "Decision"],
        (
            (
                html.put(
                    '{} <span class="id">{}</span>',
                    html.link(state.address("commitment", id=line.commitment_id), line.milestone),
                    line.request_id,
                ),
                html.put(
                    '{}<span class="why">by {}</span>',
                    html.day(line.asked_on),
                    state.shown(line.author_id, line.author),
                ),
                line.before or html.put('<span class="quiet">none</span>'),
                line.after,
                html.put('{}<span class="why">{}</span>', line.reason, line.note),
                _decision(line),
            )
            for line in lines
        ),
        empty=empty,
    )


def _decision(line: RequestLine) -> Markup:
    if line.state == RequestState.WITHDRAWN:
        return html.put('withdrawn by {}<span class="why">{}</span>', line.author, line.decision_note or "")
    if line.decided_on is None:
        asked_by = state.shown(line.author_id, line.author)
        return html.put('<span class="quiet">waiting for a decision by someone other than {}</span>', asked_by)
    return html.put(
        '{} {}<span class="why">by {}</span><span class="why">{}</span>',
        line.state,
        html.day(line.decided_on),
        line.decided_by,
        line.decision_note or "",
    )


def source(line: SourceLine | None) -> Markup | None:
    """A source's publisher, title and date, with a link if it has an address."""
    if line is None:
        return None
    words = f"{line.publisher}: {line.title}" + (f" ({line.published})" if line.published else "")
    return html.outward(line.url, words)


def evidence(line: MilestoneLine, sources: Mapping[str, SourceLine]) -> Markup | None:
    """The source that shows a milestone's completion, or words that there is none."""
    if line.actual and not line.evidence_id:
        return html.put('<span class="quiet">{}</span>', NO_EVIDENCE)
    return source(sources.get(line.evidence_id or ""))


def money(view: BoardView) -> None:
    """Show the published funding of the flagship programmes, each amount at its own stage and never added up."""
    html.show(
        html.put("<h2>Funding: the four flagship programmes</h2>"),
        html.put(
            '<p class="quiet">Committed, announced, planned, paid and withheld funding are different things. Amounts '
            "overlap (an agreement is part of its programme), so we never add them up.</p>"
        ),
        *(
            sums(
                programme.name,
                [line for line in view.funding if line.programme_id == programme.programme_id],
                view.cited,
            )
            for programme in view.programmes
            if programme.flagship
        ),
    )


def sums(caption: str, lines: Iterable[FundingLine], sources: Mapping[str, SourceLine]) -> Markup:
    """The published funding of one programme, oldest first."""
    return html.table(
        caption,
        [*html.columns("funding", "stage", "amount_gbp"), "For", *html.columns("funding", "known_on", "source_id")],
        (
            (
                line.stage.capitalize(),
                html.put('£{:,.0f}<span class="why">{}</span>', line.amount_gbp, line.amount_wording or ""),
                html.put(
                    '{}<span class="why">{}</span>',
                    ", ".join(filter(None, (line.period, line.scope))),
                    " ".join(filter(None, (line.inside, line.note))),
                ),
                line.known_on,
                source(sources.get(line.source_id)),
            )
            for line in lines
        ),
        empty="No funding was published by this date.",
    )


def outside_world(view: BoardView) -> None:
    """Show the events that affect every commitment."""
    html.show(
        html.put("<h2>Wider context</h2>"),
        html.table(
            "Events that affect every commitment, newest first",
            ["When", "Event", "Source"],
            ((line.happened, line.summary, source(view.cited.get(line.evidence_id))) for line in view.outside_world),
            empty="No events by this date.",
        ),
    )


def confidence(view: BoardView) -> None:
    """Show how reliable this report is."""
    found = view.confidence
    html.show(
        html.put("<h2>How reliable this report is</h2>"),
        html.facts(
            [
                ("Open commitments with no report from their owner", found.not_reported),
                ("Commitments with no known outcome", found.unknown),
                ("Milestones with no confirmed forecast (stale)", found.stale),
                ("Milestones with no published date", found.not_dated),
                ("Milestones met without evidence", found.unevidenced),
                ("Events with an inferred date", found.inferred_dates),
            ],
            style="facts",
        ),
    )
