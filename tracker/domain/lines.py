"""One line of the board's register: what was so on a date, as known at a point of the ledger. Shapes, no rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.dates import PublishedDate
from tracker.domain.ledger import Version
from tracker.domain.snapshots import STANDING, Position, read_rules
from tracker.domain.words import Precision, SnapshotState


def _published(day: dt.date | None, precision: str | None) -> PublishedDate | None:
    return PublishedDate(day, Precision(precision)) if day and precision else None


@dataclass(frozen=True, kw_only=True)
class _Dated:
    """The dates of a milestone as a row holds them: the day used in sums, and how precisely it is known."""

    baseline_on: dt.date | None
    baseline_precision: str | None
    forecast_on: dt.date | None
    forecast_precision: str | None
    actual_on: dt.date | None
    actual_precision: str | None

    @property
    def baseline(self) -> PublishedDate | None:
        """The due date: as published, or as last approved."""
        return _published(self.baseline_on, self.baseline_precision)

    @property
    def forecast(self) -> PublishedDate | None:
        """The latest published or reported expectation."""
        return _published(self.forecast_on, self.forecast_precision)

    @property
    def actual(self) -> PublishedDate | None:
        """When it happened, as precisely as it is known."""
        return _published(self.actual_on, self.actual_precision)


@dataclass(frozen=True, kw_only=True)
class _Due(_Dated):
    """The same of a milestone that falls due, beside the first baseline it had."""

    original_baseline_on: dt.date | None
    original_baseline_precision: str | None

    @property
    def original_baseline(self) -> PublishedDate | None:
        """The first baseline that held, whatever was approved since."""
        return _published(self.original_baseline_on, self.original_baseline_precision)

    @property
    def rebaselined(self) -> bool:
        """Say whether the baseline is another than it was at first."""
        return self.original_baseline not in (None, self.baseline)

    @property
    def baseline_written(self) -> str:
        """The baseline as ``parse_published_date`` reads it, and beside it the first one where that was another."""
        if self.baseline is None:
            return ""
        first = self.original_baseline
        return self.baseline.written + (f" (originally {first.written})" if first and self.rebaselined else "")

    @property
    def due_on(self) -> dt.date | None:
        """The day it is expected: the forecast if there is one, else the baseline."""
        return self.forecast_on or self.baseline_on

    @property
    def due(self) -> PublishedDate | None:
        """``due_on`` with its precision."""
        return self.forecast or self.baseline


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
        return _published(self.target_on, self.target_precision)


@dataclass(frozen=True, kw_only=True)
class MilestoneLine(_Due):
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
        return _published(self.published_on, self.published_precision)


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


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version of a record in the ledger: who recorded it, when (UTC) and in which change."""

    noun: str
    noun_id: str
    version: int
    effective_on: dt.date
    retracted: bool
    change_seq: int
    recorded_at: dt.datetime
    actor: str
    action: str
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class UserLine:
    """A user with what was given to them; ``version`` is the one to edit from.

    ``address`` is the e-mail address that holds now, ``same_as`` the id of another account of the same person.
    """

    user_id: str
    address: str
    name: str
    role: str
    active: bool
    same_as: str | None
    programmes: list[str]
    commitments: list[str]
    version: int


@dataclass(frozen=True, kw_only=True)
class PeriodLine:
    """A reporting period; ``since`` is the day from which it stands as it does, ``version`` the one to edit from."""

    period_id: str
    name: str
    opens_on: dt.date
    closes_on: dt.date
    board_on: dt.date
    state: str
    since: dt.date
    version: int


@dataclass(frozen=True, kw_only=True)
class UpdateLine(_Due):
    """A milestone as its owner updates it: what is held now, and the version to report against (0: nothing yet).

    ``confirmed_on`` is when an owner last reported on it; None when none has. ``confirmed`` says whether that counts:
    for the reporting period that is asked about, or, without one, for as long as a forecast stays good.
    """

    milestone_id: str
    commitment_id: str
    commitment: str
    programme_id: str | None
    title: str
    key: bool
    reported_status: str | None
    narrative: str | None
    evidence_id: str | None
    computed_status: str
    slip_days: int | None
    promised_on: dt.date
    confirmed_on: dt.date | None
    confirmed: bool
    base_version: int
    newest_on: dt.date | None


@dataclass(frozen=True, kw_only=True)
class RatingLine:
    """A commitment as its owner rates it: the last rating ever given, and the version to rate against (0: none yet).

    ``stands`` says that the board shows the rating; ``confirmed`` that it was given for the reporting period that is
    asked about, or without one that it stands.
    """

    commitment_id: str
    title: str
    programme_id: str | None
    computed_status: str
    outcome: str | None
    rating: str | None
    rationale: str | None
    override_reason: str | None
    rated_on: dt.date | None
    valid_until: dt.date | None
    stands: bool
    confirmed: bool
    base_version: int


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """A request to change a milestone's baseline: from what it was when that was asked, to what, why, and its decision.

    ``author`` and ``decided_by`` are people's names; ``version`` is the one to decide on.
    """

    request_id: str
    milestone_id: str
    milestone: str
    commitment_id: str
    programme_id: str | None
    before_on: dt.date | None
    before_precision: str | None
    after_on: dt.date
    after_precision: str
    reason: str
    note: str
    author_id: str
    author: str
    asked_on: dt.date
    state: str
    decided_by: str | None
    decided_on: dt.date | None
    decision_note: str | None
    version: int

    @property
    def before(self) -> PublishedDate | None:
        """The baseline when the request was made."""
        return _published(self.before_on, self.before_precision)

    @property
    def after(self) -> PublishedDate:
        """The baseline that is asked for."""
        return PublishedDate(self.after_on, Precision(self.after_precision))


@dataclass(frozen=True, kw_only=True)
class HistoryFilter:
    """Which of what was recorded to read, newest first; an empty field keeps everything.

    A milestone wins over its commitment. ``as_at`` leaves out what holds only from a later day. ``recorded_from`` and
    ``recorded_to`` are days in UTC, both included. ``period_id`` keeps what was recorded from the opening day to the
    closing day of a reporting period, and what belongs to it whenever it was recorded: late reports and ratings, and
    the period itself. ``limit`` None reads on to the end.
    """

    milestone_id: str | None = None
    commitment_id: str | None = None
    actor: str | None = None
    recorded_from: dt.date | None = None
    recorded_to: dt.date | None = None
    period_id: str | None = None
    as_at: dt.date | None = None
    offset: int = 0
    limit: int | None = 50


@dataclass(frozen=True, kw_only=True)
class RecordedLine:
    """What one change recorded: one version, with what held on its day before; or (None) many versions as one line.

    ``name`` and ``role`` are the actor's when the change was made, None for one who was not registered. ``counts`` has
    the number of versions by noun (the name of its table) when they are told together, else nothing.
    """

    seq: int
    recorded_at: dt.datetime
    actor: str
    name: str | None
    role: str | None
    action: str
    reason: str | None
    seal: str
    noun: str | None
    version: Version | None
    before: Version | None
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class SaidLine:
    """One version with the change that recorded it; ``name`` and ``role`` as in ``RecordedLine``."""

    seq: int
    recorded_at: dt.datetime
    actor: str
    name: str | None
    role: str | None
    action: str
    reason: str | None
    version: Version


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field, or a date with its precision, in people's words: what it said before and says now (None: nothing)."""

    words: str
    old: str | None
    new: str | None


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One line of the history as people read it; ``what`` completes the sentence that begins with who."""

    seq: int
    recorded_at: dt.datetime
    who: str
    actor: str
    action: str
    what: str
    why: str | None
    sentence: str
    seal: str
    noun: str | None
    noun_id: str | None
    version: int | None
    effective_on: dt.date | None
    versions: int
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True)
class TrendLine(_Dated):
    """What was known of a milestone's dates from the day of a report or of a baseline."""

    reported_on: dt.date
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class SnapshotLine:
    """A snapshot in its present state: what it shows, who took, approved or withdrew it, and when (UTC).

    ``known_at`` is when the last change it knows of was recorded, ``taken_on`` the day in London on which it was taken.
    ``withdrawal`` is the reason why it was withdrawn. ``version`` is the one to edit from.
    """

    name: str
    as_at: dt.date
    known_seq: int
    known_seal: str
    known_at: dt.datetime | None
    digest: str
    rules: str
    state: str
    taken_by: str
    taker: str | None
    taken_at: dt.datetime
    taken_on: dt.date
    period_id: str | None
    approved_by: str | None
    approver: str | None
    approved_at: dt.datetime | None
    published_at: dt.datetime | None
    withdrawn_by: str | None
    withdrawer: str | None
    withdrawn_at: dt.datetime | None
    withdrawal: str | None
    note: str | None
    version: int

    @property
    def position(self) -> Position:
        """Where its board is looked at from."""
        return Position(as_at=self.as_at, known_seq=self.known_seq, rules=read_rules(self.rules)[0])

    @property
    def form(self) -> int:
        """The number of the form that its digest is of."""
        return read_rules(self.rules)[1]

    @property
    def standing(self) -> bool:
        """Say whether a board stands behind it: it was approved, and not withdrawn since."""
        return self.state in STANDING

    @property
    def withdrawn(self) -> bool:
        """Say whether it was withdrawn."""
        return self.state == SnapshotState.WITHDRAWN
