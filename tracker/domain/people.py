"""Who is who: e-mail addresses as registered, accounts that look alike, and people with the same name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.domain.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


LONGEST_ADDRESS = 254
"""Characters: the limit of e-mail itself."""

LONGEST_NAME = 120
"""Characters: no list could show a longer one."""

_LOCAL = re.compile(r"[a-z0-9_][a-z0-9_'&+-]*(\.[a-z0-9_'&+-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_LOCAL = 64
_SHOWN = 60
_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that are invisible, or that reverse the text beside them."""

_ALIKE = str.maketrans(
    {
        letter: latin
        for latin, letters in {
            "a": "аαɑ",
            "b": "вьβƅ",
            "c": "сϲᴄ",
            "d": "ԁɗđ",
            "e": "еєεɛ",
            "f": "ғƒ",
            "g": "ԍɡգ",
            "h": "һнհ",
            "j": "јϳʝ",
            "k": "кκҝ",
            "l": "ӏіɩιıł1i",
            "m": "мϻ",
            "n": "пոηɴ",
            "o": "оοօσ0øө",
            "p": "рρϸ",
            "q": "ԛզ",
            "r": "гɼʀ",
            "s": "ѕʂꜱ",
            "t": "тτŧ",
            "u": "υսʋцμ",
            "v": "ѵνᴠ",
            "w": "ѡωԝա",
            "x": "хχ",
            "y": "уүγʏ",
            "z": "ᴢʐ",
        }.items()
        for letter in letters
    }
)
"""Letters and digits that look like a Latin letter, ignoring case."""


def fold_address(email: str) -> str:
    """Return an e-mail address in the one form that we register and look up.

    Letters become plain and small, and the domain is encoded as on the internet. A text that is not an address comes
    back folded as far as possible.
    """
    plain = unicodedata.normalize("NFKC", email).strip().lower()
    local, at, domain = plain.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}" if at else plain
    except UnicodeError:
        return plain


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as typed; ``address`` is its new e-mail address.

    ``same_as`` is the address of another account of the same person ("" for none); ``another_person`` confirms that a
    person who looks like one already registered is a different person.
    """

    address: str
    name: str
    role: str
    active: bool = True
    programmes: Sequence[str] = ()
    commitments: Sequence[str] = ()
    same_as: str = ""
    another_person: bool = False


def address_faults(address: str) -> Iterator[Fault]:
    """Give the faults of a folded address."""
    shown = address if len(address) <= _SHOWN else f"{address[:_SHOWN]}…"
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    sound = (
        len(address) <= LONGEST_ADDRESS
        and len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdecimal()
    )
    if unseen := _unseen(address):
        yield Fault("address", f"The e-mail address has an invisible character ({unseen}). Type it again.")
    elif not sound:
        yield Fault("address", f'Enter an e-mail address like ana.example@education.gov.uk, not "{shown}".')


def name_faults(name: str) -> Iterator[Fault]:
    """Give the faults of a name."""
    if not name:
        yield Fault("name", "Enter a name, as colleagues know it.")
    elif unseen := _unseen(name):
        yield Fault("name", f"The name has an invisible character ({unseen}). Type it again.")
    elif len(name) > LONGEST_NAME:
        yield Fault("name", f"The name has {len(name):,} characters. Use {LONGEST_NAME} at most.")


def one_line(name: str) -> str:
    """Return a name with single spaces and no line ends."""
    return " ".join(name.split())


def _unseen(text: str) -> str:
    """Name the first invisible character of a text; "" when there is none."""
    return next((f"U+{ord(one):04X}" for one in text if unicodedata.category(one) in _UNSEEN), "")


def skeleton(text: str) -> str:
    """Return a name or address without everything that a reader may overlook.

    Two texts with the same skeleton look alike: they differ only in case, accents, spaces, dots and dashes, in letters
    of another alphabet, or in 0 and o, 1 and l and i, rn and m, vv and w.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_ALIKE)
    bare = "".join(one for one in folded if unicodedata.category(one)[0] in "LN" or one == "@")
    return bare.replace("rn", "m").replace("vv", "w")


@dataclass(frozen=True, kw_only=True)
class UserLine:
    """A user with their assignments; ``version`` is the one to edit from.

    ``address`` is the current e-mail address, ``same_as`` the id of another account of the same person.
    """

    user_id: str
    address: str
    name: str
    role: str
    active: bool
    same_as: str | None
    programmes: list[str]
    commitments: list[str]
    version: int


def look_alikes(name: str | None, address: str | None, others: Iterable[UserLine]) -> list[UserLine]:
    """Return those of ``others`` whose name or address looks like this one; None looks like no other."""
    by_name, by_address = (None if text is None else skeleton(text) for text in (name, address))
    return [one for one in others if skeleton(one.name) == by_name or skeleton(one.address) == by_address]


def namesakes(everyone: Iterable[UserLine]) -> dict[str, str]:
    """Return the address of each person whose name looks like another's, by id."""
    people = list(everyone)
    times = Counter(skeleton(person.name) for person in people)
    return {person.user_id: person.address for person in people if times[skeleton(person.name)] > 1}
