"""The part of My updates that changes one field of several milestones, and shows the difference before the save."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import Fault
from tracker.domain.fields import FIELDS
from tracker.domain.progress import TEXTS, Evidence, Statement, UpdateLine, amended, confirmed
from tracker.domain.text import counted
from tracker.domain.words import MoveReason, ReportedStatus
from tracker.services import progress
from tracker.ui import forms, html, state, updates
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from tracker.services.progress import Foreseen

_FIELDS = ("forecast", "actual", "status", *TEXTS)


def change_many(lines: Sequence[UpdateLine], actor_id: str) -> None:
    """Show the form that changes one field of any number of milestones as one change."""
    html.show(
        html.put("<h2>Update several milestones</h2>"),
        html.put('<p class="quiet">Make the same change to several milestones. Nothing else about them changes.</p>'),
    )
    with forms.form("many"):
        _change(lines, Draft("many", actor_id))


def _change(lines: Sequence[UpdateLine], draft: Draft) -> None:
    chosen = updates.choose_lines("Milestones to update", {line.milestone_id: line for line in lines}, draft)
    if not chosen:
        return
    field = st.selectbox("What to change", _FIELDS, format_func=_title, **draft.kept("field"))
    wrong: list[Fault] = []
    change, evidence = _ask(field, draft, wrong)
    reports = [
        replace(
            amended(line, change, evidence),
            base_version=updates.begun(line, draft).base_version(line.base_version),
        )
        for line in chosen
    ]
    if not wrong and change != Statement():
        _foretell(field, progress.foresee(state.store(), actor_id=draft.person, reports=reports))
    if stale := updates.stale(chosen, reports):
        updates.offer_both(stale, draft, theirs="Leave these milestones out")
    if st.button(f"Save {counted(len(chosen), 'milestone')}", type="primary", key=draft.key("button")):
        if change == Statement() or wrong:
            forms.refuse(draft, *wrong or [Fault(field, f"Enter the new {_title(field).lower()}.")])
        updates.save(reports, draft)


def _title(field: str) -> str:
    return FIELDS["progress"][field].title


def _foretell(field: str, seen: Sequence[Foreseen]) -> None:
    html.show(
        html.table(
            f"Check {counted(len(seen), 'milestone')} before you save",
            [
                *(FIELDS["milestone"][name].title for name in ("milestone_id", field, "status", "slip_days")),
                "Fix before saving",
            ],
            (
                (
                    html.put('{} <span class="id">{}</span>', one.line.title, one.line.milestone_id),
                    _difference(field, one),
                    html.effect(html.status(one.line.computed_status), html.status(one.status_after)),
                    html.effect(html.slippage(one.line.slip_days), html.slippage(one.slip_after)),
                    " ".join(map(str, one.faults)),
                )
                for one in seen
            ),
            empty="None.",
        )
    )


def _ask(field: str, draft: Draft, wrong: list[Fault]) -> tuple[Statement, Evidence | None]:
    """Ask for the new value of a field and return it; what cannot be read is added to ``wrong``."""
    label = f"New {_title(field).lower()} for all"
    if field == "status":
        open_ = [ReportedStatus.NOT_STARTED, ReportedStatus.IN_PROGRESS]
        return Statement(status=st.selectbox(label, open_, index=None, **draft.kept("status"))), None
    if field in TEXTS:
        return Statement(**{field: st.text_area(label, **draft.kept(field)) or None}), None
    day = updates.ask_date(st.container(), field, label, "", draft, wrong)
    if field == "actual":
        evidence = updates.ask_evidence(draft)
        return Statement(actual=day), evidence if day else None
    reason = st.selectbox(
        f"{_title('reason')} (required if a date changes)",
        list(MoveReason),
        index=None,
        placeholder="No dates change",
        **draft.kept("reason"),
    )
    note = st.text_input(_title("reason_note"), **draft.kept("reason_note"))
    if day is None:
        return Statement(), None
    return Statement(forecast=day, reason=MoveReason(reason) if reason else None, reason_note=note or None), None


def _difference(field: str, one: Foreseen) -> Markup:
    """The field's value now and after saving."""
    before, after = getattr(confirmed(one.line), field), getattr(one.report.statement, field)
    none = html.put('<span class="quiet">none</span>')
    return html.put("{} → {}", before or none, after or none)
