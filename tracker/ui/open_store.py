"""The store that the server has open: neither a visitor nor Streamlit's caches can close it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.store.database import Address, Database

_lock = threading.Lock()
_open: dict[Address, Database] = {}


def get(at: Address, opened: Callable[[], Database]) -> Database:
    """Return the store at an address, opened once and kept open; a store at another address is closed.

    Raises what ``opened`` raises; the next call tries again.
    """
    with _lock:
        if at not in _open:
            _close()
            _open[at] = opened()
        return _open[at]


def close() -> None:
    """Close the open store, if any; the next call to ``get`` opens it again."""
    with _lock:
        _close()


def _close() -> None:
    while _open:
        _open.popitem()[1].close()
