"""PostgreSQL dates Python cannot hold (`infinity`, before year 1, after 9999): handed on as text, not as an error."""

from __future__ import annotations

from typing import Any

from psycopg import DataError
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader


class _OddDate(DateLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _OddTimestamp(TimestampLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _OddTimestamptz(TimestamptzLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


def keep_odd_dates(connection: Any) -> None:
    """Let a psycopg connection read impossible dates as text."""
    connection.adapters.register_loader("date", _OddDate)
    connection.adapters.register_loader("timestamp", _OddTimestamp)
    connection.adapters.register_loader("timestamptz", _OddTimestamptz)
