"""Running what is due, as a worker would: by rows, the oldest first, until nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db.models import Q
from django.utils import timezone

from dsr.cases import codes, tasks
from dsr.models import Message
from dsr.work import jobs

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 50


def run_due() -> int:
    """Run every due task, message and code; returns how many. More than ROUNDS rounds means something never ends."""
    done = 0
    for _ in range(ROUNDS):
        now = timezone.now()
        todo = list(tasks.due(now).order_by("not_before", "pk").values_list("pk", flat=True))
        queued = Message.objects.filter(Q(status="queued"), not_before__lte=now)
        mails = list(queued.order_by("not_before", "pk").values_list("pk", flat=True))
        waiting = list(codes.unsent(now).order_by("expires_at", "pk").values_list("pk", flat=True))
        if not (todo or mails or waiting):
            return done
        for pk in todo:
            jobs.run_task(str(pk))
        for pk in mails:
            jobs.send_message(str(pk))
        for pk in waiting:
            jobs.send_code(str(pk))
        done += len(todo) + len(mails) + len(waiting)
    raise AssertionError("work never ends")


@pytest.fixture
def drain() -> Callable[[], int]:
    """`drain()` does everything that is due."""
    return run_due
