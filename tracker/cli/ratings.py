"""``rate``: an owner's delivery confidence in a commitment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.phrasing import ask_as_whom, say_recorded
from tracker.domain.errors import UnknownCommitment
from tracker.domain.ratings import Rating, RatingLine
from tracker.domain.words import OverrideReason, OwnerRating
from tracker.services import ratings, stores, users

if TYPE_CHECKING:
    import argparse

    from tracker.cli import Commands
    from tracker.store.database import Database


def add_commands(commands: Commands) -> None:
    """Add ``rate`` to the command line."""
    rate = commands.add_parser(
        "rate",
        help="rate your delivery confidence in a commitment, until the next board",
        description="Rate your confidence that a commitment will be delivered, and say why. A rating lasts until the "
        "board of the open reporting period. Give it again for the next one.",
        epilog='python -m tracker rate C2-01 Amber --rationale "The standards are drafted" --as ana@dfe.example',
    )
    rate.add_argument("commitment", metavar="COMMITMENT", help="the commitment's id, such as C2-01")
    rate.add_argument("rating", metavar="RATING", choices=list(OwnerRating), help=", ".join(OwnerRating))
    rate.add_argument("--rationale", metavar="TEXT", required=True, help="why")
    rate.add_argument(
        "--override",
        metavar="REASON",
        choices=list(OverrideReason),
        help=f"why you rate it better than the dates suggest; required if you do: {'; '.join(OverrideReason)}",
    )
    ask_as_whom(rate, "your registered e-mail address; the commitment must be assigned to you")
    rate.set_defaults(run=_rate)


def _rate(options: argparse.Namespace) -> int:
    with stores.open_store(stores.address(), writable=True) as db:
        change = ratings.rate_commitment(
            db,
            actor_id=users.account(db, options.actor),
            rating=Rating(
                commitment_id=options.commitment,
                base_version=_line(db, options).base_version,
                rating=options.rating,
                rationale=options.rationale,
                override_reason=options.override,
            ),
        )
        rated = _line(db, options)
        until = f"{rated.commitment_id}: {rated.rating} until {rated.valid_until}"
        return say_recorded(db, f"{until}. Status from dates: {rated.computed_status}.", change)


def _line(db: Database, options: argparse.Namespace) -> RatingLine:
    mine = ratings.my_commitments(db, actor_id=users.account(db, options.actor))
    found = next((line for line in mine if line.commitment_id == options.commitment), None)
    if found is None:
        given = ", ".join(line.commitment_id for line in mine) or "none"
        raise UnknownCommitment(f"{options.commitment} is not assigned to {options.actor}. Assigned: {given}.")
    return found
