"""Use cases, one verb each: check the rules, write one change, or read one view."""
