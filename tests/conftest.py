"""What every test gets: time to spare, no Redis, jobs run when a test drains them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fakeredis
import pytest
from django.core.cache import cache
from django.utils import translation

from tests import sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["tests.jobs", "tests.stores_fixture"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database; who is still connected to it at the end is named and sent away, or it could not be dropped."""
    yield
    with django_db_blocker.unblock():
        for query in sessions.end_others():
            print(f"a connection was left open; its last statement: {query}")  # noqa: T201


@pytest.fixture(autouse=True)
def _as_new() -> None:
    """Limits count per address, and all tests come from one; a page in another language leaves it active in this thread."""
    cache.clear()
    translation.deactivate()


@pytest.fixture(autouse=True)
def _queue_without_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real queue code on a Redis server that lives in this process."""
    server = fakeredis.FakeServer()

    def connect(*args: Any, **kwargs: Any) -> fakeredis.FakeRedis:
        return fakeredis.FakeRedis(server=server)

    monkeypatch.setattr("django_rq.connection_utils.get_redis_connection", connect)
    monkeypatch.setattr("redis.Redis.from_url", connect)
    monkeypatch.setattr("dsr.work.wake._Down.until", 0.0)
    yield
