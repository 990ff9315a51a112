"""Text as the ledger keeps it: normalised once, so that it comes out the same everywhere."""

from __future__ import annotations

import unicodedata

from tracker.domain.errors import UnstorableText

LONGEST_TEXT = 20_000
"""Characters: about eight pages. A longer text is a document to cite as a source."""

DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
"""Every dash and hyphen that people type or paste instead of the plain one."""

_KEPT_CONTROLS = frozenset("\n\t")


def clean(text: str, *, where: str) -> str:
    """Return ``text`` in Unicode NFC with line feeds as line ends and no white space around it.

    Raises UnstorableText, naming ``where``, for lone surrogates, control characters other than tab and line end,
    and texts of more than ``LONGEST_TEXT`` characters.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    for position, character in enumerate(lines, start=1):
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in _KEPT_CONTROLS):
            raise UnstorableText(
                f"{where}: character {position} (U+{ord(character):04X}) is a control character or part of one. Remove "
                "it and try again."
            )
    normalised = unicodedata.normalize("NFC", lines).strip()
    if len(normalised) > LONGEST_TEXT:
        raise UnstorableText(
            f"{where}: the text has {len(normalised):,} characters, but the limit is {LONGEST_TEXT:,}. Shorten it, and "
            "cite the document as a source."
        )
    return normalised


def visible(text: str) -> str:
    """Return ``text`` without invisible characters, and with a plain space for every other kind of space.

    Use it to compare or read a text: one pasted from a page or from Word has no-break spaces, zero-width spaces, soft
    hyphens and direction marks.
    """
    kept = (character for character in text if unicodedata.category(character) != "Cf")
    return "".join(" " if unicodedata.category(character) == "Zs" else character for character in kept)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 milestone``, ``1,200 milestones``."""
    return f"{count:,} {noun}" if abs(count) == 1 else f"{count:,} {noun}s"
