from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tracker.views.board import FundingLine


def funding(**fields: Any) -> FundingLine:
    values: dict[str, Any] = {
        **dict.fromkeys(FundingLine.__dataclass_fields__),
        "funding_id": "safety-valve/withheld",
        "programme_id": "safety-valve",
        "stage": "withheld",
        "amount_gbp": Decimal(17_700_000),
        "known_on": dt.date(2024, 3, 21),
        "source_id": "news",
    }
    return FundingLine(**{**values, **fields})


def test_a_sum_says_which_other_sum_already_contains_it() -> None:
    assert funding(part_of="safety-valve/green-paper").inside == "Inside safety-valve, green-paper."
    assert funding().inside is None
