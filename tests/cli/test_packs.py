"""Packs on the command line: export and check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine

APPROVER = "ana@dfe.example"


@pytest.fixture
def board(tracker: CommandLine) -> CommandLine:
    """A store with one snapshot, and somebody who may issue it."""
    tracker.begin()
    tracker.run("user", "add", APPROVER, "--name", "Ana Example", "--role", "approver")
    tracker.run("snapshot", "take", "summer", "--as-at", "2023-07-01", "--as", APPROVER)
    return tracker


def export(board: CommandLine, folder: Path, *more: str) -> tuple[int, str, str]:
    arguments = ("--to", str(folder), "--marking", "OFFICIAL", "--formats", "csv", "json", "--as", APPROVER, *more)
    ran = board.run("snapshot", "export", "summer", *arguments)
    return ran.status, ran.out, ran.err


def test_a_pack_is_exported_once_and_checked_with_and_without_the_store(board: CommandLine, tmp_path: Path) -> None:
    status, out, _ = export(board, tmp_path)
    file = tmp_path / "send-delivery-board_snapshot_summer_csv-json_2023-07-01_v1_OFFICIAL.zip"
    assert (status, out.split(":")[0]) == (0, f"Wrote {file}")
    assert export(board, tmp_path)[0] == 0  # the same bytes once more
    assert "The ledger was not checked" in board.run("snapshot", "check", str(file)).out
    assert "The ledger has this snapshot" in board.run("snapshot", "check", str(file), "--against-store").out

    asked = board.run("verify", "--against", str(file))
    assert (asked.status, asked.err) == (0, "")
    assert f"{file}: the ledger has the seal in it, for change 2 (" in asked.out

    content = file.read_bytes()
    file.write_bytes(content[:2_000] + bytes([content[2_000] ^ 1]) + content[2_001:])
    checked = board.run("snapshot", "check", str(file))
    assert checked.status == 1
    assert "altered after the pack was made" in checked.err
    asked = board.run("verify", "--against", str(file))
    assert asked.status == 1
    assert f"{file}: is not a pack, or was altered:" in asked.err
    status, out, _ = export(board, tmp_path)
    assert (status, out.split(":")[0]) == (0, f"Wrote {file.with_name(f'{file.stem}_2.zip')}")
    assert "altered after the pack was made" in board.run("snapshot", "check", str(file)).err


def test_what_cannot_be_exported_or_checked_ends_with_1_and_a_sentence(board: CommandLine, tmp_path: Path) -> None:
    assert export(board, tmp_path / "nowhere")[2].startswith("There is no folder")
    assert "Enter a handling line for" in export(board, tmp_path, "--marking", "OFFICIAL-SENSITIVE")[2]
    ran = board.run("snapshot", "check", str(tmp_path / "none.zip"))
    assert (ran.status, ran.err.startswith("The pack ")) == (1, True)
