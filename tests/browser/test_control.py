"""Change control in a real browser: asked for by one, approved by another, and the original baseline beside the new."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, TELEPHONE, barriers, pick, resize, served, visit
from tests.browser.test_updates import acting, fill
from tracker.domain import dates
from tracker.services import periods, plans, stores, users
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

ANA, SEC = "ana@example.gov.uk", "sec@example.gov.uk"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the shipped plans, with an owner, an approver, and a reporting period that is open."""
    at = Address(tmp_path_factory.mktemp("control") / "tracker.duckdb")
    stores.init_store(at)
    today = dates.today()
    with stores.open_store(at, writable=True) as db:
        plans.load_plans(db, ROOT / "plans", ROOT / "data", actor="test")
        for email, name, role, given in (
            (ANA, "Ana", "contributor", ["change-programme", "safety-valve"]),
            (SEC, "Sec", "approver", []),
        ):
            users.add_user(
                db,
                actor_id=users.OPERATOR,
                account=users.Account(address=email, name=name, role=role, programmes=given),
            )
        periods.open_period(
            db,
            actor_id=SEC,
            period=periods.Timetable(
                period_id="2026-q4",
                name="October to December",
                opens_on=today,
                closes_on=today + dt.timedelta(days=7),
                board_on=today + dt.timedelta(days=14),
            ),
        )
    with served(at.file) as address:
        yield address


def test_a_baseline_is_asked_for_and_approved_by_another_and_shown_beside_the_original(office: str, page: Page) -> None:
    visit(page, acting(office, "control", "ana"))
    pick(page, "Milestone", "C6-04-M2")
    fill(page, "New baseline", "2027-06")
    pick(page, "Reason for the change", "scope changed")
    fill(page, "More about the reason", "Testing was extended by the <b>department</b>.")
    expect(page.locator("dl", has_text="June 2027 if approved")).to_be_visible()
    page.get_by_role("button", name="Send request").click()
    expect(page.locator(".done")).to_contain_text("You requested a baseline of June 2027 for C6-04-M2")
    assert page.get_by_role("button", name="Approve").count() == 0

    visit(page, acting(office, "control", "sec"))
    expect(page.locator("table", has_text="Waiting for a decision: 1")).to_contain_text("by the <b>department</b>.")
    pick(page, "Request", "C6-04-M2/1")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".done")).to_contain_text("C6-04-M2/1 approved")

    visit(page, acting(office, "commitment", "sec") + "&id=C6-04")
    line = page.locator("tr", has_text="The change programme completes its planned run").first
    expect(line).to_contain_text("June 2027 (originally March 2025)")
    expect(page.locator("table", has_text="Requests, newest first")).to_contain_text("by Sec")
    visit(page, acting(office, "updates", "ana"))
    expect(page.locator("tr", has_text="C6-04-M2").first).to_contain_text("June 2027 (originally March 2025)")


def test_an_owner_rates_a_commitment_and_the_chase_list_counts_it(office: str, page: Page) -> None:
    def not_rated() -> Locator:
        visit(page, acting(office, "control", "sec"))
        return page.locator("table", has_text="of 1 contributor ").locator("tr", has_text="Ana").locator("td").last

    expect(not_rated()).to_have_text("C6-01, C6-04")
    visit(page, acting(office, "updates", "ana"))
    pick(page, "Commitment", "C6-01")
    pick(page, "Delivery confidence", "Amber")
    fill(page, "Rationale", "The last payments are agreed.")
    expect(page.locator("dl", has_text="Delivery confidence").last).to_contain_text("Choose the reason")
    pick(page, "Why you rate it better than the dates suggest (required if you do)", "recovery action")
    page.get_by_role("button", name="Save rating").click()
    expect(page.locator(".done")).to_contain_text("Saved your rating of C6-01")
    expect(not_rated()).to_have_text("C6-04")
    visit(page, f"{office}/commitment?id=C6-01")
    expect(page.locator("dl").first).to_contain_text(
        "Better than the dates suggest: recovery action agreed and under way."
    )


def test_change_control_is_free_of_serious_barriers_and_holds_no_control_for_a_past_day(
    office: str, page: Page
) -> None:
    resize(page, TELEPHONE)
    visit(page, acting(office, "control", "sec"))
    pick(page, "Reminder e-mail to", "Ana")
    expect(page.locator("code", has_text="Dear Ana,")).to_be_visible()
    assert barriers(page) == []
    visit(page, acting(office, "control", "sec") + "&as_at=2023-07-01")
    assert page.get_by_role("button").filter(has_text="period").count() == 0
    assert (
        page.locator("[data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stForm]")
        .filter(visible=True)
        .count()
        == 0
    )
