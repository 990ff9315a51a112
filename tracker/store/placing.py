"""Putting a store in place: the file, the engine's log and the head anchor, all of them or none."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from typing import TYPE_CHECKING, BinaryIO

from tracker.domain.errors import StoreBusy
from tracker.store import files
from tracker.store.database import Address, unused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PIECE = 2**20
"""Bytes that are copied at a time."""

HALF_DONE = " Some files have been moved. The next command finishes the move. Nothing is lost."
"""Added to a disk's refusal while ``files.moving`` is true."""


@contextlib.contextmanager
def beside(at: Address) -> Iterator[Address]:
    """Give the address of a new store in a workshop beside its final place. Raises OSError."""
    try:
        at.file.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # a file, which must not look like an existing store
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(at.file.parent)) from error
    with files.workshop(at.file.parent, older=_older(at)) as place:
        yield Address(place / at.file.name)


def put_new(made: Address, at: Address) -> None:
    """Put a store that was made ``beside`` its place there, if there is no store yet.

    It replaces an anchor without a store. Raises FileExistsError when there is a store by now, and OSError.
    """
    files.put_together(made.file.parent, _parts(made), aside={at.anchor.path.name: None})


def put_over(
    made: Address,
    at: Address,
    *,
    keep: Path | None,
    anchor: bool = True,
    elsewhere: Sequence[tuple[Path, str]] = (),
) -> bool:
    """Put a store that was made ``beside`` its place there, and say whether it replaced an old one.

    Use it while ``unused`` keeps everyone from opening the old store, which is renamed to ``keep``, with its log and
    anchor, or (None) deleted. Without ``anchor`` the old anchor stays. ``elsewhere`` is as for
    ``files.put_together``. Raises OSError.
    """
    old = [at.file, at.wal, *([at.anchor.path] if anchor else [])]
    aside = {path.name: path.name.replace(at.file.name, keep.name, 1) if keep else None for path in old}
    there = any(path.exists() for path in old)
    files.put_together(made.file.parent, _parts(made, anchor=anchor), aside=aside, elsewhere=elsewhere)
    return there


def _parts(made: Address, *, anchor: bool = True) -> list[str]:
    """The files of a store in the order to move them: the store itself last, when the rest is there."""
    parts = [*([made.anchor.path] if anchor else []), made.wal, made.file]
    return [path.name for path in parts if path.exists()]


def copy(source: Address, to: Address, *, opened: BinaryIO | None = None) -> None:
    """Copy a store that no one writes to, with any log of a killed process, and its anchor if it has one.

    ``opened`` is the store's file from ``unused``: opening and closing it again would release the lock.
    Raises OSError.
    """
    for path, target in ((source.file, to.file), (source.wal, to.wal), (source.anchor.path, to.anchor.path)):
        with contextlib.ExitStack() as stack:
            if path == source.file and opened:
                content = opened
            elif path == source.file or os.path.lexists(path):
                content = stack.enter_context(files.open_regular(path))
            else:
                continue
            shutil.copyfileobj(content, stack.enter_context(target.open("wb")), _PIECE)


def moved_aside(at: Address) -> list[Path]:
    """Return the stores beside an address that were moved aside, or not yet put in place, oldest first."""
    named = re.compile(rf"{re.escape(at.file.name)}\.(replaced-[^.]+\.\d+Z|restoring-\d+)")
    with contextlib.suppress(OSError):
        return sorted(path for path in at.file.parent.iterdir() if named.fullmatch(path.name))
    return []


def clear(at: Address) -> None:
    """Remove the files of killed processes beside a store, if there is a store and no one has it open."""
    folder = at.file.parent
    left = re.compile(rf"{re.escape(files.WORKSHOP)}.*|{re.escape(files.MOVING)}|{_older(at, open_too=True)}")
    with contextlib.suppress(OSError, StoreBusy):
        if not any(left.fullmatch(path.name) for path in folder.iterdir()) or not at.exists():
            return
        with unused(at):
            files.clear(folder, older=_older(at, open_too=True))


def _older(at: Address, *, open_too: bool = False) -> str:
    """Match files of older versions beside a store; with ``open_too`` also those of an open store."""
    name = re.escape(at.file.name)
    patterns = [rf"{name}\.new-\d+(\..+)?"]
    if open_too:
        patterns += [rf"{name}\.restoring-\d+(\..+)?", rf"{name}\.heads\.new", rf"{name}\.tmp"]
    return "|".join(patterns)
