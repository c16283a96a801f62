"""Reads an unknown store: tables, keys, foreign keys, a sample of each table and the rows that hold known values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.discover.values import LONGEST
from exporters.identifiers import IdentifierKind
from exporters.sql.engine import restart_clock
from exporters.sql.schema import LiveColumn, LiveTable, read_schema
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.contract import Subject

SAMPLE = 400
"""Rows read from each end of a table."""
FOUND = 200
"""Rows read at most of those that hold a value of the named subscribers."""
_KINDS_SEARCHED = frozenset(IdentifierKind) - {IdentifierKind.RECORD}
_SHORT = 4


@dataclass(slots=True)
class Table:
    """A table as it was found. Rows are texts by column name; `searched` are those that hold a known value."""

    live: LiveTable
    key: tuple[str, ...] = ()
    foreign: dict[str, tuple[str, str]] = field(default_factory=dict)
    composite: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Foreign keys over several columns: the other table and its columns, by the columns here."""
    unique: frozenset[str] = frozenset()
    sample: list[dict[str, str | None]] = field(default_factory=list)
    searched: list[dict[str, str | None]] = field(default_factory=list)
    too_large: bool = False
    """The search for known values did not end in time."""

    @property
    def name(self) -> str:
        """The table's name, with its schema where that is not the default one."""
        return self.live.name

    @property
    def columns(self) -> tuple[LiveColumn, ...]:
        """The columns in their order."""
        return tuple(self.live.columns.values())

    @property
    def rows(self) -> list[dict[str, str | None]]:
        """Sample and found rows together, each once."""
        if not self.key:
            return [*self.sample, *self.searched]
        seen = {tuple(row[name] for name in self.key) for row in self.sample}
        return [*self.sample, *(row for row in self.searched if tuple(row[name] for name in self.key) not in seen)]

    def texts(self, column: str) -> Iterator[str | None]:
        """The sampled values of a column."""
        return (row[column] for row in self.rows)


def look(connection: sa.Connection, subjects: Sequence[Subject] = (), *, sample: int = SAMPLE) -> dict[str, Table]:
    """Read every table the connection sees, by name: a few hundred rows of each end, and where the subjects' values stand."""
    tables = {live.name: Table(live) for live in read_schema(connection).tables.values()}
    _keys(connection, tables)
    needles = _needles(subjects)
    for table in tables.values():
        restart_clock(connection)
        table.sample = _read(connection, table, None, sample)
        if len(table.sample) == sample and table.key:
            table.sample += [
                row for row in _read(connection, table, None, sample, last=True) if row not in table.sample
            ]
            restart_clock(connection)
        if needles and len(table.sample) >= sample:
            _search(connection, table, needles)
    return tables


def _search(connection: sa.Connection, table: Table, needles: Sequence[str]) -> None:
    """Find rows with a known value; a table too large for the statement's time keeps its sample alone."""
    where = _where(table, needles)
    if where is None:
        return
    try:
        with connection.begin_nested():
            table.searched = _read(connection, table, where, FOUND)
    except sa.exc.DBAPIError:
        if connection.invalidated:
            raise
        table.too_large = True


def _keys(connection: sa.Connection, tables: Mapping[str, Table]) -> None:
    inspector = sa.inspect(connection)
    restart_clock(connection)
    for table in tables.values():
        schema, _, plain = table.name.rpartition(".")
        where = (plain, schema or None)
        try:
            table.key = tuple(inspector.get_pk_constraint(*where)["constrained_columns"])
            for foreign in inspector.get_foreign_keys(*where):
                owner = foreign["referred_table"]
                owner = owner if owner in tables else f"{foreign['referred_schema']}.{owner}"
                columns, there = tuple(foreign["constrained_columns"]), tuple(foreign["referred_columns"])
                if len(columns) == 1:
                    table.foreign[columns[0]] = (owner, there[0])
                else:
                    table.composite[columns] = (owner, there)
            alone = [one for one in inspector.get_indexes(*where) if one["unique"] and len(one["column_names"]) == 1]
            table.unique = frozenset(str(one["column_names"][0]) for one in alone)
        except sa.exc.NoSuchTableError:
            continue  # a view: it has no key, and the draft asks for one


def _selected(column: LiveColumn) -> sa.ColumnElement[Any]:
    """The column, cut where it may be long."""
    if column.family == "text" and not column.type.lower().startswith(("enum", "set")):
        return sa.func.substr(column.sql, 1, LONGEST).label(column.name)
    if "json" in column.type.lower() or "xml" in column.type.lower():
        return sa.func.substr(sa.cast(column.sql, sa.Text), 1, LONGEST).label(column.name)
    if "blob" in column.type.lower() or column.type.lower() == "bytea":
        return sa.func.substr(column.sql, 1, LONGEST).label(column.name)
    return column.sql


def _read(
    connection: sa.Connection, table: Table, where: sa.ColumnElement[bool] | None, limit: int, *, last: bool = False
) -> list[dict[str, str | None]]:
    query = sa.select(*(_selected(column) for column in table.columns)).select_from(table.live.sql).limit(limit)
    if where is not None:
        query = query.where(where)
    if last:
        query = query.order_by(*(sa.column(name).desc() for name in table.key))
    names = [column.name for column in table.columns]
    return [dict(zip(names, map(text_of, row), strict=True)) for row in connection.execute(query)]


def _needles(subjects: Sequence[Subject]) -> tuple[str, ...]:
    """What to search by LIKE: every spelling, the digits of telephone numbers, the street without its town."""
    words: dict[str, None] = {}
    for identifier in (one for subject in subjects for one in subject.identifiers if one.kind in _KINDS_SEARCHED):
        for spelling in identifier.spellings():
            words.setdefault(spelling.lower())  # compared without regard to case
        if identifier.kind is IdentifierKind.PHONE:
            words.setdefault("".join(char for char in identifier.value if char.isdigit())[-9:])
        if identifier.kind is IdentifierKind.ADDRESS:
            words.setdefault(identifier.value.partition(",")[0].lower())
    return tuple(word for word in words if len(word) >= _SHORT)


def _where(table: Table, needles: Sequence[str]) -> sa.ColumnElement[bool] | None:
    tests: list[sa.ColumnElement[bool]] = []
    for column in table.columns:
        if column.family == "text":
            tests += [column.sql.icontains(needle, autoescape=True) for needle in needles]
        elif column.family == "other" and "blob" not in column.type and column.type != "bytea":
            tests += [sa.cast(column.sql, sa.Text).icontains(needle, autoescape=True) for needle in needles]
        elif column.family == "integer":
            tests += [sa.cast(column.sql, sa.Text) == needle for needle in needles if needle.isdigit()]
    return sa.or_(*tests) if tests else None
