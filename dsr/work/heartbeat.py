"""A lease renewed from a thread while long work runs: it carries the progress, and sees when the work has to stop."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from dsr.cases import tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.plans import StoppedError
from dsr.fulfil import operations
from dsr.work import limits, shutdown

if TYPE_CHECKING:
    from types import TracebackType

    from dsr.models import Task


log = logging.getLogger(__name__)
TOO_LONG = "too_long"


class OvertakenError(Exception):
    """Another worker took the task over: stop before the next effect."""


class TooLongError(Exception):
    """The job's time is used up; `check` says so at the next safe place."""


class Heartbeat:
    """Renews the lease of a claimed task every third of its length, sooner when there is progress to show (once a second
    with the usual lease of thirty), and ends work that nobody wants any more or that takes longer than `seconds`.

    `check()` raises OvertakenError, StoppedError, TooLongError or ShutdownError; operations call it before every effect and every batch.
    Work that never calls it is interrupted, and where even that does not help its process is ended, the reason written.
    """

    def __init__(self, task: Task, *, seconds: float) -> None:
        self._task, self._seconds = task, seconds
        self._stop, self._lost, self._unwanted = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease-{task.pk}", daemon=True)
        self._lease = float(settings.DSR_LEASE_SECONDS)
        self._began = self._renewed = time.monotonic()
        self._shown = self.progress = 0

    def __enter__(self) -> Self:
        limits.arm(on=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        limits.arm(on=False)
        if error is not None:
            limits.lift()
        self._stop.set()
        self._thread.join()

    def check(self, progress: int | None = None) -> None:
        """Note progress (records so far); raises when the work must not go on.

        A process that was stopped for longer than its lease (a paused machine) asks the database first: the beat that
        would have told it has not come yet, and somebody else may be at work.
        """
        if progress is not None:
            self.progress = progress
        if not self._lost.is_set() and time.monotonic() - self._renewed > self._lease * 2 / 3:
            self._renew()
        if self._lost.is_set():
            raise OvertakenError
        if self._unwanted.is_set():
            raise StoppedError
        if self._left() <= 0:
            raise TooLongError
        if shutdown.requested():
            raise shutdown.ShutdownError

    def _left(self) -> float:
        return self._seconds - (time.monotonic() - self._began)

    def _run(self) -> None:
        try:
            while not self._stop.wait(max(0.05, self._lease / 30)):
                self._beat()
                if self._lost.is_set():
                    return
        finally:
            connection.close()  # this thread's own connection

    def _beat(self) -> None:
        late = -self._left()
        if late > min(limits.GRACE_SECONDS, self._seconds):
            self._end()
        elif late > 0:
            limits.interrupt()
        if self._shown != self.progress or time.monotonic() - self._renewed > self._lease / 3:
            try:
                self._renew()
            except DatabaseError as error:
                # A database that is busy or away for a moment: the next beat tries again, the lease decides.
                log.warning("task %s: heartbeat missed (%s)", self._task.pk, type(error).__name__)
                connection.close()

    def _renew(self) -> None:
        shown = self.progress
        if not tasks.renew(task=self._task, now=timezone.now(), progress=shown):
            self._lost.set()
            return
        self._shown, self._renewed = shown, time.monotonic()
        # Reading for a case that was closed meanwhile ends here. Writing looks for itself, and writes down what it did.
        if self._task.operation not in operations.WRITING and not operations.wanted(self._task):
            self._unwanted.set()

    def _end(self) -> None:
        """The work neither calls `check` nor reacts to being interrupted: say why, and end the process it runs in."""
        limits.lift()
        try:
            tasks.fail(
                task=self._task, code=TOO_LONG, place=self._task.store, temporary=True, actor=SYSTEM, now=timezone.now()
            )
        except DatabaseError as error:
            log.warning("task %s: its end could not be written (%s)", self._task.pk, type(error).__name__)
        limits.end_process()
        self._lost.set()
