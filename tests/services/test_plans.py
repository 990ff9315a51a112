"""Loading the plans: what becomes a change, what does not, and who has the last word."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from tests.exchange.conftest import FAULTS, Fault, PlanFolder
from tests.samples import save
from tracker.domain.errors import PlanFaults, StoreUnusable
from tracker.domain.nouns import Commitment, LocalAuthority, Milestone, Noun, Progress
from tracker.domain.words import Precision, Reporter
from tracker.services import boards, stores
from tracker.services.plans import check_plans, compare_plans, load_plans
from tracker.store import ledger
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.domain.ledger import Version
    from tracker.services.plans import Loaded
    from tracker.store.database import Database

GREEN_PAPER = dt.date(2022, 3, 29)
SINCE = dt.date(2023, 3, 2)


def load(db: Database, plan: PlanFolder) -> Loaded:
    return load_plans(db, plan.plans, plan.data, actor="secretariat")


def newest(db: Database, kind: type[Noun], noun_id: str) -> Version:
    with db.read() as cursor:
        found = ledger.latest(cursor, kind, noun_id)
    assert found
    return found


def head(db: Database) -> int:
    with db.read() as cursor:
        return ledger.head(cursor).seq


def retitled(db: Database, title: str) -> Commitment:
    noun = newest(db, Commitment, "C6-06").noun
    assert isinstance(noun, Commitment)
    return Commitment(**{**vars(noun), "title": title})


def titles(db: Database, known_seq: int | None = None, as_at: dt.date = dt.date(2024, 1, 1)) -> dict[str, str]:
    view = boards.view_board(db, as_at, boards.known_position(db) if known_seq is None else known_seq)
    return {line.commitment_id: line.title for line in view.commitments}


# Checking


def test_a_check_counts_what_the_plans_say(plan: PlanFolder) -> None:
    assert check_plans(plan.plans, plan.data) == {
        "source": 2,
        "organisation": 1,
        "owner": 1,
        "programme": 1,
        "commitment": 2,
        "reference": 2,
        "assessment": 2,
        "milestone": 2,
        "progress": 2,
        "event": 2,
        "localauthority": 2,
        "funding": 2,
    }


def test_a_check_of_unsound_plans_raises_their_faults(plan: PlanFolder) -> None:
    plan.edit("promises", "300_000_000", '"£7bn"')
    with pytest.raises(PlanFaults, match="amount_gbp"):
        check_plans(plan.plans, plan.data)


# First and second load


def test_the_first_load_is_one_change_that_adds_everything(db: Database, plan: PlanFolder) -> None:
    loaded = load(db, plan)
    assert loaded.change
    assert (loaded.change.seq, loaded.change.actor, loaded.change.action) == (1, "secretariat", "plan load")
    assert loaded.change.reason == "21 added"
    assert {difference.kind for difference in loaded.differences} == {"added"}
    assert len(loaded.differences) == 21
    assert ledger.verify(db).faults == ()
    assert titles(db) == {
        "C6-01": "£300 million for Safety Valve",
        "C6-06": "A National SEND Delivery Board",
    }


def test_a_second_load_records_nothing(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    loaded = load(db, plan)
    assert loaded.change is None
    assert loaded.differences == ()
    assert head(db) == 1


def test_a_load_of_the_same_plans_into_a_store_opened_again_records_nothing(
    db: Database, plan: PlanFolder, address: Address
) -> None:
    load(db, plan)
    db.close()
    with stores.open_store(address, writable=True) as again:
        assert load(again, plan).change is None


def test_entries_moved_to_another_file_and_order_are_no_difference(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", "", plan.files["bodies"].read_text(encoding="utf-8"))
    plan.files["bodies"].unlink()
    rows = plan.files["authorities"].read_text(encoding="utf-8").splitlines()
    plan.files["authorities"].write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n", encoding="utf-8")
    assert load(db, plan).change is None


def test_sums_and_texts_that_are_only_written_differently_are_no_difference(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", "300_000_000", "300000000.00")
    plan.edit("promises", '"It met."', '"  It met.  "')
    plan.edit("promises", 'target     = "FY2024-25"', 'target = " FY2024-25 "')
    assert load(db, plan).change is None


def test_a_store_opened_for_reading_takes_no_load(db: Database, plan: PlanFolder, address: Address) -> None:
    db.close()
    with stores.open_store(address) as reading, pytest.raises(StoreUnusable, match="opened for reading only"):
        load(reading, plan)


# Edits


def test_an_edited_plan_is_one_change_that_says_field_old_and_new(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", '"A National SEND Delivery Board"', '"The National Board"')
    plan.edit("promises", '"Hold partners to account."', '"Hold all partners to account."')
    plan.edit("authorities", "Camden", "Camden Town")
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.seq == 2
    assert loaded.change.reason == "2 edited"
    assert [str(difference) for difference in loaded.differences] == [
        "commitment C6-06 (2022-03-29): title was A National SEND Delivery Board, is The National Board; "
        "statement was Hold partners to account., is Hold all partners to account.",
        "local_authority 202 (2022-03-29): name was Camden, is Camden Town",
    ]
    assert titles(db)["C6-06"] == "The National Board"
    assert titles(db, known_seq=1)["C6-06"] == "A National SEND Delivery Board"
    assert load(db, plan).change is None


def test_a_field_that_is_no_longer_said_becomes_unknown(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", "amount_gbp = 300_000_000\n", "")
    [difference] = load(db, plan).differences
    assert str(difference) == "commitment C6-01 (2022-03-29): amount_gbp was 300000000.00, is None"


def test_a_promise_that_moves_to_another_day_is_removed_from_the_old_and_added_to_the_new(
    db: Database, plan: PlanFolder
) -> None:
    load(db, plan)
    plan.edit("promises", "promised_on = 2022-03-29\n  baseline", "promised_on = 2022-04-29\n  baseline")
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.reason == "1 added, 1 removed"
    assert [str(difference) for difference in loaded.differences] == [
        "milestone C6-01-M1 (2022-03-29): removed",
        "milestone C6-01-M1 (2022-04-29): added",
    ]
    before, after = (boards.view_board(db, day, 2) for day in (dt.date(2022, 4, 28), dt.date(2022, 4, 29)))
    assert [line.milestone_id for line in before.milestones] == ["C6-06-M1"]
    assert [line.milestone_id for line in after.milestones] == ["C6-01-M1", "C6-06-M1"]
    assert load(db, plan).change is None


def without_the_board(plan: PlanFolder) -> None:
    """Take the last commitment out of the plan."""
    text = plan.files["promises"].read_text(encoding="utf-8")
    kept, heading, _ = text.rpartition('[[commitment]]\nid             = "C6-06"')
    assert heading
    plan.files["promises"].write_text(kept, encoding="utf-8")


def test_what_the_plan_no_longer_says_is_retracted_and_stays_in_the_history(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    without_the_board(plan)
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.reason == "5 removed"
    assert [str(difference) for difference in loaded.differences] == [
        "assessment C6-06/evidence (2023-06-06): removed",
        "commitment C6-06 (2022-03-29): removed",
        "milestone C6-06-M1 (2022-03-29): removed",
        "progress C6-06-M1 (2023-06-06): removed",
        "reference C6-06/dfe-summary (2022-03-29): removed",
    ]
    assert set(titles(db)) == {"C6-01"}
    assert set(titles(db, known_seq=1)) == {"C6-01", "C6-06"}
    assert newest(db, Commitment, "C6-06").retracted
    assert ledger.verify(db).faults == ()
    assert load(db, plan).change is None


def test_what_the_plan_says_again_is_added_again(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    without_the_board(plan)
    load(db, plan)
    plan.restore()
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.reason == "5 added"
    assert [set(titles(db, known_seq=seq)) for seq in (1, 2, 3)] == [
        {"C6-01", "C6-06"},
        {"C6-01"},
        {"C6-01", "C6-06"},
    ]
    assert newest(db, Commitment, "C6-06").version == 3
    assert load(db, plan).change is None


# What others recorded since the last load


def test_a_staff_edit_stands_when_the_plan_was_not_edited_there(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER)
    assert load(db, plan).change is None
    plan.edit("authorities", "Camden", "Camden Town")
    loaded = load(db, plan)
    assert [difference.id for difference in loaded.differences] == ["202"]
    assert titles(db)["C6-06"] == "The board"


def test_a_staff_retraction_stands_when_the_plan_was_not_edited_there(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER, retracted=True)
    assert load(db, plan).change is None
    assert set(titles(db)) == {"C6-01"}


def test_what_staff_recorded_of_another_day_stands_and_the_plan_may_be_edited(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=SINCE)
    plan.edit("promises", '"A National SEND Delivery Board"', '"The National Board"')
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.reason == "1 edited"
    assert titles(db, as_at=SINCE - dt.timedelta(days=1))["C6-06"] == "The National Board"
    assert titles(db, as_at=SINCE)["C6-06"] == "The board"


def test_an_edit_in_the_plan_and_in_the_tracker_is_a_fault_that_names_both(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER)
    plan.edit("promises", '"A National SEND Delivery Board"', '"The National Board"')
    plan.edit("authorities", "Camden", "Camden Town")
    with pytest.raises(PlanFaults) as caught:
        load(db, plan)
    assert caught.value.faults == (
        "plans/chapters/promises.toml, commitment C6-06: commitment C6-06 (2022-03-29) was edited here, and in the "
        "tracker by change 2 since the last load; bring the plan to what the tracker holds, or take the edit back.",
    )
    assert head(db) == 2
    assert newest(db, LocalAuthority, "202").version == 1


def test_a_removal_from_the_plan_of_what_staff_edited_is_a_fault(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER)
    without_the_board(plan)
    with pytest.raises(PlanFaults) as caught:
        load(db, plan)
    assert caught.value.faults == (
        "the plans, which no longer hold it: commitment C6-06 (2022-03-29) was edited here, and in the tracker by "
        "change 2 since the last load; bring the plan to what the tracker holds, or take the edit back.",
    )


def test_a_new_entry_of_the_plan_where_staff_recorded_another_is_a_fault(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    told = Progress(
        id="C6-06-M1",
        reporter=Reporter.OWNER,
        forecast_on=dt.date(2023, 6, 30),
        forecast_precision=Precision.DAY,
    )
    save(db, told, on=SINCE)
    plan.edit(
        "promises",
        "    [[commitment.milestone.progress]]\n    actual ",
        '    [[commitment.milestone.progress]]\n    forecast = "2023"\n    from = 2023-03-02\n\n'
        "    [[commitment.milestone.progress]]\n    actual ",
    )
    with pytest.raises(PlanFaults, match=r"progress C6-06-M1 \(2023-03-02\) was edited here, and in the tracker"):
        load(db, plan)


def test_the_remedy_of_taking_the_edit_back_works(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER)
    plan.edit("promises", '"A National SEND Delivery Board"', '"The National Board"')
    with pytest.raises(PlanFaults):
        load(db, plan)
    plan.restore()
    assert load(db, plan).change is None
    assert titles(db)["C6-06"] == "The board"


def test_the_remedy_of_bringing_the_plan_to_what_the_tracker_holds_works(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER)
    plan.edit("promises", '"A National SEND Delivery Board"', '"The board"')
    agreed = load(db, plan)
    assert agreed.change
    assert agreed.change.reason == "1 agreed"
    assert [str(difference) for difference in agreed.differences] == ["commitment C6-06 (2022-03-29): agreed"]
    assert load(db, plan).change is None
    plan.edit("promises", '"The board"', '"The National Board"')
    loaded = load(db, plan)
    assert [str(difference) for difference in loaded.differences] == [
        "commitment C6-06 (2022-03-29): title was The board, is The National Board"
    ]


def test_removing_from_the_plan_what_staff_retracted_is_agreed(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "A National SEND Delivery Board"), on=GREEN_PAPER, retracted=True)
    without_the_board(plan)
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.reason == "4 removed, 1 agreed"
    assert load(db, plan).change is None
    plan.restore()
    readded = load(db, plan).change
    assert readded
    assert readded.reason == "5 added"
    assert set(titles(db)) == {"C6-01", "C6-06"}


def test_a_comparison_tells_what_a_load_would_record_and_records_nothing(address: Address, plan: PlanFolder) -> None:
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        assert len(compare_plans(db, plan.plans, plan.data)) == 21
        assert head(db) == 0
        load(db, plan)
    plan.edit("promises", '"It met."', '"It met once."')
    with stores.open_store(address) as db:
        differences = compare_plans(db, plan.plans, plan.data)
    assert [difference.kind for difference in differences] == ["edited"]
    with stores.open_store(address, writable=True) as db:
        assert load(db, plan).differences == differences
        assert compare_plans(db, plan.plans, plan.data) == ()


# Nothing is recorded when anything is at fault


@pytest.fixture(scope="module")
def loaded_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Path]]:
    """A store with the sound plan, for loads that must all be refused."""
    root = tmp_path_factory.mktemp("refused")
    sound = PlanFolder(root)
    at = Address(root / "tracker.duckdb")
    stores.init_store(at)
    with stores.open_store(at, writable=True) as database:
        load(database, sound)
        yield database, at.file


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_nothing_is_recorded_of_a_plan_with_a_fault(
    loaded_store: tuple[Database, Path], plan: PlanFolder, fault: Fault
) -> None:
    database, file = loaded_store
    with database.read() as cursor:
        before = ledger.head(cursor)
    anchor = file.with_name(file.name + ".heads").read_bytes()
    plan.edit("authorities", "Camden", "Camden Town")
    plan.edit(fault.file, fault.old, fault.new)
    with pytest.raises(PlanFaults):
        load(database, plan)
    with database.read() as cursor:
        assert ledger.head(cursor) == before
    assert newest(database, LocalAuthority, "202").version == 1
    assert file.with_name(file.name + ".heads").read_bytes() == anchor


def test_a_store_that_refused_many_plans_is_whole(loaded_store: tuple[Database, Path], plan: PlanFolder) -> None:
    database, _ = loaded_store
    proof = ledger.verify(database)
    assert (proof.changes, proof.versions, proof.faults) == (1, 21, ())


def test_a_milestone_may_pass_from_one_commitment_to_another(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    text = plan.files["promises"].read_text(encoding="utf-8")
    start, end = text.index("  [[commitment.milestone]]"), text.index("  [[commitment.event]]")
    plan.files["promises"].write_text(text[:start] + text[end:] + text[start:end], encoding="utf-8")
    loaded = load(db, plan)
    assert [str(difference) for difference in loaded.differences] == [
        "milestone C6-01-M1 (2022-03-29): commitment_id was C6-01, is C6-06"
    ]
    noun = newest(db, Milestone, "C6-01-M1").noun
    assert isinstance(noun, Milestone)
    assert noun.commitment_id == "C6-06"
