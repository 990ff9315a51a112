"""What is typed and not saved yet: each draft belongs to one person and to the version it began from.

The browser keeps what is in a field by the field's key, and sends it to a new session when the server restarts or the
connection is lost. So a key names the person and the edition of the form: after a save the edition is raised, and the
form begins empty. The editions and the versions that drafts began from lie in fields of the page that nobody sees, so
that the browser sends them along with the text.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from tracker.ui import html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamlit.delta_generator import DeltaGenerator

    from tracker.domain.errors import Fault

_EDITIONS = "editions"
_DRAWN = "fields that are drawn"


@dataclass
class Field:
    """A field that is drawn: the place above it, there before anything is wrong, and what is wrong with it.

    ``name`` is the id that ties the words to the field.
    """

    above: DeltaGenerator
    name: str
    faults: list[str] = field(default_factory=list)

    def say(self, faults: Iterable[str]) -> None:
        """Say above the field what else is wrong with it."""
        self.faults = list(dict.fromkeys([*self.faults, *faults]))
        if self.faults:
            with self.above:
                html.show(html.faults(self.name, self.faults))


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

    @property
    def choice(self) -> Draft:
        """The draft of what was chosen to be changed: the same form, of no record yet."""
        return replace(self, thing="")

    def kept(self, field: str, place: DeltaGenerator | None = None) -> dict[str, Any]:
        """Draw what was refused of a field, while it still says that, and return how the field is drawn below it.

        What is typed outlives leaving the page. ``place`` is where the field is drawn, if not right here.
        """
        key = self.key(field)
        drawn = _drawn()
        drawn[key] = Field((place or st).empty(), f"fault-{self.form}-{len(drawn)}")
        drawn[key].say([fault["words"] for fault in refused_of(self.form) if fault["key"] == key])
        return {"key": key, "persist_state": "session"}

    def fault(self, field: str, words: str) -> None:
        """Say above a field that is drawn what is wrong with what it says now."""
        _drawn()[self.key(field)].say([words])

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Remember what is wrong with the draft, and with which of its fields, until it is tried again."""
        st.session_state[f"refused/{self.form}"] = [self._refused(fault) for fault in faults]

    def _refused(self, fault: Fault) -> dict[str, Any]:
        keys = [draft.key(fault.field) for draft in (self, self.choice)]
        key = next((key for key in keys if key in st.session_state), "")
        words = fault.beside_field if self.thing else str(fault)  # a form about many names each
        return {"words": words, "key": key, "value": _value(key)}

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


def refused_of(form: str) -> list[dict[str, Any]]:
    """Return what was refused at a form and is as it was then: words, key of the field or "", value."""
    every: list[dict[str, Any]] = st.session_state.get(f"refused/{form}", [])
    return [fault for fault in every if _value(fault["key"]) == fault["value"]]


def _value(key: str) -> Any:
    """Return what a field says; None for no field."""
    return st.session_state.get(key) if key else None


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


def _drawn() -> dict[str, Field]:
    drawn: dict[str, Field] = st.session_state.setdefault(_DRAWN, {})
    return drawn


def take_drawn() -> dict[str, Field]:
    """Return the fields that were drawn since this was asked last, by key."""
    drawn: dict[str, Field] = st.session_state.pop(_DRAWN, {})
    return drawn


def request_id(draft: Draft) -> str:
    """Return what a draft is saved under, so that a second click of the same button records nothing more."""
    return str(st.session_state.setdefault(draft.key("request"), str(uuid.uuid4())))


def forget(done: Iterable[Draft]) -> None:
    """Let the next time that a form is drawn begin from what is held, whatever the browser still has in its fields."""
    editions = _editions()
    for draft in done:
        st.session_state.pop(f"refused/{draft.form}", None)
        ending = f"/{draft.name}/{editions.get(draft.name, 0)}"
        for key in [key for key in st.session_state if str(key).endswith(ending)]:
            del st.session_state[key]
        editions[draft.name] = editions.get(draft.name, 0) + 1
