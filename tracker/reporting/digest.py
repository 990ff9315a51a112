"""One number for all that a board shows: equal boards have equal digests, whoever computes them and whenever.

The SHA-256, in hexadecimal, of lines ended by a line feed: ``tracker-board-<form>``, then a section's name and one
canonical JSON object a line (as ``docs/ledger.md`` describes it), in the order below. Sentences that are made of the
figures are left out, so that their wording may change; so is the end of the ledger, so that two states of it that show
the same board can be told to.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING

from tracker.domain.ledger import canonical
from tracker.reporting.board import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.domain.ledger import Scalar
    from tracker.domain.lines import MilestoneLine
    from tracker.reporting.board import BoardView, ExceptionLine

FORM = 1
"""To be raised whenever the same facts give another digest than before (a test tells); each snapshot keeps its own."""


def digest(view: BoardView) -> str:
    """Return the digest of all the figures of a board."""
    content = hashlib.sha256(f"tracker-board-{FORM}\n".encode("ascii"))
    for section, line in _lines(view):
        content.update(f"{section} {canonical(line)}\n".encode("ascii"))
    return content.hexdigest()


def _lines(view: BoardView) -> Iterator[tuple[str, Mapping[str, Scalar]]]:
    yield "board", {"as_at": view.as_at, "data_cut_off": view.data_cut_off, "demonstration": view.demonstration}
    yield "rules", asdict(view.rules)
    yield "by_owner_status", view.by_owner_status
    yield "by_computed_status", view.by_computed_status
    yield "by_outcome", view.by_outcome
    yield "confidence", vars(view.confidence)
    yield from (("commitment", vars(line)) for line in view.commitments)
    yield from (("milestone", vars(line)) for line in view.milestones)
    yield from (("programme", vars(line)) for line in view.programmes)
    yield from (("funding", vars(line)) for line in view.funding)
    yield from (("event", vars(line)) for line in view.events)
    yield from (("source", vars(line)) for line in view.sources.values())
    for line in sorted(view.exceptions, key=_listed):
        reasons = "; ".join(line.reasons)
        yield "exception", {"commitment_id": line.commitment_id, "milestone_id": line.milestone_id, "reasons": reasons}
    yield from _ids("met", view.met_in_period)
    yield from _ids("missed", view.missed_in_period)
    yield from _ids("due", view.due_soon)


def _listed(line: ExceptionLine) -> tuple[object, ...]:
    """The order that form 1 covers exceptions in, whichever order they are shown in."""
    return (
        REASONS.index(line.reasons[0]),
        not line.key,
        -(line.slip_days or 0),
        line.commitment_id,
        line.milestone_id or "",
    )


def _ids(section: str, lines: Iterable[MilestoneLine]) -> Iterator[tuple[str, Mapping[str, Scalar]]]:
    yield from ((section, {"milestone_id": line.milestone_id}) for line in lines)
