"""Whenever a process is killed, all that it acknowledged is there, and nothing is half there."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LONG, copy_store
from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger, StoreMissing, StoreUnusable
from tracker.services import backups, journals, plans, stores
from tracker.store import carrying, proving
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.store.proving import Verification

pytestmark = pytest.mark.crash

ROOT = Path(__file__).parents[2]
ROUNDS = 1_000 if LONG else 20
CHANCE = random.Random(20220329)


def lives(
    what: str, store: Address, argument: str = "", *, rounds: int, most: int = 0, longest: float
) -> Iterator[list[str]]:
    """Have a child live and be killed at some moment, round after round; yield what each acknowledged.

    It is killed once it has acknowledged a number of things, by chance up to ``most``, and up to ``longest`` seconds
    later: how much is acknowledged in all does not depend on how fast the machine is.
    """
    command = [sys.executable, "-m", "tests.crash.child", what, str(store.file), argument, "lives"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT) as parent:
        assert parent.stdin
        assert parent.stdout
        assert parent.stderr
        for _ in range(rounds):
            awaited = CHANCE.randint(0, most)
            parent.stdin.write(f"{awaited} {CHANCE.uniform(0, longest)}\n")
            parent.stdin.flush()
            words = json.loads(parent.stdout.readline() or '""')
            ready, _, rest = words.partition("\n")
            if ready != "ready":
                parent.stdin.close()
                pytest.fail(parent.stderr.read())
            acknowledged = rest.splitlines()[: rest.count("\n")]  # a line is an acknowledgement once its end is written
            assert len(acknowledged) >= awaited
            yield acknowledged


def proven(store: Address, acknowledged: Sequence[str] = ()) -> Verification:
    """Open a store as the app does, verify it, and require every acknowledged change with its seal and its text."""
    with stores.open_store(store, writable=True) as db:
        proof = proving.verify(db)
        lines = list(carrying.export(db)) if acknowledged else []
    assert proof.faults == ()
    for said in acknowledged:
        seq, seal, token = said.split()
        line = lines[int(seq) - 1]
        assert json.loads(line)["change"]["seal"] == seal
        assert token in line
    return proof


def test_every_acknowledged_save_survives_kill_9_at_any_moment(address: Address) -> None:
    stores.init_store(address)
    everything: list[str] = []
    for acknowledged in lives("saves", address, rounds=ROUNDS, most=5, longest=0.1):
        everything += acknowledged
        proof = proven(address, acknowledged)
        assert proof.changes == proof.versions
    assert len(everything) > ROUNDS
    proven(address, everything)


def test_every_acknowledged_plan_load_survives_kill_9_and_none_is_half_there(address: Address, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "plans", folder / "plans")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("*.duckdb*"))
    shutil.copyfile(folder / "plans" / "organisations.toml", folder / "organisations.toml")
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        first = plans.load_plans(db, folder / "plans", folder / "data", actor="test")
        start = time.perf_counter()
        plans.load_plans(db, folder / "plans", folder / "data", actor="test")
        one_load = time.perf_counter() - start
    everything: list[str] = []
    for acknowledged in lives("loads", address, str(folder), rounds=ROUNDS if LONG else 8, most=2, longest=one_load):
        everything += acknowledged
        proof = proven(address)
        assert proof.versions == len(first.differences) + proof.changes - 1  # a load is its one edit, or not there
    assert everything
    proven(address, everything)


def test_a_first_load_killed_at_any_moment_is_whole_or_not_there(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "plans", folder / "plans")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("*.duckdb*"))
    shutil.copyfile(folder / "plans" / "organisations.toml", folder / "organisations.toml")
    statements = sum(plans.check_plans(folder / "plans", folder / "data").values())
    store = Address(tmp_path / "tracker.duckdb")
    stores.init_store(store)
    empty = Address(tmp_path / "empty.duckdb")
    shutil.copyfile(store.file, empty.file)
    shutil.copyfile(store.anchor.path, empty.anchor.path)
    for acknowledged in lives("loads", store, str(folder), rounds=100 if LONG else 8, most=1, longest=0.5):
        proof = proven(store, acknowledged)
        assert proof.changes >= len(acknowledged)
        assert proof.versions == (statements + proof.changes - 1 if proof.changes else 0)
        for path, fresh in ((store.file, empty.file), (store.anchor.path, empty.anchor.path)):
            shutil.copyfile(fresh, path)


def test_a_store_whose_making_was_killed_is_absent_or_whole_and_can_be_made_again(address: Address) -> None:
    for _ in lives("init", address, rounds=200 if LONG else 12, longest=0.06):
        was_there = address.file.exists()
        if was_there:
            assert proven(address).changes == 0
        else:
            with pytest.raises(StoreMissing):
                stores.open_store(address)
        assert stores.init_store(address) is not was_there
        with stores.open_store(address, writable=True) as db:
            assert save(db, organisation()).seq == 1
        assert proven(address).changes == 1
        address.file.unlink()
        address.anchor.path.unlink()


def test_a_journal_whose_writing_was_killed_is_absent_or_whole(three: Address, tmp_path: Path) -> None:
    folder = tmp_path / "journals"
    folder.mkdir()
    whole = "".join(journals.lines(three))
    for _ in lives("export", three, str(folder), rounds=50 if LONG else 3, longest=0.4):
        for journal in folder.glob("*.jsonl"):
            if not journal.name.startswith("."):
                assert journal.read_text(encoding="ascii") == whole


def test_a_store_whose_making_from_a_journal_was_killed_is_absent_or_whole(three: Address, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    end = journals.export(three, journal).head
    folder = tmp_path / "made"
    for _ in lives("rebuild", Address(folder / "x.duckdb"), str(journal), rounds=50 if LONG else 3, longest=0.8):
        for file in folder.glob("*.duckdb"):
            assert proven(Address(file)).head == end
            file.unlink()


def test_a_backup_whose_making_was_killed_is_absent_or_whole_and_the_next_one_is_made(
    three: Address, address: Address, tmp_path: Path
) -> None:
    copy_store(three, address)
    folder = tmp_path / "backups"
    folder.mkdir()
    acknowledged: list[str] = []
    for said in lives("back_up", address, str(folder), rounds=50 if LONG else 3, most=1, longest=0.6):
        acknowledged += said
        held = [file for file in folder.glob("*.duckdb") if not file.name.startswith(".")]
        assert {file.name for file in held} >= set(acknowledged)
        for file in held:
            assert stores.verify_store(Address(file)).faults == ()
        assert backups.back_up(address, folder).head == proven(address).head


# Damage to the log that a killed process left


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A store whose last changes are in its log alone, all of them acknowledged.

    A process killed between a commit and its anchor leaves a change that nobody was told of: whether that one is lost
    with the log, nobody can tell, and nobody was promised it.
    """
    address = Address(tmp_path_factory.mktemp("killed") / "tracker.duckdb")
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        save(db, organisation("Folded in"))
    for _ in lives("saves", address, rounds=30, most=8, longest=0.05):
        logged = address.wal.exists() and address.wal.stat().st_size > 4_000
        if logged and stores.verify_store(address).head == address.anchor.last():
            return address
    raise AssertionError("no child left a log of some length")


def copy_of(killed: Address, folder: Path) -> Address:
    copy = Address(folder / "tracker.duckdb")
    for source, target in (
        (killed.file, copy.file),
        (killed.wal, copy.wal),
        (killed.anchor.path, copy.anchor.path),
    ):
        shutil.copyfile(source, target)
    return copy


def opened_with_all_or_refused(store: Address, whole: Verification) -> bool:
    """Say whether a store was refused; when it opens, nothing may be missing and nothing may be wrong."""
    try:
        proof = stores.verify_store(store)
        stores.open_store(store).close()
    except (BrokenLedger, StoreUnusable):
        return True
    if proof.faults:
        return True
    assert proof == whole
    return False


def test_a_log_cut_short_anywhere_is_refused_unless_nothing_is_lost(killed: Address, tmp_path: Path) -> None:
    whole = stores.verify_store(killed)
    store = copy_of(killed, tmp_path)
    content = store.wal.read_bytes()
    refused = 0
    lengths = range(0, len(content), 97 if LONG else max(97, len(content) // 20))
    for length in lengths:
        store.wal.write_bytes(content[:length])
        refused += opened_with_all_or_refused(store, whole)
    assert refused == len(lengths)
    store.wal.unlink()
    assert opened_with_all_or_refused(store, whole)
    store.wal.write_bytes(content)
    assert not opened_with_all_or_refused(store, whole)


def test_a_byte_flipped_anywhere_in_the_log_is_refused_unless_nothing_is_lost(killed: Address, tmp_path: Path) -> None:
    whole = stores.verify_store(killed)
    store = copy_of(killed, tmp_path)
    content = store.wal.read_bytes()
    refused = 0
    places = CHANCE.sample(range(len(content)), min(len(content), 2_000 if LONG else 40))
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << CHANCE.randrange(8)
        store.wal.write_bytes(flipped)
        refused += opened_with_all_or_refused(store, whole)
    assert refused > len(places) // 2
