"""Reporting periods as recorded."""

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
    """Return every reporting period as at a day, newest first; by default with everything known."""
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
    """Return the open period, now or as known at a change; None when none was open."""
    return next((line for line in periods(cursor, today, known_seq) if line.state == PeriodState.OPEN), None)
