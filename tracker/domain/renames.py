"""A commitment or milestone with a new id: its records, and those that depend on it, get the new id too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tracker.domain.nouns import Commitment, Milestone, Noun, Progress

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Renames:
    """Old id → new id."""

    commitments: Mapping[str, str]
    milestones: Mapping[str, str]

    def __str__(self) -> str:
        """The renames in one line."""
        pairs = {**self.commitments, **self.milestones}
        return "; ".join(f"{new} was {old}" for old, new in sorted(pairs.items()))

    def carried(self, noun: Noun) -> Noun:
        """Return a record with new ids instead of old ones; the same record if it has none."""
        if isinstance(noun, Milestone | Progress):
            identity = self.milestones.get(noun.id, noun.id)
        elif isinstance(noun, Commitment):
            identity = self.commitments.get(noun.id, noun.id)
        else:
            identity = self._own(noun)
        changed: dict[str, Any] = {"id": identity}
        for field, ids in (("commitment_id", self.commitments), ("milestone_id", self.milestones)):
            if getattr(noun, field, None) in ids:
                changed[field] = ids[getattr(noun, field)]
        return replace(noun, **changed)

    def _own(self, noun: Noun) -> str:
        """Return the new id of a record whose id contains its commitment's, such as ``commitment/source``."""
        old = getattr(noun, "commitment_id", None)
        if not isinstance(old, str) or old not in self.commitments:
            return noun.id
        new = self.commitments[old]
        if noun.id.startswith(f"{old}/"):
            return new + noun.id.removeprefix(old)
        return noun.id.removesuffix(old) + new if noun.id.endswith(f"/{old}") else noun.id
