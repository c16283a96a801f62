"""What no program should have stored, on each database: the row is not lost, the value is marked, memory stays bounded."""

from __future__ import annotations

import base64
import json
import tracemalloc
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import CellNote, Permanent
from tests import servers
from tests.exporters import shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import Batch

MEGABYTE = 1024 * 1024
EACH = [
    "sqlite",
    pytest.param("mariadb", marks=pytest.mark.stores),
    pytest.param("postgresql", marks=pytest.mark.stores),
]


@pytest.fixture(params=EACH)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[shop.Shop]:
    """A shop of one's own on each database."""
    with shop.fresh(str(request.param), tmp_path) as found:
        yield found


def _collected(store: Any) -> dict[str, list[Batch]]:
    found: dict[str, list[Batch]] = {}
    for batch in store.collect(shop.MIA, store.locate(shop.MIA).keys):
        found.setdefault(batch.dataset, []).append(batch)
    return found


def _cell(store: Any, dataset: str, column: str) -> tuple[Any, set[CellNote]]:
    """The first row's value and what is noted about it."""
    batch = _collected(store)[dataset][0]
    notes = {note.code for note in batch.notes if (note.row, note.column) == (0, column)}
    value = batch.rows[0][batch.columns.index(column)]
    json.dumps(value, allow_nan=False)
    return value, notes


INVALID = b"gammel text \xff og mere"


def test_text_that_is_no_utf8_keeps_the_row_and_what_can_be_read(own: shop.Shop) -> None:
    stored = {
        "sqlite": "UPDATE notes SET body = CAST(x'{}' AS TEXT) WHERE id = 1",
        # What a program of the nineties writes: bytes in a column that promises nothing about them.
        "mariadb": "ALTER TABLE notes MODIFY body BLOB; UPDATE notes SET body = x'{}' WHERE id = 1",
        "postgresql": "ALTER TABLE notes ALTER body TYPE bytea USING body::bytea;"
        " UPDATE notes SET body = '\\x{}' WHERE id = 1",
    }[own.backend]
    own.execute(*stored.format(INVALID.hex()).split(";"))

    value, notes = _cell(own.store(), "notes", "body")

    assert value == "gammel text \ufffd og mere"
    assert notes == {CellNote.NOT_UTF8}


@pytest.mark.stores
@pytest.mark.parametrize(
    ("byte", "shown", "noted"),
    [("", "gammel text", set()), ("\\xff", "gammel text\ufffd", {CellNote.NOT_UTF8})],
    ids=["valid", "invalid"],
)
def test_a_database_without_an_encoding_is_read_and_searched(
    byte: str, shown: str, noted: set[CellNote], tmp_path: Path
) -> None:
    # SQL_ASCII is PostgreSQL's word for: whatever bytes a client sent.
    server = servers.postgresql()
    name = f"ascii_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        own = shop._filled(shop.Shop("postgresql", f"{server.url(name)}&client_encoding=utf8", tmp_path))
        own.execute(
            f"UPDATE notes SET body = E'gammel text{byte}' WHERE id = 1",
            f"UPDATE notes SET body = E'{byte} mia@example.com' WHERE id = 2",
        )
        store = own.store(url=server.url(name))

        assert _cell(store, "notes", "body") == (shown, noted)
        left = store.residue(shop.MIA, store.locate(shop.MIA).keys, now=datetime.now(UTC))
        assert ("notes", "body") in {(one.table, one.column) for one in left}
    finally:
        server.drop(name)


@pytest.mark.stores
def test_text_that_its_own_encoding_does_not_have_is_refused_with_a_code(tmp_path: Path) -> None:
    server = servers.postgresql()
    name = f"win_{uuid.uuid4().hex[:12]}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'WIN1252' LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        own = shop._filled(shop.Shop("postgresql", f"{server.url(name)}&client_encoding=utf8", tmp_path))
        # Byte 81 is nothing in WIN1252, and PostgreSQL stores it all the same.
        own.execute("SET client_encoding = 'WIN1252'", "UPDATE notes SET body = E'gammel \\x81' WHERE id = 1")

        with pytest.raises(Permanent) as raised:
            _collected(own.store(url=server.url(name)))
        assert (raised.value.code, raised.value.place) == ("encoding", "shop")
        assert raised.value.__suppress_context__, "the driver quotes what it could not read"
    finally:
        server.drop(name)


ODD_DATES = {
    "sqlite": ("UPDATE customers SET born = 'about 1990' WHERE id = 1", "about 1990", set()),
    "mariadb": ("UPDATE customers SET born = '0000-00-00' WHERE id = 1", None, {CellNote.ZERO_DATE}),
    "postgresql": ("UPDATE customers SET born = '-infinity' WHERE id = 1", "-infinity", None),
}


def test_dates_that_are_none(own: shop.Shop) -> None:
    statement, shown, noted = ODD_DATES[own.backend]
    own.execute(*(["SET sql_mode = ''"] if own.backend == "mariadb" else []), statement)

    value, notes = _cell(own.store(), "customers", "born")

    assert value == shown
    assert noted is None or notes == noted


@pytest.mark.stores
def test_dates_with_a_month_and_no_day(tmp_path: Path) -> None:
    with shop.fresh("mariadb", tmp_path) as own:
        own.execute("SET sql_mode = ''", "UPDATE customers SET born = '1990-02-00' WHERE id = 1")

        value, _ = _cell(own.store(), "customers", "born")

        assert value == "1990-02-00", "what she told stays readable, though no calendar has the day"


@pytest.mark.parametrize("own", EACH[:2], indirect=True)
def test_nul_characters_are_taken_out_and_noted(own: shop.Shop) -> None:
    # PostgreSQL's text cannot hold one.
    with sa.create_engine(own.url, poolclass=sa.pool.NullPool).begin() as connection:
        connection.execute(shop.NOTES.update().where(shop.NOTES.c.id == 1), {"body": "a\x00b"})

    assert _cell(own.store(), "notes", "body") == ("ab", {CellNote.NUL_REMOVED})


def test_numbers_as_text_still_link(own: shop.Shop) -> None:
    # The numbers of customers, stored as text with and without blanks, as an old import left them.
    if own.backend == "sqlite":
        own.execute("""UPDATE "Order" SET "customerId" = '1' WHERE id = 10""")
    else:
        kind = {"mariadb": "ALTER TABLE `Order` MODIFY customerId VARCHAR(20)"}.get(
            own.backend, 'ALTER TABLE "Order" ALTER "customerId" TYPE varchar(20)'
        )
        own.execute(kind)

    orders = _collected(own.store())["orders"]

    assert [row[0] for batch in orders for row in batch.rows] == [10, 11]


def test_words_where_a_number_belongs_keep_the_row(tmp_path: Path) -> None:
    with shop.fresh("sqlite", tmp_path) as own:  # the only one of the three that lets it happen
        own.execute("UPDATE customers SET balance = 'twelve' WHERE id = 1")

        assert _cell(own.store(), "customers", "balance")[0] == "twelve"


def _blobs(own: shop.Shop, size: int, rows: int) -> None:
    """So many notes of hers, each of so many bytes that are no text."""
    if own.backend == "mariadb":
        server = servers.mariadb()
        server.execute(f"SET GLOBAL max_allowed_packet = {256 * MEGABYTE}")
        own.execute("ALTER TABLE notes MODIFY body LONGBLOB")
    elif own.backend == "postgresql":
        own.execute("ALTER TABLE notes ALTER body TYPE bytea USING body::bytea")
    value = {
        "sqlite": f"CAST(zeroblob({size}) AS BLOB)",
        "mariadb": f"REPEAT(x'89FF', {size // 2})",
        "postgresql": f"decode(repeat('89ff', {size // 2}), 'hex')",
    }[own.backend]
    for number in range(rows):
        own.execute(f"INSERT INTO notes (id, about, about_id, body) VALUES ({100 + number}, 'customer', '1', {value})")
    if own.backend == "sqlite":
        engine = sa.create_engine(own.url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE notes SET body = ? WHERE id >= 100", (b"\x89\xff" * (size // 2),))


@pytest.mark.slow
@pytest.mark.parametrize(("megabytes", "whole"), [(12, True), (64, False)])
def test_a_large_blob_arrives_whole_or_is_left_out_and_noted(own: shop.Shop, megabytes: int, whole: bool) -> None:
    _blobs(own, megabytes * MEGABYTE, 1)

    tracemalloc.start()
    notes = _collected(own.store())["notes"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    ((value, marks),) = [
        (row[batch.columns.index("body")], {note.code for note in batch.notes if note.row == at})
        for batch in notes
        for at, row in enumerate(batch.rows)
        if row[0] == 100
    ]
    if whole:
        assert base64.b64decode(str(value)) == b"\x89\xff" * (megabytes * MEGABYTE // 2)
        assert marks == {CellNote.BASE64}
    else:
        assert (value, marks) == (None, {CellNote.TOO_LARGE})
    assert peak < 150 * MEGABYTE, f"{peak // MEGABYTE} MB for one value of {megabytes} MB"


@pytest.mark.slow
def test_many_large_blobs_are_not_held_together(own: shop.Shop) -> None:
    size, rows = 8 * MEGABYTE, 24
    _blobs(own, size, rows)
    store = own.store()
    keys = store.locate(shop.MIA).keys

    tracemalloc.start()
    seen = 0
    for batch in store.collect(shop.MIA, keys):
        seen += sum(1 for row in batch.rows if batch.dataset == "notes" and int(row[0]) >= 100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert seen == rows
    assert peak < size * rows, f"{peak // MEGABYTE} MB for {rows} values of 8 MB: a batch must be bounded by bytes too"
