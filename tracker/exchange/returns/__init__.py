"""Returns: the milestones of one person as a file to fill in, and the same file read back."""
