"""The one place that makes HTML. Every value is escaped as it is put in; pages hand over words, never markup.

Real tables, lists and definitions, so that a screen reader, a keyboard and a printer get what the eye gets. Nothing
outside this module calls ``st.html`` or brings a script (tested). Of the two scripts, ``said.js`` puts in
words as text, and ``as_at.js`` puts in nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st
from markupsafe import Markup

from tracker.domain.dates import PublishedDate
from tracker.domain.fields import FIELDS
from tracker.domain.text import counted
from tracker.domain.words import NOT_REPORTED, Precision
from tracker.reporting.looks import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell: TypeAlias = str | int | dt.date | PublishedDate | Markup | None

_STYLE = Path(__file__).with_name("style.css")
_SAID = st.components.v2.component(
    "said",
    html='<div class="tracker said"><div role="status"></div><div class="refused"></div></div>',
    js=Path(__file__).with_name("said.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_AS_AT = st.components.v2.component("as_at", js=Path(__file__).with_name("as_at.js").read_text(encoding="utf-8"))


def show(*parts: Markup) -> None:
    """Put made HTML on the page."""
    st.html(Markup('<div class="tracker">{}</div>').format(Markup().join(parts)))


def show_style() -> None:
    """Give the page its look."""
    st.html(_STYLE)


def let_enter_show_the_day() -> None:
    """Let Enter show the day that is typed in the as-at control, on every page that has it."""
    with st.container(key="unseen/as_at"):
        _AS_AT(key="as_at/enter")


def said(form: str, words: str, kind: str, turn: int, problems: list[dict[str, str]], faults: dict[str, str]) -> None:
    """Draw the live region of a form and what it says; the focus goes there once for each ``turn``, and never for 0.

    ``kind`` is ``done`` or ``refused``. Of each problem, ``key`` is the field to put right, by its key, and ``id`` what
    is said there; ``faults`` names, by the key of a field, the id of what is wrong with it.
    """
    said = {"words": words, "kind": kind, "turn": turn, "problems": problems, "faults": faults}
    _SAID(key=f"said/{form}", data=said)


def put(template: str, *values: object, **named: object) -> Markup:
    """Fill a template of ours; every value that is not itself made HTML is escaped."""
    return Markup(template).format(*values, **named)  # noqa: S704  the template is a literal of this package (tested)


def joined(parts: Iterable[Markup]) -> Markup:
    """Put pieces one after the other."""
    return Markup().join(parts)


def day(value: dt.date | PublishedDate | None) -> Markup:
    """A date in words, with the machine's form beside it where it is a full day."""
    if value is None:
        return Markup()
    if isinstance(value, PublishedDate):
        return day(value.day) if value.precision is Precision.DAY else put("{}", str(value))
    return put('<time datetime="{}">{} {:%B %Y}</time>', value.isoformat(), value.day, value)


def baseline(current: PublishedDate | None, original: PublishedDate | None) -> Markup:
    """A baseline, with the one that it was at first where that was another: ``31 March 2025 (originally 2023)``."""
    if current is None or original in (None, current):
        return day(current)
    return put("{} (originally {})", day(current), day(original))


def status(word: str | None) -> Markup:
    """A status as word, shape and colour; no word is *Not reported*."""
    word = word or NOT_REPORTED
    colour, shape = LOOKS.get(word, ("grey", "·"))
    return put(
        '<span class="status {}"><span class="shape" aria-hidden="true">{}</span>{}</span>', colour, shape, str(word)
    )


def slippage(days: int | None) -> Markup:
    """A slippage in days, signed: positive is late."""
    if days is None:
        return put('<span class="quiet">not known</span>')
    return put("{}{}", "+" if days > 0 else "", counted(days, "day")) if days else put("on time")


def effect(now: Markup, after: Markup, when: str = "after you save") -> Markup:
    """What a value is now and after a save, or that it stays the same."""
    return put("{} (no change)", now) if now == after else put("{} now, {} {}", now, after, when)


def mail(address: str) -> Markup:
    """An e-mail address, which breaks anywhere when its column is narrow."""
    return put('<span class="mail">{}</span>', address)


def link(address: str, words: str) -> Markup:
    """A link to another page of the tracker."""
    return put('<a href="{}" target="_self">{}</a>', address, words)


def outward(address: str | None, words: str) -> Markup:
    """A link to a source, or its words alone when it has no address to ship."""
    if not address or not address.startswith("https://"):
        return put("{}", words)
    return put('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', address, words)


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it holds numbers (set to the right)."""

    heading: str
    number: bool = False


def columns(noun: str, *names: str) -> list[Column]:
    """The columns for fields of a noun, under their titles; a field with a unit is a number."""
    fields = [FIELDS[noun][name] for name in names]
    return [Column(field.title, number=field.unit is not None) for field in fields]


def table(caption: str, columns: Sequence[Column | str], rows: Iterable[Sequence[Cell]], *, empty: str) -> Markup:
    """A real table; the first cell of a row is its heading. ``empty`` says why there is no row."""
    heads = [column if isinstance(column, Column) else Column(column) for column in columns]
    body = joined(_row(heads, row) for row in rows)
    if not body:
        return put('<p><strong>{}</strong> <span class="quiet">{}</span></p>', caption, empty)
    return put(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0">'
        '<table class="cards" role="table"><caption>{}</caption>'
        '<thead role="rowgroup"><tr role="row">{}</tr></thead><tbody role="rowgroup">{}</tbody></table></div>',
        caption,
        caption,
        joined(put('<th scope="col" role="columnheader"{}>{}</th>', _class(head), head.heading) for head in heads),
        body,
    )


def _row(heads: Sequence[Column], row: Sequence[Cell]) -> Markup:
    cells = [_cell(value) for value in row]
    first, *others = zip(heads, cells, strict=True)
    return put(
        '<tr role="row">{}{}</tr>',
        put('<th scope="row" role="rowheader"{}>{}</th>', _class(first[0]), first[1]),
        joined(
            put(
                '<td role="cell"{} data-heading="{}">{}</td>',
                _class(head, *([] if cell else ["empty"])),
                head.heading,
                cell,
            )
            for head, cell in others
        ),
    )


def _class(head: Column, *more: str) -> Markup:
    names = [*(["number"] if head.number else []), *more]
    return put(' class="{}"', " ".join(names)) if names else Markup()


def _cell(value: Cell) -> Markup:
    if isinstance(value, Markup):
        return value
    if isinstance(value, dt.date | PublishedDate):
        return day(value)
    return put("{}", "" if value is None else value)


def facts(pairs: Iterable[tuple[str, Cell]], *, style: str = "record") -> Markup:
    """Terms and what they are; pairs whose value is unknown (None) are left out."""
    items = joined(
        put("<div><dt>{}</dt><dd>{}</dd></div>", term, _cell(value))
        for term, value in pairs
        if value is not None and value != ""
    )
    return put('<dl class="{}">{}</dl>', style, items)


def alert(words: str) -> Markup:
    """A sentence that must be read before going on."""
    return put('<div class="banner" role="alert"><p>{}</p></div>', words)


def faults(name: str, sentences: Iterable[str]) -> Markup:
    """What is wrong with the field below; ``name`` is the id that ties it to the field."""
    said = joined(put('<p><span class="unseen">Error: </span>{}</p>', sentence) for sentence in sentences)
    return put('<div class="fault" id="{}">{}</div>', name, said)


def details(summary: str, *parts: Markup) -> Markup:
    """Something to open by mouse or keyboard."""
    return put("<details><summary>{}</summary>{}</details>", summary, joined(parts))
