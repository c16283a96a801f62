"""Verbs on a request and its cases: keyword-only, typed, one transaction, one event. They take `now`; they never read the clock."""
