"""Text as the ledger keeps it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import UnstorableText
from tracker.domain.text import LONGEST_TEXT, clean


def test_text_is_composed_trimmed_and_its_line_ends_are_line_feeds() -> None:
    assert clean("  cafe\N{COMBINING ACUTE ACCENT}\r\nsecond\rthird\tx \n", where="x") == "café\nsecond\nthird\tx"


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\x00", "U+0000"),
        ("\x0b", "U+000B"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("\ud800", "U+D800"),
        ("\udfff", "U+DFFF"),
    ],
)
def test_a_control_character_or_half_of_one_is_refused_with_its_place(character: str, code: str) -> None:
    with pytest.raises(UnstorableText) as refused:
        clean(f"ab{character}c", where="Commitment 'x', note")
    assert str(refused.value) == (
        f"Commitment 'x', note: character 3 ({code}) is a control character or part of one. Remove it and try again."
    )


def test_a_text_may_be_as_long_as_the_longest_and_no_longer() -> None:
    assert len(clean("x" * LONGEST_TEXT, where="x")) == LONGEST_TEXT
    assert len(clean(" " + "x" * LONGEST_TEXT, where="x")) == LONGEST_TEXT
    with pytest.raises(UnstorableText) as refused:
        clean("x" * (LONGEST_TEXT + 1), where="a note")
    assert str(refused.value) == (
        "a note: the text has 20,001 characters, but the limit is 20,000. Shorten it, and cite the document as a "
        "source."
    )


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r")))
def test_a_cleaned_text_is_normal_and_cleaning_it_again_changes_nothing(written: str) -> None:
    cleaned = clean(written, where="x")
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned, where="x") == cleaned
    assert cleaned == cleaned.strip()
