"""A pack is a snapshot to take away: the same for ever, marked as was chosen, and checked by anyone."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import copy_store
from tests.samples import save
from tests.services.conftest import PEOPLE, add
from tests.services.test_snapshots import change_at_random
from tracker.domain.errors import InvalidPack, NotAllowed, UnknownSnapshot, UnknownUser
from tracker.domain.nouns import Assessment, User
from tracker.domain.words import DEMONSTRATION, THREE_POINT_SCALE, OverrideReason, Role, View
from tracker.exchange.pack.files import archive
from tracker.services import packs, snapshots, stores
from tracker.store import ledger
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.services.packs import Exported
    from tracker.store.database import Database

TAKER = PEOPLE[Role.APPROVER]
SECRET = "Between ourselves it will not happen."  # noqa: S105  a text that must not be published
LIGHT = ("csv", "json")


def rated(commitment_id: str, rating: str, rationale: str) -> Assessment:
    return Assessment(
        id=f"{commitment_id}/owner",
        commitment_id=commitment_id,
        view=View.OWNER,
        rating=rating,
        scale=THREE_POINT_SCALE,
        rationale=rationale,
        override_reason=OverrideReason.RECOVERY,
    )


@pytest.fixture(scope="module")
def taken_once(staffed_once: Address, tmp_path_factory: pytest.TempPathFactory) -> Address:
    """The small plan with an owner's rating, and two snapshots of it: summer is approved, autumn put to the board."""
    store = copy_store(staffed_once, Address(tmp_path_factory.mktemp("taken") / "tracker.duckdb"))
    with stores.open_store(store, writable=True) as db:
        save(db, rated("C6-01", "Red", SECRET), on=dt.date(2023, 7, 1))
        snapshots.take_snapshot(db, actor_id=TAKER, name="summer", as_at=dt.date(2023, 7, 1), note="The first.")
        add(db, "chair@dfe.example", Role.APPROVER)
        snapshots.approve_snapshot(db, actor_id="chair@dfe.example", name="summer")
        snapshots.take_snapshot(db, actor_id=TAKER, name="autumn", as_at=dt.date(2023, 9, 30), for_board=True)
    return store


@pytest.fixture
def taken(taken_once: Address, address: Address) -> Iterator[Database]:
    with stores.open_store(copy_store(taken_once, address), writable=True) as db:
        yield db


def export(db: Database, name: str = "summer", **options: Any) -> Exported:
    return packs.export_pack(
        db, **{"actor_id": TAKER, "name": name, "marking": "OFFICIAL", "formats": LIGHT, **options}
    )


def members(pack: Exported) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack.content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def manifest(pack: Exported) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(members(pack)["manifest.json"])
    return content


def test_a_pack_is_named_for_its_day_version_and_marking(taken: Database) -> None:
    pack = export(taken)
    assert pack.name == "send-delivery-board_snapshot_2023-07-01_v2_OFFICIAL.zip"
    assert pack.files == len(members(pack))
    said = manifest(pack)
    assert said["snapshot"]["name"] == "summer"
    assert (said["snapshot"]["state"], said["snapshot"]["taken_by"], said["snapshot"]["approved_by"]) == (
        "approved",
        "Approver",
        "Chair",
    )
    assert said["previous"] is None
    assert manifest(export(taken, "autumn"))["previous"] == "summer"


def test_a_pack_made_again_after_many_changes_is_the_same_byte_for_byte(taken: Database) -> None:
    first = export(taken, formats=packs.FORMATS)
    chance = random.Random(23)
    for number in range(30):
        change_at_random(taken, chance, number)
    assert export(taken, formats=packs.FORMATS) == first


def test_a_public_edition_holds_nothing_that_is_restricted_and_says_what_it_left_out(taken: Database) -> None:
    own, public = members(export(taken)), members(export(taken, public=True))
    assert any(SECRET.encode() in content for content in own.values())
    for path, content in public.items():
        assert "_public." in path or path.endswith(("manifest.json", "SHA256SUMS", "package.json", "csv-metadata.json"))
        for kept_back in (SECRET, "recovery action agreed", TAKER, "Chair", "The first."):
            assert kept_back.encode() not in content, path
    assert packs.check_pack(export(taken, public=True).content, taken).faults == ()
    said = json.loads(public["manifest.json"])
    assert said["public_edition"] is True
    assert "commitments.owner_rationale" in said["left_out"]
    assert any("Public edition" in statement for statement in said["statements"])


def test_the_workbooks_of_a_pack_keep_the_rules_and_the_manifest_says_so(taken: Database) -> None:
    checks = manifest(export(taken, formats=("ods", "xlsx")))["spreadsheet_rules"]
    assert len(checks) == 2
    for rules in checks.values():
        assert len(rules) == 11
        assert set(rules.values()) == {"kept"}


def test_progress_is_told_from_nothing_to_all(taken: Database) -> None:
    told: list[tuple[float, str]] = []
    export(taken, formats=("csv", "ods"), progress=lambda share, words: told.append((share, words)))
    assert (told[0], told[-1]) == ((0, "Reading the snapshot"), (1, "Closing the pack"))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert any(words.startswith("Writing ods: ") for _, words in told)


def test_only_an_approver_issues_a_pack(taken: Database) -> None:
    for role in (Role.VIEWER, Role.CONTRIBUTOR, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowed):
            export(taken, actor_id=PEOPLE[role])
    with pytest.raises(UnknownUser):
        export(taken, actor_id="nobody@dfe.example")
    with pytest.raises(UnknownSnapshot):
        export(taken, "winter")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"marking": "SECRET"}, '"SECRET" is not a marking; choose one of: OFFICIAL, OFFICIAL-SENSITIVE.'),
        ({"marking": "OFFICIAL-SENSITIVE"}, "needs a handling line"),
        ({"marking": "OFFICIAL-SENSITIVE", "handling": "Board only", "public": True}, "A public edition cannot be"),
        ({"handling": "x" * 101}, "at most 100 characters"),
        ({"handling": "two\nlines"}, "is one line"),
        ({"formats": ("doc", "csv")}, "doc is no format of a pack"),
        ({"formats": ()}, "Nothing is no format of a pack"),
    ],
)
def test_what_does_not_fit_together_is_refused(taken: Database, options: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidPack, match=says):
        export(taken, **options)


def test_a_sensitive_pack_says_so_in_every_file_name(taken: Database) -> None:
    pack = export(taken, marking="OFFICIAL-SENSITIVE", handling="Board members only")
    assert pack.name.endswith("_OFFICIAL-SENSITIVE.zip")
    assert manifest(pack)["handling"] == "Board members only"


def test_a_pack_of_a_demonstration_says_so_in_its_name_in_every_row_and_in_every_report(
    made: Address, address: Address
) -> None:
    with stores.open_store(copy_store(made, address), writable=True) as db:
        save(db, User(id=TAKER, name="Approver", role=Role.APPROVER, active=True), action=DEMONSTRATION)
        snapshots.take_snapshot(db, actor_id=TAKER, name="trial")
        pack = export(db, "trial", formats=packs.FORMATS)  # of a board with nothing on it
    assert pack.name.startswith("demonstration-data_send-delivery-board_snapshot_")
    for path, content in members(pack).items():
        if path.endswith(".csv"):
            rows = content.decode().splitlines()
            assert rows[0].startswith("demonstration,")
            assert all(row.startswith("Demonstration data,") for row in rows[1:])
        elif path.endswith((".html", ".ics", "tables.json", "datapackage.json")):
            assert "Demonstration data" in content.decode().replace("\r\n ", "")
    said = manifest(pack)
    assert said["demonstration_data"] is True
    assert {word for rules in said["spreadsheet_rules"].values() for word in rules.values()} == {"kept"}


# Checking


def test_a_pack_is_checked_without_a_store_and_with_one(taken: Database) -> None:
    pack = export(taken)
    alone, asked = packs.check_pack(pack.content), packs.check_pack(pack.content, taken)
    assert alone.faults == asked.faults == ()
    assert alone.conclusion.endswith("The ledger was not asked: a pack that was made up whole would pass too.")
    assert asked.conclusion.startswith(f"{pack.files} files, each as the manifest says. National SEND Delivery Board")
    assert "The ledger holds the snapshot" in asked.conclusion


def test_a_pack_stays_good_when_its_snapshot_moves_on_and_the_ledger_grows(taken: Database) -> None:
    pack = export(taken)
    snapshots.publish_snapshot(taken, actor_id=TAKER, name="summer")
    assert packs.check_pack(pack.content, taken).faults == ()


def test_an_altered_file_is_named_with_and_without_a_store(taken: Database) -> None:
    whole = members(export(taken))
    path = next(path for path in whole if "_money_" in path)
    spoilt = archive([(name, content + b" " * (name == path)) for name, content in whole.items()])
    for db in (None, taken):
        [fault] = packs.check_pack(spoilt, db).faults
        assert fault.startswith(f"{path}: is not what the manifest says")


def test_a_pack_that_was_made_up_whole_is_found_by_the_ledger(
    taken: Database, made: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = export(taken)
    with stores.open_store(copy_store(made, Address(tmp_path / "other.duckdb"))) as other:
        [fault] = packs.check_pack(pack.content, other).faults
    assert fault.startswith("The pack is of another ledger")

    monkeypatch.setattr(packs, "board_json", lambda _view: '{"delivered": 55}\n')
    forged = export(taken)
    monkeypatch.undo()
    assert packs.check_pack(forged.content).faults == ()
    [fault] = packs.check_pack(forged.content, taken).faults
    assert "is not the board that the ledger shows for the snapshot summer" in fault


def test_a_pack_of_a_snapshot_that_the_ledger_does_not_hold_so_is_found(
    taken: Database, taken_once: Address, tmp_path: Path
) -> None:
    with stores.open_store(copy_store(taken_once, Address(tmp_path / "fork.duckdb")), writable=True) as fork:
        with fork.read() as cursor:
            before = ledger.head(cursor).seq
        snapshots.take_snapshot(fork, actor_id=TAKER, name="winter", as_at=dt.date(2023, 12, 31))
        pack = export(fork, "winter")
        with fork.read() as cursor:
            assert ledger.head(cursor).seq == before + 1
    [fault] = packs.check_pack(pack.content, taken).faults
    assert fault.startswith('There is no snapshot "winter"')
    snapshots.take_snapshot(taken, actor_id=TAKER, name="winter", as_at=dt.date(2023, 12, 30))
    [fault] = packs.check_pack(pack.content, taken).faults
    assert fault == "The ledger holds another snapshot under the name winter than the pack is of."


def test_what_is_no_pack_is_said_to_be_none(taken: Database) -> None:
    [fault] = packs.check_pack(b"no zip", taken).faults
    assert fault.startswith("The file is not a zip archive")
