from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, TELEPHONE, barriers, resize, served, visit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

PAGES = ("", "commitments", "commitment?id=C2-01", "commitment?id=C6-01", "about")
DAYS = ("", "2023-07-01")


def at(app: str, path: str, day: str) -> str:
    joiner = "&" if "?" in path else "?"
    return f"{app}/{path}{joiner}as_at={day}" if day else f"{app}/{path}"


def board_json(store: Path, *arguments: str) -> dict[str, Any]:
    """The board as the command line prints it, while the app has the store open for reading too."""
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "board", "--format", "json", *arguments],
        cwd=ROOT,
        env={**os.environ, "TRACKER_STORE": str(store)},
        check=True,
        capture_output=True,
        text=True,
    )
    content: dict[str, Any] = json.loads(done.stdout)
    return content


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_free_of_serious_barriers_and_of_sideways_scrolling(
    app: str, page: Page, path: str, day: str
) -> None:
    resize(page, TELEPHONE)
    visit(page, at(app, path, day))
    assert barriers(page) == []
    assert page.locator("h1").count() == 1
    assert page.locator("[data-testid=stException]").count() == 0


def test_the_board_page_shows_the_figures_of_the_command_line(app: str, page: Page, store: Path) -> None:
    for day in ("", "2023-07-01"):
        visit(page, at(app, "", day))
        figures = board_json(store, *(["--as-at", day] if day else []))
        shown = page.locator(".tally").all()
        for tally, counts in zip(shown, ("by_owner_status", "by_computed_status", "by_outcome"), strict=True):
            words = tally.locator(".status").all_inner_texts()
            numbers = tally.locator(".count").all_inner_texts()
            read = {word.lstrip("✓▲■◆●◌–○▸≈∞↷✕≁?").strip(): int(n) for word, n in zip(words, numbers, strict=True)}
            assert read == figures["commitments"][counts]
        serious = [e for e in figures["exceptions"] if e["reasons"][0] != "not reported"]
        heads = r"(Overdue|Late beyond tolerance|Owner's rating better than the dates|open milestones): \d"
        tables = page.locator("table", has=page.locator("caption", has_text=re.compile(heads)))
        assert tables.locator("tbody tr").count() == len(serious)
        assert figures["head"]["hash"][:12] in page.locator("footer").inner_text()


def test_one_as_at_control_moves_every_page_and_is_kept_in_the_address(app: str, page: Page) -> None:
    visit(page, at(app, "", "2023-03-31"))
    expect(page.locator(".banner")).to_contain_text("31 March 2023")

    page.get_by_role("link", name="Commitments", exact=True).click()
    page.wait_for_selector("h1:has-text('Commitments')")
    assert "as_at=2023-03-31" in page.url
    expect(page.locator(".banner")).to_contain_text("31 March 2023")

    page.locator("tbody a", has_text="delivery board").first.click()
    page.wait_for_selector("footer")
    assert "as_at=2023-03-31" in page.url
    expect(page.locator(".banner")).to_contain_text("31 March 2023")
    expect(page.locator("dl").first).to_contain_text("Not started")

    page.get_by_role("link", name="Show today").click()
    expect(page.locator(".banner")).to_have_count(0)
    assert "as_at" not in page.url


def test_a_day_that_is_typed_is_shown_when_one_presses_enter(app: str, page: Page) -> None:
    visit(page, app)
    parts = page.get_by_role("group", name="As at").get_by_role("spinbutton")
    parts.first.focus()
    page.keyboard.type("30062023")
    page.keyboard.press("Enter")
    expect(page.locator(".banner")).to_contain_text("30 June 2023")
    assert "as_at=2023-06-30" in page.url
    parts.first.focus()
    page.keyboard.type("01072023")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".banner")).to_contain_text("1 July 2023")
    assert parts.all_inner_texts() == ["01", "07", "2023"]


@pytest.mark.parametrize("asked", ["2031-01-01", "2022-03-28", "01/07/2023", "<script>"])
def test_a_day_that_no_board_can_be_shown_for_gets_a_sentence_and_today(app: str, page: Page, asked: str) -> None:
    visit(page, f"{app}/?as_at={asked}")
    expect(page.locator(".banner[role=alert]")).to_contain_text("This page shows today.")
    expect(page.locator("h1")).to_have_text("National SEND Delivery Board")


def test_a_day_in_the_address_is_read_as_people_write_it(app: str, page: Page) -> None:
    visit(page, f"{app}/commitment?id=C6-06&as_at=1 July 2023")
    expect(page.locator(".banner")).to_contain_text("Position as at 1 July 2023")
    expect(page.locator(".over").first).to_contain_text("C6-06")
    assert "as_at=2023-07-01" in page.url


def test_showing_today_stays_on_the_page_with_what_was_chosen(app: str, page: Page) -> None:
    visit(page, f"{app}/commitment?id=C6-06&as_at=2023-07-01")
    page.get_by_role("link", name="Show today").click()
    expect(page.locator(".banner")).to_have_count(0)
    expect(page.locator(".over").first).to_contain_text("C6-06")

    visit(page, f"{app}/commitments?search=mediation&as_at=2023-07-01")
    found = page.locator("caption").inner_text()
    page.get_by_role("link", name="Show today").click()
    expect(page.locator(".banner")).to_have_count(0)
    expect(page.locator("caption")).to_have_text(found)


def test_remarks_of_today_are_not_shown_for_a_past_day(app: str, page: Page) -> None:
    visit(page, f"{app}/commitment?id=C2-01")
    expect(page.locator("body")).to_contain_text("The Improvement Plan of March 2023 put the decision")
    visit(page, f"{app}/commitment?id=C2-01&as_at=2022-04-01")
    expect(page.locator("body")).not_to_contain_text("Improvement Plan")


def test_the_board_as_it_stood_holds_nothing_that_came_later(app: str, page: Page) -> None:
    visit(page, at(app, "", "2022-04-01"))
    later = [
        stamp
        for stamp in page.locator(".tracker time").evaluate_all("all => all.map(one => one.dateTime)")
        if dt.date.fromisoformat(stamp) > dt.date(2022, 4, 1)
    ]
    assert later == []


def test_the_register_is_searched_and_filtered_and_the_view_can_be_sent_on(app: str, page: Page) -> None:
    visit(page, at(app, "commitments", ""))
    expect(page.locator("caption")).to_have_text("55 of 55 commitments")

    page.get_by_label("Search").fill("safety valve")
    page.get_by_label("Search").press("Enter")
    expect(page.locator("caption")).to_have_text("1 of 55 commitments")
    assert page.locator("tbody tr").inner_text().count("C6-01") == 1

    visit(page, f"{app}/commitments?chapter=4+A+reformed+and+integrated+role+for+alternative+provision")
    expect(page.locator("caption")).to_have_text("8 of 55 commitments")

    visit(page, f"{app}/commitments?search=nothing-is-called-this")
    expect(page.locator(".tracker", has_text="No commitments match").first).to_be_visible()


def test_a_commitment_is_chosen_from_its_list_and_kept_in_the_address(app: str, page: Page) -> None:
    visit(page, f"{app}/commitment?id=C6-06")
    expect(page.locator(".over").first).to_contain_text("C6-06")

    page.get_by_label("Commitment", exact=True).click()
    page.keyboard.type("C6-05")  # the list is searched by typing
    page.get_by_role("option", name="C6-05").click()
    expect(page.locator(".over").first).to_contain_text("C6-05")
    assert "id=C6-05" in page.url
    page.reload()
    expect(page.locator(".over").first).to_contain_text("C6-05")
    page.go_back()
    expect(page.locator(".over").first).to_contain_text("C6-06")


def test_an_unknown_commitment_in_the_address_gets_a_sentence(app: str, page: Page) -> None:
    visit(page, f"{app}/commitment?id=C9-99")
    expect(page.locator("h1")).to_have_text("Sorry, this page cannot be shown")
    expect(page.locator(".tracker p").first).to_contain_text('There was no commitment "C9-99"')


def test_a_page_is_read_by_keyboard_alone(app: str, page: Page) -> None:
    visit(page, app)
    summary = page.locator("details summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details").first).to_have_attribute("open", "")

    link = page.locator("tbody th a").first
    link.focus()
    assert link.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/commitment?*")


def test_tables_have_captions_and_headings_that_a_screen_reader_can_use(app: str, page: Page) -> None:
    visit(page, app)
    tables = page.locator(".tracker table").all()
    assert len(tables) > 3
    for table in tables:
        assert table.locator("caption").count() == 1
        rows = table.locator("tbody tr").count()
        assert table.locator("tbody th[scope=row]").count() == rows
        assert table.locator("thead th[scope=col]").count() > 1


def test_every_chart_has_its_finding_as_text(app: str, page: Page) -> None:
    visit(page, app)
    charts = page.locator("[data-testid=stVegaLiteChart]")
    charts.first.wait_for()
    labels = charts.locator("[aria-label]").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert any("commitments are delivered in some form" in label for label in labels)
    assert any("overdue, the latest" in label for label in labels)
    page.get_by_text("Show the figures").click()
    expect(page.locator("table", has_text="Delivered in some form").first).to_be_visible()


def test_the_app_asks_nothing_of_any_other_machine(app: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        visit(page, at(app, path, ""))
    hosts = {urlsplit(url).hostname for url in asked if url.startswith(("http", "ws"))}
    assert hosts == {"127.0.0.1"}


def test_without_a_store_the_page_says_what_to_do(tmp_path: Path, page: Page) -> None:
    with served(tmp_path / "absent.duckdb") as address:
        page.goto(address)
        expect(page.locator("h1")).to_have_text("Sorry, the tracker cannot open its data")
        expect(page.locator(".tracker p").first).to_contain_text("python -m tracker init")
