"""Asking a department for what no program does: a link by mail, reminders, an escalation, then the desk (rules 4.2 no. 10).

A task that waits for a department is `manual` with the code WITH_OWNER; every other code says what somebody at the desk has to
do. Each verb claims the task with one conditional update, so that two ticks ask once and remind once. The clock of the case
has no part in it: a paused month does not stop a search (docs/decisions/083).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.hand_links import SILENT, WITH_OWNER, end_links, mail
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.cases.scope import stores_of
from dsr.law.workflow import Refusal
from dsr.models import Controller, HandLink, HandTask, OwnerMail, Task
from exporters.owner import Owner

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

BY_HAND: Final = frozenset({"not_capable", "by_hand", "right_unsupported"})
"""Why a task waits for a person, where the person is one of the store's department."""
OPERATIONS: Final = frozenset({"collect", "apply", "by_hand"})
CANNOT, UNREACHED, TAKEN_BACK = "owner_cannot", "owner_unreached", "owner_taken_back"
RETURNED: Final = frozenset({SILENT, CANNOT, UNREACHED, TAKEN_BACK})
"""Codes of a task that was with a department and needs somebody at the desk now."""
REMINDED, REMINDED_AGAIN, ESCALATED, HANDED_BACK = 1, 2, 3, 4
_NUDGE_AGAIN: Final = timedelta(hours=12)


def department_of(task: Task) -> Owner:
    """Who answers for the store of a task, as configured; an owner without a name where nobody is."""
    config = stores_of(task.controller).get(task.store)
    return config.department if config else Owner("")


def may_ask(task: Task) -> bool:
    """Whether a department can be asked for this task now: it waits for a person, and a hand could do it."""
    codes = BY_HAND | RETURNED | {WITH_OWNER}
    return task.status == Task.Status.MANUAL and task.operation in OPERATIONS and task.error_code in codes


@transaction.atomic
def ask(*, task_id: RowId, actor: Actor, now: datetime, to: Owner | None = None) -> HandTask:
    """Mail the department a link to what is asked of it, for the first time or anew; every earlier link ends.

    `to` is somebody else than the configuration names. RefusedError: a role that chases nobody, a task that waits for
    nobody, no address. ConflictError: somebody else moved the task meanwhile.
    """
    _insist(actor)
    task = Task.objects.select_related("case__controller", "case__request", "controller").get(pk=task_id)
    owner = to or department_of(task)
    if not may_ask(task):
        raise RefusedError(Refusal("task_not_waiting"))
    if not owner.email:
        raise RefusedError(Refusal("address_unusable"))
    mine = Task.objects.filter(pk=task.pk, status=Task.Status.MANUAL, error_code=task.error_code)
    if not mine.update(error_code=WITH_OWNER, error_place=task.store):
        raise ConflictError
    hand = _asked(task, owner, now)
    link = mail(hand=hand, kind="hand_asked", reader=HandLink.Reader.OWNER, now=now)
    data = {**about(hand), "days": hand.days, "answer_by": hand.answer_by.isoformat(), "link": str(link.pk)}
    record(
        case_id=task.case_id, kind="hand_asked", actor=actor, now=now, data=data, note=f"{owner.name} <{owner.email}>"
    )
    return hand


def _asked(task: Task, owner: Owner, now: datetime) -> HandTask:
    answer_by = local_date(task.controller, now) + timedelta(days=owner.days)
    hand = HandTask.objects.filter(task=task).first() or HandTask(controller=task.controller, task=task, round=0)
    hand.task = task
    if hand.round:
        end_links(hand=hand, now=now)
    else:
        hand.reason_code = task.error_code
    hand.round += 1
    hand.asked_at, hand.answer_by, hand.next_on, hand.days = now, answer_by, answer_by, owner.days
    hand.rung, hand.outcome, hand.answered_at = 0, "", None
    hand.put({"name": owner.name, "email": owner.email, "language": owner.language, "escalation": owner.escalation})
    hand.save()
    return hand


def about(hand: HandTask) -> dict[str, Any]:
    """What every event of a task by hand says: codes only."""
    return {"operation": hand.task.operation, "store": hand.task.store, "round": hand.round}


def ask_due(*, now: datetime, limit: int) -> int:
    """Ask the departments of tasks that turned out to be theirs; returns how many were asked."""
    done = 0
    for controller in Controller.objects.order_by("slug"):
        named = [name for name, config in stores_of(controller).items() if config.department.email]
        rows = Task.objects.of(controller).filter(
            status=Task.Status.MANUAL, error_code__in=BY_HAND, operation__in=OPERATIONS, store__in=named
        )
        for pk in list(rows.order_by("created_at").values_list("pk", flat=True)[: limit - done]):
            try:
                ask(task_id=pk, actor=SYSTEM, now=now)
            except (RefusedError, ConflictError):
                continue
            done += 1
    return done


@transaction.atomic
def remind(*, task_id: RowId, actor: Actor, now: datetime) -> None:
    """Mail the department once more, with a fresh link; a person does this whenever she wants, twice a day at most.

    It is no rung of the ladder, which goes on by its own days. RefusedError with the reason.
    """
    _insist(actor)
    hand = _waiting(task_id)
    if hand.mails.filter(created_at__gt=now - _NUDGE_AGAIN).exists():
        raise RefusedError(Refusal("hand_reminded_lately"))
    link = mail(hand=hand, kind="hand_reminded", reader=HandLink.Reader.OWNER, now=now)
    record(
        case_id=hand.task.case_id,
        kind="hand_reminded",
        actor=actor,
        now=now,
        data={**about(hand), "link": str(link.pk)},
    )


@transaction.atomic
def take_back(*, task_id: RowId, reason: str, actor: Actor, now: datetime) -> None:
    """End every link of a task: nobody outside opens it any more, and the desk settles it. RefusedError with the reason."""
    _insist(actor)
    if not reason.strip():
        raise RefusedError(Refusal("reason_missing"))
    hand = _waiting(task_id)
    _hand_back(hand, TAKEN_BACK)
    end_links(hand=hand, now=now)
    record(case_id=hand.task.case_id, kind="hand_taken_back", actor=actor, now=now, data=about(hand), note=reason)


def _insist(actor: Actor) -> None:
    if actor != SYSTEM:
        insist(actor, Duty.CHASE)


def _waiting(task_id: RowId) -> HandTask:
    """The row of a task that is with its department; RefusedError for any other."""
    rows = HandTask.objects.select_related("task__case__controller", "task__case__request", "controller")
    hand: HandTask | None = rows.filter(
        task_id=task_id, task__status=Task.Status.MANUAL, task__error_code=WITH_OWNER
    ).first()
    if hand is None:
        raise RefusedError(Refusal("task_not_waiting"))
    return hand


def _hand_back(hand: HandTask, code: str) -> None:
    """The task needs somebody at the desk; ConflictError when it was settled meanwhile."""
    rows = Task.objects.filter(pk=hand.task_id, status=Task.Status.MANUAL, error_code=WITH_OWNER)
    if not rows.update(error_code=code):
        raise ConflictError
    HandTask.objects.filter(pk=hand.pk).update(next_on=None)


def climb(*, now: datetime, limit: int) -> int:
    """The next rung for every department that is late: reminder, second reminder, escalation address, then the desk.

    The first is due on the day the answer was; each next one after half as many days again, at least one. Each rung is climbed once
    per round. A mail that never arrived hands the task back at once. Returns how many.
    """
    done = _unreached(now, limit)
    for controller in Controller.objects.order_by("slug"):
        rows = HandTask.objects.of(controller).filter(
            next_on__lt=local_date(controller, now),
            outcome="",
            task__status=Task.Status.MANUAL,
            task__error_code=WITH_OWNER,
        )
        for pk in list(rows.order_by("next_on").values_list("pk", flat=True)[: max(limit - done, 0)]):
            done += _climb(pk, now)
    return done


@transaction.atomic
def _climb(pk: RowId, now: datetime) -> bool:
    hand = HandTask.objects.select_related("task__case__controller", "task__case__request", "controller").get(pk=pk)
    rung = hand.rung + 1
    if rung == ESCALATED and not hand.content().get("escalation"):
        rung = HANDED_BACK
    # `next_on` is the last day on which nothing happens yet, as the day of the answer is.
    pause = timedelta(days=max(1, -(-hand.days // 2)) - 1)
    after = None if rung == HANDED_BACK else local_date(hand.controller, now) + pause
    mine = HandTask.objects.filter(pk=pk, rung=hand.rung, next_on=hand.next_on, outcome="")
    if not mine.update(rung=rung, next_on=after):
        return False
    data = {**about(hand), "rung": rung}
    if rung == HANDED_BACK:
        try:
            _hand_back(hand, SILENT)
        except ConflictError:
            return False
        record(case_id=hand.task.case_id, kind="hand_silent", actor=SYSTEM, now=now, data=data)
        return True
    escalated = rung == ESCALATED
    reader = HandLink.Reader.ESCALATION if escalated else HandLink.Reader.OWNER
    kind = "hand_escalated" if escalated else "hand_reminded"
    link = mail(hand=hand, kind=kind, reader=reader, now=now)
    record(case_id=hand.task.case_id, kind=kind, actor=SYSTEM, now=now, data={**data, "link": str(link.pk)})
    return True


def _unreached(now: datetime, limit: int) -> int:
    """Tasks whose last mail failed for good or came back: somebody at the desk corrects the address."""
    lost = OwnerMail.objects.filter(
        status__in=OwnerMail.UNDELIVERED, hand__task__status=Task.Status.MANUAL, hand__task__error_code=WITH_OWNER
    )
    done = 0
    for row in lost.select_related("hand__task__case")[:limit]:
        if row.created_at < row.hand.asked_at:
            continue  # of an earlier round
        try:
            with transaction.atomic():
                _hand_back(row.hand, UNREACHED)
                data = {**about(row.hand), "status": row.error_code}
                record(case_id=row.hand.task.case_id, kind="hand_unreached", actor=SYSTEM, now=now, data=data)
        except ConflictError:
            continue
        done += 1
    return done
