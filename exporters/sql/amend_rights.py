"""One entrance to the plans of every right but erasure: the right decides the planner, the store then says whether it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.amending import LIFT, RECTIFICATION, RESTRICTION
from exporters.contract import AMENDING, Permanent, Severity
from exporters.sql.amend_correct import correct
from exporters.sql.amend_fit import obstacles
from exporters.sql.amend_lift import lift
from exporters.sql.amend_plan import (
    draft,
    object_to,
    purposes_of,
    restrict,
)
from exporters.sql.check import compare

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

    from exporters.amending import Asked
    from exporters.contract import PlanLine, Problem, RowKey
    from exporters.datamap.model import DataMap
    from exporters.sql.amend_plan import Draft
    from exporters.sql.schema import LiveSchema, LiveTable

MOST_VALUES = 100_000
"""Values one plan may write: it holds each of them, in memory and sealed. A switch belongs on a person's own record."""


def amendment(
    connection: sa.Connection,
    data_map: DataMap,
    live: LiveSchema,
    tables: Mapping[str, LiveTable],
    persons: tuple[RowKey, ...],
    *,
    store: str,
    asked: Asked,
) -> tuple[tuple[PlanLine, ...], tuple[Problem, ...]]:
    """The lines for what was asked, and everything that stands against them; reads only.

    Raises Permanent("nothing_asked", store) for a rectification without changes, a lift without the lines it lifts, an
    objection or withdrawal without a purpose.
    """
    plan = draft(connection, data_map, tables, persons, store=store, asked=asked)
    _make(plan)
    writing = [line for line in plan.lines if line.treatment in AMENDING]
    if writing:
        names = {line.dataset for line in writing}
        touched = {data_map.datasets[name].table for name in names}
        plan.problems += [
            one
            for one in compare(data_map, live, store=store)
            # An unknown table elsewhere cannot be harmed by writing listed cells; a changed one here can.
            if one.severity is Severity.ERROR and one.place.split(".")[1:2] and one.place.split(".")[1] in touched
        ]
        if sum(len(line.cells) for line in writing) > MOST_VALUES:
            plan.refuse_at(writing[0].dataset, "too_many_rows", f"more than {MOST_VALUES} values in one transaction")
            return tuple(plan.lines), tuple(plan.problems)
        plan.problems += obstacles(connection, data_map, tables, plan.live_limits, writing, store=store)
    return tuple(plan.lines), tuple(plan.problems)


def _make(plan: Draft) -> None:
    asked = plan.asked
    purposes = purposes_of(asked)
    if asked.right == RECTIFICATION and asked.changes:
        correct(plan)
    elif asked.right == RESTRICTION:
        restrict(plan)
    elif asked.right == LIFT and asked.applied:
        lift(plan)
    elif asked.right not in {RECTIFICATION, LIFT} and purposes:
        object_to(plan, purposes)
    else:
        raise Permanent("nothing_asked", plan.store)
