"""The worker: one whose jobs have limits (dsr.work.horse), with a pulse in our database, a polite end, and nothing of an exception but its type and place.

`settings.RQ["WORKER_CLASS"]` names it, so `manage.py rqworker default stores pdf` runs it.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError, connection
from django.utils import timezone
from rq.worker import DequeueStrategy

from dsr.logs import place_of
from dsr.models import Pulse
from dsr.work import pulses, shutdown
from dsr.work.horse import LimitedWorker

if TYPE_CHECKING:
    from types import TracebackType

    from redis.client import Pipeline
    from rq.executions import Execution
    from rq.job import Job
    from rq.queue import Queue

log = logging.getLogger(__name__)
TTL: Final = 60
"""Seconds after which Redis forgets a silent worker; one that waits for work gives a sign every TTL - 15."""
PULSE_EVERY: Final = 20.0
"""Seconds between two signs of life in our database, at least."""


class FailedJobError(Exception):
    """Stands in Redis and in rq's log for an exception whose own text may quote a row of a store."""


class DeskWorker(LimitedWorker):
    """Runs each job in a child process; on SIGTERM the child gives its task back at its next `check()` and both end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["worker_ttl"] = min(kwargs.get("worker_ttl") or TTL, TTL)
        super().__init__(*args, **kwargs)
        self._pulse_at = float("-inf")

    def work(self, *args: Any, **kwargs: Any) -> bool:
        """Take from the queues in turn: a morning's letters must not keep an erasure waiting for as long as they last."""
        return super().work(*args, **{**kwargs, "dequeue_strategy": DequeueStrategy.ROUND_ROBIN})

    def register_birth(self) -> None:
        """Begin, and clear away what killed workers left."""
        super().register_birth()  # type: ignore[no-untyped-call]
        self._database(lambda: pulses.forget_dead_workers(now=timezone.now()))
        self._beat()

    def register_death(self) -> None:
        """End: nobody shall wait for this worker."""
        super().register_death()  # type: ignore[no-untyped-call]
        self._database(lambda: Pulse.objects.filter(name=pulses.of_worker(self.name)).delete())

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """The queue's sign of life, and ours; the child of a job leaves it to its parent."""
        super().heartbeat(timeout, pipeline)
        if not self.is_horse and time.monotonic() - self._pulse_at >= PULSE_EVERY:
            self._beat()

    def handle_warm_shutdown_request(self) -> None:
        """Pass the wish on to the child that runs a job."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            try:
                os.kill(self.horse_pid, signal.SIGTERM)
            except ProcessLookupError:
                log.debug("the job has just ended")

    def setup_work_horse_signals(self) -> None:
        """In the child: SIGTERM, from the parent or from whoever ends the whole group, is a wish and not the end."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGTERM, shutdown.request)
        if self._stop_requested:  # it came before this child existed
            shutdown.request()

    def _finalize_failure(
        self,
        job: Job,
        queue: Queue,
        execution: Execution,
        exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
    ) -> None:
        kind, _, trace = exc_info
        quiet = FailedJobError(f"{kind.__name__ if kind else 'unknown'} at {place_of(trace)}")
        super()._finalize_failure(job, queue, execution, (FailedJobError, quiet, None))

    def _beat(self) -> None:
        self._pulse_at = time.monotonic()
        self._database(lambda: pulses.keep({pulses.of_worker(self.name): ""}, now=timezone.now()))

    @staticmethod
    def _database(work: Any) -> None:
        """Do it on a connection that is closed before the next child is forked; a database that is away is only noted."""
        try:
            work()
        except DatabaseError as error:
            log.warning("worker: no sign of life in the database (%s)", type(error).__name__)
        finally:
            connection.close()
