"""What one person writes is text to every other, on every page."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, served, visit
from tests.samples import report_of
from tests.security.payloads import NAMES, PAYLOADS
from tracker.domain import dates
from tracker.domain.baselines import Asked
from tracker.domain.dates import PublishedDate
from tracker.domain.progress import Evidence
from tracker.domain.ratings import Rating
from tracker.domain.words import MoveReason, Precision, ReportedStatus, Role
from tracker.services import baselines, periods, plans, progress, ratings, snapshots, stores, users
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database


def speak(db: Database, text: str) -> None:
    """Have people say hostile things wherever the tracker lets them say anything."""
    today = dates.today()
    people: tuple[tuple[str, Role, list[str]], ...] = (
        ("mal", Role.CONTRIBUTOR, ["C2-99"]),
        ("sec", Role.APPROVER, []),
        ("dep", Role.APPROVER, []),
        ("ada", Role.ADMINISTRATOR, []),
    )
    for number, (person, role, commitments) in enumerate(people):
        users.add_user(
            db,
            actor_id=users.OPERATOR,
            account=users.Account(
                address=f"{person}@example.gov.uk",
                name=f"{person} {' '.join(NAMES[number :: len(people)])}",
                role=role,
                commitments=commitments,
            ),
        )
    mal, sec, dep = (f"{person}@example.gov.uk" for person in ("mal", "sec", "dep"))
    periods.open_period(
        db,
        actor_id=sec,
        period=periods.Timetable(period_id="now", name=f"P {text}", opens_on=today, closes_on=today, board_on=today),
    )
    progress.report_progress(
        db,
        actor_id=mal,
        reports=[
            report_of(
                milestone_id="C2-99-M1",
                base_version=0,
                status=ReportedStatus.COMPLETE,
                actual=PublishedDate(today, Precision.DAY),
                reason=MoveReason.SCOPE,
                reason_note=f"W {text}",
                narrative=f"N {text}",
                evidence=Evidence(publisher=f"P {text}", title=f"T {text}"),
            )
        ],
    )
    ratings.rate_commitment(
        db, actor_id=mal, rating=Rating(commitment_id="C2-99", base_version=0, rating="Red", rationale=f"R {text}")
    )
    baselines.request_baseline(
        db,
        actor_id=mal,
        asked=Asked(
            milestone_id="C2-99-M1",
            baseline=PublishedDate(today - dt.timedelta(days=1), Precision.DAY),
            reason=MoveReason.CORRECTION,
            note=f"B {text}",
        ),
    )
    baselines.decide_baseline(db, actor_id=sec, baseline_request_id="C2-99-M1/1", approve=False, note=f"D {text}")
    snapshots.take_snapshot(db, actor_id=sec, name="hostile", for_board=True, note=f"S {text}")
    snapshots.approve_snapshot(db, actor_id=dep, name="hostile", note=f"A {text}")


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
        speak(db, " ".join(PAYLOADS))
    with served(store.file) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    [
        "",
        "commitments",
        "commitment?id=C2-99",
        "about",
        "history?commitment=C2-99",
        "updates?acting_as=mal@example.gov.uk",
        "control?acting_as=sec@example.gov.uk",
        "snapshots?acting_as=sec@example.gov.uk",
        "snapshots?earlier=2022-12-31&later=hostile",
        "administration?acting_as=ada@example.gov.uk",
    ],
)
def test_markup_of_any_kind_is_shown_as_text_on_every_page(hostile_app: str, page: Page, path: str) -> None:
    visit(page, f"{hostile_app}/{path}")
    assert page.evaluate("window.ran") is None
    expect(page.locator("h1")).to_have_count(1)
    shown = page.locator("body").inner_text()
    for payload in NAMES if path.startswith("administration") else PAYLOADS:
        assert payload in shown
    assert page.locator("a[href^='data:'], a[href^='javascript:'], .tracker img, .tracker script").count() == 0
