"""Accounts: made, confirmed, lost and found again, each within one controller and one interface."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from dsr.models import Kind, User
from tests.factories import PASSWORD, make_controller, make_staff, make_user
from tests.portal.walk import newest_code, text_of

pytestmark = pytest.mark.django_db
NEW = "brave new blue whale"


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


def sign_in(client, email="anna@example.com", password=PASSWORD, **extra):
    return client.post("/account/login/", {"login": email, "password": password}, **extra)


def sign_up(client, email="nora@example.com"):
    return client.post("/account/signup/", {"email": email, "password1": NEW})


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_an_account_is_made_with_a_code_to_its_address(client):
    response = sign_up(client)
    assert response.headers["Location"] == "/account/confirm-email/"
    page = text_of(client.get("/account/confirm-email/"))
    assert "nora@example.com" in page
    assert not signed_in(client)

    done = client.post("/account/confirm-email/", {"action": "verify", "code": newest_code("nora@example.com")})

    assert done.headers["Location"] == "/requests/"
    user = User.objects.get(email="nora@example.com")
    assert (user.kind, user.controller.slug) == (Kind.SUBSCRIBER, "northwave")
    assert mail.outbox[-1].from_email == '"Northwave" <privacy@northwave.example.com>'


def test_an_account_opens_nothing_until_a_link_is_proved(client):
    sign_up(client)
    client.post("/account/confirm-email/", {"action": "verify", "code": newest_code()})

    assert "Link your customer number" in text_of(client.get("/requests/"))


def test_a_taken_address_looks_like_a_free_one_and_its_owner_is_told(client):
    make_user()
    free, taken = sign_up(client), None
    page_free = text_of(client.get(free.headers["Location"])).replace("nora@example.com", "X")
    client.cookies.clear()
    taken = sign_up(client, "Anna@example.com")
    page_taken = text_of(client.get(taken.headers["Location"])).replace("anna@example.com", "X")

    assert free.headers["Location"] == taken.headers["Location"]
    assert page_free == page_taken
    assert "nothing was changed" in mail.outbox[-1].body
    assert User.objects.filter(email__iexact="anna@example.com").count() == 1
    assert User.objects.get(email="anna@example.com").check_password(PASSWORD)


def test_a_wrong_code_ends_after_five_tries(client):
    sign_up(client)
    for _ in range(4):
        page = client.post("/account/confirm-email/", {"action": "verify", "code": "00000000"})
        assert "That code is not right" in text_of(page)
    last = client.post("/account/confirm-email/", {"action": "verify", "code": "00000000"})

    assert last.headers["Location"] == "/account/login/"
    assert not signed_in(client)


def test_a_new_code_can_be_asked_for_and_the_old_one_ends(client):
    sign_up(client)
    old = newest_code()
    client.post("/account/confirm-email/", {"action": "resend"})
    new = newest_code()

    assert new != old
    assert client.post("/account/confirm-email/", {"action": "verify", "code": old}).status_code == 200
    assert client.post("/account/confirm-email/", {"action": "verify", "code": new}).status_code == 302
    assert signed_in(client)


@pytest.mark.parametrize("password", ["short", "password1234", ""])
def test_weak_passwords_are_refused_with_a_reason(client, password):
    response = client.post("/account/signup/", {"email": "nora@example.com", "password1": password})

    assert response.status_code == 200
    assert "There is a problem" in text_of(response)
    assert not User.objects.filter(email="nora@example.com").exists()


def test_signing_in_leads_to_the_requests_or_back_to_where_one_was(client):
    make_user()

    assert sign_in(client).headers["Location"] == "/requests/"
    client.post("/account/logout/")
    there = client.post(
        "/account/login/?next=/link/", {"login": "ANNA@example.com", "password": PASSWORD, "next": "/link/"}
    )
    assert there.headers["Location"] == "/link/"


def test_nobody_is_led_to_another_host(client):
    make_user()

    response = client.post(
        "/account/login/", {"login": "anna@example.com", "password": PASSWORD, "next": "https://example.net/"}
    )

    assert response.headers["Location"] == "/requests/"


def test_unknown_address_and_wrong_password_say_the_same(client):
    make_user()

    unknown = text_of(sign_in(client, "nobody@example.com"))
    wrong = text_of(sign_in(client, password="wrong wrong wrong"))

    assert "E-mail address or password is not right" in unknown
    assert unknown.replace("nobody@example.com", "") == wrong.replace("anna@example.com", "")


def test_ten_wrong_passwords_stop_guessing_at_one_account_and_not_at_others(client):
    make_user()
    make_user("boris")
    for _ in range(10):
        sign_in(client, password="wrong wrong wrong")

    assert "Too many wrong passwords" in text_of(sign_in(client))
    assert not signed_in(client)
    assert sign_in(client, "boris@example.com").status_code == 302


def test_staff_cannot_sign_in_at_the_portal_nor_be_reset_from_it(client):
    staff = make_staff()

    assert "is not right" in text_of(sign_in(client, staff.email))
    client.post("/account/password/reset/", {"email": staff.email})

    assert "There is no account with it" in mail.outbox[-1].body
    assert not re.search(r"\d{4} \d{4}", str(mail.outbox[-1].body))


def test_the_same_address_in_two_brands_is_two_accounts(client, settings):
    settings.DSR_HOSTS = {"north.example.com": "northwave", "south.example.com": "southwave"}
    south = make_controller("southwave")
    make_user()
    other = make_user(controller=south)
    other.set_password("quite another password")
    other.save()
    host = {"headers": {"host": "south.example.com"}}

    assert "is not right" in text_of(sign_in(client, **host))
    assert sign_in(client, password="quite another password", **host).status_code == 302
    client.cookies.clear()
    client.post("/account/password/reset/", {"email": "anna@example.com"}, **host)
    done = client.post("/account/password/reset/confirm/", {"code": newest_code()}, **host)
    assert done.headers["Location"] == "/account/password/reset/complete/"
    client.post("/account/password/reset/complete/", {"password1": NEW}, **host)
    assert User.objects.get(pk=other.pk).check_password(NEW)
    assert User.objects.exclude(pk=other.pk).get(email="anna@example.com").check_password(PASSWORD)


def test_a_forgotten_password_is_replaced_by_a_code_and_the_old_one_ends(client):
    make_user()
    response = client.post("/account/password/reset/", {"email": "anna@example.com"})
    assert response.headers["Location"] == "/account/password/reset/confirm/"
    assert "If anna@example.com has an account here" in text_of(client.get("/account/password/reset/confirm/"))
    client.post("/account/password/reset/confirm/", {"code": newest_code()})
    page = client.get("/account/password/reset/complete/")
    assert "Choose a new password" in text_of(page)

    done = client.post("/account/password/reset/complete/", {"password1": NEW})

    assert done.status_code == 302
    assert client.get(done.headers["Location"]).status_code == 200
    assert "is not right" in text_of(sign_in(client))
    assert sign_in(client, password=NEW).status_code == 302


def test_a_reset_for_an_unknown_address_looks_the_same_and_tells_its_owner(client):
    response = client.post("/account/password/reset/", {"email": "nobody@example.com"})

    assert response.headers["Location"] == "/account/password/reset/confirm/"
    assert "If nobody@example.com has an account here" in text_of(client.get("/account/password/reset/confirm/"))
    assert mail.outbox[-1].to == ["nobody@example.com"]
    assert "There is no account with it" in mail.outbox[-1].body
    assert client.post("/account/password/reset/confirm/", {"code": "00000000"}).status_code == 200


def test_a_closed_account_cannot_sign_in(client):
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert "is not right" in text_of(sign_in(client))


def test_signing_out_asks_on_get_and_does_it_on_post(client):
    client.force_login(make_user())

    assert "Do you want to sign out?" in text_of(client.get("/account/logout/"))
    assert signed_in(client)
    assert client.post("/account/logout/").headers["Location"] == "/"
    assert not signed_in(client)


def test_a_mail_server_that_is_down_is_a_sentence_and_not_an_error_page(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    response = client.post("/account/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert "We cannot send mails right now" in text_of(response)


def test_the_demo_names_its_log_ins_and_nothing_else_does(client, settings):
    make_user()
    assert "anna@example.com" not in text_of(client.get("/account/login/"))

    settings.DSR_DEMO = True

    assert "anna@example.com" in text_of(client.get("/account/login/"))


def test_pages_of_allauth_that_nobody_needs_do_not_exist(client):
    for path in ("email/", "password/change/", "password/set/", "reauthenticate/", "mfa/"):
        assert client.get(f"/account/{path}").status_code == 404
