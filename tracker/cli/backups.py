"""``backup`` and ``restore``: copies of a store that are proven, and putting one back."""

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
    """Add the commands that keep copies of a store to the command line."""
    backup = commands.add_parser(
        "backup",
        help="write a proven copy of the store into a folder; prune old ones; try whether the newest restores",
        usage="%(prog)s [-h] [prune | drill | accept] DIR [--keep-daily N] [--keep-weekly N] "
        "[--keep-monthly N] [--reason TEXT]",
        description="Write a copy of the store into a folder, and prove it. Nothing is ever removed from the folder "
        "unless you say how many to keep: of so many days, weeks and months in which backups were made, the newest of "
        "each. The newest of all always stays, and so does whatever the folder's list (backups.jsonl) does not note. "
        "A ledger that does not hold what the list notes of it was rewritten or rolled back: it is not backed up, and "
        "nothing is removed.",
        epilog="python -m tracker backup /mnt/backups --keep-daily 14 --keep-weekly 8 --keep-monthly 24",
    )
    backup.add_argument(
        "what",
        nargs="?",
        choices=_WHAT,
        metavar="prune | drill | accept",
        help="prune: only remove old ones; drill: restore the newest to a temporary place and prove all that it holds; "
        "accept: note that the ledger differs from the list on purpose",
    )
    backup.add_argument("folder", metavar="DIR", type=Path, help="an existing folder, best on another disk")
    for period in ("daily", "weekly", "monthly"):
        backup.add_argument(f"--keep-{period}", metavar="N", type=_count, help=f"{period} backups to keep")
    backup.add_argument("--reason", metavar="TEXT", help="with accept: why the ledger differs from the list")
    backup.set_defaults(run=_backup, refuse=backup.error)

    restore = commands.add_parser("restore", help="put a backup in the store's place; the old store is moved aside")
    restore.add_argument("file", metavar="FILE", type=Path, help="a backup's .duckdb file; its .heads lies beside it")
    restore.set_defaults(run=_restore)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'"{text}" is not a number of backups')
    return int(text)


def _backup(options: argparse.Namespace) -> int:
    if options.what is None and str(options.folder) in _WHAT:
        options.refuse(f"say which folder: python -m tracker backup {options.folder} DIR")
    counts = (options.keep_daily, options.keep_weekly, options.keep_monthly)
    rule = None
    if any(count is not None for count in counts):
        daily, weekly, monthly = (count or 0 for count in counts)
        rule = Retention(daily=daily, weekly=weekly, monthly=monthly)
    if options.what == "accept":
        if rule or not (options.reason or "").strip():
            options.refuse('say why the ledger differs from the list: --reason "…", and no number of backups to keep')
        return _accept(options.folder, options.reason)
    if options.what == "drill":
        if rule:
            options.refuse("a drill removes nothing: leave --keep-daily, --keep-weekly and --keep-monthly out")
        return _drill(options.folder)
    if options.what == "prune":
        if not rule:
            options.refuse("say how many to keep: --keep-daily N, --keep-weekly N, --keep-monthly N")
    else:
        made = backups.back_up(stores.address(), options.folder)
        print_notice(demonstration=made.demonstration)
        print(f"Wrote and proved {made.file} (change {made.head.seq}, seal {made.head.seal[:12]}).")
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
        print(f"Removed {file}.")
    for file in pruned.left:
        print(f"Left {file}: it is not the backup that was noted.")
    if not pruned.removed:
        print("No backup was removed.")


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
    print(f"The backup restores: its chain, its anchor and {snapshots} are proven. Nothing was left behind.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    at = stores.address()
    folder = stores.backup_folder()
    restored = backups.restore(at, options.file, lists=[folder] if folder else [])
    print_notice(demonstration=restored.demonstration)
    print(f"Restored {at.file} to change {restored.head.seq} (seal {restored.head.seal[:12]}).")
    if restored.replaced:
        print(f"The store that was there is kept as {restored.replaced}.")
    for told in restored.given_up:
        print(f"{told} Noted in the list of backups that this is on purpose.")
    for unnoted in restored.unnoted:
        print(
            f"The list in {unnoted} cannot be written. Run `python -m tracker backup accept {unnoted} --reason …` when "
            "it can: until then no backup is made there.",
            file=sys.stderr,
        )
    return 0
