"""Who may do what: one table for people to read and services to check. Anything not in it is refused.

Each rule is a pair: ``require`` raises with a sentence, ``allows`` is yes or no for a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.errors import NotAllowed
from tracker.domain.words import Role


class Action(StrEnum):
    """Something that a person may want to do, in words that complete "cannot …"."""

    VIEW = "see the board"
    REPORT = "update a milestone"
    RATE = "rate a commitment"
    REQUEST_BASELINE = "request a baseline change"
    DECIDE_BASELINE = "decide on a baseline request"
    KEEP_PERIODS = "manage reporting periods"
    KEEP_SNAPSHOTS = "save, approve and publish snapshots"
    MANAGE_USERS = "manage people"
    BACK_UP = "make a backup"


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.VIEW}),
    Role.CONTRIBUTOR: frozenset({Action.VIEW, Action.REPORT, Action.RATE, Action.REQUEST_BASELINE}),
    Role.APPROVER: frozenset(
        {
            Action.VIEW,
            Action.REQUEST_BASELINE,
            Action.DECIDE_BASELINE,
            Action.KEEP_PERIODS,
            Action.KEEP_SNAPSHOTS,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Action.VIEW, Action.MANAGE_USERS, Action.BACK_UP}),
}

SCOPED = frozenset({Action.REPORT, Action.RATE})
"""Allowed only for the programmes and commitments assigned to the person; so is a contributor's request."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person as recorded now: role, assignments, and the ids of their other accounts."""

    user_id: str
    name: str
    role: Role
    active: bool = True
    programmes: frozenset[str] = frozenset()
    commitments: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    def holds(self, commitment_id: str, programme_id: str | None) -> bool:
        """Say whether a commitment is assigned to the person, itself or with its programme."""
        return commitment_id in self.commitments or programme_id in self.programmes


def allows(actor: Actor, action: Action) -> bool:
    """Say whether the person's role allows an action at all; ``require_scope`` checks where."""
    return actor.active and action in ALLOWED[actor.role]


def require(actor: Actor, action: Action) -> None:
    """Raise NotAllowed, naming who may, unless the person's role allows an action."""
    if not actor.active:
        raise NotAllowed(f"{actor.name} can no longer use the tracker. Ask an administrator.")
    if not allows(actor, action):
        able = " or ".join(f"{'an' if role[0] == 'a' else 'a'} {role}" for role in Role if action in ALLOWED[role])
        raise NotAllowed(f"As {actor.role}, {actor.name} cannot {action}. Ask {able}.")


def in_scope(actor: Actor, action: Action, *, commitment_id: str, programme_id: str | None) -> bool:
    """Say whether the person may do an action to a commitment or to one of its milestones."""
    bound = action in SCOPED or actor.role is Role.CONTRIBUTOR
    return allows(actor, action) and (not bound or actor.holds(commitment_id, programme_id))


def require_scope(actor: Actor, action: Action, *, commitment_id: str, programme_id: str | None) -> None:
    """Raise NotAllowed unless the person may do an action to a commitment or to one of its milestones."""
    require(actor, action)
    if not in_scope(actor, action, commitment_id=commitment_id, programme_id=programme_id):
        raise NotAllowed(
            f"{commitment_id} is not assigned to {actor.name}, who cannot {action} there. Ask an administrator."
        )


def require_other(actor: Actor, author_id: str) -> None:
    """Raise NotAllowed when a person would decide on their own request, made from any of their accounts."""
    if author_id == actor.user_id or author_id in actor.also:
        raise NotAllowed(f"{actor.name} made this request and cannot decide on it. Another approver must.")
