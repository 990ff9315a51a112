"""A noun that exists can be stored and read back unchanged."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.samples import built, commitment, organisation
from tracker.domain import dates
from tracker.domain.dates import day_of
from tracker.domain.errors import PlanFaults, UnstorableText
from tracker.domain.ledger import StaleEdit, Version
from tracker.domain.words import CommitmentKind
from tracker.views.board import CommitmentLine, EventLine, MilestoneLine, SourceLine


def test_a_noun_cleans_its_texts_and_an_empty_one_becomes_unknown() -> None:
    noun = commitment(id=" gp-01\n", title="cafe\N{COMBINING ACUTE ACCENT} ", note="  ", partners="")
    assert (noun.id, noun.title, noun.note, noun.partners) == ("gp-01", "café", None, None)
    assert noun.kind is CommitmentKind.POLICY


def test_a_text_that_cannot_be_kept_is_refused_by_noun_id_and_field() -> None:
    with pytest.raises(UnstorableText, match=r"^Commitment 'gp-01', note: character 2 \(U\+0000\)"):
        commitment(note="a\x00")


def test_a_noun_needs_an_id() -> None:
    with pytest.raises(ValueError, match="a Organisation needs an id"):
        organisation(noun_id=" ")


@pytest.mark.parametrize(
    ("given", "kept"), [("85000000", "85000000.00"), ("0.1", "0.10"), ("1E+2", "100.00"), ("-0", "0.00")]
)
def test_money_is_kept_in_pounds_and_whole_pence(given: str, kept: str) -> None:
    assert str(commitment(amount_gbp=Decimal(given)).amount_gbp) == kept


@pytest.mark.parametrize("amount", ["0.125", "NaN", "Infinity", "1E+16", "-1E+16"])
def test_money_that_the_ledger_would_round_or_could_not_hold_is_refused_before_it_is_sealed(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount in pounds and whole pence"):
        commitment(amount_gbp=Decimal(amount))


def test_a_stale_edit_says_what_was_not_saved_and_what_the_ledger_holds() -> None:
    yours = Version(noun=organisation("Mine"), version=3, effective_on=dates.GREEN_PAPER)
    theirs = Version(noun=organisation("Theirs"), version=3, effective_on=dates.GREEN_PAPER, change_seq=9)
    assert str(StaleEdit(yours, theirs)) == (
        "The organisation dfe was not saved. You worked from version 2, and the current version is 3, saved in change "
        "9. Compare the two versions and save again."
    )
    assert "and the record has no version of it." in str(StaleEdit(yours, None))


def milestone_line(**fields: object) -> MilestoneLine:
    return built(MilestoneLine, **fields)


def test_a_line_gives_its_dates_with_their_precision_and_is_due_by_its_forecast_before_its_baseline() -> None:
    baseline, forecast, actual = (dates.parse_published_date(t, where="x") for t in ("2023", "2024-Q1", "2024-05-01"))
    dated = {"baseline_on": baseline.day, "baseline_precision": baseline.precision.value}
    line = milestone_line(**dated)
    assert (line.baseline, line.due, day_of(line.due)) == (baseline, baseline, baseline.day)
    line = milestone_line(
        **dated,
        forecast_on=forecast.day,
        forecast_precision=forecast.precision.value,
        actual_on=actual.day,
        actual_precision=actual.precision.value,
    )
    assert (line.due, day_of(line.due), line.actual, line.forecast) == (forecast, forecast.day, actual, forecast)
    assert milestone_line().due is None


def test_a_commitment_and_a_source_give_their_dates_with_their_precision() -> None:
    when = dates.parse_published_date("2023-Q1", where="x")
    on = {"target_on": when.day, "target_precision": "quarter"}
    assert built(CommitmentLine, **on).target == when
    on = {"published_on": when.day, "published_precision": "quarter"}
    assert built(SourceLine, **on).published == when


def test_faults_in_the_plans_are_counted_and_each_has_its_line() -> None:
    one, two = PlanFaults(["a.toml: x"]), PlanFaults(["a.toml: x", "b.toml: y"])
    assert str(one) == "1 fault in the plans. Nothing was loaded.\n  a.toml: x"
    assert str(two) == "2 faults in the plans. Nothing was loaded.\n  a.toml: x\n  b.toml: y"
    assert two.faults == ("a.toml: x", "b.toml: y")


def test_an_event_says_when_it_happened() -> None:
    when = dates.parse_published_date("summer 2024", where="x")
    event = built(
        EventLine,
        event_id="x",
        commitment_id=None,
        happened_on=when.day,
        happened_precision="season",
        inferred=False,
        summary="x",
        evidence_id="x",
        note=None,
    )
    assert event.happened == when
