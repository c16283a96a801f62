"""Proposes a data map for an unknown schema, and compares a map with what a store really has. Guesses ask; people decide."""
