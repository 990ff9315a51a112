"""The command line: what each command does, what it prints, and how it ends."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.cli.conftest import ROOT
from tracker.domain import dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import CommandLine
    from tests.exchange.conftest import PlanFolder

COMMANDS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): (
        "init",
        "migrate",
        "plan",
        "board",
        "history",
        "verify",
        "backup",
        "restore",
        "TRACKER_STORE",
        "--as-at 2023-07-01",
    ),
    ("init",): ("--plans DIR", "--data DIR", "default: plans", "default: data"),
    ("migrate",): ("-h",),
    ("plan",): ("check", "load", "draft"),
    ("plan", "draft"): ("FILE", "--to PLAN"),
    ("plan", "check"): ("--plans DIR", "--data DIR"),
    ("plan", "load"): ("--plans DIR", "--data DIR", "--remove", "--correct-baselines WHY"),
    ("board",): ("--as-at DAY", "2023-07-01", "--known-at INSTANT", "2026-11-30T09:30:00Z", "--format {text,json}"),
    ("history",): ("--milestone ID", "--commitment ID", "--actor WHO", "--from DAY", "--to DAY"),
    ("return",): ("export", "check", "take"),
    ("return", "export"): ("--as EMAIL", "--programme ID", "--format {xlsx,csv}", "--to DIR"),
    ("return", "check"): ("FILE", "--as EMAIL"),
    ("return", "take"): ("FILE", "--as EMAIL", "--preview CODE", "--mine ID", "--theirs ID", "--leave-out-rejected"),
    ("user",): ("add", "change", "list", "Contributors", "inactive"),
    ("user", "add"): ("EMAIL", "--name NAME", "{viewer,contributor,approver,administrator}", "--programme ID", "C2-01"),
    ("user", "change"): ("EMAIL", "--inactive", "--active", "stays the same", "none to remove all"),
    ("user", "list"): ("--format {text,json}",),
    ("verify",): ("--renew-anchor", "last export"),
    ("backup",): ("prune | drill", "DIR", "existing folder", "--keep-daily 14", "for as many as you say"),
    ("restore",): ("FILE", ".heads"),
    ("period",): ("open", "change", "close", "list", "chase"),
    ("period", "open"): ("--name NAME", "--opens DAY", "--closes DAY", "--board DAY", "--as EMAIL"),
    ("period", "change"): ("ID", "--name NAME", "--as EMAIL"),
    ("period", "close"): ("ID", "--as EMAIL"),
    ("period", "list"): ("usage",),
    ("period", "chase"): ("default: the open one", "--format {text,json,letters}"),
    ("rate",): ("RATING", "--rationale TEXT", "--override REASON", "--as EMAIL", "Give it again"),
    ("baseline",): ("request", "decide", "list", "correcting an error"),
    ("baseline", "request"): ("MILESTONE", "DATE", "--reason REASON", "--note TEXT", "--as EMAIL"),
    ("baseline", "decide"): ("{approve,refuse}", "required if you refuse", "--as EMAIL"),
    ("baseline", "list"): ("--format {text,json}",),
    ("snapshot",): ("take",),
    ("demo",): ("--to FILE", "--versions N", "Every page and export says so"),
    ("journal",): ("export", "rebuild", "JSON Lines"),
    ("journal", "export"): ("FILE", "- for"),
    ("journal", "rebuild"): ("FILE", "TRACKER_STORE"),
}


def test_help_is_told_for_every_command_there_is(tracker: CommandLine) -> None:
    told = set(re.findall(r"^    ([a-z]+) ", tracker.run("--help").out, re.MULTILINE))
    assert told == {command[0] for command in COMMANDS if command}


@pytest.mark.parametrize(("command", "taught"), COMMANDS.items(), ids=lambda value: " ".join(value)[:20] or "tracker")
def test_help_teaches_the_options(tracker: CommandLine, command: tuple[str, ...], taught: tuple[str, ...]) -> None:
    ran = tracker.run(*command, "--help")
    assert (ran.status, ran.err) == (0, "")
    assert not [word for word in taught if word not in " ".join(ran.out.split())]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("plan",),
        ("plan", "frobnicate"),
        ("board", "--format", "xml"),
        ("board", "--as-at"),
        ("backup",),
        ("backup", "drill"),
        ("backup", "prune", "."),
        ("backup", "drill", ".", "--keep-daily", "3"),
        ("backup", ".", "--keep-weekly", "-1"),
        ("restore",),
        ("journal",),
        ("journal", "export"),
        ("verify", "--frobnicate"),
        ("user",),
        ("user", "add", "ana@dfe.example", "--name", "Ana"),
        ("user", "add", "ana@dfe.example", "--name", "Ana", "--role", "king"),
        ("user", "add", "--name", "Ana", "--role", "viewer"),
        ("user", "add", "ana@dfe.example", "--name", "Ana", "--role", "contributor", "--programme"),
        ("user", "change", "ana@dfe.example", "--active", "--inactive"),
        ("user", "list", "--format", "xml"),
    ],
    ids=" ".join,
)
def test_a_command_called_wrongly_ends_with_2_and_says_how_to_call_it(
    tracker: CommandLine, arguments: tuple[str, ...]
) -> None:
    ran = tracker.run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("usage: python -m tracker")
    assert not tracker.store.exists()


# Making and loading


def test_init_makes_the_store_and_loads_the_plans(tracker: CommandLine) -> None:
    ran = tracker.init()
    assert re.fullmatch(
        rf"Created the store {re.escape(str(tracker.store))}\.\n"
        r"Recorded change 1: 21 added\. Seal [0-9a-f]{12}\.\n",
        ran.out,
    )
    assert ran.err == ""


def test_init_again_finds_the_store_and_records_nothing(tracker: CommandLine) -> None:
    tracker.init()
    assert tracker.init().out == (
        f"The store is {tracker.store}.\nThere is nothing new in the plans. Nothing was recorded.\n"
    )


def test_init_makes_the_folder_of_the_store(tracker: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tracker.store.parent / "a" / "b" / "tracker.duckdb"
    monkeypatch.setenv("TRACKER_STORE", f"duckdb://{inner}")
    tracker.init()
    assert inner.exists()


def test_init_with_unsound_plans_makes_no_store(tracker: CommandLine, plan: PlanFolder) -> None:
    plan.edit("promises", "300_000_000", '"£7bn"')
    ran = tracker.run("init", *tracker.folders)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(
        "1 fault in the plans. Nothing was loaded.\n  plans/chapters/promises.toml, commitment C6-01"
    )
    assert not tracker.store.exists()


def test_init_over_a_store_serves_it_as_it_was_when_the_plans_cannot_be_loaded(
    tracker: CommandLine, plan: PlanFolder
) -> None:
    tracker.begin()
    for edit in (("300_000_000", '"£7bn"'), ('id             = "C6-06"', 'id             = "C6-07"')):
        plan.restore()
        plan.edit("promises", *edit)
        ran = tracker.run("init", *tracker.folders)
        assert ran.status == 0
        assert "Nothing was loaded." in ran.err
        assert ran.out.splitlines()[-1].startswith("The board is as it was.")
    assert tracker.run("plan", "load", *tracker.folders).status == 1
    ran = tracker.run("plan", "load", "--remove", *tracker.folders)
    assert (ran.status, ran.err) == (0, "")


def test_plan_load_corrects_baselines_for_a_reason_and_says_both_changes(
    tracker: CommandLine, plan: PlanFolder
) -> None:
    tracker.begin()
    plan.edit("promises", 'baseline    = "FY2024-25"', 'baseline = "FY2025-26"')
    plan.edit("promises", '"It met."', '"It met once."')
    assert tracker.run("plan", "load", *tracker.folders).status == 1
    ran = tracker.run("plan", "load", "--correct-baselines", "Copied wrongly.", *tracker.folders)
    assert [line.split(". Seal")[0] for line in ran.out.splitlines()[-2:]] == [
        "Recorded change 2: correction; Copied wrongly.",
        "Recorded change 3: 1 edited",
    ]


def test_plan_draft_prints_a_plan_or_writes_a_new_file_and_needs_no_store(tracker: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Milestone,Due date\nPublish,2027-04\n", encoding="utf-8")
    printed = tracker.run("plan", "draft", str(tmp_path / "list.csv"))
    assert printed.out.startswith("# A draft of a plan, from list.csv")
    to = tmp_path / "draft.toml"
    assert tracker.run("plan", "draft", str(tmp_path / "list.csv"), "--to", str(to)).status == 0
    assert to.read_text(encoding="utf-8") == printed.out
    again = tracker.run("plan", "draft", str(tmp_path / "list.csv"), "--to", str(to))
    assert (again.status, again.err) == (1, f"{to} already exists. Choose another name.\n")
    nowhere = tracker.run("plan", "draft", str(tmp_path / "list.csv"), "--to", str(tmp_path / "no" / "draft.toml"))
    assert "cannot be written" in nowhere.err
    assert "cannot be read" in tracker.run("plan", "draft", str(tmp_path / "none.csv")).err
    assert not tracker.store.exists()


def test_plan_check_tells_of_files_that_are_not_read(tracker: CommandLine, plan: PlanFolder) -> None:
    (plan.plans / "more.toml.txt").write_text("x = 1", encoding="utf-8")
    ran = tracker.run("plan", "check", *tracker.folders)
    assert ran.out.splitlines()[-1] == "Note: plans/more.toml.txt is not read as a plan."


def test_the_actor_of_a_load_is_the_user_of_the_command_line(
    tracker: CommandLine, monkeypatch: pytest.MonkeyPatch, plan: PlanFolder
) -> None:
    tracker.init()
    plan.edit("promises", '"It met."', '"It met once."')
    monkeypatch.delenv("USER")
    tracker.run("plan", "load", *tracker.folders)
    with duckdb.connect(tracker.store, read_only=True) as raw:
        actors = raw.execute("SELECT actor FROM change ORDER BY seq").fetchall()
    assert actors == [("command line (a.tester)",), ("command line (unknown user)",)]


def test_plan_check_counts_what_the_plans_say_and_needs_no_store(tracker: CommandLine) -> None:
    ran = tracker.run("plan", "check", *tracker.folders)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("No faults in the plans: 2 assessment, 2 commitment, 2 event, ")
    assert not tracker.store.exists()


def test_plan_check_of_unsound_plans_tells_every_fault_and_ends_with_1(tracker: CommandLine, plan: PlanFolder) -> None:
    plan.edit("promises", "300_000_000", '"£7bn"')
    plan.edit("authorities", "E09000001", "E1")
    ran = tracker.run("plan", "check", *tracker.folders)
    assert (ran.status, ran.out) == (1, "")
    assert len(ran.err.splitlines()) == 3
    assert "field amount_gbp" in ran.err
    assert "field gss_code" in ran.err


def test_plan_check_of_a_folder_that_is_not_there_says_which_option_names_it(tracker: CommandLine) -> None:
    ran = tracker.run("plan", "check", "--plans", "/nowhere")
    assert ran.status == 1
    assert "/nowhere: there are no plans (*.toml) here. Give their folder with --plans." in ran.err


def test_plan_load_prints_each_difference_and_the_change(tracker: CommandLine, plan: PlanFolder) -> None:
    tracker.begin()
    plan.edit("promises", '"It met."', '"It met once."')
    plan.edit("promises", "Hold partners", "Hold all partners")
    ran = tracker.run("plan", "load", *tracker.folders)
    assert ran.status == 0
    assert ran.out.splitlines()[:2] == [
        "  assessment C6-06/evidence (2023-06-06): rationale was It met., is It met once.",
        "  commitment C6-06 (2022-03-29): statement was Hold partners to account., is Hold all partners to account.",
    ]
    assert re.fullmatch(r"Recorded change 2: 2 edited\. Seal [0-9a-f]{12}\.", ran.out.splitlines()[2])


def test_plan_load_of_unsound_plans_leaves_the_store_as_it_was(tracker: CommandLine, plan: PlanFolder) -> None:
    tracker.begin()
    before = tracker.run("verify").out
    plan.edit("promises", '"It met."', '"It met once."')
    plan.edit("promises", "300_000_000", '"£7bn"')
    assert tracker.run("plan", "load", *tracker.folders).status == 1
    assert tracker.run("verify").out == before


def test_migrate_of_a_store_that_is_up_to_date_says_so(tracker: CommandLine) -> None:
    tracker.begin()
    assert tracker.run("migrate").out == "The store is up to date.\n"


# The board


def test_the_board_of_today_is_shown_without_options(tracker: CommandLine) -> None:
    tracker.begin()
    ran = tracker.run("board")
    assert (ran.status, ran.err) == (0, "")
    assert re.match(r"National SEND Delivery Board: as at \d\d \w+ \d{4}\nAs known at change 1 ", ran.out)
    assert "\n2 commitments\n" in ran.out


def test_the_board_as_at_a_day_shows_what_held_then(tracker: CommandLine) -> None:
    tracker.begin()
    delivered = [
        json.loads(tracker.run("board", "--as-at", day, "--format", "json").out)["commitments"]["delivered"]
        for day in ("2023-06-05", "2023-06-06")
    ]
    assert delivered == [0, 1]


def test_the_same_command_twice_prints_the_same_bytes(tracker: CommandLine) -> None:
    tracker.begin()
    for form in ("json", "text"):
        command = ("board", "--as-at", "2024-01-01", "--format", form)
        first, second = tracker.process(*command), tracker.process(*command)
        assert first == second
        assert first.out == tracker.run(*command).out


def test_the_board_as_known_before_a_change_does_not_show_it(tracker: CommandLine, plan: PlanFolder) -> None:
    tracker.begin()
    plan.edit("promises", "A National SEND Delivery Board", "The National Board")
    tracker.run("plan", "load", *tracker.folders)
    with duckdb.connect(tracker.store, read_only=True) as raw:
        [(first,), (second,)] = raw.execute("SELECT recorded_at FROM change ORDER BY seq").fetchall()
    for instant, seq in ((first, 1), (second - dt.timedelta(microseconds=1), 1), (second, 2)):
        ran = tracker.run("board", "--known-at", f"{instant.isoformat()}Z", "--format", "json")
        shown = json.loads(ran.out)
        assert shown["head"]["seq"] == seq
        assert shown["commitments"]["list"][1]["title"] == (
            "The National Board" if seq == 2 else "A National SEND Delivery Board"
        )


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_board_before_anything_was_recorded_prints_and_says_so(tracker: CommandLine, form: str) -> None:
    tracker.begin()
    ran = tracker.run("board", "--known-at", "2022-03-29", "--format", form)
    assert (ran.status, ran.err) == (0, "")
    assert "Nothing was recorded by this date." in ran.out
    if form == "json":
        assert json.loads(ran.out)["commitments"]["total"] == 0
    else:
        assert "As known at change 0 (nothing recorded)" in ran.out


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--as-at", "2022-03-28", "As at: choose a date from"),
        ("--as-at", "9999-12-31", 'as at: "9999-12-31" is not between 1900 and 2100. Enter a day like 31 March 2027.'),
        ("--as-at", "2023-02-31", 'as at: "2023-02-31" does not exist. Enter a day like 31 March 2027.'),
        ("--as-at", "yesterday", 'as at: "yesterday" is not a date we can read. Enter a day like 31 March 2027.'),
        ("--as-at", "", 'as at: "" is not a date. Leave it empty if there is none. Enter a day like'),
        (
            "--known-at",
            "noon",
            'as known at: "noon" is not a time we can read. Enter a day like 6 June 2023, or a time in UTC',
        ),
        ("--known-at", "", 'as known at: "" is not a time we can read. Enter a day like 6 June 2023, or a time'),
        (
            "--known-at",
            "2023-02-31",
            'as known at: "2023-02-31" is not a time we can read. Enter a day like 6 June 2023',
        ),
    ],
)
def test_a_day_or_instant_that_cannot_be_shown_is_one_sentence(
    tracker: CommandLine, option: str, value: str, says: str
) -> None:
    tracker.begin()
    ran = tracker.run("board", option, value)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(says)
    assert len(ran.err.splitlines()) == 1


def test_the_json_is_utf_8_whatever_the_terminal_speaks(tracker: CommandLine) -> None:
    tracker.begin()
    for form in ("json", "text"):
        ran = tracker.process("board", "--format", form, environment={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
        assert ran.status == 0
        assert "£300" in ran.out


# What may be wrong with a store


EVERY_USE = [("board",), ("plan", "load"), ("migrate",), ("verify",), ("verify", "--renew-anchor"), ("backup", ".")]
EVERY_USE += [("journal", "export", "-")]


@pytest.mark.parametrize("command", EVERY_USE, ids=" ".join)
def test_without_a_store_every_command_says_how_to_make_one(tracker: CommandLine, command: tuple[str, ...]) -> None:
    folders = tracker.folders if command[0] == "plan" else ()
    ran = tracker.run(*command, *folders)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        f"There is no store at {tracker.store}. Create it with `python -m tracker init`, or set TRACKER_STORE to "
        "where it is.\n"
    )
    assert not tracker.store.exists()


def test_an_address_that_is_no_store_is_one_sentence(tracker: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_STORE", "postgres://example")
    ran = tracker.run("board")
    assert ran.status == 1
    assert ran.err.startswith('"postgres://example" is not a store\'s address. Give a file')


def test_a_file_that_is_no_store_is_one_sentence(tracker: CommandLine) -> None:
    tracker.store.write_text("This is a letter.")
    ran = tracker.process("board")
    assert (ran.status, ran.out) == (1, "")
    assert str(tracker.store) in ran.err
    assert tracker.store.read_text() == "This is a letter."


@pytest.fixture
def held(tracker: CommandLine) -> Iterator[None]:
    """Another process has the store open for writing."""
    tracker.begin()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tracker.services import stores\n"
            "with stores.open_store(stores.address(), writable=True):\n"
            "    print('open', flush=True)\n"
            "    input()",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"open\n"
    yield
    holder.communicate(b"\n", timeout=60)
    assert holder.returncode == 0


@pytest.mark.usefixtures("held")
def test_a_store_that_another_process_has_open_is_one_sentence_for_every_command(tracker: CommandLine) -> None:
    for command in EVERY_USE:
        ran = tracker.run(*command, *(tracker.folders if command[0] == "plan" else ()))
        assert (ran.status, ran.out) == (1, ""), command
        assert ran.err.startswith(f"Another program is using the store {tracker.store} ")
        assert "(the app, or another command)" in ran.err
        assert "Close it or wait, then try again." in ran.err
        assert len(ran.err.splitlines()) == 1
    assert tracker.process("board").err.startswith(f"Another program is using the store {tracker.store} ")


@pytest.fixture
def shown(tracker: CommandLine) -> Iterator[None]:
    """Another process shows the store, as the app does for people who only look."""
    tracker.begin()
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tracker.services import stores\n"
            "with stores.open_store(stores.address()):\n"
            "    print('open', flush=True)\n"
            "    input()",
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert reader.stdout
    assert reader.stdout.readline() == b"open\n"
    yield
    reader.communicate(b"\n", timeout=60)


@pytest.mark.usefixtures("shown")
def test_while_the_app_shows_the_store_plans_that_say_nothing_new_load_and_others_wait(
    tracker: CommandLine, plan: PlanFolder
) -> None:
    for command in (("init",), ("plan", "load")):
        ran = tracker.run(*command, *tracker.folders)
        assert (ran.status, ran.err) == (0, "")
        assert ran.out.endswith("There is nothing new in the plans. Nothing was recorded.\n")
    plan.edit("promises", '"It met."', '"It met once."')
    ran = tracker.run("plan", "load", *tracker.folders)
    assert ran.status == 1
    assert ran.err.startswith(f"Another program is using the store {tracker.store}")


def test_a_store_of_a_newer_tracker_is_left_alone(tracker: CommandLine) -> None:
    tracker.begin()
    with duckdb.connect(tracker.store) as raw:
        raw.execute("INSERT INTO migration VALUES (9999, '9999_future', 'x', now()::TIMESTAMP)")
    before = tracker.store.read_bytes()
    for command in EVERY_USE:
        ran = tracker.run(*command, *(tracker.folders if command[0] == "plan" else ()))
        assert (ran.status, ran.out) == (1, ""), command
        assert "was written by a newer version: it has migration 9999_future" in ran.err
        assert "Nothing was changed. Update the tracker." in ran.err
    assert tracker.store.read_bytes() == before


@pytest.fixture
def unprivileged() -> tuple[str, ...]:
    """What to put before a command so that a file's permissions hold for it: root may write anywhere."""
    if os.geteuid():
        return ()
    without = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    if not shutil.which("setpriv") or subprocess.run([*without, "true"], check=False, capture_output=True).returncode:
        pytest.skip("root cannot give up its right to write anywhere here")
    return without


def test_a_read_only_folder_is_one_sentence_and_a_board_can_still_be_read(
    tracker: CommandLine,
    plan: PlanFolder,
    unprivileged: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    tracker.store = folder / "tracker.duckdb"
    monkeypatch.setenv("TRACKER_STORE", str(tracker.store))
    tracker.begin()
    plan.edit("promises", "The money is paid", "The sum is paid")
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    ran = tracker.process("plan", "load", *tracker.folders, before=unprivileged)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(f"The store {tracker.store} is read-only, or its folder is.")
    board = tracker.process("board", before=unprivileged)
    assert (board.status, board.err) == (0, "")
    assert "2 commitments" in board.out
    other = {"TRACKER_STORE": str(folder / "new.duckdb")}
    ran = tracker.process("init", environment=other, before=unprivileged)
    assert ran.status == 1
    assert str(folder / "new.duckdb") in ran.err
    assert "read-only" in ran.err
    deeper = {"TRACKER_STORE": str(folder / "deep" / "new.duckdb")}
    ran = tracker.process("init", environment=deeper, before=unprivileged)
    assert (ran.status, ran.err) == (1, f"The folder {folder / 'deep'} cannot be made: Permission denied.\n")
    folder.chmod(0o755)
    assert tracker.run("verify").status == 0


def test_a_folder_that_is_a_file_is_one_sentence(tracker: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker.store.write_text("not a folder")
    monkeypatch.setenv("TRACKER_STORE", str(tracker.store / "tracker.duckdb"))
    ran = tracker.run("init", *tracker.folders)
    assert ran.status == 1
    assert len(ran.err.splitlines()) == 1


# Proof


def test_verify_counts_what_it_proved(tracker: CommandLine) -> None:
    tracker.begin()
    ran = tracker.run("verify")
    assert (ran.status, ran.err) == (0, "")
    assert re.fullmatch(
        r"1 changes, 21 versions; head: change 1, seal [0-9a-f]{64}\n"
        r"The ledger is whole: every seal matches its content, and the end agrees with the head anchor\.\n",
        ran.out,
    )


def test_verify_says_when_the_anchor_is_one_change_behind(tracker: CommandLine, plan: PlanFolder) -> None:
    tracker.begin()
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    anchor = tracker.store.with_name("tracker.duckdb.heads")
    lines = anchor.read_text(encoding="ascii").splitlines(keepends=True)
    anchor.write_text("".join(lines[:-1]), encoding="ascii")
    ran = tracker.run("verify")
    assert (ran.status, ran.err) == (0, "")
    assert "The head anchor ends one change earlier" in ran.out
    assert "adds change 2 to it" in ran.out
    assert "agrees" not in ran.out
    anchor.write_text(lines[0], encoding="ascii")
    ran = tracker.run("verify")
    assert ran.status == 1
    assert "ends at change 0 but the ledger goes on to change 2: lines of it are missing." in ran.err


def test_verify_of_a_reshaped_table_is_one_sentence_and_counts_nothing(tracker: CommandLine) -> None:
    tracker.begin()
    with duckdb.connect(tracker.store) as raw:
        raw.execute("DROP TABLE event")
    ran = tracker.run("verify")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "The table event was altered: it is missing. Restore the newest backup.\n"
    board = tracker.run("board")
    assert (board.status, board.out) == (1, "")
    assert "The table event was altered: it is missing." in board.err


def test_a_tampered_store_shows_no_board(tracker: CommandLine) -> None:
    tracker.begin()
    with duckdb.connect(tracker.store) as raw:
        raw.execute("UPDATE assessment SET rationale = 'It never met.' WHERE rationale = 'It met.'")
    ran = tracker.run("board")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("Change 1 (plan load by command line (a.tester), recorded ")


def test_verify_of_a_tampered_store_names_the_change_and_ends_with_1(tracker: CommandLine, plan: PlanFolder) -> None:
    tracker.begin()
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    with duckdb.connect(tracker.store) as raw:
        raw.execute("UPDATE assessment SET rationale = 'It never met.' WHERE rationale = 'It met once.'")
    for ran in (tracker.run("verify"), tracker.process("verify")):
        assert ran.status == 1
        assert "Change 2 (plan load by command line (a.tester), recorded " in ran.err
        assert "was altered after it was recorded" in ran.err
        assert "Change 1" not in ran.err
        assert "The ledger is whole" not in ran.out


def test_a_store_that_lost_its_last_change_shows_no_board(tracker: CommandLine, plan: PlanFolder) -> None:
    tracker.begin()
    plan.edit("promises", '"It met."', '"It met once."')
    tracker.run("plan", "load", *tracker.folders)
    with duckdb.connect(tracker.store) as raw:
        raw.execute("DELETE FROM assessment WHERE change_seq = 2")
        raw.execute("DELETE FROM change WHERE seq = 2")
    ran = tracker.run("board")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("Change 2 is missing from the end of the ledger")


def test_a_missing_anchor_is_told_and_can_be_renewed(tracker: CommandLine) -> None:
    tracker.begin()
    anchor = tracker.store.with_name("tracker.duckdb.heads")
    anchor.unlink()
    ran = tracker.run("verify")
    assert ran.status == 1
    assert "`python -m tracker verify --renew-anchor`" in ran.err
    assert tracker.run("verify", "--renew-anchor").status == 0
    assert anchor.exists()
    assert tracker.run("board").status == 0


# As a program


def test_the_shipped_plans_load_and_show_by_the_default_folders(tracker: CommandLine) -> None:
    made = tracker.process("init")
    assert (made.status, made.err) == (0, "")
    board = tracker.process("board", "--as-at", "2023-07-01", "--format", "json")
    assert (board.status, board.err) == (0, "")
    shown = json.loads(board.out)
    assert (shown["as_at"], shown["commitments"]["total"]) == ("2023-07-01", 55)


def test_the_program_says_who_it_is_when_called_wrongly(tracker: CommandLine) -> None:
    ran = tracker.process("frobnicate")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("usage: python -m tracker")


def test_a_reader_who_leaves_early_is_no_fault(tracker: CommandLine) -> None:
    tracker.begin()
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = tracker.process("board", stdout=writing)
    finally:
        os.close(writing)
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_cannot_be_written_is_one_sentence(tracker: CommandLine) -> None:
    tracker.begin()
    with Path("/dev/full").open("wb") as full:
        ran = tracker.process("board", "--format", "json", stdout=full)
    assert (ran.status, ran.err) == (1, "The output cannot be written: No space left on device.\n")


def test_today_is_the_boards_day_in_london(tracker: CommandLine) -> None:
    tracker.begin()
    before = dates.today()
    shown = dt.date.fromisoformat(json.loads(tracker.run("board", "--format", "json").out)["as_at"])
    assert before <= shown <= dates.today()
