"""What a department answers, or somebody at the desk in its place: one transaction, one event with a proof (4.2 no. 10)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import tasks
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.hand_links import WITH_OWNER, end_links
from dsr.cases.hand_tasks import BY_HAND, CANNOT, RETURNED, about, department_of, may_ask
from dsr.cases.perform import ConflictError, RefusedError, insist, record
from dsr.cases.scope import people_only
from dsr.law.rights import Right
from dsr.law.workflow import Refusal, State
from dsr.models import HandLink, HandTask, Task
from dsr.vault import canonical
from dsr.work import wake

if TYPE_CHECKING:
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import RowId

Outcome = HandTask.Outcome
POSSIBLE: Final = {
    "collect": (Outcome.FOUND, Outcome.NOTHING, Outcome.CANNOT),
    "apply": (Outcome.DONE, Outcome.NOTHING, Outcome.CANNOT),
    "by_hand": (Outcome.DONE, Outcome.NOTHING, Outcome.CANNOT),
}
"""What can be said of a task, by its operation."""
MAX_NOTE: Final = 2000
MAX_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: the outcome, who gives it, and a note (the reason, where it cannot be done)."""

    outcome: str
    name: str = field(repr=False)
    note: str = field(default="", repr=False)


def insist_may_answer(*, hand: HandTask, actor: Actor, now: datetime) -> None:
    """RefusedError unless this is the department with a link of this task that is open, or somebody who works on the case."""
    if actor.kind != "owner":
        insist(actor, Duty.HAND_IN)
    else:
        mine = HandLink.objects.filter(pk=actor.id, hand=hand, ended_at__isnull=True, expires_at__gt=now)
        if not mine.exists():
            raise RefusedError(Refusal("hand_over"))
    if not may_ask(hand.task):
        raise RefusedError(Refusal("hand_over"))


def check(*, hand: HandTask, said: Said, files: int) -> None:
    """RefusedError for an answer that lacks something."""
    if said.outcome not in POSSIBLE[hand.task.operation]:
        raise RefusedError(Refusal("hand_outcome"))
    if not said.name.strip():
        raise RefusedError(Refusal("hand_name_missing"))
    if said.outcome == Outcome.CANNOT and not said.note.strip():
        raise RefusedError(Refusal("reason_missing"))
    if said.outcome == Outcome.FOUND and not files:
        raise RefusedError(Refusal("hand_files_missing"))


@transaction.atomic
def hand_of(*, task_id: RowId, now: datetime) -> HandTask:
    """The row of a task by hand; made, with nobody asked, where somebody at the desk does it. RefusedError: no such task."""
    task = Task.objects.select_related("case__controller", "case__request", "controller").get(pk=task_id)
    known = HandTask.objects.select_related("task__case__controller", "task__case__request").filter(task=task)
    there: HandTask | None = known.first()
    if there is not None:
        return there
    if not may_ask(task):
        raise RefusedError(Refusal("task_not_waiting"))
    hand = HandTask(
        controller=task.controller,
        task=task,
        reason_code=task.error_code,
        asked_at=now,
        answer_by=local_date(task.controller, now),
        days=department_of(task).days,
    )
    hand.put({"name": department_of(task).name, "email": "", "language": "en", "escalation": ""})
    hand.save(force_insert=True)
    return hand


@transaction.atomic
def settle(
    *, hand: HandTask, said: Said, counts: dict[str, Any], proofs: list[str], actor: Actor, now: datetime
) -> str:
    """Write an answer down and let the case go on; returns the proof, a hash over outcome, files (`proofs`) and instant.

    `counts` are what `collect` would have counted. RefusedError when the task waits for nobody any more, ConflictError when
    somebody else answered between two of our reads.
    """
    hand = HandTask.objects.select_related("task__case__controller", "task__case__request").get(pk=hand.pk)
    insist_may_answer(hand=hand, actor=actor, now=now)
    task = hand.task
    facts = [str(hand.pk), hand.round, said.outcome, sorted(proofs), now.isoformat(), actor.id]
    proof = hashlib.sha256(canonical(facts)).hexdigest()
    cannot = said.outcome == Outcome.CANNOT
    mine = Task.objects.filter(pk=task.pk, status=Task.Status.MANUAL, error_code__in=BY_HAND | RETURNED | {WITH_OWNER})
    columns: dict[str, Any] = {"error_code": CANNOT}
    if not cannot:
        result = {**task.result, **counts, "by_hand": said.outcome, "proof_sha256": proof}
        columns = {
            "status": Task.Status.DONE,
            "finished_at": now,
            "result": result,
            "error_code": "",
            "error_place": "",
        }
    if not mine.update(**columns):
        raise ConflictError
    hand.put(hand.content() | {"answered_by": said.name.strip()[:MAX_NAME], "note": said.note.strip()[:MAX_NOTE]})
    rows = HandTask.objects.filter(pk=hand.pk)
    rows.update(outcome=said.outcome, answered_at=now, next_on=None, sealed=hand.sealed)
    end_links(hand=hand, now=now)
    data = {**about(hand), "outcome": said.outcome, "proof_sha256": proof, **_plain(counts)}
    note = f"{said.name.strip()[:MAX_NAME]}\n{said.note.strip()[:MAX_NOTE]}".strip()
    record(
        case_id=task.case_id,
        kind="hand_answered",
        actor=actor,
        now=now,
        data=data,
        note=note,
        changes=_begun(hand, said, now),
    )
    erased = said.outcome == Outcome.DONE and task.operation == "apply" and task.case.right == Right.ERASURE
    if erased and not people_only(task.case.controller, task.store):
        # 6.5 no. 1: what a person erased in a store that programs can read is searched as what a program erased.
        tasks.ensure(case=task.case, operation="verify", store=task.store, now=now, again=True)
    wake.nudge("dsr.work.jobs.after_task", str(task.pk))
    return proof


def _begun(hand: HandTask, said: Said, now: datetime) -> dict[str, Any]:
    """The first change of a store ends every withdrawal (4.0.1), also one that was made by hand."""
    case = hand.task.case
    changed = said.outcome == Outcome.DONE and case.state == State.EXECUTING and case.first_applied_at is None
    return {"first_applied_at": now} if changed else {}


def _plain(counts: dict[str, Any]) -> dict[str, Any]:
    """The numbers and hashes of an answer for its event."""
    files = sum(counts.get("files", {}).values())
    return {name: counts[name] for name in ("rows", "sha256") if name in counts} | ({"files": files} if files else {})
