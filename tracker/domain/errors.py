"""What can go wrong, with a sentence that says what, where and what to do.

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
    """What is wrong with a field, and what to do; ``field`` is "" for a fault of the whole.

    ``about`` is the id of the record if the reader needs it; the sentence then continues from it.
    """

    field: str
    sentence: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.about}: {self.sentence}" if self.about else self.sentence

    @property
    def beside_field(self) -> str:
        """The sentence for beside the field, without the id."""
        return self.sentence[:1].upper() + self.sentence[1:] if self.about else self.sentence


class Invalid(TrackerError):
    """Something invalid; ``faults`` has every fault, and is never empty."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(" ".join(map(str, faults)))


class UnstorableText(TrackerError):
    """Text that no page, file or ledger could carry unchanged."""


class UnreadableDate(TrackerError):
    """A date that does not exist, cannot be read, or could be two; ``readings`` then has both."""

    def __init__(self, sentence: str, *, readings: Sequence[PublishedDate] = ()) -> None:
        super().__init__(sentence)
        self.readings = tuple(readings)


class StoreMissing(TrackerError):
    """There is no store at the address."""


class StoreUnusable(TrackerError):
    """The store is there but cannot be opened, read or written."""


class StoreBusy(TrackerError):
    """Another process, or a long write, is using the store."""


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
    """No one is registered under that address."""


class InvalidUser(Invalid):
    """A user's address, role or assignments cannot be what was given."""


class UnknownSnapshot(TrackerError):
    """No snapshot has that name."""


class InvalidSnapshot(Invalid):
    """A snapshot that cannot be saved, or a state that it cannot have."""


class NoDemonstration(TrackerError):
    """A demonstration store that cannot be made."""


class PlanFaults(TrackerError):
    """Every fault in the plans, one sentence each; ``faults`` is never empty."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        heading = "1 fault in the plans" if count == 1 else f"{count} faults in the plans"
        super().__init__(f"{heading}. Nothing was loaded.\n" + "\n".join(f"  {fault}" for fault in self.faults))


class InvalidReport(Invalid):
    """An invalid report of progress."""


class InvalidRating(Invalid):
    """An invalid rating of a commitment."""


class UnknownRequest(TrackerError):
    """No baseline request has that id."""


class InvalidRequest(Invalid):
    """An invalid baseline request, or an invalid decision on one."""


class UnknownPeriod(TrackerError):
    """No reporting period has that id, or none is open."""


class InvalidPeriod(Invalid):
    """An invalid reporting period."""


class InvalidPack(Invalid):
    """A pack that cannot be made: with that marking, those formats, or in that folder."""


class ReturnRejected(TrackerError):
    """A file that is not a return, or cannot be read safely; nothing was saved."""


class StalePreview(TrackerError):
    """A return, or the ledger, has changed since the preview; nothing was saved."""


class NothingToReturn(TrackerError):
    """No milestones are assigned to a person, so there is no return to download."""
