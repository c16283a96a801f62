"""A checksum of every row of a SQL store, read without the exporter: what an erasure touched and what it did not."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Mapping

RowSums = dict[str, dict[str, str]]
"""By table and key (`7`, `anna/192.0.2.1`): the checksum of the row's values."""


def checksums(engine: sa.Engine) -> RowSums:
    """Read every table whole. A table without a primary key is keyed by the checksum itself and its repetition."""
    found: RowSums = {}
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        keys = inspector.get_multi_pk_constraint()
        for (_, table), key in sorted(keys.items(), key=lambda one: one[0][1]):
            names = key["constrained_columns"] if key else []
            columns = [column["name"] for column in inspector.get_columns(table)]
            statement: Any = sa.select(*map(sa.column, columns)).select_from(sa.table(table))
            rows = connection.execute(statement).mappings()
            found[table] = _table([dict(row) for row in rows], names)
    return found


def _table(rows: list[dict[str, object]], key: list[str]) -> dict[str, str]:
    sums: dict[str, str] = {}
    for row in rows:
        digest = hashlib.sha256(repr(sorted(row.items(), key=lambda one: one[0])).encode()).hexdigest()
        name = "/".join(str(row[column]) for column in key) if key else digest
        while name in sums:
            name += "'"
        sums[name] = digest
    return sums


def touched(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> set[tuple[str, str]]:
    """(table, key) of every row that changed, went or came."""
    return {
        (table, key)
        for table in {*before, *after}
        for key in {*before.get(table, {}), *after.get(table, {})}
        if before.get(table, {}).get(key) != after.get(table, {}).get(key)
    }
