"""Looking again after a correction, in case a nightly feed brings the old value back (R-06, SC-08).

A row for each store and day says what is due; a task of a worker reads. What came back is a task for a person and a mail to
the office; the same approved plan can be written once more with one button, because nothing about it is new.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from dsr.cases import correction_sheet, notices, tasks
from dsr.cases import holds as legal
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.correction_plans import writes_in
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.cases.plans import HeldError, StoppedError
from dsr.law.workflow import Refusal, Role, State
from dsr.models import Case, Controller, Kind, Plan, Recheck, Task, User

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

READ: Final = "recheck"
WRITE: Final = "write_again"
CAME_BACK: Final = "came_back"
THIRD_VALUE: Final = "third_value"
_OVER: Final = frozenset({State.ARCHIVED, State.PURGED, State.WITHDRAWN})


def applied(*, case: Case, now: datetime) -> int:
    """The corrections of a case are written: say when they are looked at again, by `DSR_RECHECK_DAYS`. Returns how many looks.

    Within the transaction that ends the execution. Looks that an earlier plan still waits for are void.
    """
    plan = case.plans.filter(status=Plan.Status.APPLIED, occasion="").order_by("-number").first()
    if plan is None:
        return 0
    earlier = Recheck.objects.filter(case=case, done_at__isnull=True).exclude(plan=plan)
    earlier.update(done_at=now, asked_at=now, outcome=Recheck.Outcome.REPLACED)
    today = local_date(case.controller, now)
    rows = [
        Recheck(
            controller_id=case.controller_id, case=case, plan=plan, store=store, due_on=today + timedelta(days=days)
        )
        for store in writes_in(plan)
        for days in settings.DSR_RECHECK_DAYS
    ]
    Recheck.objects.bulk_create(rows, ignore_conflicts=True)
    correction_sheet.forget_values(case=case)
    return len(rows)


def ask_due(*, now: datetime, limit: int) -> int:
    """A task for every look that is due; two at once ask once. A file that is archived or purged is not looked at any more."""
    done = 0
    for controller in Controller.objects.order_by("slug"):
        rows = Recheck.objects.of(controller).filter(asked_at__isnull=True, due_on__lte=local_date(controller, now))
        found = rows.exclude(case__state__in=_OVER).select_related("case__controller").order_by("due_on", "store", "pk")
        for row in list(found[: max(limit - done, 0)]):
            done += _ask(row, now)
    return done


@transaction.atomic
def _ask(row: Recheck, now: datetime) -> bool:
    if not Recheck.objects.filter(pk=row.pk, asked_at__isnull=True).update(asked_at=now):
        return False
    tasks.ensure(case=row.case, operation=READ, store=row.store, now=now, again=True)
    return True


def plan_to_read(case: Case, store: str) -> Plan | None:
    """The plan whose values should stand in a store now; None when nothing was written there or the file is over."""
    if Case.objects.values_list("state", flat=True).get(pk=case.pk) in _OVER:
        return None
    rows = Plan.objects.filter(case=case, status=Plan.Status.APPLIED, occasion="").select_related("case")
    found: Plan | None = rows.order_by("-number").first()
    return found if found is not None and store in writes_in(found) else None


@transaction.atomic
def holds(*, case: Case, plan: Plan, store: str, now: datetime) -> None:
    """A store was read, and everything stands as it was corrected."""
    if _settle(plan, store, Recheck.Outcome.HOLDS, now):
        record(case_id=case.pk, kind="rechecked", actor=SYSTEM, now=now, data={"store": store})


@transaction.atomic
def came_back(*, case: Case, plan: Plan, store: str, differs: int, places: Sequence[str], now: datetime) -> None:
    """A store holds something else than was written: noted, and the office is told by mail."""
    if not _settle(plan, store, Recheck.Outcome.CAME_BACK, now, differs=differs, places=list(places)):
        return
    data = {"store": store, "rows": differs, "datasets": list(places)}
    fresh = record(case_id=case.pk, kind="value_came_back", actor=SYSTEM, now=now, data=data)
    for user in _office(fresh):
        notices.to_staff(user=user, kind=CAME_BACK, now=now, context={"reference": fresh.request.reference})


def _settle(plan: Plan, store: str, outcome: str, now: datetime, **found: object) -> bool:
    rows = Recheck.objects.filter(plan=plan, store=store, asked_at__isnull=False, done_at__isnull=True)
    return bool(rows.update(done_at=now, outcome=outcome, **found))


def _office(case: Case) -> list[User]:
    """Whoever has the case, and the leads."""
    people = User.objects.in_scope(controller=case.controller, kind=Kind.STAFF).filter(is_active=True)
    mine = {case.handler_id, case.assignee_id}
    return [one for one in people.order_by("handle") if one.pk in mine or Role.LEAD.value in one.roles]


# --- written once more -----------------------------------------------------------------------------------------------------


@transaction.atomic
def write_again(*, task_id: RowId, actor: Actor, now: datetime) -> Task:
    """Write the approved values once more into a store where the old ones came back, and look again afterwards.

    RefusedError: the role, `not_came_back`, `legal_hold`.
    """
    insist(actor, Duty.RETRY)
    task = Task.objects.select_related("case__controller", "case__request").get(pk=task_id)
    waiting = Task.objects.filter(pk=task_id, operation=READ, status=Task.Status.MANUAL, error_code=CAME_BACK)
    if plan_to_read(task.case, task.store) is None:
        raise RefusedError(Refusal("not_came_back", {}))
    if legal.held(task.case, task.store):
        raise RefusedError(Refusal("legal_hold", {}))
    if not waiting.update(status=Task.Status.CANCELLED, finished_at=now):
        raise RefusedError(Refusal("not_came_back", {}))
    data = {"operation": WRITE, "store": task.store}
    record(case_id=task.case_id, kind="task_retried", actor=actor, now=now, data=data)
    return tasks.ensure(case=task.case, operation=WRITE, store=task.store, now=now, again=True)


def look_again(*, case: Case, plan: Plan, store: str) -> None:
    """The look before a value is written once more. StoppedError when the plan is not in force; HeldError on a hold."""
    fresh = Case.objects.get(pk=case.pk)
    if fresh.state in _OVER or not Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPLIED).exists():
        raise StoppedError
    if legal.held(fresh, store):
        raise HeldError


@transaction.atomic
def written_again(*, case: Case, plan: Plan, store: str, now: datetime) -> None:
    """The values stand again: noted, and looked at anew after the next feed."""
    record(case_id=case.pk, kind="written_again", actor=SYSTEM, now=now, data={"store": store})
    today = local_date(case.controller, now)
    for days in settings.DSR_RECHECK_DAYS:
        due = {"plan": plan, "store": store, "due_on": today + timedelta(days=days)}
        row, made = Recheck.objects.get_or_create(**due, defaults={"controller_id": case.controller_id, "case": case})
        if not made:
            Recheck.objects.filter(pk=row.pk).update(asked_at=None, done_at=None, outcome="", differs=0, places=[])


def looks_of(case: Case) -> list[Recheck]:
    """Every look at a case's corrections, in the order of their days."""
    return list(Recheck.objects.filter(case=case).exclude(outcome=Recheck.Outcome.REPLACED).order_by("due_on", "store"))


def returned(case: Case) -> list[Task]:
    """The stores in which an old value came back and nobody has settled it yet."""
    rows = Task.objects.filter(case=case, operation__in=[READ, WRITE], status=Task.Status.MANUAL)
    return list(rows.filter(error_code__in=[CAME_BACK, THIRD_VALUE]).order_by("store"))
