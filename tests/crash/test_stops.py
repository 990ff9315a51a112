"""Stopped before any call that changes a file, a command leaves the old or the new, and the next one goes on.

Every command that writes files is stopped at every such call in turn: killed before it, killed half way through what it
writes, refused by the disk (ENOSPC, EIO). Then what `make run` does is run over a copy of what is left, and the same
command is run again. ``make test`` takes a few of the stops of each command, ``make test-long`` all.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import LONG
from tests.exchange.conftest import PlanFolder
from tests.samples import DAY, instant
from tracker.domain.ledger import GENESIS, Seal
from tracker.services import backups, journals, stores
from tracker.store import migrations
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain.ledger import Scalar

pytestmark = pytest.mark.crash

ROOT = Path(__file__).parents[2]
APPROVER, OWNER = "ana@dfe.example", "ben@dfe.example"


class Commands:
    """Runs commands, each in a process of its own that can be stopped."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.stops"], stdin=pipe, stdout=pipe, text=True, cwd=ROOT
        )

    def run(self, *arguments: str, store: Path, **more: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        at = store.parent.parent
        environment = {
            "TRACKER_STORE": str(store),
            "TRACKER_BACKUPS": str(at / "backups"),
            "TMPDIR": str(at / "tmp"),
            "USER": "a.tester",
        }
        request = {"arguments": arguments, "environment": environment, **more}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "Traceback" not in answer["err"], answer["err"]
        return answer

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    running = Commands()
    yield running
    running.close()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    folder = PlanFolder(tmp_path_factory.mktemp("plan"))
    return ("--plans", str(folder.plans), "--data", str(folder.data))


def place(at: Path) -> Path:
    for name in ("data", "backups", "out", "tmp"):
        (at / name).mkdir(parents=True)
    return at


@pytest.fixture(scope="module")
def filled(commands: Commands, plan: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with a store that has people, a snapshot and a backup, and a change since, which is in the log."""
    at = place(tmp_path_factory.mktemp("filled") / "at")
    store = at / "data" / "tracker.duckdb"

    def run(*arguments: str) -> None:
        answer = commands.run(*arguments, store=store, counts=False)
        assert answer["status"] == 0, answer["err"]

    run("init", *plan)
    run("user", "add", APPROVER, "--name", "Ana", "--role", "approver")
    run("snapshot", "take", "first", "--as-at", "2023-07-01", "--as", APPROVER)
    run("backup", str(at / "backups"))
    run("user", "add", OWNER, "--name", "Ben", "--role", "contributor", "--programme", "safety-valve")
    return at


def an_older_store(store: Path) -> str:
    """Make a store of the first schema with one change, in the log of a process that was killed; return its seal."""
    header: dict[str, Scalar] = {
        "seq": 1,
        "recorded_at": instant("2024-03-01"),
        "actor": "A. Tester",
        "action": "edit",
        "reason": "As published",
        "request_id": "form-1",
    }
    row: dict[str, Scalar] = {
        "id": "m",
        "version": 1,
        "change_seq": 1,
        "effective_on": DAY,
        "retracted": False,
        "reporter": "owner",
        "narrative": "Begun",
    }
    seal = Seal(GENESIS, header)
    seal.add("progress", row)
    with pytest.MonkeyPatch.context() as patch:
        known = migrations.known()
        patch.setattr(migrations, "known", lambda: known[:1])
        stores.init_store(Address(store))
    statements = f"""
        INSERT INTO change VALUES (1, TIMESTAMP '2024-03-01', 'A. Tester', 'edit', 'As published', 'form-1',
            '{GENESIS}', '{seal.hexdigest()}');
        INSERT INTO progress (id, version, change_seq, effective_on, retracted, reporter, narrative)
            VALUES ('m', 1, 1, DATE '{DAY}', false, 'owner', 'Begun')
        """
    program = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('BEGIN'); c.execute(sys.argv[2]); "
        "c.execute('COMMIT'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(store), statements], check=True)
    assert Address(store).wal.stat().st_size
    return seal.hexdigest()


# What is done, and what has to be there after


@dataclass(frozen=True)
class Operation:
    """A command, in a place that holds what it needs; the store that it is about, and what that may be after a stop."""

    at: Path
    arguments: tuple[str, ...]
    store: str = "data/tracker.duckdb"
    heads: frozenset[str] = frozenset()
    done: str = ""
    """What the command says, with exit status 1, when it is run again and was done already."""

    def run(self, commands: Commands, place: Path, **more: Any) -> dict[str, Any]:
        arguments = (word.replace(str(self.at), str(place)) for word in self.arguments)
        return commands.run(*arguments, store=place / self.store, **more)


def head_of(store: Path) -> str:
    proof = stores.verify_store(Address(store))
    assert proof.faults == ()
    return proof.head.seal


def newest_backup(at: Path) -> Path:
    return backups.list_backups(at / "backups")[-1].file


@pytest.fixture(scope="module")
def operations(
    filled: Path, commands: Commands, plan: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Operation]:
    """Every command that writes files, by name."""
    base = tmp_path_factory.mktemp("places")
    demonstration = "data/demonstration.duckdb"
    store, backup = filled / "data" / "tracker.duckdb", newest_backup(filled)
    old, restored = head_of(store), head_of(backup)

    def like(name: str, *gone: str) -> Path:
        at = base / name
        shutil.copytree(filled, at)
        for path in gone:
            for file in at.glob(path):
                file.unlink()
        return at

    nothing = place(base / "nothing")
    journals.export(Address(store), base / "ledger.jsonl")
    made = like("demo")
    answer = commands.run("demo", *plan, "--to", str(made / demonstration), store=store, counts=False)
    assert answer["status"] == 0
    older = place(base / "older")
    oldest = an_older_store(older / "data" / "tracker.duckdb")
    older_backup = shutil.copytree(older, base / "older backup")
    pruned = like("pruned")
    behind = like("restore")
    for at in (older_backup, pruned, behind):
        answer = commands.run("backup", str(at / "backups"), store=at / "data/tracker.duckdb", counts=False)
        assert answer["status"] == 0, answer["err"]
    (older_backup / "data" / "tracker.duckdb").unlink()
    Address(older_backup / "data" / "tracker.duckdb").wal.unlink()
    Address(older_backup / "data" / "tracker.duckdb").anchor.path.unlink()

    def restore(at: Path, *heads: str) -> Operation:
        return Operation(at, ("restore", str(backups.list_backups(at / "backups")[0].file)), heads=frozenset(heads))

    packed = ("--marking", "OFFICIAL", "--formats", "csv", "json", "--as", APPROVER)
    demo = ("demo", *plan, "--day", "2026-11-20")
    return {
        "init": Operation(nothing, ("init", *plan), heads=frozenset()),
        "restore": restore(behind, old, restored),
        "restore where nothing is": restore(like("restore gone", "data/tracker.duckdb*")),
        "restore of an older version": restore(older_backup),
        "demo": Operation(nothing, (*demo, "--to", str(nothing / demonstration)), store=demonstration),
        "demo over another": Operation(made, (*demo, "--to", str(made / demonstration)), store=demonstration),
        "migrate": Operation(older, ("migrate",), heads=frozenset({oldest})),
        "backup": Operation(filled, ("backup", str(filled / "backups")), heads=frozenset({old})),
        "prune": Operation(pruned, ("backup", "prune", str(pruned / "backups"), "--keep-daily", "1")),
        "drill": Operation(filled, ("backup", "drill", str(filled / "backups")), heads=frozenset({old})),
        "journal export": Operation(
            filled,
            ("journal", "export", str(filled / "out" / "ledger.jsonl")),
            heads=frozenset({old}),
            done="ledger.jsonl already exists and was not changed",
        ),
        "journal rebuild": Operation(
            nothing, ("journal", "rebuild", str(base / "ledger.jsonl")), done="There is already a store"
        ),
        "snapshot export": Operation(
            filled, ("snapshot", "export", "first", "--to", str(filled / "out"), *packed), heads=frozenset({old})
        ),
        "return export": Operation(
            filled,
            ("return", "export", "--as", OWNER, "--to", str(filled / "out")),
            heads=frozenset({old}),
            done=".xlsx already exists. Move it",
        ),
    }


def left(at: Path) -> list[str]:
    """What is left behind of a command under a folder: whatever is not a store, an export or a backup."""
    return [
        str(path.relative_to(at))
        for path in at.rglob("*")
        if re.search(r"tracker-|unfinished|\.new|restoring|trial|\.tmp$", path.name)
    ]


def run_again(commands: Commands, operation: Operation, at: Path) -> None:
    """Run the same command again: it does what is left to do, and nothing is left behind anywhere."""
    answer = operation.run(commands, at, counts=False)
    assert answer["status"] == 0 or (operation.done and operation.done in answer["err"]), answer
    assert left(at) == []
    head = head_of(at / operation.store)
    match operation.arguments[0]:
        case "restore":
            assert head == backups.list_backups(at / "backups")[0].head.seal
            kept = [head_of(path) for path in (at / "data").iterdir() if re.search(r"replaced-[^.]+\.\d+Z$", path.name)]
            assert set(kept) >= operation.heads - {head}
        case "backup":
            held = sorted(path for path in (at / "backups").iterdir() if path.suffix == ".duckdb")
            assert held == sorted(noted.file for noted in backups.list_backups(at / "backups"))
            assert {path.name for path in (at / "backups").glob("*.heads")} == {f"{path.name}.heads" for path in held}
            for path in held:
                head_of(path)
                backups._refuse_other_than_noted(path, path)
        case _:
            assert not operation.heads or head in operation.heads


def make_run(commands: Commands, operation: Operation, at: Path, plan: tuple[str, ...]) -> None:
    """Do what `make run` or `make demo` does: the store is the old one or the new one, and nothing lies beside it."""
    store = at / operation.store
    begin = ("demo", "--keep", *plan, "--to", str(store)) if "demo" in operation.arguments else ("init", *plan)
    answer = commands.run(*begin, store=store, counts=False)
    if operation.arguments == ("migrate",) and "needs" in answer["err"]:
        return  # the old one
    if not store.exists() and "To start a new ledger" in answer["err"]:
        return  # there was none, and the list of backups says that there was one before
    if "was rolled back" in answer["err"] and "backup accept" in answer["err"]:
        # the store was put back and the disk refused the note of it: the sentence says how to make it
        accept = ("backup", "accept", str(at / "backups"), "--reason", "It was restored on purpose")
        assert commands.run(*accept, store=store, counts=False)["status"] == 0
        answer = commands.run(*begin, store=store, counts=False)
    assert answer["status"] == 0, answer
    assert left(at / "data") == []
    head_of(store)
    recorded = {head.seal for head in Address(store).anchor.heads()}  # `init` may have loaded the plan after it
    assert not operation.heads or recorded & operation.heads


def whole_or_absent(at: Path, reference: Path) -> None:
    """Whatever was exported is what is exported when nothing stops the command."""
    for file in (at / "out").iterdir():
        if not file.name.startswith("."):
            whole = reference / "out" / file.name
            assert file.stat().st_size == whole.stat().st_size
            if file.suffix != ".xlsx":  # which says when it was made
                assert file.read_bytes() == whole.read_bytes()


def stops(calls: Sequence[str], turn: int) -> list[tuple[int, str]]:
    """At which of its calls to stop a command, and how: at all in every way, or at one or two that decide."""
    if LONG:
        ways = {"kill": calls, "half": [call if "write" in call or "sendfile" in call else "" for call in calls]}
        refused = [call if not call.startswith("after ") else "" for call in calls]
        every = {**ways, "ENOSPC": refused, "EIO": refused}
        return [(number, how) for how, at in every.items() for number, call in enumerate(at, start=1) if call]
    deciding = [
        number for number, call in enumerate(calls, start=1) if call.startswith(("replace ", "link ", "rename "))
    ]
    refusal = (1 + turn * 7 % len(calls), ("half", "ENOSPC", "EIO")[turn % 3])
    return [((deciding or [len(calls)])[-1 if turn % 2 else 0], "kill"), *([refusal] if turn % 3 == 1 else [])]


def state(at: Path, template: Path) -> tuple[tuple[str, str], ...]:
    """Describe what is left: each file by its name, and as it was or by its size. Like states are looked at once."""

    def content(path: Path) -> str:
        if path.is_dir():
            return "folder"
        before = template / path.relative_to(at)
        same = before.is_file() and before.read_bytes() == path.read_bytes()
        return "as it was" if same else str(path.stat().st_size)

    names = (
        (re.sub(r"unfinished-\w+|\d{4}-\d{2}-\d{2}T\w+(\.\d+Z)?", "*", str(p.relative_to(at))), p)
        for p in at.rglob("*")
    )
    return tuple(sorted((name, content(path)) for name, path in names))


NAMES = (
    "init",
    "restore",
    "restore where nothing is",
    "restore of an older version",
    "demo",
    "demo over another",
    "migrate",
    "backup",
    "prune",
    "drill",
    "journal export",
    "journal rebuild",
    "snapshot export",
    "return export",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_that_is_stopped_leaves_the_old_or_the_new_and_the_next_one_goes_on(
    name: str, operations: dict[str, Operation], commands: Commands, plan: tuple[str, ...], tmp_path: Path
) -> None:
    operation = operations[name]
    reference = tmp_path / "reference"
    shutil.copytree(operation.at, reference)
    whole = operation.run(commands, reference)
    assert whole["status"] == 0, whole["err"]
    assert whole["missed"] == []
    assert left(reference) == []
    chosen = stops(whole["calls"], NAMES.index(name))
    seen: set[tuple[tuple[str, str], ...]] = set()
    for number, how in chosen:
        told = f"{name}, {how} at call {number} of {len(whole['calls'])}: {whole['calls'][number - 1]}"
        at, copy = tmp_path / "at", tmp_path / "copy"
        shutil.copytree(operation.at, at)
        stopped = operation.run(commands, at, stop=number, how=how)
        if how in {"kill", "half"}:
            assert stopped["status"] == -9, told
        try:
            whole_or_absent(at, reference)
            found = state(at, operation.at)
            if found not in seen:
                shutil.copytree(at, copy)
                make_run(commands, operation, copy, plan)
                run_again(commands, operation, at)
                shutil.rmtree(copy)
                seen.add(found)
        except BaseException as error:
            error.add_note(told)
            raise
        shutil.rmtree(at)
    print(f"{name}: {len(whole['calls'])} calls, {len(chosen)} stops, {len(seen)} states")  # noqa: T201  for pytest -rP
