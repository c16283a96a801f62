"""Hands out everything linked to a person, dataset by dataset, in batches."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from exporters.contract import Batch, CellNote, Disclosure, Note
from exporters.mapped.source import BATCH
from exporters.mapped.walk import Walk
from exporters.sql.values import json_value, text_of

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
    closed = [tuple(part.name.split(".")) for part in field.parts if part.disclosure is Disclosure.NEVER]
    if closed and stored is not None:
        return _without(stored, closed)
    return json_value(stored)


def _without(stored: Any, closed: list[tuple[str, ...]]) -> tuple[JsonValue, CellNote | None]:
    """A nested value without its closed parts; what cannot be parsed cannot be searched for them and stays here."""
    try:
        value = copy.deepcopy(stored) if isinstance(stored, dict | list) else json.loads(text_of(stored) or "")
    except ValueError:
        return None, CellNote.WITHHELD
    removed = [path for path in closed if _remove(value, path)]
    return json_value(value)[0], CellNote.PART_WITHHELD if removed else None


def _remove(value: Any, path: tuple[str, ...]) -> bool:
    if isinstance(value, list):
        removed = [_remove(one, path) for one in value]
        return any(removed)
    if not isinstance(value, dict) or path[0] not in value:
        return False
    if len(path) == 1:
        del value[path[0]]
        return True
    return _remove(value[path[0]], path[1:])
