"""Carries out approved corrections, restrictions, lifts and suppressions: value by value, in one transaction, or not at all.

Nothing is planned again: every value is in the line, with a digest of what stood there. A row is written only while it
is hers, and only where what stood there still stands; what already is as wanted is left alone, so that the same approval
again is harmless.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exporters.contract import AMENDING, Confirmed, Outcome, Permanent
from exporters.sql.amend_fit import obstacles
from exporters.sql.amend_plan import rule_of_amendment
from exporters.sql.amend_rows import read_cells
from exporters.sql.amend_value import appended, canonical, exact
from exporters.sql.apply import StoppedError
from exporters.sql.hers import Hers, row_key
from exporters.sql.live import read_limits
from exporters.sql.write import change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sqlalchemy as sa

    from exporters.contract import CellChange, PlanLine
    from exporters.datamap.model import DataMap, Dataset
    from exporters.sql.amend_rows import PlanKey, Row
    from exporters.sql.live import Limits, LiveLimits
    from exporters.sql.schema import LiveTable


@dataclass(slots=True)
class _Line:
    """One line on the live store: the values still to be written, by row."""

    line: PlanLine
    dataset: Dataset
    todo: dict[PlanKey, dict[str, str | None]] = field(default_factory=dict)
    rows: dict[PlanKey, Row] = field(default_factory=dict)


def amend(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    lines: tuple[PlanLine, ...],
    *,
    store: str,
    check: Callable[[], None],
) -> tuple[Outcome, ...]:
    """Verify and carry out the amending `lines` on a writing connection; the caller commits.

    Raises Permanent("plan_stale", place) before the first write when a row is another person's, holds a third value, or
    would no longer take the new one; Permanent("value_changed", place) when the store wrote something else than asked.
    """
    limits = read_limits(connection, {table.name: table for table in tables.values()}.values())
    work: dict[int, _Line] = {}
    for at, line in enumerate(lines):
        dataset = data_map.datasets.get(line.dataset)
        if line.store != store or dataset is None or dataset.name not in tables:
            raise Permanent("plan_stale", f"{store}.{line.dataset}")
        if line.treatment not in AMENDING:
            continue
        columns = [one.column for one in line.fields]
        live = limits.tables[tables[dataset.name].name]
        if rule_of_amendment(data_map, dataset, live, columns) != line.rule:
            raise Permanent("plan_stale", f"{store}.{line.dataset}")
        work[at] = _todo(connection, tables[dataset.name], live, dataset, line)
    _still_hers(connection, data_map, tables, lines, work, store=store)
    todo = [_narrowed(one) for one in work.values() if one.todo]
    if any(obstacles(connection, data_map, tables, limits, todo, store=store)):
        raise Permanent("plan_stale", store)
    _ask(check)
    for one in work.values():
        _write(connection, tables[one.dataset.name], one, limits)
    _ask(check)
    return tuple(_outcome(at, line, work.get(at)) for at, line in enumerate(lines))


def _ask(check: Callable[[], None]) -> None:
    try:
        check()
    except Exception as error:
        raise StoppedError(error) from error


def _outcome(at: int, line: PlanLine, done: _Line | None) -> Outcome:
    changed = len(done.todo) if done else 0
    return Outcome(at, changed, max(0, line.count - changed))


def _todo(connection: sa.Connection, table: LiveTable, limits: Limits, dataset: Dataset, line: PlanLine) -> _Line:
    columns = dict.fromkeys(one.column for one in line.cells)
    keys = [key.values for key in line.keys]
    found = _Line(line, dataset, rows=read_cells(connection, dataset, table, columns, keys, lock=True))
    for one in line.cells:
        row = found.rows.get(one.key)
        # A row that is gone was erased since: nothing is left to correct or to restrict.
        if row is None or _stands(limits, row, one):
            continue
        current = row.values[one.column]
        if not one.stands(exact(current)):
            raise Permanent("plan_stale", f"{line.store}.{line.dataset}")
        value = appended(exact(current), one.value or "") if one.append else one.value
        found.todo.setdefault(one.key, {})[one.column] = value
    return found


def _stands(limits: Limits, row: Row, one: CellChange) -> bool:
    """Whether the row already is as the cell wants it."""
    stored = row.values[one.column]
    if one.append:
        # Other people may have added notes of their own below ours.
        return f"\n{one.value}\n" in f"\n{exact(stored) or ''}\n"
    column = limits.columns[one.column.lower()]
    return canonical(column, stored) == canonical(column, one.value)


def _still_hers(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    lines: tuple[PlanLine, ...],
    work: Mapping[int, _Line],
    *,
    store: str,
) -> None:
    """Refuse when a row that would be written belongs to another person now, or to others as well."""
    if not any(one.todo for one in work.values()):
        return
    hers = Hers(connection, data_map, tables, lines[0].persons, lock=True)
    for one in work.values():
        if not one.todo:
            continue
        rows = hers.rows(one.dataset).rows
        shared = hers.used_by_others(one.dataset)
        own = {row_key(one.dataset, key).values for key in rows if key not in shared}
        if not own.issuperset(one.todo):
            raise Permanent("plan_stale", f"{store}.{one.dataset.name}")


def _narrowed(one: _Line) -> PlanLine:
    """The line with the values that are still to be written, for the store's own rules."""
    return replace(
        one.line, cells=tuple(found for found in one.line.cells if found.column in one.todo.get(found.key, {}))
    )


def _write(connection: sa.Connection, table: LiveTable, one: _Line, limits: LiveLimits) -> None:
    """Rows that get the same values are written together; then all are read back, since triggers may interfere."""
    groups: dict[tuple[tuple[str, str | None], ...], list[PlanKey]] = {}
    for key, values in one.todo.items():
        groups.setdefault(tuple(values.items()), []).append(key)
    for new, keys in groups.items():
        native = [one.rows[key].key for key in keys]
        change(connection, table, one.dataset.key, native, values=dict(new), limits=limits)
    columns = dict.fromkeys(name for values in one.todo.values() for name in values)
    now = read_cells(connection, one.dataset, table, columns, [one.rows[key].key for key in one.todo])
    for key, values in one.todo.items():
        for name, value in values.items():
            column = limits.tables[table.name].columns[name.lower()]
            if key not in now or canonical(column, now[key].values[name]) != canonical(column, value):
                raise Permanent("value_changed", f"{one.line.store}.{one.dataset.table}.{name}")


def confirm(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    lines: tuple[PlanLine, ...],
    *,
    store: str,
) -> tuple[Confirmed, ...]:
    """Read back every amending line: rows that are as it wrote them, rows that are not, rows that are gone."""
    limits = read_limits(connection, {table.name: table for table in tables.values()}.values()).tables
    found = []
    for at, line in enumerate(lines):
        dataset = data_map.datasets.get(line.dataset)
        if line.store != store or line.treatment not in AMENDING:
            continue
        if dataset is None or dataset.name not in tables:
            raise Permanent("schema_changed", f"{store}.{line.dataset}")
        table = tables[dataset.name]
        columns = dict.fromkeys(one.column for one in line.cells)
        rows = read_cells(connection, dataset, table, columns, [key.values for key in line.keys])
        differs = {
            one.key for one in line.cells if one.key in rows and not _stands(limits[table.name], rows[one.key], one)
        }
        found.append(Confirmed(at, len(rows) - len(differs), len(differs), len(line.keys) - len(rows)))
    return tuple(found)
