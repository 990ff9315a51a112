from tracker.domain.rules import OF_A_COMMITMENT
from tracker.domain.words import COVERAGE_NOTICE, OwnerRating
from tracker.ui import html, panels, state

view = state.board()
rules = view.rules

html.show(
    html.put("<h1>About the data</h1>"),
    html.put(
        '<p class="lead">You can trace every figure to a published source, every status to a rule, and every change '
        "to the person who made it and the time.</p>"
    ),
    html.put("<p><strong>{}</strong></p>", COVERAGE_NOTICE),
    html.put("<h2>Why there is a board</h2>"),
    html.put(
        "<p>The Green Paper named three challenges, as the Confederation of School Trusts lists them in its summary. "
        "The board holds partners to account for the changes that were promised in answer to them.</p>"
        "<ol><li>Outcomes are poor for children and young people with special educational needs or in alternative "
        "provision.</li><li>Finding a way through the system is a bad experience for them and their families.</li>"
        "<li>The system gives poor value for the money invested in it.</li></ol>"
        "<p>The Green Paper says that a vicious cycle drives all three: help comes late, confidence is low, and money "
        "and people are used badly.</p>"
    ),
    html.put("<h2>Three separate statuses</h2>"),
    html.put(
        "<p><strong>Delivery confidence</strong> is the owner's rating on the three-point scale that government has "
        "used since 2021 ({}). A rating lasts until its end date, or for {} days if it has none. Then the commitment "
        "is <em>Not reported</em>. An old rating is never carried forward.</p>",
        ", ".join(OwnerRating),
        rules.stale_days,
    ),
    html.put(
        "<p><strong>Status from dates</strong> is worked out from milestones by the rules below. {}</p>",
        OF_A_COMMITMENT,
    ),
    html.put(
        "<p><strong>The evidence view</strong> is this tracker's own reading of the published record, with its "
        "reason and source. It is not a department's view. <em>Unknown</em> means that we searched and found nothing."
        "</p>"
    ),
    html.table(
        "How a milestone's status is worked out, worst first",
        ["Status", "When"],
        ((html.status(word), when) for word, when in rules.in_words().items()),
        empty="",
    ),
    html.put("<h2>Dates</h2>"),
    html.put(
        "<p>A date is as precise as its source. Calculations use the last day of the period: a promise “by 2030” is "
        "missed from 1 January 2031, and something that happened “in May 2023” counts from 31 May 2023. Seasons end "
        "in May, August, November and February. Slippage is the number of days from the baseline date to the forecast "
        "or completion. An overdue milestone has slipped by at least the days since its baseline date.</p>"
    ),
    html.put(
        "<p>A baseline date changes only when one person asks, with a reason, and another person approves. The first "
        "date is still shown: “31 March 2025 (originally 31 December 2023)”. Slippage is measured from the current "
        "date. A baseline date that was wrong from the start is corrected for the past too, and does not count as "
        "slippage.</p>"
    ),
    html.put("<h2>As at</h2>"),
    html.put(
        "<p>Nothing is overwritten. Each fact has the date from which it was true and the time it was recorded. A page "
        "shows what was true on the date you choose, using today's records. A milestone is shown from the day it was "
        "promised, a completion from the day it happened.</p>"
    ),
    html.put(
        "<p>Each change has a fingerprint that includes the one before. If anything is altered, the fingerprints no "
        "longer match. The latest one, at the foot of every page, shows whether changes are missing from the end. "
        "<code>python -m tracker verify</code> checks the whole record.</p>"
    ),
    html.put("<h2>Funding</h2>"),
    html.put(
        "<p>Funding is planned, announced, committed, paid or withheld. One stage is never shown as another. Amounts "
        "overlap, so they are never added together. We say that money was spent only when a source says so.</p>"
    ),
    html.put("<h2>Licence</h2>"),
    html.put(
        "<p>Contains public sector information licensed under the {}. Press and other publications are cited by "
        "publisher, title and date. We link only to the publisher's own site. Statements are in our own words.</p>",
        html.outward(
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "Open Government Licence v3.0"
        ),
    ),
    html.put("<h2>Sources</h2>"),
    *(
        html.table(
            title,
            html.columns("source", "source_id", "published", "cited", "note"),
            (
                (
                    html.outward(source.url, f"{source.publisher}: {source.title}"),
                    source.published,
                    source.cited,
                    source.note,
                )
                for source in view.sources
                if source.kind == kind and source.cited
            ),
            empty="No source is cited by this date.",
        )
        for kind, title in (
            ("document", "The five documents that state the commitments"),
            ("data", "Published data"),
            ("evidence", "Published evidence"),
        )
    ),
    html.put("<h2>This record</h2>"),
    html.facts(
        [
            ("Last change", html.put("change {}, fingerprint <code>{}</code>", view.head.seq, view.head.seal)),
            ("Last updated", panels.known(view)),
        ]
    ),
)
