"""What can go wrong, each with a sentence that says what, where and what to do.

Every error a person can cause or mend is a ``TrackerError``: the command line prints it and exits 1, a page shows it.
Anything else is a defect and is left to surface as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.dates import PublishedDate


class TrackerError(Exception):
    """A fault that its reader can understand and act on; ``str()`` is the sentence to show."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field of what was given, and what to do; ``field`` is "" for what is wrong with the whole.

    ``about`` is the id of the record where a reader could take it for another; the sentence then goes on from it.
    """

    field: str
    sentence: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.about}: {self.sentence}" if self.about else self.sentence

    @property
    def beside_field(self) -> str:
        """The sentence where the reader sees what it is about."""
        return self.sentence[:1].upper() + self.sentence[1:] if self.about else self.sentence


class Invalid(TrackerError):
    """Something that cannot be so; ``faults`` is all that is wrong, and never empty."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(" ".join(map(str, faults)))


class UnstorableText(TrackerError):
    """Text that no page, file or ledger could carry unchanged."""


class UnreadableDate(TrackerError):
    """A date that does not exist, cannot be read, or could be two; ``readings`` has both, and else nothing."""

    def __init__(self, sentence: str, *, readings: Sequence[PublishedDate] = ()) -> None:
        super().__init__(sentence)
        self.readings = tuple(readings)


class StoreMissing(TrackerError):
    """There is no store at the address."""


class StoreUnusable(TrackerError):
    """The store is there but cannot be opened, read or written."""


class StoreBusy(TrackerError):
    """Another process or a long write holds the store."""


class SchemaMismatch(TrackerError):
    """The store's tables are older or newer than this version of the tracker."""


class BrokenLedger(TrackerError):
    """The ledger, or the end of it, is not what was recorded."""


class NothingToRecord(TrackerError):
    """A change that changes nothing."""


class UnknownCommitment(TrackerError):
    """No commitment has that id on that day."""


class UnknownMilestone(TrackerError):
    """No milestone has that id on that day."""


class NotAllowed(TrackerError):
    """A person may not do what they tried."""


class UnknownUser(TrackerError):
    """Nobody is registered under that address."""


class InvalidUser(Invalid):
    """A user's address, role or assignments cannot be what was given."""


class UnknownSnapshot(TrackerError):
    """No snapshot was taken under that name."""


class InvalidSnapshot(Invalid):
    """A snapshot cannot be taken so, or cannot become what was asked."""


class NoDemonstration(TrackerError):
    """A demonstration store that cannot be made as it was asked for."""


class PlanFaults(TrackerError):
    """Everything that is wrong with the plans, one sentence a fault; ``faults`` is never empty."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        heading = "1 fault in the plans" if count == 1 else f"{count} faults in the plans"
        super().__init__(f"{heading}. Nothing was loaded.\n" + "\n".join(f"  {fault}" for fault in self.faults))


class InvalidReport(Invalid):
    """A report of progress that cannot be so."""


class InvalidRating(Invalid):
    """A rating of a commitment that cannot be so."""


class UnknownRequest(TrackerError):
    """No request to change a baseline has that id."""


class InvalidRequest(Invalid):
    """A request to change a baseline, or a decision on it, that cannot be so."""


class UnknownPeriod(TrackerError):
    """No reporting period has that id, or none is open."""


class InvalidPeriod(Invalid):
    """A reporting period that cannot be so."""


class InvalidPack(Invalid):
    """A pack cannot be made so: of that marking, with those files, or in that folder."""


class ReturnRejected(TrackerError):
    """A file that is no return, or one that cannot be read safely; nothing of it was taken in."""


class StalePreview(TrackerError):
    """A return, or the ledger, is no longer what the preview was of; nothing was taken in."""


class NothingToReturn(TrackerError):
    """Nothing was given to a person that a return could be drawn of."""
