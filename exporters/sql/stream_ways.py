"""The two ways to read a dataset: as JSON the database made, or value by value; the second is always open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.sql.stream_json import as_array, as_text, kind_of, parse, usable
from exporters.sql.stream_sizes import length_of
from exporters.sql.stream_values import anything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exporters.sql.schema import LiveTable
    from exporters.sql.stream_sizes import Sizes
    from exporters.sql.stream_values import Finisher


@dataclass(frozen=True, slots=True)
class Way:
    """How to ask for the rows, and how to read what comes."""

    select: tuple[sa.ColumnElement[Any], ...]
    read: Callable[[Sequence[Any]], Sequence[Sequence[Any]]]
    finish: Mapping[str, Finisher]


def ways(
    connection: sa.Connection, table: LiveTable, names: Sequence[str], deciding: frozenset[str], sizes: Sizes
) -> Iterator[Way]:
    """First the fast way, if every column can go it; always the way value by value, for when the first fails."""
    dialect = connection.dialect.name
    cut = [length_of(dialect, table.column(name)) > sizes.most for name in sizes.cut]
    flags = [sa.case((test, 1), else_=0) for test in cut]
    plain = dict.fromkeys(names, anything)
    kinds = {name: kind_of(dialect, table.column(name)) for name in names}
    if usable(connection, len(names) + len(flags)):
        known = {name: kind for name, kind in kinds.items() if kind}
        if len(known) == len(names) and all(known[name].judged for name in deciding):
            found = {
                name: as_text(dialect, table.column(name).sql) if kind.as_text else table.column(name).sql
                for name, kind in known.items()
            }
            array = as_array(dialect, [*_without(found, sizes.cut, cut), *flags])
            yield Way((array,), parse, {name: kind.finish for name, kind in known.items()})
    values = {name: table.column(name).sql for name in names}
    yield Way((*_without(values, sizes.cut, cut), *flags), lambda rows: rows, plain)


def _without(
    found: Mapping[str, sa.ColumnElement[Any]], names: Sequence[str], tests: Sequence[sa.ColumnElement[bool]]
) -> list[sa.ColumnElement[Any]]:
    """The expressions, with NULL for the values that are too large to be sent."""
    large = dict(zip(names, tests, strict=True))
    return [
        sa.case((large[name], sa.null()), else_=expression) if name in large else expression
        for name, expression in found.items()
    ]
