"""The only statements that change a store: DELETE and UPDATE of listed rows, byte-exact, nothing outside the line.

Databases disagree about equality (MariaDB's collations ignore case, accents and trailing blanks), so text keys are
compared as bytes besides. Columns that follow every update are pinned to what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Permanent
from exporters.sql.engine import restart_clock
from exporters.sql.exact import as_bytes, raw
from exporters.sql.match import bound
from exporters.sql.rows import BATCH

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

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
    new = {**names, **_pinned(limits, table, names)}
    target = sa.table(table.sql.name, *map(sa.column, new), schema=table.sql.schema)
    return _all(connection, table, key, keys, sa.update(target).values(new))


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
    yield as_bytes(connection, column).in_([bound(raw(connection, column, value)) for value in values])


def change_each(
    connection: sa.Connection,
    table: LiveTable,
    key: Sequence[str],
    rows: Mapping[Native, Mapping[str, str | None]],
    *,
    limits: LiveLimits,
) -> int:
    """Like `change`, with other values for each row, all of the same columns; how many rows that were."""
    if not rows:
        return 0
    names = [table.column(name).name for name in next(iter(rows.values()))]
    columns = [table.column(name) for name in key]
    given = {name: sa.bindparam(f"new{at}", type_=sa.types.NULLTYPE) for at, name in enumerate(names)}
    values = {**given, **_pinned(limits, table, names)}
    target = sa.table(table.sql.name, *map(sa.column, values), schema=table.sql.schema)
    where = []
    for at, column in enumerate(columns):
        where.append(column.sql == sa.bindparam(f"key{at}", type_=sa.types.NULLTYPE))
        if column.family == "text":
            where.append(as_bytes(connection, column) == sa.bindparam(f"bytes{at}", type_=sa.types.NULLTYPE))
    statement = sa.update(target).values(values).where(*where)
    each = []
    for one, new in rows.items():
        row: dict[str, Any] = {f"new{at}": value for at, value in enumerate(new.values())}
        for at, (column, part) in enumerate(zip(columns, one, strict=True)):
            row[f"key{at}"] = part
            if column.family == "text":
                row[f"bytes{at}"] = raw(connection, column, part)
        each.append(row)
    done = 0
    for at in range(0, len(each), BATCH):
        restart_clock(connection)
        hit = connection.execute(statement, each[at : at + BATCH]).rowcount
        if hit != len(each[at : at + BATCH]):
            raise Permanent("rows_differ", table.name)
        done += hit
    return done


def _pinned(limits: LiveLimits, table: LiveTable, moved: Collection[str]) -> dict[str, sa.ColumnElement[Any]]:
    """Columns that follow every update, kept at what they are."""
    return {
        column.name: sa.column(column.name)
        for column in limits.tables[table.name].columns.values()
        if column.follows_updates and column.name not in moved
    }
