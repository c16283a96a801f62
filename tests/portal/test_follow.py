"""Following a request without an account: a code to the contact given, and one plain page for everything that fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dsr.cases.intake import Told
from dsr.models import OneTimeCode
from portal import access
from tests.factories import make_controller, make_request, make_user
from tests.portal.walk import newest_code, text_of

pytestmark = pytest.mark.django_db
FAILED = "That did not work"


@pytest.fixture
def asked():
    return make_request()


def ask(client, reference):
    response = client.post("/requests/find/", {"reference": reference})
    assert response.headers["Location"] == "/requests/find/code/"
    return client.get("/requests/find/code/")


def enter(client, code):
    return client.post("/requests/find/code/", {"code": code})


def test_a_right_code_opens_the_request_for_this_session_only(client, asked, drain):
    from django.test import Client

    ask(client, asked.reference)
    drain()
    response = enter(client, newest_code("anna@example.com"))

    assert response.headers["Location"] == f"/requests/{asked.reference}/"
    assert client.get(f"/requests/{asked.reference}/").status_code == 200
    assert Client().get(f"/requests/{asked.reference}/").status_code == 302


def test_the_link_in_a_mail_leads_to_the_form_with_the_reference_filled_in(client, asked, drain):
    drain()
    assert f"http://testserver/requests/{asked.reference}/" in mail.outbox[-1].body

    page = client.get(f"/requests/{asked.reference}/", follow=True)

    assert f'value="{asked.reference}"' in page.content.decode()


@pytest.mark.parametrize("spelling", [" {} ", "{}"])
def test_the_reference_may_be_typed_carelessly(client, asked, drain, spelling):
    ask(client, spelling.format(asked.reference).lower().replace("-2026", " -2026"))
    drain()

    assert enter(client, newest_code()).status_code == 302


def test_known_and_unknown_references_look_alike_before_and_after_the_code(client, asked, drain):
    pages = []
    for reference in (asked.reference, "DSR-2026-999999"):
        pages.append(text_of(ask(client, reference)).replace(reference, "X"))
        drain()
        failed = enter(client, "00000000")
        assert failed.status_code == 200
        pages.append(text_of(failed).replace(reference, "X"))

    assert pages[0] == pages[2]
    assert pages[1] == pages[3]
    assert FAILED in pages[1]


def test_an_unknown_reference_sends_no_mail_and_keeps_one_row_however_often_it_is_tried(client, drain):
    make_controller()
    for number in range(5):
        ask(client, f"DSR-2026-99999{number}")
    drain()

    assert mail.outbox == []
    assert OneTimeCode.objects.count() == 1


def test_known_and_unknown_references_take_the_same_way_through_the_database(client, asked):
    """No faster answer for what does not exist: both write a code row, neither asks a store."""
    counts = []
    for reference in ("DSR-2026-999999", asked.reference, "DSR-2026-999998", asked.reference):
        with CaptureQueriesContext(connection) as queries:
            ask(client, reference)
        written = [q["sql"] for q in queries if "INSERT" in q["sql"] and "onetimecode" in q["sql"]]
        assert len(written) == 1
        counts.append(len(queries))
    assert max(counts) - min(counts) <= 6


def test_I_02_wrong_expired_and_locked_codes_say_the_same(client, asked, drain):
    ask(client, asked.reference)
    drain()
    right = newest_code()
    said = {text_of(enter(client, "00000000")) for _ in range(5)}
    said.add(text_of(enter(client, right)))  # locked after five tries, even for the right one
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    said.add(text_of(enter(client, right)))

    assert len(said) == 1
    assert FAILED in said.pop()
    assert client.get(f"/requests/{asked.reference}/").status_code == 302


def test_a_code_works_once(client, asked, drain):
    ask(client, asked.reference)
    drain()
    code = newest_code()
    assert enter(client, code).status_code == 302

    ask(client, asked.reference)

    assert FAILED in text_of(enter(client, code))


def test_a_code_for_one_request_does_not_open_another(client, asked, drain):
    other = make_request(told=Told(name="Boris", contact_email="boris@example.com"))
    ask(client, asked.reference)
    drain()
    code = newest_code("anna@example.com")
    ask(client, other.reference)

    assert FAILED in text_of(enter(client, code))
    assert client.get(f"/requests/{other.reference}/").status_code == 302


def test_seven_codes_in_an_hour_end_silently_and_the_earlier_ones_still_count(client, asked, drain):
    for _ in range(8):
        ask(client, asked.reference)
    drain()

    assert OneTimeCode.objects.filter(request=asked).count() == 6
    assert enter(client, newest_code()).status_code == 302


def test_whoever_wants_letters_only_gets_no_code(client, drain):
    asked = make_request(told=Told(name="Anna", contact_post="Beispielweg 1"))
    page = text_of(ask(client, asked.reference))
    drain()

    assert mail.outbox == []
    assert "letters only" in page


def test_what_was_proved_ends_after_two_hours(client, asked, drain, monkeypatch):
    ask(client, asked.reference)
    drain()
    enter(client, newest_code())
    later = timezone.now() + access.FOLLOW_FOR + timedelta(seconds=1)
    session = client.session

    assert access._proved_ids(session, timezone.now()) == {str(asked.pk)}
    assert access._proved_ids(session, later) == set()


def test_the_code_page_without_a_reference_leads_back(client):
    make_controller()

    assert client.get("/requests/find/code/").headers["Location"] == "/requests/find/"


def test_an_empty_reference_and_an_empty_code_say_what_to_do(client, asked):
    assert "Enter your reference, like DSR-2026-001207" in text_of(client.post("/requests/find/", {}))
    ask(client, asked.reference)
    assert "Enter the code" in text_of(enter(client, ""))


def test_a_signed_in_person_may_follow_a_request_by_code_too(client, asked, drain):
    client.force_login(make_user("boris"))
    ask(client, asked.reference)
    drain()

    assert enter(client, newest_code("anna@example.com")).status_code == 302
    assert client.get(f"/requests/{asked.reference}/").status_code == 200
