from tracker.ui import history, html, state

html.show(
    html.put("<h1>History</h1>"),
    html.put(
        '<p class="lead">Everything that was recorded, newest first: who, when, what from and to, and why. Nothing is '
        "ever overwritten.</p>"
    ),
    html.put(
        "<p>Listed is what holds on or before {}; it may have been recorded later. What holds only from a later day "
        "is left out.</p>",
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
        "<p>Every change is sealed over the one before it. Verifying recomputes every seal and compares the end with "
        "the head anchor beside the store.</p>"
    ),
)
history.proof()
