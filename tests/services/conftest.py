"""The small sound plan of tests/exchange loaded in a store, and the people who use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exchange.conftest import plan as plan  # noqa: PLC0414  a fixture that is shared on
from tracker.domain.words import Role
from tracker.services import users
from tracker.services.plans import load_plans

if TYPE_CHECKING:
    from tests.exchange.conftest import PlanFolder
    from tracker.store.database import Database

OWNER = "owner@dfe.example"
"""A contributor to whom the programme of C6-01 was given, and C6-06 as itself."""

PEOPLE = {role: f"{role}@dfe.example" for role in Role}
"""Somebody in each role, to whom nothing was given."""


@pytest.fixture
def loaded(db: Database, plan: PlanFolder) -> Database:
    """A store with the small sound plan: C6-06-M1 was promised on 2022-03-29 and completed on 2023-06-06."""
    load_plans(db, plan.plans, plan.data, actor="secretariat")
    return db


@pytest.fixture
def staffed(loaded: Database) -> Database:
    """The same, with an owner and somebody in each role."""
    add(loaded, OWNER, Role.CONTRIBUTOR, programmes=["safety-valve"], commitments=["C6-06"])
    for role, email in PEOPLE.items():
        add(loaded, email, role)
    return loaded


def add(
    db: Database, email: str, role: Role, *, programmes: list[str] | None = None, commitments: list[str] | None = None
) -> None:
    """Register somebody by the part of their address before the @."""
    users.add_user(
        db,
        actor_id=users.OPERATOR,
        email=email,
        name=email.partition("@")[0].title(),
        role=role,
        programmes=programmes or [],
        commitments=commitments or [],
    )
