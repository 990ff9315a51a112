"""Web addresses of evidence: one rule for plans, returns and forms."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+([/?#][^\s\"<>]*)?", re.IGNORECASE)
_BARE = re.compile(r"(www\.|[a-z0-9.-]+\.(com|eu|info|int|net|org|uk)(?=[/?#]|$))[^:@]*", re.IGNORECASE)
"""An address that someone typed, or copied from a browser, without https://."""
_TWO = re.compile(r"[,;|]https?://", re.IGNORECASE)
_MOST_SHOWN = 60


def read_link(text: str) -> str | None:
    """Return an https address, with ``https://`` added if it was left out; None for anything else."""
    link = _stripped(text)
    if _BARE.fullmatch(link):
        link = f"https://{link}"
    return link if _LINK.fullmatch(link) and not _TWO.search(link) and not _unseen(link) else None


def wrong_link(text: str) -> str:
    """Say why a text is not a link, and what to do."""
    link = _stripped(text)
    unseen = _unseen(link)
    hidden = f" It has an invisible character (U+{ord(unseen):04X}). Type the address again." if unseen else ""
    shown = "".join(character for character in link if not _is_unseen(character))
    shown = shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"
    return (
        f'"{shown}" is not an https address. Enter an address on the publisher\'s own site, or leave it empty.{hidden}'
    )


def _stripped(text: str) -> str:
    """Return a text without spaces and invisible characters at its ends."""
    start, end = 0, len(text)
    while start < end and (text[start].isspace() or _is_unseen(text[start])):
        start += 1
    while start < end and (text[end - 1].isspace() or _is_unseen(text[end - 1])):
        end -= 1
    return text[start:end]


def _unseen(text: str) -> str | None:
    return next((character for character in text if _is_unseen(character)), None)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Cc"}
