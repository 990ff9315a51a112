"""The Board page: drawn once for all who look from the same place, then given to each of them as it was drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from tracker.reporting import charts
from tracker.ui import changes, panels, state

if TYPE_CHECKING:
    from tracker.services.boards import BoardView


def draw() -> None:
    """Draw the board that every page shows."""
    _draw(state.board(), repr(state.position()), state.address())


@st.cache_data(show_spinner=False, max_entries=64)
def _draw(_view: BoardView, place: str, links: str) -> None:  # noqa: ARG001  the key of the cache
    panels.header(_view)
    panels.headline(_view)
    changes.since_last_board(state.since_approved())
    panels.finding(charts.outcomes_by_chapter(_view))
    panels.exceptions(_view)
    panels.milestones(_view)
    panels.money(_view)
    panels.outside_world(_view)
    panels.confidence(_view)
