"""Plans what restricting, lifting and objecting write, value by value (rules Q-03, Q-06, O-03), and reads it back.

Each value to be written is in the plan, with a digest of what stands there now; what no call can write is a person's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters import amending
from exporters.amending import MARKETING_OBJECTION, OBJECTION, Asked, Place
from exporters.contract import (
    AMENDING,
    CellChange,
    Confirmed,
    FieldChange,
    PlanBlocked,
    PlanLine,
    Reason,
    RowKey,
    Treatment,
)
from exporters.datamap.rights_load import MARKETING
from exporters.mapped.amend_correct import correct
from exporters.mapped.amend_draft import Draft, cell_of, columns_of
from exporters.mapped.source import Row, holds
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporters.datamap.model import DataMap, Dataset
    from exporters.datamap.rights import Setting, Switch
    from exporters.mapped.source import Source
    from exporters.mapped.walk import Key, Walk


def plan_amendment(walk: Walk, persons: tuple[RowKey, ...], asked: Asked, *, store: str) -> tuple[PlanLine, ...]:
    """The lines for one of AMENDMENTS. Raises PlanBlocked with every reason."""
    plan = Draft(walk, persons, asked, store)
    match asked.right:
        case amending.RECTIFICATION:
            correct(plan)
        case amending.RESTRICTION:
            _switch_all(
                plan,
                {d.name: d.rights.restriction for d in plan.walk.data_map.datasets.values()},
                Treatment.RESTRICT,
                "restriction",
            )
        case amending.LIFT:
            _lift(plan)
        case _:
            _object(plan)
    if plan.problems:
        raise PlanBlocked(store, tuple(plan.problems))
    return tuple(plan.lines)


def _object(plan: Draft) -> None:
    """Purpose by purpose; an undecided objection restricts (SC-07), the absolute rights suppress (O-03)."""
    treatment = Treatment.RESTRICT if plan.asked.right == OBJECTION else Treatment.SUPPRESS
    default = (MARKETING,) if plan.asked.right == MARKETING_OBJECTION else ()
    for purpose in plan.asked.purposes or default:
        switches = {one.name: one.rights.objection.get(purpose, ()) for one in plan.walk.data_map.datasets.values()}
        if any(switches.values()) or purpose not in plan.walk.data_map.not_used_for:
            _switch_all(plan, switches, treatment, f"purpose {purpose}")


def _switch_all(plan: Draft, switches: Mapping[str, tuple[Switch, ...]], treatment: Treatment, note: str) -> None:
    found = False
    for name, own in switches.items():
        dataset = plan.walk.data_map.datasets[name]
        rows = plan.walk.all(dataset) if own else {}
        found = found or bool(rows)
        if rows and dataset.shared:
            plan.add(dataset, Treatment.MANUAL, list(rows), reason=Reason.SHARED, note=note)
            continue
        for switch in own:
            _switch(plan, dataset, switch, rows, treatment=treatment, note=note)
    if not found:
        _by_hand(plan, note)


def _by_hand(plan: Draft, note: str) -> None:
    """One line that says that a person must act here, on the record that names the subject."""
    for dataset in plan.walk.data_map.datasets.values():
        keys = list(plan.walk.all(dataset)) if any(True for _ in dataset.subject_links()) else []
        if keys:
            plan.add(dataset, Treatment.MANUAL, keys, reason=Reason.NO_SWITCH, note=note)
            return


def _switch(
    plan: Draft, dataset: Dataset, switch: Switch, rows: Mapping[Key, Row], *, treatment: Treatment, note: str
) -> None:
    cells: list[CellChange] = []
    already = []
    for key, row in rows.items():
        if not holds(switch.when, row):
            continue
        wanted = {one.column: _setting(plan, one) for one in switch.settings}
        stands = {column: text_of(row.values.get(column)) for column in wanted}
        changed = [column for column in wanted if (stands[column] or "") != (wanted[column] or "")]
        for column in changed:
            previous = stands[column] if treatment is Treatment.RESTRICT else None
            cells.append(cell_of(key, column, stands[column], wanted[column], previous=previous))
        already += [] if changed else [key]
    fields = [FieldChange(one.column, one.words) for one in switch.settings]
    if cells:
        keys = list(dict.fromkeys(tuple(map(str, cell.key)) for cell in cells))
        plan.add(dataset, treatment, keys, cells=cells, fields=fields, note=note)
    if already:
        plan.add(dataset, Treatment.KEEP, already, fields=fields, reason=Reason.ALREADY, note=note)


def _setting(plan: Draft, setting: Setting) -> str | None:
    if setting.stamp:
        return plan.asked.now.strftime("%Y-%m-%d" if setting.stamp == "date" else "%Y-%m-%d %H:%M:%S")
    return setting.value


def _lift(plan: Draft) -> None:
    """What stood before the restriction stands again, only where ours still stands (Q-06).

    A value that another restriction or an objection still wants is left. The last restriction first: what stood before it is
    the newest truth.
    """
    claimed = plan.asked.claimed(plan.store)
    taken: set[Place] = set()
    for line in reversed(plan.asked.applied):
        dataset = plan.walk.data_map.datasets.get(line.dataset)
        if line.store == plan.store and line.treatment is Treatment.RESTRICT and dataset is not None:
            _lift_line(plan, dataset, line, claimed=claimed, taken=taken)


def _lift_line(
    plan: Draft, dataset: Dataset, line: PlanLine, *, claimed: AbstractSet[Place], taken: set[Place]
) -> None:
    cells, standing, since = [], [], []
    rows = plan.walk.all(dataset)
    for cell in line.cells:
        key, place = tuple(map(str, cell.key)), (dataset.name, tuple(map(str, cell.key)), cell.column)
        stands = text_of(rows[key].values.get(cell.column)) if key in rows else None
        if place in claimed:
            standing += [key] if key in rows else []
        elif place in taken:
            continue
        elif key in rows and (stands or "") == (cell.value or ""):
            cells.append(cell_of(key, cell.column, stands, cell.previous))
        elif key not in rows or (stands or "") != (cell.previous or ""):
            since.append(key)
        taken.add(place)
    fields = columns_of(line.cells, "restore")
    if cells:
        keys = list(dict.fromkeys(tuple(map(str, cell.key)) for cell in cells))
        plan.add(dataset, Treatment.LIFT, keys, cells=cells, fields=columns_of(cells, "restore"), note=line.filter)
    for treatment, reason, found in (
        (Treatment.KEEP, Reason.STANDS, standing),
        (Treatment.MANUAL, Reason.CHANGED_SINCE, since),
    ):
        if found:
            plan.add(dataset, treatment, list(dict.fromkeys(found)), fields=fields, reason=reason, note=line.filter)


def confirm(source: Source, data_map: DataMap, lines: tuple[PlanLine, ...]) -> tuple[Confirmed, ...]:
    """For each amending line how many rows are as it wrote them."""
    found = []
    for at, line in enumerate(lines):
        dataset = data_map.datasets.get(line.dataset)
        if line.treatment not in AMENDING or dataset is None:
            continue
        holding = differing = gone = 0
        for key in line.keys:
            row = source.one(dataset, tuple(map(str, key.values)))
            cells = [cell for cell in line.cells if tuple(map(str, cell.key)) == tuple(map(str, key.values))]
            as_written = row is not None and all(_stands(cell, row) for cell in cells)
            holding, differing, gone = (
                holding + as_written,
                differing + (row is not None and not as_written),
                gone + (row is None),
            )
        found.append(Confirmed(at, holding, differing, gone))
    return tuple(found)


def _stands(cell: CellChange, row: Row) -> bool:
    stored, value = text_of(row.values.get(cell.column)) or "", cell.value or ""
    return stored.endswith(value) if cell.append else stored == value
