"""Texts in files that a spreadsheet may open."""

from __future__ import annotations

import pytest

from tracker.exchange.cells import guarded, is_formula_like, unguarded


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\uff1dx", "'\uff1dx"),
        ("'=x", "''=x"),
        ("'tis", "'tis"),
        ("plain = text", "plain = text"),
        ("", ""),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_guarded_and_comes_back(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text
    assert is_formula_like(text) == (text != cell)
