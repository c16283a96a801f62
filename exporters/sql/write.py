"""The only statements that change a store: DELETE and UPDATE of listed rows, byte-exact, nothing outside the line.

Databases disagree about equality (MariaDB's collations ignore case, accents and trailing blanks), so text keys are
compared as bytes besides. Columns that follow every update are pinned to what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from exporters.contract import Permanent
from exporters.sql.engine import restart_clock
from exporters.sql.match import bound
from exporters.sql.rows import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.sql.hers import Native
    from exporters.sql.live import LiveLimits
    from exporters.sql.schema import LiveColumn, LiveTable


def delete(
    connection: sa.Connection, table: LiveTable, key: Sequence[str], keys: Sequence[Native], limits: LiveLimits
) -> int:
    """Delete the rows with these keys; how many that were. Raises Permanent when a statement hit more or fewer."""
    for own in limits.pointing_at(table.name):
        if own.table == table.name and all(_nullable(limits, table, name) for name in own.columns):
            # Rows that point at each other: cut first, since the order among them is the database's.
            change(connection, table, key, keys, values=dict.fromkeys(own.columns), limits=limits)
    return _all(connection, table, key, keys, sa.delete(table.sql))


def change(
    connection: sa.Connection,
    table: LiveTable,
    key: Sequence[str],
    keys: Sequence[Native],
    *,
    values: Mapping[str, str | None],
    limits: LiveLimits,
) -> int:
    """Write `values` into the rows with these keys and move no other column; how many rows that were."""
    names = {table.column(name).name: bound(value) for name, value in values.items()}
    pinned: dict[str, sa.ColumnElement[Any]] = {
        column.name: sa.column(column.name)
        for column in limits.tables[table.name].columns.values()
        if column.follows_updates and column.name not in names
    }
    target = sa.table(table.sql.name, *map(sa.column, {**names, **pinned}), schema=table.sql.schema)
    return _all(connection, table, key, keys, sa.update(target).values({**names, **pinned}))


def _nullable(limits: LiveLimits, table: LiveTable, column: str) -> bool:
    return limits.tables[table.name].columns[column.lower()].nullable


def _all(
    connection: sa.Connection,
    table: LiveTable,
    key: Sequence[str],
    keys: Sequence[Native],
    statement: sa.Delete | sa.Update,
) -> int:
    done = 0
    for at in range(0, len(keys), BATCH):
        chunk = keys[at : at + BATCH]
        restart_clock(connection)
        hit = connection.execute(statement.where(with_keys(connection, table, key, chunk))).rowcount
        if hit != len(chunk):
            # The rows are locked and their key is unique, so a trigger or rule of the database interferes.
            raise Permanent("rows_differ", table.name)
        done += hit
    return done


def with_keys(
    connection: sa.Connection, table: LiveTable, key: Sequence[str], keys: Sequence[Native]
) -> sa.ColumnElement[bool]:
    """The condition that is true for exactly the rows with these keys."""
    columns = [table.column(name) for name in key]
    if len(columns) == 1:
        return sa.and_(*_one_of(connection, columns[0], [value for (value,) in keys]))
    return sa.or_(
        *(
            sa.and_(
                *(
                    part
                    for column, value in zip(columns, one, strict=True)
                    for part in _one_of(connection, column, [value])
                )
            )
            for one in keys
        )
    )


def _one_of(connection: sa.Connection, column: LiveColumn, values: list[Any]) -> Iterator[sa.ColumnElement[bool]]:
    yield column.sql.in_([bound(value) for value in values])
    if column.family != "text":
        return
    match connection.dialect.name:
        case "mysql" | "mariadb":
            as_bytes = sa.cast(sa.cast(column.sql, mysql.CHAR(charset="utf8mb4")), sa.BINARY)
            yield as_bytes.in_([bound(str(value).encode()) for value in values])
        case "sqlite":
            yield sa.collate(column.sql, "BINARY").in_([bound(value) for value in values])
        case _:
            yield sa.collate(sa.cast(column.sql, sa.Text), "C").in_([bound(value) for value in values])
