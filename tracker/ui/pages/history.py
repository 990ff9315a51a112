import datetime as dt
import re
from dataclasses import replace

import streamlit as st

from tracker.domain import dates
from tracker.domain.text import counted
from tracker.exchange import marking
from tracker.reporting import charts
from tracker.services import history, periods
from tracker.ui import html, panels, state
from tracker.ui.html import Column

LINES_A_PAGE = 50
PAGE = "part"

board = state.board()
shown = state.as_at()


def first_page(*also: str) -> None:
    """A filter that changes begins again at the newest line, and without the filters that depend on it."""
    for key in (PAGE, *also):
        if key in st.query_params:
            del st.query_params[key]


def choose_id(label: str, key: str, words: dict[str, str], *depend: str) -> str:
    """A filter by id that is kept in the address; an id that is not on the list is still asked for, and refused."""
    asked = st.query_params.get(key, "")
    chosen = st.selectbox(
        label,
        ["", *words],
        index=list(words).index(asked) + 1 if asked in words else 0,
        format_func=lambda item: words[item] if item else "All",
    )
    if chosen and chosen != asked:
        first_page(*depend)
        st.query_params[key] = chosen
    elif not chosen and asked in words:
        first_page(key, *depend)
        return ""
    return chosen or asked


def choose_day(label: str, key: str) -> dt.date | None:
    """A day of recording; empty is no limit."""
    chosen = st.date_input(
        label,
        value=None,
        max_value=dates.today(),
        key=key,
        bind="query-params",
        persist_state="session",
        format="DD/MM/YYYY",
        on_change=first_page,
    )
    return chosen if isinstance(chosen, dt.date) else None


html.show(
    html.put("<h1>History</h1>"),
    html.put(
        '<p class="lead">Everything that was recorded, newest first: who, when, what from and to, and why. Nothing is '
        "ever overwritten.</p>"
    ),
    html.put(
        "<p>Listed is what holds on or before {}; it may have been recorded later. What holds only from a later day "
        "is left out.</p>",
        html.day(shown),
    )
    if shown != state.present()
    else html.put(""),
)
left, right = st.columns(2)
with left:
    commitment_id = choose_id(
        "Commitment",
        "commitment",
        {line.commitment_id: f"{line.commitment_id} {line.title}" for line in board.commitments},
        "milestone",
    )
with right:
    milestone_id = choose_id(
        "Milestone",
        "milestone",
        {
            line.milestone_id: f"{line.milestone_id} {line.title}"
            for line in board.milestones
            if not commitment_id or line.commitment_id == commitment_id
        },
    )
first, second, third, fourth = st.columns(4)
with first:
    actors = {who: state.named(who) for who in history.list_actors(state.store(), board.head.seq)}
    asked_of = choose_id("Who", "who", actors)
    actor = asked_of if asked_of in actors else None
with second:
    recorded_from = choose_day("Recorded from (UTC)", "from")
with third:
    recorded_to = choose_day("Recorded to (UTC)", "to")
with fourth:
    kept = periods.list_periods(state.store(), shown, board.head.seq)
    period_id = choose_id(
        "Reporting period", "period", {line.period_id: f"{line.period_id} {line.name}" for line in kept}
    )

asked_page = st.query_params.get(PAGE, "1")
page = int(asked_page) if re.fullmatch("[1-9][0-9]{0,5}", asked_page) else 1
wanted = history.HistoryFilter(
    milestone_id=milestone_id or None,
    commitment_id=commitment_id or None,
    actor=actor,
    recorded_from=recorded_from,
    recorded_to=recorded_to,
    period_id=period_id or None,
    as_at=shown,
    offset=(page - 1) * LINES_A_PAGE,
    limit=LINES_A_PAGE,
)
view = history.view_history(state.store(), wanted, board.head.seq)
if not view.lines and view.total:  # an address from before, when there were more
    page = 1
    view = history.view_history(state.store(), replace(wanted, offset=0), board.head.seq)

if milestone_id:
    panels.finding(charts.milestone_trend(milestone_id, view.trend, shown))
    html.show(
        html.table(
            f"What was said of the dates of {milestone_id}, newest first",
            ["Held from", "Forecast", "Baseline", "Happened", "Why it moved"],
            (
                (line.reported_on, line.forecast, line.baseline, line.actual, line.reason)
                for line in reversed(view.trend)
            ),
            empty="Nothing was said of its dates up to this day.",
        )
    )


def other_page(number: int) -> str:
    """The address of another page of the same history."""
    query = {
        "commitment": commitment_id,
        "milestone": milestone_id,
        "who": actor,
        "from": recorded_from and recorded_from.isoformat(),
        "to": recorded_to and recorded_to.isoformat(),
        "period": period_id,
        PAGE: str(number) if number > 1 else "",
    }
    return state.address("history", **{key: value for key, value in query.items() if value})


html.show(
    html.table(
        f"{counted(view.total, 'line')} of history"
        + (f"; {view.offset + 1:,} to {view.offset + len(view.lines):,}" if view.total > len(view.lines) else ""),
        ["When", "Who", "What happened", "Why", Column("Change", number=True)],
        (
            (
                html.put("{} {:%H:%M} UTC", html.day(line.recorded_at.date()), line.recorded_at),
                line.who,
                line.what[:1].upper() + line.what[1:],
                line.why,
                line.seq,
            )
            for line in view.lines
        ),
        empty="No change matches. Take a filter away, or choose more days.",
    ),
    html.put(
        "<nav aria-label='Pages of the history'><p>{} {}</p></nav>",
        html.link(other_page(page - 1), "Newer") if page > 1 else html.put(""),
        html.link(other_page(page + 1), "Older") if view.more else html.put(""),
    )
    if page > 1 or view.more
    else html.put(""),
)
st.download_button(
    "Download as CSV",
    lambda: history.export_csv(state.store(), wanted, board.head.seq),
    file_name=marking.file_name(f"history_as-at_{shown}_seq{board.head.seq}.csv", demonstration=board.demonstration),
    mime="text/csv",
    on_click="ignore",
)

html.show(
    html.put("<h2>Proof</h2>"),
    html.put(
        "<p>Every change is sealed over the one before it. Verifying recomputes every seal and compares the end with "
        "the head anchor beside the store.</p>"
    ),
)
if st.button("Verify the ledger"):
    proof = history.verify_open(state.store())
    summary = html.put(
        "{} and {}; head: change {}, seal <code>{}</code>.",
        counted(proof.changes, "change"),
        counted(proof.versions, "version"),
        proof.head.seq,
        proof.head.seal,
    )
    if proof.faults:
        html.show(
            html.put(
                '<div class="banner" role="alert"><p><strong>The ledger is not as it was recorded.</strong> {}</p>'
                "<ul>{}</ul></div>",
                summary,
                html.joined(html.put("<li>{}</li>", fault) for fault in proof.faults),
            )
        )
    else:
        html.show(
            html.put('<div class="done" role="status"><p><strong>{}</strong> {}</p></div>', proof.conclusion, summary)
        )
