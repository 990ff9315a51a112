"""Who may use the tracker, in which role and for what; recorded in the ledger like everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import dates, text
from tracker.domain.errors import Fault, InvalidUser, UnknownUser
from tracker.domain.ledger import Change, StaleEdit, Version
from tracker.domain.nouns import Assignment, Commitment, Programme, User
from tracker.domain.people import (
    Account,
    UserLine,
    address_faults,
    fold_address,
    look_alikes,
    name_faults,
    namesakes,
    one_line,
)
from tracker.domain.policy import Action, Actor, require
from tracker.domain.words import ChangeAction, Role
from tracker.store import ledger, people, reading
from tracker.store.people import actor_of

__all__ = [
    "OPERATOR",
    "Account",
    "account",
    "actor",
    "actor_of",
    "add_user",
    "change_user",
    "find_user",
    "list_users",
    "may_still",
    "namesakes",
    "who",
]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.store.database import Cursor, Database

OPERATOR = "command line"
"""The person who runs commands on the store's machine: they have the file, so they may decide who uses it."""


def who(cursor: Cursor, actor_id: str) -> Actor:
    """Return a person with their rights now; looked up at every act. Raises UnknownUser."""
    if actor_id == OPERATOR:
        return Actor(user_id=OPERATOR, name="the operator", role=Role.ADMINISTRATOR)
    found = people.actor(cursor, actor_id, dates.today())
    if found is None:
        raise UnknownUser(f'No one is registered as "{actor_id}". An administrator can add them.')
    return found


def may_still(
    actor_id: str, action: Action, then: Callable[[Cursor, Actor], None] | None = None
) -> Callable[[Cursor], None]:
    """Return a check for ``ledger.record`` to run as it writes: that the person still has the right to act.

    It then calls ``then`` with the person and their rights at that moment.
    """

    def check(cursor: Cursor) -> None:
        actor = who(cursor, actor_id)
        require(actor, action)
        if then:
            then(cursor, actor)

    return check


def actor(db: Database, actor_id: str) -> Actor:
    """Return a person with their rights now. Raises UnknownUser."""
    with db.read() as cursor:
        return who(cursor, actor_id)


def list_users(db: Database) -> list[UserLine]:
    """Return everyone who was ever registered, by name."""
    with db.read() as cursor:
        return people.users(cursor, dates.today())


def find_user(db: Database, email: str) -> UserLine:
    """Return an account by its current address, or the one it was registered under. Raises UnknownUser."""
    address = fold_address(email)
    everybody = list_users(db)
    for line in everybody:
        if line.address == address:
            return line
    for line in everybody:
        if line.user_id == address:
            return line
    raise UnknownUser(f'No one is registered as "{address}". See `python -m tracker user list`.')


def account(db: Database, email: str) -> str:
    """Return the id of the account with a current address, however the address is typed.

    A former address finds no account. Raises UnknownUser.
    """
    address = fold_address(email)
    try:
        line = find_user(db, address)
    except UnknownUser:
        raise UnknownUser(f'No one is registered as "{address}". An administrator can add them.') from None
    if line.address != address:
        raise UnknownUser(f"{line.name}'s address has changed. Use {line.address} instead of {address}.")
    return line.user_id


def add_user(db: Database, *, actor_id: str, account: Account, request_id: str | None = None) -> Change:
    """Register a person.

    A ``request_id`` that was recorded before records nothing again. Raises NotAllowed, UnknownUser (the actor),
    InvalidUser with every fault by the fields of ``Account``, UnstorableText, StoreBusy, StoreUnusable.
    """
    return _record(db, actor_id, ChangeAction.ADD_USER, _asked(account), request_id)


def change_user(
    db: Database, *, actor_id: str, user_id: str, base_version: int, account: Account, request_id: str | None = None
) -> Change:
    """Change a person, from the version that was seen.

    ``user_id`` is the address that the account was registered under. Raises as ``add_user`` does, UnknownUser for an
    address that is not registered, NothingToRecord when nothing changes, and StaleEdit when the person has changed
    since.
    """
    user_id = _cleaned(user_id)
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.MANAGE_USERS)
        if user_id not in {line.user_id for line in people.users(cursor, dates.today())}:
            raise UnknownUser(f'No one is registered as "{user_id}". Add them first.')
    return _record(db, actor_id, ChangeAction.CHANGE_USER, _asked(account, user_id, base_version), request_id)


@dataclass(frozen=True, kw_only=True)
class _Asked(Account):
    """An account as it will be registered; ``base_version`` is 0 for a new one."""

    user_id: str
    base_version: int


def _asked(account: Account, user_id: str | None = None, base_version: int = 0) -> _Asked:
    """Return an account as it will be registered. Raises UnstorableText."""
    address = _cleaned(account.address)
    registered = {"address": address, "name": one_line(account.name), "same_as": fold_address(account.same_as)}
    text.clean(registered["name"], where="the name")
    return _Asked(**{**vars(account), **registered}, user_id=user_id or address, base_version=base_version)


def _cleaned(email: str) -> str:
    """Return an e-mail address as it is registered. Raises UnstorableText."""
    return fold_address(text.clean(email, where="the e-mail address"))


def _record(db: Database, actor_id: str, action: ChangeAction, asked: _Asked, request_id: str | None) -> Change:
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.MANAGE_USERS)
        if earlier := reading.requested(cursor, request_id):
            return earlier
        everybody = people.users(cursor, dates.today())
        own = list(_faults(cursor, asked))
        if faults := own or [*_clashes(asked, everybody), *_demotes(asked, everybody, actor_id)]:
            raise InvalidUser(*faults)
        versions = _versions(cursor, asked, everybody)

    def still_valid(cursor: Cursor, _: Actor) -> None:
        now = people.users(cursor, dates.today())
        if clashes := [*_clashes(asked, now), *_demotes(asked, now, actor_id)]:
            raise InvalidUser(*clashes)

    try:
        return ledger.record(
            db,
            actor=actor_id,
            action=action,
            versions=versions,
            request_id=request_id,
            check=may_still(actor_id, Action.MANAGE_USERS, still_valid),
        )
    except StaleEdit:
        if asked.base_version:
            raise
        taken = Fault("address", f"{asked.address} is already registered. Change that person instead.")
        raise InvalidUser(taken) from None


def _versions(cursor: Cursor, asked: _Asked, everybody: Sequence[UserLine]) -> list[Version]:
    """Return the versions that a change of a user records: the assignments added and removed, and the person.

    The person always gets a new version, so that of two changes at once one is stale.
    """
    today = dates.today()
    versions = []
    line = next((line for line in everybody if line.user_id == asked.user_id), None)
    current = _kinds(line.programmes, line.commitments) if line else {}
    wanted = _kinds(asked.programmes, asked.commitments)
    for target in sorted(current.keys() ^ wanted.keys()):
        assignment = assigned(asked.user_id, target, (current | wanted)[target], active=target in wanted)
        newest = reading.latest(cursor, Assignment, assignment.id)
        versions.append(Version(noun=assignment, version=newest.version + 1 if newest else 1, effective_on=today))
    other = _named(asked.same_as, everybody) if asked.same_as else None
    person = User(
        id=asked.user_id,
        name=asked.name,
        role=Role(asked.role),
        active=asked.active,
        address=None if asked.address == asked.user_id else asked.address,
        same_as=other.user_id if other else None,
    )
    before = reading.latest(cursor, User, asked.user_id)
    if versions or before is None or before.noun != person or before.version != asked.base_version:
        versions.append(Version(noun=person, version=asked.base_version + 1, effective_on=today))
    return versions


def assigned(user_id: str, target: str, kind: str, *, active: bool = True) -> Assignment:
    """Return the record of assigning a programme or commitment; ``kind`` is programme_id or commitment_id."""
    return Assignment(id=f"{user_id}/{target}", user_id=user_id, active=active, **{kind: target})


def _kinds(programmes: Sequence[str], commitments: Sequence[str]) -> dict[str, str]:
    """Which field of an assignment names each programme or commitment."""
    return dict.fromkeys(programmes, "programme_id") | dict.fromkeys(commitments, "commitment_id")


def _named(address: str, everybody: Sequence[UserLine]) -> UserLine | None:
    """Return the person who has an address, or was registered under it."""
    by_id = {line.user_id: line for line in everybody}
    return {**by_id, **{line.address: line for line in everybody}}.get(address)


def _faults(cursor: Cursor, asked: _Asked) -> Iterator[Fault]:
    """Give the faults of an account by itself."""
    yield from address_faults(asked.address)
    yield from name_faults(asked.name)
    if asked.role not in list(Role):
        yield Fault("role", f'"{asked.role}" is not a role. Choose one of: {", ".join(Role)}.')
    elif asked.role != Role.CONTRIBUTOR and (asked.programmes or asked.commitments):
        yield Fault(
            "role", "Only contributors can have programmes or commitments. Remove them, or choose the role contributor."
        )
    for field, noun, targets in (
        ("programmes", Programme, asked.programmes),
        ("commitments", Commitment, asked.commitments),
    ):
        known = reading.newest_numbers(cursor, noun)
        for target in targets:
            if target not in known:
                yield Fault(field, f'There is no {noun.__name__.lower()} called "{target}". Check the id.')


def _clashes(asked: _Asked, everybody: Sequence[UserLine]) -> Iterator[Fault]:
    """Give the faults of an account next to the others."""
    others = [line for line in everybody if line.user_id != asked.user_id]
    current = next((line for line in everybody if line.user_id == asked.user_id), None)
    same = _named(asked.same_as, others)
    if asked.same_as and same is None:
        yield Fault(
            "same_as", f'No other account is registered as "{asked.same_as}". Give the address of a registered account.'
        )
    if taken := _named(asked.address, others):
        yield Fault("address", f"{asked.address} belongs to {taken.name} ({taken.address}). Give another address.")
    elif not asked.another_person:
        own = people.accounts(asked.user_id, everybody) | (people.accounts(same.user_id, everybody) if same else set())
        name = None if current and current.name == asked.name else asked.name
        address = None if current and current.address == asked.address else asked.address
        for other in look_alikes(name, address, [line for line in others if line.user_id not in own]):
            yield Fault(
                "another_person",
                f"{asked.name} ({asked.address}) looks like {other.name} ({other.address}), who is already registered. "
                "If this is a different person, tick “This is a different person from the one already registered” or "
                "use --another-person. If it is the same person, change that account, or link the two (--same-as).",
            )


def _demotes(asked: _Asked, everybody: Sequence[UserLine], actor_id: str) -> Iterator[Fault]:
    """Give the faults of a change that would end a person's role as administrator."""
    current = next((line for line in everybody if line.user_id == asked.user_id), None)
    if current is None or (asked.role == Role.ADMINISTRATOR and asked.active):
        return
    field = "active" if asked.role == Role.ADMINISTRATOR else "role"
    if actor_id == asked.user_id:
        yield Fault(field, "You cannot remove your own administrator role. Another administrator can.")
        return
    others = [line for line in everybody if line.user_id != asked.user_id]
    left = any(line.active and line.role == Role.ADMINISTRATOR for line in others)
    if current.active and current.role == Role.ADMINISTRATOR and others and not left:
        last = f"{current.name} ({current.address}) is the last active administrator."
        yield Fault(field, f"{last} Make someone else an administrator first.")
