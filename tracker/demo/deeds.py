"""Changes of an invented history before they are numbered: who, when, what and by which chance."""

from __future__ import annotations

import calendar
import datetime as dt
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.ledger import Act, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.domain.nouns import Noun


SOURCE = "demonstration"
SECRETARIAT = "secretariat@demonstration.invalid"
DEPUTY_SECRETARIAT = "deputy-secretariat@demonstration.invalid"
INVENTED = "Invented for training:"


@dataclass(frozen=True)
class Deed:
    """Something that a person does at an instant: records to be numbered once every deed is in its place.

    ``said`` may be a function that is called when all deeds before it are recorded.
    """

    at: dt.datetime
    actor: str
    action: str
    said: Sequence[tuple[Noun, dt.date]] | Callable[[], Sequence[tuple[Noun, dt.date]]]
    reason: str | None = None

    @property
    def records(self) -> int:
        """How many records it makes; a function makes one."""
        return 1 if callable(self.said) else len(self.said)


def acts(deeds: Iterable[Deed]) -> Iterator[Act]:
    """Number the records of deeds that come in order of time, and keep any two of them apart by a second at least."""
    numbers: dict[tuple[type[Noun], str], int] = defaultdict(int)
    at = None
    for deed in deeds:
        at = max(deed.at, at + dt.timedelta(seconds=1)) if at else deed.at
        versions = []
        for noun, on in deed.said() if callable(deed.said) else deed.said:
            numbers[type(noun), noun.id] += 1
            versions.append(Version(noun=noun, version=numbers[type(noun), noun.id], effective_on=on))
        yield Act(recorded_at=at, actor=deed.actor, action=deed.action, reason=deed.reason, versions=versions)


def records(versions: Iterable[Version]) -> list[tuple[Noun, dt.date]]:
    """Return what a service would record, to be numbered once the deed is in its place."""
    return [(version.noun, version.effective_on) for version in versions]


def drawn(seed: int, what: str) -> random.Random:
    """Return the chances of one part of the history, which do not depend on any other part."""
    return random.Random(f"{seed}/{what}")  # noqa: S311  nothing here is a secret


def likely(chance: random.Random, share: float) -> bool:
    """Return whether something happens that happens in such a share (0 to 1) of cases."""
    return chance.random() < share


def instant(day: dt.date, hour: int, chance: random.Random | None = None) -> dt.datetime:
    """An instant in an hour (UTC) of a day, or of the Monday after it when that is at a weekend."""
    if day.weekday() > calendar.FRIDAY:
        day += dt.timedelta(days=7 - day.weekday())
    seconds = chance.randrange(3600) if chance else 0
    return dt.datetime.combine(day, dt.time(hour)) + dt.timedelta(seconds=seconds)
