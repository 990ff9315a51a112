"""A form filled in wrongly, in a real browser: the summary on top, the words at each field, and the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import TELEPHONE, barriers, resize, served, settled, visit
from tests.browser.test_updates import acting, fill, staff

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the shipped plans, with an administrator."""
    with served(staff(tmp_path_factory.mktemp("forms")).file) as address:
        yield address


def test_by_keyboard_each_problem_leads_from_the_summary_to_its_field_which_says_what_is_wrong(
    office: str, page: Page
) -> None:
    resize(page, TELEPHONE)
    visit(page, acting(office, "administration", "ada"))
    fill(page, "E-mail", "cal@localhost")
    settled(page)
    page.get_by_role("button", name="Save person").press("Enter")

    summary = page.get_by_role("alert").filter(has=page.get_by_role("heading", name="There is a problem"))
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    expect(summary).to_contain_text("Nothing was saved.")
    expect(summary.get_by_role("link")).to_have_text(
        [
            'Enter an e-mail address like ana.example@education.gov.uk, not "cal@localhost".',
            "Enter a name, as colleagues know it.",
        ]
    )
    assert barriers(page) == []

    address, name = (page.get_by_role("textbox", name=label, exact=True) for label in ("E-mail", "Name"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(summary.get_by_role("link").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(name).to_be_focused()
    expect(name).to_be_in_viewport()
    for field, words in ((address, "Error: Enter an e-mail address like"), (name, "Error: Enter a name")):
        expect(field).to_have_attribute("aria-invalid", "true")
        said = page.locator(f"#{field.get_attribute('aria-describedby')}")
        expect(said).to_contain_text(words)
        assert said.evaluate("(words, field) => words.compareDocumentPosition(field) & 4", field.element_handle())

    page.keyboard.type("Cal")
    page.keyboard.press("Tab")
    settled(page)
    expect(name).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator(".refusal a")).to_have_count(1)  # what is left to put right
    expect(address).to_have_attribute("aria-invalid", "true")
    fill(page, "E-mail", "cal@example.gov.uk")
    expect(page.locator(".refusal")).to_have_count(0)
    expect(address).not_to_have_attribute("aria-invalid", "true")
    settled(page)
    page.get_by_role("button", name="Save person").press("Enter")
    expect(page.locator(".done")).to_contain_text("Cal (cal@example.gov.uk) added")
    expect(page.locator(".done")).to_be_focused()
