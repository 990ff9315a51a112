"""Which files of a folder are plans, and the text of a file that a person has edited.

Only regular files are read, and only so much of them: a pipe or a device never ends.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 5 * 1024 * 1024
"""The limit for a file; the largest plan that ships has a hundredth of it."""

_SUFFIX = ".toml"
_LEFT_BEHIND = (".bak", ".orig", ".rej", ".swo", ".swp", ".tmp", "~")
_NOT_PLANS = (".md",)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(TrackerError):
    """A file that is not read: a sentence, without its name, that says why and what to do."""


def plan_files(plans: Path) -> list[Path]:
    """Return the plans in a folder and the folders in it, in order: every name that ends in ``.toml``.

    Names that begin with a dot, and files that editors leave behind, are ignored.
    """
    return sorted(path for path in _all(plans) if not _passed_over(path, plans) and path.name.endswith(_SUFFIX))


def misnamed(plans: Path) -> list[Path]:
    """Return the files whose names end like a plan's, but in capitals: ``….TOML``."""
    return [
        path
        for path in _all(plans)
        if path.suffix.lower() == _SUFFIX and path.suffix != _SUFFIX and not _passed_over(path, plans)
    ]


def not_read(plans: Path, *, hidden: bool) -> list[Path]:
    """Return the files that are not read as plans, ``….md`` aside; with ``hidden``, those that are passed over too."""
    return [
        path
        for path in _all(plans)
        if (path.suffix != _SUFFIX or _passed_over(path, plans))
        and path.suffix not in _NOT_PLANS
        and (not _passed_over(path, plans) or (hidden and _SUFFIX in path.name.lower()))
    ]


def _all(plans: Path) -> Iterator[Path]:
    """Give every file in a folder and the folders in it, and every folder that is named as a plan."""
    for root, inside, names in os.walk(plans):
        inside.sort()
        folder = Path(root)
        odd = [name for name in inside if name.endswith(_SUFFIX)]
        yield from (folder / name for name in sorted([*names, *odd]))


def _passed_over(path: Path, plans: Path) -> bool:
    """Say whether a name is hidden, was left behind by an editor or a notebook, or is in such a folder."""
    parts = path.relative_to(plans).parts
    return any(part.startswith((".", "~$", "#")) for part in parts) or path.name.endswith(_LEFT_BEHIND)


def read_text(file: Path) -> str:
    """Return the text of a file: UTF-8, or UTF-16 where it says so. Raises UnreadableFile."""
    content = read_bytes(file)
    try:
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(f"line {line} is not UTF-8 text. Save the file as UTF-8.") from None


def read_bytes(file: Path) -> bytes:
    """Return the content of a regular file of at most ``MOST_BYTES``. Raises UnreadableFile."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            return _content(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise UnreadableFile(f"the file cannot be read: {error.strerror}.") from None


def _content(handle: int) -> bytes:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise UnreadableFile("is a folder, a pipe or a device. Put a file there or remove it.")
    content = b""
    while len(content) <= MOST_BYTES and (more := os.read(handle, MOST_BYTES + 1)):
        content += more
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            f"the file is larger than {MOST_BYTES // 1024 // 1024} MB, which is too large for a plan or table."
        )
    return content
