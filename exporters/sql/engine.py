"""Connections: read-only, with time-outs, one consistent state of the store for as long as one is open."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from exporters.sql.dates import keep_odd_dates, keep_odd_text, without_filling
from exporters.sql.errors import translated
from exporters.sql.patience import GRACE, PatientConnection, keepalive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "postgresql": "postgresql+psycopg",
}
_STRICT = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO"
_SQLITE_STEPS = 20_000
"""SQLite looks at the clock every so many steps of its machine: a few milliseconds."""
_ISOLATION: dict[bool, Literal["REPEATABLE READ", "READ COMMITTED"]] = {
    False: "REPEATABLE READ",
    # A writer locks the rows it decided about and must see them as they are now, not as they were at its first look;
    # nor may it lock the gaps between them, where a RADIUS server inserts all day.
    True: "READ COMMITTED",
}
_SLOW_READER = 600
"""Seconds a MariaDB server waits for us to take the next rows while the package is being written."""


class UnusableUrlError(ValueError):
    """The URL of a store cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: for connecting, for one statement (or one fetch of a batch), for a lock."""

    connect: float = 10
    statement: float = 60
    lock: float = 10


@dataclass(slots=True)
class _Deadline:
    """The end of the running SQLite statement; SQLite has no time-out of its own."""

    seconds: float
    at: float = field(default=float("inf"))

    def restart(self) -> None:
        self.at = time.monotonic() + self.seconds

    def passed(self) -> int:
        return int(time.monotonic() > self.at)


def make_engine(url: str, *, folder: Path, timeouts: Timeouts, writes: bool = False) -> sa.Engine:
    """An engine for `url`; nothing is contacted yet. A relative SQLite path counts from `folder`.

    It only reads unless it `writes`: then for `apply` and nothing else.

    Raises UnusableUrlError, which does not repeat the URL: it may hold a password.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise UnusableUrlError("the url of the store cannot be understood") from None
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise UnusableUrlError(f"there is no support for {backend} databases; there is for: {', '.join(_DRIVERS)}")
    parsed = parsed.set(drivername=_DRIVERS[backend])
    # No pool: a store is asked for seconds, hours apart, and its administrator sees no idle connection of ours.
    options: dict[str, Any] = {"poolclass": NullPool, "hide_parameters": True}
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UnusableUrlError("a SQLite store needs the path of a file")
        return _sqlite(folder / parsed.database, options, timeouts, writes=writes)
    if backend == "postgresql":
        options["connect_args"] = {
            "connect_timeout": max(2, round(timeouts.connect)),
            "application_name": "dsr-desk",
            "client_encoding": "utf8",
            # A prepared statement is soon planned without its values, and a store's values are far from alike: one
            # subscriber has half of a session log. A batch of a large plan took a quarter longer so (decision 042).
            "prepare_threshold": None,
            **keepalive(timeouts.statement + GRACE),
        }
        engine = sa.create_engine(parsed, isolation_level=_ISOLATION[writes], **options)
        sa.event.listen(engine, "do_connect", _patient(timeouts))
        sa.event.listen(engine, "connect", _prepare_postgresql(timeouts, writes=writes))
        return engine
    options["connect_args"] = {
        "connect_timeout": max(1, round(timeouts.connect)),
        "read_timeout": timeouts.statement + GRACE,
        "write_timeout": timeouts.statement + GRACE,
        "charset": "utf8mb4",
    }
    engine = sa.create_engine(parsed, isolation_level=_ISOLATION[writes], **options)
    sa.event.listen(engine, "connect", _prepare_mysql(timeouts, writes=writes))
    return engine


def _sqlite(path: Path, options: dict[str, Any], timeouts: Timeouts, *, writes: bool) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={'rw' if writes else 'ro'}",
            uri=True,
            timeout=timeouts.lock,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = _text_or_bytes
        return connection

    engine = sa.create_engine("sqlite+pysqlite://", creator=connect, **options)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: Any) -> None:
        if writes:
            connection.execute("PRAGMA foreign_keys = ON")
            # What is deleted is overwritten, not only taken out of the index.
            connection.execute("PRAGMA secure_delete = ON")
        else:
            connection.execute("PRAGMA query_only = ON")
        deadline = _Deadline(timeouts.statement)
        record.info["deadline"] = deadline
        connection.set_progress_handler(deadline.passed, _SQLITE_STEPS)

    return engine


def _text_or_bytes(raw: bytes) -> str | bytes:
    """SQLite stores what it was given, valid UTF-8 or not; one bad character must not lose the row."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _patient(timeouts: Timeouts) -> Any:
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> PatientConnection:
        connection = PatientConnection.connect(*arguments, **options)
        connection.patience = timeouts.statement + GRACE
        return connection

    return connect


def _prepare_postgresql(timeouts: Timeouts, *, writes: bool) -> Any:
    def prepare(connection: Any, _record: Any) -> None:
        keep_odd_dates(connection)
        without_filling(connection)
        keep_odd_text(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"SET default_transaction_read_only = {'off' if writes else 'on'}")
            cursor.execute("SET timezone = 'UTC'")
            # How dates are shown, not how they are read: a role may prefer the German way.
            cursor.execute("SET datestyle = 'ISO'")
            # Our cursors are read to the end: the plan that is best for the first rows is often the worst for all.
            cursor.execute("SET cursor_tuple_fraction = 1.0")
            cursor.execute(f"SET statement_timeout = {round(timeouts.statement * 1000)}")
            cursor.execute(f"SET lock_timeout = {round(timeouts.lock * 1000)}")
        connection.commit()

    return prepare


def _prepare_mysql(timeouts: Timeouts, *, writes: bool) -> Any:
    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION TRANSACTION READ {'WRITE' if writes else 'ONLY'}")
            # TIMESTAMP columns are shown in the session's zone; an odd sql_mode of the server must not change quoting.
            # A writer is strict: a value that does not fit is an error and not something shorter.
            cursor.execute(f"SET SESSION time_zone = '+00:00', sql_mode = '{_STRICT if writes else ''}'")
            cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {max(1, round(timeouts.lock))}")
            cursor.execute(f"SET SESSION lock_wait_timeout = {max(1, round(timeouts.lock))}")
            cursor.execute(f"SET SESSION net_write_timeout = {_SLOW_READER}")

    return prepare


@contextmanager
def writing(engine: sa.Engine, place: str, *, statement_seconds: float) -> Iterator[sa.Connection]:
    """One connection inside one transaction that commits at the end, unless something was raised.

    Errors of the database arrive as Temporary or Permanent; anything else is passed on after the rollback.
    """
    with writer(engine, place, statement_seconds=statement_seconds) as connection, transaction(connection):
        yield connection


@contextmanager
def writer(engine: sa.Engine, place: str, *, statement_seconds: float) -> Iterator[sa.Connection]:
    """One connection for several transactions in turn; errors of the database arrive as Temporary or Permanent."""
    with translated(place), engine.connect() as connection:
        if engine.dialect.name not in {"sqlite", "postgresql"}:
            connection.exec_driver_sql(_mysql_limit(connection, statement_seconds))
            connection.rollback()
        yield connection


@contextmanager
def transaction(connection: sa.Connection) -> Iterator[None]:
    """One writing transaction that commits at the end, unless something was raised."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        restart_clock(connection)
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if sqlite and not connection.invalidated and _in_transaction(connection):
            connection.exec_driver_sql("ROLLBACK")
        elif not connection.invalidated:
            connection.rollback()
        raise
    restart_clock(connection)
    if sqlite:
        connection.exec_driver_sql("COMMIT")
    connection.commit()


def _in_transaction(connection: sa.Connection) -> bool:
    """SQLite ends the transaction by itself on some errors (a full disk)."""
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", True))


@contextmanager
def snapshot(engine: sa.Engine, place: str, *, statement_seconds: float | None = None) -> Iterator[sa.Connection]:
    """One connection that sees one state of the store and cannot write. Errors arrive as Temporary or Permanent.

    `statement_seconds`: how long MariaDB or MySQL may work on one statement. Not given while rows are streamed, because
    they count the time we take to write the package as well; a stalled server is then noticed by the socket.
    """
    options = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
    with translated(place), engine.connect().execution_options(**options) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        elif engine.dialect.name != "postgresql":
            if statement_seconds is not None:
                connection.exec_driver_sql(_mysql_limit(connection, statement_seconds))
            connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield connection


def _mysql_limit(connection: sa.Connection, seconds: float) -> str:
    if getattr(connection.dialect, "is_mariadb", False):
        return f"SET SESSION max_statement_time = {seconds:.3f}"
    return f"SET SESSION max_execution_time = {round(seconds * 1000)}"


def restart_clock(connection: sa.Connection) -> None:
    """Give the next statement or fetch its full time; only SQLite needs telling."""
    deadline = connection.info.get("deadline")
    if isinstance(deadline, _Deadline):
        deadline.restart()
