"""What was recorded, as it is read back: which versions, in which order, and what held before each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import DAY, commitment, milestone, one_of_each, organisation, progress, save
from tracker.domain import nouns
from tracker.domain.dates import day_of
from tracker.domain.ledger import Version
from tracker.domain.nouns import Progress
from tracker.domain.words import MoveReason, Precision, Role, Stance
from tracker.store import history, ledger, reading
from tracker.store.history import MOST_TOLD_APART
from tracker.views.records import HistoryFilter

if TYPE_CHECKING:
    from tracker.store.database import Database
    from tracker.views.records import RecordedLine, TrendLine

JUNE, JULY = dt.date(2023, 6, 1), dt.date(2023, 7, 1)
ONE_DAY = dt.timedelta(days=1)


def page(db: Database, known_seq: int | None = None, **fields: Any) -> history.Recorded:
    with db.read() as cursor:
        known = reading.head(cursor).seq if known_seq is None else known_seq
        return history.recorded(cursor, HistoryFilter(**fields), known)


def lines(db: Database, **fields: Any) -> tuple[RecordedLine, ...]:
    return page(db, **fields).lines


def ids(db: Database, **fields: Any) -> list[str]:
    return [line.version.noun.id for line in lines(db, **fields) if line.version]


def trend(db: Database, as_at: dt.date = dt.date(2026, 1, 1)) -> list[TrendLine]:
    with db.read() as cursor:
        return history.trend(cursor, "gp-01-m1", as_at, reading.head(cursor).seq)


def forecast(day: dt.date, **fields: Any) -> nouns.Progress:
    return progress(forecast_on=day, **fields)


# Which versions


def test_an_empty_ledger_has_no_history(db: Database) -> None:
    assert page(db) == history.Recorded((), 0)
    with db.read() as cursor:
        assert history.actors(cursor, 0) == []


def test_every_noun_has_a_history_newest_change_first_with_who_when_and_why(db: Database) -> None:
    change = save(db, *one_of_each().values(), reason="The whole plan")
    save(db, organisation("Later"))
    shown = lines(db)
    assert [line.seq for line in shown] == [2, *[1] * len(one_of_each())]
    assert {line.noun for line in shown} == set(one_of_each())
    last = shown[-1]
    assert (last.recorded_at, last.actor, last.action, last.reason, last.seal) == (
        change.recorded_at,
        "A. Tester",
        "edit",
        "The whole plan",
        change.seal,
    )
    assert (last.name, last.role, last.counts) == (None, None, {})


def test_the_history_of_a_milestone_is_its_own_its_reports_and_the_requests_to_change_its_baseline(
    db: Database,
) -> None:
    save(
        db, commitment(), milestone(), milestone(id="gp-01-m2"), progress(status="x"), one_of_each()["baseline_request"]
    )
    assert sorted(ids(db, milestone_id="gp-01-m1")) == ["gp-01-m1", "gp-01-m1", "gp-01-m1/1"]
    assert ids(db, milestone_id="gp-01-m2") == ["gp-01-m2"]
    assert ids(db, milestone_id="gp-01-m2", commitment_id="gp-01") == ["gp-01-m2"]
    assert ids(db, milestone_id="unknown") == []


def test_the_history_of_a_commitment_is_all_that_belongs_to_it_and_nothing_of_another(db: Database) -> None:
    sample = one_of_each()
    of_it = {"assessment", "assignment", "commitment", "event", "funding", "milestone", "progress", "reference"}
    given = nouns.Assignment(id="ana/gp-01", user_id="ana@example.org", active=True, commitment_id="gp-01")
    save(db, *sample.values(), given)
    save(db, commitment(id="gp-02"), milestone(id="gp-02-m1", commitment_id="gp-02"), progress(id="gp-02-m1"))
    found = {line.noun for line in lines(db, commitment_id="gp-01")}
    assert found == of_it | {"baseline_request"}
    assert ids(db, commitment_id="gp-02") == ["gp-02", "gp-02-m1", "gp-02-m1"]
    assert ids(db, commitment_id="gp-03") == []


def test_what_was_moved_to_another_commitment_stays_in_the_history_of_both(db: Database) -> None:
    reference = nouns.Reference(
        id="r", commitment_id="gp-01", source_id="green-paper", pinpoint="p. 1", stance=Stance.STATES
    )
    save(db, reference)
    save(db, nouns.Reference(**{**vars(reference), "commitment_id": "gp-02"}))
    assert ids(db, commitment_id="gp-01") == ids(db, commitment_id="gp-02") == ["r", "r"]


def test_the_history_of_a_person_is_what_they_recorded_whatever_the_case_of_their_address(db: Database) -> None:
    save(db, organisation("One"), actor="ana@example.org")
    save(db, organisation("Two"), actor="Ben")
    assert [line.seq for line in lines(db, actor="ANA@example.org")] == [1]
    assert [line.seq for line in lines(db, actor="ben")] == [2]
    assert lines(db, actor="%") == ()
    with db.read() as cursor:
        assert history.actors(cursor, 2) == ["ana@example.org", "Ben"]
        assert history.actors(cursor, 1) == ["ana@example.org"]


def test_a_registered_person_has_the_name_and_role_that_they_had_at_the_change(db: Database) -> None:
    def person(name: str, role: Role) -> nouns.User:
        return nouns.User(id="ana@example.org", name=name, role=role, active=True)

    save(db, organisation("Before"), actor="ana@example.org")
    save(db, person("Ana", Role.CONTRIBUTOR))
    save(db, organisation("As contributor"), actor="ana@example.org")
    save(db, person("Ana B", Role.APPROVER))
    save(db, organisation("As approver"), actor="ana@example.org")
    shown = {line.seq: (line.name, line.role) for line in lines(db)}
    assert (shown[1], shown[3], shown[5]) == ((None, None), ("Ana", "contributor"), ("Ana B", "approver"))


def test_the_days_of_recording_are_both_included(db: Database) -> None:
    day = save(db, organisation()).recorded_at.date()
    for first, last, count in (
        (day, day, 1),
        (day, None, 1),
        (None, day, 1),
        (day + ONE_DAY, None, 0),
        (None, day - ONE_DAY, 0),
        (dt.date.min, dt.date.max, 1),
    ):
        found = page(db, recorded_from=first, recorded_to=last)
        assert (found.total, len(found.lines)) == (count, count)


def test_what_holds_only_from_a_later_day_is_left_out(db: Database) -> None:
    save(db, progress(status="June"), on=JUNE)
    save(db, progress(status="July"), on=JULY)
    assert [line.seq for line in lines(db, as_at=JULY)] == [2, 1]
    assert [line.seq for line in lines(db, as_at=JUNE)] == [1]
    assert lines(db, as_at=JUNE - ONE_DAY) == ()


def test_what_was_recorded_later_than_is_known_is_left_out(db: Database) -> None:
    save(db, organisation("One"))
    save(db, organisation("Two"))
    assert [line.seq for line in page(db, known_seq=1).lines] == [1]


# Pages


def test_pages_follow_each_other_without_gap_or_overlap_and_the_total_is_of_all(db: Database) -> None:
    for number in range(7):
        save(db, organisation(f"Name {number}"), organisation(f"Name {number}", "other"))
    whole = lines(db, limit=None)
    assert len(whole) == 14
    paged = [page(db, limit=4, offset=offset) for offset in (0, 4, 8, 12, 16)]
    assert [line for part in paged for line in part.lines] == list(whole)
    assert {part.total for part in paged} == {14}


def test_a_change_of_very_many_versions_is_one_line_with_its_counts(db: Database) -> None:
    many = [organisation(f"Body {n}", f"b{n}") for n in range(MOST_TOLD_APART)]
    save(db, *many)
    assert page(db).total == MOST_TOLD_APART
    save(db, *many, commitment(), milestone())
    found = page(db)
    assert found.total == MOST_TOLD_APART + 1
    assert (found.lines[0].version, found.lines[0].noun, found.lines[0].before) == (None, None, None)
    assert found.lines[0].counts == {"organisation": MOST_TOLD_APART, "commitment": 1, "milestone": 1}
    assert [line.noun for line in lines(db, commitment_id="gp-01")] == ["commitment", "milestone"]
    assert [line.noun for line in lines(db, milestone_id="gp-01-m1")] == ["milestone"]


def test_the_counts_of_a_line_leave_out_what_holds_only_later(db: Database) -> None:
    many = [
        Version(noun=organisation("Body", f"b{n}"), version=1, effective_on=JUNE if n else JULY)
        for n in range(MOST_TOLD_APART + 2)
    ]
    ledger.record(db, actor="A", action="load", versions=many)
    assert lines(db, as_at=JUNE)[0].counts == {"organisation": MOST_TOLD_APART + 1}


# What held before


def before(db: Database) -> list[str | None]:
    """The status that held before each version, newest version first."""
    shown = sorted(lines(db), key=lambda line: -line.seq)
    nouns = [line.before.noun if line.before else None for line in shown]
    return [noun.statement.status if isinstance(noun, Progress) else None for noun in nouns]


def test_the_first_version_has_nothing_before_it_and_the_next_the_one_before(db: Database) -> None:
    save(db, progress(status="one"), on=JUNE)
    save(db, progress(status="two"), on=JULY)
    save(db, progress(status="three"), on=JULY + ONE_DAY)
    assert before(db) == ["two", "one", None]


def test_a_correction_of_a_day_follows_the_version_of_that_day(db: Database) -> None:
    save(db, progress(status="june"), on=JUNE)
    save(db, progress(status="july"), on=JULY)
    save(db, progress(status="june, right"), on=JUNE)
    assert before(db) == ["june", "june", None]


def test_what_is_told_late_of_an_earlier_day_follows_what_held_on_that_day(db: Database) -> None:
    save(db, progress(status="july"), on=JULY)
    save(db, progress(status="june"), on=JUNE)
    save(db, progress(status="mid june"), on=JUNE + ONE_DAY)
    assert before(db) == ["june", None, None]


def test_what_was_retracted_is_never_what_held_before(db: Database) -> None:
    save(db, progress(status="june"), on=JUNE)
    save(db, progress(status="july"), on=JULY)
    save(db, progress(status="july"), on=JULY, retracted=True)
    save(db, progress(status="august"), on=JULY + ONE_DAY)
    save(db, progress(status="july again"), on=JULY)
    assert before(db) == ["june", "june", "july", "june", None]


def test_versions_of_one_change_follow_each_other(db: Database) -> None:
    versions = [Version(noun=progress(status=f"s{n}"), version=n, effective_on=JUNE + n * ONE_DAY) for n in (1, 2, 3)]
    ledger.record(db, actor="A", action="load", versions=versions)
    shown = lines(db)
    assert [line.version.version for line in shown if line.version] == [3, 2, 1]
    assert [line.before.version if line.before else 0 for line in shown] == [2, 1, 0]


# Whether there is such a thing


def test_a_thing_is_known_from_its_day_and_its_change(db: Database) -> None:
    save(db, organisation())
    save(db, milestone(), on=JULY)
    with db.read() as cursor:

        def known(noun_id: str, known_seq: int, as_at: dt.date | None) -> bool:
            return history.was_recorded(cursor, nouns.Milestone, noun_id, known_seq, as_at)

        assert known("gp-01-m1", 2, None)
        assert known("gp-01-m1", 2, JULY)
        assert not known("gp-01-m1", 2, JUNE)
        assert not known("gp-01-m1", 1, None)
        assert not known("gp-02-m1", 2, None)


# The trend


def test_a_milestone_that_nothing_is_known_of_has_no_trend(db: Database) -> None:
    assert trend(db) == []


def test_the_trend_has_a_line_for_each_report_and_each_baseline_with_what_held_on_its_day(db: Database) -> None:
    first, second = dt.date(2024, 1, 31), dt.date(2024, 6, 30)
    save(db, milestone(), milestone(id="gp-01-m2"))
    save(db, forecast(first), forecast(first, id="gp-01-m2"), on=JUNE)
    save(db, forecast(second, reason=MoveReason.LEGISLATION), on=JULY)
    save(db, milestone(baseline_on=second, baseline_precision=Precision.DAY), on=JULY + ONE_DAY)
    shown = [(line.reported_on, day_of(line.baseline), day_of(line.forecast), line.reason) for line in trend(db)]
    original = dt.date(2023, 12, 31)
    assert shown == [
        (DAY, original, None, None),
        (JUNE, original, first, None),
        (JULY, original, second, "legislation or parliamentary time"),
        (JULY + ONE_DAY, second, second, None),
    ]
    assert [line.reported_on for line in trend(db, JUNE)] == [DAY, JUNE]


def test_the_trend_leaves_out_what_was_retracted_or_put_right(db: Database) -> None:
    save(db, milestone())
    save(db, forecast(JULY), on=JUNE)
    save(db, forecast(JULY + ONE_DAY), on=JUNE)
    save(db, forecast(JULY), on=JULY)
    save(db, forecast(JULY), on=JULY, retracted=True)
    assert [(line.reported_on, day_of(line.forecast)) for line in trend(db)] == [(DAY, None), (JUNE, JULY + ONE_DAY)]


def test_the_trend_says_its_dates_as_precisely_as_they_are_known(db: Database) -> None:
    save(db, milestone())
    save(db, progress(actual_on=JUNE), on=JULY)
    last = trend(db)[-1]
    assert (str(last.baseline), last.forecast, str(last.actual)) == ("2023", None, "1 June 2023")


@pytest.mark.parametrize("payload", ["' OR 1=1 --", '"; SELECT 1; --', "%"])
def test_what_is_asked_for_is_a_value_and_never_part_of_the_question(db: Database, payload: str) -> None:
    save(db, organisation())
    assert page(db, milestone_id=payload).total == 0
    assert page(db, commitment_id=payload).total == 0
    assert page(db, actor=payload).total == 0
