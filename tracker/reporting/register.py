"""The register of commitments: what a reader searches and filters, and what is left."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.words import NOT_REPORTED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain.lines import CommitmentLine


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to keep: every field that is not empty must match; within a field any of its values may."""

    text: str = ""
    chapters: Sequence[int] = ()
    programmes: Sequence[str] = ()
    organisations: Sequence[str] = ()
    owner_statuses: Sequence[str] = ()
    computed_statuses: Sequence[str] = ()
    outcomes: Sequence[str] = ()


def matching(lines: Sequence[CommitmentLine], wanted: Filter) -> list[CommitmentLine]:
    """Return the lines that match, in their order. Every word of ``text`` must occur, in any case or accent."""
    words = _folded(wanted.text).split()
    fields: list[tuple[Sequence[object], Callable[[CommitmentLine], object]]] = [
        (wanted.chapters, lambda line: line.chapter),
        (wanted.programmes, lambda line: line.programme),
        (wanted.organisations, lambda line: line.lead),
        (wanted.owner_statuses, lambda line: line.owner_status or NOT_REPORTED),
        (wanted.computed_statuses, lambda line: line.computed_status),
        (wanted.outcomes, lambda line: line.outcome),
    ]
    return [
        line
        for line in lines
        if all(word in _searchable(line) for word in words)
        and all(not values or value(line) in values for values, value in fields)
    ]


def _searchable(line: CommitmentLine) -> str:
    parts = (line.commitment_id, line.title, line.statement, line.owner, line.lead, line.partners, line.programme)
    return _folded(" ".join(part for part in parts if part))


def _folded(text: str) -> str:
    """Text without case and accents, so that a search finds what a reader means."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
