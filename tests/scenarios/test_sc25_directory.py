"""SC-25, the directory (C-129/21): a store that fails holds the case; then directory and search engine hear, and no feed brings her back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import answer, contacts, plans, recipients
from dsr.cases.facts import current_plan, recipients_left
from dsr.cases.import_guard import Guard, Reason
from dsr.cases.recipient_mails import identifiers_of
from dsr.cases.tasks import retry
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import Case, Recipient, RecipientNotice
from tests.correcting import mara, otto
from tests.factories import ATTESTED, make_case, make_controller
from tests.jobs import run_due
from tests.recipients.telling import send

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PERSON = by_position(3)


def registered(name: str, nature: str, *datasets: str) -> Recipient:
    values: dict[str, Any] = {"way": "mail", "email": "privacy@directory.example.com", "language": "en"}
    details = recipients.Details(name=name, nature=nature, identifier="customer_number", datasets=datasets, **values)
    return recipients.keep(controller=make_controller(), details=details, actor=otto(), now=timezone.now())


def fresh(case: Case) -> Case:
    found: Case = Case.objects.select_related("controller", "request").get(pk=case.pk)
    return found


def test_SC_25_C_129_21_after_the_retry_directory_and_search_engine_hear_and_nothing_waits_for_them(demo_stores: Path):
    make_controller(cooling_hours=0)
    registered("Belgian Directory Example", "directory", "billing.customers")
    registered("Search Example", "search_engine", "radius.*")
    registered("Untouched Example", "forum", "billing.nothing_of_hers")
    now = timezone.now()
    case = make_case(number=PERSON.customer_no, name=PERSON.name, rights=(Right.ERASURE,), at=now)
    answer.start_collection(case_id=case.pk, actor=mara(), now=now)
    run_due()
    plans.ask_for_plan(case_id=case.pk, actor=mara(), now=timezone.now())
    run_due()
    answer.submit(case_id=case.pk, actor=mara(), now=timezone.now())
    sha256 = fresh(case).manifest_sha256
    plans.approve(case_id=case.pk, plan_sha256=sha256, actor=otto(), now=timezone.now(), attested=ATTESTED)
    (demo_stores / "radius.sqlite3").rename(demo_stores / "gone")
    plans.start(case_id=case.pk, now=timezone.now())
    run_due()
    assert fresh(case).state == "executing"  # one system fails: no answer, and nobody is told what has not happened
    assert not RecipientNotice.objects.exists()

    (demo_stores / "gone").rename(demo_stores / "radius.sqlite3")
    retry(task_id=case.tasks.get(operation="apply", store="radius").pk, actor=mara(), now=timezone.now())
    run_due()
    assert fresh(case).state == "notifying"
    told = dict(RecipientNotice.objects.values_list("recipient__name", "letter"))
    assert told == {"Belgian Directory Example": "L-22", "Search Example": "L-22"}
    before = len(mail.outbox)
    send()
    bodies = [one.body for one in mail.outbox[before:]]
    assert len(bodies) == 2
    assert all(PERSON.customer_no in body and PERSON.last not in body for body in bodies)
    assert identifiers_of(fresh(case), "customer_number") == [PERSON.customer_no]

    # Whom only the data maps name a person settles, as before; then the answer leaves without any confirmation.
    plan = current_plan(fresh(case))
    named = {name for line in (plan.summary if plan else []) for name in line.get("recipients", [])}
    assert set(recipients_left(fresh(case))) == named
    if named:
        plans.settle_recipients(case_id=case.pk, told=sorted(named), reasons={}, actor=mara(), now=timezone.now())
    run_due()
    assert answer.release(case_id=case.pk, actor=mara(), now=timezone.now()).state in {"completed", "partly_completed"}
    assert set(RecipientNotice.objects.values_list("status", flat=True)) == {"told"}

    # The monthly feed still has her: the guard leaves her row out (3.4.3).
    hers = contacts.contact(case.controller, "email", PERSON.email)
    asked = Guard(case.controller, now=timezone.now(), channels=["email"]).ask([[hers]])
    assert asked == [Reason.ERASED]
