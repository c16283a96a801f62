"""Documents in columns of a database, handed out as files: their names and media types stand in other columns of the row.

Two readings: one lists them (names and sizes, no bytes), one for each file streams it piece by piece by its row's key.
"""

from __future__ import annotations

import functools
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Disclosure, FileBatch, FileRef, Permanent
from exporters.sql.rows import BATCH, fetch, statements
from exporters.sql.walk import Walk
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from exporters.contract import RowKey
    from exporters.datamap.model import DataMap, Dataset, Field, FileColumn
    from exporters.sql.schema import LiveTable

PIECE = 4 << 20
"""Bytes asked for at a time: a database driver holds an answer whole."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Where documents are read: the map, the live tables, and how to open another snapshot for one of them."""

    data_map: DataMap
    tables: Mapping[str, LiveTable]
    snapshot: Callable[[], AbstractContextManager[sa.Connection]]
    store: str

    def references(self, connection: sa.Connection, keys: tuple[RowKey, ...]) -> Iterator[FileBatch]:
        """References to her documents, in the order of the map and of the rows' keys. Raises what reading rows raises."""
        walk = Walk(connection, self.data_map, self.tables, keys)
        for dataset in self.data_map.datasets.values():
            for field in dataset.fields.values():
                if field.file and dataset.name in self.tables and self.tables[dataset.name].has(field.name):
                    yield from self._of_field(walk, dataset, field, field.file)

    def _of_field(self, walk: Walk, dataset: Dataset, field: Field, about: FileColumn) -> Iterator[FileBatch]:
        table, probes = self.tables[dataset.name], walk.probes(dataset)
        if not probes:
            return
        guard = (field.withhold.column,) if field.withhold else ()
        linked = (probe.link.column for probe in probes)
        names = tuple(dict.fromkeys((*dataset.key, *about.columns(), *guard, *linked)))
        document = table.column(field.name).sql
        # Whether it is there and how long it is, never the document itself.
        wanted = [*(table.column(name).sql for name in names), sa.func.length(document)]
        seen: set[tuple[Any, ...]] = set()
        for statement in statements(dataset, table, wanted, probes):
            for rows in fetch(walk.connection, statement, rows=BATCH):
                found = []
                for row in rows:
                    values = dict(zip(names, row, strict=False))
                    key = tuple(values[name] for name in dataset.key)
                    hers = any(probe.accepts(values[probe.link.column]) for probe in probes)
                    if hers and row[-1] is not None and key not in seen:
                        seen.add(key)
                        found.append(self._reference(dataset, field, about, values, int(row[-1])))
                if found:
                    yield FileBatch(dataset.name, tuple(found))

    def _reference(
        self, dataset: Dataset, field: Field, about: FileColumn, values: Mapping[str, Any], size: int
    ) -> FileRef:
        kept_back = field.withhold is not None and field.withhold.keeps_back(values[field.withhold.column])
        if field.disclosure is Disclosure.NEVER or kept_back:
            return FileRef("", "", 0, "", open=lambda: iter(()), withheld=field.reason)
        key = tuple(values[name] for name in dataset.key)
        name = text_of(values[about.name]) or "-".join(["file", *(text_of(part) or "" for part in key)])
        media_type = (text_of(values[about.media_type]) if about.media_type else "") or mimetypes.guess_type(name)[0]
        return FileRef(
            name=name,
            media_type=media_type or "application/octet-stream",
            size=size,
            sha256="",
            open=functools.partial(self._read, dataset, field.name, key, size),
            date=(text_of(values[about.date]) or "") if about.date else "",
        )

    def _read(self, dataset: Dataset, column: str, key: tuple[Any, ...], size: int) -> Iterator[bytes]:
        """The bytes, from a state of the store of their own: Permanent("changed", place) when they are not as many any more."""
        table, place = self.tables[dataset.name], f"{self.store}.{dataset.name}.{column}"
        row = [table.column(name).sql == value for name, value in zip(dataset.key, key, strict=True)]
        document = table.column(column).sql
        with self.snapshot() as connection:
            for start in range(0, size, PIECE):
                # One byte more than there should be tells a document that has grown.
                piece = sa.func.substr(document, start + 1, PIECE if start + PIECE < size else PIECE + 1)
                found = connection.execute(sa.select(piece).select_from(table.sql).where(*row)).scalar()
                data = found.encode() if isinstance(found, str) else bytes(found or b"")
                if len(data) != min(PIECE, size - start):
                    raise Permanent("changed", place)
                yield data


def has_documents(data_map: DataMap) -> bool:
    """Whether a map names documents at all: a store without any is not asked."""
    return any(field.file for dataset in data_map.datasets.values() for field in dataset.fields.values())
