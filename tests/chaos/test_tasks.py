"""Work that cannot be lost: 200 tasks over three stores in a storm; every task ends, each effect happened once."""

from __future__ import annotations

import pytest

from tests.chaos.store_storm import Storm, weather

BIG = Storm(erasures=12, accesses=5, collected=17, workers=4, ticks=2, kills=20, flushes=3, stops=1, seconds=180)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_hundred_tasks_with_twenty_kills_three_flushes_and_a_stop_end_done_and_each_effect_happened_once(
    tmp_path, settings, monkeypatch
):
    """House.md idea 4. `make test-slow` runs it on SQLite and, with everything here, on PostgreSQL."""
    print(weather(BIG, tmp_path=tmp_path, settings=settings, monkeypatch=monkeypatch))  # noqa: T201 -- for `pytest -s`
