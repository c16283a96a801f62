"""The worker of `manage.py rqworker`: JSON only, and every job in a process of its own with limits of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rq import Worker
from rq.serializers import JSONSerializer

from dsr.work import limits

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue


class LimitedWorker(Worker):
    """Takes the limits of a queue in the process forked for a job, before the job starts (docs/tasks.md)."""

    def __init__(self, queues: Any, *args: Any, **options: Any) -> None:
        # The command's own default is pickle, which would let whoever can write to Redis run code here.
        options["serializer"] = JSONSerializer
        super().__init__(queues, *args, **options)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """The child's first step."""
        limits.take(limits.limits_of(queue.name))
        super().main_work_horse(job, queue)
