"""Who is who: an e-mail address as it is registered, accounts that look alike, and people of one name."""

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
"""Characters, as mail itself allows."""

LONGEST_NAME = 120
"""Characters; no list could show a longer one."""

_LOCAL = re.compile(r"[a-z0-9_][a-z0-9_'&+-]*(\.[a-z0-9_'&+-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_LOCAL = 64
_SHOWN = 60
_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that nobody sees, or that turn round what stands beside them."""

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
"""Letters and digits that a reader takes for a Latin letter, once case is folded away."""


def fold_address(email: str) -> str:
    """Return an e-mail address in the one form in which it is registered and looked up.

    Wide and other forms of a letter are made plain, capitals small, and the domain is written as the internet writes
    it. What is no address comes back as it is, folded as far as it goes.
    """
    plain = unicodedata.normalize("NFKC", email).strip().lower()
    local, at, domain = plain.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}" if at else plain
    except UnicodeError:
        return plain


@dataclass(frozen=True, kw_only=True)
class Account:
    """What an account is to be, as it was typed: ``address`` is the e-mail address that is to hold.

    ``same_as`` is the address of another account of the same person ("" for none); ``another_person`` says of one who
    looks like somebody registered that they are two people.
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
    """Give what is wrong with a folded address."""
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
    """Give what is wrong with a name."""
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
    """Name the first character of a text that nobody can see; nothing when there is none."""
    return next((f"U+{ord(one):04X}" for one in text if unicodedata.category(one) in _UNSEEN), "")


def skeleton(text: str) -> str:
    """Return what is left of a name or address when all that a reader may overlook is taken away.

    Two texts of one skeleton look alike: they differ in case, accents, spaces, dots and dashes, in letters of another
    alphabet, or in 0 and o, 1 and l and i, rn and m, vv and w.
    """
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_ALIKE)
    bare = "".join(one for one in folded if unicodedata.category(one)[0] in "LN" or one == "@")
    return bare.replace("rn", "m").replace("vv", "w")


@dataclass(frozen=True, kw_only=True)
class UserLine:
    """A user with what was given to them; ``version`` is the one to edit from.

    ``address`` is the e-mail address that holds now, ``same_as`` the id of another account of the same person.
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
    """Return those of ``others`` whose name or address a reader would take for these; None is like nobody's."""
    by_name, by_address = (None if said is None else skeleton(said) for said in (name, address))
    return [one for one in others if skeleton(one.name) == by_name or skeleton(one.address) == by_address]


def namesakes(everybody: Iterable[UserLine]) -> dict[str, str]:
    """Return the address of each person whose name alone could be two people's, by id."""
    people = list(everybody)
    times = Counter(skeleton(person.name) for person in people)
    return {person.user_id: person.address for person in people if times[skeleton(person.name)] > 1}
