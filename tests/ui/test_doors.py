"""What the pages offer to whom: the app itself, run without a browser, page by page, as somebody in each role."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.browser.conftest import ROOT
from tests.conftest import copy_store
from tests.services.conftest import OWNER, PEOPLE
from tests.services.conftest import loaded_once as loaded_once  # noqa: PLC0414  a fixture that is shared on
from tests.services.conftest import staffed_once as staffed_once  # noqa: PLC0414
from tests.services.test_baselines import asking
from tests.services.test_periods import opening
from tracker.domain.policy import ALLOWED, Action
from tracker.domain.words import BOARD, Role
from tracker.services import stores
from tracker.store.database import Address
from tracker.ui import open_store
from tracker.ui.frame import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

SAVES = {
    "my_updates": {Action.REPORT},
    "change_control": {Action.REQUEST_BASELINE},
    "administration": {Action.MANAGE_USERS},
    "snapshots": {Action.KEEP_SNAPSHOTS},
}
"""Page where something is saved → what one must be allowed to do to be offered it; every other page saves nothing."""

READS = ("Show", "Check", "Compare")
"""What a button that saves nothing begins with."""

CHOICES = ("milestone_id/", "commitment_id/")
"""What the key of a list begins with whose choice is for saving something about it."""

WHO = {**PEOPLE, Role.CONTRIBUTOR: OWNER}


@pytest.fixture(scope="module", autouse=True)
def office(staffed_once: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An office where everything can be done: a period is open, and a request waits for a decision."""
    store = copy_store(staffed_once, Address(tmp_path_factory.mktemp("office") / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        opening(db)
        asking(db)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "TRACKER_STORE", str(store.file))
        st.cache_resource.clear()
        yield
        app.cache_clear()
        open_store.close()
        st.cache_resource.clear()


@cache
def app(who: str, day: str) -> AppTest:
    """The app as somebody has just opened it, on the Board page, for today or a day of the past."""
    opened = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    opened.query_params["acting_as"] = who
    if day:
        opened.query_params["as_at"] = day
    return opened.run()


def offered(file: str, who: str, day: str = "") -> list[str]:
    """The labels of what a page draws, as it is shown to somebody, that only a page draws where something is saved."""
    page = app(who, day).switch_page(f"tracker/ui/pages/{file}.py").run()
    assert not page.exception
    headings = [str(part.proto) for part in page.main if "<h1>" in str(part.proto)]
    assert (BOARD in headings[0]) == (file == "board")  # it is the page that was asked for
    assert [box.value for box in page.selectbox if box.label == "Working as"] == [who]
    choices = [box for box in page.selectbox if str(box.key).startswith(CHOICES)]
    drawn = [*page.button, *page.text_area, *page.checkbox, *choices]
    return [one.label for one in drawn if not one.label.startswith(READS)]


def test_the_pages_that_save_are_pages_of_the_app() -> None:
    assert set(SAVES) <= {file for file, *_ in PAGES}


@pytest.mark.parametrize("file", SAVES)
@pytest.mark.parametrize("role", Role)
def test_a_page_offers_to_save_to_those_alone_who_may(role: Role, file: str) -> None:
    assert bool(offered(file, WHO[role])) == bool(SAVES[file] & ALLOWED[role])


@pytest.mark.parametrize("file", SAVES)
def test_as_at_a_past_day_a_page_offers_to_save_to_nobody(file: str) -> None:
    able = next(role for role in Role if SAVES[file] & ALLOWED[role])
    assert offered(file, WHO[able], "2023-07-01") == []


@pytest.mark.parametrize("file", [file for file, *_ in PAGES if file not in SAVES])
def test_no_other_page_offers_to_save_anything(file: str) -> None:
    assert offered(file, WHO[Role.VIEWER]) == []
