"""The report as one HTML file that needs nothing else: no scripts, its style and its charts inside it.

Everything is escaped as it is put in. Tables have captions and headings, charts one text alternative each and their
table beside them, and in print every page carries the marking.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup

from tracker.exchange.pack.cover import LANGUAGE, LICENCE, LICENCE_URL
from tracker.exchange.pack.files import File
from tracker.exchange.pack.reading import STATUSES, heading, read_out
from tracker.reporting.looks import LOOKS
from tracker.views.table import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.exchange.pack.cover import Cover
    from tracker.reporting.charts import Finding
    from tracker.reporting.report import Section
    from tracker.views.table import Cell, Column, Table


def html_file(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> Iterator[File]:
    """Give the report; ``pictures`` has the SVG of the chart of a section by the section's key."""
    yield File(
        path=cover.file_name("report", "html"),
        purpose="the board's report, for reading on a screen or printing",
        media_type="text/html",
        content=_page(cover, report, pictures).encode(),
    )


def _page(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> Markup:
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    marked = cover.marked.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")
    return _put(
        '<!DOCTYPE html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{} – {}</title>\n'
        '<meta name="marking" content="{}">\n<style>\n{}@page {{ @top-center {{ content: "{}"; }} '
        '@bottom-center {{ content: "{}"; }} }}\n</style>\n</head>\n<body>\n'
        '<a class="skip" href="#report">Skip to the report</a>\n<header>\n<p class="marking">{}</p>\n'
        '<h1>{}</h1>\n{}\n{}\n{}\n</header>\n<main id="report" tabindex="-1">\n{}\n</main>\n'
        '<footer>\n<p class="marking">{}</p>\n<p>Ledger head: change {}, seal <code>{}</code>. Contains public sector '
        'information licensed under the <a href="{}">{}</a>.</p>\n</footer>\n</body>\n</html>\n',
        LANGUAGE,
        cover.title,
        cover.marked,
        cover.marked,
        Markup(style),  # noqa: S704  our own file
        Markup(marked),  # noqa: S704  as a string of CSS, which knows no entities
        Markup(marked),  # noqa: S704
        cover.marked,
        cover.title,
        _joined(_put('<p class="statement">{}</p>', said) for said in cover.statements),
        _particulars(cover),
        _contents(report),
        _joined(_section(section, pictures.get(section.key)) for section in report),
        cover.marked,
        cover.head.seq,
        cover.head.seal,
        LICENCE_URL,
        LICENCE,
    )


def _put(template: str, *values: object) -> Markup:
    return Markup(template).format(*values)  # noqa: S704  the template is a literal of this module


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("\n").join(parts)


def _particulars(cover: Cover) -> Markup:
    shown = [(term, said) for term, said in cover.particulars if term not in {"Marking", "Licence", "Ledger head"}]
    return _put("<dl>{}</dl>", _joined(_put("<div><dt>{}</dt><dd>{}</dd></div>", *pair) for pair in shown))


def _contents(report: Sequence[Section]) -> Markup:
    links = _joined(_put('<li><a href="#{}">{}</a></li>', section.key, section.heading) for section in report)
    return _put('<nav aria-label="Contents"><h2>Contents</h2><ol>{}</ol></nav>', links)


def _section(section: Section, picture: str | None) -> Markup:
    return _put(
        '<section aria-labelledby="{}">\n<h2 id="{}">{}</h2>\n{}\n{}\n{}\n</section>',
        section.key,
        section.key,
        section.heading,
        _joined(_put("<p>{}</p>", paragraph) for paragraph in section.paragraphs),
        _figure(section.chart, picture) if section.chart and picture else Markup(),
        _put('<div class="tables">{}</div>', _joined(_table(table) for table in section.tables)),
    )


def _figure(finding: Finding, picture: str) -> Markup:
    drawn = picture.replace("<svg ", str(_put('<svg role="img" aria-label="{}" ', finding.alternative)), 1)
    return _put(
        "<figure>{}</figure>",
        Markup(drawn),  # noqa: S704  drawn by Vega, which escapes the texts of a chart
    )


def _table(table: Table) -> Markup:
    heads = _joined(_put('<th scope="col"{}>{}</th>', _class(column), heading(column)) for column in table.columns)
    return _put(
        '<div class="scroll" role="group" aria-label="{}" tabindex="0">'
        "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        table.title,
        table.title,
        heads,
        _joined(_row(table, row) for row in table.rows),
    )


def _row(table: Table, row: Sequence[Cell]) -> Markup:
    (first, *others), (value, *values) = table.columns, row
    return _put(
        "<tr>{}{}</tr>",
        _put('<th scope="row"{}>{}</th>', _class(first), _cell(value, first)),
        Markup().join(
            _put("<td{}>{}</td>", _class(column), _cell(cell, column))
            for column, cell in zip(others, values, strict=True)
        ),
    )


def _class(column: Column) -> Markup:
    return Markup(' class="number"') if column.kind in NUMERIC else Markup()


def _cell(value: Cell, column: Column) -> Markup:
    said = read_out(value, column)
    if said in LOOKS and column.name in STATUSES:
        colour, shape = LOOKS[said]
        return _put('<span class="status {}"><span aria-hidden="true">{} </span>{}</span>', colour, shape, said)
    return _put("{}", said)
