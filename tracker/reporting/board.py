"""The board view: one page of figures in the order a UK delivery board expects, for page, file and terminal alike."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate, beside_original
from tracker.domain.ledger import Head
from tracker.domain.ratings import better_than_dates
from tracker.domain.rules import Tolerances
from tracker.domain.text import counted
from tracker.domain.words import (
    CLOSED_OUTCOMES,
    DELIVERED_OUTCOMES,
    NOT_REPORTED,
    STATUS_SEVERITY,
    MilestoneStatus,
    Outcome,
    Precision,
)
from tracker.views.board import CommitmentLine, EventLine, Lists, MilestoneLine, SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


OVERDUE = "overdue"
SLIPPED = "slipped beyond tolerance"
DISAGREE = "owner and dates disagree"
REVERSED = "evidence against the plan"
SILENT = "not reported"
REASONS = (OVERDUE, SLIPPED, DISAGREE, REVERSED, SILENT)
"""Why a line is an exception, worst first. Digests cover these words, so they never change."""

_GROUPS = {
    OVERDUE: ("Overdue", "milestone"),
    SLIPPED: ("Late beyond tolerance", "milestone"),
    DISAGREE: ("Owner's rating better than the dates", "commitment"),
    REVERSED: ("Superseded or not pursued, but with open milestones", "commitment"),
    SILENT: ("Not reported by the owner", "commitment"),
}
"""Reason → the heading of its list, and what the list counts."""

_LONGEST_RATIONALE = 300
"""Characters of an owner's rationale that an exception quotes; the commitment's page has the whole."""


@dataclass(frozen=True, kw_only=True)
class ExceptionLine:
    """Something the board should look at, with its owner and the reason; ``slip_days`` as at the board's day.

    The statuses are the commitment's; ``milestone_status`` is its milestone's, None for a commitment as a whole.
    """

    commitment_id: str
    commitment: str
    milestone_id: str | None
    milestone: str | None
    key: bool
    reasons: tuple[str, ...]
    owner: str
    due: PublishedDate | None
    slip_days: int | None
    owner_status: str
    computed_status: str
    milestone_status: str | None
    outcome: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ReasonGroup:
    """The exceptions that share their worst reason, latest against the baseline first."""

    reason: str
    lines: tuple[ExceptionLine, ...]

    @property
    def silent(self) -> bool:
        """Say whether their only reason is that their owners have not reported."""
        return self.reason == SILENT

    @property
    def title(self) -> str:
        """Return their heading, with number and order: ``Overdue: 8 milestones, latest against the baseline first``."""
        heading, unit = _GROUPS[self.reason]
        order = ", latest against the baseline first" if len(self.lines) > 1 and unit == "milestone" else ""
        return f"{heading}: {counted(len(self.lines), unit)}{order}"


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """How reliable this report is: how much of it is not reported, stale, unknown or without evidence."""

    owners: int
    owners_confirmed: int
    not_reported: int
    stale: int
    not_dated: int
    unknown: int
    unevidenced: int
    inferred_dates: int

    @property
    def of_owners(self) -> str:
        """Say how many owners have reported: ``10 of 17 owners have reported on all their open commitments``."""
        verb = "has" if self.owners_confirmed == 1 else "have"
        owners = counted(self.owners, "owner")
        return f"{self.owners_confirmed} of {owners} {verb} reported on all their open commitments"


@dataclass(frozen=True, kw_only=True)
class Header:
    """Which board it is: its day, the last change that it includes, and the tolerances (days).

    ``known_at`` is when that change was recorded (UTC; None: nothing was recorded). ``demonstration`` says that the
    data is synthetic and must be marked so wherever it is shown.
    """

    as_at: dt.date
    known_at: dt.datetime | None
    head: Head
    rules: Tolerances
    demonstration: bool


@dataclass(frozen=True, kw_only=True)
class BoardView(Header, Lists):
    """Everything the board page shows, as at a day and as known at a change of the ledger.

    ``data_cut_off`` is the day of the newest fact in it. Counts are of commitments unless they say milestones.
    """

    data_cut_off: dt.date | None
    by_owner_status: dict[str, int]
    by_computed_status: dict[str, int]
    by_outcome: dict[str, int]
    delivered: int
    exceptions: tuple[ExceptionLine, ...]
    met: tuple[MilestoneLine, ...]
    met_in_period: tuple[MilestoneLine, ...]
    missed_in_period: tuple[MilestoneLine, ...]
    due_soon: tuple[MilestoneLine, ...]
    outside_world: tuple[EventLine, ...]
    cited: dict[str, SourceLine]
    confidence: Confidence

    def source(self, source_id: str | None) -> SourceLine | None:
        """Return a source by its id; None when there is none."""
        return self.cited.get(source_id or "")

    @property
    def overdue(self) -> int:
        """How many milestones are overdue."""
        return sum(1 for milestone in self.milestones if milestone.status == MilestoneStatus.OVERDUE)

    @property
    def newest_fact(self) -> PublishedDate | None:
        """The newest fact in it, as precisely as it is dated; ``data_cut_off`` is its day."""
        facts = [
            *(m.actual for m in self.met if m.actual),
            *(e.happened for e in self.events),
            *(PublishedDate(c.outcome_since, Precision.DAY) for c in self.commitments if c.outcome_since),
        ]
        return max(facts, key=lambda fact: (fact.day, fact.precision is Precision.DAY), default=None)

    @property
    def exception_groups(self) -> tuple[ReasonGroup, ...]:
        """The exceptions by their worst reason, worst first; reasons without exceptions are left out."""
        groups = (
            ReasonGroup(reason=reason, lines=tuple(line for line in self.exceptions if line.reasons[0] == reason))
            for reason in REASONS
        )
        return tuple(group for group in groups if group.lines)

    @property
    def headline(self) -> str:
        """The board's position in three sentences, each with its unit."""
        if not self.commitments:
            return "Nothing was recorded by this date."
        total, every = len(self.commitments), counted(len(self.commitments), "commitment")
        reported = sum(1 for c in self.commitments if _reported(c, self.as_at, self.rules))
        stopped = sum(self.by_outcome.get(word, 0) for word in (Outcome.SUPERSEDED, Outcome.NOT_PURSUED))
        unknown = self.by_outcome.get(Outcome.UNKNOWN, 0)
        overdue = (
            "No milestone is overdue"
            if not self.overdue
            else f"{counted(self.overdue, 'milestone')} {'is' if self.overdue == 1 else 'are'} overdue"
        )
        of_all = f"{reported} of the {every}" if total > 1 else "the commitment"
        owners = f"Owners have reported on {of_all}" if reported else "No owner has reported on any commitment"
        return (
            f"Published evidence shows {self.delivered} of {every} delivered in some form and {stopped} "
            f"superseded or not pursued. {unknown} {'has' if unknown == 1 else 'have'} no known outcome. "
            f"{overdue}. {owners}."
        )


def build_board(header: Header, lists: Lists) -> BoardView:
    """Put the board's lines together; all figures of the page are counted here and nowhere else."""
    commitments, milestones, events = lists.commitments, lists.milestones, lists.events
    as_at, rules = header.as_at, header.rules
    period = dt.timedelta(days=rules.period_days)
    met = _in_order((m.actual, m) for m in milestones)
    unmet = _in_order((m.due, m) for m in milestones if not m.actual)
    facts = [
        *(day for day, _ in met),
        *(e.happened.day for e in events),
        *(c.outcome_since for c in commitments if c.outcome_since),
    ]
    return BoardView(
        **vars(header),
        **vars(lists),
        data_cut_off=max(facts, default=None),
        by_owner_status=_counts(
            (c.owner_status or NOT_REPORTED for c in commitments), ("Red", "Amber", "Green", NOT_REPORTED)
        ),
        by_computed_status=_counts((c.computed_status for c in commitments), STATUS_SEVERITY),
        by_outcome=_counts((c.outcome or Outcome.UNKNOWN for c in commitments), Outcome),
        delivered=sum(1 for c in commitments if c.outcome in DELIVERED_OUTCOMES),
        exceptions=tuple(_exceptions(commitments, milestones, as_at, rules)),
        met=tuple(m for _, m in met),
        met_in_period=tuple(m for day, m in met if day > as_at - period),
        missed_in_period=tuple(m for day, m in unmet if as_at - period <= day < as_at),
        due_soon=tuple(m for day, m in unmet if as_at <= day < as_at + period),
        outside_world=tuple(e for e in events if e.commitment_id is None),
        cited={source.source_id: source for source in lists.sources},
        confidence=_confidence(commitments, milestones, events, as_at, rules),
    )


def _in_order(dated: Iterable[tuple[PublishedDate | None, MilestoneLine]]) -> list[tuple[dt.date, MilestoneLine]]:
    """Return milestones with the day of one of their dates, earliest first; those without it are left out."""
    found = [(date.day, milestone) for date, milestone in dated if date]
    return sorted(found, key=lambda one: (one[0], one[1].milestone_id))


def _counts(words: Iterable[str], order: Iterable[str]) -> dict[str, int]:
    """Count words: those of the scale first, in its order, then any others; words that do not occur are left out."""
    found = Counter(words)
    scale = [str(word) for word in order]
    return {word: found[word] for word in (*scale, *sorted(found.keys() - set(scale))) if found[word]}


def _reported(commitment: CommitmentLine, as_at: dt.date, rules: Tolerances) -> bool:
    """Say whether the owner has reported on a commitment: its rating or their newest report is still good."""
    newest = commitment.owner_reported_on
    fresh = newest is not None and (as_at - newest).days <= rules.stale_days
    return commitment.owner_status is not None or fresh


def _confidence(
    commitments: Sequence[CommitmentLine],
    milestones: Sequence[MilestoneLine],
    events: Sequence[EventLine],
    as_at: dt.date,
    rules: Tolerances,
) -> Confidence:
    open_lines = [c for c in commitments if c.outcome not in CLOSED_OUTCOMES]
    owners = {c.owner_id for c in open_lines}
    silent = [c for c in open_lines if not _reported(c, as_at, rules)]
    statuses = Counter(m.status for m in milestones)
    return Confidence(
        owners=len(owners),
        owners_confirmed=len(owners - {c.owner_id for c in silent}),
        not_reported=len(silent),
        stale=statuses[MilestoneStatus.STALE],
        not_dated=statuses[MilestoneStatus.NOT_DATED],
        unknown=sum(1 for c in commitments if c.outcome in (None, Outcome.UNKNOWN)),
        unevidenced=sum(1 for m in milestones if m.actual and not m.evidence_id),
        inferred_dates=sum(1 for e in events if e.inferred),
    )


def _exceptions(
    commitments: Sequence[CommitmentLine], milestones: Sequence[MilestoneLine], as_at: dt.date, rules: Tolerances
) -> list[ExceptionLine]:
    """List exceptions by worst reason; within one reason, the latest against its baseline first."""
    by_id = {c.commitment_id: c for c in commitments}
    lines = []
    covered = set()
    for milestone in milestones:
        commitment = by_id[milestone.commitment_id]
        reasons = _date_reasons(milestone, rules)
        if reasons:
            covered.add(commitment.commitment_id)
            reasons += _judgement_reasons(commitment, as_at, rules)
            lines.append(_exception(commitment, milestone, reasons, as_at))
    for commitment in commitments:
        reasons = _judgement_reasons(commitment, as_at, rules)
        if reasons and commitment.commitment_id not in covered:
            lines.append(_exception(commitment, None, reasons, as_at))
    return sorted(
        lines,
        key=lambda line: (
            REASONS.index(line.reasons[0]),
            line.slip_days is None,
            -(line.slip_days or 0),
            not line.key,
            line.commitment_id,
            line.milestone_id or "",
        ),
    )


def _date_reasons(milestone: MilestoneLine, rules: Tolerances) -> list[str]:
    if milestone.actual:
        return []
    if milestone.status == MilestoneStatus.OVERDUE:
        return [OVERDUE]
    return [SLIPPED] if (milestone.slip_days or 0) > rules.amber_days else []


def _judgement_reasons(commitment: CommitmentLine, as_at: dt.date, rules: Tolerances) -> list[str]:
    reasons = []
    if better_than_dates(commitment.owner_status, commitment.computed_status):
        reasons.append(DISAGREE)
    unmet = commitment.milestones_met < commitment.milestones
    if commitment.outcome in (Outcome.NOT_PURSUED, Outcome.SUPERSEDED) and unmet:
        reasons.append(REVERSED)
    if not _reported(commitment, as_at, rules) and commitment.outcome not in CLOSED_OUTCOMES:
        reasons.append(SILENT)
    return reasons


def _exception(
    commitment: CommitmentLine, milestone: MilestoneLine | None, reasons: Sequence[str], as_at: dt.date
) -> ExceptionLine:
    return ExceptionLine(
        commitment_id=commitment.commitment_id,
        commitment=commitment.title,
        milestone_id=milestone.milestone_id if milestone else None,
        milestone=milestone.title if milestone else None,
        key=milestone.key if milestone else True,
        reasons=tuple(sorted(reasons, key=REASONS.index)),
        owner=commitment.owner,
        due=milestone.due if milestone else commitment.target,
        slip_days=milestone.slip_days if milestone else commitment.slip_days,
        owner_status=commitment.owner_status or NOT_REPORTED,
        computed_status=commitment.computed_status,
        milestone_status=milestone.status if milestone else None,
        outcome=commitment.outcome or Outcome.UNKNOWN,
        why=_why(commitment, milestone, reasons, as_at),
    )


def _why(commitment: CommitmentLine, milestone: MilestoneLine | None, reasons: Sequence[str], as_at: dt.date) -> str:
    """Say in a sentence or two why something is an exception."""
    sentences = []
    if milestone and OVERDUE in reasons and milestone.due:
        late = (as_at - milestone.due.day).days
        wording = "" if milestone.forecast else milestone.baseline_wording
        published = f" (published as “{wording}”)" if wording else ""
        slip = milestone.slip_days or 0
        behind = f", {counted(slip, 'day')} behind its baseline" if slip > late else ""
        sentences.append(f"Due by {milestone.due.deadline}{published}: {counted(late, 'day')} overdue{behind}.")
        if milestone.rebaselined:
            sentences.append(f"Its baseline is {beside_original(milestone.baseline, milestone.original_baseline)}.")
    if milestone and SLIPPED in reasons:
        against = beside_original(milestone.baseline, milestone.original_baseline)
        sentences.append(f"Forecast {milestone.forecast} against a baseline of {against}.")
    if DISAGREE in reasons:
        sentences.append(
            f"The owner rates it {commitment.owner_status}. The dates suggest {commitment.computed_status}."
        )
        if commitment.owner_override_reason:
            rationale = shorten(commitment.owner_rationale or "", _LONGEST_RATIONALE, placeholder=" …")
            sentences.append(f"Owner's reason: {commitment.owner_override_reason}. “{rationale}”")
    if REVERSED in reasons:
        sentences.append(f"Published evidence: {commitment.outcome}.")
    if not sentences:
        sentences.append("The owner has not reported.")
    return " ".join(sentences)
