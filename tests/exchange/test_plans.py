"""Reading the plans: what a sound plan says, and what is said of an unsound one."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.exchange.conftest import FAULTS, LOCAL_AUTHORITIES, Fault
from tests.samples import built
from tracker.domain import dates
from tracker.domain.dates import PublishedDate, day_of
from tracker.domain.errors import PlanFaults
from tracker.domain.nouns import (
    Assessment,
    Commitment,
    Event,
    Funding,
    LocalAuthority,
    Milestone,
    Noun,
    Organisation,
    Owner,
    Programme,
    Progress,
    Reference,
    Source,
)
from tracker.domain.words import (
    CommitmentKind,
    MilestoneKind,
    MoneyStage,
    MoveReason,
    Precision,
    Reporter,
    SourceKind,
    Stance,
    View,
)
from tracker.exchange.plans import read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.conftest import PlanFolder


def said(plan: PlanFolder, kind: type[Noun], noun_id: str) -> list[tuple[dt.date, Noun]]:
    """Return what the plan says of one noun, with the days it held from."""
    return [(s.effective_on, s.noun) for s in plan.read() if type(s.noun) is kind and s.noun.id == noun_id]


GREEN_PAPER = dt.date(2022, 3, 29)


def test_every_entry_of_a_sound_plan_becomes_one_statement(plan: PlanFolder) -> None:
    counts = {
        kind: sum(1 for s in plan.read() if type(s.noun) is kind)
        for kind in (
            Source,
            Organisation,
            Owner,
            Programme,
            Commitment,
            Reference,
            Assessment,
            Milestone,
            Progress,
            Event,
            LocalAuthority,
            Funding,
        )
    }
    assert counts == {
        Source: 2,
        Organisation: 1,
        Owner: 1,
        Programme: 1,
        Commitment: 2,
        Reference: 2,
        Assessment: 2,
        Milestone: 2,
        Progress: 2,
        Event: 2,
        LocalAuthority: 2,
        Funding: 2,
    }


def test_a_source_is_read_with_its_date_as_precise_as_it_was_published(plan: PlanFolder) -> None:
    assert said(plan, Source, "news") == [
        (
            GREEN_PAPER,
            built(
                Source,
                id="news",
                kind=SourceKind.EVIDENCE,
                publisher="A newspaper",
                title="It happened",
                published_on=dt.date(2023, 6, 30),
                published_precision=Precision.MONTH,
            ),
        )
    ]


def test_a_programme_holds_from_the_day_it_started(plan: PlanFolder) -> None:
    plan.edit("promises", "started  = 2022-03-29", "started = 2022-04-01")
    plan.edit("promises", 'programme  = "safety-valve"', 'programme = "safety-valve"\nowner = "sro"')
    assert said(plan, Programme, "safety-valve") == [
        (
            dt.date(2022, 4, 1),
            Programme(
                id="safety-valve",
                name="Safety Valve",
                summary="Agreements with local authorities.",
                lead_organisation_id="dfe",
                owner_id="sro",
                flagship=True,
            ),
        )
    ]


def test_a_programme_without_a_start_holds_from_the_green_paper(plan: PlanFolder) -> None:
    plan.edit("promises", "started  = 2022-03-29", "")
    [(day, _)] = said(plan, Programme, "safety-valve")
    assert day == GREEN_PAPER


def test_a_commitment_is_read_with_its_sum_and_target(plan: PlanFolder) -> None:
    assert said(plan, Commitment, "C6-01") == [
        (
            GREEN_PAPER,
            built(
                Commitment,
                id="C6-01",
                chapter=6,
                kind=CommitmentKind.FUNDING,
                title="£300 million for Safety Valve",
                statement="Invest a further £300 million.",
                lead_organisation_id="dfe",
                programme_id="safety-valve",
                amount_gbp=Decimal(300_000_000),
                target_on=dt.date(2025, 3, 31),
                target_precision=Precision.FINANCIAL_YEAR,
                measure="The money is paid",
            ),
        )
    ]


def test_a_reference_is_known_by_its_commitment_and_source(plan: PlanFolder) -> None:
    [(_, reference)] = said(plan, Reference, "C6-06/dfe-summary")
    assert reference == Reference(
        id="C6-06/dfe-summary",
        commitment_id="C6-06",
        source_id="dfe-summary",
        pinpoint="Chapter 6, last bullet",
        stance=Stance.IMPLIES,
    )


def test_an_outcome_is_the_evidence_view_and_never_an_owners(plan: PlanFolder) -> None:
    [(day, outcome)] = said(plan, Assessment, "C6-06/evidence")
    assert day == dt.date(2023, 6, 6)
    assert isinstance(outcome, Assessment)
    assert (outcome.view, outcome.rating, outcome.scale) == (View.EVIDENCE, "Delivered", "outcome of a commitment")


def test_a_milestone_holds_from_the_day_it_was_promised_and_is_key_unless_the_plan_says_no(plan: PlanFolder) -> None:
    plan.edit("promises", "key         = true", "key = false")
    [(day, supporting)] = said(plan, Milestone, "C6-01-M1")
    [(_, other)] = said(plan, Milestone, "C6-06-M1")
    assert day == GREEN_PAPER
    assert isinstance(supporting, Milestone)
    assert isinstance(other, Milestone)
    assert (supporting.key, other.key) == (False, True)
    assert supporting.kind is MilestoneKind.PAYMENT
    assert supporting.baseline == PublishedDate(dt.date(2025, 3, 31), Precision.FINANCIAL_YEAR)
    assert other.baseline is None


def test_a_forecast_holds_from_the_day_it_was_published(plan: PlanFolder) -> None:
    assert said(plan, Progress, "C6-01-M1") == [
        (
            dt.date(2023, 3, 2),
            built(
                Progress,
                id="C6-01-M1",
                reporter=Reporter.PUBLISHED,
                forecast_on=dt.date(2025, 12, 31),
                forecast_precision=Precision.YEAR,
                reason=MoveReason.LA_CAPACITY,
                evidence_id="news",
            ),
        )
    ]


def test_a_completion_holds_from_the_day_it_happened(plan: PlanFolder) -> None:
    [(day, progress)] = said(plan, Progress, "C6-06-M1")
    assert day == dt.date(2023, 6, 6)
    assert isinstance(progress, Progress)
    assert day_of(progress.statement.actual) == dt.date(2023, 6, 6)


def test_a_completion_that_became_known_later_holds_from_the_day_it_was_known(plan: PlanFolder) -> None:
    plan.edit("promises", "actual   = 2023-06-06", 'actual = "2023-06"\nfrom = 2023-07-04')
    [(day, _)] = said(plan, Progress, "C6-06-M1")
    assert day == dt.date(2023, 7, 4)


def test_a_completion_of_today_is_no_fault(plan: PlanFolder) -> None:
    plan.edit("promises", "actual   = 2023-06-06", f"actual = {dates.today()}")
    [(day, _)] = said(plan, Progress, "C6-06-M1")
    assert dates.today() - dt.timedelta(days=1) <= day <= dates.today()


def test_an_event_without_an_id_is_known_by_its_commitment_day_and_source(plan: PlanFolder) -> None:
    events = {s.noun.id: s.effective_on for s in plan.read() if isinstance(s.noun, Event)}
    assert events == {
        "ALL/2024-07-31/news": dt.date(2024, 7, 31),
        "C6-01/2023-03-16/news": dt.date(2023, 3, 16),
    }


def test_two_events_of_one_day_and_source_are_kept_apart_by_ids_of_their_own(plan: PlanFolder) -> None:
    plan.edit(
        "bodies", "", '[[event]]\nid = "E2"\non = "2024-07"\nsummary = "B."\nevidence = "news"\ninferred = true\n'
    )
    [(_, event)] = said(plan, Event, "E2")
    assert isinstance(event, Event)
    assert event.inferred


def test_a_sum_in_a_csv_file_is_read_to_the_penny(plan: PlanFolder) -> None:
    assert said(plan, Funding, "sv/first") == [
        (
            dt.date(2023, 3, 16),
            Funding(
                id="sv/first",
                programme_id="safety-valve",
                commitment_id="C6-01",
                stage=MoneyStage.PAID,
                amount_gbp=Decimal("100000000.50"),
                amount_wording="£100 million",
                period="2022-23",
                scope="England",
                source_id="news",
                part_of="sv/all",
            ),
        )
    ]


def test_a_local_authority_may_have_a_previous_code_or_none(plan: PlanFolder) -> None:
    [(_, london)], [(_, camden)] = said(plan, LocalAuthority, "201"), said(plan, LocalAuthority, "202")
    assert isinstance(london, LocalAuthority)
    assert isinstance(camden, LocalAuthority)
    assert (london.previous_gss_code, camden.previous_gss_code) == (None, "E09000099")


def test_a_sum_of_minus_nothing_is_nothing(plan: PlanFolder) -> None:
    plan.edit("promises", "300_000_000", "-0.0")
    [(_, commitment)] = said(plan, Commitment, "C6-01")
    assert isinstance(commitment, Commitment)
    assert str(commitment.amount_gbp).startswith("0.0")


def test_a_decimal_of_two_places_is_exact(plan: PlanFolder) -> None:
    plan.edit("promises", "300_000_000", "0.29")
    [(_, commitment)] = said(plan, Commitment, "C6-01")
    assert isinstance(commitment, Commitment)
    assert commitment.amount_gbp == Decimal("0.29")


@pytest.mark.parametrize("file", ["bodies", "promises", "authorities", "funding"])
def test_a_byte_order_mark_is_no_fault(plan: PlanFolder, file: str) -> None:
    before = plan.read()
    plan.files[file].write_bytes(b"\xef\xbb\xbf" + plan.files[file].read_bytes())
    assert plan.read() == before


@pytest.mark.parametrize("file", ["bodies", "promises", "authorities", "funding"])
def test_line_ends_of_another_system_are_no_fault(plan: PlanFolder, file: str) -> None:
    before = plan.read()
    plan.files[file].write_bytes(plan.files[file].read_bytes().replace(b"\n", b"\r\n"))
    assert plan.read() == before


def test_entries_may_lie_in_any_file(plan: PlanFolder) -> None:
    nouns = {(type(s.noun), s.noun.id, s.effective_on) for s in plan.read()}
    plan.edit("promises", "", plan.files["bodies"].read_text(encoding="utf-8"))
    plan.files["bodies"].unlink()
    assert {(type(s.noun), s.noun.id, s.effective_on) for s in plan.read()} == nouns


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_once_with_its_file_entry_field_and_remedy(plan: PlanFolder, fault: Fault) -> None:
    plan.edit(fault.file, fault.old, fault.new)
    told = plan.faults()
    assert told[0] == fault.says
    assert len(told) == 1 + fault.also


def test_every_fault_of_every_file_is_told_at_once(plan: PlanFolder) -> None:
    plan.edit("bodies", '"evidence"', '"evidenc"')
    plan.edit("promises", "300_000_000", '"£7bn"')
    plan.edit("promises", '"Not started"', '"Not begun"')
    plan.edit("authorities", "E09000001", "E1")
    plan.edit("funding", "committed", "comitted")
    told = plan.faults()
    assert len(told) == 5
    assert [fault.split(",")[0] for fault in told] == [
        "plans/bodies.toml",
        "plans/chapters/promises.toml",
        "plans/chapters/promises.toml",
        "data/local_authorities.csv",
        "data/funding.csv",
    ]


def test_the_report_counts_its_faults_and_says_that_nothing_was_loaded(plan: PlanFolder) -> None:
    plan.edit("promises", "300_000_000", '"£7bn"')
    with pytest.raises(PlanFaults, match=r"^1 fault in the plans. Nothing was loaded\.\n  plans/chapters/promises"):
        plan.read()
    plan.edit("funding", "committed", "comitted")
    with pytest.raises(PlanFaults, match=r"^2 faults in the plans. Nothing was loaded\.\n  .*\n  data/funding"):
        plan.read()


def test_one_milestone_in_two_files_names_both(plan: PlanFolder) -> None:
    text = plan.files["promises"].read_text(encoding="utf-8").replace('"C6-06"', '"C6-07"').replace("C6-01", "C6-08")
    (plan.plans / "more.toml").write_text(text.replace("safety-valve", "sv"), encoding="utf-8")
    told = plan.faults()
    assert (
        "plans/more.toml, commitment C6-07, milestone C6-06-M1: the id C6-06-M1 was already used, in "
        "plans/chapters/promises.toml, commitment C6-06, milestone C6-06-M1. Change one of them."
    ) in told


def test_a_commitment_cannot_inherit_an_owner_from_a_programme_that_has_not_started(plan: PlanFolder) -> None:
    plan.edit("promises", "started  = 2022-03-29", "started = 2023-01-01")
    assert plan.faults() == (
        "plans/chapters/promises.toml, commitment C6-01, field owner: is missing, and the programme "
        "safety-valve that it would inherit from starts on 2023-01-01. Name an owner.",
    )
    plan.edit("promises", 'programme  = "safety-valve"', 'programme = "safety-valve"\nowner = "sro"')
    assert plan.read()


@pytest.mark.parametrize(
    ("file", "name", "line"),
    [
        ("promises", "plans/chapters/promises.toml", 83),
        ("authorities", "data/local_authorities.csv", 4),
        ("funding", "data/funding.csv", 4),
    ],
)
def test_a_file_that_is_not_utf_8_is_named_with_its_line(plan: PlanFolder, file: str, name: str, line: int) -> None:
    plan.files[file].write_bytes(plan.files[file].read_bytes() + "# £\n".encode("latin-1"))
    assert plan.faults() == (f"{name}: line {line} is not UTF-8 text. Save the file as UTF-8.",)


def test_toml_that_is_not_valid_names_its_line(plan: PlanFolder) -> None:
    plan.edit("bodies", 'id   = "dfe"', "id   = dfe")
    assert plan.faults() == (
        "plans/bodies.toml, organisation 1: the file is not valid TOML: Invalid value (at line 17, column 8). "
        "Correct that line. See the examples in plans/README.md.",
    )


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 5_000 + "]" * 5_000, "x = " + "{a=" * 5_000 + "1" + "}" * 5_000],
    ids=["lists in lists", "tables in tables"],
)
def test_toml_nested_too_deep_is_a_fault(plan: PlanFolder, text: str) -> None:
    plan.files["bodies"].write_text(text, encoding="utf-8")
    [told] = plan.faults()
    assert told.startswith("plans/bodies.toml: the file is not valid TOML: ")


@pytest.mark.parametrize(
    "text", ["x = " + "9" * 5_000, "[[source]]\nid = 0x" + "f" * 5_000, ".".join("a" * 5_000) + " = 1"]
)
def test_toml_that_no_person_would_write_is_a_fault(plan: PlanFolder, text: str) -> None:
    (plan.plans / "odd.toml").write_text(text, encoding="utf-8")
    assert all(told.startswith("plans/odd.toml") for told in plan.faults())


def test_an_id_with_a_line_end_or_an_escape_is_a_fault_that_prints_on_one_line(plan: PlanFolder) -> None:
    plan.edit("bodies", 'id           = "sro"', 'id = "s\\nr\\u001bo"')
    told = plan.faults()
    assert told
    assert all(line.isprintable() for line in told)


def test_missing_folders_and_files_are_named(plan: PlanFolder, tmp_path: Path) -> None:
    with pytest.raises(PlanFaults) as caught:
        read_plan(tmp_path / "elsewhere", plan.data)
    assert caught.value.faults == (
        f"{tmp_path / 'elsewhere'}: there are no plans (*.toml) here. Give their folder with --plans.",
    )
    plan.files["funding"].unlink()
    assert plan.faults() == ("data/funding.csv: the file cannot be read: No such file or directory.",)
    plan.files["authorities"].unlink()
    assert plan.faults()[0] == "data/local_authorities.csv: the file cannot be read: No such file or directory."


def test_a_folder_named_as_a_plan_is_a_fault(plan: PlanFolder) -> None:
    (plan.plans / "odd.toml").mkdir()
    assert plan.faults() == (f"plans/odd.toml: {NO_FILE}",)


@pytest.mark.parametrize("file", ["authorities", "funding"])
def test_a_csv_file_that_was_emptied_is_a_fault_and_not_a_plan_without_rows(plan: PlanFolder, file: str) -> None:
    plan.files[file].write_bytes(b"")
    assert plan.faults() == (f"data/{plan.files[file].name}: the file is empty. Put back its heading and rows.",)


def test_a_csv_file_with_a_heading_and_no_rows_says_nothing(plan: PlanFolder) -> None:
    plan.files["authorities"].write_text("id,gss_code,name,region,type,previous_gss_code,source_id\n", encoding="utf-8")
    assert not [s for s in plan.read() if isinstance(s.noun, LocalAuthority)]


def test_a_heading_that_is_misspelt_is_one_sentence(plan: PlanFolder) -> None:
    plan.edit("authorities", "region", "regoin")
    assert plan.faults() == (
        "data/local_authorities.csv: the heading lacks region and has columns that are not known: regoin. No "
        "row was read. The heading must have id, gss_code, name, region, type, source_id, and may have "
        "previous_gss_code.",
    )


def test_a_table_of_another_layout_is_one_sentence_however_many_rows_it_has(plan: PlanFolder) -> None:
    heading = "time_period,geographic_level,region_name,new_la_code,la_name"
    row = "202526,Local authority,London,E09000001,City of London"
    plan.files["authorities"].write_text("\n".join([heading, *[row] * 153]), encoding="utf-8")
    [told] = plan.faults()
    assert told.startswith("data/local_authorities.csv: the heading lacks id, gss_code, name, region, type, source_id")


def test_a_column_that_may_be_left_out_may_be_left_out(plan: PlanFolder) -> None:
    plan.files["authorities"].write_text(
        "id,gss_code,name,region,type,source_id\n201,E09000001,City of London,London,City corporation,news\n",
        encoding="utf-8",
    )
    assert [s.noun.id for s in plan.read() if isinstance(s.noun, LocalAuthority)] == ["201"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\r\n', ""])
def test_a_table_as_excel_saves_it_is_read(plan: PlanFolder, first: str, encoding: str) -> None:
    wanted = plan.read()
    text = LOCAL_AUTHORITIES.replace(",", ";").replace("\n", ";;\r\n") + ";;;;;;;;\r\n\r\n"
    plan.files["authorities"].write_bytes((first + text).encode(encoding))
    assert [s.noun for s in plan.read()] == [s.noun for s in wanted]


def test_a_row_with_a_field_too_many_is_a_fault_that_counts_the_line_of_the_separator(plan: PlanFolder) -> None:
    text = LOCAL_AUTHORITIES.replace(",", ";").replace("Camden;", "Camden;;more")
    plan.files["authorities"].write_text("sep=;\n" + text, encoding="utf-8")
    [told] = plan.faults()
    assert told.startswith("data/local_authorities.csv, row 4: the row does not have as many fields as the heading")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_plan_as_other_editors_save_it_is_read(plan: PlanFolder, encoding: str) -> None:
    wanted = plan.read()
    text = plan.files["promises"].read_text(encoding="utf-8").replace("\n", "\r\n")
    plan.files["promises"].write_bytes(text.encode(encoding))
    assert [s.noun for s in plan.read()] == [s.noun for s in wanted]


def test_names_that_begin_with_a_dot_and_what_editors_leave_are_passed_over(plan: PlanFolder) -> None:
    wanted = plan.read()
    (plan.plans / "._bodies.toml").write_bytes(b"\x00\x05\x16\x07\xff\xfe")
    (plan.plans / ".ipynb_checkpoints").mkdir()
    for name in (".ipynb_checkpoints/bodies-checkpoint.toml", "bodies.toml~", "#bodies.toml", "~$bodies.toml", "b.swp"):
        (plan.plans / name).write_text("not a plan", encoding="utf-8")
    assert plan.read() == wanted


def test_a_plan_whose_ending_is_in_capitals_is_a_fault(plan: PlanFolder) -> None:
    plan.files["promises"].rename(plan.plans / "promises.TOML")
    assert plan.faults()[0].startswith("plans/promises.TOML: the name of a plan must end in .toml, in small letters")


NO_FILE = "is a folder, a pipe or a device. Put a file there or remove it."


def test_a_pipe_a_device_and_links_to_them_are_not_read(plan: PlanFolder) -> None:
    os.mkfifo(plan.plans / "pipe.toml")
    (plan.plans / "zero.toml").symlink_to("/dev/zero")
    (plan.plans / "gone.toml").symlink_to("nowhere")
    plan.files["funding"].unlink()
    os.mkfifo(plan.files["funding"])
    assert plan.faults() == (
        "plans/gone.toml: the file cannot be read: No such file or directory.",
        f"plans/pipe.toml: {NO_FILE}",
        f"plans/zero.toml: {NO_FILE}",
        f"data/funding.csv: {NO_FILE}",
    )


def test_a_link_to_a_file_is_read(plan: PlanFolder) -> None:
    wanted = plan.read()
    plan.files["bodies"].rename(plan.plans.parent / "elsewhere")
    plan.files["bodies"].symlink_to(plan.plans.parent / "elsewhere")
    assert plan.read() == wanted


def test_a_file_larger_than_a_plan_is_not_read(plan: PlanFolder) -> None:
    (plan.plans / "large.toml").write_bytes(b"#" * (5 * 1024 * 1024 + 1))
    assert plan.faults() == ("plans/large.toml: the file is larger than 5 MB, which is too large for a plan or table.",)


def test_a_table_under_another_name_is_told_of_where_it_is_missing(plan: PlanFolder) -> None:
    plan.files["funding"].rename(plan.data / "Funding (1).CSV")
    assert plan.faults() == (
        'data/funding.csv: the file cannot be read: No such file or directory. There is a "Funding (1).CSV" '
        "in the same folder. Was the file renamed?",
    )


@pytest.mark.parametrize("written", ["2025-03", "2025-Q4", "FY2024-25", "autumn 2023"])
def test_a_date_that_is_not_a_day_without_quotation_marks_names_its_entry(plan: PlanFolder, written: str) -> None:
    plan.edit("promises", 'baseline    = "FY2024-25"', f"baseline = {written}  # as published")
    assert plan.faults() == (
        "plans/chapters/promises.toml, commitment C6-01, milestone C6-01-M1, field baseline: put a date "
        f'without a day in quotation marks: "{written}".',
    )


def test_ids_that_differ_only_in_capitals_are_a_fault(plan: PlanFolder) -> None:
    plan.edit("promises", 'id          = "C6-06-M1"', 'id          = "c6-01-m1"')
    assert plan.faults()[0] == (
        "plans/chapters/promises.toml, commitment C6-06, milestone c6-01-m1: the id c6-01-m1 differs only in "
        "capitals from C6-01-M1 in plans/chapters/promises.toml, commitment C6-01, milestone C6-01-M1. Give "
        "each a different id."
    )


def test_a_heading_twice_is_a_fault(plan: PlanFolder) -> None:
    plan.edit("funding", "part_of,note", "part_of,scope")
    assert plan.faults() == ("data/funding.csv: the heading names scope twice. Give each column its own name.",)
