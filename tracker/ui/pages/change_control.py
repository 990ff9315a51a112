from tracker.domain.policy import Action, require
from tracker.services import baselines
from tracker.services.periods import list_periods
from tracker.ui import control, drafts, html, identity, periods, state

asking = state.actor()
if asking:
    require(asking, Action.REQUEST_BASELINE)
html.show(
    html.put("<h1>Change control</h1>"),
    html.put(
        '<p class="lead">A baseline changes only when one person requests it, with a reason, and another approves. '
        "Reporting periods set when owners confirm their milestones, and for which board.</p>"
    ),
)
if asking is None:
    html.show(html.put("<p>{} Contributors request baseline changes. Approvers decide.</p>", identity.invitation()))
else:
    at = state.position()
    asked = baselines.list_requests(state.store(), at.as_at, at.known_seq)
    kept = list_periods(state.store(), at.as_at, at.known_seq)
    if state.editable():
        drafts.begin()
    control.requests(asked)
    if state.editable():
        if state.may(Action.DECIDE_BASELINE):
            control.decide(asked, asking.user_id)
        control.withdraw(asked, asking.user_id)
        control.ask(asking.user_id)
    periods.listed(kept)
    if state.editable():
        if state.may(Action.KEEP_PERIODS):
            periods.keep(kept, asking.user_id)
        chased = periods.chase(kept)
        if chased and state.may(Action.KEEP_PERIODS):
            periods.letters(chased)
    elif not state.shows_today():
        html.show(html.put("<p>You can decide only as at today. Show today first.</p>"))
