"""What one job may use: time, CPU, memory. Taken by the child process a worker forks for it, so they end with the job.

A job over a limit ends as a task that says so, not as a process that vanished: memory that is refused raises MemoryError,
CPU and time raise OverLimitError in the main thread, and dsr.work.jobs writes the code into the task (docs/tasks.md).
"""

from __future__ import annotations

import os
import resource
import signal
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from types import FrameType

SHORT_SECONDS = 120
"""A mail, a code, a look whether a case can go on: the queue `default`."""
GRACE_SECONDS = 30
"""How long a job that is over its time gets to put things down, before its process is ended; no longer than its time."""


class OverLimitError(BaseException):
    """The job used up its CPU or its time. A BaseException, so that no `except Exception` on the way swallows it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Wall-clock seconds, CPU seconds, and bytes of address space (0: not limited) of one job."""

    seconds: int
    cpu_seconds: int
    memory_bytes: int


def limits_of(queue: str) -> Limits:
    """The limits of the jobs of a queue, from the settings; half of its time may be spent computing."""
    seconds = {"stores": settings.DSR_STORE_SECONDS, "pdf": settings.DSR_PDF_SECONDS}.get(queue, SHORT_SECONDS)
    return Limits(seconds, max(1, seconds // 2), settings.DSR_JOB_MEMORY_MB << 20)


class _Horse:
    """What this process knows about itself: whether it is a job's own process, and whether it may be interrupted now."""

    own = False
    armed = False


def take(limits: Limits) -> None:
    """Bound this very process, which is a job's own; the soft limits only, so that `lift` can give room for last words.

    A core file would hold what the job was reading, so there is none.
    """
    _Horse.own = True
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _soft(resource.RLIMIT_AS, limits.memory_bytes or resource.RLIM_INFINITY)
    _soft(resource.RLIMIT_CPU, limits.cpu_seconds)
    signal.signal(signal.SIGXCPU, _interrupted)


def _soft(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY and (value == resource.RLIM_INFINITY or value > hard):
        value = hard
    resource.setrlimit(kind, (value, hard))


def lift() -> None:
    """Give room to write down why the job ends, in a process that took limits."""
    if _Horse.own:
        _soft(resource.RLIMIT_AS, resource.RLIM_INFINITY)
        _soft(resource.RLIMIT_CPU, resource.RLIM_INFINITY)


def arm(*, on: bool) -> None:
    """Say whether this process may be interrupted now: while it does its work, not while it writes down the outcome."""
    _Horse.armed = on


def interrupt() -> None:
    """Interrupt the main thread from another one, where the process is a job's own; elsewhere nothing happens."""
    main = threading.main_thread().ident
    if _Horse.own and _Horse.armed and main is not None:
        signal.pthread_kill(main, signal.SIGXCPU)


def end_process() -> None:
    """End a job's own process that does not react, with the processes it started; elsewhere nothing happens."""
    if not _Horse.own:
        return
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _interrupted(signum: int, frame: FrameType | None) -> None:
    if _Horse.armed:  # once only: the kernel repeats it every second
        _Horse.armed = False
        raise OverLimitError
