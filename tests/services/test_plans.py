"""Loading the plans: what becomes a change, what does not, and who has the last word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.exchange.conftest import FAULTS, Fault, PlanFolder
from tests.samples import altered, built, save
from tracker.domain.errors import PlanFaults, StoreUnusable
from tracker.domain.nouns import (
    Assessment,
    Assignment,
    BaselineRequest,
    Commitment,
    LocalAuthority,
    Milestone,
    Noun,
    Progress,
)
from tracker.domain.words import MoveReason, Precision, Reporter, RequestState, View
from tracker.services import boards, plan_removals, stores
from tracker.services.baselines import list_requests
from tracker.services.plans import NOTHING_CONFIRMED, Consent, check_plans, compare_plans, load_plans, unread
from tracker.store import proving, reading
from tracker.store.database import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.domain.ledger import Version
    from tracker.services.plans import Loaded
    from tracker.store.database import Database
    from tracker.views.board import MilestoneLine

GREEN_PAPER = dt.date(2022, 3, 29)
SINCE = dt.date(2023, 3, 2)


OWNERS_REPORT = built(
    Progress,
    id="C6-06-M1",
    reporter=Reporter.OWNER,
    forecast_on=dt.date(2023, 6, 30),
    forecast_precision=Precision.DAY,
)
BOARD_REQUEST = built(
    BaselineRequest,
    id="C6-06-M1/1",
    milestone_id="C6-06-M1",
    baseline_on=dt.date(2027, 3, 31),
    baseline_precision=Precision.DAY,
    reason=MoveReason.WORKFORCE,
    note="Ministers extended it.",
    author_id="ana",
    state=RequestState.REQUESTED,
)
REMOVE = Consent(remove=True)
CORRECT = Consent(correct_baselines="The day was copied wrongly.")


def load(db: Database, plan: PlanFolder, consent: Consent = NOTHING_CONFIRMED) -> Loaded:
    return load_plans(db, plan.plans, plan.data, actor="secretariat", consent=consent)


def rated(commitment_id: str) -> Assessment:
    return Assessment(
        id=f"{commitment_id}/owner",
        commitment_id=commitment_id,
        view=View.OWNER,
        rating="Amber",
        scale="RAG",
        rationale="It slips.",
    )


def refused(db: Database, plan: PlanFolder, consent: Consent = NOTHING_CONFIRMED) -> tuple[str, ...]:
    """The faults of a load that is refused and records nothing."""
    before = head(db)
    with pytest.raises(PlanFaults) as caught:
        load(db, plan, consent)
    assert head(db) == before
    return caught.value.faults


def newest(db: Database, kind: type[Noun], noun_id: str) -> Version:
    with db.read() as cursor:
        found = reading.latest(cursor, kind, noun_id)
    assert found
    return found


def head(db: Database) -> int:
    with db.read() as cursor:
        return reading.head(cursor).seq


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
    assert proving.verify(db).faults == ()
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
    with stores.open_store(address) as opened, pytest.raises(StoreUnusable, match="open for reading only"):
        load(opened, plan)


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


def without_the_board(plan: PlanFolder) -> None:
    """Take the last commitment out of the plan."""
    text = plan.files["promises"].read_text(encoding="utf-8")
    kept, heading, _ = text.rpartition('[[commitment]]\nid             = "C6-06"')
    assert heading
    plan.files["promises"].write_text(kept, encoding="utf-8")


def test_what_the_plan_no_longer_says_is_retracted_and_stays_in_the_history(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    without_the_board(plan)
    loaded = load(db, plan, REMOVE)
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
    assert proving.verify(db).faults == ()
    assert load(db, plan).change is None


def test_what_the_plan_says_again_is_added_again(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    without_the_board(plan)
    load(db, plan, REMOVE)
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
        "plans/chapters/promises.toml, commitment C6-06: commitment C6-06 (2022-03-29) was changed both here and in "
        "the tracker (change 2) since the last load. Make the plan agree with the tracker, or undo your edit.",
    )
    assert head(db) == 2
    assert newest(db, LocalAuthority, "202").version == 1


def test_a_confirmed_removal_takes_what_staff_edited_with_it(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, retitled(db, "The board"), on=GREEN_PAPER)
    save(db, retitled(db, "The board since"), on=SINCE)
    without_the_board(plan)
    [told] = refused(db, plan)
    assert "commitment C6-06 “The board since”" in told
    load(db, plan, REMOVE)
    assert set(titles(db)) == {"C6-01"}
    assert load(db, plan).change is None


def test_a_new_entry_of_the_plan_where_staff_recorded_another_is_a_fault(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    told = built(
        Progress,
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
    with pytest.raises(PlanFaults, match=r"progress C6-06-M1 \(2023-03-02\) was changed both here and in the tracker"):
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
    loaded = load(db, plan, REMOVE)
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


# Baselines: a plan never moves one


def milestone(db: Database, as_at: dt.date = dt.date(2024, 1, 1), known_seq: int | None = None) -> MilestoneLine:
    view = boards.view_board(db, as_at, boards.known_position(db) if known_seq is None else known_seq)
    [line] = [line for line in view.milestones if line.milestone_id == "C6-01-M1"]
    return line


def rebaseline(db: Database, day: dt.date, *, on: dt.date, action: str = "change baseline") -> None:
    """What an approved request records."""
    noun = newest(db, Milestone, "C6-01-M1").noun
    assert isinstance(noun, Milestone)
    changed = altered(noun, baseline_on=day, baseline_precision=Precision.DAY, baseline_wording=None)
    save(db, changed, on=on, action=action)


BASELINE = 'baseline    = "FY2024-25"'
RETITLED = ('title       = "The money is paid"', 'title       = "The money is all paid"')
IN_PLACE = "plans/chapters/promises.toml, commitment C6-01, milestone C6-01-M1, field"


@pytest.mark.parametrize(
    ("new", "says", "asks"),
    [
        ('baseline = "FY2025-26"', "baseline: is 2025-26, but the tracker has 2024-25.", 'C6-01-M1 "FY2025-26"'),
        ("", "baseline: is none, but the tracker has 2024-25.", 'C6-01-M1 "DATE"'),
        (
            "baseline = 2025-03-31",
            "baseline: is 31 March 2025, but the tracker has 2024-25.",
            'C6-01-M1 "2025-03-31"',
        ),
        (f'{BASELINE}\n  baseline_wording = "soon"', 'baseline_wording: is "soon", but the tracker has "none".', ""),
    ],
    ids=["moved", "removed", "of another precision", "worded otherwise"],
)
def test_a_plan_that_says_another_baseline_is_refused_and_told_how_to_ask(
    db: Database, plan: PlanFolder, new: str, says: str, asks: str
) -> None:
    load(db, plan)
    plan.edit("promises", BASELINE, new)
    plan.edit("authorities", "Camden", "Camden Town")
    [told] = refused(db, plan)
    assert told.startswith(f"{IN_PLACE} {says} A plan cannot change a baseline that is in the tracker.")
    assert asks in told
    assert "--correct-baselines" in told
    assert str(milestone(db).original_baseline) == "2024-25"


def test_a_milestone_without_a_baseline_is_not_given_one_by_a_plan(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", 'id          = "C6-06-M1"', 'id          = "C6-06-M1"\n  baseline = "2023"')
    [told] = refused(db, plan)
    assert "field baseline: is 2023, but the tracker has none." in told


def test_the_day_of_a_promise_is_not_moved_by_a_plan(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", "promised_on = 2022-03-29\n  baseline", "promised_on = 2022-04-29\n  baseline")
    [told] = refused(db, plan)
    assert told.startswith(f"{IN_PLACE} promised_on: is 29 April 2022, but the tracker has 29 March 2022.")


def test_a_milestone_comes_back_only_as_it_was(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    before = plan.files["promises"].read_text(encoding="utf-8")
    start = before.index("  [[commitment.milestone]]")
    end = before.index("  [[commitment.event]]", start)
    without = before[:start] + before[end:]
    plan.files["promises"].write_text(without, encoding="utf-8")
    load(db, plan, REMOVE)
    for old, new in (('"FY2024-25"', '"FY2026-27"'), ("promised_on = 2022-03-29", "promised_on = 2022-04-29")):
        plan.files["promises"].write_text(before.replace(old, new), encoding="utf-8")
        for consent in (NOTHING_CONFIRMED, CORRECT):
            told = refused(db, plan, consent)[0]
            assert (
                f"{IN_PLACE} id: C6-01-M1 was on the board before, promised on 2022-03-29 with the baseline 2024-25"
                in told
            )
    plan.files["promises"].write_text(before, encoding="utf-8")
    load(db, plan)
    assert str(milestone(db).original_baseline) == "2024-25"
    assert load(db, plan).change is None


def test_a_plan_may_come_to_say_the_baseline_that_was_approved(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    rebaseline(db, dt.date(2027, 3, 31), on=SINCE)
    plan.edit("promises", BASELINE, "baseline = 2027-03-31")
    assert load(db, plan).change is None
    assert str(milestone(db, GREEN_PAPER).baseline) == "2024-25"
    assert str(milestone(db).baseline) == "31 March 2027"
    assert str(milestone(db).original_baseline) == "2024-25"
    plan.edit("promises", *RETITLED)
    assert load(db, plan).change
    assert milestone(db, GREEN_PAPER).title == "The money is all paid"
    assert str(milestone(db, GREEN_PAPER).baseline) == "2024-25"


def test_a_plan_may_be_edited_elsewhere_after_its_baseline_was_corrected_in_the_tracker(
    db: Database, plan: PlanFolder
) -> None:
    load(db, plan)
    rebaseline(db, dt.date(2027, 3, 31), on=GREEN_PAPER, action="correct baseline")
    plan.edit("promises", *RETITLED)
    [difference] = load(db, plan).differences
    assert str(difference).endswith("title was The money is paid, is The money is all paid")
    assert str(milestone(db).baseline) == "31 March 2027"
    assert load(db, plan).change is None


def test_a_baseline_that_was_wrong_from_the_start_is_corrected_as_a_change_that_says_so(
    db: Database, plan: PlanFolder
) -> None:
    load(db, plan)
    plan.edit("promises", BASELINE, 'baseline = "FY2025-26"')
    plan.edit("promises", *RETITLED)
    loaded = load(db, plan, CORRECT)
    assert [(change.action, change.reason) for change in loaded.changes] == [
        ("correct baseline", "correction; The day was copied wrongly."),
        ("plan load", "1 edited"),
    ]
    assert [str(difference) for difference in loaded.differences] == [
        "milestone C6-01-M1 (2022-03-29): corrected: baseline was 2024-25, is 2025-26",
        "milestone C6-01-M1 (2022-03-29): title was The money is paid, is The money is all paid",
    ]
    assert str(milestone(db, GREEN_PAPER).baseline) == "2025-26"
    assert str(milestone(db, known_seq=1).baseline) == "2024-25"
    assert load(db, plan).change is None


def test_a_correction_leaves_the_baseline_that_was_approved_since(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    rebaseline(db, dt.date(2027, 3, 31), on=SINCE)
    plan.edit("promises", BASELINE, 'baseline = "FY2025-26"')
    loaded = load(db, plan, CORRECT)
    assert [change.action for change in loaded.changes] == ["correct baseline"]
    assert str(milestone(db, GREEN_PAPER).baseline) == "2025-26"
    assert str(milestone(db).baseline) == "31 March 2027"


def test_a_plan_that_begins_a_promise_on_the_day_of_a_decision_is_asked_whether_the_days_before_go(
    db: Database, plan: PlanFolder
) -> None:
    load(db, plan)
    rebaseline(db, dt.date(2027, 3, 31), on=SINCE)
    plan.edit("promises", "promised_on = 2022-03-29\n  baseline", f"promised_on = {SINCE}\n  baseline")
    plan.edit("promises", BASELINE, 'baseline = "FY2028-29"')
    assert "No longer in the plans: 1 record." in refused(db, plan, CORRECT)[0]
    assert str(milestone(db, GREEN_PAPER).baseline) == "2024-25"


def test_the_day_of_a_promise_can_be_corrected_unless_its_baseline_was_changed_since(
    db: Database, plan: PlanFolder
) -> None:
    load(db, plan)
    plan.edit("promises", "promised_on = 2022-03-29\n  baseline", "promised_on = 2022-04-29\n  baseline")
    loaded = load(db, plan, CORRECT)
    assert [str(difference) for difference in loaded.differences][:2] == [
        "milestone C6-01-M1 (2022-03-29): corrected",
        "milestone C6-01-M1 (2022-04-29): corrected",
    ]
    before, after = (boards.view_board(db, day, head(db)) for day in (dt.date(2022, 4, 28), dt.date(2022, 4, 29)))
    assert [line.milestone_id for line in before.milestones] == ["C6-06-M1"]
    assert [line.milestone_id for line in after.milestones] == ["C6-01-M1", "C6-06-M1"]
    assert load(db, plan).change is None
    rebaseline(db, dt.date(2027, 3, 31), on=SINCE)
    plan.edit("promises", "promised_on = 2022-04-29\n  baseline", "promised_on = 2022-05-29\n  baseline")
    [told] = refused(db, plan, CORRECT)
    assert "Its baseline was changed in the tracker, so it cannot be corrected here." in told


# Removals: nothing goes that nobody confirmed


def test_a_load_that_would_remove_lists_what_would_go_and_what_hangs_on_it(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    save(db, OWNERS_REPORT, on=SINCE)
    save(db, rated("C6-06"), on=SINCE)
    save(db, Assignment(id="ana/C6-06", user_id="ana", active=True, commitment_id="C6-06"), on=SINCE)
    save(db, Assignment(id="ben/C6-06", user_id="ben", active=True, commitment_id="C6-06"), on=GREEN_PAPER)
    save(db, Assignment(id="ben/C6-06", user_id="ben", active=False, commitment_id="C6-06"), on=SINCE)
    save(db, BOARD_REQUEST, on=SINCE)
    without_the_board(plan)
    (plan.plans / ".board.toml").write_text("hidden = 1", encoding="utf-8")
    (plan.plans / "empty.toml").write_text("# nothing\n", encoding="utf-8")
    assert refused(db, plan) == (
        "No longer in the plans: 5 records. Loading the plans would remove these from the board of every "
        "day, including past days:\n"
        "    commitment C6-06 “A National SEND Delivery Board”: 1 rating by its owner, 1 assignment\n"
        "    milestone C6-06-M1 “The board meets”: 1 baseline request, 1 report from its owner\n"
        "    assessment C6-06/evidence (2023-06-06)\n"
        "    progress C6-06-M1 (2023-06-06)\n"
        "    reference C6-06/dfe-summary (2022-03-29)\n"
        "    plans/.board.toml is not read as a plan.\n"
        "    plans/empty.toml is empty.\n"
        "    If a file was moved, renamed, hidden or emptied, put it back. To remove these records, "
        "load the plans again with --remove. The history keeps them.",
    )
    load(db, plan, REMOVE)
    plan.restore()
    load(db, plan)
    assert newest(db, Progress, "C6-06-M1").noun.id == "C6-06-M1"


def test_many_records_that_would_go_are_counted(
    db: Database, plan: PlanFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_removals, "_MOST_OTHERS", 5)
    load(db, plan)
    plan.files["promises"].write_text("", encoding="utf-8")
    rows = plan.files["funding"].read_text(encoding="utf-8").splitlines()
    plan.files["funding"].write_text(rows[0], encoding="utf-8")
    save(db, Assignment(id="ana/sv", user_id="ana", active=True, programme_id="safety-valve"), on=SINCE)
    [told] = refused(db, plan)
    assert "programme safety-valve “Safety Valve”: 1 assignment\n" in told
    assert "2 funding amounts" in told
    assert load(db, plan, REMOVE).change


def test_what_is_said_of_another_day_has_moved_and_needs_no_confirmation(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", "from     = 2023-06-06", "from     = 2023-06-07")
    loaded = load(db, plan)
    assert loaded.change
    assert loaded.change.reason == "1 added, 1 removed"


def test_files_that_are_not_read_are_told_of_and_what_editors_leave_is_not(plan: PlanFolder) -> None:
    for name in ("more.toml.txt", "README.md", ".hidden.toml", "bodies.toml~"):
        (plan.plans / name).write_text("x = 1", encoding="utf-8")
    assert unread(plan.plans) == ["plans/more.toml.txt is not read as a plan."]


# Renames


def renamed_plan(plan: PlanFolder) -> None:
    """Give the first commitment and its milestone new ids, and say which they had."""
    text = plan.files["promises"].read_text(encoding="utf-8")
    text = text.replace('"C6-01-M1"', '"C6-10-M1"\n  formerly = "C6-01-M1"')
    text = text.replace('"C6-01"', '"C6-10"\nformerly = "C6-01"')
    plan.files["promises"].write_text(text, encoding="utf-8")
    funding = plan.files["funding"].read_text(encoding="utf-8")
    plan.files["funding"].write_text(funding.replace(",C6-01,", ",C6-10,"), encoding="utf-8")


def test_a_rename_carries_along_all_that_depends_on_it_on_every_day(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    report = altered(OWNERS_REPORT, id="C6-01-M1", forecast_on=dt.date(2026, 3, 31))
    save(db, report, on=dt.date(2023, 9, 1))
    save(db, rated("C6-01"), on=SINCE)
    save(db, Assignment(id="ana/C6-01", user_id="ana", active=True, commitment_id="C6-01"), on=SINCE)
    save(db, replace(BOARD_REQUEST, id="C6-01-M1/1", milestone_id="C6-01-M1"), on=SINCE)
    rebaseline(db, dt.date(2027, 3, 31), on=dt.date(2023, 10, 1))
    before = head(db)
    renamed_plan(plan)
    loaded = load(db, plan)
    assert [change.action for change in loaded.changes] == ["rename", "plan load"]
    assert loaded.changes[0].reason == "C6-10 was C6-01; C6-10-M1 was C6-01-M1"
    assert {difference.kind for difference in loaded.differences} == {"renamed"}
    for day in (GREEN_PAPER, SINCE, dt.date(2023, 9, 2), dt.date(2024, 1, 1)):
        was, now = boards.view_board(db, day, before), boards.view_board(db, day, head(db))
        for old, new in zip(
            was.milestones, sorted(now.milestones, key=lambda line: line.milestone_id != "C6-10-M1"), strict=True
        ):
            assert (
                old.title,
                old.baseline,
                old.original_baseline,
                old.forecast,
                old.statement.narrative,
                old.status,
            ) == (
                new.title,
                new.baseline,
                new.original_baseline,
                new.forecast,
                new.statement.narrative,
                new.status,
            )
        assert [(f.amount_gbp, f.commitment_id) for f in now.funding] == [(f.amount_gbp, "C6-10") for f in was.funding]
        assert len(now.events) == len(was.events)
        assert [c.owner_status for c in now.commitments if c.commitment_id == "C6-10"] == [
            c.owner_status for c in was.commitments if c.commitment_id == "C6-01"
        ]
    assert newest(db, Assignment, "ana/C6-10").noun == Assignment(
        id="ana/C6-10", user_id="ana", active=True, commitment_id="C6-10"
    )
    [request] = [r for r in list_requests(db) if r.request_id == "C6-01-M1/1"]
    assert (request.milestone_id, str(request.before)) == ("C6-10-M1", "2024-25")
    assert proving.verify(db).faults == ()
    assert load(db, plan).change is None


def test_a_rename_that_also_moves_the_baseline_is_refused_whole(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    renamed_plan(plan)
    plan.edit("promises", BASELINE, 'baseline = "FY2028-29"')
    [told] = refused(db, plan)
    assert "field baseline: is 2028-29, but the tracker has 2024-25." in told


def test_an_id_that_went_while_another_came_is_asked_about(db: Database, plan: PlanFolder) -> None:
    load(db, plan)
    plan.edit("promises", '"C6-06"', '"C6-60"')
    plan.edit("promises", 'id          = "C6-06-M1"', 'id          = "C6-60-M1"')
    [told] = refused(db, plan)
    assert 'Is C6-60 the new id of C6-06? If so, add formerly = "C6-06" to its entry' in told
    assert 'Is C6-60-M1 the new id of C6-06-M1? If so, add formerly = "C6-06-M1" to its entry' in told
    plan.restore()
    plan.edit("promises", 'id          = "C6-06-M1"', 'id          = "C6-06-M2"')
    [told] = refused(db, plan)
    assert 'Is C6-06-M2 the new id of C6-06-M1? If so, add formerly = "C6-06-M1" to its entry' in told


def test_a_former_id_that_is_in_use_or_given_twice_is_a_fault(db: Database, plan: PlanFolder) -> None:
    plan.edit("promises", 'id          = "C6-06-M1"', 'id          = "C6-06-M1"\n  formerly = "C6-01-M1"')
    assert "field formerly: C6-01-M1 is still the id of an entry" in refused(db, plan)[0]
    plan.restore()
    for milestone_id in ("C6-01-M1", "C6-06-M1"):
        plan.edit("promises", f'id          = "{milestone_id}"', f'id          = "{milestone_id}"\n  formerly = "OLD"')
    assert "field formerly: OLD is also the former id of plans/chapters/promises.toml" in refused(db, plan)[0]


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
        before = reading.head(cursor)
    anchor = file.with_name(file.name + ".heads").read_bytes()
    plan.edit("authorities", "Camden", "Camden Town")
    plan.edit(fault.file, fault.old, fault.new)
    with pytest.raises(PlanFaults):
        load(database, plan)
    with database.read() as cursor:
        assert reading.head(cursor) == before
    assert newest(database, LocalAuthority, "202").version == 1
    assert file.with_name(file.name + ".heads").read_bytes() == anchor


def test_a_store_that_refused_many_plans_is_whole(loaded_store: tuple[Database, Path], plan: PlanFolder) -> None:
    database, _ = loaded_store
    proof = proving.verify(database)
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
