"""The board view as a file or a screen of text: JSON for machines, plain text for a terminal."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from tracker.domain.columns import parts
from tracker.domain.dates import PublishedDate, in_words, moment_in_words
from tracker.domain.text import counted
from tracker.domain.words import BOARD, NOT_REPORTED
from tracker.exchange import marking
from tracker.exchange.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.reporting.board import BoardView, ReasonGroup
    from tracker.views.board import CommitmentLine, MilestoneLine

WORDING = 3
"""Raise this when a sentence, a field or the order of a list of ``board_json`` changes."""

_CAME_WITH: dict[str, int] = {}
"""Field that was added to ``board_json`` → the wording it came with. Older packs do not have it."""

_WIDTH = 100


def board_json(view: BoardView) -> str:
    """Return the board as one JSON object: dates as ISO days, instants in UTC, money in pounds, unknowns null.

    The same view gives the same bytes.
    """
    confidence = view.confidence
    content = {
        "board": BOARD,
        "as_at": view.as_at,
        "known_at": view.known_at,
        "data_cut_off": view.data_cut_off,
        "headline": view.headline,
        "owners": {"total": confidence.owners, "confirmed": confidence.owners_confirmed},
        "commitments": {
            "total": len(view.commitments),
            "delivered": view.delivered,
            "by_owner_status": view.by_owner_status,
            "by_computed_status": view.by_computed_status,
            "by_outcome": view.by_outcome,
            "list": [_commitment(line) for line in view.commitments],
        },
        "programmes": [
            {
                **_named(line, "programme_id name flagship owner committed_gbp"),
                "money": [
                    _named(sum_, "stage amount_gbp amount_wording period scope known_on part_of note source_id")
                    for sum_ in view.funding
                    if sum_.programme_id == line.programme_id
                ],
            }
            for line in view.programmes
        ],
        "exceptions": [_named(line, _EXCEPTION) for line in view.exceptions],
        "milestones_due": [_named(line, _MILESTONE) for line in view.due_soon],
        "milestones_met": [_named(line, _MILESTONE) for line in view.met],
        "milestones_met_in_period": [line.milestone_id for line in view.met_in_period],
        "milestones_missed_in_period": [_named(line, _MILESTONE) for line in view.missed_in_period],
        "period_days": view.rules.period_days,
        "outside_world": [
            {"on": _date(line.happened), **_named(line, "summary evidence_id")} for line in view.outside_world
        ],
        "confidence": {
            "commitments_not_reported": confidence.not_reported,
            "commitments_with_unknown_outcome": confidence.unknown,
            "milestones_stale": confidence.stale,
            "milestones_not_dated": confidence.not_dated,
            "milestones_met_without_evidence": confidence.unevidenced,
            "events_with_inferred_date": confidence.inferred_dates,
        },
        "head": {"seq": view.head.seq, "hash": view.head.seal},
    }
    marked = marking.content(content, demonstration=view.demonstration)
    return json_text(marked)


def same_board(packed: bytes, view: BoardView, wording: object) -> bool:
    """Say whether a board that was written as JSON is ``view``.

    In today's wording it is the same, byte for byte. In an older wording it has the same figures: its sentences, and
    fields that it could not have, are not compared.
    """
    ours = board_json(view)
    if wording == WORDING:
        return packed == ours.encode()
    try:
        return _figures(json.loads(packed)) == _figures(_known_to(wording, json.loads(ours)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def _known_to(wording: object, content: Any) -> Any:
    """Return content without the fields that came after a wording."""
    match content:
        case dict():
            older = wording if isinstance(wording, int) else 1
            kept = {key: value for key, value in content.items() if _CAME_WITH.get(key, 1) <= older}
            return {key: _known_to(wording, value) for key, value in kept.items()}
        case list():
            return [_known_to(wording, one) for one in content]
    return content


def _figures(content: dict[str, Any]) -> dict[str, Any]:
    lines = [{key: value for key, value in line.items() if key != "why"} for line in content["exceptions"]]
    ordered = sorted(lines, key=lambda line: (line["commitment_id"], line["milestone_id"] or ""))
    return {**{key: value for key, value in content.items() if key != "headline"}, "exceptions": ordered}


_EXCEPTION = (
    "commitment_id milestone_id reasons owner slip_days due owner_status computed_status milestone_status outcome why"
)
_COMMITMENT = (
    "commitment_id chapter kind title programme_id lead owner amount_gbp target owner_status owner_rationale "
    "owner_override_reason owner_valid_until computed_status outcome outcome_since slip_days milestones milestones_met"
)
_MILESTONE = (
    "milestone_id commitment_id title baseline original_baseline baseline_wording forecast actual slip_days status "
    "evidence_id"
)


def _commitment(line: CommitmentLine) -> dict[str, Any]:
    return {
        **_named(line, _COMMITMENT),
        "target": str(line.target) if line.target else line.target_wording,
        "owner_status": line.owner_status or NOT_REPORTED,
    }


def _named(line: Any, names: str) -> dict[str, Any]:
    """Return some fields of a line by name."""
    known = parts(type(line))
    values = {name: known[name].get(line) for name in names.split()}
    return {name: _date(value) if isinstance(value, PublishedDate) else value for name, value in values.items()}


def _date(published: PublishedDate) -> dict[str, str]:
    """A date as the day used in sums, its precision, and how to say it."""
    return {"day": published.day.isoformat(), "precision": published.precision, "text": str(published)}


def board_text(view: BoardView) -> str:
    """Return the board as plain text in the order of the page, for a terminal."""
    confidence = view.confidence
    known = moment_in_words(view.known_at) if view.known_at else "nothing recorded"
    parts = [
        *marking.notice(demonstration=view.demonstration),
        f"{BOARD}: as at {in_words(view.as_at)}",
        f"As known at change {view.head.seq} ({known}), seal {view.head.seal[:12]}",
        confidence.of_owners,
        "",
        *textwrap.wrap(view.headline, _WIDTH),
        "",
        counted(len(view.commitments), "commitment"),
        *_wrapped(f"  delivery confidence  {_tally(view.by_owner_status)}"),
        *_wrapped(f"  status from dates    {_tally(view.by_computed_status)}"),
        *_wrapped(f"  evidence view        {_tally(view.by_outcome)}"),
        "",
    ]
    for group in view.exception_groups:
        parts += [*_exceptions(group), ""]
    parts += [] if view.exceptions else ["No exceptions.", ""]
    parts.pop()
    parts += _section(f"Milestones met in the last {view.rules.period_days} days", view.met_in_period)
    parts += _section(f"Milestones due in the next {view.rules.period_days} days", view.due_soon)
    parts += ["", f"Funding committed by the Green Paper{'' if view.programmes else ': none'}"]
    for programme in view.programmes:
        amount = f"£{programme.committed_gbp:,.0f}" if programme.committed_gbp is not None else "no amount recorded"
        parts.append(f"  {amount:>18}  {programme.name}")
    parts += [
        "",
        "How reliable this report is",
        f"  {counted(confidence.not_reported, 'commitment')} not reported by their owner; {confidence.unknown} "
        "with no known outcome",
        f"  {counted(confidence.stale, 'milestone')} stale; {confidence.not_dated} not dated; "
        f"{confidence.unevidenced} met without evidence",
    ]
    return "\n".join(parts) + "\n"


def _exceptions(group: ReasonGroup) -> Iterable[str]:
    """One group of exceptions, each with its slippage and why; for those only not reported, just the ids."""
    if group.silent:
        yield from _wrapped(f"{group.title}: {', '.join(line.commitment_id for line in group.lines)}")
        return
    yield group.title
    for line in group.lines:
        slip = f"{line.slip_days:+,} days" if line.slip_days is not None else "slippage not known"
        yield f"  {line.milestone_id or line.commitment_id:<11}{slip:>12}  {', '.join(line.reasons)}"
        yield from _indented(f"{line.milestone or line.commitment}. {line.why} Owner: {line.owner}.")


def _tally(counts: dict[str, int]) -> str:
    return " · ".join(f"{count} {word}" for word, count in counts.items()) or "none"


def _section(title: str, lines: Sequence[MilestoneLine]) -> Iterable[str]:
    yield ""
    yield f"{title}: {len(lines) or 'none'}"
    for line in lines:
        yield f"  {line.milestone_id:<11}{line.actual or line.due!s:>18}  {textwrap.shorten(line.title, _WIDTH - 33)}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * 23, break_on_hyphens=False)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="      ", subsequent_indent="      ")
