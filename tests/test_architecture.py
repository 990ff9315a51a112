"""What must be so of the program's text: who may import what, that the ledger is insert-only, that values are bound."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "tracker").rglob("*.py"))
SQL_FILES = sorted((ROOT / "tracker").rglob("*.sql"))
APP = ROOT / "streamlit_app.py"
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """Every module a file imports, at its top or anywhere in it."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def texts(path: Path) -> list[tuple[int, str]]:
    """Every string a file holds that is no documentation, with its line; an f-string with its holes as ``{}``."""
    module = tree(path)
    documentation = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            whole = "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
            found.append((node.lineno, whole))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation | parts:
            found.append((node.lineno, node.value))
    return found


def in_room(path: Path, room: str) -> bool:
    return path.is_relative_to(ROOT / "tracker" / room)


def test_these_tests_look_at_the_program() -> None:
    assert len(MODULES) > 20
    assert SQL_FILES
    assert "duckdb" in imported(ROOT / "tracker" / "store" / "database.py")
    assert any("INSERT INTO tracker.change" in text for _, text in texts(ROOT / "tracker" / "store" / "sealing.py"))


@pytest.mark.parametrize(("package", "room"), [("duckdb", "store"), ("streamlit", "ui")])
def test_only_one_room_imports_an_engine(package: str, room: str) -> None:
    importers = {path for path in MODULES if package in {module.partition(".")[0] for module in imported(path)}}
    assert importers
    assert [name(path) for path in importers if not in_room(path, room)] == []


def test_duckdb_is_connected_to_in_one_place_only() -> None:
    calls = [
        name(path)
        for path in [*MODULES, APP]
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr == "connect"
        and isinstance(node.value, ast.Name)
        and node.value.id == "duckdb"
    ]
    assert calls == ["tracker/store/database.py"]
    for path in MODULES:  # and by no other name: the engine's own module level cursor is one for the whole process
        assert not {module for module in imported(path) if module.startswith("duckdb.")}, name(path)


def test_engine_errors_are_caught_where_the_engine_is_opened_and_nowhere_else() -> None:
    for path in MODULES:
        if path.name == "database.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and node.type:
                assert "duckdb" not in ast.unparse(node.type), f"{name(path)}:{node.lineno}"


def test_the_app_file_imports_streamlit_and_the_ui_and_nothing_else_of_the_tracker() -> None:
    ours = {module for module in imported(APP) if module.startswith("tracker")}
    assert all(module == "tracker" or module.startswith("tracker.ui") for module in ours)


def test_every_module_says_what_it_is_for() -> None:
    said = {name(path): ast.get_docstring(tree(path)) or "" for path in MODULES if not in_room(path, "ui/pages")}
    assert [module for module, words in said.items() if not words.rstrip().endswith((".", "``"))] == []


_NOT_INSERT_ONLY = re.compile(
    r"\b(UPDATE\s+[\w.{}]+\s+SET|DELETE\s+FROM|TRUNCATE\s+[\w{]|INSERT\s+OR|ON\s+CONFLICT|MERGE\s+INTO|DROP\s+TABLE|ALTER\s+TABLE)\b",
    re.IGNORECASE,
)

_A_COLUMN_MORE = re.compile(r"\bALTER TABLE tracker\.\w+ ADD COLUMN \w+ [A-Z]+;")
"""The one alteration that leaves every row as it was: a column that is unknown in all of them."""

_MADE_ANEW = re.compile(
    r"CREATE TEMP TABLE (\w+) AS SELECT \* FROM tracker\.(\w+);\s+DROP TABLE tracker\.\2;\s+"
    r"CREATE TABLE tracker\.\2 \(.+?\n\);\s+INSERT INTO tracker\.\2 SELECT \*(, NULL)* FROM \1;\s+DROP TABLE \1;",
    re.DOTALL,
)
"""The one way to alter a check: keep every row, make the table again and put every row back."""


@pytest.mark.parametrize(
    "statement", ["UPDATE tracker.{} SET x", "delete from x", "INSERT OR REPLACE INTO x", "truncate x"]
)
def test_the_scan_for_statements_that_overwrite_sees_them(statement: str) -> None:
    assert _NOT_INSERT_ONLY.search(statement)


def test_no_statement_overwrites_or_deletes_a_row() -> None:
    statements = [(name(path), text) for path in MODULES for _, text in texts(path)]
    statements += [(name(path), re.sub(r"--.*", "", path.read_text(encoding="utf-8"))) for path in SQL_FILES]
    offenders = [
        (where, text)
        for where, text in statements
        if _NOT_INSERT_ONLY.search(_A_COLUMN_MORE.sub("", _MADE_ANEW.sub("", text)))
    ]
    assert offenders == []


_SQL = re.compile(r"\b(SELECT|INSERT INTO|CREATE|ATTACH|SET GLOBAL)\b")
_NAMES_FROM_THE_REGISTRY = {
    "schema.CHANGE_COLUMNS",
    "_KNOWN",
    "table",
    "table_of(noun)",
    "names",
    "values",
    "claimed",
    "belonging",
    "in_period",
    "counts",
    "every",
    "mode",
    "allowed",
    "', '.join(names)",
    "', '.join(columns(table))",
    "_quoted(address.file)",
    "_quoted(file)",
}
"""What may be put into SQL as text: names of tables and columns, and quoted paths where the engine binds none."""


def holes_in_sql(path: Path) -> list[str]:
    return [
        ast.unparse(value.value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr)
        and _SQL.search("".join(str(v.value) for v in node.values if isinstance(v, ast.Constant)))
        for value in node.values
        if isinstance(value, ast.FormattedValue)
    ]


def test_values_are_bound_and_only_names_of_the_registry_are_put_into_sql_as_text() -> None:
    used = {hole for path in MODULES if in_room(path, "store") for hole in holes_in_sql(path)}
    plain = {hole for hole in used if not hole.startswith(("', '.join((f'held.{column}'", "'id = $ids[1]' if"))}
    assert plain <= _NAMES_FROM_THE_REGISTRY
    assert len(used) > 5


def test_sql_is_written_in_the_store_and_nowhere_else() -> None:
    statement = re.compile(
        r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|CREATE\s+(OR\s+REPLACE\s+)?(TABLE|MACRO|VIEW))\s", re.DOTALL
    )
    for path in MODULES:
        if not in_room(path, "store"):
            assert not [text for _, text in texts(path) if statement.search(text)], name(path)


def test_migrations_have_no_foreign_keys_no_indexes_and_no_defaults() -> None:
    for path in SQL_FILES:
        if path.parent.name == "migrations":
            sql = re.sub(r"--.*", "", path.read_text(encoding="utf-8")).upper()
            for hazard in ("REFERENCES ", "FOREIGN KEY", "CREATE INDEX", "UNIQUE INDEX", " DEFAULT ", "TIMESTAMPTZ"):
                assert hazard not in sql, (path.name, hazard)


def test_every_test_that_the_readme_promises_exists() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").partition("| promise | test |")[2].partition("\n\n")[0]
    promised = re.findall(r"\| `([^`]+)` \|$", table, re.MULTILINE)
    assert len(promised) == len(table.splitlines()) - 2  # the heading's end and the rule below it
    assert not [path for path in promised if not (ROOT / path).exists()]


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table below a heading of the account of the architecture, each as its cells."""
    table = ARCHITECTURE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.findall(r"(?<=\| )[^|]+(?= \|)", line) for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip("` ") for cell in row] for row in rows[1:] if row]


def test_the_account_of_the_architecture_names_every_room_in_the_order_of_its_imports() -> None:
    rooms = [row[0].partition("/")[0] for row in rows_of("The rooms")]
    assert set(rooms) == {path.name for path in (ROOT / "tracker").iterdir() if (path / "__init__.py").exists()}
    layers = re.findall(r'"([^"]+)"', re.findall(r"^layers = \[(.*?)\]", PYPROJECT, re.DOTALL | re.MULTILINE)[0])
    listed = [room.removeprefix("tracker.") for layer in layers for room in layer.split(" | ")]
    assert rooms == listed


@pytest.mark.parametrize(("heading", "most"), [("How to add a field", 9), ("How to add a noun", 18)])
def test_what_is_to_be_edited_for_something_new_is_where_the_account_says(heading: str, most: int) -> None:
    rows = rows_of(heading)
    assert 0 < len(rows) <= most
    for path, _, beside in rows:
        files = [ROOT / path] if (ROOT / path).is_file() else sorted((ROOT / path).glob("*.*"))
        assert any(beside in file.read_text(encoding="utf-8") for file in files), (path, beside)


def test_no_other_file_names_a_field_of_a_statement_than_those_that_the_account_lists() -> None:
    """``narrative`` stands for any: the files that name it for what it means, and not as a field, say why."""
    listed = {path for path, *_ in rows_of("How to add a field")}
    for_its_meaning = {
        "tracker/exchange/foreign_files.py",  # a column that other programs have
        "tracker/reporting/digest.py",  # a form that was frozen
        "tracker/reporting/report.py",  # a table of the report
        "tracker/demo/returns.py",  # what is invented
        "tracker/demo/scale.py",
    }
    naming = {
        name(path) for path in (*MODULES, *SQL_FILES) if re.search(r"\bnarrative\b", path.read_text(encoding="utf-8"))
    }
    others = {path for path in naming - for_its_meaning if not any(path.startswith(one) for one in listed)}
    assert others == set()
