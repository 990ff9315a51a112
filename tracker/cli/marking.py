"""What a command prints first when the data it prints are a demonstration's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.exchange import marking
from tracker.services import stores

if TYPE_CHECKING:
    from tracker.store.database import Database


def print_notice_of(db: Database) -> None:
    """Say that the data of an open store are a demonstration's, when they are."""
    print_notice(demonstration=stores.is_demonstration(db))


def print_notice(*, demonstration: bool) -> None:
    """Say that the data are a demonstration's, when they are."""
    for line in marking.notice(demonstration=demonstration):
        print(line)
