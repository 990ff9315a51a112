"""The schema: numbered, hashed, run only when asked, and never guessed at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.samples import DAY, built, instant, one_of_each, organisation, progress, save
from tracker.domain.errors import SchemaMismatch, StoreUnusable
from tracker.domain.ledger import GENESIS, Scalar, Seal, Version
from tracker.domain.nouns import BaselineRequest, Noun, Progress, Snapshot
from tracker.domain.words import Reporter, RequestState, SnapshotState
from tracker.services import stores
from tracker.store import migrations, proving, reading
from tracker.store.database import Address, Database
from tracker.store.registry import columns, to_row

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(address: Address) -> Address:
    """A closed store with one change."""
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        save(db, organisation())
    return address


def raw(store: Address, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(store.file)) as connection:
        return connection.execute(statement).fetchall()


def test_migrations_are_numbered_from_1_without_a_gap_and_say_their_number_in_their_name() -> None:
    known = migrations.known()
    assert [migration.number for migration in known] == list(range(1, len(known) + 1))
    assert [migration.name[:5] for migration in known] == [f"{migration.number:04}_" for migration in known]


def test_a_fresh_store_has_run_every_migration_with_its_hash(store: Address) -> None:
    assert raw(store, "SELECT number, name, sha256 FROM migration ORDER BY number") == [
        (migration.number, migration.name, migration.sha256) for migration in migrations.known()
    ]
    assert stores.migrate_store(store) == []


def test_a_ledger_of_the_first_schema_is_whole_in_the_newest_and_goes_on(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations.known()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "known", lambda: known[:1])
        stores.init_store(address)
    change = "1, TIMESTAMP '2024-03-01', 'A. Tester', 'edit', 'As published', 'form-1'"
    header: dict[str, Scalar] = {
        "seq": 1,
        "recorded_at": instant("2024-03-01"),
        "actor": "A. Tester",
        "action": "edit",
        "reason": "As published",
        "request_id": "form-1",
    }
    seal = Seal(GENESIS, header)
    seal.add("assessment", {**_ASSESSED, "effective_on": DAY})
    seal.add("progress", {**_REPORTED, "effective_on": DAY})
    day = f"DATE '{DAY}'"
    raw(
        address,
        f"""
        INSERT INTO change VALUES ({change}, '{GENESIS}', '{seal.hexdigest()}');
        INSERT INTO assessment (id, version, change_seq, effective_on, retracted, commitment_id, view, rating, scale,
            rationale) VALUES ('a', 1, 1, {day}, false, 'gp-01', 'owner', 'Amber', 's', 'Said');
        INSERT INTO progress (id, version, change_seq, effective_on, retracted, reporter, narrative)
            VALUES ('m', 1, 1, {day}, false, 'owner', 'Begun')
        """,
    )
    assert stores.migrate_store(address) == [migration.name for migration in known[1:]]
    proof = stores.verify_store(address, renew_anchor=True)
    assert (proof.changes, proof.versions, proof.faults) == (1, 2, ())
    with stores.open_store(address, writable=True) as db:
        with db.read() as cursor:
            held = reading.latest(cursor, Progress, "m")
        assert held
        assert held.noun == built(Progress, id="m", reporter=Reporter.OWNER, narrative="Begun")
        save(db, progress(id="m", reason_note="Said why", period_id="p"), *one_of_each().values())
        assert proving.verify(db).faults == ()


_ROW: dict[str, Scalar] = {"version": 1, "change_seq": 1, "retracted": False}
_ASSESSED: dict[str, Scalar] = {
    **_ROW,
    "id": "a",
    "commitment_id": "gp-01",
    "view": "owner",
    "rating": "Amber",
    "scale": "s",
    "rationale": "Said",
}
_REPORTED: dict[str, Scalar] = {**_ROW, "id": "m", "reporter": "owner", "narrative": "Begun"}


def test_a_migration_that_was_edited_after_it_ran_is_refused(store: Address) -> None:
    raw(store, f"UPDATE migration SET sha256 = '{'0' * 64}' WHERE number = 1")
    for use in (stores.open_store, stores.migrate_store, stores.verify_store):
        with pytest.raises(SchemaMismatch, match=r"Migration 0001_ledger is not the one .* add a new migration"):
            use(store)


def test_a_store_of_a_newer_tracker_is_refused_with_a_sentence_and_left_alone(store: Address) -> None:
    raw(store, "INSERT INTO migration VALUES (9999, '9999_future', 'x', now())")
    before = store.file.read_bytes()
    for use in (stores.open_store, stores.migrate_store, stores.verify_store):
        with pytest.raises(SchemaMismatch, match=r"was written by a newer version: it has migration 9999_future"):
            use(store)
    assert store.file.read_bytes() == before


def test_a_store_that_needs_a_migration_is_refused_until_it_is_asked_for(
    store: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations.known()
    step = migrations.Migration(len(known) + 1, "0999_more", "CREATE TABLE tracker.more (id VARCHAR PRIMARY KEY);")
    monkeypatch.setattr(migrations, "known", lambda: [*known, step])
    with pytest.raises(SchemaMismatch, match=r"needs 1 migration\(s\), beginning with 0999_more\. Back it up, then"):
        stores.open_store(store, writable=True)
    assert stores.migrate_store(store) == ["0999_more"]
    assert stores.migrate_store(store) == []
    with stores.open_store(store, writable=True) as db:
        assert save(db, organisation("Goes on")).seq == 2
    assert raw(store, "SELECT count(*) FROM more") == [(0,)]
    assert stores.verify_store(store).faults == ()


def test_a_migration_that_fails_leaves_the_schema_as_it_was(store: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrations.known()
    step = migrations.Migration(
        len(known) + 1, "0999_wrong", "CREATE TABLE tracker.more (id VARCHAR); SELECT error('wrong');"
    )
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "known", lambda: [*known, step])
        with pytest.raises(duckdb.Error, match="wrong"):
            stores.migrate_store(store)
    assert raw(store, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'more'") == [(0,)]
    stores.open_store(store).close()


def test_somebody_elses_database_is_not_taken_for_a_store(address: Address) -> None:
    raw(address, "CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(SchemaMismatch, match=r"needs \d+ migration\(s\), beginning with 0001_ledger"):
        stores.open_store(address)


def test_migrating_a_database_without_tables_makes_them(address: Address, tmp_path: Path) -> None:
    Database.create(address).close()
    assert stores.migrate_store(address) == [migration.name for migration in migrations.known()]


def test_snapshots_and_requests_of_the_third_schema_keep_their_seals_and_can_be_withdrawn(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations.known()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "known", lambda: known[:3])
        stores.init_store(address)
    sample, asked = one_of_each()["snapshot"], one_of_each()["baseline_request"]
    assert isinstance(sample, Snapshot)
    assert isinstance(asked, BaselineRequest)
    taken = replace(sample, state=SnapshotState.APPROVED, withdrawn_by=None)
    header: dict[str, Scalar] = {
        "seq": 1,
        "recorded_at": instant("2024-03-01"),
        "actor": "A. Tester",
        "action": "edit",
        "request_id": "form-1",
    }
    seal = Seal(GENESIS, header)
    rows = []
    held: dict[str, Noun] = {"baseline_request": asked, "snapshot": taken}
    for table, noun in held.items():
        names = [name for name in columns(table) if name != "withdrawn_by"]
        row = dict(
            zip(columns(table), to_row(Version(noun=noun, version=1, effective_on=DAY, change_seq=1)), strict=True)
        )
        seal.add(table, row)
        rows.append((table, [row[name] for name in names]))
    with duckdb.connect(str(address.file)) as file:
        file.execute(
            "INSERT INTO change VALUES (1, TIMESTAMP '2024-03-01', 'A. Tester', 'edit', NULL, 'form-1', $1, $2)",
            [GENESIS, seal.hexdigest()],
        )
        for table, values in rows:
            file.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(values))})", values)
    assert stores.migrate_store(address) == [migration.name for migration in known[3:]]
    proof = stores.verify_store(address, renew_anchor=True)
    assert (proof.changes, proof.versions, proof.faults) == (1, 2, ())
    with stores.open_store(address, writable=True) as db:
        save(db, replace(taken, state=SnapshotState.WITHDRAWN, withdrawn_by="chair@dfe.example"))
        save(db, replace(asked, state=RequestState.WITHDRAWN, decided_by=None))
        for wrong in (
            replace(taken, state=SnapshotState.WITHDRAWN, withdrawn_by=taken.approved_by),
            replace(taken, state=SnapshotState.WITHDRAWN),
            replace(taken, withdrawn_by="chair@dfe.example"),
        ):
            with pytest.raises(StoreUnusable, match="CHECK constraint failed on table snapshot"):
                save(db, wrong)
        assert proving.verify(db).faults == ()
