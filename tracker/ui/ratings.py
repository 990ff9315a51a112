"""The part of My updates where owners rate their delivery confidence in each commitment, for each board."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.errors import Fault
from tracker.domain.fields import FIELDS
from tracker.domain.ratings import Rating, RatingLine
from tracker.domain.words import OverrideReason, OwnerRating
from tracker.services import ratings
from tracker.ui import forms, html, state
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from markupsafe import Markup

    from tracker.services.ratings import Foreseen


def show(actor_id: str) -> None:
    """List a person's commitments with their ratings and, as at today only, the form that rates one."""
    lines = _commitments(actor_id)
    html.show(
        html.put("<h2>Delivery confidence</h2>"),
        html.put(
            '<p class="quiet">Rate how confident you are that each commitment will be delivered, and say why. Your '
            "rating lasts until the next board meeting. Give it again for each board.</p>"
        ),
        html.table(
            "Your commitments",
            ["Commitment", "Your rating", "Until", *html.columns("commitment", "computed_status"), "Rationale"],
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
            empty="No commitments are assigned to you.",
        ),
    )
    if lines and state.editable():
        with forms.form("rate"):
            _form(lines, Draft("rate", actor_id))


@state.as_known(64)
def _commitments(actor_id: str) -> list[RatingLine]:
    return ratings.my_commitments(state.store(), actor_id=actor_id)


def _until(line: RatingLine) -> Markup:
    """The last day of a rating; if it has expired or was not updated this period, that too."""
    if line.rating is None:
        return html.put('<span class="quiet">not yet rated</span>')
    if not line.stands:
        return html.put('<span class="quiet">{}, expired {}</span>', line.rating, html.day(line.valid_until))
    if line.confirmed:
        return html.day(line.valid_until)
    return html.put('{}<span class="why">not yet updated this period</span>', html.day(line.valid_until))


def _form(lines: list[RatingLine], choice: Draft) -> None:
    """Show the form; the last rating is filled in, and counts only after it is saved again."""
    by_id = {line.commitment_id: line for line in lines}
    chosen = st.selectbox(
        "Commitment",
        list(by_id),
        index=None,
        format_func=lambda commitment_id: f"{commitment_id} {by_id[commitment_id].title}",
        placeholder="Choose a commitment",
        **choice.kept("commitment_id"),
    )
    if chosen is None:
        return
    line, draft = by_id[chosen], replace(choice, thing=chosen)
    rating = _draft(line, draft)
    if rating:
        _foretell(ratings.foresee_rating(state.store(), actor_id=draft.person, rating=rating))
        if line.base_version != rating.base_version:
            _offer_both(line, rating, draft)
    if st.button("Save rating", type="primary", key=draft.key("button")):
        if rating is None:
            forms.refuse(draft, Fault("rating", "Choose your delivery confidence."))
        act = partial(ratings.rate_commitment, state.store(), actor_id=draft.person, rating=rating)
        forms.save(draft, act, f"Saved your rating of {rating.commitment_id}: {rating.rating}")


def _draft(line: RatingLine, draft: Draft) -> Rating | None:
    """Show the fields and return the rating; None until one is chosen."""
    scale, reasons = [str(word) for word in OwnerRating], [str(word) for word in OverrideReason]
    base_version = draft.base_version(line.base_version)
    rating = st.selectbox(
        FIELDS["commitment"]["owner_status"].title,
        scale,
        index=scale.index(line.rating) if line.rating in scale else None,
        placeholder="Not reported",
        **draft.kept("rating"),
    )
    rationale = st.text_area("Rationale", value=line.rationale or "", **draft.kept("rationale"))
    override = st.selectbox(
        "Why you rate it better than the dates suggest (required if you do)",
        reasons,
        index=reasons.index(line.override_reason) if line.override_reason in reasons else None,
        placeholder="Not applicable",
        **draft.kept("override_reason"),
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
    titles, from_dates = FIELDS["commitment"], html.status(seen.line.computed_status)
    differs = "Your rating is better than the dates suggest. The board will see your reason." if seen.disagrees else ""
    html.show(
        html.put("<h3>What the board will see</h3>"),
        html.facts(
            [
                (
                    titles["owner_status"].title,
                    html.put("{} until {}", html.status(seen.rating.rating), html.day(seen.valid_until)),
                ),
                (titles["computed_status"].title, html.put("{} {}", from_dates, differs)),
                ("Fix before saving", " ".join(fault.beside_field for fault in seen.faults)),
            ]
        ),
    )


def _offer_both(line: RatingLine, rating: Rating, draft: Draft) -> None:
    forms.offer_both(
        draft,
        line.commitment_id,
        warnings=[
            f"Someone else rated {line.commitment_id} after you started. Your draft is kept. "
            f"The current rating is {line.rating}: {line.rationale}"
        ],
        columns=["Version", "Rating", "Rationale"],
        rows=[("Your version", rating.rating, rating.rationale), ("Current version", line.rating, line.rationale)],
        begun={draft: line.base_version},
    )
