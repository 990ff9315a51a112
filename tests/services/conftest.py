"""The small sound plan of tests/exchange loaded in a store, and the people who use it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import copy_store
from tests.exchange.conftest import PlanFolder
from tests.exchange.conftest import plan as plan  # noqa: PLC0414  a fixture that is shared on
from tracker.domain.words import Role
from tracker.services import stores, users
from tracker.services.plans import load_plans
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database

OWNER = "owner@dfe.example"
"""A contributor to whom the programme of C6-01 was given, and C6-06 as itself."""

PEOPLE = {role: f"{role}@dfe.example" for role in Role}
"""Somebody in each role, to whom nothing was given."""


@pytest.fixture(scope="session")
def loaded_once(made: Address, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A closed store with the small sound plan, for copying."""
    folder = tmp_path_factory.mktemp("loaded")
    plan = PlanFolder(folder)
    store = copy_store(made, Address(folder / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        load_plans(db, plan.plans, plan.data, actor="secretariat")
    return store


@pytest.fixture(scope="session")
def staffed_once(loaded_once: Address, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """The same, with an owner and somebody in each role."""
    store = copy_store(loaded_once, Address(tmp_path_factory.mktemp("staffed") / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        add(db, OWNER, Role.CONTRIBUTOR, programmes=["safety-valve"], commitments=["C6-06"])
        for role, email in PEOPLE.items():
            add(db, email, role)
    return store


@pytest.fixture
def loaded(loaded_once: Address, address: Address) -> Iterator[Database]:
    """A store with the small sound plan: C6-06-M1 was promised on 2022-03-29 and completed on 2023-06-06."""
    with stores.open_store(copy_store(loaded_once, address), writable=True) as db:
        yield db


@pytest.fixture
def staffed(staffed_once: Address, address: Address) -> Iterator[Database]:
    """The same, with an owner and somebody in each role."""
    with stores.open_store(copy_store(staffed_once, address), writable=True) as db:
        yield db


def with_value(name: str, usual: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return a service's arguments: what a test gives of the fields of a value goes into that, and the rest beside."""
    own = {field: said for field, said in given.items() if hasattr(usual, field)}
    return {**{field: said for field, said in given.items() if field not in own}, name: replace(usual, **own)}


def add(
    db: Database, email: str, role: Role, *, programmes: list[str] | None = None, commitments: list[str] | None = None
) -> None:
    """Register somebody by the part of their address before the @."""
    users.add_user(
        db,
        actor_id=users.OPERATOR,
        account=users.Account(
            address=email,
            name=email.partition("@")[0].title(),
            role=role,
            programmes=programmes or [],
            commitments=commitments or [],
        ),
    )
