"""Streamlit pages. The only room that imports streamlit."""
