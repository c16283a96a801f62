"""Who sees what: her own requests and nobody else's, whatever she types into the address."""

from __future__ import annotations

import re
import uuid

import pytest

from dsr.models import Letter, Message, Request
from portal import urls
from tests.factories import make_controller, make_request, make_staff, make_user
from tests.portal.walk import file_access, text_of

pytestmark = pytest.mark.django_db

OF_A_REQUEST = [f"/{p.pattern}" for p in urls.urlpatterns if "reference" in str(p.pattern)]
OPEN = [
    "/",
    "/help/",
    "/accessibility/",
    "/complain/",
    "/new/unsure/",
    "/new/what/",
    "/requests/find/",
    "/account/login/",
]
OPEN += ["/account/signup/", "/account/password/reset/", "/account/inactive/", "/account/password/reset/done/"]
# What only exists after something else happened (a POST only, a clock that runs, an answer that was released).
NOT_A_PAGE = (
    *("message/", "package/", "package/code/", "package/confirm/", "package/download/", "account/", "eid/"),
    *("contest/", "meant/", "take-up/", "recipients/", "files/<uuid:part_id>/"),
)
POSTED = ("message/", "package/confirm/", "eid/", "take-up/", "recipients/")


def page_of(pattern: str, reference: str) -> str:
    """The address for a reference; a letter is named by its id below it, here that of the request's first letter."""
    letter = (
        Letter.objects.filter(case__request__reference=reference).values_list("pk", flat=True).first() or uuid.uuid4()
    )
    return pattern.replace("<str:reference>", reference).replace("<uuid:part_id>", str(letter))


@pytest.mark.parametrize("path", OPEN)
def test_pages_that_are_for_everybody_open_for_everybody(client, path):
    make_controller()

    assert client.get(path).status_code == 200
    assert client.head(path).status_code == 200


def test_there_are_pages_to_test():
    assert len(OF_A_REQUEST) == 30


@pytest.mark.parametrize("pattern", OF_A_REQUEST)
def test_a_stranger_is_led_to_prove_it_whether_or_not_the_reference_exists(client, pattern):
    known = make_request().reference
    method = client.post if pattern.endswith(POSTED) else client.get

    answers = [method(page_of(pattern, reference)) for reference in (known, "DSR-2026-999999")]

    for answer, reference in zip(answers, (known, "DSR-2026-999999"), strict=True):
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/requests/find/?reference={reference}"


@pytest.mark.parametrize("pattern", OF_A_REQUEST)
def test_another_subscriber_gets_the_same_plain_page_for_hers_and_for_none(client, pattern):
    anna, boris = make_user(), make_user("boris")
    known = make_request(account=anna).reference
    client.force_login(boris)
    method = client.post if pattern.endswith(POSTED) else client.get

    answers = [method(page_of(pattern, reference)) for reference in (known, "DSR-2026-999999")]

    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = {
        re.sub(r'csrfmiddlewaretoken" value="[^"]+"|DSR-2026-\d+|[0-9a-f-]{36}', "", a.content.decode())
        for a in answers
    }
    assert len(bodies) == 1
    assert "Anna" not in answers[0].content.decode()


@pytest.mark.parametrize("pattern", [p for p in OF_A_REQUEST if not p.endswith(NOT_A_PAGE)])
def test_her_own_request_opens_to_the_account(client, pattern):
    anna = make_user()
    reference = make_request(account=anna).reference
    client.force_login(anna)

    assert client.get(page_of(pattern, reference)).status_code == 200


def test_a_subscriber_of_another_brand_is_nobody_here(client, settings):
    settings.DSR_HOSTS = {"north.example.com": "northwave", "south.example.com": "southwave"}
    north, south = make_controller("northwave"), make_controller("southwave")
    anna = make_user(controller=north)
    reference = make_request(account=anna).reference
    client.force_login(anna)

    assert client.get(f"/requests/{reference}/", headers={"host": "north.example.com"}).status_code == 200
    elsewhere = client.get(f"/requests/{reference}/", headers={"host": "south.example.com"})
    assert elsewhere.status_code == 302
    assert elsewhere.headers["Location"].startswith("/requests/find/")
    assert Request.objects.of(south).count() == 0


def test_staff_is_nobody_in_the_portal_and_is_not_sent_round_in_circles(client):
    make_request()
    client.force_login(make_staff())

    assert client.get("/requests/").headers["Location"] == "/requests/find/"
    assert client.get("/link/").status_code == 403
    assert "sign out" in text_of(client.get("/link/"))


def test_the_session_that_sent_a_request_sees_it_and_another_one_does_not(client):
    make_controller()
    reference = file_access(client)

    assert client.get(f"/requests/{reference}/").status_code == 200
    assert client.get("/requests/").status_code == 200
    from django.test import Client

    assert Client().get(f"/requests/{reference}/").status_code == 302


def test_signing_out_forgets_what_the_session_sent(client):
    make_controller()
    reference = file_access(client)
    client.force_login(make_user())
    assert client.get(f"/requests/{reference}/").status_code == 200

    client.post("/account/logout/")

    assert client.get(f"/requests/{reference}/").status_code == 302


def test_who_is_not_signed_in_is_asked_to_and_comes_back(client):
    make_controller()

    assert client.get("/link/").headers["Location"] == "/account/login/?next=%2Flink%2F"
    assert client.get("/requests/").headers["Location"] == "/requests/find/"


def test_a_stranger_cannot_write_into_a_request_or_withdraw_it(client):
    request = make_request(account=make_user())
    client.force_login(make_user("boris"))

    client.post(f"/requests/{request.reference}/message/", {"text": "hello"})
    client.post(f"/requests/{request.reference}/withdraw/")

    assert not Message.objects.filter(inbound=True).exists()
    assert request.cases.get().state == "received"


def test_pages_are_not_kept_by_browsers_or_proxies(client):
    anna = make_user()
    reference = make_request(account=anna).reference
    client.force_login(anna)

    for path in ("/requests/", f"/requests/{reference}/"):
        assert "no-store" in client.get(path).headers["Cache-Control"]


def test_no_view_of_the_portal_knows_a_request_by_its_id():
    patterns = [str(p.pattern) for p in urls.urlpatterns]

    assert not [
        p
        for p in patterns
        if "int:" in p or ("uuid" in p and not re.match(r"requests/<str:reference>/(letters|files)/", p))
    ]
