"""Mails at the desk: what was sent to whom, what did not arrive, and what a person does about it; who may see and do what."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as ours
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, codes, messages, staffing
from dsr.cases.bounces import take
from dsr.cases.notices import to_account, to_staff
from dsr.law.rights import Right
from dsr.models import Case, IndexToken, Message, Notice
from dsr.wording.mails import KINDS
from dsr.work import jobs
from tests.desk.conftest import text
from tests.factories import make_case, make_controller, make_request, make_staff, make_user
from tests.work.test_mail_bounces import dsn

pytestmark = pytest.mark.django_db
BODY = "we have received your request"


def deliver(request) -> Message:
    """The acknowledgement, sent."""
    row = Message.objects.get(request=request, kind="acknowledgement")
    jobs.send_message(str(row.pk))
    row.refresh_from_db()
    return row


def bounce(row: Message) -> Message:
    take(raw=dsn(row.message_id), now=timezone.now())
    row.refresh_from_db()
    assert row.status == "bounced"
    return row


@pytest.fixture
def lost(mailoutbox) -> Message:
    return bounce(deliver(make_request(at=timezone.now())))


def page_of(row) -> str:
    return reverse("desk:mail", args=[row.pk])


def case_of(row) -> Case:
    found: Case = row.request.cases.get()
    return found


def main(response) -> str:
    """The page without its frame."""
    page = text(response)
    return page[page.index("<main") :]


def test_the_list_says_what_was_sent_to_whom_and_how_it_stands(mara, lost):
    waiting = make_request(at=timezone.now())

    page = main(mara.get("/desk/mails/"))

    assert lost.request.reference in page
    assert waiting.reference in page
    assert "a•••@example.com" in page
    assert "anna@example.com" not in page
    assert "Came back" in page
    assert "The address does not exist" in page
    assert "On its way" in page


@pytest.mark.parametrize(
    ("stands", "there"),
    [("undelivered", "lost"), ("waiting", "waiting"), ("sent", "sent"), ("posted", ""), ("x", "all")],
)
def test_the_list_is_filtered_by_how_mails_stand(mara, lost, stands, there):
    sent = deliver(make_request(at=timezone.now())).request.reference
    waiting = make_request(at=timezone.now()).reference
    found = {"lost": lost.request.reference, "sent": sent, "waiting": waiting}

    page = main(mara.get(f"/desk/mails/?stands={stands}"))

    assert {name for name, reference in found.items() if reference in page} == (
        set(found) if there == "all" else {there} - {""}
    )


def test_the_list_takes_the_same_queries_for_one_mail_and_for_sixty(mara):
    make_request(at=timezone.now())
    mara.get("/desk/mails/")
    with CaptureQueriesContext(connection) as one:
        mara.get("/desk/mails/")
    for _ in range(60):
        make_request(at=timezone.now())
    with CaptureQueriesContext(connection) as many:
        page = text(mara.get("/desk/mails/"))
    assert len(many) == len(one)
    assert "page=2" in page


def test_mails_of_another_brand_are_not_there(mara, settings, mailoutbox):
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    make_controller()
    other = deliver(make_request(controller=make_controller("southwave")))
    notice = to_staff(
        user=make_staff("otto", "lead", controller=other.controller),
        kind="digest",
        now=timezone.now(),
        context={"lines": [], "count": 1},
    )

    assert other.request.reference not in text(mara.get("/desk/mails/"))
    for row in (other, notice):
        assert mara.get(page_of(row)).status_code == 404
        assert mara.post(page_of(row), {"to": "x@example.com"}).status_code == 404
        assert mara.post(reverse("desk:mail-letter", args=[row.pk])).status_code == 404


def test_portal_messages_are_no_mails(mara):
    row = messages.from_subject(request=make_request(), text="A secret", now=timezone.now())

    assert mara.get(page_of(row)).status_code == 404


@pytest.mark.parametrize("name", ["ines", "mara", "rita", "otto", "dora"])
def test_4_3_who_reads_about_persons_reads_address_and_text(signed_in, lost, name):
    page = main(signed_in(name).get(page_of(lost)))

    assert BODY in page
    assert "anna@example.com" in page


@pytest.mark.parametrize("name", ["adam", "olga"])
def test_4_3_auditor_and_administrator_see_that_it_left_and_neither_address_nor_text(signed_in, lost, name):
    client = signed_in(name)
    for url in ("/desk/mails/", page_of(lost), reverse("desk:case", args=[case_of(lost).pk])):
        page = main(client.get(url))
        assert lost.request.reference in page
        for secret in (BODY, "anna@", "a•••", "Anna"):
            assert secret not in page, (url, secret)
    assert "Came back" in main(client.get(page_of(lost)))


def test_4_3_nobody_reads_the_link_of_an_invitation_or_has_it_sent_elsewhere(signed_in, mara, mailoutbox):
    admin = actors.staff(make_staff("olga", "administrator"))
    _, token = staffing.invite(
        controller=make_controller(),
        email="lea@northwave.example.com",
        name="Lea Example",
        roles=["lead"],
        actor=admin,
        now=timezone.now(),
    )
    notice = Notice.objects.get(kind="invited")
    jobs.send_notice(str(notice.pk))
    take(raw=dsn(notice.message_id), now=timezone.now())
    assert token in mailoutbox[0].body

    for name in ("ines", "mara", "rita", "otto", "dora", "adam", "olga"):
        assert token not in text(signed_in(name).get(page_of(notice))), name
    assert mara.post(page_of(notice), {"to": "mara@example.com"}).status_code == 409
    notice.refresh_from_db()
    assert (notice.status, notice.content()["to"]) == ("bounced", "lea@northwave.example.com")
    assert signed_in("olga").post(page_of(notice), {"to": "lea@northwave.example.com"}).status_code == 302


def test_4_3_the_auditor_reads_no_mail_to_staff_and_nobody_without_persons_a_subscriber(signed_in):
    digest = to_staff(
        user=make_staff("otto", "lead"), kind="digest", now=timezone.now(), context={"lines": [], "count": 1}
    )
    changed = to_account(user=make_user("anna"), what="number_linked", now=timezone.now())
    assert changed is not None
    address = changed.content()["to"]
    for name in ("olga", "mara"):
        page = main(signed_in(name).get(page_of(digest)))
        assert "otto@" in page
        assert "not shown to your role" not in page
    for name, reads in (("mara", True), ("olga", False), ("adam", False)):
        client = signed_in(name)
        assert (address in main(client.get(page_of(changed)))) == reads, name
        assert ("Anna" in main(client.get("/desk/mails/?to=staff"))) == reads, name
    hidden = main(signed_in("adam").get(page_of(digest)))
    assert "not shown to your role" in hidden
    assert "otto@" not in hidden


@pytest.mark.parametrize("name", ["ines", "rita", "dora", "adam", "olga"])
def test_4_3_only_handler_and_lead_send_again_or_note_a_letter(signed_in, lost, name):
    client = signed_in(name)
    before = case_of(lost).version
    page = main(client.get(page_of(lost)))
    assert "disabled" in page

    assert client.post(page_of(lost), {"to": "anna@example.com"}).status_code == 409
    client.post(reverse("desk:mail-letter", args=[lost.pk]))

    lost.refresh_from_db()
    assert (lost.status, lost.round, case_of(lost).version) == ("bounced", 0, before)


def test_a_mail_that_came_back_stands_on_every_page_of_the_case_and_in_the_queue(mara, lost):
    case = case_of(lost)
    for name in ("case", "messages", "files", "history"):
        page = main(mara.get(reverse(f"desk:{name}", args=[case.pk])))
        assert "did not arrive: check the address or write a letter" in page
        assert page_of(lost) in page
    assert "A mail came back" in text(mara.get(reverse("desk:history", args=[case.pk])))
    queue = main(mara.get("/desk/?view=manual"))
    assert case.request.reference in queue
    assert "A mail did not arrive" in queue
    assert f'href="{page_of(lost)}">A mail did not arrive' in main(mara.get(reverse("desk:case", args=[case.pk])))


def test_it_needs_somebody_even_when_the_case_is_closed(mara, lost):
    case = case_of(lost)
    Case.objects.filter(pk=case.pk).update(state="withdrawn", closed_at=timezone.now())

    assert "A mail did not arrive" in main(mara.get("/desk/?view=manual"))
    assert "A mail did not arrive" in main(mara.get("/desk/?view=closed"))
    assert case.request.reference not in main(mara.get("/desk/?view=open"))


def test_sending_again_to_the_same_address_settles_it_and_goes_out_once(mara, lost, mailoutbox, drain):
    first = lost.message_id
    response = mara.post(page_of(lost), {"to": "anna@example.com"}, follow=True)

    assert "The mail is sent once more" in text(response)
    assert "did not arrive" not in main(mara.get(reverse("desk:case", args=[case_of(lost).pk])))
    drain()
    lost.refresh_from_db()
    assert (lost.status, lost.round) == ("sent", 1)
    assert [mail.to for mail in mailoutbox] == [["anna@example.com"]] * 2
    assert mailoutbox[0].body == mailoutbox[1].body
    assert mailoutbox[0].extra_headers["Message-ID"] == first != mailoutbox[1].extra_headers["Message-ID"]
    event = case_of(lost).events.get(action="mail_sent_again")
    assert (event.actor_kind, event.data["corrected"]) == ("staff", False)


def test_a_corrected_address_gets_no_name_and_is_the_contact_from_now_on(mara, mailoutbox, drain):
    case = make_case(at=timezone.now())
    row = bounce(deliver(case.request))
    messages.queue_mail(
        request=case.request,
        kind="reminder",
        to="anna@example.com",
        now=timezone.now(),
        context={"name": "Anna Example"},
    )
    named = Message.objects.get(kind="reminder")
    jobs.send_message(str(named.pk))
    named = bounce(named)
    assert "Anna Example" in named.content()["body"]

    for mail in (row, named):
        mara.post(page_of(mail), {"to": "anna.correct@example.com"})
    drain()

    again = mailoutbox[-2:]
    assert [mail.to for mail in again] == [["anna.correct@example.com"]] * 2
    assert not any("Anna" in mail.body for mail in again)
    request = Case.objects.get(pk=case.pk).request
    assert messages.contact_of(request) == "anna.correct@example.com"
    assert request.content()["words"] == "Everything please."
    assert IndexToken.objects.filter(request=request, kind="email").count() == 2
    assert "correct@" not in str(list(case.events.values_list("data", flat=True)))


@pytest.mark.parametrize(
    "to", ["", "anna", "anna@example.com, eve@example.com", "anna@example.com\nBcc: eve@example.com"]
)
def test_an_address_that_is_none_is_said_at_the_field_and_sends_nothing(mara, lost, to):
    page = main(mara.post(page_of(lost), {"to": to}))

    assert "Enter an e-mail address in the form name@example.com" in page
    lost.refresh_from_db()
    assert (lost.status, lost.round) == ("bounced", 0)


def test_a_letter_posted_instead_settles_it(mara, lost, mailoutbox, drain):
    response = mara.post(reverse("desk:mail-letter", args=[lost.pk]), follow=True)

    assert "a letter was posted" in text(response)
    drain()
    lost.refresh_from_db()
    assert (lost.status, len(mailoutbox)) == ("posted", 1)
    assert case_of(lost).events.filter(action="mail_posted").count() == 1
    assert "Letter posted" in main(mara.get("/desk/mails/?stands=posted"))
    assert case_of(lost).request.reference not in main(mara.get("/desk/?view=manual"))


def test_two_people_at_once_settle_it_once(signed_in, lost, mailoutbox, drain):
    first, second = signed_in("mara"), signed_in("otto")
    first.post(reverse("desk:mail-letter", args=[lost.pk]))

    response = second.post(page_of(lost), {"to": "anna@example.com"})

    assert response.status_code == 409
    assert "does not wait for anybody any more" in text(response)
    drain()
    assert len(mailoutbox) == 1


def test_both_rights_of_a_request_hear_of_it(mara, mailoutbox):
    row = bounce(deliver(make_request(rights=(Right.ACCESS, Right.ERASURE), at=timezone.now())))

    assert [case.events.filter(action="mail_bounced").count() for case in row.request.cases.all()] == [1, 1]


def test_mails_to_staff_have_their_own_list_and_are_sent_again(signed_in, mailoutbox, drain):
    otto = make_staff("otto", "lead")
    notice = to_staff(user=otto, kind="digest", now=timezone.now(), context={"lines": [], "count": 1})
    jobs.send_notice(str(notice.pk))
    take(raw=dsn(notice.message_id), now=timezone.now())
    olga = signed_in("olga")

    assert "Otto Example" in main(olga.get("/desk/mails/?to=staff"))
    assert "Otto Example" not in main(olga.get("/desk/mails/"))
    olga.post(page_of(notice), {"to": otto.email})
    jobs.send_notice(str(notice.pk))

    assert Notice.objects.get().status == "sent"
    assert len(mailoutbox) == 2


def test_a_mail_whose_text_was_shredded_says_so(mara, lost):
    type(lost.request).objects.filter(pk=lost.request_id).update(wrapped_key="")
    page = main(mara.get("/desk/mails/"))
    assert lost.request.reference in page
    assert "or are gone" in main(mara.get(page_of(lost)))


def test_every_kind_of_mail_has_words():
    names = {path.stem for path in (ours.BASE_DIR / "templates" / "mail").glob("[!_]*.txt")} - {"code"}
    assert {re.sub(r"^staff_", "", name) for name in names} == set(KINDS)


def test_mail_list_of_the_command_and_the_desk_agree(mara, lost, capsys):
    call_command("mail", "list")

    assert str(lost.pk) in capsys.readouterr().out


def in_files(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)


def test_the_mailboxes_of_the_demo_are_read_at_the_desk(mara, settings, tmp_path):
    in_files(settings, tmp_path)
    settings.DSR_DEMO = True
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    first, other = (
        make_request(at=timezone.now()),
        make_controller("southwave", privacy_email="privacy@south.example.net"),
    )
    deliver(first)
    code = codes.make(
        controller=first.controller,
        purpose="follow",
        content={"to": "anna@example.com"},
        request=first,
        now=timezone.now(),
    )
    jobs.send_code(str(code.pk))
    deliver(make_request(controller=other))

    assert "Mails of the demo" in text(mara.get("/desk/mails/"))
    page = main(mara.get("/desk/mails/written/"))

    assert page.count("<h2>") == 2
    assert BODY in page
    assert re.search(r"\d{4} \d{4}", page)


def test_mailboxes_exist_in_the_demo_only_and_not_for_every_role(mara, signed_in, settings, tmp_path):
    in_files(settings, tmp_path)
    assert mara.get("/desk/mails/written/").status_code == 404
    assert "written/" not in text(mara.get("/desk/mails/"))
    settings.DSR_DEMO = True
    assert mara.get("/desk/mails/written/").status_code == 200
    assert signed_in("adam").get("/desk/mails/written/").status_code == 403
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert mara.get("/desk/mails/written/").status_code == 404
