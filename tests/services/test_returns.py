"""Returns as files: drawn, filled in elsewhere, previewed, and taken in as one change or not at all."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import LONG
from tests.samples import milestone, report_of, save
from tests.samples import progress as recorded
from tests.security.payloads import PAYLOADS
from tests.services.conftest import OWNER, PEOPLE, add
from tests.services.returned import (
    BEN,
    FIRST_ROW,
    MET,
    PAID,
    SECOND,
    SOON,
    place,
    reworked,
    table,
    workbook,
)
from tests.services.returned import furnished as furnished  # noqa: PLC0414  fixtures that are shared on
from tests.services.returned import office as office  # noqa: PLC0414
from tracker.domain import dates
from tracker.domain.dates import GREEN_PAPER, PublishedDate, day_of
from tracker.domain.errors import (
    InvalidReport,
    NotAllowed,
    NothingToRecord,
    NothingToReturn,
    ReturnRejected,
    StalePreview,
    UnknownUser,
)
from tracker.domain.nouns import Period, Source
from tracker.domain.policy import ALLOWED, Action
from tracker.domain.words import MoveReason, PeriodState, Precision, ReportedStatus, Role, SourceKind
from tracker.exchange.returns.table import Heading
from tracker.services import boards, periods, progress, returns
from tracker.services.returns import Decisions, Outcome, Preview, Upload
from tracker.store import proving, reading

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from tests.services.returned import Filled
    from tracker.domain.ledger import Change
    from tracker.store.database import Database
    from tracker.views.board import MilestoneLine

TODAY = dates.today()
LATER = SOON + dt.timedelta(days=30)
ANY = "0" * 16
"""A token of no preview."""

MOVED: dict[Heading, Any] = {
    Heading.EXPECTED: SOON,
    Heading.REASON: "funding or spending review",
    Heading.NOTE: "The review ends in June",
}


def check(db: Database, content: bytes, name: str = "return.xlsx", actor_id: str = OWNER) -> Preview:
    return returns.check_return(db, actor_id=actor_id, file=Upload(name, content))


def take(db: Database, content: bytes, name: str = "return.xlsx", actor_id: str = OWNER, **more: Any) -> Change:
    token = more.pop("token", None) or check(db, content, name, actor_id).token
    file, decisions = Upload(name, content), Decisions(**more)
    return returns.take_return(db, actor_id=actor_id, file=file, token=token, decisions=decisions)


def head(db: Database) -> int:
    return boards.known_position(db)


def shown(db: Database, milestone_id: str) -> MilestoneLine:
    view = boards.view_board(db, TODAY, head(db))
    return next(line for line in view.milestones if line.milestone_id == milestone_id)


def outcomes(preview: Preview) -> dict[str, Outcome]:
    return {line.line.milestone_id: line.outcome for line in preview.lines}


def report(db: Database, milestone_id: str = SECOND, **said: Any) -> None:
    """Somebody else, to whom the same was given, reports meanwhile."""
    line = next(line for line in progress.my_lines(db, actor_id=BEN) if line.milestone_id == milestone_id)
    values: dict[str, Any] = {
        "status": ReportedStatus.IN_PROGRESS,
        "forecast": PublishedDate(SOON, Precision.DAY),
        "narrative": "Ben was here.",
    }
    told = report_of(milestone_id, line.base_version, **{**values, **said})
    progress.report_progress(db, actor_id=BEN, reports=[told])


# Drawing


@pytest.mark.parametrize("role", Role)
def test_a_role_draws_and_takes_in_a_return_only_when_the_policy_says_so(office: Database, role: Role) -> None:
    email = f"given-{role}@dfe.example"
    add(office, email, role, programmes=["safety-valve"] if role is Role.CONTRIBUTOR else [])
    content = workbook(office)
    before = head(office)
    if Action.REPORT in ALLOWED[role]:
        assert [line.milestone_id for line, _ in returns.export_return(office, actor_id=email).lines] == [PAID, SECOND]
        assert check(office, content, actor_id=email).lines
        return
    for act in (
        lambda: returns.export_return(office, actor_id=email),
        lambda: check(office, content, actor_id=email),
        lambda: take(office, content, actor_id=email, token=ANY),
    ):
        with pytest.raises(NotAllowed, match="cannot update a milestone"):
            act()
    assert head(office) == before


def test_a_return_has_what_was_given_to_the_person_or_what_of_it_is_of_a_programme(office: Database) -> None:
    everything = returns.export_return(office, actor_id=OWNER)
    assert [line.milestone_id for line, _ in everything.lines] == [PAID, SECOND, MET]
    assert (everything.name, everything.email, everything.period) == ("Owner", OWNER, None)
    some = returns.export_return(office, actor_id=OWNER, programme_id="safety-valve")
    assert [line.milestone_id for line, _ in some.lines] == [PAID, SECOND]
    add(office, "ana@dfe.example", Role.CONTRIBUTOR)
    for programme_id, words in (
        ("trusts-2030", "of the programme trusts-2030 are assigned to Owner"),
        (None, "are assigned to Ana"),
    ):
        actor_id = OWNER if programme_id else "ana@dfe.example"
        with pytest.raises(NothingToReturn, match=words):
            returns.export_return(office, actor_id=actor_id, programme_id=programme_id)
    with pytest.raises(UnknownUser):
        returns.export_return(office, actor_id="nobody@dfe.example")


def test_a_return_names_the_end_of_the_ledger_and_the_period_that_is_open(office: Database) -> None:
    periods.open_period(
        office,
        actor_id=PEOPLE[Role.APPROVER],
        period=periods.Timetable(period_id="now", name="This month", opens_on=TODAY, closes_on=TODAY, board_on=TODAY),
    )
    drawn = returns.export_return(office, actor_id=OWNER)
    assert drawn.period == f"This month, closes on {dates.in_words(TODAY)}"
    with office.read() as cursor:
        end = reading.head(cursor)
    assert (drawn.drawn.seq, drawn.drawn.seal) == (end.seq, end.seal)
    assert not drawn.demonstration


# Previewing


@pytest.mark.parametrize("made", [(workbook, "r.xlsx"), (table, "r.csv")], ids=["workbook", "csv"])
def test_a_return_that_nobody_filled_in_changes_nothing(office: Database, made: Any) -> None:
    make, name = made
    content = make(office)
    before = head(office)
    preview = check(office, content, name)
    assert (preview.faults, preview.remarks, preview.taken) == ((), (), None)
    assert outcomes(preview) == dict.fromkeys((PAID, SECOND, MET), Outcome.LEFT)
    with pytest.raises(NothingToRecord, match="changes nothing"):
        take(office, content, name, token=preview.token)
    assert head(office) == before


@pytest.mark.parametrize("made", [(workbook, "r.xlsx"), (table, "r.csv")], ids=["workbook", "csv"])
def test_a_preview_tells_each_row_apart_and_taking_it_in_is_one_change(office: Database, made: Any) -> None:
    make, name = made
    report(office, SECOND)
    filled: Filled = {
        PAID: {**MOVED, Heading.NARRATIVE: "The review goes on."},
        SECOND: {Heading.CONFIRM: "yes"},
        MET: {Heading.EVIDENCE: "The first meeting", Heading.LINK: "https://www.gov.uk/met"},
    }
    content = make(office, filled)
    before = head(office)
    preview = check(office, content, name)
    assert preview.faults == ()
    assert outcomes(preview) == {PAID: Outcome.CHANGE, SECOND: Outcome.CONFIRM, MET: Outcome.CHANGE}
    [moved] = [line for line in preview.lines if line.line.milestone_id == PAID]
    assert [(change.words, change.old, change.new) for change in moved.changes] == [
        ("Forecast date", "2025", f"{SOON.day} {SOON:%B %Y}"),
        ("Reason for the change", None, "funding or spending review"),
        ("More about the reason", None, "The review ends in June"),
        ("Narrative", None, "The review goes on."),
    ]
    assert moved.status_after == "Red"
    assert moved.slip_after
    assert head(office) == before

    change = take(office, content, name, token=preview.token)
    assert (change.seq, change.actor, change.action) == (before + 1, OWNER, "report progress")
    assert head(office) == before + 1
    paid, met = shown(office, PAID), shown(office, MET)
    assert (day_of(paid.forecast), paid.statement.reason, paid.statement.narrative) == (
        SOON,
        MoveReason.SPENDING,
        "The review goes on.",
    )
    with office.read() as cursor:
        source = reading.latest(cursor, Source, met.evidence_id or "")
    assert source
    assert source.noun == Source(
        id=f"{MET}/evidence/2",
        kind=SourceKind.EVIDENCE,
        publisher="A newspaper",
        title="The first meeting",
        url="https://www.gov.uk/met",
        note="Given by the owner.",
    )
    assert shown(office, SECOND).reporter == "owner"
    assert proving.verify(office).faults == ()


def test_the_first_report_of_a_milestone_is_told_apart(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.NARRATIVE: "Begun."}})
    assert outcomes(check(office, content))[SECOND] is Outcome.ADD
    take(office, content)
    assert shown(office, SECOND).statement.narrative == "Begun."


def test_what_is_emptied_is_taken_away(office: Database) -> None:
    report(office, SECOND)
    content = workbook(
        office, {SECOND: {Heading.NARRATIVE: None}, MET: dict.fromkeys((Heading.PUBLISHER, Heading.EVIDENCE))}
    )
    take(office, content)
    assert shown(office, SECOND).statement.narrative is None
    assert shown(office, MET).evidence_id is None


def test_taking_a_file_in_again_changes_nothing_and_says_when_it_was(office: Database) -> None:
    content = workbook(office, {PAID: MOVED})
    preview = check(office, content)
    change = take(office, content, token=preview.token)
    again = check(office, content)
    assert again.taken == change
    assert again.lines == ()
    assert take(office, content, token=preview.token) == change
    assert take(office, content, token=ANY) == change
    assert head(office) == change.seq


def test_the_same_rows_in_another_file_are_known_to_be_held_already(office: Database) -> None:
    as_csv = table(office, {PAID: MOVED | {Heading.EXPECTED: SOON.isoformat()}, SECOND: {Heading.CONFIRM: "yes"}})
    take(office, workbook(office, {PAID: MOVED, SECOND: {Heading.CONFIRM: "yes"}}))
    preview = check(office, as_csv, "r.csv")
    assert outcomes(preview) == dict.fromkeys((PAID, SECOND, MET), Outcome.LEFT)
    assert {line.line.milestone_id: line.remark for line in preview.lines} == {
        PAID: "Already in the record.",
        SECOND: "Already in the record.",
        MET: None,
    }


def test_a_confirmation_stands_when_the_record_was_renewed_by_nobody_responsible_for_it(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.CONFIRM: "yes"}})
    save(office, recorded(id=SECOND, forecast_on=SOON), on=TODAY)
    assert outcomes(check(office, content))[SECOND] is Outcome.CONFIRM


# Somebody else was there


def test_a_line_that_somebody_else_changed_is_a_conflict_with_both_texts(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.NARRATIVE: "Mine."}, PAID: MOVED})
    report(office, SECOND)
    preview = check(office, content)
    assert outcomes(preview) == {PAID: Outcome.CHANGE, SECOND: Outcome.CONFLICT, MET: Outcome.LEFT}
    [conflict] = preview.of(Outcome.CONFLICT)
    assert conflict.by == BEN
    assert [(change.old, change.new) for change in conflict.changes] == [("Ben was here.", "Mine.")]
    assert [(change.old, change.new) for change in conflict.theirs] == [(None, "Ben was here.")]


@pytest.mark.parametrize(
    ("decided", "sentence"),
    [
        ({}, f"Choose which version to keep, yours or the current one: {SECOND}."),
        ({"mine": [SECOND], "theirs": [SECOND]}, f"Keep only one version, yours or the current one: {SECOND}."),
        ({"theirs": [SECOND], "mine": [PAID]}, f"There is no conflict to decide for {PAID}. Leave it out."),
    ],
    ids=["undecided", "both", "of no conflict"],
)
def test_nothing_is_saved_while_a_conflict_is_not_decided(
    office: Database, decided: dict[str, Any], sentence: str
) -> None:
    content = workbook(office, {SECOND: {Heading.NARRATIVE: "Mine."}, PAID: MOVED})
    report(office, SECOND)
    before = head(office)
    with pytest.raises(InvalidReport, match=sentence):
        take(office, content, **decided)
    assert head(office) == before


@pytest.mark.parametrize(("whose", "stands"), [("mine", "Mine."), ("theirs", "Ben was here.")])
def test_a_conflict_is_decided_one_way_or_the_other_and_both_texts_stay_in_the_ledger(
    office: Database, whose: str, stands: str
) -> None:
    content = workbook(office, {SECOND: {Heading.NARRATIVE: "Mine."}, PAID: MOVED})
    report(office, SECOND)
    decided: dict[str, Any] = {whose: [SECOND]}
    take(office, content, **decided)
    assert shown(office, SECOND).statement.narrative == stands
    assert day_of(shown(office, PAID).forecast) == SOON


def test_when_every_conflict_goes_to_the_others_there_is_nothing_to_save(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.NARRATIVE: "Mine."}})
    report(office, SECOND)
    with pytest.raises(NothingToRecord):
        take(office, content, theirs=[SECOND])


def test_to_confirm_what_somebody_changed_meanwhile_is_a_conflict_too(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.CONFIRM: "yes"}})
    report(office, SECOND)
    assert outcomes(check(office, content))[SECOND] is Outcome.CONFLICT


def test_a_row_that_was_left_alone_makes_no_conflict_and_says_that_the_line_changed(office: Database) -> None:
    content = workbook(office)
    report(office, SECOND)
    [line] = [line for line in check(office, content).lines if line.line.milestone_id == SECOND]
    assert (line.outcome, line.remark) == (
        Outcome.LEFT,
        "Someone else has changed it. You did not.",
    )


def test_a_baseline_that_moved_meanwhile_makes_a_confirmation_a_conflict(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.CONFIRM: "yes"}})
    save(
        office,
        milestone(
            id=SECOND,
            commitment_id="C6-01",
            title="The second sum is paid",
            promised_in="dfe-summary",
            baseline_on=LATER,
            baseline_precision=Precision.DAY,
            baseline_wording=None,
        ),
        on=TODAY,
    )
    preview = check(office, content)
    [conflict] = preview.of(Outcome.CONFLICT)
    assert (conflict.line.milestone_id, conflict.by, conflict.changes, preview.faults) == (SECOND, None, (), ())
    assert [(change.words, change.new) for change in conflict.theirs] == [("Forecast date", dates.in_words(LATER))]
    take(office, content, mine=[SECOND])
    assert day_of(shown(office, SECOND).forecast) == LATER
    assert f"{LATER} (originally {SOON})" in returns.return_csv(returns.export_return(office, actor_id=OWNER)).decode()
    assert check(office, workbook(office, {SECOND: {Heading.NARRATIVE: "The same."}})).remarks == ()


def test_my_row_in_a_conflict_keeps_what_others_changed_and_i_did_not(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.NARRATIVE: "Mine."}})
    moved = PublishedDate(LATER, Precision.DAY)
    report(office, SECOND, forecast=moved, reason=MoveReason.SPENDING, reason_note="Later.", narrative=None)
    [conflict] = check(office, content).of(Outcome.CONFLICT)
    assert [change.words for change in conflict.changes] == ["Narrative"]
    assert [change.words for change in conflict.theirs] == ["Forecast date"]
    take(office, content, mine=[SECOND])
    line = shown(office, SECOND)
    assert (line.statement.narrative, day_of(line.forecast)) == ("Mine.", LATER)


def test_my_row_in_a_conflict_cannot_stand_against_the_rules(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.EXPECTED: LATER}})
    report(office, SECOND)
    preview = check(office, content)
    [conflict] = preview.of(Outcome.CONFLICT)
    assert preview.faults == ()
    assert [fault.column for fault in conflict.wrong] == ["J (Reason for the change)"]
    with pytest.raises(InvalidReport, match=r"^Your version cannot be saved\. Milestones, row 5, column J"):
        take(office, content, mine=[SECOND])
    with pytest.raises(NothingToRecord):
        take(office, content, theirs=[SECOND])


@pytest.mark.parametrize("what", ["the ledger", "the file", "the person"])
def test_taking_in_is_refused_when_the_file_or_the_ledger_moved_on_since_the_preview(
    office: Database, what: str
) -> None:
    content = workbook(office, {PAID: MOVED})
    token = check(office, content).token
    actor_id = OWNER
    if what == "the ledger":
        report(
            office,
            MET,
            status=ReportedStatus.COMPLETE,
            forecast=None,
            actual=PublishedDate(dt.date(2023, 6, 6), Precision.DAY),
        )
    elif what == "the file":
        content = workbook(office, {PAID: {**MOVED, Heading.NARRATIVE: "More."}})
    else:
        actor_id = BEN
    before = head(office)
    with pytest.raises(StalePreview, match="has changed since the preview"):
        take(office, content, token=token, actor_id=actor_id)
    assert head(office) == before


# Rows that cannot be taken in


def fault(db: Database, content: bytes, name: str = "r.xlsx") -> str:
    [found] = check(db, content, name).faults
    return str(found)


def test_a_row_that_breaks_a_rule_is_rejected_where_it_does(office: Database) -> None:
    other, later = "this return comes from another tracker", LATER.isoformat()
    for paid, second, met in (
        (
            (
                {Heading.CONFIRM: "yes"},
                "H (Forecast date)",
                "the forecast date 2025 has passed. Enter a new one",
            ),
            ({Heading.EXPECTED: later}, "J (Reason for the change)", "Choose a reason and explain the change."),
            ({Heading.EVIDENCE: ""}, "N (Evidence title)", "evidence needs a publisher and a title."),
        ),
        (
            (
                {Heading.EXPECTED: "03/04/2027"},
                "H (Forecast date)",
                '"03/04/2027": is it 3 April 2027 or 4 March 2027?',
            ),
            (
                {Heading.STATUS: "Complete"},
                "I (Date completed)",
                "its status is Complete. Enter the date it was completed",
            ),
            (
                {Heading.LINK: "http://x.example"},
                "O (Evidence link)",
                "is not an https address. Enter an address on the",
            ),
        ),
        (
            ({Heading.TITLE: "Another"}, "C (Title)", f"it does not belong to {PAID}. Perhaps some columns"),
            ({Heading.COMMITMENT: "Another"}, "B (Commitment)", f"it does not belong to {SECOND}"),
            ({Heading.MILESTONE: "C9-99-M1"}, "A (Milestone)", "there is no milestone C9-99-M1 on the board"),
        ),
        (
            ({Heading.DRAWN: "change 1, seal 000000000000"}, "F (Downloaded at)", other),
            ({Heading.DRAWN: "change 999, seal 000000000000"}, "F (Downloaded at)", other),
            ({Heading.DRAWN: "today"}, "F (Downloaded at)", "is empty or was changed. Copy it from another row"),
        ),
    ):
        content = table(office, {PAID: paid[0], SECOND: second[0], MET: met[0]})
        found = check(office, content, "r.csv").faults
        assert len(found) == 3
        for row, (_, where, wrong), told in zip((2, 3, 4), (paid, second, met), map(str, found), strict=True):
            assert told.startswith(f"row {row}, column {where}: ")
            assert wrong in told


def test_a_row_that_cannot_be_read_and_a_row_that_breaks_a_rule_say_how_to_go_on_with_the_same_file(
    office: Database,
) -> None:
    content = workbook(office, {PAID: {Heading.HAPPENED: 2024, Heading.EXPECTED: None}})
    reread = reworked(
        content, lambda sheet: setattr(sheet.cell(4, place(Heading.HAPPENED)), "number_format", "dd/mm/yyyy")
    )
    [fault] = check(office, reread).faults
    assert fault.wrong.startswith("is 16 July 1905, which is how a spreadsheet shows the number 2024 as a date. If you")


_MOVED = {Heading.REASON: "Workforce", Heading.NOTE: "Posts are empty"}


@pytest.mark.parametrize(
    ("filled", "changes"),
    [
        ({Heading.EXPECTED: "31/03/2028", **_MOVED}, "31 March 2028"),
        ({Heading.EXPECTED: "31 March 2028", **_MOVED}, "31 March 2028"),
        ({Heading.EXPECTED: "March 2028", **_MOVED}, "March 2028"),
        ({Heading.EXPECTED: "Q1 2027-28", **_MOVED}, "quarter 2 of 2027"),
        ({Heading.EXPECTED: "2027-28", **_MOVED}, "2027-28"),
        ({Heading.EXPECTED: "20/11/2027", **_MOVED}, "20 November 2027"),
        ({Heading.EXPECTED: "Spring 2028", **_MOVED}, "spring 2028"),
        ({Heading.EXPECTED: dt.date(2028, 3, 31), **_MOVED}, "31 March 2028"),
        ({Heading.EXPECTED: "end of March 2028", **_MOVED}, "March 2028"),
        ({Heading.CONFIRM: "y"}, None),
        ({Heading.STATUS: "COMPLETE", Heading.HAPPENED: "1 Apr 24"}, "1 April 2024"),
        ({Heading.HAPPENED: "29/08/2024"}, "29 August 2024"),
        ({Heading.NARRATIVE: "Signed.", Heading.LINK: None}, "Signed."),
    ],
    ids=str,
)
@pytest.mark.parametrize("made", [(workbook, "r.xlsx"), (table, "r.csv")], ids=["workbook", "csv"])
def test_what_people_write_into_a_return_is_read(
    office: Database, made: Any, filled: dict[Heading, Any], changes: str | None
) -> None:
    make, name = made
    preview = check(office, make(office, {SECOND: filled}), name)
    assert preview.faults == ()
    [line] = preview.of(Outcome.ADD, Outcome.CHANGE, Outcome.CONFIRM)
    news = [change.new for change in line.changes]
    assert changes in news if changes else news == []
    if Heading.HAPPENED in filled:
        assert (line.report.statement.status, line.report.statement.forecast) == (ReportedStatus.COMPLETE, None)
        assert line.status_after == "Complete"


def test_a_bare_quarter_of_a_year_is_asked_about_with_both_answers(office: Database) -> None:
    content = workbook(office, {SECOND: {Heading.EXPECTED: "Q1 2028", **_MOVED}})
    [fault] = check(office, content).faults
    assert fault.wrong == '"Q1 2028": is it January to March 2028 or April to June 2028? Write the one you mean.'


@pytest.mark.parametrize(("day", "month"), [("%d/%m/%Y", "%b-%y"), ("%m/%d/%Y", "%b-%y"), ("%d/%m/%y", "%B %Y")])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_csv_that_excel_opened_and_saved_is_left_as_it_is_but_for_what_was_changed(
    office: Database, day: str, month: str, mark: str
) -> None:
    def as_excel_saves(words: str) -> str:
        with contextlib.suppress(ValueError):
            return dt.date.fromisoformat(words).strftime(day)
        with contextlib.suppress(ValueError):
            return dt.date.fromisoformat(f"{words}-01").strftime(month)
        return words

    expected = PublishedDate(dt.date(2028, 4, 3), Precision.DAY)
    report(office, forecast=expected, reason=MoveReason.WORKFORCE, reason_note="Posts", narrative="March 2027")
    rows = list(csv.reader(io.StringIO(table(office).decode(), newline="")))
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=mark).writerows([as_excel_saves(cell) for cell in row] for row in rows)
    preview = check(office, file.getvalue().encode(), "r.csv")
    assert (preview.faults, preview.remarks) == ((), ())
    assert set(outcomes(preview).values()) == {Outcome.LEFT}


def test_a_return_of_another_period_says_so_and_what_its_rows_count_for(office: Database) -> None:
    assert check(office, workbook(office)).period is None
    start = TODAY - dt.timedelta(days=40)
    autumn = Period(
        id="autumn",
        name="The autumn",
        opens_on=start,
        closes_on=start + dt.timedelta(days=20),
        board_on=start + dt.timedelta(days=30),
        state=PeriodState.OPEN,
    )
    save(office, autumn, on=start)
    drawn = workbook(office, {SECOND: {Heading.CONFIRM: "yes"}})
    assert check(office, drawn).period is None
    periods.close_period(office, actor_id=PEOPLE[Role.APPROVER], period_id="autumn")
    made = "This return was made for the reporting period The autumn, which is closed."
    assert check(office, drawn).period == f"{made} No period is open, so it counts for no period."
    periods.open_period(
        office,
        actor_id=PEOPLE[Role.APPROVER],
        period=periods.Timetable(
            period_id="winter", name="The winter", opens_on=TODAY, closes_on=TODAY, board_on=TODAY
        ),
    )
    assert check(office, drawn).period == f"{made} What you save counts for The winter."


def test_a_due_date_that_was_written_over_is_told_of_and_not_read(office: Database) -> None:
    content = table(office, {PAID: {Heading.DUE: "2027-01-01"}, MET: {Heading.DUE: "soon"}})
    preview = check(office, content, "r.csv")
    assert preview.remarks == (
        '"Due" was changed and we ignored it: row 2, 4. To change a baseline, make a baseline request.',
    )
    assert set(outcomes(preview).values()) == {Outcome.LEFT}


def test_a_line_that_was_not_given_to_the_person_is_rejected(office: Database) -> None:
    content = workbook(office)
    ana = "ana@dfe.example"
    add(office, ana, Role.CONTRIBUTOR, commitments=["C6-06"])
    faults = check(office, content, actor_id=ana).faults
    assert [fault.milestone_id for fault in faults] == [PAID, SECOND]
    assert "is not assigned to Ana, so you cannot update it" in str(faults[0])


def test_a_milestone_that_was_not_there_yet_when_the_row_says_it_was_drawn_is_rejected(office: Database) -> None:
    content = table(office, {PAID: {Heading.MILESTONE: "C6-01-M3"}})
    save(office, milestone(id="C6-01-M3", commitment_id="C6-01", promised_in="dfe-summary"), on=GREEN_PAPER)
    assert "this return comes from another tracker" in fault(office, content, "r.csv")


def test_a_row_may_be_there_once(office: Database) -> None:
    def twice(sheet: Worksheet) -> None:
        sheet.cell(FIRST_ROW + 1, 1).value = PAID

    faults = check(office, reworked(workbook(office), twice)).faults
    assert [str(found) for found in faults] == [
        f"Milestones, row 4, column A (Milestone): {PAID} is also in row 5. Keep one of them.",
        f"Milestones, row 5, column A (Milestone): {PAID} is also in row 4. Keep one of them.",
    ]


def test_nothing_is_saved_while_a_row_is_rejected_unless_it_is_left_out_by_name(office: Database) -> None:
    content = workbook(office, {PAID: {Heading.EXPECTED: SOON}, SECOND: {Heading.NARRATIVE: "Begun."}})
    before = head(office)
    with pytest.raises(InvalidReport, match=r"^1 row rejected\. Fix the rows or skip them\.$"):
        take(office, content)
    assert head(office) == before
    take(office, content, leave_out_rejected=True)
    assert head(office) == before + 1
    assert shown(office, SECOND).statement.narrative == "Begun."
    assert day_of(shown(office, PAID).forecast) == dt.date(2025, 12, 31)


def test_returns_drawn_at_many_moments_are_not_put_together(office: Database) -> None:
    content = workbook(office)

    def many(sheet: Worksheet) -> None:
        for number in range(9):
            for column in range(1, 17):
                sheet.cell(FIRST_ROW + number, column).value = sheet.cell(FIRST_ROW, column).value
            sheet.cell(FIRST_ROW + number, 1).value = f"C6-01-M{number}"
            sheet.cell(FIRST_ROW + number, 6).value = f"change {number}, seal 000000000000"

    with pytest.raises(ReturnRejected, match="come from 9 different downloads, and a file can combine 8"):
        check(office, reworked(content, many))


HOSTILE_CELLS = st.dictionaries(
    st.tuples(st.sampled_from([PAID, SECOND, MET]), st.sampled_from(Heading)),
    st.sampled_from(
        [*PAYLOADS, None, "yes", SOON, LATER, "2023-06", "Complete", SECOND, "workforce", 7, "=1+1", "x" * 500]
    ),
    max_size=6,
)


@given(HOSTILE_CELLS)
@settings(max_examples=200 if LONG else 6)
def test_whatever_is_filled_in_there_is_a_preview_and_the_store_stays_as_it_was(
    office: Database, cells: dict[tuple[str, Heading], Any]
) -> None:
    filled: Filled = {}
    for (milestone_id, heading), value in cells.items():
        filled.setdefault(milestone_id, {})[heading] = value
    before = head(office)
    preview = check(office, workbook(office, filled))
    rows = {line.row for line in preview.lines} | {fault.row for fault in preview.faults}
    assert rows == {FIRST_ROW, FIRST_ROW + 1, FIRST_ROW + 2}  # every row comes to something, none is passed over
    assert not {line.row for line in preview.lines} & {fault.row for fault in preview.faults}
    assert head(office) == before


def test_a_file_that_is_no_return_is_rejected_whole(office: Database) -> None:
    before = head(office)
    for content, name in ((b"Dear all,", "letter.csv"), (b"\x89PNG\r\n\x1a\n", "r.xlsx"), (b"x", "r.pdf")):
        with pytest.raises(ReturnRejected):
            check(office, content, name)
    assert head(office) == before


def test_a_large_return_tells_how_far_it_has_come(office: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns, "_AT_A_TIME", 1)
    told: list[tuple[str, float]] = []
    content = workbook(office, {SECOND: {Heading.CONFIRM: "yes"}})
    returns.check_return(
        office,
        actor_id=OWNER,
        file=Upload("r.xlsx", content),
        on_step=lambda words, done: told.append((words, done)),
    )
    assert [words for words, _ in told] == [
        "Reading the file",
        "Comparing 3 rows with the record",
        *(f"Working out the changes: row {row} of 3" for row in (1, 2, 3)),
        "Ready",
    ]
    assert [done for _, done in told] == sorted(done for _, done in told)
