"""The colour and shape next to the word of a status, the same on a page and in a report."""

from __future__ import annotations

from tracker.domain.words import NOT_REPORTED, MilestoneStatus, Outcome

LOOKS: dict[str, tuple[str, str]] = {
    MilestoneStatus.COMPLETE: ("green", "✓"),
    MilestoneStatus.COMPLETE_LATE: ("green", "✓"),
    MilestoneStatus.OVERDUE: ("red", "▲"),
    MilestoneStatus.RED: ("red", "■"),
    MilestoneStatus.AMBER: ("amber", "◆"),
    MilestoneStatus.GREEN: ("green", "●"),
    MilestoneStatus.STALE: ("grey", "◌"),
    MilestoneStatus.NOT_DATED: ("grey", "–"),
    NOT_REPORTED: ("grey", "○"),
    Outcome.NOT_STARTED: ("grey", "○"),
    Outcome.IN_PROGRESS: ("blue", "▸"),
    Outcome.DELIVERED: ("green", "✓"),
    Outcome.DELIVERED_LATE: ("green", "✓"),
    Outcome.DELIVERED_DIFFERENTLY: ("green", "≈"),
    Outcome.ONGOING_DUTY: ("blue", "∞"),
    Outcome.SUPERSEDED: ("amber", "↷"),
    Outcome.NOT_PURSUED: ("red", "✕"),
    Outcome.NOT_MEASURABLE: ("grey", "≁"),
    Outcome.UNKNOWN: ("grey", "?"),
}
"""Word → colour and shape: the colour is never alone."""
