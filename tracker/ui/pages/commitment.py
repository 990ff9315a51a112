import streamlit as st

from tracker.domain.words import CHAPTERS
from tracker.reporting import charts
from tracker.ui import html, panels, state
from tracker.ui.html import Column

board = state.board()
titles = {line.commitment_id: line.title for line in board.commitments}
asked = st.query_params.get("id", next(iter(titles), ""))
chosen = st.selectbox(
    "Commitment",
    list(titles),
    index=list(titles).index(asked) if asked in titles else None,
    format_func=lambda commitment_id: f"{commitment_id} {titles[commitment_id]}",
    placeholder="Choose a commitment",
)
if chosen and chosen != asked:
    st.query_params["id"] = chosen
view = state.commitment(chosen or asked)
line = view.line

html.show(
    html.put('<p class="over">{} · chapter {}, {}</p>', line.commitment_id, line.chapter, CHAPTERS[line.chapter]),
    html.put("<h1>{}</h1>", line.title),
    html.put('<p class="lead">{}</p>', line.statement),
    html.facts(
        [
            (
                "Owner says",
                html.put("{} {}", html.status(line.owner_status), line.owner_rationale or "No return from the owner."),
            ),
            (
                "Dates say",
                html.put(
                    "{} {} of {} milestones met.",
                    html.status(line.computed_status),
                    line.milestones_met,
                    line.milestones,
                ),
            ),
            (
                "Evidence shows",
                html.put(
                    "{} {} {}",
                    html.status(line.outcome),
                    line.outcome_reason or "",
                    panels.source(view.sources.get(line.outcome_evidence_id or "")) or "",
                ),
            ),
        ]
    ),
    html.put("<h2>The promise</h2>"),
    html.facts(
        [
            ("Kind", line.kind),
            (
                "Owner",
                html.put(
                    '{}, {} <span class="why">{}</span>', line.owner, line.owner_organisation, line.owner_note or ""
                ),
            ),
            ("Lead", line.lead),
            ("Partners", line.partners),
            ("Programme", line.programme),
            ("Sum", html.put("£{:,.0f} ({})", line.amount_gbp, line.amount_wording or "") if line.amount_gbp else None),
            (
                "Target",
                html.put("{} {}", str(line.target or ""), f"({line.target_wording})" if line.target_wording else "")
                if line.target or line.target_wording
                else None,
            ),
            ("Success is", line.measure),
            ("Not measurable as written", line.not_measurable),
            ("Note", line.note),
        ]
    ),
    html.put("<h2>Milestones</h2>"),
)
panels.finding(charts.milestone_timeline(view.milestones, view.as_at))
html.show(
    html.table(
        "Milestones: baseline, forecast and what happened",
        [
            "Milestone",
            "Promised",
            "Baseline",
            "Forecast",
            "Happened",
            Column("Slip", number=True),
            "Status",
            "Evidence",
        ],
        (
            (
                html.put(
                    '{} <span class="id">{}</span>{}',
                    milestone.title,
                    milestone.milestone_id,
                    html.joined(
                        html.put('<span class="why">{}</span>', words)
                        for words in (
                            milestone.narrative,
                            milestone.note,
                            "" if milestone.key else "Supporting milestone.",
                        )
                        if words
                    ),
                ),
                milestone.promised_on,
                html.put(
                    "{}{}",
                    html.day(milestone.baseline) or "none published",
                    html.put('<span class="why">originally {}</span>', html.day(milestone.original_baseline_on))
                    if milestone.original_baseline_on and milestone.original_baseline_on != milestone.baseline_on
                    else "",
                ),
                milestone.forecast,
                milestone.actual,
                html.slip(milestone.slip_days) if milestone.slip_days is not None else html.put("–"),
                html.status(milestone.status),
                panels.source(view.sources.get(milestone.evidence_id or "")),
            )
            for milestone in view.milestones
        ),
        empty="No milestone: the promise names no step that could be passed.",
    ),
    html.put("<h2>What happened</h2>"),
    html.table(
        "Evidence view: how the published record reads, from when",
        ["From", "Reading", "Why", "Evidence"],
        (
            (
                outcome.since,
                html.status(outcome.outcome),
                outcome.reason,
                panels.source(view.sources.get(outcome.evidence_id or "")),
            )
            for outcome in reversed(view.outcomes)
        ),
        empty="No reading up to this day.",
    ),
    html.table(
        "Events, newest first",
        ["When", "What", "Source"],
        (
            (
                html.put("{}{}", html.day(event.happened), " (date inferred)" if event.inferred else ""),
                event.summary
                if not event.note
                else html.put('{}<span class="why">{}</span>', event.summary, event.note),
                panels.source(view.sources.get(event.evidence_id)),
            )
            for event in view.events
        ),
        empty="Nothing further is recorded up to this day.",
    ),
    html.put("<h2>Where it is stated</h2>"),
    html.table(
        "Source documents",
        ["Document", "Where", "How", "How it differs"],
        (
            (f"{reference.publisher}: {reference.document}", reference.pinpoint, reference.stance, reference.differs)
            for reference in view.references
        ),
        empty="No document is recorded.",
    ),
)
if view.line.programme_id:
    html.show(
        html.put("<h2>Money of its programme</h2>"), panels.sums(line.programme or "", view.funding, view.sources)
    )
html.show(
    html.put("<h2>Versions</h2>"),
    html.details(
        f"{len(view.history)} versions in the ledger",
        html.table(
            "Versions, newest change first",
            [
                "Record",
                Column("Version", number=True),
                "Holds from",
                "Recorded (UTC)",
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
                    f"{version.recorded_at:%Y-%m-%d %H:%M}",
                    version.change_seq,
                    f"{version.actor}: {version.action}",
                )
                for version in view.history
            ),
            empty="Nothing recorded.",
        ),
    ),
)
