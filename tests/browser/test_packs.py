"""A pack made on its page and downloaded, and its report opened by itself: no barrier, nothing fetched."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import served, visit
from tests.browser.test_snapshots import TAKER
from tests.browser.test_snapshots import staffed as staffed  # noqa: PLC0414  a fixture that is shared on
from tracker.services import packs, snapshots, stores

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.store.database import Address

pytestmark = pytest.mark.browser


def test_a_pack_is_made_on_its_page_and_its_report_is_free_of_barriers(
    staffed: Address, page: Page, tmp_path: Path
) -> None:
    with stores.open_store(staffed, writable=True) as db:
        snapshots.take_snapshot(db, actor_id=TAKER, name="this-board")
    with served(staffed.file) as app:
        visit(page, f"{app}/snapshots?acting_as={TAKER}&name=this-board")
        page.get_by_role("button", name="Make pack").click()
        expect(page.get_by_role("alert").first).to_contain_text("Choose a marking.")
        page.get_by_label("Marking").click()
        page.get_by_role("option", name="OFFICIAL", exact=True).click()
        page.get_by_role("button", name="Make pack").click()
        expect(page.locator(".done")).to_contain_text("The pack is ready.", timeout=60_000)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download pack").click()
        content = download.value.path().read_bytes()
    assert download.value.suggested_filename.endswith("_v1_OFFICIAL.zip")
    with stores.open_store(staffed) as db:
        assert packs.check_pack(content, db).faults == ()

    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        [report] = [name for name in pack.namelist() if name.endswith(".html")]
        (tmp_path / "report.html").write_bytes(pack.read(report))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    found = Axe().run(page).response["violations"]
    assert [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in found] == []
    page.set_viewport_size({"width": 400, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert {address.partition(":")[0] for address in asked} == {"file"}
