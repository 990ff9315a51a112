"""The nouns and the rules of a delivery board. Standard library only."""
