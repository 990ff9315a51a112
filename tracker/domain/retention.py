"""Which backups are kept, and which may be removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterable


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Of so many days, weeks (from Monday) and months in which backups were made, the newest backup of each is kept."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0


def kept(made: Iterable[dt.datetime], rule: Retention) -> set[dt.datetime]:
    """Return which of the instants at which backups were made (UTC) a rule keeps: the newest of all whatever it says.

    Only periods in which a backup was made count, so that a pause in making them loses nothing.
    """
    newest_first = sorted(set(made), reverse=True)
    keep = set(newest_first[:1])
    for count, period in ((rule.daily, _day), (rule.weekly, _week), (rule.monthly, _month)):
        newest_of: dict[Hashable, dt.datetime] = {}
        for instant in newest_first:
            newest_of.setdefault(period(instant), instant)
        keep.update(list(newest_of.values())[:count])
    return keep


def _day(instant: dt.datetime) -> Hashable:
    return instant.date()


def _week(instant: dt.datetime) -> Hashable:
    return instant.isocalendar()[:2]


def _month(instant: dt.datetime) -> Hashable:
    return (instant.year, instant.month)
