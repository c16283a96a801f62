"""A store that a department keeps by hand, and a case that asks it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import actors, answer, hand_tasks, scope
from dsr.models import Artifact, Case, HandTask, OwnerMail, Task
from dsr.work import jobs
from tests.factories import make_case, make_staff
from tests.jobs import run_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER, CHIEF = "calls@northwave.example.com", "head@northwave.example.com"
STORES = f"""\
stores:
  calls:
    controller: northwave
    system: manual
    label: {{en: Call recordings, de: Gesprächsaufnahmen}}
    owner: {{name: Support, email: {OWNER}, language: en, escalation: {CHIEF}, days: 4}}
    map: calls.yaml
"""
MAP = """\
map: calls
version: 1
title: {en: Call recordings}
languages: [en]
subjects: {account: {kind: customer_number}}
purposes: {support: {en: To answer your questions}}
sources: {you: {en: you}}
retention: {call: {class: subscriber_data, text: {en: ninety days after the call}}}
not_used_for: {marketing: 'keeps what was said; it sends nothing and selects nobody'}
defaults: {category: communication, purpose: support, legal_basis: 6(1)(b), source: you, retention: call, origin: observed, erase: delete}
datasets:
  calls:
    label: {en: Call recordings}
    key: call
    links: [{same_value: customer, references: subject.account}]
    fields:
      call: {label: {en: Call}}
      customer: {label: {en: Customer number}, identifier: {kind: customer_number, scope: controller}}
      day: {label: {en: Day}}
      note: {label: {en: Note}}
"""


@pytest.fixture
def by_hand(tmp_path: Path, settings: Any) -> Iterator[None]:
    """DSR_STORES with the one store."""
    (tmp_path / "stores.yaml").write_text(STORES, encoding="utf-8")
    (tmp_path / "calls.yaml").write_text(MAP, encoding="utf-8")
    settings.DSR_STORES = str(tmp_path / "stores.yaml")
    yield
    scope.forget()


@pytest.fixture
def hand(db: None, by_hand: None) -> HandTask:
    """The department has been asked for one case, by the pass of the tick."""
    case = make_case(store="calls", at=timezone.now())
    mara = actors.staff(make_staff("mara"))
    answer.start_collection(case_id=case.pk, actor=mara, now=timezone.now())
    run_due()
    assert hand_tasks.ask_due(now=timezone.now(), limit=10) == 1
    asked: HandTask = HandTask.objects.select_related("task__case__controller", "task__case__request").get()
    return asked


def send_mails() -> list[Any]:
    """Hand every mail to a department over; the newest last."""
    before = len(mail.outbox)
    for row in OwnerMail.objects.filter(status="queued").order_by("created_at"):
        jobs.send_owner_mail(str(row.pk))
    return mail.outbox[before:]


def path_in(letter: Any) -> str:
    """The address of the link in a mail, without the host."""
    found = re.search(r"https?://[^/]+(/by-hand/\S+)", letter.body)
    assert found
    return found.group(1)


def code_in(letter: Any) -> str:
    found = re.search(r"^    (\d{4} \d{4})$", letter.body, re.MULTILINE)
    assert found
    return found.group(1)


def task() -> Task:
    return Task.objects.get(operation="collect")


def case_of() -> Case:
    found: Case = Case.objects.select_related("request", "controller").get()
    return found


def counted() -> dict[str, int]:
    """Artifacts that count, by kind."""
    kinds = Artifact.objects.filter(superseded_at=None).exclude(storage_name="").values_list("kind", flat=True)
    return {kind: list(kinds).count(kind) for kind in kinds}
