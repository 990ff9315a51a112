"""The lists of a board: one shape for a line of each list, and the register of the lists. Shapes, no rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from tracker.domain.dates import PublishedDate
from tracker.domain.progress import Dated, Statement
from tracker.domain.words import CHAPTERS


@dataclass(frozen=True, kw_only=True)
class CommitmentLine:
    """A commitment with its three statuses: the owner's (None: not reported), from dates, and the evidence view.

    ``owner_reported_on`` is the date of the latest rating, or report on one of its milestones.
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
    target: PublishedDate | None
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
    def chapter_title(self) -> str:
        """The title of its chapter of the Green Paper."""
        return CHAPTERS[self.chapter]


@dataclass(frozen=True, kw_only=True)
class MilestoneLine(Dated):
    """A milestone with its dates, its status and its slippage in days (positive: late; None: no baseline)."""

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
    status: str
    slip_days: int | None
    owner_id: str
    owner: str
    outcome: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class ProgrammeLine:
    """A programme and its owner; ``committed_gbp`` is what was committed to it, None if nothing was."""

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
    """A published amount at one stage of funding. Amounts overlap (``part_of``), so they are never added up."""

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
        """Which other amount already includes it, in words."""
        return f"Inside {self.part_of.replace('/', ', ')}." if self.part_of else None


@dataclass(frozen=True, kw_only=True)
class EventLine:
    """An event that completes no milestone; ``inferred`` if no source gives the date."""

    event_id: str
    commitment_id: str | None
    happened: PublishedDate
    inferred: bool
    summary: str
    evidence_id: str
    note: str | None


@dataclass(frozen=True, kw_only=True)
class ForecastLine:
    """A report of a milestone, and the date from which it is true."""

    milestone_id: str
    since: dt.date
    reporter: str
    statement: Statement


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """A source, with the number of statements and figures that cite it."""

    source_id: str
    kind: str
    publisher: str
    title: str
    published: PublishedDate | None
    url: str | None
    note: str | None
    cited: int


@dataclass(frozen=True, kw_only=True)
class ReferenceLine:
    """Where a document states a commitment."""

    commitment_id: str
    source_id: str
    publisher: str
    document: str
    pinpoint: str
    stance: str
    differs: str | None


@dataclass(frozen=True, kw_only=True)
class OutcomeLine:
    """One reading of the published record on a commitment, and the date from which it applies."""

    commitment_id: str
    since: dt.date
    outcome: str
    reason: str
    evidence_id: str | None


@dataclass(frozen=True)
class Listed:
    """One list of the board: the noun of its lines, their shape, and the fields that identify and name a line.

    A line belongs to a commitment if both have the same value of ``belongs``.
    """

    name: str
    noun: str
    shape: type
    key: str
    title: str
    belongs: str


def _listed(noun: str, *, key: str, title: str, belongs: str = "commitment_id") -> Any:
    return field(default=(), metadata={"noun": noun, "key": key, "title": title, "belongs": belongs})


@dataclass(frozen=True, kw_only=True)
class Lists:
    """The lists of a board, as at a day and as known at a change of the ledger.

    A field here is all that a list needs to be in the public edition, the digest's newest form, a comparison and the
    page of a commitment; ``tracker.store.board`` has the query of the same name.
    """

    commitments: tuple[CommitmentLine, ...] = _listed("commitment", key="commitment_id", title="title")
    milestones: tuple[MilestoneLine, ...] = _listed("milestone", key="milestone_id", title="title")
    programmes: tuple[ProgrammeLine, ...] = _listed(
        "programme", key="programme_id", title="name", belongs="programme_id"
    )
    funding: tuple[FundingLine, ...] = _listed("funding", key="funding_id", title="funding_id", belongs="programme_id")
    events: tuple[EventLine, ...] = _listed("event", key="event_id", title="summary")
    sources: tuple[SourceLine, ...] = _listed("source", key="source_id", title="title", belongs="")


@dataclass(frozen=True, kw_only=True)
class Details:
    """Further lists of the page of a commitment and of a pack, too long for the board itself."""

    references: tuple[ReferenceLine, ...] = _listed("reference", key="source_id", title="document")
    outcomes: tuple[OutcomeLine, ...] = _listed("outcome", key="since", title="outcome")


def lists_of(register: type[Lists | Details]) -> dict[str, Listed]:
    """Return the lists of a register by name, in order."""
    hints = get_type_hints(register)
    return {
        one.name: Listed(name=one.name, shape=get_args(hints[one.name])[0], **one.metadata) for one in fields(register)
    }


LISTS, DETAILS = lists_of(Lists), lists_of(Details)
"""The registers, as data."""


def own(lines: Lists | Details, of: CommitmentLine, listed: Listed) -> tuple[Any, ...]:
    """Return the lines of a list that belong to a commitment; all of them if the list belongs to none."""
    every: tuple[Any, ...] = getattr(lines, listed.name)
    if not listed.belongs:
        return every
    wanted = getattr(of, listed.belongs)
    return tuple(line for line in every if wanted and getattr(line, listed.belongs) == wanted)
