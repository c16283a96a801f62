"""Signed in is not identified: links by a code to the contact on file, with and without an account (house.md)."""

from __future__ import annotations

import pytest
from django.core import mail

from dsr.cases import identity
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.law.rights import Right
from dsr.models import AccountLink, Request
from tests.factories import make_controller, make_request, make_user
from tests.portal.walk import ACCESS, ME, REPLY, file_access, newest_code, send, text_of, walk

CHILD = {
    "name": "Jan",
    "born_on_day": "3",
    "born_on_month": "2",
    "born_on_year": "2019",
    "relation": "Mother",
    "shown": "account",
}

pytestmark = pytest.mark.django_db
PERSON = by_position(2)
NUMBER = PERSON.customer_no


@pytest.fixture(autouse=True)
def _stores(demo_stores):
    make_controller()


def give_number(client, where, number=NUMBER):
    stores = client.get(where)
    assert stores.status_code == 200
    response = client.post(where, {"number": number})
    assert response.status_code == 302, text_of(response)
    return response.headers["Location"]


def test_I_02_linking_the_account_identifies_her_open_requests(client, drain):
    anna = make_user()
    request = make_request(account=anna)
    client.force_login(anna)
    assert "One step left" in text_of(client.get(f"/requests/{request.reference}/"))

    where = give_number(client, "/link/")
    drain()
    assert mail.outbox[-1].to == [PERSON.email]
    response = client.post(where, {"code": newest_code(PERSON.email)})

    assert response.headers["Location"] == "/requests/"
    request.refresh_from_db()
    assert (request.identity_level, request.cases.get().state) == (3, "assessing")
    assert "Identity confirmed" in text_of(client.get(f"/requests/{request.reference}/"))
    assert NUMBER in text_of(client.get("/link/"))


def test_I_02_a_request_from_a_linked_account_needs_no_further_proof(client):
    anna = make_user()
    identity.link(
        user=anna, store="billing", customer_number=NUMBER, contact=PERSON.email, method="code", now=anna.date_joined
    )
    client.force_login(anna)

    walk(client, "access", ME, ACCESS, REPLY)
    response = send(client)

    request = Request.objects.get()
    assert (request.identity_level, request.cases.get().state) == (3, "assessing")
    assert "One step left" not in text_of(client.get(response.headers["Location"]))


def test_a_request_for_somebody_else_is_not_identified_by_the_account_that_sends_it(client):
    """H-04: the account holder is not the data subject."""
    anna = make_user()
    identity.link(
        user=anna, store="billing", customer_number=NUMBER, contact=PERSON.email, method="code", now=anna.date_joined
    )
    client.force_login(anna)

    walk(client, "access", {"who": {"who": "child"}, "child": CHILD}, ACCESS, REPLY)
    send(client)

    request = Request.objects.get()
    assert (request.identity_level, request.cases.get().state) == (0, "received")
    assert "You need not do anything now" in text_of(client.get(f"/identity/{request.reference}/"))


def test_I_01_ours_and_not_ours_look_alike(client, drain):
    client.force_login(make_user())
    pages = []
    for number in (NUMBER, "99999999"):
        where = give_number(client, "/link/", number)
        drain()
        pages.append((where, text_of(client.get(where)), text_of(client.post(where, {"code": "00000000"}))))

    assert pages[0] == pages[1]
    assert "If this number is ours" in pages[0][1]
    assert [m.to for m in mail.outbox] == [[PERSON.email]]


def test_a_wrong_code_tells_how_many_tries_are_left_and_ends_after_five(client, drain):
    client.force_login(make_user())
    where = give_number(client, "/link/")
    drain()
    right = newest_code()

    said = [text_of(client.post(where, {"code": "00000000"})) for _ in range(5)]

    assert "Tries left: 4" in said[0]
    assert "not right five times" in said[-1]
    assert "not right five times" in text_of(client.post(where, {"code": right}))
    assert not AccountLink.objects.exists()


def test_more_than_six_codes_an_hour_are_refused_with_another_way(client):
    client.force_login(make_user())
    for _ in range(6):
        give_number(client, "/link/")

    page = text_of(client.post("/link/", {"number": NUMBER}))

    assert "six codes in the last hour" in page


def test_the_number_is_asked_for_in_words(client):
    client.force_login(make_user())

    assert "Enter your customer number" in text_of(client.post("/link/", {"number": " "}))


def test_with_several_stores_it_asks_which_contract(client, demo_stores):
    controller = make_controller()
    controller.customer_stores = ["billing", "radius"]
    controller.save()
    client.force_login(make_user())

    page = client.get("/link/").content.decode()
    failed = client.post("/link/", {"number": NUMBER})
    chosen = client.post("/link/", {"number": NUMBER, "store": "billing"})

    assert "Which contract is it?" in page
    assert "Select which contract it is" in text_of(failed)
    assert chosen.status_code == 302
    assert "Which contract is it?" not in client.get("/link/code/").content.decode()


def test_without_an_account_a_code_to_the_contact_on_file_is_the_first_of_two_signs_for_a_copy(client, drain):
    reference = file_access(client)
    where = give_number(client, f"/identity/{reference}/number/")
    drain()
    response = client.post(where, {"code": newest_code(PERSON.email)})

    assert response.headers["Location"] == f"/identity/{reference}/"
    page = text_of(client.get(response.headers["Location"]))
    assert "one more sign" in page
    request = Request.objects.get()
    assert (request.identity_level, request.cases.get().state) == (2, "received")


def test_I_07_without_an_account_a_code_is_enough_for_a_restriction(client, drain):
    walk(
        client,
        "restriction",
        ME,
        {"account": {"account": "no"}, "details": {"name": "Maria", "email": "maria@example.com"}},
        {"restriction": {"ground": "unlawful"}, "restriction-what": {"words": "Calls"}},
        REPLY,
    )
    reference = send(client).headers["Location"].strip("/").removeprefix("sent/")
    where = give_number(client, f"/identity/{reference}/number/")
    drain()
    client.post(where, {"code": newest_code(PERSON.email)})

    assert Request.objects.get().cases.get().state == "assessing"
    assert "We know that it is you" in text_of(client.get(f"/identity/{reference}/"))


def test_a_request_made_without_an_account_moves_into_the_account_that_is_signed_in_then(client, drain):
    reference = file_access(client)
    anna = make_user()
    where = client.get(f"/identity/{reference}/account/").headers["Location"]
    assert where == f"/account/login/?next=%2Fidentity%2F{reference}%2Faccount%2F"
    response = client.post(where, {"login": anna.email, "password": "correct horse battery"})
    assert response.headers["Location"] == f"/identity/{reference}/account/"
    client.post(f"/identity/{reference}/account/")

    assert Request.objects.get().account == anna
    client.post("/link/", {"number": NUMBER})
    drain()
    client.post("/link/code/", {"code": newest_code(PERSON.email)})
    assert Request.objects.get().cases.get().state == "assessing"


def test_an_account_cannot_take_over_a_request_it_did_not_prove(client):
    request = make_request(told=Told(name="Maria", contact_email="maria@example.com"))
    client.force_login(make_user("boris"))

    assert client.post(f"/identity/{request.reference}/account/").status_code == 404
    assert Request.objects.get().account is None


def test_a_request_that_has_an_account_stays_with_it(client, drain):
    anna, boris = make_user(), make_user("boris")
    request = make_request(account=anna)
    client.post("/requests/find/", {"reference": request.reference})
    drain()
    client.post("/requests/find/code/", {"code": newest_code("anna@example.com")})
    client.force_login(boris)

    client.post(f"/identity/{request.reference}/account/")

    request.refresh_from_db()
    assert request.account == anna


def test_I_06_a_marketing_stop_needs_no_proof(client):
    anna = make_user()
    request = make_request(account=anna, rights=(Right.MARKETING_OBJECTION,))
    client.force_login(anna)

    assert "One step left" not in text_of(client.get(f"/requests/{request.reference}/"))
    assert "We know that it is you" in text_of(client.get(f"/identity/{request.reference}/"))


def test_I_04_no_page_asks_for_a_copy_of_a_passport(client):
    reference = file_access(client)

    page = text_of(client.get(f"/identity/{reference}/"))

    assert "never need to send a copy of your passport" in page
    assert 'type="file"' not in client.get(f"/identity/{reference}/").content.decode()


def test_a_store_that_is_down_shows_no_difference(client, demo_stores, drain):
    (demo_stores / "billing.sqlite3").rename(demo_stores / "gone")
    client.force_login(make_user())

    where = give_number(client, "/link/")

    assert "If this number is ours" in text_of(client.get(where))
