"""A snapshot taken, approved and opened again in a real browser, whatever was recorded since."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, barriers, served, visit
from tests.services.test_snapshots import change_at_random
from tracker.services import plans, snapshots, stores, users
from tracker.store.database import Address

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

TAKER, SECOND, VIEWER = "taker@example.gov.uk", "second@example.gov.uk", "vic@example.gov.uk"
PAGES = ("", "commitments", "commitment?id=C6-01", "history?commitment=C6-06", "about")


@pytest.fixture
def staffed(tmp_path: Path) -> Address:
    """A store with the shipped plans, two approvers and a viewer."""
    at = Address(tmp_path / "tracker.duckdb")
    stores.init_store(at)
    with stores.open_store(at, writable=True) as db:
        plans.load_plans(db, ROOT / "plans", ROOT / "data", actor="test")
        for email, role in ((TAKER, "approver"), (SECOND, "approver"), (VIEWER, "viewer")):
            users.add_user(
                db,
                actor_id=users.OPERATOR,
                account=users.Account(address=email, name=email.partition("@")[0].title(), role=role),
            )
    return at


def shown(page: Page, app: str, path: str) -> list[str]:
    """All that a page of the snapshot says in words, but for the banner, which tells of the present."""
    visit(page, f"{app}/{path}{'&' if '?' in path else '?'}snapshot=this-board")
    expect(page.locator(".banner")).to_contain_text("Snapshot this-board")
    expect(page.locator(".banner")).to_contain_text("You cannot make changes here")
    expect(page.locator(".as-at")).to_contain_text("As at")
    expect(page.locator(".st-key-as_at")).to_have_count(0)
    return [part for part in page.locator(".tracker").all_inner_texts() if not part.startswith("Snapshot this-board")]


def test_a_snapshot_that_was_taken_and_approved_shows_the_same_after_whatever_was_recorded(
    staffed: Address, page: Page
) -> None:
    with served(staffed.file) as app:
        visit(page, f"{app}/snapshots?acting_as={VIEWER}")
        expect(page.get_by_role("button", name="Save snapshot")).to_have_count(0)

        visit(page, f"{app}/snapshots?acting_as={TAKER}")
        page.get_by_role("textbox", name="Name", exact=True).fill("This Board")
        page.get_by_role("button", name="Save snapshot").click()
        expect(page.get_by_role("alert")).to_contain_text("cannot be a snapshot's name")
        page.get_by_role("textbox", name="Name", exact=True).fill("this-board")
        page.get_by_role("button", name="Save snapshot").click()
        expect(page.locator(".done")).to_contain_text("Snapshot this-board saved.")
        expect(page.get_by_text("You saved this snapshot, so another approver must approve it.")).to_be_visible()
        expect(page.get_by_role("button", name="Approve snapshot")).to_have_count(0)
        first = [shown(page, app, path) for path in PAGES]

        visit(page, f"{app}/snapshots?acting_as={SECOND}&name=this-board")
        page.get_by_role("button", name="Approve snapshot").click()
        expect(page.locator(".done")).to_contain_text("this-board approved")
        page.get_by_role("button", name="Check this snapshot").click()
        expect(page.get_by_text("The snapshot is unchanged.")).to_be_visible()
        assert barriers(page) == []

    with stores.open_store(staffed, writable=True) as db:
        chance = random.Random(11)
        for number in range(40):
            change_at_random(db, chance, number)
        assert snapshots.show_snapshot(db, "this-board").approver == "Second"

    with served(staffed.file) as app:
        for path, before in zip(PAGES, first, strict=True):
            assert shown(page, app, path) == before, path
        visit(page, f"{app}/?snapshot=this-board&acting_as={SECOND}")
        expect(page.locator(".banner")).to_contain_text("Changes recorded since then affect this position")
        page.get_by_role("link", name="Snapshots", exact=True).click()
        expect(page.get_by_role("heading", name="Snapshots", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Save snapshot")).to_have_count(0)
        assert "snapshot=this-board" in page.url

        page.get_by_role("link", name="see what changed").first.click()
        expect(page.get_by_text("Milestone re-baselined: ").or_(page.get_by_text("Money added: "))).not_to_have_count(0)
        expect(page.locator(".banner")).to_have_count(0)
        assert barriers(page) == []

        visit(page, app)
        expect(page.get_by_role("heading", name="What changed since the last board")).to_be_visible()
        expect(page.get_by_text("there is nothing to compare")).to_be_visible()  # it is of today's board
        assert barriers(page) == []
        page.set_viewport_size({"width": 400, "height": 900})
        for path in ("", "snapshots?earlier=this-board&later=2023-12-31"):
            visit(page, f"{app}/{path}")
            assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 400


def test_a_snapshot_that_is_not_there_is_told_and_today_is_shown(app: str, page: Page) -> None:
    visit(page, f"{app}/?snapshot=%3Cb%3Enone%3C/b%3E")
    expect(page.locator(".banner")).to_have_text('There is no snapshot called "<b>none</b>". This page shows today.')
    expect(page.get_by_text("No earlier board met with an approved snapshot")).to_be_visible()
