"""Lines of a plan carried out in one store: what came of them as counts, and the write that is read back at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import at_once
from dsr.fulfil.journal import RowJournal
from exporters.contract import Confirms, Permanent, Temporary
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.models import Plan
    from exporters.contract import Outcome, PlanLine


def counted(lines: Sequence[PlanLine], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The result of a task that wrote: rows changed in all, and by line of the plan; no keys, no values."""
    counts = [
        {
            "dataset": lines[outcome.line].dataset,
            "treatment": lines[outcome.line].treatment.value,
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
        }
        for outcome in outcomes
        if lines[outcome.line].writes
    ]
    return {"changed": sum(item["changed"] for item in counts), "lines": counts}


def at_once_written(  # noqa: PLR0917 -- the places of one step, two callers
    exporter: Any, plan: Plan, store: str, lines: Sequence[PlanLine], look: Callable[..., None], now: datetime
) -> dict[str, Any]:
    """Carry out what works at once and read it back; `look` is called before the first write and before each commit.

    A plan that has gone stale is set aside, and the next try makes another under the same policy.
    Raises Temporary `plan_stale`, `changed_since` (somebody wrote over it between our write and our reading).
    """
    try:
        outcomes = exporter.apply(lines, approval=str(plan.pk), now=now, check=look, journal=RowJournal(plan, store))
    except Permanent as error:
        if error.code != "plan_stale":
            raise
        at_once.set_aside(plan)
        raise Temporary("plan_stale", error.place) from None
    if capable(exporter, Confirms) and any(done.differs for done in exporter.confirm(lines)):
        at_once.set_aside(plan)
        raise Temporary("changed_since", store)
    return counted(lines, outcomes)
