"""JSON as every file of ours writes it: ISO days, instants in UTC, money in pounds, unknowns null."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal


def json_text(content: object, *, indent: int = 2) -> str:
    """Return content as indented JSON that ends in a line feed; the same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, indent=indent, default=_plain) + "\n"


def _plain(value: object) -> str | int | float:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"no JSON for {value!r}")  # pragma: no cover  a new type in what is written is a defect
