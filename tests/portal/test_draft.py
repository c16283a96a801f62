"""A request in the making: seven days, sealed, one browser or one account, and nothing that was typed is lost (WCAG 3.3.7)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dsr.fulfil import uploads
from dsr.models import Draft, Request
from tests.factories import make_controller, make_user
from tests.portal.walk import ACCESS, ME, NO_ACCOUNT, REPLY, answer, key_of, text_of, walk

pytestmark = pytest.mark.django_db

DETAILS = {"name": "Maria Kowalska", "email": "maria@example.com"}


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


def _end_session(client: Client) -> None:
    """What half an hour without a click does: the session is gone, the other cookies stay."""
    del client.cookies["sessionid"]


def _sign_in(client: Client, where: str = "/account/login/", email: str = "anna@example.com") -> str:
    response = client.post(where, {"login": email, "password": "correct horse battery"})
    assert response.status_code == 302, text_of(response)
    return str(response.headers["Location"])


def test_the_cookie_of_a_draft_is_its_own_lives_seven_days_and_no_script_reads_it(client):
    answer(client, "what", right="access")

    cookie = client.cookies["draft"]

    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (7 * 24 * 3600, True, "Lax")
    row = Draft.objects.get()
    assert row.expires_at - row.updated_at == timedelta(days=7)
    assert cookie.value not in row.digest


def test_a_page_posted_after_the_session_ended_keeps_its_answer_and_goes_on(client):
    answer(client, "what", right="access")
    answer(client, "who", who="me")
    answer(client, "account", account="no")
    _end_session(client)

    assert answer(client, "details", **DETAILS) == "/new/data/"
    assert 'value="Maria Kowalska"' in client.get("/new/details/").content.decode()


def test_on_a_shared_computer_the_next_one_is_asked_before_she_sees_anything(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    _end_session(client)

    for page in ("/new/", "/new/details/", "/new/check/", "/new/?right=erasure"):
        body = client.get(page).content.decode()
        assert "Your unfinished request" in body
        assert "Maria" not in body

    gone_on = client.post("/new/go-on/", {"next": "/new/check/"})
    assert gone_on.headers["Location"] == "/new/check/"
    assert "Maria Kowalska" in text_of(client.get("/new/check/"))


def test_thrown_away_is_gone_from_the_server_and_the_browser(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    for page in ("/new/details/", "/new/check/", "/"):
        assert "Throw away what I typed" in text_of(client.get(page))

    page = client.post("/new/throw-away/")

    assert "What you typed is gone" in text_of(page)
    assert not Draft.objects.exists()
    assert client.cookies["draft"].value == ""
    assert "Maria" not in client.get("/new/", follow=True).content.decode()


@pytest.mark.parametrize("where", ["https://evil.example.net/", "//evil.example.net/new/", "/account/logout/", ""])
def test_going_on_leads_to_a_page_of_the_request_and_nowhere_else(client, where):
    assert client.post("/new/go-on/", {"next": where}).headers["Location"] == "/new/"


def test_what_was_typed_goes_along_into_the_account_and_opens_to_nobody_else(client):
    anna, answers = make_user(), {**ME, **NO_ACCOUNT}
    answer(client, "what", right="access")
    answer(client, "who", **answers["who"])
    answer(client, "account", account="no")
    answer(client, "details", **DETAILS)
    _sign_in(client)

    assert Draft.objects.get().user == anna
    assert client.get("/new/").headers["Location"] == "/new/data/"

    token = client.cookies["draft"].value
    stranger, other = Client(), Client()
    make_user("ben")
    _sign_in(other, email="ben@example.com")
    for thief in (stranger, other):
        thief.cookies["draft"] = token
        page = thief.get("/new/details/", follow=True).content.decode()
        assert "Maria" not in page
        thief.post("/new/what/", {"right": "erasure"})
    assert Draft.objects.get(user=anna).content()["answers"]["what"] == {"right": "access"}


def test_the_account_finds_its_draft_in_another_browser_and_after_signing_out(client):
    make_user()
    _sign_in(client)
    answer(client, "what", right="access")
    answer(client, "who", who="me")
    client.post("/account/logout/")

    assert client.cookies["draft"].value == ""
    assert client.get("/new/").headers["Location"] == "/new/what/"

    elsewhere = Client()
    _sign_in(elsewhere)
    assert elsewhere.get("/new/").headers["Location"] == "/new/data/"


def test_an_answer_posted_while_the_accounts_session_is_over_waits_unread_until_she_is_back(client):
    make_user()
    _sign_in(client)
    answer(client, "what", right="erasure")
    answer(client, "who", who="me")
    answer(client, "delete", delete="everything")
    _end_session(client)

    where = answer(client, "copy", copy_first="yes")
    assert where == "/account/login/?next=%2Fnew%2Fcopy%2F"
    assert "copy" not in Draft.objects.get().content()["answers"]

    assert _sign_in(client, where) == "/new/copy/"
    assert re.search(r'value="yes"[^>]*checked', client.get("/new/copy/").content.decode())
    assert answer(client, "copy", copy_first="yes") == "/new/contact/"
    assert "typed" not in Draft.objects.get().content()


def test_somebody_elses_anonymous_draft_on_this_computer_does_not_slip_into_an_account(client):
    anna = make_user()
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    _end_session(client)
    _sign_in(client)

    assert "Your unfinished request" in text_of(client.get("/new/"))
    assert Draft.objects.get().user is None

    client.post("/new/go-on/")
    assert Draft.objects.get().user == anna


def test_two_tabs_lose_nothing_and_send_one_request(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    other = Client()
    other.cookies = client.cookies
    key = key_of(client)

    assert answer(other, "details", name="Maria K.", email="maria@example.com") == "/new/check/"
    assert answer(client, "period", period="part") == "/new/months/"
    assert answer(other, "months", start="03 2025", end="") == "/new/check/"
    first = client.post("/new/check/", {"key": key})
    second = other.post("/new/check/", {"key": key})

    assert first.headers["Location"] == second.headers["Location"]
    assert Request.objects.get().content()["name"] == "Maria K."


def test_sent_again_after_the_session_ended_it_is_still_one_request(client):
    walk(client, "access", ME, NO_ACCOUNT, ACCESS, REPLY)
    key = key_of(client)
    first = client.post("/new/check/", {"key": key})
    _end_session(client)

    again = client.post("/new/check/", {"key": key})

    assert again.headers["Location"] == first.headers["Location"]
    assert client.get(again.headers["Location"]).status_code == 302  # to the page that asks who is there
    assert Request.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_page_posted_after_the_draft_was_thrown_away_in_another_tab_begins_a_new_one(client):
    answer(client, "what", right="access")
    answer(client, "who", who="me")
    answer(client, "account", account="no")
    Client.post(client, "/new/throw-away/")

    assert answer(client, "details", **DETAILS) == "/new/what/"
    assert Draft.objects.get().content()["answers"]["details"]["name"] == "Maria Kowalska"


def test_a_draft_of_another_brand_does_not_open(client, settings):
    answer(client, "what", right="access")
    make_controller("southwave")
    settings.DSR_HOSTS = {"testserver": "southwave"}

    assert client.get("/new/").headers["Location"] == "/new/what/"


def test_4_5_drafts_are_deleted_seven_days_after_the_last_answer(client):
    answer(client, "what", right="access")
    now = timezone.now()

    assert uploads.remove_due(now=now + timedelta(days=6, hours=23), limit=10) == 0
    Draft.objects.update(expires_at=now - timedelta(seconds=1))
    assert client.get("/new/", follow=True).redirect_chain[-1][0] == "/new/what/"
    assert uploads.remove_due(now=now, limit=10) == 1
    assert not Draft.objects.exists()


def test_a_form_opened_before_signing_in_elsewhere_shows_what_was_typed_again_and_keeps_nothing_by_itself():
    make_user()
    client = Client(enforce_csrf_checks=True)
    page = client.get("/new/what/").content.decode()
    old = _token(page)
    sign_in = _token(client.get("/account/login/").content.decode())
    posted = {"login": "anna@example.com", "password": "correct horse battery", "csrfmiddlewaretoken": sign_in}
    assert client.post("/account/login/", posted).status_code == 302

    own, forged = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}
    typed = {"right": "erasure", "csrfmiddlewaretoken": old}
    again = client.post("/new/what/", typed, headers=own)

    assert again.status_code == 422
    assert "press Continue once more" in text_of(again)
    assert re.search(r'value="erasure"[^>]*checked', again.content.decode())
    assert not Draft.objects.exists()
    for headers in (forged, {}):
        refused = client.post("/new/what/", typed, headers=headers)
        assert refused.status_code == 403
        assert "press Continue once more" not in text_of(refused)
    fresh = {"right": "erasure", "csrfmiddlewaretoken": _token(again.content.decode())}
    assert client.post("/new/what/", fresh).headers["Location"] == "/new/who/"


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found.group(1)
