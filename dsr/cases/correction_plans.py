"""The plan of a rectification: named by the decision that a second person approves, carried out, and looked at again.

Plan and words are one decision: the document holds the plan's hash, its own hash is what is approved (house.md idea 3). What a
program cannot do in a store becomes a task for a person, with an instruction (5.2 no. 5).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import by_hand, corrections, holds, messages, plans, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.facts import current_plan
from dsr.cases.perform import RefusedError, record, staff_id
from dsr.cases.plans import HeldError, StoppedError
from dsr.law.rights import Right
from dsr.law.workflow import Refusal, State
from dsr.models import Case, Plan
from dsr.vault import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId, Task

OPERATION: Final = "apply"
"""Of the task that writes to one store: the same as an erasure's, with the same rows, buttons and journal."""
MAIL: Final = "contact_changing"


@transaction.atomic
def keep(
    *, case: Case, content: dict[str, Any], summary: list[dict[str, Any]], hashes: list[list[str]], now: datetime
) -> Plan:
    """Store the plan of all stores under one hash; the decision that names it is written afterwards."""
    sha256 = hashlib.sha256(canonical(hashes)).hexdigest()
    return plans.keep_plan(case=case, content=content, summary=summary, sha256=sha256, now=now, manifest_sha256="")


def drafted(case: Case) -> Plan | None:
    """The plan that a decision written now would name; None where nothing of a store is to change by program or by hand."""
    plan = current_plan(case) if Right(case.right) is Right.RECTIFICATION else None
    return plan if plan is not None and plan.status == Plan.Status.DRAFT and corrections.plan_wanted(case) else None


def settled(case: Case) -> bool:
    """Whether it is decided what shall stand in the stores and, where something changes, planned: the words come next."""
    sheet = corrections.sheet_of(case)
    decided = sheet is not None and sheet.decided_at is not None
    return decided and (not corrections.plan_wanted(case) or drafted(case) is not None)


def bound(case: Case) -> dict[str, Any]:
    """What the decision document holds of the plan. RefusedError `correction_plan_missing` where one is wanted and not made."""
    if Right(case.right) is not Right.RECTIFICATION or not corrections.plan_wanted(case):
        return {}
    plan = drafted(case)
    if plan is None:
        raise RefusedError(Refusal("correction_plan_missing", {}))
    return {"plan_sha256": plan.sha256, "plan": plan.number}


def by_hand_in(plan: Plan) -> dict[str, list[str]]:
    """What people have to do, store by store, in sentences; they name values of hers, so they stay sealed with the plan."""
    found: dict[str, list[str]] = plan.content().get("hand", {})
    return found


def shown_of(plan: Plan) -> list[dict[str, Any]]:
    """The lines with old and new value, for whoever decides; sealed with the plan."""
    found: list[dict[str, Any]] = plan.content().get("shown", [])
    return found


def tells_old(plan: Plan) -> bool:
    """Whether contact or bank data change, so that the contact on file hears of it first (5.2 no. 2)."""
    return bool(plan.content().get("tells_old"))


def writes_in(plan: Plan) -> list[str]:
    """The stores that a program changes."""
    writing = {"correct", "annotate"}
    return list(dict.fromkeys(line["store"] for line in plan.summary if line["treatment"] in writing))


def begin(*, case: Case, decided: Mapping[str, Any], actor: Actor, now: datetime) -> bool:
    """Carry out what was approved: tell the old contact, then a task for each store (5.2 nos. 2, 5). False: no plan is named.

    Within the transaction of the approval. RefusedError `manifest_changed` when the plan is another one by now.
    """
    named = decided.get("plan_sha256", "")
    if not named:
        return False
    plan = current_plan(case)
    approved = {"status": Plan.Status.APPROVED, "approved_at": now, "approved_by_id": staff_id(actor)}
    mine = Plan.objects.filter(case=case, number=plan.number if plan else 0, status=Plan.Status.DRAFT, sha256=named)
    if plan is None or not mine.update(**approved):
        raise RefusedError(Refusal("manifest_changed", {}))
    hand = dict(by_hand_in(plan))
    if tells_old(plan):
        _tell_old_contact(case, plan, actor, now)
    for store in writes_in(plan):
        tasks.ensure(case=case, operation=OPERATION, store=store, now=now, again=True)
    instruction = str(decided.get("instruction", "")).strip()
    stores = [*hand, *(name for name in decided.get("stores", ()) if name not in hand)] if instruction or hand else []
    if stores:
        texts = {name: "\n".join(filter(None, [*hand.get(name, []), instruction])) for name in stores}
        by_hand.begin(case=case, instruction=texts, stores=stores, now=now)
    return True


def _tell_old_contact(case: Case, plan: Plan, actor: Actor, now: datetime) -> None:
    """The address on file hears of it before it is overwritten; without one somebody writes a letter to the old address."""
    old = str(plan.content().get("old_contact", ""))
    if old:
        messages.queue_mail(request=case.request, kind=MAIL, to=old, now=now, context={"name": ""})
    data = {"by": "mail" if old else "hand"}
    record(case_id=case.pk, kind="old_contact_told", actor=actor, now=now, data=data)


# --- while it is carried out -----------------------------------------------------------------------------------------------


def in_force(case: Case) -> Plan | None:
    """The approved plan that the approved decision names; None for any other."""
    plan = current_plan(case)
    named = case.content().get("decision", {}).get("plan_sha256", "")
    return plan if plan is not None and plan.status == Plan.Status.APPROVED and plan.sha256 == named else None


@transaction.atomic
def begin_store(*, task: Task, plan_id: RowId, now: datetime) -> None:
    """The last look before the first write to a store, which ends every withdrawal. StoppedError, HeldError as for an erasure."""
    data = {"store": task.store, "attempt": task.attempts}
    case = record(
        case_id=task.case_id,
        kind="apply_started",
        actor=SYSTEM,
        now=now,
        changes={"first_applied_at": now},
        data=data,
    )
    look_again(case=case, plan_id=plan_id, store=task.store)


def look_again(*, case: Case, plan_id: RowId, store: str) -> None:
    """Whether the case still wants this very plan carried out in this store. StoppedError, HeldError: the old value is evidence."""
    fresh = Case.objects.select_related("controller", "request").get(pk=case.pk)
    plan = in_force(fresh)
    if fresh.state != State.EXECUTING or not fresh.approved_sha256 or plan is None or str(plan.pk) != str(plan_id):
        raise StoppedError
    if holds.held(fresh, store):
        raise HeldError


def give_up(*, case: Case) -> None:
    """The approval was taken back: the plan is history, what it wrote stays written."""
    ended = case.plans.filter(status__in=[Plan.Status.APPROVED, Plan.Status.DRAFT])
    ended.update(status=Plan.Status.WITHDRAWN)
