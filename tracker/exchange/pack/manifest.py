"""What belongs to a pack and how to check it: ``manifest.json``, ``SHA256SUMS`` and the zip around them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from tracker.domain.words import BOARD, THREE_POINT_SCALE
from tracker.exchange.board_files import WORDING
from tracker.exchange.pack.cover import LICENCE, LICENCE_URL, Cover
from tracker.exchange.pack.files import File, archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_FORMAT = "tracker-pack-1"
_LARGEST = 2**30
"""Bytes of all files together: more than any pack of ours has, and less than fills a disk."""
_LARGEST_ZIP = 2**30
"""Bytes of the zip itself."""
_LARGEST_KEPT = 2**26
"""Bytes of the manifest or a board: only these are kept in memory."""
_PIECE = 2**20
"""Bytes that are read at a time."""


def pack_zip(
    cover: Cover, files: Sequence[File], *, rules: Mapping[str, object], confidence: Mapping[str, int], checks: object
) -> bytes:
    """Return the pack: the manifest, the list of hashes, and the files in order of path. Same files, same bytes."""
    ordered = sorted(files, key=lambda file: file.path)
    manifest = {
        "format": _FORMAT,
        "wording": WORDING,
        "title": cover.title,
        "board": BOARD,
        "marking": cover.marking,
        "handling": cover.handling,
        "public_edition": cover.public,
        "left_out": [*cover.left_out, *(f"sources: {source_id}" for source_id in cover.kept_back)],
        "opened": cover.opened,
        "demonstration_data": cover.demonstration,
        "statements": cover.statements,
        "as_at": cover.as_at.isoformat(),
        "known_at": cover.known_at.isoformat(timespec="microseconds") + "Z" if cover.known_at else None,
        "snapshot": {
            "name": cover.snapshot,
            "version": cover.version,
            "state": cover.state,
            "digest": cover.digest,
            "taken_by": cover.taken_by,
            "approved_by": cover.approved_by,
            "note": cover.note,
        },
        "period": cover.period,
        "previous": cover.previous,
        "ledger_head": {"seq": cover.head.seq, "seal": cover.head.seal},
        "tolerances_in_days": rules,
        "rating_scale": THREE_POINT_SCALE,
        "known_gaps": confidence,
        "spreadsheet_rules": checks,
        "licence": {"title": LICENCE, "path": LICENCE_URL},
        "check": f"sha256sum -c {SUMS}; or python -m tracker snapshot check ZIP, which can also check it against the "
        "ledger",
        "files": [
            {
                "path": file.path,
                "purpose": file.purpose,
                "media_type": file.media_type,
                "rows": file.rows,
                "bytes": len(file.content),
                "sha256": file.sha256,
            }
            for file in ordered
        ],
    }
    listed = _written({**manifest, "seal": _seal(manifest)})
    members = [(file.path, file.content) for file in ordered]
    hashes = [(file.path, file.sha256) for file in ordered]
    sums = _sums(manifest, [(MANIFEST, hashlib.sha256(listed).hexdigest()), *hashes])
    return archive([(MANIFEST, listed), (SUMS, sums), *members])


def _written(manifest: Mapping[str, Any]) -> bytes:
    return json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n"


def _seal(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of the manifest's own content, to tell a change of it from a change of the list of hashes."""
    content = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _sums(manifest: Mapping[str, Any], hashes: Sequence[tuple[str, str]]) -> bytes:
    """The list of hashes as ``sha256sum`` reads it; its first line is a comment to it."""
    marked = " – ".join(text for text in (manifest["marking"], manifest["handling"]) if text)
    lines = [f"# {manifest['title']} – {marked}", *(f"{sha256}  {path}" for path, sha256 in hashes)]
    return ("\n".join(lines) + "\n").encode()


@dataclass(frozen=True)
class Checked:
    """The manifest of a pack (nothing if it cannot be read), its files, and every fault, one sentence each.

    Each file has its SHA-256, and a board also its content.
    """

    manifest: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    boards: dict[str, bytes] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def check_zip(pack: bytes | IO[bytes]) -> Checked:
    """Compare every file of a pack with its manifest and with the list of hashes; no store is needed."""
    content = io.BytesIO(pack) if isinstance(pack, bytes) else pack
    if content.seek(0, io.SEEK_END) > _LARGEST_ZIP:
        return Checked(faults=("The file is too large to be a pack, so it was not read.",))
    try:
        with zipfile.ZipFile(content) as file:
            return _check(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        return Checked(faults=(f"The file is not a zip archive that can be read: {error}.",))


def _check(file: zipfile.ZipFile) -> Checked:
    faults: list[str] = []
    hashes: dict[str, str] = {}
    unreadable: set[str] = set()
    contents: dict[str, bytes] = {}
    left = _LARGEST
    for member in file.infolist():
        name = member.filename
        left -= member.file_size
        if left < 0:
            return Checked(faults=(f"{name}: the file is too large to be a pack, so reading stopped.",))
        if name in hashes or name in unreadable:
            faults.append(f"{name}: is in the pack twice.")
        elif (sha256 := _hash(file, member)) is None:
            unreadable.add(name)
            faults.append(f"{name}: cannot be read. It was altered after the pack was made.")
        else:
            hashes[name] = sha256
            if (name == MANIFEST or _is_board(name)) and member.file_size <= _LARGEST_KEPT:
                contents[name] = file.read(member)
    manifest = _manifest(contents.pop(MANIFEST, b""))
    if not manifest:
        if MANIFEST not in unreadable:
            faults.append(f"{MANIFEST}: is missing or was altered after the pack was made.")
        return Checked(faults=tuple(faults))
    faults += _differences(manifest, hashes, unreadable)
    return Checked(manifest, hashes, contents, tuple(faults))


def _is_board(name: str) -> bool:
    return name.startswith("json/") and "_board_" in name


def _hash(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> str | None:
    """Return the SHA-256 of a file of a pack, which is read in pieces; None when it cannot be read."""
    if member.flag_bits & 1:  # encrypted: none of ours is
        return None
    found = hashlib.sha256()
    try:
        with file.open(member) as content:
            while piece := content.read(_PIECE):
                found.update(piece)
        return found.hexdigest()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        return None


def _manifest(content: bytes | None) -> dict[str, Any]:
    """Return the manifest when it is byte for byte what was written, by its own seal; nothing when it is not."""
    try:
        manifest = json.loads(content or b"")
        whole = manifest["format"] == _FORMAT and manifest["seal"] == _seal(manifest) and _written(manifest) == content
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return manifest if whole and _shaped(manifest) else {}


def _shaped(manifest: dict[str, Any]) -> bool:
    """Say whether a manifest has everything that a check reads, of the right types."""
    try:
        head, snapshot = manifest["ledger_head"], manifest["snapshot"]
        texts = [
            *(manifest[key] for key in ("title", "marking", "as_at")),
            *(head["seal"], snapshot["name"], snapshot["digest"]),
            *(entry[key] for entry in manifest["files"] for key in ("path", "sha256")),
        ]
        return (
            isinstance(manifest["public_edition"], bool)
            and isinstance(manifest["handling"], str | None)
            and type(head["seq"]) is int
            and 0 <= head["seq"] < _LARGEST
            and all(isinstance(text, str) for text in texts)
        )
    except (TypeError, KeyError):
        return False


def _differences(manifest: dict[str, Any], hashes: dict[str, str], unreadable: set[str]) -> Iterator[str]:
    listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    for path, sha256 in listed.items():
        if path not in hashes and path not in unreadable:
            yield f"{path}: is missing from the pack."
        elif path in hashes and hashes[path] != sha256:
            yield f"{path}: was altered after the pack was made."
    for path in hashes.keys() - listed.keys() - {MANIFEST, SUMS}:
        yield f"{path}: was added after the pack was made."
    sums = _sums(manifest, [(MANIFEST, hashes[MANIFEST]), *listed.items()])
    if SUMS not in unreadable and hashes.get(SUMS) != hashlib.sha256(sums).hexdigest():
        yield f"{SUMS}: was altered after the pack was made."
