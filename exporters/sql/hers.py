"""Her rows of a store, dataset by dataset, and for each whether another person uses it as well.

The rows hold their key, what links hang on, and the date of the document: enough to plan, little enough for memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from exporters.contract import RowKey
from exporters.datamap.model import SUBJECT, Link, LinkType, Reference
from exporters.identifiers import IdentifierKind, normalise
from exporters.sql.match import build
from exporters.sql.rows import read_rows
from exporters.sql.walk import Walk
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import sqlalchemy as sa

    from exporters.datamap.model import Condition, DataMap, Dataset
    from exporters.sql.schema import LiveTable

POINTING = frozenset(
    {LinkType.FOREIGN_KEY, LinkType.POLYMORPHIC, LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE},
)
"""Links whose whole column names the other end, so that it can be asked whose the row is besides hers."""
Native = tuple[Any, ...]
"""A row's key as the driver gave it."""


@dataclass(slots=True)
class Rows:
    """Rows of one dataset: `columns` by position, each row's key by position."""

    dataset: Dataset
    columns: tuple[str, ...]
    rows: dict[Native, tuple[Any, ...]] = field(default_factory=dict)
    index: dict[str, dict[str, list[Native]]] = field(default_factory=dict)
    """Keys by the text of a column, filled when first asked for."""

    def value(self, key: Native, column: str) -> Any:
        """One value of one row."""
        return self.rows[key][self.columns.index(column)]

    def row_key(self, key: Native) -> RowKey:
        """The key as plans write it: whole numbers as numbers, everything else as text."""
        return row_key(self.dataset, key)


def row_key(dataset: Dataset, key: Native) -> RowKey:
    """A key as plans write it."""
    whole = (value if type(value) is int else text_of(value) or "" for value in key)
    return RowKey(dataset.name, tuple(whole))


@dataclass(frozen=True, slots=True)
class Apart:
    """Rows of a growing dataset that are not read but counted and changed as a set: those for which `where` holds (decision 042)."""

    where: sa.ColumnElement[bool] = field(repr=False)
    count: int = 0
    sample: tuple[Native, ...] = field(default=(), repr=False)
    """A few of their keys, to try the table's rules with."""


class Hers:
    """One subject's rows in one store, read on one connection; locked there when `lock` is set."""

    def __init__(
        self,
        connection: sa.Connection,
        data_map: DataMap,
        tables: Mapping[str, LiveTable],
        persons: tuple[RowKey, ...],
        *,
        lock: bool = False,
        apart: Mapping[str, Apart] | None = None,
    ) -> None:
        """`persons`: from `locate`. Nothing is read yet but what links hang on.

        `apart`: by dataset, the rows that are not wanted here; of these datasets only what waits is read.
        """
        self.connection = connection
        self.data_map = data_map
        self.tables = tables
        self.lock = lock
        self.walk = Walk(connection, data_map, tables, persons)
        self._needed = needed_columns(data_map)
        self.apart = dict(apart or {})
        self._rows: dict[str, Rows] = {}

    def rows(self, dataset: Dataset) -> Rows:
        """All her rows of a dataset; none where no link can lead to one."""
        if dataset.name not in self._rows:
            self._rows[dataset.name] = self._waits(dataset) if dataset.name in self.apart else self._read(dataset)
        return self._rows[dataset.name]

    def _waits(self, dataset: Dataset) -> Rows:
        if not dataset.wait_while:
            return Rows(dataset, ())
        return self._read(replace(dataset, where=(*dataset.where, *dataset.wait_while)))

    def waiting(self, dataset: Dataset) -> set[Native]:
        """Those of her rows that cannot be erased yet. Call after `rows`: a session that opens in between is in neither."""
        if dataset.name in self.apart:
            return set(self.rows(dataset).rows)
        return set(self._waits(dataset).rows) & set(self.rows(dataset).rows)

    def used_by_others(self, dataset: Dataset, rows: Rows | None = None) -> set[Native]:
        """Those of her rows (or of `rows`) that another person's record names as well."""
        rows = rows or self.rows(dataset)
        if not rows.rows:
            return set()
        found: set[Native] = set()
        for link in dataset.links:
            if link.type in POINTING and link.references.dataset in {*self.tables, SUBJECT}:
                found |= self._others_by(rows, link)
        return found

    def _read(self, dataset: Dataset) -> Rows:
        table = self.tables[dataset.name]
        columns = tuple(name for name in self._needed[dataset.name] if table.has(name))
        found = Rows(dataset, columns)
        probes = self.walk.probes(dataset)
        at = [columns.index(name) for name in dataset.key]
        if probes:
            for row in read_rows(self.connection, dataset, table, columns, probes, lock=self.lock):
                found.rows[tuple(row[position] for position in at)] = row
        return found

    def _others_by(self, rows: Rows, link: Link) -> set[Native]:
        """Her rows that `link` ties to a row of somebody else's."""
        dataset, reference = rows.dataset, link.references
        named = {
            key: text
            for key in rows.rows
            if holds(rows, key, link.when) and (text := text_of(rows.value(key, link.column)))
        }
        if reference.dataset == SUBJECT:
            # Another name in the same column is another person; a name of another sort says nothing.
            mine = self.walk.values.get(reference)
            if mine is None or link.type is LinkType.ESCAPED_VALUE or link.any_case:
                return set()
            kind = self.data_map.subjects[reference.column].kind
            hers = {_comparable(kind, value) for value in mine}
            return {key for key, text in named.items() if _comparable(kind, text) not in hers}
        foreign = self._foreign_values(reference, set(named.values()))
        if not dataset.shared:
            # What her own record carries too (the e-mail address of a household) decides nothing.
            own = self.rows(self.data_map.datasets[reference.dataset])
            foreign -= {text for key in own.rows if (text := text_of(own.value(key, reference.column)))}
        return {key for key, text in named.items() if text in foreign}

    def _foreign_values(self, reference: Reference, values: set[str]) -> set[str]:
        """Those of `values` that stand in a row of the referenced dataset that is not hers."""
        parent = self.data_map.datasets[reference.dataset]
        table = self.tables[parent.name]
        mine = self.rows(parent).rows
        probe = build(Link(LinkType.SAME_VALUE, reference.column, reference), table, values, kind=None)
        if probe is None:
            return set()
        columns = (*parent.key, reference.column)
        return {
            text
            for *key, value in read_rows(self.connection, parent, table, columns, [probe])
            if tuple(key) not in mine and (text := text_of(value))
        }


def _comparable(kind: IdentifierKind, value: str) -> str:
    return value if kind is IdentifierKind.RECORD else normalise(kind, value)


def needed_columns(data_map: DataMap) -> dict[str, tuple[str, ...]]:
    """By dataset: key, link columns, columns that others' links or dates hang on."""
    needed: dict[str, list[str]] = {name: [*dataset.key] for name, dataset in data_map.datasets.items()}
    for dataset in data_map.datasets.values():
        for link in dataset.links:
            needed[dataset.name] += [link.column, *(condition.column for condition in link.when)]
            if link.references.dataset in needed:
                needed[link.references.dataset].append(link.references.column)
        for reference in dataset.document_date:
            needed[reference.dataset].append(reference.column)
    return {name: tuple(dict.fromkeys(columns)) for name, columns in needed.items()}


def holds(rows: Rows, key: Native, conditions: Iterable[Condition]) -> bool:
    """Whether a row that was read meets conditions (a polymorphic link's `when`)."""
    for condition in conditions:
        stored = text_of(rows.value(key, condition.column))
        if (stored in condition.values) is condition.negated:
            return False
    return True


def referring(data_map: DataMap) -> Iterator[tuple[str, str, Link]]:
    """(dataset that holds the pointer, dataset pointed at, link): the other way round where the parent holds it."""
    for dataset in data_map.datasets.values():
        for link in dataset.links:
            if link.references.dataset in {SUBJECT, dataset.name}:
                continue
            if held_by_parent(data_map, dataset, link):
                yield link.references.dataset, dataset.name, link
            else:
                yield dataset.name, link.references.dataset, link


def held_by_parent(data_map: DataMap, dataset: Dataset, link: Link) -> bool:
    """Whether the referenced row points at this one (a customer at her address), not this one at the other."""
    parent = data_map.datasets.get(link.references.dataset)
    return (
        parent is not None
        and link.type is LinkType.FOREIGN_KEY
        and set(link.columns) == set(dataset.key)
        and set(link.references.columns) != set(parent.key)
    )
