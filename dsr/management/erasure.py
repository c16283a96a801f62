"""The part of `manage.py store` that changes stores: plan, apply, residue. Only an approved plan, by its id, is applied."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone

from dsr import wording
from dsr.cases import actors, plans
from dsr.cases.facts import current_plan
from dsr.cases.perform import RefusedError
from dsr.cases.tasks import due
from dsr.fulfil.keep import keeper
from dsr.fulfil.locate import row_keys, subject_of
from dsr.fulfil.stores import open_by_name
from dsr.management.output import fail
from dsr.models import Case, Plan, Subject, User
from dsr.work.jobs import run_task
from exporters.contract import Residues, StoreError, lines_from_json
from exporters.registry import capable

ROUNDS = 20


def erasure_case(reference: str) -> Case:
    """The erasure case of a request; CommandError in one line when there is none."""
    rows = Case.objects.select_related("request", "controller").filter(request__reference=reference, right="erasure")
    found: list[Case] = list(rows[:2])
    if len(found) != 1:
        raise fail("no erasure case, or more than one, has this reference")
    return found[0]


def staff(email: str) -> User:
    """The active member of staff with this address."""
    found = list(User.objects.filter(kind="staff", email__iexact=email, is_active=True)[:2])
    if len(found) != 1:
        raise fail("no member of staff, or more than one, has this e-mail address")
    return found[0]


def make_plan(reference: str, email: str) -> list[dict[str, Any]]:
    """Plan anew as this member of staff and return the lines as counts."""
    case, user = erasure_case(reference), staff(email)
    try:
        plans.ask_for_plan(case_id=case.pk, actor=actors.staff(user), now=timezone.now())
    except RefusedError as error:
        raise fail(wording.refusal(error.refusal)) from None
    _work(case, ("plan",))
    plan = current_plan(case)
    if plan is None:
        task = case.tasks.get(operation="plan", store="")
        raise fail(f"no plan: {task.error_code} {task.error_place}".strip())
    return [_line(plan, line) for line in plan.summary]


def _line(plan: Plan, line: dict[str, Any]) -> dict[str, Any]:
    names = ("store", "dataset", "treatment", "count", "law", "until", "reason")
    return {"plan": str(plan.pk), **{name: line.get(name) or "" for name in names}}


def apply_plan(plan_id: str) -> list[dict[str, Any]]:
    """Carry out an approved plan whose cooling time is over; what every task came to."""
    try:
        plan = Plan.objects.select_related("case").get(pk=uuid.UUID(plan_id))
    except (ValueError, Plan.DoesNotExist):
        raise fail("there is no plan with this id") from None
    if plan.status != Plan.Status.APPROVED:
        raise fail(f"this plan is {plan.status}: only an approved plan is applied")
    if plan.case.state == "approved":
        try:
            plans.start(case_id=plan.case_id, now=timezone.now())
        except RefusedError as error:
            raise fail(wording.refusal(error.refusal)) from None
    _work(plan.case, ("apply", "verify", "close"))
    rows = plan.case.tasks.filter(operation__in=["apply", "verify", "close"]).order_by("operation", "store")
    return [
        {
            "operation": t.operation,
            "store": t.store,
            "status": t.status,
            "changed": t.result.get("changed", ""),
            "error": t.error_code,
        }
        for t in rows
    ]


def _work(case: Case, operations: tuple[str, ...]) -> None:
    """Do what is due on this case in this process; a worker may do the same at the same time."""
    for _ in range(ROUNDS):
        todo = list(due(timezone.now()).filter(case=case, operation__in=operations).values_list("pk", flat=True))
        if not todo:
            return
        for pk in todo:
            run_task(str(pk))


def residue(reference: str, store: str) -> list[dict[str, Any]]:
    """Read one store again for everything that names the person; counts by table, column and whose row it is."""
    case = erasure_case(reference)
    subject = Subject.objects.select_related("request").filter(request=case.request).first()
    if subject is None:
        raise fail("nobody has been located for this case yet")
    content = subject.content()
    plan = current_plan(case)
    lines = lines_from_json(plan.content()["stores"].get(store, [])) if plan else ()
    try:
        exporter = open_by_name(case.controller, store)
        if not capable(exporter, Residues):
            raise fail(f"{store} cannot search itself: a person has to")
        hits = exporter.residue(
            subject_of(case.request, content["identifiers"]),
            row_keys(content, store),
            now=timezone.now(),
            lines=lines,
            keep_until=keeper(case.controller),
        )
    except StoreError as error:
        raise fail(f"{error.code} at {error.place}") from None
    return [
        {"table": h.table, "column": h.column, "kind": h.kind.value, "rows": h.count, "whose": h.cls.value}
        for h in hits
    ]
