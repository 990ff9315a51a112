"""The history on the command line."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from tracker.domain import dates

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine
    from tests.exchange.conftest import PlanFolder


@pytest.fixture
def edited(tracker: CommandLine, plan: PlanFolder) -> CommandLine:
    """A store with the small plan and an edit of it."""
    tracker.begin()
    plan.edit("promises", '"It met."', '"It met once."')
    assert tracker.run("plan", "load", *tracker.folders).status == 0
    return tracker


def lines(tracker: CommandLine, *arguments: str) -> list[dict[str, object]]:
    ran = tracker.run("history", "--format", "json", *arguments)
    assert (ran.status, ran.err) == (0, "")
    found: list[dict[str, object]] = json.loads(ran.out)["lines"]
    return found


def test_help_teaches_every_filter_with_an_example(tracker: CommandLine) -> None:
    told = " ".join(tracker.run("history", "--help").out.split())
    for word in (
        "--milestone ID",
        "--commitment ID",
        "--actor WHO",
        "--from DAY",
        "--to DAY",
        "--format {text,csv,json}",
        "as 2026-03-01",
        "such as C2-01-M4",
        "> history.csv",
    ):
        assert word in told


def test_the_history_is_told_in_sentences_newest_first(edited: CommandLine) -> None:
    ran = edited.run("history")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("22 changes, newest first. The latest is change 2\n\n     2  On ")
    assert "command line (a.tester)" in ran.out
    assert "“It met.”" in ran.out
    assert "“It met once.”" in ran.out


def test_a_history_can_be_of_one_milestone_commitment_person_or_time(edited: CommandLine) -> None:
    every = lines(edited)
    today = dates.utc_now().date().isoformat()
    of_one = lines(edited, "--commitment", "C6-01")
    milestones = {str(line["id"]) for line in of_one if line["record"] == "milestone"}
    assert len(of_one) < len(every)
    for milestone in milestones:
        assert {line["id"] for line in lines(edited, "--milestone", milestone)} == {milestone}
    assert milestones
    assert lines(edited, "--actor", "Command line (A.Tester)") == every
    assert lines(edited, "--actor", "nobody") == []
    assert lines(edited, "--from", today, "--to", today) == every
    assert lines(edited, "--to", "2022-03-29") == []


def test_the_csv_is_for_a_spreadsheet_and_holds_every_line(edited: CommandLine) -> None:
    ran = edited.process("history", "--format", "csv")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.count("\r\n") == 23
    rows = list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"), newline="")))
    assert [row["change"] for row in rows] == ["2", *["1"] * 21]
    assert edited.run("history", "--format", "csv").out.replace("\r\n", "\n") == ran.out.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--milestone", "C9-99-M1"),
            'There is no milestone "C9-99-M1". Choose one from the list.',
        ),
        (
            ("--commitment", "C9-99"),
            'There is no commitment "C9-99". Choose one from the list of commitments.',
        ),
        (
            ("--from", "01/03/2026"),
            'from: "01/03/2026": is it 1 March 2026 or 3 January 2026? Write the one you mean.',
        ),
        (
            ("--to", "2026-02-31"),
            'to: "2026-02-31" does not exist. Enter a day like 31 March 2027.',
        ),
    ],
    ids=lambda value: value[0].strip("-") if isinstance(value, tuple) else "",
)
def test_what_cannot_be_asked_for_ends_with_1_and_a_sentence(
    edited: CommandLine, arguments: tuple[str, ...], sentence: str
) -> None:
    ran = edited.run("history", *arguments)
    assert (ran.status, ran.out, ran.err) == (1, "", sentence + "\n")


@pytest.mark.parametrize(
    "arguments", [("--milestone", "A", "--commitment", "B"), ("--format", "xml"), ("--actor",)], ids=" ".join
)
def test_a_history_asked_for_wrongly_ends_with_2(tracker: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = tracker.run("history", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("usage: python -m tracker history")


def test_without_a_store_there_is_a_sentence(tracker: CommandLine) -> None:
    ran = tracker.run("history")
    assert (ran.status, ran.out) == (1, "")
    assert "python -m tracker init" in ran.err
