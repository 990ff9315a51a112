"""``journal``: the ledger as text, and a store rebuilt from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import print_notice
from tracker.services import journals, stores

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add ``journal`` to the command line."""
    journal = commands.add_parser(
        "journal",
        help="write the ledger as text, or make a store from that text",
        description="The journal is the whole ledger as JSON Lines, one change in each line. You can rebuild the same "
        "ledger from it, for example with another version of DuckDB.",
    )
    journal_commands = journal.add_subparsers(title="commands", metavar="COMMAND", required=True)
    export = journal_commands.add_parser("export", help="check the store, and write its journal to a new file")
    export.add_argument("file", metavar="FILE", help="a new file, or - for the screen or a pipe")
    export.add_argument(
        "--until",
        metavar="CHANGE",
        type=int,
        help="leave out the changes after this number, for example those recorded while the clock was ahead",
    )
    export.set_defaults(run=_export)
    rebuild = journal_commands.add_parser("rebuild", help="make a store from a journal, if there is no store yet")
    rebuild.add_argument("file", metavar="FILE", type=Path, help="a journal; TRACKER_STORE is where the store goes")
    rebuild.set_defaults(run=_rebuild)


def _export(options: argparse.Namespace) -> int:
    at = stores.address()
    if options.file == "-":
        sys.stdout.writelines(journals.lines(at, until=options.until))
        return 0
    journal = journals.export(at, Path(options.file), until=options.until)
    print_notice(demonstration=journal.demonstration)
    print(f"Wrote {options.file}: the ledger up to change {journal.head.seq}, seal {journal.head.seal}.")
    return 0


def _rebuild(options: argparse.Namespace) -> int:
    at = stores.address()
    proof = journals.rebuild(at, options.file)
    print_notice(demonstration=proof.demonstration)
    print(f"Made and checked {at.file}: the ledger up to change {proof.head.seq}, seal {proof.head.seal}.")
    return 0
