"""Whether the stores still hold what a restriction set, looked at once a day: what is missing is drift (Q-04, house.md idea 3).

The store is asked what the restriction would have to set now. Nothing means that it holds, whoever set it; that also
finds a new record of hers, and marketing that somebody switched on again. Reads only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import restriction_drift, restriction_stores
from dsr.fulfil.lift import lines_of
from dsr.fulfil.restrict import planned
from dsr.fulfil.stores import open_by_name
from dsr.models import Restriction
from exporters.contract import Confirms, PlanBlocked, StoreError, Treatment
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from dsr.models import RowId
    from exporters.contract import PlanLine, RowKey

STAMPS = frozenset({"set date", "set datetime"})
"""A moment is another one every day: that it differs says nothing."""


def check(*, restriction_id: RowId, now: datetime) -> bool:
    """Look at every store of one restriction and write down what was found; False when it has ended meanwhile.

    A store that does not answer is noted as such and asked again tomorrow; the others count all the same.
    """
    row = Restriction.objects.select_related("case__request", "controller").get(pk=restriction_id)
    if row.ended_at is not None:
        return False
    found: list[dict[str, Any]] = []
    for store in restriction_stores.stores_set(row.case):
        try:
            found += _in_store(row, store, now)
        except PlanBlocked:
            found.append({"store": store, "code": "plan_blocked"})
        except StoreError as error:
            found.append({"store": store, "code": error.code})
    return restriction_drift.note(restriction_id=row.pk, found=found, now=now)


def _in_store(row: Restriction, store: str, now: datetime) -> Iterator[dict[str, Any]]:
    lines = lines_of(row.case, store)
    persons: dict[RowKey, None] = {}
    for line in lines:
        persons |= dict.fromkeys(line.persons)
    if not persons:
        return
    exporter = open_by_name(row.controller, store)
    for line in planned(exporter, row, store, tuple(persons), now):
        columns = [change.column for change in line.fields if change.strategy not in STAMPS]
        if line.treatment is Treatment.RESTRICT and columns:
            yield _drift(store, line, [name for name in columns if any(cell.column == name for cell in line.cells)])
    if capable(exporter, Confirms):
        for done in exporter.confirm(tuple(lines)):
            if done.gone:
                gone = {"store": store, "dataset": lines[done.line].dataset, "columns": []}
                yield {**gone, "count": done.gone, "code": restriction_drift.GONE}


def _drift(store: str, line: PlanLine, columns: list[str]) -> dict[str, Any]:
    code = restriction_drift.CHANGED
    return {"store": store, "dataset": line.dataset, "columns": columns, "count": line.count, "code": code}
