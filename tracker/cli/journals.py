"""``journal``: the ledger as lines of text, and the store made again from them."""

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
        help="write the ledger as lines of text, or make the store again from them",
        description="The journal is the whole ledger as JSON Lines, a change a line. From it the same ledger is made "
        "again, seal for seal: the way to another version of the engine, and the last resort.",
    )
    journal_commands = journal.add_subparsers(title="commands", metavar="COMMAND", required=True)
    export = journal_commands.add_parser("export", help="prove the store, and write its journal to a new file")
    export.add_argument("file", metavar="FILE", help="a file that is not there yet, or - for the screen or a pipe")
    export.add_argument(
        "--until",
        metavar="CHANGE",
        type=int,
        help="leave out the changes after this number, for example those recorded while the clock was ahead",
    )
    export.set_defaults(run=_export)
    rebuild = journal_commands.add_parser("rebuild", help="make the store, where there is none, from a journal")
    rebuild.add_argument("file", metavar="FILE", type=Path, help="a journal; TRACKER_STORE says where the store goes")
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
    print(f"Made and proved {at.file}: the ledger up to change {proof.head.seq}, seal {proof.head.seal}.")
    return 0
