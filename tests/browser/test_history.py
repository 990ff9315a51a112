"""The History page: sentences for eyes, keyboards and screen readers, filters in the address, proof and download."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, TELEPHONE, barriers, resize, served, visit
from tests.samples import organisation, progress, save
from tests.security.payloads import PAYLOADS
from tracker.domain.nouns import User
from tracker.domain.words import MoveReason, Reporter, Role
from tracker.services import plans, stores
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

MILESTONE = "C2-01-M4"
HOSTILE = "C2-01-M3"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the shipped plans, a forecast that moved twice, sixty edits and a hostile report."""
    store = Address(tmp_path_factory.mktemp("history") / "tracker.duckdb")
    stores.init_store(store)
    with stores.open_store(store, writable=True) as db:
        plans.load_plans(db, ROOT / "plans", ROOT / "data", actor="test")
        ana = "ana@example.org"
        save(db, User(id=ana, name="Ana", role=Role.VIEWER, active=True))
        for on, forecast, why in (
            (dt.date(2023, 4, 1), dt.date(2025, 12, 31), None),
            (dt.date(2024, 4, 1), dt.date(2026, 3, 31), MoveReason.LEGISLATION),
            (dt.date(2025, 4, 1), dt.date(2026, 6, 30), MoveReason.SPENDING),
        ):
            said = progress(id=MILESTONE, reporter=Reporter.OWNER, forecast_on=forecast, reason=why)
            save(db, said, on=on, actor=ana)
        for number in range(60):
            save(db, organisation(f"Name {number}", "edited"), actor="An Editor")
        hostile = progress(id=HOSTILE, status="x", narrative=" ".join(PAYLOADS))
        save(db, hostile, on=dt.date(2023, 5, 1), actor=PAYLOADS[0], reason=" ".join(PAYLOADS))
    with served(store.file) as address:
        yield address


def table(page: Page) -> list[str]:
    return page.locator("table", has_text="What changed").locator("tbody tr").all_inner_texts()


def listed(page: Page, caption: str) -> None:
    """Wait until the table says how many lines it has; while a page is redrawn, the old table may stand beside it."""
    expect(page.locator("caption").get_by_text(caption, exact=True)).to_be_visible()


@pytest.mark.parametrize("day", ["", "as_at=2023-07-01"])
@pytest.mark.parametrize("query", ["", f"milestone={MILESTONE}", f"milestone={HOSTILE}"])
def test_the_page_is_free_of_serious_barriers_and_of_sideways_scrolling(
    story: str, page: Page, query: str, day: str
) -> None:
    resize(page, TELEPHONE)
    visit(page, f"{story}/history?{'&'.join(filter(None, (query, day)))}")
    assert barriers(page) == []
    assert page.locator("h1").all_inner_texts() == ["History"]
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_milestones_history_is_told_in_sentences_with_its_trend_and_a_table_beside_it(story: str, page: Page) -> None:
    visit(page, f"{story}/history?milestone={MILESTONE}")
    newest = table(page)[0]
    assert "Ana (viewer)" in newest
    assert f"Moved the forecast of {MILESTONE} from 31 March 2026 to 30 June 2026 (+91 days)" in newest
    assert "funding or spending review" in newest
    said = f"The forecast has moved 2 times, by 181 days in total. {MILESTONE} up to "
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_attribute("aria-label", re.compile(f"^{said}"))
    beside = page.locator("table", has_text=f"Reported dates of {MILESTONE}")
    assert "30 June 2026" in beside.locator("tbody tr").first.inner_text()


def test_as_at_a_past_day_only_what_holds_up_to_it_is_listed_and_the_page_says_so(story: str, page: Page) -> None:
    visit(page, f"{story}/history?milestone={MILESTONE}&as_at=2024-07-01")
    expect(
        page.locator(".tracker p", has_text="This list shows what was true on or before 1 July 2024")
    ).to_be_visible()
    assert "31 March 2026" in table(page)[0]
    assert not [row for row in table(page) if "30 June 2026" in row]
    visit(page, f"{story}/history")
    expect(page.locator(".tracker p", has_text="This list shows what was true")).to_have_count(0)


def test_filters_are_chosen_from_lists_kept_in_the_address_and_can_be_taken_away(story: str, page: Page) -> None:
    visit(page, f"{story}/history?commitment=C2-01")
    everything = len(table(page))
    page.get_by_label("Milestone", exact=True).click()
    page.keyboard.type(MILESTONE)
    page.get_by_role("option", name=MILESTONE).click()
    listed(page, "4 changes")
    assert f"milestone={MILESTONE}" in page.url
    assert "commitment=C2-01" in page.url
    page.reload()
    page.wait_for_selector("footer")
    listed(page, "4 changes")
    page.get_by_label("Milestone", exact=True).click()
    page.get_by_role("option", name="All", exact=True).click()
    listed(page, f"{everything} changes")
    assert "milestone" not in page.url


def test_another_commitment_lets_go_of_the_milestone_of_the_first(story: str, page: Page) -> None:
    visit(page, f"{story}/history?commitment=C2-01&milestone={MILESTONE}")
    page.get_by_label("Commitment", exact=True).click()
    page.keyboard.type("C6-01")
    page.get_by_role("option", name="C6-01").click()
    expect(page.locator("table", has_text="C6-01").first).to_be_visible()
    assert "milestone" not in page.url


def test_what_one_person_recorded_and_when_is_found(story: str, page: Page) -> None:
    visit(page, f"{story}/history?who=ana%40example.org")
    listed(page, "3 changes")
    visit(page, f"{story}/history?who=ana%40example.org&to=2022-04-01")
    expect(page.locator(".tracker p", has_text="No changes match")).to_be_visible()
    visit(page, f"{story}/history?who=nobody&from=yesterday&part=0")
    assert len(table(page)) == 50


def test_older_lines_are_a_link_away_and_a_new_filter_begins_at_the_newest(story: str, page: Page) -> None:
    visit(page, f"{story}/history?who=An+Editor")
    listed(page, "60 changes, showing 1 to 50")
    assert "“Name 59”" in table(page)[0]
    page.get_by_role("link", name="Older").click()
    listed(page, "60 changes, showing 51 to 60")
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    assert "“Name 0”" in table(page)[-1]
    page.get_by_role("link", name="Newer").click()
    listed(page, "60 changes, showing 1 to 50")
    visit(page, f"{story}/history?who=An+Editor&part=9")
    listed(page, "60 changes, showing 1 to 50")
    visit(page, f"{story}/history?who=An+Editor&part=2")
    listed(page, "60 changes, showing 51 to 60")
    page.get_by_label("Commitment", exact=True).click()
    page.keyboard.type("C2-01")
    page.get_by_role("option", name="C2-01 One").click()
    expect(page.locator(".tracker p", has_text="No changes match")).to_be_visible()
    assert "part=" not in page.url


def test_an_id_in_the_address_that_there_is_not_gets_a_sentence(story: str, page: Page) -> None:
    visit(page, f"{story}/history?milestone=C9-99-M1")
    expect(page.locator(".tracker p", has_text='There is no milestone "C9-99-M1"')).to_be_visible()
    visit(page, f"{story}/history?commitment=%3Cscript%3E")
    expect(page.locator(".tracker p", has_text='There is no commitment "<script>"')).to_be_visible()


def test_the_ledger_is_verified_from_the_page(story: str, page: Page) -> None:
    visit(page, f"{story}/history")
    page.get_by_role("button", name="Check the record").click()
    said = page.get_by_role("status").filter(has_text="The ledger is whole")
    expect(said).to_contain_text("66 changes and ")
    seal = said.locator("code").inner_text()
    assert len(seal) == 64
    assert seal.startswith(page.locator("footer code").inner_text())


def test_the_whole_history_that_is_chosen_is_downloaded_as_csv(story: str, page: Page) -> None:
    visit(page, f"{story}/history?who=An+Editor")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as CSV").click()
    file = waiting.value
    assert file.suggested_filename.startswith("history_as-at_")
    assert file.suggested_filename.endswith("_seq66.csv")
    text = Path(file.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["change"] for row in rows] == [str(seq) for seq in range(65, 5, -1)]


def test_what_people_write_is_shown_as_text(story: str, page: Page) -> None:
    visit(page, f"{story}/history?milestone={HOSTILE}")
    assert page.evaluate("window.ran") is None
    shown = page.locator("table", has_text="What changed").inner_text()
    for payload in PAYLOADS:
        assert payload in shown
    assert page.locator("a[href^='data:'], a[href^='javascript:'], .tracker img, .tracker script").count() == 0


def test_a_commitment_leads_to_its_history_on_the_same_day(story: str, page: Page) -> None:
    visit(page, f"{story}/commitment?id=C2-01&as_at=2024-07-01")
    page.locator(".tracker").get_by_role("link", name="History", exact=True).click()
    page.wait_for_selector("h1:has-text('History')")
    page.wait_for_selector("table")
    assert "commitment=C2-01" in page.url
    expect(page.locator(".banner")).to_contain_text("1 July 2024")
