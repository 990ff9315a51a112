"""Whatever is put in a plan's files, reading them gives a plan or its faults, and the ledger takes what was read."""

from __future__ import annotations

import copy
import json
import math
import os
import tomllib
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.conftest import BODIES, FUNDING, LOCAL_AUTHORITIES, PROMISES, PlanFolder
from tracker.domain import dates
from tracker.domain.errors import PlanFaults
from tracker.services.plans import Consent, load_plans
from tracker.store.proving import verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.store.database import Database

LONG = bool(os.environ.get("TRACKER_LONG_TESTS"))


def examples(short: int, long: int) -> settings:
    return settings(max_examples=long if LONG else short)


def toml(value: object) -> str:
    """Write a value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() else f"\\U{ord(c):08X}" for c in value) + '"'
    return str(value)


BOOK: dict[str, list[dict[str, Any]]] = tomllib.loads(BODIES + PROMISES)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place of the book that a value could be put in, or taken from."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*path, number))


PLACES = list(places(BOOK))
FIELDS = sorted({str(path[-1]) for path in PLACES} | {"note", "differs", "inferred", "owner", "differ", ""})
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "dfe",
        "news",
        "sro",
        "C6-01",
        "C6-06-M1",
        "2023-02-31",
        "2023-06",
        "FY2024-25",
        "FY9999-00",
        "winter 9999",
        "0000",
    ]
)
SCALARS = (
    TEXTS
    | st.integers()
    | st.integers(-(10**14), 10**14)
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=6,
)
CHANGES = st.tuples(st.sampled_from(PLACES), st.sampled_from(["put", "take", "add", "repeat"]), VALUES)


def changed(book: Any, change: tuple[tuple[str | int, ...], str, Any]) -> None:
    """Put a value in a place of the book, take what is there, add a field beside it, or say it twice."""
    path, deed, value = change
    for step in path[:-1]:
        try:
            book = book[step]
        except (KeyError, IndexError, TypeError):
            return  # an earlier change took it away
    last = path[-1]
    if isinstance(book, dict):
        if deed == "take":
            book.pop(last, None)
        else:
            book[last if deed == "put" else FIELDS[len(str(path)) % len(FIELDS)]] = value
    elif isinstance(book, list) and isinstance(last, int) and last < len(book):
        if deed == "take":
            del book[last]
        elif deed == "repeat":
            book.append(copy.deepcopy(book[last]))
        else:
            book[last] = value


def read_or_faults(plan: PlanFolder) -> bool:
    """Say whether the plan could be read; any outcome but a plan or sound sentences fails."""
    try:
        plan.read()
    except PlanFaults as error:
        faults = error.faults
    else:
        return True
    assert faults
    assert all(fault and fault.isprintable() for fault in faults), faults
    return False


@examples(120, 10_000)
@given(changes=st.lists(CHANGES, min_size=1, max_size=3))
def test_arbitrary_values_in_arbitrary_fields_give_a_plan_or_faults(
    plan: PlanFolder, changes: list[tuple[tuple[str | int, ...], str, Any]]
) -> None:
    book = copy.deepcopy(BOOK)
    for change in changes:
        changed(book, change)
    plan.files["bodies"].unlink(missing_ok=True)
    plan.files["promises"].write_text("\n".join(f"{key} = {toml(value)}" for key, value in book.items()))
    read_or_faults(plan)


@examples(150, 5_000)
@given(file=st.sampled_from(["bodies", "promises", "authorities", "funding"]), content=st.binary(max_size=200))
def test_arbitrary_bytes_as_a_file_give_a_plan_or_faults(plan: PlanFolder, file: str, content: bytes) -> None:
    plan.restore()
    plan.files[file].write_bytes(content)
    read_or_faults(plan)


@examples(150, 5_000)
@given(
    file=st.sampled_from(["bodies", "promises", "authorities", "funding"]),
    at=st.floats(0, 1),
    length=st.integers(0, 8),
    content=st.binary(max_size=8) | TEXTS.map(str.encode),
)
def test_a_sound_file_with_some_bytes_overwritten_gives_a_plan_or_faults(
    plan: PlanFolder, file: str, at: float, length: int, content: bytes
) -> None:
    plan.restore()
    whole = plan.files[file].read_bytes()
    start = int(at * len(whole))
    plan.files[file].write_bytes(whole[:start] + content + whole[start + length :])
    read_or_faults(plan)


CELLS = TEXTS | st.sampled_from(
    ["", "NaN", "sNaN", "Infinity", "-0", "1e3", "1_0", " 7 ", '"', "£7bn", "E09000001", "201"]
)


@examples(150, 5_000)
@given(
    file=st.sampled_from(["authorities", "funding"]),
    row=st.integers(0, 2),
    column=st.integers(0, 11),
    cell=CELLS | CELLS.map(lambda cell: '"' + cell.replace('"', '""') + '"'),
)
def test_arbitrary_cells_of_a_csv_file_give_a_plan_or_faults(
    plan: PlanFolder,
    file: str,
    row: int,
    column: int,
    cell: str,
) -> None:
    plan.restore()
    rows = [line.split(",") for line in (LOCAL_AUTHORITIES if file == "authorities" else FUNDING).splitlines()]
    cells = rows[row]
    cells[column % len(cells)] = cell
    plan.files[file].write_text("\n".join(map(",".join, rows)), encoding="utf-8", newline="")
    read_or_faults(plan)


SOUND_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
SOUND_DATES = st.dates(dates.EARLIEST, dates.LATEST) | st.sampled_from(
    ["2023-06", "2025-Q4", "autumn 2023", "winter 2023", "2030", "FY2024-25"]
)
SOUND = {
    **dict.fromkeys(
        ("title", "statement", "summary", "publisher", "name", "role", "measure", "not_measurable", "pinpoint"),
        SOUND_TEXTS,
    ),
    **dict.fromkeys(("target", "baseline", "published", "forecast"), SOUND_DATES),
    **dict.fromkeys(("flagship", "key"), st.booleans()),
    "chapter": st.integers(1, 6),
    "amount_gbp": st.integers(0, 10**13 - 1) | st.decimals(0, 10**12, places=2).map(float) | st.just(-0.0),
}
SOUND_CHANGES = st.sampled_from([path for path in PLACES if path[-1] in SOUND]).flatmap(
    lambda path: st.tuples(st.just(path), st.just("put"), SOUND[str(path[-1])])
)


@examples(10, 500)
@given(changes=st.lists(SOUND_CHANGES, min_size=1, max_size=5))
def test_what_the_reader_takes_the_ledger_takes_and_proves(
    db: Database, plan: PlanFolder, changes: list[tuple[tuple[str | int, ...], str, Any]]
) -> None:
    book = copy.deepcopy(BOOK)
    for change in changes:
        changed(book, change)
    plan.files["bodies"].unlink(missing_ok=True)
    plan.files["promises"].write_text("\n".join(f"{key} = {toml(value)}" for key, value in book.items()))
    assert read_or_faults(plan)
    agreed = Consent(remove=True, correct_baselines="The fuzz says otherwise.")
    load_plans(db, plan.plans, plan.data, actor="the fuzz", consent=agreed)
    assert load_plans(db, plan.plans, plan.data, actor="the fuzz").change is None
    assert verify(db).faults == ()


def test_the_fuzz_itself_can_write_the_sound_plan(plan: PlanFolder) -> None:
    wanted = {(s.noun, s.effective_on) for s in plan.read()}
    plan.files["bodies"].unlink()
    plan.files["promises"].write_text("\n".join(f"{key} = {toml(value)}" for key, value in BOOK.items()))
    assert {(s.noun, s.effective_on) for s in plan.read()} == wanted
