"""The app run without a browser: the visitor is on this machine, as no connection says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from streamlit.runtime.context import ContextProxy

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="module")
def visitor_on_this_machine() -> Iterator[None]:
    """Say None for the visitor's address, as Streamlit does for this machine; without a connection it makes one up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContextProxy, "ip_address", None)
        yield
