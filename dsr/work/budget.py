"""How long one pass of the tick may take: the alarm signal interrupts it, so that the others still have their turn.

What the pass has committed stays; the rest is rolled back, and the next tick goes on there, because every pass is
level-triggered (house.md idea 4).
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class OutOfTimeError(BaseException):
    """The time is over. Not an Exception: code that survives the failure of one row must not survive this."""


def _end(*_: object) -> None:
    raise OutOfTimeError


@contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError inside the block after so many seconds.

    Signals reach the main thread only: in another thread there is no limit. A timer that was running (that of a job, when
    somebody starts the tick from the queue) goes on afterwards with what is left of it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, _end)
    outer, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if outer:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, outer - (time.monotonic() - began)))


def shorten(seconds: float) -> None:
    """Leave the block that runs under `limit` at most so many seconds more; without one nothing happens."""
    if signal.getsignal(signal.SIGALRM) is not _end:
        return
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if left > seconds:
        signal.setitimer(signal.ITIMER_REAL, seconds)
