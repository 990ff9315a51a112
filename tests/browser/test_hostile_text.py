"""What one person writes is text to every other, on every page."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, served, visit
from tests.security.payloads import PAYLOADS
from tracker.services import plans, stores
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def hostile_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the shipped plans and a commitment whose every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "plans", folder / "plans")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("*.duckdb*"))
    text = " ".join(PAYLOADS).replace("\\", "\\\\").replace('"', '\\"')
    (folder / "plans" / "hostile.toml").write_text(
        f"""
        [[source]]
        id = "hostile"
        kind = "evidence"
        publisher = "P {text}"
        title = "T {text}"
        note = "N {text}"
        [[event]]
        on = 2023-01-01
        summary = "E {text}"
        evidence = "hostile"
        [[commitment]]
        id = "C2-99"
        chapter = 2
        kind = "policy"
        title = "T {text}"
        statement = "S {text}"
        lead = "dfe"
        partners = "{text}"
        owner = "lead-delivery"
        measure = "M {text}"
        note = "{text}"
        [[commitment.outcome]]
        from = 2022-03-29
        word = "Superseded"
        reason = "{text}"
        [[commitment.milestone]]
        id = "C2-99-M1"
        title = "T {text}"
        kind = "commitment"
        promised_in = "hostile"
        promised_on = 2022-03-29
        baseline = "2023"
        note = "{text}"
        """,
        encoding="utf-8",
    )
    store = Address(folder / "tracker.duckdb")
    stores.init_store(store)
    with stores.open_store(store, writable=True) as db:
        plans.load_plans(db, folder / "plans", folder / "data", actor="test")
    with served(store.file) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("path", ["", "commitments", "commitment?id=C2-99", "about"])
def test_markup_of_any_kind_is_shown_as_text_on_every_page(hostile_app: str, page: Page, path: str) -> None:
    visit(page, f"{hostile_app}/{path}")
    assert page.evaluate("window.ran") is None
    expect(page.locator("h1")).to_have_count(1)
    shown = page.locator("body").inner_text()
    for payload in PAYLOADS:
        assert payload in shown
    assert page.locator("a[href^='data:'], a[href^='javascript:'], .tracker img, .tracker script").count() == 0
