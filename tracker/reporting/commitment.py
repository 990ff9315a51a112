"""One commitment as the board may ask after it: statuses, sources, money, milestones, history, who recorded it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.views.board import (
    CommitmentLine,
    EventLine,
    FundingLine,
    MilestoneLine,
    OutcomeLine,
    ReferenceLine,
    SourceLine,
)
from tracker.views.control import RequestLine
from tracker.views.records import VersionLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.reporting.board import BoardView


@dataclass(frozen=True, kw_only=True)
class CommitmentView:
    """Everything the page of one commitment shows, as at the board's day."""

    as_at: dt.date
    line: CommitmentLine
    references: tuple[ReferenceLine, ...]
    milestones: tuple[MilestoneLine, ...]
    outcomes: tuple[OutcomeLine, ...]
    events: tuple[EventLine, ...]
    funding: tuple[FundingLine, ...]
    sources: dict[str, SourceLine]
    requests: tuple[RequestLine, ...]
    history: tuple[VersionLine, ...]


def build_commitment(
    board: BoardView,
    line: CommitmentLine,
    *,
    references: Sequence[ReferenceLine],
    outcomes: Sequence[OutcomeLine],
    requests: Sequence[RequestLine],
    history: Sequence[VersionLine],
) -> CommitmentView:
    """Pick out of the board, and of lists as at the same day, what belongs to one commitment."""
    own = line.commitment_id
    return CommitmentView(
        as_at=board.as_at,
        line=line,
        references=tuple(r for r in references if r.commitment_id == own),
        milestones=tuple(m for m in board.milestones if m.commitment_id == own),
        outcomes=tuple(o for o in outcomes if o.commitment_id == own),
        events=tuple(e for e in board.events if e.commitment_id == own),
        funding=tuple(f for f in board.funding if line.programme_id and f.programme_id == line.programme_id),
        sources=board.sources,
        requests=tuple(requests),
        history=tuple(history),
    )
