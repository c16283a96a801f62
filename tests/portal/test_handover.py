"""Signed links from the controller's own portal: asked before used, used once, for two minutes, and never seen again."""

from __future__ import annotations

import base64
import json
import logging
import re
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from dsr.cases import identity
from dsr.checks import check_portals
from dsr.law.rights import IdentityLevel
from dsr.models import SpentToken, User
from dsr.outside import handover_portal
from dsr.work import tick
from portal import handover
from tests.factories import MONDAY, make_controller, make_staff, make_user
from tests.portal.test_account_factors import signed_in
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db
RAW = b"a key for tests only, 32 bytes.."
ED = OKPKey.generate_key("Ed25519")


@pytest.fixture(autouse=True)
def _keys(settings):
    make_controller()
    raw = base64.urlsafe_b64decode(str(ED.as_dict(private=False)["x"]) + "=")
    keys = {"k1": f"hmac:{base64.b64encode(RAW).decode()}", "k2": f"ed25519:{base64.b64encode(raw).decode()}"}
    row = {"issuer": "https://my.example.com", "store": "billing", "keys": keys, "strong": ["otp"]}
    settings.DSR_HANDOVER = {"northwave": {**row, "url": "https://my.example.com/privacy"}}


def token(key=None, *, head=None, **lies) -> str:
    now = int(time.time())
    said = {
        "iss": "https://my.example.com",
        "aud": "northwave",
        "sub": "10000042",
        "iat": now,
        "exp": now + 120,
        "jti": uuid.uuid4().hex,
        **lies,
    }
    said = {name: value for name, value in said.items() if value is not None}
    header = head or ({"alg": "Ed25519", "kid": "k2"} if key is ED else {"alg": "HS256", "kid": "k1"})
    return jwt.encode(header, said, key or OctKey.import_key(RAW), algorithms=[header["alg"]])


def hand_over(client, made: str):
    """Open the link as a browser does; returns the page that asks, or says that it does not work."""
    sent = client.get("/handover/", {"t": made})
    assert sent.headers["Location"] == "/handover/"
    assert sent.headers["Referrer-Policy"] == "no-referrer"
    return client.get("/handover/")


@pytest.mark.parametrize("key", [None, ED], ids=["hmac", "ed25519"])
def test_the_link_asks_and_the_button_signs_in(client, key):
    made = token(key, email="nora@example.com", email_verified=True, amr=["pwd", "otp"])
    page = hand_over(client, made)
    assert "Continue as customer ending …42" in text_of(page)
    assert not signed_in(client)
    assert not User.objects.exists()
    before = client.session.session_key

    done = client.post("/handover/")

    assert done.headers["Location"] == "/requests/"
    assert client.session.session_key != before
    user = User.objects.get()
    assert user.email == "nora@example.com"
    assert identity.links_of(user) == (("billing", "10000042"),)
    assert (user.links.get().method, user.links.get().level) == ("handover", IdentityLevel.STRONG)
    client.post("/account/logout/")
    hand_over(client, token())
    client.post("/handover/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_token_is_good_once_whoever_comes_first(client):
    """A preview of the link (GET, HEAD, another browser) does not use it up."""
    made, other = token(), type(client)()
    client.head("/handover/", {"t": made})
    hand_over(other, made)
    hand_over(client, made)
    assert client.post("/handover/").status_code == 302

    late = other.post("/handover/")

    assert late.status_code == 410
    assert not signed_in(other)
    assert client.post("/handover/").status_code == 410
    assert SpentToken.objects.count() == 1
    ends = SpentToken.objects.get().expires_at
    assert tick.spent_tokens(ends) == 0
    assert tick.spent_tokens(ends + timedelta(seconds=1)) == 1


def test_a_token_that_says_the_wrong_thing_opens_a_page_that_says_what_to_do(client):
    now = int(time.time())
    bad = (
        {"iat": now - 400, "exp": now - 300},
        {"exp": now + 600},
        {"iat": now + 300, "exp": now + 400},
        {"iat": "now", "exp": "later"},
        {"exp": None},
        {"aud": "southwave"},
        {"iss": "https://evil.example.net"},
        {"store": "crm"},
        {"sub": None},
        {"sub": " "},
        {"jti": None},
    )
    for lies in bad:
        page = hand_over(client, token(**lies))
        assert page.status_code == 410, lies
        assert "Go back to your customer portal" in text_of(page)
        assert client.post("/handover/").status_code == 410
    assert not User.objects.exists()


def test_a_token_that_was_not_signed_by_the_portal_opens_nothing(client, caplog):
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    payload = token().split(".")[1]
    public = OctKey.import_key(base64.urlsafe_b64decode(str(ED.as_dict(private=False)["x"]) + "="))
    mixed = token(public, head={"alg": "HS256", "kid": "k2"})  # the public key as a secret
    unknown = token(head={"alg": "HS256", "kid": "k9"})
    good = token()
    with caplog.at_level(logging.DEBUG):
        for made in (f"{unsigned}.{payload}.", mixed, unknown, good[:-4] + "AAAA", "", "x", "a.b.c", "é" * 5000):
            assert hand_over(client, made).status_code == 410
    assert "10000042" not in caplog.text
    assert payload not in caplog.text
    assert not User.objects.exists()


def test_the_page_names_who_is_signed_in_and_a_change_of_account_ends_the_first(client):
    client.force_login(make_user())
    assert "You are signed in here as anna@example.com" in text_of(hand_over(client, token()))
    client.post("/handover/")
    assert User.objects.get(pk=client.session["_auth_user_id"]).email == ""
    client.force_login(make_staff())
    assert client.get("/handover/", {"t": token()}).status_code == 403
    assert client.post("/handover/").status_code == 403


def test_without_keys_there_is_no_such_page_and_wrong_keys_are_named(client, settings):
    settings.DSR_HANDOVER = {}
    assert client.get("/handover/").status_code == 404
    row = {"issuer": "i", "store": "billing", "keys": {"k1": "hmac:c2hvcnQ="}}
    for settings.DSR_HANDOVER, words in (
        ({"northwave": row}, "key k1 must be hmac: or ed25519:"),
        ({"northwave": []}, "not a JSON object"),
        ({"northwave": {**row, "keys": {}}}, "keys is an object"),
        ({"northwave": {**row, "issuer": ""}}, "issuer is missing"),
    ):
        (found,) = check_portals(None)
        assert (found.id, words in found.msg) == ("dsr.E013", True)
        assert "c2hvcnQ" not in found.msg


def test_the_recipe_in_the_docs_makes_a_good_token():
    """docs/accounts.md: what the portal's developer copies."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    known: dict[str, Any] = {"__name__": "recipe"}
    exec(compile(found.group(1), "docs/accounts.md", "exec"), known)  # noqa: S102 -- our own documentation
    made = known["token"](base64.b64encode(RAW).decode(), "10000042", email="nora@example.com")
    controller = make_controller()
    portal = handover_portal(controller)
    assert portal

    told = handover.read(made, portal=portal, controller=controller, now=timezone.now())

    assert (told.subject, told.email) == ("10000042", "nora@example.com")
    with pytest.raises(handover.BadTokenError, match="old"):
        handover.read(made, portal=portal, controller=controller, now=MONDAY)
