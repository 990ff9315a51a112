"""Programme staff at work, in a real browser on the real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, TELEPHONE, barriers, pick, resize, served, settled, visit
from tests.conftest import copy_store
from tracker.domain import dates
from tracker.domain.nouns import Progress
from tracker.services import backups, boards, plans, stores, users
from tracker.store import reading
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

PEOPLE = (
    ("ana@example.gov.uk", "Ana", "contributor", ("safety-valve", "change-programme", "trusts-2030")),
    ("ben@example.gov.uk", "Ben", "contributor", ("safety-valve",)),
    ("ada@example.gov.uk", "Ada", "administrator", ()),
    ("vic@example.gov.uk", "Vic", "viewer", ()),
)


def staff(folder: Path) -> Address:
    """Make a store with the shipped plans, two contributors, an administrator and a viewer."""
    at = Address(folder / "tracker.duckdb")
    stores.init_store(at)
    with stores.open_store(at, writable=True) as db:
        plans.load_plans(db, ROOT / "plans", ROOT / "data", actor="test")
        for email, name, role, programmes in PEOPLE:
            users.add_user(
                db,
                actor_id=users.OPERATOR,
                account=users.Account(address=email, name=name, role=role, programmes=programmes),
            )
    return at


@pytest.fixture(scope="module")
def staffed_once(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """Such a store, closed, for copying."""
    return staff(tmp_path_factory.mktemp("staffed"))


@pytest.fixture
def staffed(staffed_once: Address, address: Address) -> Address:
    """A store of its own, for a test that looks into it afterwards."""
    return copy_store(staffed_once, address)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the office keeps its backups in."""
    return tmp_path_factory.mktemp("backups")


@pytest.fixture(scope="module")
def office(staffed_once: Address, tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[str]:
    """The app over a store that the other tests share."""
    store = copy_store(staffed_once, Address(tmp_path_factory.mktemp("office") / "tracker.duckdb"))
    with served(store.file, backups=folder) as address:
        yield address


def acting(office: str, path: str, person: str) -> str:
    return f"{office}/{path}?acting_as={person}@example.gov.uk"


def choose_line(page: Page, milestone_id: str) -> None:
    pick(page, "Milestone", milestone_id, exact=True)
    page.get_by_role("textbox", name="Forecast date").wait_for()


def fill(page: Page, label: str, text: str) -> None:
    settled(page)
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(text)
    field.press("Tab")


def choose(page: Page, label: str, option: str) -> None:
    pick(page, label, option, whole=True)


def test_a_contributor_confirms_moves_and_completes_and_the_board_shows_it_at_once(
    staffed: Address, page: Page
) -> None:
    with served(staffed.file) as office:
        visit(page, acting(office, "updates", "ana"))
        choose_lines(page, "Milestones to confirm", "C6-01-M3", "C3-13-M1", "C4-03-M1")
        page.get_by_role("button", name="Confirm 3 milestones").click()
        expect(page.locator(".done")).to_contain_text("Saved 3 milestones: ")

        choose_line(page, "C6-04-M2")
        fill(page, "Forecast date", "2027-03")
        expect(page.locator(".tracker", has_text="Fix before saving").last).to_contain_text("Choose a reason")
        choose(page, "Reason for the change", "scope changed")
        fill(page, "More about the reason", "The programme was extended to finish testing.")
        expect(page.locator("dl", has_text="+730 days after you save")).to_be_visible()
        page.get_by_role("button", name="Save update").click()
        expect(page.locator(".done")).to_contain_text("C6-04-M2")

        choose_line(page, "C6-04-M3")
        choose(page, "Reported status", "Complete")
        fill(page, "Forecast date", "")
        fill(page, "Date completed", "2025-09-30")
        fill(page, "Publisher", "Department for Education")
        fill(page, "Title", "Close of testing")
        page.get_by_role("button", name="Save update").click()
        expect(page.locator(".done")).to_contain_text("C6-04-M3")

        visit(page, acting(office, "commitment", "ana") + "&id=C6-04")
        rows = page.locator("table", has_text="Milestones: baseline, forecast and date completed").locator("tbody tr")
        expect(rows.filter(has_text="C6-04-M2")).to_contain_text("March 2027")
        expect(rows.filter(has_text="C6-04-M3")).to_contain_text("30 September 2025")
        expect(rows.filter(has_text="C6-04-M3")).to_contain_text("Department for Education: Close of testing")

        visit(page, acting(office, "", "ana"))
        late = page.locator("table", has_text="Late beyond tolerance").locator("tbody tr")
        expect(late.filter(has_text="C6-04-M2")).to_contain_text("Forecast March 2027 against a baseline of March 2025")
        expect(late.filter(has_text="C6-04-M3")).to_have_count(0)

        visit(page, acting(office, "history", "ana") + "&who=ana@example.gov.uk")
        told = page.locator("table", has_text="What changed").locator("tbody")
        for sentence in (
            "Added the report on C4-03-M1 with reporter owner; status “In progress”; forecast 2030",
            "report on C6-04-M2 with reporter owner; status “In progress”; forecast March 2027",
            "scope changed; The programme was extended to finish testing.",
            "status “Complete”; date completed 30 September 2025; evidence C6-04-M3/evidence/1",
        ):
            expect(told).to_contain_text(sentence)

    assert stores.verify_store(staffed).faults == ()
    with stores.open_store(staffed) as db:
        with db.read() as cursor:
            mine = [change for change in reading.changes(cursor) if change.actor == "ana@example.gov.uk"]
        assert [change.action for change in mine] == ["report progress"] * 3
        view = boards.view_board(db, dates.today(), boards.known_position(db))
        lines = {line.milestone_id: line for line in view.milestones}
        assert lines["C6-04-M2"].status == "Red"
        assert lines["C6-04-M3"].status == "Complete, late"
        assert lines["C6-01-M3"].status == "Green"


def test_two_people_edit_one_milestone_and_nobodys_text_is_lost(office: str, browser: Browser) -> None:
    first, second = browser.new_page(), browser.new_page()
    for page, person in ((first, "ana"), (second, "ben")):
        visit(page, acting(office, "updates", person))
        choose_line(page, "C6-01-M3")
        fill(page, "Narrative", f"Written by {person}.")
    first.get_by_role("button", name="Save update").click()
    expect(first.locator(".done")).to_contain_text("C6-01-M3")

    second.get_by_role("button", name="Save update").click()
    said = second.locator(".banner[role=alert]")
    expect(said.first).to_contain_text("was not saved")
    expect(said.last).to_contain_text("Someone else changed C6-01-M3 after you started")
    expect(said.last).to_contain_text("Written by ana.")
    expect(second.locator("table", has_text="Compare the two versions")).to_contain_text("Written by ben.")
    assert second.get_by_role("textbox", name="Narrative").input_value() == "Written by ben."

    second.get_by_role("button", name="Use my version").click()
    expect(second.locator(".done")).to_contain_text("is kept but not saved")
    expect(said).to_have_count(0)
    second.get_by_role("button", name="Save update").click()
    expect(second.locator(".done")).to_contain_text("Saved 1 milestone: ")
    visit(second, acting(office, "commitment", "ben") + "&id=C6-01")
    expect(second.locator("table", has_text="C6-01-M3").first).to_contain_text("Written by ben.")
    first.close()
    second.close()


def choose_lines(page: Page, label: str, *milestone_ids: str) -> None:
    for milestone_id in milestone_ids:
        pick(page, label, milestone_id)
        page.keyboard.press("Escape")


def test_one_field_of_many_lines_is_changed_as_one_change_and_never_over_what_was_not_seen(
    staffed: Address, browser: Browser
) -> None:
    with served(staffed.file) as office:
        first, second = browser.new_page(), browser.new_page()
        for page, person in ((first, "ana"), (second, "ben")):
            visit(page, acting(office, "updates", person))
        choose_lines(first, "Milestones to update", "C6-01-M1", "C6-04-M2")
        fill(first, "New forecast date for all", "2027-03")
        difference = first.locator("table", has_text="Check 2 milestones before you save")
        expect(difference.locator("tbody tr").first).to_contain_text("2024-25 → March 2027")
        expect(difference.locator("tbody tr").first).to_contain_text("Choose a reason")
        choose(first, "Reason for the change", "scope changed")
        fill(first, "More about the reason", "Both wait for the same decision.")
        expect(difference).not_to_contain_text("Choose a reason")

        choose_line(second, "C6-01-M1")  # meanwhile somebody else says something of one of them
        fill(second, "Forecast date", "2026-12")
        choose(second, "Reason for the change", "workforce")
        fill(second, "More about the reason", "Posts are empty.")
        second.get_by_role("button", name="Save update").click()
        expect(second.locator(".done")).to_contain_text("C6-01-M1")

        first.get_by_role("button", name="Save 2 milestones").click()
        expect(first.locator(".refusal")).to_contain_text("You worked from version")
        expect(difference.locator("tbody tr").first).to_contain_text("December 2026 → March 2027")
        first.get_by_role("button", name="Use my version").click()
        expect(first.locator(".done")).to_contain_text("Your version of C6-01-M1 is kept")
        first.get_by_role("button", name="Save 2 milestones").click()
        expect(first.locator(".done")).to_contain_text("Saved 2 milestones: ")

        # What was chosen before stays behind: the next change is of the lines alone that are chosen for it.
        expect(first.get_by_role("button", name="Save 2 milestones")).to_have_count(0)
        choose_lines(first, "Milestones to update", "C6-01-M3")
        choose(first, "What to change", "Narrative")
        fill(first, "New narrative for all", "Only this one.")
        first.get_by_role("button", name="Save 1 milestone").click()
        expect(first.locator(".done")).to_contain_text("Saved 1 milestone: ")
        expect(first.locator(".done")).to_contain_text("C6-01-M3.")
        first.close()
        second.close()

    with stores.open_store(staffed) as db, db.read() as cursor:
        both, one = [change for change in reading.changes(cursor) if change.actor == "ana@example.gov.uk"]
        newest = {id_: reading.latest(cursor, Progress, id_) for id_ in ("C6-01-M1", "C6-04-M2", "C6-01-M3")}
        assert [version.change_seq for version in newest.values() if version] == [both.seq, both.seq, one.seq]


def test_by_keyboard_a_save_is_reached_after_the_last_field_and_says_where_one_is_what_came_of_it(
    staffed: Address, page: Page
) -> None:
    def save_by_keyboard() -> None:
        settled(page)
        page.get_by_role("textbox", name="Link to the publisher's own site").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Save update")).to_be_focused()
        page.keyboard.press("Enter")

    with served(staffed.file) as office:
        visit(page, acting(office, "updates", "ana"))
        region = page.locator(".message [role=status]").nth(1)  # below the form that changes a line; empty so far
        expect(region).to_have_text("")
        choose_line(page, "C6-01-M3")
        fill(page, "Narrative", "Kept, whatever is wrong.")
        fill(page, "Forecast date", "soon")
        field = page.get_by_role("textbox", name="Forecast date")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(f"#{field.get_attribute('aria-describedby')}")).to_contain_text('"soon"')
        save_by_keyboard()
        expect(page.locator(".refusal")).to_be_focused()
        expect(page.locator(".refusal")).to_contain_text("Nothing was saved.")
        expect(page.get_by_role("textbox", name="Narrative")).to_have_value("Kept, whatever is wrong.")

        fill(page, "Forecast date", "2027-03-31")
        expect(field).not_to_have_attribute("aria-invalid", "true")
        choose(page, "Reason for the change", "scope changed")
        fill(page, "More about the reason", "It was extended.")
        save_by_keyboard()
        expect(region.locator(".done")).to_contain_text("Saved 1 milestone: ")
        expect(region.locator(".done")).to_be_focused()
        expect(region.locator(".done")).to_be_in_viewport()
        choose_line(page, "C6-01-M3")  # again, at once
        expect(page.get_by_role("textbox", name="Narrative")).to_have_value("Kept, whatever is wrong.")


def test_a_draft_survives_leaving_the_page(office: str, page: Page) -> None:
    visit(page, acting(office, "updates", "ana"))
    choose_line(page, "C6-01-M3")
    fill(page, "Narrative", "Half a thought.")
    page.get_by_role("link", name="Board", exact=True).click()
    page.wait_for_selector("h1:has-text('National SEND Delivery Board')")
    page.get_by_role("link", name="My updates", exact=True).click()
    page.get_by_role("textbox", name="Narrative").wait_for()
    assert page.get_by_role("textbox", name="Narrative").input_value() == "Half a thought."


def test_a_double_click_saves_once(staffed: Address, page: Page) -> None:
    with served(staffed.file) as office:
        visit(page, acting(office, "updates", "ana"))
        choose_line(page, "C6-01-M3")
        fill(page, "Narrative", "Once.")
        page.get_by_role("button", name="Save update").dblclick()
        expect(page.locator("footer").last).to_contain_text("change 6")
        page.wait_for_timeout(1_000)
    with stores.open_store(staffed) as db, db.read() as cursor:
        assert [change.actor for change in reading.changes(cursor)].count("ana@example.gov.uk") == 1


def test_who_may_not_update_is_told_so_and_offered_nothing(office: str, page: Page) -> None:
    for person in ("vic", "ada"):
        visit(page, acting(office, "updates", person))
        expect(page.locator(".tracker", has_text="cannot update a milestone")).to_be_visible()
        expect(page.get_by_role("link", name="My updates")).to_have_count(0)
        assert page.get_by_role("button", name="Save").count() == 0
    visit(page, acting(office, "administration", "vic"))
    expect(page.locator(".tracker", has_text="cannot manage people")).to_be_visible()
    visit(page, f"{office}/updates")
    expect(page.locator(".tracker", has_text="Choose your name at the top of the page").first).to_be_visible()


def test_at_an_address_that_others_can_reach_nobody_can_be_acted_as_and_nothing_changed(
    staffed: Address, page: Page
) -> None:
    with served(staffed.file, "--server.address", "0.0.0.0") as open_to_all:  # noqa: S104
        for path in ("updates", "administration"):
            visit(page, acting(open_to_all, path, "ana"))
            expect(page.locator("body")).to_contain_text("You cannot make changes at this address")
            expect(page.get_by_role("combobox", name="Working as")).to_have_count(0)
            expect(page.get_by_role("button", name="Save")).to_have_count(0)
        with stores.open_store(staffed) as beside:  # the app has it open for reading only
            assert boards.known_position(beside) == 1 + len(PEOPLE)


@pytest.mark.parametrize(("path", "person"), [("updates", "ana"), ("administration", "ada")])
def test_as_at_a_past_day_nothing_can_be_edited(office: str, page: Page, path: str, person: str) -> None:
    visit(page, acting(office, path, person) + "&as_at=2023-07-01")
    expect(page.locator(".banner")).to_contain_text("1 July 2023")
    assert page.get_by_role("button", name="Save").count() == 0
    assert (
        page.locator(
            "[data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stForm], [data-testid=stFileUploader]"
        )
        .filter(visible=True)
        .count()
        == 0
    )


def test_an_administrator_adds_somebody_who_can_then_be_acted_as(office: str, page: Page) -> None:
    visit(page, acting(office, "administration", "ada"))
    page.get_by_label("E-mail").fill("cal@example.gov.uk")
    page.get_by_label("Name", exact=True).fill("Cal")
    page.get_by_role("button", name="Save person").click()
    expect(page.locator(".done")).to_contain_text("Cal (cal@example.gov.uk) added")
    expect(page.locator("table", has_text="cal@example.gov.uk")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("")

    page.get_by_label("E-mail").fill("cal@localhost")
    page.get_by_role("button", name="Save person").click()
    expect(page.locator(".banner[role=alert]")).to_contain_text("Enter an e-mail address")
    expect(page.get_by_label("E-mail")).to_have_value("cal@localhost")


def test_an_administrator_makes_a_backup_while_the_app_is_open_and_it_restores(
    office: str, page: Page, folder: Path
) -> None:
    visit(page, acting(office, "administration", "ada"))
    page.get_by_role("button", name="Make backup").click()
    expect(page.locator(".done")).to_contain_text("Backup made and checked: tracker_2")
    expect(page.locator(".tracker", has_text="Latest backup: ").last).to_contain_text("Since then: no changes")
    assert backups.drill(folder).faults == ()


@pytest.mark.parametrize(("path", "person"), [("updates", "ana"), ("administration", "ada")])
def test_the_pages_of_staff_are_free_of_serious_barriers(office: str, page: Page, path: str, person: str) -> None:
    resize(page, TELEPHONE)
    visit(page, acting(office, path, person))
    if path == "updates":
        choose_line(page, "C6-01-M1")
    assert barriers(page) == []
