"""The field's words and scales. The value of each member is the word that people read."""

from __future__ import annotations

from enum import StrEnum

BOARD = "National SEND Delivery Board"

DEMONSTRATION = "Demonstration data"
"""What every page and export of a demonstration store says; also the action of the first change of such a store."""

DEMONSTRATION_NOTICE = (
    f"{DEMONSTRATION}: reports on the real plan, invented for training. No owner or department made them."
)
"""The same as a sentence, for the top of a page or a text."""

COVERAGE = "England only"
"""Printed beside every marking: SEND policy is devolved."""

COVERAGE_NOTICE = f"{COVERAGE}: SEND policy is devolved. Every commitment here is about England."
"""The same as a sentence, for the top of a pack and the page about the data."""

CHAPTERS = {
    1: "The case for change",
    2: "A single national SEND and AP system",
    3: "Excellent provision from early years to adulthood",
    4: "A reformed and integrated role for alternative provision",
    5: "System roles, accountabilities and funding reform",
    6: "Delivering change for children and families",
}
"""The Green Paper's chapters, by number."""

CHAPTERS_IN_SHORT = {
    1: "Case for change",
    2: "National system",
    3: "Provision",
    4: "Alternative provision",
    5: "Accountability",
    6: "Delivering change",
}
"""The same for a chart's axis."""


class SourceKind(StrEnum):
    """What the tracker uses a source for."""

    DOCUMENT = "document"
    """One of the five documents that state the commitments."""
    EVIDENCE = "evidence"
    DATA = "data"


class CommitmentKind(StrEnum):
    """What sort of promise a commitment is."""

    POLICY = "policy"
    FUNDING = "funding"
    TARGET = "target"
    CONSULTATION_ONLY = "consultation-only"
    """Asked about in the consultation; never proposed outright."""
    RELATED = "related"
    """Made elsewhere (the Schools White Paper) and kept for context."""
    UNRESOLVED = "unresolved"
    """The source ends before it says what is promised."""


class Stance(StrEnum):
    """How plainly a document makes a commitment."""

    STATES = "states"
    IMPLIES = "implies"


class MilestoneKind(StrEnum):
    """What passing a milestone means."""

    COMMITMENT = "commitment"
    """A publicly promised date or step."""
    APPROVAL = "approval"
    ASSURANCE = "assurance"
    GATEWAY = "gateway"
    PAYMENT = "payment"
    BENEFIT = "benefit"


class Precision(StrEnum):
    """How precisely a date was published."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"
    FINANCIAL_YEAR = "financial year"


class Reporter(StrEnum):
    """Who reported it: the owner, or the published record."""

    OWNER = "owner"
    PUBLISHED = "published record"


class MoveReason(StrEnum):
    """Why a date changed, based on the lists in DfE's own casework systems and adapted to SEND reform."""

    LEGISLATION = "legislation or parliamentary time"
    MINISTERIAL = "ministerial decision"
    CONSULTATION = "consultation outcome"
    SPENDING = "funding or spending review"
    LA_CAPACITY = "local authority capacity"
    LA_AGREEMENT = "local authority agreement renegotiated"
    PROCUREMENT = "provider or procurement"
    DATA_IT = "data or IT"
    OTHER_DEPARTMENT = "dependency on another department"
    WORKFORCE = "workforce"
    EVALUATION = "evaluation evidence awaited"
    SCOPE = "scope changed"
    CORRECTION = "correcting an error"
    AHEAD = "ahead of plan"


class MilestoneStatus(StrEnum):
    """Computed from dates alone; worst first is the order of ``STATUS_SEVERITY``."""

    COMPLETE = "Complete"
    COMPLETE_LATE = "Complete, late"
    OVERDUE = "Overdue"
    RED = "Red"
    AMBER = "Amber"
    GREEN = "Green"
    STALE = "Stale"
    """No forecast date confirmed within the tolerance: never shown as Green."""
    NOT_DATED = "Not dated"
    """No due date was published, and no owner has given a forecast."""


STATUS_SEVERITY = (
    MilestoneStatus.OVERDUE,
    MilestoneStatus.RED,
    MilestoneStatus.AMBER,
    MilestoneStatus.STALE,
    MilestoneStatus.NOT_DATED,
    MilestoneStatus.GREEN,
    MilestoneStatus.COMPLETE_LATE,
    MilestoneStatus.COMPLETE,
)
"""Worst first: a commitment takes the first of these that any of its open key milestones has."""


class OwnerRating(StrEnum):
    """The owner's delivery confidence: the three-point scale in government use since 2021."""

    GREEN = "Green"
    AMBER = "Amber"
    RED = "Red"


NOT_REPORTED = "Not reported"
"""No current rating from the owner: shown as a word in grey, never as an earlier colour."""

THREE_POINT_SCALE = "delivery confidence, 3-point (2021)"
OUTCOME_SCALE = "outcome of a commitment"


class Outcome(StrEnum):
    """The evidence view of a commitment: what the published record shows."""

    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    DELIVERED = "Delivered"
    DELIVERED_LATE = "Delivered late"
    DELIVERED_DIFFERENTLY = "Delivered in a different form"
    ONGOING_DUTY = "Ongoing duty"
    SUPERSEDED = "Superseded"
    NOT_PURSUED = "Not being pursued"
    NOT_MEASURABLE = "Not measurable as written"
    UNKNOWN = "Unknown"
    """Searched for, nothing found."""


DELIVERED_OUTCOMES = (Outcome.DELIVERED, Outcome.DELIVERED_LATE, Outcome.DELIVERED_DIFFERENTLY)
CLOSED_OUTCOMES = (*DELIVERED_OUTCOMES, Outcome.SUPERSEDED, Outcome.NOT_PURSUED)
"""Nothing more is expected of the commitment as it was made."""


class View(StrEnum):
    """Whose assessment it is. The three never merge; the third status, computed, is never stored."""

    OWNER = "owner"
    EVIDENCE = "evidence"
    ASSURANCE = "assurance"


class MoneyStage(StrEnum):
    """A stage of public money. One is never shown as another."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    COMMITTED = "committed"
    PAID = "paid"
    WITHHELD = "withheld"


class Role(StrEnum):
    """A person's role."""

    VIEWER = "viewer"
    """A board member: sees everything, changes nothing."""
    CONTRIBUTOR = "contributor"
    """Updates the milestones of the programmes or commitments assigned to them."""
    APPROVER = "approver"
    """The secretariat: decides on baselines, manages reporting periods and snapshots."""
    ADMINISTRATOR = "administrator"
    """Decides who may use the tracker, and in which role."""


class PeriodState(StrEnum):
    """Whether a reporting period takes returns."""

    OPEN = "open"
    CLOSED = "closed"


class OverrideReason(StrEnum):
    """Why an owner rates a commitment better than its dates do: required, with the rationale, and only then."""

    RECOVERY = "recovery action agreed and under way"
    REBASELINE = "change of baseline asked for"
    RECORD_BEHIND = "record is behind what has happened"
    NOT_CRITICAL = "late milestone does not decide the outcome"


class SnapshotState(StrEnum):
    """The state of a snapshot. It only moves forward; a mistake is withdrawn."""

    DRAFT = "draft"
    FOR_BOARD = "for board"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    """Saved, approved or published by mistake. It can still be read, but no longer counts for the board."""


class Marking(StrEnum):
    """The marking of a pack: the Government Security Classifications Policy (August 2024); chosen at every export."""

    OFFICIAL = "OFFICIAL"
    OFFICIAL_SENSITIVE = "OFFICIAL-SENSITIVE"


class Movement(StrEnum):
    """What can differ between two boards, most important first."""

    RATING = "delivery confidence changed"
    COMPUTED = "status from dates changed"
    OUTCOME = "evidence view changed"
    MET = "milestone met"
    MISSED = "milestone missed"
    UNMET = "completion withdrawn"
    REDATED = "completion date corrected"
    FORECAST = "forecast moved"
    FORECAST_CORRECTED = "forecast corrected"
    BASELINE = "milestone re-baselined"
    BASELINE_CORRECTED = "baseline corrected"
    TARGET = "target date moved"
    OWNER = "owner changed"
    MONEY_ADDED = "funding added"
    MONEY_STAGE = "funding moved to another stage"
    MONEY_SUM = "funding amount changed"
    MONEY_REMOVED = "funding removed"
    MONEY_WORDS = "funding note changed"
    COMMITMENT_ADDED = "commitment added"
    COMMITMENT_REMOVED = "commitment removed"
    COMMITMENT_WORDS = "commitment text changed"
    MILESTONE_ADDED = "milestone added"
    MILESTONE_REMOVED = "milestone removed"
    MILESTONE_WORDS = "milestone text changed"
    PROGRAMME_ADDED = "programme added"
    PROGRAMME_REMOVED = "programme removed"
    PROGRAMME_WORDS = "programme text changed"
    EVENT_ADDED = "event"
    EVENT_REMOVED = "event removed"
    EVENT_WORDS = "event text changed"
    EVIDENCE = "evidence added or changed"


class ChangeAction(StrEnum):
    """What a change of the ledger did. A ledger may have other actions, which are shown in their own words."""

    PLAN_LOAD = "plan load"
    """What is new in the plans. Its reason only counts its versions."""
    RENAME = "rename"
    """Gives commitments or milestones a new id and changes nothing else."""
    REPORT = "report progress"
    RATE = "rate commitment"
    REQUEST_BASELINE = "request baseline"
    WITHDRAW_REQUEST = "withdraw baseline request"
    REFUSE_BASELINE = "refuse baseline"
    CHANGE_BASELINE = "change baseline"
    CORRECT_BASELINE = "correct baseline"
    """Corrects a baseline that was wrong from the start: nothing moves, and the history says so."""
    OPEN_PERIOD = "open period"
    CHANGE_PERIOD = "change period"
    CLOSE_PERIOD = "close period"
    REOPEN_PERIOD = "reopen period"
    TAKE_SNAPSHOT = "take snapshot"
    SUBMIT_SNAPSHOT = "submit snapshot"
    APPROVE_SNAPSHOT = "approve snapshot"
    PUBLISH_SNAPSHOT = "publish snapshot"
    WITHDRAW_SNAPSHOT = "withdraw snapshot"
    ADD_USER = "add user"
    CHANGE_USER = "change user"


class RequestState(StrEnum):
    """The state of a baseline request."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Withdrawn by its author before anyone decided on it."""


class ReportedStatus(StrEnum):
    """The owner's own word for a milestone's status; the dates beside it decide."""

    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    COMPLETE = "Complete"
