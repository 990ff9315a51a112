"""What is typed and not saved yet: each draft is saved once, forgotten when it is, and what became of it is told."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import TrackerError
from tracker.ui import html

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain.ledger import Change

_TOLD = "told"


def tell() -> None:
    """Say what was saved on the run before."""
    if told := st.session_state.pop(_TOLD, ""):
        html.show(html.put('<div class="done" role="status"><p>{}</p></div>', told))


def request_id(draft: str) -> str:
    """Return what a draft is saved under, so that a second click of the same button records nothing more."""
    return str(st.session_state.setdefault(f"request/{draft}", str(uuid.uuid4())))


def record(drafts: Sequence[str], act: Callable[..., Change], done: str) -> None:
    """Do one act, saved under the first of the drafts; forget them and draw the page again, or say why it was not done.

    The fields of a draft have keys that end with its name after a stroke.
    """
    try:
        recorded = act(request_id=request_id(drafts[0]))
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    finish(drafts, f"{done}: change {recorded.seq}.")


def finish(drafts: Sequence[str], told: str) -> None:
    """Forget drafts that were saved or dropped, and say so on the next run."""
    for key in [key for key in st.session_state if key == "line" or str(key).partition("/")[2] in drafts]:
        del st.session_state[key]
    st.session_state[_TOLD] = told
    st.rerun()
