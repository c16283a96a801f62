"""Task rows: what is due on which store, claimed by update, fenced by the attempt number (house.md idea 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from dsr.cases import holds
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.perform import RefusedError, insist, record
from dsr.law.workflow import Refusal, Role
from dsr.models import Case, RowId, Task
from dsr.work import wake

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dsr.law.workflow import Actor
    from dsr.models import Letter

# Waiting before the next try of a temporary failure; after the last one a person looks at it.
BACKOFF = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600))
# Troubles that repeat themselves: so many failures, and a person looks at it sooner.
PATIENCE = {"worker_died": 5, "newer_release": 4, "too_long": 3, "out_of_memory": 2}
# How far the clocks of two hosts may differ, or one may jump back, before a time ahead of us is taken for a mistake.
SKEW = timedelta(minutes=10)
PDF = frozenset({"package", "close", "letter"})
HELD, DIED = "on_hold", "worker_died"
# Operations on one store.
STORE_WORK = frozenset(
    {
        "kept",
        "rescan",
        "residue",
        "recheck",
        "write_again",
        "replay",
        "collect",
        "apply",
        "verify",
        "by_hand",
        "restrict",
        "lift",
    }
)
# What a lead may leave out, or explain: work on one store, never the locating (4.2 no. 10).
WAIVABLE = STORE_WORK


def lease() -> timedelta:
    """How long a claimed task is left alone; the worker renews it by a heartbeat."""
    return timedelta(seconds=settings.DSR_LEASE_SECONDS)


def ensure(
    *, case: Case, operation: str, now: datetime, store: str = "", again: bool = False, letter: Letter | None = None
) -> Task:
    """The task of this case, store and operation (or of this letter); made if missing, queued anew when `again`.

    Wakes a worker after commit.
    """
    task, made = Task.objects.get_or_create(
        case=case,
        store=store,
        operation=operation,
        letter=letter,
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


def queue_of(operation: str) -> str:
    """Which workers do it: `pdf` lays out documents, `stores` asks the client's systems."""
    return "pdf" if operation in PDF else "stores"


def done_in(queue: str) -> Q:
    """The tasks of the queue `stores` or `pdf`."""
    return Q(operation__in=PDF) if queue == "pdf" else ~Q(operation__in=PDF)


def _wake(task: Task) -> None:
    wake.nudge("dsr.work.jobs.run_task", str(task.pk), queue=queue_of(task.operation))


def due(now: datetime) -> QuerySet[Task]:
    """Tasks a worker may take: queued and not before now, or running on a lease that ran out (its worker died).

    A time further ahead than any wait or lease can be was written by a clock that was wrong and has been put right since:
    such a task is due as well, or it would stand until that clock's time comes. An erasure known to be on hold is not
    due while the hold stands; the tick after its lifting finds it.
    """
    waits = Q(error_code=HELD) & holds.waiting_tasks()
    return Task.objects.filter((_queued(now) & ~waits) | _orphaned(now))


def _queued(now: datetime) -> Q:
    return Q(status=Task.Status.QUEUED) & (Q(not_before__lte=now) | Q(not_before__gt=now + BACKOFF[-1] + SKEW))


def _orphaned(now: datetime) -> Q:
    over = Q(leased_until__lt=now) | Q(leased_until__gt=now + lease() + SKEW) | Q(leased_until__isnull=True)
    return Q(status=Task.Status.RUNNING) & over


def claim(*, task_id: RowId, now: datetime) -> Task | None:
    """Take a due task; None when somebody else has it or nothing is to do. The attempt number fences off zombies.

    A task whose worker died is first put down as that, with a growing wait from the second death on: work that kills
    every worker it meets ends with a person instead of killing them all.
    """
    task = Task.objects.select_related("case__request", "case__controller", "controller").filter(pk=task_id).first()
    if task is None:
        return None
    if task.status == Task.Status.RUNNING and not _bury(task, now):
        return None
    if task.error_code == HELD and not due(now).filter(pk=task_id).exists():
        return None
    # Only columns of the row itself: a condition on other tables becomes a subquery, which PostgreSQL does not ask again
    # after waiting for the row, so that two workers would both have it.
    mine = Task.objects.filter(_queued(now), pk=task_id, attempts=task.attempts)
    task.attempts += 1
    task.status, task.leased_until, task.progress = Task.Status.RUNNING, now + lease(), 0
    return (
        task
        if mine.update(status=task.status, leased_until=task.leased_until, attempts=task.attempts, progress=0)
        else None
    )


@transaction.atomic
def _bury(task: Task, now: datetime) -> bool:
    """Put an orphan back, or hand it to a person; False when its worker lives, or somebody else was first."""
    dead = Task.objects.filter(_orphaned(now), pk=task.pk, leased_until=task.leased_until)
    if not dead.exists() or not fail(task=task, code=DIED, place="", temporary=True, actor=SYSTEM, now=now):
        return False
    task.failures, task.error_code = task.failures + 1, DIED
    return True


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
    """Put back with a growing wait, or hand to a person: never silently failed, never forgotten.

    A legal hold is not a failure: the task waits as long as the hold stands, and does not use up its tries.
    """
    held = code == HELD
    again = held or (temporary and not _exhausted(task, code))
    values: dict[str, Any] = {
        "leased_until": None,
        "error_code": code[:40],
        "error_place": place[:200],
        "failures": task.failures if held else task.failures + 1,
    }
    if again:
        values |= {"status": Task.Status.QUEUED, "not_before": now + _wait(task, code)}
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


def _exhausted(task: Task, code: str) -> bool:
    """Whether this failure is the last: all waits are used up, or the same trouble came again once too often."""
    stubborn = code in PATIENCE and task.error_code == code and task.failures + 1 >= PATIENCE[code]
    return stubborn or task.failures >= len(BACKOFF)


def _wait(task: Task, code: str) -> timedelta:
    """Nothing after a hold, or after the first death of a worker: a restart, and the lease was wait enough."""
    if code == HELD or (code == DIED and not task.failures):
        return timedelta(0)
    return BACKOFF[task.failures - (code == DIED)]


def release(*, task: Task, now: datetime) -> bool:
    """Put a task back that a worker gives up because its process ends: nothing failed, the next worker takes it at once."""
    given = bool(_mine(task).update(status=Task.Status.QUEUED, not_before=now, leased_until=None))
    if given:
        _wake(task)
    return given


@transaction.atomic
def retry(*, task_id: RowId, actor: Actor, now: datetime) -> None:
    """A person asks for another try of a task that waits for her, or does not want to wait for the back-off."""
    insist(actor, Duty.RETRY)
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
    waiting = Task.objects.filter(pk=task_id, status=Task.Status.MANUAL, operation__in=WAIVABLE)
    if not waiting.update(status=Task.Status.WAIVED, finished_at=now):
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
    """Cancel what has not started, when a case ends early; a running task re-checks before its next effect.

    Letters are laid out all the same: they were sent, or are voided by themselves.
    """
    waiting = Task.objects.filter(case=case, letter=None, status__in=[Task.Status.QUEUED, Task.Status.MANUAL])
    return waiting.update(status=Task.Status.CANCELLED)
