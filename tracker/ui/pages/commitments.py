import streamlit as st

from tracker.domain.fields import FIELDS
from tracker.domain.words import CHAPTERS
from tracker.reporting.register import Filter, matching
from tracker.ui import html, state

view = state.board()
html.show(
    html.put("<h1>Commitments</h1>"),
    html.put(
        '<p class="quiet">Everything that the Green Paper of 29 March 2022 promised. We used five published summaries '
        "and our own words.</p>"
    ),
)


def choose(label: str, key: str, options: list[str]) -> list[str]:
    """A filter that is kept in the address, so that people can send a view to a colleague."""
    return st.multiselect(label, options, key=key, bind="query-params", persist_state="session", placeholder="All")


lines = view.commitments
TITLES = FIELDS["commitment"]
search = st.text_input(
    "Search",
    key="search",
    bind="query-params",
    persist_state="session",
    type="search",
    placeholder="Words, an id or an amount",
)
first, second, third = st.columns(3)
with first:
    chapters = choose("Chapter", "chapter", [f"{number} {title}" for number, title in CHAPTERS.items() if number > 1])
    owner_statuses = choose(TITLES["owner_status"].title, "owner", list(view.by_owner_status))
with second:
    programmes = choose("Programme", "programme", [programme.name for programme in view.programmes])
    computed = choose(TITLES["computed_status"].title, "computed", list(view.by_computed_status))
with third:
    organisations = choose("Lead organisation", "organisation", sorted({line.lead for line in lines}))
    outcomes = choose(TITLES["outcome"].title, "outcome", list(view.by_outcome))

found = matching(
    lines,
    Filter(
        text=search or "",
        chapters=[int(chapter.split()[0]) for chapter in chapters],
        programmes=programmes,
        organisations=organisations,
        owner_statuses=owner_statuses,
        computed_statuses=computed,
        outcomes=outcomes,
    ),
    view.milestones,
)
html.show(
    html.table(
        f"{len(found)} of {len(lines)} commitments",
        [
            "Commitment",
            "Lead and owner",
            *html.columns("commitment", "milestones_met", "slip_days", "owner_status", "computed_status", "outcome"),
        ],
        (
            (
                html.put(
                    '{} <span class="id">{}</span>{}',
                    html.link(state.address("commitment", id=line.commitment_id), line.title),
                    line.commitment_id,
                    html.put('<span class="why">{}</span>', line.programme) if line.programme else html.put(""),
                ),
                html.put('{}<span class="why">{}</span>', line.owner, line.lead),
                f"{line.milestones_met} of {line.milestones}",
                html.slippage(line.slip_days) if line.slip_days is not None else html.put("–"),
                html.status(line.owner_status),
                html.status(line.computed_status),
                html.status(line.outcome),
            )
            for line in found
        ),
        empty="No commitments match. Remove a filter or search for fewer words.",
    )
)
