"""Where in a plan a line is: a fault of TOML names its entry and field."""

from __future__ import annotations

import datetime as dt
import re

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_HEADING = re.compile(r"\s*\[\[?\s*([A-Za-z_.]+)\s*\]\]?")
_IDENTITY = re.compile(r"\s*id\s*=\s*[\"']([^\"']*)[\"']")
_FIELD = re.compile(r"\s*([A-Za-z_]+)\s*=\s*(.*?)\s*(#.*)?$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OTHER_DATE = re.compile(r"(\d{4}-\d{2}|\d{4}-Q[1-4]|FY\d{4}-\d{2}|(spring|summer|autumn|winter) \d{4})", re.IGNORECASE)


def fault(name: str, text: str, error: str) -> str:
    """Return the sentence for a file that is not TOML: the file, the entry and field of the line, and what to do.

    ``error`` is the message of the TOML reader about ``text``.
    """
    found = _AT_LINE.search(error)
    lines = text.splitlines()[: int(found[1])] if found else []
    where = ", ".join([name, *entry_of(lines)])
    field = _FIELD.match(lines[-1]) if lines else None
    if field and _DAY.fullmatch(field[2]) and not _is_day(field[2]):
        return (
            f"{where}, field {field[1]}: {field[2]} is not a real date. Write year-month-day, for example 2023-06-06."
        )
    if field and _OTHER_DATE.fullmatch(field[2]):
        return f'{where}, field {field[1]}: put a date without a day in quotation marks: "{field[2]}".'
    return f"{where}: the file is not valid TOML: {error}. Correct that line. See the examples in plans/README.md."


def entry_of(lines: list[str]) -> list[str]:
    """Return the entry of the last line, after the entries around it: ``outcome 2``."""
    inside: dict[str, str] = {}
    counts: dict[str, int] = {}
    table = ""
    for line in lines:
        if heading := _HEADING.match(line):
            table = heading[1]
            counts = {one: count for one, count in counts.items() if not one.startswith(f"{table}.")}
            counts[table] = counts.get(table, 0) + 1
            inside = {one: identity for one, identity in inside.items() if table.startswith(f"{one}.")}
            inside[table] = str(counts[table])
        elif table and (identity := _IDENTITY.match(line)):
            inside[table] = identity[1]
    return [f"{one.rpartition('.')[2]} {identity}" for one, identity in inside.items()]


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
