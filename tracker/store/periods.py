"""Reporting periods as the ledger knows them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from tracker.domain.words import PeriodState
from tracker.store import reading
from tracker.store.lines import lines_of
from tracker.views.control import PeriodLine

if TYPE_CHECKING:
    from tracker.store.database import Cursor


def periods(cursor: Cursor, as_at: dt.date, known_seq: int | None = None) -> list[PeriodLine]:
    """Return every reporting period that there was on a day, newest first; with all that is known unless told."""
    return lines_of(
        cursor,
        PeriodLine,
        """
        SELECT
            period.id AS period_id,
            period.name,
            period.opens_on,
            period.closes_on,
            period.board_on,
            period.state,
            period.effective_on AS since,
            period.version
        FROM period_as_at($as_at, $known_seq) AS period
        ORDER BY period.opens_on DESC, period.id DESC
        """,
        {"as_at": as_at, "known_seq": reading.head(cursor).seq if known_seq is None else known_seq},
    )


def open_now(cursor: Cursor, today: dt.date, known_seq: int | None = None) -> PeriodLine | None:
    """Return the period that takes returns, or that took them once a change had been recorded; None when none did."""
    return next((line for line in periods(cursor, today, known_seq) if line.state == PeriodState.OPEN), None)
