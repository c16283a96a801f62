"""Strict local servers that behave like the systems internet providers run: for tests and for the demo, never for production."""
