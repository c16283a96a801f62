"""A mail becomes a request, a message, or a question for a person; nothing is lost, nothing is believed (T-02, T-03, 4.2 #1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dsr.cases import inbound as verbs
from dsr.cases.actors import staff
from dsr.cases.inbound_words import noted
from dsr.cases.perform import ConflictError, RefusedError
from dsr.checks import check_inbox
from dsr.fulfil import inbound
from dsr.fulfil.own_records import own_found
from dsr.models import Event, EventNote, InboundMail, Message, Pulse, Request, SetupEvent, Upload
from dsr.vault import MissingKeyError
from dsr.work import jobs, wake, waking
from exporters.contract import CellNote, Permanent, Temporary
from tests.factories import make_case, make_controller, make_staff
from tests.inbound.conftest import mail

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def with_file(name: str, content: bytes, *, sender: str = "anna@example.com", subject: str = "My data") -> bytes:
    from email.message import EmailMessage

    made = EmailMessage()
    made["From"], made["Subject"] = sender, subject
    made.set_content("See the picture.")
    made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def test_T_02_a_mail_is_an_unsorted_request_received_when_it_reached_the_server(server: Any, poll: Any) -> None:
    at = timezone.now().replace(microsecond=0) - timedelta(days=2)
    server.add(mail(Message_ID="<1@example.com>", Content_Language="de-DE"), at=at)

    (row,) = poll()

    request = row.request
    case = request.cases.get()
    content = request.content()
    assert (row.kind, request.channel, request.received_at, request.language) == ("request", "email", at, "de")
    assert case.unclassified
    assert "Please send me everything" in content["words"]
    assert "My data" in content["words"]
    assert (content["name"], content["contact_email"]) == ("Anna Example", "anna@example.com")
    assert Message.objects.get(request=request).content()["to"] == "anna@example.com"
    assert server.unread() == []
    assert b"".join(inbound.original(row)) == server.mails[0].raw
    assert b"Anna" not in bytes(row.sealed)

    again = poll()

    assert [one.pk for one in again] == [row.pk]
    assert Request.objects.count() == 1
    assert server.fetched == [1]


def test_T_02_our_own_received_header_counts_and_a_forged_one_or_the_date_does_not(
    server: Any, poll: Any, settings: Any
) -> None:
    settings.DSR_INBOX = {"northwave": server.config(received_by=["mx.northwave.example.com"])}
    reached = timezone.now().replace(microsecond=0) - timedelta(hours=30)
    at = reached + timedelta(hours=5)

    def hop(by: str, when: Any) -> str:
        return f"from x by {by} with ESMTP; {when:%a, %d %b %Y %H:%M:%S} +0000"

    real = f"Received: {hop('mx.northwave.example.com', reached)}\n".encode()
    other = f"Received: {hop('relay.example.net', reached - timedelta(days=5))}\n".encode()
    forged = f"Received: {hop('mx.northwave.example.com', reached - timedelta(days=9))}\n".encode()
    server.add(real + other + forged + mail(), at=at)
    server.add(other + forged + mail("Another one."), at=at)

    first, second = poll()

    assert (first.received_at, second.received_at) == (reached, at)


def test_a_mail_joins_a_request_only_from_the_contact_on_file(server: Any, poll: Any) -> None:
    case = make_case(at=timezone.now() - timedelta(days=3))
    asked = case.request
    ours = Message.objects.filter(request=asked, by_mail=True).order_by("created_at")[0]
    known = asked.content()["contact_email"]
    server.add(with_file("passport.png", PNG, sender=known, subject=f"Re: {asked.reference}"))
    server.add(mail("As an answer.", sender=known, subject="Re: hello", In_Reply_To=ours.message_id))
    server.add(mail("Send it to me instead.", sender="mallory@example.net", subject=f"Re: {asked.reference}"))
    server.add(mail("Which one?", sender=known, subject="DSR-2020-999999"))
    server.add(mail("Both.", sender=f"{known}, mallory@example.net", subject=f"Re: {asked.reference}"))

    rows = poll()

    assert [(row.kind, row.doubt) for row in rows] == [
        ("message", ""),
        ("message", ""),
        ("undecided", "other_sender"),
        ("undecided", "no_such_request"),
        ("undecided", "no_sender"),
    ]
    told = Message.objects.filter(request=asked, inbound=True).order_by("created_at", "pk")
    assert {row.content()["body"].split("\n\n")[-1] for row in told} == {"See the picture.", "As an answer."}
    assert Upload.objects.get(request=asked).message_id == rows[0].message_id
    assert Event.objects.filter(case=case, action="mail_received").count() == 2
    assert Request.objects.count() == 1


def test_what_nobody_has_to_read_is_counted_and_answered_by_nobody(server: Any, poll: Any) -> None:
    case = make_case()
    ours = Message.objects.filter(request=case.request, by_mail=True).order_by("created_at")[0]
    Message.objects.filter(pk=ours.pk).update(status="sent", attempts=1)
    before = Message.objects.count()
    bounce = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\nFrom: MAILER-DAEMON@example.net\n\n"
        "--b\n\nno\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
        f"Action: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {ours.message_id}\n--b--\n"
    ).encode()
    server.add(bounce)
    server.add(mail(Auto_Submitted="auto-replied"))
    server.add(mail(List_Id="<news.example.net>"))
    server.add(mail(X_DSR_Desk="1"))
    server.add(mail(sender="Northwave <Privacy@northwave.example.com>"))
    server.add(mail("One.", Message_ID="<one@example.com>"))
    server.add(mail("One.", Message_ID="<one@example.com>"))
    server.add(mail("Another, under the same id.", Message_ID="<one@example.com>"))

    rows = poll()

    kinds = ["bounce", "automatic", "list", "loop", "loop", "request", "duplicate", "request"]
    assert [row.kind for row in rows] == kinds
    assert Message.objects.get(pk=ours.pk).status == "bounced"
    assert Message.objects.count() == before + 2  # one acknowledgement for each of the two requests
    assert server.unread() == []


def test_nothing_is_lost_when_the_worker_dies_between_fetch_and_the_mark(server: Any, poll: Any) -> None:
    """Killed while the server is told that the mail was read: it is there once, and is marked by the next run."""
    server.add(mail(Message_ID="<1@example.com>"))

    def die() -> None:
        server.before_store = lambda: None
        raise ConnectionResetError

    server.before_store = die
    with pytest.raises(Temporary):
        inbound.fetch(controller=make_controller(), now=timezone.now())
    assert server.unread() == [1]
    assert InboundMail.objects.get().kind == "new"

    (row,) = poll()

    assert (row.kind, server.unread(), server.fetched) == ("request", [], [1])


def test_nothing_is_lost_when_the_worker_dies_before_the_row_is_there(server: Any, poll: Any, monkeypatch: Any) -> None:
    """Killed between the sealed bytes and their row, and again after the row, before anything was made of it."""
    server.add(with_file("picture.png", PNG))
    with monkeypatch.context() as patched:
        patched.setattr(InboundMail, "save", lambda *_args, **_kwargs: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            inbound.fetch(controller=make_controller(), now=timezone.now())
    assert server.unread() == [1]

    inbound.fetch(controller=make_controller(), now=timezone.now())
    row = InboundMail.objects.get()
    # A worker took it and died: its claim runs out.
    InboundMail.objects.update(not_before=timezone.now() + inbound.LEASE, attempts=1)
    assert inbound.take(mail_id=row.pk, now=timezone.now()) is None
    later = timezone.now() + inbound.LEASE + timedelta(seconds=1)
    assert inbound.due(now=later, limit=10) == [row.pk]
    taken = inbound.take(mail_id=row.pk, now=later)

    assert taken is not None
    assert taken.kind == "request"
    assert Upload.objects.get(request=taken.request).purpose == "evidence"
    assert poll()[0].pk == row.pk


def test_a_mail_somebody_opened_in_another_program_is_taken_too_and_a_rebuilt_folder_repeats_nothing(
    server: Any, poll: Any
) -> None:
    server.add(mail("One.", Message_ID="<1@example.com>"), seen=True)  # from before: history is not imported
    server.add(mail("Two.", Message_ID="<2@example.com>"))
    assert [row.uid for row in poll()] == [2]
    server.add(mail("Three.", Message_ID="<3@example.com>"), seen=True)
    assert [row.uid for row in poll()] == [2, 3]

    server.uid_validity = 8
    for one in server.mails[1:]:
        one.flags.clear()
    rows = poll()

    assert [(row.uid_validity, row.uid, row.kind) for row in rows] == [
        (7, 2, "request"),
        (7, 3, "request"),
        (8, 2, "duplicate"),
        (8, 3, "duplicate"),
    ]


def test_a_person_decides_and_every_decision_is_an_event(server: Any, poll: Any) -> None:
    case = make_case()
    mara, olga = staff(make_staff("mara")), staff(make_staff("olga", "administrator"))
    for text in ("One.", "Two.", "Three."):
        server.add(
            with_file("picture.png", PNG, sender="other@example.net", subject=f"Re: {case.request.reference} {text}")
        )
    first, second, third = poll()
    now = timezone.now()
    assert not Upload.objects.exists()

    with pytest.raises(RefusedError):
        verbs.dismiss(mail_id=third.pk, reason="Spam", actor=olga, now=now)
    with pytest.raises(RefusedError, match="reference_unknown"):
        verbs.add_to(mail_id=first.pk, reference="DSR-2000-000001", actor=mara, now=now)
    verbs.add_to(mail_id=first.pk, reference=case.request.reference.lower(), actor=mara, now=now)
    made = verbs.make_request(mail_id=second.pk, actor=mara, now=now)
    with pytest.raises(RefusedError, match="reason_missing"):
        verbs.dismiss(mail_id=third.pk, reason=" ", actor=mara, now=now)
    verbs.dismiss(mail_id=third.pk, reason="Advertising", actor=mara, now=now)
    with pytest.raises(ConflictError):
        verbs.make_request(mail_id=third.pk, actor=mara, now=now)
    poll()

    assert made.received_at == second.received_at
    assert {one.request_id for one in Upload.objects.all()} == {made.pk}
    assert Event.objects.filter(case=case, action="mail_received", actor_kind="staff").count() == 1
    assert SetupEvent.objects.filter(kind="mail_dismissed").count() == 1
    assert case.request.content()["contact_email"] != "other@example.net"


def test_X_04_words_of_somebody_else_are_a_note_for_staff_and_never_hers(server: Any, poll: Any, settings: Any) -> None:
    """Added by a person: from another address, or disowned by the domain of hers. Hers, which named nothing, is a message."""
    settings.DSR_INBOX = {"northwave": server.config(authserv="mx.northwave.example.com")}
    case, mara = make_case(), staff(make_staff("mara"))
    contact = case.request.content()["contact_email"]
    server.add(with_file("flat.png", PNG, sender="Bert <bert@example.net>", subject="DSR-2020-999999"))
    server.add(mail("Forged.", sender=contact, Authentication_Results="mx.northwave.example.com; dmarc=fail"))
    server.add(with_file("bill.png", PNG, sender=contact, subject="DSR-2020-999999"))
    before = Message.objects.filter(request=case.request).count()

    for row in poll():
        verbs.add_to(mail_id=row.pk, reference=case.request.reference, actor=mara, now=timezone.now())
    rows = poll()

    assert [(row.kind, noted(row)) for row in rows] == [("message", True), ("message", True), ("message", False)]
    (message,) = Message.objects.filter(request=case.request, inbound=True)
    assert "DSR-2020-999999" in message.content()["body"]
    assert Message.objects.filter(request=case.request).count() == before + 1
    assert [one.message_id for one in Upload.objects.filter(request=case.request)] == [message.pk]
    notes = [
        row.content()["text"] for row in EventNote.objects.filter(event__action="mail_received").order_by("event__seq")
    ]
    assert notes[0].startswith("From: Bert <bert@example.net>\nAttachment: flat.png\n\n")
    assert "See the picture." in notes[0]
    assert "Forged." in notes[1]
    assert len(notes) == 2
    found = own_found(case, until=timezone.now() + timedelta(minutes=1))
    told = [batch for one in found if one.info.name in {"history", "messages", "sent_files"} for batch in one.read()]
    assert not [
        word
        for word in ("picture.", "Forged", "Bert", "flat.png")
        if word in repr([batch.rows for batch in told]).replace("See the picture.", "", 1)
    ]
    assert [note.code for batch in told for note in batch.notes] == [CellNote.WITHHELD] * 2


def test_4_5_a_mail_as_it_came_goes_after_its_time_and_an_undecided_one_does_not(
    server: Any, poll: Any, settings: Any
) -> None:
    server.add(mail())
    server.add(mail(sender="a@example.com, b@example.com"))
    kept, undecided = poll()
    later = timezone.now() + timedelta(days=settings.DSR_INBOX_KEEP_DAYS, minutes=1)

    assert inbound.remove_due(now=later, limit=10) == 1

    gone = InboundMail.objects.get(pk=kept.pk)
    assert (gone.storage_name, bytes(gone.sealed), gone.kind) == ("", b"", "request")
    with pytest.raises(MissingKeyError):
        gone.vault_key()
    assert InboundMail.objects.get(pk=undecided.pk).deleted_at is None
    assert b"".join(inbound.original(undecided))


def test_a_mailbox_that_refuses_us_says_so_by_a_code(server: Any, settings: Any) -> None:
    controller = make_controller()
    settings.DSR_INBOX = {"northwave": server.config(secret="wrong")}
    with pytest.raises(Permanent, match="inbox_refused"):
        inbound.fetch(controller=controller, now=timezone.now())
    settings.DSR_INBOX = {"northwave": server.config(folder="Requests")}
    with pytest.raises(Permanent, match="inbox_folder"):
        inbound.fetch(controller=controller, now=timezone.now())
    settings.DSR_INBOX = {"northwave": server.config(port=1)}
    with pytest.raises(Temporary, match="inbox_down"):
        inbound.fetch(controller=controller, now=timezone.now())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"host": "imap.example.com", "user": "x"}, "needs host, user and secret"),
        ({"host": "imap.example.com", "user": "x", "secret": "y", "tls": "none"}, "on this machine only"),
        ({"host": "imap.example.com", "user": "x", "secret": "y", "tls": "maybe"}, "tls, starttls or none"),
        ({"host": "imap.example.com", "user": "x", "secret": "y", "colour": "red"}, "does not know colour"),
        ({"host": "imap.example.com", "user": "x", "secret": "y", "port": "imap"}, "must be numbers"),
    ],
)
def test_a_mailbox_that_is_configured_wrongly_is_an_error_at_start(settings: Any, given: Any, words: str) -> None:
    settings.DSR_INBOX = {"northwave": given}

    (found,) = check_inbox(None)

    assert (found.id, words in found.msg) == ("dsr.E016", True)


def test_the_tick_wakes_the_job_and_talks_to_no_server(server: Any, poll: Any, monkeypatch: Any) -> None:
    make_controller()
    woken: list[tuple[str, ...]] = []
    monkeypatch.setattr(wake, "nudge", lambda job, *ids, **_more: woken.append((job, *ids)))
    now = timezone.now()

    waking.inbound_mail(now)
    waking.inbound_mail(now + timedelta(seconds=20))
    waking.inbound_mail(now + timedelta(seconds=90))

    assert [job for job, *_ids in woken] == ["dsr.work.jobs.fetch_inbox"] * 2
    assert server.lines == []
    server.add(mail(subject="By the jobs"))
    jobs.fetch_inbox(str(make_controller().pk))
    row = InboundMail.objects.get()
    jobs.take_mail(str(row.pk))
    assert InboundMail.objects.get().kind == "request"
    assert ("dsr.work.jobs.take_mail", str(row.pk)) in woken
    assert Pulse.objects.get(name="inbox:northwave").error_code == ""
