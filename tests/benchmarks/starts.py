"""Cold starts, timed from outside: the command line, and the server with the first page in a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, ROOT, served


def command(store: Path, *arguments: str) -> None:
    """Run the command line in a process of its own, to its end."""
    subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        cwd=ROOT,
        env={**os.environ, "TRACKER_STORE": str(store)},
        check=True,
        capture_output=True,
    )


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium: the machine's own, else the one that Playwright fetched."""
    own = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=own, args=FLAGS)
        yield chromium
        chromium.close()


def first_page(store: Path, chromium: Browser) -> float:
    """Start a server; return how long it was until a browser that was open had drawn the Board page to its foot."""
    start = time.perf_counter()
    with served(store) as address:
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.goto(address)
        page.wait_for_selector("footer", timeout=60_000)
        seconds = time.perf_counter() - start
        page.close()
    return seconds
