"""What a board lists: one shape for each list. Shapes, no rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.dates import PublishedDate
from tracker.domain.progress import Due, published
from tracker.domain.words import Precision


@dataclass(frozen=True, kw_only=True)
class CommitmentLine:
    """A commitment with its three statuses: the owner's (or None: not reported), computed, and the evidence view.

    ``owner_reported_on`` is the newest day from which a rating, or a report on one of its milestones, holds.
    ``owner_override_reason`` is why the owner rates better than the dates, ``owner_valid_until`` the rating's last day.
    """

    commitment_id: str
    chapter: int
    kind: str
    title: str
    statement: str
    lead: str
    partners: str | None
    owner_id: str
    owner: str
    owner_organisation: str
    owner_note: str | None
    programme_id: str | None
    programme: str | None
    amount_gbp: Decimal | None
    amount_wording: str | None
    target_on: dt.date | None
    target_precision: str | None
    target_wording: str | None
    measure: str | None
    not_measurable: str | None
    note: str | None
    owner_status: str | None
    owner_rationale: str | None
    owner_override_reason: str | None
    owner_valid_until: dt.date | None
    owner_reported_on: dt.date | None
    computed_status: str
    outcome: str | None
    outcome_reason: str | None
    outcome_since: dt.date | None
    outcome_evidence_id: str | None
    slip_days: int | None
    milestones: int
    milestones_met: int

    @property
    def target(self) -> PublishedDate | None:
        """The target date with its precision."""
        return published(self.target_on, self.target_precision)


@dataclass(frozen=True, kw_only=True)
class MilestoneLine(Due):
    """A milestone with its dates, its status and its slip in days (positive: late; None: no baseline to measure by)."""

    milestone_id: str
    commitment_id: str
    commitment: str
    programme_id: str | None
    title: str
    kind: str
    key: bool
    promised_in: str
    promised_on: dt.date
    baseline_wording: str | None
    reporter: str | None
    reason: str | None
    reason_note: str | None
    narrative: str | None
    evidence_id: str | None
    status: str
    slip_days: int | None
    owner_id: str
    owner: str
    outcome: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class ProgrammeLine:
    """A programme and who answers for it; ``committed_gbp`` is what was committed to it, None when no sum was."""

    programme_id: str
    name: str
    summary: str
    lead: str
    owner: str
    flagship: bool
    committed_gbp: Decimal | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class FundingLine:
    """A published sum at one stage of money. Lines overlap (``part_of``): they are listed, never added up."""

    funding_id: str
    programme_id: str
    commitment_id: str | None
    stage: str
    amount_gbp: Decimal
    amount_wording: str | None
    period: str | None
    scope: str | None
    known_on: dt.date
    source_id: str
    part_of: str | None
    note: str | None

    @property
    def inside(self) -> str | None:
        """Which other sum already contains it, in words."""
        return f"Inside {self.part_of.replace('/', ', ')}." if self.part_of else None


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """Something that happened and completed nothing; ``inferred`` when no source gives the date."""

    event_id: str
    commitment_id: str | None
    happened_on: dt.date
    happened_precision: str
    inferred: bool
    summary: str
    evidence_id: str
    note: str | None

    @property
    def happened(self) -> PublishedDate:
        """When, as precisely as it is known."""
        return PublishedDate(self.happened_on, Precision(self.happened_precision))


@dataclass(frozen=True, kw_only=True)
class ForecastLine:
    """What was said of a milestone's dates, from the day it held; ``status`` is the reporter's own word."""

    milestone_id: str
    since: dt.date
    reporter: str
    status: str | None
    forecast_on: dt.date | None
    forecast_precision: str | None
    actual_on: dt.date | None
    actual_precision: str | None
    reason: str | None
    reason_note: str | None
    narrative: str | None
    evidence_id: str | None


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """A source, with how many statements and figures stand on it."""

    source_id: str
    kind: str
    publisher: str
    title: str
    published_on: dt.date | None
    published_precision: str | None
    url: str | None
    note: str | None
    cited: int

    @property
    def published(self) -> PublishedDate | None:
        """When it was published, as precisely as it is known."""
        return published(self.published_on, self.published_precision)


@dataclass(frozen=True, kw_only=True)
class ReferenceLine:
    """Where a document makes a commitment."""

    commitment_id: str
    source_id: str
    publisher: str
    document: str
    pinpoint: str
    stance: str
    differs: str | None


@dataclass(frozen=True, kw_only=True)
class OutcomeLine:
    """One reading of the published record on a commitment, from the day it held."""

    commitment_id: str
    since: dt.date
    outcome: str
    reason: str
    evidence_id: str | None
