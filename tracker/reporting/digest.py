"""One number for everything on a board: equal boards have equal digests, on any machine and at any time.

The SHA-256, in hexadecimal, of lines ended by a line feed: ``tracker-board-<form>``, then a section's name and one
canonical JSON object a line (as ``docs/ledger.md`` describes it), in the order below. A form says which fields of each
section are covered, and never changes, so a snapshot of any form can be proven for ever. Sentences made from the
figures are left out, so that their wording may change. So is the end of the ledger, so that two states of it that show
the same board have the same digest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tracker.domain.columns import columns
from tracker.domain.ledger import Scalar, canonical
from tracker.reporting.board import REASONS, BoardView, ExceptionLine
from tracker.views.board import LISTS, MilestoneLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


FORMS: Mapping[int, Mapping[str, str]] = {
    1: {
        "board": "as_at data_cut_off demonstration",
        "rules": "green_days amber_days stale_days period_days",
        "confidence": ("owners owners_confirmed not_reported stale not_dated unknown unevidenced inferred_dates"),
        "commitment": (
            "commitment_id chapter kind title statement lead partners owner_id owner owner_organisation owner_note "
            "programme_id programme amount_gbp amount_wording target_on target_precision target_wording measure "
            "not_measurable note owner_status owner_rationale owner_override_reason owner_valid_until "
            "owner_reported_on computed_status outcome outcome_reason outcome_since outcome_evidence_id slip_days "
            "milestones milestones_met"
        ),
        "milestone": (
            "milestone_id commitment_id commitment programme_id title kind key promised_in promised_on baseline_on "
            "baseline_precision baseline_wording original_baseline_on original_baseline_precision forecast_on "
            "forecast_precision actual_on actual_precision reporter reason reason_note narrative evidence_id status "
            "slip_days owner_id owner outcome note"
        ),
        "programme": "programme_id name summary lead owner flagship committed_gbp note",
        "funding": (
            "funding_id programme_id commitment_id stage amount_gbp amount_wording period scope known_on source_id "
            "part_of note"
        ),
        "event": "event_id commitment_id happened_on happened_precision inferred summary evidence_id note",
        "source": "source_id kind publisher title published_on published_precision url note cited",
    },
}
"""Form → section → the fields that its digest covers.

An entry is never edited: snapshots were taken with it. To cover another field, add the next number; a field that no
form names is covered by none.
"""

NEWEST_FORM = max(FORMS)
"""The form of a digest that is taken now."""


def digest(view: BoardView, form: int = NEWEST_FORM) -> str:
    """Return the digest of all the figures of a board, in one of ``FORMS``."""
    content = hashlib.sha256(f"tracker-board-{form}\n".encode("ascii"))
    for section, line in _lines(view, FORMS[form]):
        content.update(f"{section} {canonical(line)}\n".encode("ascii"))
    return content.hexdigest()


def _lines(view: BoardView, covered: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Scalar]]]:
    def of(section: str, shown: object) -> tuple[str, Mapping[str, Scalar]]:
        return section, {name: getattr(shown, name) for name in covered[section].split()}

    yield of("board", view)
    yield of("rules", view.rules)
    yield "by_owner_status", view.by_owner_status
    yield "by_computed_status", view.by_computed_status
    yield "by_outcome", view.by_outcome
    yield of("confidence", view.confidence)
    for listed in LISTS.values():
        if listed.noun in covered:
            getters = {name: columns(listed.shape)[name].get for name in covered[listed.noun].split()}
            for line in getattr(view, listed.name):
                yield listed.noun, {name: get(line) for name, get in getters.items()}
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
