"""``snapshot``: save, approve, publish, withdraw, list, show, verify and export snapshots of the board."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.phrasing import (
    ask_as_whom,
    ask_format,
    print_json,
    print_json_of,
    print_notice,
    print_notice_of,
    say_recorded,
)
from tracker.domain import dates
from tracker.domain.errors import Fault, InvalidPack
from tracker.domain.words import Marking
from tracker.exchange import marking
from tracker.services import boards, comparisons, packs, snapshots, stores, users

if TYPE_CHECKING:
    from tracker.cli import Commands
    from tracker.domain.ledger import Change
    from tracker.store.database import Database
    from tracker.views.control import SnapshotLine


def add_commands(commands: Commands) -> None:
    """Add ``snapshot`` to the command line."""
    snapshot = commands.add_parser(
        "snapshot",
        help="save a day's board under a name: take, approve, publish, withdraw, list, show, verify, export, check",
        description="A snapshot is the board as at a day, as known at a moment, saved under a name. It always shows "
        "the same. One approver saves it and another approves it.",
    )
    group = snapshot.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_moves(group)
    _add_reads(group)
    _add_comparison(group)
    _add_packs(group)


def _add_moves(group: Commands) -> None:
    """Add the commands that record a change, each by a person."""
    take = group.add_parser(
        "take",
        help="save the board's position",
        epilog="python -m tracker snapshot take board-2026-q3 --as-at 2026-09-30 --for-board --as ana@dfe.example",
    )
    take.add_argument("name", metavar="NAME", help="small letters, digits and hyphens, such as board-2026-q3")
    take.add_argument(
        "--as-at", metavar="DAY", help="the day to show, for example 2026-09-30; default: today in London"
    )
    take.add_argument("--for-board", action="store_true", help="send it to the board now; default: save a draft")
    take.set_defaults(run=_take)
    submit = group.add_parser("submit", help="send a draft to the board")
    submit.set_defaults(run=_move, move=snapshots.submit_snapshot)
    approve = group.add_parser("approve", help="approve a snapshot that another approver saved")
    approve.set_defaults(run=_move, move=snapshots.approve_snapshot)
    publish = group.add_parser("publish", help="mark an approved snapshot as published")
    publish.set_defaults(run=_move, move=snapshots.publish_snapshot)
    withdraw = group.add_parser("withdraw", help="withdraw a snapshot that was saved or approved by mistake")
    withdraw.add_argument(
        "--reason", metavar="TEXT", required=True, help="the reason; shown wherever the snapshot is shown"
    )
    withdraw.set_defaults(run=_withdraw)
    for command in (submit, approve, publish, withdraw):
        command.add_argument("name", metavar="NAME", help="the snapshot's name")
    for command in (take, submit, approve, publish):
        command.add_argument("--note", metavar="TEXT", help="a note; added to earlier notes")
    for command in (take, submit, approve, publish, withdraw):
        ask_as_whom(command, "your registered e-mail address; you must be an approver")


def _add_reads(group: Commands) -> None:
    """Add the commands that read or verify."""
    listed = group.add_parser("list", help="every snapshot, newest date first")
    listed.set_defaults(run=_list)
    show = group.add_parser(
        "show", help="the details of a snapshot, and its board", epilog="The same board: board --snapshot"
    )
    show.set_defaults(run=_show)
    verify = group.add_parser("verify", help="check that a snapshot is unchanged, and check the whole ledger")
    verify.set_defaults(run=_verify)
    for command in (show, verify):
        command.add_argument("name", metavar="NAME", help="the snapshot's name")
    for command in (listed, show):
        ask_format(command)


def _add_comparison(group: Commands) -> None:
    """Add the command that lists what changed."""
    compare = group.add_parser(
        "compare",
        help="list what changed between two snapshots or days: who, when and why",
        epilog="python -m tracker snapshot compare 2022-12-31 2023-12-31; with one only, compares it with today",
    )
    compare.add_argument("before", metavar="A", nargs="?", help="a snapshot, or a day such as 2022-12-31")
    compare.add_argument("after", metavar="B", nargs="?", help="another; default: today")
    compare.add_argument(
        "--since-approved", action="store_true", help="since the approved snapshot of the last board that met"
    )
    ask_format(compare)
    compare.set_defaults(run=_compare, refuse=compare.error)


def _compare(options: argparse.Namespace) -> int:
    if options.since_approved == (options.before is not None):
        options.refuse("give a snapshot or a day to compare from, or --since-approved alone")
    with stores.open_store(stores.address()) as db:
        if options.since_approved:
            today = boards.view_board(db, dates.today(), boards.known_position(db))
            found = comparisons.since_approved(db, today)
        else:
            found = comparisons.compare_asked(db, options.before, options.after or dates.today().isoformat())
    if found is None:
        print("No board has met with an approved snapshot yet, so there is nothing to compare.", file=sys.stderr)
        return 1
    sys.stdout.write(comparisons.as_json(found) if options.format == "json" else comparisons.as_text(found))
    return 0


def _add_packs(group: Commands) -> None:
    """Add the commands that make and check packs."""
    export = group.add_parser(
        "export",
        help="write a snapshot as one marked zip file of reports and tables",
        description="Write a snapshot as one zip file with a manifest. The same snapshot always makes the same bytes.",
        epilog="python -m tracker snapshot export board-2026-q3 --to packs --marking OFFICIAL --as ana@dfe.example",
    )
    export.add_argument("name", metavar="NAME", help="the snapshot's name")
    export.add_argument("--to", metavar="DIR", type=Path, required=True, help="an existing folder")
    export.add_argument("--marking", choices=list(Marking), type=Marking, required=True, help="the marking")
    export.add_argument("--handling", metavar="TEXT", help="the handling line; required for OFFICIAL-SENSITIVE")
    export.add_argument("--public", action="store_true", help="leave out what owners and officials wrote for the board")
    export.add_argument(
        "--open-evidence",
        dest="opened",
        metavar="SOURCE",
        nargs="+",
        action="extend",
        default=[],
        help="in a public edition, publish these sources of evidence from owners, by their ids",
    )
    export.add_argument(
        "--formats",
        metavar="FORMAT",
        nargs="+",
        action="extend",
        help=f"any of {', '.join(packs.FORMATS)}; default: all",
    )
    ask_as_whom(export, "your registered e-mail address; you must be an approver")
    export.set_defaults(run=_export)
    check = group.add_parser(
        "check",
        help="check that a pack is unchanged; needs no store",
        description="Compare every file of a pack with its manifest, and with --against-store also with the ledger.",
    )
    check.add_argument("file", metavar="ZIP", type=Path, help="the pack")
    check.add_argument("--against-store", action="store_true", help="check it against the ledger too")
    check.set_defaults(run=_check)


def _take(options: argparse.Namespace) -> int:
    as_at = None if options.as_at is None else boards.parse_as_at(options.as_at)
    with stores.open_store(stores.address(), writable=True) as db:
        change = snapshots.take_snapshot(
            db,
            actor_id=users.account(db, options.actor),
            name=options.name,
            as_at=as_at,
            for_board=options.for_board,
            note=options.note,
        )
        return _say(db, options.name, change)


def _move(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = options.move(db, actor_id=users.account(db, options.actor), name=options.name, note=options.note)
        return _say(db, options.name, change)


def _withdraw(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = snapshots.withdraw_snapshot(
            db, actor_id=users.account(db, options.actor), name=options.name, reason=options.reason
        )
        return _say(db, options.name, change)


def _say(db: Database, name: str, change: Change) -> int:
    return say_recorded(db, _row(snapshots.show_snapshot(db, name)), change)


def _row(line: SnapshotLine) -> str:
    return (
        f"{line.name}: {line.state}, as at {line.as_at}, as known at change {line.known_seq}; digest {line.digest[:12]}"
    )


def _list(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        lines = snapshots.list_snapshots(db)
        demonstration = stores.is_demonstration(db)
    if options.format == "json":
        print_json_of(lines, demonstration=demonstration)
    else:
        print_notice(demonstration=demonstration)
        print("\n".join(map(_row, lines)) or "There are no snapshots. Save one with `python -m tracker snapshot take`.")
    return 0


def _show(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        line = snapshots.show_snapshot(db, options.name)
        view = snapshots.open_snapshot(db, options.name)
        differs = snapshots.differs(db, line, boards.known_position(db))
    if options.format == "json":
        content = {
            **asdict(line),
            "differs_from_todays_knowledge": differs,
            "board": json.loads(boards.as_json(view)),
        }
        print_json(marking.content(content, demonstration=view.demonstration))
        return 0
    print_notice(demonstration=view.demonstration)
    print(_row(line))
    print(f"Saved by {_person(line.taker, line.taken_by)} on {dates.moment_in_words(line.taken_at)}.")
    if line.approved_at:
        print(f"Approved by {_person(line.approver, line.approved_by)} on {dates.moment_in_words(line.approved_at)}.")
    if line.published_at:
        print(f"Published on {dates.moment_in_words(line.published_at)}.")
    if line.withdrawn_at:
        print(snapshots.withdrawal(line))
    if line.period_id:
        print(f"Reporting period: {line.period_id}.")
    for paragraph in (line.note or "").splitlines():
        print(textwrap.fill(paragraph, 100))
    print(
        "Changes recorded since then affect the board of that day."
        if differs
        else "Nothing recorded since then changes the board of that day."
    )
    print()
    print(boards.as_text(view), end="")
    return 0


def _person(name: str | None, user_id: str | None) -> str:
    return f"{name} ({user_id})" if name else str(user_id)


def _verify(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), proven=False) as db:
        proof = snapshots.verify_snapshot(db, options.name)
        print_notice_of(db)
    print(_row(proof.snapshot))
    for fault in proof.faults:
        print(fault, file=sys.stderr)
    if proof.faults:
        return 1
    print(proof.conclusion)
    return 0


def _export(options: argparse.Namespace) -> int:
    if not options.to.is_dir():
        raise InvalidPack(Fault("to", f"There is no folder {options.to}. Create it and try again."))
    last = ""

    def tell(_share: float, words: str) -> None:
        nonlocal last
        if words != last and sys.stderr.isatty():
            print(f"{words} …", file=sys.stderr)
        last = words

    with stores.open_store(stores.address()) as db:
        pack = packs.export_pack(
            db,
            actor_id=users.account(db, options.actor),
            name=options.name,
            marking=options.marking,
            handling=options.handling,
            public=options.public,
            opened=options.opened,
            formats=options.formats or packs.FORMATS,
            progress=tell,
        )
        print_notice_of(db)
    file = packs.save_pack(pack, options.to)
    print(f"Wrote {file}: {pack.files} files, {len(pack.content):,} bytes.")
    return 0


def _check(options: argparse.Namespace) -> int:
    if options.against_store:
        with stores.open_store(stores.address()) as db:
            proof = packs.check_pack_file(options.file, db)
    else:
        proof = packs.check_pack_file(options.file)
    for fault in proof.faults:
        print(fault, file=sys.stderr)
    if proof.faults:
        return 1
    print(proof.conclusion)
    return 0
