"""The milestones that have a day, as an iCalendar file. No day is made up.

An event keeps its UID for ever, and its SEQUENCE goes up with each version of the milestone or its dates, so that a
newer pack updates the events of an older one. A milestone published by month, season or year has no day: it is left
out, and the calendar lists it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import icalendar

from tracker.domain.dates import PublishedDate
from tracker.domain.text import counted
from tracker.domain.words import BOARD, DEMONSTRATION, Precision
from tracker.exchange.pack.files import File

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.exchange.pack.cover import Cover
    from tracker.views.table import Cell, Table


def ics_file(cover: Cover, tables: Sequence[Table], revisions: Mapping[str, int]) -> Iterator[File]:
    """Give the calendar; ``revisions`` has the number of versions of each milestone, by its id."""
    milestones = next(table for table in tables if table.name == "milestones")
    names = [column.name for column in milestones.columns]
    lines = [dict(zip(names, row, strict=True)) for row in milestones.rows]
    dated = [(line, day) for line in lines if (day := _day(line))]
    left_out = [str(line["milestone_id"]) for line in lines if not _day(line)]
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{BOARD}//tracker//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{BOARD}: milestones as at {cover.day} ({cover.marked})")
    calendar.add(
        "x-wr-caldesc",
        " ".join(
            [
                f"{cover.marked}.",
                *cover.statements,
                f"{counted(len(left_out), 'milestone')} left out because their date is not a day: "
                f"{', '.join(left_out) or 'none'}.",
            ]
        ),
    )
    for line, day in dated:
        calendar.add_component(_event(cover, line, day, revisions.get(str(line["milestone_id"]), 0)))
    yield File(
        path=cover.file_name("milestones", "ics"),
        purpose="milestones dated to the day, for a calendar",
        media_type="text/calendar",
        content=calendar.to_ical(),
        rows=len(dated),
    )


def _day(line: Mapping[str, Cell]) -> dt.date | None:
    """The day of a milestone: completed, else forecast, else baseline; None if that is less precise than a day."""
    kind = next((kind for kind in ("actual", "forecast", "baseline") if line[f"{kind}_on"]), None)
    day = line[f"{kind}_on"] if kind and line[f"{kind}_precision"] == Precision.DAY else None
    return day if isinstance(day, dt.date) else None


def _event(cover: Cover, line: Mapping[str, Any], day: dt.date, revisions: int) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{line['milestone_id']}@send-delivery-board")
    event.add("dtstamp", cover.stamp.replace(tzinfo=dt.UTC))
    event.add("last-modified", cover.stamp.replace(tzinfo=dt.UTC))
    event.add("dtstart", day)
    event.add("sequence", max(revisions - 1, 0))
    event.add("status", "CONFIRMED" if line["actual_on"] else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    marked = f"{DEMONSTRATION}: " if cover.demonstration else ""
    event.add("summary", f"{marked}{line['milestone_id']} {line['title']}")
    event.add("categories", [line["programme_id"] or "no programme"])
    event.add("description", "\n".join(_described(cover, line)))
    return event


def _baseline(line: Mapping[str, Any]) -> str:
    day = line["baseline_on"]
    return str(PublishedDate(day, Precision(line["baseline_precision"]))) if day else ""


def _described(cover: Cover, line: Mapping[str, Any]) -> Iterator[str]:
    slip = line["slip_days"]
    yield f"Status: {line['status']}"
    yield f"Baseline: {line['baseline_wording'] or _baseline(line) or 'none published'}"
    yield f"Slippage: {counted(slip, 'day') if slip is not None else 'not known'}"
    yield f"Owner: {line['owner']}"
    yield f"As at {cover.day}. {cover.marked}"
