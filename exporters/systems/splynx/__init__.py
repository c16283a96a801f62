"""Splynx over its API 2.0."""
