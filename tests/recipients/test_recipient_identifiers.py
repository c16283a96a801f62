"""By what a recipient finds the record: all her values of its kind, none of another, and never what somebody wrote beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import recipient_notices, recipient_passes, recipients
from dsr.cases.identifiers import add_identifiers
from dsr.cases.perform import RefusedError
from dsr.models import RecipientMail, RecipientNotice
from tests.factories import make_controller
from tests.recipients.telling import PHONE, changed, mara, otto, recipient, send

pytestmark = pytest.mark.django_db


def the() -> RecipientNotice:
    found: RecipientNotice = RecipientNotice.objects.select_related("case", "recipient").get()
    return found


def number(value: str, store: str) -> dict[str, str]:
    return {"kind": "customer_number", "value": value, "store": store, "link": "account"}


def test_L_21_what_somebody_typed_never_takes_the_place_of_a_known_identifier():
    recipient(datasets=("billing.customers",))
    case, now = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=now)
    send()
    recipient_notices.failed(notice_id=the().pk, code="5.1.1", now=now)
    words = "Called Ms Example, she has a daughter, 10000002"
    recipient_notices.again(notice_id=the().pk, actor=mara(), now=now, identifier=words)
    send()
    assert "Ms Example" not in mail.outbox[-1].body
    assert PHONE in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("kind", "typed", "sent"),
    [
        ("iban", "de02 1203 0000 0000 2020 51", "DE02120300000000202051"),
        ("iban", "She pays by cash", ""),
        ("contract_number", "C-1 of her mother 2", ""),
        ("contract_number", " C-1 ", "C-1"),
        ("email", "ask her", ""),
        ("name", "Mia Example, born 1990", ""),
    ],
)
def test_L_21_a_typed_identifier_is_one_of_its_kind_or_refused(kind: str, typed: str, sent: str):
    recipient(datasets=("billing.customers",), identifier=kind)
    case, now = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=now)
    if kind == "name" or the().status == "open":  # the request knows these; here nobody does
        RecipientMail.objects.all().delete()
        row = the()
        row.put(row.content() | {"identifiers": []})
        row.status, row.error_code = "failed", "identifier_missing"
        row.save()
    if not sent:
        with pytest.raises(RefusedError):
            recipient_notices.again(notice_id=the().pk, actor=mara(), now=now, identifier=typed)
        return
    recipient_notices.again(notice_id=the().pk, actor=mara(), now=now, identifier=typed)
    send()
    assert f": {sent}\n" in mail.outbox[-1].body


def test_L_21_a_value_never_goes_out_under_the_name_of_another_kind():
    row = recipient(datasets=("billing.customers",))
    case, start = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=start)
    send()
    details = recipients.Details(
        name=row.name,
        nature="directory",
        way="mail",
        email=row.email,
        identifier="iban",
        language="en",
        datasets=("billing.customers",),
    )
    recipients.keep(controller=make_controller(), details=details, actor=otto(), now=start, recipient_id=row.pk)
    before = len(mail.outbox)
    assert recipient_passes.remind_due(now=start + timedelta(days=8), limit=10) == 0
    assert send() == 0
    assert (the().error_code, the().next_at) == ("identifier_missing", None)
    recipient_notices.failed(notice_id=the().pk, code="5.1.1", now=start)
    with pytest.raises(RefusedError):
        recipient_notices.again(notice_id=the().pk, actor=mara(), now=start)
    assert len(mail.outbox) == before


def test_all_her_numbers_of_the_changed_stores_are_told_and_where_nobody_can_say_which_a_person_does():
    recipient(datasets=("billing.customers",), identifier="customer_number", nature="partner")
    case = changed()
    found = [number("10000001", "billing"), number("10000077", "billing"), number("7", "radius")]
    add_identifiers(request=case.request, found=found)
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    send()
    lines = [line for line in mail.outbox[-1].body.splitlines() if line.startswith("Customer number: ")]
    assert lines == ["Customer number: 10000001", "Customer number: 10000077"]

    RecipientNotice.objects.all().delete()
    case = changed()
    add_identifiers(request=case.request, found=[number("7", "radius"), number("8", "tickets")])
    row = case.request.subject
    row.put({"identifiers": [one for one in row.content()["identifiers"] if one["store"] != "billing"]})
    row.save()
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    assert (the().status, the().error_code) == ("failed", "identifier_missing")
