"""Whether this process was asked to end: long work looks at it where it can stop, and gives its task back (house.md idea 4)."""

from __future__ import annotations

import threading

_asked = threading.Event()


class ShutdownError(Exception):
    """The process ends: stop before the next effect and put the task back, for another worker to take at once."""


def request(*_: object) -> None:
    """Ask this process to end; fits as a signal handler."""
    _asked.set()


def requested() -> bool:
    """Whether it was asked."""
    return _asked.is_set()
