"""The parts of one commitment's page: its statuses, the promise, milestones, events, sources and versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from tracker.domain.dates import in_words
from tracker.domain.fields import FIELDS
from tracker.domain.text import counted
from tracker.domain.words import CHAPTERS, Reporter
from tracker.reporting import charts
from tracker.ui import html, panels, state
from tracker.ui.html import Column

if TYPE_CHECKING:
    from tracker.services.boards import CommitmentView
    from tracker.views.board import CommitmentLine, MilestoneLine


_TITLES = FIELDS["commitment"]


def statuses(view: CommitmentView) -> None:
    """Show the commitment's title, its statement, and its three statuses with their reasons."""
    line = view.line
    evidence = panels.source(view.cited.get(line.outcome_evidence_id or "")) or ""
    html.show(
        html.put('<p class="over">{} · chapter {}, {}</p>', line.commitment_id, line.chapter, CHAPTERS[line.chapter]),
        html.put("<h1>{}</h1>", line.title),
        html.put('<p class="lead">{}</p>', line.statement),
        html.facts(
            [
                (
                    _TITLES["owner_status"].title,
                    html.put(
                        "{} {}{}",
                        html.status(line.owner_status),
                        line.owner_rationale or "The owner has not given a rating.",
                        _asides(_rated(line)),
                    ),
                ),
                (
                    _TITLES["computed_status"].title,
                    html.put(
                        "{} {} of {} milestones met.",
                        html.status(line.computed_status),
                        line.milestones_met,
                        line.milestones,
                    ),
                ),
                (
                    _TITLES["outcome"].title,
                    html.put("{} {} {}", html.status(line.outcome), line.outcome_reason or "", evidence),
                ),
            ]
        ),
    )


def _rated(line: CommitmentLine) -> list[str | None]:
    return [
        f"Better than the dates suggest: {line.owner_override_reason}." if line.owner_override_reason else None,
        f"Lasts until {in_words(line.owner_valid_until)}." if line.owner_valid_until else None,
    ]


def promise(line: CommitmentLine) -> None:
    """Show what was promised, by whom, for how much and by when."""
    wording = f"({line.target_wording})" if line.target_wording else ""
    html.show(
        html.put("<h2>The promise</h2>"),
        html.facts(
            [
                (_TITLES["kind"].title, line.kind),
                (
                    _TITLES["owner"].title,
                    html.put(
                        '{}, {} <span class="why">{}</span>', line.owner, line.owner_organisation, line.owner_note or ""
                    ),
                ),
                (_TITLES["lead"].title, line.lead),
                (_TITLES["partners"].title, line.partners),
                (_TITLES["programme_id"].title, line.programme),
                (
                    _TITLES["amount_gbp"].title,
                    html.put("£{:,.0f} ({})", line.amount_gbp, line.amount_wording or "") if line.amount_gbp else None,
                ),
                (_TITLES["target"].title, f"{line.target or ''} {wording}".strip()),
                ("Measure of success", line.measure),
                ("Not measurable as written", line.not_measurable),
                (_TITLES["note"].title, _remark(line.note)),
            ]
        ),
    )


def _remark(note: str | None) -> str | None:
    """Return a note only if the page shows the present: a note can mention what came later."""
    return note if state.as_at() == state.present() else None


def milestones(view: CommitmentView) -> None:
    """Show the milestones as a timeline and as a table."""
    html.show(html.put("<h2>Milestones</h2>"))
    panels.finding(charts.milestone_timeline(view.milestones, view.as_at))
    html.show(
        html.table(
            "Milestones: baseline, forecast and date completed",
            html.columns(
                "milestone",
                "milestone_id",
                "promised_on",
                "baseline",
                "forecast",
                "actual",
                "slip_days",
                "status",
                "evidence_id",
            ),
            (
                (
                    html.put('{} <span class="id">{}</span>{}', line.title, line.milestone_id, _asides(_remarks(line))),
                    line.promised_on,
                    html.put(
                        "{}{}",
                        html.baseline(line.baseline, line.original_baseline) or "none recorded",
                        _asides([f"“{line.baseline_wording}”" if line.baseline_wording else None]),
                    ),
                    line.forecast,
                    line.actual,
                    html.slippage(line.slip_days) if line.slip_days is not None else html.put("–"),
                    html.status(line.status),
                    panels.evidence(line, view.cited),
                )
                for line in view.milestones
            ),
            empty="No milestones: the promise names no step that could be completed.",
        )
    )


def baselines(view: CommitmentView) -> None:
    """Show the baseline requests and their decisions, if there are any."""
    if view.requests:
        html.show(
            html.put("<h2>Baseline requests</h2>"),
            panels.baseline_requests("Requests, newest first", view.requests, empty="No requests."),
        )


def _why_moved(line: MilestoneLine) -> str | None:
    statement = line.statement
    if not statement.reason:
        return None
    note = f" {statement.reason_note}" if statement.reason_note else ""
    return f"Reason for the date change: {statement.reason}.{note}"


def _asides(words: list[str | None]) -> Markup:
    return html.joined(html.put('<span class="why">{}</span>', aside) for aside in words if aside)


def _remarks(line: MilestoneLine) -> list[str | None]:
    return [
        *line.statement.texts.values(),
        _why_moved(line),
        "Reported by its owner." if line.reporter == Reporter.OWNER else None,
        _remark(line.note),
        None if line.key else "Supporting milestone.",
    ]


def happened(view: CommitmentView) -> None:
    """Show the evidence view over time, and the events that completed no milestone."""
    html.show(
        html.put("<h2>What happened</h2>"),
        html.table(
            "Evidence view: our reading of published sources, and since when",
            html.columns("outcome", "since", "outcome", "reason", "evidence_id"),
            (
                (
                    outcome.since,
                    html.status(outcome.outcome),
                    outcome.reason,
                    panels.source(view.cited.get(outcome.evidence_id or "")),
                )
                for outcome in reversed(view.outcomes)
            ),
            empty="No reading by this date.",
        ),
        html.table(
            "Events, newest first",
            ["When", "Event", "Source"],
            (
                (
                    html.put("{}{}", html.day(event.happened), " (date inferred)" if event.inferred else ""),
                    html.put("{}{}", event.summary, _asides([_remark(event.note)])),
                    panels.source(view.cited.get(event.evidence_id)),
                )
                for event in view.events
            ),
            empty="No other events by this date.",
        ),
    )


def stated(view: CommitmentView) -> None:
    """Show which documents make the promise, where, and how they differ."""
    html.show(
        html.put("<h2>Where the promise is made</h2>"),
        html.table(
            "Source documents",
            ["Document", "Page or section", "States or implies", "How this source differs"],
            ((f"{one.publisher}: {one.document}", one.pinpoint, one.stance, one.differs) for one in view.references),
            empty="No source documents.",
        ),
    )


def money(view: CommitmentView) -> None:
    """Show the funding of its programme, if it has one."""
    if view.line.programme:
        html.show(
            html.put("<h2>Funding of its programme</h2>"), panels.sums(view.line.programme, view.funding, view.cited)
        )


def versions(view: CommitmentView) -> None:
    """Show every version in the ledger, and a link to the history."""
    html.show(
        html.put("<h2>Versions</h2>"),
        html.put("<p>{}</p>", html.link(state.address("history", commitment=view.line.commitment_id), "History")),
        html.details(
            f"{counted(len(view.history), 'version')} in the record",
            html.table(
                "Versions, newest change first",
                [
                    "Record",
                    Column("Version", number=True),
                    "True from",
                    "Recorded",
                    Column("Change", number=True),
                    "By",
                ],
                (
                    (
                        html.put(
                            '{} <span class="id">{}</span>{}',
                            version.noun,
                            version.noun_id,
                            " retracted" if version.retracted else "",
                        ),
                        version.version,
                        version.effective_on,
                        version.recorded_at,
                        version.change_seq,
                        f"{version.actor}: {version.action}",
                    )
                    for version in view.history
                ),
                empty="Nothing recorded.",
            ),
        ),
    )
