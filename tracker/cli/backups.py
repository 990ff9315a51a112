"""``backup`` and ``restore``: checked copies of a store, and restoring one."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import print_notice
from tracker.domain.dates import moment_in_words
from tracker.domain.retention import Retention
from tracker.services import backups, stores

if TYPE_CHECKING:
    from tracker.cli import Commands

_WHAT = ("prune", "drill", "accept")


def add_commands(commands: Commands) -> None:
    """Add ``backup`` and ``restore`` to the command line."""
    backup = commands.add_parser(
        "backup",
        help="write a checked copy of the store to a folder; delete old ones; test-restore the newest",
        usage="%(prog)s [-h] [prune | drill | accept] DIR [--keep-daily N] [--keep-weekly N] "
        "[--keep-monthly N] [--reason TEXT]",
        description="Write a copy of the store to a folder and check it. With --keep-daily, --keep-weekly or "
        "--keep-monthly, also delete old backups: the newest of each day, week or month with a backup is kept, for as "
        "many as you say. The newest backup, and files that are not in the folder's list (backups.jsonl), are never "
        "deleted. If the ledger differs from the list, it was rewritten or rolled back: no backup is made and nothing "
        "is deleted.",
        epilog="python -m tracker backup /mnt/backups --keep-daily 14 --keep-weekly 8 --keep-monthly 24",
    )
    backup.add_argument(
        "what",
        nargs="?",
        choices=_WHAT,
        metavar="prune | drill | accept",
        help="prune: only delete old backups; drill: restore the newest to a temporary place and check everything in "
        "it; accept: note that the ledger differs from the list on purpose",
    )
    backup.add_argument("folder", metavar="DIR", type=Path, help="an existing folder, preferably on another disk")
    for period in ("daily", "weekly", "monthly"):
        backup.add_argument(f"--keep-{period}", metavar="N", type=_count, help=f"{period} backups to keep")
    backup.add_argument("--reason", metavar="TEXT", help="with accept: why the ledger differs from the list")
    backup.set_defaults(run=_backup, refuse=backup.error)

    restore = commands.add_parser("restore", help="replace the store with a backup; the old store is kept beside it")
    restore.add_argument("file", metavar="FILE", type=Path, help="a backup's .duckdb file, with its .heads beside it")
    restore.set_defaults(run=_restore)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of backups')
    return int(text)


def _backup(options: argparse.Namespace) -> int:
    if options.what is None and str(options.folder) in _WHAT:
        options.refuse(f"give the folder: python -m tracker backup {options.folder} DIR")
    counts = (options.keep_daily, options.keep_weekly, options.keep_monthly)
    rule = None
    if any(count is not None for count in counts):
        daily, weekly, monthly = (count or 0 for count in counts)
        rule = Retention(daily=daily, weekly=weekly, monthly=monthly)
    if options.what == "accept":
        if rule or not (options.reason or "").strip():
            options.refuse('give a reason, --reason "…", and no --keep option')
        return _accept(options.folder, options.reason)
    if options.what == "drill":
        if rule:
            options.refuse("a drill deletes nothing: leave out --keep-daily, --keep-weekly and --keep-monthly")
        return _drill(options.folder)
    if options.what == "prune":
        if not rule:
            options.refuse("give the number to keep: --keep-daily N, --keep-weekly N or --keep-monthly N")
    else:
        made = backups.back_up(stores.address(), options.folder)
        print_notice(demonstration=made.demonstration)
        print(f"Wrote and checked {made.file} (change {made.head.seq}, seal {made.head.seal[:12]}).")
    if rule:
        _prune(options.folder, rule)
    return 0


def _accept(folder: Path, reason: str) -> int:
    by = os.environ.get("USER") or "unknown user"
    print(backups.accept(stores.address(), folder, reason=reason, by=by))
    print(f"Noted in {folder / backups.MANIFEST} that this is on purpose: {reason}")
    return 0


def _prune(folder: Path, rule: Retention) -> None:
    pruned = backups.prune(folder, rule, beside=stores.address())
    for file in pruned.removed:
        print(f"Deleted {file}.")
    for file in pruned.left:
        print(f"Kept {file}: it has changed since it was listed.")
    if not pruned.removed:
        print("No backup was deleted.")


def _drill(folder: Path) -> int:
    drill = backups.drill(folder, beside=stores.address())
    print_notice(demonstration=drill.demonstration)
    print(f"{drill.backup.file}, made {moment_in_words(drill.backup.made_at)}, change {drill.backup.head.seq}:")
    for step, seconds in drill.steps:
        print(f"  {step:<24} {seconds:7.2f} s")
    for fault in drill.faults:
        print(fault, file=sys.stderr)
    if drill.faults:
        return 1
    snapshots = "1 snapshot" if drill.snapshots == 1 else f"{drill.snapshots} snapshots"
    print(f"The backup restores. Its chain, its anchor and {snapshots} are whole. The temporary copy was deleted.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    at = stores.address()
    folder = stores.backup_folder()
    restored = backups.restore(at, options.file, lists=[folder] if folder else [])
    print_notice(demonstration=restored.demonstration)
    print(f"Restored {at.file} to change {restored.head.seq} (seal {restored.head.seal[:12]}).")
    if restored.replaced:
        print(f"The old store is kept as {restored.replaced}.")
    for difference in restored.given_up:
        print(f"{difference} The list of backups now notes that this is on purpose.")
    for unnoted in restored.unnoted:
        print(
            f"The list in {unnoted} cannot be written. When it can be, run `python -m tracker backup accept {unnoted} "
            "--reason …`. Until then no backup is made there.",
            file=sys.stderr,
        )
    return 0
