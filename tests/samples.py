"""Sample nouns, and short ways to record and ask."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from tracker.domain import nouns
from tracker.domain.columns import columns, from_columns
from tracker.domain.ledger import GENESIS, Head, Version
from tracker.domain.progress import Report, Statement
from tracker.domain.rules import TOLERANCES, Tolerances
from tracker.domain.words import (
    CommitmentKind,
    MilestoneKind,
    MoneyStage,
    MoveReason,
    OverrideReason,
    PeriodState,
    Precision,
    Reporter,
    RequestState,
    Role,
    SnapshotState,
    SourceKind,
    Stance,
    View,
)
from tracker.reporting.board import BoardView, Header, build_board
from tracker.store import carrying, ledger, reading
from tracker.views.board import Lists

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.domain.ledger import Change
    from tracker.domain.nouns import Noun
    from tracker.domain.progress import Evidence
    from tracker.store.database import Database

Record = TypeVar("Record")

DAY = dt.date(2022, 3, 29)

NEVER_BOTH = {("commitment", "not_measurable"), ("assignment", "commitment_id")}
"""Fields that are empty because another is filled: measured or not, a programme or a commitment."""

instant = dt.datetime.fromisoformat
"""An instant in UTC as the ledger keeps it, without an offset."""


def built(shape: type[Record], /, **values: Any) -> Record:
    """A record by the values of its columns; those that are not given are unknown."""
    return from_columns(shape, {**dict.fromkeys(columns(shape)), **values})


def altered(record: Record, /, **values: Any) -> Record:
    """A record with other values in some of its columns."""
    shape = type(record)
    return from_columns(shape, {**{name: column.get(record) for name, column in columns(shape).items()}, **values})


def report_of(milestone_id: str, base_version: int, *, evidence: Evidence | None = None, **stated: Any) -> Report:
    """A report on a milestone by the fields of its statement."""
    return Report(
        milestone_id=milestone_id, base_version=base_version, statement=Statement(**stated), evidence=evidence
    )


def restated(report: Report, **stated: Any) -> Report:
    """A report whose statement says something else."""
    return replace(report, statement=replace(report.statement, **stated))


def board_view(
    *,
    as_at: dt.date = DAY,
    known_at: dt.datetime | None = None,
    head: Head | None = None,
    rules: Tolerances = TOLERANCES,
    demonstration: bool = False,
    **lists: Iterable[Any],
) -> BoardView:
    """A board of the lists that are given; the others are empty."""
    head = head or Head(0, GENESIS)
    header = Header(as_at=as_at, known_at=known_at, head=head, rules=rules, demonstration=demonstration)
    return build_board(header, Lists(**{name: tuple(lines) for name, lines in lists.items()}))


def commitment(**fields: Any) -> nouns.Commitment:
    """A whole commitment; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "id": "gp-01",
        "chapter": 2,
        "kind": CommitmentKind.POLICY,
        "title": "National standards",
        "statement": "Set national standards for how needs are met.",
        "lead_organisation_id": "dfe",
        "owner_id": "send-director",
        "measure": "Standards are published.",
    }
    return built(nouns.Commitment, **{**values, **fields})


def milestone(**fields: Any) -> nouns.Milestone:
    """A whole key milestone; give only the fields that a test is about."""
    values: dict[str, Any] = {
        "id": "gp-01-m1",
        "commitment_id": "gp-01",
        "title": "First standards published",
        "kind": MilestoneKind.COMMITMENT,
        "key": True,
        "promised_in": "improvement-plan",
        "baseline_on": dt.date(2023, 12, 31),
        "baseline_precision": Precision.YEAR,
        "baseline_wording": "by the end of 2023",
    }
    return built(nouns.Milestone, **{**values, **fields})


def progress(**fields: Any) -> nouns.Progress:
    """A published forecast of the sample milestone; give only the fields that a test is about."""
    values: dict[str, Any] = {"id": "gp-01-m1", "reporter": Reporter.PUBLISHED}
    for kind in ("forecast", "actual"):
        if fields.get(f"{kind}_on"):
            values[f"{kind}_precision"] = Precision.DAY
    return built(nouns.Progress, **{**values, **fields})


def organisation(name: str = "Department for Education", noun_id: str = "dfe") -> nouns.Organisation:
    """The smallest noun, for tests that are not about what is recorded."""
    return nouns.Organisation(id=noun_id, name=name)


def one_of_each() -> dict[str, Noun]:
    """A noun for every table, with a value in every field but those of ``NEVER_BOTH``."""
    return {
        "assessment": nouns.Assessment(
            id="gp-01/evidence",
            commitment_id="gp-01",
            view=View.EVIDENCE,
            rating="In progress",
            scale="outcome of a commitment",
            rationale="Standards were consulted on",
            evidence_id="improvement-plan",
            valid_until=dt.date(2024, 3, 31),
            period_id="2024-q1",
            override_reason=OverrideReason.RECOVERY,
        ),
        "assignment": nouns.Assignment(
            id="ana@dfe.example/change-programme",
            user_id="ana@dfe.example",
            active=True,
            programme_id="change-programme",
        ),
        "baseline_request": built(
            nouns.BaselineRequest,
            id="gp-01-m1/1",
            milestone_id="gp-01-m1",
            baseline_on=dt.date(2024, 12, 31),
            baseline_precision=Precision.YEAR,
            reason=MoveReason.LEGISLATION,
            note="The bill was put off by a session",
            author_id="ana@dfe.example",
            state=RequestState.APPROVED,
            decided_by="sec@dfe.example",
            decision_note="Agreed by the board",
        ),
        "commitment": commitment(
            partners="NHS England",
            programme_id="change-programme",
            amount_gbp=Decimal("70000000.00"),
            amount_wording="£70m",
            target_on=dt.date(2025, 12, 31),
            target_precision=Precision.YEAR,
            target_wording="by 2025",
            note="In every chapter",
        ),
        "event": built(
            nouns.Event,
            id="general-election",
            commitment_id="gp-01",
            happened_on=dt.date(2024, 7, 4),
            happened_precision=Precision.DAY,
            inferred=False,
            summary="A general election was held",
            evidence_id="improvement-plan",
            note="Context",
        ),
        "funding": nouns.Funding(
            id="change-programme-total",
            programme_id="change-programme",
            commitment_id="gp-01",
            stage=MoneyStage.COMMITTED,
            amount_gbp=Decimal("70000000.00"),
            amount_wording="£70 million",
            period="2022-25",
            scope="England",
            source_id="green-paper",
            part_of="send-total",
            note="Over three years",
        ),
        "local_authority": nouns.LocalAuthority(
            id="873",
            gss_code="E10000003",
            name="Cambridgeshire",
            region="East of England",
            type="County",
            previous_gss_code="E10000004",
            source_id="green-paper",
        ),
        "milestone": milestone(note="The first of several"),
        "organisation": organisation(),
        "owner": nouns.Owner(id="send-director", role="Director, SEND", organisation_id="dfe", note="A role"),
        "period": nouns.Period(
            id="2024-q1",
            name="January to March 2024",
            opens_on=dt.date(2024, 3, 1),
            closes_on=dt.date(2024, 3, 15),
            board_on=dt.date(2024, 3, 31),
            state=PeriodState.OPEN,
        ),
        "programme": nouns.Programme(
            id="change-programme",
            name="Change Programme",
            summary="Tests the reforms",
            lead_organisation_id="dfe",
            owner_id="send-director",
            flagship=True,
            note="Nine partnerships",
        ),
        "progress": progress(
            status="Under way",
            forecast_on=dt.date(2024, 3, 31),
            actual_on=DAY,
            reason=MoveReason.LEGISLATION,
            narrative="Waiting for a slot",
            evidence_id="improvement-plan",
            reason_note="No slot in this session",
            period_id="2024-q1",
        ),
        "reference": nouns.Reference(
            id="gp-01/green-paper",
            commitment_id="gp-01",
            source_id="green-paper",
            pinpoint="chapter 2, paragraph 4",
            stance=Stance.STATES,
            differs="Says standards, not rules",
        ),
        "snapshot": nouns.Snapshot(
            id="2024-q1-board",
            as_at=dt.date(2024, 3, 31),
            known_seq=12,
            known_seal="a" * 64,
            digest="d" * 64,
            rules='{"amber_days":30}',
            state=SnapshotState.WITHDRAWN,
            taken_by="ana@dfe.example",
            period_id="2024-q1",
            approved_by="sec@dfe.example",
            note="The first that was approved",
            withdrawn_by="chair@dfe.example",
        ),
        "source": built(
            nouns.Source,
            id="green-paper",
            kind=SourceKind.DOCUMENT,
            publisher="DfE",
            title="SEND review: right support, right place, right time",
            url="https://www.gov.uk/x",
            note="CP 624",
            published_on=dt.date(2022, 3, 29),
            published_precision=Precision.DAY,
        ),
        "user": nouns.User(
            id="ana@dfe.example",
            name="Ana Example",
            role=Role.CONTRIBUTOR,
            active=True,
            address="ana.example@dfe.example",
            same_as="a.example@dfe.example",
        ),
    }


def first(noun: Noun, effective_on: dt.date = DAY, **fields: Any) -> Version:
    """The first version of a noun."""
    return Version(noun=noun, version=1, effective_on=effective_on, **fields)


def save(db: Database, *said: Noun, on: dt.date = DAY, retracted: bool = False, **fields: Any) -> Change:
    """Record the next version of each noun as one change, as somebody who has just read the newest would."""
    with db.read() as cursor:
        numbers = {noun: reading.newest_numbers(cursor, type(noun)).get(noun.id, 0) for noun in said}
    versions = [
        Version(noun=noun, version=number + 1, effective_on=on, retracted=retracted) for noun, number in numbers.items()
    ]
    return ledger.record(db, **{"actor": "A. Tester", "action": "edit", "versions": versions, **fields})


def held(db: Database, table: str, as_at: dt.date, known_seq: int | None = None) -> list[dict[str, Any]]:
    """The rows of ``{table}_as_at``, by id; with all that is known unless a change is named."""
    with db.read() as cursor:
        known = reading.head(cursor).seq if known_seq is None else known_seq
        cursor.execute(f"SELECT * FROM {table}_as_at($as_at, $known) ORDER BY id", {"as_at": as_at, "known": known})
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def contents(db: Database) -> tuple[Head, list[str]]:
    """Everything a ledger holds, for comparing before and after."""
    with db.read() as cursor:
        return reading.head(cursor), list(carrying.export(db))
