"""The board's tolerances: when a date is late enough to act on. Printed on the method page, used by the SQL rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tracker.domain.words import STATUS_SEVERITY


@dataclass(frozen=True)
class Tolerances:
    """Days. The defaults follow thresholds in use in UK programme offices; a board may set its own."""

    green_days: int = 7
    """Slip of a forecast behind its baseline that its owner may absorb."""
    amber_days: int = 30
    """Slip beyond which the board must decide."""
    stale_days: int = 35
    """How long a confirmed forecast stays good: one monthly cycle and a few days' grace."""
    period_days: int = 90
    """The board's look back (met, missed) and look ahead (due): a quarter."""

    def as_parameter(self) -> dict[str, object]:
        """Return the rules as the one structure that the SQL macros take."""
        return {**asdict(self), "severity": [str(status) for status in STATUS_SEVERITY]}


TOLERANCES = Tolerances()
