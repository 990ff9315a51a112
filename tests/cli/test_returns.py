"""Returns on the command line: drawn into a folder, checked, taken in."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.services.conftest import OWNER
from tests.services.returned import BEN, MET, PAID, SECOND, edited
from tests.services.returned import furnished as furnished  # noqa: PLC0414  a fixture that is shared on
from tracker.domain import dates
from tracker.exchange.returns.table import Heading
from tracker.store.database import Address

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import CommandLine, Ran

ANA = OWNER
NEXT_YEAR = f"{dates.today().year + 1}"


@pytest.fixture
def staffed(tracker: CommandLine, furnished: Address) -> CommandLine:
    """A store with three milestones, and two contributors to whom they were given; its last change is the fifth."""
    shutil.copyfile(furnished.file, tracker.store)
    shutil.copyfile(furnished.anchor.path, Address(tracker.store).anchor.path)
    return tracker


def export(tracker: CommandLine, folder: Path, *more: str) -> Path:
    ran = tracker.run("return", "export", "--as", ANA, "--to", str(folder), *more)
    assert (ran.status, ran.err) == (0, "")
    [file] = folder.iterdir()
    assert ran.out == f"{file}: 3 milestones, as at change 5, seal {ran.out[-13:-1]}\n"
    return file


def fill(file: Path, **cells: str) -> None:
    """Fill in the row of the payment."""
    file.write_bytes(edited(file.read_bytes(), {PAID: {Heading[name.upper()]: value for name, value in cells.items()}}))


def code(ran: Ran) -> str:
    found = re.search(r"--preview ([0-9a-f]{16})", ran.out)
    assert found
    return found[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "returns"
    made.mkdir()
    return made


def test_a_return_is_drawn_checked_and_taken_in_once(staffed: CommandLine, folder: Path) -> None:
    file = export(staffed, folder)
    assert file.name == f"return_{dates.today()}_seq5.xlsx"
    asked = staffed.run("verify", "--against", str(file))
    assert f"{file}: the ledger has the seal in it, for change 5 (" in asked.out
    fill(file, expected=NEXT_YEAR, reason="workforce", note="Nobody to pay it.", narrative="Two\nlines.")
    checked = staffed.run("return", "check", str(file), "--as", ANA)
    assert checked.status == 0
    assert checked.err.splitlines()[0] == "  0%  Reading the file"
    assert checked.err.splitlines()[-1] == "100%  Ready"
    assert checked.out == (
        "Compared with change 5: 0 first report, 1 change, 0 confirmation, 0 conflict, 2 not changed, 0 "
        "rejected.\n\n"
        "Change:\n"
        f"  {PAID} (row 4) The money is paid. Status from dates: Overdue now, Red after you save.\n"
        f"      Forecast date: 2025 → {NEXT_YEAR}\n"
        "      Reason for the change: nothing → workforce\n"
        "      More about the reason: nothing → Nobody to pay it.\n"
        "      Narrative: nothing → Two lines.\n\n"
        "Not changed:\n"
        f"  {SECOND} (row 5) The second sum is paid.\n"
        f"  {MET} (row 6) The board meets.\n\n"
        "To save it:\n"
        f"  python -m tracker return take {file} --as {ANA} --preview {code(checked)}\n"
    )
    taken = staffed.run("return", "take", str(file), "--as", ANA, "--preview", code(checked))
    assert taken.status == 0
    assert taken.out.startswith("Recorded change 6: report progress. Seal ")
    for command in ("check", "take"):
        more = ("--preview", code(checked)) if command == "take" else ()
        again = staffed.run("return", command, str(file), "--as", ANA, *more)
        assert again.status == 0
        assert again.out.startswith("This file has already been saved, as change 6, on ")
    told = staffed.run("history", "--milestone", PAID).out
    assert "workforce" in told
    assert staffed.run("verify").status == 0


def test_a_conflict_and_a_rejected_row_are_told_and_decided(staffed: CommandLine, folder: Path) -> None:
    file = export(staffed, folder, "--format", "csv")
    words = file.read_text(encoding="utf-8-sig")
    (folder / "ben.csv").write_text(
        words.replace("In progress,2025,,,,", f"In progress,{NEXT_YEAR},,workforce,More.,Ben's")
    )
    ben = staffed.run("return", "check", str(folder / "ben.csv"), "--as", BEN)
    assert staffed.run("return", "take", str(folder / "ben.csv"), "--as", BEN, "--preview", code(ben)).status == 0

    file.write_text(
        words.replace("In progress,2025,,,,", "In progress,2025,,,,Ana's").replace("2023-06-06", "31/06/2023")
    )
    checked = staffed.run("return", "check", str(file), "--as", ANA)
    assert checked.status == 1
    assert (
        'Rejected. Fix these rows, or skip them:\n  row 4, column I (Date completed): "31/06/2023" does not exist'
        in checked.out
    )
    assert (
        f"      Narrative: Ben's → Ana's\n    changed by {BEN} after you exported it:\n"
        f"      Forecast date: 2025 → {NEXT_YEAR}\n      Narrative: nothing → Ben's\n"
    ) in checked.out
    assert checked.out.endswith(f"--preview {code(checked)} --leave-out-rejected --mine or --theirs {PAID}\n")

    take = ("return", "take", str(file), "--as", ANA, "--preview", code(checked))
    refused = staffed.run(*take)
    assert refused.status == 1
    assert "1 row rejected. Fix the rows or skip them." in refused.err
    assert f"Choose which version to keep, yours or the current one: {PAID}." in refused.err
    taken = staffed.run(*take, "--leave-out-rejected", "--mine", PAID)
    assert (taken.status, taken.out[:17]) == (0, "Recorded change 7")
    told = staffed.run("history", "--milestone", PAID).out
    assert "Ana's" in told
    assert "Ben's" in told


def test_what_cannot_stand_and_what_is_besides_the_table_is_told(staffed: CommandLine, folder: Path) -> None:
    file = export(staffed, folder, "--format", "csv")
    words = file.read_text(encoding="utf-8-sig")
    ben = folder / "ben.csv"
    ben.write_text(words.replace("In progress,2025,,,,", f"In progress,{NEXT_YEAR},,workforce,More.,"))
    checked = staffed.run("return", "check", str(ben), "--as", BEN)
    assert staffed.run("return", "take", str(ben), "--as", BEN, "--preview", code(checked)).status == 0
    head, _, rows = words.replace("In progress,2025,", f"In progress,{NEXT_YEAR}-06,").partition("\n")
    file.write_text(f"{head},Mine\n" + "".join(f"{row},x\n" for row in rows.splitlines()))
    told = staffed.run("return", "check", str(file), "--as", ANA).out
    assert "    your version cannot be saved: you changed the date from " in told
    assert told.partition("Also note:\n")[2].startswith('  Column Q "Mine" is not part of a return.')


def test_taking_in_needs_the_code_of_what_was_checked(staffed: CommandLine, folder: Path) -> None:
    file = export(staffed, folder)
    fill(file, expected=NEXT_YEAR, reason="workforce", note="Nobody to pay it.")
    for arguments in ((), ("--preview", "0" * 16)):
        ran = staffed.run("return", "take", str(file), "--as", ANA, *arguments)
        assert ran.status == (1 if arguments else 2)
        assert ("has changed since the preview" if arguments else "--preview") in ran.err
    assert "change 6" not in staffed.run("history").out


def test_a_return_is_never_written_over_a_file_that_is_there(staffed: CommandLine, folder: Path) -> None:
    file = export(staffed, folder)
    file.write_bytes(b"filled in")
    again = staffed.run("return", "export", "--as", ANA, "--to", str(folder))
    assert (again.status, again.out) == (1, "")
    assert again.err == f"{file} already exists. Move it, or give another folder with --to.\n"
    assert file.read_bytes() == b"filled in"
    nowhere = staffed.run("return", "export", "--as", ANA, "--to", str(folder / "none"))
    assert (nowhere.status, nowhere.err.endswith("No such file or directory.\n")) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("export", "--as", "nobody@dfe.example"), 'No one is registered as "nobody@dfe.example"'),
        (
            ("export", "--as", ANA, "--programme", "trusts"),
            "No milestones of the programme trusts are assigned to Owner",
        ),
        (("check", "none.xlsx", "--as", ANA), "The file none.xlsx cannot be read: No such file or directory."),
        (("check", "pyproject.toml", "--as", ANA), "A return is an Excel workbook (.xlsx) or a CSV file (.csv)"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_a_sentence(
    staffed: CommandLine, arguments: tuple[str, ...], sentence: str
) -> None:
    ran = staffed.run("return", *arguments)
    assert (ran.status, ran.out) == (1, "")
    assert sentence in ran.err
