"""SQL stores whose collecting never ends: each in another way."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from exporters.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator


class Memory(SqlStore):
    """Keeps everything."""

    def collect(self, *args: Any, **options: Any) -> Iterator[Any]:
        kept = []
        while True:
            kept.append(bytes(16 << 20))
        yield from ()


class Computing(SqlStore):
    """Computes, and swallows what goes wrong."""

    def collect(self, *args: Any, **options: Any) -> Iterator[Any]:
        while True:
            with suppress(Exception):  # what a careless library does
                sum(range(100_000))
        yield from ()


class Waiting(SqlStore):
    """Waits for an answer without a time-out."""

    def collect(self, *args: Any, **options: Any) -> Iterator[Any]:
        time.sleep(3600)
        yield from ()


class Deaf(SqlStore):
    """Waits, and cannot be interrupted either."""

    def collect(self, *args: Any, **options: Any) -> Iterator[Any]:
        while True:
            with suppress(BaseException):  # the worst a library can do
                time.sleep(3600)
        yield from ()


class Endless(SqlStore):
    """Gives and gives."""

    def collect(self, *args: Any, **options: Any) -> Iterator[Any]:
        batch = next(iter(super().collect(*args, **options)))
        while True:
            time.sleep(0.01)
            yield batch
