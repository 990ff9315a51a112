"""What is refused is told on top of its form, each fault with a link to its field, and at the field: every form."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import streamlit as st

from tests.conftest import copy_store
from tests.services.conftest import OWNER, PEOPLE, add
from tests.services.conftest import loaded_once as loaded_once  # noqa: PLC0414  fixtures that are shared on
from tests.services.conftest import staffed_once as staffed_once  # noqa: PLC0414
from tests.services.test_baselines import asking
from tests.services.test_periods import closing, opening
from tests.services.test_progress import SOON, promise
from tests.ui.test_drafts import field, press, put, regions, shown, visit
from tracker.domain.words import Role
from tracker.services import boards, snapshots, stores
from tracker.store.database import Address
from tracker.ui import open_store, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database

LINE = "C6-01-M2"
APPROVER, SECOND, ADMINISTRATOR = PEOPLE[Role.APPROVER], "second@dfe.example", PEOPLE[Role.ADMINISTRATOR]


@pytest.fixture
def db(staffed_once: Address, address: Address) -> Iterator[Database]:
    """The store that the app has open: nothing is open or decided, and a snapshot is taken."""
    store = copy_store(staffed_once, address)
    with stores.open_store(store, writable=True) as opened:
        add(opened, SECOND, Role.APPROVER)
        promise(opened, LINE, SOON)
        asking(opened)
        opening(opened)
        closing(opened)
        snapshots.take_snapshot(opened, actor_id=SECOND, name="summer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "TRACKER_STORE", str(store.file))
        open_store.close()
        st.cache_resource.clear()
        yield state.store()
        open_store.close()
        st.cache_resource.clear()


class Wrong(NamedTuple):
    """A form filled in wrongly: its page, who does so and how, the button, and what each field is told, by its name."""

    file: str
    who: str
    filled: tuple[tuple[str, str, Any], ...]
    button: str
    told: dict[str, str]


FORMS = {
    "no line to confirm": Wrong(
        "my_updates", OWNER, (), "Confirm 0 milestones", {"lines": "Choose the milestones to confirm."}
    ),
    "a date nobody can read": Wrong(
        "my_updates",
        OWNER,
        (("selectbox", "Milestone", LINE), ("text_input", "Forecast date", "soon")),
        "Save update",
        {"forecast": 'Forecast date: "soon"'},
    ),
    "a date that moves without a reason, and evidence without a title": Wrong(
        "my_updates",
        OWNER,
        (("selectbox", "Milestone", LINE), ("text_input", "Forecast date", "2049"), ("text_input", "Publisher", "DfE")),
        "Save update",
        {"reason": "You changed the date from", "title": "Evidence needs a publisher and a title."},
    ),
    "many lines and nothing to say": Wrong(
        "my_updates",
        OWNER,
        (("multiselect", "Milestones to update", [LINE]),),
        "Save 1 milestone",
        {"forecast": "Enter the new forecast date."},
    ),
    "many lines of which one moves without a reason": Wrong(
        "my_updates",
        OWNER,
        (("multiselect", "Milestones to update", [LINE]), ("text_input", "New forecast date for all", "2049")),
        "Save 1 milestone",
        {"reason": f"{LINE}: you changed the date from"},
    ),
    "a rating without its reason": Wrong(
        "my_updates",
        OWNER,
        (("selectbox", "Commitment", "C6-01"), ("selectbox", "Delivery confidence", "Green")),
        "Save rating",
        {"rationale": "Enter a rationale.", "override_reason": "Green is better than the dates suggest"},
    ),
    "no rating": Wrong(
        "my_updates",
        OWNER,
        (("selectbox", "Commitment", "C6-01"),),
        "Save rating",
        {"rating": "Choose your delivery confidence."},
    ),
    "a request that says nothing": Wrong(
        "change_control",
        OWNER,
        (("selectbox", "Milestone", LINE),),
        "Send request",
        {"baseline": "Enter the new baseline.", "reason": "Choose a reason."},
    ),
    "a request without a note": Wrong(
        "change_control",
        OWNER,
        (
            ("selectbox", "Milestone", LINE),
            ("text_input", "New baseline", "2019"),
            ("selectbox", "Reason for the change", "scope changed"),
        ),
        "Send request",
        {"note": "Explain the reason in a note", "baseline": "2019 has passed"},
    ),
    "a refusal without a note": Wrong(
        "change_control",
        APPROVER,
        (("selectbox", "Request", "C6-01-M1/1"),),
        "Refuse request",
        {"note": "Enter a note that says why you refuse. The person who asked will read it."},
    ),
    "a period without its days": Wrong(
        "change_control",
        APPROVER,
        (),
        "Open period",
        {
            "closes_on": "Choose the date when the period closes.",
            "board_on": "Choose the date when the board meets.",
        },
    ),
    "a period opened again for no reason": Wrong(
        "change_control", APPROVER, (), "Reopen period", {"reason": "Enter the reason for reopening"}
    ),
    "a person without a name": Wrong(
        "administration",
        ADMINISTRATOR,
        (("text_input", "E-mail", "cal@localhost"),),
        "Save person",
        {"address": "Enter an e-mail address like ana.example@education.gov.uk", "name": "Enter a name"},
    ),
    "a snapshot without a name": Wrong(
        "snapshots", APPROVER, (), "Save snapshot", {"name": '"" cannot be a snapshot\'s name'}
    ),
    "a snapshot withdrawn for no reason": Wrong(
        "snapshots", APPROVER, (), "Withdraw snapshot", {"reason": "Enter the reason for withdrawing summer"}
    ),
    "a pack without its marking": Wrong("snapshots", APPROVER, (), "Make pack", {"marking": "Choose a marking."}),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_fault_is_told_on_top_with_a_link_to_its_field_and_at_the_field(db: Database, name: str) -> None:
    wrong, known = FORMS[name], boards.known_position(db)
    app = visit(wrong.who, wrong.file)
    for kind, label, value in wrong.filled:
        put(app, kind, label, value)
    press(app, wrong.button)
    assert boards.known_position(db) == known
    [said] = [region for region in regions(app) if region["words"]]
    assert (said["kind"], said["words"]) == ("refused", "Nothing was saved.")
    told = {problem["key"].partition("/")[0]: problem for problem in said["problems"]}
    assert set(told) == set(wrong.told)
    for where, words in wrong.told.items():
        assert told[where]["words"].startswith(words)
        assert said["faults"][told[where]["key"]] == told[where]["id"]  # what ties the field to its words
        assert f'id=\\"{told[where]["id"]}\\"' in shown(app)


def test_a_fault_stays_at_its_field_until_the_field_says_something_else(db: Database) -> None:
    wrong = FORMS["a person without a name"]
    app = visit(wrong.who, wrong.file)
    for kind, label, value in wrong.filled:
        put(app, kind, label, value)
    press(app, wrong.button)
    put(app, "text_input", "Name", "Cal")
    [said] = [region for region in regions(app) if region["words"]]
    assert (said["turn"], [problem["key"].partition("/")[0] for problem in said["problems"]]) == (0, ["address"])
    put(app, "text_input", "E-mail", "cal@dfe.example")
    assert [region["problems"] for region in regions(app) if region["words"]] == []
    assert "Enter an e-mail address" not in shown(app)
    press(app, wrong.button)
    assert " added." in " ".join(region["words"] for region in regions(app))
    assert field(app, "text_input", "Name").value == ""
    assert boards.known_position(db)


def test_what_no_field_of_the_form_is_named_for_has_no_link_and_is_told_once(db: Database) -> None:
    app = visit(OWNER, "my_updates")
    put(app, "selectbox", "Commitment", "C6-01")
    put(app, "selectbox", "Delivery confidence", "Red")
    put(app, "text_area", "Rationale", "A bell \x07")
    press(app, "Save rating")
    [said] = [region for region in regions(app) if region["words"]]
    [problem] = said["problems"]
    assert (problem["key"], problem["id"]) == ("", "")
    assert "is a control character" in problem["words"]
    app.run()
    assert not [region for region in regions(app) if region["words"]]
    assert boards.known_position(db)
