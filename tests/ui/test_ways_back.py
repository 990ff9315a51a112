"""What was done by mistake is taken back on the page where it was done: a snapshot, a request, a closed period."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.browser.conftest import ROOT
from tests.conftest import copy_store
from tests.services.conftest import OWNER, PEOPLE, add
from tests.services.conftest import loaded_once as loaded_once  # noqa: PLC0414  a fixture that is shared on
from tests.services.conftest import staffed_once as staffed_once  # noqa: PLC0414
from tests.services.test_baselines import asking
from tests.services.test_periods import closing, opening
from tracker.domain.words import Role
from tracker.services import snapshots, stores
from tracker.store.database import Address
from tracker.ui import open_store
from tracker.ui.identity import CONFIRM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APPROVER, SECOND = PEOPLE[Role.APPROVER], "second@dfe.example"


@pytest.fixture
def office(staffed_once: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An office with an approved snapshot, a request that waits and a period that was closed on its first day."""
    store = copy_store(staffed_once, Address(tmp_path / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        add(db, SECOND, Role.APPROVER)
        opening(db)
        closing(db)
        asking(db)
        snapshots.take_snapshot(db, actor_id=APPROVER, name="summer")
        snapshots.approve_snapshot(db, actor_id=SECOND, name="summer")
    monkeypatch.setitem(os.environ, "TRACKER_STORE", str(store.file))
    open_store.close()
    st.cache_resource.clear()
    yield
    open_store.close()
    st.cache_resource.clear()


def page(who: str, file: str) -> AppTest:
    """A page of the app as it is shown to somebody."""
    opened = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    opened.query_params["acting_as"] = who
    shown = opened.run().switch_page(f"tracker/ui/pages/{file}.py").run()
    assert not shown.exception
    return press(shown, CONFIRM) if CONFIRM in [button.label for button in shown.button] else shown


def said(shown: AppTest) -> str:
    return " ".join(str(part.proto) for part in shown.main)


def press(shown: AppTest, label: str) -> AppTest:
    [button] = [button for button in shown.button if button.label == label]
    pressed = button.click().run()
    assert not pressed.exception
    return pressed


def write(shown: AppTest, label: str, text: str) -> None:
    [field] = [field for field in (*shown.text_input, *shown.text_area) if field.label == label]
    field.set_value(text).run()


@pytest.mark.usefixtures("office")
def test_a_snapshot_is_withdrawn_by_another_than_its_approver_and_its_page_says_so() -> None:
    assert "Withdraw snapshot" not in [button.label for button in page(SECOND, "snapshots").button]
    shown = page(APPROVER, "snapshots")
    write(shown, "Reason", "It left out the returns")
    press(shown, "Withdraw snapshot")
    again = page(SECOND, "snapshots")
    assert "by Approver: It left out the returns." in said(again)
    assert "Withdraw snapshot" not in [button.label for button in again.button]


@pytest.mark.usefixtures("office")
def test_a_period_is_opened_again_and_a_request_withdrawn_on_change_control() -> None:
    shown = page(APPROVER, "change_control")
    write(shown, "Reason for reopening", "Closed too early")
    press(shown, "Reopen period")
    shown = page(OWNER, "change_control")
    [choice] = [box for box in shown.selectbox if box.label == "Request to withdraw"]
    choice.select_index(0).run()
    press(shown, "Withdraw request")
    shown = page(APPROVER, "change_control")
    assert "Change or close October to December 2026" in said(shown)
    assert "withdrawn by Owner" in said(shown)
