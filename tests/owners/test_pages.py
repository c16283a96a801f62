"""The page of a department: a link, a code, files, an answer; and what opens nothing (rules 4.2 no. 10, A-16)."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from dsr.cases import actors, answer
from dsr.fulfil import hand as hand_files
from dsr.models import Event, HandLink, HandTask, Task
from dsr.uploads.errors import UploadRefusedError
from dsr.work import jobs
from tests.factories import make_staff
from tests.jobs import run_due
from tests.owners.conftest import OWNER, case_of, code_in, counted, path_in, send_mails, task

pytestmark = pytest.mark.django_db
WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00@\x1f\x00\x00\x01\x00\x08\x00data\x00\x00\x00\x00"
ROWS = b"customer;call;day;note\n10000001;7;2026-06-01;=HYPERLINK(1)\n10000001;8;2026-06-02;about the bill\n"


def opened(client: Client) -> str:
    """Open the newest link with the newest code; the address of the page."""
    (letter,) = send_mails()
    page = client.get(path_in(letter)).headers["Location"]
    client.post(f"{page}code/")
    run_due()

    client.post(page, {"code": code_in(mail.outbox[-1])})
    return page


@pytest.mark.slow
def test_4_2_10_a_department_is_asked_hands_in_files_and_rows_and_the_case_goes_on(hand: HandTask) -> None:
    """The link opens nothing but the offer of a code; the code opens what is asked; the answer ends both."""
    client = Client()
    (letter,) = send_mails()
    reference = case_of().request.reference
    assert letter.to == [OWNER]
    assert reference in letter.subject
    assert "Anna" not in letter.subject + letter.body
    assert "10000001" not in letter.body

    first = client.get(path_in(letter))
    page = first.headers["Location"]
    shown = client.get(page)
    assert "Anna" not in shown.content.decode()
    assert "10000001" not in shown.content.decode()
    assert shown.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert shown.headers["Cache-Control"] == "no-store"
    assert client.post(f"{page}files/", {"files": SimpleUploadedFile("a.csv", ROWS)}).status_code == 302
    assert not HandTask.objects.get().files.exists()

    client.post(f"{page}code/")
    run_due()

    assert mail.outbox[-1].to == [OWNER]
    assert client.post(page, {"code": "0000 0000"}).status_code == 422
    client.post(page, {"code": code_in(mail.outbox[-1])})
    body = client.get(page).content.decode()
    assert "Anna Example" in body
    assert "10000001" in body

    assert client.post(page, {"outcome": "found", "name": "Sue"}).status_code == 422
    files = [SimpleUploadedFile("calls.csv", ROWS), SimpleUploadedFile("../../etc/call\u202e.wav", WAVE)]
    assert client.post(f"{page}files/", {"files": files}).status_code == 302
    body = client.get(page).content.decode()
    assert "2 records" in body
    assert "call.wav" in body
    assert counted() == {}
    assert client.post(page, {"outcome": "found", "name": "Sue", "note": "All of May."}).status_code == 302
    assert "Thank you" in client.get(page).content.decode()

    assert task().status == Task.Status.DONE
    assert counted() == {"collected": 1, "attachment": 1, "file_list": 1}
    event = Event.objects.get(action="hand_answered")
    assert (event.data["rows"], event.data["files"], event.actor_kind) == (2, 1, "owner")
    assert len(event.data["proof_sha256"]) == 64
    run_due()

    jobs.after_task(str(task().pk))
    assert case_of().state == "drafting"
    answer.draft(case_id=case_of().pk, paragraph="", actor=actors.staff(make_staff("mara")), now=timezone.now())
    run_due()
    assert Task.objects.get(operation="package").status == Task.Status.DONE, Task.objects.get(
        operation="package"
    ).error_code


@pytest.mark.parametrize("head", [b"ID3\x03\x00" + bytes(5), b"\x00\x00\x00\x18ftypmp42"])
@pytest.mark.parametrize("ending", ["html", "hta", "exe"])
def test_a_page_or_a_program_that_begins_like_a_recording_is_none(hand: HandTask, head: bytes, ending: str) -> None:
    """4.2 no. 10: only the ending of a recording opens a player; anything else is checked like a file of a stranger."""
    actor, now = actors.owner(HandLink.objects.get()), timezone.now()
    trick = SimpleUploadedFile(f"call.{ending}", head + b"<script>alert(1)</script>" * 9)
    with pytest.raises(UploadRefusedError):
        hand_files.add_file(hand=hand, file=trick, actor=actor, now=now)
    assert hand_files.pending(hand) == []
    for name in ("call.MP3", "call.m4a"):
        kept = hand_files.add_file(hand=hand, file=SimpleUploadedFile(name, head + name.encode()), actor=actor, now=now)
        assert kept.content()["name"] == name
