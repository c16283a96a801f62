"""Hands out everything linked to a person, dataset by dataset, in batches, from one state of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.contract import Batch, CellNote, Note
from exporters.sql.cells import reader
from exporters.sql.rows import BATCH, read_rows
from exporters.sql.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import sqlalchemy as sa

    from exporters.contract import JsonValue, RowKey
    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.sql.schema import LiveTable

_Cell = tuple["JsonValue", CellNote | None]


def collect(
    connection: sa.Connection, data_map: DataMap, tables: Mapping[str, LiveTable], keys: tuple[RowKey, ...]
) -> Iterator[Batch]:
    """Stream her rows; columns that are never disclosed are not even read."""
    walk = Walk(connection, data_map, tables, keys)
    for dataset in data_map.datasets.values():
        if dataset.name in tables:
            yield from _dataset(walk, dataset)


def _dataset(walk: Walk, dataset: Dataset) -> Iterator[Batch]:
    table = walk.tables[dataset.name]
    probes = walk.probes(dataset)
    fields = [field for field in dataset.fields.values() if field.collected and table.has(field.name)]
    if not probes or not fields:
        return
    names = tuple(field.name for field in fields)
    guards = tuple(dict.fromkeys(field.withhold.column for field in fields if field.withhold))
    position = {name: at for at, name in enumerate((*names, *guards))}
    # A guard that is exported too is read once: its first position counts.
    position = {**position, **{name: at for at, name in enumerate(names)}}
    cells = [_reader(field, position) for field in fields]
    rows: list[tuple[JsonValue, ...]] = []
    notes: list[Note] = []
    for row in read_rows(walk.connection, dataset, table, _once(names, guards), probes):
        values = []
        for name, read in zip(names, cells, strict=True):
            value, note = read(row)
            values.append(value)
            if note is not None:
                notes.append(Note(len(rows), name, note))
        rows.append(tuple(values))
        if len(rows) == BATCH:
            yield Batch(dataset.name, names, tuple(rows), tuple(notes))
            rows, notes = [], []
    if rows:
        yield Batch(dataset.name, names, tuple(rows), tuple(notes))


def _once(names: tuple[str, ...], guards: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, *(guard for guard in guards if guard not in names))


def _reader(field: Field, position: Mapping[str, int]) -> Callable[[tuple[Any, ...]], _Cell]:
    """How to read one field of a row: plain, withheld in some rows, or with closed parts taken out."""
    at, read = position[field.name], reader(field)
    if field.withhold is None:
        return lambda row: read(row[at])
    withhold, guard = field.withhold, position[field.withhold.column]

    def guarded(row: tuple[Any, ...]) -> _Cell:
        if withhold.keeps_back(row[guard]):
            return None, CellNote.WITHHELD if row[at] is not None else None
        return read(row[at])

    return guarded
