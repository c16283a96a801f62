"""The letter inside an answer is a row like any other: approved with it, sent with its release, the same bytes."""

from __future__ import annotations

import hashlib

import pytest
from django.urls import reverse

from dsr.cases import actors, answer, letter_wordings
from dsr.demo.people import by_position
from dsr.fulfil.letters import pdf_of
from dsr.fulfil.package import member, package_of
from dsr.law.letter_standing import Slot
from dsr.models import Case, Event, Letter
from tests.factories import ATTESTED, MONDAY, make_case, make_controller, make_staff
from tests.output.reading import text_of
from tests.redacting import settle

pytestmark = pytest.mark.django_db
PERSON = by_position(2)


def test_L_09_is_approved_and_sent_with_its_package(demo_stores, drain, client):
    mara, otto = actors.staff(make_staff()), actors.staff(make_staff("otto", "lead"))
    letter_wordings.write(
        controller=make_controller(),
        code="L-09",
        language="en",
        texts={Slot.OUTRO: "Our shops are open until six."},
        actor=actors.staff(make_staff("dora", "dpo")),
        now=MONDAY,
    )
    case = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=mara, now=MONDAY)
    drain()
    answer.draft(case_id=case.pk, paragraph="", actor=mara, now=MONDAY)
    drain()
    case = settle(case.pk, actor=mara, now=MONDAY, drain=drain)
    answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    answer.approve(case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=otto, now=MONDAY, attested=ATTESTED)
    approved = Letter.objects.get(code="L-09")
    assert (approved.status, str(approved.approved_by_id)) == ("approved", otto.id)

    answer.release(case_id=case.pk, actor=mara, now=MONDAY)

    sent = Letter.objects.get(code="L-09")
    assert (sent.pk, sent.status, sent.sent_at) == (approved.pk, "sent", MONDAY)
    package = package_of(case)
    assert package is not None
    inside, beside = member(package, "letter.pdf"), b"".join(pdf_of(sent))
    assert inside == beside
    assert hashlib.sha256(beside).hexdigest() == sent.pdf_sha256
    assert Event.objects.get(action="letter_sent").data["pdf_sha256"] == sent.pdf_sha256
    assert "Our shops are open until six." in text_of(beside)
    # In the portal it is opened like the package, after a fresh proof, and never on a page of its own.
    where = reverse("portal:letter", args=[case.request.reference, sent.pk])
    assert client.get(where).status_code in {302, 404}


def test_a_draft_made_anew_voids_what_was_approved(demo_stores, drain):
    mara, otto = actors.staff(make_staff()), actors.staff(make_staff("otto", "lead"))
    case = make_case(number=PERSON.customer_no, name=PERSON.name)
    answer.start_collection(case_id=case.pk, actor=mara, now=MONDAY)
    drain()
    answer.draft(case_id=case.pk, paragraph="", actor=mara, now=MONDAY)
    drain()
    case = settle(case.pk, actor=mara, now=MONDAY, drain=drain)
    answer.submit(case_id=case.pk, actor=mara, now=MONDAY)
    answer.approve(case_id=case.pk, manifest_sha256=case.manifest_sha256, actor=otto, now=MONDAY, attested=ATTESTED)
    Case.objects.filter(pk=case.pk).update(state="drafting")  # as after an approval that expired (4.0.1)

    answer.draft(case_id=case.pk, paragraph="Once more.", actor=mara, now=MONDAY)

    assert Letter.objects.get(code="L-09").status == "void"
