"""What works at once, store by store: plan, apply, read back, under the standing policy of the right (4.0.2, house.md idea 3).

One task for each store does all three, because there is nobody to wait for in between. Each step is a row before the next
one begins: a worker killed anywhere goes on with the same plan and its journal, and nothing is written twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import at_once, contacts, stop_letter
from dsr.cases.scope import stores_of
from dsr.fulfil import carrying
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.law.policies import ALL_CHANNELS, channels_of
from dsr.models import Task
from exporters.contract import (
    Applies,
    Identifier,
    IdentifierKind,
    Locates,
    Plans,
    Subject,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dsr.models import Case, Plan
    from exporters.contract import PlanLine, RowKey

MARKETING = "marketing"


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `apply` of a right that works at once; NeedsPersonError for what this store cannot do by program."""
    case = task.case
    if not task.store:
        return {"changed": 0, "lines": []}, lambda: None
    exporter = open_by_name(case.controller, task.store)
    if not all(capable(exporter, each) for each in (Locates, Plans, Applies)):
        raise NeedsPersonError("not_capable", task.store)
    plan = at_once.plan_of(case, task.store) or _planned(exporter, task, check, now)
    if plan is None:
        return {"changed": 0, "lines": []}, lambda: None
    lines = lines_from_json(plan.content()["stores"][task.store])
    counts = written(exporter, task, plan, lines, check, now)
    by_hand = sorted({f"{task.store}.{line.dataset}" for line in lines if line.treatment is Treatment.MANUAL})
    if by_hand or _postal(case):
        Task.objects.filter(pk=task.pk).update(result=counts)
        raise NeedsPersonError("by_hand", ", ".join(by_hand) or task.store)
    return {**counts, "plan_sha256": plan.sha256, "policy": plan.policy}, lambda: None


def _planned(exporter: Any, task: Task, check: Callable[..., None], now: datetime) -> Plan | None:
    """The plan of this store, kept before anything is written; None when it holds nobody with this address or number."""
    case = task.case
    keys = holders(exporter, case, task.store, check)
    if not keys:
        if _postal(case):
            raise NeedsPersonError("by_hand", task.store)
        return None
    lines = _lines(exporter, case, keys, now)
    if not lines:
        return None
    return at_once.keep_plan(
        case=case,
        store=task.store,
        content={"stores": {task.store: lines_to_json(lines)}},
        summary=[summed(task.store, exporter, line) for line in lines],
        sha256=plan_hash(lines),
        now=now,
    )


def holders(exporter: Locates, case: Case, store: str, check: Callable[..., None]) -> tuple[RowKey, ...]:
    """Everybody in a store whose own record holds exactly one of the addresses or numbers.

    Several people may share one: the objection is for the address, so it counts for each of them (I-06).
    """
    found: dict[RowKey, None] = {}
    stores = stores_of(case.controller)
    for one in at_once.concerned(case):
        for identifier in contacts.identifiers(case.controller, one, stores).get(store, []):
            check()
            match = exporter.locate(Subject(case.request.reference, (identifier,)))
            found |= dict.fromkeys(match.keys)
            for candidate in match.candidates:
                record = Identifier(IdentifierKind.RECORD, candidate.key, store)
                found |= dict.fromkeys(exporter.locate(Subject(case.request.reference, (record,))).keys)
    return tuple(found)


def _postal(case: Case) -> bool:
    """Whether an address of paper mail is among them: stores spell these in so many ways that a person looks."""
    return any(one.kind == contacts.Kind.POST for one in at_once.concerned(case))


def _lines(exporter: Plans, case: Case, keys: tuple[RowKey, ...], now: datetime) -> tuple[PlanLine, ...]:
    """The lines for these people. A store that is not used for marketing at all has none, whatever the channels."""
    subject = Subject(case.request.reference, ())
    right = at_once.policy_of(case).plan_right
    lines = exporter.plan(subject, keys, right=right, now=now, purposes=(MARKETING,))
    asked = channels_of(at_once.channels_asked(case))
    if not lines or asked == ALL_CHANNELS:
        return lines
    # Somebody who narrowed it keeps the other channels (O-03): switches of single channels are purposes of their own.
    return exporter.plan(
        subject, keys, right=right, now=now, purposes=tuple(f"{MARKETING}_{one}" for one in sorted(asked))
    )


def written(  # noqa: PLR0917 -- the places of one step, two callers
    exporter: Any, task: Task, plan: Plan, lines: tuple[PlanLine, ...], check: Callable[..., None], now: datetime
) -> dict[str, Any]:
    """Carry the lines out and read them back. A plan that has gone stale is set aside, and the next try makes another."""
    begun: list[bool] = []

    def look() -> None:
        check()
        if begun:
            at_once.look_again(case=task.case, plan=plan, store=task.store)
        else:
            at_once.begin_store(task=task, plan=plan, now=now)
        begun.append(True)

    return carrying.at_once_written(exporter, plan, task.store, lines, look, now)


def close(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `close`: the confirmation L-16, and the case is completed in the same transaction (4.2 no. 16)."""
    check()

    def effect() -> None:
        stop_letter.complete(case_id=task.case_id, now=now)

    return {}, effect
