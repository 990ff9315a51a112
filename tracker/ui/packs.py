"""The part of the Snapshots page that makes a pack: choose its marking, see its progress, download it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import Fault, Invalid, TrackerError
from tracker.domain.text import counted
from tracker.domain.words import Marking
from tracker.reporting.tables import owners_sources
from tracker.services import packs
from tracker.ui import forms, html, panels, state
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.services.packs import Exported
    from tracker.views.control import SnapshotLine

_MADE = "made/pack"
"""The session key of the visit's latest pack: its snapshot's name and version, its file name, files and content."""

_MEANS = {
    "html": "HTML report",
    "pdf": "PDF report",
    "pptx": "Slides (PPTX)",
    "ods": "Workbook (ODS)",
    "xlsx": "Workbook (XLSX)",
    "csv": "CSV",
    "json": "JSON",
    "parquet": "Parquet",
    "ics": "Calendar of milestones",
}


def issue(line: SnapshotLine, actor_id: str) -> None:
    """Show the form that makes a snapshot's pack, and the pack's download."""
    html.show(
        html.put("<h3>Make a pack</h3>"),
        html.put(
            '<p class="quiet">Download the report, slides, workbooks and data for this snapshot in one zip file. Every '
            "file has the same figures.</p>"
        ),
    )
    with forms.form("pack"):
        _ask(line, Draft("pack", actor_id, f"{line.name}/{line.version}"))
    _offer(line)


def _ask(line: SnapshotLine, draft: Draft) -> None:
    with st.form(f"pack/{line.name}", enter_to_submit=False):
        marking = st.selectbox(
            "Marking", list(Marking), index=None, placeholder="Choose a marking", **draft.kept("marking")
        )
        handling = st.text_input(
            "Handling line",
            max_chars=packs.LONGEST_HANDLING,
            help="Required for OFFICIAL-SENSITIVE, for example: For board members only.",
            **draft.kept("handling"),
        )
        public = st.checkbox(
            "Public edition",
            help="Leaves out restricted text: what owners and officials wrote for the board.",
            **draft.kept("public"),
        )
        opened = _choose_evidence(line, draft)
        formats = st.multiselect(
            "Files",
            packs.FORMATS,
            default=packs.FORMATS,
            format_func=lambda name: _MEANS.get(name, name),
            **draft.kept("formats"),
        )
        asked = st.form_submit_button("Make pack")
    if not asked:
        return
    st.session_state.pop(_MADE, None)
    if marking is None:
        forms.refuse(draft, Fault("marking", "Choose a marking."))
    make = partial(
        packs.export_pack,
        state.store(),
        actor_id=draft.person,
        name=line.name,
        marking=marking,
        handling=handling,
        public=public,
        opened=opened,
        formats=formats,
    )
    try:
        pack = _with_a_bar(make)
    except Invalid as error:
        forms.refuse(draft, *error.faults)
    except TrackerError as error:
        forms.refuse(draft, Fault("", str(error)))
    st.session_state[_MADE] = (line.name, line.version, pack.name, pack.files, pack.content)


def _choose_evidence(line: SnapshotLine, draft: Draft) -> list[str]:
    """Show the owners' evidence, and let the approver choose what a public edition may publish."""
    given = {source.source_id: source for source in owners_sources(state.board_at(line.position))}
    if not given:
        return []
    html.show(
        html.details(
            f"{counted(len(given), 'source')} of evidence from owners",
            html.table(
                "A public edition leaves these out unless you choose them",
                ["Source", "What the owner wrote"],
                ((source_id, panels.source(source)) for source_id, source in given.items()),
                empty="",
            ),
        )
    )
    return st.multiselect(
        "Owners' evidence to publish (public edition only)", list(given), placeholder="None", **draft.kept("opened")
    )


def _with_a_bar(make: Callable[..., Exported]) -> Exported:
    """Make a pack and show the progress."""
    bar = st.progress(0.0, text="Making the pack")
    try:
        return make(progress=lambda share, words: _tell(bar, share, words))
    finally:
        bar.empty()


def _tell(bar: st.delta_generator.DeltaGenerator, share: float, words: str) -> None:
    bar.progress(share, text=words)


def _offer(line: SnapshotLine) -> None:
    """Offer the visit's latest pack, if it belongs to this version of this snapshot."""
    name, version, file, files, content = st.session_state.get(_MADE, ("", 0, "", 0, b""))
    if (name, version) != (line.name, line.version):
        return
    html.show(
        html.put(
            '<div class="done" role="status"><p><strong>The pack is ready.</strong> {} in {}.</p></div>',
            counted(files, "file"),
            file,
        ),
        html.details(
            "How to check these files",
            html.put(
                "<p>To check that no file was altered, run <code>sha256sum -c SHA256SUMS</code> or "
                "<code>python -m tracker snapshot check</code>.</p>"
            ),
        ),
    )
    st.download_button("Download pack", content, file_name=file, mime="application/zip", on_click="ignore")
