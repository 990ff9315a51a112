"""The small sound plan of tests/exchange, for the use cases that load it."""

from tests.exchange.conftest import plan as plan  # noqa: PLC0414  a fixture that is shared on
