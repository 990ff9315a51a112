from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests import samples
from tests.conftest import LONG
from tests.services.conftest import OWNER, PEOPLE, add
from tracker.domain import dates
from tracker.domain.dates import PublishedDate
from tracker.domain.errors import (
    InvalidSnapshot,
    NotAllowed,
    UnknownSnapshot,
    UnknownUser,
    UnreadableDate,
)
from tracker.domain.nouns import Commitment, Funding, Milestone, Noun, Period, Source
from tracker.domain.rules import Tolerances
from tracker.domain.words import MoneyStage, PeriodState, Precision, Role, SnapshotState, SourceKind
from tracker.services import boards, history, snapshots, stores
from tracker.store import reading

if TYPE_CHECKING:
    from tracker.store.database import Address, Database
    from tracker.views.control import SnapshotLine

TAKER = PEOPLE[Role.APPROVER]
OTHER = "other@dfe.example"
DAY = dt.date(2023, 7, 1)


@pytest.fixture
def board(staffed: Database) -> Database:
    """The small plan, somebody in each role, and a second approver."""
    add(staffed, OTHER, Role.APPROVER)
    return staffed


def differs(db: Database, line: SnapshotLine) -> bool:
    return snapshots.differs(db, line, boards.known_position(db))


def take(db: Database, name: str = "summer", **options: object) -> SnapshotLine:
    snapshots.take_snapshot(db, **{"actor_id": TAKER, "name": name, "as_at": DAY, **options})  # type: ignore[arg-type]
    return snapshots.show_snapshot(db, name)


def test_a_snapshot_is_a_day_and_an_end_of_the_ledger_under_a_name(board: Database) -> None:
    known = boards.known_position(board)
    line = take(board, note="The first.")
    assert (line.as_at, line.known_seq, line.state, line.note) == (DAY, known, "draft", "The first.")
    assert (line.taken_by, line.taker, line.approved_by, line.approved_at) == (TAKER, "Approver", None, None)
    assert snapshots.open_snapshot(board, "summer") == boards.view_board(board, DAY, known)
    assert not line.standing
    with board.read() as cursor:
        change = reading.newest_change(cursor)
    assert change
    assert (change.action, change.actor, change.recorded_at) == ("take snapshot", TAKER, line.taken_at)


def test_without_a_day_a_snapshot_is_of_today_and_of_the_period_that_is_open(board: Database) -> None:
    today = dates.today()
    assert take(board, "none", as_at=None).period_id is None
    for name, state in (("past", PeriodState.CLOSED), ("present", PeriodState.OPEN)):
        period = Period(id=name, name=name, opens_on=today, closes_on=today, board_on=today, state=state)
        samples.save(board, period, on=today)
    line = take(board, "now", as_at=None, for_board=True)
    assert (line.as_at, line.period_id, line.state) == (today, "present", "for board")


def change_at_random(db: Database, chance: random.Random, number: int) -> None:
    """One change of any kind, for any day: new, said otherwise, backdated, retracted; a source, a user."""
    day = dates.GREEN_PAPER + dt.timedelta(days=chance.randrange(1_200))
    with db.read() as cursor:
        commitment = reading.latest(cursor, Commitment, chance.choice(["C6-01", "C6-06"]))
        milestone = reading.latest(cursor, Milestone, chance.choice(["C6-01-M1", "C6-06-M1"]))
    assert commitment
    assert milestone
    often, seldom = ("words", "milestone", "progress", "money", "retraction"), ("source", "user")
    match chance.choice(often * 2 + seldom):
        case "words":
            said: Noun = other(commitment.noun, title=f"Reworded {number}")
        case "milestone":
            moved = {"baseline": PublishedDate(day, Precision.DAY), "commitment_id": commitment.noun.id}
            said = other(milestone.noun, **moved)
        case "progress":
            forecast = day + dt.timedelta(days=chance.randrange(400))
            said = samples.progress(id=milestone.noun.id, forecast_on=forecast, narrative=f"Said {number}")
        case "money":
            said = Funding(
                id=f"sum-{number}",
                programme_id="safety-valve",
                stage=chance.choice(list(MoneyStage)),
                amount_gbp=Decimal(chance.randrange(10**6)),
                source_id="news",
            )
        case "source":
            said = Source(id="news", kind=SourceKind.EVIDENCE, publisher="A newspaper", title=f"Title {number}")
        case "user":
            add(db, f"person-{number}@dfe.example", Role.VIEWER)
            return
        case _:
            taken_back = chance.choice([commitment, milestone])
            samples.save(db, taken_back.noun, on=taken_back.effective_on, retracted=True)
            return
    samples.save(db, said, on=day)


def other(noun: Noun, **fields: Any) -> Noun:
    return replace(noun, **fields)


def everything(db: Database, line: SnapshotLine) -> tuple[object, ...]:
    """All that a snapshot shows, as its pages and files do."""
    view = snapshots.open_snapshot(db, line.name)
    wanted = [history.HistoryFilter(as_at=view.as_at, limit=None)]
    wanted += [history.HistoryFilter(as_at=view.as_at, commitment_id=c.commitment_id) for c in view.commitments]
    wanted += [history.HistoryFilter(as_at=view.as_at, milestone_id=m.milestone_id) for m in view.milestones]
    return (
        boards.as_json(view),
        boards.as_text(view),
        view,
        [boards.view_commitment(db, view, one.commitment_id) for one in view.commitments],
        [history.as_json(history.view_history(db, one, line.known_seq)) for one in wanted],
        history.list_actors(db, line.known_seq),
        snapshots.last_board(db, line.as_at, line.known_seq),
    )


def test_whatever_is_recorded_later_a_snapshot_shows_what_it_showed(board: Database) -> None:
    chance = random.Random(20220329)
    lines = [take(board), take(board, "today", as_at=None, rules=Tolerances(green_days=1, amber_days=2))]
    first = [everything(board, line) for line in lines]
    for number in range(200 if LONG else 60):
        change_at_random(board, chance, number)
    assert [everything(board, line) for line in lines] == first
    for line in lines:
        assert snapshots.verify_snapshot(board, line.name).faults == ()
        assert differs(board, line)


def test_what_is_recorded_of_other_days_does_not_make_the_board_of_a_day_differ(board: Database) -> None:
    line = take(board)
    samples.save(board, samples.progress(id="C6-06-M1", narrative="Later"), on=DAY + dt.timedelta(days=1))
    assert not differs(board, line)
    samples.save(board, samples.progress(id="C6-06-M1", narrative="Before"), on=DAY)
    assert differs(board, line)


@pytest.mark.parametrize("role", Role)
def test_only_an_approver_takes_approves_and_publishes(board: Database, role: Role) -> None:
    someone = PEOPLE[role]
    moves = (snapshots.submit_snapshot, snapshots.approve_snapshot, snapshots.publish_snapshot)
    if role is Role.APPROVER:
        take(board, actor_id=OTHER)
        for move, state in zip(moves, ("for board", "approved", "published"), strict=True):
            move(board, actor_id=someone, name="summer", note=f"Now {state}.")
            assert snapshots.show_snapshot(board, "summer").state == state
        line = snapshots.show_snapshot(board, "summer")
        assert (line.approved_by, line.approver, line.standing) == (TAKER, "Approver", True)
        assert line.approved_at
        assert line.published_at
        assert line.taken_at < line.approved_at < line.published_at
        assert line.note == "Now for board.\nNow approved.\nNow published."
        return
    with pytest.raises(NotAllowed, match="Ask an approver"):
        take(board, actor_id=someone)
    take(board, actor_id=OTHER)
    known = boards.known_position(board)
    for move in moves:
        with pytest.raises(NotAllowed, match="Ask an approver"):
            move(board, actor_id=someone, name="summer")
    assert boards.known_position(board) == known


def test_nobody_approves_what_they_took(board: Database) -> None:
    take(board)
    with pytest.raises(NotAllowed, match="Another approver must"):
        snapshots.approve_snapshot(board, actor_id=TAKER, name="summer")
    snapshots.approve_snapshot(board, actor_id=OTHER, name="summer")
    snapshots.publish_snapshot(board, actor_id=TAKER, name="summer")
    with pytest.raises(InvalidSnapshot, match="is published and cannot become approved"):
        snapshots.approve_snapshot(board, actor_id=OTHER, name="summer")


def withdraw(db: Database, **options: Any) -> SnapshotLine:
    snapshots.withdraw_snapshot(
        db, **{"actor_id": TAKER, "name": "summer", "reason": "It left out the returns", **options}
    )
    return snapshots.show_snapshot(db, "summer")


@pytest.mark.parametrize("steps", [(), ("submit",), ("approve",), ("approve", "publish")])
def test_a_snapshot_made_by_mistake_is_withdrawn_with_a_reason_and_can_still_be_read(
    board: Database, steps: tuple[str, ...]
) -> None:
    take(board)
    for step in steps:
        getattr(snapshots, f"{step}_snapshot")(board, actor_id=OTHER, name="summer")
    shown = boards.as_json(snapshots.open_snapshot(board, "summer"))
    line = withdraw(board)
    assert (line.state, line.withdrawn, line.standing) == ("withdrawn", True, False)
    assert (line.withdrawn_by, line.withdrawer, line.withdrawal) == (TAKER, "Approver", "It left out the returns")
    assert line.approved_by == (OTHER if "approve" in steps else None)
    told = snapshots.withdrawal(line)
    assert told == (
        f"The snapshot summer was withdrawn on {dates.in_words(dates.utc_now().date())} by Approver: "
        "It left out the returns."
    )
    assert snapshots.withdrawal(line, public=True) == told.partition(" by ")[0] + "."
    assert boards.as_json(snapshots.open_snapshot(board, "summer")) == shown
    assert snapshots.verify_snapshot(board, "summer").faults == ()
    with pytest.raises(InvalidSnapshot, match="is withdrawn and cannot become approved; that is its last state"):
        snapshots.approve_snapshot(board, actor_id=OTHER, name="summer")
    with pytest.raises(InvalidSnapshot, match="is withdrawn and cannot become withdrawn"):
        withdraw(board)


def test_whoever_approved_a_snapshot_does_not_withdraw_it_nor_anybody_without_a_reason(board: Database) -> None:
    assert snapshots.withdrawal(take(board)) == ""
    snapshots.approve_snapshot(board, actor_id=OTHER, name="summer")
    known = boards.known_position(board)
    with pytest.raises(NotAllowed, match="approved the snapshot summer, so another approver must withdraw it"):
        withdraw(board, actor_id=OTHER)
    with pytest.raises(NotAllowed, match="Ask an approver"):
        withdraw(board, actor_id=OWNER)
    with pytest.raises(InvalidSnapshot, match="Enter the reason for withdrawing summer"):
        withdraw(board, reason="  ")
    with pytest.raises(UnknownSnapshot):
        withdraw(board, name="winter")
    assert boards.known_position(board) == known
    assert withdraw(board, request_id="once").version == withdraw(board, request_id="once").version


def test_a_double_click_takes_and_approves_once(board: Database) -> None:
    change = snapshots.take_snapshot(board, actor_id=TAKER, name="summer", as_at=DAY, request_id="r1")
    assert snapshots.take_snapshot(board, actor_id=TAKER, name="summer", as_at=DAY, request_id="r1") == change
    approval = snapshots.approve_snapshot(board, actor_id=OTHER, name="summer", request_id="r2")
    assert snapshots.approve_snapshot(board, actor_id=OTHER, name="summer", request_id="r2") == approval
    assert snapshots.publish_snapshot(board, actor_id=OTHER, name="summer", request_id="r3").seq == approval.seq + 1


def test_what_cannot_be_a_snapshot_is_refused_and_nothing_recorded(board: Database) -> None:
    take(board)
    known = boards.known_position(board)
    with pytest.raises(InvalidSnapshot, match="There is already a snapshot called summer"):
        take(board)
    with pytest.raises(InvalidSnapshot, match="cannot be a snapshot's name"):
        take(board, "2023-07-01")
    with pytest.raises(UnreadableDate, match="As at: choose a date from"):
        take(board, "tomorrow", as_at=dates.today() + dt.timedelta(days=1))
    with pytest.raises(UnknownUser):
        take(board, "mine", actor_id="nobody@dfe.example")
    for ask in (snapshots.show_snapshot, snapshots.open_snapshot, snapshots.verify_snapshot):
        with pytest.raises(UnknownSnapshot, match='no snapshot called "winter"'):
            ask(board, "winter")
    with pytest.raises(UnknownSnapshot, match='no snapshot called "winter"'):
        snapshots.approve_snapshot(board, actor_id=OTHER, name="winter")
    assert boards.known_position(board) == known


def last(db: Database, as_at: dt.date, known_seq: int | None = None) -> str | None:
    found = snapshots.last_board(db, as_at, known_seq or boards.known_position(db))
    return found.snapshot.name if found else None


def test_without_periods_the_last_board_is_the_newest_approved_snapshot_of_an_earlier_day(board: Database) -> None:

    take(board, "spring", as_at=dt.date(2023, 4, 1))
    take(board, "summer")
    take(board, "summer-again")
    assert last(board, dates.today()) is None
    snapshots.approve_snapshot(board, actor_id=OTHER, name="spring")
    first = boards.known_position(board)
    snapshots.approve_snapshot(board, actor_id=OTHER, name="summer")
    snapshots.publish_snapshot(board, actor_id=OTHER, name="summer")
    assert (last(board, dates.today()), last(board, DAY), last(board, dt.date(2023, 4, 1))) == (
        "summer",
        "spring",
        None,
    )
    assert last(board, dates.today(), first) == "spring"
    found = snapshots.last_board(board, dates.today(), boards.known_position(board))
    assert found
    assert (found.met_on, found.named) == (None, "the snapshot summer of 1 July 2023")
    withdraw(board)
    assert last(board, dates.today()) == "spring"
    assert [line.name for line in snapshots.list_snapshots(board)] == ["summer-again", "summer", "spring"]


TODAY = dates.today()


def days(count: int) -> dt.date:
    return TODAY + dt.timedelta(days=count)


def period(db: Database, name: str, opens: int, closes: int, board: int, state: PeriodState = PeriodState.OPEN) -> None:
    """Keep a reporting period; its days are counted from today, and it was known from its first day."""
    noun = Period(id=name, name=name, opens_on=days(opens), closes_on=days(closes), board_on=days(board), state=state)
    samples.save(db, noun, on=days(min(opens, 0)))


def approved(db: Database, name: str, as_at: dt.date) -> None:
    take(db, name, as_at=as_at)
    snapshots.approve_snapshot(db, actor_id=OTHER, name=name)


def test_on_the_eve_of_a_meeting_the_last_board_is_the_one_before_it(board: Database) -> None:
    period(board, "autumn", -100, -90, -80, PeriodState.CLOSED)
    period(board, "winter", -10, -1, 1)
    approved(board, "at-autumn", days(-80))
    assert last(board, TODAY) == "at-autumn"
    approved(board, "at-winter", TODAY)
    found = snapshots.last_board(board, TODAY, boards.known_position(board))
    assert found
    assert (found.snapshot.name, found.met_on) == ("at-autumn", days(-80))
    assert found.named == f"the board of {dates.in_words(days(-80))} (snapshot at-autumn)"


@pytest.mark.parametrize(
    ("board_on", "of"),
    [(1, "before"), (0, "before"), (-1, "now")],
    ids=["on the eve", "on the day itself", "on the day after"],
)
def test_a_board_has_met_when_its_day_is_over(board: Database, board_on: int, of: str) -> None:
    period(board, "autumn", -70, -65, -60, PeriodState.CLOSED)
    approved(board, "before", days(-60))
    period(board, "winter", -10, -3, board_on)
    approved(board, "now", days(-2))
    assert last(board, TODAY) == of


def test_a_snapshot_is_of_the_board_whose_period_its_day_is_in_else_of_its_own_or_the_one_running(
    board: Database,
) -> None:
    period(board, "autumn", -40, -35, -30, PeriodState.CLOSED)
    period(board, "winter", -10, -3, 5)
    approved(board, "taken-late", days(-31))  # in winter's period, of autumn's board
    found = snapshots.last_board(board, TODAY, boards.known_position(board))
    assert found
    assert found.named == (
        f"the board of {dates.in_words(days(-30))} (snapshot taken-late, the position on {dates.in_words(days(-31))})"
    )
    approved(board, "month-end", days(-20))  # a position before the period began, for its board
    assert last(board, TODAY) == "taken-late"
    period(board, "winter", -10, -3, 5, PeriodState.CLOSED)
    approved(board, "after-closing", days(-15))  # when no period was open
    assert last(board, TODAY) == "taken-late"


def alter(address: Address, statement: str) -> None:
    """Alter the ledger file as somebody with the engine and no respect would."""
    with duckdb.connect(str(address.file)) as file:
        file.execute(statement)


@pytest.fixture
def closed(board: Database, address: Address) -> Address:
    """A store with a snapshot and a change after it, closed."""
    take(board)
    samples.save(board, samples.progress(id="C6-06-M1", narrative="Later"), on=dates.today(), actor="Afterwards")
    board.close()
    return address


def faults(address: Address) -> tuple[str, ...]:
    with stores.open_store(address, proven=False) as db:
        proof = snapshots.verify_snapshot(db, "summer")
        assert proof.faults or proof.conclusion
        return proof.faults


def test_a_snapshot_that_nobody_touched_proves(closed: Address) -> None:
    with stores.open_store(closed) as db:
        proof = snapshots.verify_snapshot(db, "summer")
    assert (proof.faults, proof.computable) == ((), True)
    assert proof.conclusion.endswith("The snapshot is unchanged.")
    assert f"change {proof.head.seq}, and includes change {proof.snapshot.known_seq}" in proof.conclusion


def test_an_altered_figure_is_named_by_its_change_and_by_the_board_that_differs(closed: Address) -> None:
    alter(closed, "UPDATE milestone SET title = 'Rewritten' WHERE id = 'C6-06-M1'")
    chain, board_differs = faults(closed)
    assert chain.startswith("Change 1 (plan load by secretariat")
    assert "altered" in chain
    assert board_differs.startswith("The board of the snapshot summer (as at 2023-07-01")


def test_a_change_after_the_snapshot_that_was_altered_is_named_too(closed: Address) -> None:
    alter(closed, "UPDATE progress SET narrative = 'Never' WHERE narrative = 'Later'")
    [chain] = faults(closed)
    assert "by Afterwards" in chain


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("digest", "'" + "0" * 64 + "'", "its fingerprint was 000000000000… and is now"),
        ("known_seal", "'" + "0" * 64 + "'", "with the fingerprint 000000000000…, but the record has change"),
        ("known_seq", "1", "the record has change 1 with the fingerprint"),
        ("as_at", "DATE '1999-01-01'", "cannot be shown. As at: choose a date from"),
        ("rules", "'none'", 'cannot be shown. A snapshot\'s tolerances "none"'),
    ],
)
def test_a_snapshot_that_was_altered_itself_is_named(closed: Address, field: str, value: str, told: str) -> None:
    alter(closed, f"UPDATE snapshot SET {field} = {value}")
    chain, snapshot = faults(closed)
    assert f"(take snapshot by {TAKER}" in chain
    assert told in snapshot


def test_a_digest_of_another_form_is_told_apart_from_an_altered_ledger(
    board: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(board)
    monkeypatch.setattr(snapshots, "FORMS", {2: {}})
    proof = snapshots.verify_snapshot(board, "summer")
    assert (proof.faults, proof.computable) == ((), False)
    assert "This version of the tracker does not know form 1 of its fingerprint" in proof.conclusion


def test_a_snapshot_is_told_in_the_history(board: Database) -> None:
    take(board)
    snapshots.approve_snapshot(board, actor_id=OTHER, name="summer")
    lines = history.view_history(board, history.HistoryFilter(limit=2), boards.known_position(board)).lines
    assert lines[0].what.startswith("changed the state of the snapshot summer from draft to approved")
    assert lines[1].what.startswith("added the snapshot summer")
    assert OWNER not in lines[0].who


def test_every_state_is_reached() -> None:
    assert set(SnapshotState) == {*snapshots._ACTIONS, SnapshotState.DRAFT}
