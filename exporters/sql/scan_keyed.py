"""MariaDB and MySQL: a table as one string a row, which the server puts together and which begins with the row's key.

PyMySQL is Python, and a second value a row costs it almost as much as the first; so does every object SQLAlchemy makes
of a row. So the key travels inside the string, and the rows are taken from the driver's own cursor (decision 041).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pymysql
import sqlalchemy as sa
from pymysql.cursors import SSCursor
from sqlalchemy.dialects import mysql

from exporters.sql.match import bound
from exporters.sql.scan_filter import ROWS_BYTES
from exporters.sql.scan_places import MOST_BYTES, Sized

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporters.sql.scan_filter import Sieve
    from exporters.sql.schema import LiveColumn, LiveTable

_END = "\n"
"""Stands after every cell, the last one included: a string without any is the key of a row that has no string."""
_SPATIAL = ("geometry", "point", "linestring", "polygon", "multi", "vector")
_LARGEST = 2**64 - 1
"""What a column of whole numbers can hold; the addresses of IPv6 are larger."""
_UNKNOWN_BYTES = MOST_BYTES
"""A row MariaDB could not put into one string is larger than its packets (16 MiB unless told otherwise)."""


@dataclass(slots=True)
class Keyed:
    """Rows by primary key: whole numbers and texts."""

    connection: sa.Connection
    table: LiveTable
    key: Sequence[LiveColumn]
    found: Sized = field(default_factory=Sized)

    def find(self, sieve: Sieve) -> None:
        """Read the table once; raises what SQLAlchemy raises."""
        for rows in _strings(self.connection, self._statement(sieve.whole)):
            # Of a row that has no string only the key is there, and the row is looked at whatever it holds.
            for at in [at for at, row in enumerate(rows) if not row.endswith(_END.encode())]:
                self.found.add(self._key(rows[at].split(b" ")), _UNKNOWN_BYTES)
            for at in sieve.keep(rows, lambda raw: raw.decode(errors="replace"), copied=False):
                if rows[at].endswith(_END.encode()):
                    self.found.add(self._key(rows[at].split(b" ", len(self.key))), len(rows[at]))

    def clauses(self) -> Iterator[tuple[sa.ColumnElement[bool], int]]:
        """See Places."""
        for part in self.found.cut():
            yield sa.or_(*(self._one(key) for key in part)), len(part)

    def _statement(self, whole: frozenset[int]) -> sa.Select[Any]:
        key = sa.func.concat_ws(" ", *map(_as_key, self.key), "")
        cells = [
            _wanted(column, whole) if _is_whole(column) else _as_text(column)
            for column in self.table.columns.values()
            if not column.type.startswith(_SPATIAL)
        ]
        row = sa.func.concat(key, sa.func.concat_ws(_END, *cells, ""))
        return sa.select(sa.cast(sa.func.coalesce(row, key), mysql.BINARY)).select_from(self.table.sql)

    def _key(self, written: Sequence[bytes]) -> tuple[Any, ...]:
        pairs = zip(self.key, written, strict=False)
        return tuple(
            bytes.fromhex(one.decode()).decode() if column.family == "text" else int(one) for column, one in pairs
        )

    def _one(self, key: tuple[Any, ...]) -> sa.ColumnElement[bool]:
        return sa.and_(*(column.sql == bound(value) for column, value in zip(self.key, key, strict=True)))


def _as_text(column: LiveColumn) -> sa.ColumnElement[Any]:
    """Texts in UTF-8 whatever the column's character set; bytes as they are."""
    if column.family != "text":
        return column.sql
    quoted = mysql.dialect().identifier_preparer.quote(column.name)
    return sa.func.convert(sa.literal_column(f"{quoted} USING utf8mb4"))


def _is_whole(column: LiveColumn) -> bool:
    return column.family == "integer" and "int" in column.type


def _wanted(column: LiveColumn, whole: frozenset[int]) -> sa.ColumnElement[Any]:
    """The number where it is one of those looked for, else NULL, which the string leaves out.

    To compare it costs the server less than to write it down, and most bytes of an accounting table are numbers.
    """
    held = sorted(number for number in whole if number <= _LARGEST)
    return sa.case((column.sql.in_(map(bound, held)), column.sql)) if held else sa.null()


def _as_key(column: LiveColumn) -> sa.ColumnElement[Any]:
    """Without blanks, which stand between the parts of a key."""
    return sa.func.hex(_as_text(column)) if column.family == "text" else column.sql


def _strings(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[list[bytes]]:
    """The one column of `statement`, in lists of about `ROWS_BYTES`; hung up when it is not read to the end."""
    compiled = statement.compile(dialect=connection.dialect)
    finished = False
    cursor = connection.connection.cursor(SSCursor)
    try:
        cursor.execute(str(compiled), compiled.params)
        rows: list[bytes] = []
        size = 0
        for (row,) in cursor.fetchall_unbuffered():
            rows.append(row)
            size += len(row)
            if size >= ROWS_BYTES:
                yield rows
                rows, size = [], 0
        if rows:
            yield rows
        cursor.close()
        finished = True
    except pymysql.Error as error:
        raise sa.exc.DBAPIError(None, None, error) from None
    finally:
        if not finished:
            connection.invalidate()
