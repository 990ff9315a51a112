"""The parts of My updates: milestones by need, and the forms that confirm several or update one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from tracker.domain.dates import PublishedDate, parse_published_date
from tracker.domain.errors import Fault, UnreadableDate
from tracker.domain.fields import FIELDS
from tracker.domain.progress import TEXTS, Evidence, Report, Statement, UpdateLine, confirmation, confirmed
from tracker.domain.text import counted
from tracker.domain.words import MoveReason, ReportedStatus
from tracker.services import progress
from tracker.ui import forms, html, panels, state
from tracker.ui.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamlit.delta_generator import DeltaGenerator

    from tracker.services.progress import Foreseen

_TITLES = FIELDS["progress"]
HOW = "As exact as you know it, for example 31 March 2027, March 2027, Q1 2027-28, spring 2027, 2027 or 2026-27."


def by_need(lines: Sequence[UpdateLine]) -> None:
    """List a person's milestones in order of need."""
    for need in progress.NEEDS:
        group = [line for line in lines if progress.need(line) == need]
        html.show(
            html.table(
                f"{need}: {len(group)}",
                [*html.columns("milestone", "milestone_id", "due", "status", "slip_days"), "Last confirmed"],
                (
                    (
                        html.put('{} <span class="id">{}</span>', line.title, line.milestone_id),
                        panels.due(line) or html.put('<span class="quiet">no date</span>'),
                        html.status(line.computed_status),
                        html.slippage(line.slip_days) if line.slip_days is not None else html.put("–"),
                        line.confirmed_on or html.put('<span class="quiet">never</span>'),
                    )
                    for line in group
                ),
                empty="None.",
            )
        )


def confirm(lines: Sequence[UpdateLine], actor_id: str) -> None:
    """Show the form that confirms any number of milestones as one change."""
    html.show(
        html.put("<h2>Confirm no change</h2>"),
        html.put(
            '<p class="quiet">Confirm that nothing has changed since your last update. Your name and '
            "today's date are recorded. You cannot confirm a milestone whose date has passed. Give a new date below, "
            "or the date it was completed.</p>"
        ),
    )
    with forms.form("confirm"):
        _confirm(lines, Draft("confirm", actor_id))


def _confirm(lines: Sequence[UpdateLine], draft: Draft) -> None:
    ids = _confirmable(draft.person)
    able = {line.milestone_id: line for line in lines if line.milestone_id in ids}
    chosen = choose_lines("Milestones to confirm", able, draft)
    reports = [
        replace(confirmation(line), base_version=begun(line, draft).base_version(line.base_version)) for line in chosen
    ]
    if changed := stale(chosen, reports):
        offer_both(changed, draft, mine="Confirm the current version", theirs="Leave these milestones out")
    if st.button(f"Confirm {counted(len(chosen), 'milestone')}", key=draft.key("button")):
        if not chosen:
            forms.refuse(draft, Fault("lines", "Choose the milestones to confirm."))
        save(reports, draft)


def choose_lines(label: str, able: Mapping[str, UpdateLine], draft: Draft) -> list[UpdateLine]:
    """Ask for any number of milestones and return the chosen ones."""
    chosen = st.multiselect(
        label,
        list(able),
        format_func=lambda milestone_id: f"{milestone_id} {able[milestone_id].title}",
        placeholder="Choose milestones",
        **draft.kept("lines"),
    )
    for milestone_id in able.keys() - set(chosen):
        begun(able[milestone_id], draft).drop_base()
    return [able[milestone_id] for milestone_id in chosen]


def begun(line: UpdateLine, draft: Draft) -> Draft:
    """Return the draft for one milestone of several; it keeps the version at which the milestone was chosen."""
    return replace(draft, thing=line.milestone_id)


@state.as_known(64)
def my_lines(actor_id: str) -> list[UpdateLine]:
    """A person's milestones, not read again while they type."""
    return progress.my_lines(state.store(), actor_id=actor_id)


@state.as_known(64)
def _confirmable(actor_id: str) -> frozenset[str]:
    """The ids of a person's milestones that they can confirm without a change."""
    reports = [confirmation(line) for line in my_lines(actor_id) if not line.actual]
    seen = progress.foresee(state.store(), actor_id=actor_id, reports=reports)
    return frozenset(one.report.milestone_id for one in seen if not one.faults)


def change(lines: Sequence[UpdateLine], actor_id: str) -> None:
    """Show the form that updates one milestone; the draft survives leaving the page until it is saved or deleted."""
    html.show(html.put("<h2>Update a milestone</h2>"))
    with forms.form("line"):
        _change({line.milestone_id: line for line in lines}, Draft("line", actor_id))


def _change(by_id: Mapping[str, UpdateLine], choice: Draft) -> None:
    chosen = st.selectbox(
        "Milestone",
        list(by_id),
        index=None,
        format_func=lambda milestone_id: f"{milestone_id} {by_id[milestone_id].title}",
        placeholder="Choose a milestone",
        **choice.kept("milestone_id"),
    )
    if chosen is None:
        return
    line, draft = by_id[chosen], replace(choice, thing=chosen)
    report, wrong = _draft(line, draft)
    if wrong:
        _foretell(line, None, wrong)
    else:
        [seen] = progress.foresee(state.store(), actor_id=draft.person, reports=[report])
        _foretell(line, seen)
        if seen.report != report:
            _show_what_follows(report, seen.report)
    if changed := stale([line], [report]):
        offer_both(changed, draft)
    if st.button("Save update", type="primary", key=draft.key("button")):
        if wrong:
            forms.refuse(draft, *wrong)
        save([report], draft)


def _show_what_follows(typed: Report, report: Report) -> None:
    """Say what else the save changes, because it follows from what was typed."""
    before, after = typed.statement, report.statement
    follows = [
        f'the status becomes "{after.status}"' if after.status != before.status else "",
        "the forecast date is removed" if after.forecast != before.forecast else "",
    ]
    if words := " and ".join(filter(None, follows)):
        html.show(html.put('<p class="quiet">Because the milestone is complete, {}.</p>', words))
    if typed.evidence and report.evidence and report.evidence != typed.evidence:
        html.show(html.put('<p class="quiet">We read the link as {}.</p>', report.evidence.url))


def _foretell(line: UpdateLine, seen: Foreseen | None, wrong: Sequence[Fault] = ()) -> None:
    """Show the effect of saving or, without ``seen``, what is wrong with what was typed."""
    effects: list[tuple[str, html.Cell]] = []
    titles = FIELDS["milestone"]
    if seen:
        effects = [
            (titles["status"].title, html.effect(html.status(line.computed_status), html.status(seen.status_after))),
            (titles["slip_days"].title, html.effect(html.slippage(line.slip_days), html.slippage(seen.slip_after))),
        ]
    faults = " ".join(fault.beside_field for fault in (seen.faults if seen else wrong))
    html.show(html.put("<h3>Check your update</h3>"), html.facts([*effects, ("Fix before saving", faults)]))


def _draft(line: UpdateLine, draft: Draft) -> tuple[Report, list[Fault]]:
    """Show the fields of one milestone; return the report, and what cannot be read."""
    statuses = list(ReportedStatus)
    status = st.selectbox(
        _TITLES["status"].title,
        statuses,
        index=statuses.index(ReportedStatus(str(confirmed(line).status))),
        **draft.kept("status"),
    )
    left, right = st.columns(2)
    due = str(line.due) if line.due and not line.actual else ""
    wrong: list[Fault] = []
    forecast = ask_date(left, "forecast", _TITLES["forecast"].title, due, draft, wrong)
    actual = ask_date(right, "actual", _TITLES["actual"].title, str(line.actual or ""), draft, wrong)
    reason = st.selectbox(
        f"{_TITLES['reason'].title} (required if you change the date)",
        list(MoveReason),
        index=None,
        placeholder="No change",
        **draft.kept("reason"),
    )
    reason_note = st.text_input(_TITLES["reason_note"].title, **draft.kept("reason_note"))
    texts = {
        name: st.text_area(_TITLES[name].title, value=written or "", **draft.kept(name)) or None
        for name, written in line.statement.texts.items()
    }
    evidence = ask_evidence(draft)
    report = Report(
        milestone_id=line.milestone_id,
        base_version=draft.base_version(line.base_version),
        statement=Statement(
            status=status,
            forecast=forecast,
            actual=actual,
            reason=MoveReason(reason) if reason else None,
            reason_note=reason_note or None,
            evidence_id=line.evidence_id,
            **texts,
        ),
        evidence=evidence,
    )
    return report, wrong


def ask_evidence(draft: Draft) -> Evidence | None:
    """Show the fields of new evidence and return it; None if they are empty."""
    html.show(
        html.put(
            '<p class="quiet">Evidence of completion (optional). Without it the board sees “{}”.</p>',
            panels.NO_EVIDENCE,
        )
    )
    first, second, third = st.columns(3, vertical_alignment="bottom")
    publisher = first.text_input("Publisher", **draft.kept("publisher", first))
    title = second.text_input("Title", **draft.kept("title", second))
    url = third.text_input("Link to the publisher's own site", **draft.kept("url", third))
    return Evidence(publisher=publisher, title=title, url=url or None) if publisher or title or url else None


def ask_date(
    place: DeltaGenerator, field: str, label: str, current: str, draft: Draft, wrong: list[Fault]
) -> PublishedDate | None:
    """Show a field for a date and return the date; None if it is empty or cannot be read.

    What cannot be read is shown above the field and added to ``wrong``. Below the field is how a new date was read.
    """
    written = place.text_input(label, value=current, help=HOW, **draft.kept(field, place)).strip()
    try:
        date = parse_published_date(written, where=label) if written else None
    except UnreadableDate as error:
        wrong.append(Fault(field, str(error)))
        draft.fault(field, str(error))
        return None
    if date and written != current:
        with place:
            html.show(html.put('<p class="quiet">We read this as {}.</p>', date.in_full))
    return date


def stale(lines: Sequence[UpdateLine], reports: Sequence[Report]) -> list[tuple[UpdateLine, Report]]:
    """Return the milestones that have a newer version than the one their report began from."""
    return [
        (line, report) for line, report in zip(lines, reports, strict=True) if line.base_version != report.base_version
    ]


def offer_both(changed: Sequence[tuple[UpdateLine, Report]], draft: Draft, **labels: str) -> None:
    """Show the current versions beside the drafts; ``labels`` are the buttons' (see ``forms.offer_both``)."""
    ids = ", ".join(line.milestone_id for line, _ in changed)

    def leave_out() -> str:
        left_out = {line.milestone_id for line, _ in changed}
        chosen = draft.key("lines")
        st.session_state[chosen] = [one for one in st.session_state[chosen] if one not in left_out]
        return f"{ids} left out. Nothing has been saved yet."

    forms.offer_both(
        draft,
        ids,
        warnings=[
            f"Someone else changed {line.milestone_id} after you started. Your draft is kept. "
            f"The current version: status {line.statement.status or 'none'}, "
            f"forecast {line.due or 'none'}"
            + "".join(f", {_TITLES[name].label}: {text or 'none'}" for name, text in line.statement.texts.items())
            for line, _ in changed
        ],
        columns=["Milestone", "Version", *html.columns("progress", "status", "forecast", "actual", *TEXTS)],
        rows=[
            (line.milestone_id, version, given.status, given.forecast, given.actual, *given.texts.values())
            for line, report in changed
            for version, given in (
                ("Your version", report.statement),
                ("Current version", replace(confirmed(line), status=line.statement.status)),
            )
        ],
        begun={begun(line, draft): line.base_version for line, _ in changed},
        leave_out=None if draft.thing else leave_out,
        **labels,
    )


def save(reports: Sequence[Report], draft: Draft) -> None:
    """Save reports as one change, and show the result at the form."""
    ids = [report.milestone_id for report in reports]
    forms.save(
        draft,
        partial(progress.report_progress, state.store(), actor_id=draft.person, reports=reports),
        f"Saved {counted(len(ids), 'milestone')}: {', '.join(ids)}",
        also=[replace(draft, thing=milestone_id) for milestone_id in ids],
    )
