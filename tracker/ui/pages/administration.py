from tracker.domain.policy import Action, require
from tracker.services import users
from tracker.ui import drafts, html, identity, keeping, people, state

asking = state.actor()
if asking:
    require(asking, Action.MANAGE_USERS)
html.show(
    html.put("<h1>Administration</h1>"),
    html.put('<p class="quiet">Manage people and backups. You can deactivate people but not delete them.</p>'),
)
if asking is None:
    html.show(html.put("<p>{} Only administrators manage people and backups.</p>", identity.invitation()))
else:
    if state.editable():
        drafts.begin()
    everybody = users.list_users(state.store())
    people.listed(everybody)
    if state.editable():
        people.form(everybody, asking.user_id)
        if state.may(Action.BACK_UP):
            keeping.backup_panel(asking.user_id)
