"""The parts of Change control that are about reporting periods: which there are, and who has yet to confirm."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain import dates
from tracker.domain.dates import in_words
from tracker.domain.errors import Fault
from tracker.domain.text import counted
from tracker.domain.words import PeriodState
from tracker.services import periods
from tracker.services.periods import Timetable
from tracker.ui import forms, html, state
from tracker.ui.drafts import Draft
from tracker.ui.html import Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain.progress import UpdateLine
    from tracker.domain.ratings import RatingLine
    from tracker.services.periods import ChaseView
    from tracker.views.control import PeriodLine


_DAYS = {"opens_on": "Opens", "closes_on": "Closes", "board_on": "Board meets"}
_CHOOSE = {
    "opens_on": "Choose the day when the period opens.",
    "closes_on": "Choose the day when the period closes.",
    "board_on": "Choose the day when the board meets.",
}


def listed(lines: Sequence[PeriodLine]) -> None:
    """Show every reporting period."""
    html.show(
        html.put("<h2>Reporting periods</h2>"),
        html.table(
            "Newest first",
            ["Period", "Opens", "Closes", "Board meets", "State"],
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
            empty="There is none yet. Without one, a line counts as confirmed for as long as a forecast stays good.",
        ),
    )


def keep(lines: Sequence[PeriodLine], actor_id: str) -> None:
    """Open a period when none is open; else change the days of the one that is, or close it."""
    held = next((line for line in lines if line.state == PeriodState.OPEN), None)
    last = next(iter(lines), None)
    html.show(html.put("<h3>{}</h3>", f"Change or close {held.name}" if held else "Open a period"))
    with forms.form("period"):
        _form(held, Draft("period", actor_id, held.period_id if held else "new"))
        if held:
            _close(held, Draft("period", actor_id, f"{held.period_id}/close/{held.version}"))
        elif last and last.board_on >= dates.today():
            _reopen(last, Draft("period", actor_id, f"{last.period_id}/reopen/{last.version}"))


def _form(held: PeriodLine | None, draft: Draft) -> None:
    base_version = draft.base_version(held.version if held else 0)
    period_id = (
        held.period_id
        if held
        else st.text_input("Id", help="Such as 2026-q4; it is never used again.", **draft.kept("period_id"))
    )
    name = st.text_input("Name", value=held.name if held else "", **draft.kept("name"))
    opens, closes, board = (
        place.date_input(label, value=day, format="DD/MM/YYYY", **draft.kept(field, place))
        for place, (field, label), day in zip(
            st.columns(3, vertical_alignment="bottom"),
            _DAYS.items(),
            (held.opens_on, held.closes_on, held.board_on) if held else (dates.today(), None, None),
            strict=True,
        )
    )
    days = {field: day for field, day in zip(_DAYS, (opens, closes, board), strict=True) if isinstance(day, dt.date)}
    if held and held.version != base_version:
        _offer_both(held, (name, *map(days.get, _DAYS)), draft)
    if not st.button("Save the period" if held else "Open the period", type="primary", key=draft.key("button")):
        return
    if missing := [Fault(field, words) for field, words in _CHOOSE.items() if field not in days]:
        forms.refuse(draft, *missing)
    period = Timetable(period_id=period_id, name=name, **days)
    act = partial(periods.open_period, state.store(), actor_id=draft.person, period=period)
    if held:
        act = partial(
            periods.change_period, state.store(), actor_id=draft.person, period=period, base_version=base_version
        )
    forms.save(draft, act, f"The period {period_id} is {'changed' if held else 'open'}")


def _offer_both(held: PeriodLine, typed: Sequence[html.Cell], draft: Draft) -> None:
    forms.offer_both(
        draft,
        held.name,
        told=[f"{held.name} was changed by somebody else since you began. Your draft is kept."],
        columns=["Whose", "Name", *_DAYS.values()],
        rows=[("Yours", *typed), ("Saved now", held.name, held.opens_on, held.closes_on, held.board_on)],
        begun={draft: held.version},
    )


def _close(held: PeriodLine, draft: Draft) -> None:
    sure = st.checkbox("Close it now: reports made later do not belong to it", **draft.kept("sure"))
    if not st.button("Close the period", key=draft.key("button")):
        return
    if not sure:
        forms.refuse(draft, Fault("sure", "Tick the box above the button first."))
    act = partial(
        periods.close_period,
        state.store(),
        actor_id=draft.person,
        period_id=held.period_id,
        base_version=held.version,
    )
    forms.save(draft, act, f"The period {held.period_id} is closed")


def _reopen(last: PeriodLine, draft: Draft) -> None:
    """Offer to open the newest period again, while its board has not met."""
    html.show(
        html.put("<h3>{}</h3>", f"Reopen {last.name}"),
        html.put(
            '<p class="quiet">If it was closed by mistake. Its days, and the reports made in it, stay as they are.</p>'
        ),
    )
    reason = st.text_input("Why it is opened again", **draft.kept("reason"))
    if st.button("Reopen the period", key=draft.key("button")):
        act = partial(
            periods.reopen_period,
            state.store(),
            actor_id=draft.person,
            period_id=last.period_id,
            reason=reason,
            base_version=last.version,
        )
        forms.save(draft, act, f"The period {last.period_id} is open again")


def chase(lines: Sequence[PeriodLine]) -> ChaseView | None:
    """Show who has confirmed and who has not, in the newest period or another; None when there is no period yet."""
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
            ["Who", Column("Confirmed", number=True), "Not confirmed", "Not rated"],
            (
                (
                    html.put("{} {}", line.name, html.mail(line.address)),
                    f"{len(line.confirmed)} of {len(line.confirmed) + len(line.waiting)}",
                    _ids(line.waiting),
                    _ids(line.unrated),
                )
                for line in view.people
            ),
            empty="Nobody is registered to update anything.",
        )
    )
    nobodys: list[UpdateLine | RatingLine] = [*view.orphans, *view.unrated_orphans]
    if nobodys:
        table = html.table(
            "Milestones not confirmed and commitments not rated that no contributor was given",
            ["Line", "Title"],
            ((_id(line), line.title) for line in nobodys),
            empty="",
        )
        html.show(html.details(f"{counted(len(nobodys), 'line')} given to nobody", table))
    return view


def letters(view: ChaseView) -> None:
    """Offer what to write to each person who has something left to do, to be copied into an e-mail."""
    left = {line.user_id: line for line in view.people if not line.done}
    if not left:
        return
    chosen = st.selectbox(
        "Letter to",
        list(left),
        index=None,
        format_func=lambda user_id: state.shown(user_id, left[user_id].name),
        key="letter/to",
        placeholder="Choose whom to chase",
    )
    if chosen:
        st.code(periods.letter(view, left[chosen]), language=None, wrap_lines=True)


def period_now() -> None:
    """Say which reporting period is open, and until when."""
    held = periods.open_now(state.store())
    if held is None:
        words = html.put("No period is open. A line counts as confirmed for as long as a forecast stays good.")
    else:
        words = html.put(
            "The reporting period <strong>{}</strong> {} {}, for the board that meets on {}. A line is confirmed by a "
            "report made in it.",
            held.name,
            "closes on" if dates.today() <= held.closes_on else "is still open; it was to close on",
            html.day(held.closes_on),
            html.day(held.board_on),
        )
    html.show(html.put("<p>{}</p>", words))


def _id(line: UpdateLine | RatingLine) -> str:
    return str(getattr(line, "milestone_id", line.commitment_id))


def _ids(lines: Iterable[UpdateLine | RatingLine]) -> str:
    return ", ".join(_id(line) for line in lines)
