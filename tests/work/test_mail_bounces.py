"""Mail that comes back: DSN reports and plain bounces of several servers, delays, automatic answers, nonsense."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import uuid
from io import StringIO
from types import SimpleNamespace

import pytest
from django.conf import settings as ours
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dsr.cases import outbox
from dsr.cases.bounce_text import Verdict, read
from dsr.cases.bounces import Taken, take
from dsr.cases.notices import to_staff
from dsr.models import Message, Notice
from dsr.work import jobs
from tests.factories import make_request, make_staff

ID = "0b2c7f3e-3b5e-4a39-9a59-0d3c0d6d7a11"


def dsn(
    message_id: str, *, action: str = "failed", status: str = "5.1.1", returned: str = "text/rfc822-headers"
) -> bytes:
    """As Postfix writes it; with `message/rfc822` the whole mail is returned."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: privacy@northwave.example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=B="
Message-Id: <20261122.4711@mx.example.net>

--=B=
Content-Type: text/plain; charset=us-ascii

<anna@example.com>: host mx.example.com said: 550 5.1.1 No such user

--=B=
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sun, 22 Nov 2026 05:00:00 +0000

Final-Recipient: rfc822; anna@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 No such user

--=B=
Content-Type: {returned}

From: "Northwave" <privacy@northwave.example.com>
Subject: We have your request
Message-ID: {message_id}

Hello,
--=B=--
""".encode()


def plain(
    message_id: str, *, subject: str, words: str, sender: str = "MAILER-DAEMON@mx.example.net", more: str = ""
) -> bytes:
    """As servers without reports write it: words, then the mail they quote."""
    return f"""\
Return-Path: <>
From: {sender}
To: privacy@northwave.example.com
Subject: {subject}
{more}
{words}

--- Below this line is a copy of the message.

Message-ID: {message_id}
Subject: We have your request
""".encode()


QMAIL = "Hi. This is the qmail-send program at mx.example.net.\nSorry, no mailbox here by that name. (#5.1.1)"


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_names_verdict_status_and_our_id_first(returned):
    report = read(dsn(f"<{ID}@northwave.example.com>", returned=returned))

    assert (report.verdict, report.status, report.about[0]) == (Verdict.FAILED, "5.1.1", (ID, 0))


def test_the_round_stands_in_the_message_id():
    assert read(dsn(f"<{ID}.3@northwave.example.com>")).about == ((ID, 3),)


def test_a_delay_is_a_delay_and_delivered_says_nothing():
    assert read(dsn(f"<{ID}@x.example.com>", action="delayed", status="4.4.7")).verdict is Verdict.DELAYED
    for action in ("delivered", "relayed", "expanded"):
        assert read(dsn(f"<{ID}@x.example.com>", action=action, status="2.0.0")).verdict is Verdict.NOTHING


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (plain(f"<{ID}@x.example.com>", subject="failure notice", words=QMAIL), ("failed", "5.1.1")),
        (
            plain(
                f"<{ID}@x.example.com>",
                subject="Mail delivery failed: returning message to sender",
                words="A message that you sent could not be delivered.",
                sender="Mail Delivery System <Mailer-Daemon@exim.example.net>",
                more="Auto-Submitted: auto-replied\nX-Failed-Recipients: anna@example.com\n",
            ),
            ("failed", "5.0.0"),
        ),
        (
            plain(
                f"<{ID}@x.example.com>",
                subject="Warning: message 1kAbC delayed 24 hours",
                words="No action is required on your part. Delivery attempts will continue.",
            ),
            ("delayed", "4.0.0"),
        ),
        (plain(f"<{ID}@x.example.com>", subject="Undeliverable", words="452 4.2.2 Mailbox full"), ("delayed", "4.2.2")),
    ],
    ids=["qmail", "exim", "exim-delay", "mailbox-full"],
)
def test_plain_bounces_are_read(mail, expected):
    report = read(mail)

    assert (report.verdict.value, report.status) == expected
    assert report.about[0] == (ID, 0)


@pytest.mark.parametrize(
    "mail",
    [
        plain(f"<{ID}@x.example.com>", subject="Out of office", words="I am away.", sender="anna@example.com"),
        plain(
            f"<{ID}@x.example.com>",
            subject="Automatic reply",
            words="Back on Monday. 5.1.1",
            sender="anna@example.com",
            more=f"Auto-Submitted: auto-replied\nIn-Reply-To: <{ID}@x.example.com>\n",
        ),
        dsn(f"<{ID}@x.example.com>").replace(b"report-type=delivery-status", b"report-type=disposition-notification"),
        b"",
        b"\x00\xff\xfe",
    ],
    ids=["away", "auto-replied", "read-receipt", "empty", "bytes"],
)
def test_whatever_is_no_report_says_nothing(mail):
    assert read(mail).verdict is Verdict.NOTHING


def test_a_report_in_base64_and_folded_headers_is_read():
    mail = plain("x", subject="failure", words="y").decode().split("\n\n")[0]
    body = "VW5kZWxpdmVyZWQ6IDUuMi4yIG1haWxib3ggZnVsbC4K"
    raw = f"{mail}\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\nReferences: <a@b>\n\t<{ID}.2@x.example.com>\n\n{body}\n"

    report = read(raw.encode())

    assert (report.verdict, report.status, report.about) == (Verdict.FAILED, "5.2.2", ((ID, 2),))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(raw):
    head = b'From: MAILER-DAEMON@x.example.com\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'

    assert read(raw).verdict in Verdict
    assert read(head + raw).verdict in Verdict


def test_a_mail_nested_a_thousand_times_breaks_nothing():
    raw = b"From: MAILER-DAEMON@x.example.com\n" + b"Content-Type: message/rfc822\n\n" * 5000

    assert read(raw).verdict in Verdict


# --- on rows ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(db, mailoutbox) -> Message:
    make_request(at=timezone.now())
    row = Message.objects.get()
    jobs.send_message(str(row.pk))
    row.refresh_from_db()
    assert row.status == "sent"
    return row


def back(row, **how) -> Taken:
    return take(raw=dsn(row.message_id, **how), now=timezone.now())


def test_a_bounce_marks_the_mail_and_is_an_event_of_the_case_with_codes_only(sent):
    assert back(sent) is Taken.BOUNCED

    sent.refresh_from_db()
    assert (sent.status, sent.error_code) == ("bounced", "5.1.1")
    event = sent.request.cases.get().events.get(action="mail_bounced")
    assert event.data == {"message": str(sent.pk), "mail": "acknowledgement", "status": "5.1.1"}


def test_the_same_report_twice_is_noted_once_and_no_mail_leaves(sent, mailoutbox):
    assert [back(sent), back(sent)] == [Taken.BOUNCED, Taken.REPEATED]
    assert sent.request.cases.get().events.filter(action="mail_bounced").count() == 1
    assert len(mailoutbox) == 1
    assert Message.objects.count() == 1
    assert not Notice.objects.exists()


def test_a_delay_is_noted_beside_sent_and_needs_nobody(sent):
    assert back(sent, action="delayed", status="4.4.7") is Taken.DELAYED

    sent.refresh_from_db()
    assert (sent.status, sent.error_code) == ("sent", "4.4.7")
    assert not sent.request.cases.get().events.filter(action__startswith="mail_").exists()
    assert back(sent) is Taken.BOUNCED


def test_a_late_report_on_an_earlier_round_does_not_touch_the_new_one(sent, mailoutbox):
    first = sent.message_id
    back(sent)
    sent.refresh_from_db()
    outbox.again(row=sent, to="anna@example.com", actor=_mara(), now=timezone.now())
    jobs.send_message(str(sent.pk))
    sent.refresh_from_db()

    assert take(raw=dsn(first), now=timezone.now()) is Taken.REPEATED
    sent.refresh_from_db()
    assert (sent.status, sent.message_id != first) == ("sent", True)
    assert [m.extra_headers["Message-ID"] for m in mailoutbox] == [first, sent.message_id]
    assert back(sent) is Taken.BOUNCED


def test_a_bounce_that_is_quicker_than_the_row_stops_the_next_try(sent):
    Message.objects.filter(pk=sent.pk).update(status="sending", leased_until=timezone.now())

    assert back(sent) is Taken.BOUNCED
    outbox.sent(sent, now=timezone.now())
    jobs.send_message(str(sent.pk))

    sent.refresh_from_db()
    assert (sent.status, sent.attempts) == ("bounced", 1)


def test_a_mail_that_never_left_cannot_come_back(db):
    make_request(at=timezone.now())

    assert back(Message.objects.get()) is Taken.REPEATED
    assert Message.objects.get().status == "queued"


def test_a_digest_that_bounces_is_marked_and_belongs_to_no_case(db, mailoutbox):
    notice = to_staff(
        user=make_staff("otto", "lead"), kind="digest", now=timezone.now(), context={"lines": [], "count": 1}
    )
    jobs.send_notice(str(notice.pk))

    assert back(notice) is Taken.BOUNCED
    assert Notice.objects.get().status == "bounced"


def _mara():
    from dsr.cases import actors

    return actors.staff(make_staff("mara"))


def piped(raw: bytes, monkeypatch, *words: str) -> dict[str, int]:
    out = StringIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    call_command("mail", "bounce", "--json", *words, stdout=out)
    return {kind: n for kind, n in json.loads(out.getvalue()).items() if n}


def test_the_command_takes_one_mail_from_standard_input(sent, monkeypatch):
    assert piped(dsn(sent.message_id), monkeypatch) == {"bounced": 1}
    out = StringIO()
    call_command("mail", "list", stdout=out)
    assert sent.request.reference in out.getvalue()
    assert "anna@" not in out.getvalue()


def test_unknown_ids_and_automatic_answers_are_ignored_and_counted(sent, monkeypatch, tmp_path):
    mails = {
        "unknown": dsn(f"<{uuid.uuid4()}@northwave.example.com>"),
        "away": plain(sent.message_id, subject="Away", words="Back on Monday", sender="anna@example.com"),
        "bounce": dsn(sent.message_id),
    }
    for name, raw in mails.items():
        (tmp_path / name).write_bytes(raw)

    found = piped(b"", monkeypatch, *(str(tmp_path / name) for name in mails))

    assert found == {"unknown": 1, "ignored": 1, "bounced": 1}


def test_a_mail_longer_than_what_is_read_is_read_to_its_end(sent, monkeypatch):
    raw = dsn(sent.message_id) + b"x" * 3_000_000

    assert piped(raw, monkeypatch) == {"bounced": 1}
    assert sys.stdin.buffer.read() == b""


@pytest.mark.slow
def test_piped_into_a_process_it_ends_with_0_or_asks_the_server_to_try_again(tmp_path):
    """The exit code is all a mail server sees: 0 for anything it may forget, 75 (EX_TEMPFAIL) while the database is away."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "dsr.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/missing/db.sqlite3",
        "DSR_KEYS": ours.DSR_KEYS,
        "DSR_SECRET_KEY": ours.SECRET_KEY,
        "DSR_VAR": str(tmp_path),
    }

    def pipe(raw: bytes) -> int:
        command = [sys.executable, str(ours.BASE_DIR / "manage.py"), "mail", "bounce"]
        return subprocess.run(command, input=raw, env=environment, capture_output=True, check=False).returncode

    assert pipe(plain("x", subject="Away", words="Back on Monday", sender="anna@example.com")) == 0
    assert pipe(dsn(f"<{ID}@northwave.example.com>")) == 75
