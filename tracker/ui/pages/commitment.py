import streamlit as st

from tracker.ui import record, state

board = state.board()
titles = {line.commitment_id: line.title for line in board.commitments}
asked = st.query_params.get("id", next(iter(titles), ""))
chosen = st.selectbox(
    "Commitment",
    list(titles),
    key=f"commitment/{asked}",  # one for each address, so that the choice does not undo the browser's Back
    index=list(titles).index(asked) if asked in titles else None,
    format_func=lambda commitment_id: f"{commitment_id} {titles[commitment_id]}",
    placeholder="Choose a commitment",
)
if chosen and chosen != asked:
    st.query_params["id"] = chosen
view = state.commitment(chosen or asked)
state.set_title(f"{view.line.commitment_id} {view.line.title}")
record.statuses(view)
record.promise(view.line)
record.milestones(view)
record.baselines(view)
record.happened(view)
record.stated(view)
record.money(view)
record.versions(view)
