"""The parts of Administration: who uses the tracker, and the form that adds or changes one of them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import TrackerError
from tracker.domain.words import Role
from tracker.services import users
from tracker.ui import html, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.lines import UserLine


def listed(everybody: Sequence[UserLine]) -> None:
    """Show everybody who was ever registered."""
    html.show(
        html.table(
            "Users",
            ["Name", "E-mail", "Role", "Updates", "Active"],
            (
                (
                    user.name,
                    user.user_id,
                    user.role,
                    ", ".join([*user.programmes, *user.commitments]),
                    "yes" if user.active else "no",
                )
                for user in everybody
            ),
            empty="Nobody is registered.",
        )
    )


def form(everybody: Sequence[UserLine], actor_id: str) -> None:
    """Add somebody, or change somebody from the version that is shown."""
    html.show(html.put("<h2>Add or change somebody</h2>"))
    by_id = {user.user_id: user for user in everybody}
    chosen = st.selectbox(
        "Who", ["", *by_id], format_func=lambda user_id: by_id[user_id].name if user_id else "Somebody new", key="who"
    )
    held = by_id.get(chosen)
    edition = f"{chosen}/{held.version if held else 0}"
    view = state.board()
    programmes = {programme.programme_id: programme.name for programme in view.programmes}
    commitments = {line.commitment_id: f"{line.commitment_id} {line.title}" for line in view.commitments}
    with st.form(f"user/{edition}", enter_to_submit=False):
        email = held.user_id if held else st.text_input("E-mail")
        name = st.text_input("Name", value=held.name if held else "")
        role = st.selectbox("Role", list(Role), index=list(Role).index(Role(held.role)) if held else 0)
        given_programmes = st.multiselect(
            "Programmes to update (a contributor's)",
            list(programmes),
            default=held.programmes if held else [],
            format_func=programmes.__getitem__,
        )
        given_commitments = st.multiselect(
            "Commitments to update (a contributor's)",
            list(commitments),
            default=held.commitments if held else [],
            format_func=commitments.__getitem__,
        )
        active = st.checkbox("Active", value=held.active if held else True)
        saved = st.form_submit_button("Save")
    if not saved:
        return
    request_id = st.session_state.setdefault(f"request/{edition}", str(uuid.uuid4()))
    try:
        if held:
            users.change_user(
                state.store(),
                actor_id=actor_id,
                email=email,
                base_version=held.version,
                name=name,
                role=str(role),
                active=active,
                programmes=given_programmes,
                commitments=given_commitments,
                request_id=request_id,
            )
        else:
            users.add_user(
                state.store(),
                actor_id=actor_id,
                email=email,
                name=name,
                role=str(role),
                programmes=given_programmes,
                commitments=given_commitments,
                request_id=request_id,
            )
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    del st.session_state[f"request/{edition}"]
    st.rerun()
