"""What people change in stores: one task for each store in scope, with an instruction, confirmed by name (4.2 nos. 14, 15).

The instruction names values of the person, so it is sealed with the case; the task's row holds none of it. Whoever
confirms (a colleague at the desk, or the owner of the store by a link) says who did it and how; that is sealed beside
the event. The case goes on when nothing is left to confirm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from dsr.cases import rechecks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.hand_links import end_links
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record
from dsr.cases.scope import stores_of
from dsr.law.rights import Right
from dsr.law.workflow import Action, Actor, Refusal, State
from dsr.models import Case, HandTask, Plan, RowId, Task
from dsr.work import wake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

OPERATION: Final = "by_hand"
MAX_WORDS: Final = 2000
# Where what is asked of the stores stands among the sealed content of a case.
_INSTRUCTIONS: Final = "by_hand"


def begin(
    *,
    case: Case,
    instruction: str | Mapping[str, str],
    now: datetime,
    stores: Iterable[str] | None = None,
    beside: bool = False,
) -> list[Task]:
    """One task for each of `stores` (all of the controller by default), waiting for a person; within the caller's transaction.

    The instruction is the same for all, or one for each store; with `beside`, what other stores were asked stays as it is.

    A controller without stores gets one task without a store: somebody has to look into its systems all the same. A
    task of an earlier round is opened again with the new instruction; what was confirmed then stands in the chain.
    """
    known = stores_of(case.controller)
    names = [name for name in (known if stores is None else stores) if name in known] or [""]
    instruct(case=case, instruction=instruction, stores=names, beside=beside)
    found = []
    waiting = {
        "status": Task.Status.MANUAL,
        "error_code": OPERATION,
        "error_place": "",
        "failures": 0,
        "finished_at": None,
        "not_before": now,
    }
    for name in names:
        task, _made = Task.objects.update_or_create(
            case=case,
            store=name,
            operation=OPERATION,
            letter=None,
            defaults=waiting,
            create_defaults={**waiting, "controller": case.controller, "created_at": now},
        )
        found.append(task)
    return found


def instruct(*, case: Case, instruction: str | Mapping[str, str], stores: Iterable[str], beside: bool = False) -> None:
    """Keep what `stores` are asked to do, sealed with the case; `beside` those that were asked before, or in their place."""
    fresh = Case.objects.select_related("request", "controller").get(pk=case.pk)
    names = list(stores)
    said = dict.fromkeys(names, instruction) if isinstance(instruction, str) else instruction
    asked = {name: said.get(name, "").strip() for name in names}
    fresh.put(fresh.content() | {_INSTRUCTIONS: (instructions(fresh) if beside else {}) | asked})
    Case.objects.filter(pk=case.pk).update(sealed=fresh.sealed)
    case.sealed = fresh.sealed


def instructions(case: Case) -> dict[str, str]:
    """What each store of the case is asked to do, by its name."""
    found: dict[str, str] = case.content().get(_INSTRUCTIONS, {})
    return found


def instruction_of(task: Task) -> str:
    """What the store is asked to do, in the words of whoever decided; empty when nothing is asked (any more)."""
    return str(instructions(task.case).get(task.store, ""))


@transaction.atomic
def confirm(*, task_id: RowId, who: str, how: str, actor: Actor, now: datetime) -> Case:
    """Note that a store was changed as asked, by whom and how; the first one ends every withdrawal (4.0.1).

    RefusedError: `role` for a colleague who handles no cases, `reason_missing` without words, `task_not_waiting` when
    it does not wait for anybody any more.
    """
    if actor.kind == "staff":
        insist(actor, Duty.RETRY)
    if not who.strip() or not how.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    task = Task.objects.select_related("case").get(pk=task_id)
    waiting = Task.objects.filter(pk=task_id, operation=OPERATION, status=Task.Status.MANUAL)
    if not waiting.update(
        status=Task.Status.DONE, finished_at=now, error_code="", error_place="", result={"confirmed": True}
    ):
        raise RefusedError(Refusal("task_not_waiting", {}))
    first = {} if task.case.first_applied_at or task.case.state != State.EXECUTING else {"first_applied_at": now}
    case = record(
        case_id=task.case_id,
        kind="hand_done",
        actor=actor,
        now=now,
        changes=first,
        data={"operation": OPERATION, "store": task.store},
        note=f"{who.strip()[:200]}: {how.strip()[:MAX_WORDS]}",
    )
    hand = HandTask.objects.filter(task=task).first()
    if hand is not None:  # a department was asked for it too: its links end, and nobody is reminded
        HandTask.objects.filter(pk=hand.pk).update(next_on=None)
        end_links(hand=hand, now=now)
    wake.nudge("dsr.work.jobs.after_task", str(task.pk))
    return case


def finish(case: Case, *, now: datetime) -> bool:
    """Move a case on when every store is confirmed: to its answer, or back to the weighing of an objection (no. 15, 4.0.2).

    False when the table says no, or somebody else was faster; the tick tries again.
    """
    paused = Right(case.right) is Right.OBJECTION and not case.approved_sha256
    action = Action.RESUME_ASSESSMENT if paused else Action.FINISH_EXECUTION
    try:
        with transaction.atomic():
            perform(case_id=case.pk, action=action, actor=SYSTEM, now=now)
            Plan.objects.filter(case=case, status=Plan.Status.APPROVED).update(
                status=Plan.Status.APPLIED, applied_at=now
            )
            if Right(case.right) is Right.RECTIFICATION:
                rechecks.applied(case=case, now=now)
    except (RefusedError, ConflictError):
        return False
    return True


def tasks_of(case: Case) -> list[Task]:
    """The hand tasks of a case, those that wait first; each knows its case, so that its instruction can be read."""
    rows = list(Task.objects.filter(case=case, operation=OPERATION).exclude(status=Task.Status.CANCELLED))
    for row in rows:
        row.case = case
    return sorted(rows, key=lambda row: (row.status != Task.Status.MANUAL, row.store))


def waiting(case: Case) -> bool:
    """Whether a store still has to be confirmed; also of a closed case, whose restriction was lifted."""
    return Task.objects.filter(case=case, operation=OPERATION, status=Task.Status.MANUAL).exists()
