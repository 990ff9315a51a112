"""The board's tolerances: when a date is late enough to act on. The SQL rules use them; in words they are here."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from tracker.domain.words import STATUS_SEVERITY, MilestoneStatus


@dataclass(frozen=True)
class Tolerances:
    """Days. The defaults follow thresholds in use in UK programme offices; a board may set its own."""

    green_days: int = 7
    """Slippage that the owner may absorb."""
    amber_days: int = 30
    """Slippage beyond which the board must decide."""
    stale_days: int = 35
    """How long a confirmed forecast counts: one monthly cycle and a few days' grace."""
    period_days: int = 90
    """The board's look back (met, missed) and look ahead (due): a quarter."""

    def as_parameter(self) -> dict[str, object]:
        """Return the rules as the one structure that the SQL macros take."""
        return {**asdict(self), "severity": [str(status) for status in STATUS_SEVERITY]}

    def in_words(self) -> dict[MilestoneStatus, str]:
        """Say when a milestone has each status, worst first, as in ``store/rules.sql``."""
        words = {
            MilestoneStatus.COMPLETE: "It was completed on or before its baseline date, or it has no baseline date.",
            MilestoneStatus.COMPLETE_LATE: "It was completed after its baseline date.",
            MilestoneStatus.OVERDUE: "Its forecast date (or its baseline date, if it has no forecast) has passed and "
            "it is not complete.",
            MilestoneStatus.RED: f"Its forecast is more than {self.amber_days} days after its baseline date.",
            MilestoneStatus.AMBER: f"Its forecast is {self.green_days + 1} to {self.amber_days} days after its "
            "baseline date.",
            MilestoneStatus.GREEN: f"Its forecast was confirmed within {self.stale_days} days and is up to "
            f"{self.green_days} days late.",
            MilestoneStatus.STALE: f"No forecast has been confirmed in the last {self.stale_days} days. It is never "
            "shown as Green.",
            MilestoneStatus.NOT_DATED: "No due date was published and no one has given a forecast.",
        }
        return {status: words[status] for status in STATUS_SEVERITY}


TOLERANCES = Tolerances()

OF_A_COMMITMENT = (
    "A commitment takes the worst status of its open key milestones. It is complete when all of them are complete. It "
    "is at least Amber while a supporting milestone is overdue or Red."
)
"""How a commitment's status follows from its milestones', as in ``store/rules.sql``."""
