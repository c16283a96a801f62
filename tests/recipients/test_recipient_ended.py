"""A recipient that was ended hears nothing more, a late job changes nothing, and one notice never un-tells another (Art. 19, Q-07)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import recipient_notices, recipient_passes, recipients
from dsr.cases.perform import RefusedError
from dsr.law.rights import RestrictionGround, Right
from dsr.models import Case, Event, Recipient, RecipientMail, RecipientNotice, Restriction
from dsr.work import jobs
from tests.recipients.telling import changed, fresh, mara, otto, recipient, send

pytestmark = pytest.mark.django_db


def the(**which: Any) -> RecipientNotice:
    found: RecipientNotice = RecipientNotice.objects.select_related("case", "recipient").get(**which)
    return found


def test_an_ended_recipient_hears_neither_what_was_queued_nor_a_reminder():
    first = recipient(datasets=("billing.customers",))
    second = recipient("Told Example", datasets=("billing.customers",))
    case, start = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=start)
    told = RecipientMail.objects.get(notice__recipient=second)
    jobs.send_recipient_mail(str(told.pk))
    before = len(mail.outbox)
    for row in (first, second):
        recipients.end(recipient=row, actor=otto(), now=start)
    assert send() == 0
    assert recipient_passes.remind_due(now=start + timedelta(days=8), limit=10) == 0
    assert (the(recipient=first).status, the(recipient=first).error_code) == ("failed", "recipient_ended")
    assert the(recipient=second).status == "told"
    assert Event.objects.filter(case=case, action="recipient_unreached").count() == 1
    with pytest.raises(RefusedError):
        recipient_notices.again(notice_id=the(recipient=first).pk, actor=mara(), now=start)
    assert len(mail.outbox) == before


def test_a_worker_looks_at_the_register_before_it_sends():
    row = recipient(datasets=("billing.customers",))
    case, start = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=start)
    before = len(mail.outbox)
    Recipient.objects.filter(pk=row.pk).update(ended_at=start)
    send()
    assert len(mail.outbox) == before
    assert (the().status, the().error_code) == ("failed", "recipient_ended")


def test_a_late_job_does_not_make_a_returned_mail_told():
    recipient(datasets=("billing.customers",))
    case, start = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=start)
    send()
    recipient_notices.failed(notice_id=the().pk, code="5.1.1", now=start)
    jobs.send_recipient_mail(str(RecipientMail.objects.get(status="sent").pk))
    assert the().status == "failed"


@pytest.mark.parametrize("ended", [False, True])
def test_Q_07_the_end_that_came_back_leaves_the_restriction_told(ended: bool):
    row = recipient(datasets=("billing.customers",), nature="credit_bureau")
    case, now = changed(Right.RESTRICTION, treatment="restrict"), timezone.now()
    recipient_notices.make(case_id=case.pk, now=now)
    send()
    ground = next(iter(RestrictionGround)).value
    Restriction.objects.create(
        controller=case.controller, case=case, ground=ground, set_at=now, changed_at=now, ended_at=now
    )
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=now)
    if ended:
        recipients.end(recipient=row, actor=otto(), now=now)
    assert recipient_passes.catch_up(now=now, limit=10) == 1
    assert recipient_passes.catch_up(now=now, limit=10) == 0
    if not ended:
        recipient_notices.failed(notice_id=the(change="ended").pk, code="5.1.1", now=now)
    assert the(change="ended").status == "failed"
    assert fresh(case).content()["recipients"] == {"Directory Example": ""}
    recipient_notices.exempt(
        notice_id=the(change="ended").pk, ground="impossible", reason="Wound up.", actor=mara(), now=now
    )
    assert fresh(case).content()["recipients"] == {"Directory Example": ""}
