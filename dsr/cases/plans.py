"""The plan of a case: kept under its hash, approved by a second person, cooled, begun, taken back (house.md idea 3).

What a plan would do stands in its sealed lines; what everybody on the case may see stands in its summary: counts, laws
and end dates, never keys or values. Writing to stores is dsr.fulfil's work, and only by the id of an approved plan.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from dsr.cases import approvals, copy_first, holds, legal_holds, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.facts import current_plan, recipients_left
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record, staff_id
from dsr.cases.scope import stores_of
from dsr.law.workflow import Action, Actor, Refusal, Role, State
from dsr.models import Case, Hold, JournalSecret, JournalStep, Plan, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from dsr.models import RowId


@transaction.atomic
def ask_for_plan(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Have the stores planned anew; reads only. An earlier draft is void."""
    insist(actor, Duty.DRAFT)
    case = Case.objects.get(pk=case_id)
    if case.state != State.DRAFTING:
        raise RefusedError(Refusal("not_drafting", {}))
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    changes = {"manifest_sha256": "", "approved_sha256": "", "handler_id": staff_id(actor) or case.handler_id}
    case = record(case_id=case_id, kind="plan_requested", actor=actor, now=now, changes=changes)
    case.plans.filter(occasion="", status=Plan.Status.DRAFT).update(status=Plan.Status.REPLACED)
    tasks.ensure(case=case, operation="plan", now=now, again=True)
    return case


def keep_plan(
    *,
    case: Case,
    content: dict[str, Any],
    summary: list[dict[str, Any]],
    sha256: str,
    now: datetime,
    manifest_sha256: str | None = None,
) -> Plan:
    """Store a finished plan as the case's draft; called in the transaction that finishes the task.

    What is approved is the plan itself, or what names it: then `manifest_sha256` is empty until that is written.
    """
    case.plans.filter(occasion="", status=Plan.Status.DRAFT).update(status=Plan.Status.REPLACED)
    last = case.plans.order_by("-number").values_list("number", flat=True).first() or 0
    plan = Plan(
        controller_id=case.controller_id, case=case, number=last + 1, sha256=sha256, summary=summary, created_at=now
    )
    plan.put(content)
    plan.save(force_insert=True)
    counts: dict[str, int] = {}
    for line in summary:
        counts[line["treatment"]] = counts.get(line["treatment"], 0) + line["count"]
    data = {"plan": plan.number, "plan_sha256": sha256, "lines": len(summary), **counts}
    changes = {"manifest_sha256": sha256 if manifest_sha256 is None else manifest_sha256}
    record(case_id=case.pk, kind="plan_made", actor=SYSTEM, now=now, changes=changes, data=data)
    return plan


@transaction.atomic
def approve(
    *,
    case_id: RowId,
    plan_sha256: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    attested: Iterable[str] = (),
) -> Case:
    """Approve exactly the plan that was on the screen. It may run after the controller's cooling time (4.2 no. 13, 14).

    `attested` is what the approver says she looked at (`dsr.law.attest`). The approval counts for the controller's
    `approval_days` from the end of the cooling time (4.0.1).
    """
    case = Case.objects.select_related("controller").get(pk=case_id)
    plan = current_plan(case)
    if plan is None or plan_sha256 != plan.sha256 or plan_sha256 != case.manifest_sha256:
        raise RefusedError(Refusal("manifest_changed", {}))
    not_before = now + timedelta(hours=case.controller.cooling_hours)
    signed = approvals.signed(case, attested, actor=actor, now=now, since=not_before)
    case = perform(
        case_id=case_id,
        action=Action.APPROVE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"approved_sha256": plan_sha256, **signed.changes},
        data={"plan": plan.number, "plan_sha256": plan_sha256, "not_before": not_before, **signed.data},
        extra_facts=signed.facts,
    )
    approved = case.plans.filter(pk=plan.pk, status=Plan.Status.DRAFT).update(
        status=Plan.Status.APPROVED,
        approved_at=now,
        approved_by_id=staff_id(actor),
        not_before=not_before,
        expires_at=signed.until,
    )
    if not approved:
        raise ConflictError
    return case


@transaction.atomic
def back_to_draft(
    *,
    case_id: RowId,
    status: str,
    reason: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> Case:
    """The approval ends without having run to its end: taken back by staff, expired, or the plan is stale (4.0.1).

    What was applied stays applied; tasks that have not begun are cancelled.
    """
    running = Task.objects.filter(case__pk=case_id, operation="apply", status=Task.Status.RUNNING).count()
    if actor.kind == "staff" and running:
        # What happens in that store must be written down before anybody turns round.
        raise RefusedError(Refusal("tasks_open", {"count": running}))
    case = perform(
        case_id=case_id,
        action=Action.PLAN_STALE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"approved_sha256": "", "manifest_sha256": "", "approval_ends_at": None},
        data={"plan_status": status, **(data or {})},
        note=reason,
        extra_facts={"reason_given": bool(reason.strip())},
    )
    ended = case.plans.filter(occasion="", status__in=[Plan.Status.APPROVED, Plan.Status.DRAFT])
    _destroy_journal_keys(list(ended.values_list("pk", flat=True)))
    ended.update(status=status)
    tasks.cancel_open(case=case)
    return case


def _destroy_journal_keys(plan_ids: list[UUID]) -> None:
    """These plans are never taken up again: the key of their tokens and the kept row keys go, the states of steps stay.

    Whoever held the key could make the tokens of finished batches again, and they would be no anonymisation (N-03, N-06).
    """
    JournalSecret.objects.filter(plan__in=plan_ids).delete()
    JournalStep.objects.filter(plan__in=plan_ids).update(sealed=b"")


@transaction.atomic
def start(*, case_id: RowId, now: datetime) -> Case:
    """Begin an approved plan whose cooling time is over: one task per store, children first inside each (4.2 no. 14)."""
    if Case.objects.get(pk=case_id).legal_hold:
        raise RefusedError(Refusal("legal_hold", {}))
    if copy_first.owed(Case.objects.select_related("request__controller").get(pk=case_id)).exists():
        raise RefusedError(Refusal("copy_first", {}))
    case = perform(case_id=case_id, action=Action.START_EXECUTION, actor=SYSTEM, now=now)
    plan = current_plan(case)
    if plan is None or plan.status != Plan.Status.APPROVED:
        raise RefusedError(Refusal("not_approved", {}))
    planned = dict.fromkeys(line["store"] for line in plan.summary)
    for store in planned:
        tasks.ensure(case=case, operation="apply", store=store, now=now, again=True)
    # Stores that hold nothing of hers are read again too: a copy nobody linked to her is what a residue is.
    for store in stores_of(case.controller):
        if store not in planned:
            tasks.ensure(case=case, operation="verify", store=store, now=now, again=True)
    return case


def start_due(*, now: datetime, limit: int) -> int:
    """Start what has cooled and has not expired (`dsr.cases.approval_expiry`). A legal hold starts nothing."""
    waiting = Plan.objects.filter(
        occasion="", status=Plan.Status.APPROVED, case__state=State.APPROVED, case__legal_hold=False
    )
    done = 0
    for plan in waiting.filter(not_before__lte=now, expires_at__gt=now)[:limit]:
        try:
            start(case_id=plan.case_id, now=now)
        except (RefusedError, ConflictError):
            continue
        done += 1
    return done


class StoppedError(Exception):
    """The case does not want its plan carried out any more: cancelled, withdrawn, or the approval ended."""


class HeldError(Exception):
    """The case is on legal hold: nothing is written now, and the task waits."""


@transaction.atomic
def begin_store(*, task: Task, plan_id: RowId, now: datetime) -> None:
    """The last look before the first write to a store, with a claim that ends every withdrawal (fides: cancel that stops).

    StoppedError when the case is not being executed any more or the plan is not the approved one; HeldError on a hold.
    """
    case = record(
        case_id=task.case_id,
        kind="apply_started",
        actor=SYSTEM,
        now=now,
        changes={"first_applied_at": now},
        data={"store": task.store, "attempt": task.attempts},
    )
    plan = Plan.objects.filter(pk=plan_id, status=Plan.Status.APPROVED, sha256=case.approved_sha256).exists()
    # Either way the record of having started goes with the transaction.
    if case.state != State.EXECUTING or not plan:
        raise StoppedError
    if holds.held(case, task.store):
        raise HeldError


@transaction.atomic
def settle_recipients(*, case_id: RowId, told: list[str], reasons: dict[str, str], actor: Actor, now: datetime) -> Case:
    """Note who was told of the erasure, and why somebody was not (Art. 19; 4.0.3). When all are settled the letter is made."""
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if not actor.roles & {Role.HANDLER, Role.LEAD}:
        raise RefusedError(Refusal("role", {"roles": "handler,lead"}))
    if case.state != State.NOTIFYING:
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
    settled = dict(case.content().get("recipients", {}))
    settled |= dict.fromkeys(told, "") | {name: why.strip() for name, why in reasons.items() if why.strip()}
    case.put(case.content() | {"recipients": settled})
    data = {"told": len(told), "not_told": len(reasons)}
    case = record(
        case_id=case_id, kind="recipients_settled", actor=actor, now=now, changes={"sealed": case.sealed}, data=data
    )
    if not recipients_left(case):
        tasks.ensure(case=case, operation="close", now=now, again=True)
    return case


@transaction.atomic
def hold(
    *, case_id: RowId, on: bool, reason: str, actor: Actor, now: datetime, seen_version: int | None = None
) -> Case:
    """Put a case on legal hold, or lift it: nothing is erased while it stands. A reason is kept sealed.

    Handlers, leads and the DPO may stop; only a lead or the DPO lifts, because lifting lets an erasure go on.
    """
    insist(actor, Duty.HOLD if on else Duty.LIFT_HOLD)
    case = Case.objects.select_related("controller").get(pk=case_id)
    if seen_version is not None and case.version != seen_version:
        raise ConflictError
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    if on:
        matter = legal_holds.Matter(reason, "", reason)
        legal_holds.place(controller=case.controller, matter=matter, actor=actor, now=now, case=case)
        return Case.objects.get(pk=case_id)
    own = list(legal_holds.standing(case).filter(scope=Hold.Scope.CASE))
    for one in own:
        legal_holds.lift(hold_id=one.pk, reason=reason, actor=actor, now=now)
    if not own:
        # Set before holds had rows, or by the person: whoever lifts it on this page is told that it still stands.
        still = legal_holds.standing(case).exists()
        changes = {"legal_hold": still}
        record(case_id=case_id, kind="hold_lifted", actor=actor, now=now, changes=changes, note=reason)
    return Case.objects.get(pk=case_id)
