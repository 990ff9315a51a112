"""The history as a file or a screen of text: CSV for a spreadsheet, JSON for machines, sentences for a terminal."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from typing import TYPE_CHECKING

from tracker.domain.text import counted
from tracker.exchange import marking
from tracker.exchange.cells import guarded

if TYPE_CHECKING:
    import datetime as dt

    from tracker.reporting.history import HistoryView

_WIDTH = 100
_HEADER = (
    "change",
    "recorded_at_utc",
    "who",
    "actor",
    "action",
    "record",
    "id",
    "version",
    "holds_from",
    "what_happened",
    "why",
    "versions",
    "seal_of_change",
)


def history_csv(view: HistoryView) -> str:
    """Return a history as CSV (RFC 4180, UTF-8 with its mark), a header first.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO(newline="")
    file.write("\ufeff")  # by which a spreadsheet sees that it is UTF-8
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(marking.header(_HEADER, demonstration=view.demonstration))
    for line in view.lines:
        values = [
            line.seq,
            _instant(line.recorded_at),
            _text(line.who),
            _text(line.actor),
            _text(line.action),
            line.noun,
            _text(line.noun_id),
            line.version,
            line.effective_on,
            _text(line.what),
            _text(line.why),
            line.versions,
            line.seal,
        ]
        writer.writerow(marking.row(values, demonstration=view.demonstration))
    return file.getvalue()


def _text(value: str | None) -> str | None:
    return guarded(value) if value else value


def _instant(instant: dt.datetime) -> str:
    return instant.isoformat(timespec="microseconds") + "Z"


def history_json(view: HistoryView) -> str:
    """Return a history as one JSON object: instants in UTC, every changed field in full, unknowns null."""
    content = {
        "head": {"seq": view.head.seq, "hash": view.head.seal},
        "total": view.total,
        "lines": [
            {
                "change": line.seq,
                "recorded_at": _instant(line.recorded_at),
                "who": line.who,
                "actor": line.actor,
                "action": line.action,
                "record": line.noun,
                "id": line.noun_id,
                "version": line.version,
                "holds_from": line.effective_on.isoformat() if line.effective_on else None,
                "what_happened": line.what,
                "why": line.why,
                "sentence": line.sentence,
                "fields": [{"field": change.words, "from": change.old, "to": change.new} for change in line.changes],
                "versions": line.versions,
                "seal": line.seal,
            }
            for line in view.lines
        ],
    }
    marked = marking.content(content, demonstration=view.demonstration)
    return json.dumps(marked, ensure_ascii=False, indent=2) + "\n"


def history_text(view: HistoryView) -> str:
    """Return a history as sentences, newest first, for a terminal."""
    parts = [
        *marking.notice(demonstration=view.demonstration),
        f"{counted(view.total, 'change')}, newest first. The latest is change {view.head.seq}",
    ]
    for line in view.lines:
        parts += [
            "",
            *textwrap.wrap(
                f"{line.seq:>6}  {line.sentence}", _WIDTH, subsequent_indent=" " * 8, break_on_hyphens=False
            ),
        ]
    if not view.lines:
        parts += ["", "No changes match. Remove a filter or choose a longer period."]
    return "\n".join(parts) + "\n"
