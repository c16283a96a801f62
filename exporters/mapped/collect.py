"""Hands out everything linked to a person, dataset by dataset, in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.contract import Batch, CellNote, Note
from exporters.mapped.source import BATCH
from exporters.mapped.walk import Walk
from exporters.opened import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import JsonValue, RowKey
    from exporters.datamap.model import DataMap, Dataset, Field
    from exporters.mapped.source import Row, Source


def collect(source: Source, data_map: DataMap, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
    """Stream her rows; nothing is asked before the first batch is wanted."""
    if not keys:
        return
    walk = Walk(source, data_map, keys)
    for dataset in data_map.datasets.values():
        yield from _dataset(walk, dataset)


def _dataset(walk: Walk, dataset: Dataset) -> Iterator[Batch]:
    fields = [field for field in dataset.fields.values() if field.collected]
    names = tuple(field.name for field in fields)
    rows: list[tuple[JsonValue, ...]] = []
    notes: list[Note] = []
    for row in walk.rows(dataset) if fields else ():
        cells = [cell(field, row) for field in fields]
        notes += [Note(len(rows), name, note) for name, (_, note) in zip(names, cells, strict=True) if note]
        rows.append(tuple(value for value, _ in cells))
        if len(rows) == BATCH:
            yield Batch(dataset.name, names, tuple(rows), tuple(notes))
            rows, notes = [], []
    if rows:
        yield Batch(dataset.name, names, tuple(rows), tuple(notes))


def cell(field: Field, row: Row) -> tuple[JsonValue, CellNote | None]:
    """One value as it may leave the house, and what had to be changed."""
    stored = row.values.get(field.name)
    if field.withhold and field.withhold.keeps_back(row.values.get(field.withhold.column)):
        return None, CellNote.WITHHELD if stored is not None else None
    return reader(field)(stored)
