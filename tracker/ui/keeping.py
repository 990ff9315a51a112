"""The part of Administration about backups: when the latest was made, and a button that makes one."""

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
    """Show when the latest backup was made, and make one if the button is pressed."""
    html.show(html.put("<h2>Backups</h2>"))
    with forms.form("backup"):
        _backup(actor_id, stores.backup_folder())


def _backup(actor_id: str, folder: Path | None) -> None:
    if folder is None:
        html.show(
            html.put(
                "<p>There is no backup folder. Set <code>TRACKER_BACKUPS</code> to a folder on another disk and "
                "restart the app, or close the app and run <code>python -m tracker backup</code>.</p>"
            )
        )
        return
    last = st.empty()
    if st.button("Make backup"):
        _make(actor_id, folder)
    with last.container():
        html.show(_last(folder))


def _make(actor_id: str, folder: Path) -> None:
    try:
        with st.spinner("Copying the record and checking the copy…"):
            made = backups.back_up_open(state.store(), actor_id=actor_id, folder=folder)
    except TrackerError as error:
        forms.fail("backup", str(error))
        return
    head = made.head
    forms.tell(
        "backup",
        f"Backup made and checked: {made.file.name}, up to change {head.seq}, fingerprint {head.seal[:12]}.",
    )


def _last(folder: Path) -> Markup:
    try:
        if warning := backups.contradiction(state.store(), folder):
            return html.alert(warning)
        last = backups.last_backup(state.store(), folder)
    except TrackerError as error:
        return html.alert(str(error))
    if last is None:
        return html.put("<p>There is no backup in {} yet.</p>", folder)
    return html.put(
        "<p>Latest backup: {}, in {}. Since then: {}.</p>",
        html.day(last.noted.made_at),
        folder,
        counted(last.changes_since, "change") if last.changes_since else "no changes",
    )
