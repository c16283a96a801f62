"""What opens nothing: a token without its code, a code of another link, an id, a link that is over, another brand (A-16)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from dsr.cases import actors, hand_tasks, purge
from dsr.cases.hand_answers import Said
from dsr.cases.perform import ConflictError, RefusedError
from dsr.fulfil import expiry
from dsr.fulfil import hand as files
from dsr.logs import scrub
from dsr.models import Artifact, HandFile, HandLink, HandTask, OwnerMail, RequestLink, Task
from dsr.uploads.errors import UploadRefusedError
from tests.factories import make_case, make_controller, make_staff
from tests.jobs import run_due
from tests.owners.conftest import code_in, counted, path_in, send_mails, task

pytestmark = pytest.mark.django_db


def test_an_id_opens_nothing_and_another_session_needs_its_own_code(hand: HandTask) -> None:
    (letter,) = send_mails()
    path, hers = path_in(letter), Client()
    page = hers.get(path).headers["Location"]
    hers.post(f"{page}code/")
    run_due()
    code = code_in(mail.outbox[-1])

    stranger = Client()
    for address in (page, f"{page}code/", f"{page}files/", f"{page}renew/", "/by-hand/guessed/"):
        assert {stranger.get(address).status_code, stranger.post(address).status_code} <= {404, 405}
    assert hers.post(page, {"code": code}).status_code == 302
    forwarded = Client()  # has the mail with the link, and not the mailbox
    forwarded.get(path)
    assert "Anna" not in forwarded.get(page).content.decode()
    assert forwarded.post(page, {"code": code}).status_code == 422  # it worked once
    assert "Anna" in hers.get(page).content.decode()
    assert path.split("/")[2] not in scrub(f"GET {path} 302")


@pytest.mark.slow
def test_a_link_that_is_too_old_gives_a_new_one_to_the_same_address_and_a_link_that_is_over_gives_nothing(
    hand: HandTask,
) -> None:
    (letter,) = send_mails()
    client, path = Client(), path_in(letter)
    page = client.get(path).headers["Location"]
    HandLink.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.get(page).status_code == 410
    client.post(f"{page}renew/")
    (second,) = send_mails()
    assert (second.to, path_in(second) != path) == (letter.to, True)
    assert HandLink.objects.filter(ended_at=None).count() == 1

    fresh = client.get(path_in(second)).headers["Location"]
    hand_tasks.take_back(
        task_id=task().pk, reason="Wrong department", actor=actors.staff(make_staff("mara")), now=timezone.now()
    )
    assert client.get(fresh).status_code == 410
    assert client.post(f"{fresh}code/").status_code == 410
    assert client.post(f"{fresh}renew/").status_code == 404
    assert task().error_code == hand_tasks.TAKEN_BACK
    assert hand_tasks.ask_due(now=timezone.now(), limit=9) == 0


@pytest.mark.slow
def test_another_brand_knows_no_link_of_this_one(hand: HandTask, settings: Any) -> None:
    (letter,) = send_mails()
    make_controller("southwave")
    settings.DSR_HOSTS = {"testserver": "southwave", "north.example.com": "northwave"}

    assert Client().get(path_in(letter)).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.exe", b"MZ\x90\x00" + b"\0" * 60),
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("sound.wav", b"<!doctype html><script>alert(1)</script>"),
        ("bomb.zip", b"PK\x03\x04" + b"\0" * 40),
        ("empty.csv", b""),
    ],
)
def test_a_hostile_file_is_not_kept(hand: HandTask, name: str, content: bytes) -> None:
    owner = actors.owner(HandLink.objects.get())

    with pytest.raises(UploadRefusedError):
        files.add_file(hand=hand, file=SimpleUploadedFile(name, content), actor=owner, now=timezone.now())

    assert not Artifact.objects.exists()


@pytest.mark.slow
def test_a_process_that_dies_in_the_middle_leaves_the_page_as_it_was(hand: HandTask, monkeypatch: Any) -> None:
    """Killed before the answer's transaction: nothing counts, the answer can be sent again, and what is left goes by itself."""
    owner, now = actors.owner(HandLink.objects.get()), timezone.now()
    files.add_file(hand=hand, file=SimpleUploadedFile("a.txt", b"call of May"), actor=owner, now=now)
    with monkeypatch.context() as patch:
        patch.setattr("dsr.cases.hand_answers.settle", _killed)
        with pytest.raises(KeyboardInterrupt):
            files.answer(hand=hand, said=Said("found", "Sue"), actor=owner, now=now)
    assert counted() == {}
    assert task().status == Task.Status.MANUAL

    files.answer(hand=hand, said=Said("found", "Sue"), actor=owner, now=now)
    with pytest.raises((RefusedError, ConflictError)):
        files.answer(hand=hand, said=Said("nothing", "Sue"), actor=owner, now=now)

    assert counted() == {"collected": 1, "attachment": 1, "file_list": 1}
    assert not HandFile.objects.exists()
    assert expiry.remove_expired(now=now + timedelta(days=2), limit=99) == 2  # of the attempt that died
    assert counted() == {"collected": 1, "attachment": 1, "file_list": 1}
    assert OwnerMail.objects.count() == 1


def _killed(**_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.slow
def test_a_purged_request_takes_all_of_it_along(hand: HandTask) -> None:
    """Links, mails, files on their way and links between requests (rules 4.5)."""
    asked, other = hand.task.case.request, make_case(store="calls", at=timezone.now(), name="Bea Example").request
    first, second = sorted((asked, other), key=lambda row: str(row.pk))
    RequestLink.objects.create(
        controller=asked.controller, first=first, second=second, linked=True, decided_at=timezone.now()
    )
    owner = actors.owner(HandLink.objects.get())
    files.add_file(hand=hand, file=SimpleUploadedFile("a.txt", b"call"), actor=owner, now=timezone.now())

    purge.replay(request_id=asked.pk, now=timezone.now())

    connection.check_constraints()
    for model in (HandTask, HandLink, HandFile, OwnerMail, RequestLink):
        assert not model.objects.exists()
