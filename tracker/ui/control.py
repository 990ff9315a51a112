"""The parts of Change control about baselines: the requests, the decisions and the forms for both."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.baselines import Asked
from tracker.domain.dates import beside_original
from tracker.domain.errors import Fault
from tracker.domain.fields import FIELDS
from tracker.domain.text import counted
from tracker.domain.words import MoveReason, RequestState
from tracker.services import baselines
from tracker.ui import forms, html, panels, state, updates
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from tracker.domain.progress import UpdateLine
    from tracker.services.baselines import Foreseen
    from tracker.views.control import RequestLine


_IF_APPROVED = "if approved"


def requests(lines: Sequence[RequestLine]) -> None:
    """Show the requests that are waiting for a decision, then those decided or withdrawn."""
    waiting = [line for line in lines if line.state == RequestState.REQUESTED]
    decided = [line for line in lines if line.state != RequestState.REQUESTED]
    html.show(
        html.put("<h2>Baseline requests</h2>"),
        panels.baseline_requests(
            f"Waiting for a decision: {len(waiting)}", waiting, empty="No request is waiting for a decision."
        ),
    )
    if decided:
        table = panels.baseline_requests("Decided or withdrawn, newest first", decided, empty="")
        html.show(html.details(f"{counted(len(decided), 'request')} decided or withdrawn", table))


def decide(lines: Sequence[RequestLine], actor_id: str) -> None:
    """Show the form that approves or refuses another person's request, and what an approval would do."""
    waiting = [line for line in lines if line.state == RequestState.REQUESTED]
    able = {line.request_id: line for line in waiting if line.author_id != actor_id}
    if waiting:
        html.show(html.put("<h3>Decide</h3>"))
    with forms.form("decide"):
        if able:
            _decide(able, Draft("decide", actor_id))
        elif waiting:
            html.show(html.put("<p>You made all these requests. Another approver must decide.</p>"))


def _decide(able: Mapping[str, RequestLine], choice: Draft) -> None:
    chosen = st.selectbox(
        "Request",
        list(able),
        index=None,
        format_func=lambda request_id: f"{request_id} {able[request_id].milestone}",
        placeholder="Choose a request",
        **choice.kept("request"),
    )
    if chosen is None:
        return
    line, draft = able[chosen], replace(choice, thing=chosen)
    seen = baselines.foresee_approval(state.store(), actor_id=draft.person, baseline_request_id=chosen)
    html.show(
        html.facts(
            [
                ("Requested", html.put("{} by {}", html.day(line.asked_on), state.shown(line.author_id, line.author))),
                ("Why", html.put('{}<span class="why">{}</span>', line.reason, line.note)),
                *_effects(seen),
                ("Cannot be approved because", " ".join(fault.beside_field for fault in seen.faults)),
            ]
        )
    )
    note = st.text_area("Note (required if you refuse)", **draft.kept("note"))
    approve, refuse = st.columns(2)
    decision = partial(
        baselines.decide_baseline, state.store(), actor_id=draft.person, baseline_request_id=chosen, note=note
    )
    if approve.button("Approve request", type="primary", key=draft.key("approve")):
        forms.save(draft, partial(decision, approve=True), f"{chosen} approved")
    if refuse.button("Refuse request", key=draft.key("refuse")):
        forms.save(draft, partial(decision, approve=False), f"{chosen} refused")


def withdraw(lines: Sequence[RequestLine], actor_id: str) -> None:
    """Show the form that withdraws the person's own request before it is decided."""
    own = {
        line.request_id: line for line in lines if line.state == RequestState.REQUESTED and line.author_id == actor_id
    }
    if own:
        html.show(html.put("<h3>Withdraw your request</h3>"))
    with forms.form("withdraw"):
        if own:
            _withdraw(own, Draft("withdraw", actor_id))


def _withdraw(own: Mapping[str, RequestLine], choice: Draft) -> None:
    chosen = st.selectbox(
        "Request to withdraw",
        list(own),
        index=None,
        format_func=lambda request_id: f"{request_id} {own[request_id].milestone}",
        placeholder="Choose a request",
        **choice.kept("request"),
    )
    if chosen is None:
        return
    draft = replace(choice, thing=chosen)
    note = st.text_area("Reason (optional)", **draft.kept("note"))
    if st.button("Withdraw request", key=draft.key("button")):
        act = partial(
            baselines.withdraw_request, state.store(), actor_id=draft.person, baseline_request_id=chosen, note=note
        )
        forms.save(draft, act, f"{chosen} withdrawn")


def ask(actor_id: str) -> None:
    """Show the form that requests a baseline change; it is a draft until it is sent."""
    html.show(
        html.put("<h3>Request a change</h3>"),
        html.put(
            '<p class="quiet">The baseline changes only when another person approves. If the baseline was wrong from '
            "the start, choose “{}” and it will not count as slippage.</p>",
            MoveReason.CORRECTION,
        ),
    )
    with forms.form("ask"):
        _ask(Draft("ask", actor_id))


def _ask(choice: Draft) -> None:
    lines = {line.milestone_id: line for line in baselines.my_milestones(state.store(), actor_id=choice.person)}
    chosen = st.selectbox(
        "Milestone",
        list(lines),
        index=None,
        format_func=lambda milestone_id: f"{milestone_id} {lines[milestone_id].title}",
        placeholder="Choose a milestone",
        **choice.kept("milestone_id"),
    )
    if chosen is None:
        return
    draft = replace(choice, thing=chosen)
    before = draft.base(lines[chosen].baseline_written)
    asked, wrong = _asked(lines[chosen], draft)
    if asked:
        seen = baselines.foresee_baseline(state.store(), actor_id=draft.person, asked=asked)
        html.show(
            html.put("<h3>If this is approved</h3>"),
            html.facts(
                [*_effects(seen), ("Fix before you send", " ".join(fault.beside_field for fault in seen.faults))]
            ),
        )
    if before != lines[chosen].baseline_written:
        wrong.append(Fault("", _offer_now(lines[chosen], before, draft)))
    if not st.button("Send request", type="primary", key=draft.key("button")):
        return
    if wrong or asked is None:
        forms.refuse(draft, *wrong)
    act = partial(baselines.request_baseline, state.store(), actor_id=draft.person, asked=asked)
    forms.save(draft, act, f"You requested a baseline of {asked.baseline} for {chosen}")


def _offer_now(line: UpdateLine, before: str, draft: Draft) -> str:
    """Say that the baseline changed after the draft began, and offer to continue with the current one."""
    words = (
        f"The baseline of {line.milestone_id} changed after you started. It was {before or 'none'} and is now "
        f"{line.baseline_written or 'none'}. Check your request again."
    )
    html.show(html.alert(words))
    st.button("Continue with the current baseline", key=draft.key("mine"), on_click=_keep_mine, args=(line, draft))
    return words


def _keep_mine(line: UpdateLine, draft: Draft) -> None:
    draft.begin_again_from(line.baseline_written)
    forms.tell(draft.form, "Your request is kept but not sent.")


def _asked(line: UpdateLine, draft: Draft) -> tuple[Asked | None, list[Fault]]:
    """Show the fields of a request; return the request, or None, and what is missing or wrong."""
    written = beside_original(line.baseline, line.original_baseline)
    html.show(html.put("<p>Current baseline: {}.</p>", html.baseline(line.baseline, line.original_baseline) or written))
    wrong: list[Fault] = []
    baseline = updates.ask_date(st.container(), "baseline", "New baseline", "", draft, wrong)
    reason = st.selectbox(
        FIELDS["milestone"]["reason"].title,
        [str(reason) for reason in MoveReason],
        index=None,
        placeholder="Choose",
        **draft.kept("reason"),
    )
    note = st.text_area(FIELDS["milestone"]["reason_note"].title, **draft.kept("note"))
    if baseline is None and not wrong:
        wrong.append(Fault("baseline", "Enter the new baseline."))
    if reason is None:
        wrong.append(Fault("reason", "Choose a reason."))
    if baseline is None or reason is None:
        return None, wrong
    return Asked(milestone_id=line.milestone_id, baseline=baseline, reason=reason, note=note), wrong


def _effects(seen: Foreseen) -> list[tuple[str, Markup]]:
    line, asked = seen.line, seen.asked
    before = html.baseline(line.baseline, line.original_baseline) or html.put("none")
    status, after = html.status(line.computed_status), html.status(seen.status_after)
    slippage, then = html.slippage(line.slip_days), html.slippage(seen.slip_after)
    titles = FIELDS["milestone"]
    return [
        (titles["baseline"].title, html.effect(before, html.day(asked.baseline), _IF_APPROVED)),
        ("Applies", html.put("{}", "to every day with the wrong baseline" if asked.correction else "from today")),
        (titles["status"].title, html.effect(status, after, _IF_APPROVED)),
        (titles["slip_days"].title, html.effect(slippage, then, _IF_APPROVED)),
    ]
