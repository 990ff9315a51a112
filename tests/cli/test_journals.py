"""The journal on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import CommandLine


def test_a_ledger_goes_through_its_journal_and_shows_the_same_board(
    tracker: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.begin()
    board = tracker.run("board", "--as-at", "2024-01-01", "--format", "json").out
    journal = tmp_path / "journal.jsonl"
    ran = tracker.run("journal", "export", str(journal))
    assert (ran.status, ran.err) == (0, "")
    assert re.fullmatch(rf"Wrote {journal}: the ledger up to change 1, seal [0-9a-f]{{64}}\.\n", ran.out)
    assert tracker.run("journal", "export", "-", "--until", "1").out.count("\n") == 2
    assert tracker.run("journal", "export", "-").out == journal.read_text(encoding="ascii")

    monkeypatch.setenv("TRACKER_STORE", str(tmp_path / "again" / "tracker.duckdb"))
    made = tracker.run("journal", "rebuild", str(journal))
    assert (made.status, made.err) == (0, "")
    assert made.out == ran.out.replace(f"Wrote {journal}", f"Made and checked {tmp_path / 'again' / 'tracker.duckdb'}")
    assert tracker.run("board", "--as-at", "2024-01-01", "--format", "json").out == board
    assert tracker.run("verify").status == 0


def test_what_is_there_already_is_left_as_it_is(tracker: CommandLine, tmp_path: Path) -> None:
    tracker.begin()
    journal = tmp_path / "journal.jsonl"
    tracker.run("journal", "export", str(journal))
    for arguments, says in (
        (("export", str(journal)), f"{journal} already exists and was not changed. Give a new name.\n"),
        (("rebuild", str(journal)), f"There is already a store at {tracker.store}. It was not changed. "),
    ):
        ran = tracker.run("journal", *arguments)
        assert (ran.status, ran.out) == (1, "")
        assert ran.err.startswith(says)


def test_a_journal_that_was_cut_is_one_sentence(
    tracker: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.begin()
    journal = tmp_path / "journal.jsonl"
    tracker.run("journal", "export", str(journal))
    journal.write_bytes(journal.read_bytes()[:-1])
    monkeypatch.setenv("TRACKER_STORE", str(tmp_path / "again.duckdb"))
    ran = tracker.run("journal", "rebuild", str(journal))
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert ran.err.startswith(f"The journal {journal} is incomplete: ")


def test_a_pipe_that_closes_early_is_no_fault(tracker: CommandLine) -> None:
    tracker.begin()
    ran = tracker.process("journal", "export", "-", before=("sh", "-c", '"$@" | head -c 10', "sh"))
    assert (ran.status, ran.out, ran.err) == (0, '{"change":', "")
