"""Whatever prints or writes data of a demonstration store says so, in every format; of a real one, nothing does."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_store
from tests.exchange.conftest import PlanFolder
from tracker import cli
from tracker.demo import making
from tracker.domain.words import DEMONSTRATION, DEMONSTRATION_NOTICE
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import CommandLine

OWNER = "senior-responsible-owner@demonstration.invalid"
SECRETARIAT = "secretariat@demonstration.invalid"
DEPUTY = "deputy-secretariat@demonstration.invalid"

ELSEWHERE = {
    "init": "loads the plans, as `plan load` does",
    "plan check": "reads no store",
    "plan draft": "reads no store",
    "migrate": "names migrations, no data",
    "demo": "tests/cli/test_demo.py",
    "period open": "says what `period close` says",
    "journal rebuild": "says what `journal export` says",
    "snapshot check": "names no data: the pack is marked itself",
}
"""Commands that print nothing of a store's data, or are proven to say so somewhere else."""


@pytest.fixture(scope="module")
def demonstration_once(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A closed store that is a demonstration of the small plan, for copying."""
    folder = tmp_path_factory.mktemp("demonstration")
    plan = PlanFolder(folder)
    store = Address(folder / "tracker.duckdb")
    making.make_demonstration(store, plan.plans, plan.data, day=dt.date(2026, 11, 20))
    return store


@pytest.fixture
def demonstration(demonstration_once: Address, tracker: CommandLine) -> CommandLine:
    """A store that is a demonstration of the small plan."""
    copy_store(demonstration_once, Address(tracker.store))
    return tracker


def leaves(parser: argparse.ArgumentParser, *words: str) -> Iterator[str]:
    """Every command of the command line, by its words."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(words)
    for group in groups:
        for word, command in group.choices.items():
            yield from leaves(command, *words, word)


def test_every_command_that_prints_data_of_a_demonstration_begins_by_saying_so(
    demonstration: CommandLine, tmp_path: Path
) -> None:
    said: set[str] = set()

    def run(command: str, *arguments: str) -> str:
        ran = demonstration.run(*command.split(), *arguments)
        assert ran.status == 0, (command, ran.err)
        assert ran.out.startswith(f"{DEMONSTRATION_NOTICE}\n\n"), command
        said.add(command)
        return ran.out

    for command in ("board", "history", "user list", "period list", "period chase", "baseline list", "verify"):
        run(command)
    run("plan load", *demonstration.folders)
    run("user add", "ana@demonstration.invalid", "--name", "Demonstration viewer", "--role", "viewer")
    run("user change", "ana@demonstration.invalid", "--inactive")

    period = run("period list").splitlines()[2].split()[0]
    run("period change", period, "--name", "Another name", "--as", SECRETARIAT)

    run("return export", "--as", OWNER, "--format", "csv", "--to", str(tmp_path))
    [drawn] = tmp_path.glob("demonstration-data_return_*.csv")
    drawn.write_bytes(drawn.read_bytes().removesuffix(b"\r\n") + b"yes\r\n")  # its last milestone is confirmed
    [token] = re.findall(r"--preview (\w+)", run("return check", str(drawn), "--as", OWNER))
    run("return take", str(drawn), "--as", OWNER, "--preview", token)
    asked = ("--reason", "scope changed", "--note", "To see it said.")
    run("baseline request", "C6-01-M1", "2031", *asked, "--as", OWNER)
    request = run("baseline list").splitlines()[2].split()[0]
    run("baseline decide", request, "approve", "--note", "Agreed.", "--as", SECRETARIAT)
    another = run("baseline request", "C6-01-M1", "2032", *asked, "--as", OWNER).splitlines()[2].split()[0]
    run("baseline withdraw", another, "--note", "Twice asked.", "--as", OWNER)
    run("rate", "C6-01", "Red", "--rationale", "To see it said.", "--as", OWNER)
    run("period close", period, "--as", SECRETARIAT)
    run("period reopen", period, "--as", SECRETARIAT)

    run("snapshot take", "one", "--as", SECRETARIAT)
    run("snapshot submit", "one", "--as", SECRETARIAT)
    run("snapshot approve", "one", "--as", DEPUTY)
    run("snapshot publish", "one", "--as", DEPUTY)
    for command in ("snapshot list", "snapshot show one", "snapshot verify one", "snapshot compare one"):
        run(command)
    run("snapshot export", "one", "--as", SECRETARIAT, "--marking", "OFFICIAL", "--to", str(tmp_path))
    run("snapshot withdraw one", "--reason", "To see it said.", "--as", SECRETARIAT)
    run("journal export", str(tmp_path / "journal.jsonl"))
    run("backup", str(tmp_path))
    [copy] = tmp_path.glob("demonstration-data_tracker_*.duckdb")
    run("restore", str(copy))

    told = {" ".join(command.split()[:2]) if command.startswith("snapshot") else command for command in said}
    assert told | ELSEWHERE.keys() == set(leaves(cli._parser()))


def test_every_file_for_a_machine_of_a_demonstration_says_so_in_its_first_field(demonstration: CommandLine) -> None:
    for command in (("board",), ("history",), ("user", "list"), ("period", "chase"), ("baseline", "list")):
        content = json.loads(demonstration.run(*command, "--format", "json").out)
        for one in content if isinstance(content, list) else [content]:
            assert next(iter(one.items())) == ("demonstration", DEMONSTRATION), command
    ran = demonstration.process("history", "--format", "csv")
    rows = list(csv.reader(io.StringIO(ran.out, newline="")))
    assert rows[0][:2] == ["\ufeffdemonstration", "change"]
    assert {row[0] for row in rows[1:]} == {DEMONSTRATION}
    assert {len(row) for row in rows} == {len(rows[0])}


def test_nothing_of_a_real_store_is_called_a_demonstration(tracker: CommandLine) -> None:
    said = [tracker.init(), tracker.run("user", "add", "ana@dfe.example", "--name", "Ana", "--role", "viewer")]
    said += [tracker.run(*command) for command in (("board", "--format", "json"), ("history",), ("user", "list"))]
    said += [tracker.run("verify"), tracker.process("history", "--format", "csv")]
    assert not [ran.out for ran in said if DEMONSTRATION in ran.out]
