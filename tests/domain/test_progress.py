"""What a return must keep: each rule at its edge, and the sentence that is said when it is broken."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import altered, built, report_of, restated
from tracker.domain.dates import GREEN_PAPER, PublishedDate
from tracker.domain.progress import (
    Evidence,
    Report,
    Statement,
    UpdateLine,
    amended,
    confirmation,
    faults,
    moved,
    settled,
)
from tracker.domain.words import MoveReason, Precision, ReportedStatus

TODAY = dt.date(2026, 6, 15)
ONE_DAY = dt.timedelta(days=1)
BASELINE = dt.date(2026, 12, 31)
EXPECTED = dt.date(2027, 3, 31)

EVIDENCE = Evidence(publisher="DfE", title="Standards published", url="https://www.gov.uk/x")


def day(on: dt.date) -> PublishedDate:
    return PublishedDate(on, Precision.DAY)


def line(**fields: Any) -> UpdateLine:
    """A milestone due at the end of 2026 and expected on 31 March 2027; give only the fields a test is about."""
    values: dict[str, Any] = {
        "milestone_id": "M1",
        "commitment_id": "C1",
        "commitment": "National standards",
        "programme_id": None,
        "title": "Standards published",
        "key": True,
        "baseline_on": BASELINE,
        "baseline_precision": Precision.YEAR,
        "original_baseline_on": BASELINE,
        "original_baseline_precision": Precision.YEAR,
        "forecast_on": EXPECTED,
        "forecast_precision": Precision.DAY,
        "actual_on": None,
        "actual_precision": None,
        "reported_status": "In progress",
        "narrative": None,
        "evidence_id": None,
        "computed_status": "Red",
        "promised_on": GREEN_PAPER,
        "slip_days": 90,
        "confirmed_on": TODAY,
        "confirmed": True,
        "base_version": 1,
        "newest_on": TODAY,
    }
    return built(UpdateLine, **{**values, **fields})


NO_FORECAST = line(forecast_on=None, forecast_precision=None)
HAPPENED = line(actual_on=TODAY, actual_precision=Precision.DAY)
NO_DATE = altered(NO_FORECAST, baseline_on=None, baseline_precision=None)


def report(**fields: Any) -> Report:
    """A confirmation of what is expected; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "milestone_id": "M1",
        "base_version": 1,
        "status": ReportedStatus.IN_PROGRESS,
        "forecast": day(EXPECTED),
    }
    return report_of(**{**values, **fields})


def done(**fields: Any) -> Report:
    return report(**{"status": ReportedStatus.COMPLETE, "forecast": None, "actual": day(TODAY), **fields})


def told(held: UpdateLine, said: Report) -> list[str]:
    return [str(fault) for fault in faults(held, said, TODAY)]


_WHEN = "M1: its status is Complete. Enter the date it was completed, or choose another status."
_WHETHER = 'M1: it was completed on 15 June 2026, so its status must be "Complete". Choose that, or remove the date.'
_WHY = "M1: you changed the date from 31 March 2027 to {}. Choose a reason and explain the change."
_TAKEN_BACK = 'M1: it was completed on 15 June 2026. To undo that, give the reason "correcting an error" and a note.'
_PUBLISHER = "M1: evidence needs a publisher and a title."
_LINK = (
    'M1: the link of the evidence: "{}" is not an https address. Enter an address on the publisher\'s own site, or '
    "leave it empty."
)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        pytest.param(line(), report(), id="what is expected, again"),
        pytest.param(line(), report(status=ReportedStatus.NOT_STARTED), id="not started"),
        pytest.param(line(), done(), id="it happened today"),
        pytest.param(line(), done(actual=day(TODAY - ONE_DAY)), id="it happened yesterday"),
        pytest.param(line(), done(evidence=EVIDENCE), id="it happened, and here is where it can be read"),
        pytest.param(line(), report(evidence=replace(EVIDENCE, url=None)), id="evidence without a link"),
        pytest.param(line(), report(evidence=replace(EVIDENCE, url="")), id="evidence with an empty link"),
        pytest.param(line(forecast_on=TODAY), report(forecast=day(TODAY)), id="expected today"),
        pytest.param(NO_DATE, report(forecast=None), id="no date and none expected"),
        pytest.param(NO_DATE, report(), id="the first date of a milestone that had none"),
        pytest.param(NO_FORECAST, report(forecast=day(BASELINE)), id="expected when it is due"),
        pytest.param(
            line(), report(forecast=PublishedDate(EXPECTED, Precision.QUARTER)), id="the same day, less precise"
        ),
        pytest.param(
            line(),
            report(forecast=day(EXPECTED + ONE_DAY), reason=MoveReason.WORKFORCE, reason_note="Posts are empty"),
            id="it moves, and why",
        ),
        pytest.param(
            HAPPENED,
            report(reason=MoveReason.CORRECTION, reason_note="It was another step"),
            id="it had not happened after all, and why",
        ),
    ],
)
def test_a_report_that_keeps_the_rules_has_no_fault(held: UpdateLine, said: Report) -> None:
    assert told(held, said) == []


@pytest.mark.parametrize(
    ("held", "said", "says"),
    [
        pytest.param(line(), report(status=ReportedStatus.COMPLETE), _WHEN, id="complete without its day"),
        pytest.param(line(), done(status=ReportedStatus.IN_PROGRESS), _WHETHER, id="its day without complete"),
        pytest.param(
            line(),
            done(actual=day(TODAY + ONE_DAY)),
            "M1: 16 June 2026 is in the future. Enter it as the forecast date.",
            id="it happened tomorrow",
        ),
        pytest.param(
            line(),
            done(actual=PublishedDate(BASELINE, Precision.YEAR)),
            "M1: 2026 is in the future. Enter it as the forecast date.",
            id="it happened in a year that is not over",
        ),
        pytest.param(
            line(),
            done(forecast=day(EXPECTED)),
            "M1: it is complete. Remove the forecast date.",
            id="it happened and is expected",
        ),
        pytest.param(
            line(forecast_on=TODAY - ONE_DAY),
            report(forecast=day(TODAY - ONE_DAY)),
            "M1: the forecast date 14 June 2026 has passed. Enter a new one, or the date it was completed.",
            id="expected yesterday",
        ),
        pytest.param(
            line(),
            report(forecast=None),
            "M1: it was due 31 March 2027. Enter a new forecast date, or the date it was completed.",
            id="the forecast taken away",
        ),
        pytest.param(
            NO_FORECAST,
            report(forecast=None),
            "M1: it was due 2026. Enter a new forecast date, or the date it was completed.",
            id="due and never forecast",
        ),
        pytest.param(line(), report(forecast=day(EXPECTED + ONE_DAY)), _WHY.format("1 April 2027"), id="a day later"),
        pytest.param(
            line(),
            report(forecast=day(EXPECTED - ONE_DAY), reason=MoveReason.AHEAD),
            _WHY.format("30 March 2027"),
            id="a day earlier, without a note",
        ),
        pytest.param(
            line(),
            report(forecast=day(EXPECTED + ONE_DAY), reason_note="Posts are empty"),
            _WHY.format("1 April 2027"),
            id="without a reason",
        ),
        pytest.param(
            line(),
            report(forecast=day(EXPECTED + ONE_DAY), reason=MoveReason.WORKFORCE, reason_note=" \n"),
            _WHY.format("1 April 2027"),
            id="with an empty note",
        ),
        pytest.param(
            NO_FORECAST,
            report(),
            "M1: you changed the date from 2026 to 31 March 2027. Choose a reason and explain the change.",
            id="the first forecast is behind the baseline",
        ),
        pytest.param(HAPPENED, report(), _TAKEN_BACK, id="taken back without a reason"),
        pytest.param(
            HAPPENED, report(reason=MoveReason.SCOPE, reason_note="x"), _TAKEN_BACK, id="taken back for another reason"
        ),
        pytest.param(
            HAPPENED,
            report(reason=MoveReason.CORRECTION, reason_note=" "),
            _TAKEN_BACK,
            id="taken back without a note",
        ),
        pytest.param(line(), report(evidence=replace(EVIDENCE, publisher=" ")), _PUBLISHER, id="no publisher"),
        pytest.param(line(), report(evidence=replace(EVIDENCE, title="")), _PUBLISHER, id="no title"),
        pytest.param(
            line(),
            report(evidence=replace(EVIDENCE, url="http://x.uk")),
            _LINK.format("http://x.uk"),
            id="a link in the clear",
        ),
        pytest.param(
            line(),
            report(evidence=replace(EVIDENCE, url="javascript:x")),
            _LINK.format("javascript:x"),
            id="a link that is code",
        ),
    ],
)
def test_a_report_that_breaks_a_rule_has_one_sentence_that_says_which(
    held: UpdateLine, said: Report, says: str
) -> None:
    assert told(held, said) == [says]


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = report(
        actual=day(TODAY + ONE_DAY),
        forecast=day(TODAY - ONE_DAY),
        evidence=Evidence(publisher="", title="", url="x"),
    )
    assert [fault.partition(". ")[0].removeprefix("M1: ") for fault in told(line(), said)] == [
        'it was completed on 16 June 2026, so its status must be "Complete"',
        "16 June 2026 is in the future",
        "it is complete",
        "the forecast date 14 June 2026 has passed",
        "you changed the date from 31 March 2027 to 14 June 2026",
        "evidence needs a publisher and a title.",
        'the link of the evidence: "x" is not an https address',
    ]


def test_a_date_it_happened_completes_a_milestone_and_ends_what_was_expected_of_it() -> None:
    for status in (ReportedStatus.IN_PROGRESS, ReportedStatus.COMPLETE):
        said = settled(line(), report(status=status, actual=day(TODAY)))
        assert (said.statement.status, said.statement.forecast, told(line(), said)) == (
            ReportedStatus.COMPLETE,
            None,
            [],
        )
    typed = settled(line(), report(status=ReportedStatus.NOT_STARTED, actual=day(TODAY), forecast=day(BASELINE)))
    assert (typed.statement.status, typed.statement.forecast) == (ReportedStatus.NOT_STARTED, day(BASELINE))
    assert settled(line(), report()) == report()


def test_a_link_is_completed_where_its_beginning_was_left_off() -> None:
    def linked(url: str | None) -> str | None:
        said = settled(line(), report(evidence=replace(EVIDENCE, url=url)))
        return said.evidence.url if said.evidence else ""

    assert [linked("www.gov.uk/x"), linked("nowhere"), linked(None)] == ["https://www.gov.uk/x", "nowhere", None]


def test_a_day_before_the_promise_is_a_slip() -> None:
    before = day(GREEN_PAPER - ONE_DAY)
    assert told(line(), done(actual=before)) == [
        "M1: 28 March 2022 is before the milestone was promised, on 29 March 2022. Correct the date."
    ]
    assert told(line(), done(actual=PublishedDate(dt.date(2022, 12, 31), Precision.YEAR))) == []


def test_a_day_absurdly_far_is_asked_about_and_confirmed_by_naming_its_year_in_the_note() -> None:
    far = report(forecast=day(dt.date(2072, 3, 31)), reason=MoveReason.WORKFORCE, reason_note="Posts are empty")
    assert told(line(), far) == [
        "M1: 31 March 2072 is after 2050. Correct it or, if it is right, write 2072 in the note."
    ]
    assert told(line(), restated(far, reason_note="It is 2072: posts are empty")) == []
    held = line(forecast_on=dt.date(2072, 3, 31))
    assert told(held, report(forecast=day(dt.date(2072, 3, 31)))) == []


@given(st.dates(), st.none() | st.dates(), st.none() | st.dates())
def test_a_date_moves_when_it_is_another_than_the_last_one_expected(
    forecast: dt.date, before: dt.date | None, baseline: dt.date | None
) -> None:
    held = line(
        forecast_on=before,
        forecast_precision=before and Precision.DAY,
        baseline_on=baseline,
        baseline_precision=baseline and Precision.DAY,
    )
    assert moved(held, report(forecast=day(forecast))) is (forecast != (before or baseline or forecast))
    assert not moved(held, report(forecast=None))


@pytest.mark.parametrize(
    ("held", "amendment", "changed"),
    [
        pytest.param(line(), Statement(narrative="So far so good."), {"narrative": "So far so good."}, id="narrative"),
        pytest.param(
            line(), Statement(status=ReportedStatus.NOT_STARTED), {"status": ReportedStatus.NOT_STARTED}, id="status"
        ),
        pytest.param(
            line(),
            Statement(forecast=day(EXPECTED + ONE_DAY), reason=MoveReason.WORKFORCE, reason_note="Posts are empty"),
            {
                "forecast": day(EXPECTED + ONE_DAY),
                "reason": MoveReason.WORKFORCE,
                "reason_note": "Posts are empty",
            },
            id="a date that moves, with why",
        ),
        pytest.param(
            line(),
            Statement(forecast=day(EXPECTED), reason=MoveReason.WORKFORCE, reason_note="Posts are empty"),
            {},
            id="a date that stays needs no why",
        ),
        pytest.param(line(), Statement(), {}, id="nothing"),
    ],
)
def test_an_amendment_says_one_thing_and_leaves_the_rest_as_it_is(
    held: UpdateLine, amendment: Statement, changed: dict[str, Any]
) -> None:
    assert amended(held, amendment) == restated(confirmation(held), **changed)


def test_an_amendment_that_completes_milestones_brings_its_evidence() -> None:
    completed = restated(confirmation(line()), actual=day(TODAY), forecast=None, status=ReportedStatus.COMPLETE)
    assert amended(line(), Statement(actual=day(TODAY)), EVIDENCE) == replace(completed, evidence=EVIDENCE)
