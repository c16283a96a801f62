"""Both ways of reading a dataset give the same batches, value by value and note by note (house.md, idea 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from exporters.contract import Batch, CellNote, RowKey
from exporters.sql.collect import collect
from exporters.sql.engine import snapshot
from exporters.sql.schema import bind, read_schema
from exporters.sql.stream_sizes import Sizes
from exporters.sql.stream_ways import ways
from tests.exporters.nasty_rows import COLUMNS, LOGINS, Nasty, nasty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def table(backend: str, tmp_path: Path) -> Iterator[Nasty]:
    with nasty(backend, tmp_path) as found:
        yield found


def _keys(login: str) -> tuple[RowKey, ...]:
    return (RowKey("person", (login,)),)


def _both(table: Nasty, login: str) -> tuple[list[Batch], list[Batch]]:
    store = table.store
    with snapshot(store._engine, "nasty") as connection:
        tables = bind(store.data_map, read_schema(connection), store="nasty")
        fast, slow = (
            list(collect(connection, store.data_map, tables, _keys(login), by_value=slow)) for slow in (False, True)
        )
    return fast, slow


def _cells(batches: list[Batch]) -> dict[tuple[Any, str], Any]:
    return {
        (row[0], column): (type(value).__name__, value)
        for batch in batches
        for row in batch.rows
        for column, value in zip(batch.columns, row, strict=True)
    }


def _notes(batches: list[Batch]) -> list[tuple[Any, str, CellNote]]:
    return [(batch.rows[note.row][0], note.column, note.code) for batch in batches for note in batch.notes]


def test_both_ways_agree_on_every_nasty_value(table: Nasty) -> None:
    for login in LOGINS:
        fast, slow = _both(table, login)

        assert _cells(fast) == _cells(slow)
        assert _notes(fast) == _notes(slow)
        assert {row[1] for batch in fast for row in batch.rows} == {login}
        assert orjson.loads(orjson.dumps([batch.rows for batch in fast])) == [list(map(list, b.rows)) for b in fast]


def test_the_fast_way_was_taken(table: Nasty) -> None:
    store = table.store
    with snapshot(store._engine, "nasty") as connection:
        tables = bind(store.data_map, read_schema(connection), store="nasty")
        found = list(
            ways(connection, tables["nasty"], tuple(store.data_map.datasets["nasty"].fields), frozenset(), Sizes())
        )

    # SQLite has no driver between us and the file: its values are as quick as its JSON.
    assert len(found) == (1 if table.backend == "sqlite" else 2)
    assert len(found[0].select) == (1 if len(found) == 2 else 2 + len(COLUMNS["sqlite"]))
