from tracker.domain.words import COVERAGE_NOTICE, STATUS_SEVERITY, OwnerRating
from tracker.ui import html, panels, state
from tracker.ui.html import Column

view = state.board()
rules = view.rules

DATE_RULES = {
    "Complete": "It happened, on or before its baseline or without one.",
    "Complete, late": "It happened after its baseline.",
    "Overdue": "Its forecast, or without one its baseline, has passed and nothing records that it happened.",
    "Red": f"Its forecast is more than {rules.amber_days} days behind its baseline.",
    "Amber": f"Its forecast is more than {rules.green_days} and up to {rules.amber_days} days behind its baseline.",
    "Green": f"Its forecast was confirmed in the last {rules.stale_days} days and is at most {rules.green_days} late.",
    "Stale": f"No forecast has been confirmed in the last {rules.stale_days} days. It is never shown as Green.",
    "Not dated": "No due date was published and no forecast was given.",
}

html.show(
    html.put("<h1>About the data</h1>"),
    html.put(
        '<p class="lead">Every figure can be followed to a published source, every status to a rule, and every '
        "change to who made it and when.</p>"
    ),
    html.put("<p><strong>{}</strong></p>", COVERAGE_NOTICE),
    html.put("<h2>Why there is a board</h2>"),
    html.put(
        "<p>The Green Paper named three challenges, as the Confederation of School Trusts lists them in its summary. "
        "The board holds partners to account for the changes that were promised in answer to them.</p>"
        "<ol><li>Outcomes are poor for children and young people with special educational needs or in alternative "
        "provision.</li><li>Finding a way through the system is a bad experience for them and their families.</li>"
        "<li>The system gives poor value for the money invested in it.</li></ol>"
        "<p>A vicious cycle is said to drive all three: help comes late, confidence is low, and money and people are "
        "used badly.</p>"
    ),
    html.put("<h2>Three statuses that never merge</h2>"),
    html.put(
        "<p><strong>What owners say</strong> is the owner's delivery confidence on the three-point scale in government "
        "use since 2021 ({}). It holds until its stated end, or for {} days; then it is <em>Not reported</em>: nothing "
        "is carried forward.</p>",
        ", ".join(OwnerRating),
        rules.stale_days,
    ),
    html.put(
        "<p><strong>What the dates say</strong> is computed from milestones by the rules below. A commitment takes the "
        "worst status of its open key milestones, or is complete when every one of them is; it is at least Amber "
        "while a supporting milestone is overdue or Red.</p>"
    ),
    html.put(
        "<p><strong>What the evidence shows</strong> is this tracker's own reading of the published record, with its "
        "reason and source. It is not a department's view. <em>Unknown</em> means that we searched and found nothing."
        "</p>"
    ),
    html.table(
        "How a milestone's status is computed, worst first",
        ["Status", "When"],
        ((html.status(word), DATE_RULES[word]) for word in STATUS_SEVERITY),
        empty="",
    ),
    html.put("<h2>Dates</h2>"),
    html.put(
        "<p>A date is kept as precisely as it was published. Sums use the last day of its period: “by 2030” is broken "
        "on 1 January 2031, and something that happened “in May 2023” is certain from 31 May. Seasons end in May, "
        "August, November and February. Slip is forecast or completion minus baseline, in days; an overdue milestone "
        "has slipped by at least the days since its baseline.</p>"
    ),
    html.put(
        "<p>A baseline is changed only by a request with its reason and an approval by somebody else, and the first "
        "one stays beside it: “31 March 2025 (originally 31 December 2023)”. Slip is measured from the current one. A "
        "baseline that was wrong from the start is corrected on every day that held it: this is no slippage.</p>"
    ),
    html.put("<h2>As at</h2>"),
    html.put(
        "<p>Every fact is kept with the day from which it held and the moment it was recorded; nothing is overwritten. "
        "The page shows the newest fact that held on the chosen day, with all that is known now. A milestone exists "
        "from the day it was promised, a completion from the day it happened.</p>"
    ),
    html.put(
        "<p>The changes form a chain of seals: an alteration anywhere breaks it, and the head, printed at the foot of "
        "every page, shows a missing end. <code>python -m tracker verify</code> recomputes it all.</p>"
    ),
    html.put("<h2>Money</h2>"),
    html.put(
        "<p>Planned, announced, committed, paid and withheld are stages that are never shown as one another. Sums "
        "overlap and are never added up. Nothing here says that money was spent unless a source does.</p>"
    ),
    html.put("<h2>Licence</h2>"),
    html.put(
        "<p>Contains public sector information licensed under the {}. Press and other publications are cited by "
        "publisher, title and date, and linked only on the publisher's own site. Statements are in our own words.</p>",
        html.outward(
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "Open Government Licence v3.0"
        ),
    ),
    html.put("<h2>Sources</h2>"),
    *(
        html.table(
            title,
            ["Source", "Published", Column("Cited", number=True), "Note"],
            (
                (
                    html.outward(source.url, f"{source.publisher}: {source.title}"),
                    source.published,
                    source.cited,
                    source.note,
                )
                for source in view.sources.values()
                if source.kind == kind and source.cited
            ),
            empty="None is cited up to this day.",
        )
        for kind, title in (
            ("document", "The five documents that state the commitments"),
            ("data", "Published data"),
            ("evidence", "Published evidence"),
        )
    ),
    html.put("<h2>This ledger</h2>"),
    html.facts(
        [
            ("Head", html.put("change {}, seal <code>{}</code>", view.head.seq, view.head.seal)),
            ("Recorded up to", panels.known(view)),
        ]
    ),
)
