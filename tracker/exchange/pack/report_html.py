"""The report as one self-contained HTML file: no scripts, its style and its charts inside it.

Everything is escaped as it is put into the template. Tables have captions and headings, charts have one text
alternative each and their table next to them. In print every page has the marking.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from tracker.exchange.pack.cover import LANGUAGE, LICENCE, LICENCE_URL, Cover
from tracker.exchange.pack.files import File
from tracker.exchange.pack.reading import STATUSES, heading, read_out
from tracker.reporting.looks import LOOKS
from tracker.views.table import NUMERIC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.reporting.charts import Finding
    from tracker.reporting.report import Section


def html_file(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> Iterator[File]:
    """Give the report; ``pictures`` has the SVG of the chart of a section by the section's key."""
    yield File(
        path=cover.file_name("report", "html"),
        purpose="the board's report, for reading on a screen or printing",
        media_type="text/html",
        content=_page(cover, report, pictures).encode(),
    )


def _page(cover: Cover, report: Sequence[Section], pictures: Mapping[str, str]) -> str:
    files = resources.files(__package__)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.globals |= {"heading": heading, "read_out": read_out}
    in_css = cover.marked.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ")
    return environment.from_string(files.joinpath("report.html.jinja").read_text(encoding="utf-8")).render(
        cover=cover,
        report=report,
        pictures={
            section.key: _picture(section.chart, pictures[section.key])
            for section in report
            if section.chart and section.key in pictures
        },
        style=Markup(files.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        marking_in_css=Markup(in_css),  # noqa: S704  a string of CSS, which knows no entities
        statuses=STATUSES,
        looks=LOOKS,
        numeric=NUMERIC,
        language=LANGUAGE,
        licence=LICENCE,
        licence_url=LICENCE_URL,
    )


def _picture(finding: Finding, drawn: str) -> Markup:
    named = drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(finding.alternative)}" ', 1)
    return Markup(named)  # noqa: S704  drawn by Vega, which escapes the texts of a chart
