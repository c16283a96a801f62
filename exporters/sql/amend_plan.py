"""Plans what restricting, lifting and objecting write: switches of the data map, row by row (rules Q-03, Q-06, O-03).

Each value to be written is in the plan, with a digest of what stands there now; applying it decides nothing any more.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.amending import MARKETING_OBJECTION, OBJECTION
from exporters.cells import digest
from exporters.contract import CellChange, FieldChange, PlanLine, Problem, Reason, RowKey, Severity, Treatment
from exporters.datamap.rights_load import MARKETING
from exporters.sql.amend_rows import meets, read_cells
from exporters.sql.amend_value import Kind, canonical, exact, fit, kind_of
from exporters.sql.hers import Hers, row_key
from exporters.sql.live import read_limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import sqlalchemy as sa

    from exporters.amending import Asked
    from exporters.datamap.model import DataMap, Dataset
    from exporters.datamap.rights import Setting, Switch
    from exporters.sql.amend_rows import PlanKey, Row
    from exporters.sql.live import ColumnLimits, Limits, LiveLimits
    from exporters.sql.schema import LiveTable


@dataclass(slots=True)
class Draft:
    """A plan in the making, on one connection: her rows, what the tables allow, lines and problems so far."""

    connection: sa.Connection
    data_map: DataMap
    tables: Mapping[str, LiveTable]
    hers: Hers
    live_limits: LiveLimits
    store: str
    asked: Asked
    persons: tuple[RowKey, ...]
    lines: list[PlanLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: set[tuple[str, PlanKey, str]] = field(default_factory=set)
    """Dataset, row and column of every value that is planned already: the first word of the map counts."""

    def of(self, dataset: Dataset) -> Limits:
        """What the dataset's table allows."""
        return self.live_limits.tables[self.tables[dataset.name].name]

    def column(self, dataset: Dataset, name: str) -> ColumnLimits:
        """What one column allows."""
        return self.of(dataset).columns[name.lower()]

    def present(self) -> Iterator[Dataset]:
        """The datasets whose tables are there."""
        return (dataset for dataset in self.data_map.datasets.values() if dataset.name in self.tables)

    def refuse(self, dataset: Dataset, column: str, code: str, detail: str) -> None:
        """Note why the plan cannot be made; place and words name columns, never values."""
        self.refuse_at(".".join(filter(None, (dataset.table, column))), code, detail)

    def refuse_at(self, place: str, code: str, detail: str) -> None:
        """The same for a place the data map may not know."""
        problem = Problem(Severity.ERROR, code, f"{self.store}.{place}", detail)
        if problem not in self.problems:
            self.problems.append(problem)

    def add(
        self,
        dataset: Dataset,
        treatment: Treatment,
        keys: Sequence[PlanKey],
        *,
        cells: Sequence[CellChange] = (),
        fields: Sequence[FieldChange] = (),
        reason: Reason | None = None,
        note: str = "",
        count: int | None = None,
    ) -> None:
        """Add a line about rows of hers. `note`: what the line means them by, in words of the map."""
        columns = [one.column for one in fields]
        self.lines.append(
            PlanLine(
                store=self.store,
                dataset=dataset.name,
                treatment=treatment,
                link="; ".join(link.name for link in dataset.links),
                filter=note,
                fields=tuple(fields),
                keys=tuple(RowKey(dataset.name, key) for key in keys),
                count=len(keys) if count is None else count,
                reason=reason,
                persons=self.persons,
                rule=rule_of_amendment(self.data_map, dataset, self.of(dataset), columns),
                right=self.asked.right,
                cells=tuple(cells),
            )
        )

    def own(self, dataset: Dataset) -> tuple[list[PlanKey], list[PlanKey]]:
        """Keys of her rows: those she alone uses, and those other people use as well."""
        rows = self.hers.rows(dataset)
        shared = self.hers.used_by_others(dataset)
        alone = [row_key(dataset, key).values for key in rows.rows if key not in shared]
        return alone, [row_key(dataset, key).values for key in rows.rows if key in shared]


def draft(
    connection: sa.Connection,
    data_map: DataMap,
    tables: Mapping[str, LiveTable],
    persons: tuple[RowKey, ...],
    *,
    store: str,
    asked: Asked,
) -> Draft:
    """An empty plan for `persons` (from `locate`) on a reading connection."""
    limits = read_limits(connection, {table.name: table for table in tables.values()}.values())
    hers = Hers(connection, data_map, tables, persons)
    return Draft(connection, data_map, tables, hers, limits, store, asked, persons)


def rule_of_amendment(data_map: DataMap, dataset: Dataset, limits: Limits, columns: Iterable[str]) -> str:
    """What an approval binds besides rows and values: whose the rows are, and the live columns that are touched."""
    touched = {
        name.lower() for name in (*dataset.key, *columns, *(one for link in dataset.links for one in link.columns))
    }
    declared = [
        [dataset.table, dataset.key, dataset.shared],
        [[link.name, link.any_case, str(link.when)] for link in dataset.links],
        str(dataset.where),
        sorted(column.fingerprint for name, column in limits.columns.items() if name in touched),
    ]
    found = hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:24]
    return f"{data_map.name}/{data_map.version}/{found}"


def cell(
    key: PlanKey,
    column: str,
    current: object,
    value: str | None,
    *,
    previous: str | None = None,
    append: bool = False,
) -> CellChange:
    """A value to be written over (or, with `append`, below) `current`, of which only a salted digest is kept."""
    salt = secrets.token_hex(16)
    return CellChange(key, column, digest(salt, exact(current)), value, previous, append, salt)


def restrict(plan: Draft) -> None:
    """Lines for Art. 18: what the map's `restriction:` sections set, with what stood there so that it can come back."""
    switches = {dataset.name: dataset.rights.restriction for dataset in plan.present()}
    if not _switched(plan, switches, Treatment.RESTRICT, "restriction"):
        _by_hand(plan, "restriction")


def object_to(plan: Draft, purposes: tuple[str, ...]) -> None:
    """Lines for Art. 21 and 7(3), purpose by purpose.

    An objection under 21(1) is undecided: it restricts, so that a rejected one can be lifted (SC-07). The absolute
    rights suppress, and nothing keeps what stood there (O-03).
    """
    treatment = Treatment.RESTRICT if plan.asked.right == OBJECTION else Treatment.SUPPRESS
    for purpose in purposes:
        switches = {dataset.name: dataset.rights.objection.get(purpose, ()) for dataset in plan.present()}
        if not _switched(plan, switches, treatment, f"purpose {purpose}") and purpose not in plan.data_map.not_used_for:
            _by_hand(plan, f"purpose {purpose}")


def purposes_of(asked: Asked) -> tuple[str, ...]:
    """The purposes a plan is about: an objection to direct marketing needs no naming (Art. 21(2))."""
    return asked.purposes or ((MARKETING,) if asked.right == MARKETING_OBJECTION else ())


def _by_hand(plan: Draft, note: str) -> None:
    """One line that says that a person must act here, on the record that names the subject."""
    for dataset in plan.present():
        keys = [key for keys in plan.own(dataset) for key in keys] if any(dataset.subject_links()) else []
        if keys:
            plan.add(dataset, Treatment.MANUAL, keys, reason=Reason.NO_SWITCH, note=note)
            return


def _switched(plan: Draft, switches: Mapping[str, tuple[Switch, ...]], treatment: Treatment, note: str) -> bool:
    """Add the lines of switches; whether the map has any for a dataset that holds rows of hers."""
    found = False
    for name, own in switches.items():
        dataset = plan.data_map.datasets[name]
        if not own:
            continue
        alone, shared = plan.own(dataset)
        found = found or bool(alone or shared)
        if shared:
            plan.add(dataset, Treatment.MANUAL, shared, reason=Reason.SHARED, note=note)
        for switch in own:
            _switch(plan, dataset, switch, alone, treatment=treatment, note=note)
    return found


def _switch(
    plan: Draft, dataset: Dataset, switch: Switch, keys: Sequence[PlanKey], *, treatment: Treatment, note: str
) -> None:
    table = plan.tables[dataset.name]
    settings = [one for one in switch.settings if table.has(one.column)]
    columns = [*(one.column for one in settings), *(one.column for one in switch.when)]
    wanted = {one.column: _wanted(plan, dataset, one) for one in settings}
    cells: list[CellChange] = []
    already: list[PlanKey] = []
    for key, row in read_cells(plan.connection, dataset, table, columns, keys).items():
        if not meets(row, switch.when):
            continue
        changed = list(_cells(plan, dataset, row, wanted, key=key, keep=treatment is Treatment.RESTRICT))
        cells += changed
        already += [] if changed else [key]
    fields = [FieldChange(one.column, one.words) for one in settings]
    if cells:
        changed_keys = list(dict.fromkeys(one.key for one in cells))
        plan.add(dataset, treatment, changed_keys, cells=cells, fields=fields, note=note)
    if already:
        plan.add(dataset, Treatment.KEEP, already, fields=fields, reason=Reason.ALREADY, note=note)


def _wanted(plan: Draft, dataset: Dataset, setting: Setting) -> str | None:
    value = setting.value
    if setting.stamp:
        value = plan.asked.now.strftime("%Y-%m-%d" if setting.stamp == "date" else "%Y-%m-%d %H:%M:%S")
    text, trouble = fit(plan.column(dataset, setting.column), value, dialect=plan.connection.dialect.name)
    if trouble:
        plan.refuse(dataset, setting.column, trouble[0], f"{trouble[1]}; the data map wants to {setting.words}")
    return text


def _cells(
    plan: Draft, dataset: Dataset, row: Row, wanted: Mapping[str, str | None], *, key: PlanKey, keep: bool
) -> Iterator[CellChange]:
    for column, value in wanted.items():
        current = row.values[column]
        limits = plan.column(dataset, column)
        place = (dataset.name, key, column)
        if place in plan.taken or canonical(limits, current) == canonical(limits, value):
            continue
        if keep and kind_of(limits) is Kind.OTHER:
            plan.refuse(dataset, column, "wrong_type", "what stands there could not be restored: choose another switch")
        else:
            plan.taken.add(place)
            yield cell(key, column, current, value, previous=exact(current) if keep else None)
