from tracker.domain.policy import Action
from tracker.ui import changes, drafts, html, packs, snapshots, state

html.show(
    html.put("<h1>Snapshots</h1>"),
    html.put(
        '<p class="lead">Saved positions: what the board saw at each meeting. Open one, and every page shows what the '
        "board saw then.</p>"
    ),
)
lines = list(state.all_snapshots().values())
asking = state.actor()
keeps = asking if asking and state.may(Action.KEEP_SNAPSHOTS) and state.editable() else None
if keeps:
    drafts.begin()
snapshots.listed(lines)
chosen = snapshots.choose(lines)
if chosen:
    snapshots.about(chosen)
    if keeps:
        snapshots.move(chosen, keeps.user_id)
        snapshots.withdraw(chosen, keeps.user_id)
    snapshots.verify(chosen)
    if keeps:
        packs.issue(chosen, keeps.user_id)
if keeps:
    snapshots.take(keeps.user_id)
changes.between(lines)
