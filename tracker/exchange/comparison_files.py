"""What changed, as a file or a screen of text: JSON for machines, plain text for a terminal."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tracker.domain.columns import halves
from tracker.domain.dates import in_words
from tracker.domain.text import counted
from tracker.exchange import marking
from tracker.exchange.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.reporting.board import BoardView
    from tracker.reporting.comparison import ChangeRow, Comparison
    from tracker.views.board import SourceLine

_WIDTH = 100


def comparison_json(comparison: Comparison) -> str:
    """Return a comparison as one JSON object: instants in UTC, money in pounds, every changed field, unknowns null.

    The same two boards give the same bytes.
    """
    content = {
        "before": _place(comparison.before, comparison.before_name),
        "after": _place(comparison.after, comparison.after_name),
        "since": comparison.since,
        "total": len(comparison.rows),
        "counts": comparison.counts,
        "rows": [
            {
                "kind": row.kind,
                "record": row.record,
                "id": row.record_id,
                "commitment_id": row.commitment_id,
                "milestone_id": row.milestone_id,
                "what": row.what,
                "of": row.of or None,
                "old": row.old,
                "new": row.new,
                "days": row.days,
                "direction": row.direction,
                "who": row.who,
                "recorded_at": row.recorded_at,
                "change": row.seq,
                "holds_from": row.holds_from,
                "why": row.why,
                "evidence_id": row.evidence_id,
                "evidence": _source(comparison.source(row.evidence_id)),
                "fields": [
                    {"field": name, "old": old, "new": new}
                    for moved in row.fields
                    for name, old, new in halves(moved.field, moved.old, moved.new)
                ],
            }
            for row in comparison.rows
        ],
    }
    marked = marking.content(content, demonstration=comparison.after.demonstration)
    return json_text(marked)


def _place(view: BoardView, name: str | None) -> dict[str, Any]:
    return {
        "snapshot": name,
        "as_at": view.as_at,
        "known_at": view.known_at,
        "head": {"seq": view.head.seq, "hash": view.head.seal},
    }


def _source(line: SourceLine | None) -> dict[str, str | None] | None:
    if line is None:
        return None
    return {"publisher": line.publisher, "title": line.title, "published": _text(line.published), "url": line.url}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def comparison_text(comparison: Comparison) -> str:
    """Return a comparison as plain text, kind by kind, for a terminal."""
    before, after = comparison.before, comparison.after
    parts = [
        *marking.notice(demonstration=after.demonstration),
        f"What changed from {in_words(before.as_at)} to {in_words(after.as_at)}",
        *([f"  since {comparison.since}"] if comparison.since else []),
        f"  from {_position(before, comparison.before_name)}",
        f"  to   {_position(after, comparison.after_name)}",
        "",
        *textwrap.wrap(
            f"{counted(len(comparison.rows), 'change')}{': ' if comparison.rows else '.'}"
            + ", ".join(f"{kind} ({count})" for kind, count in comparison.counts.items()),
            _WIDTH,
        ),
    ]
    for kind, rows in groupby(comparison.rows, key=lambda row: row.kind):
        group = list(rows)
        parts += ["", f"{kind.capitalize()}: {len(group)}"]
        for row in group:
            parts.extend(_lines(row, comparison.source(row.evidence_id)))
    return "\n".join(parts) + "\n"


def _position(view: BoardView, name: str | None) -> str:
    snapshot = f"snapshot {name}: " if name else ""
    return f"{snapshot}as at {view.as_at}, as known at change {view.head.seq}, seal {view.head.seal[:12]}"


def _lines(row: ChangeRow, evidence: SourceLine | None) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{row.record_id}  {row.what}", _WIDTH, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
    )
    for sentence in filter(None, (moved(row), row.why, cited(evidence), recorded(row))):
        yield from textwrap.wrap(
            sentence, _WIDTH, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False
        )


def moved(row: ChangeRow) -> str:
    """Describe a change: old and new value, by how much and in which direction. A new record has only its value."""
    text = row.new or "" if row.old is None else f"{row.old} → {row.new or 'none'}"
    if row.days is not None:
        text += f" ({row.days:+,} {'day' if abs(row.days) == 1 else 'days'})"
    elif row.direction:
        text += f" ({row.direction})"
    return f"{row.of}: {text}" if row.of and text else text


def recorded(row: ChangeRow) -> str:
    """Say who recorded it and when; empty if no one did."""
    if row.recorded_at is None:
        return ""
    since = f", true from {in_words(row.holds_from)}" if row.holds_from else ""
    return f"Recorded by {row.who} on {in_words(row.recorded_at.date())}{since} (change {row.seq})."


def cited(evidence: SourceLine | None) -> str:
    """Say where it can be read."""
    if evidence is None:
        return ""
    published = f" ({evidence.published})" if evidence.published else ""
    return f"Evidence: {evidence.publisher}: {evidence.title}{published}."
