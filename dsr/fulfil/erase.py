"""Erasure over all stores: plan, apply, verify (house.md idea 3; rules.md 3.4, 6.4, 6.5).

Every change to a store is a line of a plan that a second person approved. `apply` is the only way to a write, takes the
id of an approved plan, and looks at the case once more right before the first write to each store.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from dsr.cases import correction_erased, holds, plans, recipient_notices, rescans, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.facts import current_plan, recipients_left
from dsr.cases.perform import ConflictError, RefusedError, perform
from dsr.cases.scope import stores_of
from dsr.fulfil import kept, remember
from dsr.fulfil.carrying import counted
from dsr.fulfil.journal import RowJournal
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import NeedsPersonError, row_keys, subject_of
from dsr.fulfil.stores import open_by_name
from dsr.fulfil.summing import summed
from dsr.law.workflow import Action, State
from dsr.models import Case, Plan, Task
from dsr.models import Subject as SubjectRow
from dsr.vault import canonical
from exporters.contract import (
    Applies,
    HitClass,
    Permanent,
    PlanBlocked,
    Plans,
    Reason,
    Residues,
    Treatment,
    lines_from_json,
    lines_to_json,
    plan_hash,
)
from exporters.plans import Searched
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from exporters.contract import PlanLine, RowKey, Subject

MANUAL = "manual"
_PLACE = 200
"""Characters of a place that a task can hold; the reason beside it says no more."""


def plan(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `plan`: what would happen in every store, under one hash. Reads only."""
    case = task.case
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    subject = subject_of(case.request, content["identifiers"])
    stores: dict[str, Any] = {}
    hashes: list[list[str]] = []
    summary: list[dict[str, Any]] = []
    for store in stores_of(case.controller):
        check()
        keys = row_keys(content, store)
        exporter = open_by_name(case.controller, store)
        if not capable(exporter, Plans):
            summary.append(_by_hand(store))
            hashes.append([store, MANUAL])
            continue
        if not keys:
            continue
        lines = _planned(exporter, subject, keys, case, now)
        stores[store] = lines_to_json(lines)
        hashes.append([store, plan_hash(lines)])
        summary += [summed(store, exporter, line) for line in lines]
    sha256 = hashlib.sha256(canonical(hashes)).hexdigest()

    def effect() -> None:
        plans.keep_plan(case=case, content={"stores": stores}, summary=summary, sha256=sha256, now=now)

    return {"lines": len(summary), "plan_sha256": sha256}, effect


def _planned(
    exporter: Any, subject: Subject, keys: tuple[RowKey, ...], case: Case, now: datetime
) -> tuple[PlanLine, ...]:
    """One store's lines; a plan that could fail half way is not made, and the task names every place that stands in its way."""
    try:
        lines: tuple[PlanLine, ...] = exporter.plan(
            subject, keys, right="erasure", now=now, keep_until=keeper(case.controller)
        )
    except PlanBlocked as error:
        places = ", ".join(f"{problem.place} ({problem.code})" for problem in error.problems)
        raise NeedsPersonError("plan_blocked", places) from None
    return lines


def _by_hand(store: str) -> dict[str, Any]:
    """A store nobody can write to by program: a person does it, and says so."""
    label = {"en": store}
    return {"store": store, "dataset": "", "label": label, "treatment": MANUAL, "count": 0, "reason": "by_hand"}


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `apply`: carry out one store's lines of the approved plan, each step in its journal."""
    case = task.case
    approved = current_plan(case)
    if approved is None or approved.status != Plan.Status.APPROVED:
        raise plans.StoppedError
    stored = approved.content()["stores"].get(task.store)
    if stored is None:
        raise NeedsPersonError("by_hand", task.store)
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Applies):
        raise NeedsPersonError("not_capable", task.store)
    lines = lines_from_json(stored)
    begun: list[bool] = []

    def look() -> None:
        """Look before the first write and before the commit whether this is still ours, wanted and approved."""
        check()
        plans.begin_store(task=task, plan_id=approved.pk, now=now) if not begun else _still(case, approved, task.store)
        begun.append(True)

    try:
        outcomes = exporter.apply(
            lines,
            approval=str(approved.pk),
            now=now,
            check=look,
            keep_until=keeper(case.controller),
            journal=RowJournal(approved, task.store),
        )
    except Permanent as error:
        if error.code == "plan_stale":
            back_for_a_new_plan(case, error, now)
        raise
    done = counted(lines, outcomes)
    erased = remember.erased_in(exporter, case, task.store, lines) if any(line.writes for line in lines) else ()

    def effect() -> None:
        tasks.ensure(case=case, operation="verify", store=task.store, now=now, again=True)
        rescans.look_elsewhere(case=case, changed=task.store, now=now)
        correction_erased.forget_store(case=case, store=task.store)
        if erased:
            remember.keep(case, task.store, approved.sha256, lines, erased, now=now)

    return {**done, "plan_sha256": approved.sha256}, effect


def _still(case: Case, approved: Plan, store: str) -> None:
    fresh = Case.objects.get(pk=case.pk)
    if fresh.state != State.EXECUTING or fresh.approved_sha256 != approved.sha256:
        raise plans.StoppedError
    if holds.held(fresh, store):
        raise plans.HeldError


def back_for_a_new_plan(case: Case, error: Permanent, now: datetime) -> None:
    """The case goes back for a new plan; what was committed before that, here in batches or in other stores, stays applied.

    `error.place` names the dataset and, after batches, how many of its rows are done.
    """
    try:
        plans.back_to_draft(
            case_id=case.pk,
            status=Plan.Status.STALE,
            reason=f"{error.code}: {error.place[:_PLACE]}",
            actor=SYSTEM,
            now=now,
        )
    except (RefusedError, ConflictError):
        return


def verify(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `verify`: read one store again, every text-like column of every table (rules.md 6.5 no. 1).

    What is left in her rows or in nobody's rows goes to a person; other people's rows are counted and left alone. What the
    plan left to a person is planned once more: while it is there, the person is asked for it, and once it is gone the
    result says so.
    """
    case = task.case
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Residues):
        raise NeedsPersonError("not_capable", task.store)
    applied = current_plan(case)
    lines = lines_from_json(applied.content()["stores"].get(task.store, [])) if applied else ()
    subject, keys = subject_of(case.request, content["identifiers"]), row_keys(content, task.store)
    hits = exporter.residue(
        subject,
        keys,
        now=now,
        lines=lines,
        keep_until=keeper(case.controller),
    )
    found = [
        {"table": hit.table, "column": hit.column, "kind": hit.kind.value, "count": hit.count, "class": hit.cls.value}
        for hit in hits
    ]
    tables, columns = exporter.searched() if capable(exporter, Searched) else (0, 0)
    size = {"tables": tables, "columns": columns}
    counts = {kind.value: sum(hit.count for hit in hits if hit.cls is kind) for kind in HitClass}
    # What waits by plan (an open session) and what nobody's row holds is a person's to explain; nothing is passed over.
    left = {f"{task.store}.{hit.table}.{hit.column}" for hit in hits if hit.stands or hit.cls is HitClass.UNLINKED}
    asked = _asked_of_a_person(lines)
    still = _asked_of_a_person(_planned(exporter, subject, keys, case, now)) if asked and keys else Counter[str]()
    waiting = {f"{task.store}.{name}" for name in asked if still[name]}
    if left or waiting:
        Task.objects.filter(pk=task.pk).update(result={"hits": found, **size, **counts})
        raise NeedsPersonError("residue" if left else "left_by_hand", ", ".join(sorted(left | waiting)))
    return {"hits": found, "removed_by_hand": dict(asked), **size, **counts}, lambda: None


def _asked_of_a_person(lines: tuple[PlanLine, ...]) -> Counter[str]:
    """Rows that the data map leaves to a person, by dataset: a card on file names nobody, so no search would find it."""
    rows: dict[str, set[RowKey]] = {}
    for line in lines:
        if line.treatment is Treatment.MANUAL and line.reason is Reason.MAP:
            rows.setdefault(line.dataset, set()).update(line.keys)
    return Counter({name: len(keys) for name, keys in rows.items() if keys})


def finish(case: Case, *, now: datetime) -> bool:
    """The case is through when every store has been changed and read again (4.2 no. 15)."""
    try:
        perform(case_id=case.pk, action=Action.FINISH_EXECUTION, actor=SYSTEM, now=now)
    except (RefusedError, ConflictError):
        return False
    Plan.objects.filter(case=case, occasion="", status=Plan.Status.APPROVED).update(
        status=Plan.Status.APPLIED, applied_at=now
    )
    recipient_notices.make(case_id=case.pk, now=now)
    fresh = Case.objects.select_related("controller", "request").get(pk=case.pk)
    rescans.schedule(case=fresh, now=now)
    applied = current_plan(fresh)
    if applied is not None:
        kept.note_all(fresh, applied, now=now)
    if not recipients_left(fresh):
        tasks.ensure(case=fresh, operation="close", now=now, again=True)
    return True
