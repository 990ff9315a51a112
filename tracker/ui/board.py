"""The Board page: made once for a position, then shown as it is to everyone who looks at that position."""

from __future__ import annotations

import streamlit as st

from tracker.reporting import charts
from tracker.ui import changes, panels, state
from tracker.ui.memory import remembered


@remembered(64, by=lambda: (state.position(), state.address()), cache=st.cache_data)
def draw() -> None:
    """Show the board that every page shows."""
    view = state.board()
    panels.header(view)
    panels.headline(view)
    changes.since_last_board(state.since_approved())
    panels.finding(charts.outcomes_by_chapter(view))
    panels.exceptions(view)
    panels.milestones(view)
    panels.money(view)
    panels.outside_world(view)
    panels.confidence(view)
