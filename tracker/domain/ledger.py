"""Versions, changes and their chain: what is recorded, and how it is sealed.

The seal of a change is a SHA-256 over its predecessor's seal, its own header and every version it made. The content
is canonical JSON (keys sorted, ASCII, no spaces, unknowns left out), so that a field added later does not disturb an
older seal, and anyone can recompute the chain without this program: ``docs/ledger.md`` says how.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from tracker.domain.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.domain.nouns import Noun

GENESIS = "0" * 64
"""The seal before the first change."""

_FORMAT = "tracker-ledger-1"
_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode

Scalar: TypeAlias = str | int | bool | dt.date | dt.datetime | Decimal | None
"""The types of a version's fields."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a noun: ``noun`` applies from ``effective_on``.

    ``retracted`` cancels everything recorded so far for that id and day: it was an error.
    ``change_seq`` is 0 until the version is recorded.
    """

    noun: Noun
    version: int
    effective_on: dt.date
    retracted: bool = False
    change_seq: int = 0


class StaleEdit(TrackerError):
    """A save from a version that is no longer the newest; it has both versions, so nothing is lost.

    ``yours`` is what the save wanted to record, ``theirs`` the newest version in the ledger.
    """

    def __init__(self, yours: Version, theirs: Version | None) -> None:
        self.yours = yours
        self.theirs = theirs
        noun = type(yours.noun).__name__.lower()
        if theirs is None:
            news = "and the record has no version of it"
        else:
            news = f"and the current version is {theirs.version}, saved in change {theirs.change_seq}"
        super().__init__(
            f"The {noun} {yours.noun.id} was not saved. You worked from version {yours.version - 1}, {news}. Compare "
            "the two versions and save again."
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """One act of one person: who, when (UTC), what and why, sealed together with the versions it made."""

    seq: int
    recorded_at: dt.datetime
    actor: str
    action: str
    reason: str | None
    request_id: str
    previous_seal: str
    seal: str


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a person did at an instant (UTC), before it is sealed: for a demonstration ledger with its own times."""

    recorded_at: dt.datetime
    actor: str
    action: str
    versions: Sequence[Version]
    reason: str | None = None


@dataclass(frozen=True)
class Head:
    """The end of the ledger: its last change's number and seal."""

    seq: int
    seal: str

    @classmethod
    def of(cls, newest: Change | None) -> Head:
        """Return the head of a ledger with its newest change; without changes (None), change 0 and the genesis seal."""
        return cls(newest.seq, newest.seal) if newest else cls(0, GENESIS)


def _plain(value: Scalar) -> str | int | bool | None:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value


def canonical(content: Mapping[str, Scalar]) -> str:
    """Return ``content`` as canonical JSON, with unknowns (``None``) left out."""
    return _encode({key: _plain(value) for key, value in content.items() if value is not None})


class Seal:
    """A seal being computed: the header first, then each version's content in order of noun, id and version."""

    def __init__(self, previous: str, header: Mapping[str, Scalar]) -> None:
        self._digest = hashlib.sha256(f"{_FORMAT}\n{previous}\n{canonical(header)}\n".encode("ascii"))

    def add(self, noun: str, content: Mapping[str, Scalar]) -> None:
        """Add one version of ``noun`` (the name of its table)."""
        self._digest.update(f"{noun} {canonical(content)}\n".encode("ascii"))

    def hexdigest(self) -> str:
        """The seal: 64 hexadecimal digits."""
        return self._digest.hexdigest()
