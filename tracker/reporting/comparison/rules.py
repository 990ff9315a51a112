"""The fields of each list that are compared, the kind of row that a difference makes, and where it is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.columns import parts
from tracker.domain.nouns import Progress
from tracker.domain.progress import TEXTS
from tracker.domain.words import Movement
from tracker.reporting.comparison.rows import Cause
from tracker.views.board import LISTS, Listed


@dataclass(frozen=True)
class Rule:
    """One kind of row: made if any of ``fields`` differs, with ``also`` beside them.

    ``each`` makes a row for every field. ``causes`` is where the ledger records it; empty if it follows from other
    facts.
    """

    kind: Movement
    fields: tuple[str, ...]
    causes: tuple[Cause, ...] = ()
    also: tuple[str, ...] = ()
    each: bool = False


@dataclass(frozen=True)
class Shape:
    """How the lines of one list are compared: every field by the first rule that names it."""

    listed: Listed
    added: Movement
    removed: Movement
    causes: tuple[Cause, ...]
    rules: tuple[Rule, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that are compared."""
        return tuple(dict.fromkeys(name for rule in self.rules for name in rule.fields))


def _rule(kind: Movement, fields: str, *causes: Cause, also: str = "", each: bool = False) -> Rule:
    return Rule(kind, tuple(fields.split()), causes, tuple(also.split()), each)


def _own(noun: str, fields: str = "", of: str = "", suffix: str = "") -> Cause:
    """A record of the noun itself, or one ``of`` another; all of its fields, or some."""
    return Cause(noun, f"{of or noun}_id", tuple(fields.split()), suffix)


def _shape(
    name: str,
    kinds: tuple[Movement, Movement, Movement],
    *rules: Rule,
    left_out: str = "",
    causes: tuple[Cause, ...] = (),
    parent: str = "",
) -> Shape:
    """Return how a list is compared: by the rules given, and every other field but those ``left_out`` as words.

    ``kinds`` are the kinds for a line that was added, one that was removed, and words that changed. A line appears and
    disappears with its ``parent``.
    """
    listed = LISTS[name]
    added, removed, words = kinds
    named = {listed.key, *left_out.split(), *(name for rule in rules for name in rule.fields)}
    rest = [name for name in parts(listed.shape) if name not in named]
    reported = [name for name in rest if listed.noun == "milestone" and name in parts(Progress)]
    own = _own(listed.noun)
    others = (
        *(Rule(words, (name,), (_own("progress", name, of="milestone"),)) for name in reported),
        Rule(words, tuple(name for name in rest if name not in reported), (own, *causes), each=True),
    )
    return Shape(listed, added, removed, (own, _own(parent)) if parent else (own,), (*rules, *others))


_OWNER = (
    _own("commitment", "owner_id programme_id"),
    _own("programme", "owner_id"),
    _own("owner", "role organisation_id note"),
)
_BASELINE = _own("milestone", "baseline")
_TEXTS = " ".join(TEXTS)


def _view(fields: str, view: str) -> Cause:
    return _own("assessment", fields, of="commitment", suffix=f"/{view}")


def _progress(fields: str) -> Cause:
    return _own("progress", fields, of="milestone")


SHAPES = (
    _shape(
        "commitments",
        (Movement.COMMITMENT_ADDED, Movement.COMMITMENT_REMOVED, Movement.COMMITMENT_WORDS),
        _rule(
            Movement.RATING,
            "owner_status",
            _view("rating", "owner"),
            also="owner_rationale owner_override_reason owner_valid_until",
        ),
        _rule(Movement.COMPUTED, "computed_status"),
        _rule(Movement.OUTCOME, "outcome", _view("rating", "evidence"), also="outcome_reason outcome_evidence_id"),
        _rule(Movement.TARGET, "target", _own("commitment", "target"), also="target_wording"),
        _rule(Movement.OWNER, "owner_id owner owner_organisation", *_OWNER, also="owner_note"),
        _rule(Movement.MONEY_SUM, "amount_gbp", _own("commitment", "amount_gbp"), also="amount_wording"),
        _rule(Movement.EVIDENCE, "outcome_evidence_id", _view("evidence_id", "evidence"), also="outcome_reason"),
        _rule(
            Movement.COMMITMENT_WORDS,
            "owner_rationale owner_override_reason",
            _view("rationale override_reason", "owner"),
            each=True,
        ),
        _rule(Movement.COMMITMENT_WORDS, "outcome_reason", _view("rationale", "evidence")),
        # counted, or changing every day, or in another row, or only who reported and when
        left_out="milestones milestones_met outcome_since owner_reported_on owner_valid_until programme slip_days",
        causes=_OWNER[2:],
    ),
    _shape(
        "milestones",
        (Movement.MILESTONE_ADDED, Movement.MILESTONE_REMOVED, Movement.MILESTONE_WORDS),
        _rule(Movement.MET, "actual", _progress("actual"), also=f"status evidence_id {_TEXTS}"),
        _rule(Movement.FORECAST, "forecast", _progress("forecast"), also=_TEXTS),
        _rule(Movement.BASELINE, "baseline", _BASELINE, also="baseline_wording original_baseline"),
        _rule(Movement.BASELINE_CORRECTED, "original_baseline", _BASELINE),
        _rule(Movement.COMPUTED, "status"),
        _rule(Movement.EVIDENCE, "evidence_id", _progress("evidence_id")),
        parent="commitment",
        left_out="commitment outcome owner owner_id programme_id reason reason_note reported_status reporter slip_days",
    ),
    _shape(
        "programmes",
        (Movement.PROGRAMME_ADDED, Movement.PROGRAMME_REMOVED, Movement.PROGRAMME_WORDS),
        _rule(Movement.OWNER, "owner", _own("programme", "owner_id")),
        left_out="committed_gbp",
    ),
    _shape(
        "funding",
        (Movement.MONEY_ADDED, Movement.MONEY_REMOVED, Movement.MONEY_WORDS),
        _rule(Movement.MONEY_STAGE, "stage", _own("funding", "stage")),
        _rule(Movement.MONEY_SUM, "amount_gbp", _own("funding", "amount_gbp"), also="amount_wording"),
    ),
    _shape("events", (Movement.EVENT_ADDED, Movement.EVENT_REMOVED, Movement.EVENT_WORDS)),
)
"""How each list is compared, most important first."""

COMPARED = {shape.listed.noun: shape.fields for shape in SHAPES}
"""Noun → the fields of its lines that are compared; each is in one row at most."""
