"""A PostgreSQL connection that gives up on a server that has fallen silent.

The server's own statement_timeout ends what takes too long, as long as there is a server. Where it, or the way to it, died
without a word, libpq would wait for ever: keepalives end that after minutes, and not at all where a machine in between
still answers for it. So whatever waits for the socket here is given up when nothing has come for some seconds.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

if TYPE_CHECKING:
    from collections.abc import Generator

_R = TypeVar("_R")
GRACE = 5.0
"""Seconds after the server's own time-out, in which its word about it may still come."""


class PatientConnection(psycopg.Connection[Any]):
    """Raises OperationalError, and is closed, when the server has said nothing for `patience` seconds."""

    patience: float = 60.0 + GRACE

    def wait(self, gen: Generator[Any, Any, _R], *more: Any, **named: Any) -> _R:
        """Like psycopg's, with an end."""
        return super().wait(self._ended(gen), *more, **named)

    def _ended(self, gen: Generator[Any, Any, _R]) -> Generator[Any, Any, _R]:
        # Counted from the last sign of life, not from the question: a long answer over a slow line is an answer.
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > self.patience:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server has fallen silent")
                wanted = gen.send(ready)
        except StopIteration as ended:
            answer: _R = ended.value
            return answer


def keepalive(seconds: float) -> dict[str, int]:
    """Libpq's own options, for the time in which nobody here waits; unix sockets ignore them."""
    whole = max(1, round(seconds))
    return {
        "keepalives": 1,
        "keepalives_idle": min(30, whole),
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": whole * 1000,
    }
