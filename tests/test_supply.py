"""What is installed is what was chosen: every package is locked to a version and to the hashes of its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = {
    "requirements.lock": ("requirements.txt",),
    "requirements-dev.lock": ("requirements.txt", "requirements-dev.txt"),
}


def pins(file: str) -> set[str]:
    """Every ``name==version`` of a file, names as the lock writes them."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    return {f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}" for name, version in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_package_that_was_asked_for_at_the_version_that_was_asked_for(lock: str) -> None:
    asked = set().union(*(pins(file) for file in LOCKS[lock]))
    assert asked
    assert asked <= pins(lock), "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_the_hashes_of_its_files_and_no_address(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert len(entries) > len(pins(LOCKS[lock][0]))
    assert not [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)]
    assert not [entry for entry in entries if "://" in entry]


def test_the_app_and_its_tests_use_the_same_versions() -> None:
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_make_installs_nothing_whose_hash_is_not_locked() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "pip install" in line]
    assert [line for line in installs if "--require-hashes" in line and "--no-deps" in line]
    assert not [line for line in installs if "-r " in line and "--require-hashes" not in line]
