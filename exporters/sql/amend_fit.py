"""Whether the store would take the values of an amendment: asked by reading, before anything is written.

Uniqueness, foreign keys, CHECK rules and character sets are the store's own word, so it is the store that is asked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Problem, Severity
from exporters.sql.amend_rows import read_cells
from exporters.sql.amend_value import Kind, appended, canonical, kind_of
from exporters.sql.engine import restart_clock
from exporters.sql.match import bound
from exporters.sql.rows import BATCH
from exporters.sql.write import with_keys
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from exporters.contract import CellChange, PlanLine
    from exporters.datamap.model import DataMap, Dataset
    from exporters.sql.amend_rows import PlanKey, Row
    from exporters.sql.live import LiveLimits
    from exporters.sql.schema import LiveTable

_CHARSET = """
    SELECT lower(column_name), character_set_name FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = :name AND character_set_name IS NOT NULL
"""


def obstacles(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    limits: LiveLimits,
    lines: Iterable[PlanLine],
    *,
    store: str,
) -> Iterator[Problem]:
    """Everything in the store that stands against the values of `lines`."""
    for dataset, cells in _by_dataset(data_map, lines):
        look = _Look(connection, dataset, tables[dataset.name], limits, store)
        yield from look.table()
        rows = look.rows(cells)
        yield from look.charset(cells)
        alike: dict[tuple[tuple[str, str | None], ...], list[Row]] = defaultdict(list)
        for key, new in _new(rows, cells).items():
            yield from look.unique(rows[key], new)
            yield from look.references(rows[key], new)
            alike[tuple(new.items())].append(rows[key])
        for values, same in alike.items():
            yield from look.checks(same, dict(values))


def _new(rows: Mapping[PlanKey, Row], cells: Iterable[CellChange]) -> dict[PlanKey, dict[str, str | None]]:
    """By row: what its columns are to hold."""
    found: dict[PlanKey, dict[str, str | None]] = {}
    for one in cells:
        if one.key in rows:
            stands = text_of(rows[one.key].values[one.column])
            value = appended(stands, one.value or "") if one.append else one.value
            found.setdefault(one.key, {})[one.column] = value
    return found


def _by_dataset(data_map: DataMap, lines: Iterable[PlanLine]) -> Iterator[tuple[Dataset, list[CellChange]]]:
    found: dict[str, list[CellChange]] = defaultdict(list)
    for line in lines:
        found[line.dataset] += line.cells
    return ((data_map.datasets[name], cells) for name, cells in found.items() if cells)


class _Look:
    """Questions to one table."""

    def __init__(
        self, connection: sa.Connection, dataset: Dataset, live: LiveTable, limits: LiveLimits, store: str
    ) -> None:
        self.connection = connection
        self.dataset = dataset
        self.live = live
        self.all_limits = limits
        self.limits = limits.tables[live.name]
        self.place = f"{store}.{dataset.table}"

    def problem(self, column: str, code: str, detail: str) -> Problem:
        return Problem(Severity.ERROR, code, ".".join(filter(None, (self.place, column))), detail)

    def table(self) -> Iterator[Problem]:
        if not self.limits.identifies(self.dataset.key):
            yield self.problem("", "key_not_unique", "no unique key covers the columns the map calls its key")
        if not self.limits.transactional:
            detail = "a rollback would not bring its rows back: convert the table to InnoDB"
            yield self.problem("", "no_transactions", detail)

    def rows(self, cells: list[CellChange]) -> dict[PlanKey, Row]:
        """The rows with the columns that change and those of every rule these columns take part in."""
        changed = {one.column.lower() for one in cells}
        groups = [*self.limits.unique, *(self._lower(key.columns) for key in self._foreign_keys())]
        with_rule = {name for group in groups if changed & set(group) for name in group} | changed
        columns = sorted(self.limits.columns[name].name for name in with_rule)
        keys = list(dict.fromkeys(one.key for one in cells))
        return read_cells(self.connection, self.dataset, self.live, [*{one.column for one in cells}, *columns], keys)

    def _foreign_keys(self) -> list[Any]:
        return [key for key in self.all_limits.foreign_keys if key.table == self.live.name]

    @staticmethod
    def _lower(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name.lower() for name in names)

    def charset(self, cells: list[CellChange]) -> Iterator[Problem]:
        """MariaDB and MySQL: a column in latin1 has no Polish letters; strict mode would stop the write half way."""
        if self.connection.dialect.name not in {"mysql", "mariadb"}:
            return
        restart_clock(self.connection)
        sets: dict[str, str] = {
            str(column): str(charset)
            for column, charset in self.connection.execute(sa.text(_CHARSET), {"name": self.live.name})
        }
        for column in dict.fromkeys(one.column for one in cells):
            charset = sets.get(column.lower(), "utf8mb4")
            values = [one.value for one in cells if one.column == column and one.value is not None]
            if charset == "utf8mb4" or not charset.isalnum():
                continue
            back = sa.text(f"SELECT convert(convert(:value USING {charset}) USING utf8mb4)")
            if any(self.connection.execute(back, {"value": value}).scalar_one() != value for value in values):
                detail = f"the column is stored in {charset}, which has no sign for a letter of the value"
                yield self.problem(column, "charset", detail)

    def _text(self, row: Row, new: Mapping[str, str | None], column: str) -> object:
        """What a column will hold: the new text, or what is there."""
        found = next((name for name in new if name.lower() == column), None)
        if found is not None:
            return new[found]
        return next(value for name, value in row.values.items() if name.lower() == column)

    def unique(self, row: Row, new: Mapping[str, str | None]) -> Iterator[Problem]:
        """Another row that already has the value, compared as the store compares."""
        changed = {name.lower() for name in new}
        for group in self.limits.unique:
            if not changed & set(group):
                continue
            values = {name: self._text(row, new, name) for name in group}
            if any(value is None for value in values.values()):
                continue
            same = sa.and_(*(self.live.column(name).sql == bound(value) for name, value in values.items()))
            own = with_keys(self.connection, self.live, self.dataset.key, [row.key])
            restart_clock(self.connection)
            statement = sa.select(sa.literal(1)).select_from(self.live.sql).where(same, sa.not_(own)).limit(1)
            if self.connection.execute(statement).first():
                detail = "another record has this value already and the column wants every value once"
                yield self.problem(next(name for name in new if name.lower() in group), "unique", detail)

    def references(self, row: Row, new: Mapping[str, str | None]) -> Iterator[Problem]:
        """A value that must stand in another table and does not."""
        changed = {name.lower() for name in new}
        for key in self._foreign_keys():
            columns = self._lower(key.columns)
            values = [self._text(row, new, name) for name in columns] if changed & set(columns) else [None]
            if any(value is None for value in values):
                continue
            schema, _, name = key.target.rpartition(".")
            there = sa.and_(
                *(sa.column(column) == bound(value) for column, value in zip(key.target_columns, values, strict=True))
            )
            restart_clock(self.connection)
            statement = (
                sa.select(sa.literal(1)).select_from(sa.table(name, schema=schema or None)).where(there).limit(1)
            )
            if not self.connection.execute(statement).first():
                column = next(name for name in new if name.lower() in columns)
                yield self.problem(column, "foreign_key", f"no record of {key.target} has this value: create it first")

    def checks(self, rows: list[Row], new: Mapping[str, str | None]) -> Iterator[Problem]:
        """Try the table's CHECK rules on rows as they would become; all get the same values."""
        low = {name.lower(): value for name, value in new.items()}
        for name, rule in self.limits.checks:
            if not any(column in rule.lower() for column in low):
                continue
            shown = [
                self._as(column, low[column]).label(live.name) if column in low else live.sql
                for column, live in self.live.columns.items()
            ]
            if any(self._broken(rule, shown, rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)):
                detail = f"the rule {name or rule} of the table refuses the value"
                yield self.problem(next(iter(new)), "check", detail)

    def _broken(self, rule: str, shown: Sequence[sa.ColumnElement[Any]], rows: list[Row]) -> bool:
        own = with_keys(self.connection, self.live, self.dataset.key, [row.key for row in rows])
        become = sa.select(*shown).select_from(self.live.sql).where(own).subquery(self.live.sql.name)
        restart_clock(self.connection)
        broken = sa.select(sa.func.count()).select_from(become).where(sa.not_(sa.literal_column(f"({rule})")))
        return bool(self.connection.execute(broken).scalar_one())

    def _as(self, column: str, value: str | None) -> sa.ColumnElement[Any]:
        """The new value in the column's own sort, so that rules about numbers and dates compare as they do in the row."""
        limits = self.limits.columns[column]
        kind = kind_of(limits)
        if self.connection.dialect.name == "postgresql":
            return sa.cast(bound(value), _Named(self.live.columns[column].type))
        if kind in {Kind.WHOLE, Kind.FLAG}:
            return sa.cast(bound(value), sa.Integer())
        if kind is Kind.NUMBER:
            return sa.cast(bound(value), sa.Numeric(38, 10))
        if kind is Kind.TEXT or self.connection.dialect.name == "sqlite":
            return sa.cast(bound(canonical(limits, value)), sa.Text())
        if kind is Kind.DATE:
            return sa.cast(bound(value), sa.Date())
        return sa.cast(bound(value), sa.Time() if kind is Kind.TIME else sa.DateTime())


class _Named(sa.types.UserDefinedType[Any]):
    """A type of the live database by its own name; the name comes from the database's catalogue."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        """The name, quoted."""
        return '"' + self.name.replace('"', '""') + '"'
