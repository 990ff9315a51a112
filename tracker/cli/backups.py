"""``backup`` and ``restore``: copies of a store that are proven, and putting one back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.marking import print_notice
from tracker.services import backups, stores

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add the commands that keep copies of a store to the command line."""
    backup = commands.add_parser("backup", help="write a proven copy of the store into a folder")
    backup.add_argument("folder", metavar="DIR", type=Path, help="an existing folder, best on another disk")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="put a backup in the store's place; the old store is moved aside")
    restore.add_argument("file", metavar="FILE", type=Path, help="a backup's .duckdb file; its .heads lies beside it")
    restore.set_defaults(run=_restore)


def _backup(options: argparse.Namespace) -> int:
    made = backups.back_up(stores.address(), options.folder)
    print_notice(demonstration=made.demonstration)
    print(f"Wrote and proved {made.file} (change {made.head.seq}, seal {made.head.seal[:12]}).")
    return 0


def _restore(options: argparse.Namespace) -> int:
    at = stores.address()
    restored = backups.restore(at, options.file)
    print_notice(demonstration=restored.demonstration)
    print(f"Restored {at.file} to change {restored.head.seq} (seal {restored.head.seal[:12]}).")
    if restored.replaced:
        print(f"The store that was there is kept as {restored.replaced}.")
    return 0
