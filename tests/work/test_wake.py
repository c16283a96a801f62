"""Nudges: few, JSON, and quick when Redis is away (house.md idea 4)."""

from __future__ import annotations

import logging

import django_rq
import pytest
import redis
from django.conf import settings
from django.utils.module_loading import import_string
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq.serializers import DefaultSerializer, JSONSerializer

from dsr.cases import tasks
from dsr.work import wake
from dsr.work.horse import LimitedWorker
from dsr.work.waking import due_tasks
from tests.factories import MONDAY, make_case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def away(monkeypatch):
    """A Redis that is not there."""

    def connect(*args, **options):
        return redis.Redis(unix_socket_path="/nonexistent/redis.sock", retry=Retry(NoBackoff(), 0))

    monkeypatch.setattr("django_rq.connection_utils.get_redis_connection", connect)


def test_a_redis_that_is_away_is_asked_once_and_not_for_every_row(away, caplog):
    with caplog.at_level(logging.WARNING, logger="dsr.work.wake"):
        for number in range(50):
            wake.nudge("dsr.work.jobs.run_task", str(number), queue="stores")

    assert len(caplog.records) == 1
    assert not wake.has_room("stores", rows=5)
    assert len(caplog.records) == 1


def test_a_redis_that_came_back_is_used_again(monkeypatch):
    monkeypatch.setattr("dsr.work.wake._Down.until", 0.0)

    wake.nudge("dsr.work.jobs.run_task", "1", queue="stores")

    assert django_rq.get_queue("stores").count == 1


def test_the_tick_does_not_nudge_again_for_what_waits_in_the_queue():
    case = make_case()
    for store in ("shop", "post", "news"):
        tasks.ensure(case=case, operation="collect", store=store, now=MONDAY)
    tasks.ensure(case=case, operation="package", now=MONDAY)
    stores, pdf = django_rq.get_queue("stores"), django_rq.get_queue("pdf")
    assert (stores.count, pdf.count) == (3, 1)

    for _ in range(5):
        assert due_tasks(MONDAY) == 4
    assert (stores.count, pdf.count) == (3, 1)
    stores.connection.delete(stores.key)
    due_tasks(MONDAY)

    assert (stores.count, pdf.count) == (3, 1)


def test_workers_read_json_whatever_they_are_told_and_have_limits():
    queue = django_rq.get_queue("default")
    kind = import_string(settings.RQ["WORKER_CLASS"])

    assert issubclass(kind, LimitedWorker)
    assert kind([queue], connection=queue.connection, serializer=DefaultSerializer).serializer is JSONSerializer
