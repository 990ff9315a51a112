"""The gate on the real server: other sites and other programs' pages get nothing, and a link makes nobody act."""

from __future__ import annotations

import http.server
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.benchmarks.crowd import run_apart
from tests.browser.conftest import WAIT, served, settled, visit
from tests.conftest import copy_store
from tests.services.conftest import PEOPLE
from tests.services.conftest import loaded_once as loaded_once  # noqa: PLC0414  a fixture that is shared on
from tests.services.conftest import staffed_once as staffed_once  # noqa: PLC0414
from tracker.domain.words import Role
from tracker.store.database import Address
from tracker.ui.identity import proof

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMINISTRATOR = PEOPLE[Role.ADMINISTRATOR]
APPROVER = PEOPLE[Role.APPROVER]
CONFIRM = "Work as this person"


@pytest.fixture(scope="module")
def office(staffed_once: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a store with somebody in each role."""
    store = copy_store(staffed_once, Address(tmp_path_factory.mktemp("gate") / "tracker.duckdb"))
    with served(store.file) as address:
        yield address


def knock(address: str, *, host: str | None = None, origin: str | None = None) -> int:
    """Ask for a websocket as a page of an origin does that came by a name; return 101 or the status that refuses."""
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    named = f"ws://{host}/_stcore/stream" if host else stream
    parts = urlsplit(address)

    async def ask() -> int:
        try:
            async with connect(named, origin=origin, host=parts.hostname, port=parts.port, open_timeout=60):  # type: ignore[arg-type]
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    return run_apart(ask())


def test_a_websocket_is_given_to_the_apps_own_pages_alone(office: str) -> None:
    port = urlsplit(office).port
    assert knock(office, origin=office) == 101
    assert knock(office, host="evil.example", origin="http://evil.example") == 403
    assert knock(office, origin="http://evil.example") == 403
    assert knock(office, origin="http://localhost:3000") == 403
    assert knock(office, origin=f"http://127.0.0.1:{(port or 0) + 1}") == 403
    assert knock(office) == 403


@contextmanager
def another_site(page: str) -> Iterator[str]:
    """Serve a page of another site."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


def test_chromium_shows_no_page_of_the_app_in_another_sites_frame(office: str, page: Page) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    with another_site(f'<iframe src="{office}/administration?acting_as={ADMINISTRATOR}"></iframe>') as site:
        with page.expect_event("console", lambda message: "frame-ancestors" in message.text, timeout=WAIT):
            page.goto(site)
        assert [frame.locator("footer").count() for frame in page.frames] == [0, 0]
    assert any("frame-ancestors 'none'" in words for words in refused)


def test_a_link_proposes_and_one_press_confirms_and_the_browser_remembers(office: str, browser: Browser) -> None:
    with browser.new_context(locale="en-GB") as fresh:
        page = fresh.new_page()
        page.set_default_timeout(WAIT)
        with another_site(f'<a href="{office}/administration?acting_as={ADMINISTRATOR}">A prize</a>') as site:
            page.goto(site)
            page.get_by_text("A prize").click()
            page.wait_for_selector("footer")
            settled(page)
        expect(page.get_by_text(f"Are you Administrator ({ADMINISTRATOR})?")).to_be_visible()
        expect(page.get_by_role("button", name="Save person")).to_have_count(0)
        page.get_by_role("button", name=CONFIRM).click()
        expect(page.get_by_role("button", name="Save person")).to_have_count(1)
        expect(page.get_by_role("button", name=CONFIRM)).to_have_count(0)
        page.wait_for_url(re.compile("confirmed="))
        page.reload()
        expect(page.get_by_role("button", name="Save person")).to_have_count(1)
        kept = page.url
    with browser.new_context(locale="en-GB") as elsewhere:  # the same address, sent to somebody else
        page = elsewhere.new_page()
        page.set_default_timeout(WAIT)
        page.goto(kept)
        expect(page.get_by_role("button", name=CONFIRM)).to_have_count(1)
        expect(page.get_by_role("button", name="Save person")).to_have_count(0)


def test_person_and_address_always_agree(office: str, page: Page) -> None:
    visit(page, f"{office}/control?acting_as={APPROVER}")
    chosen = page.get_by_role("combobox", name="Working as")
    chosen.click()
    page.get_by_role("option", name="Administrator").click()
    page.wait_for_url(re.compile("acting_as=administrator.*confirmed="))
    page.get_by_role("link", name="Administration").click()
    page.wait_for_url(re.compile("administration.*acting_as=administrator.*confirmed="))
    page.reload()
    expect(chosen).to_have_value(re.compile("Administrator"))
    expect(page.get_by_role("button", name="Save person")).to_have_count(1)
    page.go_back()
    page.wait_for_url(re.compile("control"))
    expect(chosen).to_have_value(re.compile("Administrator"))  # the address of before overrules nothing


def test_to_clear_the_caches_is_nobodys_right_and_changes_nothing_for_others(office: str, page: Page) -> None:
    visit(page, f"{office}/administration?acting_as={ADMINISTRATOR}")
    clear, again = BackMsg(clear_cache=True), BackMsg()
    again.rerun_script.SetInParent()

    async def shout() -> None:
        async with connect(f"{office.replace('http', 'ws', 1)}/_stcore/stream", origin=office, max_size=None) as nobody:  # type: ignore[arg-type]
            for _ in range(20):
                await nobody.send(clear.SerializeToString())
            await nobody.send(again.SerializeToString())
            await nobody.recv()

    run_apart(shout())
    page.get_by_role("link", name="Board").first.click()
    page.get_by_role("link", name="Administration").click()
    expect(page.get_by_role("button", name="Save person")).to_have_count(1)


def drawn(address: str, query: str, **browser: str) -> list[str]:
    """Open Administration on a websocket of one's own; return which buttons are drawn."""

    async def ask() -> list[str]:
        found: list[str] = []
        begin, answer = BackMsg(), ForwardMsg()
        begin.rerun_script.query_string, begin.rerun_script.page_name = query, "administration"
        stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        async with connect(stream, origin=address, max_size=None, open_timeout=60, **browser) as opened:  # type: ignore[arg-type]
            await opened.send(begin.SerializeToString())
            while answer.WhichOneof("type") != "script_finished":
                answer.ParseFromString(await opened.recv())
                found += re.findall(r'label: "(Save person|Work as this person)"', str(answer))
        return found

    return run_apart(ask())


def test_a_browser_that_keeps_no_cookie_is_asked_each_time_and_a_forged_proof_proves_nothing(office: str) -> None:
    browser = {"user_agent_header": "Mozilla/5.0 (a browser)"}
    for forged in ("", "&confirmed=", f"&confirmed={proof('', ADMINISTRATOR)}"):
        assert drawn(office, f"acting_as={ADMINISTRATOR}{forged}", **browser) == [CONFIRM]
