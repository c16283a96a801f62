"""PostgreSQL's COPY, row by row as the server sends it: the fastest way out of a table there is.

psycopg's own loop over a copy costs more than the server's work, so the rows are taken from libpq directly.
"""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from psycopg.pq import ExecStatus

from exporters.sql.patience import GRACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.pq.abc import PGconn, PGresult


_PATIENCE = 60.0
"""Seconds to wait for a row where the session has no limit."""


def copied(connection: sa.Connection, statement: str, *, size: int) -> Iterator[list[bytes]]:
    """The rows `statement` (a COPY … TO STDOUT) sends, in lists of about `size` bytes; each ends with a line feed.

    The session's limit for a statement counts for the wait for the next row instead: for the whole it would forbid large
    tables. Raises what SQLAlchemy raises; the connection is hung up when the rows are not read to the end.
    """
    # Not by style and locale of the server: dates are written as ISO 8601 and bytes are not our concern here.
    connection.execute(sa.text("SET LOCAL datestyle = 'ISO, YMD'"))
    before = connection.execute(
        sa.text("SELECT setting FROM pg_settings WHERE name = 'statement_timeout'")
    ).scalar_one()
    patience = (int(before) / 1000 or _PATIENCE) + GRACE
    connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
    driver: Any = connection.connection.driver_connection
    finished = False
    try:
        yield from _rows(driver.pgconn, statement, patience, size)
        finished = True
    except psycopg.Error as error:
        raise sa.exc.DBAPIError(None, None, error, connection_invalidated=True) from None
    finally:
        if not finished:
            connection.invalidate()
    connection.execute(sa.text("SELECT set_config('statement_timeout', :value, true)").bindparams(value=before))


def _rows(pgconn: PGconn, statement: str, patience: float, size: int) -> Iterator[list[bytes]]:
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLIN)
    pgconn.send_query(statement.encode())
    _sent(pgconn, patience)
    _ready(pgconn, poll, patience)
    _check(pgconn, pgconn.get_result(), ExecStatus.COPY_OUT)
    rows: list[bytes] = []
    held = 0
    get = pgconn.get_copy_data
    while True:
        length, row = get(1)
        if length > 0:
            rows.append(bytes(row))
            held += length
            if held >= size:
                yield rows
                rows, held = [], 0
        elif length == 0:
            _wait(pgconn, poll, patience)
        else:
            break
    if rows:
        yield rows
    _ready(pgconn, poll, patience)
    while result := pgconn.get_result():
        _check(pgconn, result, ExecStatus.COMMAND_OK)
        _ready(pgconn, poll, patience)


def _sent(pgconn: PGconn, patience: float) -> None:
    poll = select.poll()
    poll.register(pgconn.socket, select.POLLOUT)
    while pgconn.flush():
        if not poll.poll(patience * 1000):
            raise _silent()


def _silent() -> psycopg.OperationalError:
    return psycopg.OperationalError("the server has fallen silent")


def _ready(pgconn: PGconn, poll: select.poll, patience: float) -> None:
    while pgconn.is_busy():
        _wait(pgconn, poll, patience)


def _wait(pgconn: PGconn, poll: select.poll, patience: float) -> None:
    if not poll.poll(patience * 1000):
        raise _silent()
    pgconn.consume_input()


def _check(pgconn: PGconn, result: PGresult | None, wanted: ExecStatus) -> None:
    if result is None:
        raise psycopg.OperationalError("the connection was lost")
    if result.status != wanted:
        raise psycopg.errors.error_from_result(result)
