"""What changed between two boards (``compare``), and who recorded it, when and why (``explained``)."""

from tracker.reporting.comparison.compare import compare
from tracker.reporting.comparison.explain import explained, origins
from tracker.reporting.comparison.rows import ChangeRow, Comparison, Moved, Origin
from tracker.reporting.comparison.rules import COMPARED

__all__ = ["COMPARED", "ChangeRow", "Comparison", "Moved", "Origin", "compare", "explained", "origins"]
