"""Reading one entry of a file field by field, collecting every fault instead of stopping at the first.

A fault is a sentence that names the file, the entry, the field and the remedy.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import textwrap
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from tracker.domain import dates
from tracker.domain.errors import UnreadableDate
from tracker.domain.links import read_link, wrong_link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

    from tracker.domain.dates import PublishedDate

FILL_IN = "FILL IN"
"""How a text begins that a draft of a plan leaves for a person to write."""

Word = TypeVar("Word", bound="StrEnum")
_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_LARGEST_GBP = Decimal(10) ** 13
"""Ten trillion pounds: more is a typing error."""
_LARGEST_SHOWN = 10**18


class Entry:
    """One table of a TOML file, or one row of a CSV file, being read.

    Each reader returns the field's value, or a harmless stand-in after noting a fault. The caller drops what it made if
    ``faults`` has grown. ``done`` notes the fields that were read.
    """

    def __init__(self, values: Mapping[str, Any], *, file: str, name: str, faults: list[str]) -> None:
        self._values = values
        self._known: set[str] = set()
        self._file = file
        self.faults = faults
        self.name = name

    @property
    def where(self) -> str:
        """The file and the entry, as a fault names them."""
        return f"{self._file}, {self.name}" if self.name else self._file

    def fault(self, field: str, what: str) -> None:
        """Note a fault of a field; ``what`` ends with the remedy."""
        self.faults.append(f"{self.where}, field {field}: {what}")

    def has(self, field: str) -> bool:
        """Say whether the field is there."""
        return self._values.get(field) not in (None, "")

    def text(self, field: str) -> str:
        """Read a text that must be there."""
        value = self.optional_text(field)
        if value is None and not self._faulted(field):
            self.fault(field, "is missing. Add it.")
        return value or "?"

    def identity(self) -> str:
        """Read the id: it names the entry in addresses and in every later change, so it is kept plain."""
        value = self.text("id")
        if not _IDENTITY.fullmatch(value) and not self._faulted("id"):
            self.fault("id", f"{_shown(value)} is not an id. Use only letters, digits, dots, dashes and slashes.")
        return value

    def optional_text(self, field: str) -> str | None:
        """Read a text that may be absent; an empty one is absent."""
        value = self._take(field)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(field, f"is {_shown(value)}, but must be text. Put it in quotation marks.")
            return None
        if value.startswith(FILL_IN):
            self.fault(field, f"is {_shown(value)}, which is not a value. Write the value.")
        return value.strip() or None

    def word(self, field: str, words: type[Word]) -> Word:
        """Read one of a fixed set of words."""
        value = self.text(field)
        try:
            return words(value)
        except ValueError:
            if not self._faulted(field):
                near = difflib.get_close_matches(value, list(words), n=1)
                hint = f'Did you mean "{near[0]}"? ' if near else ""
                self.fault(field, f"{_shown(value)} is not a possible value. {hint}Use one of: {', '.join(words)}.")
            return next(iter(words))

    def flag(self, field: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._take(field)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(field, f"is {_shown(value)}. Write true or false, without quotation marks.")
            return default
        return value

    def whole_number(self, field: str, *, lowest: int, highest: int) -> int:
        """Read a whole number within bounds."""
        value = self._take(field)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            self.fault(field, f"is {_shown(value)}. Write a whole number from {lowest} to {highest}.")
            return lowest
        return value

    def pounds(self, field: str) -> Decimal:
        """Read a required amount in pounds: a number, or digits in a CSV file."""
        if not self.has(field):
            self.fault(field, "is missing. Give the amount in pounds.")
        return self.optional_pounds(field) or Decimal(0)

    def optional_pounds(self, field: str) -> Decimal | None:
        """Read an optional amount in pounds."""
        value = self._take(field)
        if value in (None, ""):
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                raise InvalidOperation
            amount = Decimal(value if isinstance(value, int) else str(value))
            if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")):
                raise InvalidOperation
        except InvalidOperation:
            self.fault(
                field,
                f"is {_shown(value)}, but must be a number of pounds. Write 7_000_000_000 in a plan or "
                '7000000000 in a CSV file, and put the published wording ("£7bn") in amount_wording.',
            )
            return None
        if not 0 <= amount < _LARGEST_GBP:
            self.fault(field, f"is {_shown(value)}. Write an amount in pounds from 0 to less than ten trillion.")
            return None
        return amount

    def day(self, field: str, *, default: dt.date | None = None) -> dt.date:
        """Read the day from which something is true; required unless there is a ``default``."""
        value = self._take(field)
        if value is None and default is not None:
            return default
        try:
            written = value.isoformat() if type(value) is dt.date else value
            day = dates.parse_day(written, where=f"{self.where}, field {field}") if type(written) is str else written
        except UnreadableDate as error:
            self.faults.append(str(error))
        else:
            if type(day) is not dt.date:
                self.fault(field, f"is {_shown(value)}. Write a day, for example 2023-06-06.")
            elif day > dates.today():
                self.fault(field, f"{day} is in the future. Give the day from which it was true, today or earlier.")
            else:
                return day
        return default or dates.GREEN_PAPER

    def published_date(self, field: str) -> PublishedDate | None:
        """Read a date as precise as it was published; it may be absent."""
        value = self._take(field)
        if value in (None, ""):
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            value = value.isoformat()
        if not isinstance(value, str):
            self.fault(field, f'is {_shown(value)}. Write a date, for example 2023-06-06, "June 2023" or "2023".')
            return None
        try:
            return dates.parse_published_date(value, where=f"{self.where}, field {field}")
        except UnreadableDate as error:
            self.faults.append(str(error))
            return None

    def link(self, field: str) -> str | None:
        """Read an https address that may be absent."""
        value = self.optional_text(field)
        link = read_link(value or "")
        if value is not None and link is None:
            self.fault(field, wrong_link(value))
        return link

    def entries(self, field: str, name: str) -> list[Entry]:
        """Read a list of entries inside this one."""
        value = self._take(field)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(field, f"is not a list of entries. Write each under its own [[…{field}]] heading.")
            return []
        inside = f"{self.name}, " if self.name else ""
        identities = [item["id"] if isinstance(item.get("id"), str) else "" for item in value]
        return [
            Entry(item, file=self._file, name=f"{inside}{name} {identity or number}", faults=self.faults)
            for number, (item, identity) in enumerate(zip(value, identities, strict=True), start=1)
        ]

    def done(self) -> None:
        """Note every field that was not read, because a typing error must not be ignored."""
        for field in sorted(self._values.keys() - self._known):
            near = difflib.get_close_matches(field, self._known, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else "; remove it."
            self.fault(field, f"is not a field of this entry{hint}")

    def _take(self, field: str) -> Any:
        self._known.add(field)
        return self._values.get(field)

    def _faulted(self, field: str) -> bool:
        return bool(self.faults) and self.faults[-1].startswith(f"{self.where}, field {field}:")


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a table"
        case list():
            return "a list"
        case int() if abs(value) > _LARGEST_SHOWN:
            return "an enormous number"
    return f'"{textwrap.shorten(str(value), 60, placeholder="…")}"'
