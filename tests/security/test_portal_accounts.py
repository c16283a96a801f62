"""Hostile tries at accounts: passwords planted before the owner of an address comes, mails sent to strangers."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from dsr.accounts import MAILS
from dsr.models import User
from tests.factories import PASSWORD, make_controller, make_user
from tests.portal.walk import newest_code

pytestmark = pytest.mark.django_db
PLANTED = "planted by a stranger"


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


def _plant(email: str) -> None:
    """A stranger makes an account with somebody else's address and never sees the code."""
    Client().post("/account/signup/", {"email": email, "password1": PLANTED})
    assert User.objects.get(email=email).check_password(PLANTED)


def _stranger_gets_in(email: str) -> bool:
    stranger = Client()
    stranger.post("/account/login/", {"login": email, "password": PLANTED})
    return "_auth_user_id" in stranger.session


def test_a_password_planted_before_the_owner_came_opens_nothing_after_she_proved_her_address(client):
    """I-02: whoever proves the address by a code owns the account, and nobody else has a key to it."""
    _plant("nora@example.com")
    client.post("/account/login/code/", {"email": "nora@example.com"})
    client.post("/account/login/code/confirm/", {"code": newest_code("nora@example.com")})
    assert client.get("/account/").status_code == 200  # she is in, and stays in

    assert not _stranger_gets_in("nora@example.com")


def test_the_same_when_she_only_began_to_set_a_new_password(client):
    _plant("nora@example.com")
    client.post("/account/password/reset/", {"email": "nora@example.com"})
    client.post("/account/password/reset/confirm/", {"code": newest_code("nora@example.com")})

    assert not _stranger_gets_in("nora@example.com")


def test_whoever_made_the_account_keeps_her_password(client):
    client.post("/account/signup/", {"email": "nora@example.com", "password1": PLANTED})
    client.post("/account/confirm-email/", {"action": "verify", "code": newest_code("nora@example.com")})

    assert _stranger_gets_in("nora@example.com")


def test_a_confirmed_account_keeps_its_password_after_a_code(client):
    user = make_user()
    client.post("/account/login/code/", {"email": user.email})
    client.post("/account/login/code/confirm/", {"code": newest_code(user.email)})
    user.refresh_from_db()

    assert "_auth_user_id" in client.session
    assert user.check_password(PASSWORD)
    assert mail.outbox


def test_a_stranger_cannot_fill_a_mailbox_from_many_addresses():
    """Limits by the sender's address do not help against somebody who has a network of them."""
    make_user("victim")
    for number in range(20):
        stranger = Client(REMOTE_ADDR=f"2001:db8:{number:x}::1")
        stranger.post("/account/password/reset/", {"email": "victim@example.com"})
        stranger.post("/account/signup/", {"email": "Victim@example.com", "password1": PLANTED})

    assert len(mail.outbox) <= MAILS.most


def test_a_session_that_forgets_its_tries_gives_no_more_guesses_at_a_mailed_code(client):
    """Requests at the same instant, or a slow one that saves what it read before, put the count of the session back."""
    user = make_user()
    client.post("/account/login/code/", {"email": user.email})
    before = Session.objects.get()
    for _ in range(4):
        for _ in range(3):
            client.post("/account/login/code/confirm/", {"code": "00000000"})
        before.save()

    client.post("/account/login/code/confirm/", {"code": newest_code(user.email)})

    assert "_auth_user_id" not in client.session
