"""What the pages share: the open store, the day that is shown, and the board for it, computed once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import UnreadableDate
from tracker.domain.policy import Action, allows
from tracker.domain.words import DEMONSTRATION, Role
from tracker.services import boards, stores, users
from tracker.ui import identity

if TYPE_CHECKING:
    from tracker.domain.policy import Actor
    from tracker.services.boards import BoardView, CommitmentView
    from tracker.store.database import Database

AS_AT = "as_at"
"""The key of the one control, and its name in the address bar."""


@st.cache_resource(show_spinner=False)
def store() -> Database:
    """Open the store once for the whole server. Raises TrackerError.

    For writing only when somebody is registered who could change something: until then the command line may read the
    store while the app runs.
    """
    db = stores.open_store(stores.address())
    if identity.editable_here() and any(user.active and user.role != Role.VIEWER for user in users.list_users(db)):
        db.close()
        db = stores.open_store(stores.address(), writable=True)
    return db


@st.cache_resource(show_spinner=False)
def demonstration() -> bool:
    """Say whether the data are a demonstration's, which never changes in the life of a store."""
    return stores.is_demonstration(store())


def set_title(words: str) -> None:
    """Name the page in the browser's tab, where a demonstration says first what it is."""
    named = f"{words} – SEND delivery board"
    st.set_page_config(page_title=f"{DEMONSTRATION}: {named}" if demonstration() else named, layout="wide")


def actor() -> Actor | None:
    """Who is asking; None for somebody who only looks."""
    return identity.actor(store())


def may(action: Action) -> bool:
    """Say whether whoever is asking may do something."""
    asking = actor()
    return asking is not None and allows(asking, action)


@st.cache_resource(show_spinner=False, max_entries=64)
def _board(as_at: dt.date, known_seq: int) -> BoardView:
    """The board, kept by what it depends on: nothing to invalidate, correct by construction."""
    return boards.view_board(store(), as_at, known_seq)


def refused_day() -> str:
    """Say why the day that the address asks for cannot be shown; nothing when it can, or none is asked for."""
    try:
        boards.parse_as_at(st.query_params.get(AS_AT, dates.today().isoformat()))
    except UnreadableDate as error:
        return str(error)
    return ""


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
    """The address of a page of the tracker that shows the same day to the same person."""
    shown = {} if as_at() == dates.today() else {AS_AT: as_at().isoformat()}
    everything = urlencode({**query, **shown, **identity.in_address()})
    return f"/{page}?{everything}" if everything else f"/{page}"


def address_today() -> str:
    """The address of this page for today."""
    kept = {key: value for key, value in st.query_params.to_dict().items() if key != AS_AT}
    return f"?{urlencode(kept)}"
