"""Links: what is an address, what is completed to one, and the sentence for anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.links import read_link, wrong_link


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://www.gov.uk/x", "https://www.gov.uk/x"),
        (" https://www.gov.uk/x\u200b\n", "https://www.gov.uk/x"),
        ("HTTPS://WWW.GOV.UK", "HTTPS://WWW.GOV.UK"),
        ("www.gov.uk/government/x?a=b#c", "https://www.gov.uk/government/x?a=b#c"),
        ("committees.parliament.uk/x", "https://committees.parliament.uk/x"),
        ("gov.uk", "https://gov.uk"),
        (
            "https://webarchive.nationalarchives.gov.uk/ukgwa/2022/https://www.gov.uk/x",
            "https://webarchive.nationalarchives.gov.uk/ukgwa/2022/https://www.gov.uk/x",
        ),
    ],
)
def test_an_address_is_read_and_completed_where_its_beginning_was_left_off(written: str, link: str) -> None:
    assert read_link(written) == link


@pytest.mark.parametrize(
    "written",
    [
        "",
        "https://",
        "http://www.gov.uk",
        "https://localhost",
        "https://www.gov.uk/a and https://www.gov.uk/b",
        "https://www.gov.uk/a;https://www.gov.uk/b",
        "https://ana:secret@elsewhere.example/x",
        "www.gov.uk@elsewhere.example",
        "ana@dfe.gov.uk",
        "note.docx",
        "Closing note - GOV.UK",
        "javascript:alert(1)",
        "https://www.gov.uk/<b>",
        "x" * 70,
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(written: str) -> None:
    assert read_link(written) is None
    shown = written if len(written) <= 60 else f"{written[:60]}…"
    assert wrong_link(written) == (
        f'"{shown}" is not an https address. Enter an address on the publisher\'s own site, or leave it empty.'
    )


def test_a_character_that_cannot_be_seen_in_an_address_is_named() -> None:
    assert read_link("https://www.gov.uk/\u200ba") is None
    assert wrong_link("https://www.gov.uk/\u200ba").endswith(
        " It has an invisible character (U+200B). Type the address again."
    )


@given(st.text())
def test_what_is_read_as_an_address_is_one(written: str) -> None:
    link = read_link(written)
    assert link is None or read_link(link) == link
