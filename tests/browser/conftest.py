"""The real app on the real plans, in a real browser."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TooLate

from tracker.ui.gate import VISIT
from tracker.ui.identity import ACTING_AS, PROOF, proof

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LAPTOP, TELEPHONE = 1280, 400
"""How wide, in pixels, the screens are that every page must fit."""
WAIT = 60_000
"""How long, in milliseconds, a test waits for a page at most; it goes on as soon as the page is there."""
_ANEW = 5_000
"""How long, in milliseconds, an option of a list is waited for before the list is opened again."""
KNOWN = "a-browser-that-was-here-before-1"
"""What a test's browser is known by once it names somebody."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=WAIT)


@contextlib.contextmanager
def served(store: Path, *options: str, backups: Path | None = None) -> Iterator[str]:
    """Serve the app over a store on a free port of this machine, with Streamlit's own options, and give its address."""
    folder = {"TRACKER_BACKUPS": str(backups)} if backups else {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port), *options],
        cwd=ROOT,
        env={**os.environ, "TRACKER_STORE": str(store), **folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(WAIT // 50):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                    break
                except (urllib.error.URLError, TimeoutError):
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the shipped plans, made as `make run` makes it."""
    file = tmp_path_factory.mktemp("served") / "tracker.duckdb"
    subprocess.run(
        [sys.executable, "-m", "tracker", "init"],
        cwd=ROOT,
        env={**os.environ, "TRACKER_STORE": str(file)},
        check=True,
        capture_output=True,
    )
    return file


@pytest.fixture(scope="session")
def app(store: Path) -> Iterator[str]:
    """The address of the app over that store."""
    with served(store) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the machine's own, else the one that Playwright fetched."""
    own = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=own, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """One person's browser, which has fetched the app before: half of a visit in a fresh one is fetching it."""
    with browser.new_context(locale="en-GB") as opened:
        yield opened


@pytest.fixture
def page(profile: BrowserContext) -> Iterator[Page]:
    """A fresh page at the size of a laptop."""
    opened = profile.new_page()
    resize(opened, LAPTOP)
    opened.set_default_timeout(WAIT)
    yield opened
    opened.close()


def settled(page: Page) -> None:
    """Wait until the server has answered what was done last: what is drawn in between may be about to go."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def pick(page: Page, label: str, option: str, *, exact: bool = False, whole: bool = False) -> None:
    """Choose an option of a list, by its ``whole`` name or how it begins.

    A list that closes because the page is drawn anew meanwhile is opened again.
    """
    field = page.get_by_role("combobox", name=label, exact=exact)
    for _ in range(WAIT // _ANEW):
        settled(page)
        field.click()
        field.fill(option)
        with contextlib.suppress(TooLate):
            page.get_by_role("option", name=option, exact=whole).first.click(timeout=_ANEW)
            return
        page.keyboard.press("Escape")
    raise AssertionError(f'"{option}" could not be chosen from the list "{label}"')


def resize(page: Page, width: int) -> None:
    """Show a page on a screen so many pixels wide."""
    page.set_viewport_size({"width": width, "height": 900})


def barriers(page: Page) -> list[str]:
    """Return what keeps people from using a page, on the screen it is on and then on a laptop's.

    A page that is to be proved for both is visited on a telephone: what it lays out there it lays out again wider.
    """
    found = []
    for width in sorted({page.evaluate("window.innerWidth"), LAPTOP}):
        resize(page, width)
        found += [
            f"at {width}: {violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:200]}"
            for violation in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
        if (wide := page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")) > width:
            found.append(f"at {width}: the page is {wide} wide and scrolls sideways")
    return found


def visit(page: Page, address: str) -> None:
    """Open an address and wait until the page has drawn its foot, and its charts.

    A person whom it names was chosen in this browser before, as in an address that the tracker wrote.
    """
    page.goto(_chosen_here(page, address))
    page.wait_for_selector("footer", timeout=WAIT)
    page.wait_for_load_state("networkidle")


def _chosen_here(page: Page, address: str) -> str:
    """Add to an address that names a person what proves that this browser made it."""
    parts = urlsplit(address)
    named = parse_qs(parts.query).get(ACTING_AS)
    if not named:
        return address
    page.context.add_cookies([{"name": VISIT, "value": KNOWN, "url": f"{parts.scheme}://{parts.netloc}"}])
    return f"{address}&{PROOF}={proof(KNOWN, named[0])}"
