"""Carrying out a plan after the answer, in one store: apply with a journal, read again, write down what was erased.

The plan comes from `dsr.fulfil.replay` or `dsr.fulfil.kept`; nothing but an approved one is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from dsr.cases import later_plans, recipient_notices
from dsr.fulfil import remember
from dsr.fulfil.carrying import counted
from dsr.fulfil.journal import RowJournal
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.stores import open_by_name
from dsr.models import Task
from exporters.contract import (
    Applies,
    HitClass,
    Identifier,
    IdentifierKind,
    Permanent,
    Residues,
    Subject,
    lines_from_json,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.models import Case, Plan
    from exporters.contract import PlanLine

After: TypeAlias = "Callable[[Plan, Sequence[PlanLine]], None]"
"""What else is written in the transaction that finishes the task."""


def run(
    task: Task, check: Callable[..., None], *, now: datetime, after: After, strict: bool = True
) -> tuple[dict[str, Any], Callable[[], None]]:
    """Apply the approved plan of this task's store and occasion, and read the store again; without `strict` nobody waits
    for what is left, because another search follows.

    NeedsPersonError: `plan_stale` when rows changed since (the plan is set aside), `residue` when something is left,
    `not_capable`. StoppedError when there is no approved plan any more, HeldError under a legal hold.
    """
    case = task.case
    plan = later_plans.approved(case, task.store, task.operation)
    if plan is None:
        raise NeedsPersonError("plan_stale", task.store)
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Applies):
        raise NeedsPersonError("not_capable", task.store)
    content = plan.content()
    lines = lines_from_json(content["stores"][task.store])
    result = _written(exporter, task, plan, lines, check, now)
    needles = tuple(Identifier(IdentifierKind(kind), value) for kind, value in content.get("identifiers", []))
    if strict:
        result |= _read_again(exporter, task, lines, needles, now)

    def effect() -> None:
        later_plans.applied(plan, now=now)
        recipient_notices.after_answer(plan=plan, now=now)
        after(plan, lines)

    return {**result, "plan_sha256": plan.sha256, "policy": plan.policy}, effect


def _written(  # noqa: PLR0917 -- private, one caller
    exporter: Any, task: Task, plan: Plan, lines: tuple[PlanLine, ...], check: Callable[..., None], now: datetime
) -> dict[str, Any]:
    begun: list[bool] = []

    def look() -> None:
        check()
        later_plans.begin_store(task=task, plan=plan, now=now) if not begun else later_plans.still(task.case, plan)
        begun.append(True)

    try:
        outcomes = exporter.apply(
            lines,
            approval=str(plan.pk),
            now=now,
            check=look,
            keep_until=keeper(task.case.controller),
            journal=RowJournal(plan, task.store),
        )
    except Permanent as error:
        if error.code != "plan_stale":
            raise
        later_plans.set_aside(plan)
        raise NeedsPersonError("plan_stale", error.place) from None
    return counted(lines, outcomes)


def _read_again(
    exporter: Any, task: Task, lines: tuple[PlanLine, ...], needles: tuple[Identifier, ...], now: datetime
) -> dict[str, Any]:
    """Search the store for what the plan was about; what is left in her rows or in nobody's goes to a person (6.5 no. 1)."""
    if not needles or not capable(exporter, Residues):
        return {}
    case: Case = task.case
    hits = exporter.residue(
        Subject(case.request.reference, needles),
        remember.persons_of(lines),
        now=now,
        lines=lines,
        keep_until=keeper(case.controller),
    )
    found = [
        {"table": hit.table, "column": hit.column, "kind": hit.kind.value, "count": hit.count, "class": hit.cls.value}
        for hit in hits
    ]
    left = [hit for hit in hits if hit.stands or hit.cls is HitClass.UNLINKED]
    if left:
        Task.objects.filter(pk=task.pk).update(result={"hits": found})
        raise NeedsPersonError("residue", ", ".join(sorted({f"{task.store}.{hit.table}.{hit.column}" for hit in left})))
    return {"hits": found}
