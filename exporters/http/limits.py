"""How long, how much, how often: the limits of a client and the token bucket that keeps it polite."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes (after decompression) and calls a second. `retries` are repetitions of a read after its first try.

    `retry_after` caps what a server may ask us to wait: beyond it the task gives up and is tried again later.
    """

    connect: float = 10
    read: float = 60
    total: float = 120
    size: int = 32 * MIB
    rate: float = 10
    burst: int = 5
    retries: int = 3
    retry_after: float = 30
    backoff: float = 0.5


class Bucket:
    """A token bucket: `burst` calls at once, `rate` a second after that (0: no limit). Safe between threads."""

    def __init__(self, rate: float, burst: int, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """`clock` counts seconds and never goes back; `sleep` waits."""
        self._rate, self._burst = rate, max(1, burst)
        self._clock, self._sleep = clock, sleep
        self._tokens, self._at = float(self._burst), clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait until a call may be made."""
        if not self._rate:
            return
        with self._lock:
            now = self._clock()
            self._tokens = min(float(self._burst), self._tokens + (now - self._at) * self._rate) - 1
            self._at = now
            wait = -self._tokens / self._rate
        if wait > 0:
            self._sleep(wait)
