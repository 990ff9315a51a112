"""Whatever is altered, or lost, behind the tracker's back is found and named."""

from __future__ import annotations

import datetime as dt
import errno
import os
import random
import re
import subprocess
import sys
import time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.conftest import LONG, copy_store
from tests.samples import NEVER_BOTH, one_of_each, organisation, save
from tracker.domain.columns import columns as columns_of
from tracker.domain.errors import BrokenLedger, SchemaMismatch, StoreUnusable, TrackerError
from tracker.domain.ledger import GENESIS
from tracker.domain.words import SnapshotState
from tracker.services import backups, stores
from tracker.store import carrying, proving, reading
from tracker.store.database import Address
from tracker.store.registry import NOUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.store.database import Database

_SAVES = len(NOUNS) + 2

_OTHER_WORD = {  # where a column takes only the words of a scale, another of them
    "kind": {"commitment": "target", "milestone": "gateway", "source": "data"},
    "reporter": {"progress": "owner"},
    "role": {"user": "viewer"},
    "stance": {"reference": "implies"},
    "stage": {"funding": "paid"},
    "state": {"baseline_request": "refused", "period": "closed"},
    "view": {"assessment": "owner"},
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """A closed store with a version of every noun, every field filled, a change each, and two changes after."""
    address = Address(tmp_path_factory.mktemp("whole") / "tracker.duckdb")
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        for noun in one_of_each().values():
            save(db, noun, reason="As published")
        save(db, organisation("DfE"))
        save(db, organisation("DfE again"))
    return address


@pytest.fixture
def store(whole: Address, tmp_path: Path) -> Address:
    """A copy of that store, to be tampered with."""
    return copy_store(whole, Address(tmp_path / "tracker.duckdb"))


def tamper(store: Address, *statements: str) -> None:
    """Write to the file as anybody's DuckDB can."""
    with duckdb.connect(str(store.file)) as raw:
        for statement in statements:
            raw.execute(statement)


def altered_fields() -> Iterator[tuple[str, str, str]]:
    """Every field of every noun with the smallest alteration of its value, in SQL."""
    for table, noun in one_of_each().items():
        for name, column in columns_of(type(noun)).items():
            if (table, name) not in NEVER_BOTH:  # there is no text to alter
                yield table, name, smallest_alteration(table, name, column.get(noun))
        yield table, "version", "version + 1000"
        yield table, "effective_on", "effective_on + 1"
        yield table, "retracted", "NOT retracted"


def smallest_alteration(table: str, field: str, value: object) -> str:
    """Return the smallest alteration of a field, in SQL."""
    match value:
        case SnapshotState():  # the database itself refuses one that was withdrawn and is not
            new = "'approved', withdrawn_by = NULL"
        case StrEnum() if table in _OTHER_WORD.get(field, {}):
            new = f"'{_OTHER_WORD[field][table]}'"
        case bool():
            new = f"NOT {field}"
        case str():
            new = f"substr({field}, 1, length({field}) - 1) || '~'"
        case Decimal():
            new = f"{field} + 0.01"
        case int():
            new = f"{field} + 1"
        case dt.date() if field == "actual_on":
            new = f"{field} - 1"
        case dt.date():
            new = f"{field} + 1"
        case _:
            raise AssertionError(f"{table}.{field} is empty in the sample")
    return new


def test_the_store_that_these_tests_tamper_with_is_whole(store: Address) -> None:
    proof = stores.verify_store(store)
    assert (proof.changes, proof.versions, proof.faults) == (_SAVES, _SAVES, ())


@pytest.mark.parametrize("table", NOUNS)
def test_one_altered_value_of_one_version_is_found_and_its_change_named(table: str, db: Database) -> None:
    """A version for every field, one field altered in each: every one of their changes is named, and no other."""
    alterations = [(field, new) for altered, field, new in altered_fields() if altered == table]
    for _ in alterations:
        save(db, one_of_each()[table])
        save(db, organisation("Left alone", "between"))
    db.close()
    altered = range(1, 2 * len(alterations), 2)
    tamper(
        db.address,
        *(
            f"UPDATE {table} SET {field} = {new} WHERE change_seq = {seq}"
            for seq, (field, new) in zip(altered, alterations, strict=True)
        ),
    )
    faults = stores.verify_store(db.address).faults
    for seq, (field, _), fault in zip(altered, alterations, faults, strict=True):
        assert fault.startswith(f"Change {seq} (edit by A. Tester, recorded "), field
        assert "was altered after it was recorded" in fault


@pytest.mark.parametrize(
    ("table", "field"),
    [(table, "note") for table in ("commitment", "event", "funding", "milestone", "owner", "programme", "source")]
    + [("assessment", "period_id"), ("baseline_request", "decision_note"), ("progress", "reason_note")]
    + [("assessment", "evidence_id"), ("progress", "narrative"), ("reference", "differs")],
)
def test_a_value_that_was_made_unknown_or_an_unknown_that_was_made_empty_is_found(
    table: str, field: str, store: Address
) -> None:
    seq = list(NOUNS).index(table) + 1
    for nothing in ("NULL", "''"):
        tamper(store, f"UPDATE {table} SET {field} = {nothing} WHERE change_seq = {seq}")
        [fault] = stores.verify_store(store).faults
        assert fault.startswith(f"Change {seq} (")


@pytest.mark.parametrize(
    ("column", "new"),
    [
        ("actor", "'A. Tester '"),
        ("action", "'edi'"),
        ("reason", "'As Published'"),
        ("reason", "NULL"),
        ("request_id", "'x'"),
        ("recorded_at", "recorded_at + INTERVAL 1 MICROSECOND"),
    ],
)
def test_an_altered_header_of_a_change_is_found(column: str, new: str, store: Address) -> None:
    tamper(store, f"UPDATE change SET {column} = {new} WHERE seq = 3")
    [fault] = stores.verify_store(store).faults
    assert fault.startswith("Change 3 (")
    assert "was altered after it was recorded" in fault


def test_an_altered_link_between_two_changes_is_found(store: Address) -> None:
    tamper(store, f"UPDATE change SET previous_seal = '{GENESIS}' WHERE seq = 3")
    broken_link, broken_seal = stores.verify_store(store).faults
    assert broken_link == "Change 3 does not follow change 2: its link to it was altered."
    assert broken_seal.startswith("Change 3 (")


def test_an_altered_seal_is_found_by_its_content_its_successor_and_the_anchor(store: Address) -> None:
    tamper(store, f"UPDATE change SET seal = '{'f' * 64}' WHERE seq = 3")
    of_content, of_link, of_anchor = stores.verify_store(store).faults
    assert of_content.startswith("Change 3 (")
    assert of_link.startswith("Change 4 does not follow change 3")
    assert of_anchor.startswith("Change 3 is not the one that was recorded: its seal differs from the head anchor")


@pytest.mark.parametrize("table", NOUNS)
def test_a_deleted_version_is_found(table: str, store: Address) -> None:
    seq = list(NOUNS).index(table) + 1
    tamper(store, f"DELETE FROM {table} WHERE change_seq = {seq}")
    [fault] = stores.verify_store(store).faults
    assert fault.startswith(f"Change {seq} (")


@pytest.mark.parametrize("seq", [0, -1, 5, _SAVES, _SAVES + 1])
def test_an_added_version_is_found_whichever_change_it_claims(seq: int, store: Address) -> None:
    tamper(store, f"INSERT INTO organisation VALUES ('x', 1, {seq}, DATE '2022-03-29', false, 'Slipped in')")
    [fault] = stores.verify_store(store).faults
    if 1 <= seq <= _SAVES:
        assert fault.startswith(f"Change {seq} (")
    else:
        assert fault == f"Some versions belong to change {seq}, which is not in the ledger."


@pytest.mark.parametrize("with_its_versions", [True, False])
def test_a_change_deleted_from_the_middle_is_named(with_its_versions: bool, store: Address) -> None:  # noqa: FBT001
    tamper(store, "DELETE FROM change WHERE seq = 3")
    if with_its_versions:
        tamper(store, f"DELETE FROM {list(NOUNS)[2]} WHERE change_seq = 3")
    faults = stores.verify_store(store).faults
    assert "Change 3 is missing from the middle of the ledger." in faults
    orphans = "Some versions belong to change 3, which is not in the ledger."
    assert (orphans in faults) is not with_its_versions


def test_changes_deleted_from_the_middle_and_the_beginning_are_named(store: Address) -> None:
    tamper(store, *(f"DELETE FROM {table} WHERE change_seq IN (1, 3, 4)" for table in NOUNS))
    tamper(store, "DELETE FROM change WHERE seq IN (1, 3, 4)")
    assert stores.verify_store(store).faults == (
        "Change 1 is missing from the middle of the ledger.",
        "Changes 3 to 4 are missing from the middle of the ledger.",
    )


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        (1, f"Change {_SAVES} is missing from the end"),
        (2, f"Changes {_SAVES - 1} to {_SAVES} are missing from the end"),
    ],
)
def test_a_lost_tail_is_named_and_the_store_is_not_opened(lost: int, sentence: str, store: Address) -> None:
    kept = _SAVES - lost
    tamper(store, f"DELETE FROM organisation WHERE change_seq > {kept}", f"DELETE FROM change WHERE seq > {kept}")
    [fault] = stores.verify_store(store).faults
    assert fault.startswith(sentence)
    assert f"ends at change {_SAVES}" in fault
    for writable in (True, False):
        with pytest.raises(BrokenLedger, match=sentence):
            stores.open_store(store, writable=writable)


def test_a_whole_ledger_that_is_gone_is_not_taken_for_an_empty_one(store: Address) -> None:
    tamper(store, "DELETE FROM change", *(f"DELETE FROM {table}" for table in NOUNS))
    with pytest.raises(BrokenLedger, match=f"Changes 1 to {_SAVES} are missing from the end of the ledger"):
        stores.open_store(store)


def test_a_forged_end_with_seals_that_agree_is_found_by_the_anchor(store: Address) -> None:
    """Somebody alters the last version and recomputes its seal with this very program: the file is consistent."""
    with duckdb.connect(str(store.file)) as raw:
        raw.execute(f"DELETE FROM change WHERE seq = {_SAVES}")
        raw.execute(f"DELETE FROM organisation WHERE change_seq = {_SAVES}")
    anchor = store.anchor.path.read_text(encoding="ascii")
    store.anchor.path.write_text(anchor[: anchor.rstrip("\n").rindex("\n") + 1], encoding="ascii")
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("Forged"))
        assert proving.verify(db).faults == ()
    store.anchor.path.write_text(anchor, encoding="ascii")
    assert [fault.partition(":")[0] for fault in stores.verify_store(store).faults] == [
        f"Change {_SAVES} is not the one that was recorded"
    ]
    with pytest.raises(BrokenLedger, match="its seal differs from the head anchor"):
        stores.open_store(store)


# The anchor itself


def test_a_missing_anchor_is_a_fault_until_somebody_who_knows_the_head_writes_it_anew(store: Address) -> None:
    lines = store.anchor.path.read_text(encoding="ascii")
    store.anchor.path.unlink()
    [fault] = stores.verify_store(store).faults
    assert fault.startswith(f"The head anchor {store.anchor.path} is missing")
    for writable in (True, False):
        with pytest.raises(BrokenLedger, match="is missing, so we cannot tell"):
            stores.open_store(store, writable=writable)
    assert not store.anchor.path.exists()
    assert stores.verify_store(store, renew_anchor=True).faults == ()
    renewed = store.anchor.path.read_text(encoding="ascii")
    assert renewed.splitlines()[1:] == lines.splitlines()[1:]  # all but the time at which it was begun
    assert stores.verify_store(store, renew_anchor=True).faults == ()
    assert store.anchor.path.read_text(encoding="ascii") == renewed


def test_an_anchor_is_not_written_anew_for_a_ledger_that_was_altered(store: Address) -> None:
    store.anchor.path.unlink()
    tamper(store, "UPDATE organisation SET name = 'x' WHERE version = 2")
    altered, missing = stores.verify_store(store, renew_anchor=True).faults
    assert "was altered after it was recorded" in altered
    assert "is missing, so we cannot tell" in missing
    assert not store.anchor.path.exists()


def test_an_anchor_that_was_emptied_counts_as_missing(store: Address) -> None:
    store.anchor.path.write_bytes(b"")
    with pytest.raises(BrokenLedger, match="is missing, so we cannot tell"):
        stores.open_store(store, writable=True)
    assert store.anchor.path.read_bytes() == b""
    assert stores.verify_store(store, renew_anchor=True).faults == ()


@pytest.mark.parametrize("line", ["garbage", "", "3", "x " + "0" * 64 + " y", "\N{SNOWMAN} a b"])
def test_an_anchor_whose_last_line_is_garbage_is_refused(line: str, store: Address) -> None:
    with store.anchor.path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(StoreUnusable, match=r"which is not a change's number and seal\. The file was altered"):
        stores.open_store(store)
    with pytest.raises(StoreUnusable, match="The file was altered"):
        stores.verify_store(store)


def test_an_anchor_with_garbage_in_its_middle_is_found_by_verify(store: Address) -> None:
    lines = store.anchor.path.read_text(encoding="ascii").splitlines(keepends=True)
    store.anchor.path.write_text("".join([*lines[:2], "garbage\n", *lines[2:]]), encoding="ascii")
    with pytest.raises(StoreUnusable, match='holds the line "garbage"'):
        stores.verify_store(store)


@pytest.mark.parametrize("line", [1, _SAVES])
def test_a_seal_altered_in_the_anchor_is_found(line: int, store: Address) -> None:
    lines = store.anchor.path.read_text(encoding="ascii").splitlines(keepends=True)
    seq, _, when = lines[line].split(" ")
    lines[line] = f"{seq} {'a' * 64} {when}"
    store.anchor.path.write_text("".join(lines), encoding="ascii")
    [fault] = stores.verify_store(store).faults
    assert fault.startswith(f"Change {line} is not the one that was recorded")


@pytest.mark.parametrize("torn", [b"15", b"15 3fa9", b"x" * 200, b"\xff\xfe"])
def test_a_line_that_a_crash_tore_does_not_count_and_the_next_save_starts_on_its_own(
    torn: bytes, store: Address
) -> None:
    with store.anchor.path.open("ab") as file:
        file.write(torn)
    assert stores.verify_store(store).faults == ()
    with stores.open_store(store, writable=True) as db:
        change = save(db, organisation("Goes on"))
    assert [head.seq for head in store.anchor.heads()] == list(range(_SAVES + 2))
    last = store.anchor.last()
    assert last
    assert last.seal == change.seal
    assert stores.verify_store(store).faults == ()


@pytest.mark.parametrize(
    ("thinned", "place"),
    [
        (lambda lines: [lines[0], lines[-1]], 1),
        (lambda lines: [*lines[:3], *lines[4:]], 3),
        (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 3),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 3),
        (lambda lines: lines[1:], 0),
    ],
    ids=["first and last", "one cut out", "two swapped", "one twice", "no beginning"],
)
def test_lines_cut_out_of_the_middle_of_an_anchor_or_moved_in_it_are_found(
    thinned: Callable[[list[str]], list[str]], place: int, store: Address
) -> None:
    lines = store.anchor.path.read_text(encoding="ascii").splitlines(keepends=True)
    store.anchor.path.write_text("".join(thinned(lines)), encoding="ascii")
    fault = stores.verify_store(store).faults[0]
    assert f"where change {place} belongs: it does not have one line for each change" in fault
    for writable in (True, False):
        with pytest.raises(BrokenLedger, match="lines were removed, added or moved"):
            stores.open_store(store, writable=writable)


def test_an_anchor_that_was_thinned_is_found_by_its_length_when_a_store_is_too_large_to_prove_at_opening(
    store: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "_PROVEN_AT_OPENING", 1)
    monkeypatch.setattr(proving, "_NEWEST_FIRST", 1)
    stores.open_store(store).close()
    lines = store.anchor.path.read_text(encoding="ascii").splitlines(keepends=True)
    store.anchor.path.write_text("".join([lines[0], lines[-1]]), encoding="ascii")
    with pytest.raises(BrokenLedger, match="does not have one line for each change"):
        stores.open_store(store)


def test_a_store_whose_file_was_replaced_while_it_is_open_takes_no_change_and_the_other_gets_no_head(
    store: Address, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = copy_store(store, Address(tmp_path / "other" / "tracker.duckdb"))
    before = store.anchor.path.read_bytes()
    with stores.open_store(store, writable=True) as db:
        other.file.replace(store.file)
        with pytest.raises(StoreUnusable, match=r"was moved or replaced while it was open here\. Nothing"):
            save(db, organisation("Not kept"))
        store.file.unlink()
        with pytest.raises(StoreUnusable, match="was moved or replaced"):
            save(db, organisation("Not kept"))
    assert store.anchor.path.read_bytes() == before


def cut_anchor(store: Address, lines: int) -> str:
    """Cut the last so many lines off the anchor, and return what is left."""
    left = "".join(store.anchor.path.read_text(encoding="ascii").splitlines(keepends=True)[:-lines])
    store.anchor.path.write_text(left, encoding="ascii")
    return left


def test_a_ledger_one_change_ahead_of_its_anchor_was_interrupted_and_is_caught_up_when_opened_for_writing(
    store: Address,
) -> None:
    whole = store.anchor.path.read_text(encoding="ascii")
    behind = cut_anchor(store, 1)
    proof = stores.verify_store(store)
    assert (proof.faults, proof.unanchored) == ((), True)
    stores.open_store(store).close()
    assert store.anchor.path.read_text(encoding="ascii") == behind
    stores.open_store(store, writable=True).close()
    assert store.anchor.path.read_text(encoding="ascii") == whole
    assert stores.verify_store(store).unanchored is False


@pytest.mark.parametrize("lines", [2, 5, _SAVES])
def test_an_anchor_that_lost_lines_is_a_fault_and_is_never_filled_up_again(lines: int, store: Address) -> None:
    left = cut_anchor(store, lines)
    [fault] = stores.verify_store(store, renew_anchor=True).faults
    assert fault.startswith(
        f"The head anchor {store.anchor.path} ends at change {_SAVES - lines} but the ledger goes on to change "
        f"{_SAVES}: lines of it are missing."
    )
    assert ("If you were reloading this store" in fault) is (lines == _SAVES)
    for writable in (True, False):
        with pytest.raises(BrokenLedger, match="lines of it are missing"):
            stores.open_store(store, writable=writable)
    assert store.anchor.path.read_text(encoding="ascii") == left


def test_an_anchor_that_lost_its_end_while_the_store_is_open_lets_no_change_be_recorded(store: Address) -> None:
    with stores.open_store(store, writable=True) as db:
        left = cut_anchor(store, 2)
        with pytest.raises(BrokenLedger, match="lines of it are missing"):
            save(db, organisation("Not kept"))
        with db.read() as cursor:
            assert reading.head(cursor).seq == _SAVES
    assert store.anchor.path.read_text(encoding="ascii") == left


def test_an_altered_beginning_of_the_anchor_is_found(store: Address) -> None:
    text = store.anchor.path.read_text(encoding="ascii")
    store.anchor.path.write_text(text.replace(GENESIS, "a" * 64, 1), encoding="ascii")
    [fault] = stores.verify_store(store).faults
    assert fault.startswith("Change 0 is not the one that was recorded")


# What an opening proves


def test_a_store_that_was_tampered_with_is_not_opened_and_its_change_is_named(store: Address) -> None:
    tamper(store, "UPDATE organisation SET name = 'x' WHERE version = 2")
    for writable in (True, False):
        with pytest.raises(BrokenLedger, match=rf"^Change {_SAVES - 1} \(.* does not match its seal\.$"):
            stores.open_store(store, writable=writable)
    tamper(store, "UPDATE programme SET name = 'x'", "UPDATE source SET title = 'x'")
    with pytest.raises(BrokenLedger, match=r"^Change \d+ \(.* `python -m tracker verify` lists 2 more\.$"):
        stores.open_store(store)


@pytest.fixture
def large(store: Address, monkeypatch: pytest.MonkeyPatch) -> Address:
    """A store that counts as too large to be proven whole before it is shown: its last three versions are."""
    monkeypatch.setattr(proving, "_PROVEN_AT_OPENING", _SAVES - 1)
    monkeypatch.setattr(proving, "_NEWEST_FIRST", 3)
    return store


def test_of_a_store_too_large_to_prove_at_every_opening_the_newest_part_is_proven_and_the_end_compared(
    large: Address,
) -> None:
    tamper(large, "UPDATE organisation SET name = 'x' WHERE version = 1")
    stores.open_store(large).close()
    assert len(stores.verify_store(large).faults) == 1
    tamper(large, "UPDATE organisation SET name = 'x' WHERE version = 2")
    with pytest.raises(BrokenLedger, match=rf"^Change {_SAVES - 1} \(.* does not match its seal\.$"):
        stores.open_store(large)
    tamper(large, f"DELETE FROM change WHERE seq = {_SAVES}")
    with pytest.raises(BrokenLedger, match=f"^Some versions belong to change {_SAVES}, which is not in the ledger"):
        stores.open_store(large)


def test_a_large_store_is_proven_whole_before_a_command_writes_to_it(large: Address) -> None:
    tamper(large, "UPDATE organisation SET name = 'x' WHERE version = 1")
    with pytest.raises(BrokenLedger, match=r"does not match its seal\.$"):
        stores.open_store(large, writable=True)


def checked(db: Database) -> None:
    """Wait until what is checked beside the work is checked."""
    while db.checking:
        time.sleep(0.01)


@pytest.mark.parametrize("how", ["writing", "reading"])
def test_a_large_store_that_the_app_has_open_is_proven_beside_it_and_nothing_is_saved_once_that_fails(
    how: str, large: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = how == "writing"
    monkeypatch.setattr(proving, "_CHANGES_BETWEEN_PAUSES", 2)
    monkeypatch.setattr(proving, "_PAUSE_SECONDS", 0)
    with stores.open_for(large, lambda _: writes) as db:
        checked(db)
        assert db.doubt is None
        if writes:
            save(db, organisation("Kept"))
    tamper(large, "UPDATE organisation SET name = 'x' WHERE version = 1")
    with stores.open_for(large, lambda _: writes) as db:
        checked(db)
        assert db.doubt
        assert db.doubt.endswith("does not match its seal.")
        with pytest.raises(BrokenLedger if writes else StoreUnusable) as refused:
            save(db, organisation("Not kept"))
        assert not writes or str(refused.value) == f"Nothing was saved. {db.doubt}"


def test_a_check_that_goes_on_when_the_store_is_closed_ends(large: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(proving, "_CHANGES_BETWEEN_PAUSES", 1)
    db = stores.open_for(large, lambda _: True)
    assert db.checking
    db.close()
    assert (db.checking, db.doubt) == (False, None)


def test_a_check_that_could_not_be_made_is_a_doubt(db: Database) -> None:
    def check(_: object) -> str | None:
        raise RuntimeError("out of luck")

    db.check_aside(check)
    checked(db)
    assert db.doubt == f"The store {db.address.file} could not be checked: out of luck"


# Tables that were reshaped


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DROP TABLE event", "The table event was altered: it is missing."),
        ("DROP TABLE change", "The table change was altered: it is missing."),
        ("ALTER TABLE owner DROP COLUMN note", "The table owner was altered: its column note is missing."),
        (
            "CREATE OR REPLACE TABLE change AS SELECT * EXCLUDE (reason) FROM change",
            "The table change was altered: its column reason is missing.",
        ),
        ("ALTER TABLE owner ADD COLUMN pay INTEGER", "The table owner was altered: a column pay was added."),
        (
            "ALTER TABLE organisation ALTER COLUMN name TYPE BLOB",
            "The table organisation was altered: its column name holds BLOB, not VARCHAR.",
        ),
        (
            "ALTER TABLE funding ALTER COLUMN amount_gbp TYPE DECIMAL(18, 3)",
            "The table funding was altered: its column amount_gbp holds DECIMAL(18, 3), not DECIMAL(18, 2).",
        ),
        (
            "ALTER TABLE owner RENAME COLUMN note TO remark",
            "The table owner was altered: its column note is missing, a column remark was added.",
        ),
    ],
)
def test_a_reshaped_table_is_a_fault_in_a_sentence_and_the_store_is_not_opened(
    statement: str, sentence: str, store: Address, tmp_path: Path
) -> None:
    tamper(store, statement)
    assert stores.verify_store(store).faults == (f"{sentence} Restore the newest backup.",)
    for use in (stores.open_store, lambda at: backups.back_up(at, tmp_path)):
        with pytest.raises(SchemaMismatch, match=rf"^The store .* is damaged: {re.escape(sentence)}"):
            use(store)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("organisation", r"its primary key \(id, version\) is missing"),
        ("organisation", r"its CHECK\(\(.version. > 0\)\) is missing"),
        ("organisation", "its rule that name is never empty is missing"),
        ("progress", r"its CHECK\(\(actual_on <= effective_on\)\) is missing"),
        ("change", r"its unique \(request_id\) is missing"),
    ],
)
def test_a_table_that_lost_its_keys_and_checks_is_told_and_the_store_is_not_opened(
    table: str, sentence: str, store: Address
) -> None:
    tamper(store, f"CREATE OR REPLACE TABLE {table} AS FROM {table}")  # the same rows, and nothing to keep others out
    proof = stores.verify_store(store)
    [fault] = proof.faults
    assert re.search(rf"^The table {table} was altered: .*{sentence}.*\. Restore the newest backup\.$", fault)
    assert (proof.changes, proof.versions) == (_SAVES, _SAVES)  # and what can be recomputed was
    with pytest.raises(SchemaMismatch, match=f"The table {table} was altered: "):
        stores.open_store(store)


def test_a_key_or_a_check_more_is_told_too(store: Address) -> None:
    tamper(store, "ALTER TABLE owner ALTER COLUMN note SET NOT NULL")
    assert stores.verify_store(store).faults == (
        "The table owner was altered: its rule that note is never empty was added. Restore the newest backup.",
    )


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("CREATE INDEX by_actor ON change (actor)", "its index CREATE INDEX by_actor ON change(actor)"),
        ("ALTER TABLE change ALTER COLUMN reason SET DEFAULT 'none'", "its default 'none' of the column reason"),
    ],
)
def test_an_index_or_a_default_that_somebody_added_is_a_fault_and_the_store_is_not_opened(
    statement: str, sentence: str, store: Address
) -> None:
    tamper(store, statement)
    told = f"The table change was altered: {sentence} was added. Restore the newest backup."
    assert stores.verify_store(store).faults == (told,)
    with pytest.raises(SchemaMismatch, match=re.escape(told)):
        stores.open_store(store)


def test_whatever_lies_beside_the_tables_is_a_warning_and_no_board_depends_on_it(
    store: Address, tmp_path: Path
) -> None:
    tamper(
        store,
        "CREATE VIEW late AS SELECT 1",
        "CREATE MACRO one() AS 1",
        "CREATE SCHEMA other",
        "CREATE TABLE other.notes (a INTEGER)",
        "CREATE TABLE notes (a INTEGER)",
        "CREATE SEQUENCE numbers",
        "CREATE TYPE mood AS ENUM ('good')",
    )
    proof = stores.verify_store(store)
    assert proof.faults == ()
    assert [warning.split(", which")[0] for warning in proof.warnings] == [
        "The store holds the macro one",
        "The store holds the schema other",
        "The store holds the sequence numbers",
        "The store holds the table notes",
        "The store holds the table other.notes",
        "The store holds the type mood",
        "The store holds the view late",
    ]
    stores.open_store(store).close()
    backups.back_up(store, tmp_path)  # what is worth keeping is kept
    run = subprocess.run(
        [sys.executable, "-m", "tracker", "verify"],
        env={"TRACKER_STORE": str(store.file), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "the view late" in run.stderr
    assert "is whole" not in run.stdout


@pytest.mark.parametrize("statement", ["DROP TABLE migration", "ALTER TABLE migration DROP COLUMN sha256"])
def test_a_store_whose_list_of_migrations_was_altered_is_refused_and_not_migrated_again(
    statement: str, store: Address
) -> None:
    tamper(store, statement)
    for use in (stores.open_store, stores.verify_store, stores.migrate_store):
        with pytest.raises(SchemaMismatch, match="is damaged: The table migration was altered: "):
            use(store)


def test_an_anchor_that_cannot_be_read_or_written_is_a_sentence(store: Address) -> None:
    with stores.open_store(store) as db, db.read() as cursor:
        change = reading.newest_change(cursor)
    assert change
    store.anchor.path.unlink()
    store.anchor.path.mkdir()
    with pytest.raises(StoreUnusable, match=r"The head anchor .* cannot be read: Is a directory\."):
        stores.open_store(store)
    store.anchor.path.rmdir()
    store.anchor.path.symlink_to(store.file.parent / "nowhere" / "x")
    with pytest.raises(StoreUnusable, match=r"The head anchor .* cannot be written: No such file or directory\."):
        store.anchor.create()
    with pytest.raises(StoreUnusable, match=r"is missing\. `python -m tracker verify` says what to do"):
        store.anchor.append(change)
    store.anchor.path.unlink()
    store.anchor.path.mkdir()
    store.anchor.prepare([])
    with pytest.raises(StoreUnusable, match=r"The head anchor .* cannot be written: Is a directory\."):
        store.anchor.put()


def test_an_anchor_on_a_full_disk_is_a_sentence(store: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnusable, match=r"the head anchor .* is full\. Nothing more can be saved until"):
        store.anchor.prepare([])


# The file itself, byte by byte


def outcome(store: Address) -> str:
    """What a person is told of a store: that it is whole, or why not. Anything but a sentence fails the test."""
    try:
        faults = stores.verify_store(store).faults
    except TrackerError:
        return "refused"
    return "altered" if faults else "whole"


def exported(store: Address) -> list[str] | None:
    """All that can be read of a store; None when it is not opened."""
    try:
        with stores.open_store(store) as db:
            return list(carrying.export(db))
    except TrackerError:
        return None


@pytest.mark.parametrize("text", ["Waiting for a slot", "A general election was held", "Cambridgeshire", "A. Tester"])
def test_one_byte_of_a_text_flipped_in_the_file_never_passes(text: str, store: Address) -> None:
    content = bytearray(store.file.read_bytes())
    places = []
    place = content.find(text.encode())
    while place >= 0:
        places.append(place)
        place = content.find(text.encode(), place + 1)
    assert places
    for start in places:
        for byte in (start, start + len(text) - 1):
            flipped = bytearray(content)
            flipped[byte] ^= 0x01
            store.file.write_bytes(flipped)
            assert outcome(store) in {"refused", "altered"}, byte


def test_one_byte_flipped_anywhere_in_the_file_is_found_or_changes_nothing(store: Address) -> None:
    content = store.file.read_bytes()
    truth = exported(store)
    assert truth
    chance = random.Random(812)
    used = [place for place in range(len(content)) if content[place]]
    found = 0
    flips = [*range(0, 64, 4), *chance.sample(used, 400 if LONG else 24)]
    for place in flips:
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(8)
        store.file.write_bytes(flipped)
        if outcome(store) == "whole":
            assert exported(store) in (truth, None), place  # an index that no seal covers may still be refused
        else:
            found += 1
    assert found > len(flips) * 2 / 5


@pytest.mark.parametrize("length", [0, 1, 4096, 12288, 300_000])
def test_a_file_that_was_cut_short_is_refused(length: int, store: Address) -> None:
    with store.file.open("r+b") as file:
        file.truncate(length)
    assert outcome(store) == "refused"
    with pytest.raises(TrackerError):
        stores.open_store(store)


def test_a_file_that_is_no_database_is_refused_with_a_sentence(store: Address) -> None:
    store.file.write_text("Dear board, please find attached\n" * 500, encoding="utf-8")
    with pytest.raises(StoreUnusable, match=r"cannot be read: .* restore the newest backup"):
        stores.open_store(store, writable=True)


def test_verify_can_be_run_by_another_process_and_says_the_same(store: Address) -> None:
    seq = list(NOUNS).index("organisation") + 1
    tamper(store, f"UPDATE organisation SET name = 'x' WHERE change_seq = {seq}")
    run = subprocess.run(
        [sys.executable, "-m", "tracker", "verify"],
        env={"TRACKER_STORE": str(store.file), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert f"Change {seq} (edit by A. Tester" in run.stderr
