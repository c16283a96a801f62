"""Mails through a real SMTP server that is down, busy, picky, rude: everything is sent, and sent once wherever it can be known."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as ours
from django.utils import timezone

from dsr.cases import codes, outbox
from dsr.models import Message, OneTimeCode
from dsr.work import jobs
from dsr.work.mailer import hand_over
from tests.factories import make_controller, make_request
from tests.processes import database_url
from tests.work.smtp_sink import Sink

pytestmark = pytest.mark.django_db
SEND = """
import django, sys
django.setup()
from dsr.work.jobs import send_message
send_message(sys.argv[1])
"""


@pytest.fixture
def sink(settings) -> Sink:
    """The server that mails go to; not up yet."""
    found = Sink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", found.port, 2
    return found


def queued() -> Message:
    make_request(at=timezone.now())
    return Message.objects.latest("created_at")


def send(row: Message) -> Message:
    jobs.send_message(str(row.pk))
    row.refresh_from_db()
    return row


def send_due() -> int:
    due = list(outbox.due(Message.objects.all(), timezone.now()).values_list("pk", flat=True))
    for pk in due:
        jobs.send_message(str(pk))
    return len(due)


def test_mail_server_down_for_an_hour_then_up_everything_is_sent_once(sink):
    start, mails = timezone.now(), 12
    for _ in range(mails):
        make_request(at=start)
    ids = sorted(row.message_id for row in Message.objects.all())

    def minutes(first: int, last: int) -> None:
        for minute in range(first, last):
            with time_machine.travel(start + timedelta(minutes=minute)):
                send_due()

    minutes(0, 45)  # nobody listens
    assert not sink.taken
    with sink.up():
        sink.mail = "421 4.3.2 Too busy, closing"
        minutes(45, 75)
        assert not sink.taken
        assert set(Message.objects.values_list("status", "error_code")) == {("queued", "4.3.2")}
        sink.mail = ""
        minutes(75, 140)

    assert sorted(sink.ids()) == ids
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}
    assert max(Message.objects.values_list("attempts", flat=True)) <= len(outbox.WAITS)


def test_greylisting_is_tried_again_and_then_sent_once(sink):
    row = queued()
    with sink.up():
        sink.rcpt = "450 4.7.1 Greylisted, come back later"
        send(row)
        assert (row.status, row.error_code) == ("queued", "4.7.1")
        assert row.not_before > timezone.now()
        sink.rcpt = ""
        Message.objects.update(not_before=timezone.now())
        assert send(row).status == "sent"

    assert sink.ids() == [row.message_id]


@pytest.mark.parametrize(
    ("where", "answer", "code"),
    [
        ("rcpt", "550 5.1.1 No such user", "5.1.1"),
        ("rcpt", "550 No such user anna@example.com", "550"),
        ("data", "554 5.7.1 Refused as spam", "5.7.1"),
        ("data", "552 5.2.2 Mailbox full", "5.2.2"),
    ],
)
def test_an_answer_for_good_is_final_and_noted_on_the_case_as_a_code(sink, where, answer, code):
    row = queued()
    with sink.up():
        setattr(sink, where, answer)
        send(row)

    assert (row.status, row.error_code, row.attempts) == ("failed", code, 1)
    assert send_due() == 0
    event = row.request.cases.get().events.get(action="mail_failed")
    assert event.data == {"message": str(row.pk), "mail": "acknowledgement", "status": code}


@pytest.mark.parametrize("answer", ["550 5.7.1 Sender not allowed", "530 5.7.0 Authentication required"])
def test_a_refusal_of_our_own_account_is_no_fault_of_the_address(sink, answer):
    row = queued()
    with sink.up():
        sink.mail = answer
        send(row)
        assert (row.status, row.error_code) == ("queued", answer.split()[1])
        sink.mail = ""
        Message.objects.update(not_before=timezone.now())
        assert send(row).status == "sent"


def test_tries_end_after_more_than_a_day_and_a_person_is_asked(sink):
    row = queued()
    tries, now = 0, timezone.now()
    while row.status == "queued":
        with time_machine.travel(max(now, row.not_before)):
            send(row)
        tries += 1

    assert (row.status, tries) == ("failed", len(outbox.WAITS) + 1)
    assert sum(outbox.WAITS, timedelta()) > timedelta(days=1)
    assert row.request.cases.get().events.filter(action="mail_failed").count() == 1


def test_a_server_that_hangs_at_good_bye_has_taken_the_mail(sink):
    row = queued()
    with sink.up():
        sink.slow_good_bye = True
        send(row)

    assert (row.status, len(sink.taken)) == ("sent", 1)


def test_an_answer_that_never_came_is_sent_again_under_the_same_message_id(sink):
    row = queued()
    with sink.up():
        sink.hang_up_after_data = True
        send(row)
        assert row.status == "queued"
        Message.objects.update(not_before=timezone.now())
        send(row)

    assert row.status == "sent"
    assert sink.ids() == [row.message_id] * 2  # nobody can know better; mailboxes recognise the id


def test_a_server_without_starttls_gets_no_mail_in_the_clear(sink, settings):
    settings.EMAIL_USE_TLS = True
    row = queued()
    with sink.up():
        send(row)

    assert (row.status, row.error_code, sink.taken) == ("queued", "SMTPNotSupportedError", [])


def test_where_bounces_go_is_the_envelope_and_the_office_is_the_sender(sink, settings):
    settings.DSR_MAIL_BOUNCES = "bounces@northwave.example.com"
    with sink.up():
        send(queued())

    (mail,) = sink.taken
    assert sink.envelopes == [("bounces@northwave.example.com", ["anna@example.com"])]
    assert mail["From"].addresses[0].addr_spec == make_controller().privacy_email
    assert mail["Auto-Submitted"] == "auto-generated"


def test_names_and_text_arrive_as_they_are_written(sink):
    controller = make_controller("owl", name='O\'Hara & Söhne "Netz"')
    with sink.up():
        found = hand_over(
            controller=controller,
            to="anna@example.com",
            subject="Grüße",
            body="Söhne & O'Hara <b>\n",
            message_id="<1@x.example.com>",
        )

    assert found is None
    (mail,) = sink.taken
    assert mail["From"].addresses[0].display_name == controller.name
    assert mail["Subject"] == "Grüße"
    assert mail.get_content().replace("\r\n", "\n") == "Söhne & O'Hara <b>\n"


def test_a_line_break_in_a_subject_is_refused_for_good(sink):
    with sink.up():
        found = hand_over(
            controller=make_controller(),
            to="anna@example.com",
            subject="Hello\nBcc: eve@example.com",
            body="x",
            message_id="<1@x.example.com>",
        )

    assert found is not None
    assert (found.code, found.final, sink.taken) == ("BadHeaderError", True, [])


def test_a_lease_is_longer_than_a_hand_over_can_take(settings):
    settings.EMAIL_TIMEOUT = 60
    assert outbox.lease() >= timedelta(seconds=12 * 60)


def test_a_code_refused_for_good_is_not_tried_again_and_a_busy_server_is(sink):
    request = make_request(at=timezone.now())
    content = {"to": "anna@example.com"}
    code = codes.make(
        controller=request.controller, purpose="follow", content=content, request=request, now=timezone.now()
    )
    with sink.up():
        sink.rcpt = "451 4.3.0 Try later"
        jobs.send_code(str(code.pk))
        assert OneTimeCode.objects.get(pk=code.pk).sent_at is None
        sink.rcpt = "550 5.1.1 No"
        jobs.send_code(str(code.pk))

    assert OneTimeCode.objects.get(pk=code.pk).sent_at is not None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_hand_over_and_row_sends_twice_with_one_message_id(sink):
    """At least once (decision 052): the copy has the same Message-ID, and no third one follows."""
    row = queued()
    with sink.up():
        worker = subprocess.Popen([sys.executable, "-c", SEND, str(row.pk)], env=environment(sink))
        sink.kill = worker.pid
        assert worker.wait(60) == -9
        row.refresh_from_db()
        assert (row.status, len(sink.taken)) == ("sending", 1)
        assert send_due() == 0  # its lease runs
        assert row.leased_until
        with time_machine.travel(row.leased_until + timedelta(seconds=1)):
            assert [send_due(), send_due()] == [1, 0]

    row.refresh_from_db()
    assert row.status == "sent"
    assert sink.ids() == [row.message_id] * 2


def environment(sink: Sink) -> dict[str, str]:
    """A worker's: the database, keys and files of this test, and the sink."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "DATABASE_URL": database_url(),
        "DSR_KEYS": ours.DSR_KEYS,
        "DSR_SECRET_KEY": ours.SECRET_KEY,
        "DSR_VAR": str(ours.VAR_DIR),
        "DSR_SMTP_HOST": "127.0.0.1",
        "DSR_SMTP_PORT": str(sink.port),
    }
