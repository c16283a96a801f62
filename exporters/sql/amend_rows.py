"""Reads single rows by the keys of a plan, with the columns an amendment is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.sql.engine import restart_clock
from exporters.sql.hers import row_key
from exporters.sql.rows import BATCH
from exporters.sql.write import with_keys
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exporters.datamap.model import Condition, Dataset
    from exporters.sql.hers import Native
    from exporters.sql.schema import LiveTable

PlanKey = tuple[str | int, ...]
"""A row's key as plans write it."""


class Row:
    """One row as it is now: its key as the driver gave it, and some of its values by column."""

    __slots__ = ("key", "values")

    def __init__(self, key: Native, values: Mapping[str, Any]) -> None:
        """`values`: by the map's name of the column."""
        self.key = key
        self.values = values


def read_cells(
    connection: sa.Connection,
    dataset: Dataset,
    table: LiveTable,
    columns: Iterable[str],
    keys: Sequence[Sequence[Any]],
    *,
    lock: bool = False,
) -> dict[PlanKey, Row]:
    """The rows with these keys (as a plan writes them, or native) that are still there."""
    names = tuple(dict.fromkeys((*dataset.key, *columns)))
    shown = [table.column(name).sql for name in names]
    found: dict[PlanKey, Row] = {}
    for at in range(0, len(keys), BATCH):
        restart_clock(connection)
        chunk = [tuple(key) for key in keys[at : at + BATCH]]
        statement = sa.select(*shown).select_from(table.sql).where(with_keys(connection, table, dataset.key, chunk))
        for row in connection.execute(statement.with_for_update() if lock else statement).all():
            native = tuple(row[: len(dataset.key)])
            found[row_key(dataset, native).values] = Row(native, dict(zip(names, row, strict=True)))
    return found


def meets(row: Row, conditions: Iterable[Condition]) -> bool:
    """Whether a row that was read with the columns of `conditions` meets them all."""
    return all((text_of(row.values[one.column]) in one.values) is not one.negated for one in conditions)
