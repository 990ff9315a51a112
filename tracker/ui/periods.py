"""The parts of Change control about reporting periods: the list, the form, and who has still to confirm."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain import dates
from tracker.domain.dates import in_words
from tracker.domain.errors import Fault
from tracker.domain.rules import TOLERANCES
from tracker.domain.text import counted
from tracker.domain.words import PeriodState
from tracker.services import periods
from tracker.services.periods import ChaseView, Timetable
from tracker.ui import forms, html, state
from tracker.ui.drafts import Draft
from tracker.ui.html import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain.progress import UpdateLine
    from tracker.domain.ratings import RatingLine
    from tracker.views.control import PeriodLine


_WITHOUT_A_PERIOD = (
    f"Without one, a milestone counts as confirmed for {TOLERANCES.stale_days} days after its last update."
)
_DAYS = {"opens_on": "Opens", "closes_on": "Closes", "board_on": "Board meets"}
_CHOOSE = {
    "opens_on": "Choose the date when the period opens.",
    "closes_on": "Choose the date when the period closes.",
    "board_on": "Choose the date when the board meets.",
}


def listed(lines: Sequence[PeriodLine]) -> None:
    """Show every reporting period."""
    html.show(
        html.put("<h2>Reporting periods</h2>"),
        html.table(
            "Newest first",
            ["Period", "Opens", "Closes", "Board meets", "Status"],
            (
                (
                    html.put('{} <span class="id">{}</span>', line.name, line.period_id),
                    line.opens_on,
                    line.closes_on,
                    line.board_on,
                    html.put("open")
                    if line.state == PeriodState.OPEN
                    else html.put("closed on {}", html.day(line.since)),
                )
                for line in lines
            ),
            empty=f"No reporting periods yet. {_WITHOUT_A_PERIOD}",
        ),
    )


def keep(lines: Sequence[PeriodLine], actor_id: str) -> None:
    """Show the form that opens a period or, if one is open, changes or closes it."""
    current = next((line for line in lines if line.state == PeriodState.OPEN), None)
    last = next(iter(lines), None)
    html.show(html.put("<h3>{}</h3>", f"Change or close {current.name}" if current else "Open a period"))
    with forms.form("period"):
        _form(current, Draft("period", actor_id, current.period_id if current else "new"))
        if current:
            _close(current, Draft("period", actor_id, f"{current.period_id}/close/{current.version}"))
        elif last and last.board_on >= dates.today():
            _reopen(last, Draft("period", actor_id, f"{last.period_id}/reopen/{last.version}"))


def _form(current: PeriodLine | None, draft: Draft) -> None:
    base_version = draft.base_version(current.version if current else 0)
    period_id = (
        current.period_id
        if current
        else st.text_input(
            "Period id", help="For example 2026-q4. You cannot use an id twice.", **draft.kept("period_id")
        )
    )
    name = st.text_input("Name", value=current.name if current else "", **draft.kept("name"))
    opens, closes, board = (
        place.date_input(label, value=day, format="DD/MM/YYYY", **draft.kept(field, place))
        for place, (field, label), day in zip(
            st.columns(3, vertical_alignment="bottom"),
            _DAYS.items(),
            (current.opens_on, current.closes_on, current.board_on) if current else (dates.today(), None, None),
            strict=True,
        )
    )
    days = {field: day for field, day in zip(_DAYS, (opens, closes, board), strict=True) if isinstance(day, dt.date)}
    if current and current.version != base_version:
        _offer_both(current, (name, *map(days.get, _DAYS)), draft)
    if not st.button("Save period" if current else "Open period", type="primary", key=draft.key("button")):
        return
    if missing := [Fault(field, words) for field, words in _CHOOSE.items() if field not in days]:
        forms.refuse(draft, *missing)
    period = Timetable(period_id=period_id, name=name, **days)
    act = partial(periods.open_period, state.store(), actor_id=draft.person, period=period)
    if current:
        act = partial(
            periods.change_period, state.store(), actor_id=draft.person, period=period, base_version=base_version
        )
    forms.save(draft, act, f"Period {period_id} {'changed' if current else 'opened'}")


def _offer_both(current: PeriodLine, typed: Sequence[html.Cell], draft: Draft) -> None:
    forms.offer_both(
        draft,
        current.name,
        warnings=[f"Someone else changed {current.name} after you started. Your draft is kept."],
        columns=["Version", "Name", *_DAYS.values()],
        rows=[
            ("Your version", *typed),
            ("Current version", current.name, current.opens_on, current.closes_on, current.board_on),
        ],
        begun={draft: current.version},
    )


def _close(current: PeriodLine, draft: Draft) -> None:
    sure = st.checkbox("Close this period now. Later reports will not count for it", **draft.kept("sure"))
    if not st.button("Close period", key=draft.key("button")):
        return
    if not sure:
        forms.refuse(draft, Fault("sure", "Tick the box first."))
    act = partial(
        periods.close_period,
        state.store(),
        actor_id=draft.person,
        period_id=current.period_id,
        base_version=current.version,
    )
    forms.save(draft, act, f"Period {current.period_id} closed")


def _reopen(last: PeriodLine, draft: Draft) -> None:
    """Offer to reopen the newest period, while its board has not met."""
    html.show(
        html.put("<h3>{}</h3>", f"Reopen {last.name}"),
        html.put('<p class="quiet">Use this if it was closed by mistake. Its dates and reports stay the same.</p>'),
    )
    reason = st.text_input("Reason for reopening", **draft.kept("reason"))
    if st.button("Reopen period", key=draft.key("button")):
        act = partial(
            periods.reopen_period,
            state.store(),
            actor_id=draft.person,
            period_id=last.period_id,
            reason=reason,
            base_version=last.version,
        )
        forms.save(draft, act, f"Period {last.period_id} reopened")


def chase(lines: Sequence[PeriodLine]) -> ChaseView | None:
    """Show who has confirmed and who has not, in the newest period or another; None if there are no periods."""
    if not lines:
        return None
    html.show(html.put("<h2>Chase list</h2>"))
    by_id = {line.period_id: line for line in lines}
    chosen = st.selectbox(
        "Period",
        list(by_id),
        format_func=lambda period_id: f"{by_id[period_id].name} ({period_id})",
        key="period/chase",
    )
    view = periods.chase(state.store(), chosen)
    html.show(
        html.table(
            f"{view.summary}, as at {in_words(view.day)}",
            ["Contributor", Column("Confirmed", number=True), "Not confirmed", "Not rated"],
            (
                (
                    html.put("{} {}", line.name, html.mail(line.address)),
                    f"{len(line.confirmed)} of {len(line.confirmed) + len(line.waiting)}",
                    _ids(line.waiting),
                    _ids(line.unrated),
                )
                for line in view.people
            ),
            empty="No contributors are registered.",
        )
    )
    unassigned: list[UpdateLine | RatingLine] = [*view.orphans, *view.unrated_orphans]
    if unassigned:
        table = html.table(
            "Milestones to confirm and commitments to rate that are not assigned to anyone",
            ["Id", "Title"],
            ((_id(line), line.title) for line in unassigned),
            empty="",
        )
        html.show(html.details(f"{counted(len(unassigned), 'item')} not assigned to anyone", table))
    return view


def letters(view: ChaseView) -> None:
    """Show the reminder e-mail to a person who has still to confirm or rate, for copying."""
    left = {line.user_id: line for line in view.people if not line.done}
    if not left:
        return
    chosen = st.selectbox(
        "Reminder e-mail to",
        list(left),
        index=None,
        format_func=lambda user_id: state.shown(user_id, left[user_id].name),
        key="letter/to",
        placeholder="Choose a contributor",
    )
    if chosen:
        st.code(periods.letter(view, left[chosen]), language=None, wrap_lines=True)


def period_now() -> None:
    """Show which reporting period is open, and until when."""
    current = periods.open_now(state.store())
    if current is None:
        words = html.put("No reporting period is open. {}", _WITHOUT_A_PERIOD)
    else:
        words = html.put(
            "The reporting period <strong>{}</strong> {} {}, for the board on {}. Confirm or update each milestone "
            "before the period closes.",
            current.name,
            "closes on" if dates.today() <= current.closes_on else "is still open. It was due to close on",
            html.day(current.closes_on),
            html.day(current.board_on),
        )
    html.show(html.put("<p>{}</p>", words))


def _id(line: UpdateLine | RatingLine) -> str:
    return str(getattr(line, "milestone_id", line.commitment_id))


def _ids(lines: Iterable[UpdateLine | RatingLine]) -> str:
    return ", ".join(_id(line) for line in lines)
