"""What a load would remove, and what depends on it, listed before anything is removed."""

from __future__ import annotations

import difflib
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING

from tracker.domain import nouns
from tracker.domain.words import Reporter, View
from tracker.store.registry import table_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.domain.ledger import Version
    from tracker.store.reading import Slot

    Held = Mapping[str, Mapping[tuple[str, dt.date], Slot]]
    """The records in the ledger: table → id and day → slot."""

_LISTED_ONE_BY_ONE = (nouns.Programme, nouns.Commitment, nouns.Milestone, nouns.Organisation, nouns.Owner)
_MOST_OTHERS = 12
"""Up to so many other records are listed by id; more are only counted."""

_ALIKE = 0.8

_WORDS = {
    "assessment": ("outcome", "outcomes"),
    "event": ("event", "events"),
    "funding": ("funding amount", "funding amounts"),
    "local_authority": ("local authority", "local authorities"),
    "progress": ("progress entry", "progress entries"),
    "reference": ("reference", "references"),
    "source": ("source", "sources"),
}


def listed(removed: Sequence[Version], recorded: Sequence[Version], held: Held, unread: Sequence[str]) -> str:
    """Say what a load would remove, one line for each record, and what to do.

    ``recorded`` is everything that it would record, and ``unread`` has a sentence for each file that was not read.
    """
    nouns = {(type(version.noun), version.noun.id): version for version in removed}
    lines = [
        f"    {table_of(kind)} {identity} “{_title(version.noun)}”{_hanging(version.noun, held)}"
        for (kind, identity), version in nouns.items()
        if kind in _LISTED_ONE_BY_ONE
    ]
    others = [version for version in removed if type(version.noun) not in _LISTED_ONE_BY_ONE]
    if len(others) > _MOST_OTHERS:
        counts = Counter(table_of(type(version.noun)) for version in others)
        lines.append("    " + ", ".join(_counted(count, *_WORDS[table]) for table, count in counts.items()))
    else:
        lines.extend(f"    {table_of(type(v.noun))} {v.noun.id} ({v.effective_on})" for v in others)
    records = _counted(len(removed), "record", "records")
    return "\n".join(
        [
            f"No longer in the plans: {records}. Loading the plans would remove these from the board of every day, "
            "including past days:",
            *lines,
            *(f"    {sentence}" for sentence in (*unread, *_alike(removed, recorded))),
            "    If a file was moved, renamed, hidden or emptied, put it back. To remove these records, load the plans "
            "again with --remove. The history keeps them.",
        ]
    )


def _alike(removed: Sequence[Version], recorded: Sequence[Version]) -> Iterable[str]:
    """Ask whether a commitment or milestone that would be removed has a new id in the plans."""
    for old in (version.noun for version in removed):
        if not isinstance(old, nouns.Commitment | nouns.Milestone):
            continue
        titles = {
            new.title: new.id
            for new in (version.noun for version in recorded if version.version == 1)
            if isinstance(new, nouns.Commitment | nouns.Milestone) and type(new) is type(old) and _near(old, new)
        }
        for title in difflib.get_close_matches(old.title, titles, n=1, cutoff=0.5):
            yield (
                f'Is {titles[title]} the new id of {old.id}? If so, add formerly = "{old.id}" to its entry, and '
                "everything recorded under the old id goes with it. If not, --remove removes the old one."
            )


def _near(old: nouns.Commitment | nouns.Milestone, new: nouns.Commitment | nouns.Milestone) -> bool:
    """Say whether two records may be one under two ids: milestones of one commitment, or similar titles."""
    if isinstance(old, nouns.Milestone) and isinstance(new, nouns.Milestone) and old.commitment_id == new.commitment_id:
        return True
    return difflib.SequenceMatcher(None, old.title.casefold(), new.title.casefold()).ratio() >= _ALIKE


def _title(noun: nouns.Noun) -> str:
    return next(str(value) for name in ("title", "name", "role") if (value := getattr(noun, name, None)))


def _hanging(noun: nouns.Noun, held: Held) -> str:
    """Say which of people's records would no longer be shown."""
    counts = Counter(words for other in _current(held) if (words := _hangs(noun, other)))
    return ": " + ", ".join(_counted(count, *words) for words, count in counts.items()) if counts else ""


def _hangs(noun: nouns.Noun, other: nouns.Noun) -> tuple[str, str] | None:
    """Name a record that depends on one that would be removed, in singular and plural; None if it does not."""
    match noun, other:
        case nouns.Milestone(), nouns.Progress(reporter=Reporter.OWNER) if other.id == noun.id:
            return "report from its owner", "reports from its owner"
        case nouns.Milestone(), nouns.BaselineRequest() if other.milestone_id == noun.id:
            return "baseline request", "baseline requests"
        case nouns.Commitment(), nouns.Assessment(view=View.OWNER) if other.commitment_id == noun.id:
            return "rating by its owner", "ratings by its owner"
        case nouns.Commitment(), nouns.Assignment(active=True) if other.commitment_id == noun.id:
            return "assignment", "assignments"
        case nouns.Programme(), nouns.Assignment(active=True) if other.programme_id == noun.id:
            return "assignment", "assignments"
    return None


def _current(held: Held) -> Iterable[nouns.Noun]:
    """Give every current report and rating, and the newest version of every other record."""
    for table, slots in held.items():
        current = {
            (identity, day if table in ("assessment", "progress") else None): slot.newest.noun
            for (identity, day), slot in sorted(slots.items(), key=itemgetter(0))
            if not slot.newest.retracted
        }
        yield from current.values()


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
