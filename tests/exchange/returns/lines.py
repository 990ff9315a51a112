"""Lines to draw returns from, without a store."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.samples import built, report_of
from tracker.domain.dates import GREEN_PAPER, PublishedDate
from tracker.domain.progress import Evidence, Report, UpdateLine
from tracker.domain.words import Precision, ReportedStatus
from tracker.exchange.returns.files import ReturnFile
from tracker.exchange.returns.table import Drawn

DRAWN = Drawn(seq=812, seal="3fa94c21d0b7" + "0" * 52)


def line(number: int = 1, **fields: Any) -> UpdateLine:
    """A milestone of the Safety Valve; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "milestone_id": f"C6-01-M{number}",
        "commitment_id": "C6-01",
        "commitment": "£300 million for Safety Valve",
        "programme_id": "safety-valve",
        "title": "The money is paid",
        "key": True,
        "baseline_on": dt.date(2025, 3, 31),
        "baseline_precision": Precision.FINANCIAL_YEAR,
        "original_baseline_on": dt.date(2025, 3, 31),
        "original_baseline_precision": Precision.FINANCIAL_YEAR,
        "computed_status": "Overdue",
        "promised_on": GREEN_PAPER,
        "slip_days": 603,
        "confirmed_on": None,
        "confirmed": False,
        "base_version": 1,
        "newest_on": None,
    }
    return built(UpdateLine, **{**values, **fields})


def said(evidence: Evidence | None = None, **fields: Any) -> Report:
    """What is said of it: in progress, expected on a day; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "status": ReportedStatus.IN_PROGRESS,
        "forecast": PublishedDate(dt.date(2027, 4, 3), Precision.DAY),
    }
    return report_of("C6-01-M1", 0, evidence=evidence, **{**values, **fields})


def drawn(*lines: tuple[UpdateLine, Report], **fields: Any) -> ReturnFile:
    """A return of some lines, or of one."""
    values: dict[str, Any] = {
        "name": "Ana",
        "email": "ana@dfe.example",
        "drawn": DRAWN,
        "day": dt.date(2026, 11, 24),
        "lines": lines or ((line(), said()),),
    }
    return ReturnFile(**{**values, **fields})
