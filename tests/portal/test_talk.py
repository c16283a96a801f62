"""Messages with files, the answer to our question, and the conversation as a PDF (ux.md 1.7, T-15)."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from dsr.cases import actors, clarifications, messages
from dsr.models import Case, Message, Upload
from tests.factories import make_case, make_staff, make_user
from tests.portal.walk import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(client) -> Case:
    """A case of Anna's, who is signed in, with our question open."""
    user = make_user()
    client.force_login(user)
    return clarifications.ask(
        case_id=make_case(account=user, at=timezone.now()).pk,
        why="We keep 40,000 records about you.",
        options="Bills\nCalls",
        meanwhile="We search the contract.",
        large=True,
        actor=actors.staff(make_staff()),
        now=timezone.now(),
    )


def post(client, case: Case, **data: Any) -> Any:
    return client.post(f"/requests/{case.request.reference}/message/", data, follow=True)


def test_T_15_her_answer_runs_the_clock_and_asking_back_does_not(client, asked):
    page = text_of(client.get(f"/requests/{asked.request.reference}/"))
    for words in ("Answer now", "Our clock runs again from the day you answer", "I want everything", "Clock stopped"):
        assert words in page

    assert "Enter your answer" in text_of(post(client, asked, do="answer", text=" "))
    post(client, asked, do="message", text="What is a record?")
    assert Case.objects.get().state == "clarify_pending"
    done = text_of(post(client, asked, do="answer", text="Only the bills."))

    assert "Our clock runs again from today" in done
    assert "days left" in done
    assert Case.objects.get().state == "assessing"
    assert [row.content()["body"] for row in Message.objects.filter(inbound=True).order_by("created_at")] == [
        "What is a record?",
        "Only the bills.",
    ]


def test_T_15_everything_takes_one_button_and_pressing_it_twice_one_answer(client, asked):
    post(client, asked, do="everything")
    again = text_of(post(client, asked, do="everything", text="Still everything"))

    assert "I want everything." in again
    assert Case.objects.get().events.filter(action="answer_clarification").count() == 1


def test_a_message_typed_before_we_asked_is_not_taken_for_an_answer_unasked(client, asked):
    """Two browsers: the page she types on is older than our question."""
    page = text_of(post(client, asked, text="Please hurry."))

    assert "Is what you wrote your answer?" in page
    assert "Please hurry." in page
    assert not Message.objects.filter(inbound=True).exists()
    assert Case.objects.get().state == "clarify_pending"


def test_files_travel_with_a_message_and_a_bad_one_keeps_what_was_typed(client):
    user = make_user()
    client.force_login(user)
    case = make_case(account=user, at=timezone.now())
    good, bad = SimpleUploadedFile("bill.txt", b"A bill of May"), SimpleUploadedFile("bill.html", b"<script>x</script>")

    refused = post(client, case, text="See the bill.", attached=[good, bad])
    assert refused.status_code == 422
    assert "See the bill." in text_of(refused)
    assert not Message.objects.filter(inbound=True).exists()
    page = text_of(post(client, case, text="See the bill."))

    assert Upload.objects.get().message == Message.objects.get(inbound=True)
    assert "bill.txt" in page
    assert "bill.html" not in page


def test_the_conversation_can_be_kept_as_a_pdf(client):
    user = make_user()
    client.force_login(user)
    case = make_case(account=user, at=timezone.now())
    messages.from_subject(request=case.request, text="Which <b> year?", now=timezone.now())
    messages.from_office(request=case.request, text="The last one.", author=make_staff(), now=timezone.now())

    response = client.get(f"/requests/{case.request.reference}/messages.pdf")

    assert response.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        assert pdf.docinfo["/Title"] == "Messages about your request"
    client.force_login(make_user("zoe"))
    assert client.get(f"/requests/{case.request.reference}/messages.pdf").status_code == 404
