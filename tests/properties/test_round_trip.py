"""Text that goes into the ledger comes out of it the same, and is sealed the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tests.samples import commitment, save
from tracker.domain.text import clean
from tracker.store import proving, reading

if TYPE_CHECKING:
    from tracker.store.database import Database

_WRITTEN = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r'\"\\;=+-@£–…"))


@settings(max_examples=5_000 if LONG else 30)
@given(title=_WRITTEN, note=st.none() | _WRITTEN, reason=_WRITTEN, noun_id=_WRITTEN)
def test_any_text_comes_back_as_it_was_cleaned_and_the_ledger_verifies(
    title: str, note: str | None, reason: str, noun_id: str, db: Database
) -> None:
    assume(noun_id.strip() and title.strip())
    said = commitment(id=noun_id, title=title, note=note)
    change = save(db, said, reason=reason)
    with db.read() as cursor:
        newest = reading.latest(cursor, type(said), said.id)
        recorded = reading.newest_change(cursor)
    assert newest
    assert newest.noun == said
    assert newest.noun.note == (clean(note, where="x") or None if note else None)
    assert recorded == change
    assert proving.verify(db).faults == ()
