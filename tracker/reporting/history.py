"""The history in plain sentences: who, when, what from and to, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from tracker.domain.columns import parts
from tracker.domain.dates import PublishedDate
from tracker.domain.fields import FIELDS
from tracker.domain.progress import TEXTS
from tracker.domain.text import counted
from tracker.domain.words import ChangeAction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.ledger import Head
    from tracker.domain.nouns import Noun
    from tracker.views.records import RecordedLine, SaidLine, TrendLine

NOTHING = "nothing"
"""The word for an unknown value."""

_LONGEST = 400
"""Characters of a text that a sentence quotes; the JSON export has the whole."""
_LEAD_IN = 40

_CALLED = {
    "assessment": "view",
    "funding": "funding amount",
    "period": "reporting period",
    "progress": "progress report",
}
"""Table of a noun → the word for one of it, if that is not the table's name."""

_HEADLINES: dict[str, tuple[str, ...]] = {
    "assessment": ("rating", "override_reason", "rationale", "evidence_id", "valid_until"),
    "assignment": ("programme_id", "commitment_id"),
    "baseline_request": ("baseline", "state"),
    "commitment": ("title",),
    "event": ("happened", "summary"),
    "funding": ("stage", "amount_gbp", "period"),
    "milestone": ("title", "baseline"),
    "programme": ("name", "lead_organisation_id", "owner_id"),
    "progress": ("reporter", "status", "forecast", "actual", *TEXTS, "evidence_id"),
    "reference": ("pinpoint",),
    "snapshot": ("as_at", "known_seq", "state"),
    "source": ("publisher", "title"),
    "user": ("name", "role"),
}
"""The fields in the sentence about a record that was added; for any other noun, all that are known."""

_MOVED = {"forecast", "baseline", "target"}
"""Dates that move rather than change: slippage is about these."""

_NAMES = {
    "promised_in",
    "part_of",
    "rating",
    "scale",
    "decided_by",
    "taken_by",
    "approved_by",
    "withdrawn_by",
    "address",
    "same_as",
    "known_seal",
    "digest",
    "rules",
    "url",
    "gss_code",
    "previous_gss_code",
}
"""Texts written without quotation marks, as are all that end in ``_id``."""


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field, or a date with its precision, in people's words: its old and new values (None: nothing)."""

    words: str
    old: str | None
    new: str | None


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One line of the history as people read it; ``what`` completes the sentence that begins with who."""

    seq: int
    recorded_at: dt.datetime
    who: str
    actor: str
    action: str
    what: str
    why: str | None
    sentence: str
    seal: str
    noun: str | None
    noun_id: str | None
    version: int | None
    effective_on: dt.date | None
    versions: int
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class HistoryView:
    """A page of the history, newest first; ``total`` counts the whole history.

    ``demonstration`` says that the data is synthetic and must be marked so wherever it is shown.
    """

    head: Head
    demonstration: bool
    lines: tuple[HistoryLine, ...]
    total: int
    offset: int
    trend: tuple[TrendLine, ...]

    @property
    def more(self) -> bool:
        """Say whether older lines follow."""
        return self.offset + len(self.lines) < self.total


@dataclass(frozen=True)
class _Difference:
    """A field, or a date with its precision, that differs from the version before."""

    field: str
    words: str
    old: object
    new: object


def told(line: RecordedLine) -> HistoryLine:
    """Return a change as a sentence and its parts."""
    version = line.version
    who = who_of(line)
    differences = _differences(line) if version else []
    what, explained = _what(line, differences) if version else (_together(line), [])
    reason = reason_of(line) if version else line.reason
    why = "; ".join(dict.fromkeys(_balanced(text) for text in (*explained, reason) if text)) or None
    sentence = f"On {_day(line.recorded_at)} at {line.recorded_at:%H:%M} UTC {who} {what}" + (f": {why}" if why else "")
    return HistoryLine(
        seq=line.seq,
        recorded_at=line.recorded_at,
        who=who,
        actor=line.actor,
        action=line.action,
        what=what,
        why=why,
        sentence=sentence if sentence.endswith((".", "!", "?")) else f"{sentence}.",
        seal=line.seal,
        noun=line.noun,
        noun_id=version.noun.id if version else None,
        version=version.version if version else None,
        effective_on=version.effective_on if version else None,
        versions=sum(line.counts.values()) or 1,
        changes=tuple(FieldChange(words=d.words, old=whole(d.old), new=whole(d.new)) for d in differences),
    )


def who_of(line: RecordedLine | SaidLine) -> str:
    """Name the person who recorded something, with their role at the time."""
    return _balanced(f"{line.name} ({line.role})" if line.name else line.actor)


def reason_of(line: RecordedLine | SaidLine) -> str | None:
    """Return the reason for a change, if it applies to each of its versions."""
    return "from the plans" if line.action == ChangeAction.PLAN_LOAD else line.reason


def _together(line: RecordedLine) -> str:
    """Many versions as one: how many of each noun."""
    counts = ", ".join(f"{count:,} {_called(noun, count)}" for noun, count in line.counts.items())
    verb = "loaded the plans, which changed" if line.action == ChangeAction.PLAN_LOAD else "changed"
    return f"{verb} {counted(sum(line.counts.values()), 'record')} at once: {counts}"


def _called(noun: str, count: int = 1) -> str:
    word = _CALLED.get(noun, noun.replace("_", " "))
    if count == 1:
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _differences(line: RecordedLine) -> list[_Difference]:
    """Return the fields in which a version differs from the one before it; all of them for the first."""
    assert line.version  # noqa: S101  asked of a version only
    new, old = line.version.noun, line.before.noun if line.before else None
    if line.version.retracted:
        return []
    return [
        _Difference(name, FIELDS[str(line.noun)][name].label, before, after)
        for name, part in parts(type(new)).items()
        if name != "id"
        for before, after in [(part.get(old) if old else None, part.get(new))]
        if before != after
    ]


def _what(line: RecordedLine, differences: Sequence[_Difference]) -> tuple[str, list[str]]:
    """Return what happened to a version, to follow who did it, and the record's own words for why."""
    assert line.version  # noqa: S101  asked of a version only
    noun, version = str(line.noun), line.version
    thing, of_it = _names(noun, version.noun)
    if version.retracted:
        return f"removed the {thing} for {_day(version.effective_on)}", []
    since = f" (true from {_day(version.effective_on)})" if version.effective_on != line.recorded_at.date() else ""
    reasons = _whys(noun, differences)
    known = parts(type(version.noun))
    why = [str(value) for value in (known[field].get(version.noun) for field in reasons) if value]
    rest = [d for d in differences if d.field not in reasons]
    if line.before is None:
        headline = _HEADLINES.get(noun, tuple(d.field for d in rest))
        facts = "; ".join(f"{d.words} {_quoted(d.field, d.new)}" for d in rest if d.field in headline)
        return f"added the {thing}{since}" + (f" with {facts}" if facts else ""), why
    changed = [d for d in rest if d.field != "period_id"]  # confirmed for another period, with no other change
    if not changed:
        return f"confirmed {of_it} unchanged{since}", why
    first, *others = changed
    moved = "corrected" if line.action == ChangeAction.CORRECT_BASELINE else "moved"
    clauses = [
        _clause(first, _field_of(first.words, of_it), moved),
        *(_clause(d, _field_of(d.words), moved) for d in others),
    ]
    return "; ".join(clauses) + since, why


def _field_of(words: str, name: str | None = None) -> str:
    """A field of a record by its name: ``the forecast of X``, ``whether X is …``; without the name, of *it*."""
    if words.startswith("whether it "):
        return words.replace(" it ", f" {name or 'it'} ", 1)
    return f"the {words} of {name}" if name else f"its {words}"


def _names(noun: str, record: Noun) -> tuple[str, str]:
    """The name of a record when it is added, and when it changes."""
    name = _balanced(record.id)
    if noun == "assessment":
        name = _balanced(str(getattr(record, "commitment_id", "")))
        return f"{getattr(record, 'view', '')} view of {name}", f"the {getattr(record, 'view', '')} view of {name}"
    if noun == "progress":
        return f"report on {name}", name
    thing = f"{_called(noun)} {name}"
    return thing, name if noun in {"commitment", "milestone"} else f"the {thing}"


def _whys(noun: str, differences: Sequence[_Difference]) -> tuple[str, ...]:
    """The fields of a record that give the reason for the others' change, and are shown as the reason."""
    changed = {d.field for d in differences}
    if noun == "progress" and changed & {"forecast", "actual"}:
        return ("reason", "reason_note")
    if noun == "baseline_request":
        return ("decision_note",) if changed and "reason" not in changed else ("reason", "note")
    return ()


def _clause(difference: _Difference, name: str, moved: str) -> str:
    """One change: ``moved the forecast of X from A to B (+181 days)``; ``moved`` is the verb for a date that did."""
    field, old, new = difference.field, difference.old, difference.new
    days = _days_between(old, new)
    verb = moved if days and field in _MOVED else "changed"
    if isinstance(old, str) and isinstance(new, str):
        old, new = _excerpts(old, new)
    return f"{verb} {name} from {_quoted(field, old)} to {_quoted(field, new)}" + (
        f" ({days:+,} {'day' if abs(days) == 1 else 'days'})" if days else ""
    )


def _days_between(old: object, new: object) -> int:
    """Days from one date to another; 0 unless both are dates."""
    first, second = (value.day if isinstance(value, PublishedDate) else value for value in (old, new))
    return (second - first).days if isinstance(first, dt.date) and isinstance(second, dt.date) else 0


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Two texts short enough for a sentence: where they are long, what leads up to their first difference is left out.

    A word of a scale comes back as it is.
    """
    if max(len(old), len(new)) <= _LONGEST:
        return old, new
    pairs = enumerate(zip(old, new, strict=False))
    alike = next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))
    start = max(alike - _LEAD_IN, 0)
    return (f"…{old[start:]}" if start else old), (f"…{new[start:]}" if start else new)


def _quoted(field: str, value: object) -> str:
    """A value for a sentence; a person's own text between quotation marks, on one line."""
    if not isinstance(value, str) or isinstance(value, StrEnum) or field.endswith("_id") or field in _NAMES:
        return _balanced(whole(value) or NOTHING)
    line = " ".join(value.split())
    return f"“{_balanced(line if len(line) <= _LONGEST else line[:_LONGEST] + '…')}”"


def whole(value: object) -> str | None:
    """A value as people read it, in full; None for an unknown."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return _day(value)
    if isinstance(value, Decimal):
        return f"£{value:,.0f}" if value == value.to_integral_value() else f"£{value:,.2f}"
    return str(value)


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
"""Marks that turn the direction of text, and the mark that ends each."""


def _balanced(text: str) -> str:
    """End the changes of text direction that a text leaves open, so that it cannot reorder the sentence around it."""
    open_: list[str] = []
    for character in text:
        if character in _OPENERS:
            open_.append(_OPENERS[character])
        elif character == "\u2069" and "\u2069" in open_:  # ends the isolate and all that was opened within it
            while open_.pop() != "\u2069":
                pass
        elif character == "\u202c" and open_[-1:] == ["\u202c"]:
            open_.pop()
    return text + "".join(reversed(open_))
