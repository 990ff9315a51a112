"""Every field of every noun, once: what people call it, how an export describes it, and who may see it.

The history, comparisons, tables, the data dictionary, returns and public editions read this table. A field is either
``public`` or ``restricted``. A public edition leaves out restricted fields and fields that have no entry.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from functools import partial
from typing import TYPE_CHECKING

from tracker.domain import words

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Field:
    """What people read about a field.

    ``label`` names it in a sentence, ``title`` above a column or a box. ``description`` is for the data dictionary; it
    is empty if no table shows the field. ``words`` are the values of a scale. ``if_none`` is shown if there is no
    value. Without it, an empty value is a ``gap`` (nothing was published or reported) or the field does not apply.
    """

    label: str
    description: str = ""
    heading: str = ""
    _: KW_ONLY
    public: bool
    unit: str | None = None
    words: Iterable[str] = ()
    if_none: str | None = None
    gap: bool = False

    @property
    def title(self) -> str:
        """Its heading: the label with a capital, unless it has one of its own."""
        return self.heading or self.label[0].upper() + self.label[1:]


public, restricted = partial(Field, public=True), partial(Field, public=False)
"""A field that everyone may see, and one that a public edition leaves out."""


_ADDRESS = "the source that shows it"
_SLIP = public("slippage", "days late against the baseline; negative is early", unit="days", gap=True)
_OWNER = public("owner", "the role that is accountable; never a person")
_LEAD = public("lead organisation", "lead organisation", "Lead")

_PROGRESS = {
    "reporter": public("reporter", "who reported the latest dates", "Reported by", words=words.Reporter),
    "status": public("status", "the status as reported; the dates are what counts", "Reported status"),
    "forecast": public("forecast", "the latest forecast date", "Forecast date"),
    "actual": public("date completed", "date completed"),
    "reason": public("reason for the change", "the coded reason for the latest change", words=words.MoveReason),
    "reason_note": restricted("note on the reason", "the reason, as written", "More about the reason"),
    "narrative": restricted("narrative", "the narrative, as written"),
    "evidence_id": public("evidence", _ADDRESS, gap=True),
    "period_id": restricted("reporting period"),
}

FIELDS: dict[str, dict[str, Field]] = {
    "assessment": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "view": public(
            "kind of view", "which status it is", "View", words=(words.View.OWNER, "computed", words.View.EVIDENCE)
        ),
        "rating": public("rating", "a word from that status's scale"),
        "scale": restricted("scale"),
        "rationale": restricted("rationale"),
        "evidence_id": public("evidence", _ADDRESS),
        "valid_until": restricted("last day of the rating"),
        "period_id": restricted("reporting period"),
        "override_reason": restricted("reason for rating better than the dates"),
        "since": public(
            "since",
            "since when; for the status from dates, the date of the board; for delivery confidence, the latest rating",
            gap=True,
        ),
    },
    "assignment": {
        "user_id": restricted("user"),
        "active": restricted("whether it is active"),
        "programme_id": restricted("programme"),
        "commitment_id": restricted("commitment"),
    },
    "baseline_request": {
        "milestone_id": restricted("milestone"),
        "baseline": restricted("requested baseline"),
        "reason": restricted("reason"),
        "note": restricted("note"),
        "author_id": restricted("author"),
        "state": restricted("state"),
        "decided_by": restricted("decider"),
        "decision_note": restricted("note on the decision"),
    },
    "commitment": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "title": public("title", "its title"),
        "statement": public("statement", "what was promised, in our own words"),
        "chapter": public("chapter", "chapter of the Green Paper"),
        "chapter_title": public("chapter title", "what the chapter is about"),
        "kind": public("kind", "kind of promise", words=words.CommitmentKind),
        "programme_id": public("programme", "the programme's id"),
        "programme": public("programme", "the name of its programme", "Programme: name"),
        "lead_organisation_id": public("lead organisation"),
        "lead": _LEAD,
        "partners": public("partners", "partner organisations"),
        "owner_id": public("owner"),
        "owner": _OWNER,
        "owner_organisation": public("owner's organisation", "the owner's organisation"),
        "owner_note": public("note on the owner", "how we identified the owner"),
        "amount_gbp": public("amount", "amount promised", unit="£"),
        "amount_wording": public("amount as published", "the amount as published", "Amount: wording"),
        "target": public("target date", "the date it was promised for", "Target", gap=True),
        "target_wording": public("target as published", "the date as published", "Target: wording", gap=True),
        "measure": public("measure of success", "how we would know that the promise was kept", "Measure"),
        "not_measurable": public("reason it is not measurable", "why it cannot be measured", "Not measurable"),
        "owner_status": public(
            "owner's rating", "the owner's rating", "Delivery confidence", if_none=words.NOT_REPORTED
        ),
        "owner_rationale": restricted("owner's rationale", "the owner's reason, as written", gap=True),
        "owner_override_reason": restricted(
            "owner's reason for rating better than the dates",
            "why the owner rates it better than the dates suggest",
            "Reason for rating better than the dates",
            words=words.OverrideReason,
        ),
        "owner_valid_until": public("last day of the owner's rating", "last day of the rating", "Rating until"),
        "owner_reported_on": public(
            "date of the owner's latest report", "date of the latest report or rating", "Rating since"
        ),
        "computed_status": public(
            "status from dates", "worked out from the dates of its milestones", words=words.MilestoneStatus
        ),
        "outcome": public("evidence view", "what the published record shows", if_none=words.Outcome.UNKNOWN),
        "outcome_reason": public(
            "reason for the evidence view", "the reason for this reading", "Evidence view: reason", gap=True
        ),
        "outcome_since": public("first day of the evidence view", "since when", "Evidence view: since", gap=True),
        "outcome_evidence_id": public("evidence", _ADDRESS, "Evidence view: source", gap=True),
        "slip_days": _SLIP,
        "milestones": public("milestones", "number of milestones", unit="milestones"),
        "milestones_met": public("milestones met", "number completed", unit="milestones"),
        "note": public("note", "note on the promise"),
    },
    "event": {
        "event_id": public("event", "the event's id"),
        "commitment_id": public("commitment", "the commitment it affects; empty if it affects all"),
        "happened": public("date", "date of the event", "Happened"),
        "inferred": public("whether its date is inferred", "whether no source gives the date", "Date inferred"),
        "summary": public("summary", "what happened"),
        "evidence_id": public("evidence", _ADDRESS),
        "note": public("note", "note"),
    },
    "funding": {
        "funding_id": public("funding", "the funding's id", "Funding id"),
        "programme_id": public("programme", "the programme's id"),
        "programme": public("programme", "its name", "Programme: name", gap=True),
        "commitment_id": public("commitment", "the commitment it funds"),
        "stage": public(
            "funding stage",
            "the stage of the funding; one stage is never shown as another",
            words=words.MoneyStage,
        ),
        "amount_gbp": public("amount", "the amount", unit="£"),
        "amount_wording": public("amount as published", "the amount as published", "Amount: wording"),
        "period": public("period", "the years it covers", gap=True),
        "scope": public("scope", "the places or bodies it covers", gap=True),
        "known_on": public("date it became known", "when the amount became known", "Known on"),
        "part_of": public("amount that it is part of", "the amount that already includes it", "Part of"),
        "source_id": public("source", "where it is published"),
        "note": public("note", "conditions, conflicts and inferences"),
    },
    "local_authority": {
        "gss_code": restricted("GSS code"),
        "name": restricted("name"),
        "region": restricted("region"),
        "type": restricted("type"),
        "previous_gss_code": restricted("previous GSS code"),
        "source_id": restricted("source"),
    },
    "milestone": {
        **_PROGRESS,
        "milestone_id": public("milestone", "the milestone's id: its commitment's and a number"),
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "commitment": public("commitment", "the title of its commitment", "Commitment: title"),
        "programme_id": public("programme", "the programme's id"),
        "title": public("title", "what has to happen"),
        "kind": public("kind", "kind of milestone", words=words.MilestoneKind),
        "key": public("whether it is a key milestone", "whether it counts towards the commitment's status", "Key"),
        "owner_id": public("owner"),
        "owner": _OWNER,
        "promised_in": public("source of the promise", "the source that makes the promise", "Promised in"),
        "promised_on": public("date promised", "the date of the promise", "Promised on"),
        "baseline": public("baseline", "the date it was promised for", gap=True),
        "baseline_wording": public("baseline as published", "the date as published", "Baseline: wording", gap=True),
        "original_baseline": public("original baseline", "the first baseline", gap=True),
        "due": public(
            "due date", "the forecast or, if there is none, the baseline, as precisely as reported", "Due", gap=True
        ),
        "status": public("status from dates", "worked out from the dates", words=words.MilestoneStatus),
        "reported_status": _PROGRESS["status"],
        "slip_days": _SLIP,
        "period": public(
            "this period",
            "whether it is within the board's period before or after its date",
            words=("met in the period", "missed in the period", "due soon"),
        ),
        "outcome": public("evidence view", "what the published record shows of the commitment"),
        "note": public("note", "note on the promise"),
    },
    "organisation": {"name": restricted("name")},
    "owner": {
        "role": restricted("role"),
        "organisation_id": restricted("organisation"),
        "note": restricted("note"),
    },
    "period": {
        "name": restricted("name"),
        "opens_on": restricted("opening date"),
        "closes_on": restricted("closing date"),
        "board_on": restricted("date of the board"),
        "state": restricted("state"),
    },
    "programme": {
        "programme_id": public("programme", "the programme's id"),
        "name": public("name", "its name"),
        "summary": public("summary", "what it does"),
        "lead_organisation_id": public("lead organisation"),
        "lead": _LEAD,
        "owner_id": public("owner"),
        "owner": _OWNER,
        "flagship": public(
            "whether it is a flagship", "one of the four that the board follows most closely", "Flagship"
        ),
        "committed_gbp": public(
            "committed", "committed by the Green Paper, each pound counted once", unit="£", gap=True
        ),
        "note": public("note", "note on the programme"),
    },
    "progress": {
        **_PROGRESS,
        "milestone_id": public("milestone", "the milestone's id: its commitment's and a number"),
        "since": public("since", "date from which it is true"),
    },
    "reference": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "source_id": public("source", "the document's id"),
        "publisher": public("publisher", "who published it"),
        "document": public("document", "its title"),
        "pinpoint": public("pinpoint", "page or section"),
        "stance": public("stance", "whether it states or implies it", words=words.Stance),
        "differs": public("difference from the other documents", "how it differs from the other documents", "Differs"),
    },
    "snapshot": {
        "as_at": restricted("date"),
        "known_seq": restricted("last change included"),
        "known_seal": restricted("fingerprint of that change"),
        "digest": restricted("fingerprint of the board"),
        "rules": restricted("tolerances"),
        "state": restricted("state"),
        "taken_by": restricted("person who saved it"),
        "period_id": restricted("reporting period"),
        "approved_by": restricted("approver"),
        "note": restricted("note"),
        "withdrawn_by": restricted("person who withdrew it"),
    },
    "source": {
        "source_id": public("source", "the source's id"),
        "kind": public("kind", "kind of source", words=words.SourceKind),
        "publisher": public("publisher", "who published it"),
        "title": public("title", "its name"),
        "published": public("date of publication", "when it was published", "Published", gap=True),
        "url": public("address", "on the publisher's own site", gap=True),
        "cited": public("citations", "number of statements that cite it", "Cited", unit="statements"),
        "note": public("note", "note"),
    },
    "user": {
        "name": restricted("name"),
        "role": restricted("role"),
        "active": restricted("whether it is active"),
        "address": restricted("e-mail address"),
        "same_as": restricted("other account of the same person"),
    },
    # What is counted or compared, and is no record of its own
    "figure": {
        "measure": public("measure", "what we count"),
        "category": public("category", "category"),
        "count": public("count", "number"),
        "amount_gbp": public("amount", "the amount; each pound is counted once in a programme", unit="£"),
    },
    "exception": {
        "order": public("order", "1 is the worst"),
        "commitment_id": public("commitment", "the commitment's id"),
        "commitment": public("commitment", "its name", "Commitment: title"),
        "milestone_id": public("milestone", "the milestone's id, if a milestone is late"),
        "milestone": public("milestone", "its name", "Milestone: title"),
        "reasons": public("reasons", "why it is listed, worst first"),
        "why": public("why", "the reasons in a sentence"),
        "owner": _OWNER,
        "due": public("due date", "the due date, as precisely as reported", "Due", gap=True),
        "slip_days": _SLIP,
        "owner_status": public("owner's rating", "of the commitment", "Delivery confidence"),
        "computed_status": public("status from dates", "of the commitment"),
        "outcome": public("evidence view", "of the commitment"),
    },
    "outcome": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "since": public("since", "date from which it is true"),
        "outcome": public("evidence view", "what the published record shows"),
        "reason": public("reason", "the reason for this reading"),
        "evidence_id": public("evidence", _ADDRESS, gap=True),
    },
    "change": {
        "order": public("order", "most important first"),
        "kind": public("change", "what kind of change", words=words.Movement),
        "record": public("record", "what was changed"),
        "record_id": public("record", "the record's id", "Record: id"),
        "commitment_id": public("commitment", "the one it belongs to"),
        "milestone_id": public("milestone", "the one it belongs to"),
        "what": public("what changed", "title of what changed"),
        "of": public("field", "the field that changed"),
        "old": public("was", "value before"),
        "new": public("is", "value now"),
        "days": public("days", "days by which a date changed; negative is earlier", unit="days"),
        "direction": public("direction", "better or worse"),
        "evidence_id": public("evidence", _ADDRESS),
        "holds_from": public("true from", "date from which it is true"),
        "recorded_at": public("recorded", "when it was recorded; empty if the passing of time caused the change"),
        "change": public("change", "number of the change in the record", "Change number"),
        "who": restricted("who", "who recorded it"),
        "why": restricted("why", "the reason, as written"),
    },
    "column": {
        "table": public("table", "the table's name"),
        "column": public("column", "the column's name"),
        "title": public("title", "the column's name for people"),
        "holds": public("type", "type of value"),
        "unit": public("unit", "what the number counts"),
        "description": public("description", "meaning"),
        "one_of": public("possible values", "the values it can have"),
        "empty_means": public("empty means", "why a cell can be empty"),
        "restricted": public("restricted", "whether a public edition leaves it out"),
    },
}
"""Noun (the name of its table in the ledger, or of a row of a pack) → field → its words.

Every field of every noun has an entry, and so has every column of every table of a pack (tested).
"""


def is_public(noun: str, name: str) -> bool:
    """Say whether a public edition may show a field. One that has no entry is restricted."""
    field = FIELDS[noun].get(name)
    return field is not None and field.public


PRECISION_WORDS = tuple(words.Precision)
"""The values of a date's precision."""
