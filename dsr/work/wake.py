"""Nudge a worker after commit: the only module that names django_rq. A lost nudge costs a minute, until the tick finds the row."""

from __future__ import annotations

import logging
from typing import Any

import django_rq
import redis
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)
QUEUES = ("default", "stores", "pdf")


def nudge(job: str, *ids: str, queue: str = "default") -> None:
    """Ask a worker to run `job` (a dotted path in dsr.work.jobs) with row ids once the transaction is committed.

    Redis being down is logged and swallowed: the row is the truth, and the tick finds it.
    """

    def send() -> None:
        try:
            django_rq.get_queue(queue, commit_mode="auto").enqueue(job, *ids, result_ttl=0, description=job)
        except redis.RedisError as error:
            log.warning("queue %s is down (%s); the tick will find the work", queue, type(error).__name__)

    transaction.on_commit(send, robust=True)


def state() -> str:
    """`ok` or `down`, for the health page."""
    try:
        client: Any = redis.Redis.from_url(
            str(settings.RQ_QUEUES["default"]["URL"]), socket_timeout=1, socket_connect_timeout=1
        )
        with client:
            client.ping()
    except redis.RedisError:
        return "down"
    return "ok"
