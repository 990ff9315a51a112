"""One way to ask and one way to save: a form, what is wrong with what was typed, and what came of a save.

A form says on top what came of its last button. What was refused is told there, each fault with a link to its field,
and again at the field; whoever follows the link is in the field.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from tracker.domain.errors import Fault, Invalid, TrackerError
from tracker.ui import drafts, html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.domain.ledger import Change
    from tracker.ui.drafts import Draft

_SAID = "said"
_TURN = "turn"
_NOT_SAVED = "Nothing was saved."


@contextmanager
def form(name: str) -> Iterator[None]:
    """Draw a form: the place where it says what came of a save, there before there is anything to say; then its fields.

    What keeps the fields from being drawn, such as a right that was taken away a moment ago, is said in their place.
    """
    with st.container():  # however many the fields are, what comes after the form stays in its place
        top = st.container()
        drafts.take_drawn()
        try:
            yield
        except TrackerError as error:
            html.show(html.alert(str(error)))
        with top:
            _say(name)


def save(draft: Draft, act: Callable[..., Change], words: str, *, also: Iterable[Draft] = ()) -> None:
    """Do one act, recorded once however often its button is pressed, and draw the page again with what came of it.

    When it is done, the draft, the choice that led to it and ``also`` are forgotten; when it is refused, everything
    that was typed is kept.
    """
    try:
        change = act(request_id=drafts.request_id(draft))
    except Invalid as error:
        refuse(draft, *error.faults)
    except TrackerError as error:
        refuse(draft, Fault("", str(error)))
    finish(draft, f"{words}. Recorded as change {change.seq}.", also=also)


def refuse(draft: Draft, *faults: Fault) -> NoReturn:
    """Draw the page again with what is wrong with what was typed, on top of the form and at each field."""
    draft.refuse(faults)
    fail(draft.form, _NOT_SAVED)
    st.rerun()


def finish(draft: Draft, words: str, *, also: Iterable[Draft] = ()) -> NoReturn:
    """Forget a draft that was saved, draw the page again, and say so at the form."""
    drafts.forget([draft, *([draft.choice] if draft.thing else []), *also])
    tell(draft.form, words)
    st.rerun()


def tell(name: str, words: str) -> None:
    """Say at a form, when it is drawn next, that something was done."""
    _tell(name, words, "done")


def fail(name: str, words: str) -> None:
    """Say at a form, when it is drawn next, why something could not be done."""
    _tell(name, words, "refused")


def _tell(name: str, words: str, kind: str) -> None:
    st.session_state[_TURN] = turn = st.session_state.get(_TURN, 0) + 1
    st.session_state[_SAID] = {"form": name, "words": words, "kind": kind, "turn": turn}


def _say(name: str) -> None:
    """Draw what a form says: what came of its last button, and what of that is still as it was refused."""
    drawn = {key: field.name for key, field in drafts.take_drawn().items() if field.faults}
    said = st.session_state.get(_SAID, {})
    problems = [
        {"words": fault["words"], "key": fault["key"], "id": drawn.get(fault["key"], "")}
        for fault in drafts.refused_of(name)
    ]
    if said.get("form") == name:
        del st.session_state[_SAID]
    elif problems := [problem for problem in problems if problem["id"]]:
        said = {"words": _NOT_SAVED, "kind": "refused", "turn": 0}
    else:
        said = {"words": "", "kind": "", "turn": 0}
    html.said(name, said["words"], said["kind"], said["turn"], problems if said["kind"] == "refused" else [], drawn)


def offer_both(
    draft: Draft,
    names: str,
    *,
    told: Iterable[str],
    columns: Sequence[html.Column | str],
    rows: Iterable[Sequence[html.Cell]],
    begun: Mapping[Draft, int],
    mine: str = "Use my version",
    theirs: str = "Use their version",
    leave_out: Callable[[], str] | None = None,
) -> None:
    """Somebody else saved first: show what is saved now beside what was typed, and let its writer decide.

    ``begun`` is the version saved now of each record, by its draft: to keep mine is to begin from there. To take
    theirs drops those drafts, or does what ``leave_out`` does, which says so.
    """
    html.show(*map(html.alert, told), html.table("Compare the two versions", columns, rows, empty=""))
    st.button(mine, key=draft.key("mine"), on_click=_keep_mine, args=(draft, names, begun))
    st.button(theirs, key=draft.key("theirs"), on_click=_take_theirs, args=(draft, names, begun, leave_out))


def _keep_mine(draft: Draft, names: str, begun: Mapping[Draft, int]) -> None:
    for one, version in begun.items():
        one.begin_again_from(version)
    tell(draft.form, f"Your version of {names} is kept but not saved. Check it, then save.")


def _take_theirs(draft: Draft, names: str, begun: Mapping[Draft, int], leave_out: Callable[[], str] | None) -> None:
    tell(draft.form, leave_out() if leave_out else f"Your draft of {names} was deleted. This is the current version.")
    drafts.forget(begun)
