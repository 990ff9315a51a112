"""Keeping the store, on the page Administration: when it was last backed up, and a button that makes a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import TrackerError
from tracker.domain.text import counted
from tracker.services import backups, stores
from tracker.ui import forms, html, state

if TYPE_CHECKING:
    from pathlib import Path

    from markupsafe import Markup


def backup_panel(actor_id: str) -> None:
    """Say when the store was last backed up, and make a backup when the button is pressed."""
    html.show(html.put("<h2>Backups</h2>"))
    with forms.form("backup"):
        _backup(actor_id, stores.backup_folder())


def _backup(actor_id: str, folder: Path | None) -> None:
    if folder is None:
        html.show(
            html.put(
                "<p>No folder for backups is set. Set <code>TRACKER_BACKUPS</code> to one on another disk than the "
                "store\u2019s and start the app again; or close the app and run <code>python -m tracker backup</code>."
                "</p>"
            )
        )
        return
    last = st.empty()
    if st.button("Make a backup"):
        _make(actor_id, folder)
    with last.container():
        html.show(_last(folder))


def _make(actor_id: str, folder: Path) -> None:
    try:
        with st.spinner("Copying the ledger and proving the copy…"):
            made = backups.back_up_open(state.store(), actor_id=actor_id, folder=folder)
    except TrackerError as error:
        forms.fail("backup", str(error))
        return
    head = made.head
    forms.tell(
        "backup", f"Made and proved {made.file.name}: the ledger up to change {head.seq}, seal {head.seal[:12]}."
    )


def _last(folder: Path) -> Markup:
    try:
        if told := backups.contradiction(state.store(), folder):
            return html.alert(told)
        last = backups.last_backup(state.store(), folder)
    except TrackerError as error:
        return html.alert(str(error))
    if last is None:
        return html.put("<p>The folder {} holds no backup of this store yet.</p>", folder)
    return html.put(
        "<p>The newest backup in {} was made on {} at {:%H:%M} UTC; since then {}.</p>",
        folder,
        html.day(last.noted.made_at.date()),
        last.noted.made_at,
        f"{counted(last.changes_since, 'change')} recorded" if last.changes_since else "nothing was recorded",
    )
