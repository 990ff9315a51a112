"""Taking times, and the one table they are printed in."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_ENOUGH_FOR_P95 = 20
"""Of fewer repeats the 95th percentile says no more than the slowest."""
_SHORT = 0.01
"""Below this, tenths of a millisecond are worth saying."""


@dataclass(frozen=True)
class Figure:
    """What was measured, every time taken in seconds, and the budget that DESIGN sets for it, if any."""

    name: str
    seconds: tuple[float, ...]
    budget: float | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float | None:
        if len(self.seconds) < _ENOUGH_FOR_P95:
            return None
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1]

    @property
    def verdict(self) -> str:
        """Whether nearly all of the times keep the budget, not the median alone."""
        if self.budget is None:
            return ""
        if (self.p95 or max(self.seconds)) <= self.budget:
            return "kept"
        return "kept at the median only" if self.median <= self.budget else "missed"


def say(line: str) -> None:
    """Tell the person who waits; standard output is for the table."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  what a person waits for is said here


def timed(name: str, act: Callable[[T], object], subjects: Iterable[T], budget: float | None = None) -> Figure:
    """Time ``act`` on each of ``subjects``; what makes the subject is not counted."""
    seconds = []
    for subject in subjects:
        start = time.perf_counter()
        act(subject)
        seconds.append(time.perf_counter() - start)
    figure = Figure(name, tuple(seconds), budget)
    say(f"  {name}: {_spoken(figure.median)}")
    return figure


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table that is as readable as plain text."""
    rows = [
        ("", "median", "p95", "slowest", "repeats", "budget", ""),
        *(
            (
                figure.name,
                _spoken(figure.median),
                _spoken(figure.p95),
                _spoken(max(figure.seconds)),
                str(len(figure.seconds)),
                _spoken(figure.budget),
                figure.verdict,
            )
            for figure in figures
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = (0, len(widths) - 1)
    lines = [
        "| "
        + " | ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    rule = "|".join(
        "-" * (width + 2) if column in left else "-" * (width + 1) + ":" for column, width in enumerate(widths)
    )
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def _spoken(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= _SHORT else f"{seconds * 1000:.1f} ms"
