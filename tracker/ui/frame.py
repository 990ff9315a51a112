"""What surrounds every page: navigation, controls, banners, errors as sentences, and the foot."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from tracker.domain import dates
from tracker.domain.errors import TrackerError
from tracker.domain.policy import Action
from tracker.domain.words import BOARD, DEMONSTRATION, DEMONSTRATION_NOTICE
from tracker.ui import gate, html, identity, snapshots, state

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

PAGES: tuple[tuple[str, str, str, Action | None], ...] = (
    ("board", "Board", "", None),
    ("commitments", "Commitments", "commitments", None),
    ("commitment", "Commitment details", "commitment", None),
    ("snapshots", "Snapshots", "snapshots", None),
    ("my_updates", "My updates", "updates", Action.REPORT),
    ("change_control", "Change control", "control", Action.REQUEST_BASELINE),
    ("administration", "Administration", "administration", Action.MANAGE_USERS),
    ("history", "History", "history", None),
    ("about", "About the data", "about", None),
)
"""File in ui/pages, title, path in the address, and the action that a person must be allowed before it is offered."""


def run() -> None:
    """Show the app: navigation, the as-at control, the requested page and the foot."""
    try:
        identity.settle(state.everybody())
        refused = ""
    except TrackerError as error:
        refused = str(error)
    page = st.navigation([_page(*entry, closed=bool(refused)) for entry in PAGES], position="top")
    html.show_style()
    if refused:
        st.set_page_config(page_title=f"{page.title} – SEND delivery board", layout="wide")
        html.show(html.put("<h1>Sorry, the tracker cannot open its data</h1><p>{}</p>", refused))
        return
    try:
        state.set_title(page.title)
        state.enter(page.url_path)
        _show_notice()
        _show_check()
        _show_controls()
        gate.ask_for_files(_visit(), asked=state.on_my_updates() and state.may(Action.REPORT))
        page.run()
    except TrackerError as error:
        html.show(html.put("<h1>Sorry, this page cannot be shown</h1><p>{}</p>", str(error)))
    with contextlib.suppress(TrackerError):  # the page has shown it
        _show_foot()


def _visit() -> str:
    """Streamlit's id of the visit; files are uploaded under it."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _page(file: str, title: str, path: str, action: Action | None, *, closed: bool) -> Page:
    offered = action is None or (not closed and state.may(action))
    return st.Page(
        f"tracker/ui/pages/{file}.py",
        title=title,
        url_path=path or None,
        default=not path,
        visibility="visible" if offered else "hidden",
    )


def _show_notice() -> None:
    """Say above everything else that this is a demonstration."""
    if state.demonstration():
        html.show(
            html.put(
                '<div class="banner demonstration" role="status"><p><strong>{}</strong>{}</p></div>',
                DEMONSTRATION,
                DEMONSTRATION_NOTICE.removeprefix(DEMONSTRATION),
            )
        )


def _show_controls() -> None:
    """Show the date or snapshot and the person, and a banner if the page does not show the present."""
    for refused in filter(None, (state.follow_snapshot(), state.refused_day())):
        html.show(html.alert(refused))
    line = state.snapshot()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if line:
            state.show_as_at(line.as_at)
        else:
            state.choose_as_at()
        identity.choose_actor(state.everybody())
    identity.ask_to_confirm(state.everybody(), typed_here=state.on_my_updates())
    if state.actor():
        html.show(
            html.put(
                '<p class="quiet">There is no sign-in yet. Changes are recorded under the name you choose, on this '
                "machine only.</p>"
            )
        )
    if line:
        snapshots.banner(line)
    elif state.as_at() != dates.today():
        html.show(
            html.put(
                '<div class="banner" role="status"><p><strong>Position as at {}</strong>, using '
                "today's records. You cannot make changes here. {}</p></div>",
                html.day(state.as_at()),
                html.link(state.address_today(), "Show today"),
            )
        )


def _show_check() -> None:
    """Say on every page that a large ledger is being checked, or that it was altered."""
    store = state.store()
    if store.doubt:
        html.show(
            html.alert(
                f"The record was altered outside the tracker, so nothing can be saved. {store.doubt} Stop the app and "
                "tell the person who looks after it."
            )
        )
    elif store.checking:
        html.show(
            html.put(
                '<div class="banner" role="status"><p><strong>We are checking the record.</strong> You can carry '
                "on. If anything was altered, this page will say so and you will not be able to save.</p></div>"
            )
        )


def _show_foot() -> None:
    head = state.head()
    html.show(
        html.put(
            "<footer>{} · as at {} · record: change {}, fingerprint <code>{}</code> · "
            "Contains public sector information licensed under the Open Government Licence v3.0.</footer>",
            f"{BOARD} tracker",
            html.day(state.as_at()),
            head.seq,
            head.seal[:12],
        )
    )
