"""Stopping uses in one store for good: plan, apply, read back (21(1), 7(3), O-09); what no program can do goes to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dsr.cases import at_once, use_stops
from dsr.fulfil import uses
from dsr.fulfil.at_once import written
from dsr.fulfil.restrict import located
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.law.rights import Right
from exporters.amending import CONSENT_WITHDRAWAL, OBJECTION
from exporters.contract import (
    Applies,
    Locates,
    Permanent,
    PlanBlocked,
    Plans,
    Subject,
    Temporary,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.datamap.rights_load import MARKETING
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dsr.models import Plan, Task
    from exporters.contract import PlanLine

    Done = tuple[dict[str, Any], Callable[[], None]]

_PLAN_RIGHT: Final = {Right.OBJECTION.value: OBJECTION, Right.CONSENT_WITHDRAWAL.value: CONSENT_WITHDRAWAL}
_NOT_BY_PROGRAM: Final = frozenset({"right_unsupported", "not_capable"})


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> Done:
    """Operation `apply` of an accepted objection and of a consent taken back, for one store.

    A store in which she is not found has nothing to stop. When another store, which could name more of her records, does
    not answer, what is found is stopped all the same, and the task comes back (Temporary `other_stores`).
    """
    case, counts = task.case, list[dict[str, Any]]()
    exporter = open_by_name(case.controller, task.store)
    if not all(capable(exporter, each) for each in (Locates, Plans, Applies)):
        return _to_person(task, "not_capable", now)
    plan = at_once.plan_of(case, task.store)
    if plan is not None:  # a worker died between the plan and its end
        counts += _carried_out(exporter, task, plan, check, now)
    found = located(case, task.store, check)
    if found.why_not:
        return _to_person(task, found.why_not, now)
    lines, why_not = _lines(exporter, task, found.keys, now) if found.keys else ((), "")
    if why_not:
        return _to_person(task, why_not, now)
    if any(line.writes for line in lines):
        counts += _carried_out(exporter, task, _kept(exporter, task, lines, now), check, now)
    if not found.whole:
        raise Temporary("other_stores", task.store)
    by_hand = any(line.treatment is Treatment.MANUAL for line in lines)

    def effect() -> None:
        if by_hand:
            use_stops.ask_person(task, now=now)

    changed = sum(item["changed"] for item in counts)
    return {"changed": changed, "lines": counts, "found": bool(found.keys), "by_hand": by_hand}, effect


def _to_person(task: Task, why: str, now: datetime) -> Done:
    return {"changed": 0, "lines": [], "by_hand": True, "why": why}, lambda: use_stops.ask_person(task, now=now)


def _lines(exporter: Plans, task: Task, keys: Sequence[Any], now: datetime) -> tuple[tuple[PlanLine, ...], str]:
    """The lines for her rows, or why it is no program's work."""
    try:
        lines = exporter.plan(
            Subject(task.case.request.reference, ()),
            tuple(keys),
            right=_PLAN_RIGHT[task.case.right],
            now=now,
            purposes=_purposes(task),
        )
    except PlanBlocked:
        return (), "plan_blocked"
    except Permanent as error:
        if error.code not in _NOT_BY_PROGRAM:
            raise
        return (), error.code
    return lines, ""


def _purposes(task: Task) -> tuple[str, ...]:
    """The uses by the codes of the data maps; marketing and all others that rest on a consent when all were taken back."""
    found = use_stops.uses_of(task.case)
    if use_stops.ALL not in found:
        return found
    return tuple(sorted({MARKETING, *(use.code for use in uses.consented(task.case.controller, "en"))}))


def _kept(exporter: Any, task: Task, lines: tuple[PlanLine, ...], now: datetime) -> Plan:
    return at_once.keep_plan(
        case=task.case,
        store=task.store,
        content={"stores": {task.store: lines_to_json(lines)}},
        summary=[summed(task.store, exporter, line) for line in lines],
        sha256=plan_hash(lines),
        now=now,
        decided=task.case.right == Right.OBJECTION,
    )


def _carried_out(
    exporter: Any, task: Task, plan: Plan, check: Callable[..., None], now: datetime
) -> list[dict[str, Any]]:
    lines = lines_from_json(plan.content()["stores"].get(task.store, []))
    done: list[dict[str, Any]] = written(exporter, task, plan, lines, check, now)["lines"]
    use_stops.written(plan, now=now)
    return done
