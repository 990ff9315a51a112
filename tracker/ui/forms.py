"""One kind of form and one way to save: the message on top, and each fault at its field.

The message on top is about the form's last button. If a save was refused, it lists each fault with a link that puts the
focus in the field, and the field shows the fault too.
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

_MESSAGE = "message"
_TURN = "turn"
_NOT_SAVED = "Nothing was saved."


@contextmanager
def form(name: str) -> Iterator[None]:
    """Show a form: the place for its message, which is there before there is a message, then its fields.

    An error that prevents the fields, such as a right removed a moment ago, is shown in their place.
    """
    with st.container():  # what comes after the form keeps its place, however many fields there are
        top = st.container()
        drafts.take_fields()
        try:
            yield
        except TrackerError as error:
            html.show(html.alert(str(error)))
        with top:
            _say(name)


def save(draft: Draft, act: Callable[..., Change], words: str, *, also: Iterable[Draft] = ()) -> None:
    """Do one act, recorded once however often its button is pressed, and show the page again with the result.

    A save forgets the draft, the choice that led to it and ``also``; a refusal keeps everything that was typed.
    """
    try:
        change = act(request_id=drafts.request_id(draft))
    except Invalid as error:
        refuse(draft, *error.faults)
    except TrackerError as error:
        refuse(draft, Fault("", str(error)))
    finish(draft, f"{words}. Recorded as change {change.seq}.", also=also)


def refuse(draft: Draft, *faults: Fault) -> NoReturn:
    """Show the page again with what is wrong, on top of the form and at each field."""
    draft.refuse(faults)
    fail(draft.form, _NOT_SAVED)
    st.rerun()


def finish(draft: Draft, words: str, *, also: Iterable[Draft] = ()) -> NoReturn:
    """Forget a saved draft, and show the page again with a message at the form."""
    drafts.forget([draft, *([draft.choice] if draft.thing else []), *also])
    tell(draft.form, words)
    st.rerun()


def tell(name: str, words: str) -> None:
    """Show at a form, on the next run, that something was done."""
    _tell(name, words, "done")


def fail(name: str, words: str) -> None:
    """Show at a form, on the next run, why something could not be done."""
    _tell(name, words, "refused")


def _tell(name: str, words: str, kind: str) -> None:
    st.session_state[_TURN] = turn = st.session_state.get(_TURN, 0) + 1
    st.session_state[_MESSAGE] = {"form": name, "words": words, "kind": kind, "turn": turn}


def _say(name: str) -> None:
    """Show the message about a form's last button, with the faults that are not fixed yet."""
    wrong = {key: field.name for key, field in drafts.take_fields().items() if field.faults}
    message = st.session_state.get(_MESSAGE, {})
    problems = [
        {"words": fault["words"], "key": fault["key"], "id": wrong.get(fault["key"], "")}
        for fault in drafts.refused_of(name)
    ]
    if message.get("form") == name:
        del st.session_state[_MESSAGE]
    elif problems := [problem for problem in problems if problem["id"]]:
        message = {"words": _NOT_SAVED, "kind": "refused", "turn": 0}
    else:
        message = {"words": "", "kind": "", "turn": 0}
    words, kind, turn = message["words"], message["kind"], message["turn"]
    html.message(name, words, kind, turn, problems if kind == "refused" else [], wrong)


def offer_both(
    draft: Draft,
    names: str,
    *,
    warnings: Iterable[str],
    columns: Sequence[html.Column | str],
    rows: Iterable[Sequence[html.Cell]],
    begun: Mapping[Draft, int],
    mine: str = "Use my version",
    theirs: str = "Use their version",
    leave_out: Callable[[], str] | None = None,
) -> None:
    """Show the current version beside a draft that began from an older one, and let the person decide.

    ``begun`` is each record's current version by its draft: to use their own version, the draft begins from there. To
    use the current version deletes those drafts, or calls ``leave_out``, which returns the message.
    """
    html.show(*map(html.alert, warnings), html.table("Compare the two versions", columns, rows, empty=""))
    st.button(mine, key=draft.key("mine"), on_click=_keep_mine, args=(draft, names, begun))
    st.button(theirs, key=draft.key("theirs"), on_click=_take_theirs, args=(draft, names, begun, leave_out))


def _keep_mine(draft: Draft, names: str, begun: Mapping[Draft, int]) -> None:
    for one, version in begun.items():
        one.begin_again_from(version)
    tell(draft.form, f"Your version of {names} is kept but not saved. Check it, then save.")


def _take_theirs(draft: Draft, names: str, begun: Mapping[Draft, int], leave_out: Callable[[], str] | None) -> None:
    tell(draft.form, leave_out() if leave_out else f"Your draft of {names} was deleted. This is the current version.")
    drafts.forget(begun)
