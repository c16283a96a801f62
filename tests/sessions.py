"""Connections to our own test database that outlive the tests that opened them."""

from __future__ import annotations

import time

from django.db import connection

PATIENCE = 5.0
"""Seconds that threads and killed processes have to hang up by themselves."""
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def end_others() -> list[str]:
    """End every other connection to this PostgreSQL database; the last statement of each that did not end by itself."""
    if connection.vendor != "postgresql":
        return []
    until = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"SELECT count(*) {_OTHERS}")
            if not cursor.fetchone()[0]:
                return []
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        cursor.execute(f"SELECT left(query, 300), pg_terminate_backend(pid) {_OTHERS}")
        return [str(query) for query, _ in cursor.fetchall()]
