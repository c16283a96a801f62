"""The live schema: which tables and columns a store has now, and how they compare text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Permanent
from exporters.datamap.composite import BETWEEN, ESCAPES, each_of, joined
from exporters.sql.engine import restart_clock
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exporters.datamap.model import DataMap, Dataset

_MYSQL = """
    SELECT table_name, '', column_name, data_type, coalesce(collation_name, '')
    FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position
"""
_POSTGRESQL = """
    SELECT CASE WHEN table_schema = ANY (current_schemas(false)) THEN table_name
                ELSE table_schema || '.' || table_name END,
           table_schema, column_name, udt_name, ''
    FROM information_schema.columns
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
    ORDER BY coalesce(array_position(current_schemas(false), table_schema), 1000), table_name, ordinal_position
"""
_SQLITE = """
    SELECT m.name, '', c.name, lower(c.type), ''
    FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
    WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid
"""
_QUERIES = {"mysql": _MYSQL, "mariadb": _MYSQL, "postgresql": _POSTGRESQL, "sqlite": _SQLITE}
_INTEGERS = ("int", "serial", "numeric", "decimal")
_TEXTS = ("char", "text", "clob", "enum", "set", "string", "name")


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """A column as it is now. `family`: `integer`, `text` or `other` (compared as text)."""

    name: str
    type: str
    family: str
    ignores_case: bool = False
    parts: tuple[LiveColumn, ...] = ()
    """The columns this one stands for, where a link goes over several at once."""

    @property
    def sql(self) -> sa.ColumnElement[Any]:
        """The column in a statement; several as one text (exporters/datamap/composite.py)."""
        return _as_one_text(self.parts) if self.parts else sa.column(self.name)

    def text(self, row: Mapping[str, object]) -> str | None:
        """The text links compare, from a row by lower-case name; the same as `sql` would give."""
        if not self.parts:
            return text_of(row.get(self.name.lower()))
        return joined(part.text(row) for part in self.parts)


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table as it is now; columns by lower-case name, since systems disagree about case and databases do not care."""

    name: str
    columns: Mapping[str, LiveColumn] = field(default_factory=dict)

    @property
    def sql(self) -> sa.TableClause:
        """The table in a statement."""
        schema, _, name = self.name.rpartition(".")
        return sa.table(name, schema=schema or None)

    def column(self, name: str) -> LiveColumn:
        """The column a map calls `name`; `bind` has made sure that it is there."""
        parts = each_of(name)
        if len(parts) > 1:
            return LiveColumn(name, "text", "text", parts=tuple(self.columns[part.lower()] for part in parts))
        return self.columns[name.lower()]

    def has(self, name: str) -> bool:
        """Whether the column, or each of those it stands for, is there."""
        return all(part.lower() in self.columns for part in each_of(name))


def _as_one_text(parts: Sequence[LiveColumn]) -> sa.ColumnElement[Any]:
    found: sa.ColumnElement[Any] | None = None
    for part in parts:
        text: sa.ColumnElement[Any] = sa.cast(part.sql, sa.Text)
        for plain, escaped in ESCAPES:
            text = sa.func.replace(text, plain, escaped, type_=sa.Text)
        found = text if found is None else found + BETWEEN + text
    return sa.null() if found is None else found


def _family(kind: str) -> str:
    if any(word in kind for word in _TEXTS):
        return "text"
    if kind.startswith(("bigint", "smallint", "tinyint", "mediumint")) or any(kind.startswith(w) for w in _INTEGERS):
        return "integer"
    return "other"


@dataclass(frozen=True, slots=True)
class LiveSchema:
    """Every table the connection may see; tables outside the default schema are called `schema.table`."""

    tables: Mapping[str, LiveTable]

    def find(self, name: str) -> LiveTable | None:
        """The table a map calls `name`: spelled exactly so, else the only one that differs in case."""
        if name in self.tables:
            return self.tables[name]
        similar = [table for known, table in self.tables.items() if known.lower() == name.lower()]
        return similar[0] if len(similar) == 1 else None


def read_schema(connection: sa.Connection) -> LiveSchema:
    """Read the live schema in one query."""
    restart_clock(connection)
    columns: dict[str, dict[str, LiveColumn]] = {}
    seen_in: dict[str, str] = {}
    for table, schema, column, kind, collation in connection.exec_driver_sql(_QUERIES[connection.dialect.name]):
        if seen_in.setdefault(table, schema) != schema:
            continue  # a table of this name in an earlier schema of the search path hides this one
        found = LiveColumn(column, kind, _family(kind), ignores_case=collation.endswith("_ci"))
        columns.setdefault(table, {})[column.lower()] = found
    return LiveSchema({name: LiveTable(name, found) for name, found in columns.items()})


def bind(data_map: DataMap, live: LiveSchema, *, store: str) -> dict[str, LiveTable]:
    """The live table of each dataset, by dataset name; optional datasets may be absent.

    Raises Permanent("schema_changed", place) when a declared table or column is gone.
    """
    bound = {}
    for dataset in data_map.datasets.values():
        table = live.find(dataset.table)
        if table is None:
            if not dataset.optional:
                raise Permanent("schema_changed", f"{store}.{dataset.table}")
            continue
        for column in missing(dataset, table):
            raise Permanent("schema_changed", f"{store}.{dataset.table}.{column}")
        bound[dataset.name] = table
    return bound


def missing(dataset: Dataset, table: LiveTable) -> Iterator[str]:
    """Declared columns that are gone, except optional ones."""
    needed = {field.name for field in dataset.fields.values() if not field.optional}
    return (name for name in sorted(needed.union(dataset.key)) if not table.has(name))
