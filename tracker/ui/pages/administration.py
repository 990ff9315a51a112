from tracker.domain.policy import Action, require
from tracker.services import users
from tracker.ui import html, identity, people, state

html.show(
    html.put("<h1>Administration</h1>"),
    html.put(
        '<p class="quiet">Who may use the tracker, in which role and for what. Everything here is kept in the ledger; '
        "nobody is deleted.</p>"
    ),
)
asking = state.actor()
if asking is None:
    html.show(html.put("<p>{} Only an administrator may change who uses the tracker.</p>", identity.invitation()))
else:
    require(asking, Action.MANAGE_USERS)
    everybody = users.list_users(state.store())
    people.listed(everybody)
    if state.editable():
        people.form(everybody, asking.user_id)
