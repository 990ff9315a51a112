"""The plan that ships: what must hold of it whatever else is edited."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pytest

from tracker.domain import dates
from tracker.domain.columns import parts
from tracker.domain.dates import day_of
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
from tracker.domain.words import Precision, View
from tracker.exchange.plans import read_plan

if TYPE_CHECKING:
    from tracker.exchange.plans import Planned

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
    "acthub.uk",
    "universitytrends.co.uk",
    "wired-gov.net",
    "herokuapp.com",
    "indiaeducationdiary.in",
    "theyworkforyou.com",
    "dagdevon",
    "modburyhscareers",
    "gosshosted.com",
    "njk.onl",
    "web.archive.org",
    "archive.today",
)
OWN_DOMAINS = {
    "Department for Education": ("gov.uk", "www.gov.uk", "education.gov.uk", "service.gov.uk", "github.com"),
    "UK Parliament": ("parliament.uk",),
    "House of Commons Education Committee": ("parliament.uk",),
    "NHS England": ("england.nhs.uk",),
    "Ofsted and the Care Quality Commission": ("www.gov.uk",),
    "The National Archives (legislation.gov.uk)": ("legislation.gov.uk",),
    "National Audit Office": ("nao.org.uk",),
    "Schools Week": ("schoolsweek.co.uk",),
    "Tes": ("tes.com",),
    "NASUWT": ("nasuwt.org.uk",),
    "Local Government Association": ("local.gov.uk", "lgafirst.co.uk"),
}
READINGS = {
    # What the published record shows today, where it must not say more than its sources.
    "C2-04": "Superseded",
    "C3-08": "In progress",
    "C3-13": "Superseded",
    "C3-16": "In progress",
    "C4-03": "Superseded",
    "C5-02": "Superseded",
    "C5-04": "In progress",
    "C6-04": "In progress",
}

Kind = TypeVar("Kind", bound=Noun)


@pytest.fixture(scope="module")
def statements() -> list[Planned]:
    return read_plan(ROOT / "plans", ROOT / "data")


def of(statements: list[Planned], kind: type[Kind]) -> list[Kind]:
    return [statement.noun for statement in statements if isinstance(statement.noun, kind)]


def test_the_commitments_are_the_known_55(statements: list[Planned]) -> None:
    assert len(COMMITMENTS) == 55
    assert sorted(commitment.id for commitment in of(statements, Commitment)) == sorted(COMMITMENTS)


def test_a_commitment_is_filed_under_its_chapter(statements: list[Planned]) -> None:
    assert not [c.id for c in of(statements, Commitment) if not c.id.startswith(f"C{c.chapter}-")]


def test_every_commitment_can_be_followed_to_a_source_document(statements: list[Planned]) -> None:
    documents = {source.id for source in of(statements, Source) if source.kind == "document"}
    assert {r.commitment_id for r in of(statements, Reference) if r.source_id in documents} == COMMITMENTS
    assert all(reference.pinpoint for reference in of(statements, Reference))


def test_every_commitment_has_an_evidence_view_with_a_reason_from_the_green_paper_on(
    statements: list[Planned],
) -> None:
    views = [s for s in statements if isinstance(s.noun, Assessment)]
    assert {s.noun.commitment_id for s in views if isinstance(s.noun, Assessment)} == COMMITMENTS
    assert all(isinstance(s.noun, Assessment) and s.noun.view is View.EVIDENCE and s.noun.rationale for s in views)


def test_every_commitment_has_an_owner_of_its_own_or_of_its_programme(statements: list[Planned]) -> None:
    owners = {owner.id: owner for owner in of(statements, Owner)}
    programmes = {programme.id: programme for programme in of(statements, Programme)}
    for commitment in of(statements, Commitment):
        owner = commitment.owner_id or programmes[commitment.programme_id or ""].owner_id
        assert owners[owner].role, commitment.id


def test_every_commitment_has_a_measure_or_says_why_it_cannot_be_measured(statements: list[Planned]) -> None:
    assert not [c.id for c in of(statements, Commitment) if bool(c.measure) == bool(c.not_measurable)]


def test_there_are_153_local_authorities_of_england(statements: list[Planned]) -> None:
    authorities = of(statements, LocalAuthority)
    assert len(authorities) == 153
    assert len({authority.gss_code for authority in authorities}) == 153
    assert len({authority.name for authority in authorities}) == 153
    assert all(authority.gss_code.startswith("E") for authority in authorities)


def test_the_green_papers_money_is_committed_to_its_programmes(statements: list[Planned]) -> None:
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


def newest_readings(statements: list[Planned]) -> dict[str, Assessment]:
    """Return the newest evidence view of each commitment."""
    views = [statement for statement in statements if isinstance(statement.noun, Assessment)]
    ordered = sorted(views, key=lambda view: view.effective_on)
    return {view.noun.commitment_id: view.noun for view in ordered if isinstance(view.noun, Assessment)}


def first_day(last: dt.date, precision: Precision) -> dt.date:
    """Return the first day of a period of this precision that ends on ``last``."""
    match precision:
        case Precision.DAY:
            return last
        case Precision.MONTH:
            return last.replace(day=1)
        case Precision.YEAR:
            return last.replace(month=1, day=1)
    raise AssertionError(precision)


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def test_every_link_is_https_on_a_publishers_domain_and_not_a_copy(statements: list[Planned]) -> None:
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


def test_a_publisher_is_linked_only_on_its_own_domain(statements: list[Planned]) -> None:
    for source in of(statements, Source):
        domains = OWN_DOMAINS.get(source.publisher)
        host = urlsplit(source.url).hostname or "" if source.url else ""
        own = domains is None or any(host == domain or host.endswith(f".{domain}") for domain in domains)
        assert own or not host, source.id


def test_a_source_without_a_link_says_where_it_was_read(statements: list[Planned]) -> None:
    sources = [source for source in of(statements, Source) if source.kind != "document"]
    assert not [source.id for source in sources if not source.url and not source.note]


def test_every_event_cites_a_source_that_is_there_and_was_published_by_today(statements: list[Planned]) -> None:
    sources = {source.id: source for source in of(statements, Source)}
    events = of(statements, Event)
    assert events
    for event in events:
        assert event.evidence_id in sources, event.id
        assert event.summary.endswith("."), event.id
    for source in sources.values():
        if source.published:
            assert first_day(source.published.day, source.published.precision) <= dates.today(), source.id


def test_every_source_is_cited(statements: list[Planned]) -> None:
    cited = {
        part.get(statement.noun)
        for statement in statements
        for part in parts(type(statement.noun)).values()
        if part.name in {"evidence_id", "source_id", "promised_in"}
    }
    assert not [source.id for source in of(statements, Source) if source.id not in cited]


def test_an_inferred_date_is_never_a_day_and_its_note_says_how(statements: list[Planned]) -> None:
    inferred = [event for event in of(statements, Event) if event.inferred]
    assert inferred
    assert not [event.id for event in inferred if event.happened.precision is Precision.DAY or not event.note]


def test_a_reading_is_no_stronger_than_its_evidence(statements: list[Planned]) -> None:
    read = newest_readings(statements)
    assert {id_: read[id_].rating for id_ in READINGS} == READINGS
    completed = {progress.id for progress in of(statements, Progress) if day_of(progress.statement.actual)}
    still_open = {
        milestone.commitment_id
        for milestone in of(statements, Milestone)
        if milestone.key and milestone.id not in completed
    }
    delivered = {id_ for id_, reading in read.items() if reading.rating.startswith("Delivered")}
    assert delivered
    assert not delivered & still_open
    unknown = {id_: reading.rationale for id_, reading in read.items() if reading.rating == "Unknown"}
    assert not [id_ for id_, rationale in unknown.items() if "earch" not in rationale]
    evidenced = {"Not started", "Unknown", "Not measurable as written"}
    assert not [id_ for id_, reading in read.items() if reading.rating not in evidenced and not reading.evidence_id]


def test_a_commitment_is_led_by_the_body_of_its_owner(statements: list[Planned]) -> None:
    owners = {owner.id: owner for owner in of(statements, Owner)}
    programmes = {programme.id: programme for programme in of(statements, Programme)}
    for commitment in of(statements, Commitment):
        owner = owners[commitment.owner_id or programmes[commitment.programme_id or ""].owner_id]
        body = commitment.lead_organisation_id.split("-")[0]  # a directorate is of its department
        assert owner.organisation_id.split("-")[0] == body, commitment.id


def test_what_is_said_of_standards_and_metrics_names_them(statements: list[Planned]) -> None:
    notes = {commitment.id: commitment.note or "" for commitment in of(statements, Commitment)}
    themes = notes["C2-01"].split("The five themes: ")[1].split(". ")[0]
    assert len(themes.split("; ")) == 5
    metrics = next(r for r in of(statements, Reference) if (r.commitment_id, r.source_id) == ("C5-11", "cst-summary"))
    groups = (metrics.differs or "").split("twelve examples. ")[1].split(". ")
    assert [len(group.split("; ")) for group in groups] == [5, 4, 3]
    assert "question 7" in notes["C2-08"]
    assert "duty to co-operate" in notes["C5-01"]


def test_every_completion_has_evidence(statements: list[Planned]) -> None:
    completed = [progress for progress in of(statements, Progress) if day_of(progress.statement.actual)]
    assert completed
    assert not [progress.id for progress in completed if not progress.statement.evidence_id]


def test_no_milestone_was_promised_before_the_green_paper(statements: list[Planned]) -> None:
    milestones = [s for s in statements if isinstance(s.noun, Milestone)]
    assert milestones
    assert not [s.where for s in milestones if s.effective_on < dt.date(2022, 3, 29)]


def test_nothing_is_held_from_the_future(statements: list[Planned]) -> None:
    today = dates.today()
    assert not [s.where for s in statements if s.effective_on > today]
    assert not [p.id for p in of(statements, Progress) if (actual := p.statement.actual) and actual.day > today]
    assert not [e.id for e in of(statements, Event) if e.happened.day > today]
