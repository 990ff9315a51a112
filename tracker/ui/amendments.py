"""A part of My updates: one field changed for many lines at once, with the difference before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import TrackerError
from tracker.domain.returns import Amendment, amended
from tracker.domain.text import counted
from tracker.domain.words import MoveReason, ReportedStatus
from tracker.services import progress
from tracker.ui import html, returns, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from tracker.domain.lines import UpdateLine
    from tracker.services.progress import Foreseen

_DRAFT = "many"
_FIELDS = ("Expected", "Happened", "Status", "Narrative")


def change_many(lines: Sequence[UpdateLine], actor_id: str) -> None:
    """Change one field of any number of lines as one change: choose the lines, say it once, see what it does, save."""
    html.show(
        html.put("<h2>Change many lines</h2>"),
        html.put('<p class="quiet">Says one thing of every line you choose; what else each line says stays.</p>'),
    )
    by_id = {line.milestone_id: line for line in lines}
    chosen = st.multiselect(
        "Lines to change",
        list(by_id),
        format_func=lambda milestone_id: f"{milestone_id} {by_id[milestone_id].title}",
        key=f"lines/{_DRAFT}",
        persist_state="session",
        placeholder="Choose lines",
    )
    if not chosen:
        returns.note_seen(lines, _DRAFT)
        return
    field = st.selectbox("Field", _FIELDS, key=f"field/{_DRAFT}", persist_state="session")
    try:
        amendment = _ask(field)
        if amendment == Amendment():
            return
        reports = [returns.as_seen(amended(by_id[milestone_id], amendment), _DRAFT) for milestone_id in chosen]
        seen = progress.foresee(state.store(), actor_id=actor_id, reports=reports)
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    finally:
        returns.note_seen(lines, _DRAFT)
    html.show(
        html.table(
            f"What saving does to {counted(len(seen), 'line')}",
            ["Milestone", field, "Dates say", "Slip", "To put right first"],
            (
                (
                    html.put('{} <span class="id">{}</span>', one.line.title, one.line.milestone_id),
                    _difference(field, one),
                    html.put("{} now, {} after", html.status(one.line.computed_status), html.status(one.status_after)),
                    html.put("{} now, {} after", html.slip(one.line.slip_days), html.slip(one.slip_after)),
                    " ".join(one.faults),
                )
                for one in seen
            ),
            empty="None.",
        )
    )
    faulty = any(one.faults for one in seen)
    if st.button(f"Save {counted(len(seen), 'line')}", type="primary", disabled=faulty, key=f"button/{_DRAFT}"):
        returns.save(reports, actor_id, draft=_DRAFT)


def _ask(field: str) -> Amendment:
    """Draw what is to be said in a field and return it. Raises UnreadableDate naming the field."""

    def kept(name: str) -> str:
        return f"{name}/{_DRAFT}"

    if field == "Status":
        open_ = [ReportedStatus.NOT_STARTED, ReportedStatus.IN_PROGRESS]
        said = st.selectbox("Status of all", open_, index=None, key=kept("status"), persist_state="session")
        return Amendment(status=ReportedStatus(said) if said else None)
    if field == "Narrative":
        return Amendment(narrative=st.text_area("Narrative of all", key=kept("text"), persist_state="session") or None)
    written = st.text_input(f"{field}, all", help=returns.HOW, key=kept(field), persist_state="session")
    day = returns.read_date(field, written)
    if field == "Happened":
        evidence = returns.ask_evidence(_DRAFT)
        return Amendment(actual=day, evidence=evidence) if day else Amendment()
    reason = st.selectbox(
        "Why they move (required when one does)",
        list(MoveReason),
        index=None,
        placeholder="None moves",
        key=kept("reason"),
        persist_state="session",
    )
    note = st.text_input("More about why they move", key=kept("note"), persist_state="session")
    if day is None:
        return Amendment()
    return Amendment(forecast=day, reason=MoveReason(reason) if reason else None, reason_note=note or None)


def _difference(field: str, one: Foreseen) -> Markup:
    """What a line says in the field now, and after saving."""
    line, report = one.line, one.report
    before, after = {
        "Expected": (line.due, report.forecast),
        "Happened": (line.actual, report.actual),
        "Status": (line.reported_status, report.status),
        "Narrative": (line.narrative, report.narrative),
    }[field]
    nothing = html.put('<span class="quiet">nothing</span>')
    return html.put("{} → {}", before or nothing, after or nothing)
