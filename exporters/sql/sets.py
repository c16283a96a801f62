"""Which lines of a plan can be carried out as sets: growing tables whose rows are hers by one column alone.

A session log of a million rows is the reason. Its rows are never read: the condition that makes them hers is turned
into one the database can decide byte for byte, and each strategy into a formula. Everything else goes row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.anonymise.scrub import scrubs
from exporters.contract import Treatment
from exporters.datamap.model import CHANGING_ERASE, SUBJECT, Erase, LinkType
from exporters.sql.change import changes
from exporters.sql.engine import restart_clock
from exporters.sql.exact import as_bytes, raw
from exporters.sql.formula import Formula, distinct, formula
from exporters.sql.hers import Apart, Rows
from exporters.sql.match import bound, conditions
from exporters.sql.rows import BATCH
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.anonymise.strategies import RunKey
    from exporters.contract import PlanLine
    from exporters.datamap.model import DataMap, Dataset
    from exporters.sql.change import Changed
    from exporters.sql.hers import Hers
    from exporters.sql.live import Limits, LiveLimits
    from exporters.sql.schema import LiveColumn, LiveTable

_EXACT = frozenset({LinkType.FOREIGN_KEY, LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE})
_KEYS = frozenset({"integer", "text"})


@dataclass(frozen=True, slots=True)
class RowSet:
    """One line as a set: `hers` is the byte-exact condition, `formulas` what changes (none: the rows are deleted)."""

    at: int
    dataset: Dataset
    table: LiveTable
    hers: sa.ColumnElement[bool] = field(repr=False)
    formulas: tuple[Formula, ...] = field(default=(), repr=False)
    leaves: bool = False
    """Whether every row of hers changes in the link's own column: then it is hers no more, and being hers is being due."""

    @property
    def key(self) -> LiveColumn:
        """The one column that names a row."""
        return self.table.column(self.dataset.key[0])

    @property
    def due(self) -> sa.ColumnElement[bool]:
        """The rows that are hers and not yet as the line wants them."""
        if not self.formulas or self.leaves:
            return self.hers
        return sa.and_(self.hers, sa.or_(*(one.needed for one in self.formulas)))


def candidates(
    data_map: DataMap, tables: Mapping[str, LiveTable], lines: tuple[PlanLine, ...], limits: LiveLimits
) -> dict[int, Dataset]:
    """The lines whose shape allows it, by position; whether their values do is seen in the store."""
    found = {}
    for at, line in enumerate(lines):
        dataset = data_map.datasets.get(line.dataset)
        if (
            dataset
            and line.dataset in tables
            and line.growing
            and line.writes
            and line.reason is None
            and not scrubs(line)
        ):
            moved = {change.column.lower() for change in line.fields}
            if _plain(data_map, dataset) and _free(dataset, tables[dataset.name], limits, moved):
                found[at] = dataset
    # Two writing lines on one dataset divide its rows by something that only reading them decides.
    names = [line.dataset for line in lines if line.writes]
    return {at: dataset for at, dataset in found.items() if names.count(dataset.name) == 1}


def counted(hers: Hers, limits: LiveLimits) -> dict[str, Apart]:
    """The datasets `apply` may change as sets, with the number of her rows that are to go or to change, counted in the store."""
    found = {}
    for dataset in hers.data_map.datasets.values():
        strategies = {one.name.lower(): one.terms.erase for one in dataset.fields.values()}
        moved = strategies.keys() - {name for name, how in strategies.items() if how not in CHANGING_ERASE}
        if (
            dataset.growing
            and dataset.name in hers.tables
            and Erase.SCRUB not in strategies.values()
            and _plain(hers.data_map, dataset)
            and _free(dataset, hers.tables[dataset.name], limits, moved)
        ):
            members = _members(hers, dataset)
            if members is not None and not members.shared:
                found[dataset.name] = _count(hers, dataset, members)
    return found


def _count(hers: Hers, dataset: Dataset, members: _Members) -> Apart:
    table = hers.tables[dataset.name]
    if not members.values:
        return Apart(sa.false())
    number = sa.select(sa.func.count()).select_from(table.sql).where(members.where)
    restart_clock(hers.connection)
    count = hers.connection.execute(number).scalar_one()
    few = sa.select(*(table.column(name).sql for name in dataset.key)).select_from(table.sql).where(members.where)
    restart_clock(hers.connection)
    return Apart(members.where, count, tuple(map(tuple, hers.connection.execute(few.limit(BATCH)).all())))


def _plain(data_map: DataMap, dataset: Dataset) -> bool:
    """Nothing hangs on these rows, nothing but one column decides whose they are, no law is asked about them."""
    if dataset.shared or dataset.document_date or dataset.terms.erase not in {Erase.DELETE, Erase.ANONYMISE}:
        return False
    if len({link.column for link in dataset.links}) != 1 or any(link.when for link in dataset.links):
        return False
    if any(len(link.columns) > 1 for link in dataset.links):
        return False
    others = data_map.datasets.values()
    return (
        all(link.type in _EXACT for link in dataset.links)
        and not any(link.references.dataset == dataset.name for other in others for link in other.links)
        and not any(date.dataset == dataset.name for other in others for date in other.document_date)
    )


def _free(dataset: Dataset, table: LiveTable, limits: LiveLimits, moved: Collection[str]) -> bool:
    """A key of one column, and no foreign key of the database at what goes or changes (`moved`, in small letters)."""
    own = limits.tables[table.name]
    if len(dataset.key) != 1 or not own.identifies(dataset.key) or not own.transactional:
        return False
    if table.column(dataset.key[0]).family not in _KEYS:
        return False
    aimed = [{name.lower() for name in key.target_columns} for key in limits.pointing_at(table.name)]
    return not any(dataset.terms.erase is Erase.DELETE or columns & set(moved) for columns in aimed)


def as_set(
    connection: sa.Connection,
    hers: Hers,
    limits: LiveLimits,
    *,
    at: int,
    line: PlanLine,
    key: RunKey,
) -> RowSet | None:
    """The line as a set, by the values her links have now; None when its rows must be read."""
    dataset = hers.data_map.datasets[line.dataset]
    table = hers.tables[line.dataset]
    members = _members(hers, dataset)
    if members is None:
        return None
    where = members.where
    if line.treatment is Treatment.DELETE:
        return RowSet(at, dataset, table, where)
    found = changes(dataset, line.fields, limits.tables[table.name])
    link = table.column(dataset.links[0].column).name
    known = {one.column: members.values for one in found if table.column(one.column).name == link}
    formulas = [formula(connection, table, one, where, key, values=known.get(one.column)) for one in found]
    if not all(formulas):
        return None
    # Without a condition on other columns an index alone says which rows are due.
    leaves = any(one.column in known and _all_change(one, members.values, key) for one in found)
    pinned = _pinned(limits.tables[table.name], found)
    return RowSet(at, dataset, table, where, (*filter(None, formulas), *pinned), leaves)


def _all_change(changed: Changed, values: tuple[Any, ...], key: RunKey) -> bool:
    return all(changed.value(_plain_text(value), key) != text_of(value) for value in values)


@dataclass(frozen=True, slots=True)
class _Members:
    """What makes rows of a dataset members of the set, byte for byte."""

    values: tuple[Any, ...] = field(repr=False)
    """Of the link's column: hers and nobody else's."""
    shared: bool
    """Whether there are values of hers that somebody else uses too."""
    where: sa.ColumnElement[bool] = field(repr=False)


def _members(hers: Hers, dataset: Dataset) -> _Members | None:
    """None when the link's column has too many values of hers."""
    connection, table = hers.connection, hers.tables[dataset.name]
    found = _values(hers, dataset, table)
    if found is None:
        return None
    mine, others = found
    column = table.column(dataset.links[0].column)
    values = [bound(raw(connection, column, value)) for value in mine]
    # The plain comparison is there for the index, the one of the bytes for the truth.
    whose = sa.and_(column.sql.in_([_typed(column, value) for value in mine]), as_bytes(connection, column).in_(values))
    waits = sa.and_(*conditions(table, dataset.wait_while)) if dataset.wait_while else None
    where = sa.and_(
        whose if mine else sa.false(),
        *conditions(table, dataset.where),
        *([] if waits is None else [sa.case((waits, 1), else_=0) == 0]),
    )
    return _Members(tuple(mine), bool(others), where)


def _pinned(limits: Limits, found: tuple[Changed, ...]) -> Iterator[Formula]:
    """Columns that follow every update stay what they are."""
    moved = {one.column.lower() for one in found}
    for column in limits.columns.values():
        if column.follows_updates and column.name.lower() not in moved:
            yield Formula(column.name, sa.column(column.name), sa.false())


def _typed(column: LiveColumn, value: Any) -> sa.BindParameter[Any]:
    return bound(value.decode() if column.family == "text" and isinstance(value, bytes) else value)


def _values(hers: Hers, dataset: Dataset, table: LiveTable) -> tuple[list[Any], list[Any]] | None:
    """The values of the link's column that make a row hers and nobody else's, and those that somebody else uses too."""
    connection, probes = hers.connection, hers.walk.probes(dataset)
    if not probes:
        return [], []
    column = table.column(dataset.links[0].column)
    narrow = sa.or_(*(clause for probe in probes for clause in probe.clauses))
    values = distinct(connection, table, column, narrow)
    if values is None:
        return None
    mine = [value for value in values if any(probe.accepts(_plain_text(value)) for probe in probes)]
    # Each value stands for all its rows when it is asked who else uses them.
    stand_in = Rows(dataset, (dataset.links[0].column,), {(value,): (_plain_text(value),) for value in mine})
    others = hers.used_by_others(dataset, stand_in)
    restart_clock(connection)
    return [value for value in mine if (value,) not in others], [value for value in mine if (value,) in others]


def _plain_text(value: object) -> object:
    return text_of(value) if isinstance(value, (bytes, bytearray, memoryview)) else value


def follow(hers: Hers, row_set: RowSet) -> tuple[object, ...]:
    """What makes the set hers, to be compared from batch to batch: her values, and the rows they stand in."""
    references = {link.references for link in row_set.dataset.links}
    values = tuple(sorted((str(one), tuple(sorted(hers.walk.values.get(one, ())))) for one in references))
    rows = tuple(
        (one.dataset, tuple(sorted(map(repr, hers.rows(hers.data_map.datasets[one.dataset]).rows.items()))))
        for one in sorted(references, key=str)
        if one.dataset != SUBJECT
    )
    return (*values, *rows)
