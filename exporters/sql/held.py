"""Reads the values a correction can be about from a database, with the keys of their rows (R-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.datamap.rights_load import correctable
from exporters.held import Held
from exporters.sql.amend_rows import read_cells
from exporters.sql.amend_value import exact
from exporters.sql.hers import Hers, row_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import sqlalchemy as sa

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap
    from exporters.sql.schema import LiveTable


def held(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    persons: tuple[RowKey, ...],
    *,
    rows: int,
) -> Iterator[Held]:
    """Her correctable values, dataset by dataset, the newest `rows` of each."""
    hers = Hers(connection, data_map, tables, persons)
    for dataset in data_map.datasets.values():
        fields = correctable(dataset) if dataset.name in tables else {}
        table = tables[dataset.name] if fields else None
        columns = [name for name in fields if table and table.has(name)]
        if table is None or not columns:
            continue
        own = hers.rows(dataset)
        shared = {row_key(dataset, key).values for key in hers.used_by_others(dataset)}
        newest = sorted(own.rows, key=lambda key: _order(row_key(dataset, key).values))[-rows:]
        more = len(own.rows) - len(newest)
        found = read_cells(connection, dataset, table, columns, newest)
        for key, row in sorted(found.items(), key=lambda one: _order(one[0])):
            for name in columns:
                use = fields[name].identifier
                yield Held(
                    row=row_key(dataset, row.key),
                    column=name,
                    value=exact(row.values[name]),
                    kind=use.kind.value if use else "",
                    shared=key in shared,
                    more=more,
                )


def _order(key: tuple[str | int, ...]) -> tuple[tuple[bool, int, str], ...]:
    """Numbers as numbers, texts as texts: both may stand in one key."""
    return tuple((isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in key)
