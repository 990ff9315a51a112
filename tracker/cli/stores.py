"""``migrate`` and ``verify``: the tables of a store, and its ledger."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import print_notice
from tracker.services import backups, stores, witnesses

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``migrate`` and ``verify`` to the command line."""
    migrate = commands.add_parser("migrate", help="update the store's tables to this version of the tracker")
    migrate.set_defaults(run=_migrate)

    verify = commands.add_parser("verify", help="check the whole ledger and its anchor")
    verify.add_argument(
        "--renew-anchor",
        action="store_true",
        help="write a missing head anchor again; do this only if the head matches your last export",
    )
    verify.add_argument(
        "--against",
        metavar="FILE",
        nargs="+",
        action="extend",
        type=Path,
        default=[],
        help="also check the ledger against the seals in these: packs, returns, journals, .heads files, backups, or a "
        "folder of backups (the folder in TRACKER_BACKUPS is always checked)",
    )
    verify.set_defaults(run=_verify)


def _migrate(_: argparse.Namespace) -> int:
    ran = stores.migrate_store(stores.address())
    print("\n".join(f"Ran {name}." for name in ran) or "The store is up to date.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    at = stores.address()
    compared = witnesses.compare(at, options.against)
    folder = stores.backup_folder()
    if folder and (folder / backups.MANIFEST).exists():
        compared += witnesses.compare(at, [folder])
    differs = any(one.fault for one in compared)
    proof = stores.verify_store(at, renew_anchor=options.renew_anchor and not differs)
    print_notice(demonstration=proof.demonstration)
    head = f"head: change {proof.head.seq}, seal {proof.head.seal}"
    if proof.changes or not proof.faults:  # nothing can be counted in altered tables
        print(f"{proof.changes:,} changes, {proof.versions:,} versions; {head}")
    for fault in (*proof.faults, *proof.warnings):
        print(fault, file=sys.stderr)
    for one in compared:
        print(f"{one.file}: {one.sentence}", file=sys.stderr if one.fault else sys.stdout)
    if proof.faults or proof.warnings or differs:
        return 1
    print(proof.conclusion)
    return 0
