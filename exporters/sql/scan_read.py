"""Reads whole tables as bytes, row after row, with the place of each row, so that the few that matter are read again.

Each database has its fastest way out: COPY for PostgreSQL, one string a row for MariaDB and MySQL. A table whose rows have
no place to be found at again (no usable primary key, a foreign table, SQLite) is read value by value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from exporters.sql.match import bound
from exporters.sql.scan_copy import copied
from exporters.sql.scan_filter import ROWS_BYTES
from exporters.sql.scan_keyed import Keyed
from exporters.sql.scan_places import Sized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.sql.scan_filter import Sieve
    from exporters.sql.schema import LiveColumn, LiveTable

_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_OCTAL = re.compile(rb"\\(?:([0-7]{3})|\\)")
_PRIMARY_KEY = """
    SELECT column_name FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = :name AND index_name = 'PRIMARY' ORDER BY seq_in_index
"""
_PARTITIONS = """
    SELECT CASE WHEN nspname = ANY (current_schemas(false)) THEN relname ELSE nspname || '.' || relname END
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'f')
"""


class Places(Protocol):
    """Where the rows of one table that may hold an identifier are."""

    def find(self, sieve: Sieve) -> None:
        """Read the table once."""

    def clauses(self) -> Iterator[tuple[sa.ColumnElement[bool], int]]:
        """Conditions that select them, a few megabytes of rows at a time, each with the number of rows it selects."""


def copies(connection: sa.Connection) -> frozenset[str]:
    """Tables whose rows another table shows as well (PostgreSQL's partitions): to be read there, once."""
    if connection.dialect.name != "postgresql":
        return frozenset()
    return frozenset(connection.execute(sa.text(_PARTITIONS)).scalars())


def places(connection: sa.Connection, table: LiveTable) -> Places | None:
    """How to read `table` fast; None when that cannot be."""
    if connection.dialect.name == "postgresql":
        return _Heap(connection, table) if _is_heap(connection, table) else None
    if connection.dialect.name in {"mysql", "mariadb"}:
        key = connection.execute(sa.text(_PRIMARY_KEY).bindparams(name=table.name)).scalars()
        columns = [table.column(name) for name in key]
        if columns and all(_comparable(column) for column in columns):
            return Keyed(connection, table, columns)
    return None


def _comparable(column: LiveColumn) -> bool:
    return column.family == "text" or (column.family == "integer" and "int" in column.type)


@dataclass(slots=True)
class _Heap:
    """PostgreSQL: rows by the place of their version, which does not change while one state is looked at."""

    connection: sa.Connection
    table: LiveTable
    found: dict[int, Sized] = field(default_factory=lambda: defaultdict(Sized))

    def find(self, sieve: Sieve) -> None:
        prepare = self.connection.dialect.identifier_preparer
        columns = list(self.table.columns.values())
        binary = frozenset(at for at, column in enumerate(columns, 2) if column.type == "bytea")
        shown = ", ".join(
            f"encode({prepare.quote(column.name)}, 'escape')" if column.type == "bytea" else prepare.quote(column.name)
            for column in columns
        )
        name = prepare.format_table(self.table.sql)
        statement = f"COPY (SELECT tableoid, ctid, {shown} FROM {name}) TO STDOUT (NULL '')"  # noqa: S608 - quoted names
        for rows in copied(self.connection, statement, size=ROWS_BYTES):
            for at in sieve.keep(rows, lambda row: _copied_text(row, binary), copied=True):
                table, place = rows[at].split(b"\t", 2)[:2]
                self.found[int(table)].add(place, len(rows[at]))

    def clauses(self) -> Iterator[tuple[sa.ColumnElement[bool], int]]:
        for table, found in self.found.items():
            for part in found.cut():
                tids = "{" + ",".join(f'"{place.decode()}"' for place in part) + "}"
                here = sa.text("ctid = ANY (CAST(:tids AS tid[]))").bindparams(tids=tids)
                yield sa.and_(here, sa.literal_column("tableoid") == bound(table)), len(part)


def _copied_text(row: bytes, binary: frozenset[int]) -> str:
    """The cells of a row in COPY's text format, as one text; the two that say where it is are left out."""
    cells = row.decode(errors="replace").rstrip("\n").split("\t")
    return "\n".join(_copied_cell(cell, binary=at in binary) for at, cell in enumerate(cells) if at > 1)


def _copied_cell(cell: str, *, binary: bool) -> str:
    if "\\" not in cell:
        return cell
    text = _UNESCAPE.sub(lambda one: _CONTROLS.get(one[1], one[1]), cell)
    if not binary:
        return text
    raw = _OCTAL.sub(lambda one: bytes([int(one[1], 8)]) if one[1] else b"\\", text.encode(errors="replace"))
    return raw.decode(errors="replace")


def _is_heap(connection: sa.Connection, table: LiveTable) -> bool:
    """Ordinary and partitioned tables and stored views have rows at places; foreign tables may not."""
    name = connection.dialect.identifier_preparer.format_table(table.sql)
    kind = connection.execute(
        sa.text("SELECT relkind FROM pg_class WHERE oid = to_regclass(:name)").bindparams(name=name)
    ).scalar()
    if kind == "p":
        return not connection.execute(
            sa.text(
                "SELECT 1 FROM pg_partition_tree(to_regclass(:name)) AS part JOIN pg_class ON oid = part.relid"
                " WHERE relkind = 'f' LIMIT 1"
            ).bindparams(name=name)
        ).first()
    return kind in {"r", "m"}
