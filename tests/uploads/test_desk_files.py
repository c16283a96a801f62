"""Staff: who sees names, who opens a file and how it is delivered, who deletes a proof, and files that came another way."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dsr.cases import messages, uploads
from dsr.models import Event, Upload
from tests.factories import MONDAY, make_case, make_controller, make_staff
from tests.uploads.made import sent

pytestmark = pytest.mark.django_db


def browser(name: str, *roles: str) -> Client:
    client = Client()
    client.force_login(make_staff(name, *roles))
    return client


def page(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(f"desk:{name}", args=args)).content.decode()


def test_4_3_a_file_is_opened_as_a_download_by_those_who_may_and_each_look_is_an_event(receive, vault, settings):
    case = make_case()
    proof = receive("May act <b>", request=case.request, purpose="authority", name="power of Quirina <b>.txt")
    receive("unsent", request=case.request, purpose="message", name="not sent yet.txt")
    told = receive("sent", request=case.request, purpose="message", name="with words.txt")
    message = messages.from_subject(request=case.request, text="Look at this", now=MONDAY)
    uploads.attach(message=message, uploads=[told])
    mara, url = browser("mara"), reverse("desk:upload", args=[case.pk, proof.pk])

    listed = page(mara, "files", case.pk)
    assert "power of Quirina _b_.txt" in listed
    assert "Seen, delete now" in listed
    assert "Kept, not scanned for viruses" in listed
    assert "with words.txt" in listed
    assert "not sent yet.txt" not in listed
    assert "with words.txt" in page(mara, "messages", case.pk)
    answer: Any = mara.get(url)
    assert b"".join(answer.streaming_content) == b"May act <b>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="power of Quirina _b_.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"
    assert Event.objects.get(action="upload_opened").data == {"purpose": "authority"}
    assert "A file that was sent to us opened by staff" in page(mara, "history", case.pk)

    for name, role in (("olga", "auditor"), ("adam", "administrator")):
        other = browser(name, role)
        assert other.get(url).status_code == 403
        assert other.post(reverse("desk:upload-seen", args=[case.pk, proof.pk])).status_code == 403
        assert other.post(reverse("desk:upload-add", args=[case.pk])).status_code == 403
        assert "Quirina" not in page(other, "files", case.pk)
    settings.DSR_HOSTS = {"testserver": "northwave", "southwave.example.com": "southwave"}
    elsewhere = make_staff("nora", "lead", controller=make_controller("southwave"))
    stranger = Client(headers={"host": "southwave.example.com"})
    stranger.force_login(elsewhere)
    assert stranger.get(url).status_code == 404
    assert mara.get(reverse("desk:upload", args=[make_case(number="10000002").pk, proof.pk])).status_code == 404
    assert Event.objects.filter(action="upload_opened").count() == 1


def test_i_04_seen_and_deleted_from_the_page_and_then_it_opens_no_more(receive, vault):
    case = make_case()
    proof, evidence = receive(request=case.request, purpose="identity"), receive("x", request=case.request)
    mara = browser("mara")
    assert "A proof waits for somebody to look at it. It goes by itself 29 June 2026" in page(mara, "case", case.pk)
    assert "A proof waits" not in page(browser("olga", "auditor"), "case", case.pk)

    assert mara.post(reverse("desk:upload-seen", args=[case.pk, evidence.pk])).status_code == 404
    answer = mara.post(reverse("desk:upload-seen", args=[case.pk, proof.pk]), follow=True).content.decode()
    assert "Deleted after it was checked" in answer
    assert "Mara Example" in answer
    assert "A proof waits" not in answer
    assert "Proof of identity" in page(mara, "history", case.pk)
    assert mara.get(reverse("desk:upload", args=[case.pk, proof.pk])).status_code == 404
    assert mara.post(reverse("desk:upload-seen", args=[case.pk, proof.pk])).status_code == 404


def test_bytes_that_are_not_what_was_sealed_are_not_delivered(receive, vault):
    case = make_case()
    upload = receive(request=case.request)
    (vault / upload.storage_name).write_bytes(b"something else")
    assert browser("mara").get(reverse("desk:upload", args=[case.pk, upload.pk])).status_code == 404
    (vault / upload.storage_name).unlink()
    assert browser("mara").get(reverse("desk:upload", args=[case.pk, upload.pk])).status_code == 404
    assert not Event.objects.filter(action="upload_opened").exists()


def test_the_office_adds_what_came_by_post_for_a_purpose_and_hears_which_file_is_not_taken(vault):
    case = make_case()
    ines, url = browser("ines", "intake"), reverse("desk:upload-add", args=[case.pk])
    assert "Add files that came another way" in page(ines, "files", case.pk)

    missing = ines.post(url, {"added": sent(b"kept?", "a.txt")})
    assert missing.status_code == 422
    assert "Choose what the files are for." in missing.content.decode()
    assert not Upload.objects.exists()
    mixed = ines.post(
        url, {"purpose": "authority", "added": [sent(b"yes", "good.txt"), sent(b"MZ\x90\x00", "bad.pdf")]}
    )
    assert mixed.status_code == 422
    assert "“bad.pdf” is a program." in mixed.content.decode()
    done = ines.post(url, {"purpose": "evidence", "added": sent(b"letter", "letter.txt")}, follow=True)

    assert "One file was added." in done.content.decode()
    assert {(one.purpose, uploads.name_of(one)) for one in Upload.objects.all()} == {
        ("authority", "good.txt"),
        ("evidence", "letter.txt"),
    }
    event = Event.objects.filter(action="upload_received").order_by("-seq")[0]
    assert event.actor_kind == "staff"
