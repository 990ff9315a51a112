"""The manifest and the zip: any altered byte is found and its file named, with no store and no network."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING

import pytest

from tracker.exchange.pack import manifest
from tracker.exchange.pack.csv_files import csv_files
from tracker.exchange.pack.files import archive
from tracker.exchange.pack.json_files import json_files
from tracker.exchange.pack.manifest import check_zip, pack_zip

if TYPE_CHECKING:
    from tests.exchange.pack.conftest import Material


def build(material: Material) -> bytes:
    files = [*csv_files(material.cover, material.tables), *json_files(material.cover, material.tables, "{}\n")]
    return pack_zip(material.cover, files, rules={}, confidence=vars(material.view.confidence), checks={})


@pytest.fixture(scope="module")
def pack(material: Material) -> bytes:
    return build(material)


def members(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_whole_pack_has_no_fault_and_says_what_it_is(material: Material, pack: bytes) -> None:
    checked = check_zip(pack)
    assert checked.faults == ()
    assert checked.manifest["as_at"] == "2026-09-30"
    assert checked.manifest["marking"] == "OFFICIAL-SENSITIVE"
    assert checked.manifest["handling"] == "For board members & staff only"
    assert checked.manifest["demonstration_data"] is True
    assert checked.manifest["ledger_head"] == {"seq": material.view.head.seq, "seal": material.view.head.seal}
    assert checked.manifest["snapshot"]["state"] == "approved"
    rows = {entry["path"]: entry["rows"] for entry in checked.manifest["files"]}
    assert sum(1 for path in rows if "_milestones_" in path and rows[path] == len(material.view.milestones)) == 1


def test_the_same_snapshot_makes_the_same_bytes(material: Material, pack: bytes) -> None:
    assert build(material) == pack


def test_the_list_of_hashes_is_as_sha256sum_reads_it(pack: bytes) -> None:
    whole = members(pack)
    comment, *lines = whole["SHA256SUMS"].decode().splitlines()
    assert comment.startswith("# National SEND Delivery Board")
    listed = {path: sha256 for sha256, path in (line.split("  ", 1) for line in lines)}
    assert listed == {path: hashlib.sha256(whole[path]).hexdigest() for path in whole if path != "SHA256SUMS"}


def test_one_altered_byte_in_any_file_is_found_and_the_file_named(pack: bytes) -> None:
    whole, chance = members(pack), random.Random(3)
    for path, content in whole.items():
        place = chance.randrange(len(content))
        spoilt = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        faults = check_zip(archive([(name, spoilt if name == path else whole[name]) for name in whole])).faults
        assert [fault.partition(":")[0] for fault in faults] == [path]


def test_one_altered_byte_of_the_zip_is_found_or_changes_no_file(pack: bytes) -> None:
    whole = {name: hashlib.sha256(content).hexdigest() for name, content in members(pack).items()}
    chance = random.Random(5)
    for _ in range(200):
        place = chance.randrange(len(pack))
        spoilt = pack[:place] + bytes([pack[place] ^ (1 << chance.randrange(8))]) + pack[place + 1 :]
        checked = check_zip(spoilt)
        assert checked.faults or checked.files == whole


def test_white_space_in_the_manifest_is_an_alteration_of_the_manifest(pack: bytes) -> None:
    whole = members(pack)
    whole["manifest.json"] += b"\n"
    [fault] = check_zip(archive(whole.items())).faults
    assert fault.startswith("manifest.json:")


def test_a_missing_a_strange_and_a_doubled_file_are_named(pack: bytes) -> None:
    whole = members(pack)
    lost = next(path for path in whole if path.startswith("csv/"))
    content = whole.pop(lost)
    assert check_zip(archive(whole.items())).faults == (f"{lost}: is missing from the pack.",)
    strange = archive([*whole.items(), (lost, content), ("more.txt", b"x")])
    assert check_zip(strange).faults == ("more.txt: was added after the pack was made.",)
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = archive([*whole.items(), (lost, content), (lost, content)])
    assert check_zip(twice).faults == (f"{lost}: is in the pack twice.",)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"5", json.dumps({"format": "tracker-pack-1"}).encode()])
def test_a_manifest_that_is_none_is_a_fault(pack: bytes, content: bytes) -> None:
    [fault] = check_zip(archive({**members(pack), "manifest.json": content}.items())).faults
    assert fault.startswith("manifest.json: is missing or was altered")


@pytest.mark.parametrize(
    "forged",
    [
        {"files": 5},
        {"files": [{"path": 1, "sha256": ""}]},
        {"ledger_head": {"seq": "1", "seal": ""}},
        {"ledger_head": {"seq": 10**30, "seal": ""}},
        {"snapshot": None},
        {"public_edition": "no"},
        {"title": []},
        {"handling": {}},
    ],
)
def test_a_forged_manifest_of_another_shape_is_a_fault_and_no_crash(pack: bytes, forged: dict[str, object]) -> None:
    whole = members(pack)
    content = {**json.loads(whole["manifest.json"]), **forged}
    content["seal"] = manifest._seal(content)
    whole["manifest.json"] = manifest._written(content)
    [fault] = check_zip(archive(whole.items())).faults
    assert fault.startswith("manifest.json: is missing or was altered")


def test_a_manifest_that_goes_too_deep_is_a_fault(pack: bytes) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    [fault] = check_zip(archive({**members(pack), "manifest.json": deep}.items())).faults
    assert fault.startswith("manifest.json")


def test_a_pack_that_would_fill_the_machine_is_not_read(pack: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_LARGEST", 1_000)
    [fault] = check_zip(pack).faults
    assert fault.endswith("the file is too large to be a pack, so reading stopped.")


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + b"x" * 100])
def test_what_is_no_zip_gets_a_sentence(content: bytes) -> None:
    [fault] = check_zip(content).faults
    assert fault.startswith("The file is not a zip archive that can be read")
