"""The milestones in a file of another program, read in a process of its own (tracker.exchange.sandbox).

Input is hostile: XML may declare nothing, and what is read has limits.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import TYPE_CHECKING

from defusedxml.ElementTree import iterparse

from tracker.domain.errors import ReturnRejected
from tracker.exchange import foreign_files
from tracker.exchange.foreign_files import Layout
from tracker.exchange.returns import workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_TASKS = 5_000
_MOST_CHARACTERS = 300
_YES = {"yes", "1", "true", "ja", "oui"}


def main(suffix: str) -> None:
    """Read a file from standard input, and write its milestones, or why there are none, to standard output."""
    try:
        answer = parse(sys.stdin.buffer.read(), suffix)
    except ReturnRejected as error:
        answer = {"rejected": str(error)}
    except Exception:  # noqa: BLE001  what a damaged file makes of a reader has no name in common
        answer = {"rejected": "The file is damaged. Save it again and try once more."}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def parse(content: bytes, suffix: str) -> dict[str, object]:
    """Return the layout of a file, the name in it and its tasks. Raises ReturnRejected, and any error of a reader.

    A task is a mapping of title, finish, baseline, milestone, complete and note to texts; empty if there is none.
    """
    if suffix == "xml":
        return _schedule(content)
    tables = workbook.sheets(content) if suffix == "xlsx" else [_table(content)]
    for rows in tables:
        for number, row in enumerate(rows[: foreign_files.ABOVE]):
            layout = foreign_files.of_heading(row)
            places = foreign_files.columns(row)
            if layout in foreign_files.DRAFTED and places:
                return {"layout": layout, "name": "", "tasks": _tasks(row, places, rows[number + 1 :])}
    raise ReturnRejected(
        "We found no table of milestones. It needs headings for a title (Task, Milestone, Project name …) and "
        "a date (Finish, Due date, End date …)."
    )


def _table(content: bytes) -> list[list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        words = content.decode("utf-16")
    else:
        try:
            words = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            words = content.decode("cp1252", "replace")
    try:
        return foreign_files.table_rows(words, most=MOST_TASKS)
    except csv.Error as error:
        raise ReturnRejected(f"The file is not valid CSV: {error}. Save it as CSV UTF-8.") from None


def _tasks(heading: Sequence[str], places: Mapping[str, int], rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    named = {name.strip().casefold(): place for place, name in enumerate(heading)}
    places = {
        **places,
        **{
            ours: named[theirs]
            for ours, theirs in (("milestone", "milestone"), ("complete", "% complete"), ("note", "notes"))
            if theirs in named and named[theirs] not in places.values()
        },
    }
    if "type" in named:
        places["milestone"] = named["type"]
    tasks = [
        {name: row[place].strip()[:_MOST_CHARACTERS] if place < len(row) else "" for name, place in places.items()}
        for row in rows
    ]
    return [task for task in tasks if task["title"]]


def _schedule(content: bytes) -> dict[str, object]:
    """Read the tasks of a schedule that Microsoft Project saved as XML."""
    if not foreign_files.is_ms_project_xml(content):
        raise ReturnRejected(
            "The XML file is not a Microsoft Project schedule. In Project, save the schedule as XML or CSV."
        )
    name, tasks, depth = "", [], 0
    for event, node in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        tag = node.tag.rpartition("}")[2]
        if event == "start":
            depth += 1
            continue
        depth -= 1
        if tag == "Name" and depth == 1:
            name = (node.text or "")[:_MOST_CHARACTERS]
        if tag == "Task":
            tasks.append(_task(node))
            node.clear()
        if len(tasks) > MOST_TASKS:
            raise ReturnRejected(f"The schedule has more than {MOST_TASKS:,} tasks. Save part of it.")
    return {"layout": Layout.MS_PROJECT, "name": name, "tasks": [task for task in tasks if task["title"]]}


def _task(node: Mapping[str, str]) -> dict[str, str]:
    texts = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in node}  # type: ignore[attr-defined]
    baseline = next((child for child in node if child.tag.endswith("}Baseline")), ())  # type: ignore[attr-defined]
    before = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in baseline}  # type: ignore[attr-defined]
    return {
        "title": texts.get("Name", "")[:_MOST_CHARACTERS],
        "finish": texts.get("Finish", "")[:10],
        "baseline": before.get("Finish", "")[:10],
        "milestone": "yes" if texts.get("Milestone") == "1" else "no",
        "complete": texts.get("PercentComplete", "") + "%" if texts.get("PercentComplete") else "",
        "note": texts.get("Notes", "")[:_MOST_CHARACTERS],
    }
