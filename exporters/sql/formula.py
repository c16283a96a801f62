"""A strategy as SQL: the new value as an expression, and the condition under which a row still needs it.

With these a million rows change without travelling. What a database cannot say (a phone number's token, a coarser
network) it can still say value by value where a column holds few different ones, such as a user name in a session log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.anonymise.strategies import token
from exporters.datamap.model import Erase
from exporters.sql.engine import restart_clock
from exporters.sql.exact import as_bytes, raw
from exporters.sql.match import bound
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporters.anonymise.strategies import RunKey
    from exporters.sql.change import Changed
    from exporters.sql.schema import LiveColumn, LiveTable

MOST_VALUES = 400
"""Different values of a column up to which each may get its own branch of a statement."""
_MARK = "erased-"
_HEX = 32
_RANDOM_BYTES = (10, 10)
"""The MariaDB that brought RANDOM_BYTES; MySQL has had it since 5.6."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What one column becomes (`value`) in the rows where `needed` holds; both are evaluated by the database."""

    column: str
    value: sa.ColumnElement[Any]
    needed: sa.ColumnElement[bool]


def distinct(
    connection: sa.Connection, table: LiveTable, column: LiveColumn, where: sa.ColumnElement[bool]
) -> list[Any] | None:
    """The different values of a column, byte for byte, as the database gives them; None when there are too many."""
    values = sa.select(as_bytes(connection, column)).select_from(table.sql).where(where).distinct()
    restart_clock(connection)
    found = connection.execute(values.limit(MOST_VALUES + 1)).scalars().all()
    return None if len(found) > MOST_VALUES else [value for value in found if value is not None]


def formula(
    connection: sa.Connection,
    table: LiveTable,
    changed: Changed,
    hers: sa.ColumnElement[bool],
    key: RunKey,
    *,
    values: Sequence[Any] | None = None,
) -> Formula | None:
    """The strategy of one column as SQL for the rows where `hers` holds; None when rows must be read one by one.

    `values`: all that the column can hold in those rows, where that is known.
    """
    column = table.column(changed.column)
    exact = as_bytes(connection, column)
    match changed.strategy:
        case Erase.NULLIFY:
            return Formula(column.name, sa.null(), column.sql.is_not(None))
        case Erase.CONSTANT:
            needed = sa.and_(column.sql.is_not(None), exact != bound(raw(connection, column, changed.constant)))
            # Written over itself it stays what it is, and that is cheaper than comparing bytes once more.
            return Formula(
                column.name, sa.case((column.sql.is_not(None), bound(changed.constant)), else_=column.sql), needed
            )
        case Erase.RANDOM_TOKEN:
            made = _random_token(connection, column, changed)
            if made is not None:
                start = sa.func.substr(exact, 1, len(_MARK))
                return _where(column, start != bound(raw(connection, column, _MARK)), made)
        case Erase.KEYED_TOKEN | Erase.GENERALISE:
            known = distinct(connection, table, column, hers) if values is None else values
            return None if known is None else _by_value(connection, column, changed, known, key)
    return None  # equal values must not become equal here, or the value depends on what else is in the row


def _where(column: LiveColumn, needed: sa.ColumnElement[bool], value: sa.ColumnElement[Any]) -> Formula:
    # A line changes a row for the sake of another column as well: then this one stays what it is.
    return Formula(column.name, sa.case((needed, value), else_=column.sql), needed)


def _by_value(
    connection: sa.Connection, column: LiveColumn, changed: Changed, values: Sequence[Any], key: RunKey
) -> Formula | None:
    if column.family == "other":
        return None
    wanted = {value: changed.value(_as_text(value), key) for value in values}
    new = {value: text for value, text in wanted.items() if text != text_of(value)}
    if any(text is not None and changed.value(text, key) != text for text in new.values()):
        return None  # the result would not be known again after a crash
    exact = as_bytes(connection, column)
    if not new:
        return Formula(column.name, column.sql, sa.false())
    branches = [(exact == bound(raw(connection, column, value)), bound(text)) for value, text in new.items()]
    needed = exact.in_([bound(raw(connection, column, value)) for value in new])
    return Formula(column.name, sa.case(*branches, else_=column.sql), needed)


def _as_text(value: object) -> object:
    return text_of(value) if isinstance(value, (bytes, bytearray, memoryview)) else value


def _random_token(connection: sa.Connection, column: LiveColumn, changed: Changed) -> sa.ColumnElement[Any] | None:
    """Fresh random digits between the fixed ends of such a token; None where its shape or the database has no way."""
    if column.family != "text":
        return None
    zeros, ones = (token(changed.kind, changed.limits.length, digit * 64) for digit in "01")
    differ = [at for at, (zero, one) in enumerate(zip(zeros, ones, strict=False)) if zero != one]
    if not zeros.startswith(_MARK) or len(zeros) != len(ones) or not differ:
        return None
    first, last = differ[0], differ[-1] + 1
    count = last - first
    if zeros[first:last] != "0" * count or count > _HEX:
        return None
    match connection.dialect.name:
        case "sqlite":
            digits: sa.ColumnElement[Any] = sa.func.lower(sa.func.hex(sa.func.randomblob(_HEX // 2)))
        case "postgresql":
            digits = sa.func.replace(sa.cast(sa.func.gen_random_uuid(), sa.Text), "-", "")
        case _:
            if getattr(connection.dialect, "is_mariadb", False) and (_version(connection) < _RANDOM_BYTES):
                return None
            digits = sa.func.lower(sa.func.hex(sa.func.random_bytes(_HEX // 2)))
    middle = sa.func.substr(digits, 1, count, type_=sa.String)
    return sa.literal(zeros[:first], sa.String) + middle + sa.literal(zeros[last:], sa.String)


def _version(connection: sa.Connection) -> tuple[int, ...]:
    found = connection.dialect.server_version_info or ()
    return tuple(part for part in found if isinstance(part, int))[:2]
