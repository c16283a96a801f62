"""Single sign-on from the controller's own portal: what makes an account and a link, and everything that must not."""

from __future__ import annotations

import pytest

from dsr import accounts, oidc
from dsr.cases import identity, proofs
from dsr.law.rights import IdentityLevel
from dsr.models import AccountLink, Notice, OutsideLogin, Request, User
from tests.factories import MONDAY, PASSWORD, make_controller, make_request, make_staff, make_user
from tests.portal.provider import CLIENT, SECRET, Provider
from tests.portal.test_account_factors import as_request, signed_in
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    make_controller()
    oidc._documents.clear()
    with Provider() as made:
        row = {"issuer": made.issuer, "client_id": CLIENT, "client_secret": SECRET, "claim": "customer"}
        settings.DSR_OIDC = {"northwave": {**row, "store": "billing", "strong": ["mfa"], "label": "My Northwave"}}
        yield made


def come(client, provider, **lies):
    provider.lies = lies
    return client.get(provider.go(client))


def test_a_sign_in_there_makes_an_account_here_with_a_proven_number(client, provider):
    """I-02: KNOWN without a second factor, STRONG when the token says there was one; nothing of the token is kept."""
    assert "My Northwave" in text_of(client.get("/account/login/"))
    assert 'href="/account/oidc/go/?next=%2Flink%2F"' in client.get("/account/oidc/?next=/link/").content.decode()

    done = client.get(provider.go(client, "/account/oidc/go/?next=/link/"))

    assert done.headers["Location"] == "/link/"
    assert signed_in(client)
    user = User.objects.get()
    assert (user.email, user.has_usable_password(), user.kind) == ("", False, "subscriber")
    assert identity.links_of(user) == (("billing", "10000042"),)
    assert (AccountLink.objects.get().method, identity.links_level(user)) == ("oidc", IdentityLevel.KNOWN)
    assert not accounts.second_factor(as_request(client, user))
    assert "u-1" not in OutsideLogin.objects.get().token
    token_call = next(form for path, form in provider.seen if path == "/token")
    assert token_call["redirect_uri"] == "http://testserver/account/oidc/done/"

    client.post("/account/logout/")
    come(client, provider, amr=["pwd", "mfa"])
    assert User.objects.count() == 1
    assert identity.links_level(user) == IdentityLevel.STRONG
    assert accounts.second_factor(as_request(client, user))
    assert text_of(client.get("/account/")).count("10000042") == 2  # the number, and the name of its button


def test_a_known_link_is_enough_for_an_erasure_and_not_for_a_copy(client, provider):
    """I-02, I-07: the portal's word alone is KNOWN; with a second factor in this session it is STRONG."""
    come(client, provider)
    user = User.objects.get()
    asked = make_request(account=user)

    proofs.identify_by_links(request=asked, user=user, now=MONDAY)
    assert Request.objects.get(pk=asked.pk).identity_level == IdentityLevel.KNOWN
    proofs.identify_by_links(request=asked, user=user, now=MONDAY, second_factor=True)
    assert Request.objects.get(pk=asked.pk).identity_level == IdentityLevel.STRONG


WRONG = (
    {"nonce": "another"},
    {"nonce": None},
    {"aud": "somebody else"},
    {"aud": [CLIENT, "somebody else"]},
    {"azp": "somebody else"},
    {"iss": "https://other.example.com"},
    {"exp": 1_000_000_000},
    {"exp": None},
    {"iat": 1_000_000_000},
    {"iat": None},
    {"sub": ""},
    {"sub": 5},
    {"customer": None},
    {"customer": {"number": 1}},
    {"customer": True},
)


def test_a_token_that_says_the_wrong_thing_or_is_not_signed_signs_nobody_in(client, provider):
    """Another nonce, audience or issuer, too old, no customer number; `none`, the public key as a secret, another key."""
    for lies in WRONG:
        answer = come(client, provider, **lies)
        assert answer.status_code == 400, lies
        assert "We could not sign you in" in text_of(answer)
    for provider.sign in ("none", "hmac", "other"):
        assert come(client, provider).status_code == 400, provider.sign
    assert not signed_in(client)
    assert not User.objects.exists()


def test_an_answer_counts_once_in_the_session_that_asked(client, provider):
    back = provider.go(client)
    stranger = type(client)()
    assert stranger.get(back).status_code == 400
    assert client.get(back.replace("state=", "state=x")).status_code == 400
    assert client.get(back).status_code == 400  # the wrong state used it up
    assert client.get(provider.go(client) + "&iss=https://other.example.com").status_code == 400
    declined = provider.go(client).replace("code=good", "error=access_denied")
    assert client.get(declined).status_code == 400
    assert client.get(provider.go(client).replace("good", "bad")).status_code == 400
    assert not User.objects.exists()

    good = provider.go(client)
    assert client.get(good).status_code == 302
    client.post("/account/logout/")
    assert client.get(good).status_code == 400


def test_a_provider_that_is_down_or_is_another_one_leads_back(client, provider):
    away = provider.go(client)
    provider.down = True
    oidc._documents.clear()
    for answer in (client.get(away), client.get("/account/oidc/go/")):
        assert answer.status_code == 503
        assert "does not answer at the moment" in text_of(answer)
        assert "Sign in another way" in text_of(answer)
    provider.down, provider.calls_itself = False, "https://other.example.com"
    assert client.get("/account/oidc/go/").status_code == 503


def test_an_account_with_the_same_address_is_joined_only_by_its_owner(client, provider):
    anna = make_user()
    mail = {"email": "anna@example.com", "email_verified": True}
    there = come(client, provider, **mail)
    assert there.headers["Location"] == "/account/join/"
    assert not signed_in(client)
    assert "10000042" not in text_of(client.get("/account/join/"))
    assert client.post("/account/join/", {"choice": "join"}).status_code == 200
    assert not AccountLink.objects.exists()

    client.post(
        "/account/login/?next=/account/join/", {"login": anna.email, "password": PASSWORD, "next": "/account/join/"}
    )
    done = client.post("/account/join/", {"choice": "join"})

    assert done.headers["Location"] == "/account/"
    assert identity.links_of(anna) == (("billing", "10000042"),)
    assert Notice.objects.get(user=anna).kind == "account_changed"
    client.post("/account/logout/")
    come(client, provider, **mail)
    assert client.session["_auth_user_id"] == str(anna.pk)


def test_an_address_nobody_confirmed_joins_nothing_and_keeping_apart_works(client, provider):
    anna = make_user()
    come(client, provider, email="anna@example.com", email_verified=False)
    assert client.session["_auth_user_id"] != str(anna.pk)
    client.post("/account/logout/")
    come(client, provider, sub="u-2", email="anna@example.com", email_verified=True)

    done = client.post("/account/join/", {"choice": "own"})

    assert done.headers["Location"] == "/requests/"
    assert User.objects.filter(email="").count() == 2
    assert not anna.links.exists()
    gate = client.get("/account/app/")
    assert gate.status_code == 200  # came from the portal a moment ago
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    assert "Open this page again from your customer portal" in text_of(client.get("/account/app/"))


def test_who_is_signed_in_elsewhere_changes_over_and_staff_and_the_closed_do_not_come_in(client, provider):
    come(client, provider)
    first = client.session["_auth_user_id"]
    come(client, provider, sub="u-2", customer="10000043")
    assert client.session["_auth_user_id"] != first
    assert User.objects.count() == 2
    User.objects.update(is_active=False)
    client.logout()
    assert come(client, provider).headers["Location"] == "/account/inactive/"
    assert not signed_in(client)
    client.force_login(make_staff())
    for path in ("/account/oidc/", "/account/oidc/go/", "/account/oidc/done/", "/account/join/"):
        assert client.get(path).status_code == 403


def test_two_names_that_fold_to_the_same_are_two_accounts(client, provider):
    come(client, provider, sub="Abc", customer="1")
    client.logout()
    come(client, provider, sub="abc", customer="2")

    assert User.objects.count() == 2
    assert sorted(len(identity.links_of(user)) for user in User.objects.all()) == [1, 1]


def test_without_a_configuration_there_is_no_such_page(client, settings):
    make_controller()
    settings.DSR_OIDC = {}
    for path in ("/account/oidc/", "/account/oidc/go/", "/account/oidc/done/"):
        assert client.get(path).status_code == 404
