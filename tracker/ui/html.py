"""The one place that makes HTML. Every value is escaped; pages pass words, never markup.

Tables, lists and definitions are real ones, for screen readers, keyboards and printers. Nothing outside this module
calls ``st.html`` or adds a script (tested). Of the two scripts, ``message.js`` inserts words as text, and ``as_at.js``
inserts nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st
from markupsafe import Markup

from tracker.domain.dates import PublishedDate, in_words, moment_in_words
from tracker.domain.fields import FIELDS
from tracker.domain.text import counted
from tracker.domain.words import NOT_REPORTED, Precision
from tracker.reporting.looks import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Cell: TypeAlias = str | int | dt.date | PublishedDate | Markup | None

_STYLE = Path(__file__).with_name("style.css")
_MESSAGE = st.components.v2.component(
    "message",
    html='<div class="tracker message"><div role="status"></div><div class="refused"></div></div>',
    js=Path(__file__).with_name("message.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_AS_AT = st.components.v2.component("as_at", js=Path(__file__).with_name("as_at.js").read_text(encoding="utf-8"))


def show(*parts: Markup) -> None:
    """Put HTML on the page."""
    st.html(Markup('<div class="tracker">{}</div>').format(Markup().join(parts)))


def show_style() -> None:
    """Put the style on the page."""
    st.html(_STYLE)


def let_enter_show_the_day() -> None:
    """Let Enter show the date typed in the as-at control."""
    with st.container(key="unseen/as_at"):
        _AS_AT(key="as_at/enter")


def message(
    form: str, words: str, kind: str, turn: int, problems: list[dict[str, str]], faults: dict[str, str]
) -> None:
    """Show the live region of a form and its message; the focus goes there once for each ``turn``, never for 0.

    ``kind`` is ``done`` or ``refused``. Each problem has the ``key`` of its field and the ``id`` of the words there.
    ``faults`` maps the key of a field to the id of the words that say what is wrong with it.
    """
    data = {"words": words, "kind": kind, "turn": turn, "problems": problems, "faults": faults}
    _MESSAGE(key=f"message/{form}", data=data)


def put(template: str, *values: object, **named: object) -> Markup:
    """Fill a template; every value that is not HTML already is escaped."""
    return Markup(template).format(*values, **named)  # noqa: S704  the template is a literal of this package (tested)


def joined(parts: Iterable[Markup]) -> Markup:
    """Join pieces of HTML."""
    return Markup().join(parts)


def day(value: dt.date | PublishedDate | None) -> Markup:
    """A date, or an instant (UTC), in words; a full day has its machine form too, and does not break over lines."""
    if value is None:
        return Markup()
    if isinstance(value, dt.datetime):
        return put("{}{}", day(value.date()), moment_in_words(value).removeprefix(in_words(value)))
    if isinstance(value, PublishedDate):
        return day(value.day) if value.precision is Precision.DAY else put("{}", str(value))
    return put('<time datetime="{}">{}</time>', value.isoformat(), in_words(value))


def baseline(current: PublishedDate | None, original: PublishedDate | None) -> Markup:
    """A baseline, with the original one if it differs: ``31 March 2025 (originally 2023)``."""
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
    """Slippage in days, signed: positive is late."""
    if days is None:
        return put('<span class="quiet">not known</span>')
    return put("{}{}", "+" if days > 0 else "", counted(days, "day")) if days else put("on time")


def effect(now: Markup, after: Markup, when: str = "after you save") -> Markup:
    """A value now and after a save, or that it does not change."""
    return put("{} (no change)", now) if now == after else put("{} now, {} {}", now, after, when)


def mail(address: str) -> Markup:
    """An e-mail address, which may break anywhere in a narrow column."""
    return put('<span class="mail">{}</span>', address)


def link(address: str, words: str) -> Markup:
    """A link to another page of the tracker."""
    return put('<a href="{}" target="_self">{}</a>', address, words)


def outward(address: str | None, words: str) -> Markup:
    """A link to a source, or only its words if it has no https address."""
    if not address or not address.startswith("https://"):
        return put("{}", words)
    return put('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', address, words)


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and whether it has numbers (aligned right)."""

    heading: str
    number: bool = False


def columns(noun: str, *names: str) -> list[Column]:
    """The columns for fields of a noun, under their titles; a field with a unit is a number."""
    fields = [FIELDS[noun][name] for name in names]
    return [Column(field.title, number=field.unit is not None) for field in fields]


def table(caption: str, columns: Sequence[Column | str], rows: Iterable[Sequence[Cell]], *, empty: str) -> Markup:
    """A table; the first cell of a row is its heading. ``empty`` says why there are no rows."""
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
    """Terms and their values; pairs without a value are left out."""
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
    words = joined(put('<p><span class="unseen">Error: </span>{}</p>', sentence) for sentence in sentences)
    return put('<div class="fault" id="{}">{}</div>', name, words)


def details(summary: str, *parts: Markup) -> Markup:
    """A fold that opens by mouse or keyboard."""
    return put("<details><summary>{}</summary>{}</details>", summary, joined(parts))
