"""What surrounds every page: its banner when it shows the past, its errors as sentences, its foot with the head."""

from __future__ import annotations

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import TrackerError
from tracker.ui import html, state

PAGES = (
    ("board", "Board", ""),
    ("commitments", "Commitments", "commitments"),
    ("commitment", "One commitment", "commitment"),
    ("about", "About the data", "about"),
)
"""File in ui/pages, title, and path in the address; the first is the way in."""


def run() -> None:
    """Draw the app: navigation, the as-at control, the page that was asked for, and the foot."""
    pages = [
        st.Page(f"tracker/ui/pages/{file}.py", title=title, url_path=path or None, default=not path)
        for file, title, path in PAGES
    ]
    page = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{page.title} – SEND delivery board", layout="wide")
    html.show_style()
    try:
        state.store()
    except TrackerError as error:
        html.show(html.put("<h1>The tracker cannot open its store</h1><p>{}</p>", str(error)))
        return
    _show_day()
    try:
        page.run()
    except TrackerError as error:
        html.show(html.put("<h1>This page cannot be shown</h1><p>{}</p>", str(error)))
    _show_foot()


def _show_day() -> None:
    """The control, and a banner when the day it shows is not today."""
    shown = state.choose_as_at()
    if shown != dates.today():
        html.show(
            html.put(
                '<div class="banner" role="status"><p><strong>The position as it stood on {}</strong>, with what is '
                'known today. Nothing can be edited here. <a href="?" target="_self">Show today</a></p></div>',
                html.day(shown),
            )
        )


def _show_foot() -> None:
    view = state.board()
    html.show(
        html.put(
            "<footer>{} · as at {} · ledger head: change {}, seal <code>{}</code> · "
            "Contains public sector information licensed under the Open Government Licence v3.0.</footer>",
            "National SEND Delivery Board tracker",
            html.day(view.as_at),
            view.head.seq,
            view.head.seal[:12],
        )
    )
