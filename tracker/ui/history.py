"""The parts of the History page: filters, the dates of a milestone, the list page by page, and the proof."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain import dates
from tracker.domain.text import counted
from tracker.exchange import marking
from tracker.reporting import charts
from tracker.services import history, periods
from tracker.ui import html, panels, state
from tracker.ui.html import Column

if TYPE_CHECKING:
    from tracker.services.history import HistoryFilter, HistoryView

_LINES_A_PAGE = 50
_PAGE = "part"


def filtered() -> HistoryFilter:
    """Show the filters, which the address keeps, and return them with the page that the address asks for."""
    board, shown = state.board(), state.as_at()
    left, right = st.columns(2)
    with left:
        commitment_id = _choose_id(
            "Commitment",
            "commitment",
            {line.commitment_id: f"{line.commitment_id} {line.title}" for line in board.commitments},
            "milestone",
        )
    with right:
        milestone_id = _choose_id(
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
        actor = _choose_id("Who", "who", actors)
    with second:
        recorded_from = _choose_day("Recorded from (UTC)", "from")
    with third:
        recorded_to = _choose_day("Recorded to (UTC)", "to")
    with fourth:
        kept = periods.list_periods(state.store(), shown, board.head.seq)
        period_id = _choose_id(
            "Reporting period", "period", {line.period_id: f"{line.period_id} {line.name}" for line in kept}
        )
    asked = st.query_params.get(_PAGE, "1")
    page = int(asked) if re.fullmatch("[1-9][0-9]{0,5}", asked) else 1
    return history.HistoryFilter(
        milestone_id=milestone_id or None,
        commitment_id=commitment_id or None,
        actor=actor if actor in actors else None,
        recorded_from=recorded_from,
        recorded_to=recorded_to,
        period_id=period_id or None,
        as_at=shown,
        offset=(page - 1) * _LINES_A_PAGE,
        limit=_LINES_A_PAGE,
    )


def _first_page(*also: str) -> None:
    """Go back to the first page after a filter changes, and drop the filters that depend on it."""
    for key in (_PAGE, *also):
        if key in st.query_params:
            del st.query_params[key]


def _choose_id(label: str, key: str, words: dict[str, str], *depend: str) -> str:
    """A filter by id, kept in the address; an unknown id in the address is returned too, and refused later."""
    asked = st.query_params.get(key, "")
    chosen = st.selectbox(
        label,
        ["", *words],
        index=list(words).index(asked) + 1 if asked in words else 0,
        format_func=lambda item: words[item] if item else "All",
    )
    if chosen and chosen != asked:
        _first_page(*depend)
        st.query_params[key] = chosen
    elif not chosen and asked in words:
        _first_page(key, *depend)
        return ""
    return chosen or asked


def _choose_day(label: str, key: str) -> dt.date | None:
    """A filter by date of recording; empty is no limit."""
    chosen = st.date_input(
        label,
        value=None,
        max_value=dates.today(),
        key=key,
        bind="query-params",
        persist_state="session",
        format="DD/MM/YYYY",
        on_change=_first_page,
    )
    return chosen if isinstance(chosen, dt.date) else None


def found(wanted: HistoryFilter) -> HistoryView:
    """Return the requested page, or the first if that page no longer exists."""
    known_seq = state.board().head.seq
    view = history.view_history(state.store(), wanted, known_seq)
    if not view.lines and view.total:
        return history.view_history(state.store(), replace(wanted, offset=0), known_seq)
    return view


def trend(milestone_id: str, view: HistoryView) -> None:
    """Show how the dates of a milestone changed, as a chart and as a table."""
    panels.finding(charts.milestone_trend(milestone_id, view.trend, state.as_at()))
    html.show(
        html.table(
            f"Reported dates of {milestone_id}, newest first",
            ["True from", *html.columns("milestone", "forecast", "baseline", "actual", "reason")],
            (
                (line.reported_on, line.forecast, line.baseline, line.actual, line.reason)
                for line in reversed(view.trend)
            ),
            empty="No dates were reported by this date.",
        )
    )


def listed(wanted: HistoryFilter, view: HistoryView) -> None:
    """Show a page of the history, with links to newer and older pages."""
    page = view.offset // _LINES_A_PAGE + 1
    part = f", showing {view.offset + 1:,} to {view.offset + len(view.lines):,}"
    html.show(
        html.table(
            counted(view.total, "change") + (part if view.total > len(view.lines) else ""),
            ["When", "Who", "What changed", "Why", Column("Change", number=True)],
            (
                (
                    line.recorded_at,
                    line.who,
                    line.what[:1].upper() + line.what[1:],
                    line.why,
                    line.seq,
                )
                for line in view.lines
            ),
            empty="No changes match. Remove a filter or choose a longer period.",
        ),
        html.put(
            "<nav aria-label='Pages of the history'><p>{} {}</p></nav>",
            html.link(_other_page(wanted, page - 1), "Newer") if page > 1 else html.put(""),
            html.link(_other_page(wanted, page + 1), "Older") if view.more else html.put(""),
        )
        if page > 1 or view.more
        else html.put(""),
    )


def _other_page(wanted: HistoryFilter, number: int) -> str:
    """The address of another page of the same history."""
    query = {
        "commitment": wanted.commitment_id,
        "milestone": wanted.milestone_id,
        "who": wanted.actor,
        "from": wanted.recorded_from and wanted.recorded_from.isoformat(),
        "to": wanted.recorded_to and wanted.recorded_to.isoformat(),
        "period": wanted.period_id,
        _PAGE: str(number) if number > 1 else "",
    }
    return state.address("history", **{key: value for key, value in query.items() if value})


def download(wanted: HistoryFilter) -> None:
    """Offer the whole matching history as CSV."""
    board = state.board()
    st.download_button(
        "Download as CSV",
        lambda: history.export_csv(state.store(), wanted, board.head.seq),
        file_name=marking.file_name(
            f"history_as-at_{state.as_at()}_seq{board.head.seq}.csv", demonstration=board.demonstration
        ),
        mime="text/csv",
        on_click="ignore",
    )


def proof() -> None:
    """Verify the ledger if the button is pressed, and show the result."""
    if not st.button("Check the record"):
        return
    proven = history.verify_open(state.store())
    summary = html.put(
        "{} and {}. Latest: change {}, fingerprint <code>{}</code>.",
        counted(proven.changes, "change"),
        counted(proven.versions, "version"),
        proven.head.seq,
        proven.head.seal,
    )
    if proven.faults:
        html.show(
            html.put(
                '<div class="banner" role="alert"><p><strong>The record was altered.</strong> {}</p><ul>{}</ul></div>',
                summary,
                html.joined(html.put("<li>{}</li>", fault) for fault in proven.faults),
            )
        )
    else:
        html.show(
            html.put('<div class="done" role="status"><p><strong>{}</strong> {}</p></div>', proven.conclusion, summary)
        )
