"""Searches a whole store for what an erasure left behind: every table, mapped or not, in one pass each (rules 6.5.1).

Whose row a hit stands in decides what it means: hers (a residue), kept by law, another person's, or nobody's.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa

from exporters.contract import HitClass, Residue, Temporary, Treatment
from exporters.datamap.composite import joined
from exporters.datamap.model import SUBJECT, Reference
from exporters.identifiers import NEVER_UNIQUE
from exporters.needles import Haystack, needles
from exporters.sql.engine import restart_clock
from exporters.sql.hers import Hers
from exporters.sql.owners import Owners
from exporters.sql.retain import in_order, staying
from exporters.sql.rows import BATCH
from exporters.sql.scan_filter import Sieve
from exporters.sql.scan_read import copies, places
from exporters.sql.schema import LiveColumn, LiveTable
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from exporters.contract import IdentifierKind, KeepUntil, PlanLine, RowKey, Subject
    from exporters.datamap.model import DataMap, Dataset
    from exporters.needles import Needle
    from exporters.sql.hers import Native
    from exporters.sql.schema import LiveSchema

_Hits: TypeAlias = "dict[str, set[Needle]]"
"""By column: what was found in one row."""


def scan(
    connection: sa.Connection,
    data_map: DataMap,
    live: LiveSchema,
    tables: Mapping[str, LiveTable],
    subject: Subject,
    *,
    store: str,
    keys: tuple[RowKey, ...],
    lines: tuple[PlanLine, ...],
    today: date,
    keep_until: KeepUntil | None,
) -> tuple[Residue, ...]:
    """Every column in which an identifier of the subject still stands, counted by kind and by whose row it is."""
    hers = Hers(connection, data_map, tables, keys)
    hers.walk.seed(_before(data_map, subject, lines, store))
    stays = staying(hers, in_order(data_map, tables, {}), today=today, keep_until=keep_until)
    tally = _Tally(Owners(hers, stays))
    search = _Search(connection, Haystack(needles(subject.identifiers)), tally)
    for table in searched(connection, live, data_map):
        search.table(table)
    return tally.residues()


def searched(connection: sa.Connection, live: LiveSchema, data_map: DataMap) -> tuple[LiveTable, ...]:
    """The tables a scan reads: all there are, stored views included.

    Plain views and partitions are left out: their rows stand in, or are read with, another table. So is what the law
    forbids to speak of (rule X-06).
    """
    inspector = sa.inspect(connection)
    views = {*inspector.get_view_names(), *copies(connection)}
    every = (*live.tables.values(), *_stored_views(connection, inspector))
    return tuple(table for table in every if table.name not in views and not data_map.undisclosed(table.name))


class _Tally:
    """Counts hits by place, kind and class while the rows pass by."""

    def __init__(self, owners: Owners) -> None:
        self.owners = owners
        self._cells: Counter[tuple[str, str, HitClass, frozenset[Needle]]] = Counter()
        self._shared: set[Needle] = set()

    def row_of_hers(self, table: LiveTable, hits: _Hits, dataset: Dataset, key: Native) -> None:
        """Hits in a row of hers."""
        for column, found in hits.items():
            self._add(table, column, self.owners.of_hers(dataset, key, column), found)

    def other_row(self, table: LiveTable, hits: _Hits, row: Mapping[str, Any]) -> None:
        """Hits in a row of somebody else's or of nobody."""
        cls = self.owners.of_others(table, row)
        for column, found in hits.items():
            self._add(table, column, cls, found)
            if cls is HitClass.OTHER:
                # A value that another person's own record carries is not unique to the subject, wherever it stands.
                self._shared |= {needle for needle in found if self.owners.names_by(table, column, needle.kind)}

    def _add(self, table: LiveTable, column: str, cls: HitClass, found: set[Needle]) -> None:
        for kind in {needle.kind for needle in found}:
            self._cells[table.name, column, cls, frozenset(one for one in found if one.kind is kind)] += 1

    def residues(self) -> tuple[Residue, ...]:
        """Rows by table, column, kind and class; a cell with two identifiers of a kind counts once."""
        rows: Counter[tuple[str, str, IdentifierKind, HitClass, bool]] = Counter()
        for (table, column, cls, found), count in self._cells.items():
            kind = next(iter(found)).kind
            rows[table, column, kind, cls, kind not in NEVER_UNIQUE and found <= self._shared] += count
        ordered = sorted(rows.items(), key=lambda one: tuple(map(str, one[0])))
        return tuple(
            Residue(table, column, kind, count, cls, shared) for (table, column, kind, cls, shared), count in ordered
        )


def _before(data_map: DataMap, subject: Subject, lines: tuple[PlanLine, ...], store: str) -> dict[Reference, set[str]]:
    """What links hung on before the erasure: her identifiers, and the numbers of rows that are gone."""
    own = [one for one in subject.identifiers if one.unique and one.store in {None, store}]
    found: dict[Reference, set[str]] = defaultdict(set)
    references = {link.references for dataset in data_map.datasets.values() for link in dataset.links}
    for reference in references:
        field = data_map.field_at(reference)
        key = data_map.subjects.get(reference.column) if reference.dataset == SUBJECT else None
        kinds = (key.kind,) if key else field.identifier.kinds if field and field.identifier else ()
        found[reference] |= {one.value for one in own if one.kind in kinds}
    for line in lines:
        dataset = data_map.datasets.get(line.dataset)
        if dataset and line.treatment in {Treatment.DELETE, Treatment.ANONYMISE}:
            for reference in references:
                if reference.dataset == dataset.name and set(reference.columns) == set(dataset.key):
                    found[reference] |= _numbers(reference, dataset, line)
    return {reference: values for reference, values in found.items() if values}


def _numbers(reference: Reference, dataset: Dataset, line: PlanLine) -> set[str]:
    """The keys of a line's rows as links name them."""
    at = [dataset.key.index(name) for name in reference.columns]
    if len(at) == 1:
        return {str(key.values[0]) for key in line.keys}
    texts = (joined(str(key.values[one]) for one in at) for key in line.keys)
    return {text for text in texts if text is not None}


class _Search:
    """Reads tables and hands what stands in their rows to the tally."""

    def __init__(self, connection: sa.Connection, haystack: Haystack, tally: _Tally) -> None:
        self._connection = connection
        self._haystack = haystack
        self._tally = tally
        self._sieve = Sieve(haystack)

    def table(self, table: LiveTable) -> None:
        """Read a table once: fast where its rows can be found again, else value by value."""
        restart_clock(self._connection)
        found = places(self._connection, table)
        if found is None:
            self._other_rows(table, self._looked_at(table, self._suspects(table)))
            return
        found.find(self._sieve)
        for clause, count in found.clauses():
            restart_clock(self._connection)
            rows = self._connection.execute(_select(table).where(clause)).all()
            if len(rows) != count:
                # Only a table without transactions can change under one's eyes; what was seen there is not lost silently.
                raise Temporary("busy", table.name)
            self._other_rows(table, self._looked_at(table, rows))

    def _suspects(self, table: LiveTable) -> Iterator[Sequence[Any]]:
        """The rows of a table that may hold an identifier, read in a stream."""
        result = self._connection.execute(_select(table).execution_options(stream_results=True, yield_per=BATCH))
        while rows := result.fetchmany(BATCH):
            raw = [
                "\n".join(str(_cell(one)) for one in row if one is not None).encode(errors="replace") for row in rows
            ]
            yield from (rows[at] for at in self._sieve.keep(raw, bytes.decode, copied=False))
            restart_clock(self._connection)
        result.close()

    def _looked_at(self, table: LiveTable, rows: Iterable[Sequence[Any]]) -> list[tuple[_Hits, dict[str, Any]]]:
        """Count the hits in rows of hers; the hits in rows that are not, each with what says whose the row is."""
        names = [column.name for column in table.columns.values()]
        needed = self._tally.owners.needed(table)
        others = []
        for values in rows:
            hits: _Hits = {}
            cells = ((name, _cell(value)) for name, value in zip(names, values, strict=True))
            for column, needle in self._haystack.hits(cells):
                hits.setdefault(column, set()).add(needle)
            if not hits:
                continue
            row = {name.lower(): value for name, value in zip(names, values, strict=True) if name.lower() in needed}
            own = self._tally.owners.hers_at(table, row)
            if own:
                self._tally.row_of_hers(table, hits, *own)
            else:
                others.append((hits, row))
        return others

    def _other_rows(self, table: LiveTable, others: list[tuple[_Hits, dict[str, Any]]]) -> None:
        # Only when a stream has ended: whose these are needs questions on the same connection.
        for hits, row in others:
            self._tally.other_row(table, hits, row)


def _select(table: LiveTable) -> sa.Select[Any]:
    return sa.select(*(column.sql for column in table.columns.values())).select_from(table.sql)


def _stored_views(connection: sa.Connection, inspector: sa.Inspector) -> list[LiveTable]:
    """Materialised views hold copies of their own until somebody refreshes them."""
    if connection.dialect.name != "postgresql":
        return []
    return [
        LiveTable(
            name,
            {
                column["name"].lower(): LiveColumn(column["name"], str(column["type"]), "other")
                for column in inspector.get_columns(name)
            },
        )
        for name in inspector.get_materialized_view_names()
    ]


def _cell(value: object) -> object:
    if type(value) is int or isinstance(value, str) or value is None:
        return value
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return text_of(value)
