"""Every page of a demonstration store says what it is, in the tab and at its top; and so does what is taken from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, served, visit
from tracker.demo import making
from tracker.domain.words import DEMONSTRATION, DEMONSTRATION_NOTICE
from tracker.store.database import Address
from tracker.ui.frame import PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a demonstration of the shipped plan."""
    at = Address(tmp_path_factory.mktemp("demonstration") / "demonstration.duckdb")
    making.make_demonstration(at, ROOT / "plans", ROOT / "data")
    with served(at.file) as address:
        yield address


def test_every_page_of_a_demonstration_says_so_and_is_no_wider_than_a_telephone(demonstration: str, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 900})
    people = {"my_updates": "safety-valve", "administration": "administrator"}
    addresses = [
        f"{path}?acting_as={people.get(file, 'secretariat')}@demonstration.invalid" for file, _, path, _ in PAGES
    ]
    for address in (*addresses, "?as_at=2026-03-01", "commitment?id=C9-99"):
        visit(page, f"{demonstration}/{address}")
        expect(page.locator(".banner.demonstration[role=status]")).to_have_text(DEMONSTRATION_NOTICE)
        assert page.title().startswith(f"{DEMONSTRATION}: "), address
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 400, address
        assert page.locator("[data-testid=stException]").count() == 0


def test_a_file_from_a_page_of_a_demonstration_is_named_so_and_says_so_in_every_row(
    demonstration: str, page: Page
) -> None:
    visit(page, f"{demonstration}/history")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename.startswith("demonstration-data_history_as-at_")
    header, *rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert header.startswith("\ufeffdemonstration,")
    assert all(row.startswith(f"{DEMONSTRATION},") for row in rows)
