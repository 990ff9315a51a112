"""The same figure is the same in every file of a pack, marked alike, and nothing restricted is in a public edition."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.exchange.pack import readers
from tests.exchange.pack.conftest import HANDLING, NAME, PEOPLE, SECRETS
from tracker.domain.words import COVERAGE, COVERAGE_NOTICE, Precision
from tracker.reporting import tables

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.pack.conftest import Material

COUNTED = {
    tables.BY_OWNER: "Commitments by delivery confidence",
    tables.BY_DATES: "Commitments by status from dates",
    tables.BY_EVIDENCE: "Commitments by evidence view",
    tables.MILESTONES: "Milestones: all, and in this period",
}
MONEY = "Committed by the Green Paper, by programme"
MARKED = f"OFFICIAL-SENSITIVE – {HANDLING} · {COVERAGE}"

Figures = dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def figures(material: Material) -> Figures:
    """What the board view itself says: commitments by each status, milestones, and committed pounds."""
    view = material.view
    return {
        **{(tables.BY_OWNER, word): count for word, count in view.by_owner_status.items()},
        **{(tables.BY_DATES, word): count for word, count in view.by_computed_status.items()},
        **{(tables.BY_EVIDENCE, word): count for word, count in view.by_outcome.items()},
        (tables.MILESTONES, "all"): len(view.milestones),
        (tables.MILESTONES, "met"): len(view.met),
        (tables.MILESTONES, "overdue"): view.overdue,
        (tables.MILESTONES, "met in the last 90 days"): len(view.met_in_period),
        (tables.MILESTONES, "missed in the last 90 days"): len(view.missed_in_period),
        (tables.MILESTONES, "due in the next 90 days"): len(view.due_soon),
        **{(tables.COMMITTED, line.name): int(line.committed_gbp) for line in view.programmes if line.committed_gbp},
    }


def of_headline(rows: list[list[Any]]) -> Figures:
    """The figures of rows of measure, category, count and amount."""
    wanted = {*COUNTED, tables.COMMITTED}
    return {
        (measure, category): int(count if isinstance(count, int | float) else amount)
        for measure, category, count, amount in rows
        if measure in wanted
    }


def of_report(found: dict[str, readers.Rows]) -> Figures:
    """The figures of tables by title, as the reports have them."""
    counted = {
        (measure, category.lstrip("✓▲■◆●◌–○▸≈∞↷✕≁? ")): int(count.replace(",", ""))
        for measure, title in COUNTED.items()
        for category, count in found[title][1:]
    }
    money = {(tables.COMMITTED, row[0]): int(row[1].strip("£").replace(",", "")) for row in found[MONEY][1:]}
    return counted | money


def test_csv_json_and_parquet_hold_the_boards_figures(
    whole: dict[str, bytes], figures: Figures, tmp_path: Path
) -> None:
    rows = readers.csv_rows(whole["csv/headline.csv"])
    assert (
        of_headline(
            [
                [r["measure"], r["category"], int(r["count"]) if r["count"] else None, float(r["amount_gbp"] or 0)]
                for r in rows
            ]
        )
        == figures
    )
    said = readers.json_rows(whole["json/tables.json"], "headline")
    assert of_headline([list(row.values()) for row in said]) == figures
    board = json.loads(whole["json/board.json"])
    assert board["commitments"]["by_outcome"] == {w: n for (m, w), n in figures.items() if m == tables.BY_EVIDENCE}
    (tmp_path / "headline.parquet").write_bytes(whole["parquet/headline.parquet"])
    assert of_headline([list(row) for row in readers.parquet_rows(str(tmp_path / "headline.parquet"))]) == figures


def test_the_workbooks_hold_the_boards_figures(whole: dict[str, bytes], figures: Figures) -> None:
    for rows in (
        readers.ods_table(whole["workbook.ods"], "Headline figures", 4),
        readers.xlsx_table(whole["workbook.xlsx"], "Headline figures", 4),
    ):
        assert of_headline(rows[rows.index(["Measure", "Category", "Count", "Amount (£)"]) + 1 :]) == figures


def test_the_html_and_the_slides_hold_the_boards_figures(whole: dict[str, bytes], figures: Figures) -> None:
    assert of_report(readers.html_tables(whole["report.html"])) == figures
    assert of_report(readers.pptx_tables(whole["slides.pptx"])) == figures


def test_the_pdf_holds_the_boards_figures(whole: dict[str, bytes], figures: Figures) -> None:
    text = " ".join(readers.pdf_pages(whole["report.pdf"]))
    starts = {
        measure: text.index(title) + len(title) for measure, title in {**COUNTED, tables.COMMITTED: MONEY}.items()
    }
    for (measure, word), figure in figures.items():
        part = text[starts[measure] : starts[measure] + 1_500]
        found = re.search(rf"{re.escape(word)} £?([\d,]+)", part)
        assert found, (measure, word, part)
        assert int(found[1].replace(",", "")) == figure, (measure, word)


def test_all_files_list_every_commitment_and_milestone(whole: dict[str, bytes], material: Material) -> None:
    commitments = [line.commitment_id for line in material.view.commitments]
    assert [row["commitment_id"] for row in readers.csv_rows(whole["csv/commitments.csv"])] == commitments
    assert [row[0] for row in readers.html_tables(whole["report.html"])["Commitments"][1:]] == commitments
    text = " ".join(readers.pdf_pages(whole["report.pdf"]))
    assert all(commitment_id in text for commitment_id in commitments)
    milestones = {line.milestone_id for line in material.view.milestones}
    assert {row["milestone_id"] for row in readers.csv_rows(whole["csv/milestones.csv"])} == milestones


def test_what_changed_since_the_snapshot_before_is_in_the_pack(whole: dict[str, bytes]) -> None:
    changes = readers.csv_rows(whole["csv/changes-since-last.csv"])
    assert len(changes) > 20
    assert {"evidence view changed", "milestone met"} <= {row["kind"] for row in changes}
    since = "the snapshot board-2023-q4 of 31 December 2023"
    assert f"What changed since {since}" in whole["report.html"].decode()
    pdf = " ".join(" ".join(readers.pdf_pages(whole["report.pdf"])).split())
    assert f"{len(changes)} changes since {since}. The report lists them all." in pdf


def test_a_source_known_only_by_its_year_is_printed_as_a_year(whole: dict[str, bytes], material: Material) -> None:
    by_year = {
        line.source_id: str(line.published)
        for line in material.view.sources
        if line.published and line.published.precision == Precision.YEAR
    }
    assert by_year
    page = readers.html_tables(whole["report.html"])["Sources"]
    assert {row[0]: row[3] for row in page[1:] if row[0] in by_year} == by_year
    sheet = readers.xlsx_table(whole["workbook.xlsx"], "Sources", 5)
    assert {row[0]: row[4] for row in sheet if row[0] in by_year} == by_year
    pdf = " ".join(" ".join(readers.pdf_pages(whole["report.pdf"])).split())
    assert "31 December 2026" not in pdf


def test_every_page_slide_and_name_is_marked(whole: dict[str, bytes]) -> None:
    page = whole["report.html"].decode()
    marked = MARKED.replace("&", "&amp;")
    assert page.count(f'<p class="marking">{marked}</p>') == 2
    assert f'<meta name="marking" content="{marked}">' in page
    for text in readers.pdf_pages(whole["report.pdf"]):
        assert text.count(MARKED) == 2
    for slide in readers.pptx_slides(whole["slides.pptx"]):
        texts = [text.text for text in slide.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}t")]
        assert texts.count(MARKED) == 2
    assert MARKED in whole["milestones.ics"].decode().replace("\r\n ", "")
    assert b"OFFICIAL-SENSITIVE" in whole["SHA256SUMS"].splitlines()[0]


def everything(files: dict[str, bytes]) -> dict[str, str]:
    """All text of every file, archives and PDF opened."""
    texts = {}
    for path, content in files.items():
        if path.endswith((".ods", ".xlsx", ".pptx")):
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                texts[path] = " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
        elif path.endswith(".pdf"):
            texts[path] = " ".join(readers.pdf_pages(content))
        else:
            texts[path] = content.decode("utf-8", "replace").replace("\r\n ", "").replace("&#39;", "'")
    return texts


def test_every_file_that_is_marked_says_that_it_is_about_england_only(
    whole: dict[str, bytes], public: dict[str, bytes]
) -> None:
    for files in (whole, public):
        unsaid = {path for path, text in everything(files).items() if COVERAGE not in text}
        bare = {path for path in unsaid if path.startswith("csv/") and path.endswith(".csv")}
        assert unsaid - bare <= {"SHA256SUMS", "json/board.json"}  # a table or a board alone: its name is marked
        assert COVERAGE_NOTICE in json.loads(files["manifest.json"])["statements"]


def test_a_public_edition_holds_nothing_restricted_in_any_file(
    whole: dict[str, bytes], public: dict[str, bytes]
) -> None:
    own, published = everything(whole), everything(public)
    assert own.keys() == published.keys()
    assert published["csv/headline.csv"] == own["csv/headline.csv"]  # and its figures are the same
    kept_back = (*SECRETS, "recovery action agreed", *PEOPLE, NAME, "Kept inside.")
    for secret in SECRETS:  # the scan sees them where they are
        for path in ("report.html", "report.pdf", "json/tables.json", "workbook.ods", "workbook.xlsx"):
            assert secret in own[path], path
    for path, text in published.items():
        assert not [secret for secret in kept_back if secret in text], path
    for path in ("report.html", "report.pdf", "csv/datapackage.json", "milestones.ics", "json/tables.json"):
        assert "Public edition" in published[path], path
