"""The page "Show us it is you" and the pages behind it: ways without dead ends, in the browser of whoever asked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from dsr.cases import identity_codes
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.fulfil import eid as weighing
from dsr.law.rights import Right
from dsr.models import ContactSeen, IdentityCheck, Request
from dsr.work import jobs
from tests.factories import make_controller, make_request, make_user
from tests.portal.provider import CLIENT, SECRET, Provider
from tests.portal.walk import file_access, newest_code, text_of

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
NUMBER = PERSON.customer_no
ADDRESS = {"billing": ["customers.first_name customers.last_name", "addresses.street", "addresses.town"]}


@pytest.fixture(autouse=True)
def _stores(demo_stores, settings, tmp_path):
    settings.DSR_PRINT_DIR, settings.DSR_PRINT_ADDRESS = str(tmp_path / "post"), ADDRESS
    make_controller()


@pytest.fixture
def mine(client):
    """A request for a deletion and a copy in her account; the number was typed in the form."""
    anna = make_user()
    told = Told(name="Anna Example", contact_email="anna@example.com", identifiers=(("customer_number", NUMBER),))
    made = make_request(account=anna, rights=(Right.ACCESS, Right.ERASURE), told=told, at=timezone.now())
    client.force_login(anna)
    return made


def test_every_way_is_named_with_its_own_page_and_none_shows_where_a_code_would_go(client):
    reference = file_access(client)
    page = client.get(f"/identity/{reference}/")

    words = text_of(page)
    for title in ("With an account", "With a code, without", "With a code by letter", "With a call", "In a shop"):
        assert title in words
    assert "electronic identity" not in words  # none is configured
    assert "This is the first of two signs" in words
    assert "•••" not in words
    links = set(re.findall(rf'href="(/identity/{reference}/\w+/)"', page.content.decode()))
    assert len(links) == 5
    for link in links - {f"/identity/{reference}/account/"}:
        assert client.get(link).status_code == 200, link
    assert reference in text_of(client.get(f"/identity/{reference}/shop/"))
    assert client.get(f"/identity/{reference}/number/").content.count(b"checked") == 0


def test_what_was_typed_is_not_asked_twice_and_what_is_proved_goes_on(client, mine, drain):
    """WCAG 3.3.7, I-01."""
    assert f'value="{NUMBER}"' in client.get("/link/").content.decode()
    assert f'value="{NUMBER}"' in client.get(f"/identity/{mine.reference}/letter/").content.decode()
    client.logout()
    client.post("/requests/find/", {"reference": mine.reference})
    drain()
    client.post("/requests/find/code/", {"code": newest_code("anna@example.com")})
    assert "We send a letter" in text_of(client.get(f"/identity/{mine.reference}/"))


def test_after_five_wrong_codes_the_other_ways_stand_on_the_page_and_codes_work_an_hour_later(client, drain):
    reference = file_access(client)
    code = f"/identity/{reference}/code/"
    client.post(f"/identity/{reference}/number/", {"number": NUMBER})
    drain()
    said = [text_of(client.post(code, {"code": "00000000"})) for _ in range(5)]

    assert "Tries left: 1" in said[3]
    assert "These ways work now" in said[4]
    assert "With a call" in said[4]
    assert "Codes work again at" in text_of(client.get(f"/identity/{reference}/"))
    refused = client.post(f"/identity/{reference}/number/", {"number": NUMBER})
    assert "all other ways work now" in text_of(refused)
    drain()
    assert "Five wrong codes" in next(m.subject for m in mail.outbox if m.to == [PERSON.email] and "wrong" in m.subject)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        reference = Request.objects.get().reference
        again = client.post("/requests/find/", {"reference": reference})
        drain()
        client.post(again.headers["Location"], {"code": newest_code("maria@example.com")})
        assert client.post(f"/identity/{reference}/number/", {"number": NUMBER}).status_code == 302
        drain()
        right = client.post(code, {"code": newest_code(PERSON.email)})
    assert right.headers["Location"] == f"/identity/{reference}/"


def test_I_07_a_contact_that_changed_lately_is_one_sign_and_the_page_says_why(client, mine, drain):
    identity_codes.start_link(user=mine.account, store="billing", customer_number=NUMBER, now=timezone.now())
    drain()
    ContactSeen.objects.update(first_seen_at=timezone.now() - timedelta(days=200))
    row = ContactSeen.objects.get()
    # The address that stood there before was another one; today's is two days old.
    ContactSeen.objects.create(
        controller=row.controller,
        store=row.store,
        kind=row.kind,
        number_token=row.number_token,
        contact_token="k1.another",
        first_seen_at=timezone.now() - timedelta(days=300),
        last_seen_at=timezone.now(),
    )
    ContactSeen.objects.filter(pk=row.pk).update(first_seen_at=timezone.now() - timedelta(days=2))
    client.post("/link/", {"number": NUMBER})
    drain()
    client.post("/link/code/", {"code": newest_code(PERSON.email)})

    page = text_of(client.get(f"/identity/{mine.reference}/"))
    assert "changed less than 30 days ago" in page
    assert "With a code by letter" in page
    assert "Link your customer number" not in page
    assert set(mine.cases.values_list("state", flat=True)) == {"received"}


def test_a_letter_is_asked_for_printed_and_its_code_opens_the_same_page_on_another_device(client, drain, tmp_path):
    from django.test import Client

    from tests.output.reading import text_of as text_of_pdf

    reference = file_access(client)
    sent = client.post(f"/identity/{reference}/letter/", {"number": NUMBER})
    assert "a letter is on its way" in text_of(client.get(sent.headers["Location"]))
    drain()
    [pdf] = (tmp_path / "post").glob("*.pdf")
    digits = re.search(r"\d{4} \d{4} \d{4}", text_of_pdf(pdf.read_bytes()))
    assert digits
    phone = Client()
    opened = phone.post("/requests/letter/", {"reference": reference.lower(), "code": digits.group()})

    assert opened.headers["Location"] == f"/identity/{reference}/"
    assert "We know that it is you" in text_of(phone.get(opened.headers["Location"]))
    assert Request.objects.get().cases.get().state == "assessing"
    drain()
    assert any("Somebody showed us" in message.subject for message in mail.outbox if message.to == [PERSON.email])


def test_a_call_is_asked_for_without_a_number_and_stands_on_the_page(client):
    reference = file_access(client)
    call = f"/identity/{reference}/call/"
    assert "Select when we can call you" in text_of(client.post(call, {}))
    client.post(call, {"time": "morning"})
    client.post(call, {"time": "evening"})

    check = IdentityCheck.objects.get()
    assert (check.kind, check.detail, check.closed_at) == ("callback", "evening", None)
    assert "You asked for a call" in text_of(client.get(f"/identity/{reference}/"))


@pytest.fixture
def provider(settings):
    """A gateway of electronic identities on loopback."""
    with Provider(claims={"sub": "e-1", "name": PERSON.name, "birthdate": "1980-01-02"}) as found:
        row = {"issuer": found.issuer, "client_id": CLIENT, "client_secret": SECRET, "store": "billing"}
        settings.DSR_EID = {"northwave": {**row, "label": "eID", "claims": {"customer_number": "customer"}}}
        yield found


def come_back(client, provider, reference):
    class ByForm:
        def get(self, path):
            return client.post(path)

    return client.get(provider.go(ByForm(), f"/identity/{reference}/eid/"))


def test_I_03_I_04_a_name_and_a_birthday_are_compared_by_a_person_and_gone_afterwards(client, provider):
    reference = file_access(client)
    come_back(client, provider, reference)
    check = IdentityCheck.objects.get()
    assert check.content() == {"name": PERSON.name, "birth_date": "1980-01-02"}
    assert not weighing.weigh(check.pk, store="billing", now=timezone.now())
    assert "We compare what the electronic identity told us" in text_of(client.get(f"/identity/{reference}/"))
    assert Request.objects.get().cases.get().state == "received"


def test_an_identifier_that_the_store_holds_too_settles_it(client, provider, drain):
    reference = file_access(client)
    provider.claims["customer"] = NUMBER
    come_back(client, provider, reference)
    jobs.weigh_claims(str(IdentityCheck.objects.get().pk), "billing")

    check = IdentityCheck.objects.get()
    assert (check.outcome, bytes(check.sealed), check.wrapped_key) == ("confirmed", b"", "")
    request = Request.objects.get()
    assert (request.identity_method, request.identity_level) == ("eid", 3)
    assert "We know that it is you" in text_of(client.get(f"/identity/{reference}/"))


def test_a_gateway_that_is_down_and_an_answer_that_nobody_asked_for_prove_nothing(client, provider):
    reference = file_access(client)
    provider.lies = {"nonce": "another"}
    come_back(client, provider, reference)
    assert "did not confirm who you are" in text_of(client.get(f"/identity/{reference}/"))
    assert client.get("/identity-back/?code=good&state=x").headers["Location"] == "/requests/find/"
    assert not IdentityCheck.objects.exists()
