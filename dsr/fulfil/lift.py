"""The end of a restriction in one store: what stood before stands again, and nothing else (18(3), Q-06, 4.2 no. 22).

What another restriction of the same person still wants stays, until the last one ends. What somebody has changed since is
kept, and a person decides what holds now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dsr.cases import restriction_stores
from dsr.cases.plans import StoppedError
from dsr.fulfil.restrict import write
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.models import Task
from exporters.amending import LIFT
from exporters.contract import (
    PlanBlocked,
    Reason,
    Subject,
    Temporary,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from dsr.models import Case
    from exporters.contract import PlanLine, RowKey

    Done = tuple[dict[str, Any], Callable[[], None]]


def lift(task: Task, check: Callable[..., None], *, now: datetime) -> Done:
    """Operation `lift`: give back in this store what the case's restriction had set.

    Raises StoppedError when the case is restricted again, Temporary `busy` while a worker still sets it.
    """
    case = task.case
    _look(case, task.store)
    exporter = open_by_name(case.controller, task.store)
    counts: list[dict[str, Any]] = []
    plan = restriction_stores.under_way(case, task.store, lifting=True)
    if plan is not None:  # a worker died between the plan and its end
        counts += write(exporter, task, plan, check, now)
    own = lines_of(case, task.store)
    if not own:
        return {"changed": 0, "lines": counts}, lambda: None
    try:
        lines = _planned(exporter, case, task.store, own, now)
    except PlanBlocked:
        return _to_person(task, counts, now)
    if lines:
        plan = restriction_stores.keep_lift_plan(
            case=case,
            store=task.store,
            content={"stores": {task.store: lines_to_json(lines)}},
            summary=[summed(task.store, exporter, line) for line in lines],
            sha256=plan_hash(lines),
            now=now,
        )
        counts += write(exporter, task, plan, check, now)
    changed = sum(item["changed"] for item in counts)
    kept = {
        "stands": sum(line.count for line in lines if line.reason is Reason.STANDS),
        "changed_since": sum(line.count for line in lines if line.reason is Reason.CHANGED_SINCE),
    }

    def effect() -> None:
        if any(line.treatment is Treatment.MANUAL for line in lines):
            _ask(task, now)

    return {"changed": changed, "lines": counts, **kept}, effect


def _look(case: Case, store: str) -> None:
    if restriction_stores.standing(case) is not None:
        raise StoppedError
    setting = Task.objects.filter(case=case, store=store, operation=restriction_stores.SET)
    if setting.filter(status=Task.Status.RUNNING).exists():
        raise Temporary("busy", store)


def _to_person(task: Task, counts: list[dict[str, Any]], now: datetime) -> Done:
    def effect() -> None:
        _ask(task, now)

    return {"changed": sum(item["changed"] for item in counts), "lines": counts, "by_hand": True}, effect


def _ask(task: Task, now: datetime) -> None:
    restriction_stores.ask_person(
        task.case,
        task.store,
        now=now,
        again=True,
        instruction=_(
            "The restriction of these data has ended. Somebody has changed them meanwhile, so the program left them as they"
            " are. Look at the record and decide what holds now."
        ),
    )


def _planned(exporter: Any, case: Case, store: str, own: list[PlanLine], now: datetime) -> tuple[PlanLine, ...]:
    standing = [line for row in restriction_stores.others(case, open_only=True) for line in lines_of(row.case, store)]
    applied = [*_left_standing(case, store), *own]
    persons: dict[RowKey, None] = {}
    for line in applied:
        persons |= dict.fromkeys(line.persons)
    subject = Subject(case.request.reference, ())
    found: tuple[PlanLine, ...] = exporter.plan(
        subject, tuple(persons), right=LIFT, now=now, applied=tuple(applied), standing=tuple(standing)
    )
    return found


def _left_standing(case: Case, store: str) -> Iterator[PlanLine]:
    """What restrictions of hers that ended before had to leave, because this one or another still wanted it."""
    for row in restriction_stores.others(case, open_only=False):
        if row.ended_at is None:
            continue
        lifted = [line for plan in restriction_stores.begun(row.case, store, lifting=True) for line in _of(plan, store)]
        if any(line.reason is Reason.STANDS for line in lifted):
            yield from lines_of(row.case, store)


def lines_of(case: Case, store: str) -> list[PlanLine]:
    """Every line of the case's restriction whose writing began in a store, the first one first."""
    return [line for plan in restriction_stores.begun(case, store) for line in _of(plan, store)]


def _of(plan: Any, store: str) -> tuple[PlanLine, ...]:
    return lines_from_json(plan.content()["stores"].get(store, []))
