"""Whatever prints or writes data of a demonstration store says so, in every format; of a real one, nothing does."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.samples import first, instant, organisation
from tracker.domain.ledger import Act
from tracker.domain.words import DEMONSTRATION, DEMONSTRATION_NOTICE
from tracker.services import stores
from tracker.store import ledger
from tracker.store.database import Address

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine

ADD = ("user", "add", "ana@demonstration.invalid", "--name", "Demonstration viewer", "--role", "viewer")


@pytest.fixture
def demonstration(tracker: CommandLine) -> CommandLine:
    """A store that is a demonstration, with the small plan and a viewer."""
    at = Address(tracker.store)
    stores.init_store(at)
    with stores.open_store(at, writable=True) as db:
        act = Act(
            recorded_at=instant("2024-01-02T09:00:00"),
            actor="A. Trainer",
            action=DEMONSTRATION,
            versions=[first(organisation(noun_id="demonstration"))],
        )
        ledger.compose(db, [act])
    assert DEMONSTRATION_NOTICE in tracker.init().out
    assert tracker.run(*ADD).out.startswith(DEMONSTRATION_NOTICE)
    return tracker


def test_whatever_is_printed_of_a_demonstration_begins_by_saying_so(demonstration: CommandLine) -> None:
    for command in (("board",), ("history",), ("user", "list"), ("verify",), ("plan", "load", *demonstration.folders)):
        assert demonstration.run(*command).out.startswith(f"{DEMONSTRATION_NOTICE}\n\n"), command
    for command in (("board",), ("history",), ("user", "list")):
        content = json.loads(demonstration.run(*command, "--format", "json").out)
        for one in content if isinstance(content, list) else [content]:
            assert next(iter(one.items())) == ("demonstration", DEMONSTRATION), command
    ran = demonstration.process("history", "--format", "csv")
    rows = list(csv.reader(io.StringIO(ran.out, newline="")))
    assert rows[0][:2] == ["demonstration", "change"]
    assert {row[0] for row in rows[1:]} == {DEMONSTRATION}
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_backup_of_a_demonstration_is_named_so_and_restored_as_one(
    demonstration: CommandLine, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    assert demonstration.run("backup", str(folder)).out.startswith(DEMONSTRATION_NOTICE)
    [copy] = folder.glob("*.duckdb")
    assert copy.name.startswith("demonstration-data_tracker_")
    assert demonstration.run("restore", str(copy)).out.startswith(DEMONSTRATION_NOTICE)


def test_nothing_of_a_real_store_is_called_a_demonstration(tracker: CommandLine) -> None:
    said = [tracker.init(), tracker.run(*ADD[:3], "--name", "Ana", *ADD[5:])]
    said += [tracker.run(*command) for command in (("board", "--format", "json"), ("history",), ("user", "list"))]
    said += [tracker.run("verify"), tracker.process("history", "--format", "csv")]
    assert not [ran.out for ran in said if DEMONSTRATION in ran.out]
