"""What changed: the Board page's panel since the last board that met, and between any two snapshots or dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain import dates
from tracker.domain.errors import TrackerError
from tracker.domain.text import counted
from tracker.domain.words import Movement
from tracker.exchange import marking
from tracker.services import comparisons
from tracker.ui import html, panels, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from tracker.services.comparisons import ChangeRow, Comparison
    from tracker.views.control import SnapshotLine

FROM, TO = "earlier", "later"
"""The two sides of a comparison in the address: a snapshot's name or a date."""

_A_DATE = "A date, using today's records"
_FIRST_ROWS = 12
_ASKED_FIRST = "ratings, dates, funding or owners"

_STATUSES = frozenset({Movement.RATING, Movement.COMPUTED, Movement.OUTCOME, Movement.MISSED})


def since_last_board(found: Comparison | None) -> None:
    """Show what changed since the last board that met: what a board asks about first, and how much else."""
    if found is None or found.before_name is None:
        html.show(
            html.put(
                '<h2>What changed since the last board</h2><p class="quiet">No earlier board met with an approved '
                "snapshot, so there is nothing to compare.</p>"
            )
        )
        return
    moves = found.asked_first
    first, more = moves[:_FIRST_ROWS], moves[_FIRST_ROWS:]
    others = len(found.rows) - len(moves)
    line = state.all_snapshots()[found.before_name]
    query = {FROM: found.before_name, TO: found.after_name or found.after.as_at.isoformat()}
    html.show(
        html.put("<h2>What changed since the last board</h2>"),
        html.put(
            '<p class="quiet">Since {}, approved by {}. {} · {}</p>',
            found.since,
            state.shown(line.approved_by or "", line.approver or line.approved_by or ""),
            html.link(state.address_of(line), "Open the earlier board"),
            html.link(state.address_of(None, "snapshots", **query), "All changes, by kind"),
        ),
        _table(f"{counted(len(moves), 'change')} to {_ASKED_FIRST}, worst first", first, found),
        html.details(f"{len(more)} more changes to {_ASKED_FIRST}", _table("More changes", more, found))
        if more
        else html.put(""),
        html.put('<p class="quiet">And {}.</p>', counted(others, "other change")) if others else html.put(""),
    )


def _table(caption: str, rows: Sequence[ChangeRow], found: Comparison) -> Markup:
    return html.table(
        caption,
        [
            *html.columns("change", "what"),
            "From and to",
            *html.columns("change", "why", "recorded_at", "evidence_id"),
        ],
        (
            (
                _what(row),
                html.put('<span class="why">{}</span>{}', row.kind.capitalize(), _moved(row)),
                row.why,
                _recorded(row),
                panels.source(found.source(row.evidence_id)),
            )
            for row in rows
        ),
        empty="Nothing of this kind changed.",
    )


def _moved(row: ChangeRow) -> Markup:
    """The old and the new value: statuses as they look everywhere else, all else in words."""
    if row.kind not in _STATUSES:
        return html.put("{}", comparisons.moved(row))
    direction = html.put(' <span class="quiet">{}</span>', row.direction) if row.direction else ""
    return html.put("{} → {}{}", html.status(row.old), html.status(row.new), direction)


def _what(row: ChangeRow) -> Markup:
    name = html.put("{}", row.what)
    if row.commitment_id:
        name = html.link(state.address("commitment", id=row.commitment_id), row.what)
    return html.put('{} <span class="id">{}</span>', name, row.milestone_id or row.commitment_id or "")


def _recorded(row: ChangeRow) -> Markup | None:
    if row.recorded_at is None:
        return html.put('<span class="quiet">{}</span>', "automatic, from the dates" if row.kind in _STATUSES else "")
    return html.put(
        '{}<span class="why">{}, change {}</span>', html.day(row.recorded_at.date()), row.who or "", row.seq or ""
    )


def between(lines: Sequence[SnapshotLine]) -> None:
    """Choose two snapshots or dates, kept in the address, and show what changed between them."""
    html.show(
        html.put("<h2>Compare</h2>"),
        html.put('<p class="quiet">What changed between two snapshots or dates, who recorded it, and why.</p>'),
    )
    names = [line.name for line in lines]
    with st.form("compare", enter_to_submit=False, border=False):
        left, right = st.columns(2)
        with left:
            before = _choose("From", FROM, names, dates.GREEN_PAPER)
        with right:
            after = _choose("To", TO, names, dates.today())
        if st.form_submit_button("Compare"):
            st.query_params[FROM], st.query_params[TO] = before, after
    asked = st.query_params.get(FROM), st.query_params.get(TO)
    if asked[0] and asked[1]:
        try:
            _show(state.compared(asked[0], asked[1]))
        except TrackerError as error:
            html.show(html.alert(str(error)))


def _choose(label: str, key: str, names: Sequence[str], otherwise: dt.date) -> str:
    """Ask for a snapshot, or a date if none is chosen."""
    asked = st.query_params.get(key, "")
    chosen = st.selectbox(
        label, [_A_DATE, *names], index=names.index(asked) + 1 if asked in names else 0, key=f"{key}/chosen"
    )
    day = st.date_input(
        f"{label}: date",
        value=_day(asked) or otherwise,
        min_value=dates.GREEN_PAPER,
        max_value=dates.today(),
        format="DD/MM/YYYY",
        key=f"{key}/day",
        help="Used if you do not choose a snapshot.",
    )
    return day.isoformat() if chosen == _A_DATE and isinstance(day, dt.date) else chosen


def _day(text: str) -> dt.date | None:
    """The date that the address asks for, if it can be shown."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if dates.GREEN_PAPER <= day <= dates.today() else None


def _show(found: Comparison) -> None:
    """Show every change, with a fold for each kind."""
    html.show(
        html.put(
            '<p class="lead">{} from {}{} to {}{}.</p>',
            counted(len(found.rows), "change"),
            html.day(found.before.as_at),
            f" (snapshot {found.before_name})" if found.before_name else "",
            html.day(found.after.as_at),
            f" (snapshot {found.after_name})" if found.after_name else "",
        ),
        *(
            html.details(
                f"{kind.capitalize()}: {count}",
                _table(kind.capitalize(), [row for row in found.rows if row.kind == kind], found),
            )
            for kind, count in found.counts.items()
        ),
    )
    st.download_button(
        "Download as JSON",
        lambda: comparisons.as_json(found),
        file_name=marking.file_name(
            f"changes_{found.before.as_at}_to_{found.after.as_at}.json", demonstration=found.after.demonstration
        ),
        mime="application/json",
        on_click="ignore",
    )
