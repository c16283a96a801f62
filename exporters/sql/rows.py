"""Reads the rows of one dataset that pass one of its probes: streamed, in a stable order, each row once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.sql.engine import restart_clock
from exporters.sql.match import conditions
from exporters.sql.once import Once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporters.datamap.model import Dataset
    from exporters.sql.match import Probe
    from exporters.sql.schema import LiveTable

BATCH = 500
"""Rows fetched and handed on at a time: enough to amortise the round trip, little enough to hold in memory."""


def read_rows(
    connection: sa.Connection,
    dataset: Dataset,
    table: LiveTable,
    columns: Sequence[str],
    probes: Sequence[Probe],
    *,
    lock: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """The rows that any probe accepts, with `columns` as named in the map.

    `lock`: nobody else may change them until the transaction ends (SQLite locks the whole file instead).
    Rows are ordered by the dataset's key; only when a probe has more values than one statement can hold (400) does the
    order restart with each statement, and it is still the same order every time.
    """
    needed = tuple(dict.fromkeys((*columns, *dataset.key, *(probe.link.column for probe in probes))))
    position = {name: at for at, name in enumerate(needed)}
    wanted = itemgetter(*(position[name] for name in columns)) if len(columns) > 1 else lambda row: (row[0],)
    key = [position[name] for name in dataset.key]
    tests = [(position[probe.link.column], probe.accepts) for probe in probes]
    asked = statements(dataset, table, [table.column(name).sql for name in needed], probes)
    # One statement cannot return a row twice; several can, when a row is hers in two ways.
    once = Once(table, probes) if len(asked) > 1 else None
    for number, statement in enumerate(asked):
        for row in _rows(connection, statement.with_for_update() if lock else statement):
            # Asked about rows that are nobody's as well: it must know of all that a statement gave.
            if once and not once.fresh(number, [row[at] for at, _ in tests], tuple(row[at] for at in key)):
                continue
            if any(accepts(row[at]) for at, accepts in tests):
                yield wanted(row)


def statements(
    dataset: Dataset, table: LiveTable, wanted: Sequence[sa.ColumnElement[Any]], probes: Sequence[Probe]
) -> list[sa.Select[Any]]:
    """What to ask for `wanted` of all rows the probes narrow to, in the order of the key; none without probes."""
    base = (
        sa.select(*wanted)
        .select_from(table.sql)
        .where(*conditions(table, dataset.where))
        .order_by(*(table.column(name).sql for name in dataset.key))
    )
    if all(len(probe.clauses) == 1 for probe in probes):
        return [base.where(sa.or_(*(probe.clauses[0] for probe in probes)))] if probes else []
    return [base.where(clause) for probe in probes for clause in probe.clauses]


def fetch(
    connection: sa.Connection, statement: sa.Select[Any], *, rows: int, ahead: bool = False
) -> Iterator[Sequence[Any]]:
    """The result in pieces of at most `rows` rows; hangs up when it is not read to the end.

    `ahead`: have PostgreSQL make the next piece while the last one is worked on, so that two are in memory.
    """
    restart_clock(connection)
    result = connection.execute(statement.execution_options(stream_results=True, yield_per=rows))
    finished = False
    try:
        yield from (
            _ahead(result, rows)
            if ahead and connection.dialect.name == "postgresql"
            else _pieces(connection, result, rows)
        )
        finished = True
    finally:
        if not finished:
            # Somebody stopped in mid-stream. Closing politely would first read all that is left; hanging up does not.
            connection.invalidate()
        result.close()


def _pieces(connection: sa.Connection, result: sa.CursorResult[Any], rows: int) -> Iterator[Sequence[Any]]:
    while found := result.fetchmany(rows):
        yield found
        restart_clock(connection)


def _ahead(result: sa.CursorResult[Any], rows: int) -> Iterator[Sequence[Any]]:
    """PostgreSQL makes the next rows of a cursor only when asked: so ask while the last ones are being worked on.

    MariaDB sends on by itself, and SQLite works in our own thread.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(result.fetchmany, rows)
        while found := following.result():
            following = thread.submit(result.fetchmany, rows)
            yield found


def _rows(connection: sa.Connection, statement: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
    for found in fetch(connection, statement, rows=BATCH):
        yield from map(tuple, found)
