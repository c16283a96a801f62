"""Stores that are down, slow, locked, changed, or cut off in mid-answer (house.md: Temporary and Permanent)."""

from __future__ import annotations

import time
import traceback
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import CellNote, Identifier, IdentifierKind, Permanent, StoreError, Subject, Temporary
from exporters.sql.engine import Timeouts, make_engine, snapshot
from tests.exporters import shop

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from tests.exporters.shop import Shop

LONG = "x" * 180


def _collect(store: Any, subject: Subject = shop.MIA) -> Generator[Any, None, None]:
    stream: Generator[Any, None, None] = store.collect(subject, store.locate(subject).keys)
    return stream


def _many_notes(open_shop: Shop, rows: int) -> None:
    """So many rows that no buffer between us and the server can hold them."""
    engine = sa.create_engine(open_shop.url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for start in range(0, rows, 5000):
            numbers = range(1000 + start, 1000 + min(start + 5000, rows))
            notes = [{"id": n, "about": "customer", "about_id": "1", "body": LONG} for n in numbers]
            connection.execute(shop.NOTES.insert(), notes)


def _until(stream: Iterator[Any], dataset: str) -> Any:
    return next(batch for batch in stream if batch.dataset == dataset and len(batch.rows) >= 500)


@contextmanager
def _administrator(open_shop: Shop) -> Iterator[sa.Connection]:
    engine = sa.create_engine(open_shop.url, poolclass=sa.pool.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _our_connections(open_shop: Shop, administrator: sa.Connection) -> list[int]:
    database = sa.make_url(open_shop.url).database
    query = {
        "mariadb": "SELECT id FROM information_schema.processlist WHERE db = %s AND id <> connection_id()",
        "postgresql": "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
    }[open_shop.backend]
    return list(administrator.exec_driver_sql(query, (database,)).scalars())


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["mariadb", "postgresql"])
def test_connection_killed_in_mid_stream_is_temporary(open_shop: Shop) -> None:
    _many_notes(open_shop, 30_000)
    stream = _collect(open_shop.store())
    _until(stream, "notes")

    with _administrator(open_shop) as administrator:
        for number in _our_connections(open_shop, administrator):
            kill = {"mariadb": "KILL %s", "postgresql": "SELECT pg_terminate_backend(%s)"}[open_shop.backend]
            administrator.exec_driver_sql(kill, (number,))

    with pytest.raises(Temporary) as raised:
        list(stream)
    assert (raised.value.code, raised.value.place) == ("store_down", "shop")


DRIP = "CREATE VIEW notes AS SELECT id, about, about_id, concat(body, sleep(0.001)) AS body FROM notes_full"


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["mariadb"])
@pytest.mark.slow
def test_stopping_early_hangs_up_at_once(open_shop: Shop) -> None:
    _many_notes(open_shop, 25_000)
    open_shop.execute("ALTER TABLE notes RENAME TO notes_full", DRIP)  # 25 seconds to read it all
    stream = _collect(open_shop.store())
    _until(stream, "notes")
    began = time.monotonic()

    stream.close()

    assert time.monotonic() - began < 10
    with _administrator(open_shop) as administrator:
        end = time.monotonic() + 10
        while _our_connections(open_shop, administrator) and time.monotonic() < end:
            time.sleep(0.05)
        assert _our_connections(open_shop, administrator) == []


def test_a_slow_reader_is_not_cut_off(open_shop: Shop) -> None:
    _many_notes(open_shop, 20_000)
    stream = _collect(open_shop.store(statement_timeout="1"))
    rows = len(_until(stream, "notes").rows)

    time.sleep(1.5)  # the package is being written

    assert rows + sum(len(batch.rows) for batch in stream if batch.dataset == "notes") == 20_002


SLOW = {
    "sqlite": "CREATE VIEW log AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000)"
    " SELECT max(x) AS id, 'x' AS login, 1 AS bytes, '' AS secret FROM n",
    "mariadb": "CREATE VIEW log AS SELECT id, concat(email, sleep(30)) AS login, 1 AS bytes, '' AS secret FROM customers",
    "postgresql": "CREATE VIEW log AS SELECT id, email || pg_sleep(30)::text AS login, 1 AS bytes, ''::text AS secret"
    " FROM customers",
}


def test_a_statement_that_takes_too_long_is_temporary(open_shop: Shop) -> None:
    open_shop.execute("DROP TABLE log", SLOW[open_shop.backend])
    gone = Subject("gone", (Identifier(IdentifierKind.USERNAME, "gone"),))
    began = time.monotonic()

    with pytest.raises(Temporary) as raised:
        open_shop.store(statement_timeout="1").locate(gone)

    assert raised.value.code == "timeout"
    assert time.monotonic() - began < 20


@contextmanager
def _locked(open_shop: Shop) -> Iterator[None]:
    statements = {
        "sqlite": ["BEGIN EXCLUSIVE"],
        "mariadb": ["LOCK TABLES customers WRITE"],
        "postgresql": ["BEGIN", "LOCK TABLE customers IN ACCESS EXCLUSIVE MODE"],
    }[open_shop.backend]
    with _administrator(open_shop) as administrator:
        for statement in statements:
            administrator.exec_driver_sql(statement)
        yield


def test_a_locked_table_is_temporary(open_shop: Shop) -> None:
    store = open_shop.store(lock_timeout="1")

    with _locked(open_shop), pytest.raises(Temporary) as raised:
        store.locate(shop.MIA)

    assert raised.value.code == "lock"
    assert store.locate(shop.MIA).keys, "the same store answers when the lock is gone"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("ALTER TABLE customers DROP COLUMN phone", "shop.customers.phone"),
        ("ALTER TABLE customers RENAME COLUMN email TO mail", "shop.customers.email"),
        ("ALTER TABLE notes RENAME COLUMN id TO number", "shop.notes.id"),
        ("DROP TABLE guestbook", "shop.guestbook"),
    ],
)
def test_a_changed_schema_is_permanent_and_says_where(open_shop: Shop, change: str, place: str) -> None:
    open_shop.execute(change)
    store = open_shop.store()
    keys = shop.shared_for_reading("sqlite").store().locate(shop.MIA).keys

    for ask in (lambda: store.locate(shop.MIA), lambda: next(store.collect(shop.MIA, keys))):
        with pytest.raises(Permanent) as raised:
            ask()
        assert (raised.value.code, raised.value.place) == ("schema_changed", place)


def test_an_optional_table_may_be_missing(open_shop: Shop) -> None:
    open_shop.execute("DROP TABLE log")

    assert "log" not in {batch.dataset for batch in _collect(open_shop.store())}


def test_one_state_of_the_store_for_the_whole_answer(open_shop: Shop) -> None:
    if open_shop.backend == "sqlite":
        open_shop.execute("PRAGMA journal_mode = WAL")
    stream = _collect(open_shop.store())
    batches = [next(stream)]

    open_shop.insert(shop.GUESTBOOK, {"id": 9, "email": "mia@example.com", "body": "written meanwhile"})
    open_shop.execute("DELETE FROM notes")
    batches += stream

    ids = {batch.dataset: [row[0] for row in batch.rows] for batch in batches}
    assert (ids["guestbook"], ids["notes"]) == ([2], [1, 2])


def test_nothing_can_be_written_through_a_reading_connection(open_shop: Shop) -> None:
    store = open_shop.store()

    with pytest.raises(StoreError) as raised, snapshot(store._engine, "shop") as connection:
        connection.exec_driver_sql("UPDATE notes SET body = 'changed'")

    assert (type(raised.value), raised.value.code) == (Permanent, "read_only")


def test_wrong_password_and_unknown_database_are_permanent(open_shop: Shop) -> None:
    if open_shop.backend == "sqlite":
        path = open_shop.folder / "text.sqlite3"
        path.write_text("this is no database, and it is long enough to be looked at as one" * 20)
        url, code = f"sqlite:///{path}", "corrupt"
    else:
        url, code = str(sa.make_url(open_shop.url).set(database="no_such_database")), "no_database"

    with pytest.raises(Permanent) as raised:
        open_shop.store(url=url).check()

    assert raised.value.code == code


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["mariadb"])
def test_zero_dates_become_nothing_with_a_note(open_shop: Shop) -> None:
    open_shop.execute("SET sql_mode = ''", "UPDATE customers SET born = '0000-00-00' WHERE id = 1")

    customers = next(_collect(open_shop.store()))

    assert customers.rows[0][customers.columns.index("born")] is None
    assert ("born", CellNote.ZERO_DATE) in {(note.column, note.code) for note in customers.notes}


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["postgresql"])
def test_impossible_dates_are_given_as_text(open_shop: Shop) -> None:
    open_shop.execute("UPDATE customers SET since = 'infinity', born = '0044-03-15 BC' WHERE id = 1")

    customers = next(_collect(open_shop.store()))

    row = dict(zip(customers.columns, customers.rows[0], strict=True))
    assert (row["since"], row["born"]) == ("infinity", "0044-03-15 BC")


def test_bad_utf8_does_not_lose_the_row(sqlite_shop: Shop) -> None:
    sqlite_shop.execute("UPDATE notes SET body = CAST(x'67616D6D656C207465787420FF' AS TEXT) WHERE id = 1")

    notes = next(batch for batch in _collect(sqlite_shop.store()) if batch.dataset == "notes")

    assert notes.rows[0][3] == "gammel text \ufffd"
    assert notes.notes[0].code is CellNote.NOT_UTF8


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("mariadb", marks=pytest.mark.stores)])
def test_memory_does_not_grow_with_the_rows(open_shop: Shop) -> None:
    _many_notes(open_shop, 40_000)
    store = open_shop.store()
    keys = store.locate(shop.MIA).keys
    tracemalloc.start()

    rows = sum(len(batch.rows) for batch in store.collect(shop.MIA, keys))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert rows > 40_000
    assert peak < 6_000_000, f"{peak} bytes for {rows} rows: something keeps them all"


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["postgresql"])
def test_postgresql_plans_every_statement_with_its_values(open_shop: Shop, tmp_path: Path) -> None:
    """Decision 042: planned without them a batch takes a quarter longer, because half the rows are one person's."""
    engine = make_engine(open_shop.url, folder=tmp_path, timeouts=Timeouts(), writes=True)
    with engine.connect() as connection:
        for number in range(12):
            connection.execute(sa.text("SELECT count(*) FROM notes WHERE id > :id"), {"id": number})

        assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one() == 0


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["postgresql"])
def test_postgresql_hands_over_rows_as_they_are_asked_for(open_shop: Shop) -> None:
    # The driver would keep a whole answer in memory that Python does not see; a cursor on the server prevents it.
    _many_notes(open_shop, 2_000)
    stream = _collect(open_shop.store())
    _until(stream, "notes")

    with _administrator(open_shop) as administrator:
        (number,) = _our_connections(open_shop, administrator)
        query = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        assert "FETCH FORWARD" in administrator.exec_driver_sql(query, (number,)).scalar_one()
    stream.close()


@pytest.mark.stores
@pytest.mark.parametrize("backend", ["postgresql"])
def test_errors_do_not_carry_the_drivers_words(open_shop: Shop) -> None:
    view = "CREATE VIEW log AS SELECT id, (email::integer)::text AS login, 1 AS bytes, '' AS secret FROM customers"
    open_shop.execute("DROP TABLE log", view)
    subject = Subject("somebody", (Identifier(IdentifierKind.USERNAME, "gone"),))

    # PostgreSQL says: invalid input syntax for type integer, and quotes the address.
    with pytest.raises(StoreError) as raised:
        open_shop.store().locate(subject)

    assert (type(raised.value), raised.value.code) == (Permanent, "failed")
    assert "mia@" not in "".join(traceback.format_exception(raised.value))
