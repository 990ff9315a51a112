"""Owners rate their delivery confidence in a commitment, with a rationale, until the next board."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain import dates
from tracker.domain.errors import Fault, InvalidRating, UnknownCommitment
from tracker.domain.ledger import Change, Version
from tracker.domain.nouns import Assessment
from tracker.domain.policy import Action, Actor, in_scope, require, require_scope
from tracker.domain.ratings import Rating, RatingLine, better_than_dates, faults
from tracker.domain.rules import TOLERANCES
from tracker.domain.words import THREE_POINT_SCALE, ChangeAction, OverrideReason, View
from tracker.services.users import may_still, who
from tracker.store import ledger, periods, ratings

if TYPE_CHECKING:
    from tracker.store.database import Cursor, Database
    from tracker.views.control import PeriodLine


@dataclass(frozen=True)
class Foreseen:
    """What saving a rating would do: its last day, whether it is better than the dates, and its faults."""

    line: RatingLine
    rating: Rating
    valid_until: dt.date
    period_id: str | None
    disagrees: bool
    faults: tuple[Fault, ...]


def my_commitments(db: Database, *, actor_id: str) -> list[RatingLine]:
    """Return the commitments assigned to a person, in order of id. Raises UnknownUser, NotAllowed."""
    with db.read() as cursor:
        actor = who(cursor, actor_id)
        require(actor, Action.RATE)
        period = periods.open_now(cursor, dates.today())
        return [
            line
            for line in _lines(cursor, period)
            if in_scope(actor, Action.RATE, commitment_id=line.commitment_id, programme_id=line.programme_id)
        ]


def foresee_rating(db: Database, *, actor_id: str, rating: Rating) -> Foreseen:
    """Return what saving a rating would do, without saving. Raises UnknownUser, NotAllowed, UnknownCommitment."""
    with db.read() as cursor:
        return _foresee(cursor, actor_id, rating)


def rate_commitment(db: Database, *, actor_id: str, rating: Rating, request_id: str | None = None) -> Change:
    """Record an owner's rating, which lasts until the open period's board, or until it is stale.

    A ``request_id`` that was recorded before records nothing again. Raises UnknownUser, NotAllowed, UnknownCommitment,
    InvalidRating with every fault, UnstorableText, StaleEdit (with both versions) after another rating since
    its ``base_version``, StoreBusy, StoreUnusable.
    """
    with db.read() as cursor:
        seen = _foresee(cursor, actor_id, rating)
    if seen.faults and rating.base_version >= seen.line.base_version:  # a stale one raises StaleEdit
        raise InvalidRating(*seen.faults)
    return ledger.record(
        db,
        actor=actor_id,
        action=ChangeAction.RATE,
        versions=[
            version(seen.rating, valid_until=seen.valid_until, period_id=seen.period_id, today=dates.today()),
        ],
        request_id=request_id,
        check=may_still(actor_id, Action.RATE, lambda _, actor: _require_given(actor, seen.line)),
    )


def _require_given(actor: Actor, line: RatingLine) -> None:
    require_scope(actor, Action.RATE, commitment_id=line.commitment_id, programme_id=line.programme_id)


def _lines(cursor: Cursor, period: PeriodLine | None) -> list[RatingLine]:
    return ratings.rating_lines(cursor, dates.today(), TOLERANCES, period_id=period.period_id if period else None)


def _foresee(cursor: Cursor, actor_id: str, rating: Rating) -> Foreseen:
    actor = who(cursor, actor_id)
    require(actor, Action.RATE)
    today = dates.today()
    period = periods.open_now(cursor, today)
    by_id = {line.commitment_id: line for line in _lines(cursor, period)}
    line = by_id.get(rating.commitment_id)
    if line is None:
        raise UnknownCommitment(
            f"There is no commitment {rating.commitment_id} on the board. Choose one from the list."
        )
    _require_given(actor, line)
    still_to_meet = period is not None and period.board_on >= today
    return Foreseen(
        line=line,
        rating=rating,
        valid_until=period.board_on if period and still_to_meet else today + dt.timedelta(days=TOLERANCES.stale_days),
        period_id=period.period_id if period else None,
        disagrees=better_than_dates(rating.rating, line.computed_status),
        faults=tuple(faults(line, rating)),
    )


def version(rating: Rating, *, valid_until: dt.date, period_id: str | None, today: dt.date) -> Version:
    """Return the version that a rating records, from today, in the open period."""
    noun = Assessment(
        id=f"{rating.commitment_id}/{View.OWNER}",
        commitment_id=rating.commitment_id,
        view=View.OWNER,
        rating=rating.rating,
        scale=THREE_POINT_SCALE,
        rationale=rating.rationale,
        valid_until=valid_until,
        period_id=period_id,
        override_reason=OverrideReason(rating.override_reason) if rating.override_reason else None,
    )
    return Version(noun=noun, version=rating.base_version + 1, effective_on=today)
