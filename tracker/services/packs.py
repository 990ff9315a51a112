"""Packs: a snapshot as files to download, and the check that a pack is unchanged."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from tracker.domain import text
from tracker.domain.errors import Fault, InvalidPack, TrackerError
from tracker.domain.policy import Action, require
from tracker.domain.snapshots import Position
from tracker.domain.words import Marking, SnapshotState
from tracker.exchange.board_files import WORDING, board_json, same_board
from tracker.exchange.pack.calendar_ics import ics_file
from tracker.exchange.pack.cover import Cover, with_demonstration
from tracker.exchange.pack.csv_files import csv_files
from tracker.exchange.pack.json_files import json_files
from tracker.exchange.pack.manifest import check_zip, pack_zip
from tracker.exchange.pack.parquet_files import parquet_files
from tracker.exchange.pack.pictures import svg
from tracker.exchange.pack.report_html import html_file
from tracker.exchange.pack.report_pdf import pdf_file
from tracker.exchange.pack.spreadsheet_rules import RULES, check_spreadsheet
from tracker.exchange.pack.workbook_ods import ods_file
from tracker.exchange.pack.workbook_xlsx import xlsx_file
from tracker.reporting.tables import board_tables, changes_table, owners_sources, public_edition, with_dictionary
from tracker.services import boards, comparisons, snapshots
from tracker.services.users import who
from tracker.store import board, reading
from tracker.store import files as store_files
from tracker.views.table import Table, restricted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.exchange.pack.files import File
    from tracker.reporting.board import BoardView
    from tracker.reporting.report import Section
    from tracker.services.snapshots import LastBoard
    from tracker.store.database import Database
    from tracker.views.control import SnapshotLine

    Progress: TypeAlias = Callable[[float, str], None]
    """Called with the share that is done, from 0 to 1, and what is being done."""

FORMATS = ("html", "pdf", "pptx", "ods", "xlsx", "csv", "json", "parquet", "ics")
"""The formats in a pack, all of them by default."""

_REPORTS = frozenset({"html", "pdf", "pptx"})
"""The formats that show charts."""

_PLOT = 560
"""Pixels: the width of a chart's plot."""

LONGEST_HANDLING = 100
"""Characters: it is one line at the top and bottom of every page."""

_one_at_a_time = threading.Lock()
"""A pack takes both cores and much memory for seconds: a second one waits."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A pack: its file name, its content, and how many files it has."""

    name: str
    content: bytes
    files: int


def export_pack(
    db: Database,
    *,
    actor_id: str,
    name: str,
    marking: str,
    handling: str | None = None,
    public: bool = False,
    opened: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    progress: Progress | None = None,
) -> Exported:
    """Return a snapshot as one zip of files, all made from one set of tables. The same choices give the same bytes.

    A ``public`` edition leaves out restricted text, including the sources that owners named in their reports, and says
    so; the approver may publish some of these sources with ``opened`` (their ids). Raises UnknownUser, NotAllowed,
    UnknownSnapshot, and InvalidPack for a marking that does not fit, an unknown format, or a source that cannot be
    opened.
    """
    with db.read() as cursor:
        require(who(cursor, actor_id), Action.KEEP_SNAPSHOTS)
    marked = _marking(marking, handling, public=public)
    wanted = _formats(formats)
    tell = progress or (lambda _share, _words: None)
    tell(0, "Reading the snapshot")
    line = snapshots.show_snapshot(db, name)
    view = snapshots.open_snapshot(db, name)
    earlier = snapshots.last_board(db, line.as_at, line.known_seq)
    tables = _tables(db, view, earlier)
    own = {source.source_id for source in owners_sources(view)}
    _require_openable(opened, own, public=public)
    left_out = restricted(tables) if public else []
    if public:
        view = public_edition(view, opened)
        tables = tuple(table.published() for table in _tables(db, view, earlier, opened, public=True))
    cover = replace(
        _cover(line, earlier, view, left_out, marked, public=public),
        opened=tuple(sorted(set(opened))),
        kept_back=tuple(sorted(own.difference(opened))) if public else (),
    )
    with db.read() as cursor:
        revisions = board.revisions(cursor, view.head.seq)
    with _one_at_a_time:
        files = list(_files(cover, view, tables, revisions, wanted, tell))
        tell(1, "Finishing the pack")
        content = pack_zip(
            cover,
            files,
            rules=view.rules.as_parameter(),
            confidence=vars(view.confidence),
            checks={file.path: _kept(file) for file in files if file.path.endswith((".ods", ".xlsx"))},
        )
    return Exported(name=_name(cover, wanted), content=content, files=len(files) + 2)


def _name(cover: Cover, formats: Sequence[str]) -> str:
    """Name a pack by its snapshot, its formats if not all, its day, its marking and its edition."""
    some = [] if len(formats) == len(FORMATS) else ["-".join(formats)]
    return cover.file_name("snapshot", "zip").replace(
        "_snapshot_", f"_snapshot_{'_'.join([cover.snapshot, *some])}_", 1
    )


def save_pack(pack: Exported, folder: Path) -> Path:
    """Put a pack in a folder, whole or not at all, and return its file.

    It never overwrites a file: if the same pack is already there it does nothing, and if another file has the name, the
    new name gets a number. Raises InvalidPack when there is no such folder or the disk refuses.
    """
    if not folder.is_dir():
        raise InvalidPack(Fault("to", f"There is no folder {folder}. Create it and try again."))
    stem = pack.name.removesuffix(".zip")
    try:
        with store_files.workshop(folder) as place:
            made = place / "pack"
            made.write_bytes(pack.content)
            file, number = folder / pack.name, 1
            while not _is_put(made, file) and not _is_same(file, pack.content):
                number += 1
                file = folder / f"{stem}_{number}.zip"
    except OSError as error:
        unwritten = Fault("to", f"The pack cannot be written to {folder}: {error.strerror}.")
        raise InvalidPack(unwritten) from error
    return file


def _is_put(made: Path, file: Path) -> bool:
    """Give a made file its name, and say whether that name was free."""
    with contextlib.suppress(FileExistsError):
        store_files.put_new(made, file)
        return True
    return False


def _is_same(file: Path, content: bytes) -> bool:
    with contextlib.suppress(OSError), store_files.open_regular(file) as there:
        return there.read(len(content) + 1) == content
    return False


def _marking(marking: str, handling: str | None, *, public: bool) -> tuple[Marking, str | None]:
    """Return a marking with its handling line, if both suit the edition. Raises InvalidPack."""
    line = text.clean(handling or "", where="the handling line")
    if faults := list(_faults_of_marking(marking, line, public=public)):
        raise InvalidPack(*faults)
    return Marking(marking), line or None


def _faults_of_marking(marking: str, handling: str, *, public: bool) -> Iterator[Fault]:
    if marking not in list(Marking):
        yield Fault("marking", f'"{marking}" is not a marking. Choose one of: {", ".join(Marking)}.')
    if len(handling) > LONGEST_HANDLING or "\n" in handling:
        yield Fault("handling", f"The handling line must be one line of {LONGEST_HANDLING} characters or fewer.")
    if marking == Marking.OFFICIAL_SENSITIVE and not handling:
        yield Fault("handling", f"Enter a handling line for {marking}, for example: For board members only.")
    if marking == Marking.OFFICIAL_SENSITIVE and public:
        yield Fault(
            "public",
            f"A public edition cannot be {marking}. Choose {Marking.OFFICIAL}, or do not make a public edition.",
        )


def _require_openable(opened: Sequence[str], own: Collection[str], *, public: bool) -> None:
    """Raise InvalidPack unless a public edition would leave out each of these sources."""
    if opened and not public:
        unkept = "You can choose evidence to publish only in a public edition. Choose one, or remove the evidence."
        raise InvalidPack(Fault("opened", unkept))
    if wrong := [source_id for source_id in opened if source_id not in own]:
        kept = ", ".join(sorted(own)) or "there is none"
        strange = f"{', '.join(wrong)}: this is not evidence from an owner on this board. Choose from: {kept}."
        raise InvalidPack(Fault("opened", strange))


def _formats(formats: Sequence[str]) -> list[str]:
    unknown = [wanted for wanted in formats if wanted not in FORMATS]
    if unknown or not formats:
        strange = f"{', '.join(unknown) or 'Nothing'} is not a format of a pack. Choose from: {', '.join(FORMATS)}."
        raise InvalidPack(Fault("formats", strange))
    return [known for known in FORMATS if known in formats]


def _tables(
    db: Database,
    view: BoardView,
    earlier: LastBoard | None = None,
    opened: Sequence[str] = (),
    *,
    public: bool = False,
) -> tuple[Table, ...]:
    """Return the tables of a board, and of the changes since an ``earlier`` board, in the same edition."""
    with db.read() as cursor:
        at = Position(as_at=view.as_at, known_seq=view.head.seq, rules=view.rules)
        tables = board_tables(view, board.details(cursor, at), board.forecasts(cursor, at))
    if earlier is None:
        return tables
    at = earlier.snapshot.position
    before = boards.view_board(db, at.as_at, at.known_seq, at.rules)
    if public:
        before = public_edition(before, opened)
    changed = comparisons.compare_boards(db, before, view, before_name=earlier.snapshot.name, since=earlier.named)
    return (*tables, changes_table(changed))


def _cover(
    line: SnapshotLine,
    earlier: LastBoard | None,
    view: BoardView,
    left_out: Sequence[str],
    marked: tuple[Marking, str | None],
    *,
    public: bool,
) -> Cover:
    return Cover(
        snapshot=line.name,
        version=line.version,
        state=SnapshotState(line.state),
        as_at=view.as_at,
        known_at=view.known_at,
        head=view.head,
        digest=line.digest,
        headline=view.headline,
        marking=marked[0],
        handling=marked[1],
        public=public,
        demonstration=view.demonstration,
        left_out=tuple(left_out),
        period=None if public else line.period_id,
        previous=earlier.snapshot.name if earlier else None,
        since=earlier.named if earlier else None,
        taken_by=None if public else line.taker or line.taken_by,
        approved_by=None if public else line.approver or line.approved_by,
        note=None if public else line.note,
        withdrawn=snapshots.withdrawal(line, public=public) or None,
    )


def _files(
    cover: Cover,
    view: BoardView,
    tables: Sequence[Table],
    revisions: Mapping[str, int],
    formats: Sequence[str],
    tell: Progress,
) -> Iterator[File]:
    def rows(done: int, of: int) -> None:
        tell((number + done / max(of, 1)) / len(formats), f"Writing {wanted}: {done:,} of {of:,} rows")

    *marked, dictionary = with_dictionary(with_demonstration(cover, tables))
    data = [*marked, *with_demonstration(cover, [dictionary])]
    report: tuple[Section, ...] = ()
    pictures: dict[str, str] = {}
    if not _REPORTS.isdisjoint(formats):
        from tracker.exchange.pack.slides_pptx import pptx_file  # noqa: PLC0415  a third of the start of every command,
        from tracker.reporting.report import build_report  # noqa: PLC0415  most of which make no report

        tell(0, "Drawing the charts")
        report = build_report(view, tables, since=cover.since)
        pictures = {part.key: svg(part.chart, width=_PLOT, name=part.key) for part in report if part.chart}
    write: dict[str, Callable[[], Iterator[File]]] = {
        "html": lambda: html_file(cover, report, pictures),
        "pdf": lambda: pdf_file(cover, report, pictures),
        "pptx": lambda: pptx_file(cover, report, pictures),
        "ods": lambda: ods_file(cover, data, rows),
        "xlsx": lambda: xlsx_file(cover, data, rows),
        "csv": lambda: csv_files(cover, data),
        "json": lambda: json_files(cover, data, board_json(view)),
        "parquet": lambda: parquet_files(cover, data),
        "ics": lambda: ics_file(cover, tables, revisions),
    }
    for number, wanted in enumerate(formats):
        tell(number / len(formats), f"Writing {wanted}")
        yield from write[wanted]()


def _kept(file: File) -> dict[str, Any]:
    """For each rule of accessible spreadsheets, say that a workbook keeps it, or how it breaks it."""
    found = check_spreadsheet(file.content)
    return {f"{number}. {RULES[number]}": list(faults) or "kept" for number, faults in found.items()}


# Checking


@dataclass(frozen=True, kw_only=True)
class PackProof:
    """What a check found: what the pack says it is, and every fault as a sentence (none: it is unchanged).

    ``withdrawal`` says if the snapshot is withdrawn in the ledger, perhaps since the pack was made.
    """

    manifest: dict[str, Any]
    files: int
    asked_ledger: bool
    faults: tuple[str, ...]
    withdrawal: str = ""

    @property
    def conclusion(self) -> str:
        """What a check without faults shows, and no more."""
        manifest = self.manifest
        whole = f"{text.counted(self.files, 'file')}, all unchanged. {manifest['title']}; {manifest['marking']}."
        if self.asked_ledger:
            found = f"{whole} The ledger has this snapshot, and its board is the one in the pack."
            if _wording(manifest) != WORDING:
                found += (
                    " Another version of the tracker wrote the pack, so the figures were compared but not the "
                    "sentences."
                )
            return f"{found} {self.withdrawal}" if self.withdrawal else found
        return (
            f"{whole} The ledger was not checked, so this does not show that the pack is genuine. Use --against-store."
        )


def check_pack(content: bytes | IO[bytes], db: Database | None = None) -> PackProof:
    """Compare a pack with its own manifest and, when a store is given, with the ledger. Raises nothing for a fault."""
    checked = check_zip(content)
    faults, withdrawn = list(checked.faults), ""
    if db is not None and checked.manifest:
        faults += _against_ledger(db, checked.manifest, checked.boards)
        same = (line for line in snapshots.list_snapshots(db) if line.name == checked.manifest["snapshot"]["name"])
        withdrawn = next(map(snapshots.withdrawal, same), "")
    return PackProof(
        manifest=checked.manifest,
        files=len(checked.files),
        asked_ledger=db is not None,
        faults=tuple(faults),
        withdrawal=withdrawn,
    )


def _wording(manifest: Mapping[str, Any]) -> object:
    """Return which wording a pack's sentences have; the first packs did not say."""
    return manifest.get("wording", 1)


def check_pack_file(file: Path, db: Database | None = None) -> PackProof:
    """Check a pack in a file, as ``check_pack`` does. Raises InvalidPack for one that cannot be read."""
    try:
        with store_files.open_regular(file) as content:
            return check_pack(content, db)
    except OSError as error:
        unread = Fault("file", f"The pack {file} cannot be read: {error.strerror}.")
        raise InvalidPack(unread) from error


def _against_ledger(db: Database, manifest: dict[str, Any], boards_of: dict[str, bytes]) -> Iterator[str]:
    """Say how a pack differs from this ledger."""
    listed, head = manifest["snapshot"], manifest["ledger_head"]
    with db.read() as cursor:
        change = reading.newest_change(cursor, head["seq"])
    if change is None or (change.seq, change.seal) != (head["seq"], head["seal"]):
        yield f"The pack is from another ledger: this has no change {head['seq']} with the seal {head['seal'][:12]}…."
        return
    try:
        line = snapshots.show_snapshot(db, listed["name"])
        view = snapshots.open_snapshot(db, listed["name"])
        if manifest["public_edition"]:
            view = public_edition(view)
    except TrackerError as error:
        yield str(error)
        return
    if (line.digest, line.known_seq, line.as_at.isoformat()) != (listed["digest"], head["seq"], manifest["as_at"]):
        yield f"The ledger's snapshot called {line.name} is not the one in the pack."
        return
    for path, content in boards_of.items():
        if not same_board(content, view, _wording(manifest)):
            yield f"{path}: differs from the board that the ledger shows for the snapshot {line.name}."
