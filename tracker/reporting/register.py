"""The register of commitments, searched and filtered."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.text import DASHES, visible
from tracker.domain.words import NOT_REPORTED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.views.board import CommitmentLine, MilestoneLine


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to keep: every field that is not empty must match, by any of its values."""

    text: str = ""
    chapters: Sequence[int] = ()
    programmes: Sequence[str] = ()
    organisations: Sequence[str] = ()
    owner_statuses: Sequence[str] = ()
    computed_statuses: Sequence[str] = ()
    outcomes: Sequence[str] = ()


def matching(
    lines: Sequence[CommitmentLine], wanted: Filter, milestones: Sequence[MilestoneLine] = ()
) -> list[CommitmentLine]:
    """Return the commitments that match, in their order.

    Every word of ``text`` must occur in a text of a commitment or one of its ``milestones``, or in their ids, however
    it is typed: ``_folded`` and ``_sums`` make both plain.
    """
    words = _sums(_folded(wanted.text)).split()
    beneath = _by_commitment(milestones) if words else {}
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
        if all(not values or value(line) in values for values, value in fields)
        and (not words or _has_all(words, _searchable(line, beneath.get(line.commitment_id, ()))))
    ]


def _by_commitment(milestones: Sequence[MilestoneLine]) -> dict[str, list[MilestoneLine]]:
    found: dict[str, list[MilestoneLine]] = {}
    for milestone in milestones:
        found.setdefault(milestone.commitment_id, []).append(milestone)
    return found


def _has_all(words: Sequence[str], text: str) -> bool:
    return all(word in text for word in words)


def _searchable(line: CommitmentLine, milestones: Sequence[MilestoneLine]) -> str:
    parts = (
        *(line.commitment_id, line.title, line.statement, line.owner, line.lead, line.partners, line.programme),
        *(line.amount_wording, line.target_wording, line.measure, line.note),
        *(part for one in milestones for part in (one.milestone_id, one.title)),
    )
    folded = _folded(" ".join(part for part in parts if part))
    return f"{folded} {_sums(folded)}"


def _folded(text: str) -> str:
    """Return a text without case, accents and apostrophes, with plain dashes and spaces."""
    plain = visible(text).casefold().translate(DASHES).translate(_APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_APOSTROPHES = dict.fromkeys(map(ord, "'\"\u2018\u2019\u201b\u201c\u201d\u02bc\u2032\u00b4`"))
_SUM = re.compile(r"(?:£ ?)?(\d+(?:[.,]\d+)*) ?(m|mn|million|bn|billion)\b")


def _sums(folded: str) -> str:
    """Return a text with every amount in one form: 300m, £300 million and £300mn are £300m."""
    return _SUM.sub(lambda found: f"£{found[1]}{'bn' if found[2].startswith('b') else 'm'}", folded)
