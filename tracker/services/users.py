"""Who may use the tracker, in which role and for what; kept in the ledger like everything else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.domain import dates, text
from tracker.domain.errors import InvalidUser, UnknownUser
from tracker.domain.ledger import StaleEdit, Version
from tracker.domain.nouns import Assignment, Commitment, Programme, User
from tracker.domain.policy import Action, Actor, require
from tracker.domain.words import Role
from tracker.store import ledger, people
from tracker.store.people import actor_of

__all__ = ["OPERATOR", "actor", "actor_of", "add_user", "change_user", "list_users", "who"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain.ledger import Change
    from tracker.domain.lines import UserLine
    from tracker.store.database import Cursor, Database

OPERATOR = "command line"
"""Whoever can run commands on the store's own machine: they hold the file, so they may say who uses it."""

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def who(cursor: Cursor, actor_id: str) -> Actor:
    """Return a person as they may act at this moment; looked up at every act. Raises UnknownUser."""
    if actor_id == OPERATOR:
        return Actor(user_id=OPERATOR, name="the operator", role=Role.ADMINISTRATOR)
    found = people.actor(cursor, actor_id, dates.today())
    if found is None:
        raise UnknownUser(f'Nobody is registered as "{actor_id}"; an administrator can add them.')
    return found


def actor(db: Database, actor_id: str) -> Actor:
    """Return a person as they may act now. Raises UnknownUser."""
    with db.read() as cursor:
        return who(cursor, actor_id)


def list_users(db: Database) -> list[UserLine]:
    """Return everybody who was ever registered, by name."""
    with db.read() as cursor:
        return people.users(cursor, dates.today())


def add_user(
    db: Database,
    *,
    actor_id: str,
    email: str,
    name: str,
    role: str,
    programmes: Sequence[str] = (),
    commitments: Sequence[str] = (),
    request_id: str | None = None,
) -> Change:
    """Register a person.

    A ``request_id`` that was recorded before records nothing again. Raises NotAllowed, UnknownUser (the actor),
    InvalidUser naming what is wrong, UnstorableText, StoreBusy, StoreUnusable.
    """
    address = _address(email)
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.MANAGE_USERS)
        versions = _versions(cursor, address, name, role, programmes, commitments, active=True)
    try:
        return ledger.record(db, actor=actor_id, action="add user", versions=versions, request_id=request_id)
    except StaleEdit:
        raise InvalidUser(f"{address} is registered already; change them instead.") from None


def change_user(
    db: Database,
    *,
    actor_id: str,
    email: str,
    base_version: int,
    name: str,
    role: str,
    active: bool,
    programmes: Sequence[str] = (),
    commitments: Sequence[str] = (),
    request_id: str | None = None,
) -> Change:
    """Change a person's name, role, assignments, or whether they are active, from the version that was seen.

    Raises as ``add_user`` does, UnknownUser for an address nobody is registered under, NothingToRecord when nothing
    changes, and StaleEdit when they were changed meanwhile.
    """
    address = _address(email)
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.MANAGE_USERS)
        if not ledger.latest(cursor, User, address):
            raise UnknownUser(f'Nobody is registered as "{address}"; add them first.')
        if actor_id == address and (role != Role.ADMINISTRATOR or not active):
            raise InvalidUser("You cannot take your own administration away; another administrator can.")
        versions = _versions(
            cursor, address, name, role, programmes, commitments, active=active, base_version=base_version
        )
    return ledger.record(db, actor=actor_id, action="change user", versions=versions, request_id=request_id)


def _address(email: str) -> str:
    """Return an e-mail address as it is registered."""
    return text.clean(email.lower(), where="the e-mail address")


def _versions(
    cursor: Cursor,
    address: str,
    name: str,
    role: str,
    programmes: Sequence[str],
    commitments: Sequence[str],
    *,
    active: bool,
    base_version: int = 0,
) -> list[Version]:
    """Return what a change of a user records: the assignments given and taken, and the person.

    The person has a new version whatever changes, so that two changes of one person never pass each other.
    """
    faults = list(_faults(cursor, address, name, role, programmes, commitments))
    if faults:
        raise InvalidUser(" ".join(faults))
    today = dates.today()
    versions = []
    line = next((line for line in people.users(cursor, today) if line.user_id == address), None)
    held = _kinds(line.programmes, line.commitments) if line else {}
    wanted = _kinds(programmes, commitments)
    for target in sorted(held.keys() ^ wanted.keys()):
        assignment = Assignment(
            id=f"{address}/{target}", user_id=address, active=target in wanted, **{(held | wanted)[target]: target}
        )
        newest = ledger.latest(cursor, Assignment, assignment.id)
        versions.append(Version(noun=assignment, version=newest.version + 1 if newest else 1, effective_on=today))
    person = User(id=address, name=name, role=Role(role), active=active)
    before = ledger.latest(cursor, User, address)
    if versions or before is None or before.noun != person or before.version != base_version:
        versions.append(Version(noun=person, version=base_version + 1, effective_on=today))
    return versions


def _kinds(programmes: Sequence[str], commitments: Sequence[str]) -> dict[str, str]:
    """Which field of an assignment names each programme or commitment."""
    return dict.fromkeys(programmes, "programme_id") | dict.fromkeys(commitments, "commitment_id")


def _faults(
    cursor: Cursor, address: str, name: str, role: str, programmes: Sequence[str], commitments: Sequence[str]
) -> Iterator[str]:
    """Say everything that is wrong with a user, a sentence each."""
    if not _ADDRESS.fullmatch(address):
        yield f'"{address}" is not an e-mail address; give one such as ana.example@education.gov.uk.'
    if not name.strip():
        yield "The name is missing; give the one that colleagues know."
    if role not in list(Role):
        yield f'"{role}" is not a role; choose one of: {", ".join(Role)}.'
    elif role != Role.CONTRIBUTOR and (programmes or commitments):
        yield f"A {role} is given no programmes or commitments; only a contributor updates them."
    for noun, targets in ((Programme, programmes), (Commitment, commitments)):
        known = ledger.newest_numbers(cursor, noun)
        for target in targets:
            if target not in known:
                yield f'There is no {noun.__name__.lower()} "{target}" in the ledger; choose one that is.'
