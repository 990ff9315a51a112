"""Commands run in this process and as processes of their own, on a store and plans of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import copy_store
from tests.exchange.conftest import PlanFolder
from tests.exchange.conftest import plan as plan  # noqa: PLC0414  a fixture that is shared on
from tracker.cli import main
from tracker.services import stores
from tracker.services.plans import load_plans
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit status and what it printed."""

    status: int
    out: str
    err: str


class CommandLine:
    """Runs commands on one store and one plan."""

    def __init__(self, store: Path, plan: PlanFolder, begun: Address, capsys: pytest.CaptureFixture[str]) -> None:
        self.store = store
        self._begun = begun
        self.folders = ("--plans", str(plan.plans), "--data", str(plan.data))
        self._capsys = capsys

    def run(self, *arguments: str) -> Ran:
        """Run a command in this process."""
        self._capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as stop:  # argparse: help, or called wrongly
            status = int(stop.code or 0)
        printed = self._capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ran(status, printed.out, printed.err)

    def process(self, *arguments: str, before: Sequence[str] = (), **options: Any) -> Ran:
        """Run a command in a process of its own."""
        environment = {**os.environ, "TRACKER_STORE": str(self.store), **options.pop("environment", {})}
        done = subprocess.run(
            [*before, sys.executable, "-m", "tracker", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
            **options,
        )
        error = done.stderr.decode()
        assert "Traceback" not in error, error
        return Ran(done.returncode, (done.stdout or b"").decode(), error)

    def begin(self) -> None:
        """Put in place a store like the one that ``init`` makes with the small plan."""
        copy_store(self._begun, Address(self.store))

    def init(self) -> Ran:
        """Make the store with the plan that is there."""
        ran = self.run("init", *self.folders)
        assert ran.status == 0, ran.err
        return ran


@pytest.fixture(scope="session")
def begun(made: Address, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A closed store like the one that ``init`` makes with the small plan, for copying."""
    folder = tmp_path_factory.mktemp("begun")
    plan = PlanFolder(folder)
    store = copy_store(made, Address(folder / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        load_plans(db, plan.plans, plan.data, actor="command line (a.tester)")
    return store


@pytest.fixture
def tracker(
    tmp_path: Path,
    plan: PlanFolder,
    begun: Address,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandLine:
    store = tmp_path / "tracker.duckdb"
    monkeypatch.setenv("TRACKER_STORE", str(store))
    monkeypatch.setenv("USER", "a.tester")
    return CommandLine(store, plan, begun, capsys)
