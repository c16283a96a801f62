"""Operation `residue`: what a later search found of hers is planned again, approved by a second person, and erased (rules.md 6.5).

The first run plans, the task waits as an approved plan runs then, and the store is searched once more after it. What stands
in nobody's rows has no key to plan by: a person removes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import later_plans, rescans
from dsr.fulfil import later, remember
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import NeedsPersonError, row_keys, subject_of
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.models import Plan
from dsr.models import Subject as SubjectRow
from exporters.contract import IdentifierKind, Locates, PlanBlocked, Plans, lines_to_json, plan_hash
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.models import Task
    from exporters.contract import PlanLine, RowKey, Subject

OCCASION = Plan.Occasion.RESIDUE.value


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Carry out the approved plan of this store, or make one that waits for a second person.

    NeedsPersonError: `nothing_planned` (no row of hers that the law does not keep), `plan_blocked`, `not_capable`, and those
    of `later.run`.
    """
    if later_plans.approved(task.case, task.store, OCCASION) is None:
        return _planned(task, check, now)

    def after(plan: Plan, lines: Sequence[PlanLine]) -> None:
        said = plan.content()["identifiers"]
        known = tuple((kind, value, False) for kind, value in said)
        persons = tuple(
            ((IdentifierKind.RECORD.value, remember.record_of(key), False), *known)
            for key in remember.persons_of(lines)
        )
        remember.keep(task.case, task.store, plan.sha256, lines, persons, now=now)
        rescans.search_again(case=task.case, store=task.store, now=now)

    return later.run(task, check, now=now, after=after, strict=False)


def _planned(task: Task, check: Callable[..., None], now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    case = task.case
    row = SubjectRow.objects.select_related("request").filter(request=case.request).first()
    content = row.content() if row else {}
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Plans):
        raise NeedsPersonError("not_capable", task.store)
    subject = subject_of(case.request, content.get("identifiers", []))
    check()
    keys = _keys(exporter, subject, row_keys(content, task.store))
    try:
        lines = (
            exporter.plan(subject, keys, right="erasure", now=now, keep_until=keeper(case.controller)) if keys else ()
        )
    except PlanBlocked as error:
        places = ", ".join(f"{problem.place} ({problem.code})" for problem in error.problems)
        raise NeedsPersonError("plan_blocked", places) from None
    if not any(line.writes and line.count for line in lines):
        raise NeedsPersonError("nothing_planned", task.store)
    needles = [[one.kind.value, one.value] for one in subject.identifiers if one.store in {None, task.store}]
    stored = {"stores": {task.store: lines_to_json(lines)}, "identifiers": needles}
    summary = [summed(task.store, exporter, line) for line in lines]

    def effect() -> None:
        later_plans.keep(
            case=case,
            store=task.store,
            occasion=OCCASION,
            content=stored,
            summary=summary,
            sha256=plan_hash(lines),
            by_rule=False,
            now=now,
        )

    return {"planned": sum(line.count for line in lines if line.writes)}, effect


def _keys(exporter: Any, subject: Subject, known: tuple[RowKey, ...]) -> tuple[RowKey, ...]:
    """The records of the first search and those that her identifiers lead to now: a feed may have put her under a new number."""
    found = exporter.locate(subject).keys if capable(exporter, Locates) else ()
    return tuple(dict.fromkeys((*known, *found)))
