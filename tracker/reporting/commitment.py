"""One commitment with its statuses, sources, funding, milestones and history, and who recorded it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.views.board import DETAILS, LISTS, CommitmentLine, Details, Lists, SourceLine, own
from tracker.views.control import RequestLine
from tracker.views.records import VersionLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.reporting.board import BoardView


@dataclass(frozen=True, kw_only=True)
class CommitmentView(Lists, Details):
    """Everything the page of one commitment shows, as at the board's day: its part of every list."""

    as_at: dt.date
    line: CommitmentLine
    cited: dict[str, SourceLine]
    requests: tuple[RequestLine, ...]
    history: tuple[VersionLine, ...]


def build_commitment(
    board: BoardView,
    line: CommitmentLine,
    details: Details,
    *,
    requests: Sequence[RequestLine],
    history: Sequence[VersionLine],
) -> CommitmentView:
    """Pick out of the board, and of lists as at the same day, what belongs to one commitment."""
    return CommitmentView(
        as_at=board.as_at,
        line=line,
        cited=board.cited,
        requests=tuple(requests),
        history=tuple(history),
        **{name: own(board, line, listed) for name, listed in LISTS.items()},
        **{name: own(details, line, listed) for name, listed in DETAILS.items()},
    )
