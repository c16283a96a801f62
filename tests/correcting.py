"""A rectification step by step through the verbs, on the demo's stores: what tests of several folders share."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from dsr.cases import actors, answer, corrections, decisions
from dsr.cases.corrections import Decided, Value
from dsr.cases.decisions import Decision
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.law.attest import ATTESTATIONS
from dsr.law.decisions import Claim
from dsr.law.letter_elements import Element
from dsr.law.letters import Outcome
from dsr.law.rights import Right
from dsr.models import Case, Plan, Task
from tests.factories import make_case, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from pathlib import Path

MARIA = by_position(2)
EMAIL = {"kind": "email", "old": MARIA.email, "new": "maria.new@example.net"}
NAME = {"kind": "name", "old": "Maria Kowalska", "new": "Maria Kowalsky"}


def a_case(*asked: dict[str, str], person: Any = MARIA, right: Right = Right.RECTIFICATION, **more: Any) -> Case:
    """Her case with a proven customer number, as the portal hands it over."""
    told = Told(name=person.name, words="Please.", contact_email=person.email, scope={"corrections": list(asked)})
    return make_case(rights=(right,), number=person.customer_no, told=told, at=more.pop("at", timezone.now()), **more)


def fresh(case: Case) -> Case:
    """The case as it is now."""
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def mara() -> Any:
    """The handler as an actor."""
    return actors.staff(make_staff("mara"))


def otto() -> Any:
    """The lead as an actor."""
    return actors.staff(make_staff("otto", "lead"))


def searched(case: Case) -> Case:
    """Located in all stores, and the values read."""
    answer.start_collection(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    corrections.read_stores(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    return fresh(case)


def at(case: Case, place: str) -> int:
    """The position of one value on the sheet, by `store.dataset.column`; the first."""
    values = corrections.values_of(corrections.sheet_of(case))
    return next(number for number, one in enumerate(values) if one.place == place)


def value(case: Case, place: str) -> Value:
    """One value of the sheet."""
    return corrections.values_of(corrections.sheet_of(case))[at(case, place)]


def decide(case: Case, *items: Decided) -> Case:
    """Decided on the values that were read; the plan is made where one is wanted."""
    sheet = corrections.sheet_of(case)
    read_at = sheet.read_at if sheet else None
    corrections.decide(case_id=case.pk, items=items, read_at=read_at, actor=mara(), now=timezone.now())
    run_due()
    return fresh(case)


def accepted(case: Case, **new: str) -> Decided:
    """One claim that is corrected: `billing__customers__email="…"`."""
    return Decided(
        claim=Claim.ACCEPTED, fields=tuple((at(case, place.replace("__", ".")), text) for place, text in new.items())
    )


def written(case: Case, **more: Any) -> Case:
    """The words of the answer, handed over to a second person."""
    values: dict[str, Any] = {"outcome": Outcome.GRANTED, "elements": {Element.OLD_AND_NEW_VALUE: ("As you asked.",)}}
    decisions.draft(case_id=case.pk, decision=Decision(**values | more), actor=mara(), now=timezone.now())
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    return fresh(case)


def approved(case: Case) -> Case:
    """Approved as it was on the screen; the stores are changed by what is due."""
    sha256 = fresh(case).manifest_sha256
    attested = [one.value for one in ATTESTATIONS[Right(case.right)]]
    decisions.approve(case_id=case.pk, manifest_sha256=sha256, attested=attested, actor=otto(), now=timezone.now())
    return fresh(case)


def plan_of(case: Case) -> Plan:
    """The newest plan."""
    found: Plan = Plan.objects.filter(case=case).select_related("case").latest("number")
    return found


def task(case: Case, operation: str, store: str = "") -> Task:
    """One task."""
    found: Task = Task.objects.get(case=case, operation=operation, store=store)
    return found


def rows(folder: Path, store: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a demo store holds."""
    with sqlite3.connect(folder / f"{store}.sqlite3") as connection:
        return connection.execute(sql, values).fetchall()
