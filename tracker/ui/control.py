"""The parts of Change control that are about baselines: asked for, decided, and what became of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from tracker.domain.baselines import Asked
from tracker.domain.dates import beside_original
from tracker.domain.errors import TrackerError
from tracker.domain.text import counted
from tracker.domain.words import MoveReason, RequestState
from tracker.services import baselines
from tracker.ui import drafts, html, panels, returns, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from tracker.domain.lines import RequestLine, UpdateLine
    from tracker.services.baselines import Foreseen


def requests(lines: Sequence[RequestLine]) -> None:
    """Show the requests that wait for a decision, and those that were decided."""
    waiting = [line for line in lines if line.state == RequestState.REQUESTED]
    decided = [line for line in lines if line.state != RequestState.REQUESTED]
    html.show(
        html.put("<h2>Changes of baseline</h2>"),
        panels.baseline_requests(f"To be decided: {len(waiting)}", waiting, empty="No request waits for a decision."),
    )
    if decided:
        table = panels.baseline_requests("Decided, newest request first", decided, empty="")
        html.show(html.details(f"{counted(len(decided), 'request')} decided", table))


def decide(lines: Sequence[RequestLine], actor_id: str) -> None:
    """Approve or refuse a request that somebody else made, seeing what an approval does."""
    waiting = [line for line in lines if line.state == RequestState.REQUESTED]
    able = {line.request_id: line for line in waiting if line.author_id != actor_id}
    if not waiting:
        return
    html.show(html.put("<h3>Decide</h3>"))
    if not able:
        html.show(html.put("<p>All of them were asked for by you; somebody else decides.</p>"))
        return
    chosen = st.selectbox(
        "Request",
        list(able),
        index=None,
        format_func=lambda request_id: f"{request_id} {able[request_id].milestone}",
        key="chosen/decide",
        placeholder="Choose a request",
    )
    if chosen is None:
        return
    line = able[chosen]
    seen = baselines.foresee_approval(state.store(), actor_id=actor_id, baseline_request_id=chosen)
    html.show(
        html.facts(
            [
                ("Asked", html.put("{} by {}", html.day(line.asked_on), line.author)),
                ("Why", html.put('{}<span class="why">{}</span>', line.reason, line.note)),
                *_effects(seen),
                ("Stands against it", " ".join(seen.faults)),
            ]
        )
    )
    draft = f"decide/{chosen}"
    note = st.text_area("Note (required to refuse)", key=f"note/{draft}", persist_state="session")
    approve, refuse = st.columns(2)
    decision = partial(
        baselines.decide_baseline, state.store(), actor_id=actor_id, baseline_request_id=chosen, note=note
    )
    if approve.button("Approve", type="primary", disabled=bool(seen.faults), key="button/approve"):
        drafts.record([draft, "decide"], partial(decision, approve=True), f"{chosen} is approved")
    if refuse.button("Refuse", disabled=not note.strip(), key="button/refuse"):
        drafts.record([draft, "decide"], partial(decision, approve=False), f"{chosen} is refused")


def ask(actor_id: str) -> None:
    """Ask for a milestone's baseline to be changed; what is typed is a draft until it is sent."""
    html.show(
        html.put("<h3>Ask for a change</h3>"),
        html.put(
            '<p class="quiet">Nothing changes until somebody else approves. To put right a baseline that was wrong '
            "from the start, choose “{}”: it is then no slippage.</p>",
            MoveReason.CORRECTION,
        ),
    )
    lines = {line.milestone_id: line for line in baselines.my_milestones(state.store(), actor_id=actor_id)}
    chosen = st.selectbox(
        "Milestone whose baseline is to change",
        list(lines),
        index=None,
        format_func=lambda milestone_id: f"{milestone_id} {lines[milestone_id].title}",
        key="milestone/ask",
        persist_state="session",
        placeholder="Choose a milestone",
    )
    if chosen is None:
        return
    draft = f"ask/{chosen}"
    try:
        asked = _asked(lines[chosen], draft)
        if asked is None:
            return
        seen = baselines.foresee_baseline(state.store(), actor_id=actor_id, asked=asked)
    except TrackerError as error:
        html.show(html.alert(str(error)))
        return
    html.show(
        html.put("<h3>What an approval does</h3>"),
        html.facts([*_effects(seen), ("To put right first", " ".join(seen.faults))]),
    )
    if st.button("Ask for this baseline", type="primary", disabled=bool(seen.faults), key="button/ask"):
        act = partial(
            baselines.request_baseline,
            state.store(),
            actor_id=actor_id,
            milestone_id=chosen,
            baseline=asked.baseline,
            reason=asked.reason,
            note=asked.note,
        )
        drafts.record([draft, "ask"], act, f"A baseline of {asked.baseline} is asked for {chosen}")


def _asked(line: UpdateLine, draft: str) -> Asked | None:
    """Draw the fields of a request and return what they say; None until there is a date and a reason."""

    def kept(field: str) -> dict[str, Any]:
        return {"key": f"{field}/{draft}", "persist_state": "session"}

    held = beside_original(line.baseline, line.original_baseline)
    html.show(html.put("<p>Its baseline is {}.</p>", html.baseline(line.baseline, line.original_baseline) or held))
    written = st.text_input("Baseline asked for", help=returns.HOW, **kept("baseline"))
    reason = st.selectbox(
        "Why it changes", [str(reason) for reason in MoveReason], index=None, placeholder="Choose", **kept("why")
    )
    note = st.text_area("More about why it changes", **kept("note"))
    baseline = returns.read_date("Baseline asked for", written)
    if baseline is None or reason is None:
        return None
    return Asked(milestone_id=line.milestone_id, baseline=baseline, reason=reason, note=note)


def _effects(seen: Foreseen) -> list[tuple[str, Markup]]:
    line, asked = seen.line, seen.asked
    before = html.baseline(line.baseline, line.original_baseline) or html.put("none")
    return [
        ("Baseline", html.put("{} now, {} after", before, html.day(asked.baseline))),
        ("Holds", html.put("{}", "on every day on which the wrong one was held" if asked.correction else "from today")),
        ("Dates say", html.put("{} now, {} after", html.status(line.computed_status), html.status(seen.status_after))),
        ("Slip", html.put("{} now, {} after", html.slip(line.slip_days), html.slip(seen.slip_after))),
    ]
