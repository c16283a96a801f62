"""What a restriction sets in the stores, and takes back: a task for each store, a plan under the policy, or a person (Q-03).

A store that sets it by program has a plan of its own under the standing policy of the right (4.0.2); one that cannot gets
a task for a person with the instruction. Which it is, the task finds out: no store is asked while a row is written.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import at_once, by_hand, restricted_who, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.perform import record
from dsr.cases.plans import StoppedError
from dsr.cases.scope import stores_of
from dsr.law.restricting import RestrictionScope
from dsr.law.workflow import State
from dsr.models import Case, Event, Plan, Restriction, Task
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

SET: Final = "restrict"
LIFT: Final = "lift"
DRIFT: Final = "drift"
"""Trouble of a task SET: the store does not hold any more what was set."""


def standing(case: Case) -> Restriction | None:
    """The restriction of the case that has not ended, as it is now."""
    rows = Restriction.objects.filter(case=case, ended_at__isnull=True).select_related("case__request", "controller")
    found: Restriction | None = rows.first()
    return found


def begin(*, case: Case, row: Restriction, instruction: str, stores: Sequence[str] | None, now: datetime) -> None:
    """A task for each store within the caller's transaction; people do what is about a single item or has no program.

    `stores`: those chosen, None for all of the controller. Of a scope of datasets only the stores that hold them.
    """
    known = stores_of(case.controller)
    names = [name for name in (known if stores is None else stores) if name in known]
    scope = RestrictionScope(row.scope)
    if scope is RestrictionScope.DATASETS:
        named = {part.partition(".")[0] for part in row.parts}
        names = [name for name in names if name in named]
    # What an earlier round asked of people is over; its confirmations stand in the chain.
    Task.objects.filter(case=case, operation=by_hand.OPERATION).exclude(status=Task.Status.CANCELLED).update(
        status=Task.Status.CANCELLED
    )
    by_person = scope is RestrictionScope.ITEM or (scope is RestrictionScope.USES and not row.parts)
    if by_person or not names:
        begun = by_hand.begin(case=case, instruction=instruction, stores=names or stores, now=now)
        keep_for_review(case, [task.store for task in begun], now=now)
        return
    by_hand.instruct(case=case, instruction=instruction, stores=names)
    for name in names:
        tasks.ensure(case=case, operation=SET, store=name, now=now, again=True)


def ask_person(case: Case, store: str, *, now: datetime, instruction: str = "", again: bool = False) -> None:
    """The store's part goes to a person, in the transaction that finishes the program's task.

    Once in a round: what somebody has confirmed is not asked again when the program looks a second time. `again` asks
    in any case, with an instruction of its own.
    """
    asked = Task.objects.filter(case=case, store=store, operation=by_hand.OPERATION)
    if not again and asked.exclude(status=Task.Status.CANCELLED).exists():
        return
    words = instruction or str(by_hand.instructions(case).get(store, ""))
    by_hand.begin(case=case, instruction=words, stores=[store], now=now, beside=True)


def keep_for_review(case: Case, stores: Iterable[str], *, now: datetime) -> None:
    """What works at once is looked at afterwards (4.0.2): the page "Worked at once" reads plans that rest on a policy."""
    known, names = stores_of(case.controller), list(stores)
    summary: list[dict[str, Any]] = [
        {
            "store": name,
            "dataset": by_hand.OPERATION,
            "label": dict(known[name].label) if name in known else {"en": name},
            "category": "",
            "treatment": "manual",
            "count": 0,
            "fields": [],
            "reason": "by_hand",
            "recipients": [],
            "law": "",
            "mark": "",
            "until": None,
        }
        for name in names
    ]
    said = {"stores": {name: [] for name in names}, "instructions": by_hand.instructions(case)}
    sha256 = hashlib.sha256(canonical(said)).hexdigest()
    store = names[0] if len(names) == 1 else ""
    at_once.keep_plan(case=case, store=store, content=said, summary=summary, sha256=sha256, now=now)


# --- plans of one store ---------------------------------------------------------------------------------------------------


def under_way(case: Case, store: str, *, lifting: bool = False) -> Plan | None:
    """The plan that was kept and not carried out to its end: after a crash the same one goes on."""
    rows = Plan.objects.filter(case=case, store=store, status=Plan.Status.APPROVED).select_related("case")
    rows = rows.filter(policy="") if lifting else rows.exclude(policy="")
    found: Plan | None = rows.order_by("-number").first()
    return found


@transaction.atomic
def begin_write(*, task: Task, plan: Plan, now: datetime) -> None:
    """The last look before the first write to a store; StoppedError when the restriction is not as the plan wants it.

    From here on there is nothing to withdraw (4.0.1): what was set is lifted, with notice. No legal hold is asked for: the
    data are marked, and what stood there is sealed in the plan and given back by the lifting (18(1), decision 094).
    """
    case = Case.objects.get(pk=task.case_id)
    first = {} if case.first_applied_at or case.state != State.EXECUTING else {"first_applied_at": now}
    data = {"store": task.store, "attempt": task.attempts, "plan_sha256": plan.sha256, "policy": plan.policy}
    case = record(case_id=case.pk, kind="apply_started", actor=SYSTEM, now=now, changes=first, data=data)
    if not still_wanted(case, plan):
        raise StoppedError


def still_wanted(case: Case, plan: Plan) -> bool:
    """Whether the case still wants this plan: set while the restriction stands, taken back once it has ended."""
    approved = Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).exists()
    return approved and (standing(case) is not None) is bool(plan.policy)


def written(plan: Plan, *, now: datetime) -> None:
    """The plan has been carried out and read back."""
    Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).update(status=Plan.Status.APPLIED, applied_at=now)


def begun(case: Case, store: str, *, lifting: bool = False) -> list[Plan]:
    """The plans of which writing has begun in a store, the first one first.

    A stale one counts too: it may have written before somebody else wrote over a row of it.
    """
    rows = Event.objects.filter(case=case, action="apply_started").order_by("seq")
    hashes = {data["plan_sha256"] for data in rows.values_list("data", flat=True) if data.get("store") == store}
    plans = Plan.objects.filter(case=case, store=store, sha256__in=hashes).select_related("case")
    plans = plans.filter(policy="") if lifting else plans.exclude(policy="")
    return list(plans.order_by("number"))


def stores_set(case: Case) -> list[str]:
    """The stores for which a plan of this restriction was kept by program, in order of their names."""
    rows = Plan.objects.filter(case=case).exclude(policy="").exclude(store="")
    ours = Task.objects.filter(case=case, operation=SET).values("store")
    return sorted(set(rows.filter(store__in=ours).values_list("store", flat=True)))


@transaction.atomic
def keep_lift_plan(
    *, case: Case, store: str, content: dict[str, Any], summary: list[dict[str, Any]], sha256: str, now: datetime
) -> Plan:
    """Store one store's plan of taking back what stood before; it rests on the lifting a lead decided after L-13 (no. 22)."""
    data = {"plan_sha256": sha256, "lines": len(summary), "store": store, "lift": True}
    record(case_id=case.pk, kind="plan_made", actor=SYSTEM, now=now, data=data)
    mine = Plan.objects.filter(case=case, store=store)
    mine.filter(status__in=[Plan.Status.DRAFT, Plan.Status.APPROVED]).update(status=Plan.Status.REPLACED)
    decided = Event.objects.filter(case=case, action="lift_restriction", actor_kind="staff").order_by("-seq").first()
    last = Plan.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first() or 0
    plan = Plan(
        controller_id=case.controller_id,
        case=case,
        number=last + 1,
        store=store,
        status=Plan.Status.APPROVED,
        sha256=sha256,
        summary=summary,
        created_at=now,
        approved_at=now,
        approved_by_id=decided.actor_id if decided else None,
    )
    plan.put(content)
    plan.save(force_insert=True)
    return plan


def begin_lift(*, case: Case, instruction: str, now: datetime) -> None:
    """A task for each store: where a program set it, a program takes it back; whom we asked before, we ask again."""
    by_program = stores_set(case)
    asked = [task.store for task in by_hand.tasks_of(case) if task.store]
    Task.objects.filter(case=case, operation=SET, status__in=[Task.Status.QUEUED, Task.Status.MANUAL]).update(
        status=Task.Status.CANCELLED, finished_at=now
    )
    if asked or not by_program:
        by_hand.begin(case=case, instruction=instruction, stores=asked or None, now=now)
    by_hand.instruct(case=case, instruction=instruction, stores=by_program, beside=True)
    for store in by_program:
        tasks.ensure(case=case, operation=LIFT, store=store, now=now, again=True)


def others(case: Case, *, open_only: bool) -> list[Restriction]:
    """Restrictions of the same person under other cases, in the order they were set."""
    row = Restriction.objects.filter(case=case).select_related("controller").order_by("-set_at", "-pk").first()
    if row is None:
        return []
    found = restricted_who.of_same_person(row).exclude(case=case)
    return [one for one in found if one.ended_at is None or not open_only]
