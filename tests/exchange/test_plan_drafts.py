"""Files of other programs: what they are said to be, and the plans that are drafted from them."""

from __future__ import annotations

import io
import tomllib
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tracker.domain.dates import day_of
from tracker.domain.errors import ReturnRejected
from tracker.domain.nouns import Milestone, Progress
from tracker.exchange import foreign_files, foreign_parser
from tracker.exchange.plan_drafts import draft
from tracker.exchange.returns import reader

if TYPE_CHECKING:
    from tests.exchange.conftest import PlanFolder

GMPP = (
    "GMPP ID Number,Project Name,Department,NISTA Delivery Confidence Assessment,"
    "Departmental commentary on actions planned or taken on the NISTA RAG rating.,"
    "Project - Start Date (Latest Approved Start Date),Project - End Date (Latest Approved End Date),Variance %\r\n"
    "DfE_0009,Special Places \u2013 Programme,DfE,Amber,Unchanged.,01/04/2022,31/03/2028,-2%\r\n"
    "DfE_0010,Local Reform Testing,DfE,Exempt,Exempt,,Exempt under Section 43,\r\n"
).encode("cp1252")
PROJECT_CSV = (
    "ID;Active;Task Mode;Name;Duration;Start;Finish;% Complete;Predecessors;Outline Level;Milestone;Notes\r\n"
    "1;Yes;Auto Scheduled;Publish standards;0 days;Fri 30/04/27;Fri 30/04/27;0%;;1;Yes;In two parts\r\n"
    "2;Yes;Auto Scheduled;Consult on the Code;12.6 wks;Mon 03/05/27;Thu 29/07/27;0%;1FS+1 day;1;No;\r\n"
    "3;Yes;Auto Scheduled;Appoint the panel;0 days;Fri 30/01/26;Fri 30/01/26;100%;;1;Yes;\r\n"
).encode("utf-8-sig")
PROJECT_XML = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Project xmlns="http://schemas.microsoft.com/project"><Name>Reform plan</Name><Tasks>
<Task><Name>Publish standards</Name><Milestone>1</Milestone><Finish>2027-04-30T17:00:00</Finish>
<PercentComplete>0</PercentComplete><Baseline><Finish>2026-12-31T17:00:00</Finish></Baseline></Task>
<Task><Name>Write them</Name><Milestone>0</Milestone><Finish>2027-03-31T17:00:00</Finish></Task>
</Tasks></Project>"""
LIST = "Milestone,Due date,Lead\nConsultation opens,spring 2027,DfE\n\nCode published,31 March 2028,DfE\n".encode(
    "utf-16"
)


def workbook(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Tasks", 0)
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PLANNER = workbook(
    ("Task Name", "Bucket Name", "Progress", "Due date"), ("Publish", "Standards", "In progress", "2027-04")
)


def rejected(content: bytes, name: str) -> str:
    with pytest.raises(ReturnRejected) as caught:
        reader.read_file(content, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (GMPP, "gmpp.csv", "a table of the Government Major Projects Portfolio (GMPP, from NISTA)"),
        (PROJECT_CSV, "project.csv", "a schedule from Microsoft Project"),
        (PROJECT_XML, "project.xml", "a schedule from Microsoft Project"),
        (LIST, "list.csv", "a list of tasks or milestones"),
        (PLANNER, "planner.xlsx", "a list of tasks from Microsoft Planner"),
        (
            b"ID,Subject,Status,Finish date\n1,Publish,New,2027-04-30\n",
            "op.csv",
            "a list of work packages from OpenProject",
        ),
        (b"Project name,Completion Date (mmm-yy),Delivery (RAG)\n", "p.csv", "another programme's reporting template"),
    ],
)
def test_a_file_with_milestones_is_named_and_the_way_to_a_plan_is_told(content: bytes, name: str, what: str) -> None:
    told = rejected(content, name)
    assert told.startswith(f"This file is {what}, not a return from the tracker. Nothing was read.")
    assert "python -m tracker plan draft FILE" in told


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (
            b"\xef\xbb\xbftime_period,la_name,measure,value\n202526,Leeds,Plans,c\n",
            "ees.csv",
            "a table of published statistics",
        ),
        (b"time_period,geographic_level,la_name\n", "ees.csv", "a table of published statistics"),
        (b"old_la_code,la_name,region_name\n201,City of London,London\n", "la.csv", "a list of local authorities"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "outlook.ics", "a calendar (.ics)"),
        (b"%PDF-1.7 \n", "plan.pdf", "a PDF"),
        (b"PK\x03\x04", "plan.docx", "a Word document"),
        (b"<a/>", "plan.xml", "an XML file"),
        (b"alpha,beta,gamma\n1,2,3\n", "t.csv", "a table with other headings"),
    ],
)
def test_any_other_file_is_named_and_told_what_to_do(content: bytes, name: str, what: str) -> None:
    told = rejected(content, name)
    assert told.startswith(f"This file is {what}, not a return from the tracker. ")
    assert "New milestones come from a plan (see plans/README.md)." in told


def test_a_workbook_of_no_known_layout_says_which_sheet_it_lacks() -> None:
    assert rejected(workbook(("a", "b")), "x.xlsx").startswith('The workbook has no sheet "Milestones"')


@pytest.mark.parametrize("content", [b"", b"a\n", b"sep=;\na;b\n", b"Milestone,Status\n"])
def test_what_says_nothing_is_left_to_the_reader_of_returns(content: bytes) -> None:
    assert foreign_files.of_bytes(content, "csv") is None


# Drafts


def filled(drafted: str) -> str:
    return drafted.replace("FILL IN: ", "").replace('"lead-delivery"', '"sro"')


@pytest.mark.parametrize(
    ("content", "name", "titles", "dates"),
    [
        (GMPP, "gmpp.csv", ["Special Places \u2013 Programme", "Local Reform Testing"], ["2028-03-31", None]),
        (PROJECT_CSV, "project.csv", ["Publish standards", "Appoint the panel"], ["2027-04-30", "2026-01-30"]),
        (PROJECT_XML, "project.xml", ["Publish standards"], ["2026-12-31"]),
        (LIST, "list.csv", ["Consultation opens", "Code published"], ["2027-05-31", "2028-03-31"]),
        (PLANNER, "planner.xlsx", ["Publish"], ["2027-04-30"]),
    ],
)
def test_a_draft_reads_as_a_plan_and_passes_once_it_is_filled_in(
    plan: PlanFolder, content: bytes, name: str, titles: list[str], dates: list[str | None]
) -> None:
    drafted = draft(content, name)
    file = plan.plans / "draft.toml"
    file.write_text(drafted, encoding="utf-8")
    assert tomllib.loads(drafted)
    faults = plan.faults()
    assert all("FILL IN" in fault for fault in faults)
    file.write_text(filled(drafted), encoding="utf-8")
    found = [s.noun for s in plan.read() if isinstance(s.noun, Milestone) and s.noun.id.startswith("DRAFT-01")]
    assert [milestone.title for milestone in found] == titles
    assert [str(day_of(m.baseline)) if day_of(m.baseline) else None for m in found] == dates


def test_what_is_guessed_is_marked_and_nothing_is_said_to_have_happened(plan: PlanFolder) -> None:
    drafted = draft(PROJECT_CSV, "project.csv")
    assert 'baseline    = "2027-04-30"  # GUESS: the file has no baseline; its finish date is Fri 30/04/27' in drafted
    assert "# FILL IN: the file says it is complete" in drafted
    assert "#   Consult on the Code" in drafted
    assert '# FILL IN a baseline: the file\'s finish is "Exempt under Section 43"' in draft(GMPP, "gmpp.csv")
    (plan.plans / "draft.toml").write_text(filled(draft(PROJECT_XML, "p.xml")), encoding="utf-8")
    [forecast] = [s.noun for s in plan.read() if isinstance(s.noun, Progress) and s.noun.id == "DRAFT-01-M1"]
    assert (str(day_of(forecast.statement.forecast)), day_of(forecast.statement.actual)) == ("2027-04-30", None)


def test_hostile_texts_stay_within_their_lines() -> None:
    content = 'Milestone,Due date\n"a""\n[[owner]]\n\x1b\u202e",x\n'.encode()
    [milestone] = tomllib.loads(draft(content, "l.csv"))["commitment"][0]["milestone"]
    assert milestone["title"] == 'a" [[owner]]'


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"%PDF-1", "a.pdf", "This file is a PDF."),
        (b"x", "a.zip", "We can draft a plan from a CSV"),
        (b"<a/>", "a.xml", "not a Microsoft Project schedule"),
        (b"a,b\n1,2\n", "a.csv", "We found no table of milestones"),
        (b"Task,Due date\n", "a.csv", "headings but no rows"),
        (b"PK\x03\x04", "a.xlsx", "damaged"),
        (PROJECT_XML.replace(b"<Project", b'<!DOCTYPE a [<!ENTITY b "c">]><Project'), "a.xml", "damaged"),
        (PROJECT_XML.replace(b"</Project>", b""), "a.xml", "damaged"),
    ],
)
def test_what_holds_no_milestones_is_refused_in_a_sentence(content: bytes, name: str, told: str) -> None:
    with pytest.raises(ReturnRejected, match=told):
        draft(content, name)


def test_a_schedule_of_too_many_tasks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_parser, "MOST_TASKS", 1)
    with pytest.raises(ReturnRejected, match="more than 1 tasks"):
        foreign_parser.parse(PROJECT_XML, "xml")
