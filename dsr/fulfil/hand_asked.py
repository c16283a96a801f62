"""What a department is told: the reference, the right, what to do, and what it needs to find the person by. Nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import at_once, by_hand
from dsr.cases.scope import stores_of
from dsr.fulfil.stores import label_of
from dsr.law.rights import Right
from dsr.models import Subject
from dsr.wording import asked

if TYPE_CHECKING:
    from datetime import date

    from dsr.models import Case, HandTask, Task

_SEARCHABLE = ("customer_number", "username", "email", "phone")


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done in one store for one person. `found_by` are kinds in words with their values."""

    reference: str
    right: str
    system: str
    task: str
    person: str = field(repr=False)
    found_by: tuple[tuple[str, str], ...] = field(repr=False)
    wishes: tuple[tuple[str, str], ...] = field(repr=False)
    instruction: str = field(repr=False)
    answer_by: date
    collects: bool


def work_of(hand: HandTask, *, language: str) -> Work:
    """The work in the active language; `language` names the store."""
    task, case = hand.task, hand.task.case
    content = case.request.content()
    account = case.request.account
    return Work(
        reference=case.request.reference,
        right=wording.right(case.right),
        system=label_of_task(task, language),
        task=_task(task, case),
        person=str(content.get("name", "")) or (account.display_name if account else ""),
        found_by=tuple(_found_by(case)),
        wishes=() if task.operation == "collect" else tuple(asked.lines(asked.of_right(content, case.right))),
        instruction=by_hand.instruction_of(task),
        answer_by=hand.answer_by,
        collects=task.operation == "collect",
    )


def _task(task: Task, case: Case) -> str:
    """What to do, in a sentence."""
    if task.operation == "collect":
        return _("Find everything this system holds about the person and hand it in here.")
    return {
        Right.ERASURE: _("Erase everything this system holds about the person."),
        Right.RECTIFICATION: _("Correct what this system holds about the person, as it says below."),
        Right.RESTRICTION: _("Lock what this system holds about the person: keep it, and use it for nothing else."),
        Right.MARKETING_OBJECTION: _("Stop all marketing to the addresses and numbers below."),
    }.get(Right(case.right), _("Do what it says below with what this system holds about the person."))


def _found_by(case: Case) -> list[tuple[str, str]]:
    """What leads to the person: proven and learned identifiers, never those somebody else shares."""
    kinds = {
        "customer_number": _("Customer number"),
        "username": _("User name"),
        "email": _("E-mail address"),
        "phone": _("Telephone"),
        "post": _("Postal address"),
    }
    row = Subject.objects.of(case.controller).filter(request=case.request).select_related("request").first()
    known = row.content().get("identifiers", []) if row else []
    pairs = [(str(i["kind"]), str(i["value"])) for i in known if i["kind"] in _SEARCHABLE and not i.get("shared")]
    if not pairs and Right(case.right) is Right.MARKETING_OBJECTION:
        pairs = [(one.kind.value, one.value) for one in at_once.concerned(case)]
    ordered = sorted(dict.fromkeys(pairs), key=lambda pair: list(kinds).index(pair[0]) if pair[0] in kinds else 9)
    return [(kinds.get(kind, kind), value) for kind, value in ordered]


def label_of_task(task: Task, language: str) -> str:
    """The name of the store a task is about, for people."""
    config = stores_of(task.controller).get(task.store)
    return label_of(config, language) if config else task.store
