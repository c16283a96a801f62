"""A plan of corrections, restrictions or objections in the making."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporters.cells import digest
from exporters.contract import CellChange, FieldChange, PlanLine, Problem, Reason, RowKey, Severity, Treatment
from exporters.mapped.plan import rule_of
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporters.amending import Asked
    from exporters.datamap.model import Dataset
    from exporters.mapped.walk import Key, Walk


@dataclass(slots=True)
class Draft:
    """A plan in the making: her rows, lines and problems so far."""

    walk: Walk
    persons: tuple[RowKey, ...]
    asked: Asked
    store: str
    lines: list[PlanLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        dataset: Dataset,
        treatment: Treatment,
        keys: Sequence[Key],
        *,
        fields: Sequence[FieldChange] = (),
        cells: Sequence[CellChange] = (),
        reason: Reason | None = None,
        note: str = "",
    ) -> None:
        """Add a line; one that no call of this store can carry out is MANUAL."""
        if cells and not self.walk.source.can_change(dataset.name, {cell.column for cell in cells}):
            treatment, cells, reason = Treatment.MANUAL, (), Reason.NO_SWITCH
        self.lines.append(
            PlanLine(
                store=self.store,
                dataset=dataset.name,
                treatment=treatment,
                link="; ".join(link.name for link in dataset.links),
                filter=note,
                fields=tuple(fields),
                keys=tuple(RowKey(dataset.name, key) for key in keys),
                count=len(keys),
                reason=reason,
                persons=self.persons,
                rule=rule_of(self.walk, dataset),
                right=self.asked.right,
                cells=tuple(cells),
            )
        )

    def refuse(self, place: str, code: str, detail: str) -> None:
        """Note why the plan cannot be made."""
        self.problems.append(Problem(Severity.ERROR, code, f"{self.store}.{place}", detail))


def cell_of(key: Key, column: str, stored: object, value: str | None, **more: object) -> CellChange:
    """A value to be written over (or, with `append`, below) `stored`, of which only a salted digest is kept."""
    salt = secrets.token_hex(16)
    return CellChange(key, column, digest(salt, text_of(stored)), value, salt=salt, **more)  # type: ignore[arg-type]


def columns_of(cells: Iterable[CellChange], strategy: str) -> list[FieldChange]:
    """The columns of some cells, each once."""
    return [FieldChange(column, strategy) for column in dict.fromkeys(cell.column for cell in cells)]
