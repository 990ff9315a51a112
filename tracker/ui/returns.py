"""The part of My updates for returns: download one to fill in, upload it, and check its changes before saving."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import Fault, TrackerError
from tracker.domain.fields import FIELDS
from tracker.domain.text import counted
from tracker.services import returns
from tracker.services.returns import Decisions, Outcome, Preview, PreviewLine, ReturnFile, Upload
from tracker.ui import forms, html, state
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from markupsafe import Markup
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from tracker.domain.ledger import Change
    from tracker.reporting.history import FieldChange

_KEPT = 8
"""How many previews the server keeps: one for each person who works at once."""

_MINE, _THEIRS = "Use my version", "Use the current version"
"""A person's own version keeps the current values of the fields that they left alone."""


def show(actor_id: str) -> None:
    """Offer a person's return for download, and the upload of a filled-in one."""
    html.show(
        html.put("<h2>Update in Excel or CSV</h2>"),
        html.put(
            '<p class="quiet">Download your milestones, fill in the file and upload it. You can check the changes '
            "before you save.</p>"
        ),
    )
    blank = _blank(actor_id)
    with st.container(horizontal=True):
        st.download_button(
            "Download as Excel workbook",
            lambda: returns.return_workbook(blank),
            file_name=blank.file_name("xlsx"),
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            on_click="ignore",
        )
        st.download_button(
            "Download as CSV",
            lambda: returns.return_csv(blank),
            file_name=blank.file_name("csv"),
            mime="text/csv",
            on_click="ignore",
        )
    with forms.form("return"):
        _upload(Draft("return", actor_id))


def _upload(draft: Draft) -> None:
    """Ask for a file and show what it would change; after a save there is a new, empty uploader."""
    file = st.file_uploader(
        "Upload your return (.xlsx or .csv)",
        type=list(returns.SUFFIXES),
        max_upload_size=returns.MOST_BYTES // 1024 // 1024,
        key=draft.key("file"),
    )
    if file is None:
        return
    try:
        preview = _checked(draft.person, file)
    except TrackerError as error:
        html.show(html.alert(f"We could not use this file. Nothing was saved. {error}"))
        return
    if preview.taken:
        html.show(html.alert(_taken(preview.taken)))
        return
    _draw(preview)
    _offer(preview, draft, file)


@state.as_known(64)
def _blank(actor_id: str) -> ReturnFile:
    return returns.export_return(state.store(), actor_id=actor_id)


@st.cache_resource(show_spinner=False)
def _previews() -> dict[tuple[object, ...], Preview]:
    """The server's latest previews, by what each depends on: a choice on the page does not compute them again."""
    return {}


def _checked(actor_id: str, file: UploadedFile) -> Preview:
    """Check a file and show the progress, unless nothing has changed since the last check."""
    kept = _previews()
    key = (actor_id, file.file_id, state.known(), dates.today())
    if seen := kept.get(key):
        return seen
    bar = st.progress(0.0)
    try:
        preview = returns.check_return(
            state.store(),
            actor_id=actor_id,
            file=Upload(file.name, file.getvalue()),
            on_step=lambda words, done: _tell(bar, words, done),
        )
    finally:
        bar.empty()
    for oldest in list(kept)[: 1 - _KEPT]:
        kept.pop(oldest, None)
    kept[key] = preview
    return preview


def _tell(bar: DeltaGenerator, words: str, done: float) -> None:
    bar.progress(done, words)


def _taken(change: Change) -> str:
    return (
        f"You have already uploaded this file (change {change.seq}, {dates.moment_in_words(change.recorded_at)}). "
        "There is nothing more to save."
    )


def _draw(preview: Preview) -> None:
    """Show the result for every row: rejected rows, then rows to save, then the rest."""
    counts = [(str(outcome), str(len(preview.of(outcome)))) for outcome in Outcome]
    html.show(
        html.put("<h3>What the file would change</h3>"),
        html.facts([*counts, ("Rejected", str(preview.rejected_rows))], style="facts"),
    )
    if preview.period:
        html.show(html.alert(preview.period))
    if preview.faults:
        html.show(
            html.table(
                f"Rejected: {counted(preview.rejected_rows, 'row')}",
                ["Row and column", "Milestone", "What to fix"],
                ((fault.where, fault.milestone_id, fault.wrong) for fault in preview.faults),
                empty="None.",
            )
        )
    for outcome in (Outcome.ADD, Outcome.CHANGE, Outcome.CONFIRM):
        if lines := preview.of(outcome):
            html.show(
                html.table(
                    f"{outcome}: {counted(len(lines), 'row')}",
                    [
                        "Milestone",
                        "Row",
                        "What changes",
                        *(FIELDS["milestone"][name].title for name in ("status", "slip_days")),
                    ],
                    (_saved(line) for line in lines),
                    empty="None.",
                )
            )
    left = preview.of(Outcome.LEFT)
    if left:
        html.show(
            html.details(
                f"{Outcome.LEFT}: {counted(len(left), 'row')}",
                html.table(
                    str(Outcome.LEFT),
                    ["Milestone", "Row", "Why"],
                    ((_name(line), line.row, line.remark or "Not filled in.") for line in left),
                    empty="None.",
                ),
            )
        )
    if preview.remarks:
        html.show(
            html.put("<h4>Also note</h4>"),
            html.put("<ul>{}</ul>", html.joined(html.put("<li>{}</li>", remark) for remark in preview.remarks)),
        )


def _name(line: PreviewLine) -> Markup:
    return html.put('{} <span class="id">{}</span>', line.line.title, line.line.milestone_id)


def _saved(line: PreviewLine) -> tuple[html.Cell, ...]:
    return (
        _name(line),
        line.row,
        _listed(line.changes),
        html.effect(html.status(line.line.computed_status), html.status(line.status_after)),
        html.effect(html.slippage(line.line.slip_days), html.slippage(line.slip_after)),
    )


def _listed(changes: Iterable[FieldChange]) -> Markup:
    """List the changes to fields, each on its own line."""
    none = html.put('<span class="quiet">none</span>')
    listed = html.joined(
        html.put('<span class="why">{}: {} → {}</span>', change.words, change.old or none, change.new or none)
        for change in changes
    )
    return listed or html.put("No change (confirmed).")


def _offer(preview: Preview, draft: Draft, file: UploadedFile) -> None:
    """Ask for the decisions that are still needed, and offer to save."""
    decided = {line.line.milestone_id: _decide(line, draft) for line in preview.of(Outcome.CONFLICT)}
    mine = [milestone_id for milestone_id, whose in decided.items() if whose == _MINE]
    theirs = [milestone_id for milestone_id, whose in decided.items() if whose == _THEIRS]
    undecided = [
        Fault(_whose(line), f"Choose a version of {line.line.milestone_id}.")
        for line in preview.of(Outcome.CONFLICT)
        if decided[line.line.milestone_id] is None
    ]
    before = ["choose a version for each conflict"] if undecided else []
    if preview.faults:
        words = f"Save the other rows and skip {counted(preview.rejected_rows, 'rejected row')}"
        if not st.checkbox(words, **draft.kept(f"leave_out/{preview.token}")):
            fix = "fix the rejected rows in the file, or choose to skip them"
            undecided.append(Fault(f"leave_out/{preview.token}", f"{fix.capitalize()}."))
            before.append(fix)
    count = len(preview.of(Outcome.ADD, Outcome.CHANGE, Outcome.CONFIRM)) + len(mine)
    if before:
        html.show(html.put('<p class="quiet">Before you save, {}.</p>', " and ".join(before)))
    elif not count:
        html.show(html.put("<p>The file changes nothing, so there is nothing to save.</p>"))
    on_page = draft.key("token")
    shown = st.session_state.get(on_page, preview.token)
    st.session_state[on_page] = preview.token
    if not st.button(f"Save {counted(count, 'milestone')} as one change", type="primary", key=draft.key("button")):
        return
    if undecided or not count:
        forms.refuse(draft, *undecided or [Fault("", "There is nothing to save.")])
    take = partial(
        returns.take_return,
        state.store(),
        actor_id=draft.person,
        file=Upload(file.name, file.getvalue()),
        token=shown,
        decisions=Decisions(mine=mine, theirs=theirs, leave_out_rejected=bool(preview.faults)),
    )
    forms.save(draft, lambda **_: _with_a_bar(take), f"Saved {counted(count, 'milestone')} from {file.name}")


def _with_a_bar(take: Callable[..., Change]) -> Change:
    """Save a return and show the progress."""
    bar = st.progress(0.0)
    try:
        return take(on_step=lambda step, done: _tell(bar, step, done))
    finally:
        bar.empty()


def _forbidden(line: PreviewLine) -> str:
    return "Your version cannot be saved: " + " ".join(fault.wrong for fault in line.wrong) if line.wrong else ""


def _decide(line: PreviewLine, draft: Draft) -> str | None:
    """Show both versions of a conflict, and ask which to keep."""
    milestone_id = line.line.milestone_id
    html.show(
        html.table(
            f"Conflict: {line.by or 'someone else'} changed {milestone_id} after you downloaded the return",
            ["Version", "What changes"],
            [
                ("Your version", html.put("{} {}", _listed(line.changes), _forbidden(line))),
                ("Current version", _listed(line.theirs)),
            ],
            empty="None.",
        )
    )
    return st.radio(
        f"Which version of {milestone_id} do you want to keep?",
        [_THEIRS] if line.wrong else [_MINE, _THEIRS],
        index=None,
        horizontal=True,
        **draft.kept(_whose(line)),
    )


def _whose(line: PreviewLine) -> str:
    return f"whose/{line.line.milestone_id}/{line.line.base_version}"
