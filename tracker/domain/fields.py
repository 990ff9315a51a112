"""Every field of every noun, said once: what people call it, what an export says of it, and who may see it.

The history, comparisons, tables, the data dictionary, returns and public editions read this table. A field is either
``public`` or ``restricted``: a public edition leaves out what is restricted, and every field of which nothing is said.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from functools import partial

from tracker.domain.words import (
    NOT_REPORTED,
    CommitmentKind,
    MilestoneKind,
    MilestoneStatus,
    MoneyStage,
    Movement,
    MoveReason,
    Outcome,
    OverrideReason,
    Precision,
    Reporter,
    SourceKind,
    Stance,
    View,
)


@dataclass(frozen=True)
class Field:
    """What is to be known of a field.

    ``label`` names it in a sentence, ``title`` above a column or a box. ``description`` is what the data dictionary
    says of it; it is empty for what no table shows. ``words`` are all that it may say, where it is of a scale.
    ``if_none`` is what is shown where there is no value. Without it, an empty value is a ``gap`` (nothing was
    published or reported), or the field does not apply.
    """

    label: str
    description: str = ""
    heading: str = ""
    _: KW_ONLY
    public: bool
    unit: str | None = None
    words: tuple[str, ...] = ()
    if_none: str | None = None
    gap: bool = False

    @property
    def title(self) -> str:
        """Its heading: the label with a capital, unless it has one of its own."""
        return self.heading or self.label[0].upper() + self.label[1:]


public, restricted = partial(Field, public=True), partial(Field, public=False)
"""A field that everybody may see, and one that a public edition leaves out."""

_ADDRESS = "the source that shows it"
_SLIP = public("slip", "how late, measured from the baseline; below nothing is early", unit="days", gap=True)
_OWNER = public("owner", "the role that answers for it; never a person")
_LEAD = public("lead organisation", "the body that leads", "Lead")

_PROGRESS = {
    "reporter": public("reporter", "who gave the newest dates", "Reported by", words=tuple(Reporter)),
    "status": public("status", "the reporter's own word; the dates are what counts", "Own status"),
    "forecast": public("forecast", "when it was last expected"),
    "actual": public("completion", "when it happened", "Completed"),
    "reason": public(
        "reason for the date", "the coded reason for the newest move", "Why it moved", words=tuple(MoveReason)
    ),
    "reason_note": restricted("note on the reason", "the reason, as written", "More about why"),
    "narrative": restricted("narrative", "what the reporter says, as written"),
    "evidence_id": public("evidence", _ADDRESS, gap=True),
    "period_id": restricted("reporting period"),
}

FIELDS: dict[str, dict[str, Field]] = {
    "assessment": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "view": public("whose view", "whose it is", "View", words=(View.OWNER, "computed", View.EVIDENCE)),
        "rating": public("rating", "the word of that view's scale"),
        "scale": restricted("scale"),
        "rationale": restricted("rationale"),
        "evidence_id": public("evidence", _ADDRESS),
        "valid_until": restricted("last day of validity"),
        "period_id": restricted("reporting period"),
        "override_reason": restricted("reason to rate better than the dates"),
        "since": public(
            "since", "from when; of the computed one, the day of the board; of an owner's, the newest report", gap=True
        ),
    },
    "assignment": {
        "user_id": restricted("user"),
        "active": restricted("whether it is in force"),
        "programme_id": restricted("programme"),
        "commitment_id": restricted("commitment"),
    },
    "baseline_request": {
        "milestone_id": restricted("milestone"),
        "baseline": restricted("baseline asked for"),
        "reason": restricted("reason"),
        "note": restricted("note"),
        "author_id": restricted("author"),
        "state": restricted("state"),
        "decided_by": restricted("decider"),
        "decision_note": restricted("decision's note"),
    },
    "commitment": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "title": public("title", "what it is called here"),
        "statement": public("statement", "what was promised, in our own words"),
        "chapter": public("chapter", "chapter of the Green Paper"),
        "chapter_title": public("chapter title", "what the chapter is about"),
        "kind": public("kind", "what sort of promise it is", words=tuple(CommitmentKind)),
        "programme_id": public("programme", "the programme's id"),
        "programme": public("programme", "what its programme is called", "Programme: name"),
        "lead_organisation_id": public("lead organisation"),
        "lead": _LEAD,
        "partners": public("partners", "bodies that share in it"),
        "owner_id": public("owner"),
        "owner": _OWNER,
        "owner_organisation": public("owner's organisation", "where the owner is"),
        "owner_note": public("note on its owner", "how the owner was found", "On the owner"),
        "amount_gbp": public("amount", "money promised", unit="£"),
        "amount_wording": public("amount as published", "the money as published", "Amount: wording"),
        "target": public("target date", "when it was promised for", "Target", gap=True),
        "target_wording": public("target as published", "the date as published", "Target: wording", gap=True),
        "measure": public("measure of success", "how one would know that it is kept", "Measure"),
        "not_measurable": public("reason it is not measurable", "why there can be no measure", "Not measurable"),
        "owner_status": public(
            "owner's rating", "delivery confidence that the owner gives", "Owner's view", if_none=NOT_REPORTED
        ),
        "owner_rationale": restricted("owner's rationale", "the owner's reason, as written", gap=True),
        "owner_override_reason": restricted(
            "owner's reason to rate better than the dates",
            "why the owner rates it better than its dates do",
            "Owner's override",
            words=tuple(OverrideReason),
        ),
        "owner_valid_until": public("last day of the owner's rating", "its last day", "Owner's view until"),
        "owner_reported_on": public("day of the owner's newest report", "from when", "Owner's view since"),
        "computed_status": public(
            "computed status", "computed from the dates of its milestones", "Dates", words=tuple(MilestoneStatus)
        ),
        "outcome": public("evidence view", "what the published record shows", "Evidence", if_none=Outcome.UNKNOWN),
        "outcome_reason": public(
            "reason of the evidence view", "why the record is read so", "Evidence: reason", gap=True
        ),
        "outcome_since": public("first day of the evidence view", "from when", "Evidence: since", gap=True),
        "outcome_evidence_id": public("evidence", _ADDRESS, "Evidence: source", gap=True),
        "slip_days": _SLIP,
        "milestones": public("milestones", "how many it has", unit="milestones"),
        "milestones_met": public("milestones met", "how many have happened", unit="milestones"),
        "note": public("note", "a remark on the promise"),
    },
    "event": {
        "event_id": public("event", "the event's id"),
        "commitment_id": public("commitment", "the one it concerns; none when it concerns all"),
        "happened": public("date", "when it happened", "Happened"),
        "inferred": public("whether it is dated by inference", "whether no source gives the date", "Date inferred"),
        "summary": public("summary", "what happened"),
        "evidence_id": public("evidence", _ADDRESS),
        "note": public("note", "a remark"),
    },
    "funding": {
        "funding_id": public("sum", "the sum's id"),
        "programme_id": public("programme", "the programme's id"),
        "programme": public("programme", "what it is called", "Programme: name", gap=True),
        "commitment_id": public("commitment", "the commitment that it is money of"),
        "stage": public(
            "stage of money", "the stage of public money; one is never another", "Stage", words=tuple(MoneyStage)
        ),
        "amount_gbp": public("amount", "the sum", unit="£"),
        "amount_wording": public("amount as published", "the sum as published", "Amount: wording"),
        "period": public("period", "the years that it covers", gap=True),
        "scope": public("scope", "the places or bodies that it covers", gap=True),
        "known_on": public("day from which it is known", "from when the sum was known", "Known on"),
        "part_of": public("sum that contains it", "the sum that already contains it", "Part of"),
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
        "commitment": public("commitment", "what its commitment is called", "Commitment: title"),
        "programme_id": public("programme", "the programme's id"),
        "title": public("title", "what has to happen"),
        "kind": public("kind", "what passing it means", words=tuple(MilestoneKind)),
        "key": public("whether it is a key milestone", "whether it counts towards the commitment's status", "Key"),
        "owner_id": public("owner"),
        "owner": _OWNER,
        "promised_in": public("source of the promise", "the source that promises it", "Promised in"),
        "promised_on": public("day of the promise", "when it was promised", "Promised on"),
        "baseline": public("baseline", "when it was promised for", gap=True),
        "baseline_wording": public("baseline as published", "the date as published", "Baseline: wording", gap=True),
        "original_baseline": public("original baseline", "the first baseline it had", gap=True),
        "due": public("due date", "the forecast, else the baseline, as precisely as it was said", "Due", gap=True),
        "status": public("computed status", "computed from the dates", "Status", words=tuple(MilestoneStatus)),
        "reported_status": _PROGRESS["status"],
        "slip_days": _SLIP,
        "period": public(
            "this period",
            "whether it falls within the board's period before or after its day",
            words=("met in the period", "missed in the period", "due soon"),
        ),
        "outcome": public("evidence view", "what the published record shows of the commitment", "Evidence"),
        "note": public("note", "a remark on the promise"),
    },
    "organisation": {"name": restricted("name")},
    "owner": {
        "role": restricted("role"),
        "organisation_id": restricted("organisation"),
        "note": restricted("note"),
    },
    "period": {
        "name": restricted("name"),
        "opens_on": restricted("opening day"),
        "closes_on": restricted("closing day"),
        "board_on": restricted("day of the board"),
        "state": restricted("state"),
    },
    "programme": {
        "programme_id": public("programme", "the programme's id"),
        "name": public("name", "what it is called"),
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
        "note": public("note", "a remark on the programme"),
    },
    "progress": {
        **_PROGRESS,
        "milestone_id": public("milestone", "the milestone's id: its commitment's and a number"),
        "since": public("since", "from when"),
    },
    "reference": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "source_id": public("source", "the document's id"),
        "publisher": public("publisher", "who published it"),
        "document": public("document", "its title"),
        "pinpoint": public("pinpoint", "where in it"),
        "stance": public("stance", "how plainly it says so", words=tuple(Stance)),
        "differs": public("difference from the other documents", "how it differs from the other documents", "Differs"),
    },
    "snapshot": {
        "as_at": restricted("day"),
        "known_seq": restricted("last change known"),
        "known_seal": restricted("seal of that change"),
        "digest": restricted("digest of the board"),
        "rules": restricted("tolerances"),
        "state": restricted("state"),
        "taken_by": restricted("taker"),
        "period_id": restricted("reporting period"),
        "approved_by": restricted("approver"),
        "note": restricted("note"),
        "withdrawn_by": restricted("who withdrew it"),
    },
    "source": {
        "source_id": public("source", "the source's id"),
        "kind": public("kind", "what it is to the board", words=tuple(SourceKind)),
        "publisher": public("publisher", "who published it"),
        "title": public("title", "what it is called"),
        "published": public("date of publication", "when it was published", "Published", gap=True),
        "url": public("address", "on the publisher's own site", gap=True),
        "cited": public("citations", "how many statements stand on it", "Cited", unit="statements"),
        "note": public("note", "a remark"),
    },
    "user": {
        "name": restricted("name"),
        "role": restricted("role"),
        "active": restricted("whether it is active"),
        "address": restricted("e-mail address"),
        "same_as": restricted("other account of the same person"),
    },
    # What is counted or compared, and is nobody's own record
    "figure": {
        "measure": public("measure", "what is counted"),
        "category": public("category", "of which sort"),
        "count": public("count", "how many"),
        "amount_gbp": public("amount", "the sum, each pound counted once within the programme", unit="£"),
    },
    "exception": {
        "order": public("order", "1 is the worst"),
        "commitment_id": public("commitment", "the commitment's id"),
        "commitment": public("commitment", "what it is called", "Commitment: title"),
        "milestone_id": public("milestone", "the milestone's id, where it is one that is late"),
        "milestone": public("milestone", "what it is called", "Milestone: title"),
        "reasons": public("reasons", "why it is listed, worst first"),
        "why": public("why", "the same in a sentence"),
        "owner": public("owner", "the role that answers for it"),
        "due": public("due date", "when it is expected, as precisely as it was said", "Due", gap=True),
        "slip_days": public("slip", "how late, measured from the baseline", unit="days", gap=True),
        "owner_status": public("owner's rating", "of the commitment", "Owner's view"),
        "computed_status": public("computed status", "of the commitment", "Dates"),
        "outcome": public("evidence view", "of the commitment", "Evidence"),
    },
    "outcome": {
        "commitment_id": public("commitment", "the commitment's id: chapter of the Green Paper and number"),
        "since": public("since", "from when"),
        "outcome": public("outcome", "what the published record shows"),
        "reason": public("reason", "why the record is read so"),
        "evidence_id": public("evidence", _ADDRESS, gap=True),
    },
    "change": {
        "order": public("order", "as a board asks"),
        "kind": public("change", "what kind of change", words=tuple(Movement)),
        "record": public("record", "what was changed"),
        "record_id": public("record", "the record's id", "Record: id"),
        "commitment_id": public("commitment", "the one it belongs to"),
        "milestone_id": public("milestone", "the one it belongs to"),
        "what": public("what", "what it is about"),
        "of": public("of it", "the field that changed"),
        "old": public("was", "what was held before"),
        "new": public("is", "what is held now"),
        "days": public("moved", "how far a date moved; below nothing is earlier", unit="days"),
        "direction": public("direction", "whether for the better"),
        "evidence_id": public("evidence", _ADDRESS),
        "holds_from": public("holds from", "from which day"),
        "recorded_at": public("recorded", "when it was recorded; not when the day alone made it so"),
        "change": public("ledger", "its number in the ledger"),
        "who": restricted("who", "who recorded it"),
        "why": restricted("why", "the reason, as written"),
    },
    "column": {
        "table": public("table", "the table's name"),
        "column": public("column", "the column's name"),
        "title": public("title", "the column's name for people"),
        "holds": public("holds", "the kind of value"),
        "unit": public("unit", "what the number counts"),
        "description": public("description", "what it says"),
        "one_of": public("one of", "all it may say"),
        "empty_means": public("empty means", "why a cell may be empty"),
        "restricted": public("restricted", "whether a public edition leaves it out"),
    },
}
"""Noun (the name of its table in the ledger, or of a row of a pack) → field → what is to be known of it.

Every field of every noun has its entry, and so has every column of every table of a pack (tested).
"""


def is_public(noun: str, name: str) -> bool:
    """Say whether a public edition may show a field. One that has no entry is restricted."""
    field = FIELDS[noun].get(name)
    return field is not None and field.public


PRECISION_WORDS = tuple(Precision)
"""All that the precision of a date may say."""
