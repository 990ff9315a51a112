"""The history as people ask for it, and its export and proof."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import commitment, milestone, one_of_each, organisation, progress, save
from tests.security.payloads import PAYLOADS
from tracker.domain import dates
from tracker.domain.errors import UnknownCommitment, UnknownMilestone, UnknownPeriod
from tracker.domain.ledger import GENESIS, Head
from tracker.domain.nouns import Period
from tracker.domain.words import PeriodState
from tracker.services import boards, history, stores
from tracker.services.history import HistoryFilter, HistoryView
from tracker.store import reading

if TYPE_CHECKING:
    from tracker.store.database import Address, Database

JUNE, JULY = dt.date(2023, 6, 1), dt.date(2023, 7, 1)


@pytest.fixture
def moved(db: Database) -> Database:
    """A milestone whose forecast was given in June and moved in July."""
    save(db, commitment(), milestone(), on=dt.date(2022, 3, 29))
    save(db, progress(forecast_on=JULY), on=JUNE)
    save(db, progress(forecast_on=dt.date(2023, 8, 1)), on=JULY, actor="B. Tester", reason="Later")
    return db


def view(db: Database, known_seq: int | None = None, **fields: Any) -> HistoryView:
    return history.view_history(
        db, HistoryFilter(**fields), boards.known_position(db) if known_seq is None else known_seq
    )


def test_an_empty_ledger_has_an_empty_history_that_ends_at_change_0(db: Database) -> None:
    assert view(db) == HistoryView(head=Head(0, GENESIS), demonstration=False, lines=(), total=0, offset=0, trend=())
    assert history.list_actors(db, 0) == []


def test_a_history_tells_each_change_and_says_where_the_ledger_ends(moved: Database) -> None:
    shown = view(moved, milestone_id="gp-01-m1")
    assert [line.what.partition(" (")[0] for line in shown.lines] == [
        "moved the forecast of gp-01-m1 from 1 July 2023 to 1 August 2023",
        "added the report on gp-01-m1",
        "added the milestone gp-01-m1",
    ]
    assert shown.lines[0].why == "Later"
    with moved.read() as cursor:
        assert shown.head == reading.head(cursor)
    assert shown.lines[0].seal == shown.head.seal
    assert (shown.total, shown.more) == (3, False)


def test_a_history_is_read_a_page_at_a_time(moved: Database) -> None:
    first, second = view(moved, limit=3), view(moved, limit=3, offset=3)
    assert (len(first.lines), first.more, first.total) == (3, True, 4)
    assert (len(second.lines), second.more, second.total) == (1, False, 4)


def test_a_history_as_known_then_does_not_change(moved: Database) -> None:
    then = view(moved, 2)
    save(moved, progress(forecast_on=JULY), on=JULY)
    assert view(moved, 2) == then
    assert then.head.seq == 2
    assert history.list_actors(moved, 2) == ["A. Tester"]
    assert history.list_actors(moved, 3) == ["A. Tester", "B. Tester"]


def test_a_milestones_trend_is_up_to_the_day_that_is_shown(moved: Database) -> None:
    assert [line.reported_on for line in view(moved, milestone_id="gp-01-m1", as_at=JUNE).trend] == [
        dt.date(2022, 3, 29),
        JUNE,
    ]
    assert len(view(moved, milestone_id="gp-01-m1", as_at=JULY).trend) == 3
    assert view(moved, milestone_id="gp-01-m1").trend == ()
    assert view(moved, commitment_id="gp-01", as_at=JULY).trend == ()


def test_a_milestone_or_commitment_that_is_not_known_is_refused_with_a_sentence(moved: Database) -> None:
    with pytest.raises(UnknownMilestone) as refused:
        view(moved, milestone_id="gp-09-m1")
    assert str(refused.value) == ('There is no milestone "gp-09-m1". Choose one from the list.')
    with pytest.raises(UnknownCommitment) as unknown:
        view(moved, commitment_id="gp-01", as_at=dt.date(2022, 3, 28))
    assert str(unknown.value) == (
        'There is no commitment "gp-01" as at 28 March 2022. Choose one from the list of commitments.'
    )


# Export


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_an_export_holds_every_line_whichever_page_is_shown(moved: Database) -> None:
    text = history.export_csv(moved, HistoryFilter(limit=1, offset=2), 3)
    assert text.endswith("\r\n")
    assert text.count("\r\n") == 5
    found = rows(text)
    assert [row["change"] for row in found] == ["3", "2", "1", "1"]
    latest = view(moved).lines[0]
    assert found[0] == {
        "change": "3",
        "recorded_at_utc": latest.recorded_at.isoformat(timespec="microseconds") + "Z",
        "who": "B. Tester",
        "actor": "B. Tester",
        "action": "edit",
        "record": "progress",
        "id": "gp-01-m1",
        "version": "2",
        "holds_from": "2023-07-01",
        "what_happened": latest.what,
        "why": "Later",
        "versions": "1",
        "seal_of_change": latest.seal,
    }


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"])
def test_no_cell_of_an_export_can_be_taken_for_a_formula(db: Database, text: str) -> None:
    save(db, organisation("x", text), actor=text, action=text, reason=text)
    [row] = rows(history.export_csv(db, HistoryFilter(), 1))
    assert {row[cell] for cell in ("who", "actor", "action", "id", "why")} == {f"'{text}"}


def test_what_people_write_goes_through_an_export_unchanged(db: Database) -> None:
    for payload in PAYLOADS:
        save(db, organisation(payload, "a"), reason=f'Because {payload}, "so"')
    for row, payload in zip(rows(history.export_csv(db, HistoryFilter(), 99)), reversed(PAYLOADS), strict=True):
        assert payload in row["what_happened"]
        assert f"Because {payload}" in row["why"]


def test_the_json_has_every_changed_field_in_full_and_the_head(moved: Database) -> None:
    shown = view(moved)
    content = json.loads(history.as_json(shown))
    assert content["head"] == {"seq": 3, "hash": shown.head.seal}
    assert content["total"] == 4
    assert content["lines"][0]["fields"] == [{"field": "forecast", "from": "1 July 2023", "to": "1 August 2023"}]
    assert content["lines"][0]["sentence"] == shown.lines[0].sentence
    assert content["lines"][0]["holds_from"] == "2023-07-01"


def test_many_records_of_one_change_are_one_line_in_every_form(db: Database) -> None:
    save(db, *(organisation("B", f"b{n}") for n in range(60)))
    shown = view(db)
    content = json.loads(history.as_json(shown))
    [line] = content["lines"]
    assert (line["record"], line["holds_from"], line["fields"], line["versions"]) == (None, None, [], 60)
    assert history.as_csv(shown).startswith("\ufeff")
    [row] = rows(history.as_csv(shown))
    assert (row["record"], row["id"], row["versions"]) == ("", "", "60")
    assert "changed 60 records at once: 60 organisations" in history.as_text(shown)


def test_the_text_has_a_sentence_a_line_and_says_so_when_there_is_none(moved: Database) -> None:
    text = history.as_text(view(moved, actor="B. Tester"))
    assert text.startswith("1 change, newest first. The latest is change 3\n\n     3  On ")
    assert text.endswith("Later.\n")
    assert history.as_text(view(moved, actor="nobody")).endswith(
        "\nNo changes match. Remove a filter or choose a longer period.\n"
    )


# Proof


def test_an_open_ledger_is_proved_as_the_command_line_proves_it(moved: Database, address: Address) -> None:
    proof = history.verify_open(moved)
    assert (proof.changes, proof.versions, proof.faults) == (3, 4, ())
    with moved.read() as cursor:
        assert proof.head == reading.head(cursor)
    moved.close()
    assert stores.verify_store(address) == proof


def test_an_altered_version_is_found(moved: Database) -> None:
    with moved.exclusive(), moved.transaction() as cursor:
        cursor.execute("UPDATE tracker.progress SET narrative = 'altered' WHERE version = 1")
    [fault] = history.verify_open(moved).faults
    assert fault.startswith("Change 2 (edit by A. Tester")


# A reporting period


def period(opens: int, closes: int, period_id: str = "q") -> Period:
    first, last = (dates.today() + dt.timedelta(days=days) for days in (opens, closes))
    return Period(id=period_id, name="Quarter", opens_on=first, closes_on=last, board_on=last, state=PeriodState.CLOSED)


def told_of(db: Database, period_id: str = "q", **fields: Any) -> list[int]:
    """The changes that the history of a period tells, oldest first."""
    return sorted({line.seq for line in view(db, period_id=period_id, **fields).lines})


def test_the_history_of_a_period_is_what_was_recorded_from_its_opening_to_its_closing_day(moved: Database) -> None:
    save(moved, period(-1, 1))
    assert told_of(moved) == [1, 2, 3, 4]
    assert told_of(moved, milestone_id="gp-01-m1") == [1, 2, 3]
    save(moved, period(1, 2), actor="secretariat")  # its days were put right: nothing was recorded in them yet
    assert told_of(moved) == [4, 5]
    assert told_of(moved, known_seq=4) == [1, 2, 3, 4]  # as known before


def test_what_belongs_to_a_period_is_its_history_whenever_it_was_recorded(moved: Database) -> None:
    save(moved, period(-20, -10), period(-40, -30, "other"))
    late = save(moved, progress(forecast_on=JULY, period_id="q"), on=JULY)
    rated = save(moved, one_of_each()["assessment"])  # of a period of its own
    assert told_of(moved) == [4, late.seq]
    assert told_of(moved, "other") == [4]
    assert rated.seq not in told_of(moved)


def test_a_period_that_is_not_there_is_refused(moved: Database) -> None:
    with pytest.raises(UnknownPeriod, match='There is no reporting period "q"'):
        view(moved, period_id="q")
    save(moved, period(-1, 1), on=JULY)
    with pytest.raises(UnknownPeriod, match='There is no reporting period "q" as at 1 June 2023'):
        view(moved, period_id="q", as_at=JUNE)
