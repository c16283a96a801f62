"""Hostile tries across brands: what one controller's portal vouched for opens nothing at another one (I-02, decision 078)."""

from __future__ import annotations

import base64
from email.utils import parseaddr

import pytest
from django.core import mail
from django.utils import timezone
from joserfc.jwk import OctKey

from dsr.cases import actors, brand, outside
from dsr.cases.outside import Vouched
from dsr.models import Controller, OutsideLogin, User
from tests.factories import MONDAY, make_controller, make_staff, make_user
from tests.portal.test_handover import token

pytestmark = pytest.mark.django_db
NORTH, SOUTH = "testserver", "south.example.com"
KEYS = {"northwave": b"key of the north, for tests only", "southwave": b"key of the south, for tests only"}


@pytest.fixture(autouse=True)
def _brands(settings):
    """Two brands on one installation, each with a portal and numbers of its own."""
    settings.DSR_HOSTS = {NORTH: "northwave", SOUTH: "southwave"}
    settings.ALLOWED_HOSTS = [NORTH, SOUTH]
    settings.DSR_HANDOVER = {
        slug: {
            "issuer": "https://my.example.com",
            "store": "billing",
            "keys": {"k1": f"hmac:{base64.b64encode(key).decode()}"},
        }
        for slug, key in KEYS.items()
    }
    for slug in KEYS:
        make_controller(slug)


def _southern_customer() -> User:
    said = Vouched(OutsideLogin.Source.HANDOVER, "https://my.example.com", "billing:10000042", "billing", "10000042", 2)
    return outside.open_account(controller=Controller.objects.get(slug="southwave"), vouched=said, now=timezone.now())


def test_a_link_of_one_brand_does_not_open_the_account_of_the_same_number_at_another(client):
    """The session is one row for both hosts: whoever takes his cookie along is still nobody there."""
    _southern_customer()
    client.get("/handover/", {"t": token(OctKey.import_key(KEYS["northwave"]))}, headers={"host": NORTH})

    client.post("/handover/", headers={"host": SOUTH})

    assert "_auth_user_id" not in client.session


def test_what_waits_to_be_joined_at_one_brand_opens_no_account_at_another(client):
    make_user("nora", controller=Controller.objects.get(slug="northwave"))
    made = token(OctKey.import_key(KEYS["northwave"]), email="nora@example.com", email_verified=True)
    client.get("/handover/", {"t": made}, headers={"host": NORTH})
    assert client.post("/handover/", headers={"host": NORTH}).headers["Location"] == "/account/join/"

    client.post("/account/join/", {"choice": "own"}, headers={"host": SOUTH})

    assert not User.objects.filter(controller__slug="southwave").exists()
    assert "_auth_user_id" not in client.session


def test_no_name_of_a_brand_stops_the_mails_of_the_sign_in(client):
    """A line break or a quote in the sender is refused by every mail library, and nobody would get a code any more."""
    north = Controller.objects.get(slug="northwave")
    otto = actors.staff(make_staff("otto", "lead"))
    values = {"name": 'North "wave"\r\nBcc: victim@example.com\\'}
    brand.change(controller=north, values=values, actor=otto, now=MONDAY)

    assert client.post("/account/login/code/", {"email": make_user().email}).status_code == 302
    sent = mail.outbox[-1]
    assert parseaddr(str(sent.message()["From"])) == ("North 'wave' Bcc: victim@example.com/", north.privacy_email)
    assert "Bcc" not in sent.message()
