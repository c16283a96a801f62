"""Work that cannot be lost, in small: workers killed, the queue forgotten, a store that errs; each effect once."""

from __future__ import annotations

import pytest

from tests.chaos.store_storm import Storm, weather

SMALL = Storm(erasures=1, accesses=0, collected=3, workers=2, ticks=1, kills=3, flushes=1, stops=0, seconds=120)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_tasks_with_three_kills_and_a_flush_end_done_and_each_effect_happened_once(
    tmp_path, settings, monkeypatch
):
    """House.md idea 4: a job may be lost, late or doubled, and nothing happens twice."""
    print(weather(SMALL, tmp_path=tmp_path, settings=settings, monkeypatch=monkeypatch))  # noqa: T201 -- for `pytest -s`
