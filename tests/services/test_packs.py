"""A pack is a snapshot to take away: the same for ever, marked as was chosen, and checked by anyone."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import zipfile
from dataclasses import make_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet
import pypdf
import pytest

from tests import samples
from tests.conftest import copy_store
from tests.samples import altered, report_of, save
from tests.services.conftest import PEOPLE, add
from tests.services.test_snapshots import change_at_random
from tracker.domain import dates, nouns
from tracker.domain.baselines import Asked
from tracker.domain.columns import parts
from tracker.domain.dates import PublishedDate
from tracker.domain.errors import InvalidPack, NotAllowed, UnknownSnapshot, UnknownUser
from tracker.domain.nouns import Assessment, User
from tracker.domain.progress import Evidence
from tracker.domain.words import (
    DEMONSTRATION,
    THREE_POINT_SCALE,
    MoveReason,
    OverrideReason,
    Precision,
    ReportedStatus,
    Role,
    View,
)
from tracker.exchange.board_files import board_json
from tracker.exchange.pack import manifest as manifest_files
from tracker.exchange.pack.files import archive
from tracker.reporting.board import BoardView
from tracker.reporting.tables import public_edition
from tracker.services import baselines, packs, periods, progress, snapshots, stores, users
from tracker.store import reading
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def test_a_pack_is_named_for_its_snapshot_day_version_marking_edition_and_formats(taken: Database) -> None:
    begins, ends = "send-delivery-board_snapshot_summer", "2023-07-01_v2_OFFICIAL"
    assert export(taken, formats=packs.FORMATS).name == f"{begins}_{ends}.zip"
    assert export(taken, formats=["json"], public=True).name == f"{begins}_json_{ends}_public.zip"
    pack = export(taken)
    assert pack.name == f"{begins}_{'-'.join(LIGHT)}_{ends}.zip"
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


PUBLIC, INSIDE = "publicmarker", "insidemarker"
"""Words in every text that the plans bring, and in every text that people write in the tracker."""

TYPED_HERE = {
    nouns.Assessment,
    nouns.Assignment,
    nouns.BaselineRequest,
    nouns.Period,
    nouns.Progress,
    nouns.Snapshot,
    nouns.User,
}
"""Nouns that people record in the tracker: nothing that they type is published. All others come from the plans."""

PLAIN = {
    (nouns.Assessment, "scale"),
    (nouns.Assessment, "rating"),
    (nouns.Progress, "status"),
    (nouns.Snapshot, "rules"),
}
"""Their texts that are words of a scale or numbers, which are checked as they are recorded."""


def free_texts(noun: nouns.Noun) -> list[str]:
    """The fields of a noun that hold whatever somebody wrote; not ids, nor words of a scale."""
    return [
        name
        for name, part in parts(type(noun)).items()
        if part.kind is str
        and not name.endswith(("_id", "_by", "_in", "_of", "_seal", "url", "gss_code"))
        and name not in {"id", "digest", "part_of"}
        and (type(noun), name) not in PLAIN
    ]


def marked(noun: nouns.Noun, word: str) -> Any:
    """The noun with a word of ours in each of its free texts."""
    known = parts(type(noun))
    texts = {name: f"{word} {known[name].get(noun) or ''}".strip() for name in free_texts(noun)}
    if isinstance(noun, nouns.Commitment):
        texts.pop("not_measurable")  # it has a measure
    return altered(noun, **texts)


@pytest.fixture
def marked_store(taken: Database) -> Database:
    """The small plan with one word in all that it publishes, and another in all that people wrote."""
    with taken.read() as cursor:
        held = {
            table: reading.latest(cursor, noun, noun_id)
            for table, noun, noun_id in (
                ("commitment", nouns.Commitment, "C6-01"),
                ("milestone", nouns.Milestone, "C6-01-M1"),
                ("programme", nouns.Programme, "safety-valve"),
            )
        }
    for version in held.values():
        assert version
        save(taken, marked(version.noun, PUBLIC), on=dates.GREEN_PAPER)
    add(taken, f"{INSIDE}@dfe.example", Role.APPROVER)
    add(taken, "writer@dfe.example", Role.CONTRIBUTOR, programmes=["safety-valve"])
    users.change_user(
        taken,
        actor_id=users.OPERATOR,
        user_id="writer@dfe.example",
        base_version=1,
        account=users.Account(
            address="writer@dfe.example",
            name=f"{INSIDE} Writer",
            role=Role.CONTRIBUTOR,
            active=True,
            programmes=["safety-valve"],
            commitments=[],
        ),
    )
    today = dates.today()
    periods.open_period(
        taken,
        actor_id=TAKER,
        period=periods.Timetable(
            period_id=f"{INSIDE}-q4", name=f"{INSIDE} quarter", opens_on=today, closes_on=today, board_on=today
        ),
    )
    for number, evidence in enumerate((f"{INSIDE} negotiation note", "An open letter")):
        [line] = [
            one for one in progress.my_lines(taken, actor_id="writer@dfe.example") if one.milestone_id == "C6-01-M1"
        ]
        progress.report_progress(
            taken,
            actor_id="writer@dfe.example",
            reports=[
                report_of(
                    milestone_id="C6-01-M1",
                    base_version=line.base_version,
                    status=ReportedStatus.IN_PROGRESS,
                    forecast=PublishedDate(today + dt.timedelta(days=900 + number), Precision.DAY),
                    reason=MoveReason.SPENDING,
                    reason_note=f"{INSIDE} why",
                    narrative=f"{INSIDE} narrative {number}",
                    evidence=Evidence(publisher=f"{INSIDE} council", title=evidence, url=f"https://{INSIDE}.example/"),
                )
            ],
        )
    baselines.request_baseline(
        taken,
        actor_id="writer@dfe.example",
        asked=Asked(
            milestone_id="C6-01-M1",
            baseline=PublishedDate(today + dt.timedelta(days=800), Precision.DAY),
            reason=MoveReason.SPENDING,
            note=f"{INSIDE} request",
        ),
    )
    baselines.decide_baseline(
        taken, actor_id=TAKER, baseline_request_id="C6-01-M1/1", approve=True, note=f"{INSIDE} decision"
    )
    save(taken, rated("C6-01", "Green", f"{INSIDE} rationale"), on=today, actor=f"{INSIDE}@dfe.example", reason=INSIDE)
    snapshots.take_snapshot(taken, actor_id=f"{INSIDE}@dfe.example", name="marked", note=f"{INSIDE} note")
    snapshots.approve_snapshot(taken, actor_id=TAKER, name="marked", note=f"{INSIDE} approval")
    snapshots.withdraw_snapshot(taken, actor_id=f"{INSIDE}@dfe.example", name="marked", reason=f"{INSIDE} reason")
    return taken


def texts(pack: Exported) -> dict[str, str]:
    """All text of every file of a pack: archives opened, PDF and Parquet read."""
    found = {}
    for path, content in members(pack).items():
        if path.endswith((".ods", ".xlsx", ".pptx")):
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                found[path] = " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
        elif path.endswith(".pdf"):
            read = pypdf.PdfReader(io.BytesIO(content))
            found[path] = " ".join([*(page.extract_text() for page in read.pages), str(read.metadata)])
        elif path.endswith(".parquet"):
            found[path] = str(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist())
        else:
            found[path] = content.decode("utf-8", "replace").replace("\r\n ", "")
    return {path: "".join(text.split()) for path, text in found.items()}


@pytest.mark.parametrize("part", ["commitments", "milestones", "programmes", "funding", "events", "sources", "cited"])
def test_a_field_that_nobody_made_public_is_blank_on_a_public_board(taken: Database, part: str) -> None:
    """A field that is new is one that nobody has made public yet."""
    view = snapshots.open_snapshot(taken, "summer")
    held: Any = getattr(view, part)
    lines = list(held.values() if part == "cited" else held)
    assert lines
    wider = make_dataclass("Wider", [("said", str)], bases=(type(lines[0]),), frozen=True, kw_only=True)
    marked = [wider(**vars(line), said="psst") for line in lines]
    shown: Any = dict(zip(held, marked, strict=True)) if part == "cited" else tuple(marked)
    said = replace(view, **{part: shown})
    assert "psst" in repr(getattr(said, part))
    assert "psst" not in repr(public_edition(said))


def test_no_word_that_people_wrote_here_is_in_any_file_of_a_public_edition(marked_store: Database) -> None:
    own = texts(export(marked_store, "marked", formats=packs.FORMATS))
    public = texts(export(marked_store, "marked", formats=packs.FORMATS, public=True))
    for words in (own, public):
        unread = {path for path, text in words.items() if PUBLIC not in text}
        assert {path.rpartition(".")[2] for path in words} - {"SHA256SUMS"} >= {"pdf", "xlsx", "parquet", "pptx"}
        assert not [path for path in unread if path.endswith((".html", ".pdf", ".pptx", ".ods", ".xlsx", ".ics"))]
    assert {path.rpartition(".")[2] for path, text in own.items() if INSIDE in text} >= {
        *("html", "pdf", "ods", "xlsx", "csv", "json", "parquet")  # the scan sees the word where it is
    }
    assert [path for path, text in public.items() if INSIDE in text] == []


def test_every_free_text_of_every_noun_is_either_published_by_the_plans_or_kept_back() -> None:
    kept_back = {(type(noun), name) for noun in samples.one_of_each().values() for name in free_texts(noun)}
    assert {(noun.__name__, name) for noun, name in kept_back if noun in TYPED_HERE} == {
        ("Assessment", "rationale"),
        ("BaselineRequest", "decision_note"),
        ("BaselineRequest", "note"),
        ("Period", "name"),
        ("Progress", "narrative"),
        ("Progress", "reason_note"),
        ("Snapshot", "note"),
        ("User", "address"),
        ("User", "name"),
        ("User", "same_as"),
    }, "a text that people write here is new: mark its column restricted, and write the marker in it above"


def test_an_approver_opens_what_owners_gave_as_evidence_and_the_manifest_says_which(marked_store: Database) -> None:
    kept, opened = "C6-01-M1/evidence/2", "C6-01-M1/evidence/3"

    def left_out(said: dict[str, Any]) -> list[str]:
        return [line for line in said["left_out"] if line.startswith("sources: ")]

    closed = manifest(export(marked_store, "marked", public=True))
    assert (closed["opened"], left_out(closed)) == ([], [f"sources: {kept}", f"sources: {opened}"])
    assert "2 sources of evidence from owners cannot be read in this edition." in closed["statements"]
    pack = export(marked_store, "marked", public=True, opened=[opened])
    said = manifest(pack)
    assert (said["opened"], left_out(said)) == ([opened], [f"sources: {kept}"])
    assert any(b"An open letter" in content for content in members(pack).values())
    assert not any(b"negotiation note" in content for content in members(pack).values())
    assert packs.check_pack(pack.content, marked_store).faults == ()
    with pytest.raises(InvalidPack, match="You can choose evidence to publish only in a public edition"):
        export(marked_store, "marked", opened=[opened])
    for other in ("C6-01-M1/evidence/9", "dfe-summary"):
        with pytest.raises(
            InvalidPack, match=f"{other}: this is not evidence from an owner on this board. Choose from: "
        ):
            export(marked_store, "marked", public=True, opened=[other])
    with pytest.raises(InvalidPack, match="Choose from: there is none"):
        export(marked_store, "summer", public=True, opened=[opened])


def test_a_pack_whose_sentences_an_earlier_version_worded_is_compared_by_its_figures(
    taken: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(BoardView, "headline", "The board stands well.")
        patch.setattr(manifest_files, "WORDING", 1)
        older = export(taken).content
    proof = packs.check_pack(older, taken)
    assert proof.faults == ()
    assert "the figures were compared but not the sentences" in proof.conclusion
    with monkeypatch.context() as patch:
        patch.setattr(BoardView, "headline", "The board stands well.")
        forged = export(taken).content
    assert "differs from the board that the ledger shows" in packs.check_pack(forged, taken).faults[0]
    with monkeypatch.context() as patch:
        patch.setattr(manifest_files, "WORDING", 1)
        patch.setattr(packs, "board_json", lambda view: board_json(view).replace('"delivered": 1', '"delivered": 99'))
        figures = export(taken).content
    assert "differs from the board that the ledger shows" in packs.check_pack(figures, taken).faults[0]


def test_a_pack_of_a_withdrawn_snapshot_says_so_everywhere_and_an_older_one_is_told_of(taken: Database) -> None:
    before = export(taken)
    snapshots.withdraw_snapshot(taken, actor_id=TAKER, name="summer", reason="It left out the returns")
    found = packs.check_pack(before.content, taken)
    assert (found.faults, found.conclusion.endswith("by Approver: It left out the returns.")) == ((), True)
    own, public = (export(taken, formats=("html", "csv"), public=public) for public in (False, True))
    said = manifest(own)
    assert said["snapshot"]["state"] == "withdrawn"
    assert said["statements"][0].startswith("The snapshot summer was withdrawn on ")
    assert any("OFFICIAL · Withdrawn" in content.decode() for content in members(own).values())
    assert any(b"It left out the returns" in content for content in members(own).values())
    assert any(b"The snapshot summer was withdrawn on " in content for content in members(public).values())
    assert not any(b"It left out the returns" in content for content in members(public).values())


def test_the_workbooks_of_a_pack_keep_the_rules_and_the_manifest_says_so(taken: Database) -> None:
    checks = manifest(export(taken, formats=("ods", "xlsx")))["spreadsheet_rules"]
    assert len(checks) == 2
    for rules in checks.values():
        assert len(rules) == 11
        assert set(rules.values()) == {"kept"}


def test_progress_is_told_from_nothing_to_all(taken: Database) -> None:
    told: list[tuple[float, str]] = []
    export(taken, formats=("csv", "ods"), progress=lambda share, words: told.append((share, words)))
    assert (told[0], told[-1]) == ((0, "Reading the snapshot"), (1, "Finishing the pack"))
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
        ({"marking": "SECRET"}, '"SECRET" is not a marking. Choose one of: OFFICIAL, OFFICIAL-SENSITIVE.'),
        ({"marking": "OFFICIAL-SENSITIVE"}, "Enter a handling line for"),
        ({"marking": "OFFICIAL-SENSITIVE", "handling": "Board only", "public": True}, "A public edition cannot be"),
        ({"handling": "x" * 101}, "100 characters or fewer"),
        ({"handling": "two\nlines"}, "must be one line"),
        ({"formats": ("doc", "csv")}, "doc is not a format of a pack"),
        ({"formats": ()}, "Nothing is not a format of a pack"),
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


# Putting into a folder


def test_packs_of_one_day_lie_beside_each_other_and_none_is_written_over(taken: Database, tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    snapshots.take_snapshot(taken, actor_id=TAKER, name="summer-2", as_at=dt.date(2023, 7, 1))
    every = [export(taken), export(taken, public=True), export(taken, "summer-2"), export(taken, formats=["csv"])]
    assert len({packs.save_pack(pack, folder) for pack in every}) == 4
    one, other = (export(taken, marking="OFFICIAL-SENSITIVE", handling=said) for said in ("For you.", "For them."))
    assert one.name == other.name
    files = [packs.save_pack(pack, folder) for pack in (one, other, one, other)]
    assert [file.name.removeprefix(one.name.removesuffix(".zip")) for file in files[:2]] == [".zip", "_2.zip"]
    assert files[2:] == files[:2]
    assert [file.read_bytes() for file in files[:2]] == [one.content, other.content]
    assert len(list(folder.glob("*"))) == 6
    assert packs.check_pack_file(files[1], taken).faults == ()


def test_a_folder_that_is_not_there_or_refuses_is_a_sentence(taken: Database, tmp_path: Path) -> None:
    pack = export(taken)
    with pytest.raises(InvalidPack, match="There is no folder"):
        packs.save_pack(pack, tmp_path / "nowhere")
    with pytest.raises(InvalidPack, match="The pack cannot be written to /proc"):
        packs.save_pack(pack, Path("/proc"))
    (tmp_path / pack.name).mkdir()
    assert packs.save_pack(pack, tmp_path).name.endswith("_2.zip")


# Checking


def test_a_pack_is_checked_without_a_store_and_with_one(taken: Database) -> None:
    pack = export(taken)
    alone, asked = packs.check_pack(pack.content), packs.check_pack(pack.content, taken)
    assert alone.faults == asked.faults == ()
    assert alone.conclusion.endswith(
        "The ledger was not checked, so this does not show that the pack is genuine. Use --against-store."
    )
    assert asked.conclusion.startswith(f"{pack.files} files, all unchanged. National SEND Delivery Board")
    assert "The ledger has this snapshot" in asked.conclusion


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
        assert fault.startswith(f"{path}: was altered after the pack was made")


def test_a_pack_that_was_made_up_whole_is_found_by_the_ledger(
    taken: Database, made: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = export(taken)
    with stores.open_store(copy_store(made, Address(tmp_path / "other.duckdb"))) as other:
        [fault] = packs.check_pack(pack.content, other).faults
    assert fault.startswith("The pack is from another ledger")

    monkeypatch.setattr(packs, "board_json", lambda _view: '{"delivered": 55}\n')
    forged = export(taken)
    monkeypatch.undo()
    assert packs.check_pack(forged.content).faults == ()
    [fault] = packs.check_pack(forged.content, taken).faults
    assert "differs from the board that the ledger shows for the snapshot summer" in fault


def test_a_pack_of_a_snapshot_that_the_ledger_does_not_hold_so_is_found(
    taken: Database, taken_once: Address, tmp_path: Path
) -> None:
    with stores.open_store(copy_store(taken_once, Address(tmp_path / "fork.duckdb")), writable=True) as fork:
        with fork.read() as cursor:
            before = reading.head(cursor).seq
        snapshots.take_snapshot(fork, actor_id=TAKER, name="winter", as_at=dt.date(2023, 12, 31))
        pack = export(fork, "winter")
        with fork.read() as cursor:
            assert reading.head(cursor).seq == before + 1
    [fault] = packs.check_pack(pack.content, taken).faults
    assert fault.startswith('There is no snapshot called "winter"')
    snapshots.take_snapshot(taken, actor_id=TAKER, name="winter", as_at=dt.date(2023, 12, 30))
    [fault] = packs.check_pack(pack.content, taken).faults
    assert fault == "The ledger's snapshot called winter is not the one in the pack."


def test_what_is_no_pack_is_said_to_be_none(taken: Database) -> None:
    [fault] = packs.check_pack(b"no zip", taken).faults
    assert fault.startswith("The file is not a zip archive")


def test_only_a_file_is_checked_and_none_that_is_larger_than_a_pack(
    taken: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, says in ((Path("/dev/zero"), "It is a pipe or a device"), (tmp_path, "Is a directory")):
        with pytest.raises(InvalidPack, match=f"The pack {path} cannot be read: {says}"):
            packs.check_pack_file(path)
    pack = export(taken)
    monkeypatch.setattr("tracker.exchange.pack.manifest._LARGEST_ZIP", len(pack.content) - 1)
    assert packs.check_pack(pack.content).faults == ("The file is too large to be a pack, so it was not read.",)
