"""How large a dataset's values are, before they are read: so that a batch fits into memory whatever stands in a cell.

A column of a declared, short length needs no look. For the others the database is asked for the longest value of hers:
one aggregate over the rows that are read next anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.sql.engine import restart_clock
from exporters.sql.rows import statements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporters.datamap.model import Dataset
    from exporters.sql.match import Probe
    from exporters.sql.schema import LiveColumn, LiveTable

ROWS = 1_000
"""Rows of a batch, unless they are wide: enough that what is done once a batch costs nothing."""
BATCH_BYTES = 8_000_000
"""A batch of the widest rows is at most so large; one row is always read."""
CELL_BYTES = 16 * 1024 * 1024
"""A larger value is left out with a note: a cell of a text file is no place for it, and memory is bounded."""
_SHORT = 1_000
_SMALL = frozenset(
    {
        *("int2", "int4", "int8", "bool", "float4", "float8", "numeric", "date", "time", "timetz"),
        *("timestamp", "timestamptz", "interval", "uuid", "inet", "cidr", "macaddr"),
        *("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "bit", "year"),
        *("datetime", "enum", "set", "inet4", "inet6"),
    }
)
_DECLARED = {
    "postgresql": sa.text(
        "SELECT attname, CASE WHEN atttypid IN (1042, 1043) AND atttypmod > 4 THEN atttypmod - 4 END"
        " FROM pg_attribute WHERE attrelid = to_regclass(:name) AND attnum > 0"
    ),
    "mysql": sa.text(
        "SELECT column_name, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND table_name = :name"
    ),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """`rows`: how many to read at a time. `cut`: columns with values of more than `most` bytes."""

    rows: int = ROWS
    cut: tuple[str, ...] = ()
    most: int = CELL_BYTES


def measure(
    connection: sa.Connection, dataset: Dataset, table: LiveTable, names: Sequence[str], probes: Sequence[Probe]
) -> Sizes:
    """Look at the columns that may hold long values; one statement, none when there is no such column."""
    short = _declared_short(connection, table)
    # Columns that name a row together are halves of keys: short.
    single = [name for name in names if not table.column(name).parts]
    wide = [name for name in single if table.column(name).type not in _SMALL and table.column(name).name not in short]
    fixed = {*dataset.key, *(probe.link.column for probe in probes)}
    if not wide:
        return Sizes()
    lengths = [sa.func.max(length_of(connection.dialect.name, table.column(name))) for name in wide]
    longest = [0] * len(wide)
    for statement in statements(dataset, table, lengths, probes):
        restart_clock(connection)
        found = connection.execute(statement.order_by(None)).one()
        longest = [max(known, new or 0) for known, new in zip(longest, found, strict=True)]
    row = sum(min(length, CELL_BYTES) for length in longest)
    cut = tuple(name for name, length in zip(wide, longest, strict=True) if length > CELL_BYTES and name not in fixed)
    return Sizes(rows=max(1, min(ROWS, BATCH_BYTES // (row + 1))), cut=cut)


def length_of(dialect: str, column: LiveColumn) -> sa.ColumnElement[Any]:
    """The bytes of a value as the database would send it."""
    if dialect == "sqlite":
        return sa.func.length(sa.cast(column.sql, sa.LargeBinary))
    if dialect == "postgresql" and column.type not in {"bytea", "text", "varchar", "bpchar"}:
        return sa.func.octet_length(sa.cast(column.sql, sa.Text))
    return sa.func.octet_length(column.sql)


def _declared_short(connection: sa.Connection, table: LiveTable) -> frozenset[str]:
    """Columns whose declaration keeps every value short."""
    dialect = connection.dialect.name
    query = _DECLARED.get("postgresql" if dialect == "postgresql" else "mysql") if dialect != "sqlite" else None
    if query is None:
        return frozenset()
    name = table.name if dialect != "postgresql" else _quoted(connection, table)
    declared: Mapping[str, int | None] = {row[0]: row[1] for row in connection.execute(query, {"name": name})}
    return frozenset(column for column, length in declared.items() if length is not None and length <= _SHORT)


def _quoted(connection: sa.Connection, table: LiveTable) -> str:
    return connection.dialect.identifier_preparer.format_table(table.sql)
