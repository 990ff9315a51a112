"""Files that are whole or not there: waiting for the disk, giving a finished file its name, one process at a time."""

from __future__ import annotations

import contextlib
import errno
import importlib
import importlib.util
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

fcntl = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None
"""The system's locks on files. Where there are none (Windows) the system moves no file that is open."""

_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.EMLINK}


def keep_private() -> None:
    """Let every file that this process makes from now on be read by its owner alone."""
    os.umask(0o077)


def sync(path: Path) -> None:
    """Wait until a file, or a folder's entries, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put_new(unfinished: Path, path: Path) -> None:
    """Give a finished file its name unless that is taken, of however many that try at once one; and wait for the disk.

    Raises FileExistsError when there is something under the name, and OSError when the disk refuses.
    """
    sync(unfinished)
    try:
        path.hardlink_to(unfinished)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():  # a disk that knows no links cannot do both at once
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        unfinished.rename(path)
    else:
        unfinished.unlink()
    sync(path.parent)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Make a file unless it is there, and keep other processes that ask for the same lock waiting until the block ends.

    The engine's locks are of another kind and are not disturbed. Raises OSError when the disk refuses.
    """
    with path.open("ab") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
