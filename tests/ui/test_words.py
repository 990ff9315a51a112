"""Pages, messages and files use the words of ``docs/glossary.md``, and none that their readers would not say aloud."""

from __future__ import annotations

import re

import pytest

from tests.test_architecture import MODULES, in_room, name, texts

ROOMS = ("ui", "cli", "services", "exchange", "reporting", "domain", "demo")
"""The rooms whose sentences people read."""

NOWHERE = re.compile(
    r"\b(besides|told|tells? of|tak(e|en) in|tak(e|en) away|put right|said|held|stood|drawn?|somebody|nobody|anybody"
    r"|anew|meanwhile|when not given|given to|to stand|dates say|owner says|acting as|whoever|whatever|lapsed)\b",
    re.IGNORECASE,
)
"""Words that no reader sees anywhere."""

NOT_ON_PAGES = re.compile(r"\b(ledger|seals?|digest|head anchor|store|lines?|slips?)\b", re.IGNORECASE)
"""Words for builders, and for whoever looks after the machine, that no page shows."""

ALLOWED = {
    "Handling line": "what a marking calls it",
    "Dates say": "the heading of a column in returns that people have",
    "Drawn from": "the heading of a column in returns that people have",
}
"""Text with one of these words → why it may have it."""

CODE = re.compile(r"<code>.*?</code>")
"""What a page quotes for somebody to type: commands keep their names."""


def faults(room: str) -> list[str]:
    """Every forbidden word that people see in a room: file, line, word and text."""
    forbidden = [NOWHERE, NOT_ON_PAGES] if room == "ui" else [NOWHERE]
    return [
        f"{name(path)}:{line}: {found[0]}: {text}"
        for path in MODULES
        if in_room(path, room)
        for line, text in texts(path)
        if (" " in text or text[:1].isupper()) and text not in ALLOWED
        for words in forbidden
        for found in words.finditer(CODE.sub("", text))
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_people_read_no_word_that_the_glossary_replaces(room: str) -> None:
    assert faults(room) == []
