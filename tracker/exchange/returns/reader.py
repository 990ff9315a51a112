"""A return read safely: its bytes go to a process of its own, and only its cells come back."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from pathlib import PurePath

from tracker.domain.errors import ReturnRejected, StoreBusy
from tracker.exchange import foreign_files, sandbox
from tracker.exchange.returns.table import Cell, Grid, Kind

SUFFIXES = ("xlsx", "csv")
MOST_BYTES = 5 * 1024 * 1024
"""Of a file; what the server takes of an upload too."""

_PARSER = "tracker.exchange.returns.parser"


def sha256(content: bytes) -> str:
    """Return the fingerprint of a file."""
    return hashlib.sha256(content).hexdigest()


def read_file(content: bytes, name: str) -> Grid:
    """Return the cells of a file; only the ending of its name counts.

    Raises ReturnRejected with a sentence, StoreBusy when other files are being read for too long.
    """
    suffix = PurePath(name).suffix.lower().removeprefix(".")
    if len(content) > MOST_BYTES:
        raise ReturnRejected(
            f"The file is larger than {MOST_BYTES // 1024 // 1024} MB, which is too large for a return."
        )
    if (layout := foreign_files.of_bytes(content, suffix)) is not None:
        raise ReturnRejected(foreign_files.sentence(layout))
    if suffix not in SUFFIXES:
        raise ReturnRejected(
            "A return is an Excel workbook (.xlsx) or a CSV file (.csv). Choose one of these. New milestones "
            "come from a plan (see plans/README.md)."
        )
    try:
        return decoded(_read(content, suffix))
    except sandbox.Overrun:
        raise ReturnRejected(
            f"The file could not be read within {sandbox.SECONDS} seconds and "
            f"{sandbox.MEMORY_BYTES // 1024 // 1024} MB. A return takes much less. Download a new one and fill "
            "it in."
        ) from None
    except sandbox.Busy:
        raise StoreBusy("Other files are being read. Try again in a moment.") from None


@lru_cache(maxsize=4)
def _read(content: bytes, suffix: str) -> bytes:
    """Return a grid as bytes; cached, because a page asks again at every step of a preview.

    It depends only on the file's bytes, so anyone who has those may have it.
    """
    return sandbox.run(_PARSER, suffix, content)


def encoded(grid: Grid) -> bytes:
    """Return a grid as bytes."""
    plain = {
        "sheet": grid.sheet,
        "rows": [
            [number, [[place, str(cell.kind), cell.text, cell.link] for place, cell in cells.items()]]
            for number, cells in grid.rows.items()
        ],
        "first_day": grid.first_day.isoformat(),
        "hidden_rows": sorted(grid.hidden_rows),
        "hidden_columns": sorted(grid.hidden_columns),
        "merged": grid.merged,
        "remarks": grid.remarks,
    }
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass")


def decoded(answer: bytes) -> Grid:
    """Return the grid that was ``encoded``. Raises ReturnRejected when there was none."""
    plain = json.loads(answer.decode("utf-8", "surrogatepass"))
    if "rejected" in plain:
        raise ReturnRejected(plain["rejected"])
    return Grid(
        sheet=plain["sheet"],
        rows={
            number: {place: Cell(Kind(kind), words, link) for place, kind, words, link in cells}
            for number, cells in plain["rows"]
        },
        first_day=dt.date.fromisoformat(plain["first_day"]),
        hidden_rows=frozenset(plain["hidden_rows"]),
        hidden_columns=frozenset(plain["hidden_columns"]),
        merged=tuple((first, left, last, right) for first, left, last, right in plain["merged"]),
        remarks=tuple(plain["remarks"]),
    )
