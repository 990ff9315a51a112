"""The plan that ships: what must hold of it whatever else is edited."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pytest

from tracker.domain import dates
from tracker.domain.nouns import (
    Assessment,
    Commitment,
    Event,
    Funding,
    LocalAuthority,
    Milestone,
    Noun,
    Owner,
    Programme,
    Progress,
    Reference,
    Source,
)
from tracker.domain.words import View
from tracker.exchange.plans import read_plan

if TYPE_CHECKING:
    from tracker.exchange.plans import Statement

ROOT = Path(__file__).parents[2]
COMMITMENTS = {
    f"C{chapter}-{number:02}"
    for chapter, last in ((2, 8), (3, 21), (4, 8), (5, 12), (6, 6))
    for number in range(1, last + 1)
}
COPIES = (
    "parallelparliament.co.uk",
    "streetguide.co.uk",
    "azurewebsites.net",
    "govdiff",
    "wordsworth.site",
    "skepticsociety",
    "lossofbraintrust",
    "apnirah",
    "paperlessts",
)

Kind = TypeVar("Kind", bound=Noun)


@pytest.fixture(scope="module")
def statements() -> list[Statement]:
    return read_plan(ROOT / "plans", ROOT / "data")


def of(statements: list[Statement], kind: type[Kind]) -> list[Kind]:
    return [statement.noun for statement in statements if isinstance(statement.noun, kind)]


def test_the_commitments_are_the_known_55(statements: list[Statement]) -> None:
    assert len(COMMITMENTS) == 55
    assert sorted(commitment.id for commitment in of(statements, Commitment)) == sorted(COMMITMENTS)


def test_a_commitment_is_filed_under_its_chapter(statements: list[Statement]) -> None:
    assert not [c.id for c in of(statements, Commitment) if not c.id.startswith(f"C{c.chapter}-")]


def test_every_commitment_can_be_followed_to_a_source_document(statements: list[Statement]) -> None:
    documents = {source.id for source in of(statements, Source) if source.kind == "document"}
    assert {r.commitment_id for r in of(statements, Reference) if r.source_id in documents} == COMMITMENTS
    assert all(reference.pinpoint for reference in of(statements, Reference))


def test_every_commitment_has_an_evidence_view_with_a_reason_from_the_green_paper_on(
    statements: list[Statement],
) -> None:
    views = [s for s in statements if isinstance(s.noun, Assessment)]
    assert {s.noun.commitment_id for s in views if isinstance(s.noun, Assessment)} == COMMITMENTS
    assert all(isinstance(s.noun, Assessment) and s.noun.view is View.EVIDENCE and s.noun.rationale for s in views)


def test_every_commitment_has_an_owner_of_its_own_or_of_its_programme(statements: list[Statement]) -> None:
    owners = {owner.id: owner for owner in of(statements, Owner)}
    programmes = {programme.id: programme for programme in of(statements, Programme)}
    for commitment in of(statements, Commitment):
        owner = commitment.owner_id or programmes[commitment.programme_id or ""].owner_id
        assert owners[owner].role, commitment.id


def test_every_commitment_has_a_measure_or_says_why_it_cannot_be_measured(statements: list[Statement]) -> None:
    assert not [c.id for c in of(statements, Commitment) if bool(c.measure) == bool(c.not_measurable)]


def test_there_are_153_local_authorities_of_england(statements: list[Statement]) -> None:
    authorities = of(statements, LocalAuthority)
    assert len(authorities) == 153
    assert len({authority.gss_code for authority in authorities}) == 153
    assert len({authority.name for authority in authorities}) == 153
    assert all(authority.gss_code.startswith("E") for authority in authorities)


def test_the_green_papers_money_is_committed_to_its_programmes(statements: list[Statement]) -> None:
    committed = {(f.programme_id, int(f.amount_gbp)) for f in of(statements, Funding) if f.stage == "committed"}
    assert committed >= {
        ("safety-valve", 300_000_000),
        ("delivering-better-value", 85_000_000),
        ("change-programme", 70_000_000),
        ("schools-budget", 7_000_000_000),
        ("high-needs-revenue", 1_000_000_000),
        ("high-needs-capital", 2_600_000_000),
        ("family-hubs", 82_000_000),
        ("short-breaks", 30_000_000),
        ("supported-internships", 18_000_000),
    }


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def test_every_link_is_https_on_a_publishers_domain_and_not_a_copy(statements: list[Statement]) -> None:
    links = {source.id: source.url for source in of(statements, Source) if source.url}
    assert links
    for source, link in links.items():
        parts = urlsplit(link)
        host = parts.hostname or ""
        assert parts.scheme == "https", source
        assert "." in host, source
        assert not is_address(host), source
        assert not [copy for copy in COPIES if copy in host], source


@pytest.mark.parametrize(("host", "is_one"), [("192.0.2.1", True), ("2001:db8::1", True), ("www.gov.uk", False)])
def test_a_host_that_is_a_bare_address_is_recognised(host: str, is_one: bool) -> None:  # noqa: FBT001  a parameter
    assert is_address(host) is is_one


def test_every_completion_has_evidence(statements: list[Statement]) -> None:
    completed = [progress for progress in of(statements, Progress) if progress.actual_on]
    assert completed
    assert not [progress.id for progress in completed if not progress.evidence_id]


def test_no_milestone_was_promised_before_the_green_paper(statements: list[Statement]) -> None:
    milestones = [s for s in statements if isinstance(s.noun, Milestone)]
    assert milestones
    assert not [s.where for s in milestones if s.effective_on < dt.date(2022, 3, 29)]


def test_nothing_is_held_from_the_future(statements: list[Statement]) -> None:
    today = dates.today()
    assert not [s.where for s in statements if s.effective_on > today]
    assert not [p.id for p in of(statements, Progress) if p.actual_on and p.actual_on > today]
    assert not [e.id for e in of(statements, Event) if e.happened_on > today]
