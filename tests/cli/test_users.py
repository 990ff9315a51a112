"""The command line says who may use the tracker: added, changed, listed, and refused with a sentence."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine, Ran

ANA = "ana@dfe.example"
ADD = ("user", "add", ANA, "--name", "Ana Example", "--role", "contributor")


@pytest.fixture
def staffed(tracker: CommandLine) -> CommandLine:
    """A store with Ana, a contributor to Safety Valve and C6-06."""
    tracker.begin()
    ran = tracker.run(*ADD, "--programme", "safety-valve", "--commitment", "C6-06")
    assert ran.status == 0, ran.err
    return tracker


def listed(tracker: CommandLine) -> list[dict[str, object]]:
    ran = tracker.run("user", "list", "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    found: list[dict[str, object]] = json.loads(ran.out)
    return found


def ana(tracker: CommandLine) -> dict[str, object]:
    [found] = [user for user in listed(tracker) if user["user_id"] == ANA]
    return found


def changed(tracker: CommandLine, *arguments: str) -> Ran:
    return tracker.run("user", "change", ANA, *arguments)


def test_a_person_is_added_and_what_was_recorded_is_told(tracker: CommandLine) -> None:
    tracker.begin()
    ran = tracker.run(
        "user", "add", "Ana@DfE.example", *ADD[3:], "--programme", "safety-valve", "--commitment", "C6-06", "C6-01"
    )
    assert (ran.status, ran.err) == (0, "")
    assert re.fullmatch(
        r"ana@dfe\.example  Ana Example  contributor  safety-valve, C6-01, C6-06\n"
        r"Recorded change 2: add user\. Seal [0-9a-f]{12}\.\n",
        ran.out,
    )
    assert tracker.run("verify").status == 0
    with duckdb.connect(tracker.store, read_only=True) as raw:
        assert raw.execute("SELECT actor FROM change WHERE seq = 2").fetchall() == [("command line",)]


def test_an_option_that_is_given_twice_counts_twice(tracker: CommandLine) -> None:
    tracker.begin()
    ran = tracker.run(*ADD, "--commitment", "C6-06", "--commitment", "C6-01")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("ana@dfe.example  Ana Example  contributor  C6-01, C6-06\n")


def test_a_store_without_users_says_how_to_add_one(tracker: CommandLine) -> None:
    tracker.begin()
    assert tracker.run("user", "list").out == "No one is registered. Add someone with `python -m tracker user add`.\n"
    assert listed(tracker) == []


def test_everybody_is_listed_in_columns_and_for_a_machine(staffed: CommandLine) -> None:
    staffed.run("user", "add", "bo@dfe.example", "--name", "Bo\nBoard", "--role", "viewer")
    staffed.run("user", "change", "bo@dfe.example", "--inactive")
    assert staffed.run("user", "list").out == (
        "E-mail           Name         Role               Updates\n"
        "ana@dfe.example  Ana Example  contributor        safety-valve, C6-06\n"
        "bo@dfe.example   Bo Board     viewer (inactive)\n"
    )
    assert listed(staffed) == [
        {
            "demonstration": None,
            "user_id": "ana@dfe.example",
            "address": "ana@dfe.example",
            "name": "Ana Example",
            "role": "contributor",
            "active": True,
            "same_as": None,
            "programmes": ["safety-valve"],
            "commitments": ["C6-06"],
            "version": 1,
        },
        {
            "demonstration": None,
            "user_id": "bo@dfe.example",
            "address": "bo@dfe.example",
            "name": "Bo Board",
            "role": "viewer",
            "active": False,
            "same_as": None,
            "programmes": [],
            "commitments": [],
            "version": 2,
        },
    ]


@pytest.mark.parametrize(
    ("arguments", "new"),
    [
        (("--name", "Ana Other"), {"name": "Ana Other"}),
        (("--inactive",), {"active": False}),
        (("--programme", "safety-valve", "--commitment", "C6-01"), {"commitments": ["C6-01"]}),
        (("--programme",), {"programmes": []}),
        (("--commitment",), {"commitments": []}),
        (("--role", "approver"), {"role": "approver", "programmes": [], "commitments": []}),
        (("--name", "A", "--role", "contributor", "--programme"), {"name": "A", "programmes": []}),
        (("--address", "Ana.New@dfe.example"), {"address": "ana.new@dfe.example"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_given_is_changed_and_the_rest_stays(
    staffed: CommandLine, arguments: tuple[str, ...], new: dict[str, object]
) -> None:
    before = ana(staffed)
    ran = changed(staffed, *arguments)
    assert (ran.status, ran.err) == (0, "")
    assert "Recorded change 3: change user. Seal " in ran.out
    assert ana(staffed) == {**before, **new, "version": 2}


def test_somebody_inactive_is_made_active_again(staffed: CommandLine) -> None:
    before = ana(staffed)
    changed(staffed, "--inactive")
    assert changed(staffed, "--active").status == 0
    assert ana(staffed) == {**before, "version": 3}


def test_a_new_address_acts_and_the_old_one_says_where_to_go(staffed: CommandLine) -> None:
    changed(staffed, "--address", "ana.new@dfe.example")
    old = staffed.run("return", "export", "--as", ANA, "--to", str(staffed.store.parent))
    assert (old.status, old.err) == (
        1,
        f"Ana Example's address has changed. Use ana.new@dfe.example instead of {ANA}.\n",
    )
    new = staffed.run("return", "export", "--as", "ANA.NEW@dfe.example", "--to", str(staffed.store.parent))
    assert (new.status, new.err) == (0, "")
    assert f"ana.new@dfe.example (registered as {ANA})" in staffed.run("user", "list").out
    also = staffed.run("user", "add", "a@x.example", *ADD[3:], "--same-as", "ana.new@dfe.example")
    assert also.status == 0, also.err
    assert f"a@x.example, the same person as {ANA}" in also.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (ADD, f"{ANA} is already registered. Change that person instead."),
        (
            ("user", "add", "Ana", *ADD[3:]),
            "Enter an e-mail address like ",
        ),
        (("user", "add", "b@dfe.example", "--name", " ", "--role", "viewer"), "Enter a name, "),
        (
            ("user", "add", "b@dfe.example", *ADD[3:], "--programme", "C6-01"),
            'There is no programme called "C6-01". ',
        ),
        (
            ("user", "add", "b@dfe.example", *ADD[3:], "--commitment", "C9-99"),
            'There is no commitment called "C9-99". ',
        ),
        (
            ("user", "add", "b@dfe.example", "--name", "B", "--role", "viewer", "--commitment", "C6-01"),
            "Only contributors can have programmes or commitments. ",
        ),
        (("user", "change", "b@dfe.example", "--inactive"), 'No one is registered as "b@dfe.example". '),
        (
            ("user", "change", ANA, "--role", "viewer", "--programme", "safety-valve"),
            "Only contributors can have programmes",
        ),
        (("user", "change", ANA, "--commitment", "C9-99"), 'There is no commitment called "C9-99". '),
        (("user", "change", ANA, "--name", ""), "Enter a name, "),
        (("user", "change", ANA), "There is nothing to record."),
        (("user", "change", ANA, "--active"), "There is nothing to record."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_so_ends_with_1_and_one_sentence_and_records_nothing(
    staffed: CommandLine, arguments: tuple[str, ...], says: str
) -> None:
    before = listed(staffed)
    ran = staffed.run(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(says)
    assert ran.err.count("\n") == 1
    assert listed(staffed) == before


@pytest.mark.parametrize("arguments", [ADD, ("user", "change", ANA, "--inactive"), ("user", "list")], ids=" ".join)
def test_without_a_store_the_way_to_make_one_is_told(tracker: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = tracker.run(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert "python -m tracker init" in ran.err
