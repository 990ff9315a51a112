"""CSV for analysts: what is written is read back, and both descriptions of it hold."""

from __future__ import annotations

import csv
import io
import json
import warnings
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.pack.conftest import CELLS
from tracker.exchange.cells import guarded, unguarded
from tracker.exchange.pack.csv_files import csv_files, read_table_csv, table_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exchange.pack.conftest import Material
    from tracker.views.table import Table


@settings(max_examples=50)
@given(st.text() | st.from_regex("'*[-=+@\t\r\uff1d]x", fullmatch=True))
def test_a_guarded_text_never_begins_a_formula_and_comes_back_as_it_was(text: str) -> None:
    assert not guarded(text).startswith(tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"))
    assert unguarded(guarded(text)) == text


def test_every_table_comes_back_from_csv_as_it_was(material: Material) -> None:
    assert len(material.tables) > 10
    for table in material.tables:
        assert tuple(read_table_csv(table_csv(table), table.columns)) == table.rows, table.name


def test_a_csv_of_other_columns_is_refused(material: Material) -> None:
    with pytest.raises(ValueError, match="the header is"):
        read_table_csv("a,b\r\n", material.tables[0].columns)


def test_a_csv_is_as_rfc_4180_and_the_tabular_data_standard_say(material: Material) -> None:
    text = table_csv(material.table("milestones"))
    header, first = text.split("\r\n")[:2]
    assert not text.startswith("\ufeff")
    assert header.split(",")[:3] == ["milestone_id", "commitment_id", "programme_id"]
    assert header == header.lower()
    assert text.endswith("\r\n")
    assert ",true," in text
    assert "2022-03-29" in text
    assert first.startswith("C")


def test_no_cell_of_a_csv_can_run_and_no_number_is_guarded(material: Material) -> None:
    rows = list(csv.reader(io.StringIO(table_csv(material.table("events")), newline="")))
    summaries = [row[rows[0].index("summary")] for row in rows[1:]]
    assert "'=1+1" in summaries
    assert "''=1+1" in summaries
    assert not [cell for cell in summaries if cell.startswith(tuple("=+-@\t\r\uff1d"))]
    assert set(CELLS) - {" two  spaces "} <= {unguarded(cell) for cell in summaries}
    slips = table_csv(material.table("milestones").picked("milestone_id", "slip_days"))
    assert "'-" not in slips
    assert ",-" in slips


def test_the_data_package_is_valid_and_the_csvw_metadata_hold(material: Material, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their own, of what they are built on
        import csvw  # noqa: PLC0415
        import frictionless  # noqa: PLC0415

        for file in csv_files(material.cover, material.tables):
            (tmp_path / file.path).parent.mkdir(exist_ok=True)
            (tmp_path / file.path).write_bytes(file.content)
        report = frictionless.Package(str(tmp_path / "csv" / "datapackage.json")).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]
        described = sorted((tmp_path / "csv").glob("*-metadata.json"))
        assert len(described) == len(material.tables) + 1
        for metadata in described:
            checked = csvw.CSVW(str(metadata), validate=True)
            assert checked.is_valid, metadata
            assert [str(warning.message) for warning in checked.warnings] == []


def test_the_descriptions_say_marking_licence_day_and_the_rule_for_formulas(material: Material) -> None:
    files = {file.path: file for file in csv_files(material.cover, material.tables)}
    package = json.loads(files["csv/datapackage.json"].content)
    group = json.loads(files["csv/csv-metadata.json"].content)
    assert (
        package["marking"] == "OFFICIAL-SENSITIVE – For board members & staff only · Demonstration data · England only"
    )
    assert group["dc:accessRights"] == package["marking"]
    assert "open-government-licence" in group["dc:license"]["@id"]
    assert package["as_at"] == "2026-09-30"
    assert "apostrophe" in package["description"]
    assert all("OFFICIAL-SENSITIVE" in path and "demonstration-data" in path for path in files if path.endswith(".csv"))


def test_forty_thousand_rows_are_all_written(large: Table) -> None:
    assert table_csv(large).count("\r\n") >= 40_001
