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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain.ledger import Change
    from tracker.views.control import SnapshotLine

CHOSEN = "name"
"""The snapshot that the page is about, in the address."""


def banner(line: SnapshotLine) -> None:
    """Say which snapshot the page shows, and whether later records affect its position."""
    html.show(
        html.put(
            '<div class="banner" role="status">{}<p><strong>Snapshot {}</strong> ({}): the position as at {}, as known '
            "on {} (change {}, fingerprint <code>{}</code>). You cannot make changes here. {} · {}</p><p>{}</p></div>",
            _withdrawn(line),
            line.name,
            line.state,
            html.day(line.as_at),
            html.day(line.taken_at),
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
        return html.put("Nothing recorded since then changes this position.")
    return html.put(
        "Changes recorded since then affect this position: {} or {}.",
        html.link(state.address_of(line.as_at), "see it with today's records"),
        html.link(
            state.address_of(None, "snapshots", **{changes.FROM: line.name, changes.TO: line.as_at.isoformat()}),
            "see what changed",
        ),
    )


def listed(lines: Sequence[SnapshotLine]) -> None:
    """List the snapshots; each name opens its board."""
    html.show(
        html.table(
            "Snapshots, newest date first",
            ["Snapshot", "As at", "Saved", "Status"],
            (
                (
                    html.link(state.address_of(line), line.name),
                    line.as_at,
                    _saved(line),
                    _status(line),
                )
                for line in lines
            ),
            empty="No snapshots yet. An approver saves one before each board meeting.",
        )
    )


def _saved(line: SnapshotLine) -> Markup:
    who = state.shown(line.taken_by, line.taker or line.taken_by)
    return html.put('{} <span class="why">by {}</span>', html.day(line.taken_at), who)


def _status(line: SnapshotLine) -> Markup:
    moves = (("approved", line.approved_at, line.approver), ("withdrawn", line.withdrawn_at, line.withdrawer))
    steps = (
        html.put(' <span class="why">{} {} by {}</span>', move, html.day(at), who) for move, at, who in moves if at
    )
    return html.put("{}{}", line.state.capitalize(), html.joined(steps))


def take(actor_id: str) -> None:
    """Show the form that saves the position as at a date, as known now."""
    html.show(
        html.put("<h2>Save a snapshot</h2>"),
        html.put(
            '<p class="quiet">A snapshot saves the position on a date, as known now. Later changes do not affect it.'
            "</p>"
        ),
    )
    with forms.form("take"):
        _take(Draft("take", actor_id))


def _take(draft: Draft) -> None:
    hint = "Use small letters, digits and hyphens, for example board-2026-q3."
    typed = st.text_input("Name", help=hint, **draft.kept("name"))
    day = st.date_input(
        "Position as at",
        value=dates.today(),
        min_value=dates.GREEN_PAPER,
        max_value=dates.today(),
        format="DD/MM/YYYY",
        **draft.kept("day"),
    )
    note = st.text_area("Note", height=80, **draft.kept("note"))
    for_board = st.checkbox("Ready for the board (not a draft)", value=True, **draft.kept("for_board"))
    name = typed.strip()
    if st.button("Save snapshot", type="primary", key=draft.key("button")):
        act = partial(
            snapshots.take_snapshot,
            state.store(),
            actor_id=draft.person,
            name=name,
            as_at=day if isinstance(day, dt.date) else None,
            for_board=for_board,
            note=note,
        )
        forms.save(draft, partial(_then_show, act, name), f"Snapshot {name} saved")


def _then_show(act: Callable[..., Change], name: str, *, request_id: str) -> Change:
    """Save a snapshot and make it the one that the page is about."""
    change = act(request_id=request_id)
    st.query_params[CHOSEN] = name
    return change


def choose(lines: Sequence[SnapshotLine]) -> SnapshotLine | None:
    """Choose the snapshot that the rest of the page is about; the address keeps it."""
    by_name = {line.name: line for line in lines}
    if not by_name:
        return None
    html.show(html.put("<h2>Snapshot details</h2>"))
    shown = state.snapshot()
    asked = st.query_params.get(CHOSEN, shown.name if shown else "")
    names = list(by_name)
    chosen = st.selectbox(
        "Snapshot",
        names,
        index=names.index(asked) if asked in by_name else 0,
        format_func=lambda name: f"{name} ({by_name[name].state}, as at {dates.in_words(by_name[name].as_at)})",
    )
    if chosen != asked:
        st.query_params[CHOSEN] = chosen
    return by_name[chosen]


def about(line: SnapshotLine) -> None:
    """Show a snapshot's details, with its fingerprints in full."""
    html.show(
        html.facts(
            [
                (
                    "Board",
                    html.link(state.address_of(line), f"Show the position as at {dates.in_words(line.as_at)}"),
                ),
                ("Status", _status(line)),
                ("Saved", _saved(line)),
                ("Published", line.published_at),
                ("Withdrawn", snapshots.withdrawal(line) or None),
                ("Reporting period", line.period_id),
                ("With today's records", _now(line)),
                ("Note", line.note),
            ]
        ),
        html.details(
            "Proof",
            html.facts(
                [
                    (
                        "As known at",
                        html.put("change {}, fingerprint <code>{}</code>", line.known_seq, line.known_seal),
                    ),
                    ("Fingerprint of the board", html.put("<code>{}</code>", line.digest)),
                ]
            ),
        ),
    )


_BUTTONS: dict[str, tuple[str, Callable[..., Change], str]] = {
    SnapshotState.FOR_BOARD: ("Send to the board", snapshots.submit_snapshot, "sent to the board"),
    SnapshotState.APPROVED: ("Approve snapshot", snapshots.approve_snapshot, "approved"),
    SnapshotState.PUBLISHED: ("Mark as published", snapshots.publish_snapshot, "marked as published"),
}


def move(line: SnapshotLine, actor_id: str) -> None:
    """Offer the snapshot's next states to an approver."""
    own = line.taken_by == actor_id
    with forms.form("snapshot"):
        for new in NEXT[SnapshotState(line.state)]:
            if new is SnapshotState.WITHDRAWN:
                continue
            label, act, done = _BUTTONS[new]
            draft = Draft("snapshot", actor_id, f"{line.name}/{new}")
            if new is SnapshotState.APPROVED and own:
                html.show(
                    html.put('<p class="quiet">You saved this snapshot, so another approver must approve it.</p>')
                )
            elif st.button(label, key=draft.key("button")):
                move_on = partial(act, state.store(), actor_id=actor_id, name=line.name)
                forms.save(draft, move_on, f"Snapshot {line.name} {done}")


def withdraw(line: SnapshotLine, actor_id: str) -> None:
    """Offer to withdraw a snapshot that was saved or approved by mistake, to anyone but its approver."""
    possible = SnapshotState.WITHDRAWN in NEXT[SnapshotState(line.state)]
    with forms.form("withdraw"):
        if possible and line.approved_by == actor_id:
            html.show(
                html.put('<p class="quiet">You approved this snapshot, so another approver must withdraw it.</p>')
            )
        elif possible:
            with st.expander("Withdraw this snapshot"):
                _withdraw(line, Draft("withdraw", actor_id, f"{line.name}/{line.version}"))


def _withdraw(line: SnapshotLine, draft: Draft) -> None:
    html.show(
        html.put(
            "<p>You can still open a withdrawn snapshot. It shows that it was withdrawn, and why. Later boards are not "
            "compared with it. You cannot undo this, but you can save another snapshot.</p>"
        )
    )
    reason = st.text_input("Reason", **draft.kept("reason"))
    if st.button("Withdraw snapshot", key=draft.key("button")):
        act = partial(snapshots.withdraw_snapshot, state.store(), actor_id=draft.person, name=line.name, reason=reason)
        forms.save(draft, act, f"Snapshot {line.name} withdrawn")


def verify(line: SnapshotLine) -> None:
    """Offer to check that the snapshot and the ledger are unchanged."""
    if not st.button("Check this snapshot", key=f"verify/{line.name}"):
        return
    proof = snapshots.verify_snapshot(state.store(), line.name)
    if proof.faults:
        html.show(
            html.put(
                '<div class="banner" role="alert"><p><strong>This snapshot was altered.</strong></p><ul>{}</ul></div>',
                html.joined(html.put("<li>{}</li>", fault) for fault in proof.faults),
            )
        )
    else:
        html.show(
            html.put(
                '<div class="done" role="status"><p><strong>{}</strong> {} checked.</p></div>',
                proof.conclusion,
                counted(proof.changes, "change"),
            )
        )
