"""A return out and back in a real browser: drawn, filled in, previewed, confirmed, and told of by the pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TELEPHONE, barriers, resize, served, visit
from tests.browser.test_updates import acting, staff
from tests.samples import report_of
from tests.security.payloads import PAYLOADS
from tests.security.test_hostile_files import TABLE_PART, repacked
from tests.services.returned import edited
from tracker.domain import dates
from tracker.domain.dates import PublishedDate
from tracker.domain.words import Precision, ReportedStatus
from tracker.exchange.returns.table import Heading
from tracker.services import boards, progress, stores

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tracker.store.database import Address

pytestmark = pytest.mark.browser

NEXT_YEAR = dt.date(dates.today().year + 1, 12, 31)
FILLED: dict[str, dict[Heading, Any]] = {
    "C6-01-M3": {Heading.NARRATIVE: "Written by Ana."},
    "C6-04-M2": {
        Heading.EXPECTED: NEXT_YEAR,
        Heading.REASON: "scope changed",
        Heading.NOTE: "Testing takes longer.",
        Heading.NARRATIVE: " ".join(PAYLOADS),
    },
    "C6-04-M3": {
        Heading.STATUS: "Complete",
        Heading.EXPECTED: None,
        Heading.HAPPENED: dt.date(2025, 9, 30),
        Heading.PUBLISHER: "Department for Education",
        Heading.EVIDENCE: "Close of testing",
    },
    "C6-01-M1": {Heading.EXPECTED: "03/04/2027"},
}


@pytest.fixture
def staffed(tmp_path: Path) -> Address:
    return staff(tmp_path)


def ben_reports(staffed: Address) -> None:
    """Ben changes a line of Ana's after she has drawn her return."""
    with stores.open_store(staffed, writable=True) as db:
        [line] = [one for one in progress.my_lines(db, actor_id="ben@example.gov.uk") if one.milestone_id == "C6-01-M3"]
        said = report_of(
            milestone_id=line.milestone_id,
            base_version=line.base_version,
            status=ReportedStatus.IN_PROGRESS,
            forecast=line.due or PublishedDate(NEXT_YEAR, Precision.DAY),
            narrative="Written by Ben.",
        )
        progress.report_progress(db, actor_id="ben@example.gov.uk", reports=[said])


def test_a_return_goes_out_and_comes_back_and_the_pages_tell_of_it(
    staffed: Address, page: Page, tmp_path: Path
) -> None:
    with served(staffed.file) as office:
        visit(page, acting(office, "updates", "ana"))
        with page.expect_download() as download:
            page.get_by_role("button", name="Download as Excel workbook").click()
        assert download.value.suggested_filename.startswith("return_")
        content = download.value.path().read_bytes()
    ben_reports(staffed)
    file = tmp_path / "return.xlsx"
    file.write_bytes(edited(content, FILLED))

    with served(staffed.file) as office:
        visit(page, acting(office, "updates", "ana"))
        bomb = tmp_path / "bomb.xlsx"
        bomb.write_bytes(repacked({TABLE_PART: b" " * 5_000_000}))
        page.locator("input[type=file]").set_input_files(bomb)
        expect(page.locator(".banner[role=alert]")).to_contain_text("unpacks to far more than its size")
        page.locator("input[type=file]").set_input_files(file)
        rejected = page.locator("table", has_text="Rejected: 1 row")
        expect(rejected).to_contain_text("is it 3 April 2027 or 4 March 2027?")
        expect(page.locator("table", has_text="Conflict: ben@example.gov.uk changed C6-01-M3")).to_contain_text(
            "Written by Ben."
        )
        save = page.get_by_role("button", name="as one change")
        save.click()
        expect(page.locator(".refusal")).to_contain_text("Choose a version of C6-01-M3.")
        resize(page, TELEPHONE)
        assert barriers(page) == []

        page.get_by_text("Use my version").last.click()
        page.get_by_text("Save the other rows and skip 1 rejected row").click()
        expect(page.get_by_text("Before you save,")).to_have_count(0)
        save.click()
        expect(page.locator(".done")).to_contain_text("Saved 3 milestones from return.xlsx. Recorded as change")

        upload = page.locator("input[type=file]")
        expect(page.get_by_test_id("stFileChip")).to_have_count(0)
        expect(upload).to_have_count(1)  # the next one, empty
        upload.set_input_files(file)
        expect(page.locator(".banner[role=alert]")).to_contain_text("You have already uploaded this file (change")

        visit(page, acting(office, "commitment", "ana") + "&id=C6-04")
        rows = page.locator("table", has_text="Milestones: baseline, forecast and date completed").locator("tbody tr")
        expect(rows.filter(has_text="C6-04-M3")).to_contain_text("Department for Education: Close of testing")
        expect(rows.filter(has_text="C6-04-M2")).to_contain_text(dates.in_words(NEXT_YEAR))
        assert page.evaluate("window.ran") is None
        for payload in PAYLOADS:
            assert payload in page.locator("body").inner_text()
        visit(page, acting(office, "history", "ana") + "&milestone=C6-04-M2")
        expect(page.locator("body")).to_contain_text("scope changed")

    assert stores.verify_store(staffed).faults == ()
    with stores.open_store(staffed) as db:
        view = boards.view_board(db, dates.today(), boards.known_position(db))
        lines = {line.milestone_id: line for line in view.milestones}
        assert lines["C6-01-M3"].statement.narrative == "Written by Ana."
        assert lines["C6-04-M2"].statement.narrative == " ".join(PAYLOADS)
        assert lines["C6-04-M3"].status == "Complete, late"
