"""What the pages share: the open store, the day or the snapshot that is shown, and its board, computed once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ParamSpec, TypeVar
from urllib.parse import urlencode

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import UnreadableDate
from tracker.domain.policy import Action, allows
from tracker.domain.snapshots import Position
from tracker.domain.words import DEMONSTRATION, Role
from tracker.services import backups, boards, comparisons, snapshots, stores, users
from tracker.ui import held, html, identity
from tracker.ui.memory import remembered

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.domain.ledger import Head
    from tracker.domain.people import UserLine
    from tracker.domain.policy import Actor
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
"""The path of the page that is drawn."""

SNAPSHOT = "snapshot"
"""The name of the snapshot that is shown, for the visit and in the address bar; the pages then show it and no other."""


def store() -> Database:
    """Return the store, opened once for the whole server. Raises TrackerError.

    It is opened for writing only when somebody is registered who could change something: until then the command line
    may read the store while the app runs.
    """
    return held.hold(stores.address(), _open)


def _open() -> Database:
    stores.keep_private()
    folder = stores.backup_folder()
    at = stores.address()
    if folder:
        backups.require_unrewritten(at, folder)
    return stores.open_for(at, _somebody_may_change_something, also_allow=[folder] if folder else [])


def _somebody_may_change_something(db: Database) -> bool:
    everybody = users.list_users(db)
    return identity.serves_this_machine() and any(user.active and user.role != Role.VIEWER for user in everybody)


@remembered(2, by=lambda: store().commits)
def known() -> int:
    """The end of the ledger, asked of it once after each save: a page wants it a hundred times."""
    return boards.known_position(store())


def as_known(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember the newest so many answers of a function, until something is recorded or the day is over."""
    return remembered(most, by=lambda: (known(), dates.today()))


@as_known(8)
def everybody() -> list[UserLine]:
    """Everybody who was ever registered, by name."""
    return users.list_users(store())


@st.cache_resource(show_spinner=False)
def demonstration() -> bool:
    """Say whether the data are a demonstration's, which never changes in the life of a store."""
    return stores.is_demonstration(store())


def enter(page: str) -> None:
    """Remember the path of the page that is about to be drawn."""
    st.session_state[_PAGE] = page


def on_my_updates() -> bool:
    """Say whether the page that is drawn is My updates, where nothing can be saved that was not typed there first."""
    return st.session_state.get(_PAGE) == MY_UPDATES


def set_title(words: str) -> None:
    """Name the page in the browser's tab, where a demonstration says first what it is."""
    named = f"{words} – SEND delivery board"
    st.set_page_config(page_title=f"{DEMONSTRATION}: {named}" if demonstration() else named, layout="wide")


def actor() -> Actor | None:
    """Who is asking; None for somebody who only looks."""
    return identity.actor(everybody())


def shown(user_id: str, name: str) -> str:
    """Return a person's name as a page says it: with their address where the name alone could be two people."""
    address = users.namesakes(everybody()).get(user_id)
    return f"{name}, {address}" if address else name


def named(user_id: str) -> str:
    """Return what a choice of people says of one: the name and the address, or what was noted of who is no account."""
    return next((f"{user.name}, {user.address}" for user in everybody() if user.user_id == user_id), user_id)


def may(action: Action) -> bool:
    """Say whether whoever is asking may do something."""
    asking = actor()
    return asking is not None and allows(asking, action)


@st.cache_resource(show_spinner=False, max_entries=64)
def board_at(at: Position) -> BoardView:
    """The board as at a day and as known at a change, computed once for everybody."""
    return boards.view_board(store(), at.as_at, at.known_seq, at.rules)


@st.cache_resource(show_spinner=False, max_entries=8)
def _snapshots(known_seq: int) -> dict[str, SnapshotLine]:
    """Every snapshot by name, kept by the end of the ledger."""
    return {line.name: line for line in snapshots.list_snapshots(store(), known_seq)}


def all_snapshots() -> dict[str, SnapshotLine]:
    """Every snapshot there is, by name; the newest day first."""
    return _snapshots(known())


def follow_snapshot() -> str:
    """Keep showing the snapshot that the address asks for, from page to page; say why when there is no such one."""
    asked = st.query_params.get(SNAPSHOT, st.session_state.get(SNAPSHOT, ""))
    if asked not in all_snapshots():
        st.session_state.pop(SNAPSHOT, None)
        return f'There is no snapshot called "{asked}". This page shows today.' if asked else ""
    st.session_state[SNAPSHOT] = st.query_params[SNAPSHOT] = asked
    return ""


def snapshot() -> SnapshotLine | None:
    """The snapshot that every page shows; None when they show a day with what is known now."""
    return all_snapshots().get(st.session_state.get(SNAPSHOT, ""))


@st.cache_resource(show_spinner=False, max_entries=8)
def _differs(name: str, known_seq: int) -> bool:
    return snapshots.differs(store(), _snapshots(known_seq)[name], known_seq)


def differs_now(line: SnapshotLine) -> bool:
    """Say whether the board of a snapshot's day is another one with what is known now."""
    return _differs(line.name, known())


def refused_day() -> str:
    """Say why the day that the address asks for cannot be shown; nothing when it can, or none is asked for.

    A day that is written as people write it is put into the address as the control reads it, and the page runs again.
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
    """Draw the one as-at control and return the day it shows; it is kept in the address (``?as_at=2023-07-01``).

    A day that is typed counts as soon as one presses Enter or Show, or leaves the control: it never says another day
    than the page for longer than somebody types in it.
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
    """Say which day a snapshot shows, where the as-at control is otherwise."""
    html.show(html.put('<p class="as-at"><span class="quiet">As at</span><br>{}</p>', html.day(day)))


def as_at() -> dt.date:
    """The day that every page shows."""
    if line := snapshot():
        return line.as_at
    chosen = st.session_state.get(AS_AT)
    return chosen if isinstance(chosen, dt.date) else dates.today()


def present() -> dt.date:
    """The day on which what the pages show was the present: today, or the day on which the snapshot was taken."""
    line = snapshot()
    return line.taken_on if line else dates.today()


def shows_today() -> bool:
    """Say whether the pages show what can be changed: today, and no snapshot."""
    return snapshot() is None and as_at() == dates.today()


def editable() -> bool:
    """Say whether the page offers to save: it shows today, to somebody who said who they are (``tracker.ui.identity``).

    A person whom only the address names may still save what they type on My updates.
    """
    return shows_today() and (identity.confirmed() or on_my_updates())


def position() -> Position:
    """Where the pages look at the board from: the snapshot's place in the ledger, or the day with all that is known."""
    line = snapshot()
    return line.position if line else Position(as_at=as_at(), known_seq=known())


@st.cache_resource(show_spinner=False, max_entries=64)
def _head(known_seq: int) -> Head:
    return boards.head_at(store(), known_seq)


def head() -> Head:
    """The end of the ledger that the pages know of; cheaper than the whole board where that is all that is wanted."""
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
    """What changed on the board that every page shows since the last board that met; None when none had."""
    line = snapshot()
    return _since_approved(position(), line.name if line else None)


@as_known(16)
def compared(before: str, after: str) -> Comparison:
    """What changed between two snapshots or days, by what they are called. Raises UnknownSnapshot, UnreadableDate."""
    return comparisons.compare_asked(store(), before, after)


def commitment(commitment_id: str) -> CommitmentView:
    """One commitment of that board. Raises UnknownCommitment."""
    return boards.view_commitment(store(), board(), commitment_id)


def address(page: str = "", **query: str) -> str:
    """The address of a page of the tracker that shows the same day or snapshot to the same person."""
    shown = snapshot() or (None if as_at() == dates.today() else as_at())
    return address_of(shown, page, **query)


def address_of(shown: SnapshotLine | dt.date | None, page: str = "", **query: str) -> str:
    """The address of a page for a snapshot, for a day with what is known now, or (None) for today."""
    place = (
        {} if shown is None else {AS_AT: shown.isoformat()} if isinstance(shown, dt.date) else {SNAPSHOT: shown.name}
    )
    everything = urlencode({**query, **place, **identity.in_address()})
    return f"/{page}?{everything}" if everything else f"/{page}"


def address_today() -> str:
    """The address of this page for today."""
    kept = {key: value for key, value in st.query_params.to_dict().items() if key not in {AS_AT, SNAPSHOT}}
    return f"?{urlencode({**kept, **identity.in_address()})}"
