"""The command line: every use case without a browser, a module for each group of commands.

Exit status: 0 when the command did its job; 1 when it found a fault in what it was given (one clear sentence on
standard error); 2 when it was called wrongly.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from typing import TYPE_CHECKING, TypeAlias

from tracker.cli import (
    backups,
    baselines,
    boards,
    demo,
    history,
    journals,
    periods,
    plans,
    ratings,
    returns,
    snapshots,
    stores,
    users,
)
from tracker.domain.errors import TrackerError
from tracker.services.stores import keep_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001  argparse names it so

_GUIDE = """\
The store is data/tracker.duckdb, or the file that TRACKER_STORE names. Only one process can write to it at a time:
close the app before a command that writes.

  python -m tracker init                          make the store and load the plans
  python -m tracker plan check                    find what is wrong with the plans, and where
  python -m tracker plan load                     record what is new or different in the plans
  python -m tracker board                         the board today
  python -m tracker board --as-at 2023-07-01      the board as at a day
  python -m tracker board --format json > b.json  the same figures for other programs
  python -m tracker snapshot take board-2026-q3 --as ana@dfe.example   save the board under a name
  python -m tracker snapshot export board-2026-q3 --to packs --marking OFFICIAL --as ana@dfe.example
                                                  the pack: one marked zip file
  python -m tracker history --milestone C2-01-M4  who changed what, when and why
  python -m tracker user add ana@dfe.example --name "Ana Example" --role contributor --programme safety-valve
  python -m tracker period open 2026-q4 ...       open a reporting period; period chase: who has still to confirm
  python -m tracker return export --as EMAIL      milestones to fill in as a workbook; then return check, return take
  python -m tracker verify                        check that nothing was altered or lost
  python -m tracker demo                          a store for training, with invented returns; make demo shows it
  python -m tracker backup /mnt/backups           a checked copy; restore FILE puts one back
  python -m tracker journal export ledger.jsonl   the ledger as text; journal rebuild makes a store from it
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # other programs read UTF-8, whatever the terminal uses
            stream.reconfigure(encoding="utf-8")
    options = _parser().parse_args(arguments)
    keep_private()
    try:
        run = options.run
        status: int = run(options)
        sys.stdout.flush()
    except TrackerError as error:
        print(error, file=sys.stderr)
        return 1
    except MemoryError:
        print(
            "There is not enough memory. Close other programs and try again.",
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        if error.filename is not None:
            print(f"The file {error.filename} cannot be read or written: {error.strerror}.", file=sys.stderr)
            return 1
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader of our output (head, less) has stopped: no error
            return 0
        print(f"The output cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tracker",
        description="The delivery-board tracker for the SEND and AP Green Paper.",
        epilog=_GUIDE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    groups = (
        plans,
        boards,
        snapshots,
        history,
        users,
        periods,
        ratings,
        returns,
        baselines,
        stores,
        backups,
        journals,
        demo,
    )
    for group in groups:
        group.add_commands(commands)
    return parser
