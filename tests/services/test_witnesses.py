"""A ledger that was rewritten or rolled back proves by itself; what was written down elsewhere gives it away."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_store
from tests.keeping import folder as folder  # noqa: PLC0414  a fixture that is shared
from tests.keeping import held_by_another_process, names
from tests.keeping import store as store  # noqa: PLC0414
from tests.samples import organisation, save
from tracker.domain.errors import BrokenLedger, SchemaMismatch, StoreUnusable
from tracker.domain.ledger import GENESIS, Change
from tracker.domain.retention import Retention
from tracker.services import backups, journals, stores, witnesses
from tracker.store import carrying, files, sealing
from tracker.store.database import Address, Database

if TYPE_CHECKING:
    from pathlib import Path

_ONE = Retention(daily=1, weekly=0, monthly=0)


def go_on(store: Address, name: str = "Later") -> Change:
    with stores.open_store(store, writable=True) as db:
        return save(db, organisation(name))


def rewrite(store: Address, seq: int) -> None:
    """Alter a change as an insider with this code could: it and all after it sealed anew, and the anchor made anew."""
    with stores.open_store(store) as db:
        lines = [json.loads(line) for line in carrying.export(db)]
    previous = GENESIS
    for line in lines:
        header = line["change"]
        header["previous_seal"] = previous
        if header["seq"] == seq:
            line["versions"][0][1]["name"] = "Rewritten"
        change = Change(
            **{
                "reason": None,
                **header,
                "recorded_at": dt.datetime.fromisoformat(header["recorded_at"].removesuffix("Z")),
            }
        )
        versions = [carrying._parse_version(table, values) for table, values in line["versions"]]
        header["seal"] = previous = sealing.sealed(change, versions)[0].seal
    for path in (store.file, store.anchor.path):
        path.unlink()
    stores.init_store(store)
    with Database.open(store, writable=True) as db:
        carrying.reload(db, map(json.dumps, lines))
    assert stores.verify_store(store).faults == ()  # by itself it is whole


@pytest.fixture
def kept(store: Address, folder: Path) -> list[backups.Backup]:
    """Two true backups, at changes 3 and 4."""
    first = backups.back_up(store, folder)
    go_on(store)
    return [first, backups.back_up(store, folder)]


def refused(store: Address, folder: Path, *says: str) -> None:
    """Require that backup, removal of old ones, drill and start refuse, say all that, and change nothing."""
    before = names(folder)
    told = []
    for use in (
        lambda: backups.back_up(store, folder),
        lambda: backups.prune(folder, _ONE, beside=store),
        lambda: backups.require_unrewritten(store, folder),
    ):
        with pytest.raises(BrokenLedger) as caught:
            use()
        told.append(str(caught.value))
    told += backups.drill(folder, beside=store).faults
    assert len(told) == 4
    for sentence in told:
        for words in says:
            assert words in sentence
    assert names(folder) == before


# A ledger beside its backups


def test_a_rewritten_ledger_is_refused_by_backup_prune_drill_and_start_which_name_the_change(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    seal = kept[0].head.seal
    rewrite(store, 2)
    refused(
        store,
        folder,
        "The ledger was rewritten: change 3 has the seal ",
        f"here, and {seal[:12]}… in the backup {kept[0].file} of ",
        "The first change that differs is change 2.",
    )
    for backup in kept:
        Address(backup.file).anchor.path.rename(backup.file.with_suffix(".elsewhere"))
    with Database.open(store, writable=False) as db:
        told = backups.contradiction(db, folder)
    assert told
    assert "The first change that differs" not in told


def test_a_ledger_rolled_back_with_its_anchor_is_refused_and_what_is_missing_is_named(
    store: Address, folder: Path, kept: list[backups.Backup], tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    old = copy_store(Address(kept[0].file), Address(tmp_path / "old" / "tracker.duckdb"))
    go_on(store)
    backups.back_up(store, folder)
    copy_store(old, store)
    refused(store, folder, "The ledger was rolled back: it ends at change 3", "Changes 4 to 5 are missing.")


def test_backups_that_were_removed_are_witnesses_still(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    backups.prune(folder, _ONE, beside=store)
    rewrite(store, 4)
    rewrite(store, 1)
    refused(store, folder, "change 3 has the seal", f"the backup {kept[0].file}", "The first change that differs is")


def test_a_rewritten_ledger_that_found_its_way_into_the_folder_makes_no_true_backup_go(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    rewrite(store, 2)
    other = folder.parent / "unwatched"
    other.mkdir()
    made = backups.back_up(store, other)
    for path in other.glob("tracker_*"):
        shutil.copy(path, folder)
    shutil.copy(folder / "backups.jsonl", folder / "before")
    (folder / "backups.jsonl").write_bytes((folder / "before").read_bytes() + (other / "backups.jsonl").read_bytes())
    before = names(folder)
    with pytest.raises(BrokenLedger, match="The ledger was rewritten: change 3"):
        backups.prune(folder, _ONE)
    assert names(folder) == before
    [fault] = backups.drill(folder).faults
    assert fault.startswith("The ledger was rewritten: change 3")
    assert made.head.seq == kept[1].head.seq


def test_no_empty_store_takes_the_place_of_one_that_the_list_notes(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    backups.require_unrewritten(store, folder)
    for path in (store.file, store.anchor.path):
        path.unlink()
    with pytest.raises(BrokenLedger, match=rf"There is no store at .* lists {kept[1].head.seq} changes of it"):
        backups.require_unrewritten(store, folder)
    backups.require_unrewritten(store, folder.parent / "no such folder")
    assert backups.drill(folder, beside=store).faults == ()  # nothing to compare with


def test_a_store_that_cannot_be_asked_now_keeps_nobody_from_looking_at_the_backups(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    with held_by_another_process(store):
        assert backups.drill(folder, beside=store).faults == ()
        assert backups.prune(folder, _ONE, beside=store).removed == (kept[0].file,)
    with Database.open(store, writable=True) as db, db.transaction() as cursor:
        cursor.execute("DROP TABLE tracker.event")
    backups.require_unrewritten(store, folder)  # its opening says what is wrong
    with pytest.raises(SchemaMismatch):
        witnesses.compare(store, [folder])
    assert backups.drill(folder, beside=store).faults == ()


# On purpose


def test_a_store_restored_from_an_older_backup_on_purpose_goes_on(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    restored = backups.restore(store, kept[0].file)
    [told] = restored.given_up
    assert told.startswith("The ledger was rolled back: it ends at change 3")
    note = json.loads((folder / "backups.jsonl").read_text(encoding="ascii").splitlines()[-1])
    assert (note["series"], note["goes_on_from"], note["backup"]) == ("tracker", 3, kept[0].file.name)
    backups.require_unrewritten(store, folder)
    go_on(store, "Another way")
    third = backups.back_up(store, folder)
    assert backups.drill(folder, beside=store).faults == ()
    # and back to what was given up
    assert backups.restore(store, kept[1].file).given_up[0].startswith("The ledger was rewritten: change 4")
    go_on(store)
    backups.back_up(store, folder)
    assert backups.prune(folder, _ONE, beside=store).removed == (kept[0].file, kept[1].file, third.file)
    assert backups.restore(store, backups.list_backups(folder)[-1].file).given_up == ()


def test_a_restore_from_elsewhere_is_noted_in_the_lists_that_are_named(
    store: Address, folder: Path, kept: list[backups.Backup], monkeypatch: pytest.MonkeyPatch
) -> None:
    away = folder.parent / "away"
    away.mkdir()
    backup = copy_store(Address(kept[0].file), Address(away / kept[0].file.name))
    before = (folder / "backups.jsonl").read_bytes()

    def refuse(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(files, "add_line", refuse)
        restored = backups.restore(store, backup.file, lists=[folder])
    assert (restored.given_up, restored.unnoted) == ((), (folder,))
    assert (folder / "backups.jsonl").read_bytes() == before
    assert len(backups.restore(store, backup.file, lists=[folder]).given_up) == 1
    backups.back_up(store, folder)


def test_a_difference_can_be_accepted_with_a_reason_and_what_comes_after_is_watched_again(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    with pytest.raises(StoreUnusable, match="so there is nothing to accept"):
        backups.accept(store, folder, reason="none", by="op")
    rewrite(store, 4)
    assert backups.accept(store, folder, reason="Agreed", by="op").startswith("The ledger was rewritten: change 4")
    note = json.loads((folder / "backups.jsonl").read_text(encoding="ascii").splitlines()[-1])
    assert (note["goes_on_from"], note["reason"], note["by"]) == (3, "Agreed", "op")
    backups.back_up(store, folder)
    rewrite(store, 1)
    refused(store, folder, "change 3 has the seal")
    backups.accept(store, folder, reason="Begun again", by="op")
    backups.back_up(store, folder)


# Files that carry seals


def test_the_ledger_is_compared_with_whatever_carries_its_seals(
    store: Address, folder: Path, kept: list[backups.Backup]
) -> None:
    journal = folder / "ledger.jsonl"
    journals.export(store, journal)
    anchor = folder / "then.heads"
    shutil.copy(store.anchor.path, anchor)
    files = [folder, folder / "backups.jsonl", kept[0].file, journal, anchor]
    right = witnesses.compare(store, files)
    assert [one.fault for one in right] == [False] * 5
    assert right[0].sentence.startswith("the ledger has all 2 seals in it, up to change 4 (")
    assert right[2].sentence.startswith("the ledger has all 4 seals in it, up to change 3 (")
    older = copy_store(store, Address(folder / "older.duckdb"))
    rewrite(store, 2)
    wrong = witnesses.compare(store, files)
    assert [one.fault for one in wrong] == [True] * 5
    for one in wrong[2:]:
        assert one.sentence.startswith("The ledger was rewritten: change 2 has the seal ")
    copy_store(older, store)
    go_on(store)
    journals.export(store, newer := folder / "newer.jsonl")
    copy_store(older, store)
    [rolled_back] = witnesses.compare(store, [newer])
    assert rolled_back.fault
    assert rolled_back.sentence.endswith(f"in the journal {newer}. Change 5 is missing.")
    assert witnesses.compare(store, []) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.zip", b"PK", "is not a pack, or was altered"),
        ("a.xlsx", b"PK", "cannot be read as a return"),
        ("a.csv", b"a,b\n1,2\n", "is not a return: it does not say"),
        ("a.heads", b"x\n", 'holds the line "x"'),
        ("a.duckdb", b"", "a.duckdb.heads cannot be read: No such file"),
        ("a.jsonl", b"", "is empty"),
        ("a.txt", b"Dear board\n", "has no seal of the ledger"),
        ("a.json", b"{}\n", "has no seal of the ledger"),
        ("a.bin", b"\xff\xfe", "has no seal of the ledger"),
    ],
)
def test_a_file_that_carries_no_seal_is_a_fault_in_a_sentence(
    name: str, content: bytes, says: str, store: Address, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    [compared] = witnesses.compare(store, [file])
    assert compared.fault
    assert says in compared.sentence


def test_what_is_no_file_or_too_large_or_an_empty_folder_is_a_fault_in_a_sentence(
    store: Address, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "gone").symlink_to(folder / "nowhere")
    large = folder / "large.jsonl"
    large.write_bytes(b"12345")
    monkeypatch.setattr(witnesses, "_LARGEST", 4)
    compared = witnesses.compare(store, [folder, folder / "gone", large])
    assert [one.fault for one in compared] == [True] * 3
    for one, says in zip(
        compared,
        ("lists no backup of this store", "is not a file", "is too large to be a file of the tracker"),
        strict=True,
    ):
        assert says in one.sentence

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(witnesses, "_carried", refuse)
    [refused_by_system] = witnesses.compare(store, [large])
    assert refused_by_system.sentence == "cannot be read: Permission denied."
