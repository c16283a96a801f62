"""Signing in by code, second factors and passkeys: set up, used, lost, taken away, and what does not open an account."""

from __future__ import annotations

import html
import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client, RequestFactory

from dsr import accounts, factors, vault
from dsr.cases import ring, ring_factors
from dsr.models import Notice, User
from dsr.work import jobs
from tests.factories import PASSWORD, make_controller, make_staff, make_user
from tests.portal.passkey import Passkey
from tests.portal.walk import newest_code, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


@pytest.fixture
def anna():
    return make_user()


def sign_in(client, **more):
    return client.post("/account/login/", {"login": "anna@example.com", "password": PASSWORD, **more}, secure=True)


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def code_of(secret: str, step: int = 0) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + step)))


def set_up_app(client) -> str:
    """Set an app up as a person does; returns its secret."""
    page = client.get("/account/app/", secure=True)
    secret = str(client.session[totp.SECRET_SESSION_KEY])
    assert " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)) in text_of(page)
    done = client.post("/account/app/", {"code": code_of(secret, -1)}, secure=True)
    assert done.headers["Location"] == "/account/codes/", text_of(done)
    return secret


def options_of(page) -> Any:
    found = re.search(r'data-options="([^"]+)"', page.content.decode())
    assert found, text_of(page)
    return json.loads(html.unescape(found.group(1)))


def add_passkey(client, key: Passkey | None = None) -> Passkey:
    made = key or Passkey()
    page = client.get("/account/passkeys/add/", secure=True)
    done = client.post(
        "/account/passkeys/add/", {"name": "My phone", "credential": made.create(options_of(page))}, secure=True
    )
    assert done.status_code == 302, text_of(done)
    return made


def open_with(client, key: Passkey, **more):
    asked = client.get("/account/passkeys/sign-in/", headers={"accept": "application/json"}, secure=True).json()
    return client.post(
        "/account/passkeys/sign-in/", {"credential": key.get(asked["request_options"]), **more}, secure=True
    )


def mails_of(user) -> list[str]:
    """What the notices to an account say, sent by the job that sends them."""
    for notice in Notice.objects.filter(user=user, status="queued").order_by("created_at"):
        jobs.send_notice(str(notice.pk))
    return [str(message.body) for message in mail.outbox if "was changed" in message.subject]


def test_a_code_by_mail_signs_in_and_comes_back_to_where_one_was(client, anna):
    asked = client.post("/account/login/code/", {"email": "ANNA@example.com", "next": "/link/"})
    assert asked.headers["Location"] == "/account/login/code/confirm/?next=%2Flink%2F"
    before = client.session.session_key
    wrong = client.post(asked.headers["Location"], {"action": "verify", "code": "00000000"})
    assert "That code is not right" in text_of(wrong)

    done = client.post(
        asked.headers["Location"], {"action": "verify", "code": newest_code("anna@example.com"), "next": "/link/"}
    )

    assert done.headers["Location"] == "/link/"
    assert signed_in(client)
    assert client.session.session_key != before


def test_asking_for_a_code_tells_nobody_who_has_an_account(client, anna):
    """Same page, same mail count; closed accounts, staff and strangers are told by mail that there is none."""
    make_staff("mara")
    User.objects.create_user(
        controller=anna.controller, kind="subscriber", email="closed@example.com", password=PASSWORD, is_active=False
    )
    pages = []
    for email in ("anna@example.com", "nobody@example.com", "mara@northwave.example.com", "closed@example.com"):
        stranger = Client()
        there = stranger.post("/account/login/code/", {"email": email}).headers["Location"]
        pages.append(text_of(stranger.get(there)).replace(email, "X"))
    assert len(set(pages)) == 1
    assert len(mail.outbox) == 4
    assert all("There is no account with it" in message.body for message in mail.outbox[1:])

    for _ in range(5):
        client.post("/account/login/code/", {"email": "nobody@example.com"})
        client.cookies.clear()
    assert "Too many codes went to this address" in text_of(
        client.post("/account/login/code/", {"email": "nobody@example.com"})
    )


def test_five_wrong_codes_end_the_sign_in(client, anna):
    client.post("/account/login/code/", {"email": "anna@example.com"})
    for _ in range(5):
        last = client.post("/account/login/code/confirm/", {"action": "verify", "code": "00000000"})
    assert last.headers["Location"] == "/account/login/code/"
    late = client.post("/account/login/code/confirm/", {"action": "verify", "code": newest_code()})
    assert late.headers["Location"] == "/account/login/code/"
    assert not signed_in(client)


def test_an_app_is_set_up_asked_for_and_its_code_works_once(client, anna, django_capture_on_commit_callbacks):
    """I-02: the session is one with a second factor from the next sign-in on, not from the moment the app was made."""
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up_app(client)
    codes = re.findall(r"<li>(\d{4} \d{4})", client.get("/account/codes/", secure=True).content.decode())
    assert len(codes) == 10
    assert "authenticator app was set up" in mails_of(anna)[-1]
    assert not accounts.second_factor(as_request(client, anna))
    stored = Authenticator.objects.get(user=anna, type="totp").data["secret"]
    assert secret not in stored
    assert factors.unseal(stored) == secret

    client.post("/account/logout/")
    second = sign_in(client, next="/link/")
    assert second.headers["Location"] == "/account/second/"
    assert not signed_in(client)
    replayed = client.post("/account/second/", {"code": code_of(secret, -1)}, secure=True)
    assert "That code is not right" in text_of(replayed)
    good = code_of(secret)
    done = client.post("/account/second/", {"code": f"{good[:3]} {good[3:]}"}, secure=True)
    assert done.headers["Location"] == "/link/"
    assert accounts.second_factor(as_request(client, anna))

    other = Client()
    sign_in(other)
    again = other.post("/account/second/", {"code": good}, secure=True)
    assert "That code is not right" in text_of(again)
    recovered = other.post("/account/second/", {"code": codes[0]}, secure=True)
    assert recovered.status_code == 302
    assert signed_in(other)
    third = Client()
    sign_in(third)
    assert "not right" in text_of(third.post("/account/second/", {"code": codes[0]}, secure=True))


def as_request(client, user):
    request: Any = RequestFactory().get("/")
    request.session, request.user, request.controller = client.session, user, user.controller
    return request


def test_ten_wrong_codes_are_enough_and_a_closed_account_stays_closed(client, anna):
    sign_in(client)
    secret = set_up_app(client)
    client.post("/account/logout/")
    sign_in(client)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    closed = client.post("/account/second/", {"code": code_of(secret)}, secure=True)
    assert closed.headers["Location"] == "/account/inactive/"
    assert not signed_in(client)

    User.objects.filter(pk=anna.pk).update(is_active=True)
    sign_in(client)
    for _ in range(10):
        client.post("/account/second/", {"code": "000000"}, secure=True)
    assert "Too many wrong codes" in text_of(client.post("/account/second/", {"code": code_of(secret, 1)}, secure=True))


def test_a_passkey_opens_the_account_by_itself_and_counts_as_two_factors(client, anna):
    sign_in(client)
    key = add_passkey(client)
    home = text_of(client.get("/account/", secure=True))
    assert "Passkey “My phone”" in home
    assert "A passkey was added" in mails_of(anna)[-1]
    client.post("/account/logout/")

    done = open_with(client, key, next="/link/")

    assert done.headers["Location"] == "/link/"
    assert signed_in(client)
    assert accounts.second_factor(as_request(client, anna))
    row = Authenticator.objects.get(user=anna, type="webauthn")
    client.post(f"/account/passkeys/{row.pk}/", {"name": "Old phone"}, secure=True)
    assert "Old phone" in text_of(client.get("/account/", secure=True))
    assert client.post(f"/account/passkeys/{row.pk}/remove/", secure=True).status_code == 302
    assert "A passkey was removed" in mails_of(anna)[-1]
    assert not Authenticator.objects.filter(user=anna).exists()


def test_a_passkey_of_another_site_of_staff_or_of_another_challenge_opens_nothing(client, anna):
    sign_in(client)
    key = add_passkey(client)
    client.post("/account/logout/")
    home = text_of(open_with(client, Passkey(user_handle=key.user_handle)).client.get("/account/login/", secure=True))
    assert "This passkey does not open an account here" in home
    key.origin = "https://evil.example.net"
    open_with(client, key)
    assert not signed_in(client)
    key.origin, key.verified = "https://testserver", False
    open_with(client, key)
    assert not signed_in(client)
    key.verified = True
    asked = client.get("/account/passkeys/sign-in/", headers={"accept": "application/json"}, secure=True).json()
    once = key.get(asked["request_options"])
    client.get("/account/passkeys/sign-in/", headers={"accept": "application/json"}, secure=True)
    client.post("/account/passkeys/sign-in/", {"credential": once}, secure=True)
    assert not signed_in(client)
    for rubbish in ("", "{}", "[]", '{"response": {"userHandle": 5}}', '{"id": "x", "response": {}}'):
        assert client.post("/account/passkeys/sign-in/", {"credential": rubbish}, secure=True).status_code == 302
    assert not signed_in(client)
    Authenticator.objects.filter(user=anna).update(user=make_staff())
    key.user_handle = str(make_staff().pk).replace("-", "").encode()
    open_with(client, key)
    assert not signed_in(client)


def test_changes_ask_who_is_there_and_a_password_does_not_remove_what_guards_against_it(client, anna):
    client.force_login(anna)
    gate = client.get("/account/app/", secure=True)
    assert gate.headers["Location"] == "/account/again/password/?next=%2Faccount%2Fapp%2F"
    wrong = client.post(gate.headers["Location"], {"password": "wrong wrong wrong"}, secure=True)
    assert "That password is not right" in text_of(wrong)
    done = client.post(gate.headers["Location"], {"password": PASSWORD, "next": "/account/app/"}, secure=True)
    assert done.headers["Location"] == "/account/app/"
    secret = set_up_app(client)

    other = Client()
    other.force_login(anna)
    gate = other.get("/account/app/remove/", secure=True)
    assert gate.headers["Location"].startswith("/account/again/app/?")
    by_password = other.post("/account/again/password/", {"password": PASSWORD, "next": "/account/"}, secure=True)
    assert by_password.headers["Location"].startswith("/account/again/app/")
    other.post(gate.headers["Location"], {"code": code_of(secret, 1), "next": "/account/app/remove/"}, secure=True)
    assert other.post("/account/app/remove/", secure=True).headers["Location"] == "/account/second/all/"
    assert not Authenticator.objects.filter(user=anna).exists()
    assert "app was removed" in mails_of(anna)[-1]


def test_an_account_without_a_password_shows_itself_by_a_code(client, anna):
    anna.set_unusable_password()
    anna.save()
    client.force_login(anna)
    gate = client.get("/account/passkeys/add/", secure=True)
    assert gate.headers["Location"] == "/account/again/code/?next=%2Faccount%2Fpasskeys%2Fadd%2F"
    client.post("/account/again/code/", {"next": "/account/passkeys/add/"}, secure=True)
    where = {"next": "/account/passkeys/add/"}
    assert "not right" in text_of(client.post("/account/again/code/", {"code": "1", **where}, secure=True))
    done = client.post("/account/again/code/", {"code": newest_code(), **where}, secure=True)
    assert done.headers["Location"] == "/account/passkeys/add/"
    assert client.get("/account/passkeys/add/", secure=True).status_code == 200


def test_the_secrets_of_factors_move_with_the_key_ring(client, anna, settings):
    sign_in(client)
    secret = set_up_app(client)
    old = settings.DSR_KEYS
    settings.DSR_KEYS = "t2:" + "dHdvLW9ubHktdHdvLW9ubHktdHdvLW9ubHktdHdvLW8=" + "," + old
    assert ring.uses()["t1"][ring_factors.NAME] == 2

    assert ring.rotate().moved[ring_factors.NAME] == 2

    assert ring_factors.NAME not in ring.uses().get("t1", {})
    settings.DSR_KEYS = settings.DSR_KEYS.split(",")[0]
    assert factors.unseal(Authenticator.objects.get(user=anna, type="totp").data["secret"]) == secret
    with pytest.raises(vault.TamperedError):
        factors.unseal(Authenticator.objects.get(user=anna, type="totp").data["secret"][:-8] + "AAAAAAA=")
