"""Hands out everything linked to a person, dataset by dataset, in batches, from one state of the store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from exporters.contract import Batch, CellNote, Note
from exporters.opened import reader
from exporters.sql.stream import stream
from exporters.sql.stream_values import one_by_one
from exporters.sql.walk import Walk
from exporters.values import json_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import sqlalchemy as sa

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.sql.schema import LiveTable
    from exporters.sql.stream import Block
    from exporters.sql.stream_values import Finished


def collect(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    keys: tuple[RowKey, ...],
    *,
    by_value: bool = False,
) -> Iterator[Batch]:
    """Stream her rows; columns that are never disclosed are not even read.

    `by_value`: read value by value even where the database could make the JSON: the same batches, slower.
    """
    walk = Walk(connection, data_map, tables, keys)
    for dataset in data_map.datasets.values():
        if dataset.name in tables:
            yield from _dataset(walk, dataset, by_value=by_value)


def _dataset(walk: Walk, dataset: Dataset, *, by_value: bool) -> Iterator[Batch]:
    table = walk.tables[dataset.name]
    probes = walk.probes(dataset)
    # What holds a file is handed out as one (exporters/sql/files.py), not as base64 among the rows.
    every = dataset.fields.values()
    fields = [field for field in every if field.collected and not field.file and table.has(field.name)]
    if not probes or not fields:
        return
    names = tuple(field.name for field in fields)
    guards = tuple(dict.fromkeys(field.withhold.column for field in fields if field.withhold))
    # What is decoded or opened here must arrive as the database types it.
    judged = (*guards, *(field.name for field in fields if reader(field) is not json_value))
    for block in stream(walk.connection, dataset, table, (*names, *guards), probes, judged=judged, by_value=by_value):
        yield _batch(dataset, fields, names, block)


def _batch(dataset: Dataset, fields: Sequence[Field], names: tuple[str, ...], block: Block) -> Batch:
    columns = []
    notes: list[tuple[int, str, CellNote]] = []
    for field in fields:
        values, noted = _field(field, block)
        columns.append(values)
        notes += [(row, field.name, note) for row, note in noted]
    if len({name for _, name, _ in notes}) > 1:
        order = {name: at for at, name in enumerate(names)}
        notes.sort(key=lambda note: (note[0], order[note[1]]))
    return Batch.of_columns(dataset.name, names, columns, tuple(Note(*note) for note in notes))


def _field(field: Field, block: Block) -> Finished:
    """One field of all rows: plain, withheld in some rows, or with closed parts taken out."""
    values, cut = block.columns[field.name], block.cut.get(field.name, frozenset())
    read = reader(field)
    finish = block.finish[field.name] if read is json_value else partial(one_by_one, convert=read)
    if field.withhold is not None:
        guards = block.columns[field.withhold.column]
        kept_back = {at for at, guard in enumerate(guards) if field.withhold.keeps_back(guard)}
        noted = [(at, CellNote.WITHHELD) for at in sorted(kept_back) if values[at] is not None or at in cut]
        shown, notes = finish([None if at in kept_back else v for at, v in enumerate(values)])
        cut -= kept_back
        notes = [*notes, *noted]
    else:
        shown, notes = finish(values)
    return shown, [*notes, *((at, CellNote.TOO_LARGE) for at in sorted(cut))]
