"""Who is asking: the one seam where sign-in will come in. Until then a visitor chooses whom to act as.

That is no sign-in, and is said so; it is offered only where the app serves its own machine alone. Whoever is named here
is looked up in the ledger again by every service that writes.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain import dates
from tracker.services import users

if TYPE_CHECKING:
    from tracker.domain.lines import UserLine
    from tracker.domain.policy import Actor
    from tracker.store.database import Database

ACTING_AS = "acting_as"
"""The key of the choice, and its name in the address bar."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def editable_here() -> bool:
    """Say whether anything may be changed: without sign-in, only on the machine that serves the app."""
    return st.get_option("server.address") in _LOOPBACK


def invitation() -> str:
    """Say how somebody who only looks comes to be somebody who may change things."""
    if editable_here():
        return "Choose whom you act as, above."
    return (
        "Nothing can be changed at this address: without sign-in, the tracker takes changes only on the machine that "
        "serves it."
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _users(_db: Database, today: dt.date, known_seq: int) -> list[UserLine]:  # noqa: ARG001  the key of the cache
    """Everybody registered, kept by what it depends on: read once, not at every question of a page."""
    return users.list_users(_db)


def _by_id(db: Database, known_seq: int) -> dict[str, UserLine]:
    """Everybody whom a visitor may act as, by id."""
    if not editable_here():
        return {}
    everybody = _users(db, dates.today(), known_seq)
    return {user.user_id: user for user in everybody if user.active}


def choose_actor(db: Database, known_seq: int) -> None:
    """Draw the choice of whom to act as, when there is anybody; it is kept for the visit and in the address."""
    names = {user_id: f"{user.name} ({user.role})" for user_id, user in _by_id(db, known_seq).items()}
    if not names:
        return
    asked = st.query_params.get(ACTING_AS, "")
    st.selectbox(
        "Acting as",
        ["", *names],
        index=list(names).index(asked) + 1 if asked in names else 0,
        key=ACTING_AS,
        persist_state="session",
        format_func=lambda user_id: names.get(user_id, "Nobody: just looking"),
        width=320,
    )


def actor(db: Database, known_seq: int) -> Actor | None:
    """Who is asking; None for somebody who only looks."""
    chosen = st.session_state.get(ACTING_AS, st.query_params.get(ACTING_AS))
    user = _by_id(db, known_seq).get(chosen) if chosen else None
    return users.actor_of(user) if user else None


def in_address() -> dict[str, str]:
    """What an address within the tracker carries, so that the next page is asked for by the same person."""
    chosen = st.session_state.get(ACTING_AS)
    return {ACTING_AS: chosen} if chosen else {}
