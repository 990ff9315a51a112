"""A demonstration store for training: the plans with an invented history, marked as what it is."""
