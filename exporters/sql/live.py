"""What the live tables allow: NULL, length, values, uniqueness, references, checks, columns that move by themselves.

Read when a plan is made and again when it is applied, so that a strategy that cannot succeed is known before the first
write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.sql.engine import restart_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporters.sql.schema import LiveTable

_ON_UPDATE = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND extra LIKE '%on update%'
"""
_ENGINES = """
    SELECT t.table_name FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
    WHERE t.table_schema = DATABASE() AND coalesce(e.transactions, 'NO') <> 'YES'
"""
_COLUMN_CHECKS = """
    SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints
    WHERE constraint_schema = DATABASE() AND level = 'Column'
"""
_SQLITE_UNIQUE = """
    SELECT m.name, l.name, i.name FROM sqlite_master m
    JOIN pragma_index_list(m.name) l ON l."unique" AND NOT l.partial JOIN pragma_index_info(l.name) i
    WHERE m.type = 'table' ORDER BY m.name, l.seq, i.seqno
"""
_HARMLESS = {"", "RESTRICT", "NO ACTION"}


@dataclass(frozen=True, slots=True)
class ColumnLimits:
    """What one column accepts. `values`: those of an enumeration, empty where anything goes."""

    name: str
    type: str
    nullable: bool
    length: int | None
    values: tuple[str, ...] = ()
    computed: bool = False
    follows_updates: bool = False

    @property
    def fingerprint(self) -> str:
        """Changes whenever the column's definition does."""
        return f"{self.name}:{self.type}:{self.nullable}:{self.length}:{self.computed}:{self.follows_updates}"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Rows of `table` point with `columns` at `target_columns` of `target`; `on_delete` is empty where that is refused."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What one table accepts; columns by lower-case name."""

    columns: Mapping[str, ColumnLimits] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    transactional: bool = True
    """Whether a rollback brings its rows back (MyISAM and Aria do not)."""

    def identifies(self, key: Iterable[str]) -> bool:
        """Whether the columns of `key` tell every row apart."""
        wanted = {name.lower() for name in key}
        return any(set(columns) <= wanted for columns in self.unique)

    def alone_unique(self, column: str) -> bool:
        """Whether the column takes part in a rule of uniqueness."""
        return any(column.lower() in columns for columns in self.unique)


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """The limits of some tables, by the name `LiveTable` gives them, and every foreign key of the database."""

    tables: Mapping[str, Limits]
    foreign_keys: tuple[ForeignKey, ...]

    def pointing_at(self, table: str) -> list[ForeignKey]:
        """The foreign keys whose target is `table`."""
        return [key for key in self.foreign_keys if key.target == table]


def read_limits(connection: sa.Connection, tables: Iterable[LiveTable]) -> LiveLimits:
    """Read the limits of `tables` and all foreign keys, in a handful of queries per schema."""
    restart_clock(connection)
    inspector = sa.inspect(connection)
    wanted = {table.name: _split(table.name) for table in tables}
    schemas = {schema for schema, _ in wanted.values()} | {None}
    moving = _following_updates(connection)
    inline = _sqlite_unique(connection)
    lasting = _without_transactions(connection)
    beside_columns = _column_checks(connection)
    found: dict[str, Limits] = {}
    keys: list[ForeignKey] = []
    for schema in sorted(schemas, key=str):
        names = {name: full for full, (own, name) in wanted.items() if own == schema}
        options: dict[str, Any] = {"schema": schema, "filter_names": sorted(names)}
        if names:
            columns, primary = inspector.get_multi_columns(**options), inspector.get_multi_pk_constraint(**options)
            unique, indexes = inspector.get_multi_unique_constraints(**options), inspector.get_multi_indexes(**options)
            checks = inspector.get_multi_check_constraints(**options)
            for name, full in names.items():
                at = (schema, name)
                found[full] = Limits(
                    columns={
                        one["name"].lower(): _column(one, (name, one["name"]) in moving) for one in columns.get(at, [])
                    },
                    unique=_unique(primary.get(at), unique.get(at, []), indexes.get(at, [])) + inline.get(name, ()),
                    checks=tuple((str(one.get("name") or ""), one["sqltext"]) for one in checks.get(at, []))
                    + beside_columns.get(name, ()),
                    transactional=name not in lasting,
                )
        for (own, name), found_keys in inspector.get_multi_foreign_keys(schema=schema).items():
            keys += [_foreign_key(own, name, one) for one in found_keys]
    return LiveLimits(found, tuple(keys))


def _split(name: str) -> tuple[str | None, str]:
    schema, _, table = name.rpartition(".")
    return schema or None, table


def _following_updates(connection: sa.Connection) -> frozenset[tuple[str, str]]:
    if connection.dialect.name not in {"mysql", "mariadb"}:
        return frozenset()
    return frozenset((table, column) for table, column in connection.execute(sa.text(_ON_UPDATE)))


def _without_transactions(connection: sa.Connection) -> frozenset[str]:
    if connection.dialect.name not in {"mysql", "mariadb"}:
        return frozenset()
    return frozenset(table for (table,) in connection.execute(sa.text(_ENGINES)))


def _column_checks(connection: sa.Connection) -> dict[str, tuple[tuple[str, str], ...]]:
    """MariaDB's rules written beside a column (`json_valid` of its JSON columns too), which the inspector leaves out."""
    if not getattr(connection.dialect, "is_mariadb", False):
        return {}
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for table, name, rule in connection.exec_driver_sql(_COLUMN_CHECKS):
        found[table] = (*found.get(table, ()), (str(name), str(rule)))
    return found


def _sqlite_unique(connection: sa.Connection) -> dict[str, tuple[tuple[str, ...], ...]]:
    """SQLite's own word about uniqueness: what a column definition says in passing is in no constraint."""
    if connection.dialect.name != "sqlite":
        return {}
    groups: dict[tuple[str, str], list[str]] = {}
    for table, index, column in connection.exec_driver_sql(_SQLITE_UNIQUE):
        groups.setdefault((table, index), []).append(str(column).lower())
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for (table, _), columns in groups.items():
        found[table] = (*found.get(table, ()), tuple(columns))
    return found


def _column(found: Any, follows_updates: bool) -> ColumnLimits:
    kind = found["type"]
    return ColumnLimits(
        name=found["name"],
        type=re.sub(r"\s+", " ", repr(kind)),
        nullable=bool(found["nullable"]),
        length=getattr(kind, "length", None) if isinstance(kind, (sa.String, sa.LargeBinary)) else None,
        values=tuple(getattr(kind, "enums", ()) or ()),
        computed=bool(found.get("computed")),
        follows_updates=follows_updates,
    )


def _unique(primary: Any, constraints: list[Any], indexes: list[Any]) -> tuple[tuple[str, ...], ...]:
    groups = [tuple(primary["constrained_columns"])] if primary else []
    groups += [tuple(one["column_names"]) for one in constraints]
    # An index over some rows or over an expression says nothing about all rows.
    whole = (one for one in indexes if one["unique"] and None not in one["column_names"])
    partial = "postgresql_where"
    groups += [tuple(one["column_names"]) for one in whole if partial not in one.get("dialect_options", {})]
    return tuple(dict.fromkeys(tuple(name.lower() for name in group) for group in groups if group))


def _foreign_key(schema: str | None, table: str, found: Any) -> ForeignKey:
    on_delete = str(found.get("options", {}).get("ondelete") or "").upper()
    target_schema = found.get("referred_schema")
    return ForeignKey(
        table=f"{schema}.{table}" if schema else table,
        columns=tuple(found["constrained_columns"]),
        target=f"{target_schema}.{found['referred_table']}" if target_schema else found["referred_table"],
        target_columns=tuple(found["referred_columns"]),
        on_delete="" if on_delete in _HARMLESS else on_delete,
    )
