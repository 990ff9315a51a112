"""What the board sees, computed once for a day and a state of knowledge: view models and charts. No SQL."""
