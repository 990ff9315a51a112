"""What the pages share: the open store, the day that is shown, and the board for it, computed once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from tracker.domain import dates
from tracker.services import boards, stores

if TYPE_CHECKING:
    from tracker.services.boards import BoardView, CommitmentView
    from tracker.store.database import Database

AS_AT = "as_at"
"""The key of the one control, and its name in the address bar."""


@st.cache_resource(show_spinner=False)
def store() -> Database:
    """Open the store once for the whole server. Raises TrackerError."""
    return stores.open_store(stores.address())


@st.cache_resource(show_spinner=False, max_entries=64)
def _board(as_at: dt.date, known_seq: int) -> BoardView:
    """The board, kept by what it depends on: nothing to invalidate, correct by construction."""
    return boards.view_board(store(), as_at, known_seq)


def choose_as_at() -> dt.date:
    """Draw the one as-at control and return the day it shows; it is kept in the address (``?as_at=2023-07-01``)."""
    chosen = st.date_input(
        "As at",
        value=dates.today(),
        min_value=dates.GREEN_PAPER,
        max_value=dates.today(),
        key=AS_AT,
        bind="query-params",
        persist_state="session",
        format="DD/MM/YYYY",
        width=180,
        help="Every page shows the position as it stood on this day.",
    )
    return chosen if isinstance(chosen, dt.date) else dates.today()


def as_at() -> dt.date:
    """The day that every page shows."""
    chosen = st.session_state.get(AS_AT)
    return chosen if isinstance(chosen, dt.date) else dates.today()


def board() -> BoardView:
    """The board as at the chosen day, with all that is known today."""
    return _board(as_at(), boards.known_position(store()))


def commitment(commitment_id: str) -> CommitmentView:
    """One commitment of that board. Raises UnknownCommitment."""
    return boards.view_commitment(store(), board(), commitment_id)


def address(page: str = "", **query: str) -> str:
    """The address of a page of the tracker that shows the same day."""
    shown = {} if as_at() == dates.today() else {AS_AT: as_at().isoformat()}
    everything = urlencode({**query, **shown})
    return f"/{page}?{everything}" if everything else f"/{page}"
