"""Files that go along with a letter or a message: shown before it leaves, bound to what is sent, opened by whom we know only."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dsr.cases import actors, enclosures, endings, uploads
from dsr.fulfil import uploads as ending
from dsr.models import Case, Letter, Message, Request, Upload
from tests.cases.test_evidence_covers import ordered, tables_of
from tests.desk.conftest import text
from tests.desk.test_letters import a_case, preview, sending
from tests.factories import make_case, make_staff, make_user
from tests.uploads.made import sent

pytestmark = pytest.mark.django_db
PLAN = b"Plan of the house, ground floor."


def a_file(name: str = "plan.txt", content: bytes = PLAN) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def hers(case: Case) -> Client:
    """The browser of the person, signed in to the account of her request."""
    user = make_user()
    Request.objects.filter(pk=case.request_id).update(account=user)
    client = Client()
    client.force_login(user)
    return client


def proved(client: Client, case: Case) -> None:
    """She typed the code that went to the contact on file a moment ago (portal.access.freshen)."""
    session = client.session
    session["fresh"] = {str(case.request_id): timezone.now().isoformat()}
    session.save()


def where(name: str, case: Case, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[case.pk, *more])


def test_4_4_a_file_goes_along_with_a_letter_and_she_opens_it_when_we_know_her(otto, received, drain):
    """4.2 no. 7, 4.4, I-02: what leaves is what was on the screen, with its files; the chain has the hash and no name."""
    case = a_case(received)
    preview(otto, case, "withdraw")
    draft = Letter.objects.get(code="L-18")
    page = text(otto.get(where("letter", case, draft.pk)))
    assert "No file goes along with this letter." in page

    nothing = otto.post(where("enclosure-add", case, draft.pk), {})
    assert nothing.status_code == 422
    assert "Choose or add a file." in text(nothing)
    assert otto.post(where("enclosure-add", case, draft.pk), {"added": a_file()}).status_code == 302
    upload = Upload.objects.get()
    assert (upload.purpose, upload.letter_id, upload.delete_after) == ("enclosure", draft.pk, None)
    assert "plan.txt" in text(otto.get(where("letter", case, draft.pk)))
    assert "plan.txt" not in text(otto.get(where("files", case)))  # nobody sent it to us

    preview(otto, case, "withdraw", paragraph="With a plan.")  # written anew: the file goes along with the new draft
    row = Letter.objects.get(code="L-18", status="draft")
    assert [one.pk for one in enclosures.of_letter(row)] == [upload.pk]
    drain()
    anna = hers(case)
    address = reverse("portal:file", args=[case.request.reference, upload.pk])
    assert anna.get(address).status_code == 404  # it has not left
    sending(otto, row)  # a page that was opened before the file was there
    assert Letter.objects.get(pk=row.pk).status == "draft"
    sending(otto, row, enclosed=enclosures.digest(row))
    row.refresh_from_db()
    assert row.status == "sent"

    event = case.events.get(action="letter_sent", data__letter="L-18")
    assert event.data["enclosures"] == [{"sha256": hashlib.sha256(PLAN).hexdigest(), "size": len(PLAN)}]
    assert "plan.txt" not in str(event.data)
    letter = anna.get(reverse("portal:letter", args=[case.request.reference, row.pk]))
    assert address in letter.content.decode()
    closed = anna.get(address)
    assert closed.status_code == 403
    assert "code to the e-mail address on your contract" in text(closed)
    proved(anna, case)
    given = anna.get(address)
    assert given.getvalue() == PLAN
    assert given.headers["Content-Security-Policy"].startswith("sandbox")
    assert case.events.filter(action="enclosure_downloaded").count() == 1
    stranger = Client()
    stranger.force_login(make_user("berta"))
    assert stranger.get(address).status_code == 404

    assert otto.post(where("enclosure-remove", case, row.pk, upload.pk)).status_code == 409  # it was sent
    assert Upload.objects.get().deleted_at is None
    assert tables_of(ordered(case))["enclosures"][0][0:3:2] == ("L-18", "plan.txt")
    assert tables_of(ordered(case, extent="log"))["enclosures"][0][2] == ""


@pytest.mark.slow
def test_files_of_the_case_go_along_as_copies_but_no_proof_and_no_draft_given_up_keeps_one(otto, received, drain):
    """I-04, 4.5: a proof is never handed out; what goes along ends with its draft or with the file of the case."""
    case = a_case(received)
    now = timezone.now()
    for purpose, name in (("evidence", "bill.txt"), ("identity", "passport.txt")):
        uploads.receive(
            controller=case.controller, file=sent(name.encode(), name), purpose=purpose, now=now, request=case.request
        )
    preview(otto, case, "withdraw")
    draft = Letter.objects.get(code="L-18")
    assert [name for _key, name in enclosures.sources(case)] == ["bill.txt"]
    key = enclosures.sources(case)[0][0]
    passport = Upload.objects.get(purpose="identity")
    bad = otto.post(where("enclosure-add", case, draft.pk), {"chosen": f"upload:{passport.pk}"})
    assert bad.status_code == 422

    assert otto.post(where("enclosure-add", case, draft.pk), {"chosen": key}).status_code == 302

    copied = Upload.objects.get(purpose="enclosure")
    assert b"".join(uploads.read(copied)) == b"bill.txt"
    for number in range(4):
        otto.post(where("enclosure-add", case, draft.pk), {"added": a_file(f"{number}.txt", b"%d" % number)})
    many = otto.post(where("enclosure-add", case, draft.pk), {"added": a_file("six.txt", b"six")})
    assert "At most 5 files" in text(many)
    assert otto.post(where("enclosure-remove", case, draft.pk, copied.pk)).status_code == 302
    assert Upload.objects.get(pk=copied.pk).deleted_at is not None
    otto.post(where("letter-discard", case, draft.pk))
    ending.remove_due(now=timezone.now() + timedelta(days=8), limit=50)
    assert not Upload.objects.filter(purpose="enclosure", deleted_at=None).exists()
    assert Upload.objects.filter(purpose="evidence", deleted_at=None).count() == 1


@pytest.mark.slow
def test_the_office_attaches_to_a_message_and_she_has_her_own_files_again(otto, signed_in, received):
    """Files of messages both ways: hers open with her request, ours when we know her; an auditor gives none."""
    case = make_case(at=received)
    anna = hers(case)
    reference = case.request.reference
    anna.post(reverse("portal:message", args=[reference]), {"text": "My bill.", "attached": a_file("bill.txt", b"12")})
    bill = Upload.objects.get(purpose="message")
    now = timezone.now()
    for purpose in ("evidence", "identity"):
        uploads.receive(
            controller=case.controller,
            file=sent(purpose.encode(), f"{purpose}.txt"),
            purpose=purpose,
            now=now,
            request=case.request,
        )

    empty = otto.post(where("messages", case), {"text": "", "attached": a_file()})
    assert "plan.txt" in text(empty)  # kept while the words are missing
    assert otto.post(where("messages", case), {"text": "Here it is."}).status_code == 302

    message = Message.objects.get(by_mail=False, inbound=False)
    plan = Upload.objects.get(purpose="enclosure")
    assert (plan.message_id, plan.delete_after) == (message.pk, None)
    assert "plan.txt" in text(otto.get(where("messages", case)))
    event = case.events.get(action="files_given")
    assert event.data["enclosures"][0]["sha256"] == plan.sha256
    page = anna.get(reverse("portal:request", args=[reference])).content.decode()
    evidence, identity = (Upload.objects.get(purpose=one) for one in ("evidence", "identity"))
    at = {one.purpose: reverse("portal:file", args=[reference, one.pk]) for one in (bill, plan, evidence, identity)}
    assert [name for name, address in at.items() if address in page] == ["message", "enclosure", "evidence"]
    assert anna.get(at["message"]).getvalue() == b"12"
    assert anna.get(at["evidence"]).getvalue() == b"evidence"
    assert anna.get(at["identity"]).status_code == 404
    assert anna.get(at["enclosure"]).status_code == 403
    proved(anna, case)
    assert anna.get(at["enclosure"]).getvalue() == PLAN

    adam = signed_in("adam")
    assert adam.post(where("messages", case), {"text": "x", "attached": a_file("no.txt", b"no")}).status_code in {
        403,
        409,
    }
    assert Upload.objects.count() == 4
    assert make_staff("adam") is not None


def test_4_4_a_file_nobody_approved_stays_when_the_person_herself_causes_the_same_letter(otto, received):
    """4.2 no. 7: her withdrawal says the very words of the draft, and what hangs on the draft goes with the draft."""
    case = a_case(received)
    preview(otto, case, "withdraw")
    draft = Letter.objects.get(code="L-18")
    assert otto.post(where("enclosure-add", case, draft.pk), {"added": a_file()}).status_code == 302

    endings.withdraw(case_id=case.pk, actor=actors.subject(), now=timezone.now())
    gone = Letter.objects.get(code="L-18", status="sent")
    assert gone.content_sha256 == draft.content_sha256  # the same words, another letter
    assert gone.pk != draft.pk
    assert not enclosures.of_letter(gone)
    draft.refresh_from_db()
    assert draft.status == "void"
    assert Upload.objects.get().delete_after is not None
    assert "enclosures" not in case.events.get(action="letter_sent", data__letter="L-18").data
