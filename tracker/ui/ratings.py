"""A part of My updates: an owner's delivery confidence in each commitment, said anew for each board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import TrackerError
from tracker.domain.ledger import StaleEdit
from tracker.domain.nouns import Assessment
from tracker.domain.ratings import Rating
from tracker.domain.words import OverrideReason, OwnerRating
from tracker.services import ratings
from tracker.ui import drafts, html, state

if TYPE_CHECKING:
    import datetime as dt

    from markupsafe import Markup

    from tracker.domain.ledger import Version
    from tracker.domain.lines import RatingLine
    from tracker.services.ratings import Foreseen


def show(actor_id: str) -> None:
    """List a person's commitments with the rating of each, and draw the form that gives one, as at today alone."""
    lines = _commitments(actor_id, state.known(), dates.today())
    html.show(
        html.put("<h2>Delivery confidence</h2>"),
        html.put(
            '<p class="quiet">Your confidence that a commitment will be delivered, on the three-point scale, and why. '
            "It holds until the next board; after that it is not reported until you say it again.</p>"
        ),
        html.table(
            "Your commitments",
            ["Commitment", "You say", "Until", "Dates say", "Why"],
            (
                (
                    html.put('{} <span class="id">{}</span>', line.title, line.commitment_id),
                    html.status(line.rating if line.stands else None),
                    _until(line),
                    html.status(line.computed_status),
                    line.rationale if line.stands else None,
                )
                for line in lines
            ),
            empty="No commitment was given to you.",
        ),
    )
    if lines and state.editable():
        _form(lines, actor_id)


@st.cache_resource(show_spinner=False, max_entries=64)
def _commitments(actor_id: str, known_seq: int, today: dt.date) -> list[RatingLine]:  # noqa: ARG001  the key of the cache
    return ratings.my_commitments(state.store(), actor_id=actor_id)


def _until(line: RatingLine) -> Markup:
    """Until when a rating holds; what was said last where it no longer counts, or was not said for this period yet."""
    if line.rating is None:
        return html.put('<span class="quiet">never rated</span>')
    if not line.stands:
        return html.put('<span class="quiet">{} lapsed after {}</span>', line.rating, html.day(line.valid_until))
    if line.confirmed:
        return html.day(line.valid_until)
    return html.put('{}<span class="why">not said again in this period yet</span>', html.day(line.valid_until))


def _form(lines: list[RatingLine], actor_id: str) -> None:
    """Draw the form: the last rating is filled in, and counts only when it is saved again."""
    by_id = {line.commitment_id: line for line in lines}
    chosen = st.selectbox(
        "Commitment to rate",
        list(by_id),
        index=None,
        format_func=lambda commitment_id: f"{commitment_id} {by_id[commitment_id].title}",
        key="commitment/rate",
        persist_state="session",
        placeholder="Choose a commitment",
    )
    if chosen is None:
        return
    line = by_id[chosen]
    rating = _draft(line)
    if rating is None:
        return
    try:
        seen = ratings.foresee_rating(state.store(), actor_id=actor_id, rating=rating)
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    _foretell(seen)
    if line.base_version != rating.base_version:
        _offer_both(line)
    if st.button("Save the rating", type="primary", disabled=bool(seen.faults), key="button/rate"):
        _save(rating, actor_id)


def _draft(line: RatingLine) -> Rating | None:
    """Draw the fields and return what they say; None until a rating is chosen."""

    def kept(field: str) -> dict[str, Any]:
        return {"key": f"{field}/{line.commitment_id}", "persist_state": "session"}

    scale, reasons = [str(word) for word in OwnerRating], [str(word) for word in OverrideReason]
    base_version = st.session_state.setdefault(f"base/{line.commitment_id}", line.base_version)
    rating = st.selectbox(
        "Delivery confidence",
        scale,
        index=scale.index(line.rating) if line.rating in scale else None,
        placeholder="Not reported",
        **kept("confidence"),
    )
    rationale = st.text_area("Rationale", value=line.rationale or "", **kept("rationale"))
    override = st.selectbox(
        "Why it is better than the dates (required when it is)",
        reasons,
        index=reasons.index(line.override_reason) if line.override_reason in reasons else None,
        placeholder="It is not",
        **kept("override"),
    )
    if rating is None:
        return None
    return Rating(
        commitment_id=line.commitment_id,
        base_version=base_version,
        rating=rating,
        rationale=rationale,
        override_reason=override,
    )


def _foretell(seen: Foreseen) -> None:
    dates_say = html.status(seen.line.computed_status)
    html.show(
        html.put("<h3>What the board will show</h3>"),
        html.facts(
            [
                ("Owner says", html.put("{} until {}", html.status(seen.rating.rating), html.day(seen.valid_until))),
                (
                    "Dates say",
                    html.put("{} They disagree, and the board sees your reason.", dates_say)
                    if seen.disagrees
                    else dates_say,
                ),
                ("To put right first", " ".join(seen.faults)),
            ]
        ),
    )


def _offer_both(line: RatingLine) -> None:
    """Somebody else rated it first: show what is held now beside the draft, and let its writer decide."""
    html.show(
        html.alert(
            f"{line.commitment_id} was rated by somebody else since you began. Your draft is kept. "
            f"The ledger now holds: {line.rating}. {line.rationale}"
        )
    )
    if st.button("Keep my rating, to be saved on top of theirs", key="button/rate/keep"):
        st.session_state[f"base/{line.commitment_id}"] = line.base_version
        st.rerun()
    if st.button("Take their rating and drop mine", key="button/rate/theirs"):
        drafts.finish([line.commitment_id], f"Your draft of {line.commitment_id} was dropped; theirs is shown.")


def _save(rating: Rating, actor_id: str) -> None:
    try:
        recorded = ratings.rate_commitment(
            state.store(),
            actor_id=actor_id,
            commitment_id=rating.commitment_id,
            base_version=rating.base_version,
            rating=rating.rating,
            rationale=rating.rationale,
            override_reason=rating.override_reason,
            request_id=drafts.request_id(rating.commitment_id),
        )
    except StaleEdit as stale:
        html.show(html.alert(str(stale)), _both(stale))
        return
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    told = f"Saved your rating of {rating.commitment_id} as change {recorded.seq}: {rating.rating}."
    drafts.finish([rating.commitment_id, "rate"], told)


def _both(stale: StaleEdit) -> Markup:
    def row(whose: str, version: Version | None) -> list[tuple[html.Cell, ...]]:
        noun = version.noun if version else None
        return [(whose, noun.rating, noun.rationale)] if isinstance(noun, Assessment) else []

    return html.table(
        "Both texts: nothing is lost",
        ["Whose", "Rating", "Rationale"],
        [*row("You wrote", stale.yours), *row("The ledger holds", stale.theirs)],
        empty="",
    )
