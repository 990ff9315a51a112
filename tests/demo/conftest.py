"""The small sound plan of tests/exchange, for demonstrations that need no more."""

from __future__ import annotations

from tests.exchange.conftest import plan as plan  # noqa: PLC0414  a fixture that is shared on
