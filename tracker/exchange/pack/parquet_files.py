"""Tables as Parquet for R, Python and DuckDB: typed columns, each with its description; money as exact decimals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tracker.exchange.pack.files import File
from tracker.views.table import Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.exchange.pack.cover import Cover

_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 2),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
    Kind.BOOLEAN: pa.bool_(),
}


def parquet_files(cover: Cover, tables: Sequence[Table]) -> Iterator[File]:
    """Give every table as a Parquet file."""
    for table in tables:
        yield File(
            path=f"parquet/{cover.file_name(table.name, 'parquet')}",
            purpose=f"{table.title}, typed, for analysis",
            media_type="application/vnd.apache.parquet",
            content=_parquet(cover, table),
            rows=len(table.rows),
        )


def _parquet(cover: Cover, table: Table) -> bytes:
    about = {
        "title": f"{table.title}: {cover.title}",
        "marking": cover.marked,
        "statements": " ".join(cover.statements),
        "source": table.source,
    }
    schema = pa.schema(
        [
            pa.field(column.name, _TYPES[column.kind], metadata={"title": column.title, "is": column.description})
            for column in table.columns
        ],
        metadata=about,
    )
    columns = [
        pa.array([row[place] for row in table.rows], type=_TYPES[column.kind])
        for place, column in enumerate(table.columns)
    ]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), file, compression="zstd")
    return file.getvalue()
