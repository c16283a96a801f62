"""Ways to be taken for somebody else: a name, a number, an old mailbox, the same front door, a mandate nobody gave.

Maria (a customer) has the contract; whoever tries is Mallory, a namesake, a member of her household, an old partner, an agent. What
is tried with codes, cookies, tokens and addresses of pages is in the three files test_impersonation_*.py. More of the same, beside the page it is
about: test_access.py (every address of a request), test_sso.py and test_handover.py (lying tokens), test_follow.py.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core import mail
from django.utils import timezone

from dsr.cases import contacts_seen, identity, proofs
from dsr.cases.intake import Told
from dsr.demo.people import by_position
from dsr.law.rights import IdentityLevel, Right
from dsr.models import AccountLink, Event, Request
from tests.factories import MONDAY, make_controller, make_request, make_user
from tests.output.reading import text_of as text_of_pdf
from tests.portal.test_new_people import CHILD, ERASE, REPRESENTED, SENDER, branch, day
from tests.portal.test_package import handed_over
from tests.portal.walk import ACCESS, ME, REPLY, answer, newest_code, send, text_of, walk

if TYPE_CHECKING:
    from django.test import Client

    from dsr.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_stores")]
MARIA, NAMESAKE = by_position(2), by_position(6)
MOTHER, SON = by_position(16), by_position(17)
LETTERS = {"billing": ["customers.first_name customers.last_name", "addresses.street", "addresses.town"]}
MALLORY = "mallory@example.net"


@pytest.fixture(autouse=True)
def _post(settings, tmp_path):
    settings.DSR_PRINT_DIR, settings.DSR_PRINT_ADDRESS = str(tmp_path / "post"), LETTERS
    make_controller()


def proved(user: User, number: str, *, contact: str = "", **more: Any) -> AccountLink:
    now = timezone.now()
    return identity.link(
        user=user, store="billing", customer_number=number, contact=contact, method="code", now=now, **more
    )


def ask_as(client: Client, name: str, email: str, number: str = "") -> Request:
    """A copy of everything, without an account, under any name."""
    details = {"name": name, "email": email, "customer_number": number}
    walk(client, "access", ME, {"account": {"account": "no"}, "details": details}, ACCESS, REPLY)
    reference = str(send(client).headers["Location"]).strip("/").removeprefix("sent/")
    return Request.objects.get(reference=reference)


def mails_to(address: str) -> list[str]:
    return [f"{m.subject}\n{m.body}" for m in mail.outbox if address in m.to]


def events(request: Request, action: str) -> int:
    return Event.objects.filter(case__request=request, action=action).count()


def test_a_strangers_own_mailbox_under_her_name_and_number_opens_nothing_of_hers_and_she_hears_of_it(client, drain):
    """I-01, I-07: what was typed leads nowhere; the code goes to the contract, five guesses are told to her."""
    asked = ask_as(client, MARIA.name, MALLORY, MARIA.customer_no)
    assert client.post(f"/identity/{asked.reference}/number/", {"number": MARIA.customer_no}).status_code == 302
    drain()
    assert not re.search(r"\d{4} \d{4}\b", "".join(mails_to(MALLORY)))
    for guess in range(5):
        client.post(f"/identity/{asked.reference}/code/", {"code": f"{guess:08d}"})
    drain()

    asked.refresh_from_db()
    assert (asked.identity_level, asked.cases.get().state) == (IdentityLevel.NONE, "received")
    assert proofs.proven_numbers(asked) == ()
    assert events(asked, "identity_failed") == 5
    assert "Five wrong codes" in mails_to(MARIA.email)[-1]
    assert client.get(f"/requests/{asked.reference}/package/").status_code == 404


def test_a_namesake_is_led_to_her_own_contract_whatever_number_she_types(client):
    """Three customers are called the same; the proved number decides, never the name."""
    user = make_user("other-maria")
    proved(user, NAMESAKE.customer_no, contact=NAMESAKE.email)
    told = Told(name=MARIA.name, contact_email="x@example.com", identifiers=(("customer_number", MARIA.customer_no),))
    asked = make_request(account=user, told=told)
    proofs.identify_by_links(request=asked, user=user, now=MONDAY)
    client.force_login(user)

    assert NAMESAKE.name == MARIA.name
    assert proofs.proven_numbers(asked) == (("billing", NAMESAKE.customer_no),)
    answer(client, "what", right="rectification")
    answer(client, "who", who="me")
    page = text_of(client.get("/new/correct/"))
    assert (MARIA.customer_no in page, MARIA.email in page) == (False, False)


def test_somebody_at_the_same_address_proves_himself_and_her_letter_names_her(client, drain, tmp_path):
    """H-09: one front door, two contracts; the letter is hers by name, and her own mailbox hears that it was used."""
    assert (MOTHER.address, MOTHER.customer_no != SON.customer_no) == (SON.address, True)
    asked = ask_as(client, SON.name, "son@example.net")
    client.post(f"/identity/{asked.reference}/letter/", {"number": MOTHER.customer_no})
    drain()
    [letter] = (tmp_path / "post").glob("*.pdf")
    words = text_of_pdf(letter.read_bytes())
    assert MOTHER.name in words
    assert SON.name not in words

    digits = re.search(r"\d{4} \d{4} \d{4}", words)
    assert digits
    client.post("/requests/letter/", {"reference": asked.reference, "code": digits.group()})
    drain()
    # Whoever opens other people's mail gets this far: a criminal act, which she hears of at once.
    assert any("Somebody showed us" in words for words in mails_to(MOTHER.email))
    assert asked.subject.content()["identifiers"][0]["value"] == MOTHER.customer_no


def test_somebody_at_the_same_address_gets_his_own_data_only(client):
    son = make_user("son")
    proved(son, SON.customer_no)
    mother = make_user("mother")
    hers = make_request(account=mother, told=Told(name=MOTHER.name, contact_email="mother@example.com"))
    client.force_login(son)

    assert client.get(f"/requests/{hers.reference}/").status_code == 404
    assert client.post(f"/identity/{hers.reference}/account/").status_code == 404
    assert proofs.adopt(request=hers, user=son, now=MONDAY) is False


def test_an_old_partner_with_the_number_of_her_old_contact_gets_no_code_for_what_was_found(client, drain, demo_stores):
    """The account was linked when the contract's mailbox was his; today's contact is asked from the store (I-02)."""
    partner = make_user("partner")
    proved(partner, MARIA.customer_no, contact="partner@example.net")
    case = handed_over(partner)
    client.force_login(partner)

    client.post(f"/requests/{case.request.reference}/package/code/")
    drain()

    assert mails_to("partner@example.net") == []
    assert len(mails_to(MARIA.email)) == 1
    assert client.get(f"/requests/{case.request.reference}/package/download/").status_code == 302
    assert events(case.request, "downloaded") == 0


def test_an_old_partner_who_types_his_phone_into_the_form_is_called_on_the_number_of_the_contract(client):
    asked = ask_as(client, MARIA.name, MALLORY)
    page = client.get(f"/identity/{asked.reference}/call/").content.decode()

    assert 'type="tel"' not in page
    client.post(f"/identity/{asked.reference}/call/", {"time": "morning", "phone": "+447700900199"})
    check = asked.checks.get()
    assert (check.kind, check.content()) == ("callback", {})


def test_a_contact_changed_in_billing_yesterday_proves_the_thief_and_is_not_enough(client, drain, demo_stores):
    """I-07, ux.md 1.6: a takeover starts with the contact; erasure and a copy wait for a sign that does not rest on it."""
    controller, now = make_controller(), timezone.now()
    seen: dict[str, Any] = {
        "controller": controller,
        "store": "billing",
        "customer_number": MARIA.customer_no,
        "kind": "email",
    }
    contacts_seen.note(**seen, contact=MARIA.email, now=now - timedelta(days=200))
    with sqlite3.connect(demo_stores / "billing.sqlite3") as billing:
        columns = {row[1] for row in billing.execute("PRAGMA table_info(customers)")}
        column = next(name for name in ("email", "mail", "e_mail") if name in columns)
        billing.execute(f"UPDATE customers SET {column} = ? WHERE {column} = ?", (MALLORY, MARIA.email))
    thief = make_user("mallory")
    asked = make_request(account=thief, rights=(Right.ERASURE, Right.ACCESS, Right.RECTIFICATION))
    client.force_login(thief)
    client.post("/link/", {"number": MARIA.customer_no})
    drain()
    client.post("/link/code/", {"code": newest_code(MALLORY)})

    asked.refresh_from_db()
    assert asked.contact_is_new
    assert set(asked.cases.values_list("state", flat=True)) == {"received"}
    assert not proofs.covered_by(request=asked, user=thief)
    assert events(asked, "identity_partly") == 3


def test_an_agent_without_authority_proves_himself_and_that_says_nothing_about_whom_he_names(client, drain):
    """H-04, decision 072: the sender's own contract closes nothing of another person's request."""
    walk(client, "access", branch("represented"), SENDER, ACCESS, REPLY)
    send(client)
    asked = Request.objects.get()
    here = f"/identity/{asked.reference}/"
    agent = make_user("agent")
    proved(agent, NAMESAKE.customer_no, contact=NAMESAKE.email)

    client.post(f"{here}number/", {"number": NAMESAKE.customer_no})
    drain()
    client.post(f"{here}code/", {"code": "00000000"})
    client.post(f"{here}letter/", {"number": NAMESAKE.customer_no})
    client.force_login(agent)
    client.post(f"{here}account/")

    asked.refresh_from_db()
    assert (asked.identity_level, asked.cases.get().state) == (IdentityLevel.NONE, "received")
    assert proofs.proven_numbers(asked) == ()
    assert "You need not do anything now" in text_of(client.get(here))
    for page in ("number", "code", "letter", "letter/sent", "call", "shop"):
        assert client.get(f"{here}{page}/").headers["Location"] == here
    assert client.post(f"{here}eid/").headers["Location"] == here
    assert mails_to(NAMESAKE.email) == []


def test_an_agent_cannot_take_a_mandate_that_covers_other_rights_for_this_one_unnoticed(client):
    walk(client, "erasure", branch("represented"), SENDER, ERASE, REPLY)
    assert "You did not say that the authority covers this" in text_of(client.get("/new/check/"))
    send(client)

    assert REPRESENTED["covers"] == ["access"]
    assert Request.objects.get().content()["scope"]["for"]["covers"] == ["access"]
    assert Request.objects.get().identity_level == IdentityLevel.NONE


def test_a_representatives_own_account_does_not_become_that_of_the_represented(client, drain):
    lawyer = make_user("lena")
    client.force_login(lawyer)
    walk(client, "access", branch("represented"), ACCESS, REPLY)
    send(client)
    asked = Request.objects.get()

    client.post("/link/", {"number": NAMESAKE.customer_no})
    drain()
    client.post("/link/code/", {"code": newest_code(NAMESAKE.email)})

    asked.refresh_from_db()
    assert lawyer.links.exists()
    assert (asked.identity_level, proofs.proven_numbers(asked)) == (IdentityLevel.NONE, ())
    assert not proofs.covered_by(request=asked, user=lawyer)


def test_a_parent_cannot_ask_for_a_grown_up_child_nor_answer_the_page_of_another_branch(client):
    """H-01: an adult asks herself or gives a written authority; changing the first answer does not skip the question."""
    answer(client, "what", right="access")
    answer(client, "who", who="child")
    refused = client.post("/new/child/", {**CHILD, **day("born_on", 3, 2, 1990)})
    assert "This person is an adult" in text_of(refused)

    assert client.get("/new/check/").headers["Location"] == "/new/child/"
    assert client.post("/new/check/", {"key": "x", "website": ""}).status_code in {302, 422}
    assert not Request.objects.exists()
