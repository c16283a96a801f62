"""Codes of mails, text messages and letters in the hands of somebody else: forwarded, replayed, guessed, one by one and at once."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from dsr.cases import codes, identity, identity_codes
from dsr.law.rights import IdentityLevel
from dsr.models import OneTimeCode, Request
from tests.factories import make_controller, make_request, make_user
from tests.output.reading import text_of as text_of_pdf
from tests.portal.test_impersonation import MALLORY, MARIA, NAMESAKE, ask_as, events, mails_to
from tests.portal.test_package import handed_over
from tests.portal.walk import file_access, newest_code, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_stores")]
LETTERS = {"billing": ["customers.first_name customers.last_name", "addresses.street", "addresses.town"]}


@pytest.fixture(autouse=True)
def _post(settings, tmp_path):
    settings.DSR_PRINT_DIR, settings.DSR_PRINT_ADDRESS = str(tmp_path / "post"), LETTERS
    make_controller()


def test_a_forwarded_mail_opens_nothing_in_the_browser_of_whoever_got_it(client, drain):
    """A-16: mails carry the reference; the code in one counts in the session that asked for it."""
    reference = file_access(client)
    drain()
    [link] = set(re.findall(r"http://testserver(/\S*)", mails_to("maria@example.com")[0])) & {f"/requests/{reference}/"}
    forwarded = Client()
    assert forwarded.get(link).headers["Location"] == f"/requests/find/?reference={reference}"

    client.post("/requests/find/", {"reference": reference})
    drain()
    code = newest_code("maria@example.com")
    forwarded.post("/requests/find/", {"reference": reference})
    assert "did not work" in text_of(forwarded.post("/requests/find/code/", {"code": code}))
    assert forwarded.get(link).status_code == 302


def test_a_code_asked_for_in_one_browser_is_of_no_use_in_another_and_costs_her_no_try(client, drain):
    reference = file_access(client)
    client.post(f"/identity/{reference}/number/", {"number": MARIA.customer_no})
    drain()
    right = newest_code(MARIA.email)
    second = Client()
    second.post("/requests/find/", {"reference": reference})
    drain()
    second.post("/requests/find/code/", {"code": newest_code("maria@example.com")})

    assert second.post(f"/identity/{reference}/code/", {"code": right}).status_code == 200
    assert Request.objects.get().identity_level == IdentityLevel.NONE
    assert client.post(f"/identity/{reference}/code/", {"code": right}).status_code == 302


def test_a_code_that_was_used_is_used_up_also_in_her_own_session(client, drain):
    user = make_user()
    client.force_login(user)
    client.post("/link/", {"number": MARIA.customer_no})
    drain()
    code = newest_code(MARIA.email)
    client.post("/link/code/", {"code": code})
    identity.unlink(user=user, link_id=user.links.get().pk, now=timezone.now())

    again = text_of(client.post("/link/code/", {"code": code}))

    assert "This code does not work" in again
    assert identity.links_of(user) == ()


def test_a_code_of_one_purpose_opens_no_other(client, drain):
    """The code that lets her follow her request is not the one that proves the contract or opens the answer."""
    user = make_user()
    case = handed_over(user)
    reference = case.request.reference
    client.post("/requests/find/", {"reference": reference})
    drain()
    code = newest_code("anna@example.com")
    client.post("/requests/find/code/", {"code": code})
    client.post(f"/requests/{reference}/package/code/")
    client.post(f"/requests/{reference}/package/code/", {"code": code})
    client.post(f"/identity/{reference}/code/", {"code": code})

    assert client.get(f"/requests/{reference}/package/download/").status_code == 302
    assert events(case.request, "downloaded") == 0


def test_a_code_by_letter_typed_for_another_reference_proves_nothing_and_costs_no_try(client, drain, tmp_path):
    hers = ask_as(client, MARIA.name, "maria@example.com")
    client.post(f"/identity/{hers.reference}/letter/", {"number": MARIA.customer_no})
    drain()
    [letter] = (tmp_path / "post").glob("*.pdf")
    digits = re.search(r"\d{4} \d{4} \d{4}", text_of_pdf(letter.read_bytes()))
    assert digits
    thief = Client()
    other = ask_as(thief, MARIA.name, MALLORY)
    thief.post(f"/identity/{other.reference}/letter/", {"number": NAMESAKE.customer_no})
    drain()

    wrong = thief.post("/requests/letter/", {"reference": other.reference, "code": digits.group()})
    unknown = thief.post("/requests/letter/", {"reference": "DSR-2026-999999", "code": digits.group()})

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert "Compare reference and code" in text_of(wrong)
    assert set(OneTimeCode.objects.filter(purpose="prove").values_list("attempts_left", flat=True)) == {codes.TRIES}
    other.refresh_from_db()
    assert other.identity_level == IdentityLevel.NONE


def test_guessed_references_look_alike_one_by_one_and_end_at_the_limit(client):
    """References are running numbers: knowing the next one must be worth nothing."""
    mine = file_access(client)
    head, _, last = mine.rpartition("-")
    thief = Client()
    make_request()
    said = []
    for step in range(-1, 5):
        reference = f"{head}-{int(last) + step:0{len(last)}d}"
        thief.post("/requests/find/", {"reference": reference})
        said.append(text_of(thief.get("/requests/find/code/")).replace(reference, ""))
    assert len(set(said)) == 1

    tries = [thief.post("/requests/find/", {"reference": mine}).status_code for _ in range(20)]
    assert tries[-1] == 429
    assert "Retry-After" in thief.post("/requests/find/", {"reference": mine}).headers


def test_a_stranger_who_guesses_her_codes_locks_himself_out_and_not_her(client, drain):
    """Decision 071 no. 4: her own code still works after somebody else's five wrong ones."""
    reference = file_access(client)
    thief = Client()
    thief.post("/requests/find/", {"reference": reference})
    for guess in range(5):
        thief.post("/requests/find/code/", {"code": f"{guess:08d}"})
    her_phone = Client()
    her_phone.post("/requests/find/", {"reference": reference})
    drain()

    opened = her_phone.post("/requests/find/code/", {"code": newest_code("maria@example.com")})

    assert opened.headers["Location"] == f"/requests/{reference}/"


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_the_same_moment_are_counted_one_by_one(drain):
    """Forty threads share five tries; the right code is of no use afterwards (I-02)."""
    asked = make_request(at=timezone.now())
    code = identity_codes.start_identity(
        request=asked, store="billing", customer_number=MARIA.customer_no, now=timezone.now(), asker="thief"
    )
    drain()
    right = newest_code(MARIA.email).replace(" ", "")
    said: list[str] = []
    gate = threading.Barrier(8)

    def guess(first: int) -> None:
        try:
            gate.wait()
            for digits in range(first, first + 5):
                if f"{digits:08d}" != right:
                    row = OneTimeCode.objects.get(pk=code.pk)
                    said.append(codes.check(code=row, entered=f"{digits:08d}", now=timezone.now()).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said.count("wrong") < codes.TRIES
    assert set(said) <= {"wrong", "locked"}
    code.refresh_from_db()
    assert code.attempts_left == 0
    late = identity_codes.finish_identity(request=asked, entered=right, now=timezone.now(), asker="thief")
    assert late.status == "locked"
    asked.refresh_from_db()
    assert asked.identity_level == IdentityLevel.NONE
