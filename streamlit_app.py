"""The app: ``streamlit run streamlit_app.py``, or ``make run``, which sets everything up first.

Streamlit reads this file twice: as the server, behind our gate, and as the script that each visit to a page runs.
"""

import streamlit as st
from starlette.middleware import Middleware

from tracker.ui import frame
from tracker.ui.gate import Gate

if __name__ == "__main__":
    frame.run()
else:
    app = st.App(__file__, middleware=[Middleware(Gate)])
