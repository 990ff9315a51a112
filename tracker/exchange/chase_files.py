"""The chase list as a screen of text, as JSON, and as a letter to each person, to be copied into an e-mail."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from tracker.domain.dates import in_words
from tracker.domain.text import counted
from tracker.exchange import marking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.domain.progress import UpdateLine
    from tracker.domain.ratings import RatingLine
    from tracker.reporting.chase import ChaseLine, ChaseView


def chase_text(view: ChaseView) -> str:
    """Return who has confirmed and who has not, for a terminal."""
    period = view.period
    parts = [
        *marking.notice(demonstration=view.demonstration),
        f"{_one_line(period.name)} ({period.period_id}, {period.state}): as at {in_words(view.day)}",
        f"Closes on {in_words(period.closes_on)}, for the board on {in_words(period.board_on)}",
        view.summary,
    ]
    for line in view.people:
        milestones = counted(len(line.confirmed) + len(line.waiting), "milestone")
        parts += [
            "",
            f"{_one_line(line.name)} <{line.address}>: {len(line.confirmed)} of {milestones} confirmed, "
            f"{counted(len(line.unrated), 'commitment')} not rated",
            *_listed("not confirmed", line.waiting),
            *_listed("not rated", line.unrated),
        ]
    if view.orphans or view.unrated_orphans:
        parts += [
            "",
            "Not assigned to anyone",
            *_listed("not confirmed", view.orphans),
            *_listed("not rated", view.unrated_orphans),
        ]
    return "\n".join(parts) + "\n"


def chase_json(view: ChaseView) -> str:
    """Return the same as one JSON object: dates as ISO days, unknowns null."""
    period = view.period
    content = {
        "period": {
            "period_id": period.period_id,
            "name": period.name,
            "state": period.state,
            "opens_on": period.opens_on,
            "closes_on": period.closes_on,
            "board_on": period.board_on,
        },
        "as_at": view.day,
        "people": [
            {
                "user_id": line.user_id,
                "address": line.address,
                "name": line.name,
                "done": line.done,
                "confirmed": [one.milestone_id for one in line.confirmed],
                "not_confirmed": [_milestone(one) for one in line.waiting],
                "rated": [one.commitment_id for one in line.rated],
                "not_rated": [_commitment(one) for one in line.unrated],
            }
            for line in view.people
        ],
        "given_to_nobody": {
            "not_confirmed": [_milestone(one) for one in view.orphans],
            "not_rated": [_commitment(one) for one in view.unrated_orphans],
        },
    }
    marked = marking.content(content, demonstration=view.demonstration)
    return json.dumps(marked, ensure_ascii=False, indent=2, default=dt.date.isoformat) + "\n"


def letter(view: ChaseView, line: ChaseLine) -> str:
    """Return what to write to one person who has something left to do: address, subject, and what that is."""
    period = view.period
    asked = [
        f"{counted(len(one), what)} to {act}"
        for one, what, act in ((line.waiting, "milestone", "confirm"), (line.unrated, "commitment", "rate"))
        if one
    ]
    late = view.day > period.closes_on
    by = in_words(period.closes_on)
    parts = [
        f"To: {line.address}",
        f"Subject: {_one_line(period.name)}: {' and '.join(asked)} {'since' if late else 'by'} {by}",
        "",
        *marking.notice(demonstration=view.demonstration),
        f"Dear {_one_line(line.name)},",
        "",
        f"The reporting period {_one_line(period.name)} {'was due to close' if late else 'closes'} on {by}, for "
        f"the board on {in_words(period.board_on)}.",
    ]
    if line.waiting:
        parts += ["", "Please confirm or update these milestones:", *_items(line.waiting)]
    if line.unrated:
        parts += ["", "Please rate your delivery confidence in these commitments, and say why:", *_items(line.unrated)]
    parts += ["", 'The board will see anything that you do not update as "stale" or "not reported". Thank you.']
    return "\n".join(parts) + "\n"


def _items(lines: Iterable[UpdateLine | RatingLine]) -> list[str]:
    return [f"  - {_named(line)}" for line in lines]


def _listed(what: str, lines: Iterable[UpdateLine | RatingLine]) -> list[str]:
    return [f"  {what}: {_named(line)}" for line in lines]


def _named(line: UpdateLine | RatingLine) -> str:
    """A line by its id and title; a milestone with the day it is due."""
    name = f"{getattr(line, 'milestone_id', line.commitment_id)} {_one_line(line.title)}"
    due = getattr(line, "due", None)
    return f"{name} (due {due})" if due else name


def _milestone(line: UpdateLine) -> dict[str, Any]:
    return {"milestone_id": line.milestone_id, "title": line.title, "due": line.due.day if line.due else None}


def _commitment(line: RatingLine) -> dict[str, Any]:
    return {"commitment_id": line.commitment_id, "title": line.title, "rating": line.rating}


def _one_line(text: str) -> str:
    """A person's text on one line, so that it cannot add a line to a letter's heading."""
    return " ".join(text.split())
