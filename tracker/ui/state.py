"""What the pages share: the open store, the date or snapshot that they show, and its board, computed once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import urlencode

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import UnreadableDate
from tracker.domain.policy import Action, Actor, allows
from tracker.domain.snapshots import Position
from tracker.domain.words import DEMONSTRATION, Role
from tracker.services import backups, boards, comparisons, snapshots, stores, users
from tracker.ui import html, identity, open_store
from tracker.ui.memory import remembered

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.domain.ledger import Head
    from tracker.domain.people import UserLine
    from tracker.services.boards import BoardView, CommitmentView
    from tracker.services.comparisons import Comparison
    from tracker.store.database import Database
    from tracker.views.control import SnapshotLine

P = ParamSpec("P")
T = TypeVar("T")

AS_AT = "as_at"
"""The key of the one control, and its name in the address bar."""

MY_UPDATES = "updates"
"""The path of that page."""

_PAGE = "page"
"""The session key of the current page's path."""

SNAPSHOT = "snapshot"
"""The session key, and the name in the address bar, of the snapshot that every page shows."""


def store() -> Database:
    """Return the store, opened once for the whole server. Raises TrackerError.

    It is opened for writing only if someone is registered who could change something. Until then the command line can
    read the store while the app runs.
    """
    return open_store.get(stores.address(), _open)


def _open() -> Database:
    stores.keep_private()
    folder = stores.backup_folder()
    at = stores.address()
    if folder:
        backups.require_unrewritten(at, folder)
    return stores.open_for(at, _someone_may_change_something, also_allow=[folder] if folder else [])


def _someone_may_change_something(db: Database) -> bool:
    everybody = users.list_users(db)
    return identity.serves_this_machine() and any(user.active and user.role != Role.VIEWER for user in everybody)


@remembered(2, by=lambda: store().commits)
def known() -> int:
    """The last change of the ledger, read once after each save: a page needs it a hundred times."""
    return boards.known_position(store())


def as_known(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember the latest ``most`` answers of a function, until something is recorded or the day is over."""
    return remembered(most, by=lambda: (known(), dates.today()))


@as_known(8)
def everybody() -> list[UserLine]:
    """Everyone who was ever registered, by name."""
    return users.list_users(store())


@st.cache_resource(show_spinner=False)
def demonstration() -> bool:
    """Return whether the data are a demonstration's, which never changes in the life of a store."""
    return stores.is_demonstration(store())


def enter(page: str) -> None:
    """Remember the path of the current page."""
    st.session_state[_PAGE] = page


def on_my_updates() -> bool:
    """Return whether the current page is My updates, where people save only what they typed."""
    return st.session_state.get(_PAGE) == MY_UPDATES


def set_title(words: str) -> None:
    """Set the title of the browser's tab, which marks a demonstration."""
    named = f"{words} – SEND delivery board"
    st.set_page_config(page_title=f"{DEMONSTRATION}: {named}" if demonstration() else named, layout="wide")


def actor() -> Actor | None:
    """The person using the page; None for a visitor who only views."""
    return identity.actor(everybody())


def shown(user_id: str, name: str) -> str:
    """Return a person's name, with their address if two people have that name."""
    address = users.namesakes(everybody()).get(user_id)
    return f"{name}, {address}" if address else name


def named(user_id: str) -> str:
    """Return a person's name and address, for a list; if there is no such account, what was recorded."""
    return next((f"{user.name}, {user.address}" for user in everybody() if user.user_id == user_id), user_id)


def may(action: Action) -> bool:
    """Return whether the person using the page may do something."""
    asking = actor()
    return asking is not None and allows(asking, action)


@st.cache_resource(show_spinner=False, max_entries=64)
def board_at(at: Position) -> BoardView:
    """The board as at a date and as known at a change, computed once for everyone."""
    return boards.view_board(store(), at.as_at, at.known_seq, at.rules)


@st.cache_resource(show_spinner=False, max_entries=8)
def _snapshots(known_seq: int) -> dict[str, SnapshotLine]:
    """Every snapshot by name, as known at a change."""
    return {line.name: line for line in snapshots.list_snapshots(store(), known_seq)}


def all_snapshots() -> dict[str, SnapshotLine]:
    """Every snapshot by name, newest date first."""
    return _snapshots(known())


def follow_snapshot() -> str:
    """Keep the snapshot in the address from page to page; return a sentence if it does not exist."""
    asked = st.query_params.get(SNAPSHOT, st.session_state.get(SNAPSHOT, ""))
    if asked not in all_snapshots():
        st.session_state.pop(SNAPSHOT, None)
        return f'There is no snapshot called "{asked}". This page shows today.' if asked else ""
    st.session_state[SNAPSHOT] = st.query_params[SNAPSHOT] = asked
    return ""


def snapshot() -> SnapshotLine | None:
    """The snapshot that every page shows; None if they show a date with today's records."""
    return all_snapshots().get(st.session_state.get(SNAPSHOT, ""))


@st.cache_resource(show_spinner=False, max_entries=8)
def _differs(name: str, known_seq: int) -> bool:
    return snapshots.differs(store(), _snapshots(known_seq)[name], known_seq)


def differs_now(line: SnapshotLine) -> bool:
    """Return whether today's records change the board of a snapshot's date."""
    return _differs(line.name, known())


def refused_day() -> str:
    """Return a sentence if the date in the address cannot be shown, else "".

    A date written in words is put into the address in the control's form, and the page runs again.
    """
    asked = st.query_params.get(AS_AT, dates.today().isoformat())
    try:
        day = boards.parse_as_at(asked)
    except UnreadableDate as error:
        return "" if snapshot() else f"{error} This page shows today."
    if asked != day.isoformat():
        st.query_params[AS_AT] = day.isoformat()
        st.rerun()
    return ""


def choose_as_at() -> dt.date:
    """Show the as-at control and return its date; the address keeps it (``?as_at=2023-07-01``).

    A typed date counts after Enter, Show, or leaving the control, so that it differs from the page only while typing.
    """
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
        help="Every page shows the position on this date.",
    )
    st.button("Show", key="show/as_at")
    html.let_enter_show_the_day()
    return chosen if isinstance(chosen, dt.date) else dates.today()


def show_as_at(day: dt.date) -> None:
    """Show a snapshot's date in place of the as-at control."""
    html.show(html.put('<p class="as-at"><span class="quiet">As at</span><br>{}</p>', html.day(day)))


def as_at() -> dt.date:
    """The date that every page shows."""
    if line := snapshot():
        return line.as_at
    chosen = st.session_state.get(AS_AT)
    return chosen if isinstance(chosen, dt.date) else dates.today()


def present() -> dt.date:
    """The date of the records that the pages show: today, or the date on which the snapshot was saved."""
    line = snapshot()
    return line.taken_on if line else dates.today()


def shows_today() -> bool:
    """Return whether the pages show today and no snapshot, so that changes are possible."""
    return snapshot() is None and as_at() == dates.today()


def editable() -> bool:
    """Return whether the page offers to save: it shows today, to a confirmed person (``tracker.ui.identity``).

    A person named only in the address can still save what they type on My updates.
    """
    return shows_today() and (identity.confirmed() or on_my_updates())


def position() -> Position:
    """The position that the pages show: the snapshot's, or the date with today's records."""
    line = snapshot()
    return line.position if line else Position(as_at=as_at(), known_seq=known())


@st.cache_resource(show_spinner=False, max_entries=64)
def _head(known_seq: int) -> Head:
    return boards.head_at(store(), known_seq)


def head() -> Head:
    """The last change that the pages include; cheaper than the whole board."""
    return _head(position().known_seq)


def board() -> BoardView:
    """The board that every page shows."""
    return board_at(position())


@st.cache_resource(show_spinner=False, max_entries=16)
def _since_approved(at: Position, name: str | None) -> Comparison | None:
    last = snapshots.last_board(store(), at.as_at, at.known_seq)
    if last is None:
        return None
    line, after = last.snapshot, board_at(at)
    before = board_at(line.position)
    return comparisons.compare_boards(store(), before, after, before_name=line.name, after_name=name, since=last.named)


def since_approved() -> Comparison | None:
    """What changed since the last board that met; None if none had met."""
    line = snapshot()
    return _since_approved(position(), line.name if line else None)


@as_known(16)
def compared(before: str, after: str) -> Comparison:
    """What changed between two snapshots or dates, by name. Raises UnknownSnapshot, UnreadableDate."""
    return comparisons.compare_asked(store(), before, after)


def commitment(commitment_id: str) -> CommitmentView:
    """One commitment of that board. Raises UnknownCommitment."""
    return boards.view_commitment(store(), board(), commitment_id)


def address(page: str = "", **query: str) -> str:
    """The address of a page for the same date or snapshot and the same person."""
    shown = snapshot() or (None if as_at() == dates.today() else as_at())
    return address_of(shown, page, **query)


def address_of(shown: SnapshotLine | dt.date | None, page: str = "", **query: str) -> str:
    """The address of a page for a snapshot, for a date with today's records, or (None) for today."""
    place = (
        {} if shown is None else {AS_AT: shown.isoformat()} if isinstance(shown, dt.date) else {SNAPSHOT: shown.name}
    )
    everything = urlencode({**query, **place, **identity.in_address()})
    return f"/{page}?{everything}" if everything else f"/{page}"


def address_today() -> str:
    """The address of this page for today."""
    kept = {key: value for key, value in st.query_params.to_dict().items() if key not in {AS_AT, SNAPSHOT}}
    return f"?{urlencode({**kept, **identity.in_address()})}"
