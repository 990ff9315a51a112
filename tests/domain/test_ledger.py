"""The canonical form and the seal, which anybody must be able to recompute without this program."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.samples import instant
from tracker.domain.ledger import GENESIS, Scalar, Seal, canonical


def test_canonical_content_is_sorted_ascii_json_without_spaces_or_unknowns() -> None:
    content: dict[str, Scalar] = {
        "title": "Café £",
        "note": None,
        "amount_gbp": Decimal(7),
        "key": False,
        "chapter": 2,
        "baseline_on": dt.date(2023, 12, 31),
        "recorded_at": instant("2023-06-06T09:30:00"),
    }
    assert canonical(content) == (
        '{"amount_gbp":"7.00","baseline_on":"2023-12-31","chapter":2,"key":false,'
        '"recorded_at":"2023-06-06T09:30:00.000000Z","title":"Caf\\u00e9 \\u00a3"}'
    )


def test_a_field_added_later_and_unknown_does_not_disturb_an_older_seal() -> None:
    assert canonical({"id": "x"}) == canonical({"later": None, "id": "x"})
    assert canonical({"id": "x"}) != canonical({"later": "", "id": "x"})


_SCALARS = (
    st.none()
    | st.text()
    | st.integers()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
)


@given(st.dictionaries(st.text(), _SCALARS))
def test_canonical_content_does_not_depend_on_the_order_of_fields_and_is_json(content: dict[str, Scalar]) -> None:
    backwards = dict(reversed(content.items()))
    assert canonical(content) == canonical(backwards)
    assert set(json.loads(canonical(content))) == {name for name, value in content.items() if value is not None}


def test_a_seal_is_a_sha256_that_anyone_can_recompute_and_it_covers_every_part() -> None:
    def sealed(previous: str, header: str, noun: str, content: str) -> str:
        seal = Seal(previous, {"seq": header})
        seal.add(noun, {"id": content})
        return seal.hexdigest()

    plain = sealed(GENESIS, "1", "owner", "x")
    text = f'tracker-ledger-1\n{GENESIS}\n{{"seq":"1"}}\nowner {{"id":"x"}}\n'
    assert plain == hashlib.sha256(text.encode("ascii")).hexdigest()
    others = {
        sealed("1" * 64, "1", "owner", "x"),
        sealed(GENESIS, "2", "owner", "x"),
        sealed(GENESIS, "1", "source", "x"),
        sealed(GENESIS, "1", "owner", "y"),
    }
    assert len(others | {plain}) == 5
