"""Task rows: what is due on which store, claimed by update, fenced by the attempt number (house.md idea 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from dsr.cases.perform import RefusedError, record
from dsr.law.workflow import Refusal, Role
from dsr.models import Case, RowId, Task
from dsr.work import wake

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsr.law.workflow import Actor

# Waiting before the next try of a temporary failure; after the last one a person looks at it.
BACKOFF = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600))
QUEUES = {"package": "pdf", "close": "pdf"}


def lease() -> timedelta:
    """How long a claimed task is left alone; the worker renews it by a heartbeat."""
    return timedelta(seconds=settings.DSR_LEASE_SECONDS)


def ensure(*, case: Case, operation: str, now: datetime, store: str = "", again: bool = False) -> Task:
    """The task of this case, store and operation; made if missing, queued anew when `again`. Wakes a worker after commit."""
    task, made = Task.objects.get_or_create(
        case=case,
        store=store,
        operation=operation,
        defaults={"controller": case.controller, "not_before": now, "created_at": now},
    )
    if not made and again:
        Task.objects.filter(pk=task.pk).update(
            status=Task.Status.QUEUED,
            not_before=now,
            leased_until=None,
            failures=0,
            error_code="",
            error_place="",
            progress=0,
            finished_at=None,
        )
        task.refresh_from_db()
    _wake(task)
    return task


def _wake(task: Task) -> None:
    wake.nudge("dsr.work.jobs.run_task", str(task.pk), queue=QUEUES.get(task.operation, "stores"))


def due(now: datetime) -> QuerySet[Task]:
    """Tasks a worker may take: queued and not before now, or running on a lease that ran out (its worker died)."""
    waiting = Q(status=Task.Status.QUEUED, not_before__lte=now)
    orphaned = Q(status=Task.Status.RUNNING, leased_until__lt=now)
    return Task.objects.filter(waiting | orphaned)


def claim(*, task_id: RowId, now: datetime) -> Task | None:
    """Take a due task; None when somebody else has it or nothing is to do. The attempt number fences off zombies."""
    taken = (
        due(now)
        .filter(pk=task_id)
        .update(status=Task.Status.RUNNING, leased_until=now + lease(), attempts=F("attempts") + 1)
    )
    return (
        Task.objects.select_related("case__request", "case__controller", "controller").get(pk=task_id)
        if taken
        else None
    )


def renew(*, task: Task, now: datetime, progress: int | None = None) -> bool:
    """Prolong the lease while working; False means it was taken over, and the worker must stop before its next effect."""
    values: dict[str, Any] = {"leased_until": now + lease()}
    if progress is not None:
        values["progress"] = progress
    return bool(_mine(task).update(**values))


def _mine(task: Task) -> QuerySet[Task]:
    return Task.objects.filter(pk=task.pk, status=Task.Status.RUNNING, attempts=task.attempts)


@transaction.atomic
def finish(*, task: Task, result: dict[str, Any], actor: Actor, now: datetime) -> bool:
    """Mark done with counts and hashes, and say so in the chain; False when the attempt was overtaken."""
    done = _mine(task).update(
        status=Task.Status.DONE, leased_until=None, finished_at=now, result=result, error_code="", error_place=""
    )
    if done:
        data = {"operation": task.operation, "store": task.store, "attempt": task.attempts, **result}
        record(case_id=task.case_id, kind="task_done", actor=actor, now=now, data=data)
    return bool(done)


@transaction.atomic
def fail(*, task: Task, code: str, place: str, temporary: bool, actor: Actor, now: datetime) -> bool:
    """Put back with a growing wait, or hand to a person: never silently failed, never forgotten."""
    again = temporary and task.failures < len(BACKOFF)
    values: dict[str, Any] = {
        "leased_until": None,
        "error_code": code[:40],
        "error_place": place[:200],
        "failures": task.failures + 1,
    }
    if again:
        values |= {"status": Task.Status.QUEUED, "not_before": now + BACKOFF[task.failures]}
    else:
        values |= {"status": Task.Status.MANUAL}
    changed = _mine(task).update(**values)
    if changed:
        data = {
            "operation": task.operation,
            "store": task.store,
            "attempt": task.attempts,
            "code": code,
            "retry": again,
        }
        record(case_id=task.case_id, kind="task_failed", actor=actor, now=now, data=data)
    return bool(changed)


@transaction.atomic
def retry(*, task_id: RowId, actor: Actor, now: datetime) -> None:
    """A person asks for another try of a task that waits for her, or does not want to wait for the back-off."""
    task = Task.objects.select_related("case").get(pk=task_id)
    waiting = Task.objects.filter(pk=task_id, status__in=[Task.Status.MANUAL, Task.Status.QUEUED])
    if not waiting.update(status=Task.Status.QUEUED, not_before=now, failures=0, error_code="", error_place=""):
        raise RefusedError(Refusal("task_not_waiting", {}))
    record(
        case_id=task.case_id,
        kind="task_retried",
        actor=actor,
        now=now,
        data={"operation": task.operation, "store": task.store},
    )
    _wake(task)


@transaction.atomic
def waive(*, task_id: RowId, reason: str, actor: Actor, now: datetime) -> None:
    """Leave a store out, or explain what a search still finds, with a reason: a lead only, never the locating (4.2 no. 10)."""
    task = Task.objects.select_related("case").get(pk=task_id)
    if Role.LEAD not in actor.roles:
        raise RefusedError(Refusal("lead_only", {}))
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    if task.operation not in {"collect", "verify", "apply"} or not Task.objects.filter(
        pk=task_id, status=Task.Status.MANUAL
    ).update(status=Task.Status.WAIVED, finished_at=now):
        raise RefusedError(Refusal("task_not_waiting", {}))
    data = {"operation": task.operation, "store": task.store}
    record(case_id=task.case_id, kind="task_waived", actor=actor, now=now, data=data, note=reason)
    wake.nudge("dsr.work.jobs.after_task", str(task.pk))


def cancel(*, task: Task, actor: Actor, now: datetime) -> None:
    """End a running task whose case does not want it any more; what it made is not kept."""
    if _mine(task).update(status=Task.Status.CANCELLED, leased_until=None, finished_at=now):
        data = {"operation": task.operation, "store": task.store}
        record(case_id=task.case_id, kind="task_cancelled", actor=actor, now=now, data=data)


def cancel_open(*, case: Case) -> int:
    """Cancel what has not started, when a case ends early; a running task re-checks before its next effect."""
    return Task.objects.filter(case=case, status__in=[Task.Status.QUEUED, Task.Status.MANUAL]).update(
        status=Task.Status.CANCELLED
    )
