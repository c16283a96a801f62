"""Nudge a worker after commit: the only module that names django_rq. A lost nudge costs a minute, until the tick finds the row."""

from __future__ import annotations

import logging
import math
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import django_rq
import redis
from django.conf import settings
from django.db import transaction
from rq.timeouts import JobTimeoutException

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["QUEUES", "JobTimeoutException", "asleep", "depths", "has_room", "nudge", "state"]

log = logging.getLogger(__name__)
QUEUES = ("default", "stores", "pdf")
PAUSE = 5.0
"""Seconds for which a Redis that did not answer is left alone: a page or a tick waits for it once, not for every row."""


class _Down:
    """Until when (monotonic seconds) Redis is left alone."""

    until = 0.0


def nudge(job: str, *ids: str, queue: str = "default") -> None:
    """Ask a worker to run `job` (a dotted path in dsr.work.jobs) with row ids once the transaction is committed.

    Redis being down is logged and swallowed: the row is the truth, and the tick finds it.
    """

    def send() -> None:
        if time.monotonic() < _Down.until:
            return
        try:
            django_rq.get_queue(queue, commit_mode="auto").enqueue(job, *ids, result_ttl=0, description=job)
        except redis.RedisError as error:
            _Down.until = time.monotonic() + PAUSE
            log.warning("queue %s is down (%s); the tick will find the work", queue, type(error).__name__)

    transaction.on_commit(send, robust=True)


@contextmanager
def asleep() -> Iterator[None]:
    """Nudge nobody from this process meanwhile, for whoever does the work of many rows itself: a worker would be woken hundreds
    of times for what is done already. The tick finds what is left.
    """
    before, _Down.until = _Down.until, math.inf
    try:
        yield
    finally:
        _Down.until = before


def has_room(queue: str, *, rows: int) -> bool:
    """Whether to nudge for the `rows` that are due in this queue: not while as many jobs wait in it, and not while Redis is
    down. Workers that cannot keep up would otherwise get the same nudges again with every tick; a nudge that is missing
    among those that wait is given by the tick that finds the queue shorter.
    """
    if not rows or time.monotonic() < _Down.until:
        return False
    try:
        return bool(django_rq.get_queue(queue).count < rows)
    except redis.RedisError as error:
        _Down.until = time.monotonic() + PAUSE
        log.warning("queue %s is down (%s); the next tick finds the work", queue, type(error).__name__)
        return False


def depths() -> dict[str, int] | None:
    """How many jobs wait in each queue; None when Redis does not answer within a second."""
    try:
        client: Any = redis.Redis.from_url(
            str(settings.RQ_QUEUES["default"]["URL"]), socket_timeout=1, socket_connect_timeout=1
        )
        with client, client.pipeline(transaction=False) as asked:
            for name in QUEUES:
                asked.llen(f"rq:queue:{name}")
            return dict(zip(QUEUES, asked.execute(), strict=True))
    except redis.RedisError:
        return None


def state() -> str:
    """`ok` or `down`, for the health page."""
    return "down" if depths() is None else "ok"
