"""What a command prints first when the data it prints are a demonstration's."""

from __future__ import annotations

from tracker.exchange import marking


def print_notice(*, demonstration: bool) -> None:
    """Say that the data are a demonstration's, when they are."""
    for line in marking.notice(demonstration=demonstration):
        print(line)
