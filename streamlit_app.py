"""The app: ``streamlit run streamlit_app.py``, or ``make run``, which sets everything up first."""

from tracker.ui import frame

frame.run()
