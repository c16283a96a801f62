"""An approval that nobody carries out in time is over: the case goes back to whoever drafts, and is approved again (4.0.1).

Only what waits to be carried out expires. What has begun is carried on: half an erasure is worse than a late one, and its
approval was in force when it began. What an earlier approval already changed in the stores stays changed, and is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from dsr.addresses import base_url
from dsr.cases import answer_letters, notices, plans, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.facts import current_plan
from dsr.cases.perform import ConflictError, RefusedError, perform
from dsr.law.workflow import Action, State
from dsr.models import Case, Plan, User

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.models import RowId

REASON = "The approval has expired."
"""For the file; what people read is in their language beside it."""


def expire_due(*, now: datetime, limit: int) -> int:
    """Return what was approved and not carried out to its drafters; how many. A legal hold lets nothing expire.

    Two at once are harmless: the version of the case says who was first.
    """
    over = Q(approval_ends_at__lte=now) | Q(pk__in=_plans_over(now).values("case"))
    waiting = Case.objects.filter(over, state=State.APPROVED, legal_hold=False)
    done = 0
    for case_id in list(waiting.order_by("approval_ends_at", "pk").values_list("pk", flat=True)[:limit]):
        try:
            expire(case_id=case_id, now=now)
        except (ConflictError, RefusedError):
            continue
        done += 1
    return done


def _plans_over(now: datetime) -> Any:
    """Plans of before the case itself knew until when its approval counts."""
    return Plan.objects.filter(
        occasion="", status=Plan.Status.APPROVED, expires_at__lte=now, case__approval_ends_at__isnull=True
    )


@transaction.atomic
def expire(*, case_id: RowId, now: datetime) -> Case:
    """Take the approval back because its time is over; a plan has to be made anew, a package or decision handed on again.

    Whoever has the case and whoever approved it have a mail. ConflictError when it was carried out or taken back meanwhile.
    """
    case: Case = Case.objects.select_related("controller", "request", "assignee", "handler", "decider").get(pk=case_id)
    if case.state != State.APPROVED or (case.approval_ends_at and case.approval_ends_at > now):
        raise ConflictError
    data = {"expired": True, **({"applied": True} if case.first_applied_at else {})}
    plan = current_plan(case)
    if plan is not None and plan.status == Plan.Status.APPROVED:
        after = plans.back_to_draft(
            case_id=case.pk,
            status=Plan.Status.WITHDRAWN,
            reason=REASON,
            actor=SYSTEM,
            now=now,
            seen_version=case.version,
            data=data,
        )
    else:
        after = perform(
            case_id=case.pk,
            action=Action.PLAN_STALE,
            actor=SYSTEM,
            now=now,
            seen_version=case.version,
            changes={"approved_sha256": "", "approval_ends_at": None},
            data=data,
            note=REASON,
            extra_facts={"reason_given": True},
        )
        tasks.cancel_open(case=after)
        answer_letters.give_up(case=after)
    _tell(case, now)
    return after


def _tell(case: Case, now: datetime) -> None:
    people: dict[Any, User] = {}
    for user in (case.assignee or case.handler, case.decider):
        if user is not None and user.is_active:
            people.setdefault(user.pk, user)
    link = f"{base_url(case.controller)}/desk/cases/{case.pk}/"
    context = {"reference": case.request.reference, "applied": bool(case.first_applied_at), "link": link}
    for user in people.values():
        notices.to_staff(user=user, kind="approval_expired", now=now, context=context)
