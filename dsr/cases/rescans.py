"""Searching the stores again 7 and 30 days after an erasure (rules.md 6.5 no. 1 and 3): late writers, caches, replicas.

Each search is a row with its day. The tick makes it due; the search itself is a task, and what it finds is a person's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from dsr.cases import holds, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.workflow import ANSWERED, Refusal, State
from dsr.models import Rescan, Task

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import Case, RowId

AFTER_DAYS: Final = (7, 30)
OPERATION: Final = "rescan"
RESIDUE: Final = "residue"
"""The operation (and the occasion of the plan) that erases what a search found."""
LEFT: Final = ("residue", "left_by_hand")
"""Why a search waits for a person: something names her, or the plan left something to a person."""
REMAINS: Final = (OPERATION, "replay", "kept")
"""Work after the answer that can end with remains in a store."""
_SEARCHED: Final = (*(state.value for state in ANSWERED), State.NOTIFYING.value)
"""A case that was contested is with people again, and one that is archived holds no identifiers any more."""


def schedule(*, case: Case, now: datetime) -> int:
    """Put down the days for every store that was searched after the erasure; returns how many rows. Harmless the second time."""
    stores = Task.objects.filter(case=case, operation="verify", status=Task.Status.DONE).exclude(store="")
    rows = [
        Rescan(controller_id=case.controller_id, case=case, store=store, days=days, due_at=now + timedelta(days=days))
        for store in stores.order_by("store").values_list("store", flat=True)
        for days in AFTER_DAYS
    ]
    return len(Rescan.objects.bulk_create(rows, ignore_conflicts=True))


def make_due(*, now: datetime, limit: int) -> int:
    """Order the searches whose day has come, at most `limit` stores; returns how many tasks.

    A search that is under way or waits for a person is not begun again: the later day finds what the earlier one left.
    """
    busy = Task.objects.filter(
        case=OuterRef("case"),
        store=OuterRef("store"),
        operation=OPERATION,
        status__in=[Task.Status.QUEUED, Task.Status.RUNNING, Task.Status.MANUAL],
    )
    rows = Rescan.objects.filter(~Exists(busy), due_at__lte=now, done_at__isnull=True, case__state__in=_SEARCHED)
    found = list(rows.select_related("case__controller").order_by("due_at", "pk")[:limit])
    for row in {(row.case_id, row.store): row for row in found}.values():
        with transaction.atomic():
            tasks.ensure(case=row.case, operation=OPERATION, store=row.store, now=now, again=True)
    return len(found)


@transaction.atomic
def plan_again(*, task_id: RowId, actor: Actor, now: datetime) -> Task:
    """Have what a search found planned again, instead of removing it by hand: plan, second person, erased, searched again.

    An event. RefusedError: `role`, `task_not_waiting` when the search does not wait with remains, `legal_hold`.
    """
    insist(actor, Duty.RETRY)
    waits = Task.objects.filter(operation__in=REMAINS, status=Task.Status.MANUAL, error_code="residue")
    task = waits.select_related("case__controller", "case__request").filter(pk=task_id).first()
    if task is None:
        raise RefusedError(Refusal("task_not_waiting", {}))
    holds.insist_free(task.case.request_id)
    data = {"operation": task.operation, "store": task.store}
    record(case_id=task.case_id, kind="residue_planned", actor=actor, now=now, data=data)
    return tasks.ensure(case=task.case, operation=RESIDUE, store=task.store, now=now, again=True)


def search_again(*, case: Case, store: str, now: datetime) -> None:
    """What was found is erased now: whether it is gone is said by the work that had found it, in the caller's transaction."""
    waits = Task.objects.filter(case=case, store=store, operation__in=REMAINS, status=Task.Status.MANUAL)
    names = set(waits.filter(error_code="residue").values_list("operation", flat=True))
    for name in sorted(names or {OPERATION}):
        tasks.ensure(case=case, operation=name, store=store, now=now, again=True)


def look_elsewhere(*, case: Case, changed: str, now: datetime) -> None:
    """A store was changed: what a search of another one left to a person may be gone with that, so it is searched anew.

    Two entries can be two ways into one system (an interface, and its database for what the interface cannot change). In the caller's
    transaction; a search that found nothing is not repeated.
    """
    waits = Task.objects.filter(case=case, operation="verify", status=Task.Status.MANUAL, error_code__in=LEFT)
    for store in waits.exclude(store=changed).order_by("store").values_list("store", flat=True):
        tasks.ensure(case=case, operation="verify", store=store, now=now, again=True)


@transaction.atomic
def searched(*, case: Case, store: str, found: int, now: datetime) -> None:
    """Note what a search came to (`found` counts rows of hers and of nobody) for every day that has come. An event."""
    due = Rescan.objects.filter(case=case, store=store, due_at__lte=now, done_at__isnull=True)
    days = sorted(due.values_list("days", flat=True))
    if not days:
        return
    record(
        case_id=case.pk,
        kind="searched_again",
        actor=SYSTEM,
        now=now,
        data={"store": store, "days": days, "found": found},
    )
    due.update(done_at=now, found=found)
