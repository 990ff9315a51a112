"""The report as HTML, PDF, slides and calendar: what each format promises to whoever reads it by machine."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from tests.conftest import copy_store
from tests.exchange.pack import readers
from tests.exchange.pack.conftest import CELLS, FIRST
from tests.reporting.test_board import board as reporting_board
from tests.reporting.test_board import commitment, milestone
from tests.samples import built, save
from tests.security.payloads import PAYLOADS
from tracker.domain.dates import day_of
from tracker.domain.nouns import Progress
from tracker.domain.words import Precision, Reporter
from tracker.exchange.pack import pictures, report_pdf
from tracker.exchange.pack.calendar_ics import ics_file
from tracker.exchange.pack.files import xml_text
from tracker.exchange.pack.report_html import html_file
from tracker.exchange.pack.slides_pptx import pptx_file
from tracker.reporting import charts
from tracker.reporting.report import Section, build_report
from tracker.services import boards, stores
from tracker.store import board
from tracker.store.database import Address

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.pack.conftest import Material

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_html_needs_nothing_else_and_runs_nothing(whole: dict[str, bytes]) -> None:
    reader = Tags()
    reader.feed(whole["report.html"].decode())
    names = {name for name, _ in reader.tags}
    assert not names & {"script", "iframe", "object", "embed", "link", "img", "form"}
    for name, attributes in reader.tags:
        assert not [key for key in attributes if key.startswith("on")], name
        assert "src" not in attributes
        assert not (attributes.get("href") or "").startswith(("javascript:", "data:"))
    assert "url(http" not in whole["report.html"].decode()
    assert ("html", {"lang": "en-GB"}) in reader.tags


def test_what_people_wrote_is_text_in_every_report(whole: dict[str, bytes]) -> None:
    events = "Events that concern every commitment, newest first"
    said = {row[1] for row in readers.html_tables(whole["report.html"])[events]}
    pdf = " ".join(readers.pdf_pages(whole["report.pdf"]))
    slides = {row[1] for row in readers.pptx_tables(whole["slides.pptx"])[events]}
    for text in CELLS:
        assert xml_text(text.strip()) in said
        if text.isascii():
            assert "".join(text.split()) in "".join(pdf.split())
    assert "[U+FF1D]1+1" in pdf or "\uff1d1+1" in pdf  # what no font here has is named
    assert CELLS[0] in slides


def test_the_html_has_a_text_for_each_chart_and_a_caption_and_headings_for_each_table(
    whole: dict[str, bytes],
) -> None:
    page = whole["report.html"].decode()
    assert page.count('<svg role="img" aria-label="') == page.count("<svg ") == 2
    assert page.count("<table>") == page.count("<caption>") > 10
    assert page.count('<th scope="row"') > 100
    assert len(re.findall(r"<h1>", page)) == 1
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)


def test_a_marking_cannot_break_out_of_the_style_of_the_page(material: Material) -> None:
    handling = '"; } </style><script>window.ran = 1</script>'
    [file] = html_file(replace(material.cover, handling=handling), (Section(key="a", heading="A"),), {})
    assert b"</style><script>" not in file.content
    assert b"\\3c script>" in file.content


def test_a_chart_escapes_what_it_is_made_of() -> None:
    names = [f"{text} {number}" for number, text in enumerate(PAYLOADS)]
    late = [
        milestone(name, commitment_id="C1", title=name, status="Overdue", baseline_on=FIRST, slip_days=9)
        for name in names
    ]
    finding = charts.overdue_milestones(reporting_board([commitment("C1")], late))
    assert finding
    drawn = pictures.svg(finding, width=300, name="late")
    assert "&lt;script&gt;" in drawn
    reader = Tags()
    reader.feed(drawn)
    assert {name for name, _ in reader.tags} <= {"svg", "g", "path", "text", "line", "rect", "defs", "clippath"}
    assert not [key for _, attributes in reader.tags for key in attributes if key.startswith("on")]


def test_the_pdf_is_tagged_titled_and_in_english_with_bookmarks(whole: dict[str, bytes], material: Material) -> None:
    report = pypdf.PdfReader(io.BytesIO(whole["report.pdf"]))
    root: Any = report.trailer["/Root"].get_object()
    assert str(root["/MarkInfo"]["/Marked"]) == "True"
    assert root["/Lang"] == "en-GB"
    assert str(root["/ViewerPreferences"]["/DisplayDocTitle"]) == "True"
    assert "/StructTreeRoot" in root
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert report.metadata
    assert report.metadata.title == "National SEND Delivery Board: position as at 30 September 2026"
    assert report.metadata.author == "National SEND Delivery Board"
    assert report.metadata.creation_date
    assert report.metadata.creation_date.date() == material.cover.stamp.date()
    titles = [entry.title for entry in report.outline if not isinstance(entry, list)]
    assert titles[:3] == [
        "The position",
        "What changed since the snapshot board-2023-q4 of 31 December 2023",
        "Exceptions",
    ]


def test_a_text_in_any_script_can_be_set_even_when_no_font_has_it(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = Section(key="a", heading="Café", paragraphs=("日本 \U0001f600 – “so”",))
    for tries in (report_pdf._TRIES, 0):
        monkeypatch.setattr(report_pdf, "_TRIES", tries)
        [file] = report_pdf.pdf_file(material.cover, [section], {})
        text = " ".join(readers.pdf_pages(file.content))
        assert "Café" in text
        assert "– “so”" in text
        assert "日" in text or "[U+65E5]" in text


def test_the_slides_have_titles_tables_and_texts_for_charts_and_are_ten_at_most(whole: dict[str, bytes]) -> None:
    slides = readers.pptx_slides(whole["slides.pptx"])
    assert 8 <= len(slides) <= 10
    titles = []
    for slide in slides:
        first = next(slide.iter(f"{_P}sp"))
        assert first.find(f".//{_P}ph").get("type") == "title"  # type: ignore[union-attr]
        titles.append("".join(text.text or "" for text in first.iter(f"{_A}t")))
        for picture in slide.iter(f"{_P}pic"):
            assert len(picture.find(f".//{_P}cNvPr").get("descr", "")) > 80  # type: ignore[union-attr]
        for table in slide.iter(f"{_A}tbl"):
            assert table.find(f"{_A}tblPr").get("firstRow") == "1"  # type: ignore[union-attr]
        assert {run.get("lang") for run in slide.iter(f"{_A}rPr")} == {"en-GB"}
    assert all(titles)
    assert len(set(titles)) == len(titles)
    with zipfile.ZipFile(io.BytesIO(whole["slides.pptx"])) as deck:
        notes = [deck.read(name).decode() for name in deck.namelist() if re.search(r"notesSlide\d+\.xml$", name)]
        size = re.search(r'sldSz cx="(\d+)" cy="(\d+)"', deck.read("ppt/presentation.xml").decode())
    assert len(notes) == len(slides)
    assert all("Source: the board" in note for note in notes)
    assert size
    assert round(int(size[1]) / int(size[2]), 2) == 1.78


def test_what_does_not_fit_on_a_slide_is_counted_and_nothing_leaves_it(material: Material) -> None:
    table = material.table("milestones").picked("milestone_id", "title", "due", "status")
    crowded = [
        replace(part, tables=(table,) * 3) if part.key == "milestones" else replace(part, chart=None)
        for part in build_report(material.view, material.tables, since=None)
    ]
    [deck] = pptx_file(material.cover, crowded, {})
    slide = next(s for s in readers.pptx_slides(deck.content) if "".join(s.itertext()).startswith("Milestones"))
    shown = 0
    for frame in slide.iter(f"{_P}graphicFrame"):
        top, high = (frame.find(f"{_P}xfrm/{_A}{tag}") for tag in ("off", "ext"))
        assert top is not None
        assert high is not None
        assert int(top.get("y", "")) + int(high.get("cy", "")) < 6_446_520  # where the marking below begins
        shown += len(list(frame.iter(f"{_A}tr"))) - 1
    counted = [int(n) for n in re.findall(r": (\d+) more rows in the report", "".join(slide.itertext()))]
    assert shown + sum(counted) == 3 * len(table.rows)


# The calendar


def events(calendar: bytes) -> dict[str, dict[str, str]]:
    """The events of a calendar by UID, read line by line."""
    lines = calendar.decode().replace("\r\n ", "").split("\r\n")
    found: dict[str, dict[str, str]] = {}
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            event = {}
        elif line == "END:VEVENT":
            found[event["UID"]] = event
        else:
            event[name] = value
    return found


def test_the_calendar_has_the_milestones_with_a_day_and_no_day_is_made_up(
    whole: dict[str, bytes], material: Material
) -> None:
    found = events(whole["milestones.ics"])
    dated = {
        line.milestone_id: (day_of(line.actual) or day_of(line.due))
        for line in material.view.milestones
        if (line.actual or line.due) and (line.actual or line.due).precision is Precision.DAY  # type: ignore[union-attr]
    }
    assert {uid.removesuffix("@send-delivery-board"): e["DTSTART;VALUE=DATE"] for uid, e in found.items()} == {
        milestone_id: f"{day:%Y%m%d}" for milestone_id, day in dated.items() if day
    }
    moved = found["C2-01-M4@send-delivery-board"]
    assert (moved["DTSTART;VALUE=DATE"], moved["STATUS"], moved["SEQUENCE"]) == ("20270315", "TENTATIVE", "1")
    left_out = len(material.view.milestones) - len(dated)
    assert f"{left_out} milestones left out because their date is not a day: C2-01-M1" in whole[
        "milestones.ics"
    ].decode().replace("\r\n ", "")


def test_a_milestone_that_moves_keeps_its_uid_and_its_sequence_goes_up(
    furnished: Address, material: Material, tmp_path: Path
) -> None:
    with stores.open_store(copy_store(furnished, Address(tmp_path / "t.duckdb")), writable=True) as db:
        later = dt.date(2028, 1, 10)
        save(
            db,
            built(
                Progress, id="C2-01-M4", reporter=Reporter.OWNER, forecast_on=later, forecast_precision=Precision.DAY
            ),
            on=dt.date(2026, 9, 3),
        )
        with db.read() as cursor:
            revisions = board.revisions(cursor, boards.known_position(db))
    [file] = ics_file(material.cover, material.tables, revisions)
    assert events(file.content)["C2-01-M4@send-delivery-board"]["SEQUENCE"] == "2"


def test_a_calendar_of_nothing_says_so(material: Material) -> None:
    empty = replace(material.table("milestones"), rows=())
    [file] = ics_file(material.cover, [empty], {})
    assert events(file.content) == {}
    assert b"0 milestones left out because their date is not a day: none." in file.content.replace(b"\r\n ", b"")
