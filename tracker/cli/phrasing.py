"""What several commands ask and print in the same words: who acts, the format, the change, the demonstration."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from tracker.domain.columns import columns
from tracker.exchange import marking
from tracker.services import stores

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from tracker.domain.ledger import Change
    from tracker.store.database import Database


def ask_as_whom(command: argparse.ArgumentParser, who: str) -> None:
    """Add the option for who acts: ``options.actor``."""
    command.add_argument("--as", metavar="EMAIL", dest="actor", required=True, help=who)


def ask_format(
    command: argparse.ArgumentParser, *formats: str, words: str = "text (default) or json", default: str = "text"
) -> None:
    """Add the option for the output format: ``options.format``."""
    command.add_argument("--format", choices=formats or ("text", "json"), default=default, help=words)


def say_recorded(db: Database, done: str, change: Change) -> int:
    """Say what a command did and which change it recorded, and return its exit status."""
    print_notice_of(db)
    print(done)
    print_change(change)
    return 0


def print_change(change: Change) -> None:
    """Say which change was recorded."""
    print(f"Recorded change {change.seq}: {change.action}. Seal {change.seal[:12]}.")


def print_json(content: object) -> None:
    """Print content as JSON, for other programs."""
    print(json.dumps(content, ensure_ascii=False, indent=2, default=_plain))


def print_json_of(rows: Iterable[Any], *, demonstration: bool) -> None:
    """Print records as JSON by their columns, each marked if the data are a demonstration."""
    print_json(
        [
            marking.content(
                {name: column.get(row) for name, column in columns(type(row)).items()}, demonstration=demonstration
            )
            for row in rows
        ]
    )


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def print_notice_of(db: Database) -> None:
    """Say that the data of an open store are a demonstration, if they are."""
    print_notice(demonstration=stores.is_demonstration(db))


def print_notice(*, demonstration: bool) -> None:
    """Say that the data are a demonstration, if they are."""
    for line in marking.notice(demonstration=demonstration):
        print(line)
