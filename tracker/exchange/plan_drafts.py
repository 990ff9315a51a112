"""A plan drafted from a file of another program: TOML for a person to edit. Nothing is loaded.

What the file does not say is a guess, marked with GUESS in a comment, or a text that begins with FILL IN, which a plan
may not keep.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import ReturnRejected, StoreBusy, UnreadableDate
from tracker.exchange import foreign_files, sandbox
from tracker.exchange.entries import FILL_IN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain.dates import PublishedDate

_PARSER = "tracker.exchange.foreign_parser"
_SUFFIXES = ("csv", "xlsx", "xml")
_YES = {"yes", "1", "true", "milestone"}
_WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]* ", re.IGNORECASE)


@dataclass(frozen=True)
class _Task:
    title: str
    finish: str = ""
    baseline: str = ""
    milestone: str = ""
    complete: str = ""
    note: str = ""


def draft(content: bytes, name: str) -> str:
    """Return a plan drafted from a file: a GMPP table, a Microsoft Project schedule (CSV or XML), or a list.

    Raises ReturnRejected with a sentence if it has no milestones, StoreBusy while other files are being read.
    """
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    if suffix not in _SUFFIXES:
        layout = foreign_files.of_bytes(content, suffix)
        what = f" This file is {layout}." if layout else ""
        raise ReturnRejected(
            f"We can draft a plan from a CSV, Excel (.xlsx) or Microsoft Project XML file.{what} Save the file "
            "as one of these."
        )
    try:
        answer = json.loads(sandbox.run(_PARSER, suffix, content))
    except sandbox.Overrun:
        raise ReturnRejected("The file takes too long or too much memory to read. Save part of it.") from None
    except sandbox.Busy:
        raise StoreBusy("Other files are being read. Try again in a moment.") from None
    if "rejected" in answer:
        raise ReturnRejected(answer["rejected"])
    tasks = [_Task(**{field: _line(text) for field, text in task.items()}) for task in answer["tasks"]]
    flagged = [task for task in tasks if task.milestone.casefold() in _YES]
    if not tasks:
        raise ReturnRejected("The file has headings but no rows, so there is nothing to draft.")
    title = _line(answer["name"]) or _line(PurePath(name).stem)
    return "\n".join(_plan(_line(PurePath(name).name), answer["layout"], title, flagged or tasks, tasks)) + "\n"


def _line(text: str) -> str:
    """Return a text on one line, without characters that TOML does not allow."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _plan(file: str, layout: str, title: str, chosen: Sequence[_Task], tasks: Sequence[_Task]) -> Iterator[str]:
    today = dates.today()
    yield f"# A draft of a plan, from {file}: {layout}. Nothing has been loaded."
    yield f'# Every guess is marked GUESS. Every text that begins with "{FILL_IN}" is for you to write: `plan check`'
    yield "# refuses it until then. plans/README.md explains the fields. When it is ready, put it into plans/."
    yield ""
    yield "[[source]]"
    yield 'id        = "draft-source"                 # GUESS: give it a unique id'
    yield 'kind      = "document"                     # GUESS: document | evidence | data'
    yield f'publisher = "{FILL_IN}: who published it"'
    yield f"title     = {_quoted(title)}  # GUESS: the name of the file or the schedule"
    yield ""
    yield "[[commitment]]"
    yield 'id        = "DRAFT-01"                     # GUESS: give it a unique id, such as C6-13'
    yield "chapter   = 6                              # GUESS: the chapter of the Green Paper, 1 to 6"
    yield 'kind      = "policy"                       # GUESS: policy | funding | target | consultation-only | related'
    yield f"title     = {_quoted(title)}  # GUESS: the name of the file or the schedule"
    yield f'statement = "{FILL_IN}: what is promised, in your own words"'
    yield 'lead      = "dfe"                          # GUESS: an organisation in organisations.toml'
    yield 'owner     = "lead-delivery"                # GUESS: an owner in organisations.toml'
    yield f'measure   = "{FILL_IN}: how you will know it is done"'
    yield ""
    yield "  [[commitment.outcome]]"
    yield f"  from   = {today}                       # GUESS: today"
    yield '  word   = "Not started"                   # GUESS'
    yield f'  reason = "{FILL_IN}: why"'
    for number, task in enumerate(chosen, start=1):
        yield from _milestone(number, task, today)
    left_out = [task for task in tasks if task not in chosen]
    if left_out:
        yield ""
        yield "# Left out, because the file does not call them milestones:"
        yield from (f"#   {task.title}" for task in left_out)


def _milestone(number: int, task: _Task, today: dt.date) -> Iterator[str]:
    baseline, finish = _date(task.baseline), _date(task.finish)
    yield ""
    yield "  [[commitment.milestone]]"
    yield f'  id          = "DRAFT-01-M{number}"'
    yield f"  title       = {_quoted(task.title)}"
    yield '  kind        = "commitment"               # GUESS: commitment | approval | assurance | gateway | payment'
    yield '  promised_in = "draft-source"'
    yield f"  promised_on = {today}                  # GUESS: today; the day on which it was promised"
    if baseline:
        yield f'  baseline    = "{baseline.written}"  # the file says {task.baseline}'
    elif finish:
        yield (
            f'  baseline    = "{finish.written}"  # GUESS: the file has no baseline; its finish date is {task.finish}'
        )
    for field, written, read in (("baseline", task.baseline, baseline), ("finish", task.finish, finish)):
        if written and not read:
            yield f"  # {FILL_IN} a baseline: the file's {field} is {_quoted(written)}, which is not a date"
    if task.note:
        yield f"  note        = {_quoted(task.note)}"
    if task.complete.startswith("100"):
        yield f"  # {FILL_IN}: the file says it is complete, so add a [[commitment.milestone.progress]] with the day"
        yield "  # it was completed (actual) and the source that shows it (evidence)"
    elif baseline and finish and finish != baseline:
        yield ""
        yield "    [[commitment.milestone.progress]]"
        yield f'    forecast = "{finish.written}"  # the file says {task.finish}'
        yield f"    from     = {today}                   # GUESS: today"


def _date(text: str) -> PublishedDate | None:
    """Read a date of another program; None for none, and for what could be two dates."""
    try:
        return dates.parse_published_date(_WEEKDAY.sub("", text).strip(), where="") if text else None
    except UnreadableDate:
        return None
