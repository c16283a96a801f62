"""Links and tokens of other people, other brands, other times; drafts and files found by a cookie or an id somebody guessed."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from dsr.cases import contacts, suppression
from dsr.demo.people import by_position
from dsr.models import Draft, OutsideLogin, Request, Suppression, Upload, User
from tests.factories import make_controller, make_request, make_user
from tests.portal.test_handover import _keys, hand_over, token  # noqa: F401 -- _keys sets the keys up
from tests.portal.test_impersonation_sessions import signed_in, stop_token
from tests.portal.test_new_people import branch
from tests.portal.test_sso import come, provider  # noqa: F401 -- a fixture
from tests.portal.walk import ACCESS, ME, REPLY, answer, text_of, walk
from tests.uploads.made import sent as file_sent

pytestmark = pytest.mark.django_db
MARIA = by_position(2)
HOSTS = {"north.example.com": "northwave", "south.example.com": "southwave"}


# --- drafts and files ---------------------------------------------------------------------------------------------------


def test_the_draft_cookie_of_another_person_shows_and_sends_nothing_of_hers(client):
    make_controller()
    signed_in(client)
    walk(client, "access", ME, ACCESS, REPLY)
    thief = Client()
    thief.cookies["draft"] = client.cookies["draft"].value
    signed_in(thief, "boris")

    assert "/new/what/" in thief.get("/new/", follow=True).redirect_chain[-1][0]
    key = Draft.objects.get(user__email="anna@example.com").content()["key"]
    assert thief.post("/new/check/", {"key": key, "website": ""}).headers["Location"] == "/new/what/"
    thief.post("/new/throw-away/")
    assert Draft.objects.filter(user__email="anna@example.com").exists()
    assert not Request.objects.exists()


def test_a_guessed_or_empty_draft_cookie_finds_nobodys_draft(client):
    make_controller()
    answer(client, "what", right="access")
    digest = Draft.objects.get().digest
    for guess in ("", "x", digest, str(Draft.objects.get().pk)):
        thief = Client()
        thief.cookies["draft"] = guess
        assert thief.get("/new/").headers["Location"] == "/new/what/"


def test_the_id_of_a_file_in_another_draft_neither_removes_nor_takes_it(client):
    make_controller()
    upload_page: dict[str, dict[str, Any]] = {
        "who": {"who": "child"},
        "child": {**dict(branch("child")["child"]), "shown": "upload"},
    }
    for browser in (client, thief := Client()):
        answer(browser, "what", right="access")
        answer(browser, "who", **upload_page["who"])
        answer(browser, "child", **upload_page["child"])
    where = "/new/authority/"
    field = re.search(
        r'type="file"[^>]*name="([^"]+)"|name="([^"]+)"[^>]*type="file"', client.get(where).content.decode()
    )
    assert field
    name = field.group(1) or field.group(2)
    client.post(where, {name: file_sent(b"court order", "order.txt")})
    hers = Upload.objects.get()

    thief.post(where, {f"{name}-remove": str(hers.pk)})
    thief.post(where, {name: str(hers.pk), f"{name}-kept": str(hers.pk)})

    hers.refresh_from_db()
    assert hers.deleted_at is None
    assert hers.draft != Draft.objects.order_by("-updated_at").exclude(pk=hers.draft_id).get()
    assert "order.txt" not in thief.get(where).content.decode()
    assert "order.txt" in client.get(where).content.decode()


# --- tokens of other people, other brands, other times ------------------------------------------------------------------


def test_a_hand_over_link_is_of_one_brand_of_two_minutes_and_of_one_use(client, settings):
    settings.DSR_HOSTS = {"testserver": "northwave", **HOSTS}
    make_controller("southwave")
    settings.DSR_HANDOVER = {**settings.DSR_HANDOVER, "southwave": settings.DSR_HANDOVER["northwave"]}
    made = token()
    elsewhere = Client()
    elsewhere.get("/handover/", {"t": made}, headers={"host": "south.example.com"})
    assert elsewhere.post("/handover/", headers={"host": "south.example.com"}).status_code == 410
    old = int(time.time()) - 200
    hand_over(client, token(iat=old, exp=old + 120))
    assert client.post("/handover/").status_code == 410

    hand_over(client, made)
    assert client.post("/handover/").status_code == 302
    thief = Client()
    hand_over(thief, made)
    assert thief.post("/handover/").status_code == 410
    assert User.objects.count() == 1


def test_a_customer_number_two_portal_accounts_claim_opens_no_request_of_the_other(client, provider):  # noqa: F811
    """An account of the portal is its subject, not its customer number: the second one begins with nothing."""
    come(client, provider)
    first = User.objects.get()
    asked = make_request(account=first)
    thief = Client()
    come(thief, provider, sub="u-2", customer="10000042")

    assert OutsideLogin.objects.count() == 2
    assert thief.session["_auth_user_id"] != str(first.pk)
    assert thief.get(f"/requests/{asked.reference}/").status_code == 404
    assert asked.reference not in text_of(thief.get("/requests/"))


def test_an_address_the_portal_did_not_verify_joins_no_account_and_names_none(client, provider):  # noqa: F811
    anna = make_user()
    asked = make_request(account=anna)
    for lie in ({"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}):
        come(client, provider, email=anna.email, **lie)
        assert client.session["_auth_user_id"] != str(anna.pk)
        assert client.get(f"/requests/{asked.reference}/").status_code == 404
        assert anna.email not in text_of(client.get("/account/"))
        client.post("/account/logout/")
    assert not anna.links.exists()


def test_a_stop_link_of_another_brand_stops_nothing_here(settings):
    settings.DSR_HOSTS = HOSTS
    make_controller("southwave")
    link = f"/stop/{stop_token()}/"

    for data in ({"List-Unsubscribe": "One-Click"}, {"everything": "on"}):
        assert Client().post(link, data, headers={"host": "south.example.com"}).status_code == 404
    assert not Suppression.objects.exists()
    assert Client().post(link, {"everything": "on"}, headers={"host": "north.example.com"}).status_code == 302
    assert Suppression.objects.get().controller.slug == "northwave"


def test_neither_the_stop_page_nor_a_link_says_whether_an_address_is_a_customers(demo_stores, drain):
    """I-06: typed or linked, before and after the stores were asked, a customer and a stranger read the same words."""
    said = []
    for address in (MARIA.email, "maria.nobody@example.com"):
        browser = Client()
        link = f"/stop/{stop_token(value=address)}/"
        seen = [text_of(browser.get(link))]
        browser.post("/marketing-stop/", {"reach": address, "everything": "on"})
        seen.append(text_of(browser.get("/marketing-stop/done/")))
        reference = Request.objects.order_by("-reference")[0].reference
        drain()
        seen += [
            text_of(browser.get("/marketing-stop/done/")),
            text_of(browser.get(f"/requests/{reference}/", follow=True)),
        ]
        seen.append(text_of(browser.get(link)))
        blank = re.compile(rf"{reference}|\S•+@\S+|\d\d:\d\d")
        said.append([blank.sub("…", one) for one in seen])

    assert said[0] == said[1]


def test_a_link_that_undoes_is_good_for_its_own_address_and_once(client, drain):
    """Whoever holds an old link cannot switch the marketing of somebody else on, nor hers a second time."""
    make_controller()
    for address in ("anna@example.com", "boris@example.com"):
        client.post("/marketing-stop/", {"reach": address, "everything": "on"})
    drain()
    [hers] = [m for m in mail.outbox if m.to == ["anna@example.com"]]
    link = re.search(r"/marketing-stop/undo/\S+", str(hers.body))
    assert link
    client.post(link[0])
    assert Suppression.objects.count() == 1
    client.post("/marketing-stop/", {"reach": "anna@example.com", "everything": "on"})
    client.post(link[0])
    token_of_stop = stop_token(value="boris@example.com")
    assert client.post(f"/marketing-stop/undo/{token_of_stop}/").status_code == 404

    still = contacts.contact(make_controller(), "email", "boris@example.com")
    assert suppression.entry(controller=make_controller(), contact=still) is not None
