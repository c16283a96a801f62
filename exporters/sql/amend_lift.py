"""Plans the end of a restriction: what stood before stands again (rule Q-06)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from exporters.contract import FieldChange, Reason, Treatment
from exporters.sql.amend_plan import cell
from exporters.sql.amend_rows import PlanKey, read_cells
from exporters.sql.amend_value import Kind, canonical, fit, kind_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from exporters.amending import Place
    from exporters.contract import CellChange, PlanLine
    from exporters.datamap.model import Dataset
    from exporters.sql.amend_plan import Draft
    from exporters.sql.amend_rows import Row


def lift(plan: Draft) -> None:
    """Lines that undo applied restrictions: what stood before stands again, only where ours still stands (Q-06).

    A value that another restriction or an objection still wants is left: whoever ends the last one restores it.
    """
    claimed = plan.asked.claimed(plan.store)
    # The last one first: what stood before it is the newest truth.
    for line in reversed(plan.asked.applied):
        if line.store != plan.store or line.treatment is not Treatment.RESTRICT:
            continue
        dataset = plan.data_map.datasets.get(line.dataset)
        if dataset is None or dataset.name not in plan.tables:
            continue
        columns = tuple(dict.fromkeys(one.column for one in line.cells))
        gone = [name for name in columns if not plan.tables[dataset.name].has(name)]
        for name in gone:
            plan.refuse(dataset, name, "schema_changed", "the column the restriction wrote is gone: lift it by hand")
        if not gone:
            _lift(plan, dataset, line, columns, claimed)


def _lift(plan: Draft, dataset: Dataset, line: PlanLine, columns: tuple[str, ...], claimed: AbstractSet[Place]) -> None:
    alone, shared = plan.own(dataset)
    hers = {*alone, *shared}
    keys = [key.values for key in line.keys]
    rows = read_cells(plan.connection, dataset, plan.tables[dataset.name], columns, keys)
    by_row: dict[PlanKey, list[CellChange]] = defaultdict(list)
    stands: dict[PlanKey, None] = {}
    for one in line.cells:
        place = (dataset.name, one.key, one.column)
        if place in claimed:
            stands |= {one.key: None} if one.key in rows else {}
        elif place not in plan.taken:
            plan.taken.add(place)
            by_row[one.key].append(one)
    cells: list[CellChange] = []
    changed_since: list[PlanKey] = []
    for key, row in rows.items():
        found = [_restored(plan, dataset, row, one) for one in by_row[key]]
        if key not in hers or any(one is None for restored in found for one in restored):
            changed_since.append(key)
        else:
            cells += [one for restored in found for one in restored if one is not None]
    fields = [FieldChange(column, "restore") for column in columns]
    if cells:
        lifted = list(dict.fromkeys(one.key for one in cells))
        plan.add(dataset, Treatment.LIFT, lifted, cells=cells, fields=fields, note=line.filter)
    if stands:
        plan.add(dataset, Treatment.KEEP, list(stands), fields=fields, reason=Reason.STANDS, note=line.filter)
    if changed_since:
        plan.add(dataset, Treatment.MANUAL, changed_since, fields=fields, reason=Reason.CHANGED_SINCE, note=line.filter)


def _restored(plan: Draft, dataset: Dataset, row: Row, one: CellChange) -> list[CellChange | None]:
    """The value to restore; nothing where it stands already; None where somebody wrote a third value."""
    limits = plan.column(dataset, one.column)
    now = canonical(limits, row.values[one.column])
    if now == canonical(limits, one.previous):
        return []
    if now != canonical(limits, one.value):
        return [None]
    # It came from this column, so only a change of the column's definition can stand against it.
    _, trouble = fit(limits, one.previous, dialect=plan.connection.dialect.name)
    if trouble and trouble[0] != "wrong_type":
        plan.refuse(dataset, one.column, trouble[0], f"what stood before the restriction no longer fits: {trouble[1]}")
    text = one.previous if kind_of(limits) is Kind.TEXT else canonical(limits, one.previous)
    return [cell(one.key, one.column, row.values[one.column], text)]
