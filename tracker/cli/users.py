"""``user``: who may use the tracker, in which role and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tracker.cli.phrasing import ask_format, print_json_of, print_notice, say_recorded
from tracker.domain.people import Account, UserLine
from tracker.domain.words import Role
from tracker.services import stores, users

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands
    from tracker.domain.ledger import Change
    from tracker.store.database import Database

T = TypeVar("T")


def add_commands(commands: Commands) -> None:
    """Add ``user`` to the command line."""
    user = commands.add_parser(
        "user",
        help="manage who may use the tracker: add, change or list",
        description="Who may use the tracker. Viewers see everything. Contributors update what is assigned to them. "
        "Approvers decide on baselines and manage reporting periods and snapshots. Administrators manage people and "
        "make backups. You cannot delete people, but you can make them inactive.",
    )
    user_commands = user.add_subparsers(title="commands", metavar="COMMAND", required=True)

    add = user_commands.add_parser(
        "add",
        help="register a person",
        epilog='python -m tracker user add ana@dfe.example --name "Ana Example" --role contributor '
        "--programme safety-valve --commitment C2-01 C2-02",
    )
    change = user_commands.add_parser(
        "change",
        help="change a person's name, role or assignments, or whether they are active",
        description="Anything you leave out stays the same. Only contributors keep programmes and commitments.",
        epilog="python -m tracker user change ana@dfe.example --inactive",
    )
    for command, required in ((add, True), (change, False)):
        command.add_argument("email", metavar="EMAIL", help="their e-mail address")
        command.add_argument("--name", metavar="NAME", required=required, help="their name, as colleagues know it")
        command.add_argument("--role", required=required, choices=list(Role), help="their role")
        none = "" if required else ", instead of the current ones; none to remove all"
        for what, example in (("programme", "safety-valve"), ("commitment", "C2-01")):
            command.add_argument(
                f"--{what}",
                metavar="ID",
                nargs="+" if required else "*",
                action="extend",
                default=[] if required else None,
                help=f"a contributor's {what}s to update, such as {example}{none}",
            )
        command.add_argument(
            "--same-as",
            metavar="EMAIL",
            help="another account of the same person, who then cannot approve their own requests at either"
            + ("" if required else '; "" for none'),
        )
        command.add_argument(
            "--another-person",
            action="store_true",
            help="this is a different person from the one already registered",
        )
    change.add_argument(
        "--address", metavar="EMAIL", help="their new e-mail address; they keep their history and rights"
    )
    add.set_defaults(run=_user_add)
    active = change.add_mutually_exclusive_group()
    active.add_argument("--inactive", dest="active", action="store_false", default=None, help="make them inactive")
    active.add_argument("--active", dest="active", action="store_true", help="make them active again")
    change.set_defaults(run=_user_change)

    listed = user_commands.add_parser("list", help="everyone who was ever registered, by name")
    ask_format(listed)
    listed.set_defaults(run=_user_list)


def _user_add(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = users.add_user(
            db,
            actor_id=users.OPERATOR,
            account=Account(
                address=options.email,
                name=options.name,
                role=options.role,
                programmes=options.programme,
                commitments=options.commitment,
                same_as=options.same_as or "",
                another_person=options.another_person,
            ),
        )
        return _say(db, options.email, change)


def _user_change(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        current = users.find_user(db, options.email)
        role = options.role or current.role
        keeps = role == Role.CONTRIBUTOR
        change = users.change_user(
            db,
            actor_id=users.OPERATOR,
            user_id=current.user_id,
            base_version=current.version,
            account=Account(
                address=_either(options.address, current.address),
                name=_either(options.name, current.name),
                role=role,
                active=_either(options.active, current.active),
                programmes=_either(options.programme, current.programmes if keeps else []),
                commitments=_either(options.commitment, current.commitments if keeps else []),
                same_as=_either(options.same_as, current.same_as or ""),
                another_person=options.another_person,
            ),
        )
        return _say(db, current.user_id, change)


def _either(given: T | None, current: T) -> T:
    """Return the given value, or the current one if none was given."""
    return current if given is None else given


def _user_list(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address()) as db:
        everyone = users.list_users(db)
        demonstration = stores.is_demonstration(db)
    if options.format == "json":
        print_json_of(everyone, demonstration=demonstration)
        return 0
    print_notice(demonstration=demonstration)
    if not everyone:
        print("No one is registered. Add someone with `python -m tracker user add`.")
        return 0
    rows = [("E-mail", "Name", "Role", "Updates"), *(_cells(line) for line in everyone)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _cells(line: UserLine) -> tuple[str, ...]:
    role = line.role if line.active else f"{line.role} (inactive)"
    also = f"{line.address} (registered as {line.user_id})" if line.address != line.user_id else line.address
    who = f"{also}, the same person as {line.same_as}" if line.same_as else also
    return who, " ".join(line.name.split()), role, ", ".join([*line.programmes, *line.commitments])


def _say(db: Database, email: str, change: Change) -> int:
    return say_recorded(db, "  ".join(filter(None, _cells(users.find_user(db, email)))), change)
