"""The history, newest first: each version with its change and the version before it; one page at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.domain.nouns import BaselineRequest, Noun
from tracker.store.lines import lines_of
from tracker.store.registry import NOUNS, columns, table_of, to_version
from tracker.views.records import HistoryFilter, RecordedLine, SaidLine, TrendLine

if TYPE_CHECKING:
    from collections.abc import Collection

    from tracker.domain.ledger import Version
    from tracker.store.database import Cursor

MOST_TOLD_APART = 50
"""A change of more versions is one line, except in the history of a milestone or a commitment."""

_END_OF_TIME = 9_223_372_036_854_775_807

_KNOWN = " AND change_seq <= $known_seq"
"""A later move to another commitment does not change what was known before."""


@dataclass(frozen=True)
class Recorded:
    """A page of the history, and how many lines there are in all."""

    lines: tuple[RecordedLine, ...]
    total: int


def recorded(cursor: Cursor, wanted: HistoryFilter, known_seq: int) -> Recorded:
    """Return the lines that match ``wanted``, as known at change ``known_seq``, newest change first."""
    apart = _END_OF_TIME if wanted.milestone_id or wanted.commitment_id else MOST_TOLD_APART
    in_period = _in_period() if wanted.period_id else "true"
    claimed = " UNION ALL ".join(_versions_of(table, wanted) for table in NOUNS)
    entries = f"""
        WITH chosen AS (
            SELECT seq FROM tracker.change
            WHERE seq <= $known_seq
            AND (
                $actor IS NULL
                OR lower(actor) = lower($actor)
                OR actor IN (SELECT id FROM tracker.user WHERE address = lower($actor))
            )
            AND ($after IS NULL OR recorded_at >= $after)
            AND ($before IS NULL OR recorded_at < $before)
            AND {in_period}
        ),
        matched AS (
            SELECT said.* FROM ({claimed}) AS said JOIN chosen ON chosen.seq = said.change_seq
            WHERE $as_at IS NULL OR said.effective_on <= $as_at
        ),
        sizes AS (SELECT change_seq, count(*) AS together FROM matched GROUP BY change_seq),
        entries AS (
            SELECT matched.change_seq, matched.noun, matched.id, matched.version, matched.effective_on
            FROM matched JOIN sizes USING (change_seq)
            WHERE sizes.together <= $apart
            UNION ALL
            SELECT change_seq, NULL, NULL, NULL, NULL FROM sizes WHERE together > $apart
        )
    """
    parameters = {
        "known_seq": known_seq,
        "actor": wanted.actor,
        "after": _midnight(wanted.recorded_from),
        "before": _midnight(wanted.recorded_to, days=1),
        "as_at": wanted.as_at,
        "apart": apart,
        **({"milestone_id": wanted.milestone_id} if wanted.milestone_id else {}),
        **({"period_id": wanted.period_id} if wanted.period_id else {}),
        **({"commitment_id": wanted.commitment_id} if wanted.commitment_id and not wanted.milestone_id else {}),
    }
    # Both answers are of one state of the ledger: the caller's cursor reads in one transaction.
    [(total,)] = cursor.execute(entries + "SELECT count(*) FROM entries", parameters).fetchall()
    keys = cursor.execute(
        entries
        + """
        SELECT change_seq, noun, id, version FROM entries
        ORDER BY change_seq DESC, effective_on DESC, noun, id, version DESC
        LIMIT $limit OFFSET $offset
        """,
        {**parameters, "limit": wanted.limit, "offset": wanted.offset},
    ).fetchall()
    together = {seq for seq, noun, *_ in keys if noun is None}
    counts = _counts(cursor, claimed, sorted(together), parameters) if together else {}
    pairs = _with_predecessors(cursor, keys)
    headers = _headers(cursor, sorted({seq for seq, *_ in keys}))
    return Recorded(
        tuple(
            RecordedLine(
                **headers[seq],
                noun=noun,
                version=pairs[noun, noun_id, number][0] if noun else None,
                before=pairs[noun, noun_id, number][1] if noun else None,
                counts={} if noun else counts[seq],
            )
            for seq, noun, noun_id, number in keys
        ),
        total,
    )


def _in_period() -> str:
    """The condition that a change was recorded during a reporting period, or that one of its versions belongs to it."""
    belonging = " UNION ALL ".join(
        f"SELECT change_seq FROM tracker.{table} WHERE period_id = $period_id"
        for table in NOUNS
        if "period_id" in columns(table)
    )
    return f"""(
        seq IN ({belonging} UNION ALL SELECT change_seq FROM tracker.period WHERE id = $period_id)
        OR EXISTS (
            SELECT 1
            FROM tracker.period
            WHERE id = $period_id AND change_seq <= $known_seq
            HAVING recorded_at::DATE BETWEEN arg_max(opens_on, version) AND arg_max(closes_on, version)
        )
    )"""


def _versions_of(table: str, wanted: HistoryFilter) -> str:
    """The query for the versions of one noun that concern the chosen milestone or commitment."""
    versions = f"SELECT '{table}' AS noun, id, version, effective_on, change_seq FROM tracker.{table}"
    if wanted.milestone_id:
        return versions + _of_milestone(table)
    if wanted.commitment_id:
        return versions + _of_commitment(table)
    return versions


def _of_milestone(table: str) -> str:
    if table in {"milestone", "progress"}:  # the report on a milestone has its id
        return " WHERE id = $milestone_id"
    if "milestone_id" in columns(table):
        return f" WHERE id IN (SELECT id FROM tracker.{table} WHERE milestone_id = $milestone_id{_KNOWN})"
    return " WHERE false"


def _of_commitment(table: str) -> str:
    own = f" (SELECT id FROM tracker.milestone WHERE commitment_id = $commitment_id{_KNOWN})"
    if table == "commitment":
        return " WHERE id = $commitment_id"
    if table == "progress":
        return " WHERE id IN" + own
    if "commitment_id" in columns(table):  # any version: a record that moved elsewhere is still in its history
        return f" WHERE id IN (SELECT id FROM tracker.{table} WHERE commitment_id = $commitment_id{_KNOWN})"
    if "milestone_id" in columns(table):
        return " WHERE milestone_id IN" + own
    return " WHERE false"


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    """The instant (UTC) at which a day begins, or the day so many ``days`` later; the end of time for one past it."""
    if day is None:
        return None
    try:
        return dt.datetime.combine(day + dt.timedelta(days=days), dt.time.min)
    except OverflowError:
        return dt.datetime.combine(dt.date.max, dt.time.max)


def _counts(cursor: Cursor, claimed: str, changes: list[int], parameters: dict[str, Any]) -> dict[int, dict[str, int]]:
    """How many versions of each noun each of ``changes`` made, up to the day that is shown."""
    rows = cursor.execute(
        f"""
        SELECT change_seq, noun, count(*) FROM ({claimed})
        WHERE change_seq IN (SELECT unnest($changes::BIGINT[])) AND ($as_at IS NULL OR effective_on <= $as_at)
        GROUP BY change_seq, noun
        ORDER BY change_seq, count(*) DESC, noun
        """,
        {"changes": changes, "as_at": parameters["as_at"]},
    ).fetchall()
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for seq, noun, count in rows:
        found[seq][noun] = count
    return found


def _headers(cursor: Cursor, changes: list[int]) -> dict[int, dict[str, Any]]:
    """Who made each of ``changes``, when and why; a registered person by the name and role that they had then.

    Their current address follows the name if two people have that name, or the address has changed.
    """
    cursor.execute(
        """
        WITH newest AS (
            SELECT id, name, address
            FROM tracker.user
            QUALIFY row_number() OVER (PARTITION BY id ORDER BY version DESC) = 1
        ),
        people AS (
            SELECT
                id,
                CASE
                    WHEN address IS NOT NULL OR count(*) OVER (PARTITION BY lower(strip_accents(name))) > 1
                    THEN ', ' || coalesce(address, id)
                    ELSE ''
                END AS beside
            FROM newest
        )
        SELECT change.seq, change.recorded_at, change.actor, person.name || people.beside AS name, person.role,
            change.action, change.reason, change.seal
        FROM tracker.change AS change
        LEFT JOIN tracker.user AS person ON person.id = change.actor AND person.change_seq <= change.seq
        LEFT JOIN people ON people.id = person.id
        WHERE change.seq IN (SELECT unnest($changes::BIGINT[]))
        QUALIFY row_number() OVER (PARTITION BY change.seq ORDER BY person.version DESC) = 1
        """,
        {"changes": changes},
    )
    names = [column[0] for column in cursor.description or ()]
    return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _with_predecessors(
    cursor: Cursor, keys: list[tuple[int, str | None, str, int]]
) -> dict[tuple[str, str, int], tuple[Version, Version | None]]:
    """Return each version of ``keys`` with the one that applied on its day before, by noun, id and number.

    That is the earlier version of the same day if there is one, else the newest of an earlier day that is not
    retracted. So a fact recorded late for an earlier day is compared with that day.
    """
    asked: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for _, noun, noun_id, number in keys:
        if noun:
            asked[noun].append((noun_id, number))
    found: dict[tuple[str, str, int], tuple[Version, Version | None]] = {}
    for table, ids in asked.items():
        own = len(columns(table))
        names = ", ".join(f"{side}.{column}" for side in ("held", "earlier") for column in columns(table))
        rows = cursor.execute(
            f"""
            WITH asked AS (SELECT unnest($ids::VARCHAR[]) AS id, unnest($numbers::INTEGER[]) AS version),
            shown AS (SELECT id, version, effective_on FROM tracker.{table} JOIN asked USING (id, version)),
            days AS (
                SELECT shown.id, shown.version, past.effective_on,
                    max(past.version) AS newest,
                    arg_max(past.retracted, past.version) AS retracted
                FROM shown
                JOIN tracker.{table} AS past
                    ON past.id = shown.id AND past.version < shown.version AND past.effective_on <= shown.effective_on
                GROUP BY shown.id, shown.version, past.effective_on
            ),
            stood AS (
                SELECT id, version, arg_max(newest, effective_on) AS newest
                FROM days WHERE NOT retracted GROUP BY id, version
            )
            SELECT {names}
            FROM tracker.{table} AS held
            JOIN asked USING (id, version)
            LEFT JOIN stood ON stood.id = held.id AND stood.version = held.version
            LEFT JOIN tracker.{table} AS earlier ON earlier.id = held.id AND earlier.version = stood.newest
            """,
            {"ids": [noun_id for noun_id, _ in ids], "numbers": [number for _, number in ids]},
        ).fetchall()
        for row in rows:
            version = to_version(table, row[:own])
            before = to_version(table, row[own:]) if row[own] is not None else None
            found[table, version.noun.id, version.version] = (version, before)
    return found


def said(cursor: Cursor, table: str, ids: Collection[str], as_at: dt.date, known_seq: int) -> dict[str, list[SaidLine]]:
    """Return all versions of some ids for days up to ``as_at``, as known at a change, each with its change.

    By id, in order of day and version; this includes retracted versions and their retractions.
    """
    names = ", ".join(columns(table))
    rows = cursor.execute(
        f"""
        SELECT {names} FROM tracker.{table}
        WHERE id IN (SELECT unnest($ids::VARCHAR[])) AND effective_on <= $as_at AND change_seq <= $known_seq
        ORDER BY id, effective_on, version
        """,
        {"ids": sorted(ids), "as_at": as_at, "known_seq": known_seq},
    ).fetchall()
    versions = [to_version(table, row) for row in rows]
    headers = _headers(cursor, sorted({version.change_seq for version in versions}))
    found: dict[str, list[SaidLine]] = defaultdict(list)
    for version in versions:
        header = {name: value for name, value in headers[version.change_seq].items() if name != "seal"}
        found[version.noun.id].append(SaidLine(**header, version=version))
    return found


def approved_requests(
    cursor: Cursor, milestones: Collection[str], as_at: dt.date, known_seq: int
) -> list[BaselineRequest]:
    """Return the approved requests to change the baseline of some milestones, oldest first."""
    names = ", ".join(columns("baseline_request"))
    rows = cursor.execute(
        f"""
        SELECT {names} FROM baseline_request_as_at($as_at, $known_seq)
        WHERE state = 'approved' AND milestone_id IN (SELECT unnest($milestones::VARCHAR[]))
        ORDER BY change_seq
        """,
        {"milestones": sorted(milestones), "as_at": as_at, "known_seq": known_seq},
    ).fetchall()
    nouns = (to_version("baseline_request", row).noun for row in rows)
    return [noun for noun in nouns if isinstance(noun, BaselineRequest)]


def actors(cursor: Cursor, known_seq: int) -> list[str]:
    """Return everyone who recorded anything up to change ``known_seq``, in order."""
    rows = cursor.execute(
        "SELECT DISTINCT actor FROM tracker.change WHERE seq <= $known_seq ORDER BY lower(actor), actor",
        {"known_seq": known_seq},
    ).fetchall()
    return [actor for (actor,) in rows]


def was_recorded(cursor: Cursor, noun: type[Noun], noun_id: str, known_seq: int, as_at: dt.date | None) -> bool:
    """Say whether an id was ever recorded, for a day up to ``as_at``."""
    row = cursor.execute(
        f"""
        SELECT 1 FROM tracker.{table_of(noun)}
        WHERE id = $id AND change_seq <= $known_seq AND ($as_at IS NULL OR effective_on <= $as_at)
        LIMIT 1
        """,
        {"id": noun_id, "known_seq": known_seq, "as_at": as_at},
    ).fetchone()
    return row is not None


def trend(cursor: Cursor, milestone_id: str, as_at: dt.date, known_seq: int) -> list[TrendLine]:
    """Return what was known of a milestone's dates at each report and each baseline up to ``as_at``, oldest first.

    Retracted reports are left out. ``reason`` is the reason for the change of a date, on the day of its report.
    """
    return lines_of(
        cursor,
        TrendLine,
        """
        WITH promised AS (
            SELECT held.*
            FROM milestone_standing($as_at, $known_seq) AS standing
            JOIN tracker.milestone AS held USING (id, version)
            WHERE standing.id = $milestone_id
        ),
        reported AS (
            SELECT held.*
            FROM progress_standing($as_at, $known_seq) AS standing
            JOIN tracker.progress AS held USING (id, version)
            WHERE standing.id = $milestone_id
        ),
        days AS (SELECT effective_on FROM promised UNION SELECT effective_on FROM reported)
        SELECT
            days.effective_on AS reported_on,
            promised.*,
            reported.* EXCLUDE (reason),
            CASE WHEN reported.effective_on = days.effective_on THEN reported.reason END AS reason
        FROM days
        ASOF LEFT JOIN promised ON days.effective_on >= promised.effective_on
        ASOF LEFT JOIN reported ON days.effective_on >= reported.effective_on
        ORDER BY reported_on
        """,
        {"milestone_id": milestone_id, "as_at": as_at, "known_seq": known_seq},
    )
