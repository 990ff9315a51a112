"""What is on every page, slide, sheet and file name of a pack: its title, its date and its marking."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain.dates import PublishedDate, moment_in_words
from tracker.domain.text import counted
from tracker.domain.words import (
    BOARD,
    COVERAGE,
    COVERAGE_NOTICE,
    DEMONSTRATION,
    DEMONSTRATION_NOTICE,
    Marking,
    Precision,
    SnapshotState,
)
from tracker.exchange import marking
from tracker.views.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.ledger import Head

LICENCE = "Open Government Licence v3.0"
LICENCE_URL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
LANGUAGE = "en-GB"


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The particulars of a pack; ``version`` is the snapshot's, ``known_at`` is its last change (UTC).

    ``left_out`` names the columns (``table.column``) that this edition leaves out, ``kept_back`` the sources from
    owners' reports that it only names, and ``opened`` those that an approver decided to publish. ``withdrawn`` says
    that the snapshot was withdrawn, and when. ``previous`` is the snapshot of the last board that met, which ``since``
    names for people.
    """

    snapshot: str
    version: int
    state: SnapshotState
    as_at: dt.date
    known_at: dt.datetime | None
    head: Head
    digest: str
    headline: str
    marking: Marking
    handling: str | None = None
    public: bool = False
    demonstration: bool = False
    left_out: tuple[str, ...] = ()
    kept_back: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    taken_by: str | None = None
    approved_by: str | None = None
    period: str | None = None
    previous: str | None = None
    since: str | None = None
    note: str | None = None
    withdrawn: str | None = None

    @property
    def title(self) -> str:
        """Name the board and its day."""
        return f"{BOARD}: position as at {self.day}"

    @property
    def day(self) -> str:
        """The day in words."""
        return str(PublishedDate(self.as_at, Precision.DAY))

    @property
    def known(self) -> str:
        """When the last change taken into account was recorded, in words."""
        return moment_in_words(self.known_at) if self.known_at else "nothing recorded"

    @property
    def marked(self) -> str:
        """The marking with its handling line, and what else must be on everything in the pack."""
        texts = [f"{self.marking} – {self.handling}" if self.handling else str(self.marking)]
        texts += ["Withdrawn"] if self.withdrawn else []
        texts += ["Public edition"] if self.public else []
        texts += [DEMONSTRATION] if self.demonstration else []
        texts.append(COVERAGE)
        return " · ".join(texts)

    @property
    def statements(self) -> tuple[str, ...]:
        """Sentences that every reader must see before the figures."""
        texts = [self.withdrawn] if self.withdrawn else []
        texts.append(COVERAGE_NOTICE)
        if self.demonstration:
            texts.append(DEMONSTRATION_NOTICE)
        if self.public:
            texts.append(
                "Public edition. It leaves out what owners and officials wrote for the board, and who they are "
                "(" + (", ".join(self.left_out) or "nothing") + ")."
            )
        if self.kept_back:
            texts.append(
                f"{counted(len(self.kept_back), 'source')} of evidence from owners cannot be read in this edition."
            )
        if self.opened:
            texts.append(f"An approver decided to publish this evidence from owners: {', '.join(self.opened)}.")
        return tuple(texts)

    @property
    def particulars(self) -> tuple[tuple[str, str], ...]:
        """What the pack is, as terms and words, for a cover."""
        pairs = (
            ("Marking", self.marked),
            ("As at", self.day),
            ("Last updated", self.known),
            ("Snapshot", f"{self.snapshot}, version {self.version}, {self.state}"),
            ("Compared with", self.since),
            ("Reporting period", self.period),
            ("Saved by", self.taken_by),
            ("Approved by", self.approved_by),
            ("Note", self.note),
            ("Record", f"change {self.head.seq}, fingerprint {self.head.seal}"),
            ("Publisher", f"{BOARD} secretariat"),
            ("Licence", f"Contains public sector information licensed under the {LICENCE}."),
        )
        return tuple((term, text) for term, text in pairs if text)

    @property
    def stamp(self) -> dt.datetime:
        """The one time that files have as their own (UTC), so that the same snapshot makes the same files."""
        stamp = self.known_at or dt.datetime.combine(self.as_at, dt.time())
        return stamp.replace(microsecond=0)

    def file_name(self, what: str, extension: str) -> str:
        """Name a file of the pack: lower case and hyphens, the day, the version and the marking."""
        edition = "_public" if self.public else ""
        parts = f"send-delivery-board_{what.replace('_', '-')}_{self.as_at}_v{self.version}_{self.marking}{edition}"
        return marking.file_name(f"{parts}.{extension}", demonstration=self.demonstration)


def with_demonstration(cover: Cover, tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables for files: demonstration data has a first column that says so in each row."""
    if not cover.demonstration:
        return tuple(tables)
    column = Column(
        name=marking.COLUMN, title="Data", description="what the data is", words=(DEMONSTRATION,), restricted=False
    )
    return tuple(
        replace(
            table,
            columns=(column, *table.columns),
            rows=tuple((DEMONSTRATION, *row) for row in table.rows),
        )
        for table in tables
    )
