"""The page of an account, its links and its sessions: who may open what, and what ends with a sign-out."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from dsr.cases import identity
from dsr.models import Notice, User
from portal import account_urls
from tests.factories import MONDAY, PASSWORD, make_controller, make_staff, make_user
from tests.portal.test_account_factors import mails_of, sign_in, signed_in
from tests.portal.walk import newest_code, text_of

pytestmark = pytest.mark.django_db
UNLINK = "unlink/<uuid:link_id>/"
FOR_STRANGERS = {"login/", "login/code/", "logout/", "signup/", "inactive/", "password/reset/", "password/reset/done/"}
IN_BETWEEN = {
    "login/code/confirm/",
    "confirm-email/",
    "password/reset/confirm/",
    "password/reset/complete/",
    "second/",
    "passkeys/sign-in/",
    "join/",
}
BY_PORTAL = {"oidc/", "oidc/go/", "oidc/done/"}
OWN = {str(p.pattern) for p in account_urls.urlpatterns} - FOR_STRANGERS - IN_BETWEEN - BY_PORTAL


def link(user, number="10000001"):
    return identity.link(
        user=user, store="billing", customer_number=number, contact="anna@isp.example.com", method="code", now=MONDAY
    )


def address(pattern, pk=None):
    return "/account/" + pattern.replace("<uuid:link_id>", str(pk)).replace("<int:pk>", "1")


def test_each_page_of_an_account_is_for_its_owner_only():
    anna, boris = make_user(), make_user("boris")
    row = link(anna)
    nobody, staff, other = Client(), Client(), Client()
    staff.force_login(make_staff())
    assert len(OWN) == 18
    for pattern in sorted(OWN):
        for method in ("get", "post"):
            stranger = getattr(nobody, method)(address(pattern, row.pk))
            assert stranger.headers.get("Location", "").startswith("/account/login/?next="), (pattern, method, stranger)
            assert getattr(staff, method)(address(pattern, row.pk)).status_code == 403, pattern
    sign_in(other, login=boris.email)
    assert other.get(address(UNLINK, row.pk)).status_code == 404
    assert other.post(address(UNLINK, row.pk)).status_code == 404
    assert identity.links_of(anna)


def test_nobody_reaches_what_comes_after_something_else_without_it():
    make_controller()
    for pattern in sorted(IN_BETWEEN - {"passkeys/sign-in/"}):
        nobody = Client()
        for answer in (nobody.get(address(pattern)), nobody.post(address(pattern), {"code": "1"})):
            assert answer.status_code in {302, 200}, pattern
            assert not signed_in(nobody), pattern


def test_my_account_shows_what_opens_it_and_takes_a_number_away(client):
    make_controller()
    anna = make_user()
    row = link(anna)
    sign_in(client)
    page = text_of(client.get("/account/"))
    for words in ("anna@example.com", "10000001", "not set up", "30 minutes after your last click"):
        assert words in page
    assert "10000001" in text_of(client.get(address(UNLINK, row.pk)))

    done = client.post(address(UNLINK, row.pk))

    assert done.headers["Location"] == "/account/"
    row.refresh_from_db()
    assert row.revoked_at
    assert identity.links_of(anna) == ()
    assert client.post(address(UNLINK, row.pk)).status_code == 404
    body = mails_of(anna)[-1]
    assert "A customer number was unlinked" in body
    assert "10000001" not in body
    assert Notice.objects.count() == 1
    link(anna)
    assert identity.links_of(anna)


def test_signing_out_everywhere_ends_the_others_and_keeps_this_one(client):
    make_controller()
    anna, other = make_user(), Client()
    sign_in(client)
    sign_in(other)
    before = client.session.session_key

    assert client.post("/account/elsewhere/").status_code == 302

    assert client.get("/account/").status_code == 200
    assert client.session.session_key != before
    assert other.get("/account/").status_code == 302
    assert "All other devices were signed out" in mails_of(anna)[-1]


def test_a_new_password_ends_every_session_and_a_cookie_after_sign_out_opens_nothing(client):
    make_controller()
    anna, thief = make_user(), Client()
    before = client.get("/account/login/").client.session.session_key
    sign_in(client)
    assert client.session.session_key != before
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/account/").status_code == 200
    stolen = client.cookies["sessionid"].value
    client.post("/account/logout/")
    late = Client()
    late.cookies["sessionid"] = stolen
    assert late.get("/account/").status_code == 302

    sign_in(client)
    resetting = Client()
    resetting.post("/account/password/reset/", {"email": "anna@example.com"})
    resetting.post("/account/password/reset/confirm/", {"code": newest_code()})
    resetting.post("/account/password/reset/complete/", {"password1": "brave new blue whale"})
    assert client.get("/account/").status_code == 302
    assert "The password was changed" in mails_of(anna)[-1]


def test_a_session_goes_on_for_who_is_still_there_and_a_closed_account_ends_at_once(client):
    make_controller()
    anna = make_user()
    assert client.head("/stay/").status_code == 410
    sign_in(client)
    assert client.head("/stay/").status_code == 204
    page = client.get("/account/").content.decode()
    assert 'data-session="1800"' in page
    assert "30 minutes after your last click" in page
    assert "ui/portal.js" in page
    assert "data-session" not in Client().get("/").content.decode()
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_what_changes_an_account_asks_again_after_ten_minutes(client, monkeypatch):
    make_controller()
    make_user()
    sign_in(client)
    assert client.get("/account/app/").status_code == 200
    later = time.time() + 11 * 60
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get("/account/app/").headers["Location"].startswith("/account/again/password/")
    assert client.post("/account/app/", {"code": "1"}).status_code == 200  # the form was open already
    elsewhere = client.post("/account/elsewhere/")
    assert elsewhere.status_code == 302
    assert PASSWORD
