"""What another process needs to work on the database of a running test."""

from __future__ import annotations

from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """Our test database as DATABASE_URL; the throw-away PostgreSQL server listens on a socket in a folder."""
    own = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    return f"postgres://{own['USER']}@/{own['NAME']}?host={quote(own['OPTIONS']['host'], safe='/')}"
