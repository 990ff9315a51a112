"""What the board talks about. Each noun is one frozen record; the ledger keeps its versions.

A date that may be less precise than a day is a ``PublishedDate``, beside its published ``…_wording``. Money is in
pounds. An unknown is ``None``, never zero or "". ``tracker.domain.columns`` has the ledger's columns for each field.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from tracker.domain import text
from tracker.domain.dates import PublishedDate
from tracker.domain.progress import Statement
from tracker.domain.words import (
    CommitmentKind,
    MilestoneKind,
    MoneyStage,
    MoveReason,
    OverrideReason,
    PeriodState,
    Reporter,
    RequestState,
    Role,
    SnapshotState,
    SourceKind,
    Stance,
    View,
)

_TOO_MANY_POUNDS = Decimal(10) ** 16


@dataclass(frozen=True, kw_only=True)
class Noun:
    """A thing the ledger keeps versions of, known by its ``id``.

    Texts are cleaned as the noun is made (raising UnstorableText) and an empty one becomes ``None``; money is whole
    pence. So a noun that exists can be stored and read back unchanged.
    """

    id: str

    def __post_init__(self) -> None:
        for name, value in _as_kept(self, f"{type(self).__name__} {self.id!r}").items():
            object.__setattr__(self, name, value)
        if not self.id:
            raise ValueError(f"a {type(self).__name__} needs an id")


def _as_kept(record: Noun | Statement, where: str) -> dict[str, Any]:
    """Return the values of a record that the ledger keeps in a different form."""
    kept: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if type(value) is str:
            kept[field.name] = text.clean(value, where=f"{where}, {field.name}") or None
        elif isinstance(value, Decimal):
            kept[field.name] = _whole_pence(value)
        elif isinstance(value, Statement):
            kept[field.name] = replace(value, **_as_kept(value, where))
    return kept


def _whole_pence(amount: Decimal) -> Decimal:
    """Return an amount as the ledger seals it; part of a penny would be rounded after the seal."""
    if not amount.is_finite() or abs(amount) >= _TOO_MANY_POUNDS or amount != round(amount, 2):
        raise ValueError(f"{amount} is not an amount in pounds and whole pence that can be recorded")
    return round(amount, 2) + 0  # adding nothing turns minus nothing into nothing


@dataclass(frozen=True, kw_only=True)
class Source(Noun):
    """A published document or page that supports a statement or figure.

    ``url`` is on the publisher's own domain or absent: a copy elsewhere is not a link to ship.
    """

    kind: SourceKind
    publisher: str
    title: str
    published: PublishedDate | None = None
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Organisation(Noun):
    """A body that leads or shares in a commitment."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Owner(Noun):
    """A role at an organisation that answers for a commitment; never a person."""

    role: str
    organisation_id: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class LocalAuthority(Noun):
    """An education authority in England; ``id`` is DfE's three-digit number."""

    gss_code: str
    name: str
    region: str
    type: str
    previous_gss_code: str | None = None
    source_id: str


@dataclass(frozen=True, kw_only=True)
class Programme(Noun):
    """Funded or targeted work with one senior responsible owner."""

    name: str
    summary: str
    lead_organisation_id: str
    owner_id: str
    flagship: bool
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Commitment(Noun):
    """What the Green Paper promised, in our own words; ``owner_id`` may be inherited from its programme."""

    chapter: int
    kind: CommitmentKind
    title: str
    statement: str
    lead_organisation_id: str
    partners: str | None = None
    owner_id: str | None = None
    programme_id: str | None = None
    amount_gbp: Decimal | None = None
    amount_wording: str | None = None
    target: PublishedDate | None = None
    target_wording: str | None = None
    measure: str | None = None
    not_measurable: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reference(Noun):
    """Where a source document makes a commitment, and how it differs from the others; id ``commitment/source``."""

    commitment_id: str
    source_id: str
    pinpoint: str
    stance: Stance
    differs: str | None = None


@dataclass(frozen=True, kw_only=True)
class Milestone(Noun):
    """A step of a commitment, from the day it was promised; the baseline is the published due date, if any.

    A ``key`` milestone is the board's and counts towards the commitment's status; the others are the team's.
    """

    commitment_id: str
    title: str
    kind: MilestoneKind
    key: bool
    promised_in: str
    baseline: PublishedDate | None = None
    baseline_wording: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Progress(Noun):
    """What is known of a milestone's dates, and who reported it; ``id`` is the milestone's."""

    reporter: Reporter
    statement: Statement
    period_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Assessment(Noun):
    """A judgement of a commitment, with its scale and its reason; id ``commitment/view``."""

    commitment_id: str
    view: View
    rating: str
    scale: str
    rationale: str
    evidence_id: str | None = None
    valid_until: dt.date | None = None
    period_id: str | None = None
    override_reason: OverrideReason | None = None


@dataclass(frozen=True, kw_only=True)
class Funding(Noun):
    """A published amount of a programme at one stage of funding. ``part_of`` is the amount that includes it."""

    programme_id: str
    commitment_id: str | None = None
    stage: MoneyStage
    amount_gbp: Decimal
    amount_wording: str | None = None
    period: str | None = None
    scope: str | None = None
    source_id: str
    part_of: str | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event(Noun):
    """Wider context: something that happened and completes nothing, for one commitment or for all."""

    commitment_id: str | None = None
    happened: PublishedDate
    inferred: bool
    summary: str
    evidence_id: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class User(Noun):
    """An account of someone who uses the tracker, in one role. Never deleted: inactive.

    ``id`` is the e-mail address that it was registered under, and never changes; ``address`` is the current one, None
    while it is the same. ``same_as`` is the id of another account of the same person.
    """

    name: str
    role: Role
    active: bool
    address: str | None = None
    same_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment(Noun):
    """What a contributor may update: a programme or a commitment; id ``user/what``. Removed: not active."""

    user_id: str
    active: bool
    programme_id: str | None = None
    commitment_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Period(Noun):
    """A reporting period: the dates between which owners confirm their milestones, and the date of the board."""

    name: str
    opens_on: dt.date
    closes_on: dt.date
    board_on: dt.date
    state: PeriodState


@dataclass(frozen=True, kw_only=True)
class BaselineRequest(Noun):
    """A request for a new baseline of a milestone; id ``milestone/number``.

    Someone other than its author decides on it; until then its author may withdraw it.
    """

    milestone_id: str
    baseline: PublishedDate
    reason: MoveReason
    note: str
    author_id: str
    state: RequestState
    decided_by: str | None = None
    decision_note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot(Noun):
    """The board as at a day and as known at a change of the ledger, named; ``id`` is the name. It copies no data.

    ``known_seq`` and ``known_seal`` are the end of the ledger when it was saved, ``digest`` the SHA-256 of the board
    view there, and ``rules`` (canonical JSON, days) its tolerances, with the number of the digest's form. Its versions
    differ only in ``state``, ``approved_by``, ``withdrawn_by`` and ``note``: ``tracker.domain.snapshots``.
    """

    as_at: dt.date
    known_seq: int
    known_seal: str
    digest: str
    rules: str
    state: SnapshotState
    taken_by: str
    period_id: str | None = None
    approved_by: str | None = None
    note: str | None = None
    withdrawn_by: str | None = None
