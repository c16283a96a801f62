"""Carries out an approved plan: the only code that writes to a store, in one transaction, or not at all.

The plan is made again inside the transaction, on locked rows, and must agree with what was approved: the same rule, and
for every listed row the same treatment under the same law. Rows that are gone were erased before, by us or by others.
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
from exporters.sql.values import text_of
from exporters.sql.write import change, delete, with_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporters.contract import RowKey
    from exporters.datamap.model import Dataset
    from exporters.sql.change import Changed
    from exporters.sql.hers import Native
    from exporters.sql.plan import Planned, Work
    from exporters.sql.schema import LiveSchema, LiveTable


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


def apply_lines(
    connection: sa.Connection,
    live: LiveSchema,
    planned: Planned,
    lines: tuple[PlanLine, ...],
    *,
    store: str,
    check: Callable[[], None],
) -> tuple[Outcome, ...]:
    """Verify and carry out `lines` on a writing connection; `planned` was made on it with locked rows.

    Raises Permanent("plan_stale", place) before the first write. The caller commits.
    """
    agreed = _agree(connection, planned, lines, store)
    approved = tuple(replace(agreed.work[at], keys=tuple(keys)) for at, keys in agreed.todo.items())
    if any(problems(connection, live, replace(planned, work=approved), store=store)):
        raise Permanent("plan_stale", store)
    _ask(check)
    key = RunKey(scrubber=scrubber_of(planned))
    changed: dict[int, int] = {}
    order = {id(work): at for at, work in enumerate(planned.work)}
    for at in sorted(agreed.todo, key=lambda one: order[id(agreed.work[one])]):
        changed[at] = _carry_out(connection, planned, agreed.work[at], agreed.todo[at], key)
    _ask(check)
    return tuple(_outcome(at, line, changed.get(at, 0)) for at, line in enumerate(lines))


def _ask(check: Callable[[], None]) -> None:
    try:
        check()
    except Exception as error:
        raise StoppedError(error) from error


def _outcome(at: int, line: PlanLine, changed: int) -> Outcome:
    listed = len(line.keys) if line.keys else 0 if line.writes else line.count
    return Outcome(at, changed, max(0, listed - changed))


_Now = dict["RowKey", dict[tuple[object, ...], tuple["Work", "Native"]]]
"""The fresh plan by row: under which line it treats the row now."""


def _agree(connection: sa.Connection, planned: Planned, lines: tuple[PlanLine, ...], store: str) -> Agreed:
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
        if not _to_write(connection, dataset, table, native, found=found, key=RunKey()):
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


def _carry_out(connection: sa.Connection, planned: Planned, work: Work, keys: Sequence[Native], key: RunKey) -> int:
    table = planned.hers.tables[work.dataset.name]
    if work.line.treatment is Treatment.DELETE:
        return delete(connection, table, work.dataset.key, keys, planned.limits)
    found = changes(work.dataset, work.line.fields, planned.limits.tables[table.name])
    groups = _to_write(connection, work.dataset, table, keys, found=found, key=key)
    for values, rows in groups.items():
        new = dict(zip((one.column for one in found), values, strict=True))
        change(connection, table, work.dataset.key, rows, values=new, limits=planned.limits)
    return sum(map(len, groups.values()))


def _to_write(
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
