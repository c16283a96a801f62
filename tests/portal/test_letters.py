"""Letters in the portal: counted, read at once, saved as the bytes that were sent; noted, and nobody else's."""

from __future__ import annotations

import hashlib

import pytest
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, endings
from dsr.models import Artifact, Case, Controller, Event, Letter
from tests.factories import make_case, make_request, make_staff, make_user
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.fixture
def case(anna) -> Case:
    """A request that she has taken back: two letters."""
    found = make_case(account=anna, at=timezone.now())
    endings.withdraw(case_id=found.pk, actor=actors.subject(), now=timezone.now())
    return found


def where(case: Case, code: str, name: str = "letter") -> str:
    row = Letter.objects.get(case=case, code=code)
    return reverse(f"portal:{name}", args=[case.request.reference, row.pk])


def test_ux_1_7_the_page_counts_the_letters_and_leads_to_them(client, case):
    page = client.get(f"/requests/{case.request.reference}/")

    assert "Letters (2)" in text_of(page)
    assert where(case, "L-18") in page.content.decode()
    assert where(case, "L-01") in page.content.decode()


def test_a_letter_is_read_at_once_and_its_pdf_follows(client, case, drain):
    early = client.get(where(case, "L-18"))
    assert "You can make a new request at any time" in text_of(early)
    assert "in a few minutes" in text_of(early)
    assert client.get(where(case, "L-18", "letter-pdf")).status_code == 503

    drain()

    row = Letter.objects.get(code="L-18")
    late = client.get(where(case, "L-18"))
    assert row.pdf_sha256 in text_of(late)
    saved = client.get(where(case, "L-18", "letter-pdf"))
    assert hashlib.sha256(saved.getvalue()).hexdigest() == row.pdf_sha256 == Artifact.objects.get(letters=row).sha256
    assert saved.headers["Cache-Control"] == "no-store"


def test_4_4_reading_is_noted_once_and_each_download_with_its_hash(client, case, drain):
    drain()
    for _ in range(2):
        client.get(where(case, "L-18"))
        client.get(where(case, "L-18", "letter-pdf")).getvalue()

    read = Event.objects.get(action="letter_read")
    assert (read.actor_kind, read.data["letter"]) == ("subject", "L-18")
    downloads = Event.objects.filter(action="letter_downloaded")
    assert [one.data["pdf_sha256"] for one in downloads] == [Letter.objects.get(code="L-18").pdf_sha256] * 2


def test_L_01_the_receipt_is_laid_out_when_it_is_asked_for_and_stays_these_bytes(client, case):
    assert Letter.objects.get(code="L-01").pdf_sha256 == ""

    first = client.get(where(case, "L-01", "letter-pdf")).getvalue()
    Controller.objects.update(phone="+44 7700 900003")
    second = client.get(f"/requests/{case.request.reference}/receipt.pdf").getvalue()

    assert first == second
    assert hashlib.sha256(first).hexdigest() == Letter.objects.get(code="L-01").pdf_sha256


def test_a_receipt_that_lacks_something_is_a_page_and_no_error(client, anna):
    Controller.objects.update(dpo_name="")
    anna.controller.refresh_from_db()
    request = make_request(account=anna, at=timezone.now())
    assert Letter.objects.get().pdf_sha256 == ""

    assert client.get(f"/requests/{request.reference}/receipt.pdf").status_code == 503


def test_drafts_and_letters_of_somebody_else_do_not_exist(client, case, drain):
    other = make_case(account=make_user("berta"), at=timezone.now())
    endings.extend(
        case_id=other.pk,
        reason="amount_of_data",
        text="Eleven systems.",
        meanwhile="Nothing.",
        actor=actors.staff(make_staff("otto", "lead")),
        now=timezone.now(),
    )
    drain()
    Letter.objects.create(
        controller=case.controller,
        case=case,
        code="L-06",
        language="en",
        outcome="granted",
        content_sha256="0" * 64,
        created_at=timezone.now(),
    )

    theirs, draft = Letter.objects.get(code="L-05"), Letter.objects.get(code="L-06")
    for row in (theirs, draft):
        for name in ("letter", "letter-pdf"):
            mine = reverse(f"portal:{name}", args=[case.request.reference, row.pk])
            assert client.get(mine).status_code == 404
            assert client.get(reverse(f"portal:{name}", args=[other.request.reference, row.pk])).status_code == 404
    assert "Letters (2)" in text_of(client.get(f"/requests/{case.request.reference}/"))


def test_whoever_is_not_signed_in_proves_it_first(client, case):
    client.logout()

    for name in ("letter", "letter-pdf"):
        assert client.get(where(case, "L-18", name)).headers["Location"].startswith("/requests/find/")
