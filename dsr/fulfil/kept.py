"""Operation `kept`: what was kept under a law is planned again when its day has passed, and erased (rules.md 3.4.2, 4.0.11).

The first run plans; an approved plan runs then. A period that is only known from practice never deletes by itself: the
exporter plans such rows as a person's, and so the task says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import kept, later_plans, tasks
from dsr.cases.clock import local_date
from dsr.fulfil import later
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.models import Plan
from dsr.models import Subject as SubjectRow
from exporters.contract import (
    PlanBlocked,
    Plans,
    Reason,
    RowKey,
    Subject,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.models import Case, Task
    from exporters.contract import PlanLine

OCCASION = Plan.Occasion.KEPT.value


def note_all(case: Case, plan: Plan, *, now: datetime) -> None:
    """Write down what the applied plan of a case left in each store; from the plan alone, no store is asked."""
    labels: dict[str, dict[str, Any]] = {}
    for said in plan.summary:
        labels.setdefault(said["store"], {})[said["dataset"]] = said["label"]
    for store, stored in plan.content()["stores"].items():
        kept.note(case=case, store=store, lines=lines_from_json(stored), labels=labels.get(store, {}), now=now)


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Carry out the approved plan of this store, or make one. NeedsPersonError: `period_uncertain`, `kept_longer`,
    `plan_blocked`, `waits_for_approval`, `not_capable`.
    """
    if later_plans.approved(task.case, task.store, OCCASION) is None:
        return _planned(task, check, now)

    def after(plan: Plan, lines: Sequence[PlanLine]) -> None:
        labels = {said["dataset"]: said["label"] for said in plan.summary}
        kept.note(case=task.case, store=task.store, lines=lines, labels=labels, now=now)
        if _doubtful(lines, task.store):
            # What is certain has gone; the rest is asked about by the next run of the same task.
            tasks.ensure(case=task.case, operation=kept.OPERATION, store=task.store, now=now, again=True)

    return later.run(task, check, now=now, after=after)


def _planned(task: Task, check: Callable[..., None], now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    case = task.case
    keys = tuple(RowKey(name, values) for name, values in kept.persons(case, task.store))
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Plans):
        raise NeedsPersonError("not_capable", task.store)
    check()
    try:
        lines = exporter.plan(
            Subject(case.request.reference, ()), keys, right="erasure", now=now, keep_until=keeper(case.controller)
        )
    except PlanBlocked as error:
        places = ", ".join(f"{problem.place} ({problem.code})" for problem in error.problems)
        raise NeedsPersonError("plan_blocked", places) from None
    labels = {said["dataset"]: said["label"] for said in (summed(task.store, exporter, line) for line in lines)}
    if not _goes(lines, kept.due_datasets(case, task.store)):
        return _nothing_to_erase(task, lines, labels, now)
    _insist_over(task, lines, now)
    content = {"stores": {task.store: lines_to_json(lines)}, "identifiers": _needles(case, task.store)}
    by_rule = _within(case, task.store, lines)

    def effect() -> None:
        later_plans.keep(
            case=case,
            store=task.store,
            occasion=OCCASION,
            content=content,
            summary=[summed(task.store, exporter, line) for line in lines],
            sha256=plan_hash(lines),
            by_rule=by_rule,
            now=now,
        )

    return {"planned": sum(line.count for line in lines if line.writes)}, effect


def _goes(lines: Sequence[PlanLine], due: set[str]) -> bool:
    """Whether rows go: a record that stays for others' sake is anonymised in every plan, and is no reason for one."""
    return any(
        line.count and (line.treatment is Treatment.DELETE or (line.writes and line.dataset in due)) for line in lines
    )


def _doubtful(lines: Sequence[PlanLine], store: str) -> list[str]:
    return sorted({f"{store}.{line.dataset}" for line in lines if line.reason is Reason.PERIOD_UNCERTAIN})


def _nothing_to_erase(
    task: Task, lines: Sequence[PlanLine], labels: dict[str, Any], now: datetime
) -> tuple[dict[str, Any], Callable[[], None]]:
    """The store's own deletion was first; or the period is not certain, and a person says so (4.0.11)."""
    doubtful = _doubtful(lines, task.store)
    if doubtful:
        raise NeedsPersonError("period_uncertain", ", ".join(doubtful))
    return {"planned": 0}, lambda: _noted(task, lines, labels, now)


def _noted(task: Task, lines: Sequence[PlanLine], labels: dict[str, Any], now: datetime) -> None:
    kept.note(case=task.case, store=task.store, lines=lines, labels=labels, now=now)


def _insist_over(task: Task, lines: Sequence[PlanLine], now: datetime) -> None:
    """What a contract or a dispute keeps longer is not deleted because something else in the store has come to its end."""
    longer = kept.held_longer(task.case, task.store, local_date(task.case.controller, now))
    hit = sorted({line.dataset for line in lines if line.treatment is Treatment.DELETE and line.count} & longer)
    if hit:
        raise NeedsPersonError("kept_longer", ", ".join(f"{task.store}.{name}" for name in hit))


def _within(case: Case, store: str, lines: Sequence[PlanLine]) -> bool:
    """Whether the approved plan of the case named all of these datasets; a new one is looked at by a second person."""
    first = Plan.objects.filter(case=case, occasion="", status=Plan.Status.APPLIED).order_by("-number").first()
    named = {said["dataset"] for said in (first.summary if first else []) if said["store"] == store}
    return {line.dataset for line in lines if line.writes and line.count} <= named


def _needles(case: Case, store: str) -> list[list[str]]:
    """What to search for afterwards, while the file still holds it; after the case was archived the lines alone tell."""
    row = SubjectRow.objects.select_related("request").filter(request=case.request).first()
    known = row.content().get("identifiers", []) if row else []
    return [
        [one["kind"], one["value"]] for one in known if not one.get("shared") and one["link"].startswith(f"{store}:")
    ]
