"""The field: what is there with Remove, what is new, sentences for what is not taken; and bytes that are cut on their way in."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.utils.datastructures import MultiValueDict

from dsr.cases import uploads
from dsr.forms import FilesField, UiForm
from dsr.inbox import Inbox
from dsr.models import Draft, Upload
from dsr.uploads.limit import FILES
from tests.factories import MONDAY, make_controller
from tests.uploads.conftest import files_in
from tests.uploads.made import sent

if TYPE_CHECKING:
    from django.core.files.uploadedfile import SimpleUploadedFile

pytestmark = pytest.mark.django_db


class Form(UiForm):
    """A page with words and files."""

    words = forms.CharField(label="Words", error_messages={"required": "Enter words"})
    proof = FilesField("authority", most=2, label="Proof")


def form_of(draft: Draft | None, query: str = "", *files: SimpleUploadedFile, **inbox: Any) -> Form:
    made = Form(QueryDict(query), MultiValueDict({"proof": list(files)}))
    made.open_inbox(Inbox(controller=make_controller(), draft=draft, now=MONDAY, **inbox))
    return made


def text(name: str, content: str = "") -> SimpleUploadedFile:
    return sent((content or name).encode(), name)


def test_files_are_kept_whatever_else_is_wrong_and_listed_with_a_button_each(draft, vault):
    form = form_of(draft, "words=", text("one.txt"))
    assert not form.is_valid()
    assert form.errors == {"words": ["Enter words"]}
    [kept] = uploads.of_draft(draft, "authority")

    page = str(form)
    assert form.is_multipart()
    assert f'name="proof-remove" value="{kept.pk}"' in page
    assert 'accept="image/*' in page
    assert " multiple" in page
    assert "Up to 2 files of 10 MB each." in page
    # Enter in another box must not press the first Remove.
    assert page.index('<button class="vh" tabindex="-1" aria-hidden="true"></button>') < page.index("proof-remove")

    again = form_of(draft, "words=Hello")
    assert again.is_valid()
    assert again.cleaned_data == {"words": "Hello", "proof": [str(kept.pk)]}
    assert again.fields["proof"].choices == [(str(kept.pk), "one.txt")]  # type: ignore[attr-defined]


def test_what_is_refused_is_named_the_other_files_stay_and_there_is_no_room_for_a_third(draft, vault):
    form = form_of(
        draft,
        "words=Hello",
        text("one.txt"),
        sent(b"MZ\x90\x00", "bad <i>.exe"),
        text("two.txt"),
        text("three.txt"),
    )
    assert not form.is_valid()
    assert form.errors["proof"] == [
        "“bad _i_.exe” is a program. We do not take programs. Send a photo or a PDF instead.",
        "“three.txt” was not added: you can add 2 files here.",
    ]
    assert form["words"].value() == "Hello"
    assert len(uploads.of_draft(draft, "authority")) == 2
    assert 'type="file"' not in str(form)
    assert "Remove one first to add another." in str(form)


def test_remove_shows_the_page_again_and_complains_of_nothing(draft, vault):
    form_of(draft, "words=x", text("one.txt"), text("two.txt")).is_valid()
    first, second = uploads.of_draft(draft, "authority")
    form = form_of(draft, f"words=&proof-remove={first.pk}")

    assert form.is_valid() is False
    assert form.stays
    assert not form.errors
    assert [one.pk for one in uploads.of_draft(draft, "authority")] == [second.pk]
    other = form_of(None, f"words=&proof-remove={second.pk}")
    other.is_valid()  # somebody without this draft removes nothing of it
    assert Upload.objects.count() == len(files_in(vault)) == 1


def test_the_first_file_may_come_before_the_first_answer_and_a_proof_can_be_required(draft, vault):
    assert form_of(draft, "words=x").errors == {"proof": ["Add a file"]}
    assert form_of(None, "words=x", text("one.txt"), make_draft=lambda: draft).is_valid()
    assert len(uploads.of_draft(draft, "authority")) == 1
    with pytest.raises(RuntimeError, match="open_inbox"):
        Form(QueryDict("words=x")).is_valid()


def test_one_address_may_send_so_much_a_day_and_another_goes_on(draft, vault, settings):
    settings.DSR_UPLOAD_DAY_MB = 1
    big = "x" * 700_000
    assert form_of(draft, "words=x", text("one.txt", big), address="192.0.2.1").is_valid()
    refused = form_of(draft, "words=x", text("two.txt", big + "y"), address="192.0.2.1")
    assert "today's limit of 1 MB" in refused.errors["proof"][0]
    assert form_of(draft, "words=x", text("two.txt", big + "y"), address="192.0.2.2").is_valid()


def test_a_storage_that_is_full_is_said_in_words_and_leaves_nothing(draft, vault):
    vault.write_bytes(b"a file where the folder should be")
    form = form_of(draft, "words=x", text("one.txt"))
    assert form.errors["proof"] == ["We cannot keep “one.txt” just now. Try again later, or send it in a letter."]
    assert not Upload.objects.filter(deleted_at=None).exists()


def test_no_byte_lies_unsealed_on_a_disk_and_what_is_too_large_is_cut_on_the_way_in(settings, monkeypatch, tmp_path):
    """3 MB would be a plain temporary file with Django's own handlers."""
    settings.DSR_UPLOAD_MAX_MB, settings.DSR_UPLOADS_MAX_MB = 4, 5
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))  # whoever writes a temporary file fails
    parts = {"proof": [sent(b"a" * size, f"{number}.txt") for number, size in enumerate((3 << 20, 5 << 20, 9))]}
    request = RequestFactory().post("/", {"words": "Hello", **parts})

    found: list[Any] = request.FILES.getlist("proof")
    assert request.POST["words"] == "Hello"
    assert [(one.name, one.size, one.too_large) for one in found] == [
        ("0.txt", 3 << 20, False),
        ("1.txt", 5 << 20, True),
        ("2.txt", 9, False),
    ]
    assert found[1].read() == b""
    assert found[0].read() == b"a" * (3 << 20)


def test_a_body_beyond_all_measure_is_not_read_and_answered_in_words(settings):
    make_controller()

    class Unread:
        def read(self, *_args: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    announced = FILES * settings.DSR_UPLOAD_MAX_MB * 2**20 + 1
    kind = "multipart/form-data; boundary=x"
    environ: Any = {"CONTENT_LENGTH": str(announced), "wsgi.input": Unread()}
    answer = Client().generic("POST", "/", b"", kind, **environ)
    assert answer.status_code == 413
    assert "One file may have 10 MB." in answer.content.decode()
