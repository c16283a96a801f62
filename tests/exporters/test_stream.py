"""Both ways of reading a dataset give the same batches, value by value and note by note (house.md, idea 5)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from exporters.contract import Batch, CellNote, RowKey
from exporters.sql.collect import collect
from exporters.sql.engine import snapshot
from exporters.sql.schema import bind, read_schema
from exporters.sql.stream_sizes import ROWS, Sizes
from exporters.sql.stream_ways import ways
from tests import servers
from tests.exporters.nasty_rows import COLUMNS, LOGINS, Nasty, made, nasty

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
    assert len(found[0].select) == (1 if table.backend == "mariadb" else 2 + len(COLUMNS[table.backend]))
    assert bool(found[0].options) == (table.backend == "postgresql")


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["mariadb"])
def test_a_row_the_server_cannot_make_json_of_is_read_by_value(table: Nasty) -> None:
    # JSON of more than max_allowed_packet (16 MB) is NULL, without an error.
    table.execute(
        "ALTER TABLE nasty MODIFY words MEDIUMTEXT",
        "UPDATE nasty SET words = repeat('w', 9000000), long_words = repeat('v', 9000000) WHERE id = 5",
    )

    fast, slow = _both(table, LOGINS[0])

    assert _cells(fast) == _cells(slow)
    assert [row[0] for batch in fast for row in batch.rows] == [row[0] for batch in slow for row in batch.rows]
    assert max(len(value) for _, value in _cells(fast).values() if isinstance(value, str)) == 9_000_000
    assert max(len(batch.rows) for batch in fast) == 1, "wide rows come one at a time"


WIDE = {
    "sqlite": "UPDATE nasty SET words = zeroblob(64000000) WHERE id = 3",
    # A packet of 16 MB holds the value, but not its 18 million bytes in the table.
    "mariadb": "ALTER TABLE nasty MODIFY words LONGTEXT CHARACTER SET utf16",
    "postgresql": "UPDATE nasty SET words = repeat('b', 64000000) WHERE id = 3",
}


def test_a_value_too_large_for_a_file_is_left_out_with_a_note(table: Nasty) -> None:
    table.execute(WIDE[table.backend])
    if table.backend == "mariadb":
        table.execute("UPDATE nasty SET words = convert(repeat('b', 9000000) USING utf16) WHERE id = 3")

    for batches in _both(table, LOGINS[0]):
        assert _cells(batches)[3, "words"] == ("NoneType", None)
        assert (3, "words", CellNote.TOO_LARGE) in _notes(batches)


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_database_without_an_encoding_is_read_by_value(tmp_path: Path, backend: str) -> None:
    server = servers.postgresql()
    name = "ascii" + uuid.uuid4().hex[:8]
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        found = made(backend, f"{server.url(name)}&client_encoding=utf8", tmp_path)
        found.execute(
            "UPDATE nasty SET words = convert_from('\\x67616d6d656c207465787420ff', 'SQL_ASCII') WHERE id = 1"
        )

        fast, slow = _both(found, LOGINS[0])
    finally:
        server.drop(name)

    assert _cells(fast) == _cells(slow)
    assert _cells(fast)[1, "words"] == ("str", "gammel text \ufffd")
    assert (1, "words", CellNote.NOT_UTF8) in _notes(fast)


def test_rows_are_neither_lost_nor_doubled_when_a_reading_changes_its_way(table: Nasty) -> None:
    many = ", ".join(f"({n}, '{LOGINS[0]}')" for n in range(10_000, 10_000 + 2 * ROWS + 7))
    table.execute(f"INSERT INTO nasty (id, login) VALUES {many}")

    for batches in _both(table, LOGINS[0]):
        ids: list[Any] = [row[0] for batch in batches for row in batch.rows]
        assert ids == sorted(set(ids))
        assert len(ids) >= 2 * ROWS + 7


EXTRA = """      words: {label: {en: words}, withhold: {column: login, unless: [ada], reason: secret}}
"""


def test_withheld_values_are_withheld_both_ways(backend: str, tmp_path: Path) -> None:
    with nasty(backend, tmp_path, extra=EXTRA) as found:
        fast, slow = _both(found, LOGINS[1])
        open_ones, _ = _both(found, "ada")

    assert _notes(fast) == _notes(slow)
    assert {value for (_, column), (_, value) in _cells(fast).items() if column == "words"} == {None}
    assert CellNote.WITHHELD in {note for _, _, note in _notes(fast)}
    assert CellNote.WITHHELD not in {note for _, _, note in _notes(open_ones)}
