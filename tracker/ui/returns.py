"""The parts of My updates: lines by need, confirming many, changing one; each calls one use case and draws it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from markupsafe import Markup

from tracker.domain import dates
from tracker.domain.dates import PublishedDate, parse_published_date
from tracker.domain.errors import TrackerError
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import Progress
from tracker.domain.returns import Evidence, Report, confirmation
from tracker.domain.text import counted
from tracker.domain.words import MoveReason, ReportedStatus
from tracker.services import progress
from tracker.ui import drafts, html, panels, state
from tracker.ui.html import Column

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from tracker.domain.ledger import Version
    from tracker.domain.lines import UpdateLine

HOW = 'As precisely as it is known: "2027-03-31", "2027-03", "2027-Q1", "autumn 2027", "2027" or "FY2026-27".'


def by_need(lines: Sequence[UpdateLine]) -> None:
    """List a person's lines in order of need."""
    for need in progress.NEEDS:
        group = [line for line in lines if progress.need(line) == need]
        html.show(
            html.table(
                f"{need}: {len(group)}",
                ["Milestone", "Due", "Dates say", Column("Slip", number=True), "Last confirmed"],
                (
                    (
                        html.put('{} <span class="id">{}</span>', line.title, line.milestone_id),
                        panels.due(line) or html.put('<span class="quiet">no date</span>'),
                        html.status(line.computed_status),
                        html.slip(line.slip_days) if line.slip_days is not None else html.put("–"),
                        line.confirmed_on or html.put('<span class="quiet">never</span>'),
                    )
                    for line in group
                ),
                empty="None.",
            )
        )


def confirm(lines: Sequence[UpdateLine], actor_id: str) -> None:
    """Confirm any number of lines as one change."""
    html.show(
        html.put("<h2>Confirm unchanged</h2>"),
        html.put(
            '<p class="quiet">Says again, under your name and today, what is held of each line. A line whose date has '
            "passed cannot be confirmed: say below when it is expected now, or when it happened.</p>"
        ),
    )
    ids = _confirmable(actor_id, state.known(), dates.today())
    able = {line.milestone_id: line for line in lines if line.milestone_id in ids}
    reports = {line.milestone_id: as_seen(confirmation(line), "confirm") for line in lines}
    note_seen(lines, "confirm")
    chosen = st.multiselect(
        "Lines to confirm",
        list(able),
        format_func=lambda milestone_id: f"{milestone_id} {able[milestone_id].title}",
        key="lines/confirm",
        placeholder="Choose lines",
    )
    label = f"Confirm {counted(len(chosen), 'line')} unchanged"
    if st.button(label, disabled=not chosen, key="button/confirm"):
        save([reports[milestone_id] for milestone_id in chosen], actor_id, draft="confirm")


@st.cache_resource(show_spinner=False, max_entries=64)
def my_lines(actor_id: str, known_seq: int, today: dt.date) -> list[UpdateLine]:  # noqa: ARG001  the key of the cache
    """A person's lines, kept by what they depend on: typing in a field is no reason to read them again."""
    return progress.my_lines(state.store(), actor_id=actor_id)


@st.cache_resource(show_spinner=False, max_entries=64)
def _confirmable(actor_id: str, known_seq: int, today: dt.date) -> frozenset[str]:
    """Which of a person's lines the rules let them say again unchanged."""
    lines = my_lines(actor_id, known_seq, today)
    reports = [confirmation(line) for line in lines if not line.actual_on]
    seen = progress.foresee(state.store(), actor_id=actor_id, reports=reports)
    return frozenset(one.report.milestone_id for one in seen if not one.faults)


def change(lines: Sequence[UpdateLine], actor_id: str) -> None:
    """Change one line: what is typed is a draft that survives leaving the page, until it is saved or dropped."""
    html.show(html.put("<h2>Change a line</h2>"))
    by_id = {line.milestone_id: line for line in lines}
    chosen = st.selectbox(
        "Line",
        list(by_id),
        index=None,
        format_func=lambda milestone_id: f"{milestone_id} {by_id[milestone_id].title}",
        key="line",
        persist_state="session",
        placeholder="Choose a line",
    )
    if chosen is None:
        return
    line = by_id[chosen]
    base_version = st.session_state.setdefault(f"base/{chosen}", line.base_version)
    try:
        report = _draft(line, base_version)
        [seen] = progress.foresee(state.store(), actor_id=actor_id, reports=[report])
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    html.show(
        html.put("<h3>What saving does</h3>"),
        html.facts(
            [
                (
                    "Dates say",
                    html.put("{} now, {} after", html.status(line.computed_status), html.status(seen.status_after)),
                ),
                ("Slip", html.put("{} now, {} after", html.slip(line.slip_days), html.slip(seen.slip_after))),
                ("To put right first", " ".join(seen.faults)),
            ]
        ),
    )
    if line.base_version != base_version:
        _offer_both(line)
    if st.button("Save", type="primary", disabled=bool(seen.faults), key="button/save"):
        save([report], actor_id, draft=chosen)


def _draft(line: UpdateLine, base_version: int) -> Report:
    """Draw the fields of one line and return what they say. Raises UnreadableDate naming the field."""

    def kept(field: str) -> dict[str, Any]:
        return {"key": f"{field}/{line.milestone_id}", "persist_state": "session"}

    statuses = list(ReportedStatus)
    status = st.selectbox("Status", statuses, index=statuses.index(confirmation(line).status), **kept("status"))
    left, right = st.columns(2)
    due = line.due.written if line.due and not line.actual else ""
    expected = left.text_input("Expected", value=due, help=HOW, **kept("expected"))
    happened = right.text_input(
        "Happened", value=line.actual.written if line.actual else "", help=HOW, **kept("happened")
    )
    reason = st.selectbox(
        "Why the date moves (required when it does)",
        list(MoveReason),
        index=None,
        placeholder="It does not move",
        **kept("reason"),
    )
    reason_note = st.text_input("More about why", **kept("reason_note"))
    narrative = st.text_area("Narrative", value=line.narrative or "", **kept("narrative"))
    evidence = ask_evidence(line.milestone_id)
    return Report(
        milestone_id=line.milestone_id,
        base_version=base_version,
        status=ReportedStatus(status),
        forecast=read_date("Expected", expected),
        actual=read_date("Happened", happened),
        reason=MoveReason(reason) if reason else None,
        reason_note=reason_note or None,
        narrative=narrative or None,
        evidence_id=line.evidence_id,
        evidence=evidence,
    )


def ask_evidence(draft: str) -> Evidence | None:
    """Draw the fields of new evidence and return what they say; None when they say nothing."""
    html.show(html.put('<p class="quiet">Evidence. A completion without it is shown as asserted by its owner.</p>'))
    first, second, third = st.columns(3)
    publisher = first.text_input("Publisher", key=f"publisher/{draft}", persist_state="session")
    title = second.text_input("Title", key=f"title/{draft}", persist_state="session")
    url = third.text_input("Link on the publisher's own site", key=f"url/{draft}", persist_state="session")
    return Evidence(publisher=publisher, title=title, url=url or None) if publisher or title or url else None


def read_date(field: str, written: str) -> PublishedDate | None:
    """Read a date as it was typed; None for nothing. Raises UnreadableDate naming the field."""
    return parse_published_date(written.strip(), where=field) if written.strip() else None


def _offer_both(line: UpdateLine) -> None:
    """Somebody else saved first: show what is held now beside the draft, and let its writer decide."""
    html.show(
        html.alert(
            f"{line.milestone_id} was changed by somebody else since you began. Your draft is kept. "
            f"The ledger now holds: {line.reported_status or 'no status'}, expected {line.due or 'at no date'}, "
            f"narrative: {line.narrative or 'none'}."
        )
    )
    if st.button("Keep mine, to be saved on top of theirs", key="button/keep"):
        st.session_state[f"base/{line.milestone_id}"] = line.base_version
        st.rerun()
    if st.button("Take theirs and drop my draft", key="button/theirs"):
        drafts.finish(
            [line.milestone_id], f"Your draft of {line.milestone_id} was dropped; what the ledger holds is shown."
        )


def as_seen(report: Report, draft: str) -> Report:
    """Return a report against the version that was on the page when its reader clicked, which may be older by now."""
    seen = st.session_state.get(f"seen/{draft}", {})
    return replace(report, base_version=seen.get(report.milestone_id, report.base_version))


def note_seen(lines: Sequence[UpdateLine], draft: str) -> None:
    """Note which versions are on the page now; to be called once ``as_seen`` has been asked of all of them."""
    st.session_state[f"seen/{draft}"] = {line.milestone_id: line.base_version for line in lines}


def save(reports: Sequence[Report], actor_id: str, *, draft: str) -> None:
    """Save reports as one change."""
    try:
        recorded = progress.report_progress(
            state.store(), actor_id=actor_id, reports=reports, request_id=drafts.request_id(draft)
        )
    except StaleEdit as stale:
        html.show(html.alert(str(stale)), _both(stale))
        return
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    ids = [report.milestone_id for report in reports]
    drafts.finish([*ids, draft], f"Saved {counted(len(ids), 'line')} as change {recorded.seq}: {', '.join(ids)}.")


def _both(stale: StaleEdit) -> Markup:
    def row(whose: str, version: Version | None) -> list[tuple[html.Cell, ...]]:
        noun = version.noun if version else None
        if not isinstance(noun, Progress):
            return []
        return [(whose, noun.status, noun.forecast_on, noun.actual_on, noun.narrative)]

    return html.table(
        "Both texts: nothing is lost",
        ["Whose", "Status", "Expected", "Happened", "Narrative"],
        [*row("You wrote", stale.yours), *row("The ledger holds", stale.theirs)],
        empty="",
    )
