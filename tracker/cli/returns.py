"""``return``: export a return to fill in, show what it would change, save it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import ask_as_whom, ask_format, print_change, print_notice, print_notice_of
from tracker.domain.dates import moment_in_words
from tracker.domain.errors import ReturnRejected, StoreUnusable
from tracker.domain.text import counted
from tracker.services import boards, returns, stores, users
from tracker.services.returns import Decisions, Outcome, Preview, PreviewLine, Upload
from tracker.store import files

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from tracker.cli import Commands
    from tracker.domain.ledger import Change
    from tracker.reporting.history import FieldChange

_SAVED = (Outcome.ADD, Outcome.CHANGE, Outcome.CONFIRM)
_WRITERS = {"xlsx": returns.return_workbook, "csv": returns.return_csv}


def add_commands(commands: Commands) -> None:
    """Add ``return`` to the command line."""
    group = commands.add_parser(
        "return",
        help="milestones to fill in as a workbook or CSV: export, check, save",
        description="Export a contributor's milestones as a workbook or CSV, fill it in, check what it would change, "
        "and save it as one change. Only `take` saves, and it saves exactly what `check` showed.",
    )
    commands_of_return = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    export = commands_of_return.add_parser(
        "export",
        help="write the milestones assigned to a person to a file",
        epilog="python -m tracker return export --as ana@dfe.example --programme safety-valve --to ~/returns",
    )
    check = commands_of_return.add_parser(
        "check",
        help="show what a file would change, and what is wrong with it",
        epilog="python -m tracker return check return_2026-11-24_seq812.xlsx --as ana@dfe.example",
    )
    take = commands_of_return.add_parser(
        "take",
        help="save a file as one change, as `check` showed it",
        epilog="python -m tracker return take return_2026-11-24_seq812.xlsx --as ana@dfe.example "
        "--preview 0123456789abcdef --mine C6-01-M3 --theirs C6-04-M2",
    )
    for command in (export, check, take):
        ask_as_whom(command, "your registered e-mail address; you must be a contributor")
    for command in (check, take):
        command.add_argument("file", metavar="FILE", type=Path, help="a return: .xlsx or .csv")

    export.add_argument("--programme", metavar="ID", help="only the milestones of one programme, such as safety-valve")
    ask_format(export, *returns.SUFFIXES, words="xlsx (default) or csv", default="xlsx")
    export.add_argument(
        "--to", metavar="DIR", type=Path, default=Path(), help="the folder to write to; default: this one"
    )
    export.set_defaults(run=_export)
    check.set_defaults(run=_check)
    take.add_argument("--preview", metavar="CODE", required=True, help="the code from `check`; what it showed is saved")
    for whose, what in (("mine", "your version"), ("theirs", "the current version")):
        take.add_argument(
            f"--{whose}",
            metavar="ID",
            nargs="+",
            action="extend",
            default=[],
            help=f"milestones in conflict for which to keep {what}",
        )
    take.add_argument(
        "--leave-out-rejected", action="store_true", help="save the other rows and skip those that `check` rejects"
    )
    take.set_defaults(run=_take)


def _export(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        exported = returns.export_return(db, actor_id=users.account(db, options.actor), programme_id=options.programme)
    print_notice(demonstration=exported.demonstration)
    file = options.to / exported.file_name(options.format)
    try:
        files.write_new(file, _WRITERS[options.format](exported))  # someone may have filled in a file of that name
    except FileExistsError:
        raise StoreUnusable(f"{file} already exists. Move it, or give another folder with --to.") from None
    except OSError as error:
        raise StoreUnusable(f"The return cannot be written to {file}: {error.strerror}.") from error
    print(f"{file}: {counted(len(exported.lines), 'milestone')}, as at {exported.drawn}")
    return 0


def _check(options: argparse.Namespace) -> int:
    file = _upload(options.file)
    with stores.open_store(stores.address()) as db:
        preview = returns.check_return(db, actor_id=users.account(db, options.actor), file=file, on_step=_tell)
        print_notice_of(db)
    print("\n".join(_described(preview)))
    if preview.taken:
        return 0
    if preview.of(*_SAVED, Outcome.CONFLICT):
        call = ["python -m tracker return take", shlex.quote(str(options.file)), f"--as {options.actor}"]
        print("\nTo save it:\n ", *call, f"--preview {preview.token}", *_options_needed(preview))
    return 1 if preview.faults else 0


def _take(options: argparse.Namespace) -> int:
    file = _upload(options.file)
    with stores.open_store(stores.address(), writable=True) as db:
        before = boards.known_position(db)
        change = returns.take_return(
            db,
            actor_id=users.account(db, options.actor),
            file=file,
            token=options.preview,
            decisions=Decisions(
                mine=options.mine, theirs=options.theirs, leave_out_rejected=options.leave_out_rejected
            ),
            on_step=_tell,
        )
        print_notice_of(db)
    if change.seq <= before:
        print(_taken(change))
    else:
        print_change(change)
    return 0


def _upload(file: Path) -> Upload:
    """Read a file, or just enough of it to see that it is too large. Raises ReturnRejected."""
    try:
        with files.open_regular(file) as content:
            return Upload(file.name, content.read(returns.MOST_BYTES + 1))
    except OSError as error:
        raise ReturnRejected(f"The file {file} cannot be read: {error.strerror}.") from error


def _tell(words: str, done: float) -> None:
    print(f"{done:4.0%}  {words}", file=sys.stderr)


def _taken(change: Change) -> str:
    on = moment_in_words(change.recorded_at)
    return f"This file has already been saved, as change {change.seq}, on {on}. There is nothing more to save."


def _described(preview: Preview) -> Iterator[str]:
    """Describe a preview: first what is rejected, then what would be saved, then the rest."""
    if preview.taken:
        yield _taken(preview.taken)
        return
    yield (
        f"Compared with change {preview.head.seq}: "
        + ", ".join(f"{len(preview.of(outcome))} {outcome.lower()}" for outcome in Outcome)
        + f", {preview.rejected_rows} rejected."
    )
    if preview.period:
        yield preview.period
    if preview.faults:
        yield from ("", "Rejected. Fix these rows, or skip them:")
        yield from (f"  {fault}" for fault in preview.faults)
    for outcome in (Outcome.CONFLICT, *_SAVED, Outcome.LEFT):
        if lines := preview.of(outcome):
            yield from ("", f"{outcome}:")
            for line in lines:
                yield from _line(line)
    if preview.remarks:
        yield from ("", "Also note:")
        yield from (f"  {remark}" for remark in preview.remarks)


def _line(line: PreviewLine) -> Iterator[str]:
    before, after = line.line.computed_status, line.status_after
    status = f" Status from dates: {before} now, {after} after you save." if after else ""
    yield f"  {line.line.milestone_id} (row {line.row}) {_flat(line.line.title)}.{status} {line.remark or ''}".rstrip()
    yield from (f"      {_change(change)}" for change in line.changes if line.outcome is not Outcome.LEFT)
    if line.theirs:
        yield from (f"    your version cannot be saved: {fault.wrong}" for fault in line.wrong)
        yield f"    changed by {line.by or 'someone else'} after you exported it:"
        yield from (f"      {_change(change)}" for change in line.theirs)


def _change(change: FieldChange) -> str:
    return f"{change.words}: {_flat(change.old) or 'nothing'} → {_flat(change.new) or 'nothing'}"


def _flat(words: str | None) -> str:
    return " ".join((words or "").split())


def _options_needed(preview: Preview) -> Iterator[str]:
    """Give the other options that `take` needs."""
    if preview.faults:
        yield "--leave-out-rejected"
    if conflicts := preview.of(Outcome.CONFLICT):
        yield "--mine or --theirs " + " ".join(line.line.milestone_id for line in conflicts)
