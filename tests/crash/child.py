"""A child process for tests to kill, to fill the disk of, or to leave in the way.

``python -m tests.crash.child WHAT STORE [ARGUMENT [lives]]``; with ``lives`` it lives once for every line it is given.

Whatever it has been told is durable, it says at once on a line of its own.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from tests.samples import DAY, first, organisation, save
from tracker.domain.errors import TrackerError
from tracker.services import backups, journals, plans, stores
from tracker.store import ledger
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from collections.abc import Callable


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def saves(store: Address, _: str) -> None:
    """Save one thing for ever, saying each change."""
    with stores.open_store(store, writable=True) as db:
        say("ready")
        while True:
            token = uuid.uuid4().hex
            change = save(db, organisation(token, "saved"))
            say(change.seq, change.seal, token)


def loads(store: Address, folder: str) -> None:
    """Load plans for ever, edited each time, saying each change."""
    with stores.open_store(store, writable=True) as db:
        say("ready")
        while True:
            token = uuid.uuid4().hex
            write_plan(Path(folder), token)
            change = plans.load_plans(db, Path(folder) / "plans", Path(folder) / "data", actor="child").change
            if change:
                say(change.seq, change.seal, token)


def write_plan(folder: Path, token: str) -> None:
    """Write one organisation's name anew in a copy of the real plans."""
    file = folder / "plans" / "organisations.toml"
    original = folder / "organisations.toml"
    lines = original.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(place for place, line in enumerate(lines) if line.startswith("name"))
    lines[at] = f'name = "{token}"\n'
    file.write_text("".join(lines), encoding="utf-8")


def init(store: Address, _: str) -> None:
    """Make a store."""
    say("ready")
    say(stores.init_store(store))


def inits(_: Address, __: str) -> None:
    """Make the stores that are named one a line, and save one thing in each that was made here."""
    say("ready")
    for line in sys.stdin:
        at = Address(Path(line.rstrip("\n")))
        made = stores.init_store(at)
        if made:
            with stores.open_store(at, writable=True) as db:
                save(db, organisation("Saved at once"))
        say(made)


def export(store: Address, folder: str) -> None:
    """Write journals of a store for ever."""
    say("ready")
    while True:
        journals.export(store, Path(folder) / f"{uuid.uuid4().hex}.jsonl")


def rebuild(store: Address, journal: str) -> None:
    """Make stores from a journal for ever, beside one that is not there."""
    say("ready")
    while True:
        journals.rebuild(Address(store.file.with_name(f"{uuid.uuid4().hex}.duckdb")), Path(journal))


def back_up(store: Address, folder: str) -> None:
    """Make backups of a store for ever, saving something before each, and saying each."""
    say("ready")
    while True:
        with stores.open_store(store, writable=True) as db:
            save(db, organisation(uuid.uuid4().hex, "saved"))
        say(backups.back_up(store, Path(folder)).file.name)


def hold(store: Address, how: str) -> None:
    """Keep a store open."""
    with Database.open(store, writable=how == "writable"):
        say("ready")
        time.sleep(600)


def fill(store: Address, room: str) -> None:
    """Save until nothing can grow beyond ``room`` bytes, then say what became of each further save.

    A limit on the size of files stands in for a full disk: the engine is told of it at the same calls.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size, count = (100, 400) if room.endswith("k") else (15_000, 60)
    with stores.open_store(store, writable=True) as db:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(room.rstrip("k")), resource.RLIM_INFINITY))
        for _ in range(count):
            try:
                said = uuid.uuid4().hex * (size // 32)
                change = save(db, organisation(said, "saved"))
                say("saved", change.seq, change.seal)
            except TrackerError as error:
                say("refused", error)
        many = [first(organisation(uuid.uuid4().hex * 9, f"m{number}"), DAY) for number in range(5_000)]
        try:
            ledger.record(db, actor="child", action="edit", versions=many)
            say("saved all")
        except TrackerError as error:
            say("refused", error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def lives(live: Callable[[], None]) -> None:
    """Live once for every line of input, and say as JSON what was said until each life was killed.

    A line says how much a life must have acknowledged before it is killed, and how many seconds later. Each is a fork
    of a process that has read all its modules and opened nothing, so that a life costs what it does and not its start.
    """
    for line in sys.stdin:
        awaited, seconds = line.split()
        reading, writing = os.pipe()
        life = os.fork()
        if life == 0:
            os.close(reading)
            os.dup2(writing, sys.stdout.fileno())
            try:
                live()
            except BaseException:  # noqa: BLE001  whatever it is, this fork must say so and go no further
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as said:
            heard = [said.readline() for _ in range(1 + int(awaited))]
            time.sleep(float(seconds))
            os.kill(life, signal.SIGKILL)
            words = "".join(heard) + said.read()
        os.waitpid(life, 0)  # not before it is gone has it let go of the store
        say(json.dumps(words))


if __name__ == "__main__":
    what, file, argument, again = (*sys.argv[1:], "", "")[:4]
    modes = {mode.__name__: mode for mode in (saves, loads, init, inits, export, rebuild, back_up, hold, fill)}

    def live() -> None:
        modes[what](Address(Path(file)), argument)

    if again:
        lives(live)
    else:
        live()
