"""Reading the plans: TOML files a person edits, and published data in CSV, checked as one whole.

``plans/README.md`` explains the format. What comes out is a list of statements: this noun, from this day.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
import textwrap
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.domain import dates, nouns
from tracker.domain.columns import parts
from tracker.domain.errors import PlanFaults, UnstorableText
from tracker.domain.progress import Statement
from tracker.domain.words import OUTCOME_SCALE, Outcome, Reporter, View
from tracker.exchange import plan_files, plan_layouts, toml_places
from tracker.exchange.entries import Entry
from tracker.exchange.plan_layouts import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Planned:
    """One statement of a plan: ``noun`` is true from ``effective_on``; ``where`` names its file and entry.

    ``formerly`` is its former id, if it had one.
    """

    noun: nouns.Noun
    effective_on: dt.date
    where: str
    formerly: str | None = None


class _Reader:
    """The plan as read so far: its statements, and its faults."""

    def __init__(self) -> None:
        self.statements: list[Planned] = []
        self.faults: list[str] = []

    def say(
        self,
        entry: Entry,
        noun: type[nouns.Noun],
        effective_on: dt.date,
        fields: dict[str, Any],
        *,
        formerly: str | None = None,
    ) -> None:
        """Add the statement that a noun with these fields is true from a day; a text that cannot be kept is a fault."""
        try:
            self.statements.append(Planned(noun(**fields), effective_on, entry.where, formerly))
        except UnstorableText as error:
            self.faults.append(f"{entry.where}: {error}")


def read_plan(plans: Path, data: Path) -> list[Planned]:
    """Read every ``plans/**/*.toml`` and the two CSV files of ``data/``, and check them as one plan.

    Raises PlanFaults with one sentence for each separate fault.
    """
    reader = _Reader()
    files = plan_files.plan_files(plans)
    misnamed = plan_files.misnamed(plans)
    if not files and not misnamed:
        raise PlanFaults([f"{plans}: there are no plans (*.toml) here. Give their folder with --plans."])
    for file in files:
        _read_toml(reader, file, _name(file, plans))
    for file in misnamed:
        reader.faults.append(
            f"{_name(file, plans)}: the name of a plan must end in .toml, in small letters. Rename the file."
        )
    _read_csv(reader, data / "local_authorities.csv", _columns(nouns.LocalAuthority), _local_authority)
    _read_csv(reader, data / "funding.csv", _columns(nouns.Funding, "effective_on"), _funding)
    if not reader.faults:  # what refers to what can only be judged when every entry could be read
        _check_whole(reader)
        _check_inheritance(reader)
        _check_renames(reader)
    if reader.faults:
        raise PlanFaults([_printable(fault) for fault in reader.faults])
    return reader.statements


def unread_files(plans: Path, *, hidden: bool = True) -> list[str]:
    """Return a sentence for every file in the folder of the plans that is not read as a plan, or is empty.

    ``hidden`` adds names that begin with a dot, and files that editors leave behind.
    """
    unread = [f"{_name(file, plans)} is not read as a plan." for file in plan_files.not_read(plans, hidden=hidden)]
    empty = [f"{_name(file, plans)} is empty." for file in plan_files.plan_files(plans) if _is_empty(file)]
    return [_printable(sentence) for sentence in (*unread, *empty)]


def _is_empty(file: Path) -> bool:
    try:
        lines = plan_files.read_text(file).splitlines()
    except plan_files.UnreadableFile:
        return False
    return all(not line.strip() or line.lstrip().startswith("#") for line in lines)


def _name(file: Path, plans: Path) -> str:
    """Return a file's name as faults give it: from the folder of the plans on."""
    return f"{plans.name}/{file.relative_to(plans).as_posix()}"


def _printable(fault: str) -> str:
    """Return a sentence in which whatever would break its line, or a terminal, is escaped."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in fault)


def _read_toml(reader: _Reader, file: Path, name: str) -> None:
    try:
        text = plan_files.read_text(file)
    except plan_files.UnreadableFile as error:
        reader.faults.append(f"{name}: {error}")
        return
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not TOML, or numbers and nesting beyond what Python reads
        reader.faults.append(toml_places.fault(name, text, str(error)))
        return
    top = Entry(content, file=name, name="", faults=reader.faults)
    for table, read in _TABLES.items():
        for entry in top.entries(table, table):
            read(reader, entry)
            entry.done()
    top.done()


def _from_the_start(noun: type[nouns.Noun]) -> Callable[[_Reader, Entry], None]:
    """Return the reader of a noun that is true from the day of the Green Paper and needs no check of its own."""
    return lambda reader, entry: reader.say(entry, noun, dates.GREEN_PAPER, plan_layouts.read(entry, noun))


def _programme(reader: _Reader, entry: Entry) -> None:
    fields = plan_layouts.read(entry, nouns.Programme)
    reader.say(entry, nouns.Programme, entry.day("started", default=dates.GREEN_PAPER), fields)


def _commitment(reader: _Reader, entry: Entry) -> None:
    fields, formerly = plan_layouts.read(entry, nouns.Commitment), entry.optional_text("formerly")
    if not fields["owner_id"] and not fields["programme_id"]:
        entry.fault("owner", "is missing, and there is no programme to inherit it from. Name an owner.")
    if bool(fields["measure"]) == bool(fields["not_measurable"]):
        entry.fault("measure", "give either a measure or not_measurable (the reason why there is none), not both.")
    reader.say(entry, nouns.Commitment, dates.GREEN_PAPER, fields, formerly=formerly)
    for name, read in (("reference", _reference), ("outcome", _outcome), ("milestone", _milestone), ("event", _event)):
        for inside in entry.entries(name, name):
            read(reader, inside, fields["id"])
            inside.done()


def _reference(reader: _Reader, entry: Entry, commitment: str) -> None:
    fields = plan_layouts.read(entry, nouns.Reference)
    fields |= {"id": f"{commitment}/{fields['source_id']}", "commitment_id": commitment}
    reader.say(entry, nouns.Reference, dates.GREEN_PAPER, fields)


def _outcome(reader: _Reader, entry: Entry, commitment: str) -> None:
    fields = {
        "id": f"{commitment}/{View.EVIDENCE}",
        "commitment_id": commitment,
        "view": View.EVIDENCE,
        "rating": entry.word("word", Outcome),
        "scale": OUTCOME_SCALE,
        **plan_layouts.read(entry, nouns.Assessment),
    }
    reader.say(entry, nouns.Assessment, entry.day("from"), fields)


def _milestone(reader: _Reader, entry: Entry, commitment: str) -> None:
    fields = plan_layouts.read(entry, nouns.Milestone) | {"commitment_id": commitment}
    promised_on, formerly = entry.day("promised_on"), entry.optional_text("formerly")
    if promised_on < dates.GREEN_PAPER:
        entry.fault("promised_on", "is before the Green Paper of 2022-03-29. Nothing was promised before then.")
    reader.say(entry, nouns.Milestone, promised_on, fields, formerly=formerly)
    for progress in entry.entries("progress", "progress"):
        _progress(reader, progress, fields["id"], promised_on)
        progress.done()


def _progress(reader: _Reader, entry: Entry, milestone: str, promised_on: dt.date) -> None:
    statement = Statement(**plan_layouts.read(entry, nouns.Progress))
    actual = statement.actual
    true_from = entry.day("from", default=actual.day if actual else None)
    if actual and true_from < actual.day:
        entry.fault("from", f"is before the date completed ({actual.day}). A completion counts from its own day.")
    if actual and actual.day > dates.today():
        entry.fault("actual", f"{actual} is in the future. Use forecast for a date in the future.")
    if true_from < promised_on:
        name = "from" if entry.has("from") else "actual"
        entry.fault(name, f"{true_from} is before the milestone was promised ({promised_on}). Give that day or later.")
    if not actual and not statement.forecast:
        entry.fault("actual", "is missing, and there is no forecast. Give one of them.")
    if actual and not statement.evidence_id:
        entry.fault("evidence", "is missing. Name the source that shows it happened.")
    fields = {"id": milestone, "reporter": Reporter.PUBLISHED, "statement": statement}
    reader.say(entry, nouns.Progress, true_from, fields)


def _event(reader: _Reader, entry: Entry, commitment: str | None = None) -> None:
    if not entry.has("on"):
        entry.fault("on", "is missing. Give the date it happened.")
    fields, identity = plan_layouts.read(entry, nouns.Event), entry.optional_text("id")
    happened = fields["happened"]
    if not happened:
        return
    if happened.day > dates.today():
        entry.fault("on", f"{happened} is not over yet. Events are things that have happened.")
    identity = identity or f"{commitment or 'ALL'}/{happened.day}/{fields['evidence_id']}"
    reader.say(entry, nouns.Event, happened.day, fields | {"id": identity, "commitment_id": commitment})


_TABLES: dict[str, Callable[[_Reader, Entry], None]] = {
    "source": _from_the_start(nouns.Source),
    "organisation": _from_the_start(nouns.Organisation),
    "owner": _from_the_start(nouns.Owner),
    "programme": _programme,
    "commitment": _commitment,
    "event": _event,
}


# Published data


@dataclass(frozen=True)
class _Columns:
    """The columns of a table: those that must be there, and those that may be."""

    required: tuple[str, ...]
    optional: tuple[str, ...]


def _columns(noun: type[nouns.Noun], *days: str) -> _Columns:
    """Return the columns of a noun's table: its fields, and before the last of them days that are not a field."""
    optional = tuple(part.name for part in parts(noun).values() if part.optional)
    *required, last = (name for name in parts(noun) if name not in optional)
    return _Columns((*required, *days, last), optional)


_SEPARATOR = re.compile(r"\"?sep=(.)\"?\s*\r?\n", re.IGNORECASE)
"""The first line in which Excel names the separator."""


def _read_csv(reader: _Reader, file: Path, columns: _Columns, read: Callable[[_Reader, Entry], None]) -> None:
    name = f"{file.parent.name}/{file.name}"
    try:
        text = plan_files.read_text(file)
        separator = _SEPARATOR.match(text)
        body = text[separator.end() :] if separator else text
        delimiter = separator[1] if separator else _delimiter(body)
        lines = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, strict=True)
        heading, *rows = list(lines) or [[]]
    except plan_files.UnreadableFile as error:
        reader.faults.append(f"{name}: {error}{_near_name(file)}")
        return
    except csv.Error as error:
        reader.faults.append(f"{name}: the file is not valid CSV: {error}.")
        return
    heading = [field.strip() for field in heading]
    while heading and not heading[-1] and not any("".join(row[len(heading) - 1 :]).strip() for row in rows):
        heading.pop()  # empty columns that a spreadsheet saved
    if fault := _heading_fault(heading, columns):
        reader.faults.append(f"{name}: {fault}")
        return
    for number, row in enumerate(rows, start=3 if separator else 2):
        values = row[: len(heading)] + [value for value in row[len(heading) :] if value.strip()]
        if not any(value.strip() for value in values):
            continue
        entry = Entry(dict(zip(heading, values, strict=False)), file=name, name=f"row {number}", faults=reader.faults)
        if len(values) != len(heading):
            entry.faults.append(
                f"{entry.where}: the row does not have as many fields as the heading. Check its commas."
            )
            continue
        read(reader, entry)
        entry.done()


def _delimiter(text: str) -> str:
    """Return the separator of a heading: a comma, unless there is none."""
    heading = text.partition("\n")[0]
    return next((mark for mark in ",;\t" if mark in heading), ",")


def _near_name(file: Path) -> str:
    """Name a file in the same folder that may be the missing one under another name."""
    beside = [one.name for one in file.parent.iterdir()] if file.parent.is_dir() and not file.exists() else []
    near = difflib.get_close_matches(file.name.lower(), {name.lower(): name for name in beside}, n=1, cutoff=0.8)
    found = next((name for name in beside if near and name.lower() == near[0]), None)
    return f' There is a "{found}" in the same folder. Was the file renamed?' if found else ""


def _heading_fault(heading: Sequence[str], columns: _Columns) -> str | None:
    """Say in one sentence what is wrong with a heading; None if nothing is."""
    if not heading:
        return "the file is empty. Put back its heading and rows."
    if twice := [field for field, times in Counter(heading).items() if times > 1]:
        return f"the heading names {' and '.join(twice)} twice. Give each column its own name."
    known = (*columns.required, *columns.optional)
    missing = [field for field in columns.required if field not in heading]
    strange = [field for field in heading if field not in known]
    if not missing and not strange:
        return None
    wrong = [
        f"lacks {', '.join(missing)}" if missing else "",
        f"has columns that are not known: {textwrap.shorten(', '.join(strange), 200, placeholder=' …')}"
        if strange
        else "",
    ]
    return (
        f"the heading {' and '.join(part for part in wrong if part)}. No row was read. The heading must have "
        f"{', '.join(columns.required)}, and may have {', '.join(columns.optional)}."
    )


def _local_authority(reader: _Reader, entry: Entry) -> None:
    fields = {"id": entry.text("id"), **plan_layouts.read(entry, nouns.LocalAuthority)}
    for name, length in (("id", 3), ("gss_code", 9), ("previous_gss_code", 9)):
        code = fields[name]
        if entry.has(name) and code and not (len(code) == length and code.isascii() and code.isalnum()):
            entry.fault(name, f'"{code}" is not {length} letters and digits. Give the official code.')
    reader.say(entry, nouns.LocalAuthority, dates.GREEN_PAPER, fields)


def _funding(reader: _Reader, entry: Entry) -> None:
    fields = plan_layouts.read(entry, nouns.Funding)
    reader.say(entry, nouns.Funding, entry.day("effective_on"), fields)


# The whole


def _check_whole(reader: _Reader) -> None:
    """Check what only the whole plan can show: repeated ids, and names of things that do not exist."""
    seen: dict[tuple[type[nouns.Noun], str, dt.date | None], Planned] = {}
    ids: dict[type[nouns.Noun], set[str]] = {kind: set() for kind in LAYOUTS}
    alike: dict[tuple[type[nouns.Noun], str], Planned] = {}
    for statement in reader.statements:
        noun, kind = statement.noun, type(statement.noun)
        other = alike.setdefault((kind, noun.id.casefold()), statement)
        if other.noun.id != noun.id:
            reader.faults.append(
                f"{statement.where}: the id {noun.id} differs only in capitals from {other.noun.id} in "
                f"{other.where}. Give each a different id."
            )
        day = statement.effective_on if kind in _SAID_BY_DAY else None
        earlier = seen.setdefault((kind, noun.id, day), statement)
        if earlier is not statement:
            again = f"{noun.id} already has an entry for {day}" if day else f"the id {noun.id} was already used"
            reader.faults.append(f"{statement.where}: {again}, in {earlier.where}. Change one of them.")
        ids[kind].add(noun.id)
    for statement in reader.statements:
        layout = LAYOUTS[type(statement.noun)]
        for name, kind in layout.names.items():
            target = parts(type(statement.noun))[name].get(statement.noun)
            if target is not None and target not in ids[kind]:
                near = difflib.get_close_matches(target, ids[kind], n=1)
                hint = f'did you mean "{near[0]}"?' if near else "add it, or name one that exists."
                written = layout.written(name)
                reader.faults.append(
                    f'{statement.where}, field {written}: there is no {kind.__name__.lower()} "{target}"; {hint}'
                )


def _check_renames(reader: _Reader) -> None:
    """Check that a former id is no longer an entry's id, and belongs to only one entry."""
    ids = {(type(s.noun), s.noun.id) for s in reader.statements}
    used: dict[tuple[type[nouns.Noun], str], Planned] = {}
    for statement in reader.statements:
        if statement.formerly:
            former = (type(statement.noun), statement.formerly)
            other = used.setdefault(former, statement)
            if former in ids:
                wrong = f"{statement.formerly} is still the id of an entry. A former id cannot be in use."
                reader.faults.append(f"{statement.where}, field formerly: {wrong}")
            elif other is not statement:
                wrong = f"{statement.formerly} is also the former id of {other.where}. Only one entry can have it."
                reader.faults.append(f"{statement.where}, field formerly: {wrong}")


def _check_inheritance(reader: _Reader) -> None:
    """Check that a commitment that inherits its owner has one from its first day."""
    started = {s.noun.id: s.effective_on for s in reader.statements if isinstance(s.noun, nouns.Programme)}
    for statement in reader.statements:
        noun = statement.noun
        if isinstance(noun, nouns.Commitment) and not noun.owner_id and noun.programme_id in started:
            first_day = started[noun.programme_id]
            if first_day > statement.effective_on:
                reader.faults.append(
                    f"{statement.where}, field owner: is missing, and the programme {noun.programme_id} that it "
                    f"would inherit from starts on {first_day}. Name an owner."
                )


_SAID_BY_DAY = (nouns.Assessment, nouns.Progress)
"""Nouns whose history is in a plan: one statement for each id and day."""
