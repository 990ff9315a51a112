"""A file of a pack, and zip archives with fixed times and order, so that the same content is the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can have, for when the time does not matter."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of a pack: where it is in it, what it is for, and its content; ``rows`` of data where it has some."""

    path: str
    purpose: str
    media_type: str
    content: bytes
    rows: int | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def archive(members: Iterable[tuple[str, bytes]], *, stored: Iterable[str] = ()) -> bytes:
    """Return a zip archive of (path, content) in the order given; those that are ``stored`` are not compressed."""
    plain = set(stored)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for path, content in members:
            member = zipfile.ZipInfo(path, _TIME)
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_STORED if path in plain else zipfile.ZIP_DEFLATED
            file.writestr(member, content, compresslevel=6)
    return whole.getvalue()


def repacked(content: bytes, *, stored: Iterable[str] = ()) -> bytes:
    """Return an archive with the same members in the same order, and nothing in it of when it was written."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        members = [(member.filename, file.read(member)) for member in file.infolist()]
    return archive(members, stored=stored)


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return a text that any XML file can contain: the few characters that it cannot are shown as replaced."""
    return _NOT_XML.sub("\ufffd", text)
