"""A draft belongs to its person and to the version it began from: the app itself, run without a browser.

What a browser does when the server restarts is done here too: it sends the values of its fields to a fresh session.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.browser.conftest import ROOT
from tests.conftest import copy_store
from tests.samples import restated
from tests.services.conftest import OWNER, PEOPLE, add
from tests.services.conftest import loaded_once as loaded_once  # noqa: PLC0414  fixtures that are shared on
from tests.services.conftest import staffed_once as staffed_once  # noqa: PLC0414
from tests.services.test_baselines import asking, deciding
from tests.services.test_periods import changing, opening
from tests.services.test_progress import SOON, line, promise
from tracker.domain.progress import confirmation
from tracker.domain.ratings import Rating
from tracker.domain.words import Role
from tracker.services import boards, progress, ratings, stores, users
from tracker.store.database import Address
from tracker.ui import drafts, open_store, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.store.database import Database

LINE, OTHER = "C6-01-M2", "C6-01-M3"
"""Two milestones of the owner's, both due in two months."""

WAIT = 600
"""How long, in seconds, a test waits for a page at most; it goes on as soon as the page is there."""

BEN, APPROVER, ADMINISTRATOR = "ben@dfe.example", PEOPLE[Role.APPROVER], PEOPLE[Role.ADMINISTRATOR]


@pytest.fixture
def db(staffed_once: Address, address: Address) -> Iterator[Database]:
    """The store that the app has open, with a second contributor beside the owner."""
    store = copy_store(staffed_once, address)
    with stores.open_store(store, writable=True) as opened:
        add(opened, BEN, Role.CONTRIBUTOR, programmes=["safety-valve"])
        for milestone_id in (LINE, OTHER):
            promise(opened, milestone_id, SOON)
        opening(opened)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "TRACKER_STORE", str(store.file))
        open_store.close()
        st.cache_resource.clear()
        yield state.store()
        open_store.close()
        st.cache_resource.clear()


def visit(who: str, file: str) -> AppTest:
    """The app as somebody has it before them, at one of its pages."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=WAIT).run()
    app = app.switch_page(f"tracker/ui/pages/{file}.py").run()
    return act_as(app, who)


def act_as(app: AppTest, who: str) -> AppTest:
    return put(app, "selectbox", "Working as", who)


def field(app: AppTest, kind: str, label: str) -> Any:
    [found] = [one for one in getattr(app, kind) if one.label == label]
    return found


def put(app: AppTest, kind: str, label: str, value: Any) -> AppTest:
    field(app, kind, label).set_value(value)
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    field(app, "button", label).click()
    app.run()
    assert not app.exception
    return app


def after_a_restart(app: AppTest) -> AppTest:
    """The same page in a fresh session, to which the browser has sent what is in its fields."""
    fresh = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=WAIT)
    fresh.query_params.update(app.query_params)
    fresh._page_hash = app._finished_page_script_hash
    fresh._run(app._tree.get_widget_states())
    assert not fresh.exception
    return fresh


def said(app: AppTest) -> str:
    """What the forms of a page say of a save: in the one place that a browser puts it."""
    return " ".join(
        words
        for region in regions(app)
        for words in (region["words"], *(problem["words"] for problem in region["problems"]))
        if words
    )


def regions(app: AppTest) -> list[dict[str, Any]]:
    """What each form of a page has to say: its words, the problems and the fields that they are tied to."""
    parts = [part.proto.json for part in app.main if part.type == "bidi_component" and part.proto.json]
    return [json.loads(said) for said in parts]


def shown(app: AppTest) -> str:
    return " ".join(str(part.proto) for part in app.main)


class Form(NamedTuple):
    """A form: its page, who fills it in and how, which button saves, and what somebody else does meanwhile."""

    file: str
    who: str
    filled: tuple[tuple[str, str, Any], ...]
    button: str
    meanwhile: Callable[[Database], Any]


def report(db: Database, milestone_id: str = LINE, narrative: str = "BEN: words") -> None:
    again = confirmation(line(db, milestone_id))
    progress.report_progress(db, actor_id=BEN, reports=[restated(again, narrative=narrative)])


def rate(db: Database) -> None:
    ratings.rate_commitment(
        db, actor_id=BEN, rating=Rating(commitment_id="C6-01", base_version=0, rating="Red", rationale="BEN: reasons")
    )


def rebaseline(db: Database) -> None:
    asking(db, actor_id=BEN, milestone_id=LINE)
    deciding(db, baseline_request_id=f"{LINE}/1")


def give_more(db: Database) -> None:
    [ben] = [user for user in users.list_users(db) if user.user_id == BEN]
    users.change_user(
        db,
        actor_id=users.OPERATOR,
        user_id=BEN,
        base_version=ben.version,
        account=users.Account(
            address=BEN, name=ben.name, role=ben.role, active=True, programmes=ben.programmes, commitments=["C6-06"]
        ),
    )


FORMS = {
    "a line": Form(
        "my_updates",
        OWNER,
        (("selectbox", "Milestone", LINE), ("text_area", "Narrative", "OWNER: words")),
        "Save update",
        report,
    ),
    "many lines": Form(
        "my_updates",
        OWNER,
        (
            ("multiselect", "Milestones to update", [LINE, OTHER]),
            ("selectbox", "What to change", "narrative"),
            ("text_area", "New narrative for all", "OWNER: words"),
        ),
        "Save 2 milestones",
        report,
    ),
    "a confirmation": Form(
        "my_updates", OWNER, (("multiselect", "Milestones to confirm", [LINE, OTHER]),), "Confirm 2 milestones", report
    ),
    "a rating": Form(
        "my_updates",
        OWNER,
        (
            ("selectbox", "Commitment", "C6-01"),
            ("selectbox", "Delivery confidence", "Red"),
            ("text_area", "Rationale", "OWNER: words"),
        ),
        "Save rating",
        rate,
    ),
    "a request": Form(
        "change_control",
        OWNER,
        (
            ("selectbox", "Milestone", LINE),
            ("text_input", "New baseline", "2028-03-31"),
            ("selectbox", "Reason for the change", "scope changed"),
            ("text_area", "More about the reason", "OWNER: words"),
        ),
        "Send request",
        rebaseline,
    ),
    "a period": Form(
        "change_control",
        APPROVER,
        (("text_input", "Name", "OWNER: words"),),
        "Save period",
        lambda db: changing(db, name="Another name"),
    ),
    "a person": Form(
        "administration",
        ADMINISTRATOR,
        (("selectbox", "Person", BEN), ("text_input", "Name", "OWNER: words")),
        "Save person",
        give_more,
    ),
}
"""Every form that changes what somebody else may change meanwhile."""


def filled(form: Form) -> AppTest:
    app = visit(form.who, form.file)
    for kind, label, value in form.filled:
        put(app, kind, label, value)
    return app


@pytest.mark.parametrize("name", FORMS)
def test_a_stale_draft_is_told_with_both_texts_after_a_restart_too_and_saved_only_when_its_writer_has_decided(
    db: Database, name: str
) -> None:
    form = FORMS[name]
    app = filled(form)
    form.meanwhile(db)
    known = boards.known_position(db)
    app = after_a_restart(app)
    kind, label, value = form.filled[-1]
    assert field(app, kind, label).value == value  # what was typed is there

    press(app, form.button)
    assert boards.known_position(db) == known  # and is not saved
    assert said(app)
    told = shown(app)
    assert "after you started" in told
    assert "Compare the two versions" in told or name == "a request"

    mine = next(one for one in app.button if str(one.key).startswith("mine/"))
    mine.click()
    app.run()
    assert said(app)  # that it is kept, and not saved yet
    assert boards.known_position(db) == known
    assert field(app, kind, label).value == value
    press(app, form.button)
    assert boards.known_position(db) == known + 1
    assert f"change {known + 1}" in said(app)
    kind, label, value = form.filled[0]
    assert kind == "text_input" or field(app, kind, label).value != value  # nothing stays chosen
    app.run()
    assert not said(app)


def test_in_another_persons_hands_a_form_shows_what_is_held_and_the_draft_waits_for_its_own(db: Database) -> None:
    report(db, LINE, "What is held.")
    app = visit(OWNER, "my_updates")
    put(app, "selectbox", "Milestone", LINE)
    put(app, "text_area", "Narrative", "OWNER: not for saving yet")
    put(app, "multiselect", "Milestones to confirm", [OTHER])

    act_as(app, BEN)
    assert field(app, "selectbox", "Milestone").value is None
    assert field(app, "multiselect", "Milestones to confirm").value == []
    put(app, "selectbox", "Milestone", LINE)
    assert field(app, "text_area", "Narrative").value == "What is held."

    act_as(app, OWNER)
    assert field(app, "selectbox", "Milestone").value == LINE
    assert field(app, "text_area", "Narrative").value == "OWNER: not for saving yet"
    assert field(app, "multiselect", "Milestones to confirm").value == [OTHER]


def test_a_draft_that_follows_a_save_outlives_a_restart_too(db: Database) -> None:
    app = filled(FORMS["a line"])
    press(app, "Save update")
    put(app, "selectbox", "Milestone", LINE)
    assert field(app, "text_area", "Narrative").value == "OWNER: words"
    put(app, "text_area", "Narrative", "OWNER: more words")
    app = after_a_restart(app)
    assert field(app, "text_area", "Narrative").value == "OWNER: more words"
    report(db)
    press(app, "Save update")
    assert "was not saved" in said(app)


def test_lines_that_somebody_else_changed_are_left_out_of_a_change_of_many(db: Database) -> None:
    app = filled(FORMS["many lines"])
    report(db)
    press(app, "Save 2 milestones")
    press(app, "Leave these milestones out")
    assert said(app) == f"{LINE} left out. Nothing has been saved yet."
    press(app, "Save 1 milestone")
    assert f": {OTHER}." in said(app)
    assert line(db, LINE).statement.narrative == "BEN: words"
    put(app, "multiselect", "Milestones to update", [LINE])  # chosen anew, it begins from what is held
    assert "after you started" not in shown(app)


def test_a_refusal_keeps_what_was_typed_and_the_way_to_save(db: Database) -> None:
    app = filled(FORMS["a line"])
    put(app, "text_input", "Forecast date", "soon")
    press(app, "Save update")
    assert said(app).startswith("Nothing was saved. Forecast date")
    assert field(app, "text_input", "Forecast date").value == "soon"
    assert field(app, "text_area", "Narrative").value == "OWNER: words"
    put(app, "text_input", "Forecast date", SOON.isoformat())
    press(app, "Save update")
    assert f"Saved 1 milestone: {LINE}. Recorded as change" in said(app)
    assert boards.known_position(db)


@pytest.mark.parametrize("sent", ["", "[]", "{", '{"line/x": "1"}', "null"])
def test_what_the_browser_sends_and_makes_no_sense_counts_as_nothing(sent: str) -> None:
    assert drafts.read_editions(sent) == {}
