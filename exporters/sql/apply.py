"""Carries out an approved plan: the only code that writes to a store.

The plan is made again on locked rows and must agree with what was approved: the same rule, and for every listed row the
same treatment under the same law. Rows that are gone were erased before, by us or by others. Up to a bound that is one
transaction, or nothing; `exporters/sql/bulk.py` has the way above it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from exporters.anonymise.strategies import RunKey
from exporters.contract import Outcome, Permanent, PlanLine, Treatment
from exporters.sql.change import changes
from exporters.sql.engine import restart_clock
from exporters.sql.feasible import problems
from exporters.sql.rows import BATCH
from exporters.sql.scrubbing import scrubber_of
from exporters.sql.write import change, change_each, delete, with_keys
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from exporters.contract import RowKey
    from exporters.datamap.model import Dataset
    from exporters.sql.change import Changed
    from exporters.sql.hers import Native
    from exporters.sql.plan import Planned, Work
    from exporters.sql.schema import LiveSchema, LiveTable

_FEW = 20
"""So many different results are written with one statement each; more, row by row in one round trip."""


class StoppedError(Exception):
    """The caller's `check` raised: carries it past the translation of database errors."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


@dataclass(slots=True)
class Agreed:
    """What may be done: for each approved line the rows that are still there, still hers, still to be treated so."""

    todo: dict[int, list[Native]] = field(default_factory=dict)
    work: dict[int, Work] = field(default_factory=dict)

    def in_order(self, planned: Planned) -> Iterator[tuple[int, list[Native]]]:
        """Position and rows of each line, in the order in which they are written."""
        order = {id(work): at for at, work in enumerate(planned.work)}
        for at in sorted(self.todo, key=lambda one: order[id(self.work[one])]):
            yield at, self.todo[at]


def apply_lines(
    connection: sa.Connection,
    live: LiveSchema,
    planned: Planned,
    lines: tuple[PlanLine, ...],
    *,
    store: str,
    check: Callable[[], None],
    key: RunKey | None = None,
) -> dict[int, int]:
    """Verify and carry out `lines` in the open transaction: the rows changed, by the position of their line.

    `planned` was made on the same connection with locked rows; `key` is that of keyed tokens (default: a fresh one).
    Raises Permanent("plan_stale", place) before the first write. The caller commits.
    """
    agreed = agree(connection, live, planned, lines, store)
    ask(check)
    key = key or RunKey(scrubber=scrubber_of(planned))
    changed = {at: carry_out(connection, planned, agreed.work[at], rows, key) for at, rows in agreed.in_order(planned)}
    ask(check)
    return changed


def ask(check: Callable[[], None]) -> None:
    """Call `check`; what it raises reaches the caller as it is, inside a StoppedError."""
    try:
        check()
    except Exception as error:
        raise StoppedError(error) from error


def outcomes(lines: tuple[PlanLine, ...], changed: dict[int, int]) -> tuple[Outcome, ...]:
    """What every line did, given the rows that changed by the line's position."""
    return tuple(_outcome(at, line, changed.get(at, 0)) for at, line in enumerate(lines))


def _outcome(at: int, line: PlanLine, changed: int) -> Outcome:
    listed = len(line.keys) if line.keys else 0 if line.writes else line.count
    return Outcome(at, changed, max(0, listed - changed))


_Now = dict["RowKey", dict[tuple[object, ...], tuple["Work", "Native"]]]
"""The fresh plan by row: under which line it treats the row now."""


def agree(
    connection: sa.Connection, live: LiveSchema, planned: Planned, lines: tuple[PlanLine, ...], store: str
) -> Agreed:
    """Compare a fresh plan with the approved lines; raises Permanent("plan_stale", place) where they differ."""
    agreed = _compare(connection, planned, lines, store)
    approved = tuple(replace(agreed.work[at], keys=tuple(keys)) for at, keys in agreed.todo.items())
    if any(problems(connection, live, replace(planned, work=approved), store=store)):
        raise Permanent("plan_stale", store)
    return agreed


def _compare(connection: sa.Connection, planned: Planned, lines: tuple[PlanLine, ...], store: str) -> Agreed:
    now: _Now = defaultdict(dict)
    by_kind = {_kind(work.line): work for work in planned.work}
    for work in planned.work:
        rows = planned.hers.rows(work.dataset)
        for native in work.keys:
            now[rows.row_key(native)][_kind(work.line)] = (work, native)
    agreed = Agreed()
    for at, line in enumerate(lines):
        if line.store != store or planned.rules.get(line.dataset) != line.rule:
            raise Permanent("plan_stale", f"{store}.{line.dataset}")
        if line.growing and line.writes and _kind(line) in by_kind:
            agreed.work[at] = by_kind[_kind(line)]
            agreed.todo[at] = list(agreed.work[at].keys)
        elif line.treatment is not Treatment.MANUAL and not line.growing:
            # What a person does by hand is her business; nothing here depends on it.
            _agree_rows(connection, planned, at, line, now=now, agreed=agreed)
    return agreed


def _agree_rows(
    connection: sa.Connection, planned: Planned, at: int, line: PlanLine, *, now: _Now, agreed: Agreed
) -> None:
    missing = []
    for key in line.keys:
        found = now.get(key, {}).get(_kind(line))
        if found is None:
            missing.append(key)
        elif line.writes:
            agreed.work[at] = found[0]
            agreed.todo.setdefault(at, []).append(found[1])
    _explain(connection, planned, line, missing, now)


def _kind(line: PlanLine) -> tuple[object, ...]:
    """What must not have changed about a row's line."""
    law = (line.reason, line.document_class, line.document_year, line.law, line.mark, line.keep_until)
    return (line.dataset, line.treatment, line.growing, line.fields, *law)


def _explain(
    connection: sa.Connection,
    planned: Planned,
    line: PlanLine,
    missing: Sequence[RowKey],
    now: _Now,
) -> None:
    """Rows the fresh plan does not treat as approved: gone, or erased already, or the plan is stale."""
    if not missing:
        return
    dataset = planned.hers.data_map.datasets[line.dataset]
    table = planned.hers.tables[line.dataset]
    there = _still_there(connection, dataset, table, missing)
    if not there or (line.treatment is Treatment.UNLINK and not any(key in now for key in there)):
        return
    if line.treatment is Treatment.ANONYMISE and not any(key in now for key in there):
        found = changes(dataset, line.fields, planned.limits.tables[table.name])
        native = [key.values for key in there]
        if not to_write(connection, dataset, table, native, found=found, key=RunKey()):
            return  # the link itself was erased, and everything else with it
    raise Permanent("plan_stale", f"{line.store}.{line.dataset}")


def _still_there(connection: sa.Connection, dataset: Dataset, table: LiveTable, keys: Sequence[RowKey]) -> list[RowKey]:
    shown = [table.column(name).sql for name in dataset.key]
    found: set[tuple[str, ...]] = set()
    for at in range(0, len(keys), BATCH):
        restart_clock(connection)
        where = with_keys(connection, table, dataset.key, [key.values for key in keys[at : at + BATCH]])
        rows = connection.execute(sa.select(*shown).select_from(table.sql).where(where))
        found |= {tuple(text_of(value) or "" for value in row) for row in rows.all()}
    return [key for key in keys if tuple(str(value) for value in key.values) in found]


def carry_out(connection: sa.Connection, planned: Planned, work: Work, keys: Sequence[Native], key: RunKey) -> int:
    """Write one line into the rows with these keys; how many of them needed it."""
    table = planned.hers.tables[work.dataset.name]
    if work.line.treatment is Treatment.DELETE:
        return delete(connection, table, work.dataset.key, keys, planned.limits)
    found = changes(work.dataset, work.line.fields, planned.limits.tables[table.name])
    groups = to_write(connection, work.dataset, table, keys, found=found, key=key)
    names = [one.column for one in found]
    if len(groups) > _FEW:
        rows = {row: dict(zip(names, values, strict=True)) for values, rows in groups.items() for row in rows}
        return change_each(connection, table, work.dataset.key, rows, limits=planned.limits)
    for values, same in groups.items():
        new = dict(zip(names, values, strict=True))
        change(connection, table, work.dataset.key, same, values=new, limits=planned.limits)
    return sum(map(len, groups.values()))


def to_write(
    connection: sa.Connection,
    dataset: Dataset,
    table: LiveTable,
    keys: Sequence[Native],
    *,
    found: Sequence[Changed],
    key: RunKey,
) -> dict[tuple[str | None, ...], list[Native]]:
    """The rows that do not hold the wanted values yet, by the values they are to get."""
    groups: dict[tuple[str | None, ...], list[Native]] = defaultdict(list)
    shown = [*(table.column(name).sql for name in dataset.key), *(table.column(one.column).sql for one in found)]
    width = len(dataset.key)
    for at in range(0, len(keys), BATCH):
        restart_clock(connection)
        where = with_keys(connection, table, dataset.key, keys[at : at + BATCH])
        for row in connection.execute(sa.select(*shown).select_from(table.sql).where(where)).all():
            current = row[width:]
            wanted = tuple(one.value(value, key) for one, value in zip(found, current, strict=True))
            if wanted != tuple(map(text_of, current)):
                groups[wanted].append(tuple(row[:width]))
    return groups
