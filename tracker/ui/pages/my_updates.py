from tracker.domain.policy import Action, require
from tracker.ui import amendments, drafts, html, identity, periods, ratings, returns, state, updates

asking = state.actor()
if asking:
    require(asking, Action.REPORT)
html.show(html.put("<h1>My updates</h1>"))
if asking is None:
    html.show(html.put("<p>{} Contributors update the milestones assigned to them.</p>", identity.invitation()))
else:
    lines = updates.my_lines(asking.user_id)
    if state.editable():
        drafts.begin()
    periods.period_now()
    updates.by_need(lines)
    if state.editable():
        updates.confirm(lines, asking.user_id)
        updates.change(lines, asking.user_id)
        amendments.change_many(lines, asking.user_id)
        if lines:
            returns.show(asking.user_id)
    ratings.show(asking.user_id)
    if not state.shows_today():
        html.show(
            html.put(
                "<p>You can update only as at today, and the milestones above are as at today. Show today first.</p>"
            )
        )
