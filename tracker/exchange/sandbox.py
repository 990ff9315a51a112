"""Reading a file from outside in a process of its own, with limits and nothing of ours.

The process gets the file's bytes and gives back bytes. It has no store, no environment and no arguments but a word. If
the system can limit memory and processor time, it does; the time limit applies everywhere.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

try:
    import resource as _resource
except ImportError:  # a system without such limits (Windows): the time limit still applies
    _resource = None  # type: ignore[assignment]

MEMORY_BYTES = 500 * 1024 * 1024
SECONDS = 18
_CPU_SECONDS = 15
_WAIT_SECONDS = 60

_ROOT = Path(__file__).parents[2]
_PROGRAM = """\
import sys
sys.path.insert(0, sys.argv[1])
from tracker.exchange import sandbox
sandbox.enter()
from importlib import import_module
import_module(sys.argv[2]).main(sys.argv[3])
"""

_NEEDED = ("SYSTEMROOT",)
"""What an interpreter cannot start without, on the one system (Windows) that has it."""

_one_at_a_time = threading.Lock()


class Overrun(Exception):
    """The process was ended, or ended itself, before it gave an answer."""


class Busy(Exception):
    """Other files are being read, and did not end in time."""


def run(module: str, word: str, content: bytes) -> bytes:
    """Run ``module.main(word)`` over ``content`` in a process of its own, and return what it wrote.

    One at a time, because the memory limit is for the whole server. Raises Overrun, Busy.
    """
    if not _one_at_a_time.acquire(timeout=_WAIT_SECONDS):
        raise Busy
    try:
        return _run(module, word, content)
    finally:
        _one_at_a_time.release()


def _run(module: str, word: str, content: bytes) -> bytes:
    child = subprocess.Popen(  # noqa: S603  our own interpreter and our own program
        [sys.executable, "-I", "-B", "-X", "utf8", "-c", _PROGRAM, str(_ROOT), module, word],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _NEEDED if name in os.environ},
        cwd=_ROOT.anchor,
        start_new_session=True,
    )
    try:
        answer, _ = child.communicate(content, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Overrun from None
    finally:
        _end(child)
    if child.returncode:
        raise Overrun
    return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the process, and everything that it started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
        child.communicate()


def enter() -> None:
    """Apply the limits; called in the process before anything else is imported."""
    if _resource:
        for limit, most in (
            (_resource.RLIMIT_AS, MEMORY_BYTES),
            (_resource.RLIMIT_CPU, _CPU_SECONDS),
            (_resource.RLIMIT_FSIZE, 0),
            (_resource.RLIMIT_CORE, 0),
            (_resource.RLIMIT_NOFILE, 64),
        ):
            _, hard = _resource.getrlimit(limit)
            allowed = most if hard == _resource.RLIM_INFINITY else min(most, hard)
            try:
                _resource.setrlimit(limit, (allowed, allowed))
            except (OSError, ValueError):  # macOS knows the names of some limits, and sets none
                if sys.platform == "linux":
                    raise
    for heavy in ("numpy", "PIL", "lxml"):  # openpyxl takes them when they are there, and needs none of them to read
        sys.modules[heavy] = None  # type: ignore[assignment]
