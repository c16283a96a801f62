"""Comparing byte for byte in the database, whatever the collation of the column ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

if TYPE_CHECKING:
    from exporters.sql.schema import LiveColumn


def as_bytes(connection: sa.Connection, column: LiveColumn) -> sa.ColumnElement[Any]:
    """The column so that only equal bytes are equal; a number or a date as it is."""
    if column.family != "text":
        return column.sql
    match connection.dialect.name:
        case "mysql" | "mariadb":
            return sa.cast(sa.cast(column.sql, mysql.CHAR(charset="utf8mb4")), sa.BINARY)
        case "sqlite":
            return sa.collate(column.sql, "BINARY")
        case _:
            return sa.collate(sa.cast(column.sql, sa.Text), "C")


def raw(connection: sa.Connection, column: LiveColumn, value: Any) -> Any:
    """A value in the form `as_bytes` compares with."""
    if column.family == "text" and connection.dialect.name in {"mysql", "mariadb"}:
        return value if isinstance(value, bytes) else str(value).encode()
    return value
