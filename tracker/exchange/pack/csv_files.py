"""Tables as CSV (RFC 4180) for analysts, described twice: CSV on the Web, and a Frictionless data package.

UTF-8 without a byte order mark, a header of snake-case names, CRLF, ISO dates, no units or separators in a number,
true and false, empty for an unknown. A text that a spreadsheet would take for a formula begins with an apostrophe
(``cells.guarded``); the JSON of the tables has it as it is.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tracker.domain.words import BOARD
from tracker.exchange.cells import guarded, unguarded
from tracker.exchange.pack.cover import LICENCE, LICENCE_URL, Cover
from tracker.exchange.pack.files import File
from tracker.views.table import BLANK_MEANINGS, Blank, Cell, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


GUARD = (
    "If a text begins with = + - @ or a tab, or with apostrophes before one of these, we added one apostrophe "
    "at its start so that no spreadsheet runs it. Remove one to get the text. Numbers are never changed."
)

_CSVW = {
    Kind.TEXT: "string",
    Kind.NUMBER: "integer",
    Kind.MONEY: "decimal",
    Kind.DATE: "date",
    Kind.INSTANT: "dateTime",
    Kind.BOOLEAN: "boolean",
}
_FRICTIONLESS = {
    Kind.TEXT: "string",
    Kind.NUMBER: "integer",
    Kind.MONEY: "number",
    Kind.DATE: "date",
    Kind.INSTANT: "datetime",
    Kind.BOOLEAN: "boolean",
}


def csv_files(cover: Cover, tables: Sequence[Table]) -> Iterator[File]:
    """Give every table as CSV with its CSVW metadata, then the metadata of all together and the data package."""
    names = {table.name: cover.file_name(table.name, "csv") for table in tables}
    for table in tables:
        yield File(
            path=f"csv/{names[table.name]}",
            purpose=f"{table.title}, for analysis",
            media_type="text/csv",
            content=table_csv(table).encode(),
            rows=len(table.rows),
        )
        yield _metadata(f"csv/{names[table.name]}-metadata.json", table.title, _csvw(cover, table, names))
    group = {
        "@context": _CONTEXT,
        **_about(cover),
        "tables": [_csvw(cover, table, names, grouped=True) for table in tables],
    }
    yield _metadata("csv/csv-metadata.json", "all tables, with the keys that link them", group)
    package = _data_package(cover, tables, names)
    yield _file("csv/datapackage.json", "Frictionless data package of all tables", package, "application/json")


# The tables


def table_csv(table: Table) -> str:
    """Return a table as CSV, its header first."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    columns = [
        list(map(_WRITERS[column.kind], values))
        for column, values in zip(table.columns, zip(*table.rows, strict=True), strict=False)
    ]
    writer.writerows(zip(*columns, strict=True))
    return file.getvalue()


def read_table_csv(text: str, columns: Sequence[Column]) -> list[tuple[Cell, ...]]:
    """Return the rows of a table that ``table_csv`` wrote. Raises ValueError for a header of other columns."""
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    if header != [column.name for column in columns]:
        raise ValueError(f"the header is {header}")
    readers = [_READERS[column.kind] for column in columns]
    return [tuple(read(cell) if cell else None for read, cell in zip(readers, row, strict=True)) for row in rows]


def _text(value: Any) -> str:
    return guarded(str(value)) if value is not None else ""


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _money(value: Any) -> str:
    return "" if value is None else f"{value:.2f}"


def _instant(value: Any) -> str:
    return "" if value is None else f"{value.isoformat(timespec='microseconds')}Z"


def _boolean(value: Any) -> str:
    return "" if value is None else str(value).lower()


_WRITERS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _plain,
    Kind.MONEY: _money,
    Kind.DATE: _plain,
    Kind.INSTANT: _instant,
    Kind.BOOLEAN: _boolean,
}
_READERS: dict[Kind, Callable[[str], Cell]] = {
    Kind.TEXT: unguarded,
    Kind.NUMBER: int,
    Kind.MONEY: Decimal,
    Kind.DATE: dt.date.fromisoformat,
    Kind.INSTANT: lambda cell: dt.datetime.fromisoformat(cell.removesuffix("Z")),
    Kind.BOOLEAN: lambda cell: cell == "true",
}

# Their descriptions

_CONTEXT = ["http://www.w3.org/ns/csvw", {"@language": "en"}]


def _metadata(path: str, title: str, content: dict[str, Any]) -> File:
    return _file(path, f"CSVW metadata: {title}", content, "application/csvm+json")


def _file(path: str, purpose: str, content: dict[str, Any], media_type: str) -> File:
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return File(path=path, purpose=purpose, media_type=media_type, content=text.encode())


def _about(cover: Cover) -> dict[str, Any]:
    return {
        "dc:title": cover.title,
        "dc:publisher": BOARD,
        "dc:license": {"@id": LICENCE_URL},
        "dc:accessRights": cover.marked,
        "dc:temporal": cover.as_at.isoformat(),
        "dc:modified": {"@value": cover.stamp.isoformat() + "Z", "@type": "xsd:dateTime"},
        "rdfs:comment": " ".join([*cover.statements, GUARD]),
    }


def _described(column: Column) -> str:
    parts = [column.description]
    parts += [f"in {column.unit}"] if column.unit else []
    parts += [f"empty: {BLANK_MEANINGS[column.blank]}"] if column.blank is not Blank.NEVER else []
    return "; ".join(parts)


def _csvw(cover: Cover, table: Table, names: dict[str, str], *, grouped: bool = False) -> dict[str, Any]:
    about = {} if grouped else {"@context": _CONTEXT, **_about(cover)}
    schema: dict[str, Any] = {
        "columns": [
            {
                "name": column.name,
                "titles": [column.name, column.title],
                "dc:description": _described(column),
                "datatype": _CSVW[column.kind],
                "required": column.blank is Blank.NEVER,
            }
            for column in table.columns
        ],
        "primaryKey": list(table.key),
    }
    if grouped:
        optional = {column.name for column in table.columns if column.blank is not Blank.NEVER}
        schema["foreignKeys"] = [  # those that are always there: validators differ on an empty one
            {
                "columnReference": link.column,
                "reference": {"resource": names[link.table], "columnReference": link.key},
            }
            for link in table.links
            if link.column not in optional
        ]
    return {
        **about,
        "url": names[table.name],
        "dc:title": f"{table.title}: {cover.title}",
        "dc:description": f"{table.summary} Source: {table.source}.",
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "lineTerminators": ["\r\n", "\n"]},
        "tableSchema": schema,
    }


def _data_package(cover: Cover, tables: Sequence[Table], names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": cover.file_name("data", "json").removesuffix(".json").lower(),
        "title": cover.title,
        "description": " ".join([cover.headline, *cover.statements, GUARD]),
        "version": str(cover.version),
        "created": cover.stamp.isoformat() + "Z",
        "marking": cover.marked,
        "as_at": cover.as_at.isoformat(),
        "licenses": [{"name": "OGL-UK-3.0", "path": LICENCE_URL, "title": LICENCE}],
        "resources": [
            {
                "name": table.name,
                "type": "table",
                "title": table.title,
                "description": f"{table.summary} Source: {table.source}.",
                "path": names[table.name],
                "scheme": "file",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"header": True, "csv": {"delimiter": ",", "lineTerminator": "\r\n"}},
                "schema": {
                    "fields": [_field(column) for column in table.columns],
                    "missingValues": [""],
                    "primaryKey": list(table.key),
                    "foreignKeys": [
                        {"fields": [link.column], "reference": {"resource": link.table, "fields": [link.key]}}
                        for link in table.links
                    ],
                },
            }
            for table in tables
        ],
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.blank is Blank.NEVER else {}
    if column.words:
        constraints["enum"] = list(column.words)
    return {
        "name": column.name,
        "type": _FRICTIONLESS[column.kind],
        "title": column.title,
        "description": _described(column),
        **({"constraints": constraints} if constraints else {}),
    }
