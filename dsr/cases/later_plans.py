"""Plans after the answer: a replay after a restore, the end of a period. Each belongs to its case and to one store.

A standing rule approves what does no more than the approved plan did; everything else waits for a second person (house.md
idea 3). The state of the case does not change: the answer was given, and this is what it promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import holds, kept, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty, duty_refusal
from dsr.cases.facts import facts_of
from dsr.cases.perform import ConflictError, RefusedError, insist, record, staff_id
from dsr.cases.plans import HeldError, StoppedError
from dsr.law.codes import Guard
from dsr.law.guards import GUARDS
from dsr.law.policies import AFTERCARE
from dsr.law.workflow import Refusal
from dsr.models import Plan
from exporters.contract import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from dsr.law.workflow import Actor
    from dsr.models import Case, Controller, Task

_GUARDS: Final = (Guard.SECOND_PERSON, Guard.LEAD_OR_DPO, Guard.RETENTION_ADVISED)


@transaction.atomic
def keep(
    *,
    case: Case,
    store: str,
    occasion: str,
    content: dict[str, Any],
    summary: list[dict[str, Any]],
    sha256: str,
    by_rule: bool,
    now: datetime,
) -> Plan:
    """Store a plan of one store; `by_rule`: the standing rule of the occasion approves it, and its task is due at once.

    An earlier plan of the same store and occasion that has not run is replaced.
    """
    policy = AFTERCARE[occasion] if by_rule else None
    mine = Plan.objects.filter(case=case, store=store, occasion=occasion)
    counts: dict[str, int] = {}
    for line in summary:
        counts[line["treatment"]] = counts.get(line["treatment"], 0) + line["count"]
    data = {"occasion": occasion, "store": store, "plan_sha256": sha256, "lines": len(summary), **counts}
    if policy:
        data |= {"policy": policy.id, "policy_sha256": policy.sha256}
    # The claim of the case's version orders stores that plan at the same moment, so that each gets its own number.
    record(case_id=case.pk, kind="later_plan_made", actor=SYSTEM, now=now, data=data)
    mine.filter(status__in=[Plan.Status.DRAFT, Plan.Status.APPROVED]).update(status=Plan.Status.REPLACED)
    last = Plan.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first() or 0
    plan = Plan(
        controller_id=case.controller_id,
        case=case,
        number=last + 1,
        store=store,
        occasion=occasion,
        status=Plan.Status.APPROVED if policy else Plan.Status.DRAFT,
        sha256=sha256,
        summary=summary,
        policy=policy.id if policy else "",
        policy_sha256=policy.sha256 if policy else "",
        created_at=now,
        approved_at=now if policy else None,
    )
    plan.put(content)
    plan.save(force_insert=True)
    if policy:
        tasks.ensure(case=case, operation=occasion, store=store, now=now, again=True)
    return plan


def waiting(controller: Controller) -> list[Plan]:
    """Plans that wait for a second person, the oldest first."""
    rows = Plan.objects.of(controller).filter(status=Plan.Status.DRAFT).exclude(occasion="")
    return list(rows.select_related("case__request").order_by("created_at", "pk"))


def refusal(plan: Plan, actor: Actor, *, now: datetime, attested: Iterable[str] | None = None) -> Refusal | None:
    """Why somebody may not approve this plan: role, closeness, and the guards of #13, over the facts of its case (4.2, 4.3).

    `attested` is what she says she looked at; None: she has not been asked yet.
    """
    role = duty_refusal(actor, Duty.APPROVE_LATER)
    if role is not None:
        return role
    uncertain = any(line.get("reason") == Reason.PERIOD_UNCERTAIN for line in plan.summary)
    facts = facts_of(plan.case, now=now, retention_uncertain=uncertain, attested=frozenset(attested or ()))
    if actor.barred or actor.id in facts.barred_ids:
        return Refusal("barred", {})
    guards = _GUARDS if attested is None else (*_GUARDS, Guard.ATTESTED)
    return next(filter(None, (GUARDS[guard](facts, actor) for guard in guards)), None)


@transaction.atomic
def approve(
    *,
    plan_id: UUID | str,
    plan_sha256: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    attested: Iterable[str] = (),
) -> Plan:
    """Approve exactly the plan that was on the screen; its store is changed at once.

    The approver is a second person as for the plan of the case: who handled it, or set the day on which keeping ends, is
    none. RefusedError: `role`, `manifest_changed`, `legal_hold`, `barred`, and those of the guards of #13 (`same_person`,
    `dpo_objects`, `retention_needs_dpo`, `not_attested`). ConflictError when the case moved since `seen_version`.
    """
    insist(actor, Duty.APPROVE_LATER)
    plan: Plan = Plan.objects.select_related("case__controller", "case__request").exclude(occasion="").get(pk=plan_id)
    if plan.sha256 != plan_sha256:
        raise RefusedError(Refusal("manifest_changed", {}))
    holds.insist_free(plan.case.request_id)
    said = frozenset(attested)
    data = {"occasion": plan.occasion, "store": plan.store, "plan_sha256": plan.sha256, "attested": sorted(said)}
    # The claim of the case's version comes first, so that nobody handles the case between the look and the approval.
    plan.case = record(
        case_id=plan.case_id, kind="later_plan_approved", actor=actor, now=now, data=data, seen_version=seen_version
    )
    refused = refusal(plan, actor, now=now, attested=said)
    if refused is not None:
        raise RefusedError(refused)
    approved = Plan.objects.filter(pk=plan.pk, status=Plan.Status.DRAFT).update(
        status=Plan.Status.APPROVED, approved_at=now, approved_by_id=staff_id(actor)
    )
    if not approved:
        raise ConflictError
    tasks.ensure(case=plan.case, operation=plan.occasion, store=plan.store, now=now, again=True)
    plan.refresh_from_db()
    return plan


@transaction.atomic
def refuse(*, plan_id: UUID | str, reason: str, actor: Actor, now: datetime) -> Plan:
    """Not so: the plan is withdrawn with a reason that is kept sealed, and nothing is written.

    What it was to erase because a period is over stays kept, and its task waits until somebody says another day.
    """
    insist(actor, Duty.APPROVE_LATER)
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    plan: Plan = Plan.objects.select_related("case__controller").exclude(occasion="").get(pk=plan_id)
    data = {"occasion": plan.occasion, "store": plan.store, "plan_sha256": plan.sha256}
    record(case_id=plan.case_id, kind="later_plan_refused", actor=actor, now=now, data=data, note=reason)
    if not Plan.objects.filter(pk=plan.pk, status=Plan.Status.DRAFT).update(status=Plan.Status.WITHDRAWN):
        raise ConflictError
    if plan.occasion == Plan.Occasion.KEPT:
        kept.put_back(case=plan.case, store=plan.store, now=now)
    plan.refresh_from_db()
    return plan


def approved(case: Case, store: str, occasion: str) -> Plan | None:
    """The plan that is to be carried out in a store; after a crash the same one goes on."""
    rows = Plan.objects.filter(case=case, store=store, occasion=occasion, status=Plan.Status.APPROVED)
    found: Plan | None = rows.select_related("case__request", "case__controller").order_by("-number").first()
    return found


@transaction.atomic
def begin_store(*, task: Task, plan: Plan, now: datetime) -> None:
    """The last look before the first write. StoppedError when the plan is over, HeldError under a legal hold."""
    data = {"store": task.store, "attempt": task.attempts, "plan_sha256": plan.sha256, "occasion": plan.occasion}
    case = record(case_id=task.case_id, kind="apply_started", actor=SYSTEM, now=now, data=data)
    if not Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).exists():
        raise StoppedError
    if holds.held(case, task.store):
        raise HeldError


def still(case: Case, plan: Plan) -> None:
    """The look before each commit: the same, without a word in the chain."""
    if not Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).exists():
        raise StoppedError
    if holds.held(case, plan.store):
        raise HeldError


def applied(plan: Plan, *, now: datetime) -> None:
    """It ran to its end, in the transaction that finishes the task."""
    Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).update(status=Plan.Status.APPLIED, applied_at=now)


def set_aside(plan: Plan) -> None:
    """A row of it changed before it was written: it is made anew, and a changed plan is approved anew."""
    Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).update(status=Plan.Status.STALE)
