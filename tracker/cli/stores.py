"""Keeping a store: ``migrate`` and ``verify``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracker.cli.marking import print_notice
from tracker.services import stores

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add the commands that keep a store to the command line."""
    migrate = commands.add_parser("migrate", help="bring the store's tables up to this version of the tracker")
    migrate.set_defaults(run=_migrate)

    verify = commands.add_parser("verify", help="recompute the whole chain and compare it with its anchor")
    verify.add_argument(
        "--renew-anchor",
        action="store_true",
        help="write a missing head anchor anew; do so only when the head is the one printed on your last export",
    )
    verify.set_defaults(run=_verify)


def _migrate(_: argparse.Namespace) -> int:
    ran = stores.migrate_store(stores.address())
    print("\n".join(f"Ran {name}." for name in ran) or "The store is up to date; nothing to run.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    proof = stores.verify_store(stores.address(), renew_anchor=options.renew_anchor)
    print_notice(demonstration=proof.demonstration)
    head = f"head: change {proof.head.seq}, seal {proof.head.seal}"
    if proof.changes or not proof.faults:  # of tables that were reshaped nothing can be counted
        print(f"{proof.changes:,} changes, {proof.versions:,} versions; {head}")
    for fault in proof.faults:
        print(fault, file=sys.stderr)
    if proof.faults:
        return 1
    print(proof.conclusion)
    return 0
