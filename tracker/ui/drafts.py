"""What is typed and not saved yet: each draft belongs to one person and to the version it began from.

The browser keeps what is in a field by the field's key, and sends it to a new session when the server restarts or the
connection is lost. So a key names the person and the edition of the form: after a save the edition is raised, and the
form begins empty. The editions and the versions that drafts began from lie in fields of the page that nobody sees, so
that the browser sends them along with the text.
"""

from __future__ import annotations

import json
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from tracker.domain.errors import TrackerError
from tracker.domain.ledger import StaleEdit
from tracker.ui import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from tracker.domain.ledger import Change

_EDITIONS = "editions"
_SAID = "said"
_TURN = "turn"
_FAULTS = "faults"


@dataclass(frozen=True)
class Draft:
    """A form in one person's hands: ``form`` is what it saves, ``thing`` the record that it is about, if it has one."""

    form: str
    person: str
    thing: str = ""

    @property
    def name(self) -> str:
        """What the draft is called, whatever its edition."""
        return "/".join(filter(None, (self.form, self.person, self.thing)))

    def key(self, field: str) -> str:
        """Return the key of a field; it is another one after each save."""
        return f"{field}/{self.name}/{_editions().get(self.name, 0)}"

    def kept(self, field: str) -> dict[str, Any]:
        """Return how a field is drawn so that what is typed in it outlives leaving the page."""
        return {"key": self.key(field), "persist_state": "session"}

    def base(self, now: int | str) -> str:
        """Return the version that the draft began from: the one held now when it begins."""
        return _unseen("base", self.key("unseen/base"), str(now))

    def base_version(self, now: int) -> int:
        """Return that version as a number; 0, which is older than all, where the browser sent none."""
        base = self.base(now)
        return int(base) if base.isdecimal() else 0

    def begin_again_from(self, now: int | str) -> None:
        """Let the draft count as begun from what is held now; to be called from a button's ``on_click``."""
        st.session_state[self.key("unseen/base")] = str(now)

    def drop_base(self) -> None:
        """Let the draft begin anew, from what is held when it is drawn next."""
        st.session_state.pop(self.key("unseen/base"), None)


def begin() -> None:
    """Draw what the browser is to remember of the drafts; to be called once, before any form of a page."""
    mine = st.session_state.get(_EDITIONS)
    if mine is not None:
        st.session_state["unseen/editions"] = json.dumps(mine)
    sent = _unseen("editions", "unseen/editions")
    if mine is None:
        st.session_state[_EDITIONS] = read_editions(sent)


def _unseen(label: str, key: str, value: str = "") -> str:
    """Draw a field that nobody sees (``style.css``); the browser sends what is in it to every session."""
    value = "" if key in st.session_state else value
    return st.text_input(label, value=value, key=key, persist_state="session", label_visibility="collapsed")


def read_editions(sent: str) -> dict[str, int]:
    """Read what the browser sent; whatever makes no sense counts as nothing."""
    try:
        read = json.loads(sent)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {name: number for name, number in read.items() if isinstance(number, int)}


def _editions() -> dict[str, int]:
    editions: dict[str, int] = st.session_state.setdefault(_EDITIONS, {})
    return editions


@contextmanager
def fields() -> Iterator[None]:
    """Draw the fields of a form together, so that the place below them stays where it is, however many they are.

    What keeps them from being drawn, such as a right that was taken away a moment ago, is said in their place.
    """
    with st.container():
        try:
            yield
        except TrackerError as error:
            html.show(html.alert(str(error)))


def request_id(draft: Draft) -> str:
    """Return what a draft is saved under, so that a second click of the same button records nothing more."""
    return str(st.session_state.setdefault(draft.key("request"), str(uuid.uuid4())))


def record(form: str, done: Sequence[Draft], act: Callable[..., Change], words: str) -> None:
    """Do one act, saved under the first of the drafts, and say at the form what came of it.

    When it is done, forget the drafts and draw the page again; when it is refused, keep everything that was typed.
    """
    try:
        recorded = act(request_id=request_id(done[0]))
    except StaleEdit as stale:  # saved by somebody else in this moment: draw the page again, with both texts
        refuse(form, str(stale))
        st.rerun()
    except TrackerError as error:
        refuse(form, str(error))
        return
    finish(form, done, f"{words}. Recorded as change {recorded.seq}.")


def finish(form: str, done: Sequence[Draft], words: str) -> None:
    """Forget drafts that were saved or dropped, draw the page again, and say so at the form."""
    forget(done)
    _say(form, words, "done")
    st.rerun()


def forget(done: Sequence[Draft]) -> None:
    """Let the next time that a form is drawn begin from what is held, whatever the browser still has in its fields."""
    editions = _editions()
    for draft in done:
        ending = f"/{draft.name}/{editions.get(draft.name, 0)}"
        for key in [key for key in st.session_state if str(key).endswith(ending)]:
            del st.session_state[key]
        editions[draft.name] = editions.get(draft.name, 0) + 1


def tell(form: str, words: str) -> None:
    """Say at a form, when it is drawn next, that something was done."""
    _say(form, words, "done")


def refuse(form: str, words: str) -> None:
    """Say at a form why something was not saved."""
    _say(form, words, "refused")


def _say(form: str, words: str, kind: str) -> None:
    st.session_state[_TURN] = turn = st.session_state.get(_TURN, 0) + 1
    st.session_state[_SAID] = {"form": form, "words": words, "kind": kind, "turn": turn}


def fault(place: DeltaGenerator, label: str, words: str) -> None:
    """Say what is wrong with a field right below it, and tie it to the field; to be called before ``say``."""
    faults: dict[str, str] = st.session_state.setdefault(_FAULTS, {})
    faults[label] = f"fault-{len(faults)}-{'-'.join(label.lower().split())}"
    with place:
        html.show(html.fault(faults[label], words))


def say(form: str) -> None:
    """Draw, below a form, the place where it says what came of a save; it is there before there is anything to say."""
    said = st.session_state.get(_SAID, {})
    if said.get("form") == form:
        del st.session_state[_SAID]
    else:
        said = {"words": "", "kind": "", "turn": 0}
    html.said(form, said["words"], said["kind"], said["turn"], st.session_state.pop(_FAULTS, {}))
