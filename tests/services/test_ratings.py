"""Owners give their delivery confidence: who may, for how long it holds, and what the board makes of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import milestone, progress, save
from tests.services.conftest import OWNER, PEOPLE, with_value
from tests.services.test_periods import closing, days, head, opening
from tracker.domain import dates
from tracker.domain.errors import InvalidRating, NotAllowed, UnknownCommitment, UnknownUser, UnstorableText
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import Assessment, Period
from tracker.domain.ratings import Rating, better_than_dates
from tracker.domain.words import (
    STATUS_SEVERITY,
    THREE_POINT_SCALE,
    MilestoneStatus,
    OverrideReason,
    OwnerRating,
    PeriodState,
    Reporter,
    Role,
    View,
)
from tracker.services import boards, ratings
from tracker.store import reading

if TYPE_CHECKING:
    from tracker.domain.ledger import Change
    from tracker.domain.ratings import RatingLine
    from tracker.store.database import Database
    from tracker.views.board import CommitmentLine

TODAY = dates.today()
PAID = "C6-01"
"""Its one key milestone is overdue."""
WATCHED = "It is watched"


def rate(db: Database, rating: str = "Red", **fields: Any) -> Change:
    """The owner rates the payment from nothing; give only the fields that a test is about."""
    usual = Rating(commitment_id=PAID, base_version=0, rating=rating, rationale=WATCHED)
    return ratings.rate_commitment(db, **with_value("rating", usual, {"actor_id": OWNER, **fields}))


def line(db: Database, commitment_id: str = PAID) -> RatingLine:
    mine = ratings.my_commitments(db, actor_id=OWNER)
    return next(line for line in mine if line.commitment_id == commitment_id)


def shown(db: Database, as_at: dt.date = TODAY, commitment_id: str = PAID) -> CommitmentLine:
    view = boards.view_board(db, as_at, boards.known_position(db))
    return next(line for line in view.commitments if line.commitment_id == commitment_id)


def due(db: Database, forecast: dt.date) -> None:
    """Move the payment to a day that the owner confirms."""
    save(db, milestone(id="C6-01-M1", commitment_id=PAID, promised_in="dfe-summary", baseline_on=days(60)), on=TODAY)
    save(db, progress(id="C6-01-M1", reporter=Reporter.OWNER, forecast_on=forecast), on=TODAY)


# What is recorded


def test_a_rating_is_one_change_with_its_scale_its_reason_and_its_end(staffed: Database) -> None:
    opening(staffed, board_on=days(20))
    change = rate(staffed)
    assert (change.actor, change.action) == (OWNER, "rate commitment")
    with staffed.read() as cursor:
        version = reading.latest(cursor, Assessment, "C6-01/owner")
    assert version
    assert version.effective_on == TODAY
    assert version.noun == Assessment(
        id="C6-01/owner",
        commitment_id=PAID,
        view=View.OWNER,
        rating="Red",
        scale=THREE_POINT_SCALE,
        rationale=WATCHED,
        valid_until=days(20),
        period_id="2026-q4",
    )


def test_without_a_period_a_rating_holds_for_as_long_as_a_forecast_stays_good(staffed: Database) -> None:
    rate(staffed)
    assert line(staffed).valid_until == days(35)
    assert (line(staffed).stands, line(staffed).confirmed) == (True, True)


def test_a_rating_for_a_board_that_has_met_already_holds_like_one_without_a_period(staffed: Database) -> None:
    past = {"opens_on": days(-9), "closes_on": days(-2), "board_on": days(-1)}
    save(staffed, Period(id="late", name="Late", state=PeriodState.OPEN, **past), on=days(-9))
    rate(staffed)
    assert line(staffed).valid_until == days(35)
    assert line(staffed).confirmed


def test_a_rating_is_never_carried_past_its_last_day(staffed: Database) -> None:
    opening(staffed, board_on=days(7))
    noun = Assessment(
        id="C6-01/owner",
        commitment_id=PAID,
        view=View.OWNER,
        rating="Red",
        scale=THREE_POINT_SCALE,
        rationale=WATCHED,
        valid_until=days(-1),
    )
    save(staffed, noun, on=days(-30))
    assert shown(staffed, days(-1)).owner_status == "Red"
    assert shown(staffed).owner_status is None
    held = line(staffed)  # still there to be said again
    assert (held.rating, held.rationale, held.stands, held.confirmed) == ("Red", WATCHED, False, False)
    rate(staffed, base_version=1)
    assert shown(staffed).owner_status == "Red"
    assert line(staffed).confirmed


def test_a_rating_of_the_period_before_must_be_said_again(staffed: Database) -> None:
    opening(staffed, period_id="q3", opens_on=days(-3), closes_on=TODAY, board_on=days(20))
    rate(staffed)
    assert line(staffed).confirmed
    closing(staffed, "q3")
    save(
        staffed,
        Period(id="q4", name="Q4", opens_on=TODAY, closes_on=days(9), board_on=days(30), state=PeriodState.OPEN),
        on=TODAY,
    )
    assert (line(staffed).stands, line(staffed).confirmed) == (True, False)


# What is refused


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"rating": "Amber/Red"}, 'C6-01: "Amber/Red" is not a rating. Choose one of: Green, Amber, Red.'),
        ({"rationale": " \n"}, "C6-01: enter a rationale."),
        (
            {"rating": "Amber"},
            "C6-01: Amber is better than the dates suggest (Overdue). Choose the reason.",
        ),
        (
            {"override_reason": OverrideReason.RECOVERY},
            "C6-01: Red is not better than the dates suggest (Overdue). Remove the reason for rating better.",
        ),
        (
            {"rating": "Green", "override_reason": "because"},
            'C6-01: "because" is not a reason to rate better than the dates. Choose one of: recovery action agreed and '
            "under way, change of baseline asked for, record is behind what has happened, late milestone does not "
            "decide the outcome.",
        ),
    ],
)
def test_a_rating_that_cannot_be_so_is_refused_with_a_sentence(
    staffed: Database, fields: dict[str, Any], says: str
) -> None:
    before = head(staffed)
    with pytest.raises(InvalidRating) as caught:
        rate(staffed, **fields)
    assert str(caught.value) == says
    assert head(staffed) == before


def test_a_commitment_that_is_not_there_and_a_text_that_cannot_be_stored_are_refused(staffed: Database) -> None:
    with pytest.raises(UnknownCommitment, match="There is no commitment C9-99 on the board"):
        rate(staffed, commitment_id="C9-99")
    with pytest.raises(UnstorableText):
        rate(staffed, rationale="A bell \x07")


@pytest.mark.parametrize("role", Role)
def test_who_may_not_rate_is_refused_and_so_is_an_owner_of_something_else(staffed: Database, role: Role) -> None:
    before = head(staffed)
    with pytest.raises(NotAllowed):
        rate(staffed, actor_id=PEOPLE[role])  # the contributor among them was given nothing
    if role is not Role.CONTRIBUTOR:
        with pytest.raises(NotAllowed):
            ratings.my_commitments(staffed, actor_id=PEOPLE[role])
    with pytest.raises(UnknownUser):
        rate(staffed, actor_id="nobody@dfe.example")
    assert head(staffed) == before
    assert [held.commitment_id for held in ratings.my_commitments(staffed, actor_id=OWNER)] == ["C6-01", "C6-06"]


# Two people, and twice


def test_a_stale_rating_is_refused_with_both_texts_even_when_it_breaks_a_rule_by_now(staffed: Database) -> None:
    rate(staffed)
    with pytest.raises(StaleEdit) as caught:
        rate(staffed, "Amber", rationale="I am sure")
    assert caught.value.theirs
    texts = [version.noun for version in (caught.value.yours, caught.value.theirs)]
    assert [noun.rationale for noun in texts if isinstance(noun, Assessment)] == ["I am sure", WATCHED]


def test_a_double_click_saves_once(staffed: Database) -> None:
    assert rate(staffed, request_id="one").seq == rate(staffed, request_id="one").seq


# What the board shows


def test_a_rating_better_than_the_dates_is_a_disagreement_that_the_board_reads_the_reason_of(
    staffed: Database,
) -> None:
    rate(staffed, "Amber", override_reason=OverrideReason.RECOVERY, rationale="A plan\nwas agreed. " + "More. " * 99)
    said = shown(staffed)
    assert (said.owner_status, said.owner_override_reason) == ("Amber", OverrideReason.RECOVERY)
    assert said.owner_valid_until == days(35)
    view = boards.view_board(staffed, TODAY, boards.known_position(staffed))
    [found] = [line for line in view.exceptions if line.commitment_id == PAID]
    assert "owner and dates disagree" in found.reasons
    assert (
        "The owner rates it Amber. The dates suggest Overdue. Owner's reason: recovery action agreed and under way. "
        "“A plan was agreed. More. "
    ) in found.why
    assert found.why.endswith(" …”")
    assert '"owner_override_reason": "recovery action agreed and under way"' in boards.as_json(view)


def test_what_the_board_will_show_is_told_before_it_is_saved(staffed: Database) -> None:
    def foreseen(rating: str, override_reason: str | None = None) -> ratings.Foreseen:
        return ratings.foresee_rating(
            staffed,
            actor_id=OWNER,
            rating=Rating(
                commitment_id=PAID,
                base_version=0,
                rating=rating,
                rationale=WATCHED,
                override_reason=override_reason,
            ),
        )

    opening(staffed)
    before = head(staffed)
    seen = foreseen("Green", OverrideReason.NOT_CRITICAL)
    assert (seen.disagrees, seen.faults, seen.valid_until) == (True, (), days(14))
    assert (foreseen("Red").disagrees, foreseen("Red").faults) == (False, ())
    assert len(foreseen("Green").faults) == 1
    assert head(staffed) == before


def test_no_reason_is_asked_for_where_the_dates_say_nothing_worse(staffed: Database) -> None:
    due(staffed, days(60))
    assert line(staffed).computed_status == "Green"
    rate(staffed, "Green")
    assert shown(staffed).owner_status == "Green"


@given(st.sampled_from(list(OwnerRating)), st.sampled_from(STATUS_SEVERITY))
def test_better_than_the_dates_is_a_strict_order(rating: OwnerRating, status: MilestoneStatus) -> None:
    """Red is never better than anything, and dates that are stale or missing never say that an owner is too hopeful."""
    better = better_than_dates(rating, status)
    bad = status in (MilestoneStatus.OVERDUE, MilestoneStatus.RED)
    assert better == ((bad and rating != OwnerRating.RED) or (status == "Amber" and rating == OwnerRating.GREEN))
    assert not better_than_dates(None, status)
