"""Staff signs in with two factors, stays for a working day at most, and sees where her account is open."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client
from django.utils import timezone

from dsr import staff_sessions
from dsr.models import StaffSession, User
from tests.factories import PASSWORD, make_staff, make_user
from tests.portal.passkey import Passkey
from tests.portal.test_account_factors import code_of, options_of
from tests.portal.walk import newest_code, text_of

pytestmark = pytest.mark.django_db
LOGIN = "/desk/account/login/"


@pytest.fixture(autouse=True)
def _required(settings: Any) -> None:
    settings.DSR_STAFF_FACTOR = "required"


def sign_in(client: Client, name: str = "mara", **more: Any) -> Any:
    return client.post(LOGIN, {"login": f"{name}@northwave.example.com", "password": PASSWORD, **more}, secure=True)


def set_up_app(client: Client) -> str:
    page = client.get("/desk/account/app/", secure=True)
    assert page.status_code == 200
    secret = str(client.session[totp.SECRET_SESSION_KEY])
    assert client.get("/desk/account/app/picture.svg", secure=True).headers["Content-Type"] == "image/svg+xml"
    done = client.post("/desk/account/app/", {"code": code_of(secret, -1)}, secure=True)
    assert done.headers["Location"] == "/desk/account/codes/", text_of(done)
    return secret


def test_without_a_second_factor_nothing_opens_and_with_one_both_are_asked(client: Client) -> None:
    """First sign-in: set it up, see nothing before. Next sign-in: password, then code; a code works once; recovery codes work."""
    mara = make_staff("mara")
    sign_in(client)
    for url in ("/desk/", "/desk/people/", "/desk/health/"):
        assert client.get(url, secure=True).headers["Location"] == "/desk/account/", url
    first = client.get("/desk/account/", secure=True)
    assert "Set up a second factor" in text_of(first)
    secret = set_up_app(client)
    codes = text_of(client.get("/desk/account/codes/", secure=True))
    assert client.get("/desk/", secure=True).status_code == 200

    client.post("/desk/account/logout/", secure=True)
    half = sign_in(client, next="/desk/health/")
    assert half.headers["Location"].startswith("/desk/account/second/")
    assert client.get("/desk/", secure=True).headers["Location"].startswith(LOGIN)
    page = client.get("/desk/account/second/", secure=True)
    assert '<body class="desk">' in page.content.decode()
    wrong = client.post("/desk/account/second/", {"code": "000000"}, secure=True)
    assert "That code is not right" in text_of(wrong)
    done = client.post("/desk/account/second/", {"code": code_of(secret)}, secure=True)
    assert done.headers["Location"] == "/desk/health/"
    assert client.get("/desk/", secure=True).status_code == 200

    other = Client()
    sign_in(other)
    replay = other.post("/desk/account/second/", {"code": code_of(secret)}, secure=True)
    assert "That code is not right" in text_of(replay)
    recovery = next(word for word in codes.split() if len(word) == 4 and word.isdigit())
    found = codes[codes.index(recovery) :][:9]
    assert other.post("/desk/account/second/", {"code": found}, secure=True).headers["Location"] == "/desk/"

    # The last factor stays where one is required.
    kept = client.post("/desk/account/app/remove/", secure=True)
    assert kept.headers["Location"] == "/desk/account/"
    assert Authenticator.objects.filter(user=mara, type="totp").exists()


def test_a_passkey_opens_the_desk_alone_and_never_at_the_other_interface(client: Client) -> None:
    mara, key = make_staff("mara"), Passkey()
    sign_in(client)
    page = client.get("/desk/account/passkeys/add/", secure=True)
    made = client.post(
        "/desk/account/passkeys/add/", {"name": "Key", "credential": key.create(options_of(page))}, secure=True
    )
    assert made.status_code == 302
    assert client.get("/desk/", secure=True).status_code == 200

    def open_with(base: str) -> tuple[Client, Any]:
        browser = Client()
        where = f"{base}/passkeys/sign-in/"
        asked = browser.get(where, headers={"accept": "application/json"}, secure=True).json()
        return browser, browser.post(where, {"credential": key.get(asked["request_options"])}, secure=True)

    browser, done = open_with("/desk/account")
    assert done.headers["Location"] == "/desk/"
    assert browser.get("/desk/", secure=True).status_code == 200
    stranger, _refused = open_with("/account")
    assert "_auth_user_id" not in stranger.session
    assert mara.pk == User.objects.get(pk=browser.session["_auth_user_id"]).pk


def test_a_forgotten_password_is_chosen_anew_by_a_code_and_does_not_replace_the_factor(client: Client) -> None:
    make_staff("mara")
    sign_in(client)
    set_up_app(client)
    other = Client()
    asked = other.post("/desk/account/password/reset/", {"email": "mara@northwave.example.com"}, secure=True)
    code = newest_code("mara@northwave.example.com")
    chosen = other.post(asked.headers["Location"], {"code": code}, secure=True)
    fresh = {"password1": "three other quiet words"}
    done = other.post(chosen.headers["Location"], fresh, secure=True)
    assert done.status_code == 302, text_of(done)
    assert client.get("/desk/", secure=True).headers["Location"].startswith(LOGIN)  # all sessions ended
    half = other.post(
        LOGIN, {"login": "mara@northwave.example.com", "password": "three other quiet words"}, secure=True
    )
    assert half.headers["Location"].startswith("/desk/account/second/")

    # The portal resets no password of staff, and the desk none of a subscriber.
    make_user("anna")
    mail.outbox.clear()
    Client().post("/desk/account/password/reset/", {"email": "anna@example.com"}, secure=True)
    Client().post("/account/password/reset/", {"email": "mara@northwave.example.com"}, secure=True)
    assert all("There is no account with it" in message.body for message in mail.outbox)
    assert len(mail.outbox) == 2


def test_too_many_wrong_passwords_close_the_sign_in_for_a_while(client: Client) -> None:
    make_staff("mara")
    for _ in range(10):
        client.post(LOGIN, {"login": "mara@northwave.example.com", "password": "wrong"})
    assert "Too many wrong passwords" in text_of(sign_in(client))


def test_a_session_ends_after_twelve_hours_however_busy(client: Client, settings: Any) -> None:
    settings.DSR_STAFF_FACTOR = "optional"
    make_staff("mara")
    sign_in(client)
    session = client.session
    session["staff_began"] = time.time() - staff_sessions.LONGEST - 1
    session.save()
    gone = client.get("/desk/", secure=True)
    assert gone.headers["Location"] == f"{LOGIN}?next=/desk/"
    assert "_auth_user_id" not in client.session
    assert "twelve hours" in text_of(client.get(gone.headers["Location"], secure=True))


def test_my_account_lists_devices_and_signs_them_out_one_by_one(client: Client, settings: Any) -> None:
    settings.DSR_STAFF_FACTOR = "optional"
    mara = make_staff("mara")
    phone = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36"})
    laptop = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"})
    sign_in(phone)
    sign_in(laptop)
    page = text_of(laptop.get("/desk/account/", secure=True))
    assert "Chrome, Android" in page
    assert "Firefox, Linux" in page

    row = StaffSession.objects.get(user=mara, device="Chrome, Android")
    foreign = Client()
    foreign.force_login(make_staff("otto", "lead"))
    assert foreign.post(f"/desk/account/sessions/{row.pk}/end/").status_code == 404
    assert phone.get("/desk/", secure=True).status_code == 200
    assert laptop.post(f"/desk/account/sessions/{row.pk}/end/", secure=True).status_code == 302
    assert phone.get("/desk/", secure=True).headers["Location"].startswith(LOGIN)
    assert laptop.get("/desk/", secure=True).status_code == 200
    sign_in(phone)
    laptop.post("/desk/account/sessions/end/", secure=True)
    assert phone.get("/desk/", secure=True).status_code == 302
    assert laptop.get("/desk/", secure=True).status_code == 200
    assert staff_sessions.living(mara, now=timezone.now()).count() == 1
    assert not staff_sessions.living(mara, now=timezone.now() + timedelta(minutes=31)).exists()


def test_what_only_she_may_do_asks_again_after_fifteen_minutes(client: Client) -> None:
    """With a second factor only that counts: a password stolen with the session opens nothing."""
    make_staff("otto", "lead")
    sign_in(client, "otto")
    secret = set_up_app(client)
    session = client.session
    session["staff_began"] = time.time() - staff_sessions.FRESH_FOR - 60
    session["account_authentication_methods"] = []
    session.save()
    asked = client.get("/desk/people/invite/", secure=True)
    assert asked.headers["Location"] == "/desk/account/again/app/?next=%2Fdesk%2Fpeople%2Finvite%2F"
    again = client.post("/desk/account/again/password/", {"password": PASSWORD}, secure=True)
    assert again.status_code == 302
    assert client.get("/desk/people/invite/", secure=True).status_code == 302
    done = client.post(asked.headers["Location"], {"code": code_of(secret)}, secure=True)
    assert done.headers["Location"] == "/desk/people/invite/"
    assert client.get("/desk/people/invite/", secure=True).status_code == 200
