"""How plans write each noun. Each field is read by its type.

A new field of a noun can be written in plans under its own name; nothing here needs an edit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tracker.domain import nouns
from tracker.domain.columns import Part, parts
from tracker.domain.dates import PublishedDate
from tracker.exchange.entries import Entry


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How plans write a noun: its fields under their own names, unless ``called`` gives another.

    ``apart`` lists the fields that are not read here: ``tracker.exchange.plans`` fills them in. ``true`` lists the
    flags that are true when a plan leaves them out. ``names`` lists the fields that name another noun, and which.
    """

    called: Mapping[str, str] = field(default_factory=dict)
    apart: Collection[str] = ()
    true: Collection[str] = ()
    names: Mapping[str, type[nouns.Noun]] = field(default_factory=dict)

    def written(self, name: str) -> str:
        """Return what a plan calls a field of the noun."""
        return self.called.get(name, name)


LAYOUTS: Mapping[type[nouns.Noun], Layout] = {
    nouns.Source: Layout(),
    nouns.Organisation: Layout(),
    nouns.Owner: Layout(called={"organisation_id": "organisation"}, names={"organisation_id": nouns.Organisation}),
    nouns.Programme: Layout(
        called={"lead_organisation_id": "lead", "owner_id": "owner"},
        names={"lead_organisation_id": nouns.Organisation, "owner_id": nouns.Owner},
    ),
    nouns.Commitment: Layout(
        called={"lead_organisation_id": "lead", "owner_id": "owner", "programme_id": "programme"},
        names={"lead_organisation_id": nouns.Organisation, "owner_id": nouns.Owner, "programme_id": nouns.Programme},
    ),
    nouns.Reference: Layout(
        called={"source_id": "source"}, apart=("id", "commitment_id"), names={"source_id": nouns.Source}
    ),
    nouns.Assessment: Layout(
        called={"rationale": "reason", "evidence_id": "evidence"},
        apart=("id", "commitment_id", "view", "rating", "scale", "valid_until", "period_id", "override_reason"),
        names={"evidence_id": nouns.Source},
    ),
    nouns.Milestone: Layout(apart=("commitment_id",), true=("key",), names={"promised_in": nouns.Source}),
    nouns.Progress: Layout(
        called={"evidence_id": "evidence"},
        apart=("id", "reporter", "status", "reason_note", "period_id"),
        names={"evidence_id": nouns.Source},
    ),
    nouns.Event: Layout(
        called={"happened": "on", "evidence_id": "evidence"},
        apart=("id", "commitment_id"),
        names={"evidence_id": nouns.Source},
    ),
    nouns.LocalAuthority: Layout(apart=("id",), names={"source_id": nouns.Source}),
    nouns.Funding: Layout(
        names={
            "programme_id": nouns.Programme,
            "commitment_id": nouns.Commitment,
            "source_id": nouns.Source,
            "part_of": nouns.Funding,
        }
    ),
}
"""Every noun that plans write."""


def read(entry: Entry, noun: type[nouns.Noun]) -> dict[str, Any]:
    """Return the fields of a noun that an entry gives. Anything wrong with them is added to the entry's faults."""
    layout = LAYOUTS[noun]
    return {
        part.name: _value(entry, layout.written(part.name), part, true=part.name in layout.true)
        for part in parts(noun).values()
        if part.name not in layout.apart
    }


_READERS: dict[tuple[type, bool], Callable[[Entry, str], Any]] = {
    (str, False): Entry.text,
    (str, True): Entry.optional_text,
    (Decimal, False): Entry.pounds,
    (Decimal, True): Entry.optional_pounds,
    (PublishedDate, False): Entry.published_date,
    (PublishedDate, True): Entry.published_date,
    (int, False): lambda entry, name: entry.whole_number(name, lowest=1, highest=6),  # the chapter: there is no other
}
"""How a field is read, by its type and whether it may be absent."""


def _value(entry: Entry, name: str, part: Part, *, true: bool) -> Any:
    """Read a field; ``true`` is the value of a flag that is left out."""
    if name == "id":
        return entry.identity()
    if name == "url":
        return entry.link(name)
    if part.kind is bool:
        return entry.flag(name, default=true)
    if issubclass(part.kind, StrEnum):
        return entry.word(name, part.kind) if entry.has(name) or not part.optional else None
    return _READERS[part.kind, part.optional](entry, name)
