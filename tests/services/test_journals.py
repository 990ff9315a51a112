"""The journal: the ledger as text, and the same ledger made again from it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tests.keeping import held_by_another_process, names
from tests.keeping import store as store  # noqa: PLC0414  a fixture that is shared
from tests.samples import DAY, commitment, one_of_each, organisation, progress, save
from tracker.domain.errors import BrokenLedger, StoreBusy, StoreMissing, StoreUnusable
from tracker.domain.ledger import GENESIS, Head, Seal
from tracker.services import journals, stores
from tracker.store import proving, reading
from tracker.store.database import Address

if TYPE_CHECKING:
    from tracker.domain.nouns import Noun


@pytest.fixture
def journal(store: Address) -> Path:
    """The journal of a store with three changes."""
    file = store.file.with_name("journal.jsonl")
    journals.export(store, file)
    return file


@pytest.fixture
def nowhere(tmp_path: Path) -> Address:
    """An address where no store is."""
    return Address(tmp_path / "new" / "tracker.duckdb")


def rewritten(journal: Path, lines: list[str]) -> Path:
    journal.write_text("".join(lines), encoding="ascii")
    return journal


def refused(at: Address, journal: Path, says: str) -> None:
    """Require that no store is made of a journal, that nothing is left, and that a sentence says why."""
    with pytest.raises(BrokenLedger, match=says) as caught:
        journals.rebuild(at, journal)
    assert str(journal) in str(caught.value)
    assert "o store was made. Use another copy" in str(caught.value)
    assert not at.file.parent.exists() or names(at.file.parent) == []


def test_a_journal_is_a_line_a_change_and_a_line_that_says_where_it_ends(store: Address, journal: Path) -> None:
    *lines, last = journal.read_text(encoding="ascii").splitlines()
    with stores.open_store(store) as db, db.read() as cursor:
        recorded = reading.changes(cursor)
    assert [json.loads(line)["change"]["seal"] for line in lines] == [change.seal for change in recorded]
    assert json.loads(last) == {"end": {"seq": 3, "seal": recorded[-1].seal}}
    assert names(store.file.parent) == ["journal.jsonl", "tracker.duckdb", "tracker.duckdb.heads"]


def test_a_store_made_from_a_journal_is_the_same_ledger_and_goes_on(
    store: Address, journal: Path, nowhere: Address
) -> None:
    end = journals.rebuild(nowhere, journal)
    assert stores.verify_store(nowhere) == stores.verify_store(store)
    assert end == stores.verify_store(store)
    assert "".join(journals.lines(nowhere)) == journal.read_text(encoding="ascii")
    assert nowhere.anchor.heads() == store.anchor.heads()
    assert names(nowhere.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]
    with stores.open_store(nowhere, writable=True) as db:
        assert save(db, organisation("Goes on")).seq == 4


def test_a_journal_can_end_before_the_ledger_does(store: Address, nowhere: Address) -> None:
    """So that a store goes on without the changes that were recorded while the clock was ahead."""
    file = store.file.with_name("until-2.jsonl")
    assert journals.export(store, file, until=2).head.seq == 2
    assert list(journals.lines(store, until=2)) == file.read_text(encoding="ascii").splitlines(keepends=True)
    assert journals.rebuild(nowhere, file).changes == 2
    with stores.open_store(nowhere, writable=True) as db:
        assert save(db, organisation("Goes on")).seq == 3
    for until in (4, -1):
        with pytest.raises(StoreUnusable, match=f"The ledger has no change {until}."):
            list(journals.lines(store, until=until))


def test_the_journal_of_an_empty_ledger_makes_an_empty_store(address: Address, nowhere: Address) -> None:
    stores.init_store(address)
    file = address.file.with_name("empty")
    assert journals.export(address, file).head == Head(0, GENESIS)
    assert file.read_text(encoding="ascii") == f'{{"end":{{"seal":"{GENESIS}","seq":0}}}}\n'
    assert journals.rebuild(nowhere, file).head == Head(0, GENESIS)
    with stores.open_store(nowhere, writable=True) as db:
        assert save(db, organisation()).seq == 1


def test_every_noun_and_every_field_is_carried(address: Address, nowhere: Address) -> None:
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        save(db, *one_of_each().values())
    journals.export(address, address.file.with_name("j"))
    journals.rebuild(nowhere, address.file.with_name("j"))
    assert list(journals.lines(nowhere)) == list(journals.lines(address))


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
_NOUNS = st.one_of(
    st.builds(organisation, _TEXT, st.sampled_from("ab")),
    st.builds(lambda note: commitment(note=note), st.none() | _TEXT),
    st.builds(lambda said: progress(narrative=said), _TEXT),
)


@settings(max_examples=500 if LONG else 3)
@given(changes=st.lists(st.tuples(st.lists(_NOUNS, min_size=1, max_size=3, unique_by=type), st.booleans()), max_size=6))
def test_export_then_rebuild_then_export_is_the_identity(changes: list[tuple[list[Noun], bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here, there = (Address(Path(folder) / name / "tracker.duckdb") for name in ("here", "there"))
        stores.init_store(here)
        with stores.open_store(here, writable=True) as db:
            for nouns, retracted in changes:
                save(db, *nouns, on=DAY, retracted=retracted, reason="because")
        first, second = Path(folder) / "first", Path(folder) / "second"
        end = journals.export(here, first)
        assert journals.rebuild(there, first).head == end.head
        journals.export(there, second)
        assert first.read_bytes() == second.read_bytes()


# A journal that is not whole


def test_a_journal_that_was_cut_anywhere_makes_no_store(journal: Path, nowhere: Address) -> None:
    whole = journal.read_bytes()
    ends = [place + 1 for place, byte in enumerate(whole) if byte == ord("\n")]
    for length in [0, 1, *ends[:-1], len(whole) // 2, len(whole) - 1]:
        journal.write_bytes(whole[:length])
        refused(nowhere, journal, "is incomplete: its last line is missing")


@pytest.mark.parametrize("last", ["[" * 4_000, '{"end":{"seq":Infinity,"seal":""}}', '{"end":3}', "", "\xff"])
def test_a_last_line_that_says_no_end_is_a_journal_that_was_cut(last: str, journal: Path, nowhere: Address) -> None:
    journal.write_bytes(journal.read_bytes() + last.encode("latin-1") + b"\n")
    refused(nowhere, journal, "is incomplete")


def test_a_journal_with_a_line_altered_left_out_moved_or_doubled_makes_no_store(
    journal: Path, nowhere: Address
) -> None:
    first, second, third, end = journal.read_text(encoding="ascii").splitlines(keepends=True)
    for lines, says in (
        ([first, second.replace("Second", "Sekond"), third, end], r"Line 2: change 2 does not match its seal; it was"),
        ([first, "{}\n", third, end], "Line 2 is not a change of an exported ledger"),
        ([first, second.replace('"id":"dfe"', '"xx":"dfe"'), third, end], "Line 2 is not a change .* does not know"),
        ([first, second.replace('"organisation"', '"wish"'), third, end], "Line 2 is not a change .* does not know"),
        ([first, "[" * 100_000 + "\n", third, end], "Line 2 is not a change"),
        ([first, third, end], "Line 2: change 3 does not follow change 1"),
        ([second, first, third, end], "Line 1: change 2 does not follow change 0"),
        ([first, second, second, third, end], "Line 3: change 2 does not follow change 2"),
        ([first, second, end], r"Its last change is 2 .* its last line says that it is 3"),
        ([first, second, third, end.replace("3", "4")], r"Its last change is 3 .* its last line says that it is 4"),
        ([first, second, third, end, first, second, third, end], "Line 4 is not a change"),
    ):
        refused(nowhere, rewritten(journal, lines), says)


def test_a_change_that_is_sealed_and_cannot_be_kept_makes_no_store(journal: Path, nowhere: Address) -> None:
    """Somebody who knows how seals are made can seal anything; the store's own rules still hold."""
    line = json.loads(journal.read_text(encoding="ascii").splitlines()[0])
    header, [[table, content]] = line["change"], line["versions"]
    content["version"] = 0
    seal = Seal(header["previous_seal"], {k: v for k, v in header.items() if k not in {"previous_seal", "seal"}})
    seal.add(table, content)
    header["seal"] = seal.hexdigest()
    lines = [json.dumps(line) + "\n", json.dumps({"end": {"seq": 1, "seal": header["seal"]}}) + "\n"]
    refused(nowhere, rewritten(journal, lines), "Change 1 cannot be kept: Constraint Error: CHECK")


def test_a_store_made_from_a_journal_that_does_not_prove_is_not_kept(
    journal: Path, nowhere: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = proving.Verification(0, 0, Head(0, GENESIS), ("Something is wrong.",))
    monkeypatch.setattr(journals, "verify_store", lambda _: proof)
    refused(nowhere, journal, r"Something is wrong\.")


def test_no_journal_is_written_of_a_store_that_is_not_whole(store: Address) -> None:
    with duckdb.connect(str(store.file)) as raw:
        raw.execute("UPDATE organisation SET name = 'x' WHERE version = 2")
    with pytest.raises(BrokenLedger, match=r"is damaged, so no journal was written\. Change 2 .* was altered"):
        journals.export(store, store.file.with_name("j"))
    assert names(store.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


# What is there already


def test_a_file_that_is_there_is_not_overwritten(
    store: Address, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = journal.read_bytes()
    with pytest.raises(StoreUnusable, match=r".*/journal\.jsonl already exists and was not changed\. Give a new name"):
        journals.export(store, journal)
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path != journal and exists(path))  # one that came since
    with pytest.raises(StoreUnusable, match=r"already exists and was not changed\. Give a new name"):
        journals.export(store, journal)
    monkeypatch.undo()
    assert journal.read_bytes() == before
    assert names(store.file.parent) == ["journal.jsonl", "tracker.duckdb", "tracker.duckdb.heads"]


def test_a_store_that_is_there_is_not_replaced(store: Address, journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = store.file.read_bytes(), store.anchor.path.read_bytes()
    with pytest.raises(StoreUnusable, match=r"There is already a store at .*\. It was not changed\. Set TRACKER_"):
        journals.rebuild(store, journal)
    looks = iter([False])
    monkeypatch.setattr(Address, "exists", lambda at: next(looks, True))  # one that was made meanwhile
    with pytest.raises(StoreUnusable, match="There is already a store at"):
        journals.rebuild(store, journal)
    assert (store.file.read_bytes(), store.anchor.path.read_bytes()) == before


def test_a_log_of_a_store_that_is_gone_stands_in_the_way(store: Address, journal: Path) -> None:
    store.file.rename(store.file.with_suffix(".aside"))
    store.wal.write_bytes(b"x")
    with pytest.raises(StoreUnusable, match=r".*\.wal is the log of a store that no longer exists\. Move it away"):
        journals.rebuild(store, journal)


def test_a_store_is_made_again_beside_its_own_anchor_and_not_beside_that_of_another_ledger(
    store: Address, journal: Path
) -> None:
    with stores.open_store(store, writable=True) as db:
        save(db, organisation("After the journal"))
    newer = store.file.with_name("newer")
    journals.export(store, newer)
    store.file.unlink()
    with pytest.raises(BrokenLedger, match=r"ends at change 4 .* ends at change 3 .* move the anchor away first\.$"):
        journals.rebuild(store, journal)
    assert not store.file.exists()
    assert journals.rebuild(store, newer).changes == 4
    assert stores.verify_store(store).faults == ()


# A disk, or a system, that refuses


def test_a_journal_that_is_not_there_or_no_file_is_a_sentence(tmp_path: Path, nowhere: Address) -> None:
    with pytest.raises(StoreMissing, match=r"^There is no journal .*/nothing\.$"):
        journals.rebuild(nowhere, tmp_path / "nothing")
    with pytest.raises(StoreUnusable, match=r"^The journal .* cannot be read: Is a directory\.$"):
        journals.rebuild(nowhere, tmp_path)
    assert not nowhere.file.parent.exists()


def test_a_place_that_cannot_be_written_is_a_sentence(store: Address, journal: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere" / "j", Path("/proc/j")):
        with pytest.raises(StoreUnusable, match=rf"^The journal {path} cannot be written: No such file"):
            journals.export(store, path)
    for path in (journal / "j", tmp_path / ("x" * 300)):  # under a file; longer than a name may be
        with pytest.raises(StoreUnusable, match=r"cannot be written: (Not a directory|File name too long)\.$"):
            journals.export(store, path)
    with pytest.raises(StoreUnusable, match=r"^The store .* cannot be made: (File exists|Not a directory)\.$"):
        journals.rebuild(Address(journal / "tracker.duckdb"), journal)


def test_a_journal_of_a_store_in_use_waits_its_turn_with_a_sentence(store: Address) -> None:
    with held_by_another_process(store), pytest.raises(StoreBusy):
        journals.export(store, store.file.with_name("j"))
    assert names(store.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


@pytest.mark.parametrize("taken", [False, True])
def test_a_disk_without_links_takes_a_journal_too_and_overwrites_nothing(
    taken: bool,  # noqa: FBT001
    store: Address,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_links(path: Path, _: Path) -> None:
        if taken:
            path.write_text("Somebody else's", encoding="ascii")
        raise PermissionError(1, "Operation not permitted")

    file = store.file.with_name("j")
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    if taken:
        with pytest.raises(StoreUnusable, match=r"already exists and was not changed\. Give a new name"):
            journals.export(store, file)
        assert file.read_text(encoding="ascii") == "Somebody else's"
    else:
        assert journals.export(store, file).head.seq == 3
        assert len(file.read_text(encoding="ascii").splitlines()) == 4


def test_a_disk_that_fails_while_a_file_gets_its_name_is_a_sentence_and_leaves_nothing(
    store: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with pytest.raises(StoreUnusable, match=r"cannot be written: Input/output error\.$"):
        journals.export(store, store.file.with_name("j"))
    assert names(store.file.parent) == ["tracker.duckdb", "tracker.duckdb.heads"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_journal_that_another_program_saved_again_with_a_mark_is_read(
    encoding: str, newline: str, store: Address, journal: Path, nowhere: Address
) -> None:
    journal.write_text(journal.read_text(encoding="ascii"), encoding=encoding, newline=newline)
    assert journals.rebuild(nowhere, journal) == stores.verify_store(store)


def test_only_a_file_is_read_and_no_line_without_an_end(
    journal: Path, nowhere: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link"
    link.symlink_to("/dev/zero")
    with pytest.raises(StoreUnusable, match="cannot be read: It is a pipe or a device, not a file"):
        journals.rebuild(nowhere, link)
    monkeypatch.setattr(journals, "_LONGEST_LINE", 100)
    refused(nowhere, journal, "A line is longer than a journal's lines can be")
