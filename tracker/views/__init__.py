"""The shapes of what is read: rows of the board, of the history and of change control, and tables for files."""
