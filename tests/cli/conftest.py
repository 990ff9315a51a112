"""Commands run in this process and as processes of their own, on a store and plans of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.exchange.conftest import plan as plan  # noqa: PLC0414  a fixture that is shared on
from tracker.cli import main

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.exchange.conftest import PlanFolder

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit status and what it printed."""

    status: int
    out: str
    err: str


class CommandLine:
    """Runs commands on one store and one plan."""

    def __init__(self, store: Path, plan: PlanFolder, capsys: pytest.CaptureFixture[str]) -> None:
        self.store = store
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

    def init(self) -> Ran:
        """Make the store with the small plan."""
        ran = self.run("init", *self.folders)
        assert ran.status == 0, ran.err
        return ran


@pytest.fixture
def tracker(
    tmp_path: Path, plan: PlanFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    store = tmp_path / "tracker.duckdb"
    monkeypatch.setenv("TRACKER_STORE", str(store))
    monkeypatch.setenv("USER", "a.tester")
    return CommandLine(store, plan, capsys)
