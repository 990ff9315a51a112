"""The parts of the Snapshots page, and the banner of every page that shows one."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st
from markupsafe import Markup

from tracker.domain import dates
from tracker.domain.snapshots import NEXT
from tracker.domain.text import counted
from tracker.domain.words import SnapshotState
from tracker.services import snapshots
from tracker.ui import changes, forms, html, state
from tracker.ui.drafts import Draft
from tracker.ui.html import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain.ledger import Change
    from tracker.views.control import SnapshotLine

CHOSEN = "name"
"""The snapshot that the page is about, in the address."""


def banner(line: SnapshotLine) -> None:
    """Say which snapshot is shown, of which day and knowledge, and whether what is known now would show another."""
    html.show(
        html.put(
            '<div class="banner" role="status">{}<p><strong>Snapshot {}</strong> ({}): the position on {} as it was '
            "known when it was taken on {}, at change {} of the ledger, seal <code>{}</code>. Nothing can be edited "
            "here. {} · {}</p><p>{}</p></div>",
            _withdrawn(line),
            line.name,
            line.state,
            html.day(line.as_at),
            _instant(line.taken_at),
            line.known_seq,
            line.known_seal[:12],
            html.link(state.address_today(), "Show today"),
            html.link(state.address_of(None, "snapshots", name=line.name), "About this snapshot"),
            _now(line),
        )
    )


def _withdrawn(line: SnapshotLine) -> Markup:
    if not line.withdrawn:
        return html.put("")
    return html.put("<p><strong>Withdrawn.</strong> {}</p>", snapshots.withdrawal(line))


def _now(line: SnapshotLine) -> Markup:
    if not state.differs_now(line):
        return html.put("Nothing that has been recorded since changes the position on that day.")
    return html.put(
        "What has been recorded since changes the position on that day: {} or {}.",
        html.link(state.address_of(line.as_at), "see it with what is known now"),
        html.link(
            state.address_of(None, "snapshots", **{changes.FROM: line.name, changes.TO: line.as_at.isoformat()}),
            "what differs",
        ),
    )


def _instant(instant: dt.datetime | None) -> Markup:
    return html.put("{} {:%H:%M} UTC", html.day(instant.date()), instant) if instant else html.put("")


def listed(lines: Sequence[SnapshotLine]) -> None:
    """Show every snapshot; its name opens its board."""
    html.show(
        html.table(
            "Snapshots, the newest day first",
            ["Snapshot", "As at", "Taken", "Stands as", Column("Change", number=True), "Digest of the board"],
            (
                (
                    html.link(state.address_of(line), line.name),
                    line.as_at,
                    html.put(
                        '{}<span class="why">by {}</span>',
                        _instant(line.taken_at),
                        state.shown(line.taken_by, line.taker or line.taken_by),
                    ),
                    _standing(line),
                    line.known_seq,
                    html.put("<code>{}</code>", line.digest[:12]),
                )
                for line in lines
            ),
            empty="None was taken yet. An approver takes one before each meeting of the board.",
        )
    )


def _standing(line: SnapshotLine) -> Markup:
    approval = (
        html.put(' <span class="why">approved {} by {}</span>', _instant(line.approved_at), line.approver)
        if line.approved_at
        else ""
    )
    withdrawal = (
        html.put(' <span class="why">withdrawn {} by {}</span>', _instant(line.withdrawn_at), line.withdrawer)
        if line.withdrawn_at
        else ""
    )
    return html.put("{}{}{}", line.state.capitalize(), approval, withdrawal)


def take(actor_id: str) -> None:
    """Offer to keep where the board stands, as at a day, with all that is known now."""
    html.show(
        html.put("<h2>Take a snapshot</h2>"),
        html.put(
            '<p class="quiet">It keeps the day, and the ledger as it is at this moment. Whatever is recorded later, it '
            "shows the same.</p>"
        ),
    )
    with forms.form("take"):
        _take(Draft("take", actor_id))


def _take(draft: Draft) -> None:
    hint = "Small letters, digits and hyphens, such as board-2026-q3."
    typed = st.text_input("Name", help=hint, **draft.kept("name"))
    day = st.date_input(
        "Of the day",
        value=dates.today(),
        min_value=dates.GREEN_PAPER,
        max_value=dates.today(),
        format="DD/MM/YYYY",
        **draft.kept("day"),
    )
    note = st.text_area("Note", height=80, **draft.kept("note"))
    for_board = st.checkbox("For the board (not a draft)", value=True, **draft.kept("for_board"))
    name = typed.strip()
    if st.button("Take it", type="primary", key=draft.key("button")):
        act = partial(
            snapshots.take_snapshot,
            state.store(),
            actor_id=draft.person,
            name=name,
            as_at=day if isinstance(day, dt.date) else None,
            for_board=for_board,
            note=note,
        )
        forms.save(draft, partial(_then_show, act, name), f"The snapshot {name} was taken")


def _then_show(act: Callable[..., Change], name: str, *, request_id: str) -> Change:
    """Take a snapshot and make it the one that the page is about."""
    change = act(request_id=request_id)
    st.query_params[CHOSEN] = name
    return change


def choose(lines: Sequence[SnapshotLine]) -> SnapshotLine | None:
    """Choose the snapshot that the rest of the page is about; it is kept in the address."""
    by_name = {line.name: line for line in lines}
    if not by_name:
        return None
    html.show(html.put("<h2>One snapshot</h2>"))
    shown = state.snapshot()
    asked = st.query_params.get(CHOSEN, shown.name if shown else "")
    names = list(by_name)
    chosen = st.selectbox(
        "Snapshot",
        names,
        index=names.index(asked) if asked in by_name else 0,
        format_func=lambda name: f"{name} ({by_name[name].state}, as at {by_name[name].as_at})",
    )
    if chosen != asked:
        st.query_params[CHOSEN] = chosen
    return by_name[chosen]


def about(line: SnapshotLine) -> None:
    """Say what a snapshot is, with its digest and the end of the ledger in full."""
    html.show(
        html.facts(
            [
                ("Its board", html.link(state.address_of(line), f"Open the position on {dates.in_words(line.as_at)}")),
                ("Stands as", _standing(line)),
                (
                    "Taken",
                    html.put(
                        "{} by {}", _instant(line.taken_at), state.shown(line.taken_by, line.taker or line.taken_by)
                    ),
                ),
                ("Published", _instant(line.published_at) or None),
                ("Withdrawn", snapshots.withdrawal(line) or None),
                ("Reporting period", line.period_id),
                ("Known up to", html.put("change {}, seal <code>{}</code>", line.known_seq, line.known_seal)),
                ("Digest of the board", html.put("<code>{}</code>", line.digest)),
                ("With what is known now", _now(line)),
                ("Note", line.note),
            ]
        )
    )


_BUTTONS: dict[str, tuple[str, Callable[..., Change], str]] = {
    SnapshotState.FOR_BOARD: ("Put to the board", snapshots.submit_snapshot, "was put to the board"),
    SnapshotState.APPROVED: ("Approve", snapshots.approve_snapshot, "was approved"),
    SnapshotState.PUBLISHED: ("Mark as published", snapshots.publish_snapshot, "was marked as published"),
}


def move(line: SnapshotLine, actor_id: str) -> None:
    """Offer what a snapshot may become next, to whoever may do it."""
    own = line.taken_by == actor_id
    with forms.form("snapshot"):
        for new in NEXT[SnapshotState(line.state)]:
            if new is SnapshotState.WITHDRAWN:
                continue
            label, act, done = _BUTTONS[new]
            draft = Draft("snapshot", actor_id, f"{line.name}/{new}")
            if new is SnapshotState.APPROVED and own:
                html.show(html.put('<p class="quiet">You took it: another approver approves it.</p>'))
            elif st.button(label, key=draft.key("button")):
                move_on = partial(act, state.store(), actor_id=actor_id, name=line.name)
                forms.save(draft, move_on, f"The snapshot {line.name} {done}")


def withdraw(line: SnapshotLine, actor_id: str) -> None:
    """Offer to withdraw a snapshot that was taken or approved by mistake, to anyone but its approver."""
    possible = SnapshotState.WITHDRAWN in NEXT[SnapshotState(line.state)]
    with forms.form("withdraw"):
        if possible and line.approved_by == actor_id:
            html.show(html.put('<p class="quiet">You approved it, so another approver must withdraw it.</p>'))
        elif possible:
            with st.expander("Withdraw this snapshot"):
                _withdraw(line, Draft("withdraw", actor_id, f"{line.name}/{line.version}"))


def _withdraw(line: SnapshotLine, draft: Draft) -> None:
    html.show(
        html.put(
            "<p>The snapshot can still be opened, and says that it was withdrawn and why. Later boards are no longer "
            "compared with it. It cannot be put back: take another one.</p>"
        )
    )
    reason = st.text_input("Why it is withdrawn", **draft.kept("reason"))
    if st.button("Withdraw it", key=draft.key("button")):
        act = partial(snapshots.withdraw_snapshot, state.store(), actor_id=draft.person, name=line.name, reason=reason)
        forms.save(draft, act, f"The snapshot {line.name} was withdrawn")


def verify(line: SnapshotLine) -> None:
    """Offer to prove that a snapshot shows what it showed, and the ledger with it."""
    if not st.button("Verify", key=f"verify/{line.name}"):
        return
    proof = snapshots.verify_snapshot(state.store(), line.name)
    if proof.faults:
        html.show(
            html.put(
                '<div class="banner" role="alert"><p><strong>The snapshot is not as it was taken.</strong></p>'
                "<ul>{}</ul></div>",
                html.joined(html.put("<li>{}</li>", fault) for fault in proof.faults),
            )
        )
    else:
        html.show(
            html.put(
                '<div class="done" role="status"><p><strong>{}</strong> {} proved.</p></div>',
                proof.conclusion,
                counted(proof.changes, "change"),
            )
        )
