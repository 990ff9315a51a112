"""The charts of a report as pictures: SVG for pages that scale, PNG for slides. Made by Vega, without a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import vl_convert

if TYPE_CHECKING:
    from tracker.reporting.charts import Finding

_NAMED = re.compile(r'\bid="([^"]+)"|url\(#([^)]+)\)')
_SPOKEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


def svg(finding: Finding, *, width: int, name: str) -> str:
    """Return a chart as SVG, its plot ``width`` pixels wide and its own ids beginning with ``name``.

    What it would say to a screen reader inside is removed: the page gives it one text alternative as a whole.
    """
    drawn = vl_convert.vegalite_to_svg(finding.chart.properties(width=width).to_dict())
    apart = _NAMED.sub(lambda found: found[0].replace(found[1] or found[2], f"{name}-{found[1] or found[2]}"), drawn)
    return _SPOKEN.sub("", apart)


def png(picture: str) -> bytes:
    """Return an SVG as a PNG of twice its size, for a projector."""
    return vl_convert.svg_to_png(picture, scale=2)
