"""Notices to recipients from the rows: made from what was changed, sent, reminded twice, never waited for (Art. 19, R-06, Q-07)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import bounces, recipient_notices, recipient_passes
from dsr.cases.facts import recipients_left
from dsr.cases.perform import RefusedError
from dsr.law.rights import RestrictionGround, Right
from dsr.models import Case, Event, RecipientMail, RecipientNotice, Restriction, Task
from tests.recipients.telling import PHONE, changed, fresh, mara, recipient, send

pytestmark = pytest.mark.django_db


def the() -> RecipientNotice:
    found: RecipientNotice = RecipientNotice.objects.select_related("case", "recipient").get()
    return found


def test_L_22_C_129_21_a_directory_hears_of_an_erasure_and_the_answer_waits_for_the_mail_only():
    recipient(datasets=("billing.customers",))
    recipient("Nobody concerned", datasets=("radius.sessions",))
    case = changed()
    now = timezone.now()
    assert recipient_notices.make(case_id=case.pk, now=now) == 1
    assert recipient_notices.make(case_id=case.pk, now=now) == 0  # once, whoever asks twice
    assert recipients_left(fresh(case)) == ["Directory Example"]
    assert the().letter == "L-22"
    assert send() == 1
    sent = mail.outbox[-1]
    assert sent.to == ["privacy@directory.example.com"]
    assert (PHONE in sent.body, PHONE in sent.subject, "Anna" in f"{sent.subject}{sent.body}") == (True, False, False)
    assert case.request.reference in sent.subject
    assert "Art. 17(2)" in sent.body
    assert recipients_left(fresh(case)) == []  # 4.0.3: told, not acknowledged
    assert (the().status, the().acknowledged_at) == ("told", None)
    assert Task.objects.filter(case=case, operation="close").count() == 1
    shown = Event.objects.filter(case=case, action="recipient_told").get()
    assert PHONE not in str(shown.data)


def test_4_0_3_two_reminders_on_day_7_and_21_then_a_line_for_a_person():
    recipient(datasets=("billing.*",))
    case, start = changed(), timezone.now()
    recipient_notices.make(case_id=case.pk, now=start)
    send()
    seen = []
    for day in range(1, 40):
        at = start + timedelta(days=day, hours=1)
        if recipient_passes.remind_due(now=at, limit=10):
            seen.append(day)
            assert recipient_passes.remind_due(now=at, limit=10) == 0  # a second tick reminds nobody
            RecipientMail.objects.filter(status="queued").update(not_before=timezone.now())
            send()
    assert seen == [7, 21]
    assert (the().status, the().error_code, the().next_at) == ("told", "silent", None)
    assert "reminder" in mail.outbox[-1].subject
    recipient_notices.acknowledge(notice_id=the().pk, how="By phone.", actor=mara(), now=timezone.now())
    assert (the().status, the().error_code) == ("acknowledged", "")


def test_Q_07_a_mail_that_comes_back_was_not_told_and_a_person_settles_it():
    recipient(datasets=("billing.customers",), nature="credit_bureau")
    case = changed(Right.RESTRICTION, treatment="restrict")
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    assert the().letter == "L-21"
    send()
    assert recipients_left(fresh(case)) == []
    row = RecipientMail.objects.get()
    report = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n"
        f"X-Failed-Recipients: privacy@directory.example.com\nIn-Reply-To: {row.message_id}\n\n"
        "--b\nContent-Type: text/plain\n\nno\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mail.example.net\n\n"
        "Final-Recipient: rfc822; privacy@directory.example.com\nAction: failed\nStatus: 5.1.1\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {row.message_id}\n--b--\n"
    )
    assert bounces.take(raw=report.encode(), now=timezone.now()).value == "bounced"
    assert recipient_passes.settle_mails(now=timezone.now(), limit=10) == 1
    assert recipient_passes.settle_mails(now=timezone.now(), limit=10) == 0
    assert (the().status, the().error_code) == ("failed", "5.1.1")
    assert recipients_left(fresh(case)) == ["Directory Example"]
    with pytest.raises(RefusedError):
        recipient_notices.exempt(notice_id=the().pk, ground="tedious", reason="No.", actor=mara(), now=timezone.now())
    with pytest.raises(RefusedError):
        recipient_notices.exempt(notice_id=the().pk, ground="impossible", reason=" ", actor=mara(), now=timezone.now())
    recipient_notices.exempt(
        notice_id=the().pk, ground="impossible", reason="It was wound up.", actor=mara(), now=timezone.now()
    )
    assert recipients_left(fresh(case)) == []
    assert fresh(case).content()["recipients"] == {"Directory Example": "It was wound up."}
    with pytest.raises(RefusedError):
        recipient_notices.told_by_hand(notice_id=the().pk, how="By letter.", actor=mara(), now=timezone.now())


def test_what_nobody_knows_how_to_find_waits_for_a_person_and_goes_out_with_what_she_types():
    recipient(datasets=("billing.customers",), identifier="iban")
    case = changed()
    recipient_notices.make(case_id=case.pk, now=timezone.now())
    assert (the().status, the().error_code) == ("failed", "identifier_missing")
    assert send() == 0
    with pytest.raises(RefusedError):
        recipient_notices.again(notice_id=the().pk, actor=mara(), now=timezone.now())
    recipient_notices.again(notice_id=the().pk, actor=mara(), now=timezone.now(), identifier="DE02120300000000202051")
    assert send() == 1
    assert "DE02120300000000202051" in mail.outbox[-1].body
    assert the().status == "told"


def test_a_worker_that_died_is_caught_up_by_the_tick():
    recipient(nature="partner", datasets=())
    recipient("Named Ltd", datasets=(), nature="partner")
    case = changed(named=("Named Ltd", "Unknown GmbH"))
    assert recipient_passes.catch_up(now=timezone.now(), limit=10) == 1
    assert the().recipient.name == "Named Ltd"
    assert recipients_left(fresh(case)) == ["Named Ltd", "Unknown GmbH"]  # whom no register knows a person settles
    RecipientMail.objects.update(status="sent", sent_at=timezone.now())
    assert recipient_passes.settle_mails(now=timezone.now(), limit=10) == 1
    assert recipients_left(fresh(case)) == ["Unknown GmbH"]


def test_Q_07_whoever_was_told_of_a_restriction_hears_of_its_end_once():
    recipient(datasets=("billing.customers",), nature="credit_bureau")
    case, now = changed(Right.RESTRICTION, treatment="restrict"), timezone.now()
    recipient_notices.make(case_id=case.pk, now=now)
    send()
    ground = next(iter(RestrictionGround)).value
    Restriction.objects.create(controller=case.controller, case=case, ground=ground, set_at=now, changed_at=now)
    assert recipient_passes.catch_up(now=now, limit=10) == 0  # it stands
    Restriction.objects.update(ended_at=now)
    Case.objects.filter(pk=case.pk).update(state="completed", closed_at=now)
    assert recipient_passes.catch_up(now=now, limit=10) == 1
    assert recipient_passes.catch_up(now=now, limit=10) == 0
    send()
    assert "The restriction we told you of ended on" in mail.outbox[-1].body
    assert set(RecipientNotice.objects.values_list("change", "status")) == {("restricted", "told"), ("ended", "told")}
