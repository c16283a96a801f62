"""The ways to read a dataset: as JSON or text the database made, or value by value; the last is always open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.sql import stream_json, stream_texts
from exporters.sql.match import comparable, one_of
from exporters.sql.stream_sizes import length_of
from exporters.sql.stream_values import anything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exporters.datamap.withhold import Withhold
    from exporters.sql.schema import LiveTable
    from exporters.sql.stream_sizes import Sizes
    from exporters.sql.stream_values import Finisher

_MARK = "*"
"""What the database sends in place of a value that is kept back; it is never shown."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to ask for the rows, how to read what comes, and how columns become fit for a decision and for a file."""

    select: tuple[sa.ColumnElement[Any], ...]
    read: Callable[[Sequence[Any]], Sequence[Sequence[Any]]]
    finish: Mapping[str, Finisher]
    typed: Mapping[str, Callable[[Sequence[Any]], Sequence[Any]]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    """Execution options of the statement."""


def ways(
    connection: sa.Connection, table: LiveTable, names: Sequence[str], deciding: frozenset[str], sizes: Sizes,
    *, withheld: Mapping[str, Withhold] | None = None,
) -> Iterator[Way]:  # fmt: skip
    """First the fast way, if there is one; always the way value by value, for when the first fails.

    `withheld`: columns that are kept back in some rows; there the database sends a mark in place of the value.
    """
    dialect = connection.dialect.name
    cut = [length_of(dialect, table.column(name)) > sizes.most for name in sizes.cut]
    flags = [sa.case((test, 1), else_=0) for test in cut]
    # A column somebody decides on is needed as it is.
    closed = {name: how for name, how in (withheld or {}).items() if name not in deciding}
    values = {name: _closed(table, name, closed[name]) if name in closed else table.column(name).sql for name in names}
    plain = (*_without(values, sizes.cut, cut), *flags)
    if dialect == "postgresql" and stream_texts.usable(connection):
        yield _as_texts(connection, plain, table, names, deciding)
    elif dialect in {"mysql", "mariadb"}:
        kinds = {name: kind for name in names if (kind := stream_json.kind_of(table.column(name)))}
        if len(kinds) == len(names) and all(kinds[name].judged for name in deciding):
            found = {name: sa.cast(values[name], sa.CHAR) if kinds[name].as_text else values[name] for name in names}
            array = sa.func.json_array(*_without(found, sizes.cut, cut), *flags)
            yield Way((array,), stream_json.parse, {name: kind.finish for name, kind in kinds.items()})
    yield Way(plain, _as_it_is, dict.fromkeys(names, anything))


def _as_it_is(rows: Sequence[Any]) -> Sequence[Sequence[Any]]:
    return rows


def _as_texts(
    connection: sa.Connection, select: tuple[sa.ColumnElement[Any], ...], table: LiveTable, names: Sequence[str],
    deciding: frozenset[str],
) -> Way:  # fmt: skip
    found = {name: table.column(name).type for name in names}
    # A type is taken as text in every column or in none: not when a decision needs the driver's value in one of them.
    not_text = {found[name] for name in deciding if not stream_texts.judged(found[name])}
    texts = {name: kind for name, kind in found.items() if kind in stream_texts.KINDS and kind not in not_text}
    return Way(
        select,
        _as_it_is,
        {name: stream_texts.KINDS[texts[name]].finish if name in texts else anything for name in names},
        {name: typed for name, kind in texts.items() if (typed := stream_texts.TYPED.get(kind))},
        stream_texts.options(connection, texts.values()),
    )


def _closed(table: LiveTable, name: str, how: Withhold) -> sa.ColumnElement[Any]:
    """The column, where it is kept back a mark: a password should not even come into our memory.

    SQL may open more than the rule does (a collation that ignores case): `Withhold.keeps_back` decides on every row.
    """
    column, guard = table.column(name), table.column(how.column)
    if column.family != "text":
        return column.sql  # a mark would not fit its type; numbers and moments are no passwords
    text = comparable(guard)
    if how.when_set:
        opened: sa.ColumnElement[bool] | None = sa.or_(text.is_(None), sa.cast(text, sa.Text).in_(("", "0")))
    elif how.unless:
        opened = one_of(guard, how.unless)
    else:
        lowered = sa.func.lower(text)
        words = (lowered.contains(word, autoescape=True) for word in how.when_contains)
        opened = sa.or_(text.is_(None), sa.not_(sa.or_(*words)))
    nothing = column.sql.is_(None)
    return sa.case((nothing if opened is None else sa.or_(nothing, opened), column.sql), else_=sa.literal(_MARK))


def _without(
    found: Mapping[str, sa.ColumnElement[Any]], names: Sequence[str], tests: Sequence[sa.ColumnElement[bool]]
) -> list[sa.ColumnElement[Any]]:
    """The expressions, with NULL for the values that are too large to be sent."""
    large = dict(zip(names, tests, strict=True))
    return [
        sa.case((large[name], sa.null()), else_=expression) if name in large else expression
        for name, expression in found.items()
    ]
