"""The inbox at the desk: what came, what a person decides, and who reads it (4.2 #1, 4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.cases.inbound_doubts import Doubt
from dsr.cases.inbound_text import read
from dsr.desk import inbox_words
from dsr.fulfil import inbound
from dsr.models import InboundMail, Request, SetupEvent
from tests.desk.conftest import text
from tests.factories import make_case, make_controller

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def came(
    subject: str, *, sender: str = "Eve <eve@example.net>", words: str = "Hello <b>there</b>", uid: int = 1
) -> Any:
    """A mail that was fetched and taken apart."""
    now = timezone.now()
    raw = f"From: {sender}\nSubject: {subject}\n\n{words}\n".encode()
    mail = InboundMail(
        controller=make_controller(),
        folder="INBOX",
        uid_validity=1,
        uid=uid,
        size=len(raw),
        received_at=now - timedelta(days=2),
        fetched_at=now,
        not_before=now,
    )
    inbound._keep(mail, raw)
    assert read(raw).text
    return inbound.take(mail_id=mail.pk, now=timezone.now())


def test_4_2_1_a_mail_the_program_cannot_place_is_decided_by_a_person(mara: Client) -> None:
    case = make_case()
    mail = came(f"Re: {case.request.reference}")

    assert "Eve" in text(mara.get("/desk/inbox/"))
    page = text(mara.get(f"/desk/inbox/{mail.pk}/"))
    assert "another address than the contact on file" in page
    assert "if it is a request" in page
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in page
    assert f"Add it to {case.request.reference}" in page
    wrong = text(mara.post(f"/desk/inbox/{mail.pk}/add/", {"reference": "DSR-1999-000001"}))
    assert "There is no request with this reference" in wrong
    assert "Say why this is not a request." in text(mara.post(f"/desk/inbox/{mail.pk}/dismiss/", {"reason": ""}))

    response = mara.post(f"/desk/inbox/{mail.pk}/add/", {"reference": case.request.reference}, follow=True)

    assert response.redirect_chain[0][0] == f"/desk/cases/{case.pk}/"
    assert "note on" in text(response)
    assert "Hello &lt;b&gt;there" not in text(mara.get(f"/desk/cases/{case.pk}/messages/"))
    for place in ("notes", "history"):
        assert "From: Eve &lt;eve@example.net&gt;" in text(mara.get(f"/desk/cases/{case.pk}/{place}/"))
    added = text(mara.get(f"/desk/inbox/{mail.pk}/"))
    assert "A note on a request" in added
    assert "which the person does not see" in added
    assert "decided about this mail meanwhile" in text(mara.post(f"/desk/inbox/{mail.pk}/make/", follow=True))


def test_a_mail_becomes_a_request_or_none_and_is_downloaded_as_a_file(mara: Client) -> None:
    first, second = came("DSR-1999-000001"), came("DSR-1999-000002", uid=2)

    answer = mara.post(f"/desk/inbox/{first.pk}/original/")
    assert answer.getvalue().startswith(b"From: Eve")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    mara.post(f"/desk/inbox/{first.pk}/make/")
    mara.post(f"/desk/inbox/{second.pk}/dismiss/", {"reason": "An offer of shoes"})

    made = Request.objects.get()
    assert (made.content()["contact_email"], made.received_at) == ("eve@example.net", first.received_at)
    assert list(SetupEvent.objects.order_by("seq").values_list("kind", flat=True)) == ["mail_fetched", "mail_dismissed"]
    assert "An offer of shoes" in text(mara.get(f"/desk/inbox/{second.pk}/"))
    assert "Not a request" in text(mara.get("/desk/inbox/?show=ignored"))


def test_4_3_who_reads_about_nobody_sees_kinds_and_days_only(signed_in: Any) -> None:
    mail = came("Private words")
    for name in ("adam", "olga"):
        page = text(signed_in(name).get("/desk/inbox/?show=all"))
        assert not {one for one in ("Private", "eve@example.net") if one in page}
        assert "A request" in page
        assert signed_in(name).get(f"/desk/inbox/{mail.pk}/").status_code == 403
        assert signed_in(name).post(f"/desk/inbox/{mail.pk}/original/").status_code == 403
    undecided = came("DSR-1999-000001", uid=2)
    assert signed_in("rita").post(f"/desk/inbox/{undecided.pk}/make/").status_code == 409


def test_the_list_asks_as_often_for_fifty_mails_as_for_one(mara: Client) -> None:
    came("DSR-1999-000001")
    mara.get("/desk/inbox/")
    with CaptureQueriesContext(connection) as one:
        mara.get("/desk/inbox/")
    for uid in range(2, 40):
        came("DSR-1999-000001", uid=uid)
    with CaptureQueriesContext(connection) as many:
        page = text(mara.get("/desk/inbox/"))
    assert page.count("eve@example.net") == 39
    assert len(many) == len(one)


def test_mails_of_another_brand_do_not_exist_here(mara: Client, settings: Any) -> None:
    mail = came("DSR-1999-000001")
    settings.DSR_HOSTS = {"testserver": "northwave", "south.example.com": "southwave"}
    InboundMail.objects.update(controller=make_controller("southwave"))
    assert "eve@example.net" not in text(mara.get("/desk/inbox/?show=all"))
    assert mara.get(f"/desk/inbox/{mail.pk}/").status_code == 404
    assert mara.post(f"/desk/inbox/{mail.pk}/make/").status_code == 404


def test_every_kind_and_every_doubt_has_words() -> None:
    assert set(inbox_words.KINDS) == set(InboundMail.Kind.values)
    assert set(inbox_words.DOUBTS) == {doubt.value for doubt in Doubt}
