"""Which backups are kept, and which may be deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Hashable, Iterable


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How many days, weeks (from Monday) and months with backups to keep: the newest backup of each is kept."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0


def kept(made: Iterable[dt.datetime], rule: Retention) -> set[dt.datetime]:
    """Return which backups a rule keeps, by the instants (UTC) they were made; always the newest of all.

    Only days, weeks and months with a backup count, so that a pause loses nothing.
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
