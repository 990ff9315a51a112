from tracker.reporting import charts
from tracker.ui import changes, panels, state

view = state.board()
panels.header(view)
panels.headline(view)
changes.since_last_board(state.since_approved())
panels.finding(charts.outcomes_by_chapter(view))
panels.exceptions(view)
panels.milestones(view)
panels.money(view)
panels.outside_world(view)
panels.confidence(view)
