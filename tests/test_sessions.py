"""A connection that nobody closed does not stop the test database from being dropped, and is told."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tests import sessions


@pytest.mark.django_db(transaction=True)
def test_who_stays_connected_is_named_and_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "PATIENCE", 0.0)
    asked, over = threading.Event(), threading.Event()

    def stay() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 41 + 1")
        asked.set()
        over.wait(20)
        connection.close()

    thread = threading.Thread(target=stay)
    thread.start()
    assert asked.wait(20)
    ended = sessions.end_others()
    over.set()
    thread.join()
    assert ended == (["SELECT 41 + 1"] if connection.vendor == "postgresql" else [])
    assert sessions.end_others() == []
