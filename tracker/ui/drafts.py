"""Text that is typed and not saved yet: each draft belongs to one person and to the version it began from.

The browser keeps the content of a field under the field's key, and sends it to a new session when the server restarts
or the connection is lost. So a key names the person and the edition of the form. A save raises the edition, and the
form begins empty. Hidden fields of the page have the editions and the versions that drafts began from, so that the
browser sends these with the text.
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
_FIELDS = "fields on the page"


@dataclass
class Field:
    """A field on the page: the place above it, which is there before anything is wrong, and its faults.

    ``name`` is the id that ties the faults to the field.
    """

    above: DeltaGenerator
    name: str
    faults: list[str] = field(default_factory=list)

    def say(self, faults: Iterable[str]) -> None:
        """Show more faults above the field."""
        self.faults = list(dict.fromkeys([*self.faults, *faults]))
        if self.faults:
            with self.above:
                html.show(html.faults(self.name, self.faults))


@dataclass(frozen=True)
class Draft:
    """One person's draft in a form: ``form`` is what it saves, ``thing`` the record that it is about, if any."""

    form: str
    person: str
    thing: str = ""

    @property
    def name(self) -> str:
        """The draft's name, the same in every edition."""
        return "/".join(filter(None, (self.form, self.person, self.thing)))

    def key(self, field: str) -> str:
        """Return the key of a field; it changes with each save."""
        return f"{field}/{self.name}/{_editions().get(self.name, 0)}"

    @property
    def choice(self) -> Draft:
        """The draft of the choice of a record: the same form, without a record."""
        return replace(self, thing="")

    def kept(self, field: str, place: DeltaGenerator | None = None) -> dict[str, Any]:
        """Show a field's faults, until its content changes, and return the arguments for the field below them.

        Content is kept when the person leaves the page. ``place`` is where the field goes, if not here.
        """
        key = self.key(field)
        fields = _fields()
        fields[key] = Field((place or st).empty(), f"fault-{self.form}-{len(fields)}")
        fields[key].say([fault["words"] for fault in refused_of(self.form) if fault["key"] == key])
        return {"key": key, "persist_state": "session"}

    def fault(self, field: str, words: str) -> None:
        """Show above a field what is wrong with its content."""
        _fields()[self.key(field)].say([words])

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Remember the draft's faults and their fields until the next try."""
        st.session_state[f"refused/{self.form}"] = [self._refused(fault) for fault in faults]

    def _refused(self, fault: Fault) -> dict[str, Any]:
        keys = [draft.key(fault.field) for draft in (self, self.choice)]
        key = next((key for key in keys if key in st.session_state), "")
        words = fault.beside_field if self.thing else str(fault)  # a form about many names each
        return {"words": words, "key": key, "value": _value(key)}

    def base(self, now: int | str) -> str:
        """Return the version that the draft began from; ``now`` is the current version."""
        return _unseen("base", self.key("unseen/base"), str(now))

    def base_version(self, now: int) -> int:
        """Return that version as a number; 0, which is older than all, if the browser sent none."""
        base = self.base(now)
        return int(base) if base.isdecimal() else 0

    def begin_again_from(self, now: int | str) -> None:
        """Let the draft begin from the current version; call it from a button's ``on_click``."""
        st.session_state[self.key("unseen/base")] = str(now)

    def drop_base(self) -> None:
        """Let the draft begin again, from the version that is current on the next run."""
        st.session_state.pop(self.key("unseen/base"), None)


def refused_of(form: str) -> list[dict[str, Any]]:
    """Return a form's faults whose field still has the refused content: words, key of the field or "", value."""
    every: list[dict[str, Any]] = st.session_state.get(f"refused/{form}", [])
    return [fault for fault in every if _value(fault["key"]) == fault["value"]]


def _value(key: str) -> Any:
    """Return the content of a field; None for no field."""
    return st.session_state.get(key) if key else None


def begin() -> None:
    """Put the hidden fields of the drafts on the page; call it once, before any form of the page."""
    mine = st.session_state.get(_EDITIONS)
    if mine is not None:
        st.session_state["unseen/editions"] = json.dumps(mine)
    sent = _unseen("editions", "unseen/editions")
    if mine is None:
        st.session_state[_EDITIONS] = read_editions(sent)


def _unseen(label: str, key: str, value: str = "") -> str:
    """Put a hidden field on the page (``style.css``); the browser sends its content to every session."""
    value = "" if key in st.session_state else value
    return st.text_input(label, value=value, key=key, persist_state="session", label_visibility="collapsed")


def read_editions(sent: str) -> dict[str, int]:
    """Read the editions that the browser sent, and ignore what makes no sense."""
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


def _fields() -> dict[str, Field]:
    fields: dict[str, Field] = st.session_state.setdefault(_FIELDS, {})
    return fields


def take_fields() -> dict[str, Field]:
    """Return the fields put on the page since the last call, by key."""
    fields: dict[str, Field] = st.session_state.pop(_FIELDS, {})
    return fields


def request_id(draft: Draft) -> str:
    """Return the id of a draft's save, so that a second click of the same button records nothing more."""
    return str(st.session_state.setdefault(draft.key("request"), str(uuid.uuid4())))


def forget(done: Iterable[Draft]) -> None:
    """Let forms begin from the current version on the next run, whatever the browser still has in their fields."""
    editions = _editions()
    for draft in done:
        st.session_state.pop(f"refused/{draft.form}", None)
        ending = f"/{draft.name}/{editions.get(draft.name, 0)}"
        for key in [key for key in st.session_state if str(key).endswith(ending)]:
            del st.session_state[key]
        editions[draft.name] = editions.get(draft.name, 0) + 1
