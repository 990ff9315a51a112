"""The store that the server has open: ours, so that nothing a visitor or Streamlit's caches do can close it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.store.database import Address, Database

_lock = threading.Lock()
_held: dict[Address, Database] = {}


def hold(at: Address, opened: Callable[[], Database]) -> Database:
    """Return the store at an address, which is opened once and then kept open; one at another address is closed.

    Raises what ``opened`` raises; the next to ask tries again.
    """
    with _lock:
        if at not in _held:
            _close()
            _held[at] = opened()
        return _held[at]


def release() -> None:
    """Close the store that is held, if any; the next to ask opens it again."""
    with _lock:
        _close()


def _close() -> None:
    while _held:
        _held.popitem()[1].close()
