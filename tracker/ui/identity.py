"""Who is using a page: the one place where sign-in will go. Until then visitors choose a name to work as.

The page says that this is not sign-in. It is possible only on the machine that serves the app, under one of its own
names. Every service that writes looks the person up in the ledger again.

The address of a page names the person too, so that a reload, a bookmark and our links keep the name. Anyone can send an
address, so it is believed only if it carries a proof that this browser made it. Without a proof the page shows what
that person would see. They can save what they type on My updates, where the form says whose it is. To do anything else,
they confirm with one press that it is them.
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
"""The person in the address."""

PROOF = "confirmed"
"""The proof in the address that this browser made it."""

_CHOICE = "choice of person"
"""The session key of the chosen person."""

_CONFIRMED = "person confirmed"
"""The session key of the person who confirmed, in this visit or earlier in this browser, that it is them."""

CONFIRM = "Work as this person"

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")
"""Headers that a proxy adds to a request and a browser does not."""


def serves_this_machine() -> bool:
    """Return whether the app is served only to the machine that it runs on."""
    return st.get_option("server.address") in _LOOPBACK


def editable_here() -> bool:
    """Return whether this visitor may change anything: without sign-in, only on the machine that serves the app.

    The visit came directly from that machine, under one of its own names. A test, with no network, has no name.
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
    """Tell a visitor who can only view how to make changes."""
    if editable_here():
        return "Choose your name at the top of the page."
    return (
        "You cannot make changes at this address. There is no sign-in yet, so changes are possible only on the machine "
        "that runs the tracker."
    )


def _by_id(everybody: Sequence[UserLine]) -> dict[str, UserLine]:
    """The people that a visitor may work as, by id."""
    return {user.user_id: user for user in everybody if user.active} if editable_here() else {}


def settle(everybody: Sequence[UserLine]) -> None:
    """Decide whose page it is before it is shown: the person chosen in this visit, or else named in the address."""
    people = _by_id(everybody)
    if _CHOICE not in st.session_state:
        asked = st.query_params.get(ACTING_AS, "")
        st.session_state[_CHOICE] = asked
        proven = _proof(asked)  # a browser that keeps no cookies has no proof
        if proven and hmac.compare_digest(st.query_params.get(PROOF, "").encode(), proven.encode()):
            st.session_state[_CONFIRMED] = asked
    if st.session_state[_CHOICE] not in people:
        st.session_state[_CHOICE] = ""


def choose_actor(everybody: Sequence[UserLine]) -> None:
    """Show the choice of a person, if there are any; the visit and the address keep it."""
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
    """Ask the person named in the address to confirm that it is them; ``typed_here`` on My updates."""
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
    """Return whether the person confirmed who they are: by choosing, by one press, or earlier in this browser.

    Only a browser can follow a link, and every browser calls itself Mozilla.
    """
    is_browser = "Mozilla/" in st.context.headers.get("User-Agent", "")
    return not is_browser or st.session_state.get(_CONFIRMED) == st.session_state.get(_CHOICE)


def actor(everybody: Sequence[UserLine]) -> Actor | None:
    """The person using the page; None for a visitor who only views."""
    user = _by_id(everybody).get(st.session_state.get(_CHOICE, ""))
    return users.actor_of(user, everybody) if user else None


def in_address() -> dict[str, str]:
    """The part of an address that keeps the same person on the next page."""
    chosen = st.session_state.get(_CHOICE)
    if not chosen:
        return {}
    proof = _proof(chosen) if st.session_state.get(_CONFIRMED) == chosen else ""
    return {ACTING_AS: chosen, PROOF: proof} if proof else {ACTING_AS: chosen}


def _write_address() -> None:
    """Write the person into the address of every page, without a step in the browser's history.

    Only what a field is bound to stays in the address when a visitor goes to another page; these fields are hidden.
    """
    address = in_address()
    with st.container(key="unseen"):
        for name in (ACTING_AS, PROOF):
            st.session_state[name] = address.get(name, "")
            st.text_input(name, key=name, bind="query-params", persist_state="session")


def _proof(user_id: str) -> str:
    """Return the proof for an address made in this browser; "" if the browser does not have our cookie."""
    visit = gate.visit_of(st.context.headers.get("Cookie", ""))
    return proof(visit, user_id) if visit else ""


def proof(visit: str, user_id: str) -> str:
    """Return the proof that the browser with a cookie made an address that names a person.

    No other site's page can read the cookie, and a proof sent to another browser proves nothing.
    """
    return hmac.new(visit.encode(), user_id.encode(), sha256).hexdigest()[:20]
