"""A small sound plan in real files, and every way of spoiling it that has a sentence of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tracker.domain.errors import PlanFaults
from tracker.exchange.plans import Planned, read_plan

if TYPE_CHECKING:
    from pathlib import Path

BODIES = """\
[[source]]
id        = "dfe-summary"
kind      = "document"
publisher = "Department for Education"
title     = "Summary of the Green Paper"
published = 2022-03-29
url       = "https://www.gov.uk/summary"

[[source]]
id        = "news"
kind      = "evidence"
publisher = "A newspaper"
title     = "It happened"
published = "2023-06"

[[organisation]]
id   = "dfe"
name = "Department for Education"

[[owner]]
id           = "sro"
role         = "Senior responsible owner"
organisation = "dfe"

[[event]]
on       = "2024-07"
summary  = "A general election is held."
evidence = "news"
"""

PROMISES = """\
[[programme]]
id       = "safety-valve"
name     = "Safety Valve"
summary  = "Agreements with local authorities."
lead     = "dfe"
owner    = "sro"
flagship = true
started  = 2022-03-29

[[commitment]]
id         = "C6-01"
chapter    = 6
kind       = "funding"
title      = "£300 million for Safety Valve"
statement  = "Invest a further £300 million."
lead       = "dfe"
programme  = "safety-valve"
amount_gbp = 300_000_000
target     = "FY2024-25"
measure    = "The money is paid"

  [[commitment.reference]]
  source   = "dfe-summary"
  pinpoint = "Chapter 6, first bullet"
  stance   = "states"

  [[commitment.outcome]]
  from   = 2022-03-29
  word   = "Not started"
  reason = "Announced in the Green Paper."

  [[commitment.milestone]]
  id          = "C6-01-M1"
  title       = "The money is paid"
  kind        = "payment"
  key         = true
  promised_in = "dfe-summary"
  promised_on = 2022-03-29
  baseline    = "FY2024-25"

    [[commitment.milestone.progress]]
    forecast = "2025"
    reason   = "local authority capacity"
    from     = 2023-03-02
    evidence = "news"

  [[commitment.event]]
  on       = 2023-03-16
  summary  = "Agreements are published."
  evidence = "news"

[[commitment]]
id             = "C6-06"
chapter        = 6
kind           = "policy"
title          = "A National SEND Delivery Board"
statement      = "Hold partners to account."
lead           = "dfe"
owner          = "sro"
not_measurable = "No measure was published."

  [[commitment.reference]]
  source   = "dfe-summary"
  pinpoint = "Chapter 6, last bullet"
  stance   = "implies"

  [[commitment.outcome]]
  from     = 2023-06-06
  word     = "Delivered"
  reason   = "It met."
  evidence = "news"

  [[commitment.milestone]]
  id          = "C6-06-M1"
  title       = "The board meets"
  kind        = "commitment"
  promised_in = "dfe-summary"
  promised_on = 2022-03-29

    [[commitment.milestone.progress]]
    actual   = 2023-06-06
    evidence = "news"
"""

LOCAL_AUTHORITIES = """\
id,gss_code,name,region,type,previous_gss_code,source_id
201,E09000001,City of London,London,City corporation,,news
202,E09000007,Camden,London,London borough,E09000099,news
"""

FUNDING = """\
id,programme_id,commitment_id,stage,amount_gbp,amount_wording,period,scope,effective_on,source_id,part_of,note
sv/all,safety-valve,C6-01,committed,300000000,£300 million,three years,England,2022-03-29,dfe-summary,,Additional.
sv/first,safety-valve,C6-01,paid,100000000.50,£100 million,2022-23,England,2023-03-16,news,sv/all,
"""


class PlanFolder:
    """A plan of two TOML files and two CSV files that a test may edit, read and load."""

    def __init__(self, root: Path) -> None:
        self.plans = root / "plans"
        self.data = root / "data"
        self.data.mkdir(parents=True)
        (self.plans / "chapters").mkdir(parents=True)
        self.files = {
            "bodies": self.plans / "bodies.toml",
            "promises": self.plans / "chapters" / "promises.toml",
            "authorities": self.data / "local_authorities.csv",
            "funding": self.data / "funding.csv",
        }
        self.restore()

    def restore(self) -> None:
        """Make the plan what it was at first."""
        for (_, file), text in zip(self.files.items(), (BODIES, PROMISES, LOCAL_AUTHORITIES, FUNDING), strict=True):
            file.write_text(text, encoding="utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the first ``old`` in a file, which must be there, or add ``new`` to its end when ``old`` is empty."""
        text = self.files[file].read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        self.files[file].write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")

    def read(self) -> list[Planned]:
        """Read the plan."""
        return read_plan(self.plans, self.data)

    def faults(self) -> tuple[str, ...]:
        """Return the faults of a plan that must have some."""
        with pytest.raises(PlanFaults) as caught:
            self.read()
        return caught.value.faults


@pytest.fixture
def plan(tmp_path: Path) -> PlanFolder:
    return PlanFolder(tmp_path)


@dataclass(frozen=True)
class Fault:
    """One way of spoiling the plan, and the sentence it must give."""

    name: str
    file: str
    old: str
    new: str
    says: str
    also: int = 0
    """How many more faults follow from the same slip."""


_C1 = "plans/chapters/promises.toml, commitment C6-01"
_C6 = "plans/chapters/promises.toml, commitment C6-06"
_M1 = f"{_C1}, milestone C6-01-M1"
_M6 = f"{_C6}, milestone C6-06-M1"
_TOMORROW = dt.date.today() + dt.timedelta(days=400)  # noqa: DTZ011  far enough from any midnight
_POUNDS = (
    ", but must be a number of pounds. Write 7_000_000_000 in a plan or 7000000000 in a CSV file, and put the "
    'published wording ("£7bn") in amount_wording.'
)
_WORDS = "Use one of: policy, funding, target, consultation-only, related, unresolved."
_DATES = "Enter a date like 31 March 2027, March 2027, spring 2027 or 2026-27."
_NO_DAY = "Enter a day like 31 March 2027."
_NOT_COME = "is in the future"

FAULTS = (
    # texts
    Fault(
        "a missing text",
        "promises",
        'title      = "£300 million for Safety Valve"',
        "",
        f"{_C1}, field title: is missing. Add it.",
    ),
    Fault(
        "an empty text",
        "promises",
        '"£300 million for Safety Valve"',
        '"  "',
        f"{_C1}, field title: is missing. Add it.",
    ),
    Fault(
        "a number for a text",
        "promises",
        '"Invest a further £300 million."',
        "7",
        f'{_C1}, field statement: is "7", but must be text. Put it in quotation marks.',
    ),
    Fault(
        "a list for an optional text",
        "promises",
        "amount_gbp = 300_000_000",
        'note = ["a"]',
        f"{_C1}, field note: is a list, but must be text. Put it in quotation marks.",
    ),
    Fault(
        "a deeply nested table for a text",
        "promises",
        "amount_gbp = 300_000_000",
        "note" + ".a" * 3_000 + " = 1",
        f"{_C1}, field note: is a table, but must be text. Put it in quotation marks.",
    ),
    Fault(
        "a control character",
        "promises",
        '"The money is paid"',
        '"The money\\u0007 is paid"',
        f"{_C1}: Commitment 'C6-01', measure: character 10 (U+0007) is a control character or part of one. Remove it "
        "and try again.",
    ),
    Fault(
        "a text longer than is kept",
        "promises",
        '"The money is paid"',
        '"' + "a" * 20_001 + '"',
        f"{_C1}: Commitment 'C6-01', measure: the text has 20,001 characters, but the limit is 20,000. Shorten it, and "
        "cite the document as a source.",
    ),
    # words, flags, whole numbers
    Fault(
        "a misspelt word",
        "promises",
        'kind       = "funding"',
        'kind = "fundings"',
        f'{_C1}, field kind: "fundings" is not a possible value. Did you mean "funding"? {_WORDS}',
    ),
    Fault(
        "a word like no other",
        "promises",
        'kind       = "funding"',
        'kind = "zzz"',
        f'{_C1}, field kind: "zzz" is not a possible value. {_WORDS}',
    ),
    Fault("a missing word", "promises", 'kind       = "funding"', "", f"{_C1}, field kind: is missing. Add it."),
    Fault(
        "a number for a word",
        "promises",
        'kind       = "funding"',
        "kind = 1",
        f'{_C1}, field kind: is "1", but must be text. Put it in quotation marks.',
    ),
    Fault(
        "an unknown outcome",
        "promises",
        '"Not started"',
        '"not started"',
        f'{_C1}, outcome 1, field word: "not started" is not a possible value. Did you mean "Not started"? '
        "Use one of: Not started, In progress, Delivered, Delivered late, Delivered in a different form, "
        "Ongoing duty, Superseded, Not being pursued, Not measurable as written, Unknown.",
    ),
    Fault(
        "a reason for a move that is not coded",
        "promises",
        "local authority capacity",
        "Local authority capacity",
        f'{_M1}, progress 1, field reason: "Local authority capacity" is not a possible value. Did you mean '
        '"local authority capacity"? Use one of: legislation or parliamentary time, ministerial decision, '
        "consultation outcome, funding or spending review, local authority capacity, local authority agreement "
        "renegotiated, provider or procurement, data or IT, dependency on another department, workforce, "
        "evaluation evidence awaited, scope changed, correcting an error, ahead of plan.",
    ),
    Fault(
        "a quoted flag",
        "promises",
        "key         = true",
        'key = "true"',
        f'{_M1}, field key: is "true". Write true or false, without quotation marks.',
    ),
    Fault(
        "a chapter that is not there",
        "promises",
        "chapter    = 6",
        "chapter = 7",
        f'{_C1}, field chapter: is "7". Write a whole number from 1 to 6.',
    ),
    Fault(
        "a chapter that is true",
        "promises",
        "chapter    = 6",
        "chapter = true",
        f'{_C1}, field chapter: is "True". Write a whole number from 1 to 6.',
    ),
    Fault(
        "a missing chapter",
        "promises",
        "chapter    = 6",
        "",
        f"{_C1}, field chapter: is nothing. Write a whole number from 1 to 6.",
    ),
    Fault(
        "a number of five thousand hexadecimal digits",
        "promises",
        "chapter    = 6",
        "chapter = 0x" + "f" * 5_000,
        f"{_C1}, field chapter: is an enormous number. Write a whole number from 1 to 6.",
    ),
    # money
    Fault(
        "a sum in words",
        "promises",
        "300_000_000",
        '"£7bn"',
        f'{_C1}, field amount_gbp: is "£7bn"{_POUNDS}',
    ),
    Fault(
        "a sum with a third of a penny",
        "promises",
        "300_000_000",
        "0.333",
        f'{_C1}, field amount_gbp: is "0.333"{_POUNDS}',
    ),
    Fault("a sum that is no number", "promises", "300_000_000", "nan", f'{_C1}, field amount_gbp: is "nan"{_POUNDS}'),
    Fault("an infinite sum", "promises", "300_000_000", "inf", f'{_C1}, field amount_gbp: is "inf"{_POUNDS}'),
    Fault("a sum that is true", "promises", "300_000_000", "true", f'{_C1}, field amount_gbp: is "True"{_POUNDS}'),
    Fault(
        "a sum that is a day",
        "promises",
        "300_000_000",
        "2022-03-29",
        f'{_C1}, field amount_gbp: is "2022-03-29"{_POUNDS}',
    ),
    Fault(
        "a negative sum",
        "promises",
        "300_000_000",
        "-1",
        f'{_C1}, field amount_gbp: is "-1". Write an amount in pounds from 0 to less than ten trillion.',
    ),
    Fault(
        "a sum of ten trillion",
        "promises",
        "300_000_000",
        "10_000_000_000_000",
        f'{_C1}, field amount_gbp: is "10000000000000". Write an amount in pounds from 0 to less than ten trillion.',
    ),
    Fault(
        "a sum of five thousand hexadecimal digits",
        "promises",
        "300_000_000",
        "0x" + "f" * 5_000,
        f"{_C1}, field amount_gbp: is an enormous number{_POUNDS}",
    ),
    Fault(
        "a sum in words in a CSV file",
        "funding",
        "300000000",
        "£300m",
        f'data/funding.csv, row 2, field amount_gbp: is "£300m"{_POUNDS}',
    ),
    Fault(
        "no sum in a CSV file",
        "funding",
        "300000000",
        "",
        "data/funding.csv, row 2, field amount_gbp: is missing. Give the amount in pounds.",
    ),
    # dates
    Fault(
        "a bare 31 February",
        "promises",
        "from   = 2022-03-29",
        "from = 2023-02-31",
        f"{_C1}, outcome 1, field from: 2023-02-31 is not a real date. Write year-month-day, for example 2023-06-06.",
    ),
    Fault(
        "a quoted 31 February",
        "promises",
        "from   = 2022-03-29",
        'from = "2023-02-31"',
        f'{_C1}, outcome 1, field from: "2023-02-31" does not exist. {_NO_DAY}',
    ),
    Fault(
        "a day with a time",
        "promises",
        "from   = 2022-03-29",
        "from = 2022-03-29T09:30:00Z",
        f'{_C1}, outcome 1, field from: is "2022-03-29 09:30:00+00:00". Write a day, for example 2023-06-06.',
    ),
    Fault(
        "a missing day",
        "promises",
        "  from   = 2022-03-29\n",
        "",
        f"{_C1}, outcome 1, field from: is nothing. Write a day, for example 2023-06-06.",
    ),
    Fault(
        "a published date of 31 February",
        "promises",
        'target     = "FY2024-25"',
        'target = "2023-02-31"',
        f'{_C1}, field target: "2023-02-31" does not exist. {_DATES}',
    ),
    Fault(
        "a financial year of two years",
        "promises",
        'target     = "FY2024-25"',
        'target = "FY2024-26"',
        f'{_C1}, field target: "FY2024-26" is not two consecutive years. {_DATES}',
    ),
    Fault(
        "a number for a published date",
        "promises",
        'target     = "FY2024-25"',
        "target = 2025",
        f'{_C1}, field target: is "2025". Write a date, for example 2023-06-06, "June 2023" or "2023".',
    ),
    Fault(
        "an effective day with a slip of the keyboard in a CSV file",
        "funding",
        "2022-03-29",
        "29/03/20222",
        f'data/funding.csv, row 2, field effective_on: "29/03/20222" has a number that is too long for a year. '
        f"{_NO_DAY}",
    ),
    # links
    Fault(
        "a link that is not https",
        "bodies",
        "https://www.gov.uk/summary",
        "http://www.gov.uk/summary",
        'plans/bodies.toml, source dfe-summary, field url: "http://www.gov.uk/summary" is not an https address. Enter '
        "an address on the publisher's own site, or leave it empty.",
    ),
    Fault(
        "a link that would end its own attribute",
        "bodies",
        "https://www.gov.uk/summary",
        "https://www.gov.uk/<script>",
        'plans/bodies.toml, source dfe-summary, field url: "https://www.gov.uk/<script>" is not an https address. '
        "Enter an address on the publisher's own site, or leave it empty.",
    ),
    Fault(
        "a link with no host",
        "bodies",
        "https://www.gov.uk/summary",
        "https://",
        'plans/bodies.toml, source dfe-summary, field url: "https://" is not an https address. Enter an address on the '
        "publisher's own site, or leave it empty.",
    ),
    # what a commitment needs
    Fault(
        "neither an owner nor a programme",
        "promises",
        'programme  = "safety-valve"',
        "",
        f"{_C1}, field owner: is missing, and there is no programme to inherit it from. Name an owner.",
    ),
    Fault(
        "both a measure and a reason for none",
        "promises",
        "amount_gbp = 300_000_000",
        'not_measurable = "It cannot."',
        f"{_C1}, field measure: give either a measure or not_measurable (the reason why there is none), not both.",
    ),
    Fault(
        "neither a measure nor a reason for none",
        "promises",
        'measure    = "The money is paid"',
        "",
        f"{_C1}, field measure: give either a measure or not_measurable (the reason why there is none), not both.",
    ),
    Fault(
        "a misspelt field",
        "promises",
        'measure    = "The money is paid"',
        'measure = "The money is paid"\nstatemnt = "x"',
        f'{_C1}, field statemnt: is not a field of this entry; did you mean "statement"?',
    ),
    Fault(
        "a field of no entry",
        "promises",
        'measure    = "The money is paid"',
        'measure = "The money is paid"\nzzz = 1',
        f"{_C1}, field zzz: is not a field of this entry; remove it.",
    ),
    Fault(
        "a misspelt table",
        "bodies",
        "[[organisation]]",
        '[[organization]]\nid = "x"\n[[organisation]]',
        'plans/bodies.toml, field organization: is not a field of this entry; did you mean "organisation"?',
    ),
    Fault(
        "one heading where a list belongs",
        "bodies",
        "[[organisation]]",
        "[organisation]",
        "plans/bodies.toml, field organisation: is not a list of entries. Write each under its own "
        "[[…organisation]] heading.",
    ),
    Fault(
        "one heading where a nested list belongs",
        "promises",
        "  [[commitment.event]]",
        "  [commitment.event]",
        f"{_C1}, field event: is not a list of entries. Write each under its own [[…event]] heading.",
    ),
    Fault(
        "texts where progress belongs",
        "promises",
        '    [[commitment.milestone.progress]]\n    actual   = 2023-06-06\n    evidence = "news"',
        '  progress = ["done"]',
        f"{_M6}, field progress: is not a list of entries. Write each under its own [[…progress]] heading.",
    ),
    # what dates may say
    Fault(
        "a promise before the Green Paper",
        "promises",
        "promised_on = 2022-03-29",
        "promised_on = 2022-03-28",
        f"{_M1}, field promised_on: is before the Green Paper of 2022-03-29. Nothing was promised before then.",
    ),
    Fault(
        "a promise in the future",
        "promises",
        "promised_on = 2022-03-29",
        f"promised_on = {_TOMORROW}",
        f"{_M1}, field promised_on: {_TOMORROW} {_NOT_COME}. Give the day from which it was true, today or earlier.",
    ),
    Fault(
        "an outcome from the future",
        "promises",
        "from   = 2022-03-29",
        f"from = {_TOMORROW}",
        f"{_C1}, outcome 1, field from: {_TOMORROW} {_NOT_COME}. Give the day from which it was true, today or "
        "earlier.",
    ),
    Fault(
        "money known in the future",
        "funding",
        "2022-03-29",
        str(_TOMORROW),
        f"data/funding.csv, row 2, field effective_on: {_TOMORROW} {_NOT_COME}. Give the day from which it was true, "
        "today or earlier.",
    ),
    Fault(
        "a completion in the future",
        "promises",
        "actual   = 2023-06-06",
        f"actual = {_TOMORROW}",
        f"{_M6}, progress 1, field actual: {_TOMORROW:%-d %B %Y} {_NOT_COME}. Use forecast for a date in the future.",
    ),
    Fault(
        "a completion in a month to come",
        "promises",
        "actual   = 2023-06-06",
        f'actual = "{_TOMORROW:%Y-%m}"',
        f"{_M6}, progress 1, field actual: {_TOMORROW:%B %Y} {_NOT_COME}. Use forecast for a date in the future.",
    ),
    Fault(
        "a forecast published in the future",
        "promises",
        "from     = 2023-03-02",
        f"from = {_TOMORROW}",
        f"{_M1}, progress 1, field from: {_TOMORROW} {_NOT_COME}. Give the day from which it was true, today or "
        "earlier.",
    ),
    Fault(
        "a forecast from no day",
        "promises",
        "    from     = 2023-03-02\n",
        "",
        f"{_M1}, progress 1, field from: is nothing. Write a day, for example 2023-06-06.",
    ),
    Fault(
        "a completion that held before it happened",
        "promises",
        "actual   = 2023-06-06",
        "actual = 2023-06-06\nfrom = 2023-06-05",
        f"{_M6}, progress 1, field from: is before the date completed (2023-06-06). A completion counts from "
        "its own day.",
    ),
    Fault(
        "a completion without evidence",
        "promises",
        'actual   = 2023-06-06\n    evidence = "news"',
        "actual = 2023-06-06",
        f"{_M6}, progress 1, field evidence: is missing. Name the source that shows it happened.",
    ),
    Fault(
        "progress that says nothing",
        "promises",
        'forecast = "2025"\n',
        "",
        f"{_M1}, progress 1, field actual: is missing, and there is no forecast. Give one of them.",
    ),
    Fault(
        "an event to come",
        "bodies",
        'on       = "2024-07"',
        f"on = {_TOMORROW}",
        f"plans/bodies.toml, event 1, field on: {_TOMORROW:%-d %B %Y} is not over yet. Events are things that "
        "have happened.",
    ),
    Fault(
        "an event at no time",
        "bodies",
        'on       = "2024-07"\n',
        "",
        "plans/bodies.toml, event 1, field on: is missing. Give the date it happened.",
    ),
    Fault(
        "an event at a time that is no date",
        "bodies",
        'on       = "2024-07"',
        'on = "2024-13"',
        f'plans/bodies.toml, event 1, field on: "2024-13" is not two consecutive years. {_DATES}',
    ),
    # CSV
    Fault(
        "too many fields in a row",
        "authorities",
        "201,E09000001,City of London,",
        "201,E09000001,City of London,London,",
        "data/local_authorities.csv, row 2: the row does not have as many fields as the heading. Check its commas.",
    ),
    Fault(
        "too few fields in a row",
        "authorities",
        "London borough,E09000099,news",
        "London borough",
        "data/local_authorities.csv, row 3: the row does not have as many fields as the heading. Check its commas.",
    ),
    Fault(
        "an open quotation in a CSV file",
        "authorities",
        "City of London",
        '"City of London',
        "data/local_authorities.csv: the file is not valid CSV: unexpected end of data.",
    ),
    Fault(
        "a local authority's number of four digits",
        "authorities",
        "201,",
        "2010,",
        'data/local_authorities.csv, row 2, field id: "2010" is not 3 letters and digits. Give the official code.',
    ),
    Fault(
        "a short GSS code",
        "authorities",
        "E09000001",
        "E0900001",
        'data/local_authorities.csv, row 2, field gss_code: "E0900001" is not 9 letters and digits. Give the '
        "official code.",
    ),
    Fault(
        "a short previous GSS code",
        "authorities",
        "E09000099",
        "E0900009",
        'data/local_authorities.csv, row 3, field previous_gss_code: "E0900009" is not 9 letters and digits. '
        "Give the official code.",
    ),
    Fault(
        "a GSS code that shrinks when it is normalised",
        "authorities",
        "E09000001",
        "E0900000e\u0301"[1:],
        'data/local_authorities.csv, row 2, field gss_code: "0900000é" is not 9 letters and digits. Give '
        "the official code.",
    ),
    # what only the whole plan shows
    Fault(
        "two commitments of one id",
        "promises",
        'id             = "C6-06"',
        'id = "C6-01"',
        f"{_C1}: the id C6-01 was already used, in {_C1}. Change one of them.",
        also=1,
    ),
    Fault(
        "one milestone in two commitments",
        "promises",
        '"C6-06-M1"',
        '"C6-01-M1"',
        f"{_C6}, milestone C6-01-M1: the id C6-01-M1 was already used, in {_M1}. Change one of them.",
    ),
    Fault(
        "two reports of a milestone on one day",
        "promises",
        "  [[commitment.event]]",
        '    [[commitment.milestone.progress]]\n    forecast = "2026"\n    from = 2023-03-02\n\n  [[commitment.event]]',
        f"{_M1}, progress 2: C6-01-M1 already has an entry for 2023-03-02, in {_M1}, progress 1. Change one of them.",
    ),
    Fault(
        "two outcomes on one day",
        "promises",
        "  [[commitment.milestone]]",
        '  [[commitment.outcome]]\n  from = 2022-03-29\n  word = "Unknown"\n  reason = "Nothing was found."\n\n'
        "  [[commitment.milestone]]",
        f"{_C1}, outcome 2: C6-01/evidence already has an entry for 2022-03-29, in {_C1}, outcome 1. Change one of "
        "them.",
    ),
    Fault(
        "two events of one day and source without ids",
        "bodies",
        "",
        '[[event]]\non = "2024-07"\nsummary = "Another."\nevidence = "news"\n',
        "plans/bodies.toml, event 2: the id ALL/2024-07-31/news was already used, in plans/bodies.toml, "
        "event 1. Change one of them.",
    ),
    Fault(
        "two sums of one id",
        "funding",
        "sv/first",
        "sv/all",
        "data/funding.csv, row 3: the id sv/all was already used, in data/funding.csv, row 2. Change one of them.",
    ),
    Fault(
        "an owner who is not there",
        "promises",
        'owner          = "sro"',
        'owner = "sor"',
        f'{_C6}, field owner: there is no owner "sor"; did you mean "sro"?',
    ),
    Fault(
        "an owner like no other",
        "promises",
        'owner          = "sro"',
        'owner = "zzz"',
        f'{_C6}, field owner: there is no owner "zzz"; add it, or name one that exists.',
    ),
    Fault(
        "a programme that is not there",
        "promises",
        'programme  = "safety-valve"',
        'programme = "safety-value"',
        f'{_C1}, field programme: there is no programme "safety-value"; did you mean "safety-valve"?',
    ),
    Fault(
        "evidence that is not there",
        "promises",
        'reason   = "It met."\n  evidence = "news"',
        'reason = "It met."\n  evidence = "gossip"',
        f'{_C6}, outcome 1, field evidence: there is no source "gossip"; add it, or name one that exists.',
    ),
    Fault(
        "a larger sum that is not there",
        "funding",
        ",sv/all,",
        ",sv/al,",
        'data/funding.csv, row 3, field part_of: there is no funding "sv/al"; did you mean "sv/all"?',
    ),
    Fault(
        "a local authority's source that is not there",
        "authorities",
        "City corporation,,news",
        "City corporation,,nws",
        'data/local_authorities.csv, row 2, field source_id: there is no source "nws"; did you mean "news"?',
    ),
)
