"""What changed, applied to what was, gives what is; whatever was recorded, backdated, re-based or taken back."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.conftest import LONG
from tests.samples import altered, built
from tracker.domain.columns import parts
from tracker.domain.nouns import Assessment, Event, Funding, Owner, Programme, Source
from tracker.domain.words import MoneyStage, Movement, MoveReason, Precision, SourceKind, View
from tracker.reporting.comparison import COMPARED
from tracker.services import boards, comparisons, stores
from tracker.store.database import Address

if TYPE_CHECKING:
    from tracker.domain.nouns import Noun
    from tracker.reporting.board import BoardView
    from tracker.reporting.comparison import Comparison
    from tracker.store.database import Database

_DAYS = [dt.date(2022, 4, 1) + dt.timedelta(days=120 * number) for number in range(8)]
_day = st.sampled_from(_DAYS)
_maybe_day = st.none() | _day
_word = st.sampled_from(["one", "two", "three"])
_milestone = st.sampled_from(["gp-01-m1", "gp-01-m2", "gp-02-m1"])
_commitment = st.sampled_from(["gp-01", "gp-02"])


def _dated(kind: str, day: dt.date | None) -> dict[str, Any]:
    return {f"{kind}_on": day, f"{kind}_precision": day and Precision.DAY}


def _report(milestone_id: str, forecast: dt.date | None, actual: dt.date | None, word: str) -> Noun:
    reason = MoveReason.CORRECTION if word == "two" else MoveReason.LEGISLATION
    evidence = None if word == "one" else "news"
    return altered(
        samples.progress(id=milestone_id, narrative=word, reason=reason, evidence_id=evidence),
        **_dated("forecast", forecast),
        **_dated("actual", actual),
    )


def _view(commitment_id: str, view: View, rating: str, word: str) -> Noun:
    return Assessment(
        id=f"{commitment_id}/{view}",
        commitment_id=commitment_id,
        view=view,
        rating=rating,
        scale="scale",
        rationale=word,
        evidence_id=None if word == "one" else "news",
    )


_said = st.one_of(
    st.builds(
        lambda noun_id, word, owner, day: altered(
            samples.commitment(id=noun_id, title=word, owner_id=owner, amount_gbp=Decimal(len(word))),
            **_dated("target", day),
        ),
        _commitment,
        _word,
        st.sampled_from(["send-director", "sro"]),
        _maybe_day,
    ),
    st.builds(
        lambda noun_id, of, word, day: altered(
            samples.milestone(id=noun_id, commitment_id=of, title=word, key=word != "one"), **_dated("baseline", day)
        ),
        _milestone,
        _commitment,
        _word,
        _maybe_day,
    ),
    st.builds(_report, _milestone, _maybe_day, st.none(), _word),
    st.builds(_report, _milestone, st.none(), st.sampled_from([_DAYS[0], _DAYS[0] - dt.timedelta(days=9)]), _word),
    st.builds(_view, _commitment, st.just(View.OWNER), st.sampled_from(["Green", "Red"]), _word),
    st.builds(_view, _commitment, st.just(View.EVIDENCE), st.sampled_from(["Delivered", "Superseded"]), _word),
    st.builds(
        lambda noun_id, stage, amount, word: Funding(
            id=noun_id, programme_id="cp", stage=stage, amount_gbp=Decimal(amount), source_id="news", scope=word
        ),
        st.sampled_from(["sum-1", "sum-2"]),
        st.sampled_from(MoneyStage),
        st.integers(1, 3),
        _word,
    ),
    st.builds(
        lambda noun_id, day, word: built(
            Event,
            id=noun_id,
            happened_on=day,
            happened_precision=Precision.DAY,
            inferred=False,
            summary=word,
            evidence_id="news",
        ),
        st.sampled_from(["e-1", "e-2"]),
        _day,
        _word,
    ),
    st.builds(
        lambda owner, word: Programme(
            id="cp", name="Change", summary=word, lead_organisation_id="dfe", owner_id=owner, flagship=True
        ),
        st.sampled_from(["send-director", "sro"]),
        _word,
    ),
)


def _record(db: Database, acts: list[tuple[Noun, dt.date, bool]]) -> None:
    samples.save(
        db,
        samples.organisation(),
        Owner(id="send-director", role="Director", organisation_id="dfe"),
        Owner(id="sro", role="Senior responsible owner", organisation_id="dfe"),
        Source(id="news", kind=SourceKind.EVIDENCE, publisher="P", title="T"),
        samples.commitment(id="gp-01"),
        samples.milestone(),
    )
    for noun, day, retracted in acts:
        samples.save(db, noun, on=day, retracted=retracted)


Content = dict[tuple[str, str], dict[str, object]]
_LISTS = {
    "commitment": ("commitments", "commitment_id"),
    "milestone": ("milestones", "milestone_id"),
    "programme": ("programmes", "programme_id"),
    "funding": ("funding", "funding_id"),
    "event": ("events", "event_id"),
}


def content(view: BoardView) -> Content:
    """What of a board is compared: record and id → field → what it says."""
    return {
        (record, getattr(line, key)): {name: parts(type(line))[name].get(line) for name in COMPARED[record]}
        for record, (lines, key) in _LISTS.items()
        for line in getattr(view, lines)
    }


def applied(before: Content, comparison: Comparison) -> Content:
    """The earlier board with every row of a comparison carried out; each must find what it says was there."""
    board = {key: dict(fields) for key, fields in before.items()}
    for row in comparison.rows:
        key = (row.record, row.record_id)
        if row.kind in ADDED:
            assert key not in board
            board[key] = dict.fromkeys(COMPARED[row.record])
        for moved in row.fields:
            if moved.field in COMPARED[row.record]:
                assert board[key][moved.field] == moved.old
                assert row.kind in ADDED | REMOVED or moved.old != moved.new
                board[key][moved.field] = moved.new
        if row.kind in REMOVED:
            del board[key]
    return board


ADDED = {kind for kind in Movement if kind.name.endswith("_ADDED")}
REMOVED = {kind for kind in Movement if kind.name.endswith("_REMOVED")}
NOBODYS = {Movement.COMPUTED, Movement.MISSED}


@settings(max_examples=200 if LONG else 4)
@given(
    acts=st.lists(st.tuples(_said, _day, st.sampled_from([False] * 4 + [True])), min_size=24, max_size=30),
    places=st.lists(st.tuples(_day, st.integers(8, 31)), min_size=4, max_size=4, unique=True),
)
def test_a_comparison_applied_to_a_board_gives_the_other(
    acts: list[tuple[Noun, dt.date, bool]], places: list[tuple[dt.date, int]]
) -> None:
    address = Address(Path(tempfile.mkdtemp()) / "tracker.duckdb")
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        _record(db, acts)
        views = [boards.view_board(db, day, known) for day, known in places]
        for before, after in itertools.permutations(views, 2):
            found = comparisons.compare_boards(db, before, after)
            assert applied(content(before), found) == content(after)
            assert not comparisons.compare_boards(db, after, after).rows
            if before.as_at <= after.as_at and before.head.seq <= after.head.seq:
                unknown = [row for row in found.rows if row.recorded_at is None and row.kind not in NOBODYS]
                assert all(row.kind is Movement.RATING and row.new == "Not reported" for row in unknown)
