"""Random people do random things to a real store; a model in plain Python says what must come of it."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.conftest import LONG
from tests.samples import commitment, held, organisation, progress
from tracker.domain.errors import NothingToRecord
from tracker.domain.ledger import StaleEdit, Version
from tracker.domain.nouns import Commitment, Noun, Organisation, Progress
from tracker.services import stores
from tracker.store import carrying, ledger, proving, reading, sealing
from tracker.store.database import Address
from tracker.store.registry import table_of, to_row

_NOUNS: tuple[type[Noun], ...] = (Organisation, Commitment, Progress)
_IDS = ("a", "b")
_DAYS = [dt.date(2023, month, 1) for month in (1, 2, 3, 4)]
_KINDS = st.tuples(st.sampled_from(_NOUNS), st.sampled_from(_IDS))
_SAID = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)


class Stopped(BaseException):
    """What ends a page's script in the middle of a save."""


def noun_saying(kind: type[Noun], noun_id: str, said: str) -> Noun:
    """A noun of a kind that carries a text."""
    if kind is Organisation:
        return organisation(said, noun_id)
    if kind is Commitment:
        return commitment(id=noun_id, title=said)
    return progress(id=noun_id, narrative=said)


@dataclass
class Model:
    """The ledger as a list of versions in the order in which they were recorded, and as-at written out plainly."""

    recorded: list[Version] = field(default_factory=list)
    changes: int = 0
    requests: dict[str, int] = field(default_factory=dict)

    def next_number(self, kind: type[Noun], noun_id: str) -> int:
        return 1 + sum(type(v.noun) is kind and v.noun.id == noun_id for v in self.recorded)

    def newest(self, kind: type[Noun], noun_id: str) -> Version | None:
        mine = [v for v in self.recorded if type(v.noun) is kind and v.noun.id == noun_id]
        return mine[-1] if mine else None

    def as_at(self, kind: type[Noun], day: dt.date, known_seq: int) -> dict[str, Version]:
        """Of each id: the newest day up to ``day`` whose newest version known stands."""
        said: dict[str, dict[dt.date, Version]] = {}
        for version in self.recorded:
            if type(version.noun) is kind and version.effective_on <= day and version.change_seq <= known_seq:
                said.setdefault(version.noun.id, {})[version.effective_on] = version
        answer = {}
        for noun_id, by_day in said.items():
            standing = [version for version in by_day.values() if not version.retracted]
            if standing:
                answer[noun_id] = max(standing, key=lambda version: version.effective_on)
        return answer


class LedgerMachine(RuleBasedStateMachine):
    """Saves, backdated saves, retractions, stale saves, double clicks, interruptions, reopenings; in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-machine-"))
        self.address = Address(self.folder / "tracker.duckdb")
        self.model = Model()
        self.remembered: dict[tuple[type[Noun], dt.date, int], list[dict[str, object]]] = {}
        self.lives = 0

    @initialize()
    def make(self) -> None:
        stores.init_store(self.address)
        self.db = stores.open_store(self.address, writable=True)

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.reload_elsewhere()
            self.db.close()
        shutil.rmtree(self.folder)

    def record(self, *versions: Version, request_id: str | None = None) -> None:
        change = ledger.record(
            self.db, actor="A", action="edit", versions=versions, reason="because", request_id=request_id
        )
        assert change.seq == self.model.changes + 1
        self.model.changes = change.seq
        self.model.recorded += [
            Version(
                noun=version.noun,
                version=version.version,
                effective_on=version.effective_on,
                retracted=version.retracted,
                change_seq=change.seq,
            )
            for version in versions
        ]

    def next_version(
        self, what: tuple[type[Noun], str], said: str, day: dt.date, *, retracted: bool = False
    ) -> Version:
        return Version(
            noun=noun_saying(*what, said),
            version=self.model.next_number(*what),
            effective_on=day,
            retracted=retracted,
        )

    @rule(what=_KINDS, said=_SAID, day=st.sampled_from(_DAYS))
    def save(self, what: tuple[type[Noun], str], said: str, day: dt.date) -> None:
        """Later, earlier (backdated) or the same day (a correction): all are one thing."""
        self.record(self.next_version(what, said, day))

    @rule(said=_SAID, day=st.sampled_from(_DAYS), kinds=st.sets(_KINDS, min_size=2, max_size=4))
    def save_many(self, said: str, day: dt.date, kinds: set[tuple[type[Noun], str]]) -> None:
        self.record(*(self.next_version(what, said, day) for what in sorted(kinds, key=str)))

    @rule(what=_KINDS, day=st.sampled_from(_DAYS))
    def retract(self, what: tuple[type[Noun], str], day: dt.date) -> None:
        self.record(self.next_version(what, "said in error", day, retracted=True))

    @rule(what=_KINDS, said=_SAID, back=st.integers(-2, 2).filter(bool))
    def save_against_another_version(self, what: tuple[type[Noun], str], said: str, back: int) -> None:
        yours = Version(
            noun=noun_saying(*what, said), version=self.model.next_number(*what) + back, effective_on=_DAYS[0]
        )
        with pytest.raises(StaleEdit) as refused:
            ledger.record(self.db, actor="B", action="edit", versions=[yours])
        assert refused.value.yours == yours
        assert refused.value.theirs == self.model.newest(*what)

    @rule(what=_KINDS, said=_SAID, request=st.sampled_from("xyz"))
    def click_twice(self, what: tuple[type[Noun], str], said: str, request: str) -> None:
        version = self.next_version(what, said, _DAYS[0])
        if request in self.model.requests:
            again = ledger.record(self.db, actor="A", action="edit", versions=[version], request_id=request)
            assert again.seq == self.model.requests[request]
        else:
            self.record(version, request_id=request)
            self.model.requests[request] = self.model.changes

    @rule(what=_KINDS, said=_SAID)
    def stop_in_the_middle(self, what: tuple[type[Noun], str], said: str) -> None:
        insert = sealing.insert

        def insert_and_stop(*arguments: object) -> None:
            insert(*arguments)  # type: ignore[arg-type]
            raise Stopped

        version = self.next_version(what, said, _DAYS[0])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sealing, "insert", insert_and_stop)
            with pytest.raises(Stopped):
                ledger.record(self.db, actor="A", action="edit", versions=[version])

    @rule()
    def save_nothing(self) -> None:
        with pytest.raises(NothingToRecord):
            ledger.record(self.db, actor="A", action="edit", versions=[])

    @precondition(lambda self: self.lives < 4)
    @rule()
    def reopen(self) -> None:
        self.lives += 1
        self.db.close()
        self.db = stores.open_store(self.address, writable=True)

    @rule()
    def checkpoint(self) -> None:
        self.db.checkpoint()

    @rule(kind=st.sampled_from(_NOUNS), day=st.sampled_from(_DAYS))
    def remember(self, kind: type[Noun], day: dt.date) -> None:
        """Keep what was answered; whatever comes, the same question must be answered the same."""
        place = (kind, day, self.model.changes)
        self.remembered.setdefault(place, held(self.db, table_of(kind), day, self.model.changes))

    @rule(kind=st.sampled_from(_NOUNS), day=st.sampled_from(_DAYS), known=st.integers(0, 60))
    def ask(self, kind: type[Noun], day: dt.date, known: int) -> None:
        rows = held(self.db, table_of(kind), day, known)
        expected = self.model.as_at(kind, day, known)
        assert [tuple(row.values()) for row in rows] == [to_row(expected[noun_id]) for noun_id in sorted(expected)]

    @invariant()
    def it_verifies_and_holds_what_the_model_holds(self) -> None:
        proof = proving.verify(self.db)
        assert (proof.faults, proof.changes, proof.versions) == ((), self.model.changes, len(self.model.recorded))
        with self.db.read() as cursor:
            for kind in _NOUNS:
                for noun_id in _IDS:
                    assert reading.versions(cursor, kind, noun_id) == [
                        v for v in self.model.recorded if type(v.noun) is kind and v.noun.id == noun_id
                    ]

    @invariant()
    def what_was_answered_once_is_answered_for_ever(self) -> None:
        for (kind, day, known), answer in list(self.remembered.items())[-4:]:
            assert held(self.db, table_of(kind), day, known) == answer

    def reload_elsewhere(self) -> None:
        """At the end: the ledger carried to another store is the same ledger."""
        lines = list(carrying.export(self.db))
        elsewhere = Address(self.folder / "elsewhere.duckdb")
        stores.init_store(elsewhere)
        with stores.open_store(elsewhere, writable=True) as other, self.db.read() as cursor:
            assert carrying.reload(other, lines) == reading.head(cursor)
            assert list(carrying.export(other)) == lines
            assert proving.verify(other) == proving.verify(self.db)
            for kind in _NOUNS:
                for day in _DAYS:
                    assert held(other, table_of(kind), day) == held(self.db, table_of(kind), day)


LedgerMachine.TestCase.settings = settings(
    max_examples=2_000 if LONG else 6,
    stateful_step_count=50 if LONG else 25,
)
TestLedgerMachine = LedgerMachine.TestCase
