"""The demonstration store: whole, the same for the same seed, plausible in itself, and nobody's statement."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import copy_store
from tests.exchange.conftest import PlanFolder
from tests.samples import organisation, save
from tracker.demo import history, making
from tracker.demo.deeds import INVENTED
from tracker.demo.deeds import acts as numbered
from tracker.domain import dates, nouns
from tracker.domain.dates import day_of
from tracker.domain.errors import NoDemonstration, SchemaMismatch, StoreBusy, StoreUnusable
from tracker.domain.words import (
    DEMONSTRATION,
    ChangeAction,
    MoveReason,
    Outcome,
    PeriodState,
    Reporter,
    RequestState,
    Role,
    SnapshotState,
    View,
)
from tracker.exchange.plans import read_plan
from tracker.reporting.board import DISAGREE
from tracker.services import boards, comparisons, plans, snapshots, stores
from tracker.store import database, files, migrations
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain.ledger import Act
    from tracker.exchange.plans import Planned
    from tracker.store.database import Database

ROOT = Path(__file__).parents[2]
PLAN = (ROOT / "plans", ROOT / "data")
DAY = dt.date(2026, 11, 20)
BOARDS_MET = history.QUARTERS - 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Address:
    """The demonstration of the shipped plan that ends before 20 November 2026."""
    at = Address(tmp_path_factory.mktemp("demonstration") / "demonstration.duckdb")
    making.make_demonstration(at, *PLAN, day=DAY)
    return at


@pytest.fixture(scope="module")
def shown(whole: Address) -> Iterator[Database]:
    """The same, open for reading."""
    with stores.open_store(whole) as db:
        yield db


@pytest.fixture(scope="module")
def small_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Address, making.Made]:
    """The demonstration of the small sound plan, closed, for copying; and what was said when it was made."""
    folder = tmp_path_factory.mktemp("small")
    plan = PlanFolder(folder)
    at = Address(folder / "d.duckdb")
    return at, making.make_demonstration(at, plan.plans, plan.data, day=DAY)


@pytest.fixture
def small(small_once: tuple[Address, making.Made], tmp_path: Path) -> Address:
    """The same, for a test alone."""
    return copy_store(small_once[0], Address(tmp_path / "d.duckdb"))


@pytest.fixture(scope="module")
def statements() -> list[Planned]:
    return read_plan(*PLAN)


@pytest.fixture(scope="module")
def acts(statements: list[Planned]) -> list[Act]:
    return invented(statements, seed=1, day=DAY)


def invented(statements: list[Planned], *, seed: int, day: dt.date) -> list[Act]:
    periods = history.reporting_periods(day)
    return list(numbered(history.deeds(statements, seed=seed, periods=periods, day=day)))


def said(acts: list[Act], kind: type) -> list[Any]:
    return [version.noun for act in acts for version in act.versions if type(version.noun) is kind]


def test_a_demonstration_is_whole_and_holds_all_that_the_plan_says(
    whole: Address, shown: Database, acts: list[Act]
) -> None:
    proof = stores.verify_store(whole)
    assert (proof.faults, proof.demonstration) == ((), True)
    assert proof.versions == sum(len(act.versions) for act in acts) + 2 * BOARDS_MET
    assert stores.is_demonstration(shown)
    assert plans.compare_plans(shown, *PLAN) == ()


def test_the_same_plan_seed_and_day_give_the_same_seals_and_another_seed_another_history(
    small_once: tuple[Address, making.Made],
    tmp_path: Path,
    plan: PlanFolder,
    statements: list[Planned],
    acts: list[Act],
) -> None:
    again = making.make_demonstration(Address(tmp_path / "again.duckdb"), plan.plans, plan.data, day=DAY)
    assert again == small_once[1]
    assert invented(statements, seed=1, day=DAY) == acts
    assert invented(statements, seed=2, day=DAY) != acts


@given(seed=st.integers(min_value=0), day=st.dates(history.EARLIEST_DAY, DAY))
@settings(max_examples=5)
def test_whatever_the_seed_and_day_every_act_comes_after_what_it_tells_of(
    statements: list[Planned], seed: int, day: dt.date
) -> None:
    acts = invented(statements, seed=seed, day=day)
    times = [act.recorded_at for act in acts]
    assert times == sorted(set(times))
    assert times[-1].date() < day
    for act in acts:
        for version in act.versions:
            assert version.effective_on <= act.recorded_at.date(), version
            if isinstance(version.noun, nouns.Progress) and (actual := version.noun.statement.actual):
                assert actual.day <= version.effective_on


def test_no_report_contradicts_a_completion_that_was_published(acts: list[Act]) -> None:
    published: set[str] = set()
    for act in acts:
        for version in act.versions:
            noun = version.noun
            if (
                isinstance(noun, nouns.Progress)
                and noun.reporter is Reporter.PUBLISHED
                and day_of(noun.statement.actual)
            ):
                published.add(noun.id)
            elif isinstance(noun, nouns.Progress):
                assert noun.id not in published


def test_the_history_has_everything_that_a_board_must_learn_to_read(acts: list[Act]) -> None:
    periods = said(acts, nouns.Period)
    assert len({period.id for period in periods}) == history.QUARTERS
    assert sum(period.state == PeriodState.CLOSED for period in periods) == history.QUARTERS - 1

    reports = [noun for noun in said(acts, nouns.Progress) if noun.reporter is Reporter.OWNER]
    stated = [report.statement for report in reports]
    assert {bool(one.evidence_id) for one in stated if one.actual} == {True, False}
    assert {None, MoveReason.CORRECTION, MoveReason.AHEAD} < {one.reason for one in stated}
    assert all(one.reason_note for one in stated if one.reason)

    requests = said(acts, nouns.BaselineRequest)
    assert {request.state for request in requests} == set(RequestState) - {RequestState.WITHDRAWN}
    assert all(request.decided_by != request.author_id for request in requests)

    ratings = [noun for noun in said(acts, nouns.Assessment) if noun.view is View.OWNER]
    assert {bool(rating.override_reason) for rating in ratings} == {True, False}
    boards_of = {period.id: period.board_on for period in periods}
    assert all(rating.valid_until == boards_of[rating.period_id] for rating in ratings)

    people = [user.id for user in said(acts, nouns.User) if user.role is Role.CONTRIBUTOR]
    assert set(people) - {act.actor for act in acts}, "some owners are silent"
    in_conflict = {
        (noun.id, noun.period_id)
        for act in acts
        if act.actor.startswith("deputy-")
        for version in act.versions
        if isinstance(noun := version.noun, nouns.Progress)
    }
    assert in_conflict <= {(report.id, report.period_id) for report in reports}
    assert in_conflict


def test_everything_that_is_invented_says_so(acts: list[Act]) -> None:
    for user in said(acts, nouns.User):
        assert user.name.startswith("Demonstration ")
        assert user.id.endswith("@demonstration.invalid")
    for report in said(acts, nouns.Progress):
        if report.reporter is Reporter.OWNER:
            assert report.statement.narrative.startswith(INVENTED)
            note = report.statement.reason_note
            assert note is None or note.startswith(INVENTED)
    for rating in said(acts, nouns.Assessment):
        assert rating.view is View.EVIDENCE or rating.rationale.startswith(INVENTED)
    for request in said(acts, nouns.BaselineRequest):
        assert request.note.startswith(INVENTED)
        assert request.decision_note is None or request.decision_note.startswith(INVENTED)
    for source in said(acts, nouns.Source):
        assert "/evidence/" not in source.id or source.publisher == DEMONSTRATION


def test_an_owner_who_rates_better_than_the_dates_says_why_and_no_other_does(shown: Database, acts: list[Act]) -> None:
    rated = [act for act in acts if act.action == ChangeAction.RATE]
    for act in rated[:: len(rated) // 12]:
        on, known = act.recorded_at.date(), boards.known_position(shown, act.recorded_at)
        disputed = {
            line.commitment_id for line in boards.view_board(shown, on, known).exceptions if DISAGREE in line.reasons
        }
        for version in act.versions:
            assert isinstance(version.noun, nouns.Assessment)
            assert (version.noun.commitment_id in disputed) == bool(version.noun.override_reason)


def test_every_board_that_met_is_kept_and_proves_and_what_changed_since_is_told(
    shown: Database,
) -> None:
    kept = snapshots.list_snapshots(shown)
    assert len(kept) == BOARDS_MET
    for line in kept:
        assert line.state == SnapshotState.APPROVED
        assert line.approved_by not in {None, line.taken_by}
        assert line.taken_at.date() == line.as_at < DAY
        assert snapshots.verify_snapshot(shown, line.name).faults == ()
    view = boards.view_board(shown, DAY, boards.known_position(shown))
    changed = comparisons.since_approved(shown, view)
    assert changed
    assert changed.before_name == kept[0].name
    assert changed.rows


def test_nobody_reports_on_what_the_published_record_has_closed(acts: list[Act]) -> None:
    closed: set[str] = set()
    for act in acts:
        for version in act.versions:
            if isinstance(noun := version.noun, nouns.Assessment):
                if noun.view is View.OWNER:
                    assert noun.commitment_id not in closed
                elif noun.rating in {Outcome.SUPERSEDED, Outcome.NOT_PURSUED}:
                    closed.add(noun.commitment_id)
    assert closed


def test_a_demonstration_that_ends_earlier_knows_nothing_of_what_came_later(statements: list[Planned]) -> None:
    day = history.EARLIEST_DAY
    acts = invented(statements, seed=1, day=day)
    assert max(version.effective_on for act in acts for version in act.versions) < day
    assert len(said(acts, nouns.Commitment)) == len([one for one in statements if type(one.noun) is nouns.Commitment])


def test_a_demonstration_is_made_as_large_as_asked(tmp_path: Path, plan: PlanFolder) -> None:
    at = Address(tmp_path / "large.duckdb")
    size = 1_500
    assert making.make_demonstration(at, plan.plans, plan.data, day=DAY, versions=size).versions == size
    proof = stores.verify_store(at)
    assert (proof.versions, proof.faults) == (size, ())
    with stores.open_store(at) as db:
        view = boards.view_board(db, DAY, boards.known_position(db))
    added = [line for line in view.commitments if line.commitment_id.startswith("D0")]
    assert len(added) == 1
    assert all(line.title.startswith("Demonstration commitment ") for line in added)
    assert all(line.owner_status for line in added)
    assert {line.milestones for line in added} == {10}


def test_no_smaller_demonstration_is_made_than_the_plan_and_its_history(tmp_path: Path, plan: PlanFolder) -> None:
    at = Address(tmp_path / "small.duckdb")
    with pytest.raises(NoDemonstration, match=r"Ask for .* or more, or leave out --versions") as refused:
        making.make_demonstration(at, plan.plans, plan.data, day=DAY, versions=1)
    assert not at.exists()
    fewest = int(re.findall(r"Ask for ([0-9,]+) or more", str(refused.value))[0].replace(",", ""))
    with pytest.raises(NoDemonstration):
        making.make_demonstration(at, plan.plans, plan.data, day=DAY, versions=fewest - 1)
    assert making.make_demonstration(at, plan.plans, plan.data, day=DAY, versions=fewest).versions == fewest
    assert stores.verify_store(at).versions == fewest


@pytest.mark.parametrize("days", [-1, 1])
def test_a_day_without_room_for_eight_quarters_or_that_has_not_come_is_refused(tmp_path: Path, days: int) -> None:
    day = history.EARLIEST_DAY if days < 0 else dates.today()
    with pytest.raises(NoDemonstration, match="must be 8 quarters after the Green Paper, and not in the future"):
        making.make_demonstration(Address(tmp_path / "d.duckdb"), *PLAN, day=day + dt.timedelta(days=days))


# Where it is put


def test_a_demonstration_is_replaced_and_any_other_store_is_left_as_it_is(
    small: Address, small_once: tuple[Address, making.Made], tmp_path: Path, plan: PlanFolder
) -> None:
    with stores.open_store(small, writable=True) as db:
        save(db, organisation("Somebody practised"))
    assert making.make_demonstration(small, plan.plans, plan.data, day=DAY) == small_once[1]

    real = Address(tmp_path / "real.duckdb")
    stores.init_store(real)
    with pytest.raises(StoreUnusable, match="is not a demonstration store, so it was not changed"):
        making.make_demonstration(real, plan.plans, plan.data, day=DAY)
    with stores.open_store(real, writable=True) as db:
        save(db, organisation())
    before = real.file.read_bytes()
    with pytest.raises(StoreUnusable, match="is not a demonstration store"):
        making.make_demonstration(real, plan.plans, plan.data, day=DAY)
    assert real.file.read_bytes() == before


def test_a_file_that_is_no_tracker_store_is_left_as_it_is(tmp_path: Path, plan: PlanFolder) -> None:
    at = Address(tmp_path / "other.duckdb")
    database.Database.create(at).close()
    with pytest.raises(StoreUnusable, match="is not a demonstration store"):
        making.make_demonstration(at, plan.plans, plan.data, day=DAY)


def test_the_place_of_a_store_that_is_gone_is_left_free(tmp_path: Path, plan: PlanFolder) -> None:
    at = Address(tmp_path / "gone.duckdb")
    stores.init_store(at)
    with stores.open_store(at, writable=True) as db:
        save(db, organisation())
    at.file.unlink()
    with pytest.raises(StoreUnusable, match="shows that there was one"):
        making.make_demonstration(at, plan.plans, plan.data, day=DAY)
    assert not at.exists()


def test_a_demonstration_in_use_is_not_replaced(small: Address, plan: PlanFolder) -> None:
    with stores.open_store(small), pytest.raises(StoreBusy):
        making.make_demonstration(small, plan.plans, plan.data, day=DAY)
    assert stores.verify_store(small).faults == ()
    assert sorted(path.name for path in small.file.parent.glob("d.duckdb*")) == ["d.duckdb", "d.duckdb.heads"]


def test_a_demonstration_is_kept_while_it_opens_and_made_anew_when_it_does_not(
    small: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not making.is_kept(Address(tmp_path / "nothing.duckdb"))
    assert making.is_kept(small)
    known = migrations.known()
    step = migrations.Migration(len(known) + 1, "0999_more", "CREATE TABLE tracker.more (id VARCHAR PRIMARY KEY);")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "known", lambda: [*known, step])
        assert making.is_kept(small)
    small.anchor.path.unlink()
    with pytest.raises(SchemaMismatch, match="newer version"):
        making.is_kept(small)


def test_what_a_kill_left_of_a_demonstration_at_its_own_address_is_replaced(
    small_once: tuple[Address, making.Made], tmp_path: Path, plan: PlanFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older versions could leave the anchor without the store, or the store without its anchor."""
    monkeypatch.chdir(tmp_path)
    at = Address.parse(making.DEFAULT_ADDRESS)
    at.file.parent.mkdir(exist_ok=True)
    copy_store(small_once[0], at)
    for gone in (at.file, at.anchor.path):
        gone.unlink()
        assert not making.is_kept(at)
        assert making.make_demonstration(at, plan.plans, plan.data, day=DAY) == small_once[1]
        assert making.is_kept(at)


def test_a_disk_that_refuses_is_told_of(tmp_path: Path, plan: PlanFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", refused)
    with pytest.raises(StoreUnusable, match=r"cannot be put at .*: No space left on device"):
        making.make_demonstration(Address(tmp_path / "d.duckdb"), plan.plans, plan.data, day=DAY)
    assert list(tmp_path.glob("*.duckdb*")) == []
