"""The pack: one snapshot of the board as files that people read, edit, load and keep. One module a format.

Every module takes the same tables (``domain.tables``) and the same cover, and gives files; it computes no figure.
"""
