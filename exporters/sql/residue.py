"""Searches a whole store for what an erasure left behind: every table, mapped or not, in one pass each (rules 6.5.1).

Whose row a hit stands in decides what it means: hers (a residue), kept by law, another person's, or nobody's.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from exporters.contract import HitClass, Residue, Treatment
from exporters.datamap.model import CHANGING_ERASE, SUBJECT, Erase, Link, LinkType, Reference
from exporters.identifiers import NEVER_UNIQUE
from exporters.sql.engine import restart_clock
from exporters.sql.hers import POINTING, Hers
from exporters.sql.match import build
from exporters.sql.needles import Haystack, needles
from exporters.sql.retain import in_order, staying
from exporters.sql.rows import BATCH, read_rows
from exporters.sql.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from exporters.contract import IdentifierKind, KeepUntil, PlanLine, RowKey, Subject
    from exporters.datamap.model import DataMap, Dataset
    from exporters.sql.needles import Needle
    from exporters.sql.retain import Staying
    from exporters.sql.schema import LiveSchema, LiveTable


def scan(
    connection: sa.Connection,
    data_map: DataMap,
    live: LiveSchema,
    tables: Mapping[str, LiveTable],
    subject: Subject,
    *,
    keys: tuple[RowKey, ...],
    lines: tuple[PlanLine, ...],
    today: date,
    keep_until: KeepUntil | None,
) -> tuple[Residue, ...]:
    """Every column in which an identifier of the subject still stands, counted by kind and by whose row it is."""
    hers = Hers(connection, data_map, tables, keys)
    hers.walk.seed(_before(data_map, subject, lines))
    stays = staying(hers, in_order(data_map, tables, {}), today=today, keep_until=keep_until)
    owners = Owners(hers, stays)
    haystack = Haystack(needles(subject.identifiers))
    views = set(sa.inspect(connection).get_view_names())
    seen: set[_Hit] = set()
    for table in live.tables.values():
        if table.name not in views:
            for at, row, column, needle in _hits(connection, table, haystack):
                cls = owners.whose(table, row, column)
                own = cls is HitClass.OTHER and owners.names_by(table, column, needle.kind)
                seen.add(_Hit(table.name, column, at, needle, cls, own))
    # A value that another person's own record carries is not unique to the subject, wherever else it stands.
    shared = {hit.needle for hit in seen if hit.names_other and hit.needle.kind not in NEVER_UNIQUE}
    return _counted(seen, shared)


class _Hit(NamedTuple):
    """One identifier in one cell; `row` counts the rows of the table."""

    table: str
    column: str
    row: int
    needle: Needle
    cls: HitClass
    names_other: bool


def _counted(seen: set[_Hit], shared: set[Needle]) -> tuple[Residue, ...]:
    """Rows by table, column, kind and class; a cell with two identifiers of a kind counts once."""
    cells = {(hit.table, hit.column, hit.row, hit.needle.kind, hit.cls, hit.needle in shared) for hit in seen}
    rows = Counter((table, column, kind, cls, common) for table, column, _, kind, cls, common in cells)
    return tuple(
        Residue(table, column, kind, count, cls, common)
        for (table, column, kind, cls, common), count in sorted(rows.items(), key=lambda one: tuple(map(str, one[0])))
    )


def _before(data_map: DataMap, subject: Subject, lines: tuple[PlanLine, ...]) -> dict[Reference, set[str]]:
    """What links hung on before the erasure: her identifiers, and the numbers of rows that are gone."""
    found: dict[Reference, set[str]] = defaultdict(set)
    references = {link.references for dataset in data_map.datasets.values() for link in dataset.links}
    for reference in references:
        field = data_map.field_at(reference)
        key = data_map.subjects.get(reference.column) if reference.dataset == SUBJECT else None
        kinds = (key.kind,) if key else field.identifier.kinds if field and field.identifier else ()
        found[reference] |= {one.value for one in subject.identifiers if one.unique and one.kind in kinds}
    for line in lines:
        dataset = data_map.datasets.get(line.dataset)
        if dataset and len(dataset.key) == 1 and line.treatment in {Treatment.DELETE, Treatment.ANONYMISE}:
            reference = Reference(dataset.name, dataset.key[0])
            if reference in references:
                found[reference] |= {str(key.values[0]) for key in line.keys}
    return {reference: values for reference, values in found.items() if values}


def _hits(
    connection: sa.Connection, table: LiveTable, haystack: Haystack
) -> Iterator[tuple[int, dict[str, Any], str, Needle]]:
    """(number of the row, row, column, needle) for every cell with an identifier; rows are read once, in a stream."""
    columns = list(table.columns.values())
    restart_clock(connection)
    statement = sa.select(*(column.sql for column in columns)).select_from(table.sql)
    result = connection.execute(statement.execution_options(stream_results=True, yield_per=BATCH))
    kept = []
    number = 0
    while rows := result.fetchmany(BATCH):
        for row in rows:
            number += 1
            cells = [(column.name, _cell(value)) for column, value in zip(columns, row, strict=True)]
            for name, needle in haystack.hits(cells):
                values = {column.name.lower(): value for column, value in zip(columns, row, strict=True)}
                kept.append((number, values, name, needle))
        restart_clock(connection)
    result.close()
    # Handed on when the stream has ended: whose a row is needs questions on the same connection.
    yield from kept


def _cell(value: object) -> object:
    if type(value) is int or isinstance(value, str) or value is None:
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return text_of(value)


class Owners:
    """Says whose a row is."""

    def __init__(self, hers: Hers, stays: Staying) -> None:
        """`hers` and `stays`: of the subject, after the erasure."""
        self.hers = hers
        self.stays = stays
        self._by_table: dict[str, list[Dataset]] = defaultdict(list)
        for dataset in hers.data_map.datasets.values():
            if dataset.name in hers.tables:
                self._by_table[hers.tables[dataset.name].name].append(dataset)
        self._known: dict[tuple[Reference, str], bool] = {}

    def whose(self, table: LiveTable, row: Mapping[str, Any], column: str) -> HitClass:
        """The class of a hit in `column` of `row` (values by lower-case column)."""
        datasets = self._by_table[table.name]
        for dataset in datasets:
            key = tuple(row[name.lower()] for name in dataset.key)
            if key in self.hers.rows(dataset).rows:
                return self._of_hers(dataset, key, column)
        if any(self._names_somebody(dataset, row) for dataset in datasets):
            return HitClass.OTHER
        return HitClass.UNLINKED

    def names_by(self, table: LiveTable, column: str, kind: IdentifierKind) -> bool:
        """Whether the column is where the map says that a person's own identifier of this kind stands."""
        for dataset in self._by_table[table.name]:
            field = {name.lower(): field for name, field in dataset.fields.items()}.get(column.lower())
            if field and field.identifier and kind in field.identifier.kinds:
                return True
        return False

    def _of_hers(self, dataset: Dataset, key: tuple[Any, ...], column: str) -> HitClass:
        named = {name.lower(): field for name, field in dataset.fields.items()}
        field = named.get(column.lower())
        strategy = field.terms.erase if field else None
        stay = self.stays.of(dataset.name).get(key)
        if stay and stay.kept and strategy not in CHANGING_ERASE:
            return HitClass.KEPT
        if strategy is Erase.KEEP and dataset.terms.erase is not Erase.KEEP:
            return HitClass.KEPT
        if stay and dataset.shared and key in self.hers.used_by_others(dataset):
            return HitClass.OTHER
        return HitClass.HERS

    def _names_somebody(self, dataset: Dataset, row: Mapping[str, Any]) -> bool:
        for link in dataset.links:
            text = text_of(row.get(link.column.lower()))
            if link.type not in POINTING or not text or not _met(link, row):
                continue
            if link.references.dataset == SUBJECT or self._exists(link.references, text):
                return True
        return dataset.shared and self._pointed_at(dataset, row)

    def _exists(self, reference: Reference, text: str) -> bool:
        """Whether a row the value names is there."""
        at = (reference, text)
        if at not in self._known:
            parent = self.hers.data_map.datasets[reference.dataset]
            table = self.hers.tables.get(parent.name)
            link = Link(LinkType.SAME_VALUE, reference.column, reference)
            probe = build(link, table, {text}, kind=None) if table else None
            rows = read_rows(self.hers.connection, parent, table, parent.key, [probe]) if table and probe else ()
            self._known[at] = bool(list(rows))
        return self._known[at]

    def _pointed_at(self, dataset: Dataset, row: Mapping[str, Any]) -> bool:
        return any(self._exists(link.references, text_of(row.get(link.column.lower())) or "") for link in dataset.links)


def _met(link: Link, row: Mapping[str, Any]) -> bool:
    return all(
        (text_of(row.get(condition.column.lower())) in condition.values) is not condition.negated
        for condition in link.when
    )
