"""Snapshots from the command line: taken, approved, published, listed, shown and proved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine, Ran

TAKER, APPROVER = "taker@dfe.example", "second@dfe.example"


@pytest.fixture
def staffed(tracker: CommandLine) -> CommandLine:
    """The small plan and two approvers."""
    tracker.begin()
    for email, name in ((TAKER, "Tom Taker"), (APPROVER, "Sue Second")):
        assert tracker.run("user", "add", email, "--name", name, "--role", "approver").status == 0
    return tracker


def take(tracker: CommandLine, name: str = "summer", *more: str) -> Ran:
    return tracker.run("snapshot", "take", name, "--as-at", "2023-07-01", "--as", TAKER, *more)


def test_a_snapshot_goes_from_taken_to_published_and_says_each_step(staffed: CommandLine) -> None:
    taken = take(staffed, "summer", "--note", "For the July board.")
    assert taken.status == 0, taken.err
    assert taken.out.startswith("summer: draft, as at 2023-07-01, as known at change 3; digest ")
    assert "Recorded change 4: take snapshot. Seal " in taken.out
    for command, who in (("submit", TAKER), ("approve", APPROVER), ("publish", TAKER)):
        assert staffed.run("snapshot", command, "summer", "--as", who).status == 0
    shown = staffed.run("snapshot", "show", "summer").out
    assert shown.startswith("summer: published, as at 2023-07-01")
    assert f"Saved by Tom Taker ({TAKER}) on " in shown
    assert f"Approved by Sue Second ({APPROVER}) on " in shown
    assert "Published on " in shown
    assert "For the July board." in shown
    assert "Nothing recorded since then changes the board of that day." in shown
    assert shown.endswith(staffed.run("board", "--snapshot", "summer").out)


def test_a_snapshot_reads_the_same_to_a_machine(staffed: CommandLine) -> None:
    assert staffed.run("snapshot", "list").out.startswith("There are no snapshots")
    take(staffed)
    take(staffed, "second-look", "--for-board")
    listed = json.loads(staffed.run("snapshot", "list", "--format", "json").out)
    assert [(line["name"], line["state"], line["known_seq"]) for line in listed] == [
        ("second-look", "for board", 4),
        ("summer", "draft", 3),
    ]
    shown = json.loads(staffed.run("snapshot", "show", "summer", "--format", "json").out)
    assert shown["board"] == json.loads(staffed.run("board", "--snapshot", "summer", "--format", "json").out)
    assert (shown["taken_by"], shown["differs_from_todays_knowledge"]) == (TAKER, False)
    assert shown["board"]["head"]["seq"] == 3


def test_what_cannot_be_done_is_a_sentence_and_a_status(staffed: CommandLine) -> None:
    take(staffed)
    for arguments, told in (
        (("take", "summer", "--as", TAKER), "There is already a snapshot called summer"),
        (("take", "2023-07-01", "--as", TAKER), "cannot be a snapshot's name"),
        (("take", "winter", "--as-at", "2999-01-01", "--as", TAKER), "is not between 1900 and 2100"),
        (("approve", "summer", "--as", TAKER), "Another approver must"),
        (("approve", "winter", "--as", APPROVER), 'There is no snapshot called "winter"'),
        (("publish", "summer", "--as", APPROVER), "is draft and cannot become published"),
        (("take", "winter", "--as", "nobody@dfe.example"), "No one is registered"),
        (("verify", "winter"), 'There is no snapshot called "winter"'),
    ):
        ran = staffed.run("snapshot", *arguments)
        assert (ran.status, ran.out) == (1, "")
        assert told in ran.err
    assert staffed.run("snapshot", "take", "winter").status == 2
    assert staffed.run("board", "--snapshot", "summer", "--as-at", "2023-07-01").status == 2
    refused = staffed.run("board", "--snapshot", "summer", "--known-at", "2026-01-01")
    assert (refused.status, "which has its own time" in refused.err) == (2, True)


def test_a_snapshot_proves_until_the_ledger_is_altered_and_then_the_change_is_named(staffed: CommandLine) -> None:
    take(staffed)
    proved = staffed.run("snapshot", "verify", "summer")
    assert (proved.status, proved.err) == (0, "")
    assert "The record is unchanged up to change 4" in proved.out
    with duckdb.connect(str(staffed.store)) as file:
        file.execute("UPDATE milestone SET title = 'Rewritten' WHERE id = 'C6-06-M1'")
    failed = staffed.run("snapshot", "verify", "summer")
    assert failed.status == 1
    assert failed.err.startswith("Change 1 (plan load by command line (a.tester)")
    assert "The board of the snapshot summer (as at 2023-07-01, as known at change 3) has changed" in failed.err


def test_what_changed_is_told_to_people_and_to_machines(staffed: CommandLine) -> None:
    told = staffed.run("snapshot", "compare", "2022-12-31", "2023-07-01")
    assert told.status == 0, told.err
    assert told.out.startswith("What changed from 31 December 2022 to 1 July 2023\n")
    assert "Milestone met: 1\n  C6-06-M1  The board meets\n      date completed: 6 June 2023\n" in told.out
    assert "Evidence: A newspaper: It happened (June 2023)." in told.out
    assert "Recorded by command line (a.tester) on " in told.out
    read = json.loads(staffed.run("snapshot", "compare", "2022-12-31", "2023-07-01", "--format", "json").out)
    [met] = [row for row in read["rows"] if row["kind"] == "milestone met"]
    assert (met["milestone_id"], met["new"], met["change"], met["evidence"]["title"]) == (
        "C6-06-M1",
        "6 June 2023",
        1,
        "It happened",
    )
    assert (read["before"]["as_at"], read["after"]["snapshot"]) == ("2022-12-31", None)


def test_what_changed_since_the_last_board_needs_an_approved_snapshot(staffed: CommandLine) -> None:
    take(staffed)
    none = staffed.run("snapshot", "compare", "--since-approved")
    assert (none.status, "No board has met with an approved snapshot yet" in none.err) == (1, True)
    staffed.run("snapshot", "approve", "summer", "--as", APPROVER)
    since = staffed.run("snapshot", "compare", "--since-approved")
    assert since.out.startswith("What changed from 1 July 2023 to ")
    assert "from snapshot summer: as at 2023-07-01, as known at change 3" in since.out
    said = "  since the snapshot summer of 1 July 2023\n"
    assert since.out.count(said) == 1
    assert since.out.replace(said, "") == staffed.run("snapshot", "compare", "summer").out
    assert staffed.run("snapshot", "compare", "summer", "summer").out.endswith("0 changes.\n")
    for wrong in ((), ("summer", "--since-approved")):
        assert staffed.run("snapshot", "compare", *wrong).status == 2


def test_a_snapshot_is_withdrawn_with_a_reason_and_says_so_wherever_it_is_shown(staffed: CommandLine) -> None:
    take(staffed)
    staffed.run("snapshot", "approve", "summer", "--as", APPROVER)
    assert staffed.run("snapshot", "withdraw", "summer", "--as", TAKER).status == 2
    refused = staffed.run("snapshot", "withdraw", "summer", "--reason", "Too early", "--as", APPROVER)
    assert (refused.status, "another approver must withdraw it" in refused.err) == (1, True)
    ran = staffed.run("snapshot", "withdraw", "summer", "--reason", "Too early", "--as", TAKER)
    assert ran.out.startswith("summer: withdrawn, as at 2023-07-01"), ran.err
    told = "The snapshot summer was withdrawn on "
    assert f"{told}" in staffed.run("snapshot", "show", "summer").out
    shown = staffed.run("board", "--snapshot", "summer")
    assert (shown.status, shown.err.startswith(told), shown.err.endswith(" by Tom Taker: Too early.\n")) == (
        0,
        True,
        True,
    )
    assert "nothing to compare" in staffed.run("snapshot", "compare", "--since-approved").err
