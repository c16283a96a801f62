"""Stores behind a web interface: one careful client, paging, and a REST store that a profile describes."""
