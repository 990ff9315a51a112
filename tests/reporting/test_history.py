"""The history in sentences: what each says, and that every field of every noun can be said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.samples import DAY, altered, built, commitment, instant, milestone, one_of_each, organisation, progress
from tests.security.payloads import PAYLOADS
from tracker.domain import nouns
from tracker.domain.columns import parts
from tracker.domain.fields import FIELDS
from tracker.domain.ledger import GENESIS, Head, Version
from tracker.domain.words import ChangeAction, MoneyStage, MoveReason, Precision, RequestState, Role, View
from tracker.reporting.charts import milestone_trend
from tracker.reporting.history import HistoryView, told
from tracker.store.registry import NOUNS, table_of
from tracker.views.records import RecordedLine, TrendLine

if TYPE_CHECKING:
    from tracker.domain.nouns import Noun

MARCH = dt.date(2026, 3, 2)


def recorded(new: Noun | None, old: Noun | None = None, *, on: dt.date = MARCH, **of: Any) -> RecordedLine:
    """A version that was recorded on 2 March 2026 at 10:15 UTC by Ana, and what held before it."""
    values: dict[str, Any] = {
        "seq": 12,
        "recorded_at": instant("2026-03-02T10:15:00"),
        "actor": "ana@example.org",
        "name": "Ana",
        "role": "contributor",
        "action": "report progress",
        "reason": None,
        "seal": GENESIS,
        "noun": table_of(type(new)) if new else None,
        "version": Version(noun=new, version=2, effective_on=on, retracted=of.pop("retracted", False)) if new else None,
        "before": Version(noun=old, version=1, effective_on=DAY) if old else None,
        "counts": {},
    }
    return RecordedLine(**{**values, **of})


def what(new: Noun, old: Noun | None = None, **of: Any) -> str:
    return told(recorded(new, old, **of)).what


def forecast(day: str, **of: Any) -> nouns.Progress:
    return progress(id="C2-01-M4", forecast_on=dt.date.fromisoformat(day), **of)


# Words


def test_every_field_of_every_noun_has_its_words() -> None:
    for table, noun in NOUNS.items():
        assert set(FIELDS[table]) >= set(parts(noun)) - {"id"}


def test_the_words_of_a_noun_do_not_say_two_things_at_once() -> None:
    for table, noun in NOUNS.items():
        labels = [FIELDS[table][name].label for name in parts(noun) if name != "id"]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("table", sorted(NOUNS))
def test_every_noun_can_be_added_changed_and_retracted_in_a_sentence(table: str) -> None:
    noun = one_of_each().get(table)
    if noun is None:  # a noun that the samples do not have yet
        pytest.skip(table)
    added, retracted = told(recorded(noun)), told(recorded(noun, noun, retracted=True))
    assert added.what.startswith("added the ")
    assert retracted.what.startswith("removed the ")
    assert retracted.what.endswith(" for 2 March 2026")
    assert retracted.changes == ()
    for name, part in parts(type(noun)).items():
        if name == "id" or part.get(noun) is None:
            continue
        line = told(recorded(noun, replace_anyhow(noun, part.path)))
        assert line.what
        assert len(line.changes) == 1


def replace_anyhow(noun: Any, path: str) -> Any:
    """A record that says nothing in a field, as no whole record could."""
    outer, _, inner = path.partition(".")
    changed = replace(noun)
    object.__setattr__(changed, outer, replace_anyhow(getattr(noun, outer), inner) if inner else None)
    return changed


# Whole sentences


def test_a_moved_date_is_told_with_who_when_what_from_and_to_by_how_much_and_why() -> None:
    line = told(recorded(forecast("2026-06-30", reason=MoveReason.LEGISLATION), forecast("2025-12-31")))
    assert line.sentence == (
        "On 2 March 2026 at 10:15 UTC Ana (contributor) moved the forecast of C2-01-M4 from 31 December 2025 to "
        "30 June 2026 (+181 days): legislation or parliamentary time."
    )
    assert (line.who, line.actor, line.seq, line.versions) == ("Ana (contributor)", "ana@example.org", 12, 1)
    assert (line.noun, line.noun_id, line.version, line.effective_on) == ("progress", "C2-01-M4", 2, MARCH)


def test_the_code_the_note_and_the_reason_of_the_change_are_each_told_once_as_why() -> None:
    new = forecast("2026-06-30", reason=MoveReason.SPENDING, reason_note="Bid in.")
    line = told(recorded(new, forecast("2025-12-31"), reason="Return of March"))
    assert line.why == "funding or spending review; Bid in.; Return of March"
    assert told(recorded(new, forecast("2025-12-31"), reason="Bid in.")).why == "funding or spending review; Bid in."
    assert line.what.count("reason") == 0


def test_a_reason_that_changes_without_a_date_is_a_change_like_any_other() -> None:
    new, old = forecast("2026-06-30", reason=MoveReason.SPENDING), forecast("2026-06-30")
    line = told(recorded(new, old))
    assert line.what == "changed the reason for the change of C2-01-M4 from nothing to funding or spending review"
    assert line.why is None


def test_somebody_who_is_not_registered_is_told_as_the_ledger_names_them() -> None:
    line = told(recorded(organisation("DfE"), name=None, role=None, actor="command line (ana)"))
    assert line.sentence == (
        "On 2 March 2026 at 10:15 UTC command line (ana) added the organisation dfe with name “DfE”."
    )


def test_several_changes_are_told_one_after_the_other() -> None:
    old = forecast("2025-12-31")
    new = forecast("2025-12-30", status="Late", evidence_id="hansard", narrative="Waiting")
    assert what(new, old) == (
        "changed the status of C2-01-M4 from nothing to “Late”; moved its forecast from 31 December 2025 to "
        "30 December 2025 (-1 day); changed its narrative from nothing to “Waiting”; changed its evidence from "
        "nothing to hansard"
    )


def test_a_date_that_appears_or_goes_has_no_days_between() -> None:
    none = progress(id="C2-01-M4", status="x")
    assert what(altered(none, actual_on=MARCH, actual_precision=Precision.DAY), none) == (
        "changed the date completed of C2-01-M4 from nothing to 2 March 2026"
    )
    gone = altered(forecast("2025-12-31"), forecast_on=None, forecast_precision=None)
    assert what(gone, forecast("2025-12-31")) == ("changed the forecast of C2-01-M4 from 31 December 2025 to nothing")


def test_a_date_is_said_as_precisely_as_it_was_published() -> None:
    new = milestone(baseline_on=dt.date(2025, 3, 31), baseline_precision=Precision.FINANCIAL_YEAR)
    assert what(new, milestone()) == "moved the baseline of gp-01-m1 from 2023 to 2024-25 (+456 days)"
    exact = milestone(baseline_precision=Precision.DAY)
    assert what(exact, milestone()) == "changed the baseline of gp-01-m1 from 2023 to 31 December 2023"


def test_money_is_said_in_pounds_and_pence_only_where_there_are_any() -> None:
    new, old = commitment(amount_gbp=Decimal("1000.50")), commitment(amount_gbp=Decimal(1000))
    assert what(new, old) == "changed the amount of gp-01 from £1,000 to £1,000.50"


def test_yes_and_no_are_words_and_a_number_is_a_number() -> None:
    assert what(milestone(key=False), milestone()) == "changed whether gp-01-m1 is a key milestone from yes to no"
    assert what(milestone(key=False, title="B"), milestone(title="A")).endswith(
        "from “A” to “B”; changed whether it is a key milestone from yes to no"
    )
    assert what(commitment(chapter=3), commitment()) == "changed the chapter of gp-01 from 2 to 3"


def test_what_holds_from_another_day_than_it_was_recorded_says_so() -> None:
    june = dt.date(2023, 6, 1)
    assert what(milestone(title="B"), milestone(title="A"), on=june) == (
        "changed the title of gp-01-m1 from “A” to “B” (true from 1 June 2023)"
    )
    assert what(organisation("DfE"), on=june) == ("added the organisation dfe (true from 1 June 2023) with name “DfE”")
    assert what(organisation("DfE"), retracted=True, on=june) == "removed the organisation dfe for 1 June 2023"


def test_a_report_that_says_the_same_again_is_a_confirmation() -> None:
    same = forecast("2025-12-31")
    assert what(same, same) == "confirmed C2-01-M4 unchanged"
    assert what(replace(same, period_id="2026-Q1"), same) == "confirmed C2-01-M4 unchanged"


def test_a_first_report_and_a_first_view_say_what_they_hold() -> None:
    line = told(recorded(forecast("2025-12-31", status="On track", reason=MoveReason.SCOPE)))
    assert line.what == (
        "added the report on C2-01-M4 with reporter published record; status “On track”; forecast 31 December 2025"
    )
    assert line.why == "scope changed"
    view = one_of_each()["assessment"]
    assert what(view) == (
        "added the evidence view of gp-01 with rating In progress; rationale “Standards were consulted on”; "
        "evidence improvement-plan; last day of the rating 31 March 2024; reason for rating better than the "
        "dates recovery action agreed and under way"
    )
    amber = replace(view, view=View.OWNER, rating="Amber")  # type: ignore[call-arg]
    assert what(replace(amber, rating="Red"), amber) == (  # type: ignore[call-arg]
        "changed the rating of the owner view of gp-01 from Amber to Red"
    )


def test_a_request_to_change_a_baseline_says_its_reason_and_a_decision_its_own() -> None:
    asked = built(
        nouns.BaselineRequest,
        id="C2-01-M4/1",
        milestone_id="C2-01-M4",
        baseline_on=dt.date(2026, 12, 31),
        baseline_precision=Precision.YEAR,
        reason=MoveReason.LEGISLATION,
        note="No Bill",
        author_id="ana@example.org",
        state=RequestState.REQUESTED,
    )
    line = told(recorded(asked))
    assert line.what == "added the baseline request C2-01-M4/1 with requested baseline 2026; state requested"
    assert line.why == "legislation or parliamentary time; No Bill"
    decided = replace(asked, state=RequestState.APPROVED, decided_by="ben@example.org", decision_note="Agreed")
    line = told(recorded(decided, asked))
    assert line.what == (
        "changed the state of the baseline request C2-01-M4/1 from requested to approved; changed its decider from "
        "nothing to ben@example.org"
    )
    assert line.why == "Agreed"


def test_a_new_user_is_told_by_name_and_role() -> None:
    ana = nouns.User(id="ana@example.org", name="Ana", role=Role.CONTRIBUTOR, active=True)
    assert what(ana) == "added the user ana@example.org with name “Ana”; role contributor"


def test_a_sum_of_money_is_told_by_its_stage() -> None:
    funding = one_of_each()["funding"]
    assert what(funding) == (
        "added the funding amount change-programme-total with funding stage committed; amount £70,000,000; "
        "period “2022-25”"
    )
    assert what(replace(funding, stage=MoneyStage.PAID), funding).endswith("from committed to paid")  # type: ignore[call-arg]


def test_a_load_of_the_plans_is_one_line_with_its_counts_and_each_of_its_versions_is_as_the_plans_say() -> None:
    counts = {"local_authority": 153, "milestone": 1, "funding": 2, "user": 1}
    line = told(recorded(None, action=ChangeAction.PLAN_LOAD, reason="157 added", counts=counts))
    assert line.what == (
        "loaded the plans, which changed 157 records at once: 153 local authorities, 1 milestone, 2 funding "
        "amounts, 1 user"
    )
    assert (line.why, line.versions, line.noun_id, line.version, line.effective_on) == (
        "157 added",
        157,
        None,
        None,
        None,
    )
    assert told(recorded(organisation(), action=ChangeAction.PLAN_LOAD, reason="157 added")).why == "from the plans"


def test_another_change_of_many_records_is_told_as_what_it_is() -> None:
    assert told(recorded(None, action="returns", counts={"progress": 300})).what == (
        "changed 300 records at once: 300 progress reports"
    )


# What people write


def test_a_text_is_told_on_one_line_between_quotation_marks() -> None:
    assert what(organisation("A\n\n  B\tC"), organisation("A")) == (
        "changed the name of the organisation dfe from “A” to “A B C”"
    )


def test_of_two_long_texts_the_sentence_has_where_they_differ_and_the_fields_have_them_whole() -> None:
    start, end = "same " * 200, "again " * 200
    old, new = organisation(f"{start}OLD {end}"), organisation(f"{start}NEW {end}")
    line = told(recorded(new, old))
    assert "OLD again" in line.what
    assert "NEW again" in line.what
    assert "“…" in line.what
    assert len(line.what) < 1_000
    [change] = line.changes
    assert (change.words, change.old, change.new) == ("name", old.name, new.name)
    longer = told(recorded(organisation(start + end), organisation(start)))
    assert "again" in longer.what
    told_from_the_start = told(recorded(organisation("B" + start), organisation("A" + start)))
    assert "from “Asame" in told_from_the_start.what
    assert told_from_the_start.what.endswith("…”")


def test_a_sentence_that_ends_in_a_full_stop_gets_no_second_one() -> None:
    assert told(recorded(organisation(), reason="It is so.")).sentence.endswith("It is so.")
    assert told(recorded(organisation(), reason="Why not?")).sentence.endswith("Why not?")
    assert told(recorded(organisation(), reason="It is so")).sentence.endswith("It is so.")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_write_is_in_the_sentence_as_they_wrote_it(payload: str) -> None:
    line = told(recorded(organisation(payload), organisation("x"), reason=payload, name=payload))
    assert line.sentence.count(payload) == 3


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("plain", ""),
        ("\u202eevil", "\u202c"),
        ("\u2066a\u202eb", "\u202c\u2069"),
        ("\u2066a\u202eb\u2069", ""),
        ("\u202aa\u202c", ""),
        ("\u202c\u2069", ""),
    ],
)
def test_a_text_that_turns_the_direction_of_writing_cannot_turn_the_sentence_around_it(text: str, closed: str) -> None:
    assert what(organisation(text), organisation("x")).endswith(f"to “{text}{closed}”")


# A page of it


def test_a_page_knows_whether_older_lines_follow() -> None:
    line = told(recorded(organisation()))
    view = HistoryView(head=Head(12, GENESIS), demonstration=False, lines=(line,), total=3, offset=1, trend=())
    assert view.more
    assert not replace(view, offset=2).more
    assert not replace(view, total=0, offset=0, lines=()).more


# The trend of a milestone


def said(on: str, **of: Any) -> TrendLine:
    values: dict[str, Any] = {"reported_on": dt.date.fromisoformat(on)}
    for kind, value in of.items():
        if kind == "reason":
            values[kind] = value
        else:
            values |= {f"{kind}_on": dt.date.fromisoformat(value), f"{kind}_precision": "day"}
    return built(TrendLine, **values)


B = "2025-12-31"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([said("2023-03-02", baseline=B)], "No forecast has been given"),
        ([said("2023-03-02", baseline=B, forecast=B)], "The forecast has not moved"),
        ([said("2023-03-02", forecast=B), said("2023-04-02", forecast=B)], "The forecast has not moved"),
        (
            [said("2023-03-02", forecast=B), said("2023-04-02", forecast="2026-01-01")],
            "The forecast has moved once, by 1 day",
        ),
        (
            [said("2023-03-02", forecast=B), said("2023-04-02", forecast="2025-12-01")],
            "The forecast has moved once, by 30 days earlier",
        ),
        (
            [
                said("2023-03-02", forecast=B),
                said("2023-04-02", forecast="2026-03-31"),
                said("2023-05-02", forecast="2026-03-31"),
                said("2023-06-02", forecast="2026-05-01"),
                said("2023-07-02", forecast="2026-06-30"),
            ],
            "The forecast has moved 3 times, by 181 days in total",
        ),
        (
            [
                said("2023-03-02", forecast=B),
                said("2023-04-02", forecast="2052-12-31", reason="legislation or parliamentary time"),
                said("2023-04-03", forecast="2025-12-31", reason="correcting an error"),
                said("2023-05-02", forecast="2025-12-01"),
            ],
            "The forecast has moved 2 times, by 9,832 days in total, not counting 1 correction",
        ),
        (
            [said("2023-03-02", forecast=B), said("2024-04-02", actual="2024-04-01")],
            "The forecast has not moved; completed on 1 April 2024",
        ),
    ],
)
def test_the_title_of_the_trend_says_how_often_the_forecast_moved_and_how_far(
    lines: list[TrendLine], title: str
) -> None:
    found = milestone_trend("C2-01-M4", lines, dt.date(2026, 11, 22))
    assert found
    assert found.title == title
    assert found.alternative.startswith(f"{title}. C2-01-M4 up to 2026-11-22: on 2023-03-02 ")


def test_a_completion_known_by_its_month_is_said_in_it() -> None:
    line = altered(said("2024-04-30", actual="2024-04-30"), actual_precision="month")
    found = milestone_trend("M", [line], dt.date(2026, 11, 22))
    assert found
    assert found.title == "No forecast has been given; completed in April 2024"


def test_the_trend_draws_the_forecast_both_baselines_the_completion_and_the_line_of_today() -> None:
    lines = [
        said("2023-03-02", baseline=B),
        said("2023-04-02", baseline=B, forecast="2026-03-31"),
        said("2023-05-02", baseline="2026-03-31", forecast="2026-03-31"),
        said("2024-05-02", baseline="2026-03-31", actual="2024-05-01"),
        said("2024-06-02", baseline="2026-03-31", actual="2024-05-01"),
    ]
    found = milestone_trend("M", lines, dt.date(2024, 12, 31))
    assert found
    [rows] = found.chart.to_dict()["datasets"].values()
    drawn: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        drawn.setdefault(row["series"], []).append((row["reported"], row["date"]))
    assert drawn == {
        "forecast": [("2023-04-02", "2026-03-31"), ("2023-05-02", "2026-03-31")],
        "baseline": [
            ("2023-03-02", B),
            ("2023-04-02", B),
            ("2023-05-02", "2026-03-31"),
            ("2024-05-02", "2026-03-31"),
            ("2024-06-02", "2026-03-31"),
            ("2024-12-31", "2026-03-31"),
        ],
        "original baseline": [("2023-03-02", B), ("2024-12-31", B)],
        "happened": [("2024-05-02", "2024-05-01")],
        "the date of the report": [("2023-03-02", "2023-03-02"), ("2024-12-31", "2024-12-31")],
    }


def test_a_milestone_that_no_date_was_ever_said_of_has_no_trend_to_draw() -> None:
    assert milestone_trend("M", [], MARCH) is None
    assert milestone_trend("M", [said("2023-03-02")], MARCH) is None
