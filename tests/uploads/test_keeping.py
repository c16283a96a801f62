"""A file on its way in: checked, scanned, sealed under its own key, tied to its owner; and nothing left where that broke off."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection

from dsr.cases import messages, uploads
from dsr.cases.uploads import UploadRefusedError
from dsr.fulfil import uploads as ends
from dsr.models import Draft, Event, Upload
from dsr.uploads.codes import FileRefusal as Code
from dsr.vault import MissingKeyError, TamperedError
from tests.factories import MONDAY, make_case, make_request
from tests.uploads.conftest import files_in
from tests.uploads.fake_clamd import EICAR, FakeClamd
from tests.uploads.made import photo, sent

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _away(*_args: Any) -> None:
    raise OSError("away")


def told(kind: str) -> list[Any]:
    return list(Event.objects.filter(action=kind).values_list("data", flat=True))


def test_i_04_each_file_has_a_key_of_its_own_and_nothing_of_it_or_its_name_is_readable_at_rest(draft, vault, receive):
    one, other = receive(draft=draft), receive("Xylophone", draft=draft)
    row = Upload.objects.get(pk=one.pk)

    assert b"".join(uploads.read(row)) == b"Zanzibar"
    assert uploads.name_of(row) == "note of Quirina.txt"
    assert (row.size, row.media_type, row.scanned) == (8, "text/plain", False)
    assert row.wrapped_key != other.wrapped_key
    at_rest = b"".join(path.read_bytes() for path in files_in(vault)) + repr(Upload.objects.values()).encode()
    assert b"Zanzibar" not in at_rest
    assert b"Quirina" not in at_rest
    # The bytes of one under the name of the other do not open.
    (vault / row.storage_name).write_bytes((vault / other.storage_name).read_bytes())
    with pytest.raises(TamperedError):
        list(uploads.read(row))


def test_from_draft_to_request_to_message_with_events_that_name_nothing(draft, vault, receive):
    proof = receive("May act", draft=draft, purpose="authority")
    receive(draft=draft)
    case = make_case()
    assert [one.pk for one in uploads.of_draft(draft, "authority")] == [proof.pk]

    assert uploads.hand_over(draft=draft, request=case.request, now=MONDAY + DAY) == 2
    Draft.objects.filter(pk=draft.pk).delete()

    proof.refresh_from_db()
    assert (proof.request, proof.delete_after) == (case.request, MONDAY + 14 * DAY)
    late = receive("with words", request=case.request, purpose="message")
    assert late.delete_after == MONDAY + 7 * DAY
    message = messages.from_subject(request=case.request, text="See the file", now=MONDAY)
    assert uploads.attach(message=message, uploads=[late, proof]) == 2
    assert uploads.attach(message=message, uploads=[late]) == 0
    assert [one.name for one in uploads.shown(message.uploads.filter(purpose="message"))] == ["note of Quirina.txt"]
    assert sorted(data["purpose"] for data in told("upload_received")) == ["authority", "evidence", "message"]
    assert "Quirina" not in str(list(Event.objects.values()))


def test_a_message_only_takes_files_of_its_own_request(receive, vault):
    case, stranger = make_case(), make_request(name="Somebody Else")
    theirs = receive(request=stranger, purpose="message")
    message = messages.from_subject(request=case.request, text="Hello", now=MONDAY)
    assert uploads.attach(message=message, uploads=[theirs]) == 0


def test_limits_of_a_request_hold_and_what_is_refused_leaves_nothing(draft, vault, receive, settings):
    settings.DSR_UPLOADS_MAX, settings.DSR_UPLOADS_MAX_MB, settings.DSR_UPLOAD_MAX_MB = 3, 2, 1
    almost = "x" * 900_000
    for text in ("a", almost + "1", almost + "2"):
        receive(text, draft=draft)
    for text, code in (("b", Code.REQUEST_MANY), ("y" * 1_100_000, Code.TOO_LARGE)):
        with pytest.raises(UploadRefusedError) as error:
            receive(text, draft=draft)
        assert error.value.code is code
        assert "note of Quirina.txt" in error.value.words
        assert "Quirina" not in str(error.value)
    uploads.remove(upload=min(uploads.of_draft(draft, "evidence"), key=lambda one: one.size), now=MONDAY)
    with pytest.raises(UploadRefusedError) as full:
        receive(almost + "3", draft=draft)
    assert full.value.code is Code.REQUEST_FULL
    assert Upload.objects.count() == len(files_in(vault)) == 2


def test_the_same_file_twice_is_one(draft, vault, receive):
    assert receive(draft=draft).pk == receive(draft=draft).pk
    assert receive(draft=draft, purpose="authority").pk
    assert Upload.objects.count() == 2


def test_a_file_belongs_to_one_owner_and_a_draft_that_went_meanwhile_takes_none(draft, vault, receive):
    file = sent(b"x", "a.txt")
    with pytest.raises(ValueError, match="draft or to a request"):
        uploads.receive(controller=draft.controller, file=file, purpose="evidence", now=MONDAY)
    Draft.objects.all().delete()
    with pytest.raises(UploadRefusedError):
        receive(draft=draft)
    assert not Upload.objects.exists()
    assert files_in(vault) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("breaks", ["before", "after"])
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # that a process with threads forks
def test_a_process_that_is_killed_leaves_a_row_that_ends_and_takes_the_bytes_along(
    draft, vault, receive, monkeypatch, breaks
):
    """Killed before the bytes are written, or between the bytes and the owner: not a line of ours runs any more."""
    save = FileSystemStorage.save

    def killed(*args: Any, **kwargs: Any) -> str:
        if breaks == "after":
            save(*args, **kwargs)
        os._exit(9)

    connection.close()
    pid = os.fork()
    if pid == 0:
        monkeypatch.setattr(FileSystemStorage, "save", killed)
        try:
            receive(draft=draft)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    assert uploads.of_draft(draft, "evidence") == []
    assert len(files_in(vault)) == (breaks == "after")

    assert ends.remove_due(now=MONDAY + HOUR / 2, limit=10) == 0
    assert ends.remove_due(now=MONDAY + HOUR, limit=10) == 1
    assert not Upload.objects.exists()
    assert files_in(vault) == []


def test_bytes_that_could_not_be_deleted_are_deleted_later_and_are_unreadable_until_then(vault, receive, monkeypatch):
    case = make_case()
    upload = receive(request=case.request)
    delete = FileSystemStorage.delete
    monkeypatch.setattr(FileSystemStorage, "delete", _away)
    assert uploads.remove(upload=upload, now=MONDAY) is True
    upload.refresh_from_db()
    assert (upload.deleted_at, upload.wrapped_key, bytes(upload.sealed)) == (MONDAY, "", b"")
    with pytest.raises(MissingKeyError):
        list(uploads.read(upload))
    assert ends.remove_due(now=MONDAY, limit=10) == 0
    monkeypatch.setattr(FileSystemStorage, "delete", delete)

    assert ends.remove_due(now=MONDAY, limit=10) == 1
    assert files_in(vault) == []
    assert told("upload_removed") == [{"purpose": "evidence", "reason": "withdrawn"}]
    assert uploads.remove(upload=upload, now=MONDAY) is False


def test_sealed_files_without_a_row_are_swept_up_and_those_of_today_left_alone(draft, vault, receive):
    old, kept = receive(draft=draft), receive("other", request=make_request(name="Kept"))
    (vault / old.storage_name).with_name("stranger.txt").write_bytes(b"not ours")
    Draft.objects.all().delete()  # an account that went took its drafts along, and their rows

    assert ends.sweep(now=MONDAY + DAY) == 0
    assert ends.sweep(now=MONDAY + 2 * DAY) == 1
    assert [path.name for path in files_in(vault)] == sorted([kept.storage_name.rpartition("/")[2], "stranger.txt"])


def test_an_infected_file_is_not_kept_and_a_silent_scanner_is_asked_again(vault, receive, settings):
    case = make_case()
    with FakeClamd() as clamd:
        settings.DSR_CLAMD = clamd.address
        with pytest.raises(UploadRefusedError) as error:
            receive(EICAR.decode(), request=case.request)
        assert error.value.code is Code.INFECTED
        assert receive("harmless", request=case.request).scanned is True
        clamd.manner = "error"
        unsure = receive("for now", request=case.request)
        bad = receive("later " + EICAR.decode(), request=case.request)
        assert uploads.shown([unsure])[0].scan == "Kept, not scanned for viruses"
        assert ends.scan_again(now=MONDAY) == 0
        clamd.manner = "honest"
        assert ends.scan_again(now=MONDAY) == 2
        assert ends.scan_again(now=MONDAY) == 0
    unsure.refresh_from_db()
    bad.refresh_from_db()
    assert (unsure.scanned, unsure.scan_attempts) == (True, 2)
    assert bad.deleted_at == MONDAY
    assert told("upload_refused") == [{"purpose": "evidence", "reason": "infected"}]
    assert told("upload_removed") == [{"purpose": "evidence", "reason": "infected"}]
    assert len(files_in(vault)) == 2


def test_what_is_scanned_is_what_was_sent_not_only_what_is_kept(draft, vault, settings):
    with FakeClamd() as clamd:
        settings.DSR_CLAMD = clamd.address
        uploads.receive(controller=draft.controller, file=sent(photo()), purpose="authority", now=MONDAY, draft=draft)
        assert clamd.got == photo()


@pytest.mark.django_db(transaction=True)
def test_two_files_at_the_same_instant_do_not_both_get_the_last_place(draft, vault, receive, settings, monkeypatch):
    """Both are sealed before either is tied: whoever ties second sees the first, and is refused."""
    settings.DSR_UPLOADS_MAX = 1
    save, both = FileSystemStorage.save, threading.Barrier(2, timeout=20)

    def wait(*args: Any, **kwargs: Any) -> str:
        name = save(*args, **kwargs)
        both.wait()
        return name

    monkeypatch.setattr(FileSystemStorage, "save", wait)

    def keep(text: str) -> str:
        try:
            return str(receive(text, draft=draft).purpose)
        except UploadRefusedError as error:
            return error.code.value
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(keep, ("one", "two"))) == ["evidence", "request_many"]
    assert Upload.objects.count() == len(files_in(vault)) == 1
