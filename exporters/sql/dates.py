"""How psycopg reads what it would stumble over: dates Python cannot hold as text, text in no encoding as bytes, CHAR."""

from __future__ import annotations

from typing import Any

from psycopg import DataError
from psycopg.adapt import Loader
from psycopg.types.datetime import DateLoader, TimeLoader, TimestampLoader, TimestamptzLoader, TimetzLoader


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


class _OddTime(TimeLoader):
    def load(self, data: Any) -> Any:
        try:
            return super().load(data)
        except DataError:  # 24:00:00
            return bytes(data).decode()


class _OddTimetz(TimetzLoader):
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
    connection.adapters.register_loader("time", _OddTime)
    connection.adapters.register_loader("timetz", _OddTimetz)


class _TextOrBytes(Loader):
    def load(self, data: Any) -> Any:
        try:
            return bytes(data).decode()
        except UnicodeDecodeError:
            return bytes(data)


class _Filled(Loader):
    """CHAR is filled up with blanks, which mean nothing to the database: a CHAR(4) and a CHAR(6) of one text are equal."""

    def load(self, data: Any) -> Any:
        return bytes(data).decode().rstrip(" ")


class _FilledOrBytes(_TextOrBytes):
    def load(self, data: Any) -> Any:
        return super().load(bytes(data).rstrip(b" "))


def without_filling(connection: Any) -> None:
    """Let a psycopg connection read CHAR as MariaDB shows it, so that equal values are equal texts."""
    connection.adapters.register_loader("bpchar", _Filled)


def keep_odd_text(connection: Any) -> None:
    """Let a psycopg connection read a database without an encoding (SQL_ASCII): its bytes unchanged, as text where they are UTF-8."""
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        for name in ("text", "varchar", "name"):
            connection.adapters.register_loader(name, _TextOrBytes)
        connection.adapters.register_loader("bpchar", _FilledOrBytes)
        # The server would refuse to send what is no UTF-8 to a client that says it reads UTF-8.
        connection.execute("SET client_encoding = 'SQL_ASCII'")
