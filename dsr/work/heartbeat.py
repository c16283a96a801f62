"""A lease renewed from a thread while long work runs, so that a short lease survives a slow store."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from dsr.cases import tasks

if TYPE_CHECKING:
    from types import TracebackType

    from dsr.models import Task


log = logging.getLogger(__name__)


class OvertakenError(Exception):
    """Another worker took the task over, or the case ended: stop before the next effect."""


class Heartbeat:
    """Renews the lease of a claimed task every third of its length; `check()` raises when the task is not ours any more."""

    def __init__(self, task: Task) -> None:
        self._task, self._stop, self._lost = task, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{task.pk}", daemon=True)
        self.progress = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self, progress: int | None = None) -> None:
        """Note progress (records so far); OvertakenError when the lease was lost."""
        if progress is not None:
            self.progress = progress
        if self._lost.is_set():
            raise OvertakenError

    def _beat(self) -> None:
        try:
            while not self._stop.wait(settings.DSR_LEASE_SECONDS / 3):
                try:
                    ours = tasks.renew(task=self._task, now=timezone.now(), progress=self.progress)
                except DatabaseError as error:
                    # A database that is busy or away for a moment: the next beat tries again, the lease decides.
                    log.warning("task %s: heartbeat missed (%s)", self._task.pk, type(error).__name__)
                    connection.close()
                    continue
                if not ours:
                    self._lost.set()
                    return
        finally:
            connection.close()  # this thread's own connection
