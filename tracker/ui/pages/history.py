from tracker.ui import history, html, state

html.show(
    html.put("<h1>History</h1>"),
    html.put(
        '<p class="lead">Every change, newest first: who made it, when, what it changed and why. Nothing is '
        "overwritten.</p>"
    ),
    html.put(
        "<p>This list shows what was true on or before {}. Some of it may have been recorded later.</p>",
        html.day(state.as_at()),
    )
    if state.as_at() != state.present()
    else html.put(""),
)
wanted = history.filtered()
view = history.found(wanted)
if wanted.milestone_id:
    history.trend(wanted.milestone_id, view)
history.listed(wanted, view)
history.download(wanted)
html.show(
    html.put("<h2>Proof</h2>"),
    html.put(
        "<p>Each change has a fingerprint that includes the one before. This check works out every fingerprint again "
        "and makes sure that no change is missing from the end.</p>"
    ),
)
history.proof()
