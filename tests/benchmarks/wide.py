"""A store of many milestones and few versions, for what is measured by how much a board shows."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

from tests import samples
from tracker.domain.dates import GREEN_PAPER
from tracker.domain.ledger import Version
from tracker.domain.nouns import Owner, Source
from tracker.domain.words import Precision, SourceKind
from tracker.services import stores
from tracker.store import ledger

if TYPE_CHECKING:
    from tracker.domain.nouns import Noun
    from tracker.store.database import Address, Database

FROM, TO = dt.date(2022, 9, 30), dt.date(2022, 10, 31)
"""The days of the returns: on all milestones, then on every tenth."""

_MILESTONES_A_COMMITMENT = 10


def build(address: Address, milestones: int) -> None:
    """Make a store of so many milestones, with a return on each of them and, a month later, one on every tenth."""
    chance = random.Random(2022)
    plan: list[Noun] = [
        samples.organisation(),
        Owner(id="send-director", role="Director", organisation_id="dfe"),
        Source(id="improvement-plan", kind=SourceKind.DOCUMENT, publisher="DfE", title="Plan"),
    ]
    ids = []
    for number in range(milestones // _MILESTONES_A_COMMITMENT):
        plan.append(samples.commitment(id=f"wide-{number:05}"))
        for step in range(_MILESTONES_A_COMMITMENT):
            ids.append(f"wide-{number:05}-m{step}")
            due = GREEN_PAPER + dt.timedelta(days=chance.randrange(300, 3_000))
            plan.append(
                samples.milestone(
                    id=ids[-1],
                    commitment_id=f"wide-{number:05}",
                    baseline_on=due,
                    baseline_precision=Precision.DAY,
                    key=step < _MILESTONES_A_COMMITMENT // 2,
                )
            )
    stores.init_store(address)
    with stores.open_store(address, writable=True) as db:
        _record(db, "plan load", [Version(noun=noun, version=1, effective_on=GREEN_PAPER) for noun in plan])
        for version, day, reported in ((1, FROM, ids), (2, TO, ids[::10])):
            forecasts = {noun_id: day + dt.timedelta(days=chance.randrange(60, 2_000)) for noun_id in reported}
            returns = [
                samples.progress(id=noun_id, forecast_on=forecast, narrative=f"Return {version}.")
                for noun_id, forecast in forecasts.items()
            ]
            _record(db, "returns", [Version(noun=noun, version=version, effective_on=day) for noun in returns])


def _record(db: Database, action: str, versions: list[Version]) -> None:
    ledger.record(db, actor="benchmark", action=action, versions=versions)
