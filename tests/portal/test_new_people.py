"""Asking for somebody else (ux.md 1.4 "Who", rules 3.9): every branch from the question to what the desk is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import identity, proofs
from dsr.demo.people import by_position
from dsr.law.persons import Behalf
from dsr.models import Request
from portal.questions import BY_NAME
from tests.factories import make_controller, make_user
from tests.portal.walk import ACCESS, REPLY, answer, send, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.django_db

PERSON = by_position(2)
ERASE = {"delete": {"delete": "everything"}, "copy": {"copy_first": "no"}}
SENDER = {"sender": {"name": "Lena Lawyer", "email": "lena@example.net"}}


def day(name: str, day: int, month: int, year: int) -> dict[str, str]:
    return {f"{name}_day": str(day), f"{name}_month": str(month), f"{name}_year": str(year)}


CHILD = {"name": "Jan Kowalski", "relation": "Mother", "shown": "account", **day("born_on", 3, 2, 2010)}
REPRESENTED = {
    "name": "Jan Kowalski",
    "contact": "jan@example.com",
    "customer_number": "10002345",
    "organisation": "Example Law",
    "covers": ["access"],
    "shown": "post",
}
DECEASED = {
    "name": "Jan Kowalski",
    "relation": "heir",
    "address": "Beispielweg 3",
    "shown": "post",
    **day("died_on", 3, 2, 2025),
}
OTHER_USER = {"name": "Jan Kowalski", "email": "jan@example.com"}
BRANCHES: Mapping[str, Mapping[str, object]] = {
    "child": CHILD,
    "represented": REPRESENTED,
    "deceased": DECEASED,
    "other_user": OTHER_USER,
}


def behalf_of(request: Request) -> Behalf:
    behalf = Behalf.of(request.content()["scope"])
    assert behalf is not None
    return behalf


def branch(who: str) -> Mapping[str, Mapping[str, object]]:
    return {"who": {"who": who}, who.replace("_", "-"): BRANCHES[who]}


@pytest.fixture(autouse=True)
def _controller():
    make_controller()


@pytest.fixture
def linked():
    """An account that has proved its own contract."""
    anna = make_user()
    identity.link(
        user=anna,
        store="billing",
        customer_number=PERSON.customer_no,
        contact=PERSON.email,
        method="code",
        now=timezone.now(),
    )
    return anna


@pytest.mark.usefixtures("demo_stores")
@pytest.mark.parametrize("who", BRANCHES)
def test_the_senders_own_proof_never_identifies_a_request_for_somebody_else(client, linked, who):
    """H-04, H-09, house.md "Signed in is not identified": whoever is represented, the sender's contract is not hers."""
    client.force_login(linked)

    walk(client, "access", branch(who), ACCESS, REPLY)
    send(client)

    request = Request.objects.get()
    now = timezone.now()
    assert behalf_of(request).who == who
    assert not proofs.identify_by_links(request=request, user=linked, now=now)
    if who == "other_user":
        assert request.account is None
        assert proofs.adopt(request=request, user=linked, now=now)
    identity.link(
        user=linked,
        store="billing",
        customer_number=PERSON.customer_no,
        contact=PERSON.email,
        method="code",
        now=now,
    )
    request.refresh_from_db()
    assert request.identity_level == 0
    assert proofs.proven_numbers(request) == ()


def test_H_01_a_child_old_enough_is_asked_too(client):
    client.force_login(make_user())
    walk(client, "access", branch("child"), ACCESS, REPLY)

    page = text_of(client.get("/new/check/"))
    assert "We will also ask Jan." in page
    assert "3 February 2010" in page
    sent = text_of(client.get(send(client).headers["Location"]))
    assert "We check that you may ask for this person" in sent
    assert "You show us that it is you" not in sent

    assert Behalf.of(Request.objects.get().content()["scope"]) == Behalf(
        who="child", name="Jan Kowalski", relation="Mother", born_on="2010-02-03", shown="account", ask=True
    )


def test_H_04_who_acts_for_somebody_need_not_be_a_customer_and_hears_where_the_answer_goes(client, drain):
    met = walk(client, "access", branch("represented"), SENDER, ACCESS, REPLY)
    assert {"account", "details", "email"}.isdisjoint(met)
    assert "We send the answer to Jan Kowalski, unless" in text_of(client.get("/new/check/"))

    page = text_of(client.get(send(client).headers["Location"]))
    drain()

    assert "We send the answer to Jan Kowalski, unless" in page
    assert "Send us a copy, with the reference on it" in page
    assert "show us it is you" not in page
    content = Request.objects.get().content()
    assert (content["name"], content["contact_email"]) == ("Lena Lawyer", "lena@example.net")
    # We search by the person represented, never by the lawyer.
    assert content["identifiers"] == [["email", "jan@example.com"], ["customer_number", "10002345"]]
    assert [message.to for message in mail.outbox] == [["lena@example.net"]]


def test_H_04_what_the_authority_does_not_cover_is_said_and_can_still_be_sent(client):
    walk(client, "erasure", branch("represented"), SENDER, ERASE, REPLY)

    assert "You did not say that the authority covers this" in text_of(client.get("/new/check/"))
    assert send(client).headers["Location"].startswith("/sent/")


def test_H_08_where_the_law_lets_heirs_ask_they_ask_and_nobody_else(client):
    """Germany: the heirs, for a copy; not the family, not for portability (BGH III ZR 183/17)."""
    walk(client, "access", branch("deceased"), SENDER, ACCESS, REPLY)
    send(client)
    behalf = behalf_of(Request.objects.get())
    assert (behalf.who, behalf.relation, behalf.died_on) == ("deceased", "heir", "2025-02-03")

    answer(client, "what", right="access")
    answer(client, "who", who="deceased")
    refused = client.post("/new/deceased/", {**DECEASED, "relation": "family"})
    assert "Select what you are to that person" in text_of(refused)
    future = client.post("/new/deceased/", {**DECEASED, **day("died_on", 3, 2, 2999)})
    assert "That day is still to come" in text_of(future)

    assert answer(client, "what", right="portability") == "/new/died/"
    answer(client, "who", who="me")
    answer(client, "what", right="portability")
    assert answer(client, "who", who="deceased") == "/new/died/"
    page = text_of(client.get("/new/died/"))
    assert "the law lets you ask for this" in page
    assert "privacy@northwave.example.com" in page


def test_H_06_where_no_law_gives_a_right_after_death_a_page_says_so_and_names_people(client):
    controller = make_controller()
    controller.country = "AT"
    controller.save()
    answer(client, "what", right="access")

    page = client.get("/new/who/")
    assert "Someone who died" not in text_of(page)
    assert 'href="/new/died/"' in page.content.decode()
    assert "gives nobody a right" in text_of(client.get("/new/died/"))
    assert client.post("/new/who/", {"who": "deceased"}).status_code == 422


def test_H_09_the_other_user_of_the_line_gets_the_reply_and_the_sender_sees_only_that_it_arrived(client, drain):
    met = walk(client, "access", branch("other_user"), SENDER, ACCESS)
    assert "contact" not in met
    assert "We reply to Jan Kowalski, not to you." in text_of(client.get("/new/check/"))

    response = send(client)
    drain()

    assert response.headers["Location"] == "/new/arrived/"
    request = Request.objects.get()
    page = text_of(client.get("/new/arrived/"))
    assert request.reference in page
    for path in (f"/sent/{request.reference}/", f"/requests/{request.reference}/"):
        assert client.get(path).headers["Location"].startswith("/requests/find/")
    content = request.content()
    assert (content["name"], content["contact_email"]) == ("Jan Kowalski", "jan@example.com")
    assert content["identifiers"] == [["email", "jan@example.com"]]
    behalf = behalf_of(request)
    assert (behalf.sender, behalf.sender_contact) == ("Lena Lawyer", "lena@example.net")
    assert [message.to for message in mail.outbox] == [["jan@example.com"]]
    # A second click and a resend lead to the same page.
    assert client.get("/new/check/").status_code == 302
    assert Request.objects.count() == 1


def test_H_09_nothing_of_it_shows_among_the_senders_requests(client):
    client.force_login(make_user())
    walk(client, "access", branch("other_user"), ACCESS)
    send(client)

    assert Request.objects.get().reference not in text_of(client.get("/requests/"))


@pytest.mark.parametrize(
    ("step", "data", "error"),
    [
        ("child", {**CHILD, **day("born_on", 3, 2, 1980)}, "This person is an adult"),
        ("child", {**CHILD, **day("born_on", 31, 2, 2015)}, "Enter a real date"),
        ("child", {**CHILD, **day("born_on", 1, 1, 2999)}, "That day is still to come"),
        ("represented", {**REPRESENTED, "covers": []}, "Select what the authority covers"),
        ("other-user", {"name": "Jan"}, "Enter the e-mail address or the postal address of that person"),
        ("sender", {"name": "Lena", "email": "lena"}, "E-mail address must have an @ sign"),
        ("details", {"name": "M", "phone": "1", "ip": "nonsense"}, "Enter an IP address, like 192.0.2.44"),
        ("details", {"name": "M", "phone": "1", "ip": "192.0.2.44"}, "Enter the date and time"),
    ],
)
def test_errors_of_these_pages_say_what_to_do(step, data, error):
    form = BY_NAME[step].form(data, controller=make_controller(), user=None)

    assert any(str(text).startswith(error) for errors in form.errors.values() for text in errors), form.errors


def test_one_connection_is_searched_by_its_address_and_time(client):
    details = {"name": "Maria", "phone": "07700 900123", "ip": "192.0.2.44", "ip_at": "3 March 2026, 20:15"}
    walk(
        client,
        "access",
        {"who": {"who": "me"}, "account": {"account": "no"}, "details": details},
        ACCESS,
        REPLY,
        {"email": {"email": "maria@example.com"}},
    )
    send(client)

    scope = Request.objects.get().content()["scope"]
    assert (scope["ip"], scope["ip_at"]) == ("192.0.2.44", "3 March 2026, 20:15")
