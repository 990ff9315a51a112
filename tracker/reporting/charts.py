"""Charts whose titles state what they show. Each has a text alternative, and its table is next to it on the page."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from tracker.domain.dates import PublishedDate, beside_original
from tracker.domain.text import counted
from tracker.domain.words import (
    CHAPTERS,
    CHAPTERS_IN_SHORT,
    DELIVERED_OUTCOMES,
    MilestoneStatus,
    MoveReason,
    Outcome,
    Precision,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.reporting.board import BoardView
    from tracker.views.board import MilestoneLine
    from tracker.views.records import TrendLine

_INK, _QUIET, _RULE = "#1c2329", "#4d5760", "#d4d8d3"
_GROUPS: dict[str, tuple[tuple[Outcome, ...], str]] = {
    "Delivered in some form": (DELIVERED_OUTCOMES, "#3d7a5a"),
    "In progress or a duty": ((Outcome.IN_PROGRESS, Outcome.ONGOING_DUTY), "#5b8db8"),
    "Superseded or not pursued": ((Outcome.SUPERSEDED, Outcome.NOT_PURSUED), "#b4572a"),
    "Not started, not measurable or unknown": (
        (Outcome.NOT_STARTED, Outcome.NOT_MEASURABLE, Outcome.UNKNOWN),
        "#b9bfba",
    ),
}
_MOST_BARS = 12
_MARKS = {
    "promised": ("square", "#8b949c"),
    "original baseline": ("cross", "#6b5b95"),
    "baseline": ("diamond", "#1d4f7c"),
    "forecast": ("triangle-right", "#b36b00"),
    "happened": ("circle", "#3d7a5a"),
}
"""Part of a timeline → shape and colour, so that neither is alone."""

_TREND = {
    "forecast": ("#b36b00", [1, 0]),
    "baseline": ("#1d4f7c", [6, 4]),
    "original baseline": ("#8b949c", [2, 3]),
    "happened": ("#3d7a5a", [1, 0]),
    "the date of the report": ("#8c1d18", [4, 3]),
}
"""Part of a milestone's trend → colour and dash, so that neither is alone."""


@dataclass(frozen=True)
class Finding:
    """A chart, the sentence it shows (its title), and the same in words for those who do not see it."""

    chart: alt.Chart | alt.LayerChart
    title: str
    alternative: str
    table: tuple[tuple[str, ...], ...] = ()
    """The same figures, heading first, for a chart without its own table on the page."""


def _height(rows: int, *, row: int, legend: int) -> int:
    """The height of a whole chart in pixels: its rows, and its title, axis and the lines of its legend."""
    return rows * row + 95 + legend * 18


def _styled(chart: alt.Chart | alt.LayerChart, title: str | list[str]) -> Any:
    return (
        chart.properties(title=alt.Title(title, anchor="start", fontSize=15, fontWeight=600, color=_INK, limit=1200))
        .configure(font="Source Sans, Source Sans Pro, Liberation Sans, Arial, sans-serif", background="transparent")
        .configure_axis(
            labelColor=_QUIET, titleColor=_QUIET, gridColor=_RULE, domainColor=_RULE, tickColor=_RULE, labelFontSize=12
        )
        .configure_legend(labelColor=_INK, labelFontSize=12, labelLimit=300, orient="bottom", columns=1, title=None)
        .configure_view(stroke=None)
    )


def _chapter(number: int) -> str:
    return f"{number} {CHAPTERS_IN_SHORT[number]}"


def outcomes_by_chapter(view: BoardView) -> Finding:
    """Show the evidence view of the commitments of each chapter; counts of commitments."""
    group_of = {outcome: group for group, (outcomes, _) in _GROUPS.items() for outcome in outcomes}
    order = list(_GROUPS)
    found = Counter((line.chapter, group_of[Outcome(line.outcome or Outcome.UNKNOWN)]) for line in view.commitments)
    counts = pd.DataFrame(
        [
            {"chapter": _chapter(chapter), "group": group, "size": size, "order": order.index(group)}
            for (chapter, group), size in sorted(found.items())
        ],
        columns=["chapter", "group", "size", "order"],
    )
    title = f"{view.delivered} of {len(view.commitments)} commitments are delivered in some form"
    bars = alt.Chart(counts).encode(
        y=alt.Y("chapter:N", title=None, axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X("size:Q", title="commitments", axis=alt.Axis(tickMinStep=1, grid=True)),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("chapter:N", title="Chapter"),
            alt.Tooltip("group:N", title="Outcome"),
            alt.Tooltip("size:Q", title="Commitments"),
        ],
    )
    colours = alt.Scale(domain=order, range=[colour for _, colour in _GROUPS.values()])
    chart = bars.mark_bar(height={"band": 0.62}, stroke="#fdfdfb", strokeWidth=1).encode(
        color=alt.Color("group:N", scale=colours, sort=order)
    )
    said = (
        f"Chapter {chapter}, {CHAPTERS[chapter]}: "
        + ", ".join(f"{found[chapter, group]} {group.lower()}" for group in order if found[chapter, group])
        for chapter in sorted({line.chapter for line in view.commitments})
    )
    return Finding(
        _styled(chart.properties(height=_height(5, row=28, legend=len(order))), title),
        title,
        f"{title}. " + ". ".join(said) + ".",
        (
            ("Chapter", *order),
            *(
                (f"{chapter} {CHAPTERS[chapter]}", *(str(found[chapter, group]) for group in order))
                for chapter in sorted({line.chapter for line in view.commitments})
            ),
        ),
    )


def overdue_milestones(view: BoardView) -> Finding | None:
    """Show how late the overdue milestones are, in days against their baselines, latest first; None if none is."""
    late = sorted(
        (m for m in view.milestones if m.status == MilestoneStatus.OVERDUE),
        key=lambda m: (-(m.slip_days or 0), m.milestone_id),
    )
    if not late:
        return None
    worst = late[0].slip_days or 0
    verb = "is" if len(late) == 1 else "are"
    furthest = "" if len(late) == 1 else "the latest "
    title = f"{counted(len(late), 'milestone')} {verb} overdue, {furthest}{counted(worst, 'day')} behind its baseline"
    if len(late) > _MOST_BARS:
        title += f", showing the {_MOST_BARS} latest"
    rows = pd.DataFrame(
        [
            {
                "milestone": m.milestone_id,
                "title": m.title,
                "days": m.slip_days,
                "weight": "key milestone" if m.key else "supporting milestone",
            }
            for m in late[:_MOST_BARS]
        ]
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("milestone:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        tooltip=[alt.Tooltip("title:N", title="Milestone"), alt.Tooltip("days:Q", title="Days behind", format=",")],
    )
    bars = base.mark_bar(height={"band": 0.62}).encode(
        x=alt.X("days:Q", title="days behind the baseline"),
        color=alt.Color(
            "weight:N",
            scale=alt.Scale(domain=["key milestone", "supporting milestone"], range=["#8c1d18", "#d09a8f"]),
            title=None,
        ),
    )
    labels = base.mark_text(align="left", dx=4, color=_INK).encode(x="days:Q", text=alt.Text("days:Q", format=","))
    said = "; ".join(f"{m.milestone_id} {m.title}: {m.slip_days:,} days" for m in late[:_MOST_BARS])
    height = _height(len(rows), row=26, legend=2)
    return Finding(_styled((bars + labels).properties(height=height), title), title, f"{title}. {said}.")


def milestone_timeline(milestones: Sequence[MilestoneLine], as_at: dt.date) -> Finding | None:
    """Show each milestone from its promise to its baselines, forecast and completion; None when there is none."""
    rows = [
        {"milestone": m.milestone_id, "title": m.title, "what": what, "on": date.day.isoformat(), "said": str(date)}
        for m in milestones
        for what, date in (
            ("promised", PublishedDate(m.promised_on, Precision.DAY)),
            ("original baseline", m.original_baseline if m.rebaselined else None),
            ("baseline", m.baseline),
            ("forecast", m.forecast),
            ("happened", m.actual),
        )
        if date
    ]
    if not rows:
        return None
    met = sum(1 for m in milestones if m.actual)
    overdue = sum(1 for m in milestones if m.status == MilestoneStatus.OVERDUE)
    title = f"{met} of {len(milestones)} milestones met" + (f", {overdue} overdue" if overdue else "")
    frame = pd.DataFrame(rows)
    present = [what for what in _MARKS if what in set(frame["what"])]
    y = alt.Y("milestone:N", title=None, axis=alt.Axis(ticks=False, domain=False))
    spans = (
        alt.Chart(frame)
        .mark_rule(color="#b9bfba", strokeWidth=2)
        .encode(y=y, x=alt.X("min(on):T", title=None), x2="max(on):T")
    )
    points = (
        alt.Chart(frame)
        .mark_point(size=130, filled=True, opacity=1)
        .encode(
            y=y,
            x=alt.X("on:T", title=None, axis=alt.Axis(format="%Y", tickCount="year"), scale=alt.Scale(padding=14)),
            shape=alt.Shape(
                "what:N", scale=alt.Scale(domain=present, range=[_MARKS[what][0] for what in present]), title=None
            ),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(
                    domain=present,
                    range=[_MARKS[what][1] for what in present],
                ),
                title=None,
            ),
            tooltip=[
                alt.Tooltip("title:N", title="Milestone"),
                alt.Tooltip("what:N", title="Date type"),
                alt.Tooltip("said:N", title="Date"),
            ],
        )
    )
    today = (
        alt.Chart(pd.DataFrame([{"on": as_at.isoformat()}]))
        .mark_rule(color="#8c1d18", strokeDash=[4, 3])
        .encode(x="on:T")
    )
    said = "; ".join(
        f"{m.milestone_id}: promised {m.promised_on}"
        + (f", due {beside_original(m.baseline, m.original_baseline)}" if m.baseline else ", no due date published")
        + (f", completed {m.actual}" if m.actual else ", not completed")
        for m in milestones
    )
    chart = (spans + points + today).properties(height=_height(len(milestones), row=34, legend=len(present)))
    return Finding(_styled(chart, title), title, f"{title}. The dashed line is the date shown, {as_at}. {said}.")


def milestone_trend(milestone_id: str, lines: Sequence[TrendLine], as_at: dt.date) -> Finding | None:
    """Show a milestone's date at each report of it; None if no date was ever reported.

    Days of reports go across and reported dates go up. A flat line keeps its promise, a rising one slips, and where it
    meets the diagonal the day has come.
    """
    if not any(line.forecast or line.actual or line.baseline for line in lines):
        return None
    title = _trend_in_words(lines)
    first, last = lines[0].reported_on, max(as_at, lines[-1].reported_on)
    current, original = lines[-1].baseline, next((line.baseline for line in lines if line.baseline), None)
    rows = [("forecast", line.reported_on, said.day, str(said)) for line in lines if (said := line.forecast)]
    rows += [("baseline", line.reported_on, said.day, str(said)) for line in lines if (said := line.baseline)]
    if current:
        rows.append(("baseline", last, current.day, str(current)))
    if original and current and original != current:
        rows += [("original baseline", on, original.day, str(original)) for on in (first, last)]
    rows += [("happened", line.reported_on, said.day, str(said)) for line in lines if (said := line.actual)][:1]
    rows += [("the date of the report", on, on, str(on)) for on in (first, last)]
    frame = pd.DataFrame(
        [
            {"series": what, "reported": reported.isoformat(), "date": date.isoformat(), "said": words}
            for what, reported, date, words in rows
            if date
        ]
    )
    present = [what for what in _TREND if what in set(frame["series"])]
    base = alt.Chart(frame).encode(
        x=alt.X(
            "reported:T", title="date of the report", axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=6)
        ),
        y=alt.Y(
            "date:T", title="reported date", axis=alt.Axis(format="%b %Y", tickCount=6), scale=alt.Scale(padding=14)
        ),
        color=alt.Color(
            "series:N",
            scale=alt.Scale(domain=present, range=[_TREND[what][0] for what in present]),
            legend=alt.Legend(symbolType="stroke", symbolSize=400, symbolStrokeWidth=2),
            title=None,
        ),
        tooltip=[
            alt.Tooltip("series:N", title="Date type"),
            alt.Tooltip("reported:T", title="Report date", format="%d %B %Y"),
            alt.Tooltip("said:N", title="Reported date"),
        ],
    )
    dash = alt.StrokeDash(
        "series:N", scale=alt.Scale(domain=present, range=[_TREND[what][1] for what in present]), title=None
    )
    kept = base.transform_filter("datum.series == 'baseline'").mark_line(interpolate="step-after", strokeWidth=2)
    straight = base.transform_filter("datum.series != 'baseline'").mark_line(strokeWidth=2)
    points = [
        base.transform_filter(f"datum.series == '{what}'").mark_point(shape=shape, size=90, filled=True, opacity=1)
        for what, shape in (("forecast", "triangle-up"), ("happened", "circle"))
        if what in present  # a layer without a point would be an image without a name to a screen reader
    ]
    layers = alt.LayerChart(layer=[kept.encode(strokeDash=dash), straight.encode(strokeDash=dash), *points])
    chart = layers.properties(height=_height(8, row=26, legend=len(present)))
    in_words = "; ".join(
        f"on {line.reported_on} "
        + (f"completed {line.actual}" if line.actual else f"forecast {line.forecast or 'none'}")
        + f", baseline {line.baseline or 'none'}"
        for line in lines
    )
    whole = f"{title}. {milestone_id} up to {as_at}: {in_words}."
    return Finding(_styled(chart, title.split("; ")), title, whole)  # a narrow screen cuts a long line


def _trend_in_words(lines: Sequence[TrendLine]) -> str:
    """Sum up a milestone's reports: how often its forecast moved and how far; corrections are not moves."""
    forecasts = [line for line in lines if line.forecast]
    moves, corrections = [], 0
    for before, after in pairwise(forecasts):
        days = (after.forecast.day - before.forecast.day).days if after.forecast and before.forecast else 0
        if days and after.reason == MoveReason.CORRECTION:
            corrections += 1
        elif days:
            moves.append(days)
    ahead = "" if sum(moves) >= 0 else " earlier"
    if len(moves) > 1:
        found = f"The forecast has moved {len(moves)} times, by {counted(abs(sum(moves)), 'day')}{ahead} in total"
    elif moves:
        found = f"The forecast has moved once, by {counted(abs(moves[0]), 'day')}{ahead}"
    elif forecasts:
        found = "The forecast has not moved"
    else:
        found = "No forecast has been given"
    if corrections:
        found += f", not counting {counted(corrections, 'correction')}"
    happened = next((line.actual for line in lines if line.actual), None)
    if happened:
        found += f"; completed {'on' if happened.precision is Precision.DAY else 'in'} {happened}"
    return found
