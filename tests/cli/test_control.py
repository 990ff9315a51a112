"""The secretariat's commands: reporting periods, the chase list, ratings and baselines, each under somebody's name."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from tracker.domain import dates

if TYPE_CHECKING:
    from tests.cli.conftest import CommandLine, Ran

SEC, ANA, VIC = "sec@dfe.example", "ana@dfe.example", "vic@dfe.example"


def day(count: int) -> str:
    return (dates.today() + dt.timedelta(days=count)).isoformat()


@pytest.fixture
def office(tracker: CommandLine) -> CommandLine:
    """A store with an approver, a contributor to Safety Valve and a viewer."""
    tracker.begin()
    for email, role, *given in (
        (SEC, "approver"),
        (ANA, "contributor", "--programme", "safety-valve"),
        (VIC, "viewer"),
    ):
        ran = tracker.run("user", "add", email, "--name", email[:3].title(), "--role", role, *given)
        assert ran.status == 0, ran.err
    return tracker


def opened(office: CommandLine, period_id: str = "2026-q4", actor: str = SEC) -> Ran:
    days = ("--opens", day(0), "--closes", day(7), "--board", day(14))
    return office.run("period", "open", period_id, "--name", "Autumn", *days, "--as", actor)


def test_a_period_is_opened_changed_listed_and_closed(office: CommandLine) -> None:
    assert office.run("period", "list").out == (
        "There are no reporting periods. Open one with `python -m tracker period open`.\n"
    )
    ran = opened(office)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Reporting period 2026-q4 opened.\nRecorded change 5: open period. Seal ")
    assert office.run("period", "change", "2026-q4", "--closes", day(8), "--as", SEC).status == 0
    assert office.run("period", "list").out == (f"2026-q4  open    {day(0)} to {day(8)}, board {day(14)}  Autumn\n")
    changed = office.run(
        "period", "change", "2026-q4", "--name", "Late autumn", "--opens", day(-1), "--board", day(9), "--as", SEC
    )
    assert changed.status == 0
    assert office.run("period", "close", "2026-q4", "--as", SEC).status == 0
    assert office.run("period", "list").out == (
        f"2026-q4  closed  {day(-1)} to {day(8)}, board {day(9)}  Late autumn\n"
    )


def test_the_chase_list_is_text_json_or_letters(office: CommandLine) -> None:
    ran = office.run("period", "chase")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "No reporting period is open. Give the id of an earlier one, or open one.\n"
    opened(office)
    assert (
        "Ana <ana@dfe.example>: 0 of 1 milestone confirmed, 1 commitment not rated" in office.run("period", "chase").out
    )
    found = json.loads(office.run("period", "chase", "2026-q4", "--format", "json").out)
    assert [line["user_id"] for line in found["people"]] == [ANA]
    letters = office.run("period", "chase", "--format", "letters").out
    assert letters.startswith(
        "To: ana@dfe.example\nSubject: Autumn: 1 milestone to confirm and 1 commitment to rate by "
    )


def test_who_may_not_is_told_so_and_nothing_is_recorded(office: CommandLine) -> None:
    for actor, says in (
        (VIC, "As viewer, Vic cannot manage reporting periods"),
        ("nobody@dfe.example", "No one"),
    ):
        ran = opened(office, actor=actor)
        assert (ran.status, ran.out) == (1, "")
        assert says in ran.err
    assert "4 changes" in office.run("verify").out


def test_a_day_that_is_none_names_its_option(office: CommandLine) -> None:
    ran = office.run(
        "period", "open", "q", "--name", "Q", "--opens", "1/2/26", "--closes", day(1), "--board", day(1), "--as", SEC
    )
    assert ran.status == 1
    assert ran.err.startswith('--opens: "1/2/26": is it 1 February 2026 or 2 January 2026? Write the one you mean.')


def test_a_commitment_is_rated_until_the_next_board(office: CommandLine) -> None:
    opened(office)
    rating = ("rate", "C6-01", "Amber", "--rationale", "A plan is agreed", "--as", ANA)
    ran = office.run(*rating)
    assert (ran.status, ran.out) == (1, "")
    assert "Amber is better than the dates suggest (Overdue). Choose the reason" in ran.err
    ran = office.run(*rating, "--override", "recovery action agreed and under way")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(
        f"C6-01: Amber until {day(14)}. Status from dates: Overdue.\nRecorded change 6: rate commitment."
    )
    ran = office.run("rate", "C6-06", "Green", "--rationale", "It meets", "--as", ANA)
    assert ran.err == "C6-06 is not assigned to ana@dfe.example. Assigned: C6-01.\n"
    assert "cannot rate a commitment" in office.run(*rating[:-1], VIC).err


def test_a_baseline_is_asked_for_by_one_and_decided_by_another(office: CommandLine) -> None:
    assert office.run("baseline", "list").out == "There are no baseline requests.\n"
    asked = ("baseline", "request", "C6-01-M1", "2027-03", "--reason", "funding or spending review", "--note", "Moved")
    ran = office.run(*asked, "--as", ANA)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(
        "C6-01-M1/1 requested. Another person must decide on it.\nRecorded change 5: request baseline."
    )
    assert office.run(*asked, "--as", VIC).status == 1
    ran = office.run("baseline", "decide", "C6-01-M1/1", "approve", "--as", ANA)
    assert (ran.status, ran.out) == (1, "")
    assert "As contributor, Ana cannot decide on a baseline request. Ask an approver." in ran.err
    ran = office.run("baseline", "decide", "C6-01-M1/1", "approve", "--as", SEC)
    assert ran.out.startswith("C6-01-M1/1 approved: 2024-25 to March 2027.\nRecorded change 6: change baseline.")
    today = dates.today()
    assert office.run("baseline", "list").out == (
        f"C6-01-M1/1  approved, by Sec on {today}: 2024-25 to March 2027. Ana on {today}: funding or spending review; "
        "Moved\n"
    )
    [listed] = json.loads(office.run("baseline", "list", "--format", "json").out)
    assert (listed["state"], listed["before_on"], listed["after_on"]) == ("approved", "2025-03-31", "2027-03-31")
    assert "Its baseline is March 2027 (originally 2024-25)." in office.run("board").out.replace("\n     ", "")
    assert office.run("verify").status == 0


def test_the_history_of_a_period_is_asked_for_by_its_id(office: CommandLine) -> None:
    opened(office)
    rate = ("rate", "C6-01", "Red", "--rationale", "It is late", "--as", ANA)
    assert office.run(*rate).status == 0
    ran = office.run("history", "--period", "2026-q4", "--actor", ANA)
    assert (ran.status, ran.err) == (0, "")
    assert "added the owner view of C6-01 with rating Red" in " ".join(ran.out.split())
    ran = office.run("history", "--period", "2026-q3")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith('There is no reporting period "2026-q3". See `period list`.')


def test_a_period_that_was_closed_by_mistake_is_opened_again_from_the_command_line(office: CommandLine) -> None:
    opened(office)
    office.run("period", "close", "2026-q4", "--as", SEC)
    ran = office.run("period", "reopen", "2026-q4", "--reason", "The wrong one", "--as", SEC)
    assert ran.status == 0, ran.err
    assert ran.out.startswith("Reporting period 2026-q4 reopened.\nRecorded change 7: reopen period. Seal ")
    assert "2026-q4  open " in office.run("period", "list").out
    office.run("period", "close", "2026-q4", "--as", SEC)
    assert office.run("period", "reopen", "2026-q4", "--as", SEC).status == 0
    assert "Closed by mistake" in office.run("history").out


def test_a_request_is_withdrawn_by_its_author(office: CommandLine) -> None:
    asked = ("C6-01-M1", "2031-03", "--reason", "scope changed", "--note", "Wider")
    ran = office.run("baseline", "request", *asked, "--as", SEC)
    request_id = ran.out.split()[0]
    ran = office.run("baseline", "withdraw", request_id, "--note", "Twice asked", "--as", SEC)
    assert (ran.status, ran.out.splitlines()[0]) == (0, f"{request_id} withdrawn."), ran.err
    assert f"{request_id}  withdrawn: " in office.run("baseline", "list").out
