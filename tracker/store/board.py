"""What the board sees, as at a day and as known at a change of the ledger: one query a list, rules in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tracker.store.lines import lines_of
from tracker.views.board import (
    DETAILS,
    LISTS,
    CommitmentLine,
    Details,
    EventLine,
    ForecastLine,
    FundingLine,
    Lists,
    MilestoneLine,
    OutcomeLine,
    ProgrammeLine,
    ReferenceLine,
    SourceLine,
)
from tracker.views.records import VersionLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.domain.snapshots import Position
    from tracker.store.database import Cursor


_Query: TypeAlias = "Callable[[Cursor, Position], list[Any]]"
_QUERIES: dict[str, _Query] = {}


def _query(function: _Query) -> _Query:
    """Mark a function as the query of the list of its name."""
    _QUERIES[function.__name__] = function
    return function


def lists(cursor: Cursor, at: Position) -> Lists:
    """Return everything that the board lists."""
    return Lists(**{name: tuple(_QUERIES[name](cursor, at)) for name in LISTS})


def details(cursor: Cursor, at: Position) -> Details:
    """Return what the page of a commitment and a pack list as well."""
    return Details(**{name: tuple(_QUERIES[name](cursor, at)) for name in DETAILS})


@_query
def commitments(cursor: Cursor, at: Position) -> list[CommitmentLine]:
    """Return every commitment as at ``as_at``, with its three statuses, in order of id.

    A rating counts until its ``valid_until`` or, without one, for as long as a forecast counts. After that it is not
    reported: ratings are never carried forward.
    """
    return lines_of(
        cursor,
        CommitmentLine,
        """
        SELECT
            commitment.id AS commitment_id,
            commitment.* EXCLUDE (owner_id),
            lead.name AS lead,
            owner.id AS owner_id,
            owner.role AS owner,
            owner_organisation.name AS owner_organisation,
            owner.note AS owner_note,
            programme.name AS programme,
            owner_view.rating AS owner_status,
            owner_view.rationale AS owner_rationale,
            owner_view.override_reason AS owner_override_reason,
            owner_view.valid_until AS owner_valid_until,
            greatest(owner_view.effective_on, position.owner_reported_on) AS owner_reported_on,
            coalesce(position.status, 'Not dated') AS computed_status,
            evidence_view.rating AS outcome,
            evidence_view.rationale AS outcome_reason,
            evidence_view.effective_on AS outcome_since,
            evidence_view.evidence_id AS outcome_evidence_id,
            position.slip_days,
            coalesce(position.milestones, 0) AS milestones,
            coalesce(position.milestones_met, 0) AS milestones_met
        FROM commitment_as_at($as_at, $known_seq) AS commitment
        JOIN organisation_as_at($as_at, $known_seq) AS lead ON lead.id = commitment.lead_organisation_id
        LEFT JOIN programme_as_at($as_at, $known_seq) AS programme ON programme.id = commitment.programme_id
        JOIN owner_as_at($as_at, $known_seq) AS owner
            ON owner.id = coalesce(commitment.owner_id, programme.owner_id)
        JOIN organisation_as_at($as_at, $known_seq) AS owner_organisation
            ON owner_organisation.id = owner.organisation_id
        LEFT JOIN commitment_position($as_at, $known_seq, $rules) AS position
            ON position.commitment_id = commitment.id
        LEFT JOIN assessment_as_at($as_at, $known_seq) AS owner_view
            ON owner_view.commitment_id = commitment.id
            AND owner_view.view = 'owner'
            AND $as_at <= coalesce(owner_view.valid_until, owner_view.effective_on + $rules['stale_days']::INTEGER)
        LEFT JOIN assessment_as_at($as_at, $known_seq) AS evidence_view
            ON evidence_view.commitment_id = commitment.id AND evidence_view.view = 'evidence'
        ORDER BY commitment.id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq, "rules": at.rules.as_parameter()},
    )


@_query
def milestones(cursor: Cursor, at: Position) -> list[MilestoneLine]:
    """Return every milestone that was promised by ``as_at``, with its dates as known then, in order of id."""
    return lines_of(
        cursor,
        MilestoneLine,
        """
        SELECT
            milestone.id AS milestone_id,
            milestone.*,
            commitment.title AS commitment,
            commitment.programme_id,
            owner.id AS owner_id,
            owner.role AS owner,
            evidence_view.rating AS outcome
        FROM milestone_position($as_at, $known_seq, $rules) AS milestone
        JOIN commitment_as_at($as_at, $known_seq) AS commitment ON commitment.id = milestone.commitment_id
        LEFT JOIN programme_as_at($as_at, $known_seq) AS programme ON programme.id = commitment.programme_id
        JOIN owner_as_at($as_at, $known_seq) AS owner
            ON owner.id = coalesce(commitment.owner_id, programme.owner_id)
        LEFT JOIN assessment_as_at($as_at, $known_seq) AS evidence_view
            ON evidence_view.commitment_id = commitment.id AND evidence_view.view = 'evidence'
        ORDER BY milestone.id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq, "rules": at.rules.as_parameter()},
    )


@_query
def programmes(cursor: Cursor, at: Position) -> list[ProgrammeLine]:
    """Return every programme, flagships first. Committed money counts once: sums inside another are left out."""
    return lines_of(
        cursor,
        ProgrammeLine,
        """
        SELECT
            programme.id AS programme_id,
            programme.*,
            lead.name AS lead,
            owner.role AS owner,
            committed.amount_gbp AS committed_gbp
        FROM programme_as_at($as_at, $known_seq) AS programme
        JOIN organisation_as_at($as_at, $known_seq) AS lead ON lead.id = programme.lead_organisation_id
        JOIN owner_as_at($as_at, $known_seq) AS owner ON owner.id = programme.owner_id
        LEFT JOIN (
            SELECT inner_most.programme_id, sum(inner_most.amount_gbp)::DECIMAL(18, 2) AS amount_gbp
            FROM funding_as_at($as_at, $known_seq) AS inner_most
            LEFT JOIN funding_as_at($as_at, $known_seq) AS whole
                ON whole.id = inner_most.part_of
                AND whole.programme_id = inner_most.programme_id
                AND whole.stage = inner_most.stage
            WHERE inner_most.stage = 'committed' AND whole.id IS NULL
            GROUP BY inner_most.programme_id
        ) AS committed ON committed.programme_id = programme.id
        ORDER BY programme.flagship DESC, committed.amount_gbp DESC NULLS LAST, programme.id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


@_query
def funding(cursor: Cursor, at: Position) -> list[FundingLine]:
    """Return every published sum known by ``as_at``, oldest first within its programme."""
    return lines_of(
        cursor,
        FundingLine,
        """
        SELECT id AS funding_id, effective_on AS known_on, *
        FROM funding_as_at($as_at, $known_seq)
        ORDER BY programme_id, effective_on, id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


@_query
def events(cursor: Cursor, at: Position) -> list[EventLine]:
    """Return what had happened by ``as_at`` and completed nothing, newest first."""
    return lines_of(
        cursor,
        EventLine,
        """
        SELECT id AS event_id, *
        FROM event_as_at($as_at, $known_seq)
        ORDER BY happened_on DESC, id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


@_query
def references(cursor: Cursor, at: Position) -> list[ReferenceLine]:
    """Return where each document makes each commitment; documents that state it before those that imply it."""
    return lines_of(
        cursor,
        ReferenceLine,
        """
        SELECT
            reference.commitment_id,
            reference.source_id,
            source.publisher,
            source.title AS document,
            reference.pinpoint,
            reference.stance,
            reference.differs
        FROM reference_as_at($as_at, $known_seq) AS reference
        JOIN source_as_at($as_at, $known_seq) AS source ON source.id = reference.source_id
        ORDER BY reference.commitment_id, reference.stance DESC, reference.source_id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


@_query
def outcomes(cursor: Cursor, at: Position) -> list[OutcomeLine]:
    """Return every reading of the published record up to ``as_at``, oldest first within its commitment."""
    return lines_of(
        cursor,
        OutcomeLine,
        """
        SELECT
            assessment.commitment_id,
            assessment.effective_on AS since,
            assessment.rating AS outcome,
            assessment.rationale AS reason,
            assessment.evidence_id
        FROM assessment_standing($as_at, $known_seq)
        JOIN tracker.assessment AS assessment USING (id, version)
        WHERE assessment.view = 'evidence'
        ORDER BY assessment.commitment_id, since
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


@_query
def sources(cursor: Cursor, at: Position) -> list[SourceLine]:
    """Return every source, with how often it was cited by ``as_at``; in order of kind, publisher and title."""
    return lines_of(
        cursor,
        SourceLine,
        """
        SELECT source.id AS source_id, source.*, coalesce(citations.cited, 0) AS cited
        FROM source_as_at($as_at, $known_seq) AS source
        LEFT JOIN (
            SELECT source_id, count(*) AS cited
            FROM (
                SELECT source_id FROM reference_as_at($as_at, $known_seq)
                UNION ALL SELECT promised_in FROM milestone_as_at($as_at, $known_seq)
                UNION ALL SELECT evidence_id FROM progress_as_at($as_at, $known_seq)
                UNION ALL
                SELECT evidence_id
                FROM assessment_standing($as_at, $known_seq)
                JOIN tracker.assessment USING (id, version)
                UNION ALL SELECT source_id FROM funding_as_at($as_at, $known_seq)
                UNION ALL SELECT evidence_id FROM event_as_at($as_at, $known_seq)
                UNION ALL SELECT source_id FROM local_authority_as_at($as_at, $known_seq)
            )
            GROUP BY source_id
        ) AS citations ON citations.source_id = source.id
        ORDER BY
            list_position(['document', 'data', 'evidence'], source.kind),
            lower(source.publisher),
            source.title,
            source.id
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


def forecasts(cursor: Cursor, at: Position) -> list[ForecastLine]:
    """Return every report of each milestone's dates up to ``as_at``, oldest first within the milestone."""
    return lines_of(
        cursor,
        ForecastLine,
        """
        SELECT progress.id AS milestone_id, progress.effective_on AS since, progress.*
        FROM progress_standing($as_at, $known_seq)
        JOIN tracker.progress AS progress USING (id, version)
        JOIN milestone_as_at($as_at, $known_seq) AS milestone USING (id)
        ORDER BY progress.id, since
        """,
        {"as_at": at.as_at, "known_seq": at.known_seq},
    )


def revisions(cursor: Cursor, known_seq: int) -> dict[str, int]:
    """Return how many versions of each milestone and its progress there are up to change ``known_seq``, by its id."""
    rows = cursor.execute(
        """
        SELECT id, count(*) FROM (
            SELECT id FROM tracker.milestone WHERE change_seq <= $known_seq
            UNION ALL
            SELECT id FROM tracker.progress WHERE change_seq <= $known_seq
        )
        GROUP BY id
        """,
        {"known_seq": known_seq},
    ).fetchall()
    return dict(rows)


def history(cursor: Cursor, commitment_id: str, known_seq: int) -> list[VersionLine]:
    """Return every version of a commitment's own records (itself, its milestones, progress and views), newest first."""
    return lines_of(
        cursor,
        VersionLine,
        """
        WITH own AS (
            SELECT 'commitment' AS noun, id, version, effective_on, retracted, change_seq
            FROM tracker.commitment
            WHERE id = $commitment_id
            UNION ALL
            SELECT 'milestone', id, version, effective_on, retracted, change_seq
            FROM tracker.milestone
            WHERE commitment_id = $commitment_id
            UNION ALL
            SELECT 'progress', id, version, effective_on, retracted, change_seq
            FROM tracker.progress
            WHERE id IN (
                SELECT id FROM tracker.milestone WHERE commitment_id = $commitment_id AND change_seq <= $known_seq
            )
            UNION ALL
            SELECT view || ' view', id, version, effective_on, retracted, change_seq
            FROM tracker.assessment
            WHERE commitment_id = $commitment_id
        )
        SELECT
            own.noun,
            own.id AS noun_id,
            own.version,
            own.effective_on,
            own.retracted,
            own.change_seq,
            change.recorded_at,
            change.actor,
            change.action,
            change.reason
        FROM own
        JOIN tracker.change AS change ON change.seq = own.change_seq
        WHERE own.change_seq <= $known_seq
        ORDER BY own.change_seq DESC, own.effective_on DESC, own.noun, own.id, own.version DESC
        """,
        {"commitment_id": commitment_id, "known_seq": known_seq},
    )
