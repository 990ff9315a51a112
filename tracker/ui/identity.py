"""Who is asking: the one seam where sign-in will come in. Until then a visitor chooses whom to act as.

That is no sign-in, and the page says so; it is offered only on the machine that serves the app, to who came by its own
name. Whoever is named here is looked up in the ledger again by every service that writes.

The address of a page names the person too, so that a reload, a bookmark and every link of ours keep them. But an
address can be sent by anybody, so it is believed only when it carries a proof that this browser made it. Without one it
proposes: the page shows what that person would see, and they may save what they type on My updates, whose form says
whose it is; for anything else they say with one press that it is them.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

import streamlit as st

from tracker.services import users
from tracker.ui import gate, html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.people import UserLine
    from tracker.domain.policy import Actor

ACTING_AS = "acting_as"
"""What the address calls who is asking."""

PROOF = "confirmed"
"""What the address calls the proof that it was made in this browser."""

_CHOICE = "choice of person"
"""The key of the choice, for the visit."""

_CONFIRMED = "person confirmed"
"""The key of who said in this visit, or before in this browser, that it is them."""

CONFIRM = "Work as this person"

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
"""What a proxy adds to a request that it passes on, and a browser does not."""


def serves_this_machine() -> bool:
    """Say whether the app is served to the machine that it runs on, and to no other."""
    return st.get_option("server.address") in _LOOPBACK


def editable_here() -> bool:
    """Say whether this visitor may change anything: without sign-in, only who is on the machine that serves the app.

    They came by one of its own names, straight, and from itself. What no network brought (a test) has no name.
    """
    headers = st.context.headers
    host = headers.get("Host")
    return (
        serves_this_machine()
        and st.context.ip_address in {None, *_LOOPBACK}  # Streamlit says None of this machine
        and (host is None or gate.hostname(host).lower() in _LOOPBACK)
        and not any(name in headers for name in _FORWARDED)
    )


def invitation() -> str:
    """Say how somebody who only looks comes to be somebody who may change things."""
    if editable_here():
        return "Choose your name at the top of the page."
    return (
        "You cannot make changes at this address. There is no sign-in yet, so changes are possible only on the machine "
        "that runs the tracker."
    )


def _by_id(everybody: Sequence[UserLine]) -> dict[str, UserLine]:
    """Everybody whom a visitor may act as, by id."""
    return {user.user_id: user for user in everybody if user.active} if editable_here() else {}


def settle(everybody: Sequence[UserLine]) -> None:
    """Decide who is asking, before a page is drawn: who was chosen last in this visit, else whom the address names."""
    people = _by_id(everybody)
    if _CHOICE not in st.session_state:
        asked = st.query_params.get(ACTING_AS, "")
        st.session_state[_CHOICE] = asked
        proven = _proof(asked)  # nothing proves anything for a browser that keeps no cookie
        if proven and hmac.compare_digest(st.query_params.get(PROOF, "").encode(), proven.encode()):
            st.session_state[_CONFIRMED] = asked
    if st.session_state[_CHOICE] not in people:
        st.session_state[_CHOICE] = ""


def choose_actor(everybody: Sequence[UserLine]) -> None:
    """Draw the choice of whom to act as, when there is anybody; it is kept for the visit and written in the address."""
    people = _by_id(everybody)
    if not people:
        return
    beside = users.namesakes(everybody)
    words = {
        user_id: ", ".join(filter(None, (user.name, beside.get(user_id)))) + f" ({user.role})"
        for user_id, user in people.items()
    }
    st.selectbox(
        "Working as",
        ["", *people],
        key=_CHOICE,
        persist_state="session",
        format_func=lambda user_id: words.get(user_id, "View only"),
        on_change=_confirm,
        width=320,
    )
    _write_address()


def ask_to_confirm(everybody: Sequence[UserLine], *, typed_here: bool) -> None:
    """Say whom the address names, and ask whether it is them, until they say so; ``typed_here`` on My updates."""
    if confirmed() or not st.session_state.get(_CHOICE):
        return
    user = _by_id(everybody)[st.session_state[_CHOICE]]
    html.show(
        html.put(
            '<div class="banner" role="status"><p><strong>Are you {} ({})?</strong> The link that you followed names '
            "this person, and anyone can send a link. {}</p></div>",
            user.name,
            user.address,
            "What you save below is recorded under that name. To do anything else, confirm that it is you."
            if typed_here
            else "You cannot save until you confirm that it is you.",
        )
    )
    st.button(CONFIRM, on_click=_confirm)


def _confirm() -> None:
    st.session_state[_CONFIRMED] = st.session_state[_CHOICE]


def confirmed() -> bool:
    """Say whether whoever is asking said so: by choosing, by one press, or in this browser before.

    Only a browser can be led somewhere by a link, and every browser calls itself Mozilla.
    """
    led = "Mozilla/" in st.context.headers.get("User-Agent", "")
    return not led or st.session_state.get(_CONFIRMED) == st.session_state.get(_CHOICE)


def actor(everybody: Sequence[UserLine]) -> Actor | None:
    """Who is asking; None for somebody who only looks."""
    user = _by_id(everybody).get(st.session_state.get(_CHOICE, ""))
    return users.actor_of(user, everybody) if user else None


def in_address() -> dict[str, str]:
    """What an address within the tracker carries, so that the next page is asked for by the same person."""
    chosen = st.session_state.get(_CHOICE)
    if not chosen:
        return {}
    proof = _proof(chosen) if st.session_state.get(_CONFIRMED) == chosen else ""
    return {ACTING_AS: chosen, PROOF: proof} if proof else {ACTING_AS: chosen}


def _write_address() -> None:
    """Let the address say who is asking, on every page and without a step in the browser's history.

    Only what a field is bound to is kept in the address when a visitor goes to another page; nobody sees these fields.
    """
    said = in_address()
    with st.container(key="unseen"):
        for name in (ACTING_AS, PROOF):
            st.session_state[name] = said.get(name, "")
            st.text_input(name, key=name, bind="query-params", persist_state="session")


def _proof(user_id: str) -> str:
    """Return what an address carries when this browser made it; nothing for a visitor who has no cookie of ours."""
    visit = gate.visit_of(st.context.headers.get("Cookie", ""))
    return proof(visit, user_id) if visit else ""


def proof(visit: str, user_id: str) -> str:
    """Return what proves that the browser with a cookie made an address that names a person.

    Nobody else knows the cookie: no other site's page can read it, and a proof that is sent on proves nothing.
    """
    return hmac.new(visit.encode(), user_id.encode(), sha256).hexdigest()[:20]
