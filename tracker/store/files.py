"""Files that are whole or absent, even if a process is killed while it writes them.

Every file is first made in a workshop: a new folder inside its target folder, locked as long as the process lives. One
file gets its name by ``put_new``. Several files, or files that replace others, get their names by ``put_together``: it
renames the workshop to ``.tracker-moving``, and from then on the next process finishes the move (``settle``). The next
process to open a workshop in the same folder removes those of killed processes.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import importlib.util
import json
import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from io import BufferedReader

fcntl = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None
"""The system's file locks. Windows has none, and moves no open file."""

WORKSHOP = ".tracker-unfinished-"
"""How the name of a workshop begins."""

MOVING = ".tracker-moving"
"""The name of a workshop whose files are being put in their places."""

_PLAN = "plan.json"
"""The file in it that lists what goes where."""

_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK}
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EINVAL}
_WAIT_SECONDS = 30
"""A folder is locked while a few files are renamed: a longer lock is not ours."""


# Reading


def open_regular(path: Path) -> BufferedReader:
    """Open a file to read its bytes. Raises OSError, also for a folder, a pipe or a device, which might never end."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a pipe would wait for its writer
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "It is a pipe or a device, not a file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


# Making


@contextlib.contextmanager
def workshop(folder: Path, *, older: str = "") -> Iterator[Path]:
    """Give a new folder inside ``folder`` to make files in; it is removed when the block ends.

    First it removes the files of killed processes, as ``clear`` does. Raises OSError.
    """
    with contextlib.ExitStack() as open_for_long:
        with _alone(folder):
            clear(folder, older=older)
            place = Path(tempfile.mkdtemp(prefix=WORKSHOP, dir=folder))
            open_for_long.enter_context(_lock(place))
        open_for_long.callback(shutil.rmtree, place, ignore_errors=True)
        yield place


def clear(folder: Path, *, older: str = "") -> None:
    """Remove the workshops of killed processes from a folder, as far as the disk lets us.

    The lock on a workshop shows whether its process lives; without locks nothing is removed. ``older`` is a pattern for
    the names of files that older versions of the tracker left outside workshops.
    """
    for path in _left(folder, older):
        with contextlib.suppress(OSError), _lock(path) as certain:
            if certain and path.is_dir():
                shutil.rmtree(path)
            elif certain:
                path.unlink()


def _left(folder: Path, older: str) -> list[Path]:
    with contextlib.suppress(OSError):
        return [
            path
            for path in folder.iterdir()
            if not path.is_symlink()
            and (
                path.name.startswith(WORKSHOP)
                or re.fullmatch(older, path.name)
                or (path.name == MOVING and not moving(folder))  # the move is finished
            )
        ]
    return []


def keep_private() -> None:
    """Make every file that this process creates from now on private to its owner."""
    os.umask(0o077)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's entries, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# One file


def write_new(path: Path, content: bytes) -> None:
    """Write a new file, which appears under its name when it is whole and on the disk.

    Raises FileExistsError when there is something under the name, and OSError when the disk refuses.
    """
    with workshop(path.absolute().parent) as place:
        made = place / "new"
        made.write_bytes(content)
        put_new(made, path)


def put_new(unfinished: Path, path: Path) -> None:
    """Give a finished file its name unless it is taken, also if several try at once, and wait for the disk.

    Raises FileExistsError when there is something under the name, and OSError when the disk refuses.
    """
    sync(unfinished)
    try:
        path.hardlink_to(unfinished)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():  # without links, a disk cannot do both at once
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        unfinished.rename(path)
    else:
        unfinished.unlink()
    sync(path.parent)


# Several files in one step


def put_together(
    place: Path,
    names: Sequence[str],
    *,
    aside: Mapping[str, str | None],
    line: tuple[str, str] | None = None,
    elsewhere: Sequence[tuple[Path, str]] = (),
) -> None:
    """Move files of a workshop into the folder around it, in this order, all or none of them.

    ``aside`` are files to move out of the way first: to another name, or (None) to delete. ``line`` is a file of the
    folder and a line to add to it; ``elsewhere`` are lines to add to other files, as far as their disks let us. If the
    process is killed, or the disk refuses half way, the next call of ``settle`` finishes the move; ``moving`` says
    whether there is one to finish. Raises FileExistsError when a place is taken by a file that is not moved aside,
    OSError when the disk refuses.
    """
    folder = place.parent
    lines = [(_from(folder, file), added) for file, added in elsewhere]
    plan = {"put": list(names), "aside": dict(aside), "line": line, "told": lines}
    (place / _PLAN).write_text(json.dumps(plan), encoding="utf-8")
    for name in (*names, _PLAN):
        sync(place / name)
    sync(place)
    with _alone(folder):
        _carry_through(folder)
        for name in names:
            if name not in aside and os.path.lexists(folder / name):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))
        place.rename(folder / MOVING)
        _carry_through(folder)


def _from(folder: Path, file: Path) -> str:
    """Return the path from a folder to a file, which stays valid if both are moved."""
    return os.path.relpath(os.path.realpath(file), os.path.realpath(folder))


def moving(folder: Path) -> bool:
    """Say whether a move of files in a folder is not finished, by a living or a killed process."""
    return os.path.lexists(folder / MOVING / _PLAN)


def settle(folder: Path) -> None:
    """Finish a move that a killed process began, and clear up after it. Raises OSError.

    If a living process is doing it, wait for that.
    """
    if os.path.lexists(folder / MOVING):
        with _alone(folder):
            _carry_through(folder)


def _carry_through(folder: Path) -> None:
    """Do the remaining steps of a plan. Any step may have been done before; none is done twice."""
    place = folder / MOVING
    if not moving(folder):
        shutil.rmtree(place, ignore_errors=True)
        return
    sync(folder)
    plan = json.loads((place / _PLAN).read_text(encoding="utf-8"))
    if all(os.path.lexists(place / name) for name in plan["put"]):  # so the folder still has the old files
        for name, other in plan["aside"].items():
            _move_aside(folder / name, folder / other if other else None)
        sync(folder)
    for name in plan["put"]:
        if os.path.lexists(place / name):
            (place / name).replace(folder / name)
    if plan["line"]:
        add_line(folder / plan["line"][0], plan["line"][1])
    for file, line in plan["told"]:
        with contextlib.suppress(OSError):
            add_line(folder / file, line)
    sync(folder)
    sync(place)
    (place / _PLAN).unlink()
    shutil.rmtree(place, ignore_errors=True)


def _move_aside(path: Path, other: Path | None) -> None:
    if other is None:
        path.unlink(missing_ok=True)
    elif os.path.lexists(path):
        if os.path.lexists(other):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(other))
        path.rename(other)


def add_line(file: Path, line: str) -> None:
    """Add a line to a file unless it is there; part of a line from a crash stays a separate line. Raises OSError."""
    content = file.read_bytes() if file.exists() else b""
    added = f"{line}\n".encode()
    if added not in content.splitlines(keepends=True):
        with file.open("ab") as out:
            out.write(added if not content or content.endswith(b"\n") else b"\n" + added)
    sync(file)


# Locks


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep every other process of ours out of a folder until the block ends. Raises OSError, also after a wait."""
    with _lock(folder, seconds=_WAIT_SECONDS):
        yield


@contextlib.contextmanager
def _lock(path: Path, *, seconds: float = 0) -> Iterator[bool]:
    """Lock a file or folder until the block ends or the process does; False where the system has no such locks.

    The engine's locks are of another kind and are not affected. Raises BlockingIOError when another process has it for
    longer than so many seconds, and OSError.
    """
    if fcntl is None:
        yield False
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield _locked(descriptor, seconds)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, seconds: float) -> bool:
    assert fcntl  # noqa: S101  checked by the caller
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return False
            raise
        else:
            return True
        time.sleep(0.02)
